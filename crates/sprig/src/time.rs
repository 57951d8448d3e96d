//! Go's times: instants with a zone, layouts made of a reference date, and durations.
//!
//! Nothing here asks the system: the clock and the local zone are the host's to answer, and named zones come from
//! the database that is compiled in.

pub mod duration;
mod layout;
mod parse;
mod zone;

pub use duration::DurationError;
pub use parse::{ParseError, parse};
pub use zone::Zone;

use std::fmt;

/// Seconds from the year 1, where Go's zero time is, to 1970.
const ZERO: i64 = -62_135_596_800;

const DAY: i64 = 86_400;

/// An instant, shown in a zone.
#[derive(Debug, Clone)]
pub struct Time {
    /// Seconds since 1970.
    seconds: i64,
    /// Below a billion.
    nanoseconds: u32,
    zone: Zone,
}

/// A date and the time of day, as a zone shows an instant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Civil {
    /// The year; before the year 1 comes 0.
    pub year: i64,
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31.
    pub day: u32,
    /// 0 to 23.
    pub hour: u32,
    /// 0 to 59.
    pub minute: u32,
    /// 0 to 59.
    pub second: u32,
    /// 1 to 366.
    pub year_day: u32,
    /// 0, which is Sunday, to 6.
    pub weekday: u32,
}

impl Time {
    /// Go's zero time: the first of January of the year 1, in UTC.
    pub const fn zero() -> Self {
        Self { seconds: ZERO, nanoseconds: 0, zone: Zone::Utc }
    }

    /// The instant so many seconds and nanoseconds after 1970, as `time.Unix(…).In(zone)`.
    pub fn unix(seconds: i64, nanoseconds: i64, zone: Zone) -> Self {
        let carry = nanoseconds.div_euclid(1_000_000_000);
        let nanoseconds = nanoseconds.rem_euclid(1_000_000_000) as u32;
        Self { seconds: seconds.wrapping_add(carry), nanoseconds, zone }
    }

    /// The instant at which clocks in the zone show a date, as `time.Date`. The day is one of the month.
    pub fn from_civil(civil: &Civil, nanoseconds: u32, zone: Zone) -> Self {
        let days = days_from_civil(civil.year, civil.month, civil.day);
        let clock = i64::from(civil.hour * 3600 + civil.minute * 60 + civil.second);
        let local = days * DAY + clock;
        // The offset that holds then, found by way of the one that would hold if that were UTC.
        let guess = zone.at(local).1;
        let offset = if guess == 0 { 0 } else { zone.at(local - i64::from(guess)).1 };
        Self { seconds: local - i64::from(offset), nanoseconds, zone }
    }

    /// The same instant in another zone.
    pub fn in_zone(&self, zone: Zone) -> Self {
        Self { zone, ..*self }
    }

    /// The zone.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// The abbreviation and the offset in seconds that hold at this instant.
    pub fn offset(&self) -> (String, i32) {
        self.zone.at(self.seconds)
    }

    /// Seconds since 1970, as `unixEpoch`.
    pub fn unix_seconds(&self) -> i64 {
        self.seconds
    }

    /// Nanoseconds since 1970; wraps around where Go does.
    pub fn unix_nanoseconds(&self) -> i64 {
        self.seconds.wrapping_mul(1_000_000_000).wrapping_add(i64::from(self.nanoseconds))
    }

    /// Nanoseconds within the second.
    pub fn nanosecond(&self) -> u32 {
        self.nanoseconds
    }

    /// Whether it is Go's zero time, in any zone.
    pub fn is_zero(&self) -> bool {
        self.seconds == ZERO && self.nanoseconds == 0
    }

    /// The date and time of day.
    pub fn civil(&self) -> Civil {
        civil(self.seconds, self.offset().1)
    }

    /// The time so many nanoseconds later.
    pub fn add(&self, duration: i64) -> Self {
        let nanoseconds = i64::from(self.nanoseconds) + duration % 1_000_000_000;
        let seconds = self.seconds.wrapping_add(duration / 1_000_000_000);
        Self::unix(seconds, nanoseconds, self.zone.clone())
    }

    /// The nanoseconds from another time to this one; the nearest duration there is, as `Sub`.
    pub fn since(&self, earlier: &Self) -> i64 {
        let seconds = i128::from(self.seconds) - i128::from(earlier.seconds);
        let nanoseconds = i128::from(self.nanoseconds) - i128::from(earlier.nanoseconds);
        let total = seconds * 1_000_000_000 + nanoseconds;
        i64::try_from(total).unwrap_or(if total < 0 { i64::MIN } else { i64::MAX })
    }

    /// The order of two instants; zones do not count.
    pub fn compare(&self, other: &Self) -> std::cmp::Ordering {
        (self.seconds, self.nanoseconds).cmp(&(other.seconds, other.nanoseconds))
    }

    /// Writes the time by a layout, as `Format`.
    pub fn format(&self, layout: &[u8]) -> Vec<u8> {
        layout::format(self, layout)
    }
}

/// As Go prints a time: `2006-01-02 15:04:05.999999999 -0700 MST`.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.format(b"2006-01-02 15:04:05.999999999 -0700 MST");
        f.write_str(&String::from_utf8_lossy(&text))
    }
}

/// Days since 1970 of a date in the proleptic Gregorian calendar.
fn days_from_civil(year: i64, month: u32, day: u32) -> i64 {
    // Years begin in March here, so that the leap day is the last of its year.
    let shifted = if month > 2 { year } else { year - 1 };
    let month = (i64::from(month) + 9) % 12;
    let era = shifted.div_euclid(400);
    let year_of_era = shifted.rem_euclid(400);
    let day_of_year = (153 * month + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn civil(seconds: i64, offset: i32) -> Civil {
    let local = i128::from(seconds) + i128::from(offset);
    let days = local.div_euclid(i128::from(DAY)) as i64;
    let clock = local.rem_euclid(i128::from(DAY)) as u32;
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * month_from_march + 2) / 5 + 1) as u32;
    let month = ((month_from_march + 2) % 12 + 1) as u32;
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    Civil {
        year,
        month,
        day,
        hour: clock / 3600,
        minute: clock / 60 % 60,
        second: clock % 60,
        year_day: (days - days_from_civil(year, 1, 1) + 1) as u32,
        weekday: (days + 4).rem_euclid(7) as u32,
    }
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(month: u32, year: i64) -> u32 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
