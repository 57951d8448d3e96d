//! What is given to `plugin install`: a folder, an archive or a repository, here or elsewhere, as Helm tells them apart.

use std::path::Path;

use artifact::http::{Client, GetOptions};
use url::{Host, Url};

/// Where a plugin is to come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// An artifact in a registry.
    Registry(String),
    /// Something on this machine: a folder or an archive.
    Here(String),
    /// An archive behind a URL.
    Archive(String),
    /// A repository that git knows how to fetch.
    Git(String),
}

/// Why a source is none; `Display` is Helm's words for the last thing that was tried.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SourceError {
    /// Nothing that is known.
    #[error("Cannot detect VCS")]
    Unknown,
    /// A URL that cannot be read.
    #[error("{0}")]
    Url(String),
    /// An archive of a kind that cannot be unpacked.
    #[error("no extractor implemented yet for {0}")]
    Extractor(String),
    /// A repository of another kind than git's.
    #[error("{0} is not installed")]
    NotInstalled(&'static str),
}

impl Source {
    /// Finds out what a source is. URLs may be asked.
    pub(crate) fn of(text: &str, client: &Client) -> Result<Self, SourceError> {
        if text.starts_with("oci://") {
            return Ok(Self::Registry(text.to_owned()));
        }
        if Path::new(text).exists() {
            return Ok(Self::Here(text.to_owned()));
        }
        if text.starts_with("http://") || text.starts_with("https://") {
            if is_archive_name(text) {
                sprig::url::Url::parse(text.as_bytes())
                    .map_err(|error| SourceError::Url(error.to_string()))?;
                return Ok(Self::Archive(text.to_owned()));
            }
            if says_it_is_an_archive(text, client) {
                return Err(SourceError::Extractor(text.to_owned()));
            }
        }
        let kind = match kind_of_url(text)? {
            Some(kind) => Some((kind, text.to_owned())),
            None => imported(text, client),
        };
        match kind {
            Some((Kind::Git, remote)) => Ok(Self::Git(remote)),
            Some((Kind::Other(program), _)) => Err(SourceError::NotInstalled(program)),
            None => Err(SourceError::Unknown),
        }
    }
}

/// Whether a name is that of an archive that Helm unpacks.
pub(crate) fn is_archive_name(name: &str) -> bool {
    name.ends_with(".tgz") || name.ends_with(".tar.gz")
}

/// Asks a server what it would send.
fn says_it_is_an_archive(url: &str, client: &Client) -> bool {
    const KINDS: [&str; 4] =
        ["application/gzip", "application/x-gzip", "application/x-tgz", "application/x-gtar"];
    let Ok(head) = client.head(url, &GetOptions::default()) else { return false };
    let kind = head.headers.get("content-type").unwrap_or_default();
    KINDS.iter().any(|known| kind.eq_ignore_ascii_case(known.as_bytes()))
}

/// A kind of repositories.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Git,
    /// Fetched by a program that we never start.
    Other(&'static str),
}

impl Kind {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "git" => Self::Git,
            "hg" => Self::Other("hg"),
            "svn" => Self::Other("svn"),
            "bzr" => Self::Other("bzr"),
            _ => return None,
        })
    }
}

/// `git@host:path`: user, host and path.
fn copied(text: &str) -> Option<(&str, &str, &str)> {
    let (user, rest) = text.split_once('@')?;
    let (host, path) = rest.split_once(':')?;
    let word = |text: &str, more: &[u8]| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || more.contains(&byte))
    };
    (word(user, b"_") && word(host, b"._-") && !path.contains('\n')).then_some((user, host, path))
}

/// What a URL says by its scheme, its host, the end of its path, or its user.
fn kind_of_url(text: &str) -> Result<Option<Kind>, SourceError> {
    let (scheme, user, host, path) = match copied(text) {
        Some((user, host, path)) => ("ssh".to_owned(), user.to_owned(), host.to_owned(), format!("/{path}")),
        None => match Url::parse(text) {
            Ok(url) => {
                let host = match (url.host(), url.port()) {
                    (Some(Host::Domain(host)), None) => host.to_owned(),
                    (Some(host), None) => host.to_string(),
                    (Some(host), Some(port)) => format!("{host}:{port}"),
                    (None, _) => String::new(),
                };
                (url.scheme().to_owned(), url.username().to_owned(), host, url.path().to_owned())
            }
            // A path, for one.
            Err(url::ParseError::RelativeUrlWithoutBase) => return Ok(None),
            Err(error) => {
                return Err(SourceError::Url(format!(
                    "parse {}: {error}",
                    govalue::print::quote(text.as_bytes())
                )));
            }
        },
    };
    if scheme == "file" {
        let found = ["git", "svn", "hg", "bzr"]
            .into_iter()
            .find(|kind| Path::new(&path).join(format!(".{kind}")).exists());
        return Ok(found.and_then(Kind::named));
    }
    if host.is_empty() {
        return Ok(None);
    }
    match scheme.as_str() {
        "git" | "git+ssh" => return Ok(Some(Kind::Git)),
        "bzr+ssh" => return Ok(Some(Kind::Other("bzr"))),
        "svn+ssh" => return Ok(Some(Kind::Other("svn"))),
        _ => {}
    }
    if let Some(known) = of_known_host(&host, &path) {
        return Ok(known);
    }
    if let Some(kind) = path.rsplit_once('.').and_then(|(_, end)| Kind::named(end)) {
        return Ok(Some(kind));
    }
    Ok(match user.as_str() {
        "git" => Some(Kind::Git),
        "hg" => Some(Kind::Other("hg")),
        _ => None,
    })
}

/// Hosts that Helm knows, and what stands there under which paths. The outer `None` is for every other host.
fn of_known_host(host: &str, path: &str) -> Option<Option<Kind>> {
    let segments: Vec<&str> = path.strip_prefix('/').unwrap_or(path).split('/').collect();
    let word = |segment: &&str| {
        !segment.is_empty()
            && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
    };
    let words = |least: usize| segments.len() >= least && segments.iter().all(word);
    let git = |good: bool| Some(good.then_some(Kind::Git));
    match host {
        "github.com" | "bitbucket.org" => git(words(2)),
        "git.openstack.org" => git(segments.len() == 2 && words(2)),
        "go.googlesource.com" => git(word(&segments[0]) && (segments.len() == 1 || segments[1..] == [""])),
        "hub.jazz.net" => git(segments[0] == "git" && words(3)),
        "git.code.sf.net" => git(segments[0] == "p" && words(3)),
        "git.launchpad.net" => {
            git(word(&segments[0]) && segments.len() == 1
                || segments[0].starts_with('~') && segments.len() == 3)
        }
        "launchpad.net" => Some(Some(Kind::Other("bzr"))),
        "hg.code.sf.net" => Some(Some(Kind::Other("hg"))),
        "svn.code.sf.net" => Some(Some(Kind::Other("svn"))),
        _ => None,
    }
}

/// Asks a page where its repository is, as the tools of Go do: `<meta name="go-import" content="prefix git url">`.
fn imported(text: &str, client: &Client) -> Option<(Kind, String)> {
    let mut url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let prefix = format!("{}{}", &url[url::Position::BeforeHost..url::Position::AfterPort], url.path());
    let query = url.query().map_or_else(|| "go-get=1".to_owned(), |query| format!("{query}+go-get=1"));
    url.set_query(Some(&query));
    let page = client.get(url.as_str(), &GetOptions::default()).ok()?;
    let page = String::from_utf8_lossy(&page.body).into_owned();
    import_in(&page, &prefix)
}

fn import_in(page: &str, prefix: &str) -> Option<(Kind, String)> {
    let lower = page.to_ascii_lowercase();
    let end = [lower.find("<body"), lower.find("</head")].into_iter().flatten().min().unwrap_or(page.len());
    let mut rest = 0;
    while let Some(at) = lower[rest..end].find("<meta") {
        let begin = rest + at;
        let length = lower[begin..end].find('>')?;
        let tag = &page[begin..begin + length];
        rest = begin + length;
        if attribute(tag, "name").as_deref() != Some("go-import") {
            continue;
        }
        let content = attribute(tag, "content").unwrap_or_default();
        if let [root, kind, remote] = content.split_whitespace().collect::<Vec<_>>().as_slice()
            && prefix.starts_with(root)
        {
            // A server that we were sent to by a page may not name a program to run or a file of this machine.
            let kind = Kind::named(kind)?;
            let scheme = remote.split_once("://").map(|(scheme, _)| scheme);
            return matches!(scheme, Some("https" | "http" | "ssh" | "git"))
                .then(|| (kind, (*remote).to_owned()));
        }
    }
    None
}

/// The value of a tag's attribute, in quotes of either kind.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let lower = tag.to_ascii_lowercase();
    let mut from = 0;
    loop {
        let at = from + lower[from..].find(name)?;
        from = at + name.len();
        let before = lower[..at].chars().next_back();
        let Some(behind) = tag[from..].trim_start().strip_prefix('=') else { continue };
        if before.is_none_or(|before| !before.is_whitespace()) {
            continue;
        }
        let behind = behind.trim_start();
        let quote = behind.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        return behind[1..].split_once(quote).map(|(value, _)| value.to_owned());
    }
}

/// The name under which what was fetched from a source is kept.
pub(crate) fn cache_key(source: &str) -> Result<String, SourceError> {
    let text = match copied(source) {
        Some((user, host, path)) => format!("{user}-{host}-{path}"),
        None => match Url::parse(source) {
            Ok(url) => {
                let mut key = format!("{}-", url.scheme());
                if !url.username().is_empty() {
                    key.push_str(url.username());
                    key.push('-');
                }
                let rest = &url[url::Position::BeforeHost..url::Position::AfterPath];
                key + rest
            }
            Err(error) => {
                let quoted = govalue::print::quote(source.as_bytes());
                return Err(SourceError::Url(format!("parse {quoted}: {error}")));
            }
        },
    };
    Ok(text.replace(['/', ':'], "-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_told_apart_as_helm_does() {
        let git = Ok(Some(Kind::Git));
        for text in [
            "git@host:user/repo",
            "ssh://git@host:22/x",
            "git://host/x",
            "git+ssh://host/x",
            "https://github.com/a/b",
            "https://github.com/a/b/c",
            "https://bitbucket.org/a/b",
            "https://host/x/y.git",
            "x@host:y.git",
            "https://git.openstack.org/a/b",
            "https://go.googlesource.com/tools/",
        ] {
            assert_eq!(kind_of_url(text), git, "{text}");
        }
        for text in ["https://github.com/a", "https://host/x", "foo", "foo/bar", "ftp://h/x", "file:///none"]
        {
            assert_eq!(kind_of_url(text), Ok(None), "{text}");
        }
        for (text, program) in [("hg@x:y", "hg"), ("svn+ssh://x/y", "svn"), ("https://h/x.bzr", "bzr")] {
            assert_eq!(kind_of_url(text), Ok(Some(Kind::Other(program))), "{text}");
        }
    }

    #[test]
    fn keys_of_the_cache_are_helms() {
        for (source, key) in [
            ("file:///tmp/s/repo", "file--tmp-s-repo"),
            ("git@127.0.0.1:a/b.git", "git-127.0.0.1-a-b.git"),
            ("ssh://git@127.0.0.1:1/a/b.git", "ssh-git-127.0.0.1-1-a-b.git"),
            ("http://u:pw@127.0.0.1:1/a/b.git", "http-u-127.0.0.1-1-a-b.git"),
            ("http://127.0.0.1:18765/hello-0.1.0.tgz", "http-127.0.0.1-18765-hello-0.1.0.tgz"),
        ] {
            assert_eq!(cache_key(source).as_deref(), Ok(key), "{source}");
        }
    }

    #[test]
    fn a_page_says_where_its_repository_is() {
        let page = |meta: &str| format!("<html><HEAD><meta charset=\"u\">{meta}</HEAD><body></body>");
        let good = page("<meta content='host/a git https://host/a.git' name=\"go-import\">");
        assert_eq!(import_in(&good, "host/a/b"), Some((Kind::Git, "https://host/a.git".to_owned())));
        assert_eq!(import_in(&good, "other/a"), None);
        for remote in ["file:///etc", "ext::sh", "--upload-pack=x", "/x"] {
            let bad = page(&format!("<meta name='go-import' content='host/a git {remote}'>"));
            assert_eq!(import_in(&bad, "host/a"), None, "{remote}");
        }
        assert_eq!(import_in("<body><meta name='go-import' content='h git https://x'>", "h"), None);
        assert_eq!(import_in("<meta name=", "h"), None);
    }
}
