//! Grants: what a user gave to whom, as read from flags and grants files.

use crate::actor::{Actor, ActorKind, Provenance};
use crate::capability::Capability;
use crate::node::{Node, Tree};
use crate::pattern::Pattern;
use crate::scope::{Scope, read};
use crate::text::{nearest, shell_quoted, visible};
use std::fmt;

/// What the guard answers when nobody said anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Profile {
    /// Charts have what Helm gives them.
    #[default]
    Helm,
    /// Charts have nothing: every question needs a grant.
    Strict,
}

impl Profile {
    /// The word in flags and files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Helm => "helm",
            Self::Strict => "strict",
        }
    }

    /// Reads a profile's word; the error names the nearest.
    pub fn from_word(word: &str) -> Result<Self, Problem> {
        match word {
            "helm" => Ok(Self::Helm),
            "strict" => Ok(Self::Strict),
            _ => Err(Problem::UnknownWord {
                what: "profile".into(),
                word: word.to_owned(),
                nearest: nearest(word, ["helm", "strict"]),
            }),
        }
    }
}

/// Whether a rule gives or takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// From a `grant` list or a `--grant` flag.
    Grant,
    /// From a `deny` list. Beats every grant.
    Deny,
}

/// One rule: a capability that the user gave to an actor, or took from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Given or taken.
    pub effect: Effect,
    /// To whom.
    pub actor: ActorPattern,
    /// From where the actor must come; `None` is local for a grant, anywhere for a denial.
    pub from: Option<FromWhere>,
    /// What.
    pub capability: Capability,
    /// How far.
    pub scope: Scope,
    /// Who said so.
    pub origin: Origin,
}

/// Where a rule was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The profile.
    Profile(Profile),
    /// What every plugin has.
    Sandbox,
    /// A flag that grants besides `--grant`, as it was typed (`--enable-dns`).
    Option(&'static str),
    /// A `--grant` flag, as it was typed.
    Flag(String),
    /// A grants file.
    File {
        /// The file as the user named it.
        file: String,
        /// The line, where the reader knows it.
        line: Option<u32>,
    },
    /// What plugins.lock holds for a plugin.
    Lock,
    /// What a plugin's own manifest asks for. No policy takes such a rule.
    Manifest,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Profile(profile) => write!(f, "profile {}", profile.word()),
            Self::Sandbox => f.write_str("profile sandbox"),
            Self::Option(option) => f.write_str(option),
            Self::Flag(text) => write!(f, "--grant {}", visible(&shell_quoted(text))),
            Self::File { file, line: Some(line) } => write!(f, "{}:{line}", visible(file)),
            Self::File { file, line: None } => f.write_str(&visible(file)),
            Self::Lock => f.write_str("plugins.lock"),
            Self::Manifest => f.write_str("plugin.yaml"),
        }
    }
}

/// The name of an actor in a grant: `chart:shop`, `chart:shop/*`, `plugin:diff`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActorPattern {
    kind: ActorKind,
    path: Pattern,
}

impl ActorPattern {
    /// Reads `KIND:NAME`.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let Some((word, name)) = text.split_once(':') else {
            return Err(Problem::BadActor {
                text: text.to_owned(),
                why: "is not `KIND:NAME`, as in `chart:shop`",
            });
        };
        let Some(kind) = ActorKind::ALL.into_iter().find(|kind| kind.word() == word) else {
            return Err(Problem::UnknownWord {
                what: "kind of actor".into(),
                word: word.to_owned(),
                nearest: nearest(word, ActorKind::ALL.into_iter().map(ActorKind::word)),
            });
        };
        if name.split('/').any(str::is_empty) {
            return Err(Problem::BadActor { text: text.to_owned(), why: "has an empty name" });
        }
        let path = Pattern::new(name).map_err(|why| Problem::BadActor { text: text.to_owned(), why })?;
        Ok(Self { kind, path })
    }

    /// Exactly one plugin, whatever letters its name has.
    pub(crate) fn plugin(name: &str) -> Self {
        Self { kind: ActorKind::Plugin, path: Pattern::literal(&name.replace('/', "\u{1}")) }
    }

    /// Whether the name fits; where the actor comes from is another question.
    pub fn matches(&self, actor: &Actor) -> bool {
        self.kind == actor.kind() && self.path.matches(&actor.matched_path(), '/')
    }
}

/// Where an actor must come from for a grant to hold. Every field that is given must fit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FromWhere {
    /// A pattern over the reference or URL.
    pub source: Option<Pattern>,
    /// A pattern over the signer's identity or fingerprint.
    pub signer: Option<Pattern>,
    /// The exact digest.
    pub digest: Option<String>,
    /// The canonical folder of an installed plugin, exactly. Only plugins.lock says it.
    pub folder: Option<String>,
}

impl FromWhere {
    fn fits(&self, actor: &Actor) -> bool {
        if let Some(folder) = &self.folder {
            if actor.folder() != Some(folder) {
                return false;
            }
            if self.source.is_none() && self.signer.is_none() && self.digest.is_none() {
                return true;
            }
        }
        let provenance = actor.provenance();
        let Provenance::Remote { source, signer, digest } = provenance else { return false };
        let fits = |pattern: &Option<Pattern>, value: &Option<String>| match (pattern, value) {
            (None, _) => true,
            (Some(pattern), Some(value)) => pattern.matches(value, '/'),
            (Some(_), None) => false,
        };
        fits(&self.source, source)
            && fits(&self.signer, signer)
            && self.digest.as_ref().is_none_or(|wanted| digest.as_ref() == Some(wanted))
    }
}

impl Grant {
    /// Reads the text of one `--grant 'ACTOR CAPABILITY[=SCOPE]'`.
    pub fn from_flag(text: &str) -> Result<Self, SyntaxError> {
        let fail = |problem| SyntaxError { place: Place::Flag(text.to_owned()), problem };
        let trimmed = text.trim();
        let (actor, rest) = match read::split(trimmed, char::is_whitespace).first() {
            Some(actor) => (actor.clone(), trimmed[actor.len()..].trim_start()),
            None => return Err(fail(Problem::NoCapability)),
        };
        let actor = ActorPattern::parse(&actor).map_err(fail)?;
        let (capability, scope) = read_words(rest).map_err(fail)?;
        let origin = Origin::Flag(text.to_owned());
        Ok(Self { effect: Effect::Grant, actor, from: None, capability, scope, origin })
    }

    /// Whether this rule speaks about an actor.
    pub(crate) fn speaks_of(&self, actor: &Actor) -> bool {
        if !self.actor.matches(actor) {
            return false;
        }
        match (&self.from, self.effect) {
            (Some(from), _) => from.fits(actor),
            // A name proves nothing, so it gives nothing to what came from elsewhere; taking needs no proof.
            (None, Effect::Grant) => *actor.provenance() == Provenance::Local,
            (None, Effect::Deny) => true,
        }
    }
}

/// Reads `CAPABILITY` or `CAPABILITY=SCOPE`.
pub(crate) fn read_words(text: &str) -> Result<(Capability, Scope), Problem> {
    let (word, scope) = match text.split_once('=') {
        Some((word, scope)) => (word.trim_end(), Some(scope)),
        None => (text, None),
    };
    if word.is_empty() {
        return Err(Problem::NoCapability);
    }
    let capability = capability(word)?;
    let scope = match scope {
        Some(scope) => read::from_flag(capability, scope)?,
        None => Scope::Any,
    };
    Ok((capability, scope))
}

/// A grants file that was read and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantsFile {
    /// The file as the user named it.
    pub name: String,
    /// The profile it asks for.
    pub profile: Option<Profile>,
    /// Its rules, in its order.
    pub grants: Vec<Grant>,
}

const API_VERSION: &str = "pintle.dev/v1alpha1";

impl GrantsFile {
    /// Checks a parsed grants file. `name` is used in messages.
    pub fn parse(name: &str, root: &Node) -> Result<Self, SyntaxError> {
        Self::read(name, root).map_err(|(line, problem)| SyntaxError {
            place: Place::File { file: name.to_owned(), line },
            problem,
        })
    }

    fn read(name: &str, root: &Node) -> Result<Self, read::Found> {
        let top = map(root, "the grants file")?;
        let mut file = Self { name: name.to_owned(), profile: None, grants: Vec::new() };
        let (mut version, mut kind) = (false, false);
        for (key, value) in known_keys(top, &["apiVersion", "kind", "profile", "actors"], "the grants file")?
        {
            match key {
                "apiVersion" => version = expect(value, key, API_VERSION)?,
                "kind" => kind = expect(value, key, "Grants")?,
                "profile" => {
                    let word = text(value, key)?;
                    file.profile = Some(Profile::from_word(word).map_err(|problem| (value.line, problem))?);
                }
                _ => {
                    for (actor, block) in entries(value, "actors")? {
                        file.read_actor(actor, block)?;
                    }
                }
            }
        }
        if !version {
            return Err((root.line, Problem::Missing { key: "apiVersion", value: API_VERSION }));
        }
        if !kind {
            return Err((root.line, Problem::Missing { key: "kind", value: "Grants" }));
        }
        Ok(file)
    }

    fn read_actor(&mut self, key: &Node, block: &Node) -> Result<(), read::Found> {
        let written = text(key, "the name of an actor")?;
        let actor = ActorPattern::parse(written).map_err(|problem| (key.line, problem))?;
        let known = known_keys(map(block, written)?, &["from", "grant", "deny"], written)?;
        let mut from = None;
        for (_, value) in known.iter().filter(|(key, _)| *key == "from") {
            from = Some(read_from(value)?);
        }
        for (key, value) in known {
            let effect = match key {
                "grant" => Effect::Grant,
                "deny" => Effect::Deny,
                _ => continue,
            };
            let Tree::Seq(items) = &value.tree else {
                return Err((
                    value.line,
                    Problem::WrongKind { at: key.into(), expected: "a list", found: value.kind() },
                ));
            };
            for item in items {
                let line = item.line.or(value.line);
                let (capability, scope) =
                    read_item(item).map_err(|(found, problem)| (found.or(line), problem))?;
                self.grants.push(Grant {
                    effect,
                    actor: actor.clone(),
                    from: from.clone(),
                    capability,
                    scope,
                    origin: Origin::File { file: self.name.clone(), line },
                });
            }
        }
        Ok(())
    }
}

pub(crate) fn read_item(item: &Node) -> Result<(Capability, Scope), read::Found> {
    match &item.tree {
        Tree::String(word) => Ok((capability(word).map_err(|problem| (item.line, problem))?, Scope::Any)),
        Tree::Map(entries) => {
            let [(key, value)] = entries.as_slice() else {
                return Err((item.line, Problem::NotOneKey));
            };
            let word = text(key, "a capability")?;
            let capability = capability(word).map_err(|problem| (key.line.or(item.line), problem))?;
            Ok((capability, read::from_node(capability, value)?))
        }
        _ => {
            let at = "a list of capabilities".into();
            Err((item.line, Problem::WrongKind { at, expected: "a word or a map", found: item.kind() }))
        }
    }
}

fn read_from(node: &Node) -> Result<FromWhere, read::Found> {
    let mut from = FromWhere::default();
    let known = known_keys(map(node, "from")?, &["source", "signer", "digest"], "from")?;
    if known.is_empty() {
        return Err((node.line, Problem::EmptyFrom));
    }
    for (key, value) in known {
        let written = text(value, key)?;
        let pattern = || {
            Pattern::new(written)
                .map_err(|why| (value.line, Problem::BadPattern { at: key, text: written.to_owned(), why }))
        };
        match key {
            "source" => from.source = Some(pattern()?),
            "signer" => from.signer = Some(pattern()?),
            _ => from.digest = Some(written.to_owned()),
        }
    }
    Ok(from)
}

fn capability(word: &str) -> Result<Capability, Problem> {
    Capability::from_word(word).ok_or_else(|| Problem::UnknownWord {
        what: "capability".into(),
        word: word.to_owned(),
        nearest: Capability::nearest(word),
    })
}

/// Pairs known keys with their values; an unknown or repeated key is an error.
pub(crate) fn known_keys<'a>(
    entries: &'a [(Node, Node)],
    known: &[&'static str],
    at: &str,
) -> Result<Vec<(&'static str, &'a Node)>, read::Found> {
    let mut found: Vec<(&'static str, &Node)> = Vec::with_capacity(entries.len().min(known.len()));
    for (key, value) in entries {
        let written = text(key, "a key")?;
        let Some(name) = known.iter().copied().find(|name| *name == written) else {
            let nearest = nearest(written, known.iter().copied());
            return Err((
                key.line,
                Problem::UnknownKey { at: at.to_owned(), key: written.to_owned(), nearest },
            ));
        };
        if found.iter().any(|(seen, _)| *seen == name) {
            return Err((key.line, Problem::RepeatedKey { at: at.to_owned(), key: name.to_owned() }));
        }
        found.push((name, value));
    }
    Ok(found)
}

/// The entries of a map whose keys the user chooses; repeated keys are errors.
fn entries<'a>(node: &'a Node, at: &str) -> Result<&'a [(Node, Node)], read::Found> {
    let entries = map(node, at)?;
    let mut seen = std::collections::BTreeSet::new();
    for (key, _) in entries {
        let written = text(key, at)?;
        if !seen.insert(written) {
            return Err((key.line, Problem::RepeatedKey { at: at.to_owned(), key: written.to_owned() }));
        }
    }
    Ok(entries)
}

fn map<'a>(node: &'a Node, at: &str) -> Result<&'a [(Node, Node)], read::Found> {
    match &node.tree {
        Tree::Map(entries) => Ok(entries),
        _ => {
            Err((node.line, Problem::WrongKind { at: at.to_owned(), expected: "a map", found: node.kind() }))
        }
    }
}

fn text<'a>(node: &'a Node, at: &str) -> Result<&'a str, read::Found> {
    match &node.tree {
        Tree::String(text) => Ok(text),
        _ => {
            Err((node.line, Problem::WrongKind { at: at.to_owned(), expected: "a text", found: node.kind() }))
        }
    }
}

fn expect(node: &Node, key: &'static str, wanted: &'static str) -> Result<bool, read::Found> {
    let found = text(node, key)?;
    if found == wanted {
        return Ok(true);
    }
    Err((node.line, Problem::NotThis { key, found: found.to_owned(), wanted }))
}

/// A flag or a grants file that cannot be understood. Nothing of it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// Where it stands.
    pub place: Place,
    /// What is wrong.
    pub problem: Problem,
}

/// Where a problem stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A `--grant` flag, as it was typed.
    Flag(String),
    /// A grants file.
    File {
        /// The file as the user named it.
        file: String,
        /// The line, where the reader knows it.
        line: Option<u32>,
    },
}

/// What can be wrong with a flag or a grants file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// A key that means nothing here.
    UnknownKey {
        /// In which map.
        at: String,
        /// The key.
        key: String,
        /// The key that may have been meant.
        nearest: Option<&'static str>,
    },
    /// A key that is there twice.
    RepeatedKey {
        /// In which map.
        at: String,
        /// The key.
        key: String,
    },
    /// A word that is not one of the known ones.
    UnknownWord {
        /// What it should have named.
        what: String,
        /// The word.
        word: String,
        /// The word that may have been meant.
        nearest: Option<&'static str>,
    },
    /// A list where a text should be, or the like.
    WrongKind {
        /// What should have had this value.
        at: String,
        /// What was expected.
        expected: &'static str,
        /// What is there.
        found: &'static str,
    },
    /// A key that must be there.
    Missing {
        /// The key.
        key: &'static str,
        /// The value it must have.
        value: &'static str,
    },
    /// A key with another value than the one it must have.
    NotThis {
        /// The key.
        key: &'static str,
        /// What is there.
        found: String,
        /// What must be there.
        wanted: &'static str,
    },
    /// A capability with scope that is not a map of one key.
    NotOneKey,
    /// A flag without a capability.
    NoCapability,
    /// A `from` that asks for nothing.
    EmptyFrom,
    /// An actor's name that is none.
    BadActor {
        /// As written.
        text: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A pattern that is none.
    BadPattern {
        /// The key beside it.
        at: &'static str,
        /// As written.
        text: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A scope that the capability cannot have.
    BadScope {
        /// Whose scope.
        capability: Capability,
        /// What is wrong with it.
        why: String,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownKey { at, key, nearest } => {
                write!(f, "unknown key `{}` in {}", visible(key), visible(at))?;
                suggest(f, *nearest)
            }
            Self::RepeatedKey { at, key } => write!(f, "key `{}` is twice in {}", visible(key), visible(at)),
            Self::UnknownWord { what, word, nearest } => {
                write!(f, "unknown {what} `{}`", visible(word))?;
                suggest(f, *nearest)
            }
            Self::WrongKind { at, expected, found } => {
                write!(f, "{} should be {expected}, and is {found}", visible(at))
            }
            Self::Missing { key, value } => write!(f, "`{key}: {value}` is missing"),
            Self::NotThis { key, found, wanted } => {
                write!(f, "{key} is `{}`, and only `{wanted}` is known", visible(found))
            }
            Self::NotOneKey => f.write_str("a capability with scope is a map of one key"),
            Self::NoCapability => f.write_str("a grant is `ACTOR CAPABILITY` or `ACTOR CAPABILITY=SCOPE`"),
            Self::EmptyFrom => f.write_str("`from` needs a source, a signer or a digest"),
            Self::BadActor { text, why } => write!(f, "actor `{}` {why}", visible(text)),
            Self::BadPattern { at, text, why } => write!(f, "{at} `{}` {why}", visible(text)),
            Self::BadScope { capability, why } => write!(f, "{capability}: {}", visible(why)),
        }
    }
}

impl std::error::Error for Problem {}

fn suggest(f: &mut fmt::Formatter<'_>, nearest: Option<&'static str>) -> fmt::Result {
    match nearest {
        Some(word) => write!(f, ", did you mean `{word}`?"),
        None => Ok(()),
    }
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Flag(text) => write!(f, "--grant {}: {}", visible(&shell_quoted(text)), self.problem),
            Place::File { file, line: Some(line) } => {
                write!(f, "grants file {}, line {line}: {}", visible(file), self.problem)
            }
            Place::File { file, line: None } => write!(f, "grants file {}: {}", visible(file), self.problem),
        }
    }
}

impl std::error::Error for SyntaxError {}

#[cfg(test)]
mod tests;
