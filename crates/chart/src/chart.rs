//! A [`Chart`]: what was loaded, before any values were chosen.

use std::sync::Arc;

use govalue::{Bytes, Map};

use crate::go;
use crate::lock::Lock;
use crate::metadata::Metadata;

/// A file of a chart. Cloning shares name and contents.
#[derive(Debug, Clone)]
pub struct File {
    /// Its path inside the chart, with forward slashes.
    pub name: Arc<str>,
    /// Its contents, without a byte order mark. Those of a folder may be read only now, see
    /// [`Late`](crate::load::Late).
    pub data: Bytes,
    /// When it was last changed, in seconds since 1970 as archives keep it; `None` when nobody knows.
    pub modified: Option<i64>,
}

impl File {
    /// Names some contents.
    pub fn new(name: impl Into<Arc<str>>, data: impl Into<Bytes>) -> Self {
        Self { name: name.into(), data: data.into(), modified: None }
    }

    /// Tells when it was last changed.
    #[must_use]
    pub fn changed_at(mut self, seconds: Option<i64>) -> Self {
        self.modified = seconds;
        self
    }

    /// The same contents under another name.
    pub(crate) fn renamed(&self, name: &str) -> Self {
        Self { name: Arc::from(name), ..self.clone() }
    }
}

/// A chart as it lies on disk, its metadata checked, with the charts under `charts/`.
#[derive(Debug)]
pub struct Chart {
    /// Chart.yaml, and requirements.yaml in old charts.
    pub metadata: Metadata,
    /// Chart.lock or requirements.lock.
    pub lock: Option<Lock>,
    /// Every file as it was read, in order.
    pub raw: Vec<File>,
    /// What lies under `templates/`.
    pub templates: Arc<[File]>,
    /// What is none of the special files: `.Files` of templates.
    pub files: Arc<[File]>,
    /// values.yaml, all documents merged. `None` without such a file.
    pub values: Option<Map>,
    /// values.schema.json.
    pub schema: Option<Arc<[u8]>>,
    /// The folder or archive under its parent's `charts/` that it was read from; empty for a chart by itself.
    pub place: String,
    /// Charts under `charts/`, ordered by the name of their folder or archive.
    pub subcharts: Vec<Chart>,
}

impl Chart {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.metadata.name
    }

    /// The text of values.yaml with its comments, as `helm show values` prints it.
    pub fn values_text(&self) -> Option<&[u8]> {
        self.raw_file("values.yaml")
    }

    /// A file as it was read.
    pub fn raw_file(&self, name: &str) -> Option<&[u8]> {
        self.raw.iter().find(|file| &*file.name == name).map(|file| &*file.data)
    }

    /// The readme that `helm show readme` prints.
    pub fn readme(&self) -> Option<&File> {
        const NAMES: [&str; 3] = ["readme.md", "readme.txt", "readme"];
        self.files.iter().find(|file| NAMES.iter().any(|name| file.name.eq_ignore_ascii_case(name)))
    }

    /// Custom resource definitions of this chart and, after them, of every chart under it.
    pub fn crds(&self) -> Vec<&File> {
        let mut found: Vec<&File> = self.files.iter().filter(|file| is_crd(file)).collect();
        for chart in &self.subcharts {
            found.extend(chart.crds());
        }
        found
    }

    /// Checks that every declared dependency has a chart of that name under `charts/`.
    ///
    /// # Errors
    /// Naming those that are missing, in the order they are declared.
    pub fn check_dependencies(&self) -> Result<(), MissingDependencies> {
        let present = |name: &str| self.subcharts.iter().any(|chart| chart.name() == name);
        let missing: Vec<String> =
            self.metadata.dependencies().map(|d| d.name.clone()).filter(|name| !present(name)).collect();
        if missing.is_empty() { Ok(()) } else { Err(MissingDependencies { names: missing }) }
    }
}

/// Dependencies are declared but not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("found in Chart.yaml, but missing in charts/ directory: {}", names.join(", "))]
pub struct MissingDependencies {
    /// Their names.
    pub names: Vec<String>,
}

/// Whether a file under `crds/` is a manifest.
pub(crate) fn is_crd(file: &File) -> bool {
    let extension = go::extension(&file.name);
    file.name.starts_with("crds/")
        && [".yaml", ".yml", ".json"].iter().any(|wanted| extension.eq_ignore_ascii_case(wanted))
}
