//! Where values come from: one chart with everything that can move a value, and the recorded charts.

use std::collections::BTreeMap;

use govalue::Value;
use govalue::yaml::Limits;
use pintle_chart::load::{Context, FollowAll, files};
use pintle_chart::origins::{Entry, Origin, Origins, Source, ValuePath, Way};
use pintle_chart::values::{FileReader, ValueSource, merge};
use pintle_chart::{Chart, File, Rules};

use crate::SomeVersions;

struct Given(BTreeMap<&'static str, &'static str>);

impl FileReader for Given {
    fn read(&mut self, name: &str) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
        Ok(self.0.get(name).ok_or("no such file")?.as_bytes().to_vec())
    }
}

fn chart(contents: &[(&str, &str)]) -> Chart {
    let mut outside = FollowAll;
    let mut context = Context::new(&SomeVersions, &mut outside);
    let all = contents.iter().map(|(name, text)| File::new(*name, text.as_bytes())).collect();
    match files(all, &mut context) {
        Ok(chart) => chart,
        Err(error) => panic!("{error}"),
    }
}

fn origins(chart: &Chart, sources: &[ValueSource], given: &[(&'static str, &'static str)]) -> Origins {
    let mut given = Given(given.iter().copied().collect());
    match chart.origins(sources, &mut given, &SomeVersions, &Limits::default()) {
        Ok(origins) => origins,
        Err(error) => panic!("{error}"),
    }
}

fn shown(origin: Origin<'_>) -> String {
    let way = match origin.way {
        Way::Straight => "",
        Way::Parent => " (parent)",
        Way::Global => " (global)",
        Way::Import => " (import)",
    };
    let source = match origin.source {
        Source::Chart { file, .. } => file.clone(),
        Source::User(ValueSource::File(file)) => format!("-f {file}"),
        Source::User(ValueSource::Set(text)) => format!("--set {text}"),
        Source::User(other) => format!("{other:?}"),
    };
    let line = origin.line.map(|line| format!(":{line}")).unwrap_or_default();
    format!("{source}{line}{way}")
}

fn of(origins: &Origins, path: &str) -> String {
    origins.of(&ValuePath::parse(path)).map_or_else(|| "nobody".to_owned(), shown)
}

fn line(entry: &Entry<'_>) -> String {
    let value =
        entry.value.as_ref().map_or_else(|| "removed".to_owned(), |value| crate::json(value).to_string());
    let mut line =
        format!("{} = {value} <- {}", entry.path, entry.origin.map_or_else(|| "nobody".to_owned(), shown));
    for former in &entry.former {
        line.push_str(&format!(" | {} {}", crate::json(&former.value), shown(former.origin)));
    }
    line
}

fn lines(origins: &Origins, path: &str) -> Vec<String> {
    origins.entries(&ValuePath::parse(path)).iter().map(line).collect()
}

const CHART: &str = "apiVersion: v2\nname: shop\nversion: 1.0.0\n";

fn file(name: &str) -> ValueSource {
    ValueSource::File(name.to_owned())
}

fn set(text: &str) -> ValueSource {
    ValueSource::Set(text.to_owned())
}

#[test]
fn defaults_files_and_flags_are_told_apart_with_their_lines() {
    let values = "# shop\nimage:\n  repository: nginx\n  tag: '1.26'\nreplicas: 1\nports:\n  - 80\n  - 443\nempty: {}\nnone: []\n";
    let chart = chart(&[("Chart.yaml", CHART), ("values.yaml", values)]);
    let sources = [file("prod.yaml"), set("replicas=3"), file("more.yaml"), set("image.pull=Always,x.y=1")];
    let given =
        [("prod.yaml", "\nimage: {tag: '1.27'}\nreplicas: 2\n"), ("more.yaml", "a: 1\n---\nreplicas: 9\n")];
    let found = origins(&chart, &sources, &given);
    assert_eq!(
        lines(&found, ""),
        [
            "a = 1 <- -f more.yaml:1",
            "empty = {} <- values.yaml:9",
            "image.pull = \"Always\" <- --set image.pull=Always,x.y=1",
            "image.repository = \"nginx\" <- values.yaml:3",
            "image.tag = \"1.27\" <- -f prod.yaml:2 | \"1.26\" values.yaml:4",
            "none = [] <- values.yaml:10",
            "ports[0] = 80 <- values.yaml:7",
            "ports[1] = 443 <- values.yaml:8",
            "replicas = 3 <- --set replicas=3 | 9 -f more.yaml:3 | 2 -f prod.yaml:3 | 1 values.yaml:5",
            "x.y = 1 <- --set image.pull=Always,x.y=1",
        ]
    );
    assert_eq!(of(&found, "image"), "--set image.pull=Always,x.y=1");
    assert_eq!(of(&found, "ports"), "values.yaml:6");
    assert_eq!(of(&found, "nothing.here"), "nobody");
    assert_eq!(of(&found, "image.tag.deeper"), "nobody");
    assert_eq!(found.value(&ValuePath::parse("ports[1]")).map(|v| crate::json(&v)), Some(443.into()));
}

#[test]
fn every_kind_of_flag_is_named() {
    let chart = chart(&[("Chart.yaml", CHART), ("values.yaml", "l: [{a: 1, b: 2}, {a: 3}]\n")]);
    let sources = [
        ValueSource::SetJson("j={\"x\":[1,{\"y\":2}]}".to_owned()),
        ValueSource::SetJson("{\"whole\": {\"z\": true}}".to_owned()),
        ValueSource::SetString("s=1".to_owned()),
        ValueSource::SetLiteral("t=a,b".to_owned()),
        ValueSource::SetFile("f=cert".to_owned()),
        file("list.yaml"),
        set("m[1].b=5"),
    ];
    let found = origins(&chart, &sources, &[("cert", "PEM"), ("list.yaml", "m:\n- a: 1\n- a: 2\n  b: 3\n")]);
    for (path, origin) in [
        ("j.x[1].y", r#"SetJson("j={\"x\":[1,{\"y\":2}]}")"#),
        ("whole.z", r#"SetJson("{\"whole\": {\"z\": true}}")"#),
        ("s", r#"SetString("s=1")"#),
        ("t", r#"SetLiteral("t=a,b")"#),
        ("f", r#"SetFile("f=cert")"#),
        ("m[0].a", "-f list.yaml:2"),
        ("m[1].a", "-f list.yaml:3"),
        ("m[1].b", "--set m[1].b=5"),
        ("l[0].b", "values.yaml:1"),
    ] {
        assert_eq!(of(&found, path), origin, "{path}");
    }
}

#[test]
fn what_a_null_removes_is_told() {
    let chart = chart(&[
        ("Chart.yaml", CHART),
        ("values.yaml", "a: 1\nb: {c: 2, d: 3}\ne: null\nsub:\n  port: null\n"),
        ("charts/sub/Chart.yaml", "apiVersion: v2\nname: sub\nversion: 1.0.0\n"),
        ("charts/sub/values.yaml", "host: x\nport: 80\nuser: root\n"),
    ]);
    let found = origins(
        &chart,
        &[file("u"), set("b=null"), set("lonely=null")],
        &[("u", "x: 1\na: ~\nsub:\n  user: null\n")],
    );
    assert_eq!(
        lines(&found, ""),
        [
            "a = removed <- -f u:2 | 1 values.yaml:1",
            "b = removed <- --set b=null | {} values.yaml:2",
            "lonely = null <- --set lonely=null",
            "sub.host = \"x\" <- charts/sub/values.yaml:1",
            "sub.port = removed <- values.yaml:5 (parent) | 80 charts/sub/values.yaml:2",
            "sub.user = removed <- -f u:4 | \"root\" charts/sub/values.yaml:3",
            "x = 1 <- -f u:1",
        ]
    );
    // Helm: as long as nobody else speaks of the subchart, a null among its parent's defaults removes nothing.
    let quiet = origins(&chart, &[], &[]);
    assert_eq!(
        lines(&quiet, "sub.port"),
        ["sub.port = 80 <- charts/sub/values.yaml:2 | null values.yaml:5 (parent)"]
    );
    // Below a table that is gone, it is the table's removal.
    let gone = found.removal(&ValuePath::parse("b.c"));
    assert_eq!(gone.as_ref().map(line).as_deref(), Some("b = removed <- --set b=null | {} values.yaml:2"));
    assert_eq!(
        found.removal(&ValuePath::parse("e")).as_ref().map(line).as_deref(),
        Some("e = removed <- values.yaml:3")
    );
    assert!(found.removal(&ValuePath::parse("x")).is_none());
    assert!(found.removal(&ValuePath::parse("never")).is_none());
}

#[test]
fn values_are_followed_through_aliases_globals_conditions_and_imports() {
    let chart = chart(&[
        (
            "Chart.yaml",
            "apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies:\n\
             - {name: db, version: 1.0.0, alias: main, condition: main.enabled}\n\
             - {name: db, version: 1.0.0, alias: spare, condition: spare.enabled}\n\
             - {name: lib, version: 1.0.0, import-values: [data, {child: conf, parent: taken}]}\n",
        ),
        (
            "values.yaml",
            "main:\n  enabled: true\n  size: 5\nspare: {enabled: false, size: 9}\nglobal:\n  zone: eu\n",
        ),
        ("charts/db/Chart.yaml", "apiVersion: v2\nname: db\nversion: 1.0.0\n"),
        ("charts/db/values.yaml", "size: 1\nuser: root\nglobal:\n  zone: none\n  tier: low\n"),
        ("charts/db/charts/log/Chart.yaml", "apiVersion: v2\nname: log\nversion: 1.0.0\n"),
        ("charts/db/charts/log/values.yaml", "level: info\n"),
        ("charts/lib/Chart.yaml", "apiVersion: v2\nname: lib\nversion: 1.0.0\n"),
        ("charts/lib/values.yaml", "exports:\n  data:\n    color: red\nconf:\n  depth: 3\n"),
    ]);
    let found = origins(&chart, &[set("main.log.level=debug"), file("u")], &[("u", "global: {user: me}\n")]);
    for (path, origin) in [
        ("main.size", "values.yaml:3 (parent)"),
        ("main.user", "charts/db/values.yaml:2"),
        ("main.log.level", "--set main.log.level=debug"),
        ("main.global.zone", "values.yaml:6 (global)"),
        ("main.global.user", "-f u:1 (global)"),
        ("main.log.global.zone", "values.yaml:6 (global)"),
        ("main.global.tier", "charts/db/values.yaml:5"),
        ("main.log.global.tier", "charts/db/values.yaml:5 (global)"),
        ("global.zone", "values.yaml:6"),
        ("color", "charts/lib/values.yaml:3 (import)"),
        ("taken.depth", "charts/lib/values.yaml:5 (import)"),
        ("lib.conf.depth", "charts/lib/values.yaml:5"),
        // Switched off: only what the parent says of it is left.
        ("spare.size", "values.yaml:4"),
        ("spare.user", "nobody"),
    ] {
        assert_eq!(of(&found, path), origin, "{path}");
    }
    assert_eq!(
        lines(&found, "main.log"),
        [
            "main.log.global.tier = \"low\" <- charts/db/values.yaml:5 (global)",
            "main.log.global.user = \"me\" <- -f u:1 (global)",
            "main.log.global.zone = \"eu\" <- values.yaml:6 (global) | \"none\" charts/db/values.yaml:4 (global)",
            "main.log.level = \"debug\" <- --set main.log.level=debug | \"info\" charts/db/charts/log/values.yaml:1",
        ]
    );
}

#[test]
fn values_that_cannot_be_had_have_no_origins() {
    let chart = chart(&[
        ("Chart.yaml", CHART),
        ("charts/sub/Chart.yaml", "apiVersion: v2\nname: sub\nversion: 1.0.0\n"),
    ]);
    let refused = |sources: &[ValueSource]| {
        let mut given = Given([("bad", "a: [")].into());
        chart
            .origins(sources, &mut given, &SomeVersions, &Limits::default())
            .map(|_| ())
            .map_err(|error| error.to_string())
    };
    assert!(refused(&[set("a")]).is_err_and(|text| text.contains("has no value")));
    assert!(refused(&[file("bad")]).is_err_and(|text| text.starts_with("failed to parse bad")));
    assert!(refused(&[file("nowhere")]).is_err());
    assert!(refused(&[set("sub=1")]).is_err_and(|text| text.contains("type mismatch")));
}

/// Every leaf with its path.
fn leaves(path: &ValuePath, value: &Value, out: &mut Vec<(ValuePath, Value)>) {
    match value {
        Value::Map(map) => map.iter().for_each(|(key, value)| leaves(&path.key(key), &value, out)),
        leaf => out.push((path.clone(), leaf.clone())),
    }
}

#[test]
fn marks_end_up_where_their_values_do_in_every_recorded_chart() {
    let (mut charts, mut values) = (0, 0);
    for case in crate::cases(include_str!("../cases/resolve.jsonl")) {
        let contents: Vec<(&str, &str)> = case["files"]
            .as_object()
            .into_iter()
            .flatten()
            .filter_map(|(name, text)| Some((name.as_str(), text.as_str()?)))
            .collect();
        let mut outside = FollowAll;
        let mut context = Context::new(&SomeVersions, &mut outside);
        let all = contents.iter().map(|(name, text)| File::new(*name, text.as_bytes())).collect();
        let Ok(chart) = files(all, &mut context) else { continue };
        let user: &'static str = crate::text(&case, "user").to_owned().leak();
        let sources = [file("user")];
        let given = || Given([("user", user)].into());
        let Ok(merged) = merge(&sources, &mut given()) else { continue };
        let rules = Rules { versions: &SomeVersions, schema: None };
        let Ok(resolved) = chart.resolve(&merged, rules, &mut Vec::new()) else { continue };
        let found = match chart.origins(&sources, &mut given(), &SomeVersions, &Limits::default()) {
            Ok(found) => found,
            Err(error) => panic!("{error}: {case}"),
        };
        let whole = found.value(&ValuePath::default());
        assert_eq!(whole.as_ref().map(crate::json), Some(crate::table(&resolved.values)), "{case}");
        let mut all = Vec::new();
        leaves(&ValuePath::default(), &Value::Map(resolved.values.clone()), &mut all);
        for (path, value) in all {
            if matches!(value, Value::Nil) {
                continue;
            }
            assert!(found.of(&path).is_some(), "nobody said {path} of {case}");
            values += 1;
        }
        // Whatever was removed is not there, and somebody removed it.
        for entry in found.entries(&ValuePath::default()) {
            assert_eq!(entry.value.is_some(), found.value(&entry.path).is_some(), "{}", entry.path);
        }
        charts += 1;
    }
    assert!(charts > 50 && values > 2000, "{charts} charts, {values} values");
}
