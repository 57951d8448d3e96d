//! Values: `--set`, coalescing along a tree of charts, and schemas.
//!
//! `cargo bench -p pintle-chart`; a word behind `--` picks some of them.

use divan::{Bencher, black_box};
use govalue::Map;
use govalue::yaml::{self, Limits};
use pintle_chart::load::{self, Context, FollowAll};
use pintle_chart::schema::{NoReferences, validate};
use pintle_chart::values::{coalesce_tables, set};
use pintle_chart::{Chart, File, Rules, Versions};

fn main() {
    divan::main();
}

/// All versions are fine.
struct Any;

impl Versions for Any {
    fn valid(&self, _: &str) -> bool {
        true
    }

    fn matches(&self, _: &str, _: &str) -> Result<bool, String> {
        Ok(true)
    }
}

fn values(chart: usize) -> String {
    let mut text = String::from("enabled: true\n");
    for n in 0..20 {
        text.push_str(&format!(
            "part{n}:\n  enabled: true\n  replicas: {chart}\n  image: {{registry: \"\", repository: team/app, tag: \"{n}\"}}\n  \
             resources: {{limits: {{cpu: 100m, memory: 64Mi}}}}\n  tolerations: []\n"
        ));
    }
    text
}

fn read(text: &str) -> Map {
    yaml::read_map(text.as_bytes(), &Limits::default()).expect("it is YAML")
}

/// An umbrella of twenty charts with globals and conditions.
fn umbrella() -> Chart {
    let mut chart = String::from("apiVersion: v2\nname: top\nversion: 1.0.0\ndependencies:\n");
    let mut top = String::from("global: {registry: r.example.com, labels: {team: a}}\n");
    let mut files = Vec::new();
    for n in 0..20 {
        chart.push_str(&format!("  - {{name: s{n}, version: 1.0.0, condition: s{n}.enabled}}\n"));
        top.push_str(&format!(
            "s{n}: {{enabled: true, part1: {{replicas: 7}}, part2: {{tolerations: [a]}}}}\n"
        ));
        let meta = format!("apiVersion: v2\nname: s{n}\nversion: 1.0.0\n");
        files.push(File::new(format!("charts/s{n}/Chart.yaml"), meta.into_bytes()));
        files.push(File::new(format!("charts/s{n}/values.yaml"), values(n).into_bytes()));
    }
    files.push(File::new("Chart.yaml", chart.into_bytes()));
    files.push(File::new("values.yaml", top.into_bytes()));
    let mut outside = FollowAll;
    load::files(files, &mut Context::new(&Any, &mut outside)).expect("it is a chart")
}

#[divan::bench]
fn resolve_umbrella(bencher: Bencher<'_, '_>) {
    let user = read("s1: {part3: {replicas: 1}}\nglobal: {registry: other}\n");
    bencher.with_inputs(umbrella).bench_local_values(|chart| {
        let mut notices = Vec::new();
        chart.resolve(&user, Rules { versions: &Any, schema: None }, &mut notices).is_ok()
    });
}

#[divan::bench]
fn coalesce(bencher: Bencher<'_, '_>) {
    let text = values(1);
    let user = "part3: {replicas: 9}\npart4: null\nmore: {a: b}\n";
    bencher.with_inputs(|| (read(user), read(&text))).bench_local_values(|(chosen, defaults)| {
        coalesce_tables(&chosen, &defaults, &mut Vec::new());
        chosen
    });
}

#[divan::bench]
fn set_flag(bencher: Bencher<'_, '_>) {
    bencher.with_inputs(Map::new).bench_local_values(|into| {
        set::parse(black_box("a.b.c=1,list={x,y,z},d[3].e=text,f\\.g=true"), &into).is_ok()
    });
}

/// What most schemas say, and with `$ref` and `oneOf` what makes the whole validator necessary.
fn checks(bencher: Bencher<'_, '_>, part: &str) {
    let schema = format!(
        r##"{{"$schema": "http://json-schema.org/draft-07/schema#", "type": "object",
            "definitions": {{"list": {{"type": "array"}}}},
            "patternProperties": {{"^part[0-9]+$": {part}}}}}"##
    );
    let values = read(&values(1));
    let chart = ["bench".to_owned()];
    let schema: std::sync::Arc<[u8]> = schema.as_bytes().into();
    bencher.bench_local(|| validate(&values, &schema, &chart, &mut NoReferences, &mut Vec::new()).is_ok());
}

#[divan::bench]
fn schema_of_types(bencher: Bencher<'_, '_>) {
    checks(
        bencher,
        r#"{"type": "object", "required": ["image"], "properties": {"enabled": {"type": "boolean"}, "replicas": {"type": "integer"}}}"#,
    );
}

#[divan::bench]
fn schema_of_choices(bencher: Bencher<'_, '_>) {
    checks(
        bencher,
        r##"{"oneOf": [{"type": "string"}, {"type": "object", "properties": {"tolerations": {"$ref": "#/definitions/list"}}}]}"##,
    );
}
