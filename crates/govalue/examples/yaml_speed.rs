//! How fast YAML is read and written: `cargo run --release -p pintle-govalue --example yaml_speed`.

#![expect(clippy::print_stdout, reason = "prints what it measured")]
#![expect(clippy::disallowed_methods, reason = "measures time")]

use std::time::Instant;

use pintle_govalue::yaml::{self, Limits};

/// About six megabytes of manifests: short names and values, the dense kind of text.
fn document() -> String {
    let item = |n: usize| {
        format!(
            "- apiVersion: v1\n  kind: ConfigMap\n  metadata:\n    name: \"cm-{n}\"\n    labels:\n      \
             app.kubernetes.io/name: thing\n      app.kubernetes.io/instance: release-name\n  data:\n    \
             key: value number {n}\n    port: {n}\n    script: |\n      #!/bin/sh\n      echo hello world\n"
        )
    };
    (0..24_000).map(item).collect()
}

fn measure(name: &str, bytes: usize, work: impl FnOnce()) {
    let start = Instant::now();
    work();
    println!("{name}: {:.0} MB/s", bytes as f64 / 1e6 / start.elapsed().as_secs_f64());
}

fn main() {
    let text = document();
    let limits = Limits::default();
    for _ in 0..3 {
        let mut value = None;
        measure("read", text.len(), || value = yaml::read(text.as_bytes(), &limits).ok());
        measure("head", text.len(), || drop(yaml::head(text.as_bytes())));
        let value = value.unwrap_or_default();
        measure("write", text.len(), || drop(yaml::write(&value)));
        measure("write_pretty", text.len(), || drop(yaml::write_pretty(&value)));
    }
}
