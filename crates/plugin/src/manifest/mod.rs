//! plugin.yaml: what a plugin says about itself, in the format of old or in `v1`.
//!
//! Bytes become a tree (`govalue`), the tree fills one of the two formats (`legacy.rs`, `v1.rs`), and both become one
//! [`Manifest`]. The order of the checks and their words are Helm's; `strict.rs` adds ours, which come last.

mod internal;
mod legacy;
mod runtime;
mod strict;
mod v1;

use govalue::print::quote;
use govalue::yaml::{self, Tree};
use guard::Grant;

pub use runtime::{Extism, Hooks, PlatformCommand, ProtocolCommand, Runtime, Subprocess};
pub use strict::{HOST_FUNCTIONS, Stricter};

use crate::decode::Decoder;

/// The name of the file.
pub const FILE: &str = "plugin.yaml";

/// What a document may cost: a plugin.yaml has a page or two.
const LIMITS: yaml::Limits = yaml::Limits { depth: 100, nodes: 100_000, bytes: 4 << 20 };

/// A plugin's own words, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// The format it is written in.
    pub format: Format,
    /// Letters, digits, dashes and underscores.
    pub name: String,
    /// A semantic version; empty where an old plugin has none.
    pub version: String,
    /// Where it comes from; empty where it does not say.
    pub source_url: String,
    /// What kind of plugin it is, and what that kind needs to know.
    pub config: Config,
    /// How it runs.
    pub runtime: Runtime,
    /// What it asks for beyond Helm's fields: `runtimeConfig.capabilities`. All that it asks for is
    /// [`requests`](crate::request::requests).
    pub capabilities: Vec<Grant>,
    /// Folders below its own whose files change while it is used: `runtimeConfig.dataFolders`, with `/` between names.
    /// Nobody looks whether they are as they were.
    pub data_folders: Vec<String>,
}

/// The two formats of plugin.yaml.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Without an `apiVersion`.
    Legacy,
    /// `apiVersion: v1`.
    V1,
}

impl Format {
    /// As `plugin list` shows it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Legacy => "legacy",
            Self::V1 => "v1",
        }
    }
}

/// A plugin's kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Config {
    /// A command.
    Cli {
        /// The line of usage, whose first word is the command; empty for the plugin's name.
        usage: String,
        /// One line of help.
        short_help: String,
        /// All of the help.
        long_help: String,
        /// Whether it is called without arguments.
        ignore_flags: bool,
    },
    /// Fetches what URLs of these schemes lead to.
    Getter {
        /// The schemes.
        protocols: Vec<String>,
    },
    /// Changes rendered manifests.
    PostRenderer,
    /// Helm's own tests have such.
    Test,
}

impl Config {
    /// The kind as plugin.yaml has it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Cli { .. } => "cli/v1",
            Self::Getter { .. } => "getter/v1",
            Self::PostRenderer => "postrenderer/v1",
            Self::Test => "test/v1",
        }
    }
}

/// Why a plugin.yaml is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// The `apiVersion` cannot be read.
    #[error("failed to peek plugin.yaml API version: {0}")]
    Peek(String),
    /// The `apiVersion` is none that is known.
    #[error("invalid plugin apiVersion: {}", quote(.0.as_bytes()))]
    ApiVersion(String),
    /// The document does not fit; Go's words, one line for each place.
    #[error("{0}")]
    Decode(String),
    /// Something that must be said is not, or is not right; Helm's words.
    #[error("{0}")]
    Invalid(String),
    /// The kind or the runtime is not known, or what they are told does not fit.
    #[error("failed to convert MetadataV1 to Metadata: {0}")]
    Convert(String),
    /// Helm takes it; we do not.
    #[error(transparent)]
    Stricter(#[from] Stricter),
}

impl Manifest {
    /// Reads a plugin.yaml as Helm does, and then more strictly.
    ///
    /// # Errors
    /// In Helm's words for what Helm refuses; [`ManifestError::Stricter`] for the rest.
    pub fn read(bytes: &[u8]) -> Result<Self, ManifestError> {
        let peek = |error: String| ManifestError::Peek(error);
        let tree = yaml::tree(bytes, &LIMITS).map_err(|error| peek(error.to_string()))?;
        // Go's decoder says so of a file without a document.
        let tree = tree.ok_or_else(|| peek("EOF".to_owned()))?;
        let mut version = String::new();
        let mut decoder = Decoder::lenient();
        decoder.fields(&tree, "plugin.apiVersion", |decoder, name, node| {
            name == "apiVersion" && decoder.text(node, &mut version)
        });
        decoder.finish().map_err(peek)?;
        match version.as_str() {
            "" => legacy::read(&tree),
            "v1" => v1::read(&tree),
            _ => Err(ManifestError::ApiVersion(version)),
        }
    }

    /// What Helm looks at in either format.
    fn check(&self) -> Result<(), ManifestError> {
        let mut wrong = Vec::new();
        if !is_name(&self.name) {
            wrong.push(bad_name(&self.name));
        }
        if !self.version.is_empty() && !is_version(&self.version) {
            wrong.push(bad_version(&self.version));
        }
        if let Config::Getter { protocols } = &self.config {
            if protocols.is_empty() {
                wrong.push("config validation failed: getter has no protocols".to_owned());
            }
            if let Some(at) = protocols.iter().position(String::is_empty) {
                wrong.push(format!("config validation failed: getter has empty protocol at index {at}"));
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(ManifestError::Invalid(wrong.join("\n"))) }
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

fn is_version(version: &str) -> bool {
    sprig::semver::Version::parse_strict(version).is_ok()
}

fn bad_name(name: &str) -> String {
    format!("invalid plugin name {}: must contain only a-z, A-Z, 0-9, _ and -", quote(name.as_bytes()))
}

fn bad_version(version: &str) -> String {
    format!("invalid plugin version {}: must be valid semver", quote(version.as_bytes()))
}

/// What is written under a key that holds anything, as Helm writes it down again before it reads it with more care:
/// the lines of its errors are those of that text.
fn again(value: &govalue::Value) -> Result<Option<Tree>, String> {
    let text = yaml::write_pretty(value).map_err(|error| error.to_string())?;
    yaml::tree(&text, &LIMITS).map_err(|error| error.to_string())
}
