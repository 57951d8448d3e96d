//! The request as a guest writes it.

use pintle_guard::Url;
use serde_json::Value;

/// Bytes of the JSON that describes a request, without its body.
pub(crate) const MOST_BYTES: usize = 1 << 20;
/// Headers of one request.
const MOST_HEADERS: usize = 128;

/// A request that was read and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GuestRequest {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
}

/// Headers that belong to the connection, to the proxy or to the host. As in Go, what a guest says here is ignored.
const NOT_THE_GUESTS: [&str; 13] = [
    "host",
    "content-length",
    "connection",
    "transfer-encoding",
    "upgrade",
    "te",
    "trailer",
    "keep-alive",
    "expect",
    "proxy-authorization",
    "proxy-authenticate",
    "proxy-connection",
    "accept-encoding",
];

/// Headers that say nothing about who asks.
const HARMLESS: [&str; 8] = [
    "accept",
    "accept-language",
    "content-type",
    "user-agent",
    "range",
    "if-none-match",
    "if-modified-since",
    "if-range",
];

/// Whether a header may follow a redirect to another origin.
pub(crate) fn may_leave_origin(name: &str) -> bool {
    HARMLESS.iter().any(|harmless| name.eq_ignore_ascii_case(harmless))
}

impl GuestRequest {
    /// Reads `{"url", "method", "headers"}`. As in Go: keys in any case, unknown ones ignored, `null` is nothing.
    pub(crate) fn read(json: &[u8]) -> Result<Self, String> {
        if json.len() > MOST_BYTES {
            return Err("invalid http request: too large".to_owned());
        }
        let value: Value =
            serde_json::from_slice(json).map_err(|error| format!("invalid http request: {error}"))?;
        let Value::Object(fields) = value else {
            return Err("invalid http request: not an object".to_owned());
        };
        let mut request = Self { method: String::new(), url: String::new(), headers: Vec::new() };
        for (key, value) in fields {
            match (key.to_ascii_lowercase().as_str(), value) {
                ("url", Value::String(url)) => request.url = url,
                ("method", Value::String(method)) => request.method = method.to_ascii_uppercase(),
                ("headers", Value::Object(headers)) => request.headers = read_headers(headers)?,
                ("url" | "method" | "headers", Value::Null) => {}
                (key @ ("url" | "method" | "headers"), _) => {
                    return Err(format!("invalid http request: `{key}` has the wrong type"));
                }
                _ => {}
            }
        }
        if request.method.is_empty() {
            "GET".clone_into(&mut request.method);
        }
        if !is_token(&request.method) || request.method == "CONNECT" {
            return Err("invalid http request: invalid method".to_owned());
        }
        if Url::parse(&request.url).is_none() {
            return Err(format!(
                "invalid url: {:?} is not plainly a URL",
                crate::host::shortened(&request.url)
            ));
        }
        Ok(request)
    }
}

fn read_headers(fields: serde_json::Map<String, Value>) -> Result<Vec<(String, String)>, String> {
    if fields.len() > MOST_HEADERS {
        return Err("invalid http request: too many headers".to_owned());
    }
    let mut headers = Vec::with_capacity(fields.len());
    for (name, value) in fields {
        let Value::String(value) = value else {
            return Err(format!("invalid http request: header {name:?} is not a string"));
        };
        if !is_token(&name) || !is_field_value(&value) {
            return Err(format!("invalid http request: invalid header {name:?}"));
        }
        if !NOT_THE_GUESTS.iter().any(|taken| name.eq_ignore_ascii_case(taken)) {
            headers.push((name, value));
        }
    }
    Ok(headers)
}

fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 256
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

/// No line breaks and no other control characters: nobody can smuggle a header or a request in a value.
fn is_field_value(text: &str) -> bool {
    text.bytes().all(|b| b == b'\t' || (b >= 0x20 && b != 0x7f))
}

/// `user:password` of a URL as a header.
pub(crate) fn basic(user_info: &str) -> String {
    let decoded = percent_decoded(user_info);
    let with_colon = if decoded.contains(&b':') { decoded } else { [decoded, vec![b':']].concat() };
    format!("Basic {}", base64(&with_colon))
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let hex = (byte == b'%').then(|| bytes.get(at + 1..at + 3)).flatten();
        match hex
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok())
        {
            Some(value) => {
                out.push(value);
                at += 3;
            }
            None => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let word =
            chunk.iter().enumerate().fold(0u32, |word, (i, byte)| word | u32::from(*byte) << (16 - 8 * i));
        for i in 0..4 {
            if i <= chunk.len() {
                out.push(char::from(DIGITS[(word >> (18 - 6 * i) & 63) as usize]));
            } else {
                out.push('=');
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<GuestRequest, String> {
        GuestRequest::read(json.as_bytes())
    }

    #[test]
    fn a_request_is_read_as_go_reads_it() {
        let request =
            read(r#"{"URL":"https://a.test/x","method":"post","Headers":{"X-A":"1"},"extra":[1]}"#).unwrap();
        assert_eq!(request.method, "POST");
        assert_eq!(request.url, "https://a.test/x");
        assert_eq!(request.headers, [("X-A".to_owned(), "1".to_owned())]);
        assert_eq!(read(r#"{"url":"https://a.test","method":null,"headers":null}"#).unwrap().method, "GET");
    }

    #[test]
    fn what_smuggles_is_refused_and_what_is_the_hosts_is_dropped() {
        for bad in [
            r#"{"url":"https://a.test","headers":{"X":"a\r\nHost: b"}}"#,
            r#"{"url":"https://a.test","headers":{"X\n":"a"}}"#,
            r#"{"url":"https://a.test","headers":{"X":1}}"#,
            r#"{"url":"https://a.test","method":"GET / HTTP/1.1"}"#,
            r#"{"url":"https://a.test","method":"CONNECT"}"#,
            r#"{"url":"https://a.test/ HTTP/1.1"}"#,
            r#"{"url":"a.test"}"#,
            "{}",
            "[]",
            "{",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
        let request =
            read(r#"{"url":"https://a.test","headers":{"Host":"b","content-length":"9","TE":"x","X":"y"}}"#)
                .unwrap();
        assert_eq!(request.headers, [("X".to_owned(), "y".to_owned())]);
    }

    #[test]
    fn a_user_in_a_url_becomes_a_header() {
        assert_eq!(basic("Aladdin:open%20sesame"), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert_eq!(basic("token"), "Basic dG9rZW46");
    }
}
