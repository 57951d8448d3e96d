//! Replays what Go answered, recorded as JSON lines.

// The name that the other crates know it by.
extern crate pintle_govalue as govalue;

mod data;
mod json;
mod print;
mod toml;
mod yaml;
