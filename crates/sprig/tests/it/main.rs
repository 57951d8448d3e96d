//! The tests of this crate against recorded answers of Go.

#![expect(clippy::disallowed_methods, reason = "tests read recorded cases")]

mod conformance;
mod functions;
mod typed;
