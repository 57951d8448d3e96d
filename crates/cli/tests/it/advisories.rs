//! Helm's published security advisories that concern charts, archives, values, schemas and templates, one test each,
//! named by number. Those about plugins, repositories and registries get their tests with those parts.

use std::io::Write as _;

use crate::guard::{Place, Run};

const CHART: &str = "apiVersion: v2\nname: shop\nversion: 1.0.0\n";

fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = Vec::new();
    for (name, data) in files {
        let mut header = tar::Header::new_ustar();
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(data.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        tar.extend_from_slice(header.as_bytes());
        tar.extend_from_slice(data);
        tar.resize(tar.len().div_ceil(512) * 512, 0);
    }
    tar.resize(tar.len() + 1024, 0);
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(&tar).unwrap();
    out.finish().unwrap()
}

/// Every file below the place, sorted.
fn files(place: &Place) -> Vec<String> {
    let root = place.path("").canonicalize().unwrap();
    let mut found = Vec::new();
    let mut todo = vec![root.clone()];
    while let Some(folder) = todo.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                todo.push(entry.path());
            } else {
                found.push(entry.path().strip_prefix(&root).unwrap().to_string_lossy().into_owned());
            }
        }
    }
    found.sort();
    found
}

/// The commands that load a chart without changing anything.
const COMMANDS: &[&[&str]] = &[
    &["template", "r", "shop"],
    &["lint", "shop"],
    &["show", "all", "shop"],
    &["dependency", "list", "shop"],
    &["package", "shop", "-d", "out"],
];

/// Runs all of them; each must end in a result or an error.
fn each(place: &Place, mut check: impl FnMut(&str, &Run)) {
    for command in COMMANDS {
        let run = place.watched(command).run;
        assert!([0, 1, 11].contains(&run.code), "{command:?}: {run:?}");
        assert!(!run.err.contains("panicked"), "{command:?}: {run:?}");
        check(command[0], &run);
    }
}

/// Entries with absolute names and names with `..` were written outside when a chart's archive was unpacked.
#[test]
fn cve_2019_1000008_archive_entries_outside_the_chart() {
    for name in ["/tmp/pintle-evil", "shop/../../evil", "shop/../evil", "../evil", "shop//evil"] {
        let place = Place::new(&[]);
        place.write("shop.tgz", archive(&[("shop/Chart.yaml", CHART.as_bytes()), (name, b"evil")]));
        for command in
            [&["template", "r", "shop.tgz"][..], &["lint", "shop.tgz"], &["show", "all", "shop.tgz"]]
        {
            let run = place.watched(command).run;
            assert!(run.code < 2, "{command:?} {name}: {run:?}");
            assert!(!run.out.contains("evil"), "{command:?} {name}: {run:?}");
            assert_eq!(files(&place), ["shop.tgz"], "{command:?} {name}");
        }
        assert!(!std::path::Path::new("/tmp/pintle-evil").exists());
    }
}

/// Symbolic links in a chart's folder brought files from elsewhere into the chart. Helm says so and follows; we can
/// be told not to.
#[cfg(unix)]
#[test]
fn cve_2019_18658_links_out_of_a_charts_folder() {
    let place = Place::chart("a: {{ .Files.Get \"link\" | quote }}\n");
    place.write("secret", "TOP SECRET");
    std::os::unix::fs::symlink("../secret", place.path("shop/link")).unwrap();
    let helm = place.run(&["template", "r", "shop"]);
    assert!(helm.out.contains("TOP SECRET") && helm.err.contains("found symbolic link in path"), "{helm:?}");
    for command in COMMANDS {
        let run = place.run(&[*command, &["--profile", "strict"]].concat());
        assert_eq!(run.code, 10, "{command:?}: {run:?}");
        assert!(!run.out.contains("TOP SECRET"), "{command:?}: {run:?}");
    }
    assert!(!place.path("out").exists());
}

/// `lookup` read the cluster while a chart was only looked at (`helm template`, `--dry-run`).
#[test]
fn cve_2020_11013_lookup_in_a_render_without_a_cluster() {
    use std::net::TcpListener;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let mut place = Place::chart("a: {{ lookup \"v1\" \"Secret\" \"kube-system\" \"\" | toJson }}\n");
    let server = format!("http://{}", listener.local_addr().unwrap());
    place.write(
        "config",
        format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: c\ncontexts: [{{name: c, context: {{cluster: c, user: u}}}}]\n\
             clusters: [{{name: c, cluster: {{server: \"{server}\"}}}}]\nusers: [{{name: u, user: {{token: t}}}}]\n"
        ),
    );
    place.set("KUBECONFIG", place.path("config").to_str().unwrap());
    for more in [&[][..], &["--dry-run=client"], &["--kube-apiserver", &server]] {
        let run = place.run(&[&["template", "r", "shop"], more].concat());
        assert!(run.out.contains("a: {}"), "{run:?}");
        assert!(listener.accept().is_err());
    }
}

/// An alias of a dependency was not checked: it became a name in templates and on the terminal.
#[test]
fn cve_2020_15184_aliases_are_names() {
    for alias in
        ["../../evil", "a/b", "a b", "\"a\\u001b[2J\"", "\"a\\nb\"", "{{ .Values }}", "a.b", "\"\\u202eabc\""]
    {
        let place = Place::chart("a: 1\n");
        let dependency = format!("dependencies: [{{name: redis, version: 1.0.0, alias: '{alias}'}}]");
        let dependency = if alias.starts_with('"') { dependency.replace('\'', "") } else { dependency };
        place.write("shop/Chart.yaml", format!("{CHART}{dependency}\n"));
        place.write("shop/charts/redis/Chart.yaml", "apiVersion: v2\nname: redis\nversion: 1.0.0\n");
        place.write("shop/charts/redis/templates/b.yaml", "b: {{ .Chart.Name | quote }}\n");
        let run = place.run(&["template", "r", "shop"]);
        assert_eq!((run.code, run.out.as_str()), (1, ""), "{alias}: {run:?}");
        assert!(run.err.contains("has disallowed characters in the alias"), "{alias}: {run:?}");
    }
}

/// Versions and other fields of Chart.yaml went to the terminal with whatever control characters they held.
#[test]
fn cve_2021_21303_control_characters_in_chart_fields() {
    for field in [
        "version: \"1.0.0\\u001b[2J\"",
        "version: \"1\\n2\"",
        "name: \"shop\\u001b[2J\"",
        "description: \"x\\u001b[2J\\u0007\"",
        "home: \"x\\u001b[2J\"",
        "appVersion: \"x\\u001b[2J\"",
        "annotations: {\"a\": \"x\\u001b[2J\"}",
        "maintainers: [{name: \"x\\u001b[2J\", email: \"\\u001b[2J\", url: \"\\u001b[2J\"}]",
        "sources: [\"x\\u001b[2J\"]",
        "keywords: [\"x\\u001b[2J\"]",
        "dependencies: [{name: \"x\\u001b[2J\", version: 1.0.0, repository: \"file://\\u001b[2J\"}]",
    ] {
        let key = field.split(':').next().unwrap();
        let base: String =
            CHART.lines().filter(|line| !line.starts_with(key)).map(|line| format!("{line}\n")).collect();
        let place = Place::chart("a: {{ .Chart.Version }}{{ .Chart.Description }}\n");
        place.write("shop/Chart.yaml", format!("{base}{field}\n"));
        each(&place, |command, run| {
            if command == "lint" {
                // In a pipe, as here, it tells what it read byte for byte, as Helm does; a terminal gets it without
                // control characters, which a test of `lint` sees to.
                let told = field.starts_with("version: \"1.0.0\\u001b");
                assert!(!told || run.out.contains("version '1.0.0\u{1b}[2J' is not"), "{run:?}");
                return;
            }
            let text = format!("{}{}", run.out, run.err);
            assert!(!text.contains('\u{1b}') && !text.contains('\u{7}'), "{command} {field}: {run:?}");
        });
    }
}

/// A very long index in `--set` made Helm allocate a list of that length.
#[test]
fn cve_2022_36055_indices_of_set() {
    let place = Place::chart("a: 1\n");
    for set in ["a[5000000000]=1", "a[99999999999999999999]=1", "a.b[4294967295].c=1", "a[65537]=1"] {
        for flag in ["--set", "--set-string", "--set-file", "--set-json"] {
            let watched = place.watched(&["template", "r", "shop", flag, set]);
            assert_eq!(watched.run.code, 1, "{flag} {set}: {:?}", watched.run);
            assert!(watched.run.err.contains(&format!("failed parsing {flag} data")), "{:?}", watched.run);
            assert!(watched.peak < 100 << 20, "{flag} {set}: {}", watched.peak);
        }
    }
}

/// Deeply nested `--set` expressions overflowed the stack, which Go cannot recover from.
#[test]
fn cve_2022_23524_nested_set() {
    let place = Place::chart("a: 1\n");
    for set in [
        format!("a{}=1", ".b".repeat(10_000)),
        format!("a{}=1", "[0]".repeat(10_000)),
        format!("a={}", "{".repeat(50_000)),
        format!("{}=1", "a.".repeat(31)),
    ] {
        for flag in ["--set", "--set-string", "--set-file", "--set-json", "--set-literal"] {
            let run = place.watched(&["template", "r", "shop", flag, &set]).run;
            assert!(run.code < 2 && !run.err.contains("panicked"), "{flag}: {} {:.300}", run.code, run.err);
        }
    }
}

/// A schema that is no object made Helm follow a nil pointer.
#[test]
fn cve_2022_23526_schemas_that_are_none() {
    for schema in [
        "",
        "null",
        "[]",
        "1",
        "\"x\"",
        "true",
        "false",
        "{",
        "{\"type\": 5}",
        "{\"$ref\": 5}",
        "{\"properties\": null}",
        "\u{feff}{}",
        "{\"$schema\": null}",
    ] {
        let place = Place::chart("a: 1\n");
        place.write("shop/values.schema.json", schema);
        each(&place, |_, _| {});
    }
}

/// `getHostByName` sent whatever a chart liked to a name server of the chart's choice.
#[test]
fn cve_2023_25165_get_host_by_name() {
    let place = Place::chart("a: {{ getHostByName \"localhost\" | quote }}\n");
    let helm = place.run(&["template", "r", "shop", "--audit", "audit.jsonl"]);
    assert!(helm.code == 0 && helm.out.contains("a: \"\""), "{helm:?}");
    let audit = std::fs::read_to_string(place.path("audit.jsonl")).unwrap();
    assert!(audit.contains("\"capability\":\"dns\"") && audit.contains("\"denied\""), "{audit}");
    place.strict(&[]).is_denied("chart:shop may not use dns (localhost)");
    assert!(!place.run(&["template", "r", "shop", "--enable-dns"]).out.contains("a: \"\""));
    // Nor may it ask for as many as it likes.
    let many = Place::chart("{{ range until 50 }}{{ $x := getHostByName \"localhost\" }}{{ end }}a: 1\n");
    let run = |limit: &str| many.run(&["template", "r", "shop", "--enable-dns", "--limit", limit]);
    assert_eq!(run("render.steps=8e6").code, 11);
    assert_eq!(run("render.steps=12e6").code, 0);
}

/// A chart whose name leads elsewhere was saved elsewhere.
#[test]
fn cve_2024_25620_names_that_lead_elsewhere() {
    for name in ["../evil", "../../evil", "a/b", "/evil", "..", ".", "a\\b", "./x"] {
        let place = Place::chart("a: 1\n");
        place.write("shop/Chart.yaml", CHART.replace("shop", &format!("'{name}'")));
        place.write("shop/values.yaml", "a: 1\n");
        let before = files(&place);
        let archived =
            archive(&[("shop/Chart.yaml", CHART.replace("shop", &format!("'{name}'")).as_bytes())]);
        let run = place.run(&["package", "shop", "-d", "out"]);
        if name.contains('\\') && run.code == 0 {
            // A character like any other where folders are divided by slashes.
            continue;
        }
        assert_eq!(run.code, 1, "{name}: {run:?}");
        assert_eq!(files(&place), before, "{name}");
        let template = place.run(&["template", "r", "shop", "--output-dir", "rendered"]);
        assert_eq!(template.code, 1, "{name}: {template:?}");
        assert_eq!(files(&place), before, "{name}");
        place.write("archive.tgz", &archived);
        let linted = place.run(&["lint", "archive.tgz"]);
        assert_eq!(linted.code, 1, "{name}: {linted:?}");
    }
}

/// A name of dots put an unpacked chart beside its folder. What unpacks a chart here is `lint`, in memory.
#[test]
fn cve_2026_35206_names_of_dots() {
    for name in [".", ".."] {
        let place = Place::new(&[]);
        let chart = CHART.replace("shop", &format!("'{name}'"));
        place.write(
            "shop.tgz",
            archive(&[("shop/Chart.yaml", chart.as_bytes()), ("shop/values.yaml", b"a: 1\n")]),
        );
        for command in
            [&["lint", "shop.tgz"][..], &["template", "r", "shop.tgz"], &["show", "all", "shop.tgz"]]
        {
            let run = place.run(command);
            assert!(run.code < 2, "{command:?}: {run:?}");
            assert!(command[0] == "show" || run.code == 1, "{command:?}: {run:?}");
            assert_eq!(files(&place), ["shop.tgz"]);
        }
    }
}

/// An archive that unpacks to very much more than its size filled the memory.
#[test]
fn cve_2025_32386_archives_that_unpack_to_very_much() {
    let zeros = vec![0; 200 << 20];
    let place = Place::new(&[]);
    place.write("shop", archive(&[("shop/Chart.yaml", CHART.as_bytes()), ("shop/zeros", &zeros)]));
    place.write("chart/Chart.yaml", CHART);
    std::fs::create_dir_all(place.path("chart/charts")).unwrap();
    std::fs::copy(place.path("shop"), place.path("chart/charts/redis.tgz")).unwrap();
    for chart in ["shop", "chart"] {
        for command in [&["template", "r", chart][..], &["show", "all", chart]] {
            let watched = place.watched(command);
            assert_eq!((watched.run.code, watched.run.out.as_str()), (11, ""), "{:?}", watched.run);
            assert!(watched.peak < 512 << 20, "{}", watched.peak);
        }
    }
}

/// A schema of references to references overflowed the stack.
#[test]
fn cve_2025_32387_schemas_of_nested_references() {
    let place = Place::chart("a: 1\n");
    place.write("shop/values.yaml", "a: {a: {a: {a: 1}}}\n");
    let chain: Vec<String> =
        (0..5_000).map(|n| format!("\"d{n}\": {{\"$ref\": \"#/$defs/d{}\"}}", n + 1)).collect();
    for schema in [
        format!("{{\"$ref\": \"#/$defs/d0\", \"$defs\": {{{}, \"d5000\": {{}}}}}}", chain.join(",")),
        format!(
            "{{\"$ref\": \"#/$defs/d0\", \"$defs\": {{{}, \"d5000\": {{\"$ref\": \"#/$defs/d0\"}}}}}}",
            chain.join(",")
        ),
        format!("{}{{}}{}", "{\"not\": ".repeat(100), "}".repeat(100)),
        format!("{}{{}}{}", "{\"allOf\": [".repeat(10_000), "]}".repeat(10_000)),
        r##"{"properties": {"a": {"$ref": "#"}}, "$ref": "#/properties/a"}"##.to_owned(),
    ] {
        place.write("shop/values.schema.json", schema);
        each(&place, |_, _| {});
    }
}

/// A Chart.lock that is a link was written through by `dependency update`, to a place of the chart's choice.
#[cfg(unix)]
#[test]
fn cve_2025_53547_a_lock_that_is_a_link() {
    use std::os::unix::fs::symlink;
    for (file, api) in [("Chart.lock", "v2"), ("requirements.lock", "v1")] {
        for command in [
            &["dependency", "update", "shop"][..],
            &["dependency", "build", "shop"],
            &["package", "-u", "shop"],
        ] {
            let place = Place::chart("a: 1\n");
            let dependency = "dependencies: [{name: redis, version: 1.0.0, repository: 'file://../redis'}]\n";
            let (chart, requirements) = if api == "v1" { ("", dependency) } else { (dependency, "") };
            place.write("shop/Chart.yaml", format!("{}{chart}", CHART.replace("v2", api)));
            if !requirements.is_empty() {
                place.write("shop/requirements.yaml", requirements);
            }
            place.write("redis/Chart.yaml", "apiVersion: v2\nname: redis\nversion: 1.0.0\n");
            place.write("bashrc", "# mine\n");
            symlink("../bashrc", place.path(&format!("shop/{file}"))).unwrap();
            let run = place.run(command);
            assert!(run.code < 2, "{command:?}: {run:?}");
            assert_eq!(
                std::fs::read_to_string(place.path("bashrc")).unwrap(),
                "# mine\n",
                "{command:?}: {run:?}"
            );
        }
    }
}

/// Lists with nothing in them in Chart.yaml (maintainers, dependencies) made Helm follow a nil pointer.
#[test]
fn cve_2025_55198_nothing_where_something_should_be() {
    for field in [
        "maintainers: [null]",
        "maintainers: [~, {name: x}]",
        "dependencies: [null]",
        "dependencies:\n- \n- name: x",
        "dependencies: [{name: x, version: 1.0.0, import-values: [null]}]",
        "dependencies: [{name: x, version: 1.0.0, import-values: [{child: null, parent: null}]}]",
        "dependencies: [{name: null, version: null, alias: null, tags: [null]}]",
        "keywords: [null]",
        "sources: [null]",
        "annotations: {a: null}",
        "annotations: null",
        "maintainers: null",
        "icon: null",
        "version: null",
        "name: null",
    ] {
        let key = field.split(':').next().unwrap();
        let base: String =
            CHART.lines().filter(|line| !line.starts_with(key)).map(|line| format!("{line}\n")).collect();
        let place = Place::chart("a: {{ .Chart | toJson }}\n");
        place.write("shop/Chart.yaml", format!("{base}{field}\n"));
        each(&place, |_, _| {});
    }
    for text in ["", "null", "[]", "- a", "a", "{}", "apiVersion: v2", "---\n---\n", "\u{feff}"] {
        let place = Place::chart("a: 1\n");
        place.write("shop/Chart.yaml", text);
        each(&place, |_, _| {});
        place.write("shop/Chart.yaml", CHART);
        for file in ["Chart.lock", "values.yaml", "requirements.yaml", "requirements.lock", ".helmignore"] {
            place.write(&format!("shop/{file}"), text);
            each(&place, |_, _| {});
        }
    }
}

/// A schema that refers to a device without an end filled the memory.
#[cfg(unix)]
#[test]
fn cve_2025_55199_schemas_that_refer_to_devices() {
    for url in [
        "file:///dev/zero",
        "/dev/zero",
        "file://localhost/dev/zero",
        "file:///dev/../dev/zero",
        "file:///dev/random",
    ] {
        let place = Place::chart("a: 1\n");
        place.write("shop/values.schema.json", format!("{{\"$ref\": \"{url}\"}}"));
        for command in [&["template", "r", "shop"][..], &["lint", "shop"]] {
            let watched = place.watched(command);
            assert_eq!(watched.run.code, 1, "{url}: {:?}", watched.run);
            assert!(watched.peak < 200 << 20, "{url}: {}", watched.peak);
        }
    }
    // What a link leads to is no different.
    let place = Place::chart("a: 1\n");
    std::os::unix::fs::symlink("/dev/zero", place.path("schema.json")).unwrap();
    let url = format!("file://{}", place.path("schema.json").display());
    place.write("shop/values.schema.json", format!("{{\"$ref\": \"{url}\"}}"));
    assert_eq!(place.watched(&["template", "r", "shop"]).run.code, 1);
}
