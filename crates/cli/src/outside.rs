//! What a chart asks for while it is loaded and checked: links that leave its folder, and what its values schema
//! refers to. Each question is asked in the name of the chart it belongs to.

use std::error::Error;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use chart::load::Outside;
use chart::schema::SchemaLoader;
use govalue::yaml;
use guard::{Actor, Guard, Provenance, Question};

use crate::limits::{LimitMet, Limits};
use crate::prepare::{read_bounded, read_limited, system_words};

/// A Chart.yaml that is read for its name only.
const MAX_CHART_FILE: u64 = 16 << 20;

/// Asks the guard about links that leave a chart.
pub(crate) struct GuardedLinks<'a> {
    guard: &'a mut Guard,
    root: PathBuf,
    memory: gotmpl::Memory,
    asker: Option<Actor>,
}

impl<'a> GuardedLinks<'a> {
    /// For the chart in a folder.
    pub(crate) fn new(root: &Path, guard: &'a mut Guard, limits: &Limits) -> Self {
        Self { guard, root: root.to_owned(), memory: limits.budget.memory, asker: None }
    }

    /// Asks in somebody's name who has the chart loaded.
    pub(crate) fn on_behalf_of(mut self, asker: Actor) -> Self {
        self.asker = Some(asker);
        self
    }
}

impl Outside for GuardedLinks<'_> {
    fn may_go_on(&mut self, bytes: u64) -> Result<(), Box<dyn Error>> {
        within(&self.memory, bytes, "the chart takes")
    }

    fn may_read(&mut self, link: &Path, target: &Path) -> Result<(), Box<dyn Error>> {
        let path = target.to_string_lossy().into_owned();
        let actor = self.asker.clone().unwrap_or_else(|| owner(&self.root, link));
        match self.guard.check(&[&actor], Question::ReadOutside { path }) {
            Ok(permit) => {
                // The loader reads what the permit names: the link it asked about.
                drop(permit);
                Ok(())
            }
            Err(denial) => Err(Box::new(DeniedLink { link: link.to_owned(), denial })),
        }
    }
}

/// Asks the guard whether the chart in a folder may have what lies outside of it at `path`.
pub(crate) fn ask_outside(folder: &Path, path: &Path, guard: &mut Guard) -> Result<(), guard::Denial> {
    let actor = Actor::chart(chart_name(folder));
    let path = path.to_string_lossy().into_owned();
    guard.check(&[&actor], Question::ReadOutside { path }).map(drop)
}

/// Asks the guard whether archives may be put into and taken from a folder outside of the chart's own.
pub(crate) fn ask_writing(folder: &Path, path: &Path, guard: &mut Guard) -> Result<(), guard::Denial> {
    let actor = Actor::chart(chart_name(folder));
    let path = path.to_string_lossy().into_owned();
    guard.check(&[&actor], Question::WriteOutside { path }).map(drop)
}

fn within(memory: &gotmpl::Memory, more: u64, what: &str) -> Result<(), Box<dyn Error>> {
    match (memory.used)() {
        Some(used) if used.saturating_add(more) > memory.limit => {
            Err(LimitMet::memory(what, memory.limit).into())
        }
        _ => Ok(()),
    }
}

/// Whose link it is: the innermost chart in whose folder it lies. A link to a chart is its parent's.
fn owner(root: &Path, link: &Path) -> Actor {
    let mut actor = Actor::chart(chart_name(root));
    let mut folder = root.to_owned();
    let parts: Vec<&std::ffi::OsStr> = link
        .components()
        .filter_map(|part| if let Component::Normal(name) = part { Some(name) } else { None })
        .collect();
    let mut rest = parts.as_slice();
    while let [charts, name, inner @ ..] = rest
        && *charts == "charts"
        && !inner.is_empty()
    {
        folder = folder.join(charts).join(name);
        actor = actor.subchart(chart_name(&folder));
        rest = inner;
    }
    actor
}

/// The name in a folder's Chart.yaml, or the folder's own. A Chart.yaml that is a link is not read: that is a
/// question of its own, which nobody has answered yet.
fn chart_name(folder: &Path) -> String {
    let file = folder.join("Chart.yaml");
    let is_plain = std::fs::symlink_metadata(&file).is_ok_and(|status| status.is_file());
    let named = is_plain
        .then(|| read_bounded(&file, MAX_CHART_FILE).ok())
        .flatten()
        .and_then(|text| yaml::read_map(&text, &yaml::Limits::default()).ok())
        .and_then(|map| map.get("name"))
        .and_then(|name| name.as_str().map(ToString::to_string));
    let folder =
        || std::path::absolute(folder).ok()?.file_name().map(|name| name.to_string_lossy().into_owned());
    named.or_else(folder).unwrap_or_default()
}

/// A link that may not be followed.
#[derive(Debug)]
struct DeniedLink {
    link: PathBuf,
    denial: guard::Denial,
}

impl std::fmt::Display for DeniedLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.link.display(), self.denial)
    }
}

impl Error for DeniedLink {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.denial)
    }
}

/// Loads what values schemas refer to, after asking the guard.
pub(crate) struct References<'a> {
    guard: &'a mut Guard,
    /// Bytes that one may have.
    most: u64,
    /// Seconds that all checks may take.
    seconds: u64,
    memory: gotmpl::Memory,
    /// Time that checks have taken so far.
    spent: Duration,
    asker: Option<Actor>,
    /// Where the root chart came from.
    provenance: Provenance,
}

impl<'a> References<'a> {
    pub(crate) fn new(guard: &'a mut Guard, limits: &Limits) -> Self {
        Self {
            guard,
            most: limits.schema,
            seconds: limits.schema_seconds,
            memory: limits.budget.memory,
            spent: Duration::ZERO,
            asker: None,
            provenance: Provenance::Local,
        }
    }

    /// Asks in the name of charts that came from somewhere.
    pub(crate) fn from(mut self, provenance: &Provenance) -> Self {
        self.provenance = provenance.clone();
        self
    }

    /// Asks in somebody's name who has the values checked.
    pub(crate) fn on_behalf_of(mut self, asker: Actor) -> Self {
        self.asker = Some(asker);
        self
    }
}

impl SchemaLoader for References<'_> {
    fn threads(&self) -> usize {
        crate::prepare::threads()
    }

    fn began(&mut self) {
        crate::profile::enter(gotmpl::Passage::Step("schema"));
    }

    fn ended(&mut self) {
        crate::profile::leave();
    }

    fn load(&mut self, chart: &[String], url: &str) -> Result<Vec<u8>, Box<dyn Error>> {
        let mut names = chart.iter();
        let root = Actor::chart(names.next().cloned().unwrap_or_default());
        let root = root.with_provenance(self.provenance.clone());
        let actor = names.fold(root, |actor, name| actor.subchart(name));
        let actor = self.asker.clone().unwrap_or(actor);
        let path = file_path(url);
        let asked = match &path {
            // What is asked about is what is read: the file behind links and dots.
            Some(path) => file_url(&std::fs::canonicalize(path).unwrap_or_else(|_| path.clone())),
            None => url.to_owned(),
        };
        let permit = self.guard.check(&[&actor], Question::SchemaRef { url: asked })?;
        let Some(path) = path else {
            drop(permit);
            return Err("schemas cannot be fetched in this version of Pintle yet".into());
        };
        let read = match permit.question() {
            Question::SchemaRef { url } => file_path(url).unwrap_or_default(),
            _ => path.clone(),
        };
        match std::fs::metadata(&read) {
            Ok(status) if status.is_dir() => Err(format!("read {}: is a directory", path.display()).into()),
            Ok(status) if !status.is_file() => {
                Err(format!("read {}: not a regular file", path.display()).into())
            }
            Err(error) => Err(format!("open {}: {}", path.display(), system_words(&error)).into()),
            Ok(_) => read_limited(&read, "schema.bytes", self.most),
        }
    }

    fn wait(&mut self, passed: Duration) -> Result<(), Box<dyn Error>> {
        self.spent += passed;
        if self.spent >= Duration::from_secs(self.seconds) {
            return Err(LimitMet::slow_schema(self.seconds).into());
        }
        within(&self.memory, 0, "the check of the values takes")
    }
}

/// The path of a `file:` URL; whatever host it names is this one, as in Helm. `None` for other URLs.
fn file_path(url: &str) -> Option<PathBuf> {
    let (scheme, rest) = url.split_once(':')?;
    if !scheme.eq_ignore_ascii_case("file") {
        return None;
    }
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let path = match rest.strip_prefix("//") {
        Some(rest) => rest.find('/').map_or("", |slash| &rest[slash..]),
        None => rest,
    };
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let code = (first == b'%').then(|| tail.get(..2)).flatten();
        let code = code.and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    #[cfg(unix)]
    let path = PathBuf::from(<std::ffi::OsString as std::os::unix::ffi::OsStringExt>::from_vec(bytes));
    #[cfg(not(unix))]
    let path = PathBuf::from(String::from_utf8_lossy(&bytes).trim_start_matches('/'));
    Some(path)
}

/// A path as a URL in which everything unusual is escaped.
fn file_url(path: &Path) -> String {
    use std::fmt::Write as _;
    #[cfg(unix)]
    let bytes = std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str());
    #[cfg(not(unix))]
    let text = path.to_string_lossy().replace('\\', "/");
    #[cfg(not(unix))]
    let bytes = text.as_bytes();
    let mut url = String::from(if bytes.starts_with(b"/") { "file://" } else { "file:///" });
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"/._-~+,".contains(&byte) {
            url.push(byte as char);
        } else {
            // Writing to a String cannot fail.
            let _ = write!(url, "%{byte:02X}");
        }
    }
    url
}

/// The guard's denial among an error's causes.
pub(crate) fn denial_in<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a guard::Denial> {
    let mut current = Some(error);
    while let Some(error) = current {
        if let Some(denial) = error.downcast_ref() {
            return Some(denial);
        }
        current = error.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{file_path, file_url};
    use std::path::Path;

    #[test]
    #[cfg(unix)]
    fn file_urls_are_read_as_helm_reads_them() {
        for (url, path) in [
            ("file:///a/b.json", "/a/b.json"),
            ("file://host/a%20b?x#y", "/a b"),
            ("FILE:/a", "/a"),
            ("file://host", ""),
            ("file:///a%2e%2e/%zz", "/a../%zz"),
        ] {
            assert_eq!(file_path(url).as_deref(), Some(Path::new(path)), "{url}");
        }
        assert_eq!(file_path("http://h/a"), None);
    }

    #[test]
    #[cfg(unix)]
    fn a_path_survives_its_url() {
        for path in ["/a b/ü*?#%41.json", "/a\\b", "/srv/x-y_z~1.json"] {
            assert_eq!(file_path(&file_url(Path::new(path))).as_deref(), Some(Path::new(path)));
        }
    }
}
