//! Templates: parsing, and executing what charts do most. Lexing is measured with parsing, which drives it.
//!
//! `cargo bench -p pintle-gotmpl`; a word behind `--` picks some of them.

use std::rc::Rc;
use std::sync::Arc;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use govalue::yaml::{self, Limits};
use govalue::{List, Value};
use pintle_gotmpl::{Budget, Functions, MissingKey, Parsed, Set};

fn main() {
    divan::main();
}

/// A template of many actions, some 9 KiB.
fn text() -> String {
    let part = r#"
{{- /* One of many. */ -}}
{{- if and .enabled (gt (len .name) 2) }}
apiVersion: {{ printf "%s/%s" .group .version }}
metadata:
  name: {{ template "name" . }}
  labels:
    {{- range $key, $value := .labels }}
    {{ $key }}: {{ $value | printf "%q" }}
    {{- end }}
{{- with .image }}
image: "{{ .repository }}:{{ .tag | print }}"
{{- else }}
image: none
{{- end }}
{{- end }}
"#;
    format!("{{{{ define \"name\" }}}}{{{{ .name }}}}-{{{{ .version }}}}{{{{ end }}}}{}", part.repeat(20))
}

fn data() -> Value {
    let text = b"enabled: true\nname: web\ngroup: apps\nversion: v1\nimage: {repository: app, tag: 1}\nlabels: {a: b, c: d, e: f, g: h}\n";
    Value::Map(yaml::read_map(text, &Limits::default()).expect("it is YAML"))
}

fn executes(bencher: Bencher<'_, '_>, text: &str, data: Value) {
    let mut set = Set::new("bench", Rc::new(Functions::new()), MissingKey::Zero);
    set.parse("main", text.as_bytes(), 0).expect("it is a template");
    let mut out = Vec::new();
    bencher.bench_local(move || {
        out.clear();
        let done = set.execute("main", black_box(&data), &mut out, &mut (), &mut Budget::default());
        assert!(done.is_ok());
        out.len()
    });
}

#[divan::bench]
fn parse(bencher: Bencher<'_, '_>) {
    let functions = Functions::new();
    let text: Arc<[u8]> = Arc::from(text().into_bytes());
    bencher
        .counter(BytesCount::of_slice(&text))
        .bench_local(|| Parsed::new("main", Arc::clone(black_box(&text)), 0, &functions).is_ok());
}

#[divan::bench]
fn execute(bencher: Bencher<'_, '_>) {
    executes(bencher, &text(), data());
}

#[divan::bench]
fn range_over_a_thousand(bencher: Bencher<'_, '_>) {
    let list = List::new((0..1000).map(Value::int).collect());
    executes(bencher, "{{ range $i, $v := . }}{{ $i }}={{ $v }},{{ end }}", Value::List(list));
}

#[divan::bench]
fn variables_and_calls(bencher: Bencher<'_, '_>) {
    let text = r#"{{ $name := .name }}{{ range .labels }}{{ $x := printf "%s-%s" $name . }}{{ if eq $x "no" }}{{ else }}{{ $x }}{{ end }}{{ end }}"#;
    executes(bencher, &text.repeat(50), data());
}
