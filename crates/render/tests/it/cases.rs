//! Case files: where they are and what a line of them holds.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A line of a case file.
pub(crate) struct Case(Value);

impl Case {
    /// `suite/topic/digest`.
    pub(crate) fn id(&self) -> &str {
        self.0["id"].as_str().unwrap_or_default()
    }

    pub(crate) fn kind(&self) -> &str {
        self.0["kind"].as_str().unwrap_or_default()
    }

    pub(crate) fn op(&self) -> &str {
        self.0["op"].as_str().unwrap_or_default()
    }

    /// A text, which stands in base64 when it is not UTF-8.
    pub(crate) fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        if let Some(text) = self.0[name].as_str() {
            return Some(text.as_bytes().to_vec());
        }
        let encoded = self.0[format!("{name}_b64")].as_str()?;
        Some(sprig::crypto::b64_decode(encoded.as_bytes()).expect("base64"))
    }

    /// What the question says as JSON, or null.
    pub(crate) fn json(&self, name: &str) -> &Value {
        &self.0[name]
    }

    /// The chart's files with their contents.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        let files = self.0["files"].as_object().into_iter().flatten();
        files.filter_map(|(name, content)| Some((name.as_str(), content.as_str()?)))
    }

    /// The recorded answer: an output, or the text of an error.
    pub(crate) fn answer(&self) -> Answer {
        match self.bytes("err") {
            Some(error) => Answer::Error(error),
            None if self.0["out"].is_object() => Answer::Release(self.0["out"].clone()),
            None => Answer::Text(self.bytes("out").unwrap_or_default()),
        }
    }

    /// The question in one line, for a report.
    pub(crate) fn shown(&self) -> String {
        let mut question = self.0.clone();
        if let Some(fields) = question.as_object_mut() {
            for name in ["id", "kind", "out", "out_b64", "err", "err_b64"] {
                fields.remove(name);
            }
        }
        question.to_string()
    }
}

/// What came, or should have come, of a question.
#[derive(Debug, PartialEq)]
pub(crate) enum Answer {
    Text(Vec<u8>),
    Release(Value),
    Error(Vec<u8>),
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => write!(f, "out {:?}", String::from_utf8_lossy(text)),
            Self::Release(release) => write!(f, "release {release}"),
            Self::Error(text) => write!(f, "err {:?}", String::from_utf8_lossy(text)),
        }
    }
}

/// The case files of a suite, in order, each with its cases.
pub(crate) fn suite(name: &str) -> Vec<Vec<Case>> {
    let folder = root().join("conformance/cases").join(name);
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .expect("case files")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    files
        .iter()
        .map(|file| {
            let text = std::fs::read_to_string(file).expect("a readable file");
            text.lines().skip(1).map(|line| Case(serde_json::from_str(line).expect("a case"))).collect()
        })
        .collect()
}
