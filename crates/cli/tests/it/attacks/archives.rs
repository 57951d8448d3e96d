//! Archives that want memory, time, or a place outside their own.

use std::io::Write as _;

use super::{Place, start};

/// One entry: its header is made by hand, so that it may say anything.
struct Entry<'a> {
    name: &'a [u8],
    kind: u8,
    link: &'a [u8],
    /// What the header says, if not the size of the data.
    claims: Option<u64>,
    data: &'a [u8],
}

impl<'a> Entry<'a> {
    fn file(name: &'a str, data: &'a [u8]) -> Self {
        Self { name: name.as_bytes(), kind: b'0', link: b"", claims: None, data }
    }

    fn link(name: &'a str, kind: u8, to: &'a str) -> Self {
        Self { name: name.as_bytes(), kind, link: to.as_bytes(), claims: None, data: b"" }
    }

    fn bytes(&self) -> Vec<u8> {
        let mut header = [0; 512];
        let mut put = |at: usize, text: &[u8]| header[at..at + text.len()].copy_from_slice(text);
        put(0, &self.name[..self.name.len().min(100)]);
        put(100, b"0000644\0");
        put(108, b"0000000\0");
        put(116, b"0000000\0");
        let size = self.claims.unwrap_or(self.data.len() as u64);
        if size < 0o77_777_777_777 {
            put(124, format!("{size:011o}\0").as_bytes());
        } else {
            put(124, &[&[0x80, 0, 0, 0][..], &size.to_be_bytes()].concat());
        }
        put(136, b"00000000000\0");
        put(148, b"        ");
        put(156, &[self.kind]);
        put(157, &self.link[..self.link.len().min(100)]);
        put(257, b"ustar\x0000");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        let mut out = header.to_vec();
        out.extend_from_slice(self.data);
        out.resize(out.len().div_ceil(512) * 512, 0);
        out
    }
}

const CHART: &[u8] = b"apiVersion: v2\nname: shop\nversion: 1.0.0\n";

fn gzip(bytes: impl IntoIterator<Item = Vec<u8>>) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    for piece in bytes {
        out.write_all(&piece).unwrap();
    }
    out.finish().unwrap()
}

fn archive(entries: &[Entry<'_>]) -> Vec<u8> {
    let chart = Entry::file("shop/Chart.yaml", CHART);
    let entries = std::iter::once(&chart).chain(entries).map(Entry::bytes);
    gzip(entries.chain([vec![0; 1024]]))
}

/// A folder in which the archive is called shop, as the runs expect it.
fn place(archive: &[u8]) -> Place {
    let place = Place::new(&[("outside/secret", "TOP SECRET\n")]);
    place.write("shop", archive);
    place
}

#[test]
fn names_that_lead_out_are_refused_in_helms_words() {
    for (name, words) in [
        ("shop/../../outside/evil", "unable to load chart archive"),
        ("shop//etc/evil", "unable to load chart archive"),
        ("/etc/evil", ""),
        ("shop/..", "unable to load chart archive"),
        ("../evil", ""),
        ("shop/templates/../../../evil", "unable to load chart archive"),
        ("shop\\..\\..\\evil", "unable to load chart archive"),
        ("shop\\C:\\evil", "unable to load chart archive"),
        ("shop/C:/evil", "unable to load chart archive"),
        ("Chart.yaml", "unable to load chart archive"),
        ("shop/", ""),
        ("", ""),
        (".", ""),
    ] {
        let place = place(&archive(&[Entry::file(name, b"evil")]));
        let run = place.survives(name, &["--debug"]);
        if !words.is_empty() {
            assert!(run.code == 1 && run.err.contains(words), "{name}: {run:?}");
        }
        let left: Vec<_> = walk(&place.path("."));
        assert_eq!(left, ["outside/secret", "shop"], "{name}");
    }
}

fn walk(folder: &std::path::Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut todo = vec![folder.to_owned()];
    while let Some(at) = todo.pop() {
        for entry in std::fs::read_dir(at).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                todo.push(entry.path());
            } else {
                let path = entry.path().canonicalize().unwrap();
                found.push(
                    path.strip_prefix(folder.canonicalize().unwrap()).unwrap().to_string_lossy().into_owned(),
                );
            }
        }
    }
    found.sort();
    found
}

#[test]
fn links_and_devices_in_archives_lead_nowhere() {
    // Hard links, symbolic links, devices, pipes: none is followed, none is made.
    for kind in [b'1', b'2', b'3', b'4', b'6', b'7', b'S', b'V', b'Z', 0xff] {
        for to in ["../outside/secret", "/etc/passwd", "/dev/zero", "shop/Chart.yaml", "link"] {
            let show = b"a: {{ .Files.Get \"link\" | quote }}\nb: {{ .Values | toJson }}\n";
            let place = place(&archive(&[
                Entry::file("shop/templates/a.yaml", show),
                Entry::link("shop/link", kind, to),
                Entry::link("shop/values.yaml", kind, to),
            ]));
            let run = place.survives(to, &[]);
            assert!(!run.out.contains("SECRET") && !run.out.contains("root:"), "{kind} {to}: {run:?}");
            if run.code == 0 {
                assert!(run.out.contains("a: \"\"") && run.out.contains("b: {}"), "{kind} {to}: {run:?}");
            }
            assert_eq!(walk(&place.path(".")), ["outside/secret", "shop"]);
        }
    }
}

#[test]
fn bombs_meet_a_limit() {
    // A thousand times its size, far below the limit of bytes.
    let zeros = vec![0; 64 << 20];
    let bomb = archive(&[Entry::file("shop/zeros", &zeros)]);
    place(&bomb).meets("archive.ratio", "zeros", &[]);
    // Over Helm's own limit, one file or many.
    let noise = noise(30 << 20);
    let names: Vec<String> = (0..4).map(|n| format!("shop/{n}")).collect();
    let files: Vec<Entry<'_>> = names.iter().map(|name| Entry::file(name, &noise)).collect();
    place(&archive(&files)).meets("chart.bytes", "many", &[]);
    // Archives in an archive, each below every limit of its own.
    let inner = archive(&[Entry::file("shop/noise", &noise)]);
    let names: Vec<String> = (0..3).map(|n| format!("shop/charts/{n}.tgz")).collect();
    let files: Vec<Entry<'_>> = names.iter().map(|name| Entry::file(name, &inner)).collect();
    place(&archive(&files)).meets("chart.unpacked", "archives", &["--limit", "chart.unpacked=150Mi"]);
    // The file itself.
    place(&archive(&[Entry::file("shop/noise", &noise)])).meets(
        "archive.bytes",
        "a large file",
        &["--limit", "archive.bytes=1Mi"],
    );
}

/// Bytes that cannot be made smaller.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes
}

#[test]
fn headers_may_claim_anything() {
    for claims in [u64::MAX, 1 << 62, 1 << 40, 200 << 20, 5_000] {
        for name in ["shop/a", "shop/values.yaml", "shop/Chart.yaml"] {
            let entry = Entry { claims: Some(claims), ..Entry::file(name, b"a: 1\n") };
            let run = place(&archive(&[entry])).survives(name, &[]);
            assert_ne!(run.code, 0, "{claims} {name}");
        }
        // Long names, links and attributes of the formats that extend the first one.
        for kind in [b'L', b'K', b'x', b'g', b'S'] {
            let entry = Entry { kind, claims: Some(claims), ..Entry::file("././@LongLink", b"shop/a") };
            place(&archive(&[entry, Entry::file("shop/b", b"b")])).survives("an extension", &[]);
        }
    }
}

#[test]
fn many_and_long_names_meet_a_limit() {
    let names: Vec<String> = (0..100_001).map(|n| format!("shop/f/{n}")).collect();
    let files: Vec<Entry<'_>> = names.iter().map(|name| Entry::file(name, b"")).collect();
    place(&archive(&files)).meets("archive.entries", "entries", &["--limit", "archive.ratio=1e6"]);
    let folders: Vec<Entry<'_>> =
        names.iter().map(|name| Entry { kind: b'5', ..Entry::file(name, b"") }).collect();
    place(&archive(&folders)).meets("archive.entries", "folders", &["--limit", "archive.ratio=1e6"]);
    for length in [5_000, 1 << 20] {
        let long = format!("shop/{}", "n".repeat(length));
        let named = Entry { kind: b'L', ..Entry::file("././@LongLink", long.as_bytes()) };
        place(&archive(&[named, Entry::file("shop/short", b"")])).meets("archive.name", "long", &[]);
        let record = format!(" path={long}\n");
        let total = record.len() + (record.len() + 7).to_string().len();
        let record = format!("{total}{record}");
        let named = Entry { kind: b'x', ..Entry::file("PaxHeaders/x", record.as_bytes()) };
        place(&archive(&[named, Entry::file("shop/short", b"")])).survives("long by attribute", &[]);
    }
    // Extensions without end.
    let long = vec![b'n'; 16 << 20];
    let endless: Vec<Entry<'_>> =
        (0..20).map(|_| Entry { kind: b'L', ..Entry::file("././@LongLink", &long) }).collect();
    let run = place(&archive(&endless)).survives("endless", &[]);
    assert_ne!(run.code, 0);
}

#[test]
fn archives_in_archives_end() {
    let mut inner = archive(&[]);
    for _ in 0..100 {
        inner = archive(&[Entry::file("shop/charts/shop.tgz", &inner)]);
    }
    place(&inner).meets("chart.nesting", "nested", &[]);
    let run = place(&inner).survives("nested, lower", &["--limit", "chart.nesting=300"]);
    assert!(run.code < 2, "{}", start(&run.err));
}

#[test]
fn what_is_cut_off_or_overwritten_is_an_error() {
    let whole =
        archive(&[Entry::file("shop/templates/a.yaml", b"a: 1\n"), Entry::file("shop/b", &noise(5_000))]);
    for length in (0..whole.len()).step_by(whole.len() / 40) {
        place(&whole[..length]).survives("cut off", &[]);
    }
    for at in (0..whole.len()).step_by(whole.len() / 60) {
        let mut broken = whole.clone();
        broken[at] ^= 0x55;
        place(&broken).survives("overwritten", &[]);
    }
}

#[cfg(unix)]
#[test]
fn folders_may_hold_what_never_ends() {
    use std::os::unix::fs::symlink;
    let place = Place::chart("a: 1\n");
    symlink("..", place.path("shop/up")).unwrap();
    place.survives("a link upwards", &["--limit", "chart.files=5000"]);
    std::fs::remove_file(place.path("shop/up")).unwrap();
    for file in [
        "values.yaml",
        "Chart.yaml",
        ".helmignore",
        "values.schema.json",
        "files/x",
        "charts/x.tgz",
        "Chart.lock",
    ] {
        let place = Place::chart("a: 1\n");
        let _ = std::fs::remove_file(place.path(&format!("shop/{file}")));
        place.write(&format!("shop/{file}.beside"), "");
        symlink("/dev/zero", place.path(&format!("shop/{file}"))).unwrap();
        let run = place.survives(file, &[]);
        assert_eq!(run.code, 1, "{file}: {run:?}");
    }
    let place = Place::chart("a: 1\n");
    let many = place.path("shop/many");
    std::fs::create_dir(&many).unwrap();
    for n in 0..300 {
        std::fs::write(many.join(n.to_string()), "").unwrap();
    }
    place.meets("chart.files", "many files", &["--limit", "chart.files=200"]);
    std::fs::write(many.join("large"), vec![b'x'; 3 << 20]).unwrap();
    place.meets("chart.bytes", "a large file", &["--limit", "chart.bytes=2Mi"]);
}
