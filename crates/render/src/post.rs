//! What a post-renderer reads, and what becomes of its answer.
//!
//! All files go to it as one stream of documents ([`merge`]), hooks among them, each with an annotation that names its
//! file; [`divide`] gives every document of the answer back to its file. Documents are read and written as kyaml does
//! it: comments and order stay, blanks and indentation become kyaml's.

use std::collections::BTreeMap;

use bytes::Bytes;
use govalue::yaml::{Content, Limits, Text, WrittenNode, write_texts};

use crate::manifest::split;

/// The annotation that names a document's file.
const FILE: &[u8] = b"postrenderer.helm.sh/postrender-filename";
/// What kyaml sets when it reads and removes when it writes.
const INDEX: [&[u8]; 2] = [b"config.kubernetes.io/index", b"internal.config.kubernetes.io/index"];
/// Annotations of which kyaml wants both or none, the old name first.
const TWINS: [(&[u8], &[u8]); 3] = [
    (b"config.kubernetes.io/path", b"internal.config.kubernetes.io/path"),
    (b"config.kubernetes.io/index", b"internal.config.kubernetes.io/index"),
    (b"config.k8s.io/id", b"internal.config.kubernetes.io/id"),
];
const METADATA: &[u8] = b"metadata";
const ANNOTATIONS: &[u8] = b"annotations";

/// Why documents cannot be merged or given back.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// A file cannot be read.
    #[error("error merging manifests: parsing {file}: {source}")]
    Merge {
        /// The file.
        file: String,
        /// Why.
        source: DocumentError,
    },
    /// A document cannot be annotated.
    #[error("error merging manifests: annotating {file}: {source}")]
    Annotate {
        /// The document's file.
        file: String,
        /// Why.
        source: DocumentError,
    },
    /// What the post-renderer printed cannot be read.
    #[error("error while parsing post rendered output: error parsing YAML: {0}")]
    Parse(#[source] DocumentError),
    /// It has a document that says nothing of itself.
    #[error("error while parsing post rendered output: getting metadata: missing Resource metadata")]
    NoMetadata,
    /// It has a document whose annotations cannot be looked at.
    #[error("error while parsing post rendered output: clearing filename annotation: {0}")]
    Clear(#[source] DocumentError),
}

/// What is wrong with a document.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// It is no YAML, or meets a limit.
    #[error("MalformedYAMLError: {0}")]
    Yaml(#[from] govalue::Error),
    /// There is more behind `---` than a comment.
    #[error("invalid document separator: {0}")]
    Separator(String),
    /// Something that must be a map is not.
    #[error("wrong node kind: expected MappingNode but got {found}: node contents:\n{text}")]
    Kind {
        /// What it is.
        found: &'static str,
        /// How it is written.
        text: String,
    },
}

impl DocumentError {
    fn kind(node: &WrittenNode) -> Self {
        let found = match node.content {
            Content::Scalar(_) => "ScalarNode",
            Content::Alias(_) => "AliasNode",
            Content::Sequence(_) => "SequenceNode",
            Content::Mapping(_) => "MappingNode",
        };
        let text = write_texts([&Text::of(node.clone())]);
        Self::Kind { found, text: String::from_utf8_lossy(&text).into_owned() }
    }
}

/// Puts all files into one stream, in the order of their paths.
///
/// # Errors
/// In Helm's words.
pub fn merge(files: &BTreeMap<String, Bytes>, limits: &Limits) -> Result<Vec<u8>, PostError> {
    let mut merged = Vec::new();
    for (path, content) in files {
        let base = path.rsplit('/').next().unwrap_or_default();
        if base.starts_with('_') {
            continue;
        }
        for document in split(content).into_iter().filter(|document| !trimmed(document).is_empty()) {
            let read = read_all(document, limits);
            let read = read.map_err(|source| PostError::Merge { file: path.clone(), source })?;
            for mut text in read {
                annotate(&mut text.root, FILE, path.as_bytes())
                    .map_err(|source| PostError::Annotate { file: path.clone(), source })?;
                merged.push(text);
            }
        }
    }
    Ok(written(merged))
}

/// Gives the documents of a stream back to their files. One that names none gets a file of its own.
///
/// # Errors
/// In Helm's words.
pub fn divide(stream: &[u8], limits: &Limits) -> Result<BTreeMap<String, Bytes>, PostError> {
    let mut files: BTreeMap<String, Vec<Text>> = BTreeMap::new();
    for (number, mut text) in read_all(stream, limits).map_err(PostError::Parse)?.into_iter().enumerate() {
        if !says_something(&text.root) {
            return Err(PostError::NoMetadata);
        }
        let named = annotation(&text.root, FILE);
        let named = named.map(|name| String::from_utf8_lossy(&name).into_owned());
        let named = named.unwrap_or_else(|| format!("generated-by-postrender-{number}.yaml"));
        clear(&mut text.root, FILE).map_err(PostError::Clear)?;
        files.entry(named).or_default().push(text);
    }
    Ok(files.into_iter().map(|(path, texts)| (path, written(texts).into())).collect())
}

/// Writes documents without what was noted in them while they were read.
fn written(mut texts: Vec<Text>) -> Vec<u8> {
    for text in &mut texts {
        for key in INDEX {
            // It was set a moment ago, so that everything on the way to it is a map.
            _ = clear(&mut text.root, key);
        }
        _ = clear_empty(&mut text.root);
    }
    write_texts(&texts)
}

/// Reads documents as kyaml does: what divides them is looked for before anything is parsed, and a list that is alone
/// is taken apart.
fn read_all(stream: &[u8], limits: &Limits) -> Result<Vec<Text>, DocumentError> {
    let stream = without_carriage_returns(stream);
    let parts = divided(&stream)?;
    let (last, mut out) = (parts.len().saturating_sub(1), Vec::new());
    for (number, part) in parts.iter().enumerate() {
        let mut part = part.to_vec();
        if number != last {
            part.push(b'\n');
        }
        let Some(mut text) = Text::read(&part, limits)?.filter(|text| !text.root.is_null()) else { continue };
        let root = &mut text.root;
        if says_something(root) {
            for (old, new) in TWINS {
                match (annotation(root, old), annotation(root, new)) {
                    (None, Some(value)) => annotate(root, old, &value)?,
                    (Some(value), None) => annotate(root, new, &value)?,
                    _ => {}
                }
            }
        }
        let index = out.len().to_string();
        for key in INDEX {
            annotate(root, key, index.as_bytes())?;
        }
        let kind =
            root.get(b"kind").filter(|kind| !kind.is_empty()).map(WrittenNode::text).unwrap_or_default();
        let is_list = matches!(kind, b"List" | b"ResourceList")
            && (root.get(b"items").is_some() || root.get(b"functionConfig").is_some());
        if parts.len() == 1 && is_list {
            if let Some(items) = root.get_mut(b"items") {
                match std::mem::replace(&mut items.content, Content::Sequence(Vec::new())) {
                    Content::Sequence(items) => out.extend(items.into_iter().map(Text::of)),
                    // kyaml: what is in a map is taken as well, keys and values alike.
                    Content::Mapping(entries) => {
                        out.extend(entries.into_iter().flat_map(|(key, value)| [key, value]).map(Text::of));
                    }
                    Content::Scalar(_) | Content::Alias(_) => {}
                }
            }
            continue;
        }
        out.push(text);
    }
    Ok(out)
}

fn without_carriage_returns(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for (at, &byte) in text.iter().enumerate() {
        if byte != b'\r' || text.get(at + 1) != Some(&b'\n') {
            out.push(byte);
        }
    }
    out
}

/// The documents of a stream. What divides them is a whole line that begins with `---`, but not the first.
fn divided(text: &[u8]) -> Result<Vec<&[u8]>, DocumentError> {
    let mut out = Vec::new();
    if text.is_empty() {
        return Ok(out);
    }
    let (mut start, mut from) = (0, 0);
    while let Some(found) = memchr::memmem::find(&text[from..], b"\n---") {
        let at = from + found;
        let Some(length) = memchr::memchr(b'\n', &text[at + 1..]) else { break };
        let line = &text[at + 1..at + 1 + length];
        let behind = trimmed(line.get(3..).unwrap_or_default());
        if !behind.is_empty() && !behind.starts_with(b"#") {
            return Err(DocumentError::Separator(String::from_utf8_lossy(trimmed(line)).into_owned()));
        }
        out.push(&text[start..at]);
        (start, from) = (at + length + 2, at + length + 2);
    }
    out.push(&text[start..]);
    Ok(out)
}

fn trimmed(text: &[u8]) -> &[u8] {
    crate::trim(text)
}

/// Whether there is anything by which a document could be known.
fn says_something(root: &WrittenNode) -> bool {
    let filled = |node: &WrittenNode, key: &[u8]| node.get(key).is_some_and(|value| !value.is_empty());
    filled(root, b"apiVersion")
        || filled(root, b"kind")
        || root.get(METADATA).filter(|metadata| !metadata.is_empty()).is_some_and(|metadata| {
            [&b"name"[..], b"namespace", b"labels", ANNOTATIONS].iter().any(|key| filled(metadata, key))
        })
}

/// An annotation that says something.
fn annotation(root: &WrittenNode, key: &[u8]) -> Option<Vec<u8>> {
    let entries = root.get(METADATA)?.get(ANNOTATIONS)?.entries()?;
    let (_, value) = entries.iter().find(|(name, _)| !name.is_null() && name.text() == key)?;
    let text = if value.is_null() { b"" } else { value.text() };
    (!text.is_empty()).then(|| text.to_vec())
}

fn as_map(node: &mut WrittenNode) -> Result<&mut WrittenNode, DocumentError> {
    if node.entries().is_some() { Ok(node) } else { Err(DocumentError::kind(node)) }
}

/// Sets an annotation, and makes what it needs.
fn annotate(root: &mut WrittenNode, key: &[u8], value: &[u8]) -> Result<(), DocumentError> {
    clear_empty(root)?;
    let mut at = as_map(root)?;
    for name in [METADATA, ANNOTATIONS] {
        if at.get(name).is_none() {
            at.set(name, WrittenNode::mapping());
        }
        // kyaml: nothing can be put into nothing, and nobody is told. Only a key that stands twice gets here.
        let Some(next) = at.get_mut(name).filter(|next| !next.is_null()) else { return Ok(()) };
        at = as_map(next)?;
    }
    at.set(key, WrittenNode::quoted(value));
    Ok(())
}

/// Removes an annotation.
fn clear(root: &mut WrittenNode, key: &[u8]) -> Result<(), DocumentError> {
    let mut at = as_map(root)?;
    for name in [METADATA, ANNOTATIONS] {
        match at.get_mut(name).filter(|next| !next.is_null()) {
            Some(next) => at = as_map(next)?,
            None => return Ok(()),
        }
    }
    at.remove(key);
    Ok(())
}

/// Removes annotations that are none, and metadata without anything.
fn clear_empty(root: &mut WrittenNode) -> Result<(), DocumentError> {
    let root = as_map(root)?;
    if let Some(metadata) = root.get_mut(METADATA).filter(|metadata| !metadata.is_null()) {
        remove_hollow(as_map(metadata)?, ANNOTATIONS);
    }
    remove_hollow(root, METADATA);
    Ok(())
}

/// Removes a map's first key of that text whose value has no elements: a text has none, either.
fn remove_hollow(node: &mut WrittenNode, key: &[u8]) {
    let hollow = |value: &WrittenNode| match &value.content {
        Content::Sequence(items) => items.is_empty(),
        Content::Mapping(entries) => entries.is_empty(),
        Content::Scalar(_) | Content::Alias(_) => true,
    };
    if let Some(entries) = node.entries_mut()
        && let Some(at) = entries.iter().position(|(name, value)| name.text() == key && hollow(value))
    {
        entries.remove(at);
    }
}
