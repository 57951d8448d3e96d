//! TOML's four kinds of dates and times, which Go keeps in one `time.Time`.

use std::any::Any;

use crate::{Kind, Object, Str, Type, Value};

/// A `time.Time` as the TOML reader makes them. It prints, compares and converts to JSON, YAML and TOML as in Go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Datetime {
    year: u32,
    month: u32,
    day: u32,
    hour: u32,
    minute: u32,
    second: u32,
    nanos: u32,
    zone: Zone,
}

/// Where a [`Datetime`] is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zone {
    /// `Z`.
    Utc,
    /// An offset in seconds.
    Offset(i32),
    /// A date and a time without offset.
    LocalDatetime,
    /// A date only.
    LocalDate,
    /// A time only.
    LocalTime,
}

/// The type `time.Time`.
pub static DATETIME: Type = Type::plain("time.Time", Kind::Struct, None);

impl Datetime {
    /// Reads a date or time; `None` when it is neither. A small `t` or `z` and a space between date and time do.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.replace(['t', ' '], "T").replace('z', "Z");
        let mut datetime = Self {
            year: 0,
            month: 1,
            day: 1,
            hour: 0,
            minute: 0,
            second: 0,
            nanos: 0,
            zone: Zone::LocalTime,
        };
        let mut rest = text.as_str();
        let dated = rest.as_bytes().get(4) == Some(&b'-');
        if dated {
            datetime.year = digits(&mut rest, 4)?;
            datetime.month = after(&mut rest, '-')?;
            datetime.day = after(&mut rest, '-')?;
            if !(1..=12).contains(&datetime.month)
                || datetime.day < 1
                || datetime.day > datetime.month_length()
            {
                return None;
            }
            datetime.zone = Zone::LocalDate;
            match rest.strip_prefix('T') {
                None if rest.is_empty() => return Some(datetime),
                None => return None,
                Some(time) => rest = time,
            }
            datetime.zone = Zone::LocalDatetime;
        }
        datetime.hour = digits(&mut rest, 2)?;
        datetime.minute = after(&mut rest, ':')?;
        if rest.starts_with(':') {
            datetime.second = after(&mut rest, ':')?;
            if let Some(fraction) = rest.strip_prefix('.') {
                let length = fraction.bytes().take_while(u8::is_ascii_digit).count();
                if length == 0 {
                    return None;
                }
                // Digits beyond nanoseconds are cut.
                let nanos = format!("{:0<9}", &fraction[..length.min(9)]);
                datetime.nanos = nanos.parse().ok()?;
                rest = &fraction[length..];
            }
        }
        if datetime.hour > 23 || datetime.minute > 59 || datetime.second > 59 {
            return None;
        }
        if rest.is_empty() {
            return Some(datetime);
        }
        if !dated {
            return None;
        }
        datetime.zone = match rest {
            "Z" => Zone::Utc,
            _ => {
                let sign = match rest.as_bytes().first() {
                    Some(b'+') => 1,
                    Some(b'-') => -1,
                    _ => return None,
                };
                rest = &rest[1..];
                let (hours, minutes) = (digits(&mut rest, 2)?, after(&mut rest, ':')?);
                if !rest.is_empty() || hours > 24 || minutes > 60 {
                    return None;
                }
                match sign * (hours * 3_600 + minutes * 60) as i32 {
                    0 => Zone::Utc,
                    offset => Zone::Offset(offset),
                }
            }
        };
        Some(datetime)
    }

    fn month_length(&self) -> u32 {
        match self.month {
            2 if self.year.is_multiple_of(4)
                && (!self.year.is_multiple_of(100) || self.year.is_multiple_of(400)) =>
            {
                29
            }
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }

    fn date(&self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }

    fn time(&self) -> String {
        let time = format!("{:02}:{:02}:{:02}", self.hour, self.minute, self.second);
        if self.nanos == 0 {
            return time;
        }
        format!("{time}.{}", format!("{:09}", self.nanos).trim_end_matches('0'))
    }

    fn offset(&self, separator: &str) -> String {
        let Zone::Offset(offset) = self.zone else { return format!("+00{separator}00") };
        let minutes = offset.unsigned_abs() / 60;
        let sign = if offset < 0 { '-' } else { '+' };
        format!("{sign}{:02}{separator}{:02}", minutes / 60, minutes % 60)
    }

    fn rfc3339(&self) -> String {
        let offset = if let Zone::Offset(_) = self.zone { self.offset(":") } else { "Z".into() };
        format!("{}T{}{offset}", self.date(), self.time())
    }

    /// The date and time of day that it shows: year, month, day, hour, minute and second.
    pub fn civil(&self) -> [u32; 6] {
        [self.year, self.month, self.day, self.hour, self.minute, self.second]
    }

    /// Nanoseconds within the second.
    pub fn nanoseconds(&self) -> u32 {
        self.nanos
    }

    /// Where it is meant.
    pub fn zone(&self) -> Zone {
        self.zone
    }
}

/// Exactly so many digits.
fn digits(rest: &mut &str, count: usize) -> Option<u32> {
    let text = rest.get(..count).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
    *rest = &rest[count..];
    text.parse().ok()
}

/// A separator and two digits.
fn after(rest: &mut &str, separator: char) -> Option<u32> {
    *rest = rest.strip_prefix(separator)?;
    digits(rest, 2)
}

impl Object for Datetime {
    fn ty(&self) -> &'static Type {
        &DATETIME
    }

    fn text(&self) -> Option<Str> {
        let zone = match self.zone {
            Zone::Utc => "UTC".to_owned(),
            Zone::Offset(_) => self.offset(""),
            Zone::LocalDatetime => "datetime-local".to_owned(),
            Zone::LocalDate => "date-local".to_owned(),
            Zone::LocalTime => "time-local".to_owned(),
        };
        Some(format!("{} {} {} {zone}", self.date(), self.time(), self.offset("")).into())
    }

    fn json(&self) -> Option<Value> {
        Some(Value::str(self.rfc3339()))
    }

    fn equals(&self, other: &dyn Object) -> Option<bool> {
        Some(other.as_any().downcast_ref::<Self>() == Some(self))
    }

    fn json_error(&self) -> Option<&'static str> {
        // The offset is a day or more.
        match self.zone {
            Zone::Offset(offset) if offset.unsigned_abs() >= 24 * 3_600 => Some(
                "json: error calling MarshalJSON for type time.Time: \
                 Time.MarshalJSON: timezone hour outside of range [0,23]",
            ),
            _ => None,
        }
    }

    fn toml(&self) -> Option<Str> {
        let text = match self.zone {
            Zone::Utc | Zone::Offset(_) => self.rfc3339(),
            Zone::LocalDatetime => format!("{}T{}", self.date(), self.time()),
            Zone::LocalDate => self.date(),
            Zone::LocalTime => self.time(),
        };
        Some(text.into())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
