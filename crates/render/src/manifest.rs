//! Rendered files → manifests: split into documents, tell hooks from resources, sort by kind.

use bytes::Bytes;
use chart::together;
use govalue::Str;
use govalue::yaml;

use crate::error::RenderError;
use crate::hooks::{Hook, HookEvent};
use crate::order::install_key;
use crate::{Level, Notice, RenderedFiles};

/// One document that becomes a Kubernetes object.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// The template it came from, from the root chart's name on.
    pub path: String,
    /// Its text: no leading blanks; trailing ones are kept.
    pub content: Bytes,
    /// Its kind, empty when it names none.
    pub kind: Str,
    /// Its apiVersion, empty when it names none.
    pub api_version: Str,
    /// Its name, empty when it has none.
    pub name: Str,
}

/// What a chart asks to create.
#[derive(Debug, Default)]
pub struct Manifests {
    /// Documents annotated as hooks, in install order of their kinds.
    pub hooks: Vec<Hook>,
    /// The other documents, in install order.
    pub resources: Vec<Manifest>,
    /// What Helm would log on the way.
    pub notices: Vec<Notice>,
}

/// Splits a stream at its `---` lines, as Helm does: a separator may have text right behind it, which
/// then belongs to the next document. Blank documents are dropped.
pub fn split(text: &[u8]) -> Vec<&[u8]> {
    let text = trim_start(text);
    let mut documents = Vec::new();
    let mut start = 0;
    let mut line = 0;
    loop {
        let separator = text[line..].starts_with(b"---");
        if separator {
            push_document(&mut documents, &text[start..line]);
            let blanks = text[line + 3..].iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
            start = line + 3 + blanks;
        }
        match memchr::memchr(b'\n', &text[line..]) {
            Some(end) => line += end + 1,
            None => break,
        }
    }
    push_document(&mut documents, &text[start..]);
    documents
}

fn push_document<'a>(documents: &mut Vec<&'a [u8]>, document: &'a [u8]) {
    let document = trim_start(document);
    if !document.is_empty() {
        documents.push(document);
    }
}

/// `strings.TrimLeftFunc(s, unicode.IsSpace)` on bytes that may not be UTF-8.
pub(crate) fn trim_start(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    while let Some(&first) = rest.first() {
        if first.is_ascii() {
            if !(first as char).is_whitespace() {
                break;
            }
            rest = &rest[1..];
            continue;
        }
        match first_char(rest) {
            Some(c) if c.is_whitespace() => rest = &rest[c.len_utf8()..],
            _ => break,
        }
    }
    rest
}

/// `strings.TrimSpace` on bytes that may not be UTF-8.
pub fn trim(bytes: &[u8]) -> &[u8] {
    let mut rest = trim_start(bytes);
    'outer: while let Some(&last) = rest.last() {
        if last.is_ascii() {
            if !(last as char).is_whitespace() {
                break;
            }
            rest = &rest[..rest.len() - 1];
            continue;
        }
        for width in 2..=4.min(rest.len()) {
            let at = rest.len() - width;
            if let Some(c) = first_char(&rest[at..])
                && c.len_utf8() == width
            {
                if c.is_whitespace() {
                    rest = &rest[..at];
                    continue 'outer;
                }
                break 'outer;
            }
        }
        break;
    }
    rest
}

fn first_char(bytes: &[u8]) -> Option<char> {
    let head = &bytes[..bytes.len().min(4)];
    match std::str::from_utf8(head) {
        Ok(text) => text.chars().next(),
        Err(error) => std::str::from_utf8(&head[..error.valid_up_to()]).ok()?.chars().next(),
    }
}

/// The last element of a slash-separated path.
pub(crate) fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Splits rendered files into hooks and resources.
///
/// # Errors
/// [`RenderError::Manifest`] for the first document whose YAML cannot be read; nothing of the files is lost,
/// the caller still has them to print with `--debug`.
pub fn classify(files: &RenderedFiles) -> Result<Manifests, RenderError> {
    classify_within(1, files, &yaml::Limits::default())
}

/// Texts below this size together are read before a second thread would have begun.
const WORTH_THREADS: usize = 32 << 10;

/// As [`classify`], reading documents on so many threads and within limits.
///
/// # Errors
/// As [`classify`]: the first document's.
pub fn classify_within(
    threads: usize,
    files: &RenderedFiles,
    limits: &yaml::Limits,
) -> Result<Manifests, RenderError> {
    classify_watched(threads, files, limits, &mut || {})
}

/// As [`classify_within`], and tells when all documents are read and only the order is missing.
///
/// # Errors
/// As [`classify_within`].
pub fn classify_watched(
    threads: usize,
    files: &RenderedFiles,
    limits: &yaml::Limits,
    read_all: &mut dyn FnMut(),
) -> Result<Manifests, RenderError> {
    let size: usize = files.files.values().map(Bytes::len).sum();
    let threads = if size < WORTH_THREADS { 1 } else { threads };
    let of_manifests = files.files.iter().filter(|(path, _)| !base_name(path).starts_with('_'));
    let files: Vec<_> = of_manifests.collect();
    let read = together::map(threads, &files, |(_, content)| {
        let documents = split(content).into_iter();
        documents.map(|document| (document, yaml::head_within(document, limits))).collect::<Vec<_>>()
    });
    let mut manifests = Manifests::default();
    for ((path, content), documents) in files.into_iter().zip(read) {
        for (document, head) in documents {
            let head = head.map_err(|source| RenderError::Manifest {
                path: path.clone(),
                limit: source.limit(),
                message: source.to_string(),
            })?;
            let hook = head.annotation(b"helm.sh/hook");
            let Some(hook_types) = hook else {
                manifests.resources.push(Manifest {
                    path: path.clone(),
                    content: content.slice_ref(document),
                    kind: head.kind.clone(),
                    api_version: head.api_version.clone(),
                    name: head.name.clone(),
                });
                continue;
            };
            // Helm: one unknown word drops the whole manifest, which is then neither hook nor resource.
            let Some(events) = HookEvent::parse_list(&hook_types.to_str_lossy()) else {
                let notice = Notice::new(Level::Info, "skipping unknown hooks");
                manifests.notices.push(notice.with("hookTypes", hook_types.to_str_lossy()));
                continue;
            };
            manifests.hooks.push(Hook::from_head(path, document, &head, events));
        }
    }
    read_all();
    manifests.hooks.sort_by(|a, b| install_key(&a.kind).cmp(&install_key(&b.kind)));
    manifests.resources.sort_by(|a, b| install_key(&a.kind).cmp(&install_key(&b.kind)));
    Ok(manifests)
}

#[cfg(test)]
mod tests {
    use super::{split, trim};

    fn texts(input: &str) -> Vec<String> {
        split(input.as_bytes()).into_iter().map(|d| String::from_utf8_lossy(d).into_owned()).collect()
    }

    #[test]
    fn documents_split_at_dashes_even_with_text_behind_them() {
        assert_eq!(texts("a: 1\n---\nb: 2\n"), ["a: 1\n", "b: 2\n"]);
        assert_eq!(texts("---apiVersion: v1\n---  # note\nb: 2"), ["apiVersion: v1\n", "# note\nb: 2"]);
        assert_eq!(texts("\n \n---\n\n---\n  x: 1"), ["x: 1"]);
        assert_eq!(texts(" ---\na: |\n  ---\n"), ["a: |\n  ---\n"]);
        assert_eq!(texts("----\n"), ["-\n"]);
        assert!(texts("").is_empty());
    }

    #[test]
    fn blanks_are_unicode_blanks() {
        assert_eq!(trim("\u{a0}\u{2003} a\u{85}\n".as_bytes()), b"a");
        assert_eq!(trim(b"\xff a \xff"), b"\xff a \xff");
    }
}
