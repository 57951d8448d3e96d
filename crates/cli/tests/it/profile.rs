//! `--timings` and `--flamegraph`: they tell where the time went, and change nothing else.

use crate::guard::Place;

const TEMPLATE: &str = "{{ define \"part\" }}{{ upper .Release.Name }}{{ end }}a: {{ include \"part\" . }}\n";

/// Rows of a table of what `--timings` prints: the last column, by the word in its heading.
fn rows(text: &str, heading: &str) -> Vec<String> {
    let mut lines = text.lines().skip_while(|line| !line.ends_with(&format!("  {heading}")));
    lines.next();
    lines
        .take_while(|line| !line.is_empty())
        .filter_map(|line| Some(line.trim().rsplit_once("  ")?.1.to_owned()))
        .collect()
}

#[test]
fn timings_are_told_on_standard_error_and_nothing_else_changes() {
    let place = Place::chart(TEMPLATE);
    let plain = place.run(&["template", "rel", "shop"]);
    assert_eq!((plain.code, plain.err.as_str()), (0, ""));
    let timed = place.run(&["template", "rel", "shop", "--timings"]);
    assert_eq!((timed.code, &timed.out), (0, &plain.out));
    let phases = rows(&timed.err, "phase");
    assert_eq!(
        phases,
        ["load", "values", "schema", "parse", "execute", "yaml", "sort", "print", "other", "all"],
        "{}",
        timed.err
    );
    assert_eq!(rows(&timed.err, "chart"), ["shop"]);
    assert_eq!(rows(&timed.err, "template"), ["shop/templates/a.yaml", "part (shop/templates/a.yaml)"]);
    let mut functions = rows(&timed.err, "function");
    functions.sort();
    assert_eq!(functions, ["include", "upper"]);
}

#[test]
fn a_render_that_fails_and_a_lint_tell_their_time_too() {
    let place = Place::chart("{{ upper \"x\" }}{{ fail \"no\" }}");
    let failed = place.run(&["template", "rel", "shop", "--timings"]);
    assert_eq!(failed.code, 1);
    assert!(failed.err.starts_with("Error: execution error at (shop/templates/a.yaml"), "{}", failed.err);
    assert!(rows(&failed.err, "function").contains(&"fail".to_owned()), "{}", failed.err);
    let linted = place.run(&["lint", "shop", "--timings"]);
    assert!(rows(&linted.err, "function").contains(&"upper".to_owned()), "{}", linted.err);
}

#[test]
fn a_flamegraph_is_a_picture_of_its_own_in_a_file() {
    let place = Place::chart(TEMPLATE);
    let drawn = place.run(&["template", "rel", "shop", "--flamegraph", "flame.svg"]);
    assert_eq!((drawn.code, drawn.err.as_str()), (0, ""));
    let picture = std::fs::read_to_string(place.path("flame.svg")).unwrap();
    assert!(picture.starts_with("<svg xmlns=") && picture.ends_with("</svg>\n"), "{picture}");
    assert!(picture.contains("<title>execute: "), "{picture}");

    // Where it cannot be written, what was asked for is printed all the same, and the code tells.
    place.write("file", "");
    let refused = place.run(&["template", "rel", "shop", "--flamegraph", "file/flame.svg"]);
    assert_eq!((refused.code, &refused.out), (1, &drawn.out));
    assert!(refused.err.starts_with("Error: --flamegraph file/flame.svg: "), "{}", refused.err);
}
