//! Files → [`Chart`]: from a directory or from an archive's bytes.
//!
//! [`directory`] is the one place of the crate that touches the file system; it asks [`Outside`] before it
//! follows a link that leaves the chart. [`archive`] reads bytes from strangers and meets its limits before
//! it allocates. Both end in the same assembly, which sorts files into templates, values and subcharts.

mod ahead;
mod archive;
mod assemble;
mod directory;
mod expanded;
mod folder;
pub(crate) mod ignore;
mod late;
mod listing;
mod opened;
mod reader;
mod sniff;

pub use archive::{ArchiveError, ArchiveLimits, archive, check_archive, unpack};
pub use directory::{directory, folder};
pub use expanded::{ExpandError, expanded};
pub use folder::{Entry, Folder};
pub use ignore::IgnoreError;
pub use late::Late;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use govalue::{Map, yaml};

use self::archive::Unpacked;

use crate::chart::{Chart, File};
use crate::metadata::{ValidationError, Versions};
use crate::notice::Notice;

/// UTF-8's byte order mark, which Helm takes off every file.
pub(crate) const BOM: &[u8] = b"\xef\xbb\xbf";

/// The bytes a chart may have when unpacked.
pub const MAX_CHART_SIZE: u64 = 100 * 1024 * 1024;

/// Decides about symbolic links that lead out of the chart's directory.
pub trait Outside {
    /// Asked before anything behind `link` is read; `target` is where it ends.
    ///
    /// # Errors
    /// To refuse; loading then fails with that error.
    fn may_read(&mut self, link: &Path, target: &Path) -> Result<(), Box<dyn std::error::Error>>;

    /// Asked now and then while documents are read: each chart in the tree may be small, and all together not.
    ///
    /// # Errors
    /// When there is no room for so many bytes more.
    fn may_go_on(&mut self, bytes: u64) -> Result<(), Box<dyn std::error::Error>> {
        let _ = bytes;
        Ok(())
    }
}

/// Helm's way: every link is followed.
#[derive(Debug, Clone, Copy, Default)]
pub struct FollowAll;

impl Outside for FollowAll {
    fn may_read(&mut self, _: &Path, _: &Path) -> Result<(), Box<dyn std::error::Error>> {
        Ok(())
    }
}

/// No link is followed out of the chart: loading fails at the first one.
#[derive(Debug, Clone, Copy, Default)]
pub struct StayInside;

impl Outside for StayInside {
    fn may_read(&mut self, link: &Path, _: &Path) -> Result<(), Box<dyn std::error::Error>> {
        Err(format!("{} leads out of the chart", link.display()).into())
    }
}

/// Who is told of a template's text.
pub type OnTemplate<'a> = dyn Fn(&Arc<[u8]>) + Sync + 'a;

/// What loading needs from outside, and what it leaves behind.
pub struct Context<'a> {
    /// The rules for versions.
    pub versions: &'a dyn Versions,
    /// Asked about links out of the chart.
    pub outside: &'a mut dyn Outside,
    /// Bounds for files and archives, those under `charts/` too.
    pub limits: ArchiveLimits,
    /// Bounds for YAML.
    pub yaml: yaml::Limits,
    /// Bytes that were unpacked so far.
    unpacked: u64,
    /// Archives of the folder with what they unpack to, as far as that is known already.
    early: Vec<(Arc<[u8]>, Unpacked)>,
    /// Values that were read already.
    known: ahead::Values,
    /// Bytes of documents that were read since `outside` was asked whether to go on.
    read: usize,
    /// Whether `apiVersion` picks the loader before anything else is looked at, as most of Helm does. Some of
    /// its commands (`create --starter`, `dependency`) load whatever there is as a chart of version 2.
    pub detect: bool,
    /// How many threads may read files.
    pub threads: usize,
    /// Which files of a folder are read only when somebody looks at them: none, as long as nothing is said.
    pub late: Option<Late>,
    /// Told of every template of the chart itself as soon as it was read, by whatever thread. Those of the charts
    /// below it: [`Chart::resolve_telling`](crate::Chart::resolve_telling).
    pub templates: Option<&'a OnTemplate<'a>>,
    /// Log lines, in order. Present after an error too.
    pub notices: Vec<Notice>,
}

impl<'a> Context<'a> {
    /// Helm's limits and no notices yet.
    pub fn new(versions: &'a dyn Versions, outside: &'a mut dyn Outside) -> Self {
        Self {
            versions,
            outside,
            limits: ArchiveLimits::default(),
            yaml: yaml::Limits::default(),
            unpacked: 0,
            early: Vec::new(),
            known: ahead::Values::default(),
            read: 0,
            detect: true,
            threads: 1,
            late: None,
            templates: None,
            notices: Vec::new(),
        }
    }

    /// Counts a document that is about to be read; values take many times the room of their text.
    fn about_to_read(&mut self, file: &File) -> Result<(), LoadError> {
        const OFTEN: usize = 1 << 20;
        /// Bytes that a byte of text may become while it is read, at worst, and a value.
        const ROOM: (u64, u64) = (48, 160);
        self.read += file.data.len();
        if self.read < OFTEN {
            return Ok(());
        }
        self.read = 0;
        let room = (file.data.len() as u64 * ROOM.0).min((self.yaml.nodes as u64).saturating_mul(ROOM.1));
        self.outside.may_go_on(room).map_err(LoadError::Outside)
    }

    /// The values in a file.
    fn values(&mut self, file: &File) -> Result<Map, govalue::Error> {
        self.known.read(file.data.shared(), &self.yaml)
    }

    /// The files in an archive under `charts/`.
    fn unpack(&mut self, data: &Arc<[u8]>) -> Result<Unpacked, ArchiveError> {
        match self.early.iter().position(|(early, _)| Arc::ptr_eq(early, data)) {
            Some(at) => Ok(self.early.swap_remove(at).1),
            None => archive::unpack_kept(data, &self.limits, self.late.as_ref(), &|_, data| data.into()),
        }
    }

    /// Counts what came out of an archive: each may be small, and all of them together not.
    fn count(&mut self, bytes: u64) -> Result<(), LoadError> {
        self.unpacked += bytes;
        if self.unpacked > self.limits.unpacked {
            return Err(LoadError::Unpacked(self.limits.unpacked));
        }
        Ok(())
    }
}

/// Builds a chart from files that are in memory already, named from the chart's own folder on.
///
/// # Errors
/// With Helm's words for the first file that is not what it should be.
pub fn files(files: Vec<File>, context: &mut Context<'_>) -> Result<Chart, LoadError> {
    assemble::assemble(files, context, 0)
}

/// Why a chart could not be loaded, in Helm's words.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// There is no Chart.yaml that can be read.
    #[error("unable to detect chart at {path}: {reason}")]
    Detect {
        /// Where it should be.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// A special file is not what it should be.
    #[error("cannot load {file}: {source}")]
    Parse {
        /// `Chart.yaml`, `values.yaml` or one of their kin.
        file: &'static str,
        /// What is wrong with it.
        source: govalue::Error,
    },
    /// An `apiVersion` that no loader knows.
    #[error("unsupported chart version")]
    UnsupportedVersion,
    /// `apiVersion: v3`, which Helm can load but not use.
    #[error("invalid chart apiVersion")]
    InvalidVersion,
    /// No Chart.yaml among the files.
    #[error("Chart.yaml file is missing")]
    NoChartFile,
    /// No Chart.yaml in an archive.
    #[error("unable to detect chart version, no Chart.yaml found")]
    NoChartFileInArchive,
    /// Chart.yaml says something that cannot be.
    #[error(transparent)]
    Validation(#[from] ValidationError),
    /// A chart under `charts/` is broken.
    #[error("error unpacking subchart {subchart} in {chart}: {source}")]
    Subchart {
        /// Its folder or archive.
        subchart: String,
        /// The chart that holds it.
        chart: String,
        /// What is wrong with it.
        source: Box<LoadError>,
    },
    /// A folder is named as an archive.
    #[error("error unpacking subchart tar in {chart}: expected {expected}, got {got}")]
    SubchartFolder {
        /// The chart that holds it.
        chart: String,
        /// The folder's name.
        expected: String,
        /// Its first file.
        got: String,
    },
    /// Charts lie too deep in charts.
    #[error("charts are nested more than {0} levels deep")]
    Nesting(usize),
    /// All archives together are too large.
    #[error("the archives of this chart unpack to more than {0} bytes")]
    Unpacked(u64),
    /// A folder is too large.
    #[error("error reading {file}: chart exceeds maximum decompressed size of {limit} bytes")]
    TooLarge {
        /// The file that was too much.
        file: String,
        /// Bytes that all files may have.
        limit: u64,
    },
    /// An archive is broken or too large.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// An archive is broken; Helm does not say how.
    #[error("unable to load chart archive")]
    UnreadableArchive(#[source] ArchiveError),
    /// A file is not an archive at all.
    #[error("{0}")]
    NotAnArchive(String),
    /// `.helmignore` has a rule that cannot be read.
    #[error(transparent)]
    Ignore(#[from] IgnoreError),
    /// The system refused something.
    #[error("{0}")]
    Io(String),
    /// A file cannot be read or is over the budget.
    #[error("error reading {file}: {reason}")]
    Read {
        /// Its path inside the chart.
        file: String,
        /// The system's words, or the limit.
        reason: String,
    },
    /// A link leads nowhere or round in circles.
    #[error("error evaluating symlink {path}: {reason}")]
    Link {
        /// The link.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// A device, pipe or socket.
    #[error("cannot load irregular file {} as it has file mode type bits set", .0.display())]
    Irregular(PathBuf),
    /// More files than any chart has.
    #[error("chart has more than {0} files")]
    TooManyFiles(usize),
    /// A link out of the chart was refused.
    #[error("{0}")]
    Outside(#[source] Box<dyn std::error::Error>),
}

impl LoadError {
    /// Name and value of the limit that was met, if that is what is wrong.
    pub fn limit(&self) -> Option<(&'static str, u64)> {
        match self {
            Self::Parse { source, .. } => source.limit(),
            Self::Subchart { source, .. } => source.limit(),
            Self::Archive(source) | Self::UnreadableArchive(source) => source.limit(),
            Self::Nesting(limit) => Some(("chart.nesting", *limit as u64)),
            Self::Unpacked(limit) => Some(("chart.unpacked", *limit)),
            Self::TooLarge { limit, .. } => Some(("chart.bytes", *limit)),
            Self::TooManyFiles(limit) => Some(("chart.files", *limit as u64)),
            _ => None,
        }
    }
}
