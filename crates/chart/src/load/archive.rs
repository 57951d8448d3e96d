//! A .tgz's bytes → [`Chart`]. The bytes may come from anyone.
//!
//! Everything is bounded before it is kept: the stream as it unpacks, the number of entries, the length of
//! names, and what all files hold together. Nothing is written anywhere; links in the archive are not followed.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, LazyLock};

use govalue::Bytes;
use govalue::print::quote;

use super::assemble::{assemble, check_version};
use super::late::Late;
use super::{BOM, Context, LoadError, MAX_CHART_SIZE, reader};
use crate::chart::{Chart, File};
use crate::go;

/// Bounds for a chart that is loaded; the names are those of [`LoadError::limit`].
#[derive(Debug, Clone, Copy)]
pub struct ArchiveLimits {
    /// `chart.bytes`: of all files of one archive or folder. Helm's bound.
    pub total: u64,
    /// `archive.entries`, of whatever kind.
    pub entries: usize,
    /// `archive.name`: bytes of an entry's name.
    pub name: usize,
    /// `archive.ratio`: how many times its size an archive may unpack to, once it is past the first mebibytes.
    pub ratio: u64,
    /// `chart.files`: entries of a folder. Links that lead back up can show more than there are.
    pub files: usize,
    /// `chart.nesting`: how deep charts may lie in charts. Helm has no limit; an archive that contains itself
    /// shows why one is due.
    pub nesting: usize,
    /// `chart.unpacked`: bytes of all archives of one chart, those under `charts/` included.
    pub unpacked: u64,
}

impl Default for ArchiveLimits {
    fn default() -> Self {
        Self {
            total: MAX_CHART_SIZE,
            entries: 100_000,
            name: 4096,
            ratio: 500,
            files: 500_000,
            nesting: 64,
            unpacked: 256 << 20,
        }
    }
}

/// What unpacks without a question about the ratio: small archives of repetitive text are common.
const RATIO_FREE: u64 = 16 * 1024 * 1024;

/// Room that is made for the first file.
const LITTLE: usize = 16 << 10;

/// Bytes before a gzip stream says anything about itself.
const GZIP_HEADER: usize = 10;

/// What headers and padding may take on top of the files.
const OVERHEAD: u64 = 64 * 1024 * 1024;

/// Why an archive was refused.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum ArchiveError {
    #[error("gzip: invalid header")]
    Header,
    #[error("{0}")]
    Broken(String),
    #[error("chart illegally contains absolute paths")]
    AbsolutePath,
    #[error("chart illegally contains content outside the base directory: {}", quote(.0))]
    OutsideBase(Vec<u8>),
    #[error("chart illegally references parent directory")]
    ParentDirectory,
    #[error("chart contains illegally named files")]
    IllegalName,
    #[error("chart yaml not in base directory")]
    NotInBase,
    #[error("decompressed chart is larger than the maximum size {0}")]
    TooLarge(u64),
    #[error("no files in chart archive")]
    Empty,
    #[error("chart archive has more than {0} entries")]
    TooManyEntries(usize),
    #[error("chart archive has a name longer than {0} bytes")]
    LongName(usize),
    #[error("chart archive unpacks to more than {0} times its size")]
    Ratio(u64),
}

impl ArchiveError {
    /// Name and value of the limit that was met, if that is what is wrong.
    pub fn limit(&self) -> Option<(&'static str, u64)> {
        match self {
            Self::TooLarge(limit) => Some(("chart.bytes", *limit)),
            Self::TooManyEntries(limit) => Some(("archive.entries", *limit as u64)),
            Self::LongName(limit) => Some(("archive.name", *limit as u64)),
            Self::Ratio(limit) => Some(("archive.ratio", *limit)),
            _ => None,
        }
    }
}

/// Loads the chart in an archive's bytes. `name` is the file's name as the user typed it.
///
/// # Errors
/// With Helm's words; Helm does not say what is wrong inside an archive.
pub fn archive(name: &str, bytes: &[u8], context: &mut Context<'_>) -> Result<Chart, LoadError> {
    check_archive(name, bytes)?;
    let files = unpack(bytes, &context.limits).map_err(|error| match error {
        ArchiveError::Header => LoadError::NotAnArchive(format!(
            "file '{name}' does not appear to be a valid chart file (details: gzip: invalid header)"
        )),
        other if context.detect => LoadError::UnreadableArchive(other),
        other => LoadError::Archive(other),
    })?;
    context.count(files.iter().map(|file| file.data.len() as u64).sum())?;
    if let Some(tell) = context.templates {
        files.iter().filter(|file| reader::is_template(&file.name)).for_each(|file| tell(file.data.shared()));
    }
    if !context.detect {
        return assemble(files, context, 0);
    }
    match files.iter().find(|file| &*file.name == "Chart.yaml") {
        Some(file) => check_version(&file.data, &context.yaml)?,
        None => return Err(LoadError::NoChartFileInArchive),
    }
    assemble(files, context, 0)
}

/// Checks by the first bytes that a file can be an archive, to say something helpful when it is not.
///
/// # Errors
/// Naming what the file looks like instead.
pub fn check_archive(name: &str, bytes: &[u8]) -> Result<(), LoadError> {
    if bytes.starts_with(b"\x1f\x8b\x08") {
        return Ok(());
    }
    Err(LoadError::NotAnArchive(if name.ends_with(".yml") || name.ends_with(".yaml") {
        format!("file '{name}' seems to be a YAML file, but expected a gzipped archive")
    } else {
        let mut head = [0; 512];
        let length = bytes.len().min(head.len());
        head[..length].copy_from_slice(&bytes[..length]);
        let kind = super::sniff::content_type(&head);
        format!("file '{name}' does not appear to be a gzipped archive; got '{kind}'")
    }))
}

/// Unpacks an archive into files named from the chart's own folder on.
///
/// # Errors
/// When it is no archive, breaks a limit, or names a file outside the chart.
pub fn unpack(bytes: &[u8], limits: &ArchiveLimits) -> Result<Vec<File>, ArchiveError> {
    unpack_all(bytes, limits, |_, data| data.into()).map(|unpacked| unpacked.files)
}

/// What an archive unpacks to.
pub(super) struct Unpacked {
    pub(super) files: Vec<File>,
    /// How long they are together.
    pub(super) bytes: u64,
}

/// As [`unpack`], for an archive that is kept: files that may wait are unpacked again when somebody looks at one.
/// `keep` is given name and contents of the others, in order.
pub(super) fn unpack_kept(
    archive: &Arc<[u8]>,
    limits: &ArchiveLimits,
    late: Option<&Late>,
    keep: &dyn Fn(&str, &[u8]) -> Bytes,
) -> Result<Unpacked, ArchiveError> {
    let Some(late) = late else { return unpack_all(archive, limits, keep) };
    let (kept, limits_then) = (Arc::clone(archive), *limits);
    // All of them at the first look at any: one at a time would unpack as often as there are files.
    let again = Arc::new(LazyLock::new(move || unpack(&kept, &limits_then).unwrap_or_default()));
    let mut count = 0;
    unpack_all(archive, limits, |name, data| {
        let index = count;
        count += 1;
        if !late.is_worth(name, data.len() as u64) {
            return keep(name, data);
        }
        let again = Arc::clone(&again);
        Bytes::later(move || match again.get(index) {
            Some(file) => Arc::clone(file.data.shared()),
            // It was unpacked before, from the same bytes.
            None => Arc::from([]),
        })
    })
}

/// Unpacks; `keep` is given name and contents of each file, in order.
fn unpack_all(
    bytes: &[u8],
    limits: &ArchiveLimits,
    mut keep: impl FnMut(&str, &[u8]) -> Bytes,
) -> Result<Unpacked, ArchiveError> {
    if bytes.is_empty() {
        return Err(ArchiveError::Broken("EOF".to_owned()));
    }
    if bytes.len() < GZIP_HEADER {
        return Err(ArchiveError::Broken("unexpected EOF".to_owned()));
    }
    if !bytes.starts_with(b"\x1f\x8b") {
        return Err(ArchiveError::Header);
    }
    let stream = Bounded {
        inner: flate2::bufread::MultiGzDecoder::new(bytes),
        unpacked: 0,
        total: limits.total.saturating_add(OVERHEAD),
        ratio: RATIO_FREE.max((bytes.len() as u64).saturating_mul(limits.ratio)),
    };
    let mut tar = tar::Archive::new(stream);
    let mut files = Vec::new();
    // One for all files, which is cleared once.
    let mut room = Vec::new();
    let mut unpacked = 0;
    let mut remaining = limits.total;
    let broken = |error: io::Error| read_error(&error, limits);
    for (count, entry) in tar.entries_with_seek().map_err(broken)?.enumerate() {
        if count >= limits.entries {
            return Err(ArchiveError::TooManyEntries(limits.entries));
        }
        let mut entry = entry.map_err(broken)?;
        let kind = entry.header().entry_type();
        let name = entry.path_bytes().into_owned();
        if name.len() > limits.name {
            return Err(ArchiveError::LongName(limits.name));
        }
        if kind.is_dir() || name.ends_with(b"/") || is_directory(entry.header()) {
            continue;
        }
        if kind.is_pax_global_extensions() || kind.is_pax_local_extensions() {
            continue;
        }
        let inner = inner_name(&name)?;
        let size = entry.size();
        if size > remaining {
            return Err(ArchiveError::TooLarge(limits.total));
        }
        let mut data = &[][..];
        if kind.is_file() || kind.is_contiguous() || kind.is_gnu_sparse() {
            data = read(&mut entry, &mut room, remaining).map_err(broken)?;
        }
        let length = data.len() as u64;
        // Helm: a chart that fills the budget to the last byte is over it.
        if length >= remaining {
            return Err(ArchiveError::TooLarge(limits.total));
        }
        remaining -= length;
        let modified = entry.header().mtime().ok().and_then(|seconds| i64::try_from(seconds).ok());
        let data = data.strip_prefix(BOM).unwrap_or(data);
        unpacked += data.len() as u64;
        let data = keep(&inner, data);
        files.push(File::new(inner, data).changed_at(modified));
    }
    if files.is_empty() { Err(ArchiveError::Empty) } else { Ok(Unpacked { files, bytes: unpacked }) }
}

/// Reads to the end, but no more than one byte too many. There is only as much room as there is to read, twice at
/// most: what a header claims is not believed.
fn read<'r>(source: &mut impl Read, room: &'r mut Vec<u8>, most: u64) -> io::Result<&'r [u8]> {
    let most = usize::try_from(most).unwrap_or(usize::MAX).saturating_add(1);
    let mut filled = 0;
    while filled < most {
        if filled == room.len() {
            let more = room.len().saturating_mul(2).max(LITTLE).min(most);
            room.resize(more, 0);
        }
        let end = room.len().min(most);
        match source.read(&mut room[filled..end]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(&room[..filled])
}

/// Some writers mark a directory in the mode only.
fn is_directory(header: &tar::Header) -> bool {
    const TYPE: u32 = 0o170_000;
    const DIRECTORY: u32 = 0o040_000;
    header.mode().is_ok_and(|mode| mode & TYPE == DIRECTORY)
}

/// The name inside the chart: without the chart's own folder, cleaned, and certain not to lead out.
fn inner_name(name: &[u8]) -> Result<String, ArchiveError> {
    let text = String::from_utf8_lossy(name);
    // Archives made on Windows.
    let delimiter = if text.contains('\\') { '\\' } else { '/' };
    let (base, rest) = text.split_once(delimiter).unwrap_or((&text, ""));
    let rest = rest.replace(delimiter, "/");
    if rest.starts_with('/') {
        return Err(ArchiveError::AbsolutePath);
    }
    let clean = go::clean(&rest);
    if clean == "." {
        return Err(ArchiveError::OutsideBase(name.to_owned()));
    }
    if clean.starts_with("..") {
        return Err(ArchiveError::ParentDirectory);
    }
    let bytes = clean.as_bytes();
    if bytes.len() >= 3 && bytes[0].is_ascii_alphabetic() && &bytes[1..3] == b":/" {
        return Err(ArchiveError::IllegalName);
    }
    if base == "Chart.yaml" {
        return Err(ArchiveError::NotInBase);
    }
    Ok(clean)
}

/// A reader that stops when more comes out than may.
struct Bounded<R> {
    inner: R,
    unpacked: u64,
    total: u64,
    ratio: u64,
}

/// Padding is skipped so many bytes at a time; there is never more of it behind a file.
const SKIP: usize = 512;

#[derive(Debug, thiserror::Error)]
enum Bound {
    #[error("total")]
    Total,
    #[error("ratio")]
    Ratio,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.unpacked = self.unpacked.saturating_add(read as u64);
        if self.unpacked > self.total {
            return Err(io::Error::other(Bound::Total));
        }
        if self.unpacked > self.ratio {
            return Err(io::Error::other(Bound::Ratio));
        }
        Ok(read)
    }
}

/// Forward only: what `tar` does between two files, without clearing a large buffer for each of them.
impl<R: Read> Seek for Bounded<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let SeekFrom::Current(distance) = to else { return Err(io::ErrorKind::Unsupported.into()) };
        let mut left = u64::try_from(distance).map_err(|_| io::ErrorKind::Unsupported)?;
        let mut buffer = [0; SKIP];
        while left > 0 {
            let most = usize::try_from(left).map_or(SKIP, |left| left.min(SKIP));
            match self.read(&mut buffer[..most]) {
                Ok(0) => return Err(io::Error::other("unexpected EOF during skip")),
                Ok(count) => left -= count as u64,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(self.unpacked)
    }
}

fn read_error(error: &io::Error, limits: &ArchiveLimits) -> ArchiveError {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(current) = source {
        match current.downcast_ref::<Bound>() {
            Some(Bound::Total) => return ArchiveError::TooLarge(limits.total),
            Some(Bound::Ratio) => return ArchiveError::Ratio(limits.ratio),
            None => {}
        }
        let inner = current.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        source = match inner {
            Some(inner) => Some(inner),
            None => current.source(),
        };
    }
    ArchiveError::Broken(match error.kind() {
        io::ErrorKind::UnexpectedEof => "unexpected EOF".to_owned(),
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => "gzip: invalid checksum".to_owned(),
        // The library tells these two apart by their text only.
        _ if error.to_string().contains("entire block") => "unexpected EOF".to_owned(),
        _ => "archive/tar: invalid tar header".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tgz(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        {
            let mut builder = tar::Builder::new(&mut out);
            for (name, data) in entries {
                let mut header = tar::Header::new_ustar();
                header.set_size(data.len() as u64);
                // Written by hand: the library refuses the names that matter here.
                if let Some(field) = header.as_ustar_mut() {
                    field.name[..name.len()].copy_from_slice(name.as_bytes());
                }
                header.set_cksum();
                assert!(builder.append(&header, *data).is_ok());
            }
        }
        out.finish().unwrap_or_default()
    }

    #[test]
    fn files_that_wait_are_those_that_were_unpacked() {
        let long = |letter: &str| letter.repeat(8 << 10).into_bytes();
        let marked = [BOM, &long("m")].concat();
        let (readme, template) = (long("r"), long("t"));
        let archive: Arc<[u8]> = tgz(&[
            ("c/Chart.yaml", b"name: c"),
            ("c/README.md", &readme),
            ("c/templates/a.yaml", &template),
            ("c/docs/marked.md", &marked),
            ("c/docs/short.md", b"short"),
        ])
        .into();
        let limits = ArchiveLimits::default();
        let eager = unpack(&archive, &limits).unwrap_or_default();
        let late = unpack_kept(&archive, &limits, Some(&Late::new(true)), &|_, data| data.into())
            .map_err(|e| e.to_string());
        let late = late.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(late.bytes, eager.iter().map(|file| file.data.len() as u64).sum::<u64>());
        let waits = |file: &File| format!("{:?}", file.data) == "[not fetched]";
        let waiting: Vec<&str> =
            late.files.iter().filter(|file| waits(file)).map(|file| &*file.name).collect();
        assert_eq!(waiting, ["README.md", "docs/marked.md"]);
        let all = |files: &[File]| -> Vec<(String, Vec<u8>)> {
            files.iter().map(|file| (file.name.to_string(), file.data.to_vec())).collect()
        };
        assert_eq!(all(&late.files), all(&eager));
    }

    fn names(entries: &[(&str, &[u8])]) -> Result<Vec<String>, String> {
        unpack(&tgz(entries), &ArchiveLimits::default())
            .map(|files| files.iter().map(|file| file.name.to_string()).collect())
            .map_err(|e| e.to_string())
    }

    #[test]
    fn names_are_taken_from_the_charts_folder_on() {
        let files = names(&[("c/Chart.yaml", b"a"), ("c/templates//x.yaml", b""), ("c\\charts\\y", b"")]);
        assert_eq!(files, Ok(vec!["Chart.yaml".into(), "templates/x.yaml".into(), "charts/y".into()]));
    }

    #[test]
    fn names_that_lead_out_are_refused_in_helms_words() {
        for (name, words) in [
            ("c//x", "chart illegally contains absolute paths"),
            ("x", "chart illegally contains content outside the base directory: \"x\""),
            ("c/../x", "chart illegally references parent directory"),
            ("c/c:/x", "chart contains illegally named files"),
            ("Chart.yaml/x", "chart yaml not in base directory"),
        ] {
            assert_eq!(names(&[(name, b"")]), Err(words.to_owned()), "{name}");
        }
        assert_eq!(names(&[]), Err("no files in chart archive".to_owned()));
    }

    #[test]
    fn a_bomb_is_stopped_while_it_unpacks() {
        let zeros = vec![0; 32 * 1024 * 1024];
        let bytes = tgz(&[("c/x", &zeros)]);
        let limits = ArchiveLimits { ratio: 10, ..ArchiveLimits::default() };
        assert!(matches!(unpack(&bytes, &limits), Err(ArchiveError::Ratio(10))));
        let limits = ArchiveLimits { total: 1024, ..ArchiveLimits::default() };
        assert!(matches!(unpack(&bytes, &limits), Err(ArchiveError::TooLarge(1024))));
    }
}
