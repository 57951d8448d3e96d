//! The same chart with the same answers of the host gives the same bytes, in however many threads.

use std::fmt::Write as _;
use std::path::Path;

use chart::Rules;
use chart::load::{self, FollowAll};
use chart::schema::NoReferences;
use govalue::Map;
use guard::{Guard, Policy, Provenance};
use pintle_render::{Capabilities, ReleaseOptions, RenderOptions, Semver};

use crate::cases::root;
use crate::host::Script;

/// Everything that comes of a chart, as one text.
fn rendered(folder: &Path, threads: usize) -> String {
    let mut outside = FollowAll;
    let mut loading = load::Context::new(&Semver, &mut outside);
    let chart = load::directory(folder, &mut loading).expect("a chart");
    let mut references = NoReferences;
    let rules = Rules { versions: &Semver, schema: Some(&mut references) };
    let mut notices = Vec::new();
    let resolved = chart.resolve(&Map::new(), rules, &mut notices).expect("a chart that resolves");
    let options = RenderOptions {
        release: ReleaseOptions {
            name: "rel".to_owned(),
            namespace: "ns".to_owned(),
            is_install: true,
            is_upgrade: false,
            revision: 1,
        },
        capabilities: Capabilities::default(),
        enable_dns: false,
        lookup: false,
        subchart_notes: true,
        budget: gotmpl::Budget::default(),
        templates: pintle_render::TEMPLATES,
        threads,
        ahead: None,
        on_behalf_of: None,
        lint: false,
    };
    let guard = Guard::new(Policy::builder().build());
    let host = Box::new(Script::default());
    let rendered = pintle_render::execute(&resolved, options, host, guard, &Provenance::Local);
    let files = rendered.files.expect("a chart that renders");
    let manifests = pintle_render::classify_within(threads, &files, &govalue::yaml::Limits::default())
        .expect("manifests that are read");
    let mut all = format!("{notices:?}\n{}\n", String::from_utf8_lossy(&files.notes));
    for manifest in &manifests.resources {
        let _ = writeln!(all, "{}\n{}", manifest.path, String::from_utf8_lossy(&manifest.content));
    }
    for hook in &manifests.hooks {
        let _ = writeln!(all, "{} {}\n{}", hook.path, hook.weight, String::from_utf8_lossy(&hook.manifest));
    }
    all
}

fn check(folder: &Path) -> String {
    let first = rendered(folder, 1);
    for threads in [1, 2, 8] {
        assert!(rendered(folder, threads) == first, "other bytes in {threads} threads");
    }
    first
}

#[test]
fn the_example_chart_gives_the_same_bytes_each_time() {
    assert!(check(&root().join("examples/charts/shop")).contains("kind: Deployment"));
}

#[test]
fn a_large_chart_that_asks_gives_the_same_bytes_each_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let put = |name: &str, content: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, content).expect("a file");
    };
    // More than is worth a second thread, in texts and in documents.
    let body = r#"
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "name" . }}-NUMBER
data:
  {{- range $key, $value := merge (dict "x" (randAlphaNum 12) "y" uuidv4 "z" (now | date "15:04:05.000")) .Values.all }}
  {{ $key }}: {{ $value | quote }}
  {{- end }}
  shuffled: {{ shuffle "abcdefghij" }}
  keys: {{ keys .Values.all .Values.global | join "," }}
  global: {{ set .Values.global (randAlpha 3) NUMBER | len | quote }}
"#;
    for chart in ["", "charts/one/", "charts/two/", "charts/two/charts/deep/"] {
        let name = chart.trim_end_matches('/').rsplit('/').next().filter(|name| !name.is_empty());
        let name = name.unwrap_or("root");
        put(&format!("{chart}Chart.yaml"), &format!("apiVersion: v2\nname: {name}\nversion: 0.1.0\n"));
        put(&format!("{chart}values.yaml"), "all: {a: 1, b: two, c: true, d: 1.5}\nglobal: {}\n");
        put(&format!("{chart}templates/_n.tpl"), &format!("{{{{ define \"name\" }}}}{name}{{{{ end }}}}"));
        put(&format!("{chart}templates/NOTES.txt"), "{{ randNumeric 6 }}\n");
        for number in 0..100 {
            let text = body.replace("NUMBER", &number.to_string());
            put(&format!("{chart}templates/{number}.yaml"), &format!("{text}---{text}"));
        }
    }
    let all = check(folder.path());
    assert_eq!(all.matches("kind: ConfigMap").count(), 800);
}
