//! The command line as Helm parses it: cobra's and pflag's rules, over tables of flags.
//!
//! Not clap: scripts parse cobra's error texts, bare `--dry-run`, CSV slices, flag order in help and the
//! `Usage:` block of argument errors, and each of those would be a fight with a general parser.

pub(crate) mod flag;
pub(crate) mod help;
mod parse;
pub(crate) mod tables;
mod values;

#[cfg(test)]
pub(crate) use parse::parse;
pub(crate) use parse::{
    ParseError, Parsed, PostRenderer, PostRenderers, Target, glance, no_plugin, parse_finding, parse_partly,
    strip_flags,
};
pub(crate) use values::{float32, parse_bool, parse_int};
