//! Paths below a guest's folders. `cap-std` resolves them, and lets none lead out, by `..` or by link.

use super::errno::{Errno, Fail};
use super::files::{OpenFile, is_same};
use super::{Answer, Guest};
use cap_std::fs::{Dir, OpenOptions};
use std::path::Path;

/// How a path is to be opened, as the guest wrote it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Opening {
    pub(super) how: u32,
    pub(super) rights: u64,
    pub(super) flags: u32,
}

const CREATE: u32 = 1;
const DIRECTORY: u32 = 2;
const EXCLUSIVE: u32 = 4;
const TRUNCATE: u32 = 8;
const RIGHT_READ: u64 = 1 << 1;
const RIGHT_WRITE: u64 = (1 << 6) | (1 << 8) | (1 << 22);
const FLAG_APPEND: u32 = 1;
const FOLLOW: u32 = 1;

impl Guest<'_> {
    /// The folder, whether it may be changed, its quota, and the path below it.
    fn below(&mut self, fd: u32, path: u32, length: u32) -> Result<(Dir, bool, Option<usize>, String), Fail> {
        let path = self.text(path, length)?;
        let folder = self.fd_folder(fd)?;
        if path.is_empty() {
            return Err(Errno::NoEnt.into());
        }
        Ok((folder.dir.try_clone()?, folder.writable, folder.quota, path))
    }

    fn below_writable(
        &mut self,
        fd: u32,
        path: u32,
        length: u32,
    ) -> Result<(Dir, Option<usize>, String), Fail> {
        match self.below(fd, path, length)? {
            (dir, true, quota, path) => Ok((dir, quota, path)),
            (_, false, ..) => Err(Errno::RoFs.into()),
        }
    }

    pub(super) fn path_open(
        &mut self,
        fd: u32,
        follow: u32,
        path: u32,
        length: u32,
        opening: Opening,
        out: u32,
    ) -> Answer {
        let (dir, may_write, quota, path) = self.below(fd, path, length)?;
        let most = self.state.limits.open_files;
        let Opening { how, rights, flags } = opening;
        let changes = how & (CREATE | TRUNCATE) != 0 || rights & RIGHT_WRITE != 0;
        let before = dir.symlink_metadata(&path);
        if follow & FOLLOW == 0 && before.as_ref().is_ok_and(cap_std::fs::Metadata::is_symlink) {
            return Err(Errno::Loop.into());
        }
        let found = dir.metadata(&path);
        let is_dir = found.as_ref().is_ok_and(cap_std::fs::Metadata::is_dir);
        if is_dir {
            // Go asks for every right, also for folders.
            if how & (CREATE | EXCLUSIVE) == CREATE | EXCLUSIVE {
                return Err(Errno::Exist.into());
            }
            if how & TRUNCATE != 0 {
                return Err(Errno::IsDir.into());
            }
            let opened = dir.open_dir(&path)?;
            let number = self.state.wasi.table.insert_folder(opened, (may_write, quota), most)?;
            return Ok(self.write_u32(out, number)?);
        }
        if how & DIRECTORY != 0 {
            return Err(if found.is_ok() { Errno::NotDir } else { Errno::NoEnt }.into());
        }
        // Opening a pipe or a device can wait for ever, or do something.
        if found.as_ref().is_ok_and(|metadata| !metadata.is_file()) {
            return Err(Errno::NotSup.into());
        }
        // Rights say what a library could want rather than what the program does: where only reading is granted,
        // reading is what is opened.
        let write = changes && may_write;
        if !may_write && how & (CREATE | TRUNCATE) != 0 {
            return Err(Errno::RoFs.into());
        }
        let read = rights & RIGHT_READ != 0 || !write;
        let mut options = OpenOptions::new();
        options.read(read).write(write);
        if how & EXCLUSIVE != 0 {
            options.create_new(how & CREATE != 0);
        } else {
            options.create(how & CREATE != 0);
        }
        let old_size = found.as_ref().map_or(0, cap_std::fs::Metadata::len);
        if found.is_err() && how & CREATE != 0 {
            // So that empty files do not come for nothing.
            self.state.wasi.table.charge(quota, ENTRY_COST)?;
        }
        let file = dir.open_with(&path, &options)?;
        if how & TRUNCATE != 0 && write {
            file.set_len(0)?;
            self.state.wasi.table.release(quota, old_size);
        }
        let file =
            OpenFile { file, readable: read, writable: write, append: flags & FLAG_APPEND != 0, quota };
        let number = self.state.wasi.table.insert_file(file, most)?;
        Ok(self.write_u32(out, number)?)
    }

    pub(super) fn path_create_directory(&mut self, fd: u32, path: u32, length: u32) -> Answer {
        let (dir, quota, path) = self.below_writable(fd, path, length)?;
        self.state.wasi.table.charge(quota, ENTRY_COST)?;
        Ok(dir.create_dir(&path)?)
    }

    pub(super) fn path_filestat_get(
        &mut self,
        fd: u32,
        flags: u32,
        path: u32,
        length: u32,
        out: u32,
    ) -> Answer {
        let (dir, _, _, path) = self.below(fd, path, length)?;
        let metadata = if flags & FOLLOW != 0 { dir.metadata(&path)? } else { dir.symlink_metadata(&path)? };
        self.write_filestat(out, &metadata)
    }

    pub(super) fn path_set_times(
        &mut self,
        fd: u32,
        follow: u32,
        path: u32,
        length: u32,
        (accessed, modified, which): (u64, u64, u32),
    ) -> Answer {
        let (dir, _, path) = self.below_writable(fd, path, length)?;
        if follow & FOLLOW == 0 && dir.symlink_metadata(&path)?.is_symlink() {
            return Err(Errno::NotSup.into());
        }
        if !dir.metadata(&path)?.is_file() {
            return Err(Errno::NotSup.into());
        }
        let file = dir.open_with(&path, OpenOptions::new().write(true))?;
        let file = OpenFile { file, readable: false, writable: true, append: false, quota: None };
        let most = self.state.limits.open_files;
        let number = self.state.wasi.table.insert_file(file, most)?;
        let done = self.fd_set_times(number, accessed, modified, which);
        self.fd_close(number)?;
        done
    }

    pub(super) fn path_readlink(
        &mut self,
        fd: u32,
        path: u32,
        length: u32,
        (buffer, most): (u32, u32),
        out: u32,
    ) -> Answer {
        let (dir, _, _, path) = self.below(fd, path, length)?;
        // A link that leads out would tell where on the host it leads.
        let target = dir.read_link(&path)?;
        let target = target.to_str().ok_or(Errno::Ilseq)?.as_bytes().to_vec();
        let cut = &target[..target.len().min(most as usize)];
        self.write(buffer, cut)?;
        Ok(self.write_u32(out, u32::try_from(cut.len()).map_err(|_| Errno::Inval)?)?)
    }

    pub(super) fn path_remove_directory(&mut self, fd: u32, path: u32, length: u32) -> Answer {
        let (dir, quota, path) = self.below_writable(fd, path, length)?;
        dir.remove_dir(&path)?;
        self.state.wasi.table.release(quota, ENTRY_COST);
        Ok(())
    }

    pub(super) fn path_rename(&mut self, from: (u32, u32, u32), to: (u32, u32, u32)) -> Answer {
        let (from_dir, from_quota, from_path) = self.below_writable(from.0, from.1, from.2)?;
        let (to_dir, to_quota, to_path) = self.below_writable(to.0, to.1, to.2)?;
        // A file that changes its folder would change its quota.
        if from_quota != to_quota {
            return Err(Errno::NotSup.into());
        }
        let replaced = to_dir.symlink_metadata(&to_path).ok().filter(cap_std::fs::Metadata::is_file);
        // To give a file the name that it has does nothing, and replaces nothing.
        let same = match (&replaced, from_dir.symlink_metadata(&from_path)) {
            (Some(replaced), Ok(moved)) => is_same(replaced, &moved),
            _ => false,
        };
        from_dir.rename(Path::new(&from_path), &to_dir, Path::new(&to_path))?;
        if let Some(replaced) = replaced.filter(|_| !same) {
            self.give_back(to_quota, &replaced);
        }
        Ok(())
    }

    /// Gives back what a file that is gone took. While it is open its bytes stay, and so does their charge.
    fn give_back(&mut self, quota: Option<usize>, gone: &cap_std::fs::Metadata) {
        if !self.state.wasi.table.has_open(gone) {
            self.state.wasi.table.release(quota, gone.len() + ENTRY_COST);
        }
    }

    pub(super) fn path_unlink_file(&mut self, fd: u32, path: u32, length: u32) -> Answer {
        let (dir, quota, path) = self.below_writable(fd, path, length)?;
        let removed = dir.symlink_metadata(&path)?;
        dir.remove_file(&path)?;
        self.give_back(quota, &removed);
        Ok(())
    }
}

/// What a name in a folder costs its quota: about what an empty folder or a file of a few bytes takes on a disk.
const ENTRY_COST: u64 = 4096;
