//! Bytes → text that the scanner reads: encodings, and characters that YAML refuses.

use std::borrow::Cow;

/// go-yaml reads this many bytes at a time, and finds a bad one only when it reads the part it is in: an
/// error of the grammar before that part comes first.
const CHUNK: usize = 512;

/// A document's text, up to where reading it would fail.
pub(super) struct Source<'a> {
    /// UTF-8 without characters that YAML refuses.
    pub(super) text: Cow<'a, [u8]>,
    /// Why nothing more can be read.
    pub(super) fault: Option<&'static str>,
}

impl<'a> Source<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        match bytes {
            [] => Self { text: Cow::Borrowed(b"\n"), fault: None },
            [0xff, 0xfe, ..] => utf16(bytes, u16::from_le_bytes),
            [0xfe, 0xff, ..] => utf16(bytes, u16::from_be_bytes),
            [0xef, 0xbb, 0xbf, ..] => utf8(bytes, 3),
            _ => utf8(bytes, 0),
        }
    }
}

fn utf8(bytes: &[u8], start: usize) -> Source<'_> {
    if is_clean(&bytes[start..]) {
        return Source { text: Cow::Borrowed(&bytes[start..]), fault: None };
    }
    let (mut at, mut loaded) = (start, start);
    let mut chunk_end = CHUNK.min(bytes.len());
    loop {
        let Some(&first) = bytes.get(at) else {
            return Source { text: Cow::Borrowed(&bytes[start..]), fault: None };
        };
        if at >= chunk_end {
            loaded = at;
            chunk_end = (at + CHUNK).min(bytes.len());
        }
        let fail = |fault, loaded| Source { text: Cow::Borrowed(&bytes[start..loaded]), fault: Some(fault) };
        let width = match first {
            0..0x80 => 1,
            0xc0..0xe0 => 2,
            0xe0..0xf0 => 3,
            0xf0..0xf8 => 4,
            _ => return fail("invalid leading UTF-8 octet", loaded),
        };
        if at + width > chunk_end {
            loaded = at;
            chunk_end = (at + CHUNK).min(bytes.len());
            if at + width > bytes.len() {
                return fail("incomplete UTF-8 octet sequence", loaded);
            }
        }
        let mut value = match width {
            1 => u32::from(first),
            2 => u32::from(first & 0x1f),
            3 => u32::from(first & 0x0f),
            _ => u32::from(first & 0x07),
        };
        for &octet in &bytes[at + 1..at + width] {
            if octet & 0xc0 != 0x80 {
                return fail("invalid trailing UTF-8 octet", loaded);
            }
            value = value << 6 | u32::from(octet & 0x3f);
        }
        let least = [0, 0x80, 0x800, 0x1_0000][width - 1];
        if value < least {
            return fail("invalid length of a UTF-8 sequence", loaded);
        }
        if (0xd800..0xe000).contains(&value) || value > 0x10_ffff {
            return fail("invalid Unicode character", loaded);
        }
        if !is_allowed(value) {
            return fail(CONTROL, loaded);
        }
        at += width;
    }
}

const CONTROL: &str = "control characters are not allowed";

fn is_allowed(value: u32) -> bool {
    matches!(value, 9 | 10 | 13 | 0x20..=0x7e | 0x85 | 0xa0..=0xd7ff | 0xe000..=0xfffd | 0x1_0000..=0x10_ffff)
}

/// Whether the bytes are UTF-8 and no character is refused: the common case, found fast.
fn is_clean(bytes: &[u8]) -> bool {
    let refused = bytes.iter().fold(false, |refused, &byte| {
        refused | ((byte < 0x20) & (byte != 9) & (byte != 10) & (byte != 13)) | (byte == 0x7f)
    });
    if refused || std::str::from_utf8(bytes).is_err() {
        return false;
    }
    if bytes.is_ascii() {
        return true;
    }
    // U+0080 to U+009F are controls but for U+0085; U+FFFE and U+FFFF are no characters.
    let controls = memchr::memchr_iter(0xc2, bytes)
        .any(|at| bytes.get(at + 1).is_some_and(|&next| next < 0xa0 && next != 0x85));
    let nonchars = memchr::memchr_iter(0xef, bytes)
        .any(|at| bytes[at..].starts_with(b"\xef\xbf\xbe") || bytes[at..].starts_with(b"\xef\xbf\xbf"));
    !controls && !nonchars
}

fn utf16(bytes: &[u8], read: fn([u8; 2]) -> u16) -> Source<'static> {
    let mut text = Vec::with_capacity(bytes.len());
    let (mut at, mut loaded) = (2, 0);
    let mut chunk_end = CHUNK.min(bytes.len());
    let unit = |at: usize| bytes.get(at..at + 2).map(|pair| u32::from(read([pair[0], pair[1]])));
    'text: loop {
        if at >= bytes.len() {
            return Source { text: Cow::Owned(text), fault: None };
        }
        if at + 2 > chunk_end {
            loaded = text.len();
            chunk_end = (at + CHUNK).min(bytes.len());
        }
        let fault = 'fault: {
            let Some(mut value) = unit(at) else { break 'fault "incomplete UTF-16 character" };
            let mut width = 2;
            if value & 0xfc00 == 0xdc00 {
                break 'fault "unexpected low surrogate area";
            }
            if value & 0xfc00 == 0xd800 {
                width = 4;
                if at + 4 > chunk_end {
                    loaded = text.len();
                    chunk_end = (at + CHUNK).min(bytes.len());
                }
                let Some(low) = unit(at + 2) else { break 'fault "incomplete UTF-16 surrogate pair" };
                if low & 0xfc00 != 0xdc00 {
                    break 'fault "expected low surrogate area";
                }
                value = 0x1_0000 + ((value & 0x3ff) << 10) + (low & 0x3ff);
            }
            if !is_allowed(value) {
                break 'fault CONTROL;
            }
            let mut buffer = [0; 4];
            let character = char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER);
            text.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
            at += width;
            continue 'text;
        };
        text.truncate(loaded);
        return Source { text: Cow::Owned(text), fault: Some(fault) };
    }
}

#[cfg(test)]
mod tests {
    use super::Source;

    #[test]
    fn bad_bytes_are_named_and_cut_off() {
        let fault = |bytes: &[u8]| Source::new(bytes).fault;
        assert_eq!(fault(b"a: b\n"), None);
        assert_eq!(fault(b"a: \x01"), Some("control characters are not allowed"));
        assert_eq!(fault(b"a: \xff"), Some("invalid leading UTF-8 octet"));
        assert_eq!(fault(b"a: \xc3"), Some("incomplete UTF-8 octet sequence"));
        assert_eq!(fault(b"a: \xc3a"), Some("invalid trailing UTF-8 octet"));
        assert_eq!(fault(b"\xff\xfea\0b"), Some("incomplete UTF-16 character"));
        assert_eq!(*Source::new(b"\xff\xfea\0b\0").text, *b"ab");
        assert_eq!(*Source::new(b"\xef\xbb\xbfab").text, *b"ab");
    }
}
