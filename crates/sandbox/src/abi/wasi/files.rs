//! Open files and folders of a guest, and what is done with them.

use super::errno::{Errno, Fail};
use super::{Answer, Guest};
use cap_std::fs::{Dir, File};
use pintle_guard::{Question, Stream};
use std::io::{Read, Seek, SeekFrom, Write};
use std::time::{Duration, SystemTime};

const DIRECTORY: u8 = 3;
const REGULAR: u8 = 4;
const SYMLINK: u8 = 7;
const CHARACTER: u8 = 2;
const UNKNOWN: u8 = 0;

/// All rights that files and folders have; which of them work is decided where they are used.
const RIGHTS: u64 = 0x1fff_ffff;
/// Reading and writing, without seeking: what tells C libraries that a stream is a stream.
const STREAM_RIGHTS: u64 = (1 << 1) | (1 << 6) | (1 << 3) | (1 << 27);

const APPEND: u16 = 1;

/// What a guest has open. Numbers 0 to 2 are its streams, the next ones its folders.
pub(crate) struct Table {
    slots: Vec<Option<Entry>>,
    /// Bytes that may still be written into each folder that has a size.
    pub(super) quotas: Vec<u64>,
}

enum Entry {
    Stream(u32),
    Folder(Folder),
    File(OpenFile),
}

/// An open folder.
pub(super) struct Folder {
    pub(super) dir: Dir,
    /// The guest's name for it, if it was there from the beginning.
    pub(super) preopen: Option<String>,
    pub(super) writable: bool,
    pub(super) quota: Option<usize>,
    /// What `fd_readdir` goes through, taken when it begins.
    listing: Vec<Listed>,
}

impl Folder {
    /// Bytes that its listing takes, which are the guest's.
    fn listed(&self) -> u64 {
        let names: usize = self.listing.iter().map(|entry| entry.name.capacity()).sum();
        (names + self.listing.capacity() * size_of::<Listed>()) as u64
    }
}

struct Listed {
    name: String,
    kind: u8,
    inode: u64,
}

/// An open file.
pub(super) struct OpenFile {
    pub(super) file: File,
    pub(super) readable: bool,
    pub(super) writable: bool,
    pub(super) append: bool,
    pub(super) quota: Option<usize>,
}

impl Table {
    pub(super) fn new() -> Self {
        let slots = (0..3).map(|fd| Some(Entry::Stream(fd))).collect();
        Self { slots, quotas: Vec::new() }
    }

    /// Adds a folder that exists from the beginning.
    pub(super) fn preopen(&mut self, dir: Dir, guest: String, writable: bool, quota: Option<u64>) {
        let quota = quota.map(|bytes| {
            self.quotas.push(bytes);
            self.quotas.len() - 1
        });
        self.slots.push(Some(Entry::Folder(Folder {
            dir,
            preopen: Some(guest),
            writable,
            quota,
            listing: Vec::new(),
        })));
    }

    fn entry(&mut self, fd: u32) -> Result<&mut Entry, Errno> {
        self.slots.get_mut(fd as usize).and_then(Option::as_mut).ok_or(Errno::BadF)
    }

    fn insert(&mut self, entry: Entry, most: u32) -> Result<u32, Errno> {
        let at = match self.slots.iter().position(Option::is_none) {
            Some(at) => at,
            None if self.slots.len() < most as usize => {
                self.slots.push(None);
                self.slots.len() - 1
            }
            None => return Err(Errno::MFile),
        };
        self.slots[at] = Some(entry);
        u32::try_from(at).map_err(|_| Errno::MFile)
    }

    pub(super) fn insert_file(&mut self, file: OpenFile, most: u32) -> Result<u32, Errno> {
        self.insert(Entry::File(file), most)
    }

    pub(super) fn insert_folder(
        &mut self,
        dir: Dir,
        from: (bool, Option<usize>),
        most: u32,
    ) -> Result<u32, Errno> {
        let (writable, quota) = from;
        let folder = Folder { dir, preopen: None, writable, quota, listing: Vec::new() };
        self.insert(Entry::Folder(folder), most)
    }

    /// Charges what a folder grows by.
    pub(super) fn charge(&mut self, quota: Option<usize>, bytes: u64) -> Result<(), Errno> {
        let Some(left) = quota.and_then(|quota| self.quotas.get_mut(quota)) else { return Ok(()) };
        *left = left.checked_sub(bytes).ok_or(Errno::NoSpc)?;
        Ok(())
    }

    /// Whether a file is open; where files have no numbers, every one could be.
    pub(super) fn has_open(&self, gone: &cap_std::fs::Metadata) -> bool {
        let inode = numbers(gone).0;
        inode == 0
            || self.slots.iter().flatten().any(|entry| match entry {
                Entry::File(open) => open.file.metadata().map_or(true, |open| numbers(&open).0 == inode),
                _ => false,
            })
    }

    /// Gives back what a folder shrank by.
    pub(super) fn release(&mut self, quota: Option<usize>, bytes: u64) {
        if let Some(left) = quota.and_then(|quota| self.quotas.get_mut(quota)) {
            *left = left.saturating_add(bytes);
        }
    }
}

/// The 64 bytes that describe a file.
fn filestat(metadata: &cap_std::fs::Metadata) -> [u8; 64] {
    let mut out = [0; 64];
    let kind = kind_of(metadata.file_type());
    let (inode, links) = numbers(metadata);
    let nanos = |time: std::io::Result<cap_std::time::SystemTime>| {
        let since = time.ok().and_then(|time| time.into_std().duration_since(SystemTime::UNIX_EPOCH).ok());
        u64::try_from(since.unwrap_or_default().as_nanos()).unwrap_or(u64::MAX)
    };
    let modified = nanos(metadata.modified());
    let accessed = nanos(metadata.accessed());
    // The device stays 0: which disk it is says something about the host and nothing about the file.
    out[8..16].copy_from_slice(&inode.to_le_bytes());
    out[16] = kind;
    out[24..32].copy_from_slice(&links.to_le_bytes());
    out[32..40].copy_from_slice(&metadata.len().to_le_bytes());
    out[40..48].copy_from_slice(&accessed.to_le_bytes());
    out[48..56].copy_from_slice(&modified.to_le_bytes());
    out[56..64].copy_from_slice(&modified.to_le_bytes());
    out
}

#[cfg(unix)]
fn numbers(metadata: &cap_std::fs::Metadata) -> (u64, u64) {
    use cap_std::fs::MetadataExt;
    (metadata.ino(), metadata.nlink())
}

#[cfg(not(unix))]
fn numbers(_: &cap_std::fs::Metadata) -> (u64, u64) {
    (0, 1)
}

/// Whether two names are those of one file; where files have no numbers, every two could be.
pub(super) fn is_same(one: &cap_std::fs::Metadata, other: &cap_std::fs::Metadata) -> bool {
    numbers(one).0 == numbers(other).0
}

fn kind_of(kind: cap_std::fs::FileType) -> u8 {
    if kind.is_dir() {
        DIRECTORY
    } else if kind.is_file() {
        REGULAR
    } else if kind.is_symlink() {
        SYMLINK
    } else {
        UNKNOWN
    }
}

fn chosen_time(nanos: u64, set: bool, now: bool, current: Duration) -> Result<Option<SystemTime>, Errno> {
    match (set, now) {
        (true, true) => Err(Errno::Inval),
        (true, false) => Ok(Some(SystemTime::UNIX_EPOCH + Duration::from_nanos(nanos))),
        (false, true) => Ok(Some(SystemTime::UNIX_EPOCH + current)),
        (false, false) => Ok(None),
    }
}

impl Guest<'_> {
    fn entry(&mut self, fd: u32) -> Result<&mut Entry, Errno> {
        self.state.wasi.table.entry(fd)
    }

    pub(super) fn fd_exists(&mut self, fd: u32) -> Answer {
        self.entry(fd)?;
        Ok(())
    }

    pub(super) fn fd_file(&mut self, fd: u32) -> Result<&mut OpenFile, Fail> {
        match self.entry(fd)? {
            Entry::File(file) => Ok(file),
            Entry::Folder(_) => Err(Errno::IsDir.into()),
            Entry::Stream(_) => Err(Errno::SPipe.into()),
        }
    }

    pub(super) fn fd_folder(&mut self, fd: u32) -> Result<&mut Folder, Fail> {
        // Asked for by every guest that opens a file without having a folder.
        if fd >= 3 && self.entry(fd).is_err() {
            self.no_folders();
        }
        match self.entry(fd)? {
            Entry::Folder(folder) => Ok(folder),
            _ => Err(Errno::NotDir.into()),
        }
    }

    fn no_folders(&mut self) {
        let has_some =
            self.state.wasi.table.slots.iter().flatten().any(|entry| matches!(entry, Entry::Folder(_)));
        if !has_some && !self.state.wasi.folders_denied {
            self.state.wasi.folders_denied = true;
            self.state.ask_once(Question::Folders);
        }
    }

    pub(super) fn fd_close(&mut self, fd: u32) -> Answer {
        if let Entry::Folder(folder) = self.entry(fd)? {
            let listed = folder.listed();
            self.state.memory.release(listed);
        }
        self.state.wasi.table.slots[fd as usize] = None;
        Ok(())
    }

    pub(super) fn fd_renumber(&mut self, from: u32, to: u32) -> Answer {
        self.entry(from)?;
        if from == to {
            return Ok(());
        }
        self.fd_close(to)?;
        let slots = &mut self.state.wasi.table.slots;
        slots[to as usize] = slots[from as usize].take();
        Ok(())
    }

    pub(super) fn fd_sync(&mut self, fd: u32) -> Answer {
        match self.entry(fd)? {
            Entry::File(file) => Ok(file.file.sync_data()?),
            _ => Ok(()),
        }
    }

    pub(super) fn fd_fdstat_get(&mut self, fd: u32, out: u32) -> Answer {
        let (kind, flags, rights) = match self.entry(fd)? {
            Entry::Stream(number) => {
                let number = *number;
                let terminal = self.state.wasi.streams.is_terminal(number);
                (if terminal { CHARACTER } else { UNKNOWN }, 0, STREAM_RIGHTS)
            }
            Entry::Folder(_) => (DIRECTORY, 0, RIGHTS),
            Entry::File(file) => (REGULAR, if file.append { APPEND } else { 0 }, RIGHTS),
        };
        let mut stat = [0u8; 24];
        stat[0] = kind;
        stat[2..4].copy_from_slice(&flags.to_le_bytes());
        stat[8..16].copy_from_slice(&rights.to_le_bytes());
        stat[16..24].copy_from_slice(&rights.to_le_bytes());
        Ok(self.write(out, &stat)?)
    }

    pub(super) fn fd_fdstat_set_flags(&mut self, fd: u32, flags: u32) -> Answer {
        if let Entry::File(file) = self.entry(fd)? {
            file.append = flags & u32::from(APPEND) != 0;
        }
        // Everything blocks here; a guest that asks for non-blocking streams (Go does) loses nothing.
        Ok(())
    }

    pub(super) fn fd_filestat_get(&mut self, fd: u32, out: u32) -> Answer {
        let stat = match self.entry(fd)? {
            Entry::Stream(number) => {
                let number = *number;
                let mut stat = [0; 64];
                stat[16] = if self.state.wasi.streams.is_terminal(number) { CHARACTER } else { UNKNOWN };
                stat
            }
            Entry::Folder(folder) => filestat(&folder.dir.dir_metadata()?),
            Entry::File(file) => filestat(&file.file.metadata()?),
        };
        Ok(self.write(out, &stat)?)
    }

    pub(super) fn write_filestat(&mut self, out: u32, metadata: &cap_std::fs::Metadata) -> Answer {
        Ok(self.write(out, &filestat(metadata))?)
    }

    pub(super) fn fd_filestat_set_size(&mut self, fd: u32, size: u64) -> Answer {
        let file = self.fd_file(fd)?;
        if !file.writable {
            return Err(Errno::BadF.into());
        }
        let (quota, before) = (file.quota, file.file.metadata()?.len());
        self.state.wasi.table.charge(quota, size.saturating_sub(before))?;
        let done = self.fd_file(fd)?.file.set_len(size);
        if done.is_ok() {
            self.state.wasi.table.release(quota, before.saturating_sub(size));
        }
        Ok(done?)
    }

    pub(super) fn fd_set_times(&mut self, fd: u32, accessed: u64, modified: u64, which: u32) -> Answer {
        let now = self.state.clock.wall();
        let file = self.fd_file(fd)?;
        if !file.writable {
            return Err(Errno::BadF.into());
        }
        let mut times = std::fs::FileTimes::new();
        if let Some(time) = chosen_time(accessed, which & 1 != 0, which & 2 != 0, now)? {
            times = times.set_accessed(time);
        }
        if let Some(time) = chosen_time(modified, which & 4 != 0, which & 8 != 0, now)? {
            times = times.set_modified(time);
        }
        Ok(file.file.try_clone()?.into_std().set_times(times)?)
    }

    pub(super) fn fd_prestat_get(&mut self, fd: u32, out: u32) -> Answer {
        // A guest looks for its folders by counting up from 3.
        if fd == 3 {
            self.no_folders();
        }
        let Entry::Folder(Folder { preopen: Some(name), .. }) = self.entry(fd)? else {
            return Err(Errno::BadF.into());
        };
        let length = u32::try_from(name.len()).map_err(|_| Errno::NameTooLong)?;
        self.write_u32(out, 0)?;
        Ok(self.write_u32(out.checked_add(4).ok_or(Errno::Fault)?, length)?)
    }

    pub(super) fn fd_prestat_dir_name(&mut self, fd: u32, path: u32, length: u32) -> Answer {
        let Entry::Folder(Folder { preopen: Some(name), .. }) = self.entry(fd)? else {
            return Err(Errno::BadF.into());
        };
        let name = name.clone().into_bytes();
        if name.len() > length as usize {
            return Err(Errno::NameTooLong.into());
        }
        Ok(self.write(path, &name)?)
    }

    pub(super) fn fd_seek(&mut self, fd: u32, by: i64, whence: u32, out: u32) -> Answer {
        let file = self.fd_file(fd)?;
        let to = match whence {
            0 => SeekFrom::Start(u64::try_from(by).map_err(|_| Errno::Inval)?),
            1 => SeekFrom::Current(by),
            2 => SeekFrom::End(by),
            _ => return Err(Errno::Inval.into()),
        };
        let at = file.file.seek(to)?;
        Ok(self.write_u64(out, at)?)
    }

    pub(super) fn fd_read(&mut self, fd: u32, iovs: u32, count: u32, at: Option<u64>, out: u32) -> Answer {
        let pieces = self.pieces(iovs, count)?;
        let mut total: u32 = 0;
        for (address, length) in pieces.into_iter().filter(|(_, length)| *length > 0) {
            let offset = at.map(|at| at.saturating_add(u64::from(total)));
            let read = self.read_piece(fd, address, length, offset)?;
            total = total.saturating_add(read);
            // A stream has given what it has: to wait for more could wait for ever.
            if read < length {
                break;
            }
        }
        Ok(self.write_u32(out, total)?)
    }

    fn read_piece(&mut self, fd: u32, address: u32, length: u32, at: Option<u64>) -> Result<u32, Fail> {
        let from = address as usize;
        let piece = self.bytes.get_mut(from..from + length as usize).ok_or(Errno::Fault)?;
        let read = match self.state.wasi.table.entry(fd)? {
            Entry::Stream(0) => {
                if at.is_some() {
                    return Err(Errno::SPipe.into());
                }
                let state = &mut *self.state;
                if state.wasi.streams.has_stdin() && !state.ask_once(Question::Stream(Stream::Stdin)) {
                    return Err(Errno::BadF.into());
                }
                let read = state.wasi.streams.read(piece, &state.deadline);
                read.map_err(crate::state::Halt::from)??
            }
            Entry::Stream(_) => return Err(Errno::BadF.into()),
            Entry::Folder(_) => return Err(Errno::IsDir.into()),
            Entry::File(file) if !file.readable => return Err(Errno::BadF.into()),
            Entry::File(file) => match at {
                None => file.file.read(piece)?,
                Some(at) => {
                    let back = file.file.stream_position()?;
                    file.file.seek(SeekFrom::Start(at))?;
                    let read = file.file.read(piece);
                    file.file.seek(SeekFrom::Start(back))?;
                    read?
                }
            },
        };
        u32::try_from(read).map_err(|_| Errno::Io.into())
    }

    pub(super) fn fd_write(&mut self, fd: u32, iovs: u32, count: u32, at: Option<u64>, out: u32) -> Answer {
        let pieces = self.pieces(iovs, count)?;
        let mut total: u32 = 0;
        for (address, length) in pieces {
            let offset = at.map(|at| at.saturating_add(u64::from(total)));
            self.write_piece(fd, address, length, offset)?;
            total = total.saturating_add(length);
        }
        Ok(self.write_u32(out, total)?)
    }

    fn write_piece(&mut self, fd: u32, address: u32, length: u32, at: Option<u64>) -> Answer {
        self.state.deadline.remaining().map_err(crate::state::Halt::from)?;
        let from = address as usize;
        let piece = self.bytes.get(from..from + length as usize).ok_or(Errno::Fault)?;
        let state = &mut *self.state;
        let (file, append, quota) = match state.wasi.table.entry(fd)? {
            Entry::Stream(number @ (1 | 2)) => {
                if at.is_some() {
                    return Err(Errno::SPipe.into());
                }
                // Where there is no stream, what is written is dropped, as Helm does for getters.
                if *number == 1 {
                    if state.wasi.streams.has_stdout() && !state.ask_once(Question::Stream(Stream::Stdout)) {
                        return Err(Errno::BadF.into());
                    }
                    return Ok(state.wasi.streams.write_stdout(piece)?);
                }
                let pass =
                    state.wasi.streams.has_stderr() && state.ask_once(Question::Stream(Stream::Stderr));
                return Ok(state.wasi.streams.write_stderr(piece, pass)?);
            }
            Entry::Stream(_) => return Err(Errno::BadF.into()),
            Entry::Folder(_) => return Err(Errno::IsDir.into()),
            Entry::File(file) if !file.writable => return Err(Errno::BadF.into()),
            Entry::File(file) => (&mut file.file, file.append, file.quota),
        };
        let size = file.metadata()?.len();
        let back = file.stream_position()?;
        let start = if append { size } else { at.unwrap_or(back) };
        let end = start.checked_add(u64::from(length)).ok_or(Errno::Inval)?;
        state.wasi.table.charge(quota, end.saturating_sub(size))?;
        let Entry::File(OpenFile { file, .. }) = state.wasi.table.entry(fd)? else {
            return Err(Errno::BadF.into());
        };
        file.seek(SeekFrom::Start(start))?;
        file.write_all(piece)?;
        if at.is_some() {
            file.seek(SeekFrom::Start(back))?;
        }
        Ok(())
    }

    pub(super) fn fd_readdir(&mut self, fd: u32, buffer: u32, length: u32, cookie: u64, out: u32) -> Answer {
        const MOST: usize = 10_000;
        let folder = self.fd_folder(fd)?;
        if cookie == 0 {
            let mut listing = vec![
                Listed { name: ".".to_owned(), kind: DIRECTORY, inode: 0 },
                Listed { name: "..".to_owned(), kind: DIRECTORY, inode: 0 },
            ];
            for entry in folder.dir.entries()?.take(MOST) {
                let entry = entry?;
                // What is not UTF-8 cannot be named by a guest.
                let Ok(name) = entry.file_name().into_string() else { continue };
                let inode = entry.metadata().map_or(0, |metadata| numbers(&metadata).0);
                listing.push(Listed { name, kind: kind_of(entry.file_type()?), inode });
            }
            let before = folder.listed();
            folder.listing = listing;
            let after = folder.listed();
            self.state.memory.release(before);
            self.state.memory.charge(after).map_err(crate::state::Halt::from)?;
        }
        let folder = self.fd_folder(fd)?;
        let first = usize::try_from(cookie).map_err(|_| Errno::Inval)?;
        let mut bytes = Vec::new();
        for (i, entry) in folder.listing.iter().enumerate().skip(first) {
            if bytes.len() >= length as usize {
                break;
            }
            bytes.extend((i as u64 + 1).to_le_bytes());
            bytes.extend(entry.inode.to_le_bytes());
            bytes.extend(u32::try_from(entry.name.len()).unwrap_or(0).to_le_bytes());
            bytes.extend([entry.kind, 0, 0, 0]);
            bytes.extend(entry.name.as_bytes());
        }
        // A cut entry tells the guest to ask again with more room.
        bytes.truncate(length as usize);
        self.write(buffer, &bytes)?;
        Ok(self.write_u32(out, u32::try_from(bytes.len()).map_err(|_| Errno::Inval)?)?)
    }
}
