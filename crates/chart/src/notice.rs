//! What Helm would write to its log on the way, kept for the caller to print or drop.

use std::borrow::Cow;
use std::sync::Arc;

/// How loud a [`Notice`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Only shown with `--debug`.
    Debug,
    /// Shown.
    Info,
    /// Shown.
    Warn,
    /// Shown.
    Error,
}

impl Level {
    /// The name in a log line: `INFO`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
        }
    }
}

/// One log line: Helm's message and its attributes in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// How loud it is.
    pub level: Level,
    /// Helm's words.
    pub message: String,
    /// Keys and values that follow the message.
    pub attributes: Vec<(&'static str, Attribute)>,
}

/// What an attribute of a [`Notice`] says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attribute {
    /// These words.
    Text(String),
    /// What a file holds. It may be long, and is hardly ever shown.
    File(Arc<[u8]>),
}

impl Attribute {
    /// The words; what is not UTF-8 is replaced.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::File(contents) => String::from_utf8_lossy(contents),
        }
    }
}

impl<T: Into<String>> From<T> for Attribute {
    fn from(text: T) -> Self {
        Self::Text(text.into())
    }
}

impl Notice {
    /// A line without attributes.
    pub fn new(level: Level, message: impl Into<String>) -> Self {
        Self { level, message: message.into(), attributes: Vec::new() }
    }

    /// Adds an attribute.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl Into<Attribute>) -> Self {
        self.attributes.push((key, value.into()));
        self
    }
}
