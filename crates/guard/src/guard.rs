//! The one door: ask it, and it answers with a permit or a denial, and writes down which.

use crate::actor::Actor;
use crate::audit::{Outcome, Record};
use crate::denial::{Denial, Missing, Reason};
use crate::policy::Policy;
use crate::question::Question;

/// The most records that are kept before the caller takes them.
const MOST_RECORDS: usize = 1 << 20;

/// Proof that one question was allowed. Only a [`Guard`] makes one; the effect consumes it.
///
/// It can be neither copied nor made outside this crate:
///
/// ```compile_fail,E0599
/// fn twice(permit: pintle_guard::Permit) -> [pintle_guard::Permit; 2] { [permit.clone(), permit] }
/// ```
///
/// ```compile_fail,E0451
/// let permit = pintle_guard::Permit { question: pintle_guard::Question::clock("now") };
/// ```
#[derive(Debug, PartialEq, Eq)]
#[must_use = "a permit is asked for to be used by an effect"]
pub struct Permit {
    question: Question,
}

impl Permit {
    /// The question that was allowed: the effect does this and nothing else.
    pub fn question(&self) -> &Question {
        &self.question
    }
}

/// Answers questions under one policy and keeps the audit list.
#[derive(Debug, Default)]
pub struct Guard {
    policy: Policy,
    records: Vec<Record>,
}

impl Guard {
    /// A guard with an empty audit list.
    pub fn new(policy: Policy) -> Self {
        Self { policy, records: Vec::new() }
    }

    /// The policy it answers from.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Adds what plugins.lock holds for a plugin; see [`Policy::hold`].
    pub fn hold(&mut self, grants: impl IntoIterator<Item = crate::grants::Grant>) {
        self.policy.hold(grants);
    }

    /// Asks a question on behalf of everybody whose code is running: every chart on the include and `tpl`
    /// stack, the innermost last. All of them must be allowed. Leaves one record.
    pub fn check(&mut self, stack: &[&Actor], question: Question) -> Result<Permit, Denial> {
        let question = if question.is_too_long() { question.cut() } else { question };
        let answer = self.decide(stack, &question);
        if self.records.len() < MOST_RECORDS {
            let outcome = match &answer {
                Ok(by) => Outcome::Allowed { by: by.clone() },
                Err(denial) => Outcome::Denied {
                    why: denial.to_string(),
                    lacking: denial.actor().map(ToString::to_string).unwrap_or_default(),
                },
            };
            self.records.push(Record {
                stack: distinct(stack),
                question: question.clone(),
                outcome,
                time: None,
                duration: None,
                bytes: None,
            });
        }
        answer.map(|_| Permit { question })
    }

    /// Whether a question would be allowed. Leaves no record: for choosing among what may then be asked, such as the
    /// environment variables that a guest can see.
    pub fn would_allow(&self, stack: &[&Actor], question: &Question) -> bool {
        self.policy.decide(stack, question).is_ok()
    }

    /// A permit for a question that each of these would be allowed: for work that is done ahead of its turn, for any of
    /// them, and thrown away unless what it asks then is allowed and recorded by [`Guard::check`]. Leaves no record.
    pub fn ahead<'a>(
        &self,
        actors: impl IntoIterator<Item = &'a Actor>,
        question: Question,
    ) -> Option<Permit> {
        let mut actors = actors.into_iter();
        actors.all(|actor| self.would_allow(&[actor], &question)).then_some(Permit { question })
    }

    /// Whether so many more questions can be recorded. What cannot is denied.
    pub fn has_room(&self, questions: usize) -> bool {
        self.records.len().saturating_add(questions) <= MOST_RECORDS
    }

    /// The record of the last question, for the caller to stamp.
    pub fn last_record_mut(&mut self) -> Option<&mut Record> {
        self.records.last_mut()
    }

    /// The records that were not taken yet.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// Takes the records out, in the order of the questions.
    pub fn take_records(&mut self) -> Vec<Record> {
        std::mem::take(&mut self.records)
    }

    fn decide(&self, stack: &[&Actor], question: &Question) -> Result<String, Denial> {
        // What cannot be recorded does not happen. A caller that takes records in time never meets this.
        if self.records.len() >= MOST_RECORDS {
            let asker = stack.last().map(|actor| (*actor).clone());
            let missing = asker.clone().map(|actor| Missing {
                actor,
                reason: Reason::AuditFull,
                limits: None,
                existing: Vec::new(),
            });
            return Err(Denial::new(
                asker,
                question.clone(),
                self.policy.profile(),
                missing.into_iter().collect(),
            ));
        }
        self.policy.decide(stack, question).map(|origin| origin.to_string())
    }
}

/// The stack without repetitions, each actor where it stands last.
fn distinct(stack: &[&Actor]) -> Vec<Actor> {
    let mut kept: Vec<Actor> = Vec::new();
    for actor in stack.iter().rev() {
        if !kept.contains(*actor) {
            kept.push((*actor).clone());
        }
    }
    kept.reverse();
    kept
}

#[cfg(test)]
mod tests;
