//! An archive → [`Folder`], as if it had been unpacked into a directory first. Nothing is written.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::assemble::assemble;
use super::ignore::{IgnoreError, Rules};
use super::{ArchiveError, Context, Entry, Folder, LoadError, archive};
use crate::chart::File;
use crate::go;
use crate::metadata::Metadata;
use govalue::print::quote;

/// Why an archive cannot be unpacked into a directory, in Helm's words.
#[derive(Debug, thiserror::Error)]
pub enum ExpandError {
    /// The archive is broken or too large.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// Chart.yaml cannot be read.
    #[error("cannot load Chart.yaml: {0}")]
    ChartFile(govalue::Error),
    /// Chart.yaml is not there, or has no name.
    #[error("chart name not specified")]
    NoName,
    /// The name would be a directory that is there already.
    #[error("chart name {} is not allowed", quote(.0.as_bytes()))]
    DotName(String),
    /// The name would lead elsewhere.
    #[error("chart name {} must not contain path separators", quote(.0.as_bytes()))]
    Separators(String),
    /// One entry is a file, and another lies below it.
    #[error("mkdir {0}: not a directory")]
    FileAsDirectory(String),
}

/// Looks at an archive as [`folder`](super::folder) looks at a directory. `path` is where the archive lies.
///
/// # Errors
/// When the archive cannot be unpacked, or does not name its chart.
pub fn expanded(path: &Path, bytes: &[u8], context: &mut Context<'_>) -> Result<Folder, ExpandError> {
    let unpacked = archive::unpack(bytes, &context.limits)?;
    let mut name = String::new();
    for file in unpacked.iter().filter(|file| &*file.name == "Chart.yaml") {
        name = Metadata::read(&file.data).map_err(ExpandError::ChartFile)?.name;
    }
    if name.is_empty() {
        return Err(ExpandError::NoName);
    }
    if name == "." || name == ".." {
        return Err(ExpandError::DotName(name));
    }
    if name != go::base(&name) {
        return Err(ExpandError::Separators(name));
    }
    // Sorted as a walk through directories finds them: by each part of the path. Of equals the last one stays.
    let mut files: BTreeMap<Vec<String>, File> = BTreeMap::new();
    for file in unpacked {
        files.insert(file.name.split('/').map(str::to_owned).collect(), file);
    }
    for parts in files.keys() {
        let above = (1..parts.len()).find(|&length| files.contains_key(&parts[..length]));
        if let Some(length) = above {
            return Err(ExpandError::FileAsDirectory(parts[..length].join("/")));
        }
    }
    let entry = |name: &str| match files.get(&vec![name.to_owned()]) {
        Some(file) => Entry::File(Arc::clone(file.data.shared())),
        None if has_directory(&files, name) => Entry::Directory(format!("read {name}: is a directory")),
        None => Entry::Missing,
    };
    let (chart_file, values, schema) =
        (entry("Chart.yaml"), entry("values.yaml"), entry("values.schema.json"));
    let (templates, crds) = (entry("templates"), entry("crds"));
    let kept = kept(&files);
    let before = std::mem::take(&mut context.notices);
    let chart = kept.map_err(LoadError::from).and_then(|files| assemble(files, context, 0));
    let notices = std::mem::replace(&mut context.notices, before);
    Ok(Folder { path: path.to_owned(), chart_file, values, schema, templates, crds, chart, notices })
}

fn has_directory(files: &BTreeMap<Vec<String>, File>, name: &str) -> bool {
    files.range(vec![name.to_owned()]..).next().is_some_and(|(parts, _)| parts[0] == name)
}

/// The files that the archive's own `.helmignore` leaves.
fn kept(files: &BTreeMap<Vec<String>, File>) -> Result<Vec<File>, IgnoreError> {
    let rules = match files.get(&vec![".helmignore".to_owned()]) {
        Some(file) => Rules::parse(&file.data)?,
        None => Rules::default(),
    };
    let rules = rules.with_defaults();
    let ignored = |parts: &[String], file: &File| {
        (1..parts.len()).any(|length| rules.ignores(&parts[..length].join("/"), true))
            || rules.ignores(&file.name, false)
    };
    let files = files.iter().filter(|(parts, file)| !ignored(parts, file));
    Ok(files.map(|(_, file)| file.clone()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::FollowAll;
    use crate::metadata::Versions;

    struct Any;
    impl Versions for Any {
        fn valid(&self, _: &str) -> bool {
            true
        }
        fn matches(&self, _: &str, _: &str) -> Result<bool, String> {
            Ok(true)
        }
    }

    fn look(entries: &[(&str, &str)]) -> Result<Folder, String> {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        let mut builder = tar::Builder::new(&mut out);
        for (name, data) in entries {
            let mut header = tar::Header::new_gnu();
            header.set_size(data.len() as u64);
            builder.append_data(&mut header, name, data.as_bytes()).map_err(|e| e.to_string())?;
        }
        builder.finish().map_err(|e| e.to_string())?;
        drop(builder);
        let bytes = out.finish().map_err(|e| e.to_string())?;
        let mut outside = FollowAll;
        let mut context = Context::new(&Any, &mut outside);
        expanded(Path::new("/a.tgz"), &bytes, &mut context).map_err(|e| e.to_string())
    }

    const CHART: &str = "apiVersion: v2\nname: c\nversion: 1.0.0\n";

    #[test]
    fn an_archive_is_seen_as_the_directory_it_would_become() {
        let folder = look(&[
            ("c/templates/b.yaml", "b"),
            ("c/Chart.yaml", CHART),
            ("c/templates/a.yaml", "a"),
            ("c/templates/a/x.yaml", "x"),
            ("c/templates/skip.yaml", ""),
            ("c/.helmignore", "skip.yaml\n"),
        ])
        .unwrap();
        let names: Vec<String> =
            folder.chart.unwrap().templates.iter().map(|file| file.name.to_string()).collect();
        assert_eq!(names, ["templates/a/x.yaml", "templates/a.yaml", "templates/b.yaml"]);
        assert_eq!(folder.chart_file, Entry::File(CHART.as_bytes().into()));
        assert_eq!(folder.values, Entry::Missing);
        assert!(matches!(folder.templates, Entry::Directory(_)));
    }

    #[test]
    fn names_that_would_leave_the_directory_are_refused() {
        let named =
            |name: &str| look(&[("c/Chart.yaml", &format!("name: {name}\n"))]).map(|_| ()).unwrap_err();
        assert_eq!(named("'..'"), "chart name \"..\" is not allowed");
        assert_eq!(named("a/b"), "chart name \"a/b\" must not contain path separators");
        assert_eq!(named("''"), "chart name not specified");
        let below = look(&[("c/Chart.yaml", CHART), ("c/x", ""), ("c/x/y", "")]).map(|_| ()).unwrap_err();
        assert_eq!(below, "mkdir x: not a directory");
    }
}
