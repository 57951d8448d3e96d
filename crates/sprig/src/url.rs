//! URLs as Go's `net/url` reads, writes and escapes them, for `urlParse`, `urlJoin` and `urlquery`.

use std::fmt;

use crate::unicode::quote;

mod address;

/// Which part of a URL some text is: each leaves other characters unescaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Path,
    Host,
    Zone,
    User,
    Query,
    Fragment,
}

impl Part {
    fn keeps(self, byte: u8) -> bool {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            return true;
        }
        match self {
            Self::Path => matches!(byte, b'$' | b'&' | b'+' | b',' | b'/' | b':' | b';' | b'=' | b'@'),
            Self::Host | Self::Zone => matches!(
                byte,
                b'!' | b'$'
                    | b'&'
                    | b'\''
                    | b'('
                    | b')'
                    | b'*'
                    | b'+'
                    | b','
                    | b';'
                    | b'='
                    | b':'
                    | b'['
                    | b']'
                    | b'<'
                    | b'>'
                    | b'"'
            ),
            Self::User => matches!(byte, b'$' | b'&' | b'+' | b',' | b';' | b'='),
            Self::Query => false,
            Self::Fragment => matches!(
                byte,
                b'$' | b'&'
                    | b'+'
                    | b','
                    | b'/'
                    | b':'
                    | b';'
                    | b'='
                    | b'?'
                    | b'@'
                    | b'!'
                    | b'('
                    | b')'
                    | b'*'
            ),
        }
    }
}

/// Why a URL was refused. The texts are Go's, without the `parse "…": ` in front that [`ParseError`] adds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// A `%` without two hexadecimal digits, or one that may not stand in a host.
    #[error("invalid URL escape {}", quote(.0))]
    Escape(Vec<u8>),
    /// A character that may not stand in a host.
    #[error("invalid character {} in host name", quote(.0))]
    HostCharacter(Vec<u8>),
    /// Something other than digits after the host's colon.
    #[error("invalid port {} after host", quote(.0))]
    Port(Vec<u8>),
    /// What stands in brackets is no IPv6 address.
    #[error("invalid host: {0}")]
    Address(String),
    /// Everything that has no parameter.
    #[error("{0}")]
    Other(&'static str),
}

/// A URL that Go's `url.Parse` refuses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("parse {}: {reason}", quote(.url))]
pub struct ParseError {
    /// What was parsed, without its fragment unless that is what is wrong.
    pub url: Vec<u8>,
    /// Why.
    pub reason: Reason,
}

/// A user name, and a password when there is a colon.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Userinfo {
    /// Unescaped.
    pub name: Vec<u8>,
    /// Unescaped.
    pub password: Option<Vec<u8>>,
}

impl Userinfo {
    /// The escaped form, as it stands before the `@`.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = escape(&self.name, Part::User);
        if let Some(password) = &self.password {
            out.push(b':');
            out.extend(escape(password, Part::User));
        }
        out
    }
}

/// A URL in its parts, as Go's `url.URL`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Url {
    /// In lower case, without the colon.
    pub scheme: Vec<u8>,
    /// What follows the colon of a URL without slash: `mailto:a@b`.
    pub opaque: Vec<u8>,
    /// What stands before the `@`.
    pub user: Option<Userinfo>,
    /// Host with port, unescaped.
    pub host: Vec<u8>,
    /// Unescaped.
    pub path: Vec<u8>,
    /// As written, when that is not how the path would be escaped.
    pub raw_path: Vec<u8>,
    /// As written, without the `?`.
    pub query: Vec<u8>,
    /// Unescaped, without the `#`.
    pub fragment: Vec<u8>,
    /// As written, when that is not how the fragment would be escaped.
    pub raw_fragment: Vec<u8>,
    /// A scheme and a path, but no `//`.
    pub omit_host: bool,
    /// A `?` with nothing after it.
    pub force_query: bool,
}

impl Url {
    /// Reads a URL, as `url.Parse`.
    ///
    /// # Errors
    /// Go's error, with the part of the URL that it quotes.
    pub fn parse(raw: &[u8]) -> Result<Self, ParseError> {
        let (front, fragment) = cut(raw, b'#');
        let mut url =
            parse_front(front, Form::Any).map_err(|reason| ParseError { url: front.to_vec(), reason })?;
        if let Some(fragment) = fragment.filter(|fragment| !fragment.is_empty()) {
            url.fragment = unescape(fragment, Part::Fragment)
                .map_err(|reason| ParseError { url: raw.to_vec(), reason })?;
            url.raw_fragment = as_written(fragment, &url.fragment, Part::Fragment);
        }
        Ok(url)
    }

    /// Reads a URL that stands in a request, as `url.ParseRequestURI`: absolute, or a path; a `#` means nothing.
    ///
    /// # Errors
    /// As [`Url::parse`].
    pub fn parse_request(raw: &[u8]) -> Result<Self, ParseError> {
        parse_front(raw, Form::Request).map_err(|reason| ParseError { url: raw.to_vec(), reason })
    }

    /// The host without its port and without brackets.
    pub fn hostname(&self) -> &[u8] {
        let mut host = self.host.as_slice();
        if let Some(colon) = host.iter().rposition(|&byte| byte == b':')
            && is_port(&host[colon..])
        {
            host = &host[..colon];
        }
        match host {
            [b'[', inner @ .., b']'] => inner,
            _ => host,
        }
    }

    /// The URL put together again, as `URL.String`.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        if !self.scheme.is_empty() {
            out.extend_from_slice(&self.scheme);
            out.push(b':');
        }
        if self.opaque.is_empty() {
            self.write_hierarchy(&mut out);
        } else {
            out.extend_from_slice(&self.opaque);
        }
        if self.force_query || !self.query.is_empty() {
            out.push(b'?');
            out.extend_from_slice(&self.query);
        }
        if !self.fragment.is_empty() {
            out.push(b'#');
            out.extend(escaped(&self.fragment, &self.raw_fragment, Part::Fragment));
        }
        out
    }

    fn write_hierarchy(&self, out: &mut Vec<u8>) {
        let has_authority = !self.host.is_empty() || self.user.is_some();
        if has_authority || (!self.scheme.is_empty() && !self.omit_host && !self.path.is_empty()) {
            out.extend_from_slice(b"//");
        }
        if let Some(user) = &self.user {
            out.extend(user.to_bytes());
            out.push(b'@');
        }
        out.extend(escape(&self.host, Part::Host));
        let path = escaped(&self.path, &self.raw_path, Part::Path);
        if !self.host.is_empty() && path.first().is_some_and(|&byte| byte != b'/') {
            out.push(b'/');
        }
        // A colon in the first segment would read as a scheme.
        if out.is_empty() && cut(&path, b'/').0.contains(&b':') {
            out.extend_from_slice(b"./");
        }
        out.extend(path);
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.to_bytes()))
    }
}

/// `url.QueryEscape`: space is `+`.
pub fn query_escape(text: &[u8]) -> Vec<u8> {
    escape(text, Part::Query)
}

fn cut(text: &[u8], at: u8) -> (&[u8], Option<&[u8]>) {
    match text.iter().position(|&byte| byte == at) {
        Some(position) => (&text[..position], Some(&text[position + 1..])),
        None => (text, None),
    }
}

/// What a URL may look like.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Any,
    /// Absolute, or a path from the root on.
    Request,
}

fn parse_front(raw: &[u8], form: Form) -> Result<Url, Reason> {
    if raw.iter().any(|&byte| byte < b' ' || byte == 0x7f) {
        return Err(Reason::Other("net/url: invalid control character in URL"));
    }
    if raw.is_empty() && form == Form::Request {
        return Err(Reason::Other("empty url"));
    }
    let mut url = Url::default();
    if raw == b"*" {
        url.path = raw.to_vec();
        return Ok(url);
    }
    let (scheme, mut rest) = split_scheme(raw)?;
    url.scheme = scheme.to_ascii_lowercase();
    let questions = rest.iter().filter(|&&byte| byte == b'?').count();
    match rest.split_last() {
        Some((b'?', front)) if questions == 1 => {
            url.force_query = true;
            rest = front;
        }
        _ => {
            let (front, query) = cut(rest, b'?');
            url.query = query.unwrap_or_default().to_vec();
            rest = front;
        }
    }
    if !rest.starts_with(b"/") {
        if !scheme.is_empty() {
            url.opaque = rest.to_vec();
            return Ok(url);
        }
        if form == Form::Request {
            return Err(Reason::Other("invalid URI for request"));
        }
        if cut(rest, b'/').0.contains(&b':') {
            return Err(Reason::Other("first path segment in URL cannot contain colon"));
        }
    }
    let may_have_host = !scheme.is_empty() || (form == Form::Any && !rest.starts_with(b"///"));
    if rest.starts_with(b"//") && may_have_host {
        let end = rest[2..].iter().position(|&byte| byte == b'/').map_or(rest.len(), |at| at + 2);
        (url.user, url.host) = parse_authority(&url.scheme, &rest[2..end])?;
        rest = &rest[end..];
    } else {
        url.omit_host = !scheme.is_empty() && rest.starts_with(b"/");
    }
    url.path = unescape(rest, Part::Path)?;
    url.raw_path = as_written(rest, &url.path, Part::Path);
    Ok(url)
}

fn split_scheme(raw: &[u8]) -> Result<(&[u8], &[u8]), Reason> {
    for (at, &byte) in raw.iter().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at == 0 => return Err(Reason::Other("missing protocol scheme")),
            b':' => return Ok((&raw[..at], &raw[at + 1..])),
            _ => break,
        }
    }
    Ok((b"", raw))
}

fn parse_authority(scheme: &[u8], authority: &[u8]) -> Result<(Option<Userinfo>, Vec<u8>), Reason> {
    let Some(at) = authority.iter().rposition(|&byte| byte == b'@') else {
        return Ok((None, parse_host(scheme, authority)?));
    };
    let host = parse_host(scheme, &authority[at + 1..])?;
    let info = &authority[..at];
    let fits = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(byte);
    if !info.iter().all(fits) {
        return Err(Reason::Other("net/url: invalid userinfo"));
    }
    let (name, password) = cut(info, b':');
    let name = unescape(name, Part::User)?;
    let password = password.map(|password| unescape(password, Part::User)).transpose()?;
    Ok((Some(Userinfo { name, password }), host))
}

fn is_port(text: &[u8]) -> bool {
    match text {
        [] => true,
        [b':', digits @ ..] => digits.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

fn parse_host(scheme: &[u8], host: &[u8]) -> Result<Vec<u8>, Reason> {
    match host.iter().rposition(|&byte| byte == b'[') {
        Some(0) => return parse_bracketed(host),
        Some(_) => return Err(Reason::Other("invalid IP-literal")),
        None => {}
    }
    if let Some(first) = host.iter().position(|&byte| byte == b':') {
        // Only http is strict: databases list several hosts with ports in one URL.
        let strict = scheme == b"http" || scheme == b"https";
        let last = host.iter().rposition(|&byte| byte == b':').unwrap_or(first);
        let port = &host[if strict { first } else { last }..];
        if !is_port(port) {
            return Err(Reason::Port(port.to_vec()));
        }
    }
    unescape(host, Part::Host)
}

fn parse_bracketed(host: &[u8]) -> Result<Vec<u8>, Reason> {
    let Some(close) = host.iter().rposition(|&byte| byte == b']') else {
        return Err(Reason::Other("missing ']' in host"));
    };
    let port = &host[close + 1..];
    if !is_port(port) {
        return Err(Reason::Port(port.to_vec()));
    }
    let name = &host[1..close];
    let zone = name.windows(3).position(|window| window == b"%25").unwrap_or(name.len());
    let mut plain = unescape(&name[..zone], Part::Host)?;
    plain.extend(unescape(&name[zone..], Part::Zone)?);
    if address::check(&plain).map_err(Reason::Address)? == address::Family::V4 {
        return Err(Reason::Other("invalid IP-literal"));
    }
    Ok([b"[", plain.as_slice(), b"]", port].concat())
}

fn hex_pair(text: &[u8]) -> Option<u8> {
    let digit = |at: usize| text.get(at).and_then(|&byte| char::from(byte).to_digit(16));
    Some((digit(1)? * 16 + digit(2)?) as u8)
}

fn unescape(text: &[u8], part: Part) -> Result<Vec<u8>, Reason> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(&byte) = rest.first() {
        if byte != b'%' {
            if matches!(part, Part::Host | Part::Zone) && byte < 0x80 && !part.keeps(byte) {
                return Err(Reason::HostCharacter(vec![byte]));
            }
            out.push(byte);
            rest = &rest[1..];
            continue;
        }
        let written = &rest[..rest.len().min(3)];
        let value = hex_pair(rest).ok_or_else(|| Reason::Escape(written.to_vec()))?;
        let allowed = match part {
            // In a host only bytes beyond ASCII may be escaped, and `%25` before a zone.
            Part::Host => value >= 0x80 || written == b"%25",
            Part::Zone => written == b"%25" || value == b' ' || Part::Host.keeps(value),
            _ => true,
        };
        if !allowed {
            return Err(Reason::Escape(written.to_vec()));
        }
        out.push(value);
        rest = &rest[3..];
    }
    Ok(out)
}

fn escape(text: &[u8], part: Part) -> Vec<u8> {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = Vec::with_capacity(text.len());
    for &byte in text {
        if part.keeps(byte) {
            out.push(byte);
        } else if byte == b' ' && part == Part::Query {
            out.push(b'+');
        } else {
            out.extend_from_slice(&[b'%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        }
    }
    out
}

fn as_written(written: &[u8], plain: &[u8], part: Part) -> Vec<u8> {
    if escape(plain, part) == written { Vec::new() } else { written.to_vec() }
}

/// What was written, if it still says the same and nothing in it has to be escaped.
fn escaped(plain: &[u8], written: &[u8], part: Part) -> Vec<u8> {
    let fits = |&byte: &u8| b"!$&'()*+,;=:@[]%".contains(&byte) || part.keeps(byte);
    if !written.is_empty()
        && written.iter().all(fits)
        && unescape(written, part).is_ok_and(|unescaped| unescaped == plain)
    {
        return written.to_vec();
    }
    if part == Part::Path && plain == b"*" {
        return plain.to_vec();
    }
    escape(plain, part)
}
