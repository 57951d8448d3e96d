//! Why not, and the line that would grant it.

use crate::actor::{Actor, Provenance};
use crate::capability::Capability;
use crate::grants::{Grant, Origin, Profile};
use crate::pattern::escape;
use crate::question::Question;
use crate::scope::{Scope, write};
use crate::text::{json_string, shell_quoted, visible, yaml_scalar};
use std::fmt;

/// A question that was denied.
///
/// Displays as one line: `chart:shop may not use random (randAlphaNum): not granted under profile strict`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial(Box<Refusal>);

// Boxed, because it is the error of a call that mostly succeeds.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Refusal {
    asker: Option<Actor>,
    question: Question,
    profile: Profile,
    missing: Vec<Missing>,
}

/// One actor that is not allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// Who is not allowed.
    pub actor: Actor,
    /// Why.
    pub reason: Reason,
    /// Whose question it stops as the chart above, if it is not asking itself.
    pub(crate) limits: Option<Actor>,
    /// The grants that speak of the capability and are too narrow.
    pub(crate) existing: Vec<Grant>,
}

/// Why an actor is not allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Nothing grants the capability.
    NotGranted,
    /// It is granted, for something else.
    OutOfScope(Origin),
    /// A `deny` takes it.
    Denied(Origin),
    /// The administrator's file does not allow it.
    Ceiling(String),
    /// A text in the question is longer than any honest one.
    TooLong,
    /// The audit list is full: what cannot be recorded does not happen.
    AuditFull,
}

impl Denial {
    pub(crate) fn new(
        asker: Option<Actor>,
        question: Question,
        profile: Profile,
        missing: Vec<Missing>,
    ) -> Self {
        Self(Box::new(Refusal { asker, question, profile, missing }))
    }

    /// The actor that lacks the grant; of several, the one nearest to the code that asks. `None` if nobody asked.
    pub fn actor(&self) -> Option<&Actor> {
        self.0.missing.first().map(|missing| &missing.actor).or(self.0.asker.as_ref())
    }

    /// The actor whose code asks.
    pub fn asker(&self) -> Option<&Actor> {
        self.0.asker.as_ref()
    }

    /// What was asked.
    pub fn question(&self) -> &Question {
        &self.0.question
    }

    /// The capability that it falls under.
    pub fn capability(&self) -> Capability {
        self.0.question.capability()
    }

    /// Everybody who is not allowed: those who ask together, and the charts above them.
    pub fn missing(&self) -> &[Missing] {
        &self.0.missing
    }

    /// The flags that would together grant this question, each as `--grant '…'` for a shell. Empty where flags
    /// cannot: a `deny`, a ceiling, a chart from elsewhere, a text that is not safe to copy.
    pub fn flags(&self) -> Vec<String> {
        let each: Option<Vec<Vec<String>>> =
            self.0.missing.iter().map(|missing| self.flags_of(missing)).collect();
        each.unwrap_or_default().concat()
    }

    /// The lines under `actors:` of a grants file that would together grant this question. Empty where none can.
    pub fn file_lines(&self) -> Vec<String> {
        let lines: Option<Vec<String>> =
            self.0.missing.iter().map(|missing| self.file_line(missing)).collect();
        lines.unwrap_or_default()
    }

    /// What to do, in one line; `None` where no grant would help.
    pub fn hint(&self) -> Option<String> {
        let (flags, lines) = (self.flags(), self.file_lines());
        if let Some(reason) =
            self.0.missing.iter().map(|missing| &missing.reason).find(|r| !r.can_be_granted())
        {
            return match reason {
                Reason::Denied(origin) => Some(format!("the deny in {origin} beats every grant")),
                Reason::Ceiling(file) => {
                    Some(format!("the administrator's file {} does not allow it", visible(file)))
                }
                _ => None,
            };
        }
        match (flags.is_empty(), lines.is_empty()) {
            (false, false) => Some(format!(
                "{}, or in a grants file, under actors: {}",
                flags.join(" "),
                lines.join(" and ")
            )),
            (false, true) => Some(flags.join(" ")),
            (true, false) => Some(format!("in a grants file, under actors: {}", lines.join(" and "))),
            (true, true) => None,
        }
    }

    fn flags_of(&self, missing: &Missing) -> Option<Vec<String>> {
        if !missing.reason.can_be_granted()
            || !missing.actor.can_be_written()
            || *missing.actor.provenance() != Provenance::Local
        {
            return None;
        }
        let name = escape(&missing.actor.to_string());
        let flag = |scope: &Scope| {
            let scope = write::to_flag(scope)?;
            let equals = if scope.is_empty() { "" } else { "=" };
            let text = format!("{} {}{equals}{scope}", write::word(&name, ""), self.capability());
            Some(format!("--grant {}", shell_quoted(&text)))
        };
        // A flag replaces what a file says, so what the file gave has to be said again.
        let from_files = missing.existing.iter().filter(|grant| !matches!(grant.origin, Origin::Flag(_)));
        from_files
            .map(|grant| flag(&grant.scope))
            .chain([self.0.question.exact_scope().and_then(|scope| flag(&scope))])
            .collect()
    }

    fn file_line(&self, missing: &Missing) -> Option<String> {
        if !missing.reason.can_be_granted() || !missing.actor.can_be_written() {
            return None;
        }
        // Flags are stronger than any file: where they decide, no line of a file helps.
        if missing.existing.iter().any(|grant| matches!(grant.origin, Origin::Flag(_))) {
            return None;
        }
        let capability = self.capability().word();
        let mut items: Vec<String> =
            missing.existing.iter().map(|grant| write::to_yaml(capability, &grant.scope)).collect();
        items.push(write::to_yaml(capability, &self.0.question.exact_scope()?));
        let items: Vec<String> = items
            .into_iter()
            .map(|item| if item.contains(": ") { format!("{{{item}}}") } else { item })
            .collect();
        let from = match missing.actor.provenance() {
            Provenance::Local => String::new(),
            Provenance::Remote { source, digest, .. } => {
                let digest = digest.as_ref().map(|digest| format!("digest: {}", yaml_scalar(digest)));
                let source =
                    source.as_ref().map(|source| format!("source: {}", yaml_scalar(&escape(source))));
                format!("from: {{{}}}, ", source.or(digest)?)
            }
        };
        let name = json_string(&escape(&missing.actor.to_string()));
        Some(format!("{name}: {{{from}grant: [{}]}}", items.join(", ")))
    }
}

impl Reason {
    fn can_be_granted(&self) -> bool {
        matches!(self, Self::NotGranted | Self::OutOfScope(_))
    }
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scope = visible(&shortened(&self.0.question.scope_text()));
        let Some(missing) = self.0.missing.first() else {
            return write!(f, "nobody may use {} ({scope}): no actor asks", self.capability());
        };
        write!(f, "{} may not use {} ({scope}): ", missing.actor, self.capability())?;
        match &missing.reason {
            Reason::NotGranted => write!(f, "not granted under profile {}", self.profile_of(missing))?,
            Reason::OutOfScope(origin) => write!(f, "outside what {origin} grants")?,
            Reason::Denied(origin) => write!(f, "denied by {origin}")?,
            Reason::Ceiling(file) => {
                write!(f, "the administrator's file {} does not allow it", visible(file))?
            }
            Reason::TooLong => f.write_str("the question is too long")?,
            Reason::AuditFull => f.write_str("the audit list is full")?,
        }
        match (&missing.limits, &self.0.asker) {
            (Some(below), _) => write!(f, ", and {below} can have no more than the chart above it"),
            (None, Some(asker)) if *asker != missing.actor => {
                write!(f, ", and {asker} asks in its name")
            }
            _ => Ok(()),
        }
    }
}

impl Denial {
    fn profile_of(&self, missing: &Missing) -> &'static str {
        match missing.actor.kind() {
            crate::actor::ActorKind::Chart => self.0.profile.word(),
            _ => "sandbox",
        }
    }
}

impl std::error::Error for Denial {}

/// A template chooses the scope's text, and an error should stay readable.
fn shortened(text: &str) -> String {
    const MOST: usize = 256;
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    text.chars().take(MOST).chain(['…']).collect()
}
