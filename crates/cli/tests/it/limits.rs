//! `--limit` and `PINTLE_LIMITS`: every limit can be met, is named with its value, and can be raised. (Whether a
//! check takes a second depends on the machine: `attacks` meets `schema.seconds`.)

use crate::guard::{Place, Run};

fn gzip(tar: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(tar).unwrap();
    out.finish().unwrap()
}

fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    let chart: (&str, &[u8]) = ("shop/Chart.yaml", b"apiVersion: v2\nname: shop\nversion: 1.0.0\n");
    for (name, data) in std::iter::once(&chart).chain(files) {
        let mut header = tar::Header::new_ustar();
        header.set_size(data.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, *data).unwrap();
    }
    gzip(&builder.into_inner().unwrap())
}

/// A chart that meets one limit when it is as low as given here, and nothing when it is as high.
struct Case {
    limit: &'static str,
    low: &'static str,
    high: &'static str,
    place: Place,
    arguments: &'static [&'static str],
}

fn case(limit: &'static str, low: &'static str, high: &'static str, place: Place) -> Case {
    Case { limit, low, high, place, arguments: &[] }
}

fn cases() -> Vec<Case> {
    let archived = |files: &[(&str, &[u8])]| {
        let place = Place::new(&[]);
        place.write("shop", archive(files));
        place
    };
    let in_chart = |template: &str, file: &str, text: &str| {
        let place = Place::chart(template);
        place.write(file, text);
        place
    };
    let nested = || {
        let inner = archive(&[("shop/charts/shop.tgz", &archive(&[]))]);
        archived(&[("shop/charts/shop.tgz", &inner)])
    };
    let with_values = |limit, low, high, values: &str| Case {
        arguments: &["-f", "v.yaml"],
        ..case(limit, low, high, in_chart("a: 1\n", "v.yaml", values))
    };
    let deep = format!("a: {}1{}\n", "[".repeat(20), "]".repeat(20));
    let outside = || {
        let place = in_chart("a: 1\n", "schema.json", &format!("{}{{}}", " ".repeat(3_000)));
        let url = format!("file://{}", place.path("schema.json").display());
        place.write("shop/values.schema.json", format!("{{\"$ref\": \"{url}\"}}"));
        place
    };
    let mut cases = vec![
        case("archive.bytes", "100", "100k", archived(&[("shop/a", &[7; 5_000])])),
        case("archive.entries", "2", "3", archived(&[("shop/a", b""), ("shop/b", b"")])),
        case("archive.name", "20", "100", archived(&[("shop/a-name-of-some-length", b"")])),
        case("archive.ratio", "2", "5000", archived(&[("shop/zeros", &vec![0; 20 << 20])])),
        case("chart.bytes", "1000", "1Mi", archived(&[("shop/a", &[7; 5_000])])),
        case("chart.bytes", "1000", "1Mi", in_chart("a: 1\n", "shop/a", &"x".repeat(5_000))),
        case("chart.files", "3", "30", in_chart("a: 1\n", "shop/a", "")),
        case("chart.nesting", "1", "5", nested()),
        case("chart.unpacked", "100", "1Mi", nested()),
        case("render.bytes", "10k", "1M", Place::chart("a: {{ repeat 20000 \"x\" }}\n")),
        case(
            "render.depth",
            "10",
            "100",
            Place::chart(
                "{{ define \"x\" }}{{ if . }}{{ template \"x\" (sub . 1) }}{{ end }}{{ end }}a: {{ template \"x\" 50 }}1\n",
            ),
        ),
        case("render.steps", "1000", "1e6", Place::chart("a: {{ range 2000 }}{{ end }}1\n")),
        case("render.templates", "10", "1k", Place::chart("a: {{ 1 }}\nb: {{ 2 }}\n")),
        case("schema.bytes", "1k", "1M", outside()),
        case("yaml.depth", "10", "100", Place::chart(&deep)),
        case("yaml.nodes", "20", "2000", Place::chart(&format!("a: [{}]\n", "1,".repeat(50)))),
        case("yaml.bytes", "100", "10k", Place::chart(&format!("a: [{}]\n", "abcdef,".repeat(50)))),
        case(
            "yaml.nodes",
            "20",
            "2000",
            in_chart("a: 1\n", "shop/values.yaml", &format!("a: [{}]", "1,".repeat(50))),
        ),
        with_values("values.bytes", "10", "1k", "a: 1\nb: 2\nc: 3\n"),
        Case {
            arguments: &["--set-file", "a=v.yaml"],
            ..case("values.bytes", "10", "1k", in_chart("a: 1\n", "v.yaml", "a: 1\nb: 2\nc: 3\n"))
        },
        with_values("yaml.depth", "10", "100", &deep),
        with_values("yaml.bytes", "100", "10k", &format!("a: [{}]\n", "abcdef,".repeat(50))),
    ];
    if cfg!(target_os = "linux") {
        cases.push(case("render.memory", "1Mi", "1Gi", Place::chart("a: {{ repeat 2000 \"x\" }}\n")));
    }
    cases
}

fn run(case: &Case, value: &str) -> Run {
    let limit = format!("{}={value}", case.limit);
    case.place.run(&[&["template", "r", "shop", "--limit", limit.as_str()], case.arguments].concat())
}

#[test]
fn every_limit_is_named_with_its_value_and_can_be_raised() {
    for case in cases() {
        let high = run(&case, case.high);
        assert_eq!(high.code, 0, "{} at {}: {high:?}", case.limit, case.high);
        let low = run(&case, case.low);
        assert_eq!((low.code, low.out.as_str()), (11, ""), "{} at {}: {low:?}", case.limit, case.low);
        assert!(low.err.contains("Error: "), "{low:?}");
        let hint = low.err.lines().find_map(|line| line.strip_prefix("hint: ")).unwrap();
        assert!(hint.starts_with(&format!("the limit {} of ", case.limit)), "{hint}");
        assert!(hint.ends_with(&format!(" was met; --limit {}=NUMBER raises it", case.limit)), "{hint}");
    }
}

/// What Helm refuses as well ends as in Helm for who calls it by that name.
#[cfg(unix)]
#[test]
fn a_limit_of_helm_ends_as_in_helm() {
    use std::os::unix::process::CommandExt as _;
    let mut place = Place::chart("a: 1\n");
    place.write("shop/a", "x".repeat(5_000));
    place.set("PINTLE_LIMITS", "chart.bytes=1000");
    let ours = place.run(&["template", "r", "shop"]);
    assert_eq!(ours.code, 11, "{ours:?}");
    let mut command = place.command(env!("CARGO_BIN_EXE_pintle"));
    let theirs = command.arg0("helm").args(["template", "r", "shop"]).output().unwrap();
    assert_eq!(theirs.status.code(), Some(1), "{theirs:?}");
    let words = ours.err.lines().next().unwrap();
    assert_eq!(String::from_utf8_lossy(&theirs.stderr).trim_end(), words);
}

/// Lint reads YAML on its own as well; what it says about it is a finding.
#[test]
fn lint_keeps_to_the_limits_for_yaml() {
    let place = Place::chart("a: 1\n");
    place.write("shop/values.yaml", format!("a: [{}]", "1,".repeat(50)));
    let lint = |limit: &str| place.run(&["lint", "shop", "--limit", limit]);
    let high = lint("yaml.nodes=2000");
    assert_eq!(high.code, 0, "{high:?}");
    let low = lint("yaml.nodes=20");
    assert_ne!(low.code, 0, "{low:?}");
    assert!(low.out.contains("values.yaml: unable to parse YAML: "), "{low:?}");
    assert!(low.out.contains("more than 20 nodes"), "{low:?}");
}

#[test]
fn limits_come_from_the_variable_and_from_flags_which_are_stronger() {
    let mut place = Place::chart("a: {{ range 2000 }}{{ end }}1\n");
    place.set("PINTLE_LIMITS", "render.steps=1000, render.depth=50");
    let low = place.run(&["template", "r", "shop"]);
    assert_eq!(low.code, 11, "{low:?}");
    assert!(low.err.contains("the limit render.steps of 1000 was met"), "{low:?}");
    assert!(low.err.contains("shop/templates/a.yaml:1:12"), "{low:?}");
    assert_eq!(place.run(&["template", "r", "shop", "--limit", "render.steps=1e6"]).code, 0);
    // Of flags the last one counts.
    let flags = ["template", "r", "shop", "--limit", "render.steps=5", "--limit", "render.steps=1M"];
    assert_eq!(place.run(&flags).code, 0);
    place.set("PINTLE_LIMITS", "render.step=1000");
    let refused = place.run(&["template", "r", "shop"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    let words = "PINTLE_LIMITS render.step=1000: unknown limit `render.step`, did you mean `render.steps`?";
    assert!(refused.err.contains(words), "{refused:?}");
}

#[test]
fn what_is_no_limit_is_refused_with_the_nearest_name() {
    let place = Place::chart("a: 1\n");
    for (text, words) in [
        ("render.stps=5", "unknown limit `render.stps`, did you mean `render.steps`?"),
        ("yaml.node=5", "unknown limit `yaml.node`, did you mean `yaml.nodes`?"),
        ("archiv.bytes=5", "did you mean `archive.bytes`?"),
        ("quux=5", "unknown limit `quux`; the limits are archive.bytes, archive.entries, "),
        ("render.steps", "a limit is written NAME=NUMBER"),
        ("render.steps=", "`` is no number such as 5000, 1e9, 64Ki or 512Mi"),
        ("render.steps=many", "`many` is no number"),
        ("render.steps=-1", "`-1` is no number"),
        ("render.steps=0", "`0` is no number"),
        ("render.depth=9000", "at most 8000"),
        ("yaml.depth=1e6", "at most 1000"),
    ] {
        for command in [&["template", "r", "shop"][..], &["show", "chart", "shop"], &["lint", "shop"]] {
            let refused = place.run(&[command, &["--limit", text]].concat());
            assert_eq!((refused.code, refused.out.as_str()), (1, ""), "{command:?} {text}: {refused:?}");
            assert!(refused.err.contains(&format!("--limit {text}: ")), "{refused:?}");
            assert!(refused.err.contains(words), "{words}: {refused:?}");
        }
    }
}

#[test]
fn the_reference_lists_every_limit_with_its_default() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/limits.md");
    let text = std::fs::read_to_string(folder).unwrap();
    let place = Place::chart("a: 1\n");
    let refused = place.run(&["template", "r", "shop", "--limit", "quux=5"]);
    let (_, names) = refused.err.split_once("the limits are ").unwrap();
    let names: Vec<&str> = names.trim().split(", ").collect();
    assert!(names.len() > 15, "{names:?}");
    for name in &names {
        assert!(text.contains(&format!("\n| `{name}` | ")), "{name} is not in docs/reference/limits.md");
    }
    let listed = text.lines().filter(|line| line.starts_with("| `")).count();
    assert_eq!(listed, names.len());
}
