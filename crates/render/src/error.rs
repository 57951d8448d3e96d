//! Why a chart cannot be rendered, in Helm's words.

use std::error::Error;

/// Marks around the message of `fail` and `required`, as Helm wraps them to find them again.
const WARN_START: &str = "HELM_ERR_START";
const WARN_END: &str = "HELM_ERR_END";

/// A failure of one of the render stages.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The chart's `kubeVersion` does not admit the cluster's.
    #[error("chart requires kubeVersion: {constraint} which is incompatible with Kubernetes {version}")]
    KubeVersion {
        /// The chart's constraint.
        constraint: String,
        /// The version it was compared with.
        version: String,
    },

    /// A template cannot be parsed.
    #[error("{text}")]
    Parse {
        /// Helm's wording.
        text: String,
        /// The template.
        file: String,
        /// The parser's error, with the place.
        #[source]
        source: Box<gotmpl::ParseError>,
    },

    /// A template failed while it was executed; the text is Helm's multi-line form.
    #[error("{text}")]
    Execute {
        /// Helm's wording.
        text: String,
        /// The template engine's error, with its frames and typed causes.
        #[source]
        source: Box<gotmpl::ExecError>,
    },

    /// A rendered document is not YAML.
    #[error("YAML parse error on {path}: {message}")]
    Manifest {
        /// The template it came from.
        path: String,
        /// The YAML reader's words.
        message: String,
        /// Name and value of the limit that was met, if that is what is wrong.
        limit: Option<(&'static str, u64)>,
    },

    /// A limit was met before anything was executed.
    #[error("{0}")]
    Limit(#[source] gotmpl::LimitError),
}

impl RenderError {
    /// The guard's denial, if that is the cause.
    pub fn denial(&self) -> Option<&guard::Denial> {
        self.cause()
    }

    /// Name and value of the limit that was met, if that is the cause.
    pub fn limit(&self) -> Option<(&'static str, u64)> {
        match self {
            Self::Manifest { limit, .. } => *limit,
            _ => self.cause().map(|limit: &gotmpl::LimitError| (limit.name, limit.limit)),
        }
    }

    fn cause<T: Error + 'static>(&self) -> Option<&T> {
        let mut current: Option<&(dyn Error + 'static)> = self.source();
        while let Some(error) = current {
            if let Some(found) = error.downcast_ref() {
                return Some(found);
            }
            current = error.source();
        }
        None
    }

    pub(crate) fn execute(source: gotmpl::ExecError) -> Self {
        Self::Execute { text: execution_text(&source), source: Box::new(source) }
    }

    pub(crate) fn parse(file: &str, error: &gotmpl::ParseError) -> Self {
        let text = parse_text(file, &error.to_string());
        Self::Parse { text, file: file.to_owned(), source: Box::new(error.clone()) }
    }
}

/// The message of `fail` and `required`: found again wherever it surfaces.
pub(crate) fn warning(message: &str) -> String {
    format!("{WARN_START}{message}{WARN_END}")
}

/// Helm keeps the place and the last part of a parse error.
fn parse_text(file: &str, error: &str) -> String {
    let parts: Vec<&str> = error.split(": ").collect();
    match parts.as_slice() {
        [_, location, .., message] => format!("parse error at ({location}): {message}"),
        // Two parts: what is second is both the place and the last.
        [_, only] => format!("parse error at ({only}): {only}"),
        _ => format!("parse error in ({file}): {error}"),
    }
}

/// Helm's form of an execution error.
fn execution_text(error: &(dyn Error + 'static)) -> String {
    let text = error.to_string();
    let mut parts = text.splitn(3, ": ");
    let (Some(_), Some(location), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
        return text;
    };
    if let Some(message) = between_marks(rest) {
        return format!("execution error at ({location}): {message}");
    }
    // One block per error of the chain; a chain with a link of another form is printed as Go has it.
    let mut blocks: Vec<Block> = Vec::new();
    let mut current: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(link) = current {
        let Some(block) = Block::parse(&link.to_string()) else { return text };
        if blocks.last() != Some(&block) {
            blocks.push(block);
        }
        current = link.source();
    }
    let blocks: String = blocks.iter().map(Block::to_string).collect();
    blocks.trim().to_owned()
}

/// The widest stretch between the marks, as Helm's greedy expression finds it.
fn between_marks(text: &str) -> Option<&str> {
    let start = text.find(WARN_START)? + WARN_START.len();
    let end = text[start..].rfind(WARN_END)? + start;
    Some(&text[start..end])
}

/// One link of an error chain, taken apart.
#[derive(Debug, PartialEq, Eq)]
struct Block {
    location: String,
    function: String,
    message: String,
}

impl std::fmt::Display for Block {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.location.is_empty() {
            write!(f, "{}\n  ", self.location)?;
        }
        if !self.function.is_empty() {
            write!(f, "{}\n    ", self.function)?;
        }
        if !self.message.is_empty() {
            writeln!(f, "{}", self.message)?;
        }
        Ok(())
    }
}

impl Block {
    fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("template: ")?;
        if rest.starts_with("no template ") {
            return Some(Self { location: String::new(), function: String::new(), message: text.to_owned() });
        }
        Self::executing(rest).or_else(|| Self::simple(rest))
    }

    /// `NAME:1:2: executing "X" at <.y>: MESSAGE`
    fn executing(rest: &str) -> Option<Self> {
        let (location, after) = rest.split_once(": executing ")?;
        let (name, after) = after.strip_prefix('"')?.split_once('"')?;
        let (expression, message) = after.strip_prefix(" at <")?.split_once(">: ")?;
        Some(Self {
            location: location.to_owned(),
            function: format!("executing \"{name}\" at <{expression}>:"),
            message: before_next(message).to_owned(),
        })
    }

    /// `NAME: MESSAGE`
    fn simple(rest: &str) -> Option<Self> {
        let (location, message) = rest.rsplit_once(": ")?;
        Some(Self {
            location: location.to_owned(),
            function: String::new(),
            message: before_next(message).to_owned(),
        })
    }
}

/// The message without the chained error behind it.
fn before_next(message: &str) -> &str {
    message.split(" template:").next().unwrap_or(message)
}

#[cfg(test)]
mod tests {
    use super::{execution_text, parse_text, warning};

    #[derive(Debug)]
    struct Link(String, Option<Box<Link>>);
    impl std::fmt::Display for Link {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str(&self.0)
        }
    }
    impl std::error::Error for Link {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            self.1.as_deref().map(|link| link as _)
        }
    }

    #[test]
    fn parse_errors_keep_place_and_last_part() {
        assert_eq!(
            parse_text("f", "template: c/templates/a.yaml:1: function \"nope\" not defined"),
            "parse error at (c/templates/a.yaml:1): function \"nope\" not defined"
        );
    }

    #[test]
    fn fail_names_the_outermost_place() {
        let text = format!(
            "template: c/a.yaml:3:6: executing \"x\" at <fail>: error calling fail: {}",
            warning("boom")
        );
        assert_eq!(execution_text(&Link(text, None)), "execution error at (c/a.yaml:3:6): boom");
    }

    #[test]
    fn a_readable_chain_becomes_blocks_and_another_stays_raw() {
        let inner = "template: c/b.tpl:2:3: executing \"h\" at <.a.b>: nil pointer evaluating interface {}.b";
        let outer = format!(
            "template: c/a.yaml:1:4: executing \"c/a.yaml\" at <include \"h\" .>: error calling include: {inner}"
        );
        let chain = Link(outer.clone(), Some(Box::new(Link(inner.to_owned(), None))));
        assert_eq!(
            execution_text(&chain),
            "c/a.yaml:1:4\n  executing \"c/a.yaml\" at <include \"h\" .>:\n    error calling include:\n\
             c/b.tpl:2:3\n  executing \"h\" at <.a.b>:\n    nil pointer evaluating interface {}.b"
        );
        let raw = Link(outer.clone(), Some(Box::new(Link("other".to_owned(), None))));
        assert_eq!(execution_text(&raw), outer);
    }
}
