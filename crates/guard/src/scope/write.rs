//! Scopes written back: the line that would grant them.

use super::{ClockKind, Mode, Scope, Verb};
use crate::pattern::Pattern;
use crate::text::{is_unprintable, yaml_scalar};

/// What stands after `=` in a flag; empty for everything. `None` if it cannot be written in a flag.
pub(crate) fn to_flag(scope: &Scope) -> Option<String> {
    let text = match scope {
        Scope::Any => String::new(),
        Scope::Http(http) => {
            let urls = http.urls.iter().map(|url| word(url.as_str(), ""));
            let methods = (!http.methods.is_empty()).then(|| http.methods.join(","));
            methods.into_iter().chain(urls).collect::<Vec<_>>().join(" ")
        }
        Scope::Dns(names) | Scope::Env(names) | Scope::Chart(names) => {
            names.iter().map(|name| word(name.as_str(), "")).collect::<Vec<_>>().join(" ")
        }
        Scope::SchemaRef(urls) | Scope::Proxy(urls) => {
            urls.iter().map(|url| word(url.as_str(), "")).collect::<Vec<_>>().join(" ")
        }
        Scope::Cluster(cluster) => {
            let verbs: Vec<&str> = cluster.verbs.iter().map(|verb| verb.word()).collect();
            let mut words = vec![if verbs.is_empty() { "get,list".to_owned() } else { verbs.join(",") }];
            let placed = !cluster.namespaces.is_empty() || !cluster.names.is_empty();
            if !cluster.kinds.is_empty() {
                words.push(list(&cluster.kinds, ","));
            } else if placed {
                words.push("**".to_owned());
            }
            if placed {
                words.push(place(&cluster.namespaces, &cluster.names));
            }
            words.join(" ")
        }
        Scope::Release(release) => {
            let mut text = place(&release.namespaces, &release.names);
            if !release.parts.is_empty() {
                text.push(' ');
                text.push_str(&release.parts.join(","));
            }
            text
        }
        Scope::File(file) => {
            let mut text = format!("{} {}", file.mode.word(), word(file.host.as_str(), ""));
            if let Some(guest) = &file.guest {
                text.push(' ');
                text.push_str(&word(guest, ""));
            }
            text
        }
        Scope::Tempdir(size) => size.to_string(),
        Scope::Clock(ClockKind::Wall) => String::new(),
        Scope::Clock(ClockKind::Coarse) => "coarse".to_owned(),
    };
    (!text.chars().any(is_unprintable)).then_some(text)
}

/// The item of a `grant:` list, as one line of YAML.
pub(crate) fn to_yaml(capability: &str, scope: &Scope) -> String {
    let value = match scope {
        Scope::Any | Scope::Clock(ClockKind::Wall) => return capability.to_owned(),
        Scope::Http(http) => {
            let urls: Vec<String> = http.urls.iter().map(|url| yaml_scalar(url.as_str())).collect();
            let urls = format!("urls: [{}]", urls.join(", "));
            if http.methods.is_empty() {
                format!("{{{urls}}}")
            } else {
                format!("{{methods: [{}], {urls}}}", http.methods.join(", "))
            }
        }
        Scope::Dns(names) | Scope::Env(names) | Scope::Chart(names) => yaml_list(names),
        Scope::SchemaRef(urls) | Scope::Proxy(urls) => {
            let urls: Vec<String> = urls.iter().map(|url| yaml_scalar(url.as_str())).collect();
            format!("[{}]", urls.join(", "))
        }
        Scope::Cluster(cluster) => {
            let verbs: Vec<&str> = cluster.verbs.iter().map(|verb| verb.word()).collect();
            fields(&[
                ("verbs", (!verbs.is_empty()).then(|| format!("[{}]", verbs.join(", ")))),
                ("kinds", yaml_list_if_any(&cluster.kinds)),
                ("namespaces", yaml_list_if_any(&cluster.namespaces)),
                ("names", yaml_list_if_any(&cluster.names)),
            ])
        }
        Scope::Release(release) => fields(&[
            ("namespaces", yaml_list_if_any(&release.namespaces)),
            ("names", yaml_list_if_any(&release.names)),
            ("parts", (!release.parts.is_empty()).then(|| format!("[{}]", release.parts.join(", ")))),
        ]),
        Scope::File(file) => fields(&[
            ("host", Some(yaml_scalar(file.host.as_str()))),
            ("guest", file.guest.as_deref().map(yaml_scalar)),
            ("mode", Some(file.mode.word().to_owned())),
        ]),
        Scope::Tempdir(size) => size.to_string(),
        Scope::Clock(ClockKind::Coarse) => "coarse".to_owned(),
    };
    format!("{capability}: {value}")
}

impl Verb {
    /// The word in flags and files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::List => "list",
        }
    }
}

impl Mode {
    /// The word in flags and files.
    pub fn word(self) -> &'static str {
        match self {
            Self::ReadOnly => "ro",
            Self::ReadWrite => "rw",
        }
    }
}

/// Puts a `\` before what would end a word of a flag, unless one is there.
pub(crate) fn word(text: &str, also: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c == '\\' {
            out.push(c);
            out.extend(chars.next());
            continue;
        }
        if c.is_whitespace() || also.contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn list(patterns: &[Pattern], also: &str) -> String {
    patterns.iter().map(|pattern| word(pattern.as_str(), also)).collect::<Vec<_>>().join(",")
}

fn place(namespaces: &[Pattern], names: &[Pattern]) -> String {
    let mut text = if namespaces.is_empty() { "**".to_owned() } else { list(namespaces, ",/") };
    if !names.is_empty() || text.is_empty() {
        text.push('/');
        text.push_str(&list(names, ",/"));
    }
    text
}

fn yaml_list(patterns: &[Pattern]) -> String {
    let items: Vec<String> = patterns.iter().map(|pattern| yaml_scalar(pattern.as_str())).collect();
    format!("[{}]", items.join(", "))
}

fn yaml_list_if_any(patterns: &[Pattern]) -> Option<String> {
    (!patterns.is_empty()).then(|| yaml_list(patterns))
}

fn fields(fields: &[(&str, Option<String>)]) -> String {
    let written: Vec<String> = fields
        .iter()
        .filter_map(|(key, value)| value.as_ref().map(|value| format!("{key}: {value}")))
        .collect();
    format!("{{{}}}", written.join(", "))
}
