//! A file → its contents, by whatever thread comes to it: bounded, shared with equal ones, and made of them what
//! can be made ahead.

use std::fs::{self, Metadata as Status};
use std::io::{self, Read, Seek};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use govalue::Bytes;

use super::ahead::Ahead;
use super::archive::{self, ArchiveLimits, Unpacked};
use super::late::Late;
use super::opened::At;
use super::{BOM, Context};

/// Bytes that one archive may unpack to while others are still being read. One that is larger, or broken, is
/// unpacked again when its turn comes.
const EARLY: u64 = 8 << 20;

/// Bytes that all archives together may unpack to early.
const ALL_EARLY: u64 = 8 * EARLY;

/// Up to this size contents are read into a buffer first.
const SMALL: usize = 64 << 10;

/// Most files are no larger.
const USUAL: usize = 16 << 10;

/// What a thread reads into.
#[derive(Default)]
pub(super) struct Scratch {
    contents: Vec<u8>,
    names: Vec<u8>,
}

impl Scratch {
    /// Room for names.
    pub(super) fn names(&mut self) -> &mut Vec<u8> {
        &mut self.names
    }

    /// Reads all of a file, if it is small: how much that is.
    fn read(&mut self, file: &mut fs::File) -> Result<Option<usize>, Refusal> {
        let mut filled = 0;
        loop {
            let room = self.contents.len();
            if filled == room {
                if room >= SMALL {
                    return Ok(None);
                }
                self.contents.resize(if room == 0 { USUAL } else { SMALL }, 0);
            }
            match file.read(&mut self.contents[filled..]) {
                Ok(0) => return Ok(Some(filled)),
                Ok(count) => filled += count,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(Refusal::System("read", e)),
            }
        }
    }
}

/// A file's contents and what the system knows of it.
pub(super) struct Contents {
    pub(super) data: Bytes,
    /// What it takes of the bytes that a chart may have.
    pub(super) counted: u64,
    pub(super) modified: Option<SystemTime>,
    /// What the archive that it is unpacks to, when it is a small one.
    pub(super) unpacked: Option<Unpacked>,
}

/// Why a file was not read.
pub(super) enum Refusal {
    /// The system's words, and what was done then, as Go names it.
    System(&'static str, io::Error),
    /// There are more bytes than are left.
    Over,
}

pub(super) type Reading = Result<Contents, Refusal>;

/// Reads a whole file, if it fits into what is `left` for all files, even if it grew since it was measured.
pub(super) fn read(path: &Path, left: &AtomicU64) -> Result<(Arc<[u8]>, Status), Refusal> {
    let (file, status) = open(At::Path(path))?;
    take(left, status.len())?;
    Ok((whole(file, &status, left)?, status))
}

/// Reads a file whose size was counted before, if the system still says the same of it.
pub(super) fn again(path: &Path, is_same: impl Fn(&Status) -> bool) -> Result<Arc<[u8]>, Refusal> {
    let (file, status) = open(At::Path(path))?;
    if !is_same(&status) {
        return Err(Refusal::Over);
    }
    whole(file, &status, &AtomicU64::new(0)).map(unmarked)
}

/// A file and what the system knows of it.
fn open(at: At<'_>) -> Result<(fs::File, Status), Refusal> {
    let file = at.open().map_err(|error| Refusal::System("open", error))?;
    let status = status(&file)?;
    Ok((file, status))
}

fn status(file: &fs::File) -> Result<Status, Refusal> {
    file.metadata().map_err(|error| Refusal::System("stat", error))
}

/// The contents of a file whose size was taken from what is `left`.
fn whole(mut file: fs::File, status: &Status, left: &AtomicU64) -> Result<Arc<[u8]>, Refusal> {
    // Straight to where it stays: a copy of a large file costs as much as reading it.
    let mut data: Arc<[u8]> = std::iter::repeat_n(0, usize::try_from(status.len()).unwrap_or(0)).collect();
    let filled = match Arc::get_mut(&mut data) {
        Some(buffer) => fill(&mut file, buffer)?,
        None => 0,
    };
    Ok(rest(file, &data, filled, left)?.map_or(data, Arc::from))
}

/// Reads until a buffer is full or the file ends; answers how much there is.
fn fill(file: &mut fs::File, buffer: &mut [u8]) -> Result<usize, Refusal> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(Refusal::System("read", e)),
        }
    }
    Ok(filled)
}

/// All that a file holds, when that is not what the system said: of as many bytes as `data` has, only some came.
fn rest(file: fs::File, data: &[u8], filled: usize, left: &AtomicU64) -> Result<Option<Vec<u8>>, Refusal> {
    // What was as long as the system said is whole. Some files of the system itself claim to be empty.
    if filled > 0 && filled == data.len() {
        return Ok(None);
    }
    let mut more = Vec::new();
    let room = left.load(Ordering::Relaxed);
    file.take(room.saturating_add(1))
        .read_to_end(&mut more)
        .map_err(|error| Refusal::System("read", error))?;
    if filled == data.len() && more.is_empty() {
        return Ok(None);
    }
    // It changed since it was measured.
    take(left, more.len() as u64)?;
    Ok(Some([&data[..filled], &more].concat()))
}

/// Contents as charts have them.
fn unmarked(data: Arc<[u8]>) -> Arc<[u8]> {
    data.strip_prefix(BOM).map(Arc::from).unwrap_or(data)
}

fn take(left: &AtomicU64, bytes: u64) -> Result<(), Refusal> {
    let taken = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes));
    taken.map(drop).map_err(|_| Refusal::Over)
}

/// Whether a file inside a chart is a template of this chart. Whether those below it are used is decided later.
pub(super) fn is_template(inner: &str) -> bool {
    inner.starts_with("templates/")
}

/// What the threads that read one folder share.
pub(super) struct Shared<'a> {
    templates: Option<&'a super::OnTemplate<'a>>,
    late: Option<Late>,
    ahead: Ahead,
    left: AtomicU64,
    left_early: AtomicU64,
    limits: ArchiveLimits,
}

impl<'a> Shared<'a> {
    /// For the files of one folder.
    pub(super) fn new(context: &Context<'a>) -> Self {
        let limits = context.limits;
        Self {
            templates: context.templates,
            late: context.late.clone(),
            ahead: Ahead::new(&context.yaml),
            left: AtomicU64::new(limits.total),
            left_early: AtomicU64::new(ALL_EARLY.min(limits.unpacked)),
            limits,
        }
    }

    /// Told when there are other threads: only then values are read ahead.
    pub(super) fn has_help(&self) {
        self.ahead.begin();
    }

    /// What was read ahead.
    pub(super) fn into_ahead(self) -> Ahead {
        self.ahead
    }

    /// Reads a file; `inner` is its path inside the chart.
    pub(super) fn read(&self, at: At<'_>, inner: &str, scratch: &mut Scratch) -> Reading {
        let mut contents = self.contents(at, inner, &self.left, scratch)?;
        if at.is_archive() {
            contents.unpacked = self.unpack(contents.data.shared());
        }
        if is_template(inner) {
            if let Some(tell) = self.templates {
                tell(contents.data.shared());
            }
        } else {
            self.ahead.look(inner, &contents.data);
        }
        Ok(contents)
    }

    /// The same, within what is really left by the files before it.
    pub(super) fn look(&self, path: &Path, inner: &str, left: u64) -> Reading {
        self.contents(At::Path(path), inner, &AtomicU64::new(left), &mut Scratch::default())
    }

    fn contents(&self, at: At<'_>, inner: &str, left: &AtomicU64, scratch: &mut Scratch) -> Reading {
        let mut file = at.open().map_err(|error| Refusal::System("open", error))?;
        let may_wait = self.late.as_ref().filter(|late| late.may_wait(inner));
        // Who reads files late does not ask when the others were changed: the system need not be asked either.
        if self.late.is_some() && may_wait.is_none() {
            if let Some(filled) = scratch.read(&mut file)? {
                take(left, filled as u64)?;
                return Ok(self.small(&scratch.contents[..filled], filled, None));
            }
            file.rewind().map_err(|error| Refusal::System("read", error))?;
        }
        let status = status(&file)?;
        let size = status.len();
        take(left, size)?;
        let modified = status.modified().ok();
        if let Some(late) = may_wait.filter(|_| Late::is_large(size) && status.is_file()) {
            let data = late.bytes(&at.path(), &status);
            return Ok(Contents { data, counted: size, modified, unpacked: None });
        }
        if size > SMALL as u64 {
            let data = whole(file, &status, left)?;
            let counted = size.max(data.len() as u64);
            let data = self.ahead.one_of(unmarked(data)).into();
            return Ok(Contents { data, counted, modified, unpacked: None });
        }
        let size = usize::try_from(size).unwrap_or(SMALL);
        if scratch.contents.len() < size {
            scratch.contents.resize(SMALL, 0);
        }
        let buffer = &mut scratch.contents[..size];
        let filled = fill(&mut file, buffer)?;
        let more = rest(file, buffer, filled, left)?;
        let data = more.as_deref().unwrap_or(buffer);
        Ok(self.small(data, data.len().max(size), modified))
    }

    fn small(&self, data: &[u8], counted: usize, modified: Option<SystemTime>) -> Contents {
        let data = self.ahead.one_of(data.strip_prefix(BOM).unwrap_or(data)).into();
        Contents { data, counted: counted as u64, modified, unpacked: None }
    }

    /// What is in an archive, if that is little.
    fn unpack(&self, data: &Arc<[u8]>) -> Option<Unpacked> {
        let most = EARLY.min(self.limits.total).min(self.limits.unpacked);
        take(&self.left_early, most).ok()?;
        let limits = ArchiveLimits { total: most, ..self.limits };
        let keep = |inner: &str, data: &[u8]| {
            let data = self.ahead.one_of(data).into();
            self.ahead.look(inner, &data);
            data
        };
        let unpacked = archive::unpack_kept(data, &limits, self.late.as_ref(), &keep).ok();
        let used = unpacked.as_ref().map_or(0, |unpacked| unpacked.bytes);
        self.left_early.fetch_add(most.saturating_sub(used), Ordering::Relaxed);
        unpacked
    }
}
