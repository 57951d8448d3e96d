//! Executing templates.
//!
//! Go's engine works on `reflect.Value`s, and three things of them show in what a chart sees: a value that is
//! not there at all, a nil that sits in an `interface{}` (reading a field of it is an error), and whether a
//! value was read out of an `interface{}` (which decides the type that errors name). [`Val`] carries that.

mod arguments;
mod call;
mod frame;
mod pipeline;
mod trace;
mod witness;

use std::any::Any;
use std::rc::Rc;

use govalue::{Kind, Str, Value, print};

use self::arguments::{BYTES_OF_A_STEP, STEPS_OF_A_PIECE};
use self::frame::{At, Frame, Val};
use crate::ast::{Branch, Node, Run, Template, TemplateCall};
use crate::budget::{Budget, NESTED};
use crate::builtins::{pointee, text_of};
use crate::error::{ExecError, Fault, LimitError};
use crate::set::Set;
use crate::watch::Passage;

pub use self::call::{Call, TextError};
pub use self::trace::{Printed, Trace};
pub use self::witness::{Enclosing, Operand, Site, Trail, Witness};

/// How a list of nodes ended.
#[derive(PartialEq)]
enum Flow {
    Next,
    Break,
    Continue,
}

/// Steps to begin and end a definition.
const RUN: u64 = 6;
/// Steps of a turn of a loop.
const TURN: u64 = 2;

type Result<T, E = ExecError> = std::result::Result<T, E>;

/// What all frames of an execution share.
pub(crate) struct Engine<'e> {
    set: &'e mut Set,
    host: &'e mut dyn Any,
    budget: &'e mut Budget,
    variables: Vec<Val>,
    /// How many blocks and pipelines are open, one within the other: they take native stack as definitions do.
    nested: u32,
    /// Owners of the definitions being executed, outermost first.
    owners: Vec<u32>,
    /// Who printed what, when somebody wants to know.
    trace: Option<Box<Trace>>,
}

impl<'e> Engine<'e> {
    pub(crate) fn new(set: &'e mut Set, host: &'e mut dyn Any, budget: &'e mut Budget) -> Self {
        Self { set, host, budget, variables: Vec::new(), nested: 0, owners: Vec::new(), trace: None }
    }

    /// Executes a definition and notes who prints what.
    pub(crate) fn execute_traced(
        &mut self,
        name: &[u8],
        data: &Value,
        out: &mut Vec<u8>,
    ) -> (Result<()>, Trace) {
        self.trace = Some(Box::default());
        let result = self.traced(out, |engine, out| engine.execute(name, data, out));
        (result, self.trace.take().map(|trace| *trace).unwrap_or_default())
    }

    pub(crate) fn execute(&mut self, name: &[u8], data: &Value, out: &mut Vec<u8>) -> Result<()> {
        let Some(template) = self.set.lookup(name) else {
            let message = format!(
                "template: no template {} associated with template {}",
                print::quote(name),
                print::quote(&self.set.name)
            );
            return Err(ExecError::new(None, message).about(self.no_template(name)));
        };
        self.run(&template, Val::plain(data.clone()), out)
    }

    fn run(&mut self, template: &Rc<Template>, dot: Val, out: &mut Vec<u8>) -> Result<()> {
        let base = self.variables.len();
        let mut frame = Frame { template, at: At::Nothing, base };
        if self.owners.len() >= self.budget.depth as usize {
            let limit = LimitError { name: "render.depth", limit: u64::from(self.budget.depth) };
            return Err(frame.limit(limit));
        }
        // Names are looked up in the definitions of each text given to `tpl` that is being executed.
        self.budget.charge(RUN + self.set.layers()).map_err(|limit| frame.limit(limit))?;
        self.variables.resize(base + template.slots as usize, Val::default());
        self.variables[base] = dot.clone();
        self.owners.push(template.owner);
        let passage = Passage::Definition { name: &template.name, file: &template.parse_name };
        let watched = self.set.enter(passage);
        let mut result = self.walk(&mut frame, &dot, template.body, out);
        if let Err(error) = &mut result {
            error.leave();
        }
        if watched {
            self.set.leave();
        }
        self.owners.pop();
        self.variables.truncate(base);
        result.map(|_| ())
    }

    /// Goes one block or pipeline deeper; whoever calls it subtracts the one again.
    #[inline]
    fn enter(&mut self, frame: &Frame<'_>) -> Result<()> {
        if self.nested >= self.budget.depth.saturating_mul(NESTED) {
            let limit = LimitError { name: "render.depth", limit: u64::from(self.budget.depth) };
            return Err(frame.limit(limit));
        }
        self.nested += 1;
        Ok(())
    }

    fn walk<'t>(&mut self, frame: &mut Frame<'t>, dot: &Val, nodes: Run, out: &mut Vec<u8>) -> Result<Flow> {
        self.enter(frame)?;
        let mut result = self.walk_nodes(frame, dot, nodes, out);
        self.nested -= 1;
        if let Err(error) = &mut result {
            self.bear_witness(frame, dot, error);
        }
        result
    }

    fn walk_nodes<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        dot: &Val,
        nodes: Run,
        out: &mut Vec<u8>,
    ) -> Result<Flow> {
        let code = frame.code();
        for node in code.nodes(nodes) {
            if let Err(limit) = self.budget.charge(code.weight(node)) {
                frame.at = At::Node(node);
                return Err(frame.limit(limit));
            }
            match node {
                Node::Text(span) => {
                    let text = code.text(*span);
                    if let Err(limit) = self.budget.charge_bytes(text.len() as u64) {
                        frame.at = At::Node(node);
                        return Err(frame.limit(limit));
                    }
                    let start = out.len();
                    out.extend_from_slice(text);
                    if let Some(trace) = &mut self.trace {
                        trace.print(frame, span.start, false, start..out.len());
                    }
                }
                Node::Action { pipe, pos } => {
                    let pipe = code.pipe(*pipe);
                    let value = self.pipeline(frame, dot, pipe)?;
                    if pipe.variables.len == 0 {
                        frame.at = At::Node(node);
                        let start = out.len();
                        self.print(frame, &value, out)?;
                        if let Some(trace) = &mut self.trace {
                            trace.print(frame, *pos, true, start..out.len());
                        }
                    }
                }
                Node::If(branch) => {
                    let flow = self.branch(frame, dot, code.branch(*branch), false, out)?;
                    if flow != Flow::Next {
                        return Ok(flow);
                    }
                }
                Node::With(branch) => {
                    let flow = self.branch(frame, dot, code.branch(*branch), true, out)?;
                    if flow != Flow::Next {
                        return Ok(flow);
                    }
                }
                Node::Range(branch) => {
                    let flow = self.range(frame, dot, code.branch(*branch), out)?;
                    if flow != Flow::Next {
                        return Ok(flow);
                    }
                }
                Node::Template(call) => {
                    let TemplateCall { name, pipe, .. } = code.call(*call);
                    frame.at = At::Node(node);
                    let Some(template) = self.set.lookup(name) else {
                        let message = format!("template {} not defined", print::quote(name));
                        return Err(frame.error(message).about(self.no_template(name)));
                    };
                    let data = match pipe {
                        Some(pipe) => self.pipeline(frame, dot, code.pipe(*pipe))?,
                        None => Val::default(),
                    };
                    if let Err(mut error) = self.run(&template, data, out) {
                        frame.at = At::Node(node);
                        if let Some(caller) = frame.site() {
                            error.through(caller);
                        }
                        return Err(error);
                    }
                }
                Node::Break(_) => return Ok(Flow::Break),
                Node::Continue(_) => return Ok(Flow::Continue),
            }
        }
        Ok(Flow::Next)
    }

    fn no_template(&self, name: &[u8]) -> Fault {
        Fault::NoTemplate { name: Str::from_bytes(name), known: self.set.names() }
    }

    fn print(&mut self, frame: &Frame<'_>, value: &Val, out: &mut Vec<u8>) -> Result<()> {
        let before = out.len();
        let mut in_pieces = false;
        match &value.value {
            Value::Nil => out.extend_from_slice(b"<no value>"),
            Value::Str(text) => {
                self.budget.charge_bytes(text.len() as u64).map_err(|limit| frame.limit(limit))?;
                out.extend_from_slice(text);
            }
            other => {
                // A pointer without a text of its own prints as what it points to.
                let target = match other {
                    Value::Object(object) if object.ty().kind == Kind::Ptr && object.text().is_none() => {
                        Some(pointee(other))
                    }
                    _ => None,
                };
                let shown = target.as_ref().unwrap_or(other);
                in_pieces = true;
                print::try_write_value(out, shown).map_err(|error| frame.error(error.to_string()))?;
                let written = (out.len() - before) as u64;
                self.budget.charge_bytes(written).map_err(|limit| frame.limit(limit))?;
            }
        }
        // What is printed takes time as well.
        let written = (out.len() - before) as u64;
        let steps = if in_pieces { written * STEPS_OF_A_PIECE } else { written / BYTES_OF_A_STEP };
        self.budget.charge(steps).map_err(|limit| frame.limit(limit))
    }

    fn branch<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        dot: &Val,
        branch: &'t Branch,
        is_with: bool,
        out: &mut Vec<u8>,
    ) -> Result<Flow> {
        let pipe = frame.code().pipe(branch.pipe);
        let value = self.pipeline(frame, dot, pipe)?;
        let word = if is_with { "with" } else { "if" };
        if value.value.truth() {
            let result = self.walk(frame, if is_with { &value } else { dot }, branch.body, out);
            return self.inside(frame, dot, (word, branch, false), result);
        }
        match branch.otherwise {
            Some(nodes) => {
                let result = self.walk(frame, dot, nodes, out);
                self.inside(frame, dot, (word, branch, true), result)
            }
            None => Ok(Flow::Next),
        }
    }

    fn range<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        dot: &Val,
        branch: &'t Branch,
        out: &mut Vec<u8>,
    ) -> Result<Flow> {
        frame.at = At::Branch(branch, "range");
        let pipe = frame.code().pipe(branch.pipe);
        let value = self.pipeline(frame, dot, pipe)?;
        let variables = frame.code().variables(pipe);
        let mut ran = false;
        // True when the loop was left by `break`.
        macro_rules! iterate {
            ($index:expr, $element:expr) => {{
                ran = true;
                let element: Val = $element;
                match variables {
                    [] => {}
                    [only] => self.variables[frame.base + only.slot as usize] = element.clone(),
                    [first, second, ..] => {
                        self.variables[frame.base + first.slot as usize] = $index;
                        self.variables[frame.base + second.slot as usize] = element.clone();
                    }
                }
                if let Err(limit) = self.budget.charge(TURN) {
                    return Err(frame.limit(limit));
                }
                let result = self.walk(frame, &element, branch.body, out);
                if self.inside(frame, dot, ("range", branch, false), result)? == Flow::Break {
                    return Ok(Flow::Next);
                }
            }};
        }
        match &value.value {
            Value::Int(kind, number) => {
                if variables.len() > 1 {
                    let shown = text_of(&value.value);
                    return Err(
                        frame.error(format!("can't use {shown} to iterate over more than one variable"))
                    );
                }
                if kind.is_unsigned() {
                    for n in 0..*number as u64 {
                        iterate!(Val::default(), Val::plain(Value::Int(*kind, n as i64)));
                    }
                } else {
                    for n in 0..*number {
                        iterate!(Val::default(), Val::plain(Value::Int(*kind, n)));
                    }
                }
            }
            Value::List(list) => {
                let element = list.ty().elem;
                for (index, item) in list.iter().enumerate() {
                    iterate!(Val::plain(Value::int(index as i64)), Val::element(item.clone(), element));
                }
            }
            Value::Bytes(bytes) => {
                for (index, byte) in bytes.iter().enumerate() {
                    let item = Value::Int(govalue::IntKind::Uint8, i64::from(*byte));
                    iterate!(Val::plain(Value::int(index as i64)), Val::plain(item));
                }
            }
            Value::Map(map) => {
                let element = map.ty().elem;
                self.budget.charge(map.len() as u64 * 2).map_err(|limit| frame.limit(limit))?;
                // The entries as they are now: the body may change the map.
                for (key, item) in map.iter() {
                    iterate!(Val::plain(Value::Str(key)), Val::element(item, element));
                }
            }
            Value::Nil => {}
            Value::Object(object) if object.is_nil() => {}
            _ => {
                let shown = text_of(&pointee(&value.value));
                let fault = Fault::NotIterable { value: value.value.clone() };
                return Err(frame.error(format!("range can't iterate over {shown}")).about(fault));
            }
        }
        match branch.otherwise {
            // A `break` here leaves this range, whose turn it is not; a `continue` is the outer one's.
            Some(nodes) if !ran => match self.walk(frame, dot, nodes, out)? {
                Flow::Break => Ok(Flow::Next),
                flow => Ok(flow),
            },
            _ => Ok(Flow::Next),
        }
    }
}
