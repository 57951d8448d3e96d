//! Every function that templates can call and every action has cases of its own, and stays so.

use std::collections::{BTreeMap, BTreeSet};

use crate::cases::{Case, suite};

/// Fewer cases than this say little about a function.
const ENOUGH: usize = 8;

/// What stands before a name that is no function's: a field, a variable, a text.
const NAMES_IN_FIELDS: &[u8] = b"._$\"'`";

/// The words of a template's actions that stand where a function can: not in a text, not behind a dot.
fn words(template: &str, found: &mut BTreeSet<String>) {
    let mut rest = template;
    while let Some(start) = rest.find("{{") {
        let action = &rest[start + 2..];
        let end = action.find("}}").unwrap_or(action.len());
        words_of_action(&action.as_bytes()[..end], found);
        rest = &action[end..];
    }
}

fn words_of_action(action: &[u8], found: &mut BTreeSet<String>) {
    let mut at = 0;
    let mut before = b' ';
    while at < action.len() {
        let byte = action[at];
        if matches!(byte, b'"' | b'`') {
            at += 1;
            while at < action.len() && action[at] != byte {
                at += if byte == b'"' && action[at] == b'\\' { 2 } else { 1 };
            }
            at += 1;
        } else if byte.is_ascii_alphabetic() {
            let length = action[at..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
            if !NAMES_IN_FIELDS.contains(&before) && !before.is_ascii_alphanumeric() {
                found.insert(String::from_utf8_lossy(&action[at..at + length]).into_owned());
            }
            at += length;
        } else {
            at += 1;
        }
        before = action.get(at.wrapping_sub(1)).copied().unwrap_or(b' ');
    }
}

fn used(case: &Case) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    if let Some(template) = case.bytes("template") {
        words(&String::from_utf8_lossy(&template), &mut found);
    }
    for (name, content) in case.files() {
        if name.contains("templates/") {
            words(content, &mut found);
        }
    }
    found
}

/// Go's keywords.
const ACTIONS: [&str; 11] =
    ["if", "else", "end", "with", "range", "break", "continue", "define", "block", "template", "nil"];

#[test]
fn every_function_and_action_has_cases() {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    // The language itself has a suite of its own, without Helm's functions.
    for case in suite("template").iter().chain(&suite("gotmpl")).flatten() {
        for word in used(case) {
            *counts.entry(word).or_default() += 1;
        }
    }
    let functions = pintle_render::function_names();
    assert!(functions.len() > 200, "only {} functions", functions.len());
    let scarce: Vec<String> = functions
        .iter()
        .chain(&ACTIONS)
        .map(|name| (name, counts.get(*name).copied().unwrap_or(0)))
        .filter(|(_, count)| *count < ENOUGH)
        .map(|(name, count)| format!("{name} ({count})"))
        .collect();
    assert!(scarce.is_empty(), "fewer than {ENOUGH} cases: {}", scarce.join(", "));
}

#[test]
fn words_in_texts_and_behind_dots_are_no_functions() {
    let mut found = BTreeSet::new();
    words("upper {{ lower \"add\" | quote }} {{ .Values.trim $sub (list `dict` 1) }}", &mut found);
    let found: Vec<&str> = found.iter().map(String::as_str).collect();
    assert_eq!(found, ["list", "lower", "quote"]);
}
