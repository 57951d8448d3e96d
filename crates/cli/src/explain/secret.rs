//! What a report does not show, because its key says that it is secret.
//!
//! The rule, as `docs/guides/errors.md` states it: a key that has one of [`WORDS`] in it, whatever its case and signs,
//! unless it ends in one of [`NAMES`], which say where a secret is and not what. All below such a key is secret too, the
//! `data` of what is rendered as a Secret, and the `value` beside such a `name`.

use std::ops::Range;

use chart::origins::{Step, ValuePath};
use chart::values::ValueSource;

/// What stands in place of a secret.
pub(super) const HIDDEN: &str = "(not shown)";

const WORDS: [&str; 10] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "credential",
    "apikey",
    "accesskey",
    "privatekey",
    "tlskey",
];

const NAMES: [&str; 9] =
    ["name", "names", "ref", "refs", "enabled", "path", "file", "existingsecret", "pullsecrets"];

/// Whether a key says that its value is secret.
pub(super) fn is_secret_key(key: &str) -> bool {
    let key: String = key.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    WORDS.iter().any(|word| key.contains(word)) && !NAMES.iter().any(|name| key.ends_with(name))
}

/// Whether a path goes through such a key.
pub(super) fn is_secret(path: &ValuePath) -> bool {
    path.0.iter().any(|step| matches!(step, Step::Key(key) if is_secret_key(&key.to_str_lossy())))
}

/// Whether an expression of a template reads such a key: `.Values.auth.password`, `$token`.
pub(super) fn reads_secret(expression: &str) -> bool {
    expression.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '-').any(is_secret_key)
}

/// A values flag as it is shown.
pub(super) fn told(source: &ValueSource) -> ValueSource {
    let pairs = |text: &String| {
        let mut out = Vec::new();
        let mut hides = false;
        for part in text.split(',') {
            match part.split_once('=') {
                Some((key, value)) => {
                    hides = is_secret(&ValuePath::parse(key)) && !value.is_empty();
                    out.push(if hides { format!("{key}={HIDDEN}") } else { part.to_owned() });
                }
                // The rest of a list, or of a text with commas in it.
                None if hides => {}
                None => out.push(part.to_owned()),
            }
        }
        out.join(",")
    };
    match source {
        ValueSource::File(_) | ValueSource::SetFile(_) => source.clone(),
        ValueSource::Set(text) => ValueSource::Set(pairs(text)),
        ValueSource::SetString(text) => ValueSource::SetString(pairs(text)),
        ValueSource::SetLiteral(text) => ValueSource::SetLiteral(pairs(text)),
        ValueSource::SetJson(text) => {
            let quoted = text.split('"').skip(1).step_by(2).any(is_secret_key);
            let key = text.split_once('=').is_some_and(|(key, _)| is_secret(&ValuePath::parse(key)));
            ValueSource::SetJson(if quoted || key { HIDDEN.to_owned() } else { text.clone() })
        }
    }
}

/// The secret part of a line of YAML, by number from 1. The text is read by its indentation only, since it may be no
/// YAML at all.
pub(super) fn secrets_in(text: &[u8], lines: Range<usize>) -> Vec<(usize, Range<usize>)> {
    let mut found = Vec::new();
    let mut reader = Reader::default();
    let all = text.split(|&b| b == b'\n').enumerate().take(lines.end.saturating_sub(1));
    for (index, line) in all {
        if index == 0 || line.starts_with(b"---") {
            let offset = line.as_ptr() as usize - text.as_ptr() as usize;
            reader = Reader { is_secret: is_kind_secret(&text[offset..]), ..Reader::default() };
        }
        if let Some(secret) = reader.line(line).filter(|_| index + 1 >= lines.start) {
            found.push((index + 1, secret));
        }
    }
    found
}

/// Whether the document that begins a text says that it is a Secret.
fn is_kind_secret(text: &[u8]) -> bool {
    let lines = text.split(|&b| b == b'\n').enumerate();
    lines
        .take_while(|(index, line)| *index == 0 || !line.starts_with(b"---"))
        .any(|(_, line)| line.strip_prefix(b"kind:").is_some_and(|kind| kind.trim_ascii() == b"Secret"))
}

/// What is hidden of the lines below a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Hides {
    Nothing,
    Values,
    /// It is a text of several lines.
    All,
}

/// Goes through a document line by line.
#[derive(Default)]
struct Reader {
    /// Keys that are open, with their columns.
    open: Vec<(usize, Hides)>,
    /// The last `name`: its column, and whether it is that of a secret.
    name: Option<(usize, bool)>,
    /// Whether the document is a Secret.
    is_secret: bool,
}

impl Reader {
    fn line(&mut self, line: &[u8]) -> Option<Range<usize>> {
        let end = line.trim_ascii_end().len();
        let indent = line.iter().take_while(|b| b.is_ascii_whitespace()).count();
        if indent >= end {
            return None;
        }
        let mut column = indent;
        while line[column..end].starts_with(b"- ") {
            column += 1 + line[column + 1..end].iter().take_while(|&&b| b == b' ').count();
        }
        // The items of a list may stand right below its key.
        let is_item = column > indent || &line[indent..end] == b"-";
        self.open.retain(|(open, _)| *open < indent || (is_item && *open == indent));
        let inherited = self.open.iter().map(|(_, hides)| *hides).max().unwrap_or(Hides::Nothing);
        if inherited == Hides::All {
            return Some(indent..end);
        }
        let inherited = inherited == Hides::Values;
        let content = String::from_utf8_lossy(&line[column..end]);
        let Some((key, value)) = key_of(&content) else {
            return (inherited || mentions_secret(&content)).then_some(column..end);
        };
        let beside = self.name.is_some_and(|(name, secret)| secret && name == column);
        let secret = is_secret_key(key)
            || (key == "value" && beside)
            || (self.is_secret && column == 0 && matches!(key, "data" | "stringData"));
        if key == "name" {
            self.name = Some((column, is_secret_key(value.trim_matches(['"', '\'']))));
        }
        let below = match (secret || inherited, value.starts_with(['|', '>'])) {
            (true, true) => Hides::All,
            (true, false) => Hides::Values,
            (false, _) => Hides::Nothing,
        };
        self.open.push((column, below));
        let open =
            matches!(value, "" | "|" | ">" | "|-" | ">-" | "true" | "false" | "null" | "~" | "\"\"" | "''");
        let hides = inherited || secret || mentions_secret(value);
        let start = column + content.len().saturating_sub(value.len());
        (hides && !open).then_some(start.min(end)..end)
    }
}

/// Key and value of a line, without quotes around the key.
fn key_of(content: &str) -> Option<(&str, &str)> {
    let (key, value) = content.split_once(": ").or_else(|| Some((content.strip_suffix(':')?, "")))?;
    let key = key.trim().trim_matches(['"', '\'']);
    (!key.is_empty() && !key.starts_with(['{', '[', '#'])).then(|| (key, value.trim()))
}

/// Whether there is a secret key in the middle of a line: in a map between braces, say.
fn mentions_secret(content: &str) -> bool {
    let parts = content.split(':').collect::<Vec<_>>();
    let keys = parts.iter().take(parts.len().saturating_sub(1));
    let last_word = |part: &str| {
        let part = part.trim_end().trim_end_matches(['"', '\'']);
        let at = part.rfind(|c: char| !c.is_alphanumeric() && !"_-.".contains(c)).map_or(0, |at| at + 1);
        part.get(at..).unwrap_or_default().to_owned()
    };
    keys.into_iter().any(|part| is_secret_key(&last_word(part)))
}

#[cfg(test)]
mod tests {
    use chart::values::ValueSource;

    use super::{is_secret_key, secrets_in, told};

    #[test]
    fn a_key_tells_whether_its_value_is_secret() {
        for key in ["password", "dbPassword", "API_KEY", "api-token", "client.secret", "tls.key", "secretKey"]
        {
            assert!(is_secret_key(key), "{key}");
        }
        for key in
            ["existingSecret", "secretName", "imagePullSecrets", "key", "tokenPath", "secretKeyRef", "pass"]
        {
            assert!(!is_secret_key(key), "{key}");
        }
    }

    fn hidden(text: &str) -> Vec<String> {
        let lines: Vec<&str> = text.lines().collect();
        let found = secrets_in(text.as_bytes(), 1..lines.len() + 1);
        found.into_iter().map(|(line, span)| lines[line - 1][span].to_owned()).collect()
    }

    #[test]
    fn secrets_are_found_by_the_keys_around_them() {
        assert_eq!(hidden("a: 1\npassword: x: y\nb: 2\n"), ["x: y"]);
        assert_eq!(hidden("auth:\n  \"token\": \"a\"\n  user: me\n"), ["\"a\""]);
        assert_eq!(hidden("privateKey: |\n  one\n  two: three\nb: 2\n"), ["one", "two: three"]);
        assert_eq!(hidden("tokens:\n- a\n- b\nc: d\n"), ["a", "b"]);
        assert_eq!(hidden("secret:\n  create: true\n  value: 5\n"), ["5"]);
        assert_eq!(
            hidden("a: {user: me, password: x}\n- {token: y}\n"),
            ["{user: me, password: x}", "{token: y}"]
        );
        assert_eq!(hidden("env:\n  - name: DB_PASSWORD\n    value: x\n  - name: A\n    value: y\n"), ["x"]);
        assert_eq!(hidden("kind: Secret\ndata:\n  a: eA==\n---\nkind: ConfigMap\ndata:\n  a: b\n"), ["eA=="]);
        assert_eq!(hidden("existingSecret: x\nsecretKeyRef: {name: a, key: b}\n"), [""; 0]);
        assert_eq!(hidden("password:\nb: c\n"), [""; 0]);
    }

    #[test]
    fn flags_are_told_without_secrets() {
        let set = |text: &str| told(&ValueSource::Set(text.to_owned()));
        assert_eq!(set("a=1,db.password=x,b=2"), ValueSource::Set("a=1,db.password=(not shown),b=2".into()));
        assert_eq!(set("tokens={a,b},c=d"), ValueSource::Set("tokens=(not shown),c=d".into()));
        assert_eq!(set("a=1,2"), ValueSource::Set("a=1,2".into()));
        let json = |text: &str| told(&ValueSource::SetJson(text.to_owned()));
        assert_eq!(json(r#"a={"password":"x"}"#), ValueSource::SetJson("(not shown)".into()));
        assert_eq!(json(r#"a={"b":"x"}"#), ValueSource::SetJson(r#"a={"b":"x"}"#.into()));
    }
}
