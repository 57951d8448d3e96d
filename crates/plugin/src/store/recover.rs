//! What killed changes left: finished or taken back. All of it can be killed as well, and is done again then.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::disk;
use super::{GONE, MARKER, NEW, OLD, STAGES, Store, StoreError, failed};
use crate::lock::{Lock, Unfinished};

impl Store<'_> {
    /// Finishes or takes back every change of a folder of plugins that nobody is at any more, and removes what they
    /// left. plugins.lock is held.
    pub(super) fn recover(&self, root: &Path, held: &File) -> Result<(), StoreError> {
        let mut lock = self.lock()?;
        let before = lock.clone();
        let here: Vec<(String, Unfinished)> =
            lock.unfinished.iter().map(|(known, one)| (known.clone(), one.clone())).collect();
        for (known, unfinished) in here {
            if self.is_alive(Path::new(&unfinished.stage))? {
                continue;
            }
            self.resolve(&mut lock, &known, &unfinished)?;
        }
        // A plugin that was being removed is gone, and its entry is not.
        let lost: Vec<PathBuf> = lock
            .entries()
            .map(|entry| PathBuf::from(&entry.folder))
            .filter(|folder| folder.parent() == Some(root) && !disk::is_there(folder))
            .filter(|folder| lock.unfinished(folder).is_none())
            .collect();
        for folder in lost {
            lock.remove(&folder);
        }
        if lock != before {
            self.write(&lock, held)?;
        }
        // What cannot be removed now, because a killed hook's child writes there for example, is tried again next time.
        let _ = self.sweep(root, &lock);
        Ok(())
    }

    /// Takes back the change of one stage, whose process is this one.
    pub(super) fn take_back(&self, stage: &Path, held: &File) -> Result<(), StoreError> {
        let mut lock = self.lock()?;
        let found = lock.unfinished.iter().find(|(_, one)| Path::new(&one.stage) == stage);
        let Some((known, mut unfinished)) = found.map(|(known, one)| (known.clone(), one.clone())) else {
            return Ok(());
        };
        // It failed: whether it could be finished is not the question.
        unfinished.next = None;
        self.resolve(&mut lock, &known, &unfinished)?;
        self.write(&lock, held)
    }

    /// Finishes a change or takes it back.
    fn resolve(&self, lock: &mut Lock, known: &str, unfinished: &Unfinished) -> Result<(), StoreError> {
        let (place, stage) = (Path::new(&unfinished.place), Path::new(&unfinished.stage));
        let (new, old, gone) = (stage.join(NEW), stage.join(OLD), stage.join(GONE));
        let disk = &self.disk;
        let back = |from: &Path, to: &Path| disk.rename(from, to).map_err(failed("restore", place));
        let in_place = match unfinished.number {
            Some(number) => disk::number(place) == Some(number),
            None => disk::is_there(place) && !disk::is_there(&new),
        };
        lock.unfinished.remove(known);
        if in_place && let Some(next) = &unfinished.next {
            lock.set(next.clone());
            return Ok(());
        }
        if in_place && unfinished.fresh {
            back(place, &gone)?;
        } else if in_place && disk::is_there(&old) {
            back(place, &gone)?;
            back(&old, place)?;
        } else if in_place {
            // The two had changed places.
            if !disk.exchange(&new, place).map_err(failed("restore", place))? {
                back(place, &gone)?;
                back(&new, place)?;
            }
        } else if !disk::is_there(place) && disk::is_there(&old) {
            back(&old, place)?;
        } else if !disk::is_there(place) && !unfinished.fresh && disk::is_there(&gone) && disk::is_there(&new)
        {
            // Taking it back was interrupted, between the two steps.
            back(&new, place)?;
        }
        for file in &unfinished.beside {
            let file = Path::new(file);
            disk.remove_file(file).map_err(failed("remove", file))?;
        }
        Ok(())
    }

    /// Whether some other process is at a change of the plugin that plugins.lock knows by a folder.
    pub(super) fn is_changed_by_others(&self, lock: &Lock, known: &Path) -> Result<bool, StoreError> {
        match lock.unfinished(known) {
            Some(unfinished) => self.is_alive(Path::new(&unfinished.stage)),
            None => Ok(false),
        }
    }

    /// Whether somebody is at the change of a stage.
    fn is_alive(&self, stage: &Path) -> Result<bool, StoreError> {
        let marker = stage.join(MARKER);
        match self.disk.try_lock(&marker) {
            Ok(free) => Ok(free.is_none()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(failed("lock", &marker)(error)),
        }
    }

    /// Removes what nobody needs.
    fn sweep(&self, root: &Path, lock: &Lock) -> Result<(), StoreError> {
        let stages = root.join(STAGES);
        let entries = match std::fs::read_dir(&stages) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(failed("read", &stages)(error)),
        };
        for entry in entries {
            let stage = entry.map_err(failed("read", &stages))?.path();
            let needed = lock.unfinished.values().any(|one| Path::new(&one.stage) == stage);
            if !needed && !self.is_alive(&stage)? {
                self.disk.remove_tree(&stage).map_err(failed("remove", &stage))?;
            }
        }
        Ok(())
    }
}
