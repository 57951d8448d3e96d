//! The words for what can be asked.

use crate::text::nearest;
use std::fmt;

/// One kind of thing that an actor can ask for. Its scope is a [`crate::Scope`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Capability {
    /// HTTP requests of plugins.
    Http,
    /// The proxies of the environment, for HTTP requests of plugins.
    Proxy,
    /// Resolving host names (`getHostByName`).
    Dns,
    /// Reading the cluster (`lookup`, host functions).
    Cluster,
    /// Reading releases.
    Release,
    /// Reading or rendering other charts.
    Chart,
    /// Environment variables.
    Env,
    /// Standard input.
    Stdin,
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
    /// Files of the host; for charts, files outside the chart's own folder.
    File,
    /// A temporary directory.
    Tempdir,
    /// A plugin's own `config` map.
    Config,
    /// The time now.
    Clock,
    /// The local time zone.
    Timezone,
    /// Randomness.
    Random,
    /// Private keys, certificates, password hashes.
    Keygen,
    /// Schemas that a values schema refers to outside the chart.
    SchemaRef,
    /// Native code, outside Wasm.
    Native,
    /// Native code confined by the system.
    NativeConfined,
}

impl Capability {
    /// Every capability, in the order of the documentation.
    pub const ALL: [Capability; 20] = [
        Self::Http,
        Self::Proxy,
        Self::Dns,
        Self::Cluster,
        Self::Release,
        Self::Chart,
        Self::Env,
        Self::Stdin,
        Self::Stdout,
        Self::Stderr,
        Self::File,
        Self::Tempdir,
        Self::Config,
        Self::Clock,
        Self::Timezone,
        Self::Random,
        Self::Keygen,
        Self::SchemaRef,
        Self::Native,
        Self::NativeConfined,
    ];

    /// The word in flags and files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Proxy => "proxy",
            Self::Dns => "dns",
            Self::Cluster => "cluster",
            Self::Release => "release",
            Self::Chart => "chart",
            Self::Env => "env",
            Self::Stdin => "stdin",
            Self::Stdout => "stdout",
            Self::Stderr => "stderr",
            Self::File => "file",
            Self::Tempdir => "tempdir",
            Self::Config => "config",
            Self::Clock => "clock",
            Self::Timezone => "timezone",
            Self::Random => "random",
            Self::Keygen => "keygen",
            Self::SchemaRef => "schema-ref",
            Self::Native => "native",
            Self::NativeConfined => "native:confined",
        }
    }

    /// Finds a capability by its word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|capability| capability.word() == word)
    }

    /// The known word nearest to one that is not known.
    pub(crate) fn nearest(word: &str) -> Option<&'static str> {
        nearest(word, Self::ALL.into_iter().map(Self::word))
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_back() {
        for capability in Capability::ALL {
            assert_eq!(Capability::from_word(capability.word()), Some(capability));
        }
        assert_eq!(Capability::from_word("Random"), None);
    }

    #[test]
    fn a_misspelt_word_finds_its_neighbour() {
        assert_eq!(Capability::nearest("randm"), Some("random"));
        assert_eq!(Capability::nearest("time-zone"), Some("timezone"));
        assert_eq!(Capability::nearest("schemaref"), Some("schema-ref"));
        assert_eq!(Capability::nearest("quux-and-more"), None);
    }
}
