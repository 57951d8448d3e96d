//! The pure functions of Sprig as typed Rust functions, with Go's regular expressions, globs, constraints and time layouts.

pub mod cast;
pub mod crypto;
pub mod decimal;
pub mod functions;
pub mod glob;
pub mod path;
pub mod regex;
pub mod semver;
pub mod time;
pub mod unicode;
pub mod url;
pub mod words;
