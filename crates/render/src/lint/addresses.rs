//! What a maintainer's email address and URL may look like, as the validator that Helm uses sees it.

use sprig::regex::Regex;
use sprig::url::Url;

/// Letters beyond ASCII that addresses may have.
fn is_wide(c: char) -> bool {
    matches!(c, '\u{a0}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{ffef}')
}

/// Whether a text is an email address: a local part, `@`, and a domain of at least two parts.
pub(super) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    is_local_part(local) && is_domain(domain)
}

fn is_local_part(text: &str) -> bool {
    let atom = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || is_wide(c);
    let dotted = text.split('.').all(|part| !part.is_empty() && part.chars().all(atom));
    dotted || is_quoted(text)
}

/// A local part in quotes: nearly anything, blanks folded over lines, a parenthesis before what else may not stand.
fn is_quoted(text: &str) -> bool {
    const WIDE: &str = r"\x{a0}-\x{d7ff}\x{f900}-\x{fdcf}\x{fdf0}-\x{ffef}";
    if !text.starts_with('"') {
        return false;
    }
    let blanks = r"(?:(?:[ \t]*\r\n)?[ \t]+)?";
    let plain = format!(r#"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f!#-\[\]-~{WIDE}]"#);
    let escaped = format!(r"\([\x01-\x09\x0b-\x7f{WIDE}]");
    let pattern = format!(r#"^"(?:{blanks}(?:{plain}|{escaped}))*{blanks}"$"#);
    Regex::new(pattern.as_bytes()).is_ok_and(|regex| regex.is_match(text.as_bytes()))
}

/// Labels of letters, digits and a few signs, then a last one that neither begins nor ends with a digit.
fn is_domain(text: &str) -> bool {
    let text = text.strip_suffix('.').unwrap_or(text);
    let Some((labels, last)) = text.rsplit_once('.') else { return false };
    let letter = |c: char| c.is_ascii_alphabetic() || is_wide(c);
    let edge = |c: char| letter(c) || c.is_ascii_digit();
    let between = |text: &str, edge: &dyn Fn(char) -> bool, signs: &str| {
        text.starts_with(edge)
            && text.ends_with(edge)
            && text.chars().all(|c| letter(c) || c.is_ascii_digit() || signs.contains(c))
    };
    between(labels, &edge, "-._~") && between(last, &letter, "-_~")
}

/// Longer URLs are none.
const MAX_URL: usize = 2083;

/// Whether a text is the URL of a person: with or without a scheme, with a host that has a dot or a path.
pub(super) fn is_url(text: &str) -> bool {
    if text.len() <= 3 || text.chars().count() >= MAX_URL || text.starts_with('.') {
        return false;
    }
    // Without a scheme, a port's colon would be taken for one.
    let parsed = if text.contains(':') && !text.contains("://") {
        Url::parse(format!("http://{text}").as_bytes())
    } else {
        Url::parse(text.as_bytes())
    };
    let Ok(url) = parsed else { return false };
    if url.host.starts_with(b".")
        || (url.host.is_empty() && !url.path.is_empty() && !url.path.contains(&b'.'))
    {
        return false;
    }
    Regex::new(url_pattern().as_bytes()).is_ok_and(|regex| regex.is_match(text.as_bytes()))
}

/// The form of a URL. What stands in brackets was checked to be an address when the URL was parsed.
fn url_pattern() -> String {
    let scheme = "(?:(?:ftp|tcp|udp|wss?|https?)://)?";
    let user = r"(?:\S+(?::\S*)?@)?";
    let (ascii, wide, letter) = ("[a-zA-Z0-9]", r"[a-zA-Z0-9\x{a1}-\x{ffff}]", r"[a-zA-Z\x{a1}-\x{ffff}]");
    let octet = r"(?:\d{1,2}|1\d\d|2[0-4]\d|25[0-5])";
    let first = r"(?:[1-9]\d?|1\d\d|2[01]\d|22[0-3]|24\d|25[0-5])";
    let v4 = format!(r"{first}(?:\.{octet}){{3}}");
    let v6 = r"\[[0-9a-zA-Z:.%]+\]";
    let dashed = format!(r"{ascii}[a-zA-Z0-9_-]*{ascii}(?:[.-]{ascii}+)*");
    let dotted = format!(r"{ascii}+(?:[-_.]?{ascii})*{ascii}\.{ascii}+");
    let name = format!(r"(?:{dashed}|www\.|{dotted})?(?:{wide}+-?-?)*{wide}+(?:\.{letter}+)?");
    format!(r"^{scheme}{user}(?:{v4}|{v6}|{name})\.?(?::\d{{1,5}})?(?:[/?#]\S*)?$")
}

#[cfg(test)]
mod tests {
    use super::{is_email, is_url};

    #[test]
    fn email_addresses() {
        for good in [
            "a@b.c",
            "first.last+tag@sub.example.com",
            "x@1.com",
            "ü@ö.de",
            "a@b.c.",
            r#""a b"@c.de"#,
            "a@b_c.d~e",
            r#""a@b"@c.de"#,
            "a@a..b.c",
        ] {
            assert!(is_email(good), "{good}");
        }
        for bad in [
            "",
            "a",
            "a@b",
            "@b.c",
            "a@.c",
            "a..b@c.de",
            "a b@c.de",
            "a@b.c1",
            "a@-b.c",
            "a@b.c..",
            r#""a"b@c.de"#,
        ] {
            assert!(!is_email(bad), "{bad}");
        }
    }

    #[test]
    fn urls_of_people() {
        for good in [
            "http://example.com",
            "example.com",
            "https://github.com/x",
            "www.x.org",
            "localhost:80/x.y",
            "http://127.0.0.1:8080/a",
            "http://[::1]:80/",
            "http://user:pw@host.tld/?q#f",
            "http://foo",
            "ftp://a.b",
            "http://ä.de",
            "http://a--b.c",
        ] {
            assert!(is_url(good), "{good}");
        }
        for bad in [
            "",
            "abc",
            "none",
            ".com",
            "http://",
            "mailto:x y",
            "http://.a.b",
            "gopher://x.y",
            "http://a b",
            "/a.b",
        ] {
            assert!(!is_url(bad), "{bad}");
        }
    }
}
