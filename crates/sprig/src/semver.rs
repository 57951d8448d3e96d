//! Versions and constraints as Masterminds/semver 3.5.0 reads and compares them.
//!
//! [`Version::parse`] is lenient (`v1.2`, `1.02.3`); [`Version::parse_strict`] is what Helm asks of a chart's
//! version when it must be SemVer 2. A [`Constraints`] is alternatives of conditions that all have to hold.

mod constraint;

pub use constraint::{ConstraintError, Constraints, Unmet};

use std::cmp::Ordering;
use std::fmt;

use crate::cast::{self, NumError};

/// The longest version, in bytes.
pub const MAX_VERSION: usize = 256;

/// Why a version was refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum VersionError {
    /// Nothing like a version.
    #[error("invalid semantic version")]
    Invalid,
    /// The empty string, where it must be strict.
    #[error("version string empty")]
    Empty,
    /// Something other than digits in a number, where it must be strict.
    #[error("invalid characters in version")]
    Characters,
    /// A leading zero.
    #[error("version segment starts with 0")]
    LeadingZero,
    /// Build metadata that is none.
    #[error("invalid metadata string")]
    Metadata,
    /// A prerelease that is none.
    #[error("invalid prerelease string")]
    Prerelease,
    /// More than [`MAX_VERSION`] bytes.
    #[error("version string is too long (max {MAX_VERSION} bytes)")]
    TooLong,
    /// A number of more than 64 bits.
    #[error("error parsing version segment: {0}")]
    Segment(NumError<u64>),
    /// The same, where it must be strict.
    #[error(transparent)]
    StrictSegment(NumError<u64>),
}

/// A version.
#[derive(Debug, Clone, Default)]
pub struct Version {
    major: u64,
    minor: u64,
    patch: u64,
    prerelease: String,
    metadata: String,
    original: String,
}

impl Version {
    /// Reads a version leniently, as `NewVersion`: a `v` in front, missing numbers and leading zeros are fine.
    ///
    /// # Errors
    /// Not a version.
    pub fn parse(text: impl AsRef<[u8]>) -> Result<Self, VersionError> {
        let text = text.as_ref();
        if text.len() > MAX_VERSION {
            return Err(VersionError::TooLong);
        }
        let scanned = scan(text, |byte| byte.is_ascii_digit()).ok_or(VersionError::Invalid)?;
        if scanned.len != text.len() {
            return Err(VersionError::Invalid);
        }
        let number = |part: Option<&str>| match part {
            None => Ok(0),
            Some(digits) => cast::parse_uint(digits.as_bytes(), 10).map_err(VersionError::Segment),
        };
        let version = Self {
            major: number(Some(scanned.major))?,
            minor: number(scanned.minor)?,
            patch: number(scanned.patch)?,
            prerelease: scanned.prerelease.unwrap_or_default().to_owned(),
            metadata: scanned.metadata.unwrap_or_default().to_owned(),
            original: ascii(text).to_owned(),
        };
        if !version.prerelease.is_empty() {
            check_prerelease(&version.prerelease)?;
        }
        Ok(version)
    }

    /// Reads a version as SemVer 2 has it, as `StrictNewVersion`.
    ///
    /// # Errors
    /// Not such a version.
    pub fn parse_strict(text: &str) -> Result<Self, VersionError> {
        if text.is_empty() {
            return Err(VersionError::Empty);
        }
        if text.len() > MAX_VERSION {
            return Err(VersionError::TooLong);
        }
        let mut parts = text.splitn(3, '.');
        let (Some(major), Some(minor), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(VersionError::Invalid);
        };
        let (rest, metadata) = match rest.split_once('+') {
            Some((rest, metadata)) => (rest, Some(metadata)),
            None => (rest, None),
        };
        metadata.map_or(Ok(()), check_metadata)?;
        let (patch, prerelease) = match rest.split_once('-') {
            Some((patch, prerelease)) => (patch, Some(prerelease)),
            None => (rest, None),
        };
        prerelease.map_or(Ok(()), check_prerelease)?;
        for part in [major, minor, patch] {
            if !part.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(VersionError::Characters);
            }
            if part.len() > 1 && part.starts_with('0') {
                return Err(VersionError::LeadingZero);
            }
        }
        let number = |part: &str| cast::parse_uint(part.as_bytes(), 10).map_err(VersionError::StrictSegment);
        Ok(Self {
            major: number(major)?,
            minor: number(minor)?,
            patch: number(patch)?,
            prerelease: prerelease.unwrap_or_default().to_owned(),
            metadata: metadata.unwrap_or_default().to_owned(),
            original: text.to_owned(),
        })
    }

    /// The first number.
    pub fn major(&self) -> u64 {
        self.major
    }

    /// The second number.
    pub fn minor(&self) -> u64 {
        self.minor
    }

    /// The third number.
    pub fn patch(&self) -> u64 {
        self.patch
    }

    /// What follows the `-`, or nothing.
    pub fn prerelease(&self) -> &str {
        &self.prerelease
    }

    /// What follows the `+`, or nothing.
    pub fn metadata(&self) -> &str {
        &self.metadata
    }

    /// What was read.
    pub fn original(&self) -> &str {
        &self.original
    }

    /// The order of versions: a prerelease comes before its release, metadata does not count.
    pub fn compare(&self, other: &Self) -> Ordering {
        let numbers = |version: &Self| (version.major, version.minor, version.patch);
        numbers(self).cmp(&numbers(other)).then_with(|| {
            match (self.prerelease.as_str(), other.prerelease.as_str()) {
                ("", "") => Ordering::Equal,
                ("", _) => Ordering::Greater,
                (_, "") => Ordering::Less,
                (one, two) => compare_prereleases(one, two),
            }
        })
    }

    /// The next patch version; of a prerelease, its release.
    ///
    /// # Errors
    /// The number is the largest: Go panics with this text.
    pub fn inc_patch(&self) -> Result<Self, &'static str> {
        let mut next = self.clone();
        if self.prerelease.is_empty() {
            next.patch = next.patch.checked_add(1).ok_or("patch version increment would overflow uint64")?;
        }
        Ok(next.released(self))
    }

    /// The next minor version.
    ///
    /// # Errors
    /// The number is the largest: Go panics with this text.
    pub fn inc_minor(&self) -> Result<Self, &'static str> {
        let mut next = self.clone();
        next.minor = next.minor.checked_add(1).ok_or("minor version increment would overflow uint64")?;
        next.patch = 0;
        Ok(next.released(self))
    }

    /// The next major version.
    ///
    /// # Errors
    /// The number is the largest: Go panics with this text.
    pub fn inc_major(&self) -> Result<Self, &'static str> {
        let mut next = self.clone();
        next.major = next.major.checked_add(1).ok_or("major version increment would overflow uint64")?;
        next.minor = 0;
        next.patch = 0;
        Ok(next.released(self))
    }

    fn released(mut self, from: &Self) -> Self {
        self.prerelease.clear();
        self.metadata.clear();
        self.rewritten(from)
    }

    /// The version with another prerelease, or none.
    ///
    /// # Errors
    /// Not a prerelease.
    pub fn set_prerelease(&self, prerelease: &str) -> Result<Self, VersionError> {
        if !prerelease.is_empty() {
            check_prerelease(prerelease)?;
        }
        Ok(Self { prerelease: prerelease.to_owned(), ..self.clone() }.rewritten(self))
    }

    /// The version with other metadata, or none.
    ///
    /// # Errors
    /// Not metadata.
    pub fn set_metadata(&self, metadata: &str) -> Result<Self, VersionError> {
        if !metadata.is_empty() {
            check_metadata(metadata)?;
        }
        Ok(Self { metadata: metadata.to_owned(), ..self.clone() }.rewritten(self))
    }

    /// Go writes `original` anew for a version that was made from another, and keeps the `v`.
    fn rewritten(mut self, from: &Self) -> Self {
        let prefix = if from.original.starts_with('v') { "v" } else { "" };
        self.original = format!("{prefix}{self}");
        self
    }
}

/// All numbers, then prerelease and metadata; without the `v`.
impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if !self.prerelease.is_empty() {
            write!(f, "-{}", self.prerelease)?;
        }
        if !self.metadata.is_empty() {
            write!(f, "+{}", self.metadata)?;
        }
        Ok(())
    }
}

/// As [`Version::compare`].
impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.compare(other) == Ordering::Equal
    }
}

impl Eq for Version {}

/// As [`Version::compare`].
impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// As [`Version::compare`].
impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.compare(other)
    }
}

/// What stands at the beginning of a text and looks like a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Scanned<'t> {
    major: &'t str,
    minor: Option<&'t str>,
    patch: Option<&'t str>,
    prerelease: Option<&'t str>,
    metadata: Option<&'t str>,
    /// How many bytes it takes, with a `v`.
    len: usize,
}

/// What was scanned, which is ASCII.
fn ascii(text: &[u8]) -> &str {
    std::str::from_utf8(text).unwrap_or_default()
}

/// Reads as much of a version as there is. `digit` says what a number may consist of, all of it ASCII.
fn scan(bytes: &[u8], digit: impl Fn(u8) -> bool) -> Option<Scanned<'_>> {
    let run = |from: usize, fits: &dyn Fn(u8) -> bool| {
        bytes[from..].iter().position(|&byte| !fits(byte)).map_or(bytes.len(), |at| from + at)
    };
    let start = usize::from(bytes.first() == Some(&b'v'));
    let mut at = run(start, &digit);
    if at == start {
        return None;
    }
    let major = ascii(&bytes[start..at]);
    let mut dotted = || {
        let end = if bytes.get(at) == Some(&b'.') { run(at + 1, &digit) } else { at };
        let part = (end > at + 1).then(|| ascii(&bytes[at + 1..end]));
        if part.is_some() {
            at = end;
        }
        part
    };
    let minor = dotted();
    let patch = dotted();
    let name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let mut suffix = |mark: u8| {
        if bytes.get(at) != Some(&mark) {
            return None;
        }
        let start = at + 1;
        let mut end = run(start, &name);
        if end == start {
            return None;
        }
        while bytes.get(end) == Some(&b'.') {
            let next = run(end + 1, &name);
            if next == end + 1 {
                break;
            }
            end = next;
        }
        at = end;
        Some(ascii(&bytes[start..end]))
    };
    let prerelease = suffix(b'-');
    let metadata = suffix(b'+');
    Some(Scanned { major, minor, patch, prerelease, metadata, len: at })
}

fn is_identifier(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn check_prerelease(text: &str) -> Result<(), VersionError> {
    for part in text.split('.') {
        if !is_identifier(part) {
            return Err(VersionError::Prerelease);
        }
        if part.len() > 1 && part.starts_with('0') && part.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(VersionError::LeadingZero);
        }
    }
    Ok(())
}

fn check_metadata(text: &str) -> Result<(), VersionError> {
    if text.split('.').all(is_identifier) { Ok(()) } else { Err(VersionError::Metadata) }
}

fn compare_prereleases(one: &str, two: &str) -> Ordering {
    let (mut one, mut two) = (one.split('.'), two.split('.'));
    loop {
        let order = match (one.next(), two.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(one), Some(two)) => compare_identifiers(one, two),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

fn compare_identifiers(one: &str, two: &str) -> Ordering {
    if one == two {
        return Ordering::Equal;
    }
    let number = |text: &str| cast::parse_uint(text.as_bytes(), 10).ok();
    match (number(one), number(two)) {
        (None, None) => one.cmp(two),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        // Unlike texts of one value (`1` and `01`) cannot both be prereleases; Go says less.
        (Some(one), Some(two)) => one.cmp(&two).then(Ordering::Less),
    }
}
