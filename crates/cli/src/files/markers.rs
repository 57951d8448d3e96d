//! Which files beside others are on their way, and which were left by a process that was killed.
//!
//! Files on their way are called `.pintle-PROCESS-BATCH-NUMBER`. As long as they are, a file `.pintle-PROCESS-BATCH.lock`
//! in the same folder is locked. The lock ends with its process, however that ends; a number of a process could be
//! somebody else's by then, or that of a process in another container.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

const PREFIX: &str = ".pintle-";
const LOCK: &str = ".lock";
/// Folders beyond these have no lock: a process has so many files open. There the number of the process has to do.
const MOST: usize = 200;

/// The markers of one batch.
#[derive(Debug)]
pub(super) struct Markers {
    number: u32,
    held: BTreeMap<PathBuf, Option<File>>,
}

impl Default for Markers {
    fn default() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        Self { number: NEXT.fetch_add(1, Ordering::Relaxed), held: BTreeMap::new() }
    }
}

impl Markers {
    /// The number of the batch.
    #[cfg(test)]
    pub(super) fn number(&self) -> u32 {
        self.number
    }

    fn group(&self) -> String {
        format!("{}-{}", std::process::id(), self.number)
    }

    /// A name for a file on its way in a folder. Short, as the name of the file itself may be as long as the system
    /// lets names be.
    pub(super) fn name(&mut self, folder: &Path, file: usize) -> String {
        if !self.held.contains_key(folder) {
            // What cannot be swept or locked is no reason not to write.
            let _ = sweep(folder);
            let held = if self.held.len() < MOST { self.mark(folder).ok().flatten() } else { None };
            self.held.insert(folder.to_owned(), held);
        }
        format!("{PREFIX}{}-{file}", self.group())
    }

    fn mark(&self, folder: &Path) -> io::Result<Option<File>> {
        let marker = folder.join(format!("{PREFIX}{}{LOCK}", self.group()));
        for _ in 0..8 {
            let lock = File::options().write(true).create_new(true).open(&marker)?;
            match lock.try_lock() {
                // A sweep may have come between making and locking it; then it is gone, and we begin again.
                Ok(()) if marker.exists() => return Ok(Some(lock)),
                Ok(()) | Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => {
                    let _ = std::fs::remove_file(&marker);
                    return Err(error);
                }
            }
        }
        Ok(None)
    }
}

impl Drop for Markers {
    fn drop(&mut self) {
        self.release();
    }
}

impl Markers {
    /// Removes them: nothing is on its way any more.
    pub(super) fn release(&mut self) {
        for (folder, held) in std::mem::take(&mut self.held) {
            if held.is_some() {
                // Before the lock goes, so that nobody finds it without.
                let _ = std::fs::remove_file(folder.join(format!("{PREFIX}{}{LOCK}", self.group())));
            }
        }
    }
}

/// Removes from a folder what killed processes left in it.
fn sweep(folder: &Path) -> io::Result<()> {
    let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let mut groups: BTreeMap<String, BTreeSet<PathBuf>> = BTreeMap::new();
    for entry in std::fs::read_dir(here)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if let Some(group) = group_of(&name)
            && entry.file_type()?.is_file()
        {
            groups.entry(group).or_default().insert(entry.path());
        }
    }
    for (group, files) in groups {
        let marker = here.join(format!("{PREFIX}{group}{LOCK}"));
        // Only what is a file: to open a pipe would wait.
        let lock = match files.contains(&marker) {
            true => Some(File::options().write(true).open(&marker)?),
            false => None,
        };
        let left = match &lock {
            Some(lock) => lock.try_lock().is_ok(),
            None => is_gone(&group),
        };
        if left {
            // The marker goes last: it stands for the rest.
            for file in files.iter().filter(|file| **file != marker) {
                std::fs::remove_file(file)?;
            }
            drop(lock);
            let _ = std::fs::remove_file(&marker);
        }
    }
    Ok(())
}

/// `PROCESS-BATCH` of a file on its way or its marker.
fn group_of(name: &str) -> Option<String> {
    let rest = name.strip_prefix(PREFIX)?;
    let numbers: Vec<&str> = rest.strip_suffix(LOCK).unwrap_or(rest).split('-').collect();
    let are_numbers = numbers.iter().all(|number| number.parse::<u32>().is_ok());
    let fits = if rest.ends_with(LOCK) { numbers.len() == 2 } else { matches!(numbers.len(), 2 | 3) };
    (are_numbers && fits).then(|| numbers[..2].join("-"))
}

/// Whether no process has the number of a group.
#[cfg(unix)]
fn is_gone(group: &str) -> bool {
    use rustix::process::{Pid, test_kill_process};
    let number = group.split('-').next().and_then(|number| number.parse().ok()).and_then(Pid::from_raw);
    number.is_some_and(|number| test_kill_process(number) == Err(rustix::io::Errno::SRCH))
}

#[cfg(not(unix))]
fn is_gone(_group: &str) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::{Batch, OWN};

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn write(folder: &Path) {
        let mut batch = Batch::default();
        batch.file(&folder.join("a"), b"new", OWN).unwrap();
        batch.commit().unwrap();
    }

    #[test]
    fn what_a_killed_process_left_goes_and_what_is_on_its_way_stays() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        // Left with its marker, which nobody holds, and by a process without one: there is no such process.
        for name in [".pintle-4000000000-0-0", ".pintle-4000000000-0-1", ".pintle-4000000000-0.lock"] {
            std::fs::write(at(name), "half").unwrap();
        }
        if cfg!(unix) {
            std::fs::write(at(".pintle-2000000000-5"), "half").unwrap();
        }
        // Somebody else's, and none of ours.
        let others = [".pintle-rc", ".pintle-1-2-3-4", ".pintle-a-0-0", "pintle-7-0-0"];
        for name in others {
            std::fs::write(at(name), "mine").unwrap();
        }
        // On its way: whoever holds the marker lives, whatever its number says.
        std::fs::write(at(".pintle-4000000001-0-0"), "half").unwrap();
        let held = File::create(at(".pintle-4000000001-0.lock")).unwrap();
        held.lock().unwrap();
        write(folder.path());
        let mut expected = vec!["a", ".pintle-4000000001-0-0", ".pintle-4000000001-0.lock"];
        expected.extend(others);
        expected.sort_unstable();
        assert_eq!(names(folder.path()), expected);
        drop(held);
        write(folder.path());
        expected.retain(|name| !name.contains("4000000001"));
        assert_eq!(names(folder.path()), expected);
    }

    #[test]
    fn two_batches_in_one_folder_leave_each_other_alone() {
        let folder = tempfile::tempdir().unwrap();
        let mut first = Batch::default();
        first.file(&folder.path().join("a"), b"first", OWN).unwrap();
        let mut second = Batch::default();
        second.file(&folder.path().join("b"), b"second", OWN).unwrap();
        assert_eq!(names(folder.path()).len(), 4);
        second.commit().unwrap();
        first.commit().unwrap();
        assert_eq!(names(folder.path()), ["a", "b"]);
    }
}
