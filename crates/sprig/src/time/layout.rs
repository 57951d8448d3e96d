//! Layouts: what parts of the reference date `Mon Jan 2 15:04:05 MST 2006` mean, and writing a time by them.

pub(super) use govalue::print::{MONTHS, WEEKDAYS};

use super::Time;

/// How a number is written, and what is asked of it when it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pad {
    /// As short as it is.
    None,
    /// Blanks in front.
    Space,
    /// Zeros in front; when read, all digits must be there.
    Zero,
}

/// The form of an offset from UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Offset {
    /// `Z` stands for UTC itself.
    pub(super) z: bool,
    pub(super) colons: bool,
    pub(super) minutes: bool,
    pub(super) seconds: bool,
}

/// A part of a layout that stands for a part of a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    LongYear,
    ShortYear,
    LongMonth,
    ShortMonth,
    Month(Pad),
    LongWeekday,
    ShortWeekday,
    Day(Pad),
    YearDay(Pad),
    Hour,
    Hour12(Pad),
    Minute(Pad),
    Second(Pad),
    /// `PM`, or `pm` in lower case.
    Half {
        lower: bool,
    },
    Offset(Offset),
    Abbreviation,
    Fraction {
        digits: usize,
        /// `.999`: zeros at the end are dropped.
        trim: bool,
        separator: u8,
    },
}

/// Finds the next token: what stands before it, the token, what stands after it. Without one, all is before.
pub(super) fn next(layout: &[u8]) -> (&[u8], Option<Token>, &[u8]) {
    for at in 0..layout.len() {
        if let Some((token, skip, len)) = token_at(&layout[at..]) {
            return (&layout[..at + skip], Some(token), &layout[at + skip + len..]);
        }
    }
    (layout, None, &[])
}

/// The token at the beginning of a text: how many literal bytes belong in front of it, and its length.
fn token_at(text: &[u8]) -> Option<(Token, usize, usize)> {
    let lower = |at: usize| text.get(at).is_some_and(u8::is_ascii_lowercase);
    let found = |token, len| Some((token, 0, len));
    match text[0] {
        b'J' if text.starts_with(b"January") => found(Token::LongMonth, 7),
        b'J' if text.starts_with(b"Jan") && !lower(3) => found(Token::ShortMonth, 3),
        b'M' if text.starts_with(b"Monday") => found(Token::LongWeekday, 6),
        b'M' if text.starts_with(b"Mon") && !lower(3) => found(Token::ShortWeekday, 3),
        b'M' if text.starts_with(b"MST") => found(Token::Abbreviation, 3),
        b'0' if text.starts_with(b"002") => found(Token::YearDay(Pad::Zero), 3),
        b'0' => {
            let token = match text.get(1)? {
                b'1' => Token::Month(Pad::Zero),
                b'2' => Token::Day(Pad::Zero),
                b'3' => Token::Hour12(Pad::Zero),
                b'4' => Token::Minute(Pad::Zero),
                b'5' => Token::Second(Pad::Zero),
                b'6' => Token::ShortYear,
                _ => return None,
            };
            found(token, 2)
        }
        b'1' if text.starts_with(b"15") => found(Token::Hour, 2),
        b'1' => found(Token::Month(Pad::None), 1),
        b'2' if text.starts_with(b"2006") => found(Token::LongYear, 4),
        b'2' => found(Token::Day(Pad::None), 1),
        // The underscore before a year is nothing but that.
        b'_' if text.starts_with(b"_2006") => Some((Token::LongYear, 1, 4)),
        b'_' if text.starts_with(b"_2") => found(Token::Day(Pad::Space), 2),
        b'_' if text.starts_with(b"__2") => found(Token::YearDay(Pad::Space), 3),
        b'3' => found(Token::Hour12(Pad::None), 1),
        b'4' => found(Token::Minute(Pad::None), 1),
        b'5' => found(Token::Second(Pad::None), 1),
        b'P' if text.starts_with(b"PM") => found(Token::Half { lower: false }, 2),
        b'p' if text.starts_with(b"pm") => found(Token::Half { lower: true }, 2),
        b'-' | b'Z' => {
            // (what follows the first byte, colons, minutes, seconds)
            const FORMS: [(&[u8], bool, bool, bool); 5] = [
                (b"070000", false, true, true),
                (b"07:00:00", true, true, true),
                (b"0700", false, true, false),
                (b"07:00", true, true, false),
                (b"07", false, false, false),
            ];
            let &(form, colons, minutes, seconds) =
                FORMS.iter().find(|(form, ..)| text[1..].starts_with(form))?;
            found(Token::Offset(Offset { z: text[0] == b'Z', colons, minutes, seconds }), 1 + form.len())
        }
        separator @ (b'.' | b',') => {
            let digit = *text.get(1).filter(|byte| matches!(byte, b'0' | b'9'))?;
            let digits = text[1..].iter().take_while(|&&byte| byte == digit).count();
            // `.0001` is no fraction: a number of other digits goes on.
            if text.get(1 + digits).is_some_and(u8::is_ascii_digit) {
                return None;
            }
            found(Token::Fraction { digits, trim: digit == b'9', separator }, 1 + digits)
        }
        _ => None,
    }
}

/// Writes a time by a layout.
pub(super) fn format(time: &Time, layout: &[u8]) -> Vec<u8> {
    let (abbreviation, offset) = time.offset();
    let civil = super::civil(time.seconds, offset);
    let mut out = Vec::with_capacity(layout.len() + 10);
    let mut rest = layout;
    while !rest.is_empty() {
        let (before, token, after) = next(rest);
        out.extend_from_slice(before);
        rest = after;
        let Some(token) = token else { break };
        let half = if civil.hour >= 12 { "PM" } else { "AM" };
        let hour12 = (civil.hour + 11) % 12 + 1;
        let month = MONTHS[civil.month as usize - 1];
        let weekday = WEEKDAYS[civil.weekday as usize];
        match token {
            Token::LongYear => number(&mut out, civil.year, 4),
            Token::ShortYear => number(&mut out, civil.year.abs() % 100, 2),
            Token::LongMonth => out.extend_from_slice(month.as_bytes()),
            Token::ShortMonth => out.extend_from_slice(&month.as_bytes()[..3]),
            Token::Month(pad) => padded(&mut out, civil.month, pad, 2),
            Token::LongWeekday => out.extend_from_slice(weekday.as_bytes()),
            Token::ShortWeekday => out.extend_from_slice(&weekday.as_bytes()[..3]),
            Token::Day(pad) => padded(&mut out, civil.day, pad, 2),
            Token::YearDay(pad) => padded(&mut out, civil.year_day, pad, 3),
            Token::Hour => padded(&mut out, civil.hour, Pad::Zero, 2),
            Token::Hour12(pad) => padded(&mut out, hour12, pad, 2),
            Token::Minute(pad) => padded(&mut out, civil.minute, pad, 2),
            Token::Second(pad) => padded(&mut out, civil.second, pad, 2),
            Token::Half { lower: false } => out.extend_from_slice(half.as_bytes()),
            Token::Half { lower: true } => out.extend_from_slice(half.to_ascii_lowercase().as_bytes()),
            Token::Offset(Offset { z: true, .. }) if offset == 0 => out.push(b'Z'),
            Token::Offset(form) => write_offset(&mut out, offset, form),
            Token::Abbreviation if abbreviation.is_empty() => {
                let form = Offset { z: false, colons: false, minutes: true, seconds: false };
                write_offset(&mut out, offset, form);
            }
            Token::Abbreviation => out.extend_from_slice(abbreviation.as_bytes()),
            Token::Fraction { digits, trim, separator } => {
                write_fraction(&mut out, time.nanoseconds, digits, trim, separator);
            }
        }
    }
    out
}

/// A number with zeros in front up to a width, which does not count the sign.
fn number(out: &mut Vec<u8>, value: i64, width: usize) {
    if value < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(format!("{:0width$}", value.unsigned_abs()).as_bytes());
}

fn padded(out: &mut Vec<u8>, value: u32, pad: Pad, width: usize) {
    let text = match pad {
        Pad::None => format!("{value}"),
        Pad::Space => format!("{value:width$}"),
        Pad::Zero => format!("{value:0width$}"),
    };
    out.extend_from_slice(text.as_bytes());
}

fn write_offset(out: &mut Vec<u8>, offset: i32, form: Offset) {
    // The sign is that of the minutes: half a minute west is `+0000` with seconds of `-30`.
    let minutes = offset / 60;
    let (sign, seconds) = if minutes < 0 { (b'-', -offset % 60) } else { (b'+', offset % 60) };
    let minutes = minutes.abs();
    out.push(sign);
    number(out, i64::from(minutes / 60), 2);
    if form.colons {
        out.push(b':');
    }
    if form.minutes {
        number(out, i64::from(minutes % 60), 2);
    }
    if form.seconds {
        if form.colons {
            out.push(b':');
        }
        number(out, i64::from(seconds), 2);
    }
}

fn write_fraction(out: &mut Vec<u8>, nanoseconds: u32, digits: usize, trim: bool, separator: u8) {
    if trim && nanoseconds == 0 {
        return;
    }
    let text = format!("{nanoseconds:09}");
    let kept = &text[..digits.min(9)];
    let kept = if trim { kept.trim_end_matches('0') } else { kept };
    if trim && kept.is_empty() {
        return;
    }
    out.push(separator);
    out.extend_from_slice(kept.as_bytes());
}
