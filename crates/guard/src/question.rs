//! One concrete thing that somebody asks for.

use crate::capability::Capability;
use crate::network::Place;
use crate::pattern::{LONGEST_TEXT, Pattern};
use crate::scope::{ClockKind, ClusterScope, FileScope, HttpScope, Mode, ReleaseScope, Scope, Verb};
use crate::text::is_unprintable;
use crate::url::{Url, UrlPattern};
use std::borrow::Cow;
use std::net::IpAddr;

/// A question, with everything that decides about it. Texts come from the asking template: untrusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// The time now.
    Clock {
        /// The template function that asks.
        function: Cow<'static, str>,
    },
    /// The local time zone.
    Timezone {
        /// The template function that asks.
        function: Cow<'static, str>,
    },
    /// Randomness.
    Random {
        /// The template function that asks.
        function: Cow<'static, str>,
    },
    /// A private key, a certificate or a password hash.
    Keygen {
        /// The template function that asks.
        function: Cow<'static, str>,
    },
    /// An object of the cluster, or a list of them when `name` is empty.
    Lookup {
        /// As in a manifest: `v1`, `apps/v1`.
        api_version: String,
        /// As in a manifest: `Secret`.
        kind: String,
        /// Empty for what has no namespace, and for lists over all namespaces.
        namespace: String,
        /// Empty for a list.
        name: String,
    },
    /// The addresses of a host name.
    ResolveHost {
        /// The name to resolve.
        name: String,
    },
    /// A file outside the chart's own folder.
    ReadOutside {
        /// The absolute path after following links.
        path: String,
    },
    /// Files made, replaced and removed in a folder outside the chart's own.
    WriteOutside {
        /// The folder's absolute path after following links.
        path: String,
    },
    /// A schema outside the chart.
    SchemaRef {
        /// Where it lies.
        url: String,
    },
    /// One HTTP request: asked before its host is resolved, and again for the address it would go to.
    Http {
        /// In capitals.
        method: String,
        /// The whole URL.
        url: String,
        /// Where the connection would go; `None` while only the name is known.
        address: Option<IpAddr>,
    },
    /// A proxy that a request goes through, which finds the address itself.
    Proxy {
        /// Its URL, without user and password.
        url: String,
    },
    /// One environment variable.
    Env {
        /// Its name.
        name: String,
    },
    /// Which environment variables there are, asked by a guest that has none.
    Environment,
    /// Which folders there are, asked by a guest that has none.
    Folders,
    /// A temporary folder.
    Tempdir {
        /// The most bytes it will hold.
        bytes: u64,
    },
    /// The plugin's own configuration.
    Config,
    /// A standard stream.
    Stream(Stream),
    /// A part of a release, or a list of releases when `name` is empty.
    Release {
        /// Empty for a list over all namespaces.
        namespace: String,
        /// Empty for a list.
        name: String,
        /// `values`, `manifest`, `notes`, `hooks`, `metadata`, `history`.
        part: &'static str,
    },
    /// The values of the release that is being rendered or post-rendered. A plugin has them without a grant, for it is
    /// handed the manifests anyway; what is denied is denied.
    CurrentRelease {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
    },
    /// Another chart.
    Chart {
        /// The reference as it was asked for: a path, a URL, `repo/name`.
        source: String,
    },
    /// A program of this machine, started for the actor: code outside Wasm, which nothing confines.
    Native {
        /// The program's path.
        program: String,
    },
}

/// A standard stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// What the user types or pipes in.
    Stdin,
    /// The command's output.
    Stdout,
    /// The command's messages.
    Stderr,
}

/// The texts of a question, borrowed as the question is; `$told` is how the name of a function is.
macro_rules! texts {
    ($question:expr, $function:ident => $told:expr) => {
        match $question {
            Self::Clock { $function }
            | Self::Timezone { $function }
            | Self::Random { $function }
            | Self::Keygen { $function } => vec![$told],
            Self::Lookup { api_version, kind, namespace, name } => vec![api_version, kind, namespace, name],
            Self::ResolveHost { name } => vec![name],
            Self::ReadOutside { path } | Self::WriteOutside { path } => vec![path],
            Self::SchemaRef { url } | Self::Proxy { url } => vec![url],
            Self::Http { method, url, .. } => vec![method, url],
            Self::Env { name } => vec![name],
            Self::Release { namespace, name, .. } | Self::CurrentRelease { namespace, name } => {
                vec![namespace, name]
            }
            Self::Chart { source } => vec![source],
            Self::Native { program } => vec![program],
            Self::Environment | Self::Folders | Self::Tempdir { .. } | Self::Config | Self::Stream(_) => {
                Vec::new()
            }
        }
    };
}

impl Question {
    /// The time now, asked by a template function.
    pub fn clock(function: impl Into<Cow<'static, str>>) -> Self {
        Self::Clock { function: function.into() }
    }

    /// The local time zone, asked by a template function.
    pub fn timezone(function: impl Into<Cow<'static, str>>) -> Self {
        Self::Timezone { function: function.into() }
    }

    /// Randomness, asked by a template function.
    pub fn random(function: impl Into<Cow<'static, str>>) -> Self {
        Self::Random { function: function.into() }
    }

    /// A key or a password hash, asked by a template function.
    pub fn keygen(function: impl Into<Cow<'static, str>>) -> Self {
        Self::Keygen { function: function.into() }
    }

    /// The capability it falls under.
    pub fn capability(&self) -> Capability {
        match self {
            Self::Clock { .. } => Capability::Clock,
            Self::Timezone { .. } => Capability::Timezone,
            Self::Random { .. } => Capability::Random,
            Self::Keygen { .. } => Capability::Keygen,
            Self::Lookup { .. } => Capability::Cluster,
            Self::ResolveHost { .. } => Capability::Dns,
            Self::ReadOutside { .. } | Self::WriteOutside { .. } => Capability::File,
            Self::SchemaRef { .. } => Capability::SchemaRef,
            Self::Http { .. } => Capability::Http,
            Self::Proxy { .. } => Capability::Proxy,
            Self::Env { .. } | Self::Environment => Capability::Env,
            Self::Folders => Capability::File,
            Self::Tempdir { .. } => Capability::Tempdir,
            Self::Config => Capability::Config,
            Self::Stream(Stream::Stdin) => Capability::Stdin,
            Self::Stream(Stream::Stdout) => Capability::Stdout,
            Self::Stream(Stream::Stderr) => Capability::Stderr,
            Self::Release { .. } | Self::CurrentRelease { .. } => Capability::Release,
            Self::Chart { .. } => Capability::Chart,
            Self::Native { .. } => Capability::Native,
        }
    }

    /// The scope asked, as people and the audit file read it. URLs lose user, password and query.
    pub fn scope_text(&self) -> String {
        match self {
            Self::Clock { function }
            | Self::Timezone { function }
            | Self::Random { function }
            | Self::Keygen { function } => function.to_string(),
            Self::Lookup { namespace, name, .. } => {
                let verb = if name.is_empty() { "list" } else { "get" };
                let mut text = format!("{verb} {}", self.group_version_kind().unwrap_or_default());
                if !(namespace.is_empty() && name.is_empty()) {
                    text.push(' ');
                    text.push_str(namespace);
                }
                if !name.is_empty() {
                    text.push('/');
                    text.push_str(name);
                }
                text
            }
            Self::ResolveHost { name } => name.clone(),
            Self::ReadOutside { path } => path.clone(),
            Self::WriteOutside { path } => format!("rw {path}"),
            Self::SchemaRef { url } | Self::Proxy { url } => shown_url(url),
            Self::Http { method, url, address } => {
                let mut text = format!("{method} {}", shown_url(url));
                if let Some(address) = address {
                    text.push_str(&format!(" at {address} ({})", Place::of(*address).word()));
                }
                text
            }
            Self::Env { name } => name.clone(),
            Self::Environment => "any variable".to_owned(),
            Self::Folders => "any folder".to_owned(),
            Self::Tempdir { bytes } => format!("{bytes} bytes"),
            Self::Config => "its own".to_owned(),
            Self::Stream(_) => "the command's own".to_owned(),
            Self::Release { namespace, name, part } if name.is_empty() => {
                let namespace = if namespace.is_empty() { "all namespaces" } else { namespace };
                format!("list {namespace} {part}")
            }
            Self::Release { namespace, name, part } => format!("{namespace}/{name} {part}"),
            Self::CurrentRelease { namespace, name } => {
                format!("{namespace}/{name} values, which is being rendered")
            }
            Self::Chart { source } => source_without_secrets(source),
            Self::Native { program } => program.clone(),
        }
    }

    /// `v1/Secret`, `apps/v1/Deployment`.
    pub(crate) fn group_version_kind(&self) -> Option<String> {
        match self {
            Self::Lookup { api_version, kind, .. } => Some(format!("{api_version}/{kind}")),
            _ => None,
        }
    }

    /// The narrowest scope that covers this question; `None` where none could be written down safely.
    pub(crate) fn exact_scope(&self) -> Option<Scope> {
        if self.texts().iter().any(|text| text.chars().any(is_unprintable)) || self.is_too_long() {
            return None;
        }
        let scope = match self {
            Self::Clock { .. } => Scope::Clock(ClockKind::Wall),
            Self::Timezone { .. } | Self::Random { .. } | Self::Keygen { .. } => Scope::Any,
            Self::Lookup { namespace, name, .. } => Scope::Cluster(ClusterScope {
                verbs: vec![if name.is_empty() { Verb::List } else { Verb::Get }],
                kinds: vec![Pattern::literal(&self.group_version_kind()?)],
                namespaces: vec![Pattern::literal(namespace)],
                names: if name.is_empty() { Vec::new() } else { vec![Pattern::literal(name)] },
            }),
            Self::ResolveHost { name } => Scope::Dns(vec![Pattern::literal(name)]),
            Self::ReadOutside { path } => {
                Scope::File(FileScope { host: Pattern::literal(path), guest: None, mode: Mode::ReadOnly })
            }
            Self::WriteOutside { path } => {
                Scope::File(FileScope { host: Pattern::literal(path), guest: None, mode: Mode::ReadWrite })
            }
            Self::SchemaRef { url } => Scope::SchemaRef(vec![UrlPattern::literal(&Url::parse(url)?)]),
            Self::Http { method, url, .. } => Scope::Http(HttpScope {
                methods: vec![method.clone()],
                urls: vec![UrlPattern::literal(&Url::parse(url)?)],
            }),
            Self::Proxy { url } => Scope::Proxy(vec![UrlPattern::literal(&Url::parse(url)?)]),
            Self::Env { name } => Scope::Env(vec![Pattern::literal(name)]),
            // To grant "any" would be more than was asked for.
            Self::Environment | Self::Folders => return None,
            Self::Tempdir { bytes } => Scope::Tempdir(*bytes),
            Self::Config | Self::Stream(_) | Self::Native { .. } => Scope::Any,
            Self::Release { namespace, name, part } => Scope::Release(ReleaseScope {
                namespaces: vec![Pattern::literal(namespace)],
                names: if name.is_empty() { Vec::new() } else { vec![Pattern::literal(name)] },
                parts: vec![part],
            }),
            // Nobody grants what everybody has.
            Self::CurrentRelease { .. } => return None,
            Self::Chart { source } => Scope::Chart(vec![Pattern::literal(source)]),
        };
        // A scope that would not cover the question is worse than none: a path with `..`, for one.
        (scope.covers(self) == crate::scope::Coverage::Yes).then_some(scope)
    }

    /// Whether a text is longer than any honest one; such a question is denied before it is matched.
    pub fn is_too_long(&self) -> bool {
        self.texts().iter().any(|text| text.len() > LONGEST_TEXT)
    }

    /// The same question without the ends of texts that are too long, and still too long: it is denied whatever they
    /// say, and who asks again and again would fill the memory with them.
    pub(crate) fn cut(mut self) -> Self {
        for text in self.texts_mut() {
            if text.len() > LONGEST_TEXT {
                text.truncate(text.ceil_char_boundary(LONGEST_TEXT + 1));
                text.shrink_to_fit();
            }
        }
        self
    }

    /// Bytes of its texts.
    pub(crate) fn bytes(&self) -> usize {
        self.texts().iter().map(|text| text.len()).sum()
    }

    fn texts_mut(&mut self) -> Vec<&mut String> {
        texts!(self, function => function.to_mut())
    }

    fn texts(&self) -> Vec<&str> {
        texts!(self, function => function)
    }
}

/// A URL without user, password and query.
fn shown_url(url: &str) -> String {
    match Url::parse(url) {
        Some(url) => url.shown(),
        // Unreadable, so where a password would end is unknown: everything after the scheme goes.
        None => match url.split_once("://") {
            Some((scheme, _)) => format!("{scheme}://(unreadable)"),
            None => url.split(['?', '#', '@']).next().unwrap_or_default().to_owned(),
        },
    }
}

/// A reference to a chart may be a URL, with all that URLs can hold.
fn source_without_secrets(source: &str) -> String {
    if source.contains("://") { shown_url(source) } else { source.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup(namespace: &str, name: &str) -> Question {
        Question::Lookup {
            api_version: "v1".into(),
            kind: "Secret".into(),
            namespace: namespace.into(),
            name: name.into(),
        }
    }

    #[test]
    fn a_lookup_says_what_it_looks_up() {
        assert_eq!(lookup("shop", "tls").scope_text(), "get v1/Secret shop/tls");
        assert_eq!(lookup("shop", "").scope_text(), "list v1/Secret shop");
        assert_eq!(lookup("", "").scope_text(), "list v1/Secret");
        assert_eq!(lookup("", "node").scope_text(), "get v1/Secret /node");
    }

    #[test]
    fn a_schema_url_is_shown_without_secrets() {
        let shown = |url: &str| Question::SchemaRef { url: url.into() }.scope_text();
        assert_eq!(shown("https://u:p@h.test/s.json?token=x"), "https://h.test/s.json");
        assert_eq!(shown("https://u:p w@h.test/s.json"), "https://(unreadable)");
    }

    #[test]
    fn no_scope_is_offered_for_what_cannot_be_granted() {
        assert_eq!(Question::ReadOutside { path: "/a/../b".into() }.exact_scope(), None);
        assert_eq!(Question::ResolveHost { name: "a\u{1b}[2Jb".into() }.exact_scope(), None);
        assert_eq!(Question::SchemaRef { url: "not a url".into() }.exact_scope(), None);
    }
}
