//! Failures: Helm's words first, then what we know beyond them.

use std::error::Error;

use crate::environment::Environment;
use crate::explain::Report;
use crate::output::Output;

/// Why a command failed.
#[derive(Debug)]
pub(crate) struct Failure {
    /// Lines before the error, as Helm logs some failures twice.
    log: Vec<String>,
    /// The message behind `Error: `; `None` when the log line is all.
    message: Option<String>,
    /// A line behind the error.
    trailer: Option<Box<str>>,
    /// The cause, for machines: the very last line.
    machine: Option<Box<str>>,
    /// What to do, shown on a terminal or with `--explain`.
    hint: Option<Box<str>>,
    /// What more there is to say, shown on a terminal or with `--explain`.
    report: Box<Report>,
    /// Whether Helm stops here as well.
    helms: bool,
    /// Whether the exit code is a plugin's own.
    plugins: bool,
    /// The exit code.
    pub(crate) code: u8,
}

/// Exit code of a question that the guard denied.
pub(crate) const DENIED: u8 = 10;
/// Exit code of a limit that was met.
pub(crate) const LIMIT: u8 = 11;

impl Failure {
    /// An error in Helm's words.
    pub(crate) fn plain(message: impl Into<String>) -> Self {
        Self {
            log: Vec::new(),
            message: Some(message.into()),
            trailer: None,
            machine: None,
            hint: None,
            report: Box::default(),
            helms: false,
            plugins: false,
            code: 1,
        }
    }

    /// An error of a library in its own words; a denial or a limit among its causes has its code and hint.
    pub(crate) fn of(error: &(dyn Error + 'static)) -> Self {
        Self::plain(error.to_string()).caused_by(error)
    }

    /// The same failure with the code and the hint of a denial or a limit among the causes of an error.
    pub(crate) fn caused_by(self, error: &(dyn Error + 'static)) -> Self {
        if let Some(denial) = crate::outside::denial_in(error) {
            return self.with_code(DENIED).with_hints(denial.hint());
        }
        match crate::limits::met(error) {
            Some((name, limit)) => {
                let hint = format!("the limit {name} of {limit} was met; --limit {name}=NUMBER raises it");
                Self { helms: crate::limits::is_helms(name), ..self.with_code(LIMIT).with_hint(hint) }
            }
            None => self,
        }
    }

    /// The failure as Helm has it: a limit that is Helm's own ends it with Helm's code, and without a hint.
    pub(crate) fn in_helms_name(self) -> Self {
        if self.helms { Self { code: 1, hint: None, ..self } } else { self }
    }

    /// A failure that is only a log line.
    pub(crate) fn log(line: String) -> Self {
        Self { log: vec![line], message: None, ..Self::plain("") }
    }

    /// The message, empty when there is none.
    pub(crate) fn message(&self) -> &str {
        self.message.as_deref().unwrap_or_default()
    }

    /// Says before the message what was being done.
    pub(crate) fn within(mut self, doing: &str) -> Self {
        self.message = self.message.map(|message| format!("{doing}: {message}"));
        self
    }

    /// Says more behind the message.
    pub(crate) fn followed_by(mut self, more: &str) -> Self {
        self.message = self.message.map(|message| message + more);
        self
    }

    /// Logs a line first.
    pub(crate) fn logged(mut self, line: String) -> Self {
        self.log.push(line);
        self
    }

    /// Puts another message in.
    pub(crate) fn with_message(mut self, message: String) -> Self {
        self.message = Some(message);
        self
    }

    pub(crate) fn with_trailer(mut self, line: String) -> Self {
        self.trailer = Some(line.into());
        self
    }

    /// Adds what more there is to say.
    pub(crate) fn with_report(mut self, report: Report) -> Self {
        self.report.add(report);
        self
    }

    pub(crate) fn with_hint(mut self, hint: String) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn with_hints(mut self, hint: Option<String>) -> Self {
        self.hint = hint.map(Into::into);
        self
    }

    /// Adds a last line that machines read.
    pub(crate) fn for_machines(mut self, line: String) -> Self {
        self.machine = Some(line.into());
        self
    }

    /// Says that the exit code is a plugin's own.
    pub(crate) fn of_plugin(self) -> Self {
        Self { plugins: true, ..self }
    }

    /// Whether the exit code is a plugin's own.
    pub(crate) fn is_of_plugin(&self) -> bool {
        self.plugins
    }

    pub(crate) fn with_code(mut self, code: u8) -> Self {
        self.code = code;
        self
    }

    /// Prints it.
    pub(crate) fn print(&self, environment: &Environment, output: &mut Output) {
        for line in &self.log {
            output.error_line(line);
        }
        if let Some(message) = &self.message {
            output.error_line(&format!("Error: {message}"));
        }
        if let Some(trailer) = &self.trailer {
            output.error_line(trailer);
        }
        // A denial or a limit is ours: Helm has no bytes for it that a hint could disturb.
        if let Some(hint) = &self.hint
            && (self.code != 1 || environment.explains())
        {
            output.error_line(&format!("hint: {hint}"));
        }
        if environment.explains() && !self.report.is_empty() {
            output.error_line("");
            output.error_text(&self.report.text(environment.get("COLUMNS")));
        }
        if let Some(line) = &self.machine {
            output.error_line(line);
        }
    }
}
