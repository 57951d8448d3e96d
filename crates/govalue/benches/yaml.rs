//! YAML and JSON: documents as charts render them, values as charts have them.
//!
//! `cargo bench -p pintle-govalue`; a word behind `--` picks some of them.

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use pintle_govalue::Value;
use pintle_govalue::yaml::{self, Limits};

fn main() {
    divan::main();
}

/// A rendered Deployment, some 2 KiB.
fn manifest() -> Vec<u8> {
    let mut text = String::from(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: \"shop\"\n  labels:\n    \
         app.kubernetes.io/name: web\n    app.kubernetes.io/instance: rel\n  annotations:\n    checksum/config: abc\n\
         spec:\n  replicas: 3\n  template:\n    spec:\n      containers:\n",
    );
    for n in 0..8 {
        text.push_str(&format!(
            "        - name: \"c{n}\"\n          image: registry.example.com/team/app:1.{n}.0\n          env:\n            \
             - name: LEVEL\n              value: info\n          ports:\n            - {{containerPort: {}, name: http}}\n          \
             resources:\n            limits: {{cpu: 100m, memory: 64Mi}}\n",
            8000 + n
        ));
    }
    text.into_bytes()
}

/// Values of a large chart, some 40 KiB, with comments, lists, quoted and folded texts.
fn values() -> Vec<u8> {
    let mut text = String::new();
    for n in 0..120 {
        text.push_str(&format!(
            "## Component {n}\n##\ncomponent{n}:\n  enabled: true\n  replicas: {n}\n  image:\n    repository: team/app\n    tag: \"1.{n}\"\n  \
             # What it may use\n  resources: {{requests: {{cpu: 100m}}, limits: {{}}}}\n  args: [--level, info]\n  config: |\n    \
             key = value\n    other = {n}\n  tolerations:\n    - key: dedicated\n      operator: Exists\n"
        ));
    }
    text.into_bytes()
}

fn value(text: &[u8]) -> Value {
    yaml::read(text, &Limits::default()).expect("it is YAML")
}

#[divan::bench]
fn read_values(bencher: Bencher<'_, '_>) {
    let text = values();
    bencher
        .counter(BytesCount::of_slice(&text))
        .bench_local(|| yaml::read_map(black_box(&text), &Limits::default()));
}

#[divan::bench]
fn read_manifest(bencher: Bencher<'_, '_>) {
    let text = manifest();
    bencher
        .counter(BytesCount::of_slice(&text))
        .bench_local(|| yaml::read(black_box(&text), &Limits::default()));
}

#[divan::bench]
fn head_of_manifest(bencher: Bencher<'_, '_>) {
    let text = manifest();
    bencher.counter(BytesCount::of_slice(&text)).bench_local(|| yaml::head(black_box(&text)));
}

#[divan::bench]
fn write_values(bencher: Bencher<'_, '_>) {
    let value = value(&values());
    bencher.bench_local(|| yaml::write(black_box(&value)));
}

#[divan::bench]
fn write_manifest(bencher: Bencher<'_, '_>) {
    let value = value(&manifest());
    bencher.bench_local(|| yaml::write(black_box(&value)));
}
