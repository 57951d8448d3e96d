//! Chart.lock: the versions that were once chosen for the dependencies.

use govalue::{List, Map, Value, json, yaml};
use sha2::{Digest as _, Sha256};

use crate::metadata::Dependency;
use crate::metadata::decode::{self, Place};

/// The contents of Chart.lock or requirements.lock.
#[derive(Debug, Clone, Default)]
pub struct Lock {
    /// When it was written, as in the file.
    pub generated: String,
    /// A hash of the dependencies it was made from.
    pub digest: String,
    /// What was chosen.
    pub dependencies: Option<Vec<Option<Dependency>>>,
}

impl Lock {
    /// Reads a lock; `None` for a document that is null.
    pub(crate) fn decode(document: &Value) -> Result<Option<Self>, govalue::Error> {
        let Some(map) = decode::table(document, "v2.Lock", None)? else { return Ok(None) };
        let mut lock = Self::default();
        let place = Place { owner: "Lock", path: "" };
        decode::each_field(map, |name, value| match name {
            "generated" => {
                lock.generated = generated(value)?;
                Ok(())
            }
            "digest" => decode::string(&mut lock.digest, value, place, name),
            "dependencies" => {
                lock.dependencies = decode::dependencies(value, place)?;
                Ok(())
            }
            _ => Ok(()),
        })?;
        Ok(Some(lock))
    }

    /// The file as Helm writes it.
    ///
    /// # Errors
    /// When YAML cannot say what is in it.
    pub fn text(&self) -> Result<Vec<u8>, govalue::Error> {
        let map = Map::new();
        map.insert("generated", self.generated_text());
        map.insert("digest", self.digest.as_str());
        map.insert("dependencies", listed(self.dependencies.as_deref(), |d| d.file_value()));
        yaml::write(&Value::Map(map))
    }

    /// The same lock, written at some other second since 1970.
    #[must_use]
    pub fn generated_at(&self, seconds: i64) -> Self {
        Self { generated: rfc3339(seconds, 0, 0), ..self.clone() }
    }

    /// When it was written, in seconds since 1970 to the nearest; `None` when it does not say.
    pub fn generated_seconds(&self) -> Option<i64> {
        let (civil, rest) = self.generated.split_at_checked(19)?;
        let number = |range: std::ops::Range<usize>| civil.get(range)?.parse::<i64>().ok();
        let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
        let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
        let up =
            rest.strip_prefix('.').is_some_and(|fraction| fraction.starts_with(['5', '6', '7', '8', '9']));
        let offset = match rest.get(rest.len().saturating_sub(6)..) {
            Some(zone) if zone.starts_with(['+', '-']) => {
                let minutes =
                    zone.get(1..3)?.parse::<i64>().ok()? * 60 + zone.get(4..6)?.parse::<i64>().ok()?;
                if zone.starts_with('-') { -minutes } else { minutes }
            }
            _ => 0,
        };
        let seconds = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second + i64::from(up);
        // Year one is what Go makes of a time that nobody set.
        (year > 1).then_some(seconds - offset * 60)
    }

    /// The time as Go prints it: no zeros at the end of a fraction, `Z` for no offset, year one for nothing.
    fn generated_text(&self) -> String {
        if self.generated.is_empty() {
            return "0001-01-01T00:00:00Z".to_owned();
        }
        let (civil, rest) = self.generated.split_at_checked(19).unwrap_or((&self.generated, ""));
        let (fraction, zone) = rest.split_at(rest.find(['Z', '+', '-']).unwrap_or(rest.len()));
        // Go keeps nine digits.
        let fraction = fraction.get(..10).unwrap_or(fraction).trim_end_matches('0').trim_end_matches('.');
        let zone = if zone == "+00:00" || zone == "-00:00" { "Z" } else { zone };
        format!("{civil}{fraction}{zone}")
    }
}

/// The digest that ties a lock to the dependencies it was made from: over both lists as Go writes JSON.
///
/// # Errors
/// When JSON cannot say what is in them.
pub fn digest(
    wanted: Option<&[Option<Dependency>]>,
    locked: Option<&[Option<Dependency>]>,
) -> Result<String, govalue::Error> {
    let mut text = b"[".to_vec();
    dependencies_json(&mut text, wanted)?;
    text.push(b',');
    dependencies_json(&mut text, locked)?;
    text.push(b']');
    Ok(hash(&text))
}

/// The digest that Helm 2 wrote into requirements.lock: over what was wanted alone.
///
/// # Errors
/// When JSON cannot say what is in them.
pub fn digest_of_helm_2(wanted: Option<&[Option<Dependency>]>) -> Result<String, govalue::Error> {
    let mut text = b"{\"dependencies\":".to_vec();
    dependencies_json(&mut text, wanted)?;
    text.push(b'}');
    Ok(hash(&text))
}

fn hash(text: &[u8]) -> String {
    let sum = Sha256::digest(text);
    sum.iter().fold("sha256:".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}

/// A list as Go writes it: `null` when there is none.
fn listed(list: Option<&[Option<Dependency>]>, entry: impl Fn(&Dependency) -> Value) -> Value {
    match list {
        None => Value::Nil,
        Some(items) => {
            let items = items.iter().map(|item| item.as_ref().map_or(Value::Nil, &entry));
            Value::List(items.collect::<List>())
        }
    }
}

/// Go writes a struct's fields in the order they are declared, which is not the order of a map.
fn dependencies_json(out: &mut Vec<u8>, list: Option<&[Option<Dependency>]>) -> Result<(), govalue::Error> {
    const FIELDS: [&str; 8] =
        ["name", "version", "repository", "condition", "tags", "enabled", "import-values", "alias"];
    let Some(list) = list else {
        out.extend_from_slice(b"null");
        return Ok(());
    };
    out.push(b'[');
    for (index, dependency) in list.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        let Some(Value::Map(entries)) = dependency.as_ref().map(Dependency::file_value) else {
            out.extend_from_slice(b"null");
            continue;
        };
        let mut open = b'{';
        for field in FIELDS {
            let Some(value) = entries.get(field) else { continue };
            out.push(open);
            open = b',';
            json::write_string(out, field.as_bytes(), true);
            out.push(b':');
            out.extend_from_slice(&json::write(&value, &json::Options::default())?);
        }
        out.push(b'}');
    }
    out.push(b']');
    Ok(())
}

/// A time as a lock keeps it: in a zone so many seconds east, with nine digits at most behind the second.
pub fn rfc3339(seconds: i64, nanoseconds: u32, east: i32) -> String {
    let local = seconds.saturating_add(i64::from(east));
    let (year, month, day) = civil(local.div_euclid(86_400));
    let of_day = local.rem_euclid(86_400);
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    let fraction = format!(".{nanoseconds:09}");
    let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
    let zone = match east / 60 {
        0 => "Z".to_owned(),
        minutes => {
            let sign = if minutes < 0 { '-' } else { '+' };
            format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
        }
    };
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}{zone}")
}

/// Days of a 400-year cycle, after which the calendar repeats.
const CYCLE: i64 = 146_097;

/// Days from 1970-01-01 to a date; years begin in March, so that a leap day ends one.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (cycle, of_cycle) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    cycle * CYCLE + of_cycle * 365 + of_cycle / 4 - of_cycle / 100 + of_year - 719_468
}

/// The date so many days after 1970-01-01: year, month, day.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days.saturating_add(719_468);
    let (cycle, of_cycle) = (days.div_euclid(CYCLE), days.rem_euclid(CYCLE));
    let year = (of_cycle - of_cycle / 1460 + of_cycle / 36_524 - of_cycle / (CYCLE - 1)) / 365;
    let of_year = of_cycle - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + cycle * 400 + i64::from(month <= 2), month, day)
}

fn generated(value: &Value) -> Result<String, govalue::Error> {
    match value {
        Value::Nil => Ok(String::new()),
        Value::Str(text) => {
            let text = text.to_str_lossy().into_owned();
            match time_error(&text) {
                None => Ok(text),
                Some((rest, wanted)) => Err(decode::decode_error(&format!(
                    "parsing time {text:?} as \"2006-01-02T15:04:05Z07:00\": cannot parse {rest:?} as {wanted:?}"
                ))),
            }
        }
        _ => Err(decode::decode_error("Time.UnmarshalJSON: input is not a JSON string")),
    }
}

/// Where a text stops being a time as RFC 3339 writes it, and what Go expected there.
fn time_error(text: &str) -> Option<(&str, &'static str)> {
    const PARTS: [(&str, usize); 11] = [
        ("2006", 4),
        ("-", 0),
        ("01", 2),
        ("-", 0),
        ("02", 2),
        ("T", 0),
        ("15", 2),
        (":", 0),
        ("04", 2),
        (":", 0),
        ("05", 2),
    ];
    let mut rest = text;
    for (part, digits) in PARTS {
        let length = digits.max(1);
        let fits = match rest.as_bytes().get(..length) {
            Some(bytes) if digits > 0 => bytes.iter().all(u8::is_ascii_digit),
            Some(bytes) => bytes == part.as_bytes(),
            None => false,
        };
        match rest.get(length..) {
            Some(next) if fits => rest = next,
            _ => return Some((rest, part)),
        }
    }
    if let Some(fraction) = rest.strip_prefix('.') {
        rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    let zone = rest.as_bytes();
    let offset = zone.len() == 6
        && matches!(zone[0], b'+' | b'-')
        && zone[3] == b':'
        && [1, 2, 4, 5].iter().all(|&i| zone[i].is_ascii_digit());
    if rest == "Z" || offset { None } else { Some((rest, "Z07:00")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_go_there_and_back() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_709_251_199, "2024-02-29T23:59:59Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(rfc3339(seconds, 0, 0), text);
            let lock = Lock { generated: text.to_owned(), ..Lock::default() };
            assert_eq!(lock.generated_seconds(), Some(seconds), "{text}");
        }
        assert_eq!(rfc3339(0, 120_000_000, -5400), "1969-12-31T22:30:00.12-01:30");
        let lock = Lock { generated: "2020-01-01T01:30:00.5+01:30".to_owned(), ..Lock::default() };
        assert_eq!(lock.generated_seconds(), Some(1_577_836_801));
    }

    #[test]
    fn times_are_printed_as_go_does() {
        for (read, printed) in [
            ("", "0001-01-01T00:00:00Z"),
            ("2020-01-01T00:00:00.1200+00:00", "2020-01-01T00:00:00.12Z"),
            ("2020-01-01T00:00:00.000Z", "2020-01-01T00:00:00Z"),
            ("2020-01-01T00:00:00.123456789123-05:00", "2020-01-01T00:00:00.123456789-05:00"),
        ] {
            assert_eq!(Lock { generated: read.to_owned(), ..Lock::default() }.generated_text(), printed);
        }
    }
}
