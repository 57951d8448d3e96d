//! Why a pattern was refused, in Go's words.

use std::fmt;

use crate::unicode::{self, quote};

/// What is wrong with a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ErrorCode {
    /// A range whose end is before its start, or an unknown class name.
    #[error("invalid character class range")]
    CharRange,
    /// A backslash before what means nothing.
    #[error("invalid escape sequence")]
    Escape,
    /// `(?P<…>` with a name that is none.
    #[error("invalid named capture")]
    NamedCapture,
    /// `(?…` with something unknown, such as a look-ahead.
    #[error("invalid or unsupported Perl syntax")]
    PerlSyntax,
    /// `a**`.
    #[error("invalid nested repetition operator")]
    NestedRepetition,
    /// More than a thousand repetitions, or the least above the most.
    #[error("invalid repeat count")]
    RepeatCount,
    /// The pattern is not UTF-8.
    #[error("invalid UTF-8")]
    Utf8,
    /// A class without end.
    #[error("missing closing ]")]
    MissingBracket,
    /// A group without end.
    #[error("missing closing )")]
    MissingParen,
    /// Nothing before `*`.
    #[error("missing argument to repetition operator")]
    MissingArgument,
    /// Nothing after `\`.
    #[error("trailing backslash at end of expression")]
    TrailingBackslash,
    /// A `)` without group.
    #[error("unexpected )")]
    UnexpectedParen,
    /// More than a thousand levels.
    #[error("expression nests too deeply")]
    NestingDepth,
    /// The program would be too large.
    #[error("expression too large")]
    Large,
}

/// A pattern that Go's `regexp.Compile` refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// What is wrong.
    pub code: ErrorCode,
    /// The part of the pattern that Go quotes.
    pub expression: Vec<u8>,
}

impl Error {
    pub(super) fn new(code: ErrorCode, expression: &[u8]) -> Self {
        Self { code, expression: expression.to_vec() }
    }

    /// The text with which `regexp.MustCompile` panics: that of Sprig's functions without `must`.
    pub fn panic_text(&self, pattern: &[u8]) -> String {
        let quoted = if can_backquote(pattern) {
            format!("`{}`", String::from_utf8_lossy(pattern))
        } else {
            quote(pattern)
        };
        format!("regexp: Compile({quoted}): {self}")
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error parsing regexp: {}: `{}`", self.code, String::from_utf8_lossy(&self.expression))
    }
}

impl std::error::Error for Error {}

fn can_backquote(text: &[u8]) -> bool {
    let mut rest = text;
    while !rest.is_empty() {
        let (c, width) = unicode::decode(rest);
        rest = &rest[width..];
        let broken = c == unicode::RUNE_ERROR && width == 1;
        let control = (c < ' ' && c != '\t') || c == '\x7f';
        if broken || control || c == '`' || c == '\u{feff}' {
            return false;
        }
    }
    true
}
