//! `.helmignore`: which files of a directory do not belong to the chart.
//!
//! Patterns are Go's `filepath.Match` globs. A pattern with a slash inside is matched against the whole path,
//! one without against the file's name; a trailing slash restricts it to directories.

use crate::go;

/// The rules of one chart, in order: the first that applies decides.
#[derive(Debug, Default)]
pub(crate) struct Rules(Vec<Rule>);

#[derive(Debug)]
struct Rule {
    pattern: Vec<char>,
    /// What everything that the pattern matches begins with, and what it ends with, as far as a look at the pattern
    /// tells.
    beginning: String,
    ending: String,
    negated: bool,
    directories_only: bool,
    whole_path: bool,
}

/// Why a `.helmignore` was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IgnoreError {
    /// `**` is not part of the dialect.
    #[error("double-star (**) syntax is not supported")]
    DoubleStar,
    /// A glob that does not end or has an empty class.
    #[error("syntax error in pattern")]
    Pattern,
    /// Helm reads lines into a buffer of fixed size.
    #[error("bufio.Scanner: token too long")]
    LongLine,
}

/// The longest line that Go's scanner takes.
const LINE: usize = 64 * 1024;

impl Rules {
    /// Reads a `.helmignore`, without the implied rules.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, IgnoreError> {
        let text = text.strip_prefix(super::BOM).unwrap_or(text);
        let mut rules = Self::default();
        for line in text.split(|&b| b == b'\n') {
            if line.len() >= LINE {
                return Err(IgnoreError::LongLine);
            }
            rules.add(&String::from_utf8_lossy(line))?;
        }
        Ok(rules)
    }

    /// Adds the rule that every chart has: hidden files among the templates are left out.
    pub(crate) fn with_defaults(mut self) -> Self {
        // The pattern is a constant that parses.
        let _ = self.add("templates/.?*");
        self
    }

    fn add(&mut self, line: &str) -> Result<(), IgnoreError> {
        let line = line.trim_matches(go::is_space);
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        if line.contains("**") {
            return Err(IgnoreError::DoubleStar);
        }
        let whole: Vec<char> = line.chars().collect();
        glob(&whole, "abc")?;
        let (negated, rest) = line.strip_prefix('!').map_or((false, line), |rest| (true, rest));
        let (directories_only, rest) = rest.strip_suffix('/').map_or((false, rest), |rest| (true, rest));
        let (whole_path, rest) = match rest.strip_prefix('/') {
            Some(rest) => (true, rest),
            None => (rest.contains('/'), rest),
        };
        let pattern: Vec<char> = rest.chars().collect();
        let is_plain = |c: &&char| !matches!(c, '*' | '?' | '[' | '\\');
        let beginning = pattern.iter().take_while(is_plain).collect();
        // Behind a bracket or a quote a character may be something else than itself.
        let is_simple = !rest.contains(['[', '\\']);
        let plain_end = pattern.iter().rev().take_while(is_plain).count();
        let ending = pattern[pattern.len() - if is_simple { plain_end } else { 0 }..].iter().collect();
        self.0.push(Rule { pattern, beginning, ending, negated, directories_only, whole_path });
        Ok(())
    }

    /// Whether a path, relative to the chart and with forward slashes, is left out.
    pub(crate) fn ignores(&self, path: &str, directory: bool) -> bool {
        for rule in &self.0 {
            let subject = if rule.whole_path { path } else { go::base(path) };
            let matches = || rule.matches(subject);
            let wrong_kind = rule.directories_only && !directory;
            if rule.negated {
                // Helm: a negated rule does not bring files back; it leaves out at once whatever it does
                // not match.
                if wrong_kind || !matches() {
                    return true;
                }
            } else if !wrong_kind && matches() {
                return true;
            }
        }
        false
    }
}

impl Rule {
    fn matches(&self, subject: &str) -> bool {
        subject.starts_with(&self.beginning)
            && subject.ends_with(&self.ending)
            && glob(&self.pattern, subject).unwrap_or(false)
    }
}

/// `filepath.Match`: `*` and `?` stop at slashes, `[a-z]` and `[^a-z]` are classes, `\` quotes.
/// The whole pattern is checked even when the name cannot match.
pub(crate) fn glob(pattern: &[char], name: &str) -> Result<bool, IgnoreError> {
    check(pattern)?;
    let name: Vec<char> = name.chars().collect();
    let (mut p, mut n) = (0, 0);
    // Where to go on when the text behind the last star does not fit: one character further on.
    let mut retry: Option<(usize, usize)> = None;
    loop {
        if p == pattern.len() && n == name.len() {
            return Ok(true);
        }
        if pattern.get(p) == Some(&'*') {
            retry = Some((p, n + 1));
            p += 1;
            continue;
        }
        if let (true, Some(&c)) = (p < pattern.len(), name.get(n))
            && let Some(next) = one(pattern, p, c)
        {
            p = next;
            n += 1;
            continue;
        }
        match retry {
            Some((star, next)) if next <= name.len() && name[next - 1] != '/' => {
                retry = Some((star, next + 1));
                p = star + 1;
                n = next;
            }
            _ => return Ok(false),
        }
    }
}

/// Matches one element of a checked pattern, other than a star; answers where the next one begins.
fn one(pattern: &[char], at: usize, c: char) -> Option<usize> {
    match pattern[at] {
        '?' => (c != '/').then_some(at + 1),
        '\\' => (pattern.get(at + 1) == Some(&c)).then_some(at + 2),
        '[' => {
            let mut p = at + 1;
            let negated = pattern.get(p) == Some(&'^');
            p += usize::from(negated);
            let mut found = false;
            let first = p;
            while pattern.get(p) != Some(&']') || p == first {
                let (low, next) = class_char(pattern, p)?;
                let (high, next) = if pattern.get(next) == Some(&'-') {
                    class_char(pattern, next + 1)?
                } else {
                    (low, next)
                };
                found |= low <= c && c <= high;
                p = next;
            }
            (found != negated).then_some(p + 1)
        }
        literal => (literal == c).then_some(at + 1),
    }
}

fn class_char(pattern: &[char], at: usize) -> Option<(char, usize)> {
    match *pattern.get(at)? {
        '-' | ']' => None,
        '\\' => Some((*pattern.get(at + 1)?, at + 2)),
        c => Some((c, at + 1)),
    }
    .filter(|&(_, next)| next < pattern.len())
}

fn check(pattern: &[char]) -> Result<(), IgnoreError> {
    let mut p = 0;
    while p < pattern.len() {
        match pattern[p] {
            '\\' => {
                if p + 1 >= pattern.len() {
                    return Err(IgnoreError::Pattern);
                }
                p += 2;
            }
            '[' => {
                p += 1;
                if pattern.get(p) == Some(&'^') {
                    p += 1;
                }
                let first = p;
                loop {
                    if pattern.get(p) == Some(&']') && p > first {
                        break;
                    }
                    let (_, next) = class_char(pattern, p).ok_or(IgnoreError::Pattern)?;
                    p = next;
                    if pattern.get(p) == Some(&'-') {
                        p = class_char(pattern, p + 1).ok_or(IgnoreError::Pattern)?.1;
                    }
                }
                p += 1;
            }
            _ => p += 1,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, name: &str) -> Result<bool, IgnoreError> {
        glob(&pattern.chars().collect::<Vec<_>>(), name)
    }

    #[test]
    fn globs_as_in_go() {
        for (pattern, name, expected) in [
            ("abc", "abc", true),
            ("*", "abc", true),
            ("*c", "abc", true),
            ("a*", "ab/c", false),
            ("a*/b", "abc/b", true),
            ("a*b*c*d*e*/f", "axbxcxdxexxx/f", true),
            ("a*b*c*d*e*/f", "axbxcxdxexxx/fff", false),
            ("a*b?c*x", "abxbbxdbxebxczzx", true),
            ("ab[c]", "abc", true),
            ("ab[^e-g]", "abc", true),
            ("a\\*b", "a*b", true),
            ("a[^a]b", "a☺b", true),
            ("[a-ζ]*", "α", true),
            ("*[a-ζ]", "A", false),
            ("a?b", "a/b", false),
            ("[\\]a]", "]", true),
            ("[\\-x]", "-", true),
            ("*x", "xxx", true),
            ("", "", true),
        ] {
            assert_eq!(matches(pattern, name), Ok(expected), "{pattern} {name}");
        }
        for pattern in ["[]a]", "[-]", "[x-]", "[-x]", "[a-b-c]", "[", "[^", "[^bc", "a[", "\\"] {
            assert_eq!(matches(pattern, "abc"), Err(IgnoreError::Pattern), "{pattern}");
        }
    }

    #[test]
    fn what_a_rule_is_spared_would_not_have_matched() {
        let patterns =
            ["abc", "*", "*.b", "a*", "a*b", "?b", "[a]b", "a[.b]", "\\*b", "a\\", "*?", "☺*☺", "a.b"];
        let names =
            ["abc", "a.b", "a", "b", "ab", "a/b", "x.b", "*b", "☺", "☺☺", "", "a.", "a]", "a\\", "bb"];
        for pattern in patterns {
            let Ok(rules) = Rules::parse(format!("{pattern}\nx{pattern}").as_bytes()) else { continue };
            for rule in &rules.0 {
                for name in names {
                    assert_eq!(
                        rule.matches(name),
                        glob(&rule.pattern, name).unwrap_or(false),
                        "{rule:?} {name}"
                    );
                }
            }
        }
    }

    #[test]
    fn rules_as_in_helm() {
        let rules = Rules::parse(b"# c\n*.tmp\n/top\nsub/*.txt\ndir/\n").map(Rules::with_defaults);
        let Ok(rules) = rules else { panic!("rules must parse") };
        for (path, directory, expected) in [
            ("a/b.tmp", false, true),
            ("top", false, true),
            ("a/top", false, false),
            ("sub/a.txt", false, true),
            ("x/sub/a.txt", false, false),
            ("x/dir", true, true),
            ("x/dir", false, false),
            ("templates/.hidden", false, true),
            ("templates/x/.hidden", false, false),
        ] {
            assert_eq!(rules.ignores(path, directory), expected, "{path}");
        }
        let Ok(negated) = Rules::parse(b"!*.yaml") else { panic!("rules must parse") };
        assert!(negated.ignores("a.txt", false));
        assert!(!negated.ignores("a.yaml", false));
        assert!(matches!(Rules::parse(b"a/**/b"), Err(IgnoreError::DoubleStar)));
    }
}
