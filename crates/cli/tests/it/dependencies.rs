//! `package` and `dependency` where they differ from Helm: the guard is asked, what cannot be fetched is refused
//! before anything changes, an error in the middle leaves nothing, and the same chart gives the same bytes.

use std::collections::BTreeMap;
use std::path::Path;

use crate::guard::Place;

const B: &str = "apiVersion: v2\nname: b\nversion: 1.2.3\n";

/// A chart `a` that needs `b` and what else is said.
fn needs(more: &str) -> String {
    let b = "- {name: b, version: \"*\", repository: \"file://../b\"}";
    format!("apiVersion: v2\nname: a\nversion: 0.1.0\ndependencies:\n{b}\n{more}")
}

/// Every file under a folder, and every folder, with what is in it.
fn snapshot(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.to_string_lossy().into_owned();
            if path.is_dir() {
                found.insert(name, Vec::new());
                waiting.push(path);
            } else {
                found.insert(name, std::fs::read(path).unwrap());
            }
        }
    }
    found
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn a_dependency_outside_the_chart_is_asked_for_and_told_once() {
    let place = Place::new(&[("a/Chart.yaml", &needs("")), ("b/Chart.yaml", B)]);
    let strict = ["dependency", "update", "a", "--profile", "strict"];
    let before = snapshot(&place.path(""));
    let denied = place.run(&strict);
    denied.is_denied(&format!("chart:a may not use file ({})", place.path("b").display()));
    assert_eq!(snapshot(&place.path("")), before);

    let grant = format!("chart:a file=ro {}", place.path("b").display());
    let granted = place.run(&[&strict[..], &["--grant", &grant]].concat());
    assert_eq!(granted.code, 0, "{granted:?}");
    assert_eq!(granted.err.matches("found dependency outside the chart").count(), 1, "{granted:?}");
    assert_eq!(names(&place.path("a/charts")), ["b-1.2.3.tgz"]);
}

#[cfg(unix)]
#[test]
fn charts_that_lead_elsewhere_are_written_to_only_by_who_may_write_there() {
    let chart = needs("").replace("../b", "parts/b");
    let place = Place::new(&[("a/Chart.yaml", &chart), ("a/parts/b/Chart.yaml", B), ("else/_where", "")]);
    std::os::unix::fs::symlink("../else", place.path("a/charts")).unwrap();
    let update =
        |more: &[&str]| place.run(&[&["dependency", "update", "a", "--profile", "strict"], more].concat());
    let elsewhere = place.path("else");
    update(&[]).is_denied("chart:a may not use file");
    let read = format!("chart:a file=ro {}", elsewhere.display());
    let denied = update(&["--grant", &read]);
    assert_eq!((denied.code, &*denied.out), (10, "Saving 1 charts\n"), "{denied:?}");
    let words = format!("chart:a may not use file (rw {})", elsewhere.display());
    assert!(denied.err.contains(&words) && denied.err.contains("file=rw "), "{denied:?}");
    assert_eq!(names(&elsewhere), ["_where"]);
    let write = format!("chart:a file=rw {}", elsewhere.display());
    let granted = update(&["--grant", &write]);
    assert_eq!(granted.code, 0, "{granted:?}");
    assert_eq!(names(&elsewhere), ["_where", "b-1.2.3.tgz"]);
}

#[test]
fn a_dependency_inside_the_chart_needs_no_grant() {
    let chart = needs("").replace("../b", "parts/b");
    let place = Place::new(&[("a/Chart.yaml", &chart), ("a/parts/b/Chart.yaml", B)]);
    let run = place.run(&["dependency", "update", "a", "--profile", "strict"]);
    assert_eq!((run.code, &*run.err), (0, ""), "{run:?}");
}

#[test]
fn what_would_be_fetched_is_refused_by_name_before_anything_changes() {
    for remote in ["https://charts.example.com", "oci://registry.example.com/charts"] {
        let more = format!("- {{name: c, version: 1.x, repository: \"{remote}\"}}\n");
        let place = Place::new(&[("a/Chart.yaml", &needs(&more)), ("b/Chart.yaml", B)]);
        let before = snapshot(&place.path(""));
        for arguments in [&["dependency", "update", "a"][..], &["dependency", "build", "a"]] {
            let run = place.run(arguments);
            assert_eq!(run.code, 1, "{run:?}");
            let wanted = format!("Error: dependency c is in {remote}: charts cannot be fetched");
            assert!(run.err.contains(&wanted), "{run:?}");
            assert_eq!(snapshot(&place.path("")), before);
        }
    }
}

#[test]
fn an_error_at_the_second_of_three_leaves_charts_as_it_was() {
    let more = "- {name: c, version: \"*\", repository: \"file://../c\"}\n\
                - {name: d, version: \"*\", repository: \"file://../d\"}\n";
    let c = "apiVersion: v2\nname: c\nversion: 1.0.0\n";
    let d = "apiVersion: v2\nname: d\nversion: 1.0.0\n";
    let place = Place::new(&[
        ("a/Chart.yaml", &needs(more)),
        ("a/charts/old/Chart.yaml", "apiVersion: v2\nname: old\nversion: 1.0.0\n"),
        ("b/Chart.yaml", B),
        ("c/Chart.yaml", c),
        ("c/values.schema.json", "{"),
        ("d/Chart.yaml", d),
    ]);
    let before = snapshot(&place.path("a"));
    let run = place.run(&["dependency", "update", "a"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.err.ends_with("Error: invalid JSON in values.schema.json\n"), "{run:?}");
    assert_eq!(snapshot(&place.path("a")), before);

    // The packing works, but what lies in the place of the second archive cannot be replaced.
    std::fs::remove_file(place.path("c/values.schema.json")).unwrap();
    place.write("a/charts/c-1.0.0.tgz/Chart.yaml", c);
    place.write("a/.helmignore", "charts/c-1.0.0.tgz\n");
    let before = snapshot(&place.path("a"));
    let run = place.run(&["dependency", "update", "a"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.err.ends_with("charts/c-1.0.0.tgz: is a directory\n"), "{run:?}");
    assert_eq!(snapshot(&place.path("a")), before);
}

#[cfg(unix)]
#[test]
fn a_link_in_an_archives_place_is_replaced_and_leads_nowhere() {
    let place = Place::new(&[("a/Chart.yaml", &needs("")), ("b/Chart.yaml", B)]);
    let packed = place.run(&["package", "b", "-d", "kept"]);
    assert_eq!(packed.code, 0, "{packed:?}");
    let kept = std::fs::read(place.path("kept/b-1.2.3.tgz")).unwrap();
    place.write("b/values.yaml", "new: true\n");
    std::fs::create_dir(place.path("a/charts")).unwrap();
    let archive = place.path("a/charts/b-1.2.3.tgz");
    std::os::unix::fs::symlink("../../kept/b-1.2.3.tgz", &archive).unwrap();
    let run = place.run(&["dependency", "update", "a"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(archive.symlink_metadata().unwrap().is_file());
    assert_ne!(std::fs::read(archive).unwrap(), kept);
    assert_eq!(std::fs::read(place.path("kept/b-1.2.3.tgz")).unwrap(), kept);
}

#[test]
fn the_same_chart_gives_the_same_archive_in_another_place_at_another_time() {
    let files = [
        ("a/Chart.yaml", &*needs("")),
        ("a/templates/t.yaml", "kind: X\n"),
        ("a/values.yaml", "a: 1\n"),
        ("b/Chart.yaml", B),
    ];
    let mut archives = Vec::new();
    for epoch in ["1600000000", "1600000000", "1600000001"] {
        let mut place = Place::new(&files);
        place.set("SOURCE_DATE_EPOCH", epoch);
        let run = place.run(&["package", "-u", "a"]);
        assert_eq!(run.code, 0, "{run:?}");
        archives.push((
            std::fs::read(place.path("a-0.1.0.tgz")).unwrap(),
            std::fs::read(place.path("a/charts/b-1.2.3.tgz")).unwrap(),
            std::fs::read(place.path("a/Chart.lock")).unwrap(),
        ));
    }
    assert_eq!(archives[0], archives[1]);
    assert_ne!(archives[0].0, archives[2].0);
}

#[test]
fn a_failing_package_keeps_the_archive_that_was_there() {
    let place = Place::new(&[("b/Chart.yaml", B), ("out/b-1.2.3.tgz", "old"), ("b/values.schema.json", "{")]);
    let run = place.run(&["package", "b", "-d", "out"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert_eq!(names(&place.path("out")), ["b-1.2.3.tgz"]);
    assert_eq!(std::fs::read(place.path("out/b-1.2.3.tgz")).unwrap(), b"old");
}
