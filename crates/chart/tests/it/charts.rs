//! Loading and resolving whole charts.
#![expect(clippy::disallowed_methods, reason = "the charts have to lie somewhere")]

use std::fs;
use std::path::{Path, PathBuf};

use pintle_chart::load::{Context, FollowAll, Late, Outside, directory, files};
use pintle_chart::schema::NoReferences;
use pintle_chart::values::{FileReader, ValueSource, merge};
use pintle_chart::{File, Level, ResolvedChart, Rules};
use serde_json::{Map, Value as Json, json};

use crate::SomeVersions;

struct User(Vec<u8>);

impl FileReader for User {
    fn read(&mut self, _: &str) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
        Ok(self.0.clone())
    }
}

/// Writes a case's files into a folder of their own.
fn write(case: &Json, name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&root);
    let create = |path: &str| {
        let path = root.join(path);
        let parent = path.parent().map(Path::to_path_buf).unwrap_or_default();
        assert!(fs::create_dir_all(parent).is_ok(), "{}", path.display());
        path
    };
    create("x");
    for (path, contents) in case["files"].as_object().into_iter().flatten() {
        assert!(fs::write(create(path), contents.as_str().unwrap_or_default()).is_ok(), "{path}");
    }
    #[cfg(unix)]
    for (path, target) in case["links"].as_object().into_iter().flatten() {
        let target = target.as_str().unwrap_or_default();
        assert!(std::os::unix::fs::symlink(target, create(path)).is_ok(), "{path}");
    }
    root
}

fn collect(chart: &ResolvedChart, into: &mut Map<String, Json>) {
    let values = crate::table(&chart.values);
    let metadata = crate::table(&chart.metadata.template_value());
    // Of charts with the same path, Helm renders the last.
    into.insert(chart.full_path.clone(), json!({ "values": values, "chart": metadata }));
    for chart in &chart.subcharts {
        collect(chart, into);
    }
}

fn answer(case: &Json, root: &Path) -> (Result<Map<String, Json>, String>, Vec<String>) {
    let mut outside = FollowAll;
    let mut context = Context::new(&SomeVersions, &mut outside);
    let loaded = directory(root, &mut context);
    let mut notices = context.notices;
    let result = loaded.map_err(|error| error.to_string()).and_then(|chart| {
        let sources: Vec<_> =
            case["user"].as_str().map(|_| ValueSource::File("user".to_owned())).into_iter().collect();
        let mut user = User(crate::text(case, "user").as_bytes().to_vec());
        let values = merge(&sources, &mut user).map_err(|error| error.to_string())?;
        chart.check_dependencies().map_err(|error| error.to_string())?;
        let mut references = NoReferences;
        let rules = Rules { versions: &SomeVersions, schema: Some(&mut references) };
        let resolved = chart.resolve(&values, rules, &mut notices).map_err(|error| error.to_string())?;
        let mut charts = Map::new();
        collect(&resolved, &mut charts);
        Ok(charts)
    });
    // The cases were recorded without `--debug`.
    let told = notices.iter().filter(|notice| notice.level != Level::Debug);
    let mut log: Vec<String> =
        told.map(|notice| format!("{} {}", notice.level.name(), notice.message)).collect();
    log.sort();
    (result, log)
}

fn check(text: &str, name: &str) -> usize {
    let mut count = 0;
    for case in crate::cases(text) {
        let root = write(&case, &format!("{name}-{count}"));
        let (result, log) = answer(&case, &root);
        match result {
            Ok(charts) => {
                assert!(case["error"].is_null(), "{case}");
                for (path, expected) in case["charts"].as_object().into_iter().flatten() {
                    // Charts whose templates were not recorded have nothing to compare.
                    if expected["values"].is_object() {
                        assert_eq!(charts.get(path), Some(expected), "{path} of {case}");
                    }
                }
            }
            Err(error) => {
                let error = error.replace(&root.display().to_string(), "$DIR");
                assert_eq!(error, crate::text(&case, "error"), "{case}");
            }
        }
        assert_eq!(json!(log), case["log"], "{case}");
        let _ = fs::remove_dir_all(&root);
        count += 1;
    }
    count
}

#[test]
fn charts_are_resolved_as_helm_resolves_them() {
    assert!(check(include_str!("../cases/resolve.jsonl"), "resolve") > 50);
}

#[cfg(unix)]
#[test]
fn charts_are_loaded_or_refused_as_helm_does() {
    assert!(check(include_str!("../cases/load.jsonl"), "load") > 40);
}

/// Refuses whatever it is asked, and remembers it.
#[derive(Default)]
struct Refuse(Vec<PathBuf>);

impl Outside for Refuse {
    fn may_read(&mut self, link: &Path, _: &Path) -> Result<(), Box<dyn std::error::Error>> {
        self.0.push(link.to_path_buf());
        Err("refused".into())
    }
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_chart_is_asked_about_before_it_is_read() {
    let chart_file = "apiVersion: v2\nname: a\nversion: 1.0.0\n";
    for (link, target, asked) in [
        ("files/out", "../../outside-target", true),
        ("Chart.yaml", "../outside-target", true),
        (".helmignore", "../outside-target", true),
        ("charts", "../../", true),
        ("files/in", "../c.yaml", false),
        ("ignored", "../outside-target", false),
    ] {
        let mut files = json!({ "c.yaml": chart_file, "Chart.yaml": chart_file, ".helmignore": "ignored\n" });
        if let Some(files) = files.as_object_mut() {
            files.remove(link);
        }
        let case = json!({ "files": files, "links": { link: target } });
        let root = write(&case, "outside");
        assert!(fs::write(root.with_file_name("outside-target"), chart_file).is_ok());
        let mut outside = Refuse::default();
        let loaded = directory(&root, &mut Context::new(&SomeVersions, &mut outside));
        assert_eq!(outside.0.contains(&PathBuf::from(link)), asked, "{link}");
        match loaded {
            Err(error) => assert_eq!((asked, error.to_string()), (true, "refused".to_owned()), "{link}"),
            Ok(_) => assert!(!asked, "{link}"),
        }
        let _ = fs::remove_dir_all(&root);
    }
}

#[test]
fn templates_of_charts_that_are_used_are_told_and_no_others() {
    let contents = [
        (
            "Chart.yaml",
            "apiVersion: v2\nname: top\nversion: 1.0.0\ndependencies:\n  \
             - {name: used, version: 1.0.0, condition: used.enabled}\n  - {name: idle, version: 1.0.0, condition: idle.enabled}\n",
        ),
        ("values.yaml", "used: {enabled: true}\nidle: {enabled: false}\n"),
        ("templates/top.yaml", "top"),
        ("charts/used/Chart.yaml", "apiVersion: v2\nname: used\nversion: 1.0.0\n"),
        ("charts/used/templates/used.yaml", "used"),
        ("charts/idle/Chart.yaml", "apiVersion: v2\nname: idle\nversion: 1.0.0\n"),
        ("charts/idle/templates/idle.yaml", "idle"),
    ];
    let mut outside = FollowAll;
    let mut context = Context::new(&SomeVersions, &mut outside);
    let all = contents.iter().map(|(name, text)| File::new(*name, text.as_bytes())).collect();
    let chart = files(all, &mut context).unwrap_or_else(|error| panic!("{error}"));
    let told = std::cell::RefCell::new(Vec::new());
    let tell = |file: &File| told.borrow_mut().push(String::from_utf8_lossy(&file.data).into_owned());
    let rules = Rules { versions: &SomeVersions, schema: None };
    assert!(chart.resolve_telling(&govalue::Map::new(), rules, &mut Vec::new(), &tell).is_ok());
    assert_eq!(told.into_inner(), ["top", "used"]);
}

#[test]
fn files_that_wait_are_read_at_the_first_look_and_a_changed_one_is_told() {
    let long = |letter: &str| letter.repeat(8 << 10);
    let marked = format!("\u{feff}{}", long("m"));
    let case = json!({ "files": {
        "Chart.yaml": "apiVersion: v2\nname: a\nversion: 1.0.0\n",
        "README.md": long("r"),
        "docs/marked.md": marked,
        "docs/short.md": "short",
        "crds/a.yaml": long("c"),
        "templates/a.yaml": long("t"),
    } });
    // Gone after loading: what was read is there, what was not is missed when somebody looks.
    for (late, waiting) in [(Late::new(true), true), (Late::new(false), false)] {
        let root = write(&case, "late");
        let mut outside = FollowAll;
        let mut context = Context::new(&SomeVersions, &mut outside);
        context.late = Some(late.clone());
        let chart = directory(&root, &mut context).unwrap_or_else(|error| panic!("{error}"));
        let file = |name: &str| chart.raw_file(name).map(<[u8]>::to_vec);
        assert_eq!(file("docs/marked.md"), Some(long("m").into_bytes()), "without its mark");
        for gone in ["README.md", "docs/marked.md", "docs/short.md", "crds/a.yaml", "templates/a.yaml"] {
            assert!(fs::remove_file(root.join(gone)).is_ok());
        }
        assert_eq!(file("docs/marked.md"), Some(long("m").into_bytes()), "once is enough");
        assert_eq!(file("docs/short.md"), Some(b"short".to_vec()));
        assert_eq!(file("templates/a.yaml"), Some(long("t").into_bytes()));
        assert!(late.lost().is_none());
        let crd = if waiting { Vec::new() } else { long("c").into_bytes() };
        assert_eq!((file("crds/a.yaml"), late.lost().is_some()), (Some(crd), waiting));
        assert_eq!(file("README.md"), Some(Vec::new()));
        let told = late.lost().map(|error| error.to_string()).unwrap_or_default();
        let first = if waiting { "crds/a.yaml" } else { "README.md" };
        assert_eq!(told, format!("open {}: no such file or directory", root.join(first).display()));
    }
    // Written to: no half of the old and half of the new.
    let root = write(&case, "late");
    let late = Late::new(true);
    let mut outside = FollowAll;
    let mut context = Context::new(&SomeVersions, &mut outside);
    context.late = Some(late.clone());
    let chart = directory(&root, &mut context).unwrap_or_else(|error| panic!("{error}"));
    assert!(fs::write(root.join("README.md"), long("R") + "more").is_ok());
    assert_eq!(chart.raw_file("README.md"), Some(&b""[..]));
    let told = late.lost().map(|error| error.to_string()).unwrap_or_default();
    assert!(told.ends_with("README.md: it was changed while the chart was being used"), "{told}");
}

/// A chart with many others in it, and what is odd about some of them.
fn umbrella(odd: &[(&str, &str)]) -> Json {
    let mut files = Map::new();
    let mut add = |path: String, text: String| files.insert(path, Json::from(text));
    add("Chart.yaml".to_owned(), "apiVersion: v2\nname: top\nversion: 1.0.0\n".to_owned());
    add("values.yaml".to_owned(), "global: {a: 1}\nsub3: {b: 2}\n".to_owned());
    add(".helmignore".to_owned(), "*.tmp\n/charts/sub7/docs/\n".to_owned());
    for n in 0..24 {
        let chart = |name: String| format!("apiVersion: v2\nname: {name}\nversion: 1.0.{n}\n");
        add(format!("charts/sub{n}/Chart.yaml"), chart(format!("sub{n}")));
        // Some are the same, and some are not.
        let values = format!("b: 1\nlist: [1, two, {{three: null}}]\ndeep: {{n: {}}}\n", n % 5);
        add(format!("charts/sub{n}/values.yaml"), values);
        add(format!("charts/sub{n}/x.tmp"), "ignored".to_owned());
        add(format!("charts/sub{n}/docs/a.md"), "a".to_owned());
        add(format!("charts/sub{n}/charts/lib/Chart.yaml"), chart("lib".to_owned()));
        add(format!("charts/sub{n}/charts/lib/values.yaml"), "lib: true\n".to_owned());
        for t in 0..n {
            add(format!("charts/sub{n}/templates/t{t}.yaml"), format!("t: {t}\n"));
        }
    }
    for (path, text) in odd {
        add((*path).to_owned(), (*text).to_owned());
    }
    json!({ "files": files })
}

/// Everything that loading answers, as text.
fn loaded(root: &Path, threads: usize, (total, files, late): (u64, usize, bool)) -> String {
    fn tell(chart: &pintle_chart::Chart, depth: usize, out: &mut String) {
        let values = chart.values.as_ref().map(crate::table);
        *out += &format!("{} {} {values:?}\n", chart.place, chart.name());
        for file in &chart.raw {
            *out += &format!("{depth}  {} {:?} {:?}\n", file.name, file.data, file.modified);
        }
        chart.subcharts.iter().for_each(|chart| tell(chart, depth + 1, out));
    }
    let mut outside = Refuse::default();
    let mut context = Context::new(&SomeVersions, &mut outside);
    context.threads = threads;
    context.limits.total = total;
    context.limits.files = files;
    context.late = late.then(|| Late::new(true));
    let chart = directory(root, &mut context);
    let mut out = format!("{:?}\n", context.notices);
    match chart {
        Ok(chart) => tell(&chart, 0, &mut out),
        Err(error) => out += &format!("{error}: {:?}", error.limit()),
    }
    out + &format!("{:?}", outside.0)
}

/// The parts of the path that a line of [`loaded`] is about, when it is a file of the outermost chart.
fn name_of(line: &str) -> Option<Vec<&str>> {
    let name = line.strip_prefix("0  ")?.split(' ').next()?;
    Some(name.split('/').collect())
}

#[cfg(unix)]
#[test]
fn charts_notices_and_errors_are_those_of_one_thread() {
    /// Bytes and files that there may be, and whether files may wait.
    type Bounds = (u64, usize, bool);
    type Files<'f> = &'f [(&'f str, &'f str)];
    let free: Bounds = (1 << 20, 5000, false);
    let broken = [("charts/sub20/values.yaml", "a: {"), ("charts/sub12/charts/lib/values.yaml", "b: [")];
    let library = ("charts/sub3/templates/t1.yaml", "../../sub2/templates/t1.yaml");
    let aside = ("charts/again", "sub3");
    let out = ("charts/sub13/out", "../../../outside-target");
    let nowhere = ("charts/sub9/nowhere", "missing");
    let around = ("charts/sub5/around", "..");
    let cases: [(Files<'_>, Files<'_>, Bounds, &str); 14] = [
        (&[], &[], free, "charts/sub23/charts/lib/values.yaml"),
        (&[], &[], (1 << 20, 5000, true), "charts/sub23/charts/lib/values.yaml"),
        (&broken, &[], free, "unpacking subchart sub12 in top: error unpacking subchart lib in sub12"),
        (&broken[..1], &[library], free, "unpacking subchart sub20 in top: cannot load values.yaml"),
        (&[], &[library, aside], free, "again/templates/t1.yaml"),
        (&[], &[library, out, nowhere], free, "refused: None[\"charts/sub13/out\"]"),
        (&[], &[library, nowhere], free, "nowhere"),
        (&[("charts/sub5/charts/lib/Chart.yaml", "a: {")], &[out], free, "[\"charts/sub13/out\"]"),
        (&[], &[around], (1 << 20, 1000, false), "chart.files"),
        (&[], &[library], (4000, 5000, false), "chart.bytes"),
        (&[], &[library, out], (9000, 5000, false), "charts/sub13/out"),
        (&[], &[library, aside], (1 << 20, 300, false), "chart.files"),
        (&[], &[out], (1 << 20, 300, false), "charts/sub13/out"),
        (&[], &[], (1 << 20, 0, false), "chart.files"),
    ];
    for (number, (odd, links, bounds, expected)) in cases.into_iter().enumerate() {
        let mut case = umbrella(odd);
        if let Some(files) = case["files"].as_object_mut() {
            links.iter().for_each(|(link, _)| drop(files.remove(*link)));
        }
        case["links"] =
            links.iter().map(|(link, target)| ((*link).to_owned(), Json::from(*target))).collect();
        let root = write(&case, "threads");
        assert!(fs::write(root.with_file_name("outside-target"), "x").is_ok());
        let once = loaded(&root, 1, bounds);
        if number == 0 {
            let found: Vec<Vec<&str>> = once.lines().filter_map(name_of).collect();
            let mut sorted = found.clone();
            sorted.sort();
            assert!(found == sorted && found.len() > 300, "by name, directory by directory: {found:?}");
        }
        assert!(once.contains(expected), "{number}: {once}");
        for threads in [2, 3, 8] {
            for _ in 0..4 {
                assert_eq!(loaded(&root, threads, bounds), once, "{number} with {threads} threads");
            }
        }
    }
}
