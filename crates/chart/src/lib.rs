//! Helm charts: metadata, loading, values, dependencies and schema.
//!
//! ```text
//! load::{directory, archive} → Chart
//! values::merge              → Map        what -f and --set ask for
//! Chart::resolve             → ResolvedChart   conditions, tags, aliases, import-values, coalescing, schema
//! ```
//!
//! Each step's result type can come from that step alone. Nothing here prints: what Helm would log is handed
//! back as [`Notice`]s. Only [`load::directory`] reads the file system; whatever else is needed from outside
//! is a trait the caller implements ([`Versions`], [`load::Outside`], [`values::FileReader`],
//! [`schema::SchemaLoader`]).

mod chart;
pub mod create;
pub mod dependencies;
mod go;
pub mod load;
pub mod lock;
pub mod metadata;
mod notice;
pub mod origins;
pub mod package;
mod resolve;
pub mod schema;
mod tar_stream;
pub mod together;
pub mod values;

pub use chart::{Chart, File, MissingDependencies};
pub use lock::Lock;
pub use metadata::{Dependency, Maintainer, Metadata, Versions};
pub use notice::{Attribute, Level, Notice};
pub use resolve::{ResolveError, ResolvedChart, Rules, SubchartValues};

/// What Helm says when a chart cannot run on a Kubernetes version. The caller decides whether it can, with
/// [`Versions::matches`]; a range that cannot be read fits no version.
pub fn kube_version_message(constraint: &str, version: &str) -> String {
    format!("chart requires kubeVersion: {constraint} which is incompatible with Kubernetes {version}")
}
