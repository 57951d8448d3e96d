//! The crate's own error: a message in Go's words.

/// An error whose `Display` is exactly what Go prints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    message: String,
    limit: Option<(&'static str, u64)>,
}

impl Error {
    /// Makes an error from Go's wording.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), limit: None }
    }

    /// Makes an error for a limit that was met, by the name and value that the user knows.
    pub fn limit_met(message: impl Into<String>, name: &'static str, limit: u64) -> Self {
        Self { message: message.into(), limit: Some((name, limit)) }
    }

    /// The same error with a prefix.
    #[must_use]
    pub fn prefixed(self, prefix: &str) -> Self {
        Self { message: format!("{prefix}{}", self.message), ..self }
    }

    /// Name and value of the limit that was met, if that is what is wrong.
    pub fn limit(&self) -> Option<(&'static str, u64)> {
        self.limit
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
