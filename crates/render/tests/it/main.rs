//! Rendering whole charts.

mod guard;
