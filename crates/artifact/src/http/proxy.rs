//! What stands between us and a server: which proxy a URL takes, if any.

use std::net::IpAddr;

use url::{Host, Url};

/// Proxies, as the variables `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` name them. The caller reads those.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Proxies {
    /// For `http` URLs.
    pub http: Option<String>,
    /// For `https` URLs.
    pub https: Option<String>,
    /// Where no proxy is to be used: names, addresses and networks, with commas.
    pub none_for: String,
}

impl std::fmt::Debug for Proxies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Proxies may have passwords.
        f.debug_struct("Proxies")
            .field("http", &self.http.is_some())
            .field("https", &self.https.is_some())
            .field("none_for", &self.none_for)
            .finish()
    }
}

impl Proxies {
    /// The proxy that requests to a URL go through. This machine itself is always asked directly.
    pub fn for_url(&self, url: &Url) -> Option<&str> {
        let proxy = if url.scheme() == "https" { &self.https } else { &self.http };
        let proxy = proxy.as_deref().filter(|proxy| !proxy.is_empty())?;
        (!self.excepts(url)).then_some(proxy)
    }

    /// The proxy that requests to a URL go through, as it may be shown: without its user and password.
    pub fn shown_for(&self, url: &str) -> Option<String> {
        let url = Url::parse(url).ok()?;
        self.for_url(&url).map(super::connect::shown_proxy)
    }

    fn excepts(&self, url: &Url) -> bool {
        let port = url.port_or_known_default().unwrap_or(0);
        let (name, address) = match url.host() {
            None => return true,
            Some(Host::Domain(name)) => {
                (name.trim_end_matches('.').to_ascii_lowercase(), name.parse::<IpAddr>().ok())
            }
            Some(Host::Ipv4(address)) => (address.to_string(), Some(IpAddr::V4(address))),
            Some(Host::Ipv6(address)) => (address.to_string(), Some(IpAddr::V6(address))),
        };
        if name == "localhost" || address.is_some_and(|address| address.is_loopback()) {
            return true;
        }
        self.none_for.split(',').map(str::trim).any(|entry| matches(entry, &name, address, port))
    }
}

/// Whether one entry of `NO_PROXY` is about a host: `*`, a network, an address or a name, the last two with a port or
/// without. A name stands for itself and what is under it; with a dot or `*.` before it only for what is under it.
fn matches(entry: &str, name: &str, address: Option<IpAddr>, port: u16) -> bool {
    let entry = entry.to_ascii_lowercase();
    if entry.is_empty() {
        return false;
    }
    if entry == "*" {
        return true;
    }
    if let Some((network, bits)) = entry.split_once('/')
        && let (Ok(network), Ok(bits)) = (network.parse::<IpAddr>(), bits.parse::<u32>())
    {
        return address.is_some_and(|address| is_in(address, network, bits));
    }
    let bare = entry.trim_start_matches('[').trim_end_matches(']');
    let (host, wanted) = match (bare.parse::<IpAddr>(), entry.rsplit_once(':')) {
        (Err(_), Some((host, wanted))) => match wanted.parse::<u16>() {
            Ok(wanted) => (host.trim_start_matches('[').trim_end_matches(']'), Some(wanted)),
            Err(_) => (bare, None),
        },
        _ => (bare, None),
    };
    if wanted.is_some_and(|wanted| wanted != port) {
        return false;
    }
    if let Ok(listed) = host.parse::<IpAddr>() {
        return address == Some(listed);
    }
    let host = host.strip_prefix('*').filter(|rest| rest.starts_with('.')).unwrap_or(host);
    match host.strip_prefix('.') {
        Some(under) => name.strip_suffix(under).is_some_and(|rest| rest.ends_with('.')),
        None => name.strip_suffix(host).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')),
    }
}

fn is_in(address: IpAddr, network: IpAddr, bits: u32) -> bool {
    let same = |a: u128, b: u128, width: u32| bits <= width && (bits == 0 || (a ^ b) >> (width - bits) == 0);
    match (address, network) {
        (IpAddr::V4(a), IpAddr::V4(b)) => same(a.to_bits().into(), b.to_bits().into(), 32),
        (IpAddr::V6(a), IpAddr::V6(b)) => same(a.to_bits(), b.to_bits(), 128),
        _ => false,
    }
}

/// A part of a URL without its `%41`s.
pub(super) fn unescaped(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = match (first, tail) {
            (b'%', [a, b, ..]) => digit(*a).zip(digit(*b)),
            _ => None,
        };
        match escaped {
            Some((high, low)) => {
                out.push(high << 4 | low);
                rest = &tail[2..];
            }
            None => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn digit(letter: u8) -> Option<u8> {
    char::from(letter).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::{Proxies, Url, unescaped};

    #[test]
    fn some_hosts_take_no_proxy() {
        let excepts = |none_for: &str, url: &str| {
            let proxies = Proxies { http: Some("p".into()), https: None, none_for: none_for.into() };
            proxies.for_url(&Url::parse(url).unwrap()).is_none()
        };
        for url in ["http://localhost/", "http://127.9.9.9/", "http://[::1]/", "https://example.com/"] {
            assert!(excepts("", url), "{url}");
        }
        assert!(!excepts("", "http://example.com/"));
        for (entries, url) in [
            ("*", "http://example.com/"),
            ("x.org, Example.com", "http://example.com/"),
            ("example.com", "http://a.example.com/"),
            (".example.com", "http://a.example.com/"),
            ("*.example.com", "http://a.example.com/"),
            ("example.com:80", "http://example.com/"),
            ("example.com:8080", "http://example.com:8080/"),
            ("10.0.0.0/8", "http://10.1.2.3/"),
            ("10.1.2.3", "http://10.1.2.3/"),
            ("10.1.2.3:80", "http://10.1.2.3/"),
            ("fd00::/8", "http://[fd00::1]/"),
            ("[fd00::1]:80", "http://[fd00::1]/"),
            ("fd00::1", "http://[fd00::1]/"),
        ] {
            assert!(excepts(entries, url), "{entries} {url}");
        }
        for (entries, url) in [
            (".example.com", "http://example.com/"),
            ("example.com", "http://myexample.com/"),
            ("example.com:8080", "http://example.com/"),
            ("10.0.0.0/8", "http://11.1.2.3/"),
            ("10.1.2.3", "http://10.1.2.4/"),
            ("10.0.0.0/99", "http://10.1.2.3/"),
            (",,", "http://example.com/"),
        ] {
            assert!(!excepts(entries, url), "{entries} {url}");
        }
    }

    #[test]
    fn escapes_are_read() {
        assert_eq!(unescaped("a%40b%2"), "a@b%2");
        assert_eq!(unescaped("%zz%é"), "%zz%é");
    }
}
