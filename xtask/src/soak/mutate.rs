//! Breaks texts and archives at random, the same way for the same seed.

use std::io::{Read, Write};

/// A small generator of pseudo-random numbers (splitmix64).
pub struct Random(u64);

impl Random {
    /// The sequence of one input of a run.
    pub fn new(seed: u64, number: u64) -> Self {
        let mut random = Self(seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        random.next();
        random
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below a bound; zero if the bound is.
    pub fn below(&mut self, bound: usize) -> usize {
        if bound == 0 { 0 } else { (self.next() % bound as u64) as usize }
    }

    /// True so many times in a hundred.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of some.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.below(from.len()))
    }
}

/// How long an input may become.
const LONGEST: usize = 256 << 10;

/// What means something to one of the parsers.
const TOKENS: &[&str] = &[
    "{{",
    "}}",
    "{{-",
    "-}}",
    "{{ end }}",
    "{{ range . }}",
    "{{ range 1000000000 }}",
    "{{ define \"a\" }}",
    "{{ include \"a\" . }}",
    "{{ template \"a\" . }}",
    "{{ tpl . . }}",
    "{{ .Values }}",
    "{{ $x := 1 }}",
    "{{ repeat 1000000000 \"x\" }}",
    "{{ until 1000000000 }}",
    "{{ printf \"%1000000000d\" 1 }}",
    "{{ indent 1000000000 \"x\" }}",
    "{{ seq 1 1000000000 }}",
    "{{ regexMatch \"(a*)*$\" \"aaaaaaaaaaaaaaaaaaaa!\" }}",
    "{{ set . \"x\" . }}{{ . | toYaml }}",
    "{{ fromYaml \"&a [*a]\" }}",
    "{{ bcrypt \"x\" }}",
    "/*",
    "*/",
    "(",
    ")",
    "|",
    "$",
    ".",
    "\"",
    "'",
    "`",
    "\\",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    ": ",
    "- ",
    "? ",
    "&a ",
    "*a",
    "<<: *a",
    "!!binary ",
    "!!int ",
    "!x ",
    "|\n",
    ">+9\n",
    "#",
    "---\n",
    "...\n",
    "%YAML 1.1\n",
    "\t",
    "\n",
    "\r\n",
    "\r",
    " ",
    "\u{feff}",
    "\u{85}",
    "\u{2028}",
    "\0",
    "~",
    "null",
    "true",
    "yes",
    "0",
    "-1",
    "1e999",
    "0x7fffffffffffffff",
    "9223372036854775808",
    "-9223372036854775809",
    "18446744073709551616",
    ".inf",
    ".nan",
    "1_0",
    "a.b.c",
    "a[0]",
    "a[99999999]",
    "a[-1]",
    "={",
    "=",
    "a=b,",
    "\\,",
    "$ref",
    "\"$ref\": \"#\"",
    "\"$ref\": \"http://x/y\"",
    "\"pattern\": \"(a*)*b\"",
    "\"type\": \"object\"",
    "\"properties\": {",
    "\"allOf\": [",
    "\"anyOf\": [",
    "\"not\": {",
    "\"$schema\": \"http://json-schema.org/draft-04/schema#\"",
    "\"minimum\": 1e400",
    "\"multipleOf\": 0",
    "\"enum\": []",
    "apiVersion: v1\n",
    "apiVersion: v2\n",
    "dependencies:\n- name: a\n  repository: file://../a\n",
    "condition: a.b,c\n",
    "alias: ..\n",
    "import-values:\n- data\n",
    "type: library\n",
    "version: 99999999999999999999.0.0\n",
    "name: ../x\n",
    "*",
    "**",
    "**/*",
    "!",
    "/",
    "..",
    "../",
    "[a-",
    "[^",
    "\\\\",
];

/// Changes a text in one place, or in up to eight; `others` are texts to take pieces from.
pub fn text(random: &mut Random, original: &[u8], others: &[Vec<u8>]) -> Vec<u8> {
    let mut out = original.to_vec();
    let changes = if random.chance(60) { 1 } else { 1 + random.below(8) };
    for _ in 0..changes {
        change(random, &mut out, others);
        out.truncate(LONGEST);
    }
    out
}

fn change(random: &mut Random, out: &mut Vec<u8>, others: &[Vec<u8>]) {
    if random.chance(40) {
        // A word for a word leaves most texts readable, and brings them further.
        return word(random, out, others);
    }
    let at = random.below(out.len() + 1);
    let most = 1 << random.below(8);
    let span = at..(at + random.below(most)).min(out.len());
    match random.below(13) {
        0 => {
            if let Some(byte) = out.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
        }
        1 => {
            if let Some(byte) = out.get_mut(at) {
                *byte = random.below(256) as u8;
            }
        }
        2 => drop(out.drain(span)),
        3..=5 => insert(out, at, token(random).as_bytes()),
        6 => {
            let replacement = token(random).as_bytes();
            out.splice(span, replacement.iter().copied());
        }
        7 => {
            let piece = out[span].to_vec();
            insert(out, random.below(out.len() + 1), &piece);
        }
        8 => out.truncate(at),
        9 => {
            // Another text's piece.
            if let Some(other) = random.pick(others) {
                let from = random.below(other.len());
                let to = (from + random.below(400)).min(other.len());
                insert(out, at, &other[from..to]);
            }
        }
        10 => {
            // The same thing very often: depth, length, number.
            let piece = match random.below(3) {
                0 => out[span].to_vec(),
                _ => token(random).as_bytes().to_vec(),
            };
            let times = 1 << random.below(15);
            let times = times.min(LONGEST / piece.len().max(1));
            insert(out, at, &piece.repeat(times));
        }
        11 => {
            // Another number where one is.
            let digits = out.iter().enumerate().filter(|(_, byte)| byte.is_ascii_digit()).map(|(at, _)| at);
            let digits: Vec<usize> = digits.collect();
            if let Some(&at) = random.pick(&digits) {
                const NUMBERS: [&str; 6] = ["0", "-1", "4294967296", "9223372036854775807", "1e309", "00"];
                out.splice(at..=at, NUMBERS[random.below(NUMBERS.len())].bytes());
            }
        }
        _ => {
            // Two lines change places.
            let mut lines: Vec<Vec<u8>> =
                out.split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
            if !lines.is_empty() {
                let (a, b) = (random.below(lines.len()), random.below(lines.len()));
                lines.swap(a, b);
                *out = lines.concat();
            }
        }
    }
}

/// Puts a word of another text, or a number, where one is.
fn word(random: &mut Random, out: &mut Vec<u8>, others: &[Vec<u8>]) {
    const NUMBERS: [&str; 10] =
        ["0", "-1", "1", "7", "4294967296", "9223372036854775807", "1e309", "nil", "true", "\"\""];
    let replacement = match random.pick(others) {
        Some(other) if random.chance(70) => some_word(random, other).map(|span| other[span].to_vec()),
        _ => random.pick(&NUMBERS).map(|number| number.as_bytes().to_vec()),
    };
    if let (Some(span), Some(replacement)) = (some_word(random, out), replacement) {
        out.splice(span, replacement);
    }
}

/// A run of letters, digits and dots near some place of a text.
fn some_word(random: &mut Random, text: &[u8]) -> Option<std::ops::Range<usize>> {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.$".contains(byte);
    let from = random.below(text.len());
    let start = from + text.get(from..)?.iter().position(is_word)?;
    let start = text[..start].iter().rposition(|byte| !is_word(byte)).map_or(0, |before| before + 1);
    let end =
        text[start..].iter().position(|byte| !is_word(byte)).map_or(text.len(), |length| start + length);
    Some(start..end)
}

fn token(random: &mut Random) -> &'static str {
    random.pick(TOKENS).copied().unwrap_or_default()
}

fn insert(out: &mut Vec<u8>, at: usize, piece: &[u8]) {
    let at = at.min(out.len());
    out.splice(at..at, piece.iter().copied());
}

/// Breaks a gzipped tar archive: its bytes, or those of the tar within, or one of the tar's headers, whose
/// checksum is then made right again.
pub fn archive(random: &mut Random, original: &[u8], others: &[Vec<u8>]) -> Vec<u8> {
    if random.chance(30) {
        return text(random, original, others);
    }
    let mut tar = Vec::new();
    // What is broken already is broken further.
    if flate2::read::GzDecoder::new(original).take(8 << 20).read_to_end(&mut tar).is_err() {
        return text(random, original, others);
    }
    if random.chance(40) {
        for _ in 0..=random.below(4) {
            change(random, &mut tar, others);
        }
    } else {
        for _ in 0..=random.below(3) {
            header(random, &mut tar);
        }
    }
    let level = if random.chance(10) { 0 } else { 6 };
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(level));
    match encoder.write_all(&tar).and_then(|()| encoder.finish()) {
        Ok(packed) => packed,
        Err(_) => tar,
    }
}

/// The fields of a header: where they begin, how long they are, and what stands there when it hurts.
const FIELDS: &[(usize, usize, &[&str])] = &[
    (
        0,
        100,
        &[
            "../../etc/passwd",
            "/etc/passwd",
            "c/../../x",
            "c\\..\\x",
            "",
            "c",
            "c/",
            "Chart.yaml",
            "c/Chart.yaml",
            "c/charts/x.tgz",
            "C:\\x",
            "c/./Chart.yaml",
        ],
    ),
    (100, 8, &["0000777", "\u{ff}\u{ff}", "-1"]),
    (124, 12, &["77777777777", "00000000000", "-0000000001", "99999999999", "20000000000"]),
    (136, 12, &["77777777777", "-7777777777", "x"]),
    (156, 1, &["0", "1", "2", "3", "4", "5", "6", "7", "g", "x", "L", "K", "S", "V", "\0", "z"]),
    (157, 100, &["../../etc/passwd", "/etc/passwd", "c", ""]),
    (257, 8, &["ustar  ", "ustar\u{0}00", "xxxxxxxx"]),
    (345, 155, &["../..", "/", "c/charts"]),
];

fn header(random: &mut Random, tar: &mut [u8]) {
    let headers: Vec<usize> = (0..tar.len() / 512)
        .map(|block| block * 512)
        .filter(|&at| tar[at + 257..].starts_with(b"ustar"))
        .collect();
    let (Some(&at), Some(&(field, length, values))) = (random.pick(&headers), random.pick(FIELDS)) else {
        return;
    };
    let Some(value) = random.pick(values) else { return };
    let field = &mut tar[at + field..at + field + length];
    field.fill(0);
    for (to, from) in field.iter_mut().zip(value.bytes()) {
        *to = from;
    }
    if length == 12 && random.chance(20) {
        // A number in base 256.
        field.fill(0xff);
        field[0] = 0x80;
    }
    let sum: u32 =
        (0..512).map(|byte| if (148..156).contains(&byte) { 32 } else { u32::from(tar[at + byte]) }).sum();
    tar[at + 148..at + 156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}
