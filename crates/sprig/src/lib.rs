//! The pure functions of Sprig as typed Rust functions, with Go's regular expressions, globs, constraints and time layouts.
