//! What a template printed and YAML does not understand, back to the line of the template that printed it.
//!
//! Nobody notes during a render who prints what. When it matters the chart is rendered once more with a trace, up to
//! the file in question. Nothing is asked anew: a [`Tape`] gives the answers of the first time, nothing is written to
//! the audit list, and if the file does not come out the same, nothing is said.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use govalue::Value;
use govalue::yaml::{self, Outline, Shape};
use guard::Permit;
use render::{Host, KeyAnswer, KeyRequest, Moment};

use super::{Excerpt, Report, Scene};

/// Answers that are kept.
const MOST: usize = 1 << 20;

/// One answer of a host.
#[derive(Debug, Clone)]
enum Answer {
    Moment(Moment),
    Zone(String),
    Random(Result<Vec<u8>, String>),
    Keys(Result<KeyAnswer, String>),
    Lookup(Result<Value, String>),
    Addresses(Result<Vec<String>, String>),
}

/// The answers that a render got, in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tape(Rc<RefCell<Vec<Answer>>>);

impl Tape {
    /// The host, with its answers written down.
    pub(crate) fn record(&self, host: Box<dyn Host>) -> Box<dyn Host> {
        Box::new(Recorder { host, tape: self.clone() })
    }

    /// A host that gives them again.
    pub(crate) fn play(&self) -> Box<dyn Host> {
        Box::new(Player(self.0.borrow().iter().cloned().collect()))
    }

    fn note(&self, answer: Answer) {
        let mut answers = self.0.borrow_mut();
        if answers.len() < MOST {
            answers.push(answer);
        }
    }
}

struct Recorder {
    host: Box<dyn Host>,
    tape: Tape,
}

impl Host for Recorder {
    fn now(&mut self, permit: Permit) -> Moment {
        let moment = self.host.now(permit);
        self.tape.note(Answer::Moment(moment));
        moment
    }

    fn local_zone(&mut self, permit: Permit) -> String {
        let zone = self.host.local_zone(permit);
        self.tape.note(Answer::Zone(zone.clone()));
        zone
    }

    fn random(&mut self, permit: Permit, buffer: &mut [u8]) -> Result<(), String> {
        let result = self.host.random(permit, buffer);
        self.tape.note(Answer::Random(result.clone().map(|()| buffer.to_vec())));
        result
    }

    fn keys(&mut self, permit: Permit, request: &KeyRequest<'_>) -> Result<KeyAnswer, String> {
        let result = self.host.keys(permit, request);
        self.tape.note(Answer::Keys(result.clone()));
        result
    }

    fn lookup(
        &mut self,
        permit: Permit,
        api_version: &str,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> Result<Value, String> {
        let result = self.host.lookup(permit, api_version, kind, namespace, name);
        self.tape.note(Answer::Lookup(result.clone()));
        result
    }

    fn resolve_host(&mut self, permit: Permit, name: &str) -> Result<Vec<String>, String> {
        let result = self.host.resolve_host(permit, name);
        self.tape.note(Answer::Addresses(result.clone()));
        result
    }

    fn limit_met(&self) -> Option<gotmpl::LimitError> {
        self.host.limit_met()
    }

    fn begins(&mut self, template: &str) {
        self.host.begins(template);
    }

    fn watch(&mut self) -> Option<Box<dyn gotmpl::Watch>> {
        self.host.watch()
    }
}

/// Gives answers again. To a question that was not asked before it has none.
struct Player(VecDeque<Answer>);

fn unasked<T>() -> Result<T, String> {
    Err("this was not asked before".to_owned())
}

impl Host for Player {
    fn now(&mut self, _: Permit) -> Moment {
        match self.0.pop_front() {
            Some(Answer::Moment(moment)) => moment,
            _ => Moment { seconds: 0, nanos: 0 },
        }
    }

    fn local_zone(&mut self, _: Permit) -> String {
        match self.0.pop_front() {
            Some(Answer::Zone(zone)) => zone,
            _ => "UTC".to_owned(),
        }
    }

    fn random(&mut self, _: Permit, buffer: &mut [u8]) -> Result<(), String> {
        match self.0.pop_front() {
            Some(Answer::Random(Ok(bytes))) if bytes.len() == buffer.len() => {
                buffer.copy_from_slice(&bytes);
                Ok(())
            }
            Some(Answer::Random(Err(error))) => Err(error),
            _ => unasked(),
        }
    }

    fn keys(&mut self, _: Permit, _: &KeyRequest<'_>) -> Result<KeyAnswer, String> {
        match self.0.pop_front() {
            Some(Answer::Keys(result)) => result,
            _ => unasked(),
        }
    }

    fn lookup(&mut self, _: Permit, _: &str, _: &str, _: &str, _: &str) -> Result<Value, String> {
        match self.0.pop_front() {
            Some(Answer::Lookup(result)) => result,
            _ => unasked(),
        }
    }

    fn resolve_host(&mut self, _: Permit, _: &str) -> Result<Vec<String>, String> {
        match self.0.pop_front() {
            Some(Answer::Addresses(result)) => result,
            _ => unasked(),
        }
    }
}

/// The report about a rendered file that is no YAML. `trace` finds out who printed what in it.
pub(crate) fn manifest(
    path: &str,
    content: &[u8],
    limits: &yaml::Limits,
    scene: &Scene<'_>,
    trace: impl FnOnce() -> Option<gotmpl::Trace>,
) -> Report {
    let mut report = Report::default();
    let bad =
        render::split(content).into_iter().find(|document| yaml::head_within(document, limits).is_err());
    let Some(document) = bad else { return report };
    let offset = (document.as_ptr() as usize).saturating_sub(content.as_ptr() as usize);
    let first = content.get(..offset).unwrap_or_default().iter().filter(|&&b| b == b'\n').count();
    let file = scene.file(path);
    let number = match yaml::broken(document) {
        Some(broken) => super::yaml::broken(&mut report, (&file, "as rendered"), content, first, &broken),
        None => match yaml::outline(document, limits).ok().and_then(|outline| misfit(&outline)) {
            Some((line, label)) => {
                let excerpt = Excerpt::line(&file, content, first + line as usize, (4, 2), label);
                report.push(excerpt.state("as rendered"));
                first + line as usize
            }
            None => return report,
        },
    };
    let Some(trace) = trace() else { return report };
    let lines = content.split(|&b| b == b'\n').count();
    // What is wrong at a line's end may show behind it: blank lines are nobody's.
    let blank = |number: usize| {
        content.split(|&b| b == b'\n').nth(number - 1).is_none_or(|line| line.trim_ascii().is_empty())
    };
    let number = (1..=number.min(lines)).rev().find(|number| !blank(*number)).unwrap_or(1);
    let printed = trace.line(number - 1);
    // A text of several lines right above it is what most often went wrong.
    let above = (1..number).rev().filter(|number| !blank(*number)).take(2);
    let above: Vec<Vec<gotmpl::Printed>> = above.map(|number| trace.line(number - 1)).collect();
    if let [first, second] = above.as_slice()
        && let (Some(first), Some(second)) = (first.first(), second.first())
        && first.action
        && (&first.place.file, first.place.line) == (&second.place.file, second.place.line)
        && printed.first().is_none_or(|printed| printed.place.line != first.place.line)
    {
        let file = scene.file(&first.place.file);
        let label = "the lines above it are printed by this line of the template";
        report.push(Excerpt::source_line(&file, &first.source, first.place.line, (1, 1), label));
    }
    let innermost = printed.len().saturating_sub(1);
    for (index, printed) in printed.iter().enumerate().filter(|(index, _)| *index == 0 || *index == innermost)
    {
        let label = match (printed.action, index) {
            (false, 0) => "this line of the template",
            (true, 0) => "printed by this line of the template",
            (_, _) => "which has it from here",
        };
        let file = scene.file(&printed.place.file);
        report.push(Excerpt::source_line(&file, &printed.source, printed.place.line, (1, 1), label));
    }
    report
}

/// The part of a manifest's head that has a type it cannot have.
fn misfit(outline: &Outline) -> Option<(u32, String)> {
    let Shape::Map(entries) = &outline.shape else {
        return Some((outline.line, "a manifest is a map, this is none".to_owned()));
    };
    let key =
        |entry: &Outline| if let Shape::Text(text) = &entry.shape { text.clone() } else { String::new() };
    let is_text = |entry: &Outline| matches!(entry.shape, Shape::Text(_) | Shape::Null);
    for (name, value) in entries {
        match key(name).as_str() {
            "apiVersion" | "kind" if !is_text(value) => {
                return Some((name.line, format!("`{}` must be a text", key(name))));
            }
            "metadata" => {
                let Shape::Map(inner) = &value.shape else {
                    let is_null = matches!(value.shape, Shape::Null);
                    return (!is_null).then(|| (name.line, "`metadata` must be a map".to_owned()));
                };
                for (name, value) in inner {
                    match key(name).as_str() {
                        "name" if !is_text(value) => {
                            return Some((name.line, "`name` must be a text: put it in quotes".to_owned()));
                        }
                        "annotations" => match &value.shape {
                            Shape::Map(inner) => {
                                if let Some((name, _)) = inner.iter().find(|(_, value)| !is_text(value)) {
                                    let label = "the value of an annotation must be a text: put it in quotes";
                                    return Some((name.line, label.to_owned()));
                                }
                            }
                            Shape::Null => {}
                            _ => return Some((name.line, "`annotations` must be a map".to_owned())),
                        },
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    None
}
