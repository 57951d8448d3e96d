//! What is mutated: files of the example chart, of recorded cases and, if a folder is given, of other charts.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use chart::File;
use serde_json::Value as Json;

use super::Kind;
use super::targets::Input;

/// Originals of every kind.
#[derive(Default)]
pub struct Seeds {
    texts: BTreeMap<Kind, Vec<Vec<u8>>>,
    /// Whole charts, named from their own folder on.
    pub charts: Vec<Vec<File>>,
}

/// How long an original may be.
const LONGEST: u64 = 64 << 10;
/// How many originals there are of one kind at most.
const MOST: usize = 4_000;

impl Seeds {
    /// Reads the example charts, the recorded cases, and all charts below a folder.
    ///
    /// # Errors
    /// When the project's own files are not there.
    pub fn read(charts: Option<&Path>) -> Result<Self, String> {
        let mut seeds = Self::default();
        let root = crate::root();
        seeds.charts_below(&root.join("examples").join("charts"));
        if let Some(charts) = charts {
            seeds.charts_below(charts);
        }
        let cases = root.join("conformance").join("cases");
        for folder in ["template", "fuzz", "set", "yaml", "json"] {
            for file in listed(&cases.join(folder)) {
                let text =
                    std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
                text.lines().step_by(11).for_each(|line| seeds.case(line));
            }
        }
        for text in super::hand::ORIGINALS {
            seeds.add(text.0, text.1.as_bytes().to_vec());
        }
        seeds.prefer_what_is_read(Kind::Template);
        for files in &seeds.charts {
            let packed = pack(files);
            seeds.texts.entry(Kind::Archive).or_default().push(packed);
        }
        if let Some(kind) = Kind::ALL.iter().find(|kind| seeds.of(**kind).is_empty() && **kind != Kind::Chart)
        {
            return Err(format!("nothing to mutate for {}", kind.name()));
        }
        Ok(seeds)
    }

    /// The originals of a kind.
    pub fn of(&self, kind: Kind) -> &[Vec<u8>] {
        self.texts.get(&kind).map(Vec::as_slice).unwrap_or_default()
    }

    fn add(&mut self, kind: Kind, text: Vec<u8>) {
        let texts = self.texts.entry(kind).or_default();
        if texts.len() < MOST && text.len() as u64 <= LONGEST {
            texts.push(text);
        }
    }

    /// Of the originals that are refused as they are, a few will do.
    fn prefer_what_is_read(&mut self, kind: Kind) {
        let mut refused = 0;
        self.texts.entry(kind).or_default().retain(|text| {
            let read = Input::original(kind, text.clone()).read().is_ok();
            refused += usize::from(!read);
            read || refused % 8 == 0
        });
    }

    fn charts_below(&mut self, folder: &Path) {
        if folder.join("Chart.yaml").is_file() {
            let mut files = Vec::new();
            files_below(folder, folder, &mut files);
            for file in &files {
                if let Some(kind) = Kind::of_file(&file.name) {
                    self.add(kind, file.data.to_vec());
                }
            }
            if files.iter().map(|file| file.data.len()).sum::<usize>() < 512 << 10 {
                self.charts.push(files);
            }
            return;
        }
        for path in listed(folder).into_iter().filter(|path| path.is_dir()) {
            self.charts_below(&path);
        }
    }

    fn case(&mut self, line: &str) {
        let Ok(case) = serde_json::from_str::<Json>(line) else { return };
        let text = |name: &str| case[name].as_str().map(|text| text.as_bytes().to_vec());
        for (name, kind) in [("template", Kind::Template), ("expr", Kind::Set), ("in", Kind::Values)] {
            if let Some(text) = text(name) {
                self.add(kind, text);
            }
        }
        let files = case["files"].as_object().into_iter().flatten();
        for (name, content) in files {
            if let (Some(kind), Some(content)) = (Kind::of_file(name), content.as_str()) {
                self.add(kind, content.as_bytes().to_vec());
            }
        }
    }
}

/// What is in a folder, in order.
fn listed(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    paths
}

fn files_below(root: &Path, folder: &Path, files: &mut Vec<File>) {
    for path in listed(folder) {
        let Ok(kind) = path.symlink_metadata() else { continue };
        if kind.is_dir() {
            files_below(root, &path, files);
        } else if kind.is_file()
            && kind.len() <= LONGEST
            && let (Ok(name), Ok(data)) = (path.strip_prefix(root), std::fs::read(&path))
        {
            files.push(File::new(name.to_string_lossy().replace('\\', "/"), data));
        }
    }
}

/// A chart as a gzipped archive in a folder `c`.
pub fn pack(files: &[File]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for file in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(file.data.len() as u64);
        header.set_mode(0o644);
        // A name that does not fit is left out.
        let _ = tar.append_data(&mut header, format!("c/{}", file.name), &*file.data);
    }
    let tar = tar.into_inner().unwrap_or_default();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let _ = encoder.write_all(&tar);
    encoder.finish().unwrap_or_default()
}
