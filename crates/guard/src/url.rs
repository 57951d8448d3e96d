//! URLs and URL patterns, read strictly: what two readers could understand differently is not granted.

use crate::network::{self, Place};
use crate::pattern::Pattern;
use std::net::IpAddr;

/// A URL taken apart: exactly what is matched is what a client connects to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url {
    scheme: String,
    host: String,
    port: Option<u16>,
    path: String,
    query: Option<String>,
    user_info: Option<String>,
}

impl Url {
    /// Reads a URL; `None` for anything that is not plainly one: white space, backslashes, encoded slashes or dots and
    /// dot segments in the path, hosts that are not ASCII.
    pub fn parse(text: &str) -> Option<Self> {
        if text.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\\') {
            return None;
        }
        let (scheme, rest) = text.split_once("://")?;
        let scheme = scheme.to_ascii_lowercase();
        if scheme.is_empty()
            || !scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
        {
            return None;
        }
        let rest = rest.split('#').next().unwrap_or_default();
        let (rest, query) = match rest.split_once('?') {
            Some((rest, query)) => (rest, Some(query.to_owned())),
            None => (rest, None),
        };
        let (authority, path) = match rest.find('/') {
            Some(at) => rest.split_at(at),
            None => (rest, "/"),
        };
        let (user_info, address) = match authority.split_once('@') {
            Some((user, address)) => (Some(user.to_owned()), address),
            None => (None, authority),
        };
        let (host, port) = split_port(address)?;
        let port = match port {
            Some(digits) => Some(digits.parse().ok()?),
            None => default_port(&scheme),
        };
        let plain_host = host.starts_with('[')
            || host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
        if !plain_host || (host.is_empty() && scheme != "file") || has_dots(path) {
            return None;
        }
        let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
        Some(Self { scheme, host, port, path: path.to_owned(), query, user_info })
    }

    /// In small letters.
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// In small letters, without a last dot; IPv6 addresses in brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The address, where the host is one.
    pub fn host_address(&self) -> Option<IpAddr> {
        network::literal(&self.host)
    }

    /// As written, or the scheme's own.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// Starts with `/`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What stands after `?`.
    pub fn query(&self) -> Option<&str> {
        self.query.as_deref()
    }

    /// What stands before `@`: secret.
    pub fn user_info(&self) -> Option<&str> {
        self.user_info.as_deref()
    }

    /// Whether scheme, host and port are the same.
    pub fn same_origin(&self, other: &Self) -> bool {
        self.scheme == other.scheme && self.host == other.host && self.port == other.port
    }

    /// The URL without what may be secret.
    pub fn shown(&self) -> String {
        format!("{}://{}{}", self.scheme, self.authority(), self.path)
    }

    /// Host, and port where it is not the scheme's own.
    pub fn authority(&self) -> String {
        match self.port {
            Some(port) if Some(port) != default_port(&self.scheme) => format!("{}:{port}", self.host),
            _ => self.host.clone(),
        }
    }
}

/// A pattern over URLs. Without a path it covers every path; without a port, the scheme's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlPattern {
    written: String,
    scheme: String,
    host: Pattern,
    port: PortPattern,
    path: Option<Pattern>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PortPattern {
    Is(Option<u16>),
    Any,
}

impl UrlPattern {
    /// Reads a pattern such as `https://api.example.com/repos/*`.
    pub(crate) fn new(written: &str) -> Result<Self, &'static str> {
        let (scheme, rest) = written.split_once("://").ok_or("needs a scheme, as in `https://`")?;
        let scheme = scheme.to_ascii_lowercase();
        if !matches!(scheme.as_str(), "http" | "https" | "file") {
            return Err("has a scheme that is not http, https or file");
        }
        if rest.contains(['?', '#', '@']) {
            return Err("is a pattern over scheme, host, port and path: no user, query or fragment");
        }
        let (address, path) = match rest.find('/') {
            Some(at) => (&rest[..at], Some(Pattern::new(&rest[at..])?)),
            None => (rest, None),
        };
        let (host, port) = split_port(address).ok_or("has a broken host or port")?;
        if host.is_empty() && scheme != "file" {
            return Err("has no host");
        }
        let port = match port {
            Some("*") => PortPattern::Any,
            Some(digits) => {
                PortPattern::Is(Some(digits.parse().map_err(|_| "has a port that is not a number")?))
            }
            None => PortPattern::Is(default_port(&scheme)),
        };
        Ok(Self { written: written.to_owned(), scheme, host: Pattern::new(host)?, port, path })
    }

    /// A pattern that matches exactly this URL's scheme, host, port and path.
    pub(crate) fn literal(url: &Url) -> Self {
        Self {
            written: crate::pattern::escape(&url.shown()),
            scheme: url.scheme.clone(),
            host: Pattern::literal(&url.host),
            port: PortPattern::Is(url.port),
            path: Some(Pattern::literal(&url.path)),
        }
    }

    pub(crate) fn matches(&self, url: &Url) -> bool {
        self.scheme == url.scheme
            && self.host.matches_ignoring_case(&url.host, '.')
            && (self.port == PortPattern::Any || self.port == PortPattern::Is(url.port))
            && self.path.as_ref().is_none_or(|path| path.matches(&url.path, '/'))
    }

    /// Whether what was granted by this pattern may be served from an address.
    pub(crate) fn reaches(&self, address: IpAddr) -> bool {
        match self.host.literal_text() {
            Some(host) => network::literal_host_reaches(&host, address),
            None => Place::of(address) == Place::Public,
        }
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.written
    }
}

fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    }
}

/// Splits `host`, `host:port` and `[v6]:port`.
fn split_port(address: &str) -> Option<(&str, Option<&str>)> {
    if let Some(inside) = address.strip_prefix('[') {
        let end = inside.find(']')?;
        let literal = &inside[..end];
        if literal.is_empty() || !literal.chars().all(|c| c.is_ascii_hexdigit() || matches!(c, ':' | '.')) {
            return None;
        }
        let rest = &inside[end + 1..];
        let host = &address[..end + 2];
        return match rest.strip_prefix(':') {
            Some(port) => Some((host, Some(port))),
            None if rest.is_empty() => Some((host, None)),
            None => None,
        };
    }
    match address.split_once(':') {
        Some((_, port)) if port.contains(':') || port.is_empty() => None,
        Some((host, port)) => Some((host, Some(port))),
        None => Some((address, None)),
    }
}

/// Whether a path could mean another one to the server: dot segments, or encoded slashes and dots.
fn has_dots(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    ["%2e", "%2f", "%5c"].iter().any(|code| lower.contains(code))
        || path.split('/').any(|segment| segment == "." || segment == "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, url: &str) -> bool {
        let pattern = UrlPattern::new(pattern).unwrap();
        Url::parse(url).is_some_and(|url| pattern.matches(&url))
    }

    #[test]
    fn scheme_host_port_and_path_all_count() {
        assert!(matches("https://api.example.com/repos/*", "https://api.example.com/repos/a?page=1"));
        assert!(matches("https://api.example.com", "https://API.example.com:443/anything"));
        assert!(!matches("https://api.example.com", "http://api.example.com/"));
        assert!(!matches("https://api.example.com", "https://api.example.com:8443/"));
        assert!(matches("https://api.example.com:*", "https://api.example.com:8443/"));
        assert!(!matches("https://api.example.com/repos/*", "https://api.example.com/repos/a/b"));
        assert!(matches("https://*.example.com", "https://a.example.com/"));
        assert!(!matches("https://*.example.com", "https://a.b.example.com/"));
        assert!(!matches("https://*.example.com", "https://example.com/"));
    }

    #[test]
    fn the_host_is_what_a_client_connects_to() {
        assert!(!matches("https://api.example.com", "https://api.example.com@evil.test/"));
        assert!(!matches("https://api.example.com", "https://evil.test/?https://api.example.com"));
        assert!(!matches("https://api.example.com", "https://evil.test#@api.example.com/"));
        assert!(!matches("https://api.example.com", "https://evil.test\\@api.example.com/"));
        assert!(!matches("https://api.example.com", "https://a@b@api.example.com/"));
    }

    #[test]
    fn a_path_that_climbs_matches_nothing() {
        assert!(!matches("https://h.test/a/**", "https://h.test/a/../b"));
        assert!(!matches("https://h.test/a/**", "https://h.test/a/%2e%2e/b"));
        assert!(!matches("https://h.test/a/**", "https://h.test/a%2F..%2Fb"));
    }

    #[test]
    fn secrets_are_not_shown() {
        let url = Url::parse("https://user:word@h.test:8443/p?token=1#f").unwrap();
        assert_eq!(url.shown(), "https://h.test:8443/p");
    }

    #[test]
    fn broken_patterns_are_refused() {
        for broken in ["api.example.com", "ftp://h", "https://", "https://h:x", "https://h/?q", "https://u@h"]
        {
            assert!(UrlPattern::new(broken).is_err(), "{broken}");
        }
    }
}
