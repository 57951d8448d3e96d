//! Help and usage texts, laid out as cobra does.

use super::flag::{Flag, Kind};
use crate::environment::Environment;

/// The block of flags: names in one column, help in the next.
pub(crate) fn flag_usages(flags: &[&Flag], environment: &Environment) -> String {
    let mut shown: Vec<&&Flag> =
        flags.iter().filter(|flag| environment.shows(flag) && flag.deprecated.is_none()).collect();
    shown.sort_by_key(|flag| flag.name);
    let rows: Vec<(String, String)> = shown.iter().map(|flag| row(flag, environment)).collect();
    let width = rows.iter().map(|(left, _)| left.len()).max().unwrap_or(0);
    rows.iter().map(|(left, right)| format!("{left:width$}   {right}\n")).collect()
}

fn row(flag: &Flag, environment: &Environment) -> (String, String) {
    let mut left = match flag.short {
        Some(short) => format!("  -{short}, --{}", flag.name),
        None => format!("      --{}", flag.name),
    };
    let word = flag.kind.word();
    if !word.is_empty() {
        left.push(' ');
        left.push_str(word);
    }
    if let Some(bare) = flag.bare
        && flag.kind != Kind::Bool
    {
        if flag.kind == Kind::String {
            left.push_str(&format!("[={}]", govalue::print::quote(bare.as_bytes())));
        } else {
            left.push_str(&format!("[={bare}]"));
        }
    }
    let default = environment.default_of(flag);
    let mut right = flag.help.to_owned();
    if !default.is_empty() {
        if flag.kind == Kind::String {
            right.push_str(&format!(" (default {})", govalue::print::quote(default.as_bytes())));
        } else {
            right.push_str(&format!(" (default {default})"));
        }
    }
    (left, right)
}
