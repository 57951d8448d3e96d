//! plugins.lock as text.

use std::fmt::Write as _;

use guard::{Grant, yaml_scalar};

use super::read::{API_VERSION, KIND};
use super::{Entry, Lock, Signer, Unfinished};

const HEAD: &str = "\
# The plugins that were installed, what each of their files was then, and what you granted to them.
# Written by `plugin install`, `accept`, `adopt`, `grants`, `update` and `uninstall`; better changed by them than by hand.
";

pub(super) fn lock(lock: &Lock) -> String {
    let mut text = HEAD.to_owned();
    // Writing to a String cannot fail.
    let _ = write!(text, "apiVersion: {API_VERSION}\nkind: {KIND}\n");
    if lock.entries.is_empty() {
        text.push_str("plugins: {}\n");
    } else {
        text.push_str("plugins:\n");
        for (folder, one) in &lock.entries {
            let _ = writeln!(text, "  {}:", yaml_scalar(folder));
            entry(&mut text, "    ", one);
        }
    }
    if !lock.unfinished.is_empty() {
        text.push_str("# Changes that were begun. The next command that changes plugins finishes them or takes them back.\n");
        text.push_str("unfinished:\n");
        for (folder, one) in &lock.unfinished {
            let _ = writeln!(text, "  {}:", yaml_scalar(folder));
            unfinished(&mut text, one);
        }
    }
    text
}

fn unfinished(text: &mut String, one: &Unfinished) {
    let Unfinished { place, stage, number, fresh, next, beside } = one;
    let _ = writeln!(text, "    place: {}", yaml_scalar(place));
    let _ = writeln!(text, "    stage: {}", yaml_scalar(stage));
    if let Some(number) = number {
        let _ = writeln!(text, "    number: \"{number}\"");
    }
    let _ = writeln!(text, "    fresh: {fresh}");
    list(text, "    ", "beside", beside.iter().map(|path| yaml_scalar(path)));
    if let Some(next) = next {
        text.push_str("    next:\n");
        entry(text, "      ", next);
    }
}

fn entry(text: &mut String, indent: &str, entry: &Entry) {
    let Entry { folder: _, name, version, source, installed, signer, linked, requested, granted, files } =
        entry;
    for (key, value) in [("name", name), ("version", version), ("source", source), ("installed", installed)] {
        let _ = writeln!(text, "{indent}{key}: {}", yaml_scalar(value));
    }
    match signer {
        Signer::Signed { fingerprint, identities } => {
            let _ = writeln!(text, "{indent}signer:\n{indent}  fingerprint: {}", yaml_scalar(fingerprint));
            let deeper = format!("{indent}  ");
            list(text, &deeper, "identities", identities.iter().map(|identity| yaml_scalar(identity)));
        }
        Signer::Unsigned { accepted } => {
            let _ = writeln!(text, "{indent}signer:\n{indent}  unsigned: {}", yaml_scalar(accepted));
        }
    }
    let _ = writeln!(text, "{indent}linked: {linked}");
    list(text, indent, "requested", requested.iter().map(Grant::to_item));
    list(text, indent, "granted", granted.iter().map(Grant::to_item));
    let empty = if files.is_empty() { " {}" } else { "" };
    let _ = writeln!(text, "{indent}files:{empty}");
    for (path, pinned) in files {
        let _ = writeln!(text, "{indent}  {}: {}", yaml_scalar(path), yaml_scalar(&pinned.to_string()));
    }
}

fn list(text: &mut String, indent: &str, key: &str, items: impl Iterator<Item = String>) {
    let items: Vec<String> = items.collect();
    if items.is_empty() {
        let _ = writeln!(text, "{indent}{key}: []");
        return;
    }
    let _ = writeln!(text, "{indent}{key}:");
    for item in items {
        let _ = writeln!(text, "{indent}  - {item}");
    }
}
