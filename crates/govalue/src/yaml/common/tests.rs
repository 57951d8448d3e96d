//! Both ways to a document compared.

use super::*;

/// Compares the two ways; answers whether the short one was taken.
fn same(text: &[u8]) -> bool {
    let (source, limits) = (Source::new(text), Limits::default());
    let Some(short) = read(&source, &limits) else { return false };
    match Document::scan(&source, &limits) {
        Ok(long) => assert_eq!(short.nodes, long.nodes, "{}", String::from_utf8_lossy(text)),
        Err(error) => panic!("{error} in\n{}", String::from_utf8_lossy(text)),
    }
    true
}

#[test]
fn ordinary_documents_are_of_the_common_shape() {
    for text in [
        "a: 1\nb:\n  c: \"x\\n\" # y\n  d: 'z'\n",
        "---\n# Source: a\nkind: A\nmetadata:\n  name: x\nspec:\n- a: b\n  c:\n  - d\n  -\n- e\nf:",
        "a: |\n  x\n\n   y\n\nb: |-\n  z\n\nc: |+\n  z\n\n",
        "- - a\n  - b:\n    c: [\"x\", y , 'z']\n-   d: {}\n    e: []\n",
        "\"a b\": https://example.com/#x\n'c': -1\n.d/e: x # comment\n",
        "a:\n\n  # comment\n    # comment\n  b: é\n",
    ] {
        assert!(same(text.as_bytes()), "{text}");
    }
}

#[test]
fn whatever_the_lines_both_ways_read_the_same() {
    const PIECES: [&str; 65] = [
        "a: 1",
        "b:",
        "c: \"x\"",
        "d: 'y'",
        "- e",
        "-",
        "- f: g",
        "- - h",
        "i: |",
        "j: |-",
        "k: |+",
        "l: >",
        "text",
        "- |",
        "{}",
        "w: {a: b, c: [\"d\", {}]}",
        "x: 'it''s",
        "more text'",
        "y: \"a  ",
        "b \\n\"",
        "z: a  b",
        "> c",
        "- >-",
        "  d",
        "[e, f]",
        "\"g\"",
        "h: 'i'': j'",
        "k#l  # m",
        "n: \"o \\",
        "\\ p\"",
        "- :q",
        "- {\"a\":\"b\",\"c\":{}}",
        "{\"a\": 1}",
        "r: \"\\/\"",
        "r: \"\\ts\\",
        "m: [a, \"b\"]",
        "n: {}",
        "# o",
        "p: q # r",
        "s: t: u",
        "v : w",
        "",
        "   ",
        "\"x\": y",
        "- \"z\": 1",
        "a: \"\\n\\\"\"",
        "b: \"\\u0041\"",
        "c: é",
        "- é: 1",
        "---",
        "--- a",
        "...",
        "d: -",
        "e: - f",
        "- -1",
        "f: &g h",
        "i: *g",
        "<<: x",
        "j: !!str k",
        "? l",
        "m: \"n",
        "o: [p",
        "q: [r, ]",
        "s:t",
        "u: 'v' w",
    ];
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let mut taken = 0;
    for _ in 0..40_000 {
        let mut text = String::new();
        // Most lines stay where they are, or go in or out by one level, as people write them.
        let mut indent = 0_usize;
        let common = random(4) > 0;
        for _ in 0..1 + random(8) {
            indent = match random(6) {
                0 => indent + 2,
                1 => indent.saturating_sub(2),
                2 => random(5),
                _ => indent,
            };
            text.push_str(&" ".repeat(indent));
            text.push_str(PIECES[random(if common { 42 } else { PIECES.len() })]);
            text.push('\n');
        }
        if random(5) == 0 {
            text.pop();
        }
        taken += usize::from(same(text.as_bytes()));
    }
    assert!(taken > 2_000, "only {taken} took the short way");
}
