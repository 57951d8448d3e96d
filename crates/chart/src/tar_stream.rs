//! A tar stream as Go writes it: USTAR where a name fits, a PAX record in front where it does not.
//!
//! Archives are compared by their bytes, so the order of fields, the padding and the names of the records are
//! those of Go's `archive/tar`.

/// Bytes of a block: everything is padded to it.
const BLOCK: usize = 512;
/// Bytes of the field that holds a name.
const NAME: usize = 100;
/// Bytes of the field that holds the folders in front of a name.
const PREFIX: usize = 155;
/// Seconds that eleven octal digits can hold.
const MAX_TIME: i64 = 0o77_777_777_777;

/// Collects entries.
#[derive(Debug, Default)]
pub(crate) struct TarStream {
    bytes: Vec<u8>,
}

impl TarStream {
    /// Adds a regular file that everybody may read. `modified` is in seconds since 1970.
    pub(crate) fn file(&mut self, name: &str, data: &[u8], modified: i64) {
        let mut header = Header::default();
        let split = split(name);
        let time_fits = (0..=MAX_TIME).contains(&modified);
        if let (Some((prefix, rest)), true) = (split, time_fits) {
            header.put(0, NAME, rest.as_bytes());
            header.put(345, PREFIX, prefix.as_bytes());
            header.octal(136, 12, modified);
        } else {
            let mut records = Vec::new();
            if !time_fits {
                record(&mut records, "mtime", &modified.to_string());
            }
            if split.is_none() || name.len() > NAME {
                record(&mut records, "path", name);
            }
            self.extension(name, &records);
            let ascii: String = name.chars().filter(char::is_ascii).collect();
            header.put(0, NAME, ascii.as_bytes());
            header.octal(136, 12, if time_fits { modified } else { 0 });
        }
        header.octal(100, 8, 0o644);
        header.octal(108, 8, 0);
        header.octal(116, 8, 0);
        header.octal(124, 12, i64::try_from(data.len()).unwrap_or(i64::MAX));
        header.0[156] = b'0';
        header.octal(329, 8, 0);
        header.octal(337, 8, 0);
        self.entry(header, data);
    }

    /// The block of records that Go puts in front of what USTAR cannot say.
    fn extension(&mut self, name: &str, records: &[u8]) {
        let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
        let name = crate::go::clean(&format!("{folder}/PaxHeaders.0/{file}"));
        let name = if folder.is_empty() { name.trim_start_matches('/') } else { &name };
        let mut ascii: String = name.chars().filter(char::is_ascii).collect();
        ascii.truncate(NAME);
        let mut header = Header::default();
        header.put(0, NAME, ascii.trim_end_matches('/').as_bytes());
        for (at, width) in [(100, 8), (108, 8), (116, 8), (136, 12)] {
            header.octal(at, width, 0);
        }
        header.octal(124, 12, i64::try_from(records.len()).unwrap_or(i64::MAX));
        header.0[156] = b'x';
        self.entry(header, records);
    }

    fn entry(&mut self, mut header: Header, data: &[u8]) {
        header.put(257, 8, b"ustar\x0000");
        header.sum();
        self.bytes.extend_from_slice(&header.0);
        self.bytes.extend_from_slice(data);
        self.bytes.resize(self.bytes.len().next_multiple_of(BLOCK), 0);
    }

    /// The whole stream, with the two empty blocks that end it.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.bytes.resize(self.bytes.len() + 2 * BLOCK, 0);
        self.bytes
    }
}

/// Where USTAR cuts a name in two: folders in front, and the rest. `None` when it cannot hold the name.
fn split(name: &str) -> Option<(&str, &str)> {
    if !name.is_ascii() || name.contains('\0') {
        return None;
    }
    if name.len() <= NAME {
        return Some(("", name));
    }
    let slash = name[..name.len().min(PREFIX + 1)].rfind('/')?;
    let (prefix, rest) = (&name[..slash], &name[slash + 1..]);
    (!prefix.is_empty() && !rest.is_empty() && rest.len() <= NAME).then_some((prefix, rest))
}

/// `length key=value\n`, where the length counts its own digits.
fn record(out: &mut Vec<u8>, key: &str, value: &str) {
    let fixed = key.len() + value.len() + 3;
    let mut length = fixed;
    while fixed + length.to_string().len() > length {
        length = fixed + length.to_string().len();
    }
    out.extend_from_slice(format!("{length} {key}={value}\n").as_bytes());
}

struct Header([u8; BLOCK]);

impl Default for Header {
    fn default() -> Self {
        Self([0; BLOCK])
    }
}

impl Header {
    fn put(&mut self, at: usize, width: usize, text: &[u8]) {
        let length = text.len().min(width);
        self.0[at..at + length].copy_from_slice(&text[..length]);
    }

    /// Octal digits that fill a field, and a NUL.
    fn octal(&mut self, at: usize, width: usize, number: i64) {
        let digits = width - 1;
        self.put(at, digits, format!("{number:0digits$o}").as_bytes());
    }

    /// The sum of all bytes, with the sum's own field taken as blanks.
    fn sum(&mut self) {
        self.0[148..156].fill(b' ');
        let sum: i64 = self.0.iter().map(|&byte| i64::from(byte)).sum();
        self.octal(148, 7, sum);
        self.0[154] = 0;
        self.0[155] = b' ';
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Vec<(String, u64, Vec<u8>)> {
        let mut archive = tar::Archive::new(bytes);
        let mut found = Vec::new();
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let mut data = Vec::new();
            std::io::Read::read_to_end(&mut entry, &mut data).unwrap();
            let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            found.push((name, entry.header().mtime().unwrap(), data));
        }
        found
    }

    #[test]
    fn names_of_every_length_and_script_come_back() {
        let long = "d/".repeat(60) + "file";
        let longer = "x".repeat(300);
        let names = ["c/Chart.yaml", &long, &longer, "c/größe/日本.yaml", "ü"];
        let mut stream = TarStream::default();
        for name in names {
            stream.file(name, name.as_bytes(), 1_600_000_000);
        }
        let bytes = stream.finish();
        assert_eq!(bytes.len() % BLOCK, 0);
        let wanted: Vec<_> =
            names.iter().map(|n| ((*n).to_owned(), 1_600_000_000, n.as_bytes().to_vec())).collect();
        assert_eq!(read(&bytes), wanted);
    }

    #[test]
    fn a_record_counts_its_own_digits() {
        let mut out = Vec::new();
        record(&mut out, "path", &"x".repeat(89));
        record(&mut out, "path", &"x".repeat(90));
        record(&mut out, "path", &"x".repeat(91));
        let lengths: Vec<_> = out.split(|&b| b == b'\n').map(<[u8]>::len).collect();
        assert_eq!(lengths, [97, 98, 100, 0]);
        assert!(out.starts_with(b"98 path=x"));
    }
}
