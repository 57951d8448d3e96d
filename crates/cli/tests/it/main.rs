//! The command line against recorded transcripts of Helm, and what is ours alone.

mod advisories;
mod attacks;
mod cases;
mod dependencies;
mod explain;
mod guard;
mod limits;
mod order;
mod output_dir;
mod reference;
mod starters;
