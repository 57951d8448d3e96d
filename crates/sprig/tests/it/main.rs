//! The tests of this crate against recorded answers of Go.

mod conformance;
mod functions;
mod typed;
