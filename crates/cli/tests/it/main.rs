//! The command line against recorded transcripts of Helm, and what is ours alone.

mod advisories;
mod attacks;
mod cases;
mod dependencies;
mod explain;
mod guard;
mod guides;
mod inspect;
mod limits;
mod order;
mod output_dir;
mod plugin_attacks;
mod plugin_install;
mod plugin_sources;
mod plugins;
mod post_renderer;
mod profile;
mod progress;
mod provenance;
mod reference;
mod scene;
mod starters;
mod teach;
mod terminal;
