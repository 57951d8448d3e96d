//! The engine against Go's text/template, as recorded.

#[path = "../../../govalue/tests/it/data.rs"]
#[expect(dead_code, reason = "the reader of cases is shared, and this crate needs a part of it")]
mod data;
mod engine;
mod replay;
mod witness;
