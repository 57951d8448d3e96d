//! Scopes as users write them: in a grants file, and after `=` in `--grant`.

use super::{ClockKind, ClusterScope, FileScope, HttpScope, Mode, ReleaseScope, Scope, Verb};
use crate::capability::Capability;
use crate::grants::Problem;
use crate::node::{Node, Tree};
use crate::pattern::Pattern;
use crate::text::nearest;
use crate::url::UrlPattern;

/// The parts of a release that can be granted.
const RELEASE_PARTS: [&str; 6] = ["values", "manifest", "notes", "hooks", "metadata", "history"];

/// A problem with the line it is on, where that is known.
pub(crate) type Found = (Option<u32>, Problem);

/// Reads the value beside a capability in a grants file.
pub(crate) fn from_node(capability: Capability, node: &Node) -> Result<Scope, Found> {
    let wrong = |expected| {
        Err((node.line, Problem::WrongKind { at: capability.word().into(), expected, found: node.kind() }))
    };
    match capability {
        Capability::Http => {
            let mut scope = HttpScope { methods: Vec::new(), urls: Vec::new() };
            for (key, value) in fields(capability, node, &["methods", "urls"])? {
                match key {
                    "methods" => scope.methods = each(capability, value, method)?,
                    _ => scope.urls = each(capability, value, url)?,
                }
            }
            if scope.urls.is_empty() {
                return Err((node.line, bad(capability, "needs `urls`")));
            }
            Ok(Scope::Http(scope))
        }
        Capability::Dns => Ok(Scope::Dns(list_or_field(capability, node, "names", pattern)?)),
        Capability::Chart => Ok(Scope::Chart(list_or_field(capability, node, "sources", pattern)?)),
        Capability::Env => Ok(Scope::Env(list_or_field(capability, node, "names", pattern)?)),
        Capability::SchemaRef => Ok(Scope::SchemaRef(list_or_field(capability, node, "urls", url)?)),
        Capability::Proxy => Ok(Scope::Proxy(list_or_field(capability, node, "urls", url)?)),
        Capability::Cluster => {
            let mut scope = ClusterScope::default();
            for (key, value) in fields(capability, node, &["verbs", "kinds", "namespaces", "names"])? {
                match key {
                    "verbs" => scope.verbs = each(capability, value, verb)?,
                    "kinds" => scope.kinds = each(capability, value, kind)?,
                    "namespaces" => scope.namespaces = each(capability, value, pattern)?,
                    _ => scope.names = each(capability, value, pattern)?,
                }
            }
            Ok(Scope::Cluster(scope))
        }
        Capability::Release => {
            let mut scope = ReleaseScope::default();
            for (key, value) in fields(capability, node, &["namespaces", "names", "parts"])? {
                match key {
                    "namespaces" => scope.namespaces = each(capability, value, pattern)?,
                    "names" => scope.names = each(capability, value, pattern)?,
                    _ => scope.parts = each(capability, value, part)?,
                }
            }
            Ok(Scope::Release(scope))
        }
        Capability::File => {
            let (mut host, mut guest, mut read) = (None, None, Mode::ReadOnly);
            for (key, value) in fields(capability, node, &["host", "guest", "mode"])? {
                let Tree::String(text) = &value.tree else {
                    let problem =
                        Problem::WrongKind { at: key.into(), expected: "a text", found: value.kind() };
                    return Err((value.line, problem));
                };
                let line = |problem| (value.line, problem);
                match key {
                    "host" => host = Some(host_path(capability, text).map_err(line)?),
                    "guest" => guest = Some(guest_path(capability, text).map_err(line)?),
                    _ => read = mode(capability, text).map_err(line)?,
                }
            }
            let host = host.ok_or((node.line, bad(capability, "needs `host`")))?;
            Ok(Scope::File(FileScope { host, guest, mode: read }))
        }
        Capability::Tempdir => {
            let size = |text: &str| size(capability, text).map_err(|problem| (node.line, problem));
            match &node.tree {
                Tree::Number(text) | Tree::String(text) => Ok(Scope::Tempdir(size(text)?)),
                Tree::Map(_) => match fields(capability, node, &["size"])?.as_slice() {
                    [(_, Node { tree: Tree::Number(text) | Tree::String(text), .. })] => {
                        Ok(Scope::Tempdir(size(text)?))
                    }
                    _ => wrong("a size"),
                },
                _ => wrong("a size"),
            }
        }
        Capability::Clock => match &node.tree {
            Tree::String(text) => Ok(Scope::Clock(clock(capability, text).map_err(|p| (node.line, p))?)),
            _ => wrong("`wall` or `coarse`"),
        },
        Capability::Stdin
        | Capability::Stdout
        | Capability::Stderr
        | Capability::Config
        | Capability::Timezone
        | Capability::Random
        | Capability::Keygen
        | Capability::Native
        | Capability::NativeConfined => {
            Err((node.line, bad(capability, "takes no scope: write the word alone")))
        }
    }
}

/// Reads what stands after `=` in `--grant 'ACTOR CAPABILITY=SCOPE'`.
pub(crate) fn from_flag(capability: Capability, text: &str) -> Result<Scope, Problem> {
    let words = split(text, char::is_whitespace);
    if words.is_empty() {
        return Err(bad(capability, "has `=` and then nothing: leave out the `=` for everything"));
    }
    let rest = |from: usize| words.get(from..).unwrap_or_default();
    match capability {
        Capability::Http => {
            let first = &words[0];
            let (methods, urls) = if first.contains("://") {
                (Vec::new(), rest(0))
            } else {
                (
                    commas(first).iter().map(|word| method(capability, word)).collect::<Result<_, _>>()?,
                    rest(1),
                )
            };
            if urls.is_empty() {
                return Err(bad(capability, "needs a URL: `http=GET https://…`"));
            }
            let urls = urls.iter().map(|word| url(capability, word)).collect::<Result<_, _>>()?;
            Ok(Scope::Http(HttpScope { methods, urls }))
        }
        Capability::Dns => Ok(Scope::Dns(patterns(capability, &words)?)),
        Capability::Chart => Ok(Scope::Chart(patterns(capability, &words)?)),
        Capability::Env => Ok(Scope::Env(patterns(capability, &words)?)),
        Capability::SchemaRef => {
            Ok(Scope::SchemaRef(words.iter().map(|word| url(capability, word)).collect::<Result<_, _>>()?))
        }
        Capability::Proxy => {
            Ok(Scope::Proxy(words.iter().map(|word| url(capability, word)).collect::<Result<_, _>>()?))
        }
        Capability::Cluster => {
            if words.len() > 3 {
                return Err(bad(capability, "is `cluster=VERBS KINDS NAMESPACES/NAMES`, lists with commas"));
            }
            let mut scope = ClusterScope {
                verbs: commas(&words[0])
                    .iter()
                    .map(|word| verb(capability, word))
                    .collect::<Result<_, _>>()?,
                ..ClusterScope::default()
            };
            if let Some(kinds) = words.get(1) {
                scope.kinds =
                    commas(kinds).iter().map(|word| kind(capability, word)).collect::<Result<_, _>>()?;
            }
            if let Some(place) = words.get(2) {
                (scope.namespaces, scope.names) = place_of(capability, place)?;
            }
            Ok(Scope::Cluster(scope))
        }
        Capability::Release => {
            if words.len() > 2 {
                return Err(bad(capability, "is `release=NAMESPACES/NAMES PARTS`, lists with commas"));
            }
            let (namespaces, names) = place_of(capability, &words[0])?;
            let parts = match words.get(1) {
                Some(parts) => {
                    commas(parts).iter().map(|word| part(capability, word)).collect::<Result<_, _>>()?
                }
                None => Vec::new(),
            };
            Ok(Scope::Release(ReleaseScope { namespaces, names, parts }))
        }
        Capability::File => {
            let (read, paths) = match words[0].as_str() {
                "ro" | "rw" => (mode(capability, &words[0])?, rest(1)),
                _ => (Mode::ReadOnly, rest(0)),
            };
            match paths {
                [host] => {
                    Ok(Scope::File(FileScope { host: host_path(capability, host)?, guest: None, mode: read }))
                }
                [host, guest] => Ok(Scope::File(FileScope {
                    host: host_path(capability, host)?,
                    guest: Some(guest_path(capability, guest)?),
                    mode: read,
                })),
                _ => Err(bad(capability, "is `file=ro HOST` or `file=rw HOST GUEST`")),
            }
        }
        Capability::Tempdir if words.len() == 1 => Ok(Scope::Tempdir(size(capability, &words[0])?)),
        Capability::Clock if words.len() == 1 => Ok(Scope::Clock(clock(capability, &words[0])?)),
        Capability::Tempdir | Capability::Clock => Err(bad(capability, "takes one word")),
        Capability::Stdin
        | Capability::Stdout
        | Capability::Stderr
        | Capability::Config
        | Capability::Timezone
        | Capability::Random
        | Capability::Keygen
        | Capability::Native
        | Capability::NativeConfined => Err(bad(capability, "takes no scope: write the word alone")),
    }
}

/// Splits at characters that no `\` stands before; the parts keep their `\`.
pub(crate) fn split(text: &str, divides: impl Fn(char) -> bool) -> Vec<String> {
    let mut parts = Vec::new();
    let mut part = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c == '\\' {
            part.push(c);
            part.extend(chars.next());
        } else if divides(c) {
            parts.push(std::mem::take(&mut part));
        } else {
            part.push(c);
        }
    }
    parts.push(part);
    parts.retain(|part| !part.is_empty());
    parts
}

fn commas(text: &str) -> Vec<String> {
    split(text, |c| c == ',')
}

/// `NAMESPACES/NAMES`, each a list with commas. `/` alone is the empty namespace.
fn place_of(capability: Capability, text: &str) -> Result<(Vec<Pattern>, Vec<Pattern>), Problem> {
    let mut escaped = false;
    let slash = text.char_indices().find_map(|(at, c)| match (escaped, c) {
        (false, '/') => Some(at),
        (false, '\\') => {
            escaped = true;
            None
        }
        _ => {
            escaped = false;
            None
        }
    });
    let (namespaces, names) = match slash {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text, ""),
    };
    let mut found = patterns(capability, &commas(namespaces))?;
    if found.is_empty() {
        found.push(Pattern::literal(""));
    }
    Ok((found, patterns(capability, &commas(names))?))
}

fn patterns(capability: Capability, words: &[String]) -> Result<Vec<Pattern>, Problem> {
    words.iter().map(|word| pattern(capability, word)).collect()
}

/// Reads a list beside the capability, or a map whose one field is that list.
fn list_or_field<T>(
    capability: Capability,
    node: &Node,
    field: &'static str,
    read: impl Fn(Capability, &str) -> Result<T, Problem>,
) -> Result<Vec<T>, Found> {
    match fields_if_map(capability, node, &[field])? {
        Some(found) => match found.as_slice() {
            [(_, list)] => each(capability, list, read),
            _ => Err((node.line, empty(capability))),
        },
        None => each(capability, node, read),
    }
}

/// Reads a list of texts. An empty list would grant nothing or everything, depending on who reads it.
fn each<T>(
    capability: Capability,
    node: &Node,
    read: impl Fn(Capability, &str) -> Result<T, Problem>,
) -> Result<Vec<T>, Found> {
    let Tree::Seq(items) = &node.tree else {
        let problem =
            Problem::WrongKind { at: capability.word().into(), expected: "a list", found: node.kind() };
        return Err((node.line, problem));
    };
    if items.is_empty() {
        return Err((node.line, empty(capability)));
    }
    items
        .iter()
        .map(|item| match &item.tree {
            Tree::String(text) => {
                read(capability, text).map_err(|problem| (item.line.or(node.line), problem))
            }
            _ => {
                let at = capability.word().into();
                Err((
                    item.line.or(node.line),
                    Problem::WrongKind { at, expected: "a text", found: item.kind() },
                ))
            }
        })
        .collect()
}

fn fields<'a>(
    capability: Capability,
    node: &'a Node,
    known: &[&'static str],
) -> Result<Vec<(&'static str, &'a Node)>, Found> {
    match fields_if_map(capability, node, known)? {
        Some(found) if found.is_empty() => Err((node.line, empty(capability))),
        Some(found) => Ok(found),
        None => {
            let at = capability.word().into();
            Err((node.line, Problem::WrongKind { at, expected: "a map", found: node.kind() }))
        }
    }
}

fn fields_if_map<'a>(
    capability: Capability,
    node: &'a Node,
    known: &[&'static str],
) -> Result<Option<Vec<(&'static str, &'a Node)>>, Found> {
    match &node.tree {
        Tree::Map(entries) => crate::grants::known_keys(entries, known, capability.word()).map(Some),
        _ => Ok(None),
    }
}

fn pattern(capability: Capability, text: &str) -> Result<Pattern, Problem> {
    Pattern::new(text).map_err(|why| bad(capability, format!("pattern `{text}` {why}")))
}

fn url(capability: Capability, text: &str) -> Result<UrlPattern, Problem> {
    UrlPattern::new(text).map_err(|why| bad(capability, format!("URL `{text}` {why}")))
}

fn method(capability: Capability, text: &str) -> Result<String, Problem> {
    const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    word(capability, "method", text, &METHODS).map(str::to_owned)
}

fn verb(capability: Capability, text: &str) -> Result<Verb, Problem> {
    Ok(if word(capability, "verb", text, &["get", "list"])? == "get" { Verb::Get } else { Verb::List })
}

fn part(capability: Capability, text: &str) -> Result<&'static str, Problem> {
    word(capability, "part", text, &RELEASE_PARTS)
}

fn mode(capability: Capability, text: &str) -> Result<Mode, Problem> {
    Ok(if word(capability, "mode", text, &["ro", "rw"])? == "ro" { Mode::ReadOnly } else { Mode::ReadWrite })
}

fn clock(capability: Capability, text: &str) -> Result<ClockKind, Problem> {
    Ok(if word(capability, "clock", text, &["wall", "coarse"])? == "wall" {
        ClockKind::Wall
    } else {
        ClockKind::Coarse
    })
}

fn kind(capability: Capability, text: &str) -> Result<Pattern, Problem> {
    if !text.contains('/') && text != "**" {
        return Err(bad(
            capability,
            format!("kind `{text}` needs its version, as in `v1/{text}` or `apps/v1/{text}`"),
        ));
    }
    pattern(capability, text)
}

fn host_path(capability: Capability, text: &str) -> Result<Pattern, Problem> {
    let below = text.strip_prefix("~/").or_else(|| text.strip_prefix('/'));
    let Some(below) = below.or((text == "~").then_some("")) else {
        return Err(bad(capability, format!("path `{text}` is not absolute: start it with `/` or `~/`")));
    };
    if below.split('/').any(|segment| matches!(segment, "." | "..")) {
        return Err(bad(capability, format!("path `{text}` contains `.` or `..`")));
    }
    pattern(capability, text.strip_suffix('/').filter(|rest| !rest.is_empty()).unwrap_or(text))
}

fn guest_path(capability: Capability, text: &str) -> Result<String, Problem> {
    if !text.starts_with('/') {
        return Err(bad(capability, format!("guest path `{text}` is not absolute")));
    }
    Ok(text.to_owned())
}

/// `64MiB`, `1GiB`, `4096`.
fn size(capability: Capability, text: &str) -> Result<u64, Problem> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit: u64 = match &text[digits.len()..] {
        "" | "B" => 1,
        "KiB" | "Ki" => 1 << 10,
        "MiB" | "Mi" => 1 << 20,
        "GiB" | "Gi" => 1 << 30,
        _ => return Err(bad(capability, format!("size `{text}` has no known unit: KiB, MiB or GiB"))),
    };
    let number = digits.parse::<u64>().ok().and_then(|number| number.checked_mul(unit));
    number.ok_or_else(|| bad(capability, format!("size `{text}` is not a size")))
}

fn word(
    capability: Capability,
    what: &'static str,
    text: &str,
    known: &[&'static str],
) -> Result<&'static str, Problem> {
    known.iter().copied().find(|candidate| *candidate == text).ok_or_else(|| Problem::UnknownWord {
        what: format!("{what} of `{capability}`"),
        word: text.to_owned(),
        nearest: nearest(text, known.iter().copied()),
    })
}

fn bad(capability: Capability, why: impl Into<String>) -> Problem {
    Problem::BadScope { capability, why: why.into() }
}

fn empty(capability: Capability) -> Problem {
    bad(capability, "has an empty scope: write the word alone for everything, or leave it out for nothing")
}
