//! The tests of this crate against recorded answers of Go.

mod functions;
mod typed;
