//! Constraints: `>= 1.2, < 2 || ^3.1.0-beta`, ranges with a hyphen, wildcards.

use std::cmp::Ordering;
use std::fmt;

use super::{Scanned, Version, ascii, scan};
use crate::unicode::quote;

/// The longest constraint, in bytes.
const MAX_CONSTRAINT: usize = 512;

/// The most alternatives.
const MAX_GROUPS: usize = 32;

/// Why a constraint was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConstraintError {
    /// Not a constraint.
    #[error("improper constraint: {}", quote(.0))]
    Improper(Vec<u8>),
    /// A condition whose version is none: a number too large, a leading zero in the prerelease.
    #[error("constraint parser error")]
    Parser,
    /// More than 512 bytes.
    #[error("constraint string is too long (max {MAX_CONSTRAINT} bytes)")]
    TooLong,
    /// More than 32 alternatives.
    #[error("too many constraint groups (max {MAX_GROUPS})")]
    TooManyGroups,
}

/// Alternatives of conditions that have to hold together.
#[derive(Debug, Clone)]
pub struct Constraints {
    groups: Vec<Group>,
}

#[derive(Debug, Clone)]
struct Group {
    conditions: Vec<Condition>,
    /// Whether one of the conditions names a prerelease, which opens all of them to prereleases.
    prereleases: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterEqual,
    LessEqual,
    Tilde,
    Caret,
}

/// Which numbers are there; the others are wildcards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Precision {
    Nothing,
    Major,
    Minor,
    Full,
}

#[derive(Debug, Clone)]
struct Condition {
    operator: Operator,
    /// As written.
    sign: &'static str,
    written: String,
    version: Version,
    precision: Precision,
}

/// Why a version does not meet a condition, in Go's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unmet(String);

/// The signs, those first that another one begins with. The empty sign is last.
const SIGNS: [(&str, Operator); 12] = [
    ("!=", Operator::NotEqual),
    (">=", Operator::GreaterEqual),
    ("=>", Operator::GreaterEqual),
    ("<=", Operator::LessEqual),
    ("=<", Operator::LessEqual),
    ("~>", Operator::Tilde),
    ("=", Operator::Equal),
    (">", Operator::Greater),
    ("<", Operator::Less),
    ("~", Operator::Tilde),
    ("^", Operator::Caret),
    ("", Operator::Equal),
];

impl Constraints {
    /// Reads a constraint, as `NewConstraint`.
    ///
    /// # Errors
    /// Not a constraint, or too long.
    pub fn parse(text: impl AsRef<[u8]>) -> Result<Self, ConstraintError> {
        let text = text.as_ref();
        if text.len() > MAX_CONSTRAINT {
            return Err(ConstraintError::TooLong);
        }
        let text = rewrite_ranges(text);
        let groups = split_groups(&text);
        if groups.len() > MAX_GROUPS {
            return Err(ConstraintError::TooManyGroups);
        }
        let groups = groups.into_iter().map(Group::parse).collect::<Result<_, _>>()?;
        Ok(Self { groups })
    }

    /// Whether a version meets the constraint.
    pub fn check(&self, version: &Version) -> bool {
        self.groups.iter().any(|group| {
            group.conditions.iter().all(|condition| condition.check(version, group.prereleases).is_ok())
        })
    }

    /// As [`Constraints::check`], with every reason why not.
    ///
    /// # Errors
    /// What each alternative lacks.
    pub fn validate(&self, version: &Version) -> Result<(), Vec<Unmet>> {
        let mut reasons = Vec::new();
        let mut prerelease_told = false;
        for group in &self.groups {
            if !group.prereleases && !version.prerelease().is_empty() {
                // Said once for all alternatives.
                if !std::mem::replace(&mut prerelease_told, true) {
                    reasons.push(is_prerelease(version));
                }
                continue;
            }
            let before = reasons.len();
            for condition in &group.conditions {
                reasons.extend(condition.check(version, group.prereleases).err());
            }
            if reasons.len() == before {
                return Ok(());
            }
        }
        Err(reasons)
    }
}

/// The constraint written anew: conditions joined by spaces, alternatives by ` || `.
impl fmt::Display for Constraints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, group) in self.groups.iter().enumerate() {
            if index > 0 {
                f.write_str(" || ")?;
            }
            for (index, condition) in group.conditions.iter().enumerate() {
                let space = if index > 0 { " " } else { "" };
                write!(f, "{space}{}{}", condition.sign, condition.written)?;
            }
        }
        Ok(())
    }
}

fn split_groups(text: &[u8]) -> Vec<&[u8]> {
    let mut groups = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.windows(2).position(|pair| pair == b"||") {
        groups.push(&rest[..at]);
        rest = &rest[at + 2..];
    }
    groups.push(rest);
    groups
}

impl Group {
    fn parse(text: &[u8]) -> Result<Self, ConstraintError> {
        if !is_group(text) {
            return Err(ConstraintError::Improper(text.to_owned()));
        }
        // Found once more from the left, as Go does: two conditions may touch where the check saw a space.
        let mut conditions = Vec::new();
        let mut at = 0;
        while at < text.len() {
            match scan_condition(text, at) {
                Some((condition, end)) => {
                    conditions.push(condition.into_condition()?);
                    at = end;
                }
                None => at += 1,
            }
        }
        let prereleases = conditions.iter().any(|condition| !condition.version.prerelease().is_empty());
        Ok(Self { conditions, prereleases })
    }
}

/// A condition as it stands in the text.
#[derive(Debug, Clone, Copy)]
struct Written<'t> {
    sign: &'static str,
    operator: Operator,
    version: &'t str,
    scanned: Scanned<'t>,
}

fn is_part(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'x' | b'X' | b'*' | b'|')
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c')
}

fn skip_spaces(text: &[u8], at: usize) -> usize {
    text[at..].iter().position(|&byte| !is_space(byte)).map_or(text.len(), |skip| at + skip)
}

/// Reads a condition at a place: a sign, spaces, a version. Answers it with its end.
fn scan_condition(text: &[u8], at: usize) -> Option<(Written<'_>, usize)> {
    SIGNS.iter().find_map(|&(sign, operator)| {
        let rest = text.get(at..)?.strip_prefix(sign.as_bytes())?;
        let start = skip_spaces(text, text.len() - rest.len());
        let scanned = scan(text.get(start..)?, is_part)?;
        let end = start + scanned.len;
        Some((Written { sign, operator, version: ascii(&text[start..end]), scanned }, end))
    })
}

/// Whether a text is conditions, separated by spaces or a comma.
fn is_group(text: &[u8]) -> bool {
    let Some((_, end)) = scan_condition(text, skip_spaces(text, 0)) else { return false };
    let mut at = end;
    loop {
        let mut next = skip_spaces(text, at);
        if next == text.len() {
            return true;
        }
        let comma = text[next] == b',';
        if comma {
            next = skip_spaces(text, next + 1);
        }
        if !comma && next == at {
            return false;
        }
        match scan_condition(text, next) {
            Some((_, end)) => at = end,
            None => return false,
        }
    }
}

impl Written<'_> {
    fn into_condition(self) -> Result<Condition, ConstraintError> {
        let wild = |part: Option<&str>| matches!(part, None | Some("x" | "X" | "*"));
        let Scanned { major, minor, patch, prerelease, .. } = self.scanned;
        let pre = prerelease.map(|prerelease| format!("-{prerelease}")).unwrap_or_default();
        let (precision, plain) = if wild(Some(major)) {
            (Precision::Nothing, format!("0.0.0{pre}"))
        } else if wild(minor) {
            (Precision::Major, format!("{major}.0.0{pre}"))
        } else if wild(patch) {
            (Precision::Minor, format!("{major}.{}.0{pre}", minor.unwrap_or_default()))
        } else {
            (Precision::Full, self.version.to_owned())
        };
        let version = Version::parse(&plain).map_err(|_| ConstraintError::Parser)?;
        Ok(Condition {
            operator: self.operator,
            sign: self.sign,
            written: self.version.to_owned(),
            version,
            precision,
        })
    }
}

/// Turns `1.2 - 3.4` into `>= 1.2, <= 3.4 ` wherever it stands.
fn rewrite_ranges(text: &[u8]) -> Vec<u8> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        match scan_range(text, at) {
            Some((low, high, end)) => {
                found.push((&text[at..end], low, high));
                at = end;
            }
            None => at += 1,
        }
    }
    let mut out = text.to_owned();
    for (whole, low, high) in found {
        // Go replaces the first place where the text of the range stands, which need not be this one.
        if let Some(place) = out.windows(whole.len()).position(|part| part == whole) {
            out.splice(place..place + whole.len(), format!(">= {low}, <= {high} ").into_bytes());
        }
    }
    out
}

fn scan_range(text: &[u8], at: usize) -> Option<(&str, &str, usize)> {
    let start = skip_spaces(text, at);
    let low_end = start + scan(text.get(start..)?, is_part)?.len;
    let hyphen = skip_spaces(text, low_end);
    let high_start = skip_spaces(text, (hyphen + 1).min(text.len()));
    let spaced = hyphen > low_end && high_start > hyphen + 1;
    if !spaced || text.get(hyphen) != Some(&b'-') {
        return None;
    }
    let high_end = high_start + scan(text.get(high_start..)?, is_part)?.len;
    let (low, high) = (ascii(&text[start..low_end]), ascii(&text[high_start..high_end]));
    Some((low, high, skip_spaces(text, high_end)))
}

fn is_prerelease(version: &Version) -> Unmet {
    Unmet(format!(
        "{} is a prerelease version and the constraint is only looking for release versions",
        quote(version.to_string().as_bytes())
    ))
}

impl Condition {
    fn check(&self, version: &Version, prereleases: bool) -> Result<(), Unmet> {
        if !version.prerelease().is_empty() && !prereleases {
            return Err(is_prerelease(version));
        }
        let unmet = |says: &str| {
            let version = quote(version.to_string().as_bytes());
            Unmet(format!("{version} {says} {}", quote(self.written.as_bytes())))
        };
        let met = |holds: bool, says: &str| if holds { Ok(()) } else { Err(unmet(says)) };
        match self.operator {
            Operator::Equal if self.precision != Precision::Full => self.check_tilde(version, unmet),
            Operator::Equal => met(version == &self.version, "is not equal to"),
            Operator::NotEqual => met(self.differs(version), "is equal to"),
            Operator::Greater => met(self.is_below(version), "is less than or equal to"),
            Operator::Less => met(version < &self.version, "is greater than or equal to"),
            Operator::GreaterEqual => met(version >= &self.version, "is less than"),
            Operator::LessEqual => met(self.is_not_below(version), "is greater than"),
            Operator::Tilde => self.check_tilde(version, unmet),
            Operator::Caret => self.check_caret(version, unmet),
        }
    }

    fn differs(&self, version: &Version) -> bool {
        let own = &self.version;
        match self.precision {
            Precision::Full => version != own,
            _ if version.major() != own.major() => true,
            Precision::Major => false,
            _ if version.minor() != own.minor() => true,
            Precision::Minor => version.prerelease() != own.prerelease(),
            // A lone wildcard is 0.0.0 here.
            Precision::Nothing => version.patch() != own.patch() || version != own,
        }
    }

    /// Whether the version is above all that the condition names: `>11` starts at 12.
    fn is_below(&self, version: &Version) -> bool {
        let own = &self.version;
        match self.precision {
            Precision::Major => version.major() > own.major(),
            Precision::Minor => (version.major(), version.minor()) > (own.major(), own.minor()),
            Precision::Full | Precision::Nothing => version > own,
        }
    }

    /// Whether the version is not above all that the condition names: `<=11` has 11.9.
    fn is_not_below(&self, version: &Version) -> bool {
        let own = &self.version;
        match self.precision {
            Precision::Full => version <= own,
            Precision::Major => version.major() <= own.major(),
            Precision::Minor | Precision::Nothing => {
                (version.major(), version.minor()) <= (own.major(), own.minor())
            }
        }
    }

    fn check_tilde(&self, version: &Version, unmet: impl Fn(&str) -> Unmet) -> Result<(), Unmet> {
        let own = &self.version;
        if version < own {
            return Err(unmet("is less than"));
        }
        let zero = (own.major(), own.minor(), own.patch()) == (0, 0, 0);
        if zero && matches!(self.precision, Precision::Full | Precision::Nothing) {
            return Ok(());
        }
        if version.major() != own.major() {
            return Err(unmet("does not have same major version as"));
        }
        if version.minor() != own.minor() && self.precision != Precision::Major {
            return Err(unmet("does not have same major and minor version as"));
        }
        Ok(())
    }

    fn check_caret(&self, version: &Version, unmet: impl Fn(&str) -> Unmet) -> Result<(), Unmet> {
        let own = &self.version;
        let longer = |says: &str, more: &str| {
            let Unmet(text) = unmet(says);
            Unmet(text + more)
        };
        if version.compare(own) == Ordering::Less {
            return Err(unmet("is less than"));
        }
        if version.major() != own.major() {
            return Err(unmet("does not have same major version as"));
        }
        if own.major() > 0 || self.precision == Precision::Major {
            return Ok(());
        }
        // Below 1.0.0 the first number that is not zero must stay.
        if own.minor() > 0 || self.precision == Precision::Minor {
            if version.minor() == own.minor() {
                return Ok(());
            }
            return Err(longer(
                "does not have same minor version as",
                ". Expected minor versions to match when constraint major version is 0",
            ));
        }
        if version.minor() > 0 {
            return Err(unmet("does not have same minor version as"));
        }
        if version.patch() == own.patch() {
            return Ok(());
        }
        Err(longer(
            "does not equal",
            ". Expect version and constraint to equal when major and minor versions are 0",
        ))
    }
}
