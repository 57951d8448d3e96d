//! Guests written for one question each, allowed and denied, within and over each limit.

mod attacks;
mod compile;
mod ends;
mod guests;
mod hostile;
mod hosts;
mod http;
mod imports;
mod kernel;
mod limits;
mod support;
mod wasi;
