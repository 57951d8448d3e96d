//! [`Late`]: files of a folder, and of the archives in it, that are read only when somebody looks at them.
//!
//! Definitions of custom resources, readmes and tests are most of the bytes of many charts, and most renders look at
//! none of them. Whether such a file can be opened, and how large it is, is found out with all others.

use std::fs::Metadata as Status;
use std::io;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use govalue::Bytes;

use super::LoadError;
use super::reader::{self, Refusal};
use crate::go::path_error;

/// Files that are smaller are read at once: to open one takes as long as to read it.
const WORTH: u64 = 4 << 10;

/// Has files read late that are neither templates nor looked at while a chart is loaded. Of the others nobody knows
/// then when they were changed.
///
/// What could not be read, or was changed in between, is empty, and an error that waits in [`Late::lost`]: ask when the
/// chart was used, before anything that was made of it is shown.
#[derive(Debug, Clone)]
pub struct Late {
    crds: bool,
    lost: Arc<OnceLock<String>>,
}

impl Late {
    /// With or without the definitions of custom resources, which are better read at once when they are printed.
    pub fn new(crds: bool) -> Self {
        Self { crds, lost: Arc::default() }
    }

    /// The first file that was not what it was when the chart was loaded.
    pub fn lost(&self) -> Option<LoadError> {
        self.lost.get().cloned().map(LoadError::Io)
    }

    /// Whether a file, by its path inside the chart, is one of them.
    pub(super) fn may_wait(&self, inner: &str) -> bool {
        let own = own(inner);
        match own.split_once('/') {
            Some(("templates" | "charts", _)) => false,
            Some(("crds", _)) => self.crds,
            Some(_) => true,
            // Chart.yaml and its like, whatever else may come to be looked at; readmes are what is large.
            None => !own.ends_with(".yaml") && !own.ends_with(".json") && !own.ends_with(".lock"),
        }
    }

    /// Whether to read a file of so many bytes late saves anything.
    pub(super) fn is_large(length: u64) -> bool {
        length >= WORTH
    }

    /// Whether a file is one of them, and worth it.
    pub(super) fn is_worth(&self, inner: &str, length: u64) -> bool {
        Self::is_large(length) && self.may_wait(inner)
    }

    /// Contents that are read when they are looked at.
    pub(super) fn bytes(&self, path: &Path, status: &Status) -> Bytes {
        let (path, status, lost) = (path.to_owned(), status.clone(), Arc::clone(&self.lost));
        Bytes::later(move || match reader::again(&path, |now| is_same(&status, now)) {
            Ok(data) => data,
            Err(refusal) => {
                let changed = || ("read", io::Error::other("it was changed while the chart was being used"));
                let (operation, error) = match refusal {
                    Refusal::System(operation, error) => (operation, error),
                    Refusal::Over => changed(),
                };
                // The first is told.
                let _ = lost.set(path_error(operation, &path, &error));
                Arc::from([])
            }
        })
    }
}

/// The path of a file inside the chart that it belongs to, from that inside the outermost one.
pub(super) fn own(inner: &str) -> &str {
    let mut own = inner;
    while let Some((_, inside)) = own.strip_prefix("charts/").and_then(|below| below.split_once('/')) {
        own = inside;
    }
    own
}

/// Whether nobody wrote to a file, nor put another in its place.
fn is_same(before: &Status, now: &Status) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        if (before.dev(), before.ino()) != (now.dev(), now.ino()) {
            return false;
        }
    }
    before.len() == now.len() && before.modified().ok() == now.modified().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_loading_looks_at_does_not_wait() {
        let late = Late::new(true);
        for name in [
            "Chart.yaml",
            "values.yaml",
            "values.schema.json",
            "Chart.lock",
            "requirements.yaml",
            "templates/a.yaml",
            "templates/files/a.md",
            "charts/a.tgz",
            "charts/a/Chart.yaml",
            "charts/a/values.yaml",
            "charts/a/templates/a.yaml",
            "charts/a/charts/b.tgz",
            "charts/a/charts/b/templates/a.yaml",
        ] {
            assert!(!late.may_wait(name), "{name}");
        }
        for name in [
            "README.md",
            "crds/a.yaml",
            "files/a.json",
            "charts/a/README.md",
            "charts/a/charts/b/crds/a.yaml",
        ] {
            assert!(late.may_wait(name), "{name}");
        }
        assert!(!Late::new(false).may_wait("crds/a.yaml"));
        assert!(!Late::new(false).may_wait("charts/a/crds/a.yaml"));
    }
}
