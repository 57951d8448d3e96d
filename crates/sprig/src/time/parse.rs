//! Reading a time by a layout, with Go's errors.

use super::layout::{self, MONTHS, Offset, Pad, Token, WEEKDAYS};
use super::{Civil, Time, Zone, days_in, is_leap};

/// A text that does not fit a layout. Strings are quoted as package `time` quotes them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// A part that is not what the layout asks for.
    #[error(
        "parsing time {} as {}: cannot parse {} as {}",
        quote(.value), quote(.layout), quote(.value_part), quote(.layout_part)
    )]
    Mismatch {
        /// The layout.
        layout: Vec<u8>,
        /// The text.
        value: Vec<u8>,
        /// The part of the layout.
        layout_part: Vec<u8>,
        /// What was left of the text.
        value_part: Vec<u8>,
    },
    /// A part that cannot be: `month out of range`.
    #[error("parsing time {}: {what}", quote(.value))]
    OutOfRange {
        /// The text.
        value: Vec<u8>,
        /// What is out of range, in Go's words.
        what: &'static str,
    },
    /// The layout ends before the text.
    #[error("parsing time {}: extra text: {}", quote(.value), quote(.extra))]
    Extra {
        /// The text.
        value: Vec<u8>,
        /// What is too much.
        extra: Vec<u8>,
    },
}

/// Quotes as package `time` does: bytes beyond ASCII and control characters as `\x..`, whatever they are.
pub(super) fn quote(text: &[u8]) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for &byte in text {
        match byte {
            b'"' | b'\\' => {
                out.push('\\');
                out.push(char::from(byte));
            }
            b' '..=0x7f => out.push(char::from(byte)),
            _ => out.push_str(&format!("\\x{byte:02x}")),
        }
    }
    out.push('"');
    out
}

/// What a part of a text said.
enum Wrong {
    /// It does not fit.
    Bad,
    /// It is a number that cannot be.
    Range(&'static str),
}

type Outcome<T> = Result<T, Wrong>;

#[derive(Debug, Default)]
struct Seen {
    year: i64,
    month: Option<i64>,
    day: Option<i64>,
    year_day: Option<i64>,
    hour: u32,
    minute: u32,
    second: u32,
    nanoseconds: u32,
    morning: bool,
    afternoon: bool,
    utc: bool,
    offset: Option<i32>,
    abbreviation: Vec<u8>,
}

/// Reads a time by a layout, as `time.ParseInLocation`: without a zone in the text it is in `zone`.
///
/// # Errors
/// Where the text does not fit.
pub fn parse(layout: &[u8], value: &[u8], zone: &Zone) -> Result<Time, ParseError> {
    let mut seen = Seen::default();
    let mut rest = value;
    let mut left = layout;
    loop {
        let (before, token, after) = layout::next(left);
        let mismatch = |layout_part: &[u8], value_part: &[u8]| ParseError::Mismatch {
            layout: layout.to_vec(),
            value: value.to_vec(),
            layout_part: layout_part.to_vec(),
            value_part: value_part.to_vec(),
        };
        skip(&mut rest, before).map_err(|at| mismatch(before, at))?;
        let Some(token) = token else { break };
        let part = &left[before.len()..left.len() - after.len()];
        left = after;
        let start = rest;
        seen.read(token, &mut rest, left).map_err(|wrong| match wrong {
            Wrong::Bad => mismatch(part, start),
            Wrong::Range(what) => ParseError::OutOfRange { value: value.to_vec(), what },
        })?;
    }
    if !rest.is_empty() {
        return Err(ParseError::Extra { value: value.to_vec(), extra: rest.to_vec() });
    }
    seen.into_time(zone).map_err(|what| ParseError::OutOfRange { value: value.to_vec(), what })
}

/// Takes literal text. Blanks in the layout stand for any number of blanks, also none at the end. Answers what was
/// left when it did not fit.
fn skip<'v>(rest: &mut &'v [u8], literal: &[u8]) -> Result<(), &'v [u8]> {
    let mut literal = literal;
    while let Some(&byte) = literal.first() {
        if byte == b' ' {
            if rest.first().is_some_and(|&byte| byte != b' ') {
                return Err(rest);
            }
            while let [b' ', after @ ..] = *rest {
                *rest = after;
            }
            while let [b' ', after @ ..] = literal {
                literal = after;
            }
        } else if rest.first() == Some(&byte) {
            *rest = &rest[1..];
            literal = &literal[1..];
        } else {
            return Err(rest);
        }
    }
    Ok(())
}

fn take<'v>(rest: &mut &'v [u8], count: usize) -> Outcome<&'v [u8]> {
    let (taken, after) = rest.split_at_checked(count).ok_or(Wrong::Bad)?;
    *rest = after;
    Ok(taken)
}

/// One or two digits; both when `fixed`.
fn two_digits(rest: &mut &[u8], fixed: bool) -> Outcome<u32> {
    digits(rest, 2, fixed)
}

fn digits(rest: &mut &[u8], most: usize, fixed: bool) -> Outcome<u32> {
    let count = rest.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
    if count == 0 || (fixed && count < most) {
        return Err(Wrong::Bad);
    }
    let taken = take(rest, count)?;
    Ok(taken.iter().fold(0, |value, &digit| value * 10 + u32::from(digit - b'0')))
}

fn within(value: u32, limit: u32, what: &'static str) -> Outcome<u32> {
    if value < limit { Ok(value) } else { Err(Wrong::Range(what)) }
}

/// A decimal number with an optional sign, nothing after it. No digits are zero.
fn signed(text: &[u8]) -> Outcome<i64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    if !digits.iter().all(u8::is_ascii_digit) {
        return Err(Wrong::Bad);
    }
    let value = digits.iter().fold(0i64, |value, &digit| value * 10 + i64::from(digit - b'0'));
    Ok(if negative { -value } else { value })
}

/// The index of the name that the text begins with, in any case.
fn name<'n>(rest: &mut &[u8], names: impl Iterator<Item = &'n str>) -> Outcome<i64> {
    for (index, name) in names.enumerate() {
        if rest.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name.as_bytes())) {
            *rest = &rest[name.len()..];
            return Ok(index as i64);
        }
    }
    Err(Wrong::Bad)
}

/// A separator and digits; of these nine count.
fn nanoseconds(text: &[u8]) -> Outcome<u32> {
    if !matches!(text.first(), Some(b'.' | b',')) {
        return Err(Wrong::Bad);
    }
    let digits = &text[1..text.len().min(10)];
    let value = signed(digits)?;
    let scale = 10i64.pow(9 - digits.len() as u32);
    u32::try_from(value * scale).map_err(|_| Wrong::Range("fractional second out of range"))
}

/// The length of what a text has in place of a separator and digits.
fn fraction_len(text: &[u8]) -> usize {
    match text {
        [b'.' | b',', digit, ..] if digit.is_ascii_digit() => {
            1 + text[1..].iter().take_while(|byte| byte.is_ascii_digit()).count()
        }
        _ => 0,
    }
}

impl Seen {
    fn read(&mut self, token: Token, rest: &mut &[u8], layout_after: &[u8]) -> Outcome<()> {
        match token {
            Token::ShortYear => {
                let year = signed(take(rest, 2)?)?;
                self.year = if year >= 69 { year + 1900 } else { year + 2000 };
            }
            Token::LongYear => {
                if rest.len() < 4 || !rest[0].is_ascii_digit() {
                    return Err(Wrong::Bad);
                }
                self.year = signed(take(rest, 4)?)?;
            }
            Token::LongMonth => self.month = Some(name(rest, MONTHS.into_iter())? + 1),
            Token::ShortMonth => self.month = Some(name(rest, MONTHS.iter().map(|name| &name[..3]))? + 1),
            Token::Month(pad) => {
                let month = two_digits(rest, pad == Pad::Zero)?;
                if !(1..=12).contains(&month) {
                    return Err(Wrong::Range("month out of range"));
                }
                self.month = Some(i64::from(month));
            }
            Token::LongWeekday => {
                name(rest, WEEKDAYS.into_iter())?;
            }
            Token::ShortWeekday => {
                name(rest, WEEKDAYS.iter().map(|name| &name[..3]))?;
            }
            Token::Day(pad) => {
                if pad == Pad::Space && rest.first() == Some(&b' ') {
                    *rest = &rest[1..];
                }
                self.day = Some(i64::from(two_digits(rest, pad == Pad::Zero)?));
            }
            Token::YearDay(pad) => {
                for _ in 0..2 {
                    if pad == Pad::Space && rest.first() == Some(&b' ') {
                        *rest = &rest[1..];
                    }
                }
                self.year_day = Some(i64::from(digits(rest, 3, pad == Pad::Zero)?));
            }
            Token::Hour => self.hour = within(two_digits(rest, false)?, 24, "hour out of range")?,
            Token::Hour12(pad) => {
                self.hour = within(two_digits(rest, pad == Pad::Zero)?, 13, "hour out of range")?;
            }
            Token::Minute(pad) => {
                self.minute = within(two_digits(rest, pad == Pad::Zero)?, 60, "minute out of range")?;
            }
            Token::Second(pad) => {
                self.second = within(two_digits(rest, pad == Pad::Zero)?, 60, "second out of range")?;
                // A fraction is taken even where the layout has none.
                let len = fraction_len(rest);
                if len > 0 && !matches!(layout::next(layout_after).1, Some(Token::Fraction { .. })) {
                    self.nanoseconds = nanoseconds(take(rest, len)?)?;
                }
            }
            Token::Half { lower } => {
                let (am, pm): (&[u8], &[u8]) = if lower { (b"am", b"pm") } else { (b"AM", b"PM") };
                let text = take(rest, 2)?;
                if text == pm {
                    self.afternoon = true;
                } else if text == am {
                    self.morning = true;
                } else {
                    return Err(Wrong::Bad);
                }
            }
            Token::Offset(Offset { z: true, .. }) if rest.first() == Some(&b'Z') => {
                *rest = &rest[1..];
                self.utc = true;
            }
            Token::Offset(form) => self.offset = Some(offset(rest, form)?),
            Token::Abbreviation if rest.starts_with(b"UTC") => {
                *rest = &rest[3..];
                self.utc = true;
            }
            Token::Abbreviation => {
                let len = abbreviation_len(rest).ok_or(Wrong::Bad)?;
                self.abbreviation = take(rest, len)?.to_vec();
            }
            Token::Fraction { digits, trim: false, .. } => {
                self.nanoseconds = nanoseconds(take(rest, 1 + digits)?)?
            }
            Token::Fraction { trim: true, .. } => {
                // It may be missing, or longer than asked for.
                let len = fraction_len(rest);
                if len > 0 {
                    self.nanoseconds = nanoseconds(take(rest, len)?)?;
                }
            }
        }
        Ok(())
    }

    /// The month and day of a day of the year, or what is wrong with them.
    fn month_and_day(&self) -> Result<(u32, u32), &'static str> {
        let Some(year_day) = self.year_day else {
            return Ok((self.month.unwrap_or(1) as u32, self.day.unwrap_or(1) as u32));
        };
        let last = if is_leap(self.year) { 366 } else { 365 };
        if !(1..=last).contains(&year_day) {
            return Err("day-of-year out of range");
        }
        let (mut month, mut day) = (1, year_day as u32);
        while day > days_in(month, self.year) {
            day -= days_in(month, self.year);
            month += 1;
        }
        if self.month.is_some_and(|known| known != i64::from(month)) {
            return Err("day-of-year does not match month");
        }
        if self.day.is_some_and(|known| known != i64::from(day)) {
            return Err("day-of-year does not match day");
        }
        Ok((month, day))
    }

    fn into_time(self, zone: &Zone) -> Result<Time, &'static str> {
        let hour = match self.hour {
            hour if self.afternoon && hour < 12 => hour + 12,
            12 if self.morning => 0,
            hour => hour,
        };
        let (month, day) = self.month_and_day()?;
        if day < 1 || day > days_in(month, self.year) {
            return Err("day out of range");
        }
        let civil = Civil {
            year: self.year,
            month,
            day,
            hour,
            minute: self.minute,
            second: self.second,
            year_day: 0,
            weekday: 0,
        };
        let in_zone = |zone| Time::from_civil(&civil, self.nanoseconds, zone);
        if self.utc {
            return Ok(in_zone(Zone::Utc));
        }
        let abbreviation = String::from_utf8_lossy(&self.abbreviation);
        // Go marks a missing offset by -1, so one second west counts as none.
        if let Some(offset) = self.offset.filter(|&offset| offset != -1) {
            let mut time = in_zone(Zone::Utc);
            time.seconds -= i64::from(offset);
            let (name, local) = zone.at(time.seconds);
            let is_local = local == offset && (abbreviation.is_empty() || name == abbreviation);
            time.zone =
                if is_local { zone.clone() } else { Zone::Fixed { name: abbreviation.into_owned(), offset } };
            return Ok(time);
        }
        if !abbreviation.is_empty() {
            let mut time = in_zone(Zone::Utc);
            match zone.offset_of(&abbreviation, time.seconds) {
                Some(offset) => {
                    time.seconds -= i64::from(offset);
                    time.zone = zone.clone();
                }
                None => {
                    let hours = abbreviation.strip_prefix("GMT").map(|hours| signed(hours.as_bytes()));
                    let offset = hours.and_then(Result::ok).unwrap_or(0) as i32 * 3600;
                    // Go: the offset is shown, but the time is not moved by it.
                    time.zone = Zone::Fixed { name: abbreviation.into_owned(), offset };
                }
            }
            return Ok(time);
        }
        Ok(in_zone(zone.clone()))
    }
}

fn offset(rest: &mut &[u8], form: Offset) -> Outcome<i32> {
    let len = match (form.minutes, form.seconds, form.colons) {
        (false, ..) => 3,
        (true, false, false) => 5,
        (true, false, true) => 6,
        (true, true, false) => 7,
        (true, true, true) => 9,
    };
    let text = take(rest, len)?;
    let colon = usize::from(form.colons);
    if form.colons && (text[3] != b':' || (form.seconds && text[6] != b':')) {
        return Err(Wrong::Bad);
    }
    let pair = |at: usize| {
        let mut digits = text.get(at..at + 2).unwrap_or(b"00");
        two_digits(&mut digits, true)
    };
    let hours = pair(1);
    let minutes = if form.minutes && hours.is_ok() { pair(3 + colon) } else { Ok(0) };
    let seconds = if form.seconds && hours.is_ok() && minutes.is_ok() { pair(5 + 2 * colon) } else { Ok(0) };
    // Go looks at the range first, so far as it could read, and the last complaint stands.
    let limited = |value: &Outcome<u32>, limit, what| match value {
        Ok(value) if *value > limit => Err(Wrong::Range(what)),
        _ => Ok(()),
    };
    limited(&seconds, 60, "time zone offset second out of range")?;
    limited(&minutes, 60, "time zone offset minute out of range")?;
    limited(&hours, 24, "time zone offset hour out of range")?;
    let total = ((hours? * 60 + minutes?) * 60 + seconds?) as i32;
    match text[0] {
        b'+' => Ok(total),
        b'-' => Ok(-total),
        _ => Err(Wrong::Bad),
    }
}

/// How long an abbreviation of a zone is, if there is one: three to five capitals, or an offset.
fn abbreviation_len(text: &[u8]) -> Option<usize> {
    if text.len() < 3 {
        return None;
    }
    if text.starts_with(b"ChST") || text.starts_with(b"MeST") {
        return Some(4);
    }
    if let Some(after) = text.strip_prefix(b"GMT") {
        return Some(3 + signed_offset_len(after));
    }
    if matches!(text[0], b'+' | b'-') {
        return Some(signed_offset_len(text)).filter(|&len| len > 0);
    }
    let capitals = text.iter().take(6).take_while(|byte| byte.is_ascii_uppercase()).count();
    match capitals {
        3 => Some(3),
        4 if text[3] == b'T' || text.starts_with(b"WITA") => Some(4),
        5 if text[4] == b'T' => Some(5),
        _ => None,
    }
}

/// The length of `+3` or `-11`, up to 23 hours; zero if it is none.
fn signed_offset_len(text: &[u8]) -> usize {
    let [b'+' | b'-', after @ ..] = text else { return 0 };
    let count = after.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let hours = after[..count]
        .iter()
        .fold(0u32, |hours, &digit| hours.saturating_mul(10).saturating_add(u32::from(digit - b'0')));
    if count == 0 || hours > 23 { 0 } else { 1 + count }
}
