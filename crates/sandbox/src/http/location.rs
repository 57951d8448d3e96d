//! Where a redirect leads.

use pintle_guard::Url;

/// The URL to ask next; `None` if the response is no redirect, an error with the header's text if it leads nowhere.
pub(crate) fn next(status: u16, headers: &[(String, String)], from: &str) -> Option<Result<String, String>> {
    if !matches!(status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let (_, location) = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("location"))?;
    Some(resolve(from, location).ok_or_else(|| crate::host::shortened(location)))
}

/// Resolves a reference against a URL, without its user and password.
fn resolve(from: &str, location: &str) -> Option<String> {
    let base = Url::parse(from)?;
    let location = location.trim_matches([' ', '\t']);
    let location = location.split('#').next().unwrap_or_default();
    let origin = format!("{}://{}", base.scheme(), base.authority());
    let has_scheme =
        location.find([':', '/', '?']).is_some_and(|at| location.as_bytes().get(at) == Some(&b':') && at > 0);
    let url = if has_scheme {
        location.to_owned()
    } else if let Some(rest) = location.strip_prefix("//") {
        format!("{}://{rest}", base.scheme())
    } else {
        let (path, query) = match location.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (location, None),
        };
        let (path, query) = if path.is_empty() {
            (base.path().to_owned(), query.or(base.query()))
        } else if path.starts_with('/') {
            (without_dots(path), query)
        } else {
            let folder = base.path().rsplit_once('/').map_or("", |(folder, _)| folder);
            (without_dots(&format!("{folder}/{path}")), query)
        };
        match query {
            Some(query) => format!("{origin}{path}?{query}"),
            None => format!("{origin}{path}"),
        }
    };
    Url::parse(&url).map(|_| url)
}

/// Removes `.` and `..` as RFC 3986 §5.2.4 does.
fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut folder = false;
    for segment in path.split('/').skip(1) {
        folder = matches!(segment, "." | "..");
        match segment {
            "." => {}
            ".." => {
                kept.pop();
            }
            segment => kept.push(segment),
        }
    }
    if folder {
        kept.push("");
    }
    format!("/{}", kept.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_resolved_as_browsers_do() {
        let from = "https://a.test:8443/b/c/d?q#f";
        for (location, expected) in [
            ("https://other.test/x", Some("https://other.test/x")),
            ("//other.test/x", Some("https://other.test/x")),
            ("/x?y", Some("https://a.test:8443/x?y")),
            ("x", Some("https://a.test:8443/b/c/x")),
            ("../x", Some("https://a.test:8443/b/x")),
            ("../../../x", Some("https://a.test:8443/x")),
            ("..", Some("https://a.test:8443/b/")),
            ("?z", Some("https://a.test:8443/b/c/d?z")),
            ("", Some("https://a.test:8443/b/c/d?q")),
            ("x#frag", Some("https://a.test:8443/b/c/x")),
            ("http://a b/", None),
            ("https:x", None),
            ("javascript:alert(1)", None),
            ("https://a.test\\@b.test/", None),
        ] {
            assert_eq!(resolve(from, location).as_deref(), expected, "{location}");
        }
    }

    #[test]
    fn only_redirects_with_a_location_lead_on() {
        let headers = [("Location".to_owned(), "/x".to_owned())];
        assert_eq!(next(302, &headers, "http://a.test/"), Some(Ok("http://a.test/x".to_owned())));
        assert_eq!(next(304, &headers, "http://a.test/"), None);
        assert_eq!(next(200, &headers, "http://a.test/"), None);
        assert_eq!(next(302, &[], "http://a.test/"), None);
    }
}
