//! How far a grant reaches.

use crate::network::Place;
use crate::pattern::Pattern;
use crate::question::Question;
use crate::url::{Url, UrlPattern};
use std::net::IpAddr;

pub(crate) mod read;
pub(crate) mod write;

/// The reach of one grant or denial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Everything under the capability.
    Any,
    /// `http`
    Http(HttpScope),
    /// `dns`: names.
    Dns(Vec<Pattern>),
    /// `cluster`
    Cluster(ClusterScope),
    /// `release`
    Release(ReleaseScope),
    /// `chart`: sources.
    Chart(Vec<Pattern>),
    /// `env`: variable names.
    Env(Vec<Pattern>),
    /// `file`
    File(FileScope),
    /// `tempdir`: the most bytes it may hold.
    Tempdir(u64),
    /// `clock`
    Clock(ClockKind),
    /// `schema-ref`: URLs.
    SchemaRef(Vec<UrlPattern>),
    /// `proxy`: their URLs.
    Proxy(Vec<UrlPattern>),
}

/// Which requests. An empty list of methods is every method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpScope {
    /// Methods in capitals.
    pub methods: Vec<String>,
    /// At least one URL.
    pub urls: Vec<UrlPattern>,
}

/// Which objects. An empty list is no restriction.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClusterScope {
    /// What is done with them.
    pub verbs: Vec<Verb>,
    /// `v1/Secret`, `apps/v1/Deployment`; segments are divided by `/`.
    pub kinds: Vec<Pattern>,
    /// Namespaces. The empty pattern is what has none, and lists over all.
    pub namespaces: Vec<Pattern>,
    /// Names. A scope with names covers no lists.
    pub names: Vec<Pattern>,
}

/// Which releases, and which parts of them. An empty list is no restriction.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReleaseScope {
    /// Namespaces.
    pub namespaces: Vec<Pattern>,
    /// Release names.
    pub names: Vec<Pattern>,
    /// `values`, `manifest`, `notes`, `hooks`, `metadata`, `history`.
    pub parts: Vec<&'static str>,
}

/// Which files, and how. A folder covers what lies in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileScope {
    /// The path on the host.
    pub host: Pattern,
    /// Where the guest sees it.
    pub guest: Option<String>,
    /// Reading, or writing too.
    pub mode: Mode,
}

/// What may be done with cluster objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Reading one by its name.
    Get,
    /// Reading many.
    List,
}

/// What may be done with files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// `ro`
    ReadOnly,
    /// `rw`
    ReadWrite,
}

/// How exact a clock is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockKind {
    /// The time of day.
    Wall,
    /// A clock too coarse to measure with; covers no question about the time of day.
    Coarse,
}

/// Whether a scope covers a question. What cannot be told is not granted, and is denied by a `deny`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coverage {
    Yes,
    No,
    Unclear,
}

impl From<bool> for Coverage {
    fn from(covered: bool) -> Self {
        if covered { Self::Yes } else { Self::No }
    }
}

impl Scope {
    /// Whether this scope covers a question of its own capability.
    pub(crate) fn covers(&self, question: &Question) -> Coverage {
        match (self, question) {
            // Whoever grants all of HTTP did not think of the router, the metadata service and the database here.
            (Self::Any, Question::Http { address: Some(address), .. })
                if Place::of(*address) != Place::Public =>
            {
                Coverage::Unclear
            }
            (Self::Any, _) => Coverage::Yes,
            (Self::Http(scope), Question::Http { method, url, address }) => {
                scope.covers(method, url, *address)
            }
            (Self::Env(names), Question::Env { name }) => {
                any(names, |pattern| pattern.matches(name, '\0')).into()
            }
            (Self::Tempdir(most), Question::Tempdir { bytes }) => (bytes <= most).into(),
            (Self::Release(scope), Question::Release { namespace, name, part }) => {
                scope.covers(namespace, name, part).into()
            }
            (Self::Release(scope), Question::CurrentRelease { namespace, name }) => {
                scope.covers(namespace, name, "values").into()
            }
            (Self::Chart(sources), Question::Chart { source }) => {
                // What climbs leads elsewhere than it says.
                if source.split(['/', '\\']).any(|segment| segment == "..") {
                    return Coverage::Unclear;
                }
                any(sources, |pattern| pattern.matches(source, '/')).into()
            }
            (Self::Clock(kind), Question::Clock { .. }) => (*kind == ClockKind::Wall).into(),
            (Self::Dns(names), Question::ResolveHost { name }) => {
                let name = name.strip_suffix('.').unwrap_or(name);
                any(names, |pattern| pattern.matches_ignoring_case(name, '.')).into()
            }
            (Self::Cluster(scope), Question::Lookup { kind, .. }) => {
                // `apps/v1` + `Deployment` and `apps` + `v1/Deployment` would read the same.
                if kind.contains('/') {
                    return Coverage::Unclear;
                }
                scope.covers(question).into()
            }
            (Self::File(scope), Question::ReadOutside { path }) => scope.covers(path),
            (Self::File(scope), Question::WriteOutside { path }) => match (scope.mode, scope.covers(path)) {
                // Who may read may not write, and who may not even read may not write either.
                (Mode::ReadOnly, Coverage::Yes) => Coverage::Unclear,
                (_, coverage) => coverage,
            },
            (Self::SchemaRef(urls), Question::SchemaRef { url })
            | (Self::Proxy(urls), Question::Proxy { url }) => match Url::parse(url) {
                Some(url) => urls.iter().any(|pattern| pattern.matches(&url)).into(),
                None => Coverage::Unclear,
            },
            _ => Coverage::No,
        }
    }
}

impl HttpScope {
    fn covers(&self, method: &str, url: &str, address: Option<IpAddr>) -> Coverage {
        if !self.methods.is_empty() && !self.methods.iter().any(|granted| granted == method) {
            return Coverage::No;
        }
        let Some(url) = Url::parse(url) else { return Coverage::Unclear };
        let mut coverage = Coverage::No;
        for pattern in self.urls.iter().filter(|pattern| pattern.matches(&url)) {
            if address.is_none_or(|address| pattern.reaches(address)) {
                return Coverage::Yes;
            }
            // The name is granted and the address is not; a `deny` of the name holds for the address too.
            coverage = Coverage::Unclear;
        }
        coverage
    }
}

impl ReleaseScope {
    fn covers(&self, namespace: &str, name: &str, part: &str) -> bool {
        (self.parts.is_empty() || self.parts.contains(&part))
            && (self.namespaces.is_empty() || any(&self.namespaces, |p| p.matches(namespace, '/')))
            // A list would tell of releases of every name.
            && (self.names.is_empty() || (!name.is_empty() && any(&self.names, |p| p.matches(name, '/'))))
    }
}

impl ClusterScope {
    fn covers(&self, question: &Question) -> bool {
        let Question::Lookup { namespace, name, .. } = question else { return false };
        let verb = if name.is_empty() { Verb::List } else { Verb::Get };
        let kind = question.group_version_kind().unwrap_or_default();
        (self.verbs.is_empty() || self.verbs.contains(&verb))
            && (self.kinds.is_empty() || any(&self.kinds, |p| p.matches(&kind, '/')))
            && (self.namespaces.is_empty() || any(&self.namespaces, |p| p.matches(namespace, '/')))
            // A list would read objects of every name, also those that were not granted.
            && (self.names.is_empty() || (verb == Verb::Get && any(&self.names, |p| p.matches(name, '/'))))
    }
}

impl FileScope {
    fn covers(&self, path: &str) -> Coverage {
        if !is_normal(path) {
            return Coverage::Unclear;
        }
        let mut at = path;
        loop {
            if self.host.matches(at, '/') {
                return Coverage::Yes;
            }
            match at.rfind('/') {
                Some(slash) if slash > 0 => at = &at[..slash],
                _ => return Coverage::No,
            }
        }
    }
}

/// Whether a path is absolute and says plainly where it leads.
fn is_normal(path: &str) -> bool {
    path.strip_prefix('/').is_some_and(|rest| {
        rest.is_empty() || rest.split('/').all(|segment| !matches!(segment, "" | "." | ".."))
    })
}

fn any(patterns: &[Pattern], matches: impl Fn(&Pattern) -> bool) -> bool {
    patterns.iter().any(matches)
}

#[cfg(test)]
mod tests;
