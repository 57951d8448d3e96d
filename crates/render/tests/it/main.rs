//! Rendering whole charts.
#![expect(clippy::disallowed_methods, reason = "charts lie in folders, and recorded cases in files")]

mod aside;
mod cases;
mod coverage;
mod guard;
mod host;
mod post;
mod replay;
mod twice;
