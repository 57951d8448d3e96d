//! Resolved chart → rendered files → manifests, hooks and notes: what `helm template` does, as a library.
//!
//! [`execute`] parses and runs all templates of a chart tree; [`classify`] splits what they printed into
//! documents, tells hooks from resources and puts them in install order. Whatever a template asks of the world
//! goes through [`Host`], and every question takes a permit of the guard: the engine has no other way out.
//!
//! [`lint`](mod@lint) renders a chart as well and says what is wrong with it.
//!
//! Absent on purpose: reading files, fetching charts, clocks, printing.

mod authors;
mod capabilities;
mod context;
mod error;
mod execute;
mod files;
mod functions;
mod hooks;
mod host;
pub mod lint;
mod manifest;
mod order;
mod price;
mod together;

use std::collections::BTreeMap;

pub use capabilities::{
    Capabilities, DEFAULT_API_VERSIONS, DEFAULT_KUBE_VERSION, GO_VERSION, HELM_VERSION, KUBE_CLIENT_VERSION,
    KubeVersion, build_info,
};
pub use chart::{Level, Notice};
pub use context::{ReleaseOptions, VALUES};
pub use error::RenderError;
pub use execute::{RenderOptions, Rendered, TEMPLATES, execute, execute_own};
pub use functions::function_names;
pub use hooks::{Hook, HookEvent};
pub use host::{Host, KeyAnswer, KeyRequest, Moment};
pub use manifest::{Manifest, Manifests, classify, classify_watched, classify_within, split, trim};
pub use order::INSTALL_ORDER;

/// What templates printed.
#[derive(Debug, Clone, Default)]
pub struct RenderedFiles {
    /// By path, from the root chart's name on; without notes and partials.
    pub files: BTreeMap<String, Vec<u8>>,
    /// The notes.
    pub notes: Vec<u8>,
}
