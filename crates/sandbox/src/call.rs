//! What one call is given.

use crate::clock::Cancel;
use crate::limits::Limits;
use crate::outbound::{NoOutbound, Outbound};
use crate::outcome::LogLevel;
use pintle_guard::{Actor, Question};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::PathBuf;

/// Everything about one call of a guest but the guard.
pub struct Call {
    /// Whose code runs.
    pub actor: Actor,
    /// The exported function to call.
    pub entry: String,
    /// The input message.
    pub input: Vec<u8>,
    /// The limits.
    pub limits: Limits,
    /// The plugin's own configuration.
    pub config: BTreeMap<String, String>,
    /// What of the host could be granted. What is not here does not exist for the guest, whatever is granted.
    pub world: World,
    /// How allowed questions are answered.
    pub outbound: Box<dyn Outbound>,
    /// The release that is being rendered or post-rendered right now.
    pub current_release: Option<CurrentRelease>,
    /// Ends the call from outside.
    pub cancel: Cancel,
    /// From which level on the guest's log is kept.
    pub log_level: LogLevel,
    /// Whether the six steps are noted.
    pub trace: bool,
}

impl Call {
    /// A call with nothing in reach, under the default limits.
    pub fn new(actor: Actor, entry: impl Into<String>, input: impl Into<Vec<u8>>) -> Self {
        Self {
            actor,
            entry: entry.into(),
            input: input.into(),
            limits: Limits::default(),
            config: BTreeMap::new(),
            world: World::default(),
            outbound: Box::new(NoOutbound),
            current_release: None,
            cancel: Cancel::new(),
            log_level: LogLevel::Off,
            trace: false,
        }
    }
}

/// The release that is being rendered or post-rendered: `helm_get_values` without a name answers from it.
#[derive(Debug, Clone, PartialEq)]
pub struct CurrentRelease {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// What the user set.
    pub values: Value,
    /// The chart's defaults included.
    pub all_values: Value,
}

impl CurrentRelease {
    /// A release by its place and its values, both as JSON.
    ///
    /// # Errors
    /// When one of them is none, or nests deeper than a guest could be told.
    pub fn read(
        (namespace, name): (&str, &str),
        values: &[u8],
        all_values: &[u8],
    ) -> Result<Self, serde_json::Error> {
        let (values, all_values) = (serde_json::from_slice(values)?, serde_json::from_slice(all_values)?);
        Ok(Self { namespace: namespace.to_owned(), name: name.to_owned(), values, all_values })
    }

    /// What the guard is asked before a guest is told.
    pub(crate) fn question(&self) -> Question {
        Question::CurrentRelease { namespace: self.namespace.clone(), name: self.name.clone() }
    }
}

/// What of the host a guest could be granted.
#[derive(Default)]
pub struct World {
    /// Only commands have one.
    pub stdin: Stdin,
    /// Only commands have one; what others write is dropped.
    pub stdout: Option<Output>,
    /// Only commands have one; of what others write the end is kept, to explain a failure.
    pub stderr: Option<Output>,
    /// The variables that could be granted.
    pub env: BTreeMap<String, String>,
    /// The temporary folder that the plugin asked for.
    pub tempdir: Option<Tempdir>,
}

/// A temporary folder, mapped to `/tmp`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tempdir {
    /// The folder in which it is made. Its leftovers are swept with [`crate::sweep_tempdirs`].
    pub root: PathBuf,
    /// The most bytes it may hold.
    pub bytes: u64,
}

/// A guest's standard input.
#[derive(Default)]
pub enum Stdin {
    /// At its end from the beginning.
    #[default]
    Empty,
    /// These bytes.
    Bytes(Vec<u8>),
    /// A stream. Read on a thread of its own when the guest first reads, so that a terminal where nobody types does
    /// not outlast the deadline.
    Reader(Box<dyn Read + Send>),
}

/// Where a guest's standard output or error goes.
pub struct Output {
    /// The stream.
    pub writer: Box<dyn Write + Send>,
    /// A terminal gets the text without control sequences; everything else gets the bytes.
    pub terminal: bool,
}
