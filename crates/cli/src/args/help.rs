//! The block of flags in help and usage texts, laid out as pflag does.

use super::flag::{Flag, Kind};
use super::tables::HELP;
use crate::environment::Environment;

/// The block of flags of a command called `name`: names in one column, help in the next.
pub(crate) fn flag_usages(flags: &[&Flag], name: &str, environment: &Environment) -> String {
    let mut shown: Vec<&&Flag> = flags.iter().filter(|flag| environment.shows(flag)).collect();
    shown.sort_by_key(|flag| flag.name);
    let rows: Vec<(String, String)> =
        shown.iter().map(|flag| (left(flag), right(flag, name, environment))).collect();
    let width = rows.iter().map(|(left, _)| left.len()).max().unwrap_or(0);
    rows.iter().map(|(left, right)| format!("{left:width$}   {right}\n")).collect()
}

/// A flag's help: the help flag's names the command.
pub(crate) fn about(flag: &Flag, name: &str) -> String {
    if flag.name == HELP.name { format!("{}{name}", flag.help) } else { flag.help.to_owned() }
}

fn left(flag: &Flag) -> String {
    let mut left = match flag.short {
        Some(short) => format!("  -{short}, --{}", flag.name),
        None => format!("      --{}", flag.name),
    };
    let word = flag.kind.word();
    if !word.is_empty() {
        left.push(' ');
        left.push_str(word);
    }
    match flag.bare {
        Some(_) if flag.kind == Kind::Bool => {}
        Some(bare) if flag.kind == Kind::String => {
            left.push_str(&format!("[={}]", govalue::print::quote(bare.as_bytes())));
        }
        Some(bare) => left.push_str(&format!("[={bare}]")),
        None => {}
    }
    left
}

fn right(flag: &Flag, name: &str, environment: &Environment) -> String {
    let mut right = about(flag, name);
    let default = environment.default_of(flag);
    if default.is_empty() {
        return right;
    }
    if flag.kind == Kind::String {
        right.push_str(&format!(" (default {})", govalue::print::quote(default.as_bytes())));
    } else {
        right.push_str(&format!(" (default {default})"));
    }
    right
}
