//! Grants of one installed plugin, as plugins.lock holds them and as its manifest asks for them.

use crate::actor::{Actor, ActorKind};
use crate::grants::{ActorPattern, Effect, FromWhere, Grant, Origin, Problem, read_item, read_words};
use crate::node::Node;
use crate::scope::{Scope, write};
use crate::text::visible;
use std::fmt;

/// An item that cannot be understood, and the line it stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misplaced {
    /// The line, where the reader knows it.
    pub line: Option<u32>,
    /// What is wrong.
    pub problem: Problem,
}

impl fmt::Display for Misplaced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(f)
    }
}

impl std::error::Error for Misplaced {}

impl Grant {
    /// Reads one item of a list of capabilities that a manifest asks for.
    ///
    /// # Errors
    /// When it is no capability; the error names the nearest word.
    pub fn requested(plugin: &str, item: &Node) -> Result<Self, Misplaced> {
        let (capability, scope) = read_item(item).map_err(|(line, problem)| Misplaced { line, problem })?;
        let actor = ActorPattern::plugin(plugin);
        let origin = Origin::Manifest;
        Ok(Self { effect: Effect::Grant, actor, from: None, capability, scope, origin })
    }

    /// Reads one item of what plugins.lock holds for a plugin in its canonical folder.
    ///
    /// # Errors
    /// When it is no capability; the error names the nearest word.
    pub fn held(plugin: &str, folder: &str, item: &Node) -> Result<Self, Misplaced> {
        Ok(Self::requested(plugin, item)?.given(folder))
    }

    /// What a manifest asks for, given to the plugin in its canonical folder, and to no other of its name.
    #[must_use]
    pub fn given(mut self, folder: &str) -> Self {
        self.from = Some(FromWhere { folder: Some(folder.to_owned()), ..FromWhere::default() });
        self.origin = Origin::Lock;
        self
    }

    /// Reads the text of a `--grant` beside a plugin: `CAPABILITY[=SCOPE]`, or with `plugin:NAME` in front.
    ///
    /// # Errors
    /// When it cannot be understood, or is for another than this plugin.
    pub fn for_plugin(plugin: &str, folder: &str, text: &str) -> Result<Self, Problem> {
        let trimmed = text.trim();
        let first = trimmed.split(char::is_whitespace).next().unwrap_or_default();
        let is_actor = ActorKind::ALL
            .into_iter()
            .any(|kind| first.strip_prefix(kind.word()).is_some_and(|rest| rest.starts_with(':')));
        let (capability, scope) = if is_actor {
            let grant = Self::from_flag(text).map_err(|error| error.problem)?;
            if !grant.actor.matches(&Actor::plugin(plugin)) {
                let why = "is not the plugin that this is about";
                return Err(Problem::BadActor { text: first.to_owned(), why });
            }
            (grant.capability, grant.scope)
        } else {
            read_words(trimmed)?
        };
        let (actor, origin) = (ActorPattern::plugin(plugin), Origin::Manifest);
        Ok(Self { effect: Effect::Grant, actor, from: None, capability, scope, origin }.given(folder))
    }

    /// The item of a list of capabilities, as one line of YAML: `random`, `http: {urls: ["https://h"]}`.
    pub fn to_item(&self) -> String {
        write::to_yaml(self.capability.word(), &self.scope)
    }

    /// What a user would type for it behind `--grant`: `http=GET https://h`. Where it cannot be typed, as in a file.
    pub fn to_words(&self) -> String {
        match write::to_flag(&self.scope) {
            Some(scope) if scope.is_empty() => self.capability.word().to_owned(),
            Some(scope) => format!("{}={scope}", self.capability),
            None => visible(&self.to_item()),
        }
    }

    /// Whether whoever has this needs no further grant for what another asks. What cannot be told is not covered.
    pub fn covers(&self, request: &Self) -> bool {
        self.effect == Effect::Grant
            && self.capability == request.capability
            && includes(&self.scope, &request.scope)
    }
}

fn includes(held: &Scope, asked: &Scope) -> bool {
    fn all<T: PartialEq>(held: &[T], asked: &[T]) -> bool {
        asked.iter().all(|one| held.contains(one))
    }
    match (held, asked) {
        (Scope::Any, _) => true,
        (Scope::Http(held), Scope::Http(asked)) => {
            let methods =
                held.methods.is_empty() || (!asked.methods.is_empty() && all(&held.methods, &asked.methods));
            methods && all(&held.urls, &asked.urls)
        }
        (Scope::Env(held), Scope::Env(asked))
        | (Scope::Dns(held), Scope::Dns(asked))
        | (Scope::Chart(held), Scope::Chart(asked)) => all(held, asked),
        (Scope::SchemaRef(held), Scope::SchemaRef(asked)) | (Scope::Proxy(held), Scope::Proxy(asked)) => {
            all(held, asked)
        }
        (Scope::Tempdir(held), Scope::Tempdir(asked)) => asked <= held,
        _ => held == asked,
    }
}

#[cfg(test)]
mod tests;
