//! Patterns over names, paths and sources: `*` within a segment, `**` across, `\` before a literal character.

use std::fmt;

/// Longer patterns are refused when they are read.
const LONGEST_PATTERN: usize = 4096;
/// Longer texts are refused by the policy before they get here.
pub(crate) const LONGEST_TEXT: usize = 8192;

/// A pattern as the user wrote it.
#[derive(Clone, PartialEq, Eq)]
pub struct Pattern {
    written: String,
    tokens: Vec<Token>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Token {
    Literal(char),
    /// Any run of characters without the separator.
    Star,
    /// Any run of characters.
    DoubleStar,
}

impl Pattern {
    /// Reads a pattern. The error says what is wrong with it.
    pub fn new(written: &str) -> Result<Self, &'static str> {
        if written.len() > LONGEST_PATTERN {
            return Err("is too long");
        }
        let mut tokens = Vec::new();
        let mut chars = written.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '\\' => match chars.next() {
                    Some(literal) => tokens.push(Token::Literal(literal)),
                    None => return Err("ends with a lone `\\`"),
                },
                '*' if chars.peek() == Some(&'*') => {
                    chars.next();
                    if chars.peek() == Some(&'*') {
                        return Err("has three `*` in a row");
                    }
                    tokens.push(Token::DoubleStar);
                }
                '*' => tokens.push(Token::Star),
                c => tokens.push(Token::Literal(c)),
            }
        }
        Ok(Self { written: written.to_owned(), tokens })
    }

    /// A pattern that matches exactly `text`.
    pub fn literal(text: &str) -> Self {
        Self { written: escape(text), tokens: text.chars().map(Token::Literal).collect() }
    }

    /// Whether the whole of `text` matches; `*` stops at `separator`.
    pub fn matches(&self, text: &str, separator: char) -> bool {
        self.matches_chars(text, separator, false)
    }

    /// As [`Self::matches`], without regard to ASCII case (host names).
    pub(crate) fn matches_ignoring_case(&self, text: &str, separator: char) -> bool {
        self.matches_chars(text, separator, true)
    }

    /// Whether the pattern has no wildcard.
    pub fn is_literal(&self) -> bool {
        self.tokens.iter().all(|token| matches!(token, Token::Literal(_)))
    }

    /// The one text that a pattern without wildcards matches.
    pub fn literal_text(&self) -> Option<String> {
        let literal = |token: &Token| match token {
            Token::Literal(c) => Some(*c),
            Token::Star | Token::DoubleStar => None,
        };
        self.tokens.iter().map(literal).collect()
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    // Which prefixes of the pattern match the text read so far. Linear in text times pattern whatever both
    // hold, because half of them is chosen by the chart.
    fn matches_chars(&self, text: &str, separator: char, ignore_case: bool) -> bool {
        let mut states = vec![false; self.tokens.len() + 1];
        states[0] = true;
        self.skip_stars(&mut states);
        for c in text.chars() {
            let mut next = vec![false; self.tokens.len() + 1];
            let mut alive = false;
            for (i, token) in self.tokens.iter().enumerate() {
                if !states[i] {
                    continue;
                }
                match token {
                    Token::Literal(l) if *l == c || (ignore_case && l.eq_ignore_ascii_case(&c)) => {
                        next[i + 1] = true;
                        alive = true;
                    }
                    Token::Star if c != separator => {
                        next[i] = true;
                        alive = true;
                    }
                    Token::DoubleStar => {
                        next[i] = true;
                        alive = true;
                    }
                    _ => {}
                }
            }
            if !alive {
                return false;
            }
            self.skip_stars(&mut next);
            states = next;
        }
        states[self.tokens.len()]
    }

    /// A star also matches nothing.
    fn skip_stars(&self, states: &mut [bool]) {
        for (i, token) in self.tokens.iter().enumerate() {
            if states[i] && !matches!(token, Token::Literal(_)) {
                states[i + 1] = true;
            }
        }
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pattern({:?})", self.written)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

/// Writes a text as a pattern that matches only it.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '*' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Pattern::new(pattern).unwrap().matches(text, '/')
    }

    #[test]
    fn one_star_stays_in_its_segment_and_two_cross() {
        assert!(matches("a/*", "a/b"));
        assert!(!matches("a/*", "a/b/c"));
        assert!(matches("a/**", "a/b/c"));
        assert!(matches("**/c", "a/b/c"));
        assert!(!matches("**/c", "c"));
        assert!(matches("a*c", "abc"));
        assert!(matches("a*c", "ac"));
        assert!(!matches("a*c", "a/c"));
        assert!(matches("*", ""));
        assert!(!matches("*", "a/b"));
        assert!(matches("", ""));
        assert!(!matches("", "a"));
    }

    #[test]
    fn a_pattern_covers_the_whole_text() {
        assert!(!matches("shop", "shop2"));
        assert!(!matches("shop", "ashop"));
        assert!(!matches("shop*", "ashop"));
    }

    #[test]
    fn an_escaped_star_is_a_star() {
        assert!(matches(r"a\*", "a*"));
        assert!(!matches(r"a\*", "ab"));
        assert_eq!(Pattern::literal("a*\\b").as_str(), r"a\*\\b");
        assert!(matches(Pattern::literal("a*\\b").as_str(), "a*\\b"));
    }

    #[test]
    fn broken_patterns_are_refused() {
        assert!(Pattern::new("a\\").is_err());
        assert!(Pattern::new("a***").is_err());
        assert!(Pattern::new(&"a".repeat(LONGEST_PATTERN + 1)).is_err());
    }

    #[test]
    fn many_stars_over_a_long_text_end_soon() {
        let pattern = Pattern::new(&"**a*b".repeat(200)).unwrap();
        assert!(!pattern.matches(&"a".repeat(150), '/'));
    }
}
