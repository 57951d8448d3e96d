//! A chart's folder as `helm lint` sees it: pieces that are looked at by themselves, and the whole.

use std::path::PathBuf;
use std::sync::Arc;

use super::LoadError;
use crate::chart::Chart;
use crate::notice::Notice;

/// What stands under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// Nothing.
    Missing,
    /// A directory, with the system's words for an attempt to read it as a file.
    Directory(String),
    /// A file's contents, byte order mark included.
    File(Arc<[u8]>),
    /// Something that cannot be read, with the reason.
    Unreadable(String),
}

/// A chart's folder.
#[derive(Debug)]
pub struct Folder {
    /// Where it is, from the root on; for an archive, where that is.
    pub path: PathBuf,
    /// Chart.yaml
    pub chart_file: Entry,
    /// values.yaml
    pub values: Entry,
    /// values.schema.json
    pub schema: Entry,
    /// `templates/`; for a file, without its contents.
    pub templates: Entry,
    /// `crds/`; for a file, without its contents.
    pub crds: Entry,
    /// The chart that all files together make.
    pub chart: Result<Chart, LoadError>,
    /// What Helm logs each time it loads that chart.
    pub notices: Vec<Notice>,
}
