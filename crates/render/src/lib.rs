//! Resolved chart → rendered files → manifests, hooks and notes: what `helm template` does, as a library.
//!
//! [`execute`] parses and runs all templates of a chart tree; [`classify`] splits what they printed into
//! documents, tells hooks from resources and puts them in install order. Whatever a template asks of the world
//! goes through [`Host`], and every question takes a permit of the guard: the engine has no other way out.
//!
//! [`lint`](mod@lint) renders a chart as well and says what is wrong with it.
//!
//! # A chart in ten lines
//!
//! [`strictly`] does all of it in one call, for a chart that may ask for nothing:
//!
//! ```
//! use pintle_render::chart::{load, values};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # std::env::set_current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))?;
//! let mut outside = load::StayInside;
//! let mut loading = load::Context::new(&pintle_render::Semver, &mut outside);
//! let chart = load::directory("examples/charts/shop".as_ref(), &mut loading)?;
//! let values = values::read(b"replicaCount: 3", &Default::default())?;
//! let manifests = pintle_render::strictly(&chart, &values, "shop", "web")?;
//! for manifest in &manifests.resources {
//!     println!("{} {} from {}", manifest.kind, manifest.name, manifest.path);
//! }
//! # let found: Vec<_> = manifests.resources.iter().filter(|it| &*it.kind == b"Deployment").collect();
//! # assert_eq!(found.len(), 3);
//! # assert!(found.iter().any(|it| String::from_utf8_lossy(&it.content).contains("replicas: 3")));
//! # assert_eq!(manifests.hooks.len(), 2);
//! # Ok(())
//! # }
//! ```
//!
//! A chart that does ask is told apart from one that is broken:
//!
//! ```
//! # use pintle_render::chart::{load, values};
//! # use pintle_render::StrictError;
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # std::env::set_current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))?;
//! # let mut outside = load::StayInside;
//! # let mut loading = load::Context::new(&pintle_render::Semver, &mut outside);
//! let chart = load::directory("examples/charts/login".as_ref(), &mut loading)?;
//! match pintle_render::strictly(&chart, &values::read(b"", &Default::default())?, "web", "web") {
//!     Err(StrictError::Render(error)) => {
//!         let denial = error.denial().ok_or("broken")?;
//!         assert!(denial.to_string().contains("chart:login may not use random"));
//!     }
//!     other => return Err(format!("{other:?}").into()),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Absent on purpose: reading files, fetching charts, clocks, printing.

mod ahead;
mod aside;
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
pub mod post;
mod price;
mod strict;

use std::collections::BTreeMap;

use bytes::Bytes;

pub use ahead::Ahead;
pub use capabilities::{
    Capabilities, DEFAULT_API_VERSIONS, DEFAULT_KUBE_VERSION, GO_VERSION, HELM_VERSION, KUBE_CLIENT_VERSION,
    KubeVersion, build_info,
};
/// Loading charts and reading values.
pub use chart;
pub use chart::{Level, Notice};
pub use context::{ReleaseOptions, VALUES};
pub use error::RenderError;
pub use execute::{RenderOptions, Rendered, TEMPLATES, execute, execute_own, trace};
pub use functions::function_names;
pub use hooks::{Hook, HookEvent};
pub use host::{Host, KeyAnswer, KeyRequest, Moment, RandomAhead};
pub use manifest::{Manifest, Manifests, classify, classify_watched, classify_within, split, trim};
pub use order::INSTALL_ORDER;
pub use strict::{NoHost, Semver, StrictError, strictly};

/// What templates printed.
#[derive(Debug, Clone, Default)]
pub struct RenderedFiles {
    /// By path, from the root chart's name on; without notes and partials.
    pub files: BTreeMap<String, Bytes>,
    /// The notes.
    pub notes: Vec<u8>,
}
