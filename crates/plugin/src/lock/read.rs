//! plugins.lock read, strictly.

use std::collections::BTreeMap;
use std::fmt;

use govalue::yaml::{self, Limits, Outline, Shape};
use guard::{Grant, Node, Tree, nearest};

use super::{Entry, Lock, Pinned, Signer, Unfinished};

pub(super) const API_VERSION: &str = "pintle.dev/v1alpha1";
pub(super) const KIND: &str = "PluginsLock";

/// What reading may cost.
const LIMITS: Limits = Limits { depth: 20, nodes: 4_000_000, bytes: 128 << 20 };

/// Something in plugins.lock that is not understood. Nothing of the file is used then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// The line, where it is known.
    pub line: Option<u32>,
    /// What is wrong.
    pub problem: String,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.problem),
            None => f.write_str(&self.problem),
        }
    }
}

impl std::error::Error for SyntaxError {}

type Read<T> = Result<T, SyntaxError>;

fn wrong<T>(node: &Node, problem: impl Into<String>) -> Read<T> {
    Err(SyntaxError { line: node.line, problem: problem.into() })
}

/// A parsed document in the guard's own shape.
pub fn node(outline: Outline) -> Node {
    let tree = match outline.shape {
        Shape::Null => Tree::Null,
        Shape::Bool(value) => Tree::Bool(value),
        Shape::Number(text) => Tree::Number(text),
        Shape::Text(text) => Tree::String(text),
        Shape::List(items) => Tree::Seq(items.into_iter().map(node).collect()),
        Shape::Map(entries) => {
            Tree::Map(entries.into_iter().map(|(key, value)| (node(key), node(value))).collect())
        }
    };
    Node::new(outline.line, tree)
}

pub(super) fn lock(text: &[u8]) -> Read<Lock> {
    let outline = yaml::outline(text, &LIMITS)
        .map_err(|error| SyntaxError { line: None, problem: error.to_string() })?;
    let root = node(outline);
    let mut lock = Lock::default();
    if matches!(root.tree, Tree::Null) {
        // A file that was emptied is not one that never was: what it said is lost.
        return wrong(&root, "is empty: remove it, and adopt the plugins again");
    }
    let fields = Fields::of(&root, "the file", &["apiVersion", "kind", "plugins", "unfinished"])?;
    for (key, wanted) in [("apiVersion", API_VERSION), ("kind", KIND)] {
        let node = fields.needed(key)?;
        let found = text_of(node, key)?;
        if found != wanted {
            return wrong(node, format!("{key} is `{found}`, and only `{wanted}` is known"));
        }
    }
    for (folder, node) in table(fields.needed("plugins")?, "plugins")? {
        lock.entries.insert(folder.to_owned(), entry(folder, node)?);
    }
    if let Some(node) = fields.get("unfinished") {
        for (folder, node) in table(node, "unfinished")? {
            lock.unfinished.insert(folder.to_owned(), unfinished(folder, node)?);
        }
    }
    Ok(lock)
}

fn unfinished(folder: &str, node: &Node) -> Read<Unfinished> {
    let fields = Fields::of(node, "unfinished", &["place", "stage", "number", "fresh", "beside", "next"])?;
    let number = match fields.get("number") {
        Some(node) => match text_of(node, "number")?.parse() {
            Ok(number) => Some(number),
            Err(_) => return wrong(node, "number is no number"),
        },
        None => None,
    };
    Ok(Unfinished {
        place: text_of(fields.needed("place")?, "place")?.to_owned(),
        stage: text_of(fields.needed("stage")?, "stage")?.to_owned(),
        number,
        fresh: boolean(fields.needed("fresh")?, "fresh")?,
        beside: texts(fields.needed("beside")?, "beside")?,
        next: fields.get("next").map(|node| entry(folder, node)).transpose()?,
    })
}

const ENTRY: [&str; 9] =
    ["name", "version", "source", "installed", "signer", "linked", "requested", "granted", "files"];

fn entry(folder: &str, node: &Node) -> Read<Entry> {
    let fields = Fields::of(node, folder, &ENTRY)?;
    let text = |key| Ok(text_of(fields.needed(key)?, key)?.to_owned());
    let name: String = text("name")?;
    let grants = |key, read: &dyn Fn(&Node) -> Result<Grant, guard::Misplaced>| -> Read<Vec<Grant>> {
        let items = list(fields.needed(key)?, key)?;
        let one = |item: &Node| {
            read(item).map_err(|why| SyntaxError {
                line: why.line.or(item.line),
                problem: format!("{key}: {}", why.problem),
            })
        };
        items.iter().map(one).collect()
    };
    let mut files = BTreeMap::new();
    for (path, node) in table(fields.needed("files")?, "files")? {
        let Ok(pinned) = text_of(node, path)?.parse::<Pinned>() else {
            return wrong(node, format!("{path} has no digest: `sha256:` and 64 hexadecimal digits"));
        };
        files.insert(path.to_owned(), pinned);
    }
    Ok(Entry {
        folder: folder.to_owned(),
        version: text("version")?,
        source: text("source")?,
        installed: text("installed")?,
        signer: signer(fields.needed("signer")?)?,
        linked: boolean(fields.needed("linked")?, "linked")?,
        requested: grants("requested", &|item| Grant::requested(&name, item))?,
        granted: grants("granted", &|item| Grant::held(&name, folder, item))?,
        name,
        files,
    })
}

fn signer(node: &Node) -> Read<Signer> {
    let fields = Fields::of(node, "signer", &["fingerprint", "identities", "unsigned"])?;
    let accepted = fields.get("unsigned").map(|node| text_of(node, "unsigned")).transpose()?;
    match (fields.get("fingerprint"), accepted) {
        (None, Some(accepted)) if fields.get("identities").is_none() => {
            Ok(Signer::Unsigned { accepted: accepted.to_owned() })
        }
        (Some(fingerprint), None) => Ok(Signer::Signed {
            fingerprint: text_of(fingerprint, "fingerprint")?.to_owned(),
            identities: texts(fields.needed("identities")?, "identities")?,
        }),
        _ => wrong(node, "signer is either `fingerprint` and `identities`, or `unsigned`"),
    }
}

/// A map whose keys are known.
struct Fields<'a> {
    node: &'a Node,
    place: &'a str,
    found: Vec<(&'static str, &'a Node)>,
}

impl<'a> Fields<'a> {
    fn of(node: &'a Node, place: &'a str, known: &[&'static str]) -> Read<Self> {
        let mut found: Vec<(&'static str, &Node)> = Vec::new();
        for (key, value) in table(node, place)? {
            let Some(name) = known.iter().copied().find(|name| *name == key) else {
                let meant = nearest(key, known.iter().copied());
                let meant = meant.map_or_else(String::new, |word| format!(", did you mean `{word}`?"));
                return wrong(value, format!("unknown key `{}` in {place}{meant}", key.escape_debug()));
            };
            found.push((name, value));
        }
        Ok(Self { node, place, found })
    }

    fn get(&self, key: &str) -> Option<&'a Node> {
        self.found.iter().find(|(name, _)| *name == key).map(|(_, node)| *node)
    }

    fn needed(&self, key: &str) -> Read<&'a Node> {
        match self.get(key) {
            Some(node) => Ok(node),
            None => wrong(self.node, format!("`{key}` is missing in {}", self.place)),
        }
    }
}

/// The entries of a map; a key that is there twice is an error.
fn table<'a>(node: &'a Node, place: &str) -> Read<Vec<(&'a str, &'a Node)>> {
    let Tree::Map(entries) = &node.tree else { return wrong(node, format!("{place} is no map")) };
    let mut seen = std::collections::BTreeSet::new();
    let mut found = Vec::with_capacity(entries.len());
    for (key, value) in entries {
        let (Tree::String(text) | Tree::Number(text)) = &key.tree else {
            return wrong(key, format!("a key of {place} is no text"));
        };
        if !seen.insert(text.as_str()) {
            return wrong(key, format!("key `{}` is twice in {place}", text.escape_debug()));
        }
        found.push((text.as_str(), value));
    }
    Ok(found)
}

fn text_of<'a>(node: &'a Node, place: &str) -> Read<&'a str> {
    match &node.tree {
        Tree::String(text) => Ok(text),
        _ => wrong(node, format!("{place} is no text")),
    }
}

fn boolean(node: &Node, place: &str) -> Read<bool> {
    match node.tree {
        Tree::Bool(on) => Ok(on),
        _ => wrong(node, format!("{place} is neither `true` nor `false`")),
    }
}

fn list<'a>(node: &'a Node, place: &str) -> Read<&'a [Node]> {
    match &node.tree {
        Tree::Seq(items) => Ok(items),
        _ => wrong(node, format!("{place} is no list")),
    }
}

fn texts(node: &Node, place: &str) -> Read<Vec<String>> {
    list(node, place)?.iter().map(|item| text_of(item, place).map(str::to_owned)).collect()
}
