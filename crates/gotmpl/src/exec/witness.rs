//! What an execution that fails was looking at: the stretch of text, the values that it names, the tables these
//! were looked up in, and the branches around it.
//!
//! All of it is made on the way out of a failure. An execution that succeeds never comes here.

use std::ops::Range;
use std::sync::Arc;

use govalue::{Map, Str, Value, compare};

use super::frame::{At, Frame, Val};
use super::{Engine, Flow, Result};
use crate::ast::{Arg, ArgKind, Branch, Code, Command, Node, Pipe, Run, Span, UNDEFINED};
use crate::error::{ExecError, Fault, Place};

/// The most operands that are told, and the most branches.
const MOST: usize = 8;
/// How deep parentheses are looked into.
const DEPTH: usize = 16;

/// A place in a template with its text.
#[derive(Debug, Clone)]
pub struct Site {
    /// Where.
    pub place: Place,
    /// The whole text that it stands in.
    pub source: Arc<[u8]>,
    /// The stretch of it.
    pub span: Range<usize>,
}

/// What a failed execution was looking at.
#[derive(Debug, Clone)]
pub struct Witness {
    /// The whole text of the definition.
    pub source: Arc<[u8]>,
    /// The expression that failed.
    pub span: Range<usize>,
    /// The values that it names.
    pub operands: Vec<Operand>,
    /// The branches that it stands in, the innermost first.
    pub enclosing: Vec<Enclosing>,
    /// `template` actions on the way to the definition, the innermost first.
    pub callers: Vec<Site>,
}

/// A value that an expression names.
#[derive(Debug, Clone)]
pub struct Operand {
    /// As it is written.
    pub expression: String,
    /// Where.
    pub span: Range<usize>,
    /// It; `None` when nothing is there.
    pub value: Option<Value>,
    /// How it was looked up; `None` for a variable that nothing is known of.
    pub trail: Option<Trail>,
}

/// The last table on the way to a value.
#[derive(Debug, Clone)]
pub struct Trail {
    /// The table.
    pub holder: Map,
    /// What was looked up in it.
    pub key: Str,
    /// Fields behind that, which were not reached.
    pub below: Vec<Str>,
}

/// A branch around a failure.
#[derive(Debug, Clone)]
pub struct Enclosing {
    /// `if`, `with` or `range`.
    pub word: &'static str,
    /// Whether it is the branch behind `else`.
    pub otherwise: bool,
    /// What decides.
    pub span: Range<usize>,
    /// The values that it names.
    pub operands: Vec<Operand>,
}

impl Engine<'_> {
    /// Notes what a failure of this definition was looking at, once.
    pub(super) fn bear_witness(&self, frame: &Frame<'_>, dot: &Val, error: &mut ExecError) {
        if !error.is_here() || error.witness_mut().is_some() {
            return;
        }
        let Some(span) = frame.span() else { return };
        let mut operands = Vec::new();
        let whole = matches!(
            error.fault(),
            Some(Fault::Call { .. } | Fault::WrongType { .. } | Fault::NotIterable { .. }) | None
        );
        self.operands_at(frame, dot, whole, &mut operands);
        *error.witness_mut() = Some(Witness {
            source: Arc::clone(&frame.code().source),
            span,
            operands,
            enclosing: Vec::new(),
            callers: Vec::new(),
        });
    }

    /// Notes the branch that a failure comes out of.
    pub(super) fn inside(
        &self,
        frame: &Frame<'_>,
        dot: &Val,
        (word, branch, otherwise): (&'static str, &Branch, bool),
        mut result: Result<Flow>,
    ) -> Result<Flow> {
        if let Err(error) = &mut result
            && error.is_here()
            && let Some(witness) = error.witness_mut()
            && witness.enclosing.len() < MOST
        {
            let pipe = frame.code().pipe(branch.pipe);
            let mut operands = Vec::new();
            self.operands_of_pipe(frame, dot, pipe, DEPTH, &mut operands);
            let span = frame.code().span_of_pipe(pipe);
            witness.enclosing.push(Enclosing { word, otherwise, span, operands });
        }
        result
    }

    /// The operands of the node being worked on; of all the command that it is in, when `whole`.
    fn operands_at(&self, frame: &Frame<'_>, dot: &Val, whole: bool, out: &mut Vec<Operand>) {
        let code = frame.code();
        match frame.at {
            At::Nothing => {}
            At::Node(node) => match node {
                Node::Action { pipe, .. } => self.operands_of_pipe(frame, dot, code.pipe(*pipe), DEPTH, out),
                Node::Template(call) => {
                    if let Some(pipe) = code.call(*call).pipe {
                        self.operands_of_pipe(frame, dot, code.pipe(pipe), DEPTH, out);
                    }
                }
                _ => {}
            },
            At::Branch(branch, _) => {
                self.operands_of_pipe(frame, dot, code.pipe(branch.pipe), DEPTH, out);
            }
            At::Pipe(pipe) => self.operands_of_pipe(frame, dot, pipe, DEPTH, out),
            At::Command(command) => self.operands_up_to(frame, dot, command, out),
            At::Arg(arg) if whole => match code.commands.iter().find(|command| code.holds(command, arg)) {
                Some(command) => self.operands_up_to(frame, dot, command, out),
                None => self.operands_of(frame, dot, arg, DEPTH, out),
            },
            At::Arg(arg) => self.operands_of(frame, dot, arg, DEPTH, out),
        }
    }

    /// Those of a command, and of the commands before it in its pipeline: what these give is its last argument.
    fn operands_up_to(&self, frame: &Frame<'_>, dot: &Val, command: &Command, out: &mut Vec<Operand>) {
        let code = frame.code();
        for pipe in &code.pipes {
            let commands = code.commands(pipe);
            if let Some(at) = commands.iter().position(|other| std::ptr::eq(other, command)) {
                for command in &commands[..=at] {
                    code.args(command).iter().for_each(|arg| self.operands_of(frame, dot, arg, DEPTH, out));
                }
                return;
            }
        }
    }

    fn operands_of_pipe(
        &self,
        frame: &Frame<'_>,
        dot: &Val,
        pipe: &Pipe,
        depth: usize,
        out: &mut Vec<Operand>,
    ) {
        for command in frame.code().commands(pipe) {
            for arg in frame.code().args(command) {
                self.operands_of(frame, dot, arg, depth, out);
            }
        }
    }

    fn operands_of(&self, frame: &Frame<'_>, dot: &Val, arg: &Arg, depth: usize, out: &mut Vec<Operand>) {
        if out.len() >= MOST || depth == 0 {
            return;
        }
        let code = frame.code();
        match arg.kind {
            ArgKind::Pipe(pipe) => self.operands_of_pipe(frame, dot, code.pipe(pipe), depth - 1, out),
            ArgKind::Dot | ArgKind::Field(_) | ArgKind::Variable(..) => {
                let found = self.look_up(frame, dot, arg);
                let (value, trail) = found.unwrap_or((None, None));
                let span = code.span_of(arg);
                out.push(Operand { expression: frame.written(arg), span, value, trail });
            }
            ArgKind::Chain(inner, _) => self.operands_of(frame, dot, code.arg(inner), depth - 1, out),
            _ => {}
        }
    }

    /// Follows fields through tables. Methods are not called.
    fn look_up(&self, frame: &Frame<'_>, dot: &Val, arg: &Arg) -> Option<(Option<Value>, Option<Trail>)> {
        let code = frame.code();
        let (start, fields) = match arg.kind {
            ArgKind::Field(fields) => (dot.value.clone(), fields),
            ArgKind::Variable(UNDEFINED, _) => return None,
            ArgKind::Variable(slot, fields) => {
                (self.variables.get(frame.base + slot as usize)?.value.clone(), fields)
            }
            _ => (dot.value.clone(), Run::default()),
        };
        let fields: Vec<Str> =
            code.fields(fields).iter().map(|name| Str::from_bytes(code.text(*name))).collect();
        if fields.is_empty()
            && let ArgKind::Variable(slot, _) = arg.kind
        {
            let trail = self.declared(frame, dot, arg, slot, &start);
            return Some((Some(start), trail));
        }
        Some(follow(start, &fields))
    }

    /// How a variable came to its value, if the last declaration before its use says so and still does.
    fn declared(&self, frame: &Frame<'_>, dot: &Val, used: &Arg, slot: u32, value: &Value) -> Option<Trail> {
        let code = frame.code();
        let pipes = code.pipes.iter().filter(|pipe| {
            pipe.pos < used.pos && code.variables(pipe).iter().any(|variable| variable.slot == slot)
        });
        let pipe = pipes.max_by_key(|pipe| pipe.pos)?;
        let [command] = code.commands(pipe) else { return None };
        let [arg] = code.args(command) else { return None };
        let fields = match arg.kind {
            ArgKind::Field(_) => true,
            ArgKind::Variable(_, fields) => fields.len > 0,
            _ => false,
        };
        if !fields {
            return None;
        }
        let (found, trail) = self.look_up(frame, dot, arg)?;
        let same = match (&found, value) {
            (Some(Value::Map(found)), Value::Map(value)) => found.same(value),
            // Lists are not looked into: one that doubles with every level would never end.
            (Some(Value::List(found)), Value::List(value)) => found.address() == value.address(),
            (Some(Value::Map(_) | Value::List(_)), _) | (None, _) => false,
            (Some(found), value) => compare::deep_equal(found, value),
        };
        trail.filter(|_| same)
    }
}

/// The value that fields lead to, and the last table on the way.
fn follow(start: Value, fields: &[Str]) -> (Option<Value>, Option<Trail>) {
    let mut current = Some(start);
    let mut trail = None;
    for (index, field) in fields.iter().enumerate() {
        match &current {
            Some(Value::Map(map)) => {
                let next = map.get(field);
                trail = Some(Trail {
                    holder: map.clone(),
                    key: field.clone(),
                    below: fields[index + 1..].to_vec(),
                });
                current = next;
            }
            Some(Value::Object(object)) => {
                current = std::str::from_utf8(field).ok().and_then(|field| object.field(field));
                trail = None;
            }
            _ => return (None, trail),
        }
    }
    (current, trail)
}

impl Frame<'_> {
    /// The stretch of text of the node being worked on.
    fn span(&self) -> Option<Range<usize>> {
        let code = self.code();
        Some(match self.at {
            At::Nothing => return None,
            At::Node(node) => code.span_of_node(node),
            At::Branch(branch, _) => code.span_of_pipe(code.pipe(branch.pipe)),
            At::Pipe(pipe) => code.span_of_pipe(pipe),
            At::Command(command) => code.span_of_command(command),
            At::Arg(arg) => code.span_of(arg),
        })
    }

    /// The node being worked on with its text.
    pub(super) fn site(&self) -> Option<Site> {
        let source = Arc::clone(&self.code().source);
        Some(Site { place: self.place()?, source, span: self.span()? })
    }
}

impl Code {
    /// Whether an operand is one of a command's.
    fn holds(&self, command: &Command, arg: &Arg) -> bool {
        self.args(command).iter().any(|other| {
            std::ptr::eq(other, arg)
                || matches!(other.kind, ArgKind::Chain(inner, _) if std::ptr::eq(self.arg(inner), arg))
        })
    }

    fn end_of_fields(&self, fields: Run, otherwise: Span) -> u32 {
        self.fields(fields).last().map_or(otherwise.end, |last| last.end)
    }

    fn span_of(&self, arg: &Arg) -> Range<usize> {
        self.start_of(arg)..self.end_of(arg)
    }

    fn start_of(&self, arg: &Arg) -> usize {
        match arg.kind {
            ArgKind::Chain(inner, _) => self.start_of(self.arg(inner)),
            _ => arg.text.start as usize,
        }
    }

    /// Looks into one operand of each pair of parentheses: they may be nested as deep as the parser allows.
    fn end_of(&self, arg: &Arg) -> usize {
        match arg.kind {
            ArgKind::Field(fields) | ArgKind::Variable(_, fields) => {
                self.end_of_fields(fields, arg.text) as usize
            }
            ArgKind::Chain(inner, fields) => match self.fields(fields).last() {
                Some(last) => last.end as usize,
                None => self.end_of(self.arg(inner)),
            },
            ArgKind::Pipe(pipe) => {
                let inner = self.end_of_pipe(self.pipe(pipe)).unwrap_or(arg.text.end as usize);
                let behind = self.source.get(inner..).unwrap_or_default();
                let close = behind.iter().position(|&b| b == b')').map_or(0, |at| at + 1);
                inner + close
            }
            _ => arg.text.end as usize,
        }
    }

    fn end_of_pipe(&self, pipe: &Pipe) -> Option<usize> {
        let last = self.commands(pipe).last()?;
        self.args(last).last().map(|arg| self.end_of(arg))
    }

    fn start_of_command(&self, command: &Command) -> usize {
        self.args(command).first().map_or(command.pos as usize, |arg| self.start_of(arg))
    }

    fn span_of_command(&self, command: &Command) -> Range<usize> {
        let start = self.start_of_command(command);
        start..self.args(command).last().map_or(start, |arg| self.end_of(arg))
    }

    fn span_of_pipe(&self, pipe: &Pipe) -> Range<usize> {
        let declared = self.variables(pipe).first().map(|variable| variable.name.start as usize);
        let first = self.commands(pipe).first().map(|command| self.start_of_command(command));
        let start = declared.or(first).unwrap_or(pipe.pos as usize);
        start..self.end_of_pipe(pipe).unwrap_or(start)
    }

    fn span_of_node(&self, node: &Node) -> Range<usize> {
        match node {
            Node::Text(span) => span.start as usize..span.end as usize,
            Node::Action { pipe, .. } => self.span_of_pipe(self.pipe(*pipe)),
            Node::If(branch) | Node::With(branch) | Node::Range(branch) => {
                self.span_of_pipe(self.pipe(self.branch(*branch).pipe))
            }
            Node::Template(call) => {
                let call = self.call(*call);
                let start = call.pos as usize;
                let end = call.pipe.map(|pipe| self.span_of_pipe(self.pipe(pipe)).end);
                start..end.unwrap_or(start + call.name.len() + 2).min(self.source.len())
            }
            Node::Break(pos) => *pos as usize..*pos as usize + "break".len(),
            Node::Continue(pos) => *pos as usize..*pos as usize + "continue".len(),
        }
    }
}
