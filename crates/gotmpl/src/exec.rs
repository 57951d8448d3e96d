//! Executing templates.
//!
//! Go's engine works on `reflect.Value`s, and three things of them show in what a chart sees: a value that is
//! not there at all, a nil that sits in an `interface{}` (reading a field of it is an error), and whether a
//! value was read out of an `interface{}` (which decides the type that errors name). [`Val`] carries that.

use std::any::Any;
use std::rc::Rc;

use govalue::types::{self, Kind};
use govalue::{List, Map, Str, Type, Value, print};

use crate::ast::{Arg, ArgKind, Branch, Command, Node, Number, Pipe, Template};
use crate::builtins::zero;
use crate::error::{ExecError, LimitError, ParseError, Place};
use crate::functions::Implementation;
use crate::set::{Budget, MissingKey, Set};

/// A value with its static side: whether it sits in an `interface{}`. Nil without one is no value.
#[derive(Clone, Default)]
struct Val {
    value: Value,
    in_interface: bool,
}

impl Val {
    fn plain(value: Value) -> Self {
        Self { value, in_interface: false }
    }

    /// What a container of such elements gives.
    fn element(value: Value, element: Option<&'static Type>) -> Self {
        Self { value, in_interface: element.is_some_and(Type::is_interface) }
    }

    /// The type that errors name.
    fn type_name(&self) -> &'static str {
        if self.in_interface { types::ANY.name } else { self.value.type_name() }
    }

    fn is_missing(&self) -> bool {
        self.value.is_nil() && !self.in_interface
    }
}

/// The node being worked on: errors name it.
#[derive(Clone, Copy)]
enum At<'t> {
    Nothing,
    Node(&'t Node),
    Branch(&'t Branch, &'static str),
    Pipe(&'t Pipe),
    Command(&'t Command),
    Arg(&'t Arg),
}

/// One execution of one definition.
struct Frame<'t> {
    template: &'t Template,
    at: At<'t>,
    /// Where its variables begin on the engine's stack.
    base: usize,
}

impl Frame<'_> {
    fn place(&self) -> Option<Place> {
        let mut expression = String::new();
        let source = &self.template.source;
        let pos = match self.at {
            At::Nothing => return None,
            At::Node(node) => {
                node.write(source, &mut expression);
                node.pos()
            }
            At::Branch(branch, word) => {
                branch.write(word, source, &mut expression);
                branch.pos
            }
            At::Pipe(pipe) => {
                pipe.write(&mut expression);
                pipe.pos
            }
            At::Command(command) => {
                command.write(&mut expression);
                command.pos
            }
            At::Arg(arg) => {
                arg.write(&mut expression);
                arg.pos
            }
        };
        let before = &source[..(pos as usize).min(source.len())];
        let line_start = before.iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
        Some(Place {
            file: self.template.parse_name.to_string(),
            line: 1 + before.iter().filter(|&&b| b == b'\n').count(),
            column: before.len() - line_start,
            definition: self.template.name.to_string(),
            expression,
        })
    }

    fn error(&self, message: impl Into<String>) -> ExecError {
        ExecError::new(self.place(), message.into())
    }

    fn limit(&self, limit: LimitError) -> ExecError {
        ExecError::caused(self.place(), limit.to_string(), Box::new(limit))
    }
}

/// How a list of nodes ended.
#[derive(PartialEq)]
enum Flow {
    Next,
    Break,
    Continue,
}

type Result<T, E = ExecError> = std::result::Result<T, E>;

/// What all frames of an execution share.
pub(crate) struct Engine<'e> {
    set: &'e mut Set,
    host: &'e mut dyn Any,
    budget: &'e mut Budget,
    variables: Vec<Val>,
    /// Owners of the definitions being executed, outermost first.
    owners: Vec<u32>,
}

/// What a host function has: the engine, to execute templates, and the host behind it.
pub struct Call<'c, 'e> {
    engine: &'c mut Engine<'e>,
    place: &'c dyn Fn() -> Option<Place>,
}

impl Call<'_, '_> {
    /// The host that was given to [`Set::execute`], if it is of this type.
    pub fn host_mut<T: 'static>(&mut self) -> Option<&mut T> {
        self.engine.host.downcast_mut()
    }

    /// Owners of the definitions being executed, outermost first, with repetitions.
    pub fn owners(&self) -> &[u32] {
        &self.engine.owners
    }

    /// Where the call stands.
    pub fn place(&self) -> Option<Place> {
        (self.place)()
    }

    /// The set's name.
    pub fn set_name(&self) -> &Str {
        &self.engine.set.name
    }

    /// Executes a definition into a text of its own.
    ///
    /// # Errors
    /// In Go's words, also for a name that is not defined.
    pub fn execute_template(&mut self, name: &[u8], data: &Value) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        self.engine.execute(name, data, &mut out)?;
        Ok(out)
    }

    /// Parses a text under the set's name and executes it. What it defines is seen by what it executes, and
    /// by nothing else.
    ///
    /// # Errors
    /// [`TextError`] tells a text that cannot be parsed from one that fails.
    pub fn execute_text(&mut self, text: &Str, data: &Value) -> Result<Vec<u8>, TextError> {
        let owner = self.engine.owners.last().copied().unwrap_or_default();
        let (main, definitions) = self.engine.set.compile(text, owner).map_err(TextError::Parse)?;
        let layered = self.engine.set.push_layer(&definitions);
        let mut out = Vec::new();
        let result = self.engine.run(&main, Val::plain(data.clone()), &mut out);
        if layered {
            self.engine.set.pop_layer();
        }
        result.map(|()| out).map_err(TextError::Execute)
    }
}

/// Why a text could not be executed.
#[derive(Debug)]
pub enum TextError {
    /// It cannot be parsed.
    Parse(ParseError),
    /// It failed.
    Execute(ExecError),
}

impl<'e> Engine<'e> {
    pub(crate) fn new(set: &'e mut Set, host: &'e mut dyn Any, budget: &'e mut Budget) -> Self {
        Self { set, host, budget, variables: Vec::new(), owners: Vec::new() }
    }

    pub(crate) fn execute(&mut self, name: &[u8], data: &Value, out: &mut Vec<u8>) -> Result<()> {
        let Some(template) = self.set.lookup(name) else {
            let message = format!(
                "template: no template {} associated with template {}",
                print::quote(name),
                print::quote(&self.set.name)
            );
            return Err(ExecError::new(None, message));
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
        self.variables.resize(base + template.slots as usize, Val::default());
        self.variables[base] = dot.clone();
        self.owners.push(template.owner);
        let result = self.walk(&mut frame, &dot, &template.body, out);
        self.owners.pop();
        self.variables.truncate(base);
        result.map(|_| ())
    }

    fn walk<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        dot: &Val,
        nodes: &'t [Node],
        out: &mut Vec<u8>,
    ) -> Result<Flow> {
        for node in nodes {
            if let Err(limit) = self.budget.charge(1) {
                frame.at = At::Node(node);
                return Err(frame.limit(limit));
            }
            match node {
                Node::Text(start, end) => {
                    out.extend_from_slice(&frame.template.source[*start as usize..*end as usize]);
                }
                Node::Action(_, pipe) => {
                    let value = self.pipeline(frame, dot, pipe)?;
                    if pipe.variables.is_empty() {
                        frame.at = At::Node(node);
                        self.print(frame, &value, out)?;
                    }
                }
                Node::If(branch) => {
                    let flow = self.branch(frame, dot, branch, false, out)?;
                    if flow != Flow::Next {
                        return Ok(flow);
                    }
                }
                Node::With(branch) => {
                    let flow = self.branch(frame, dot, branch, true, out)?;
                    if flow != Flow::Next {
                        return Ok(flow);
                    }
                }
                Node::Range(branch) => {
                    let flow = self.range(frame, dot, branch, out)?;
                    if flow != Flow::Next {
                        return Ok(flow);
                    }
                }
                Node::Template { name, pipe, .. } => {
                    frame.at = At::Node(node);
                    let Some(template) = self.set.lookup(name) else {
                        return Err(frame.error(format!("template {} not defined", print::quote(name))));
                    };
                    let data = match pipe {
                        Some(pipe) => self.pipeline(frame, dot, pipe)?,
                        None => Val::default(),
                    };
                    self.run(&template, data, out)?;
                }
                Node::Break(_) => return Ok(Flow::Break),
                Node::Continue(_) => return Ok(Flow::Continue),
            }
        }
        Ok(Flow::Next)
    }

    fn print(&mut self, frame: &Frame<'_>, value: &Val, out: &mut Vec<u8>) -> Result<()> {
        let before = out.len();
        match &value.value {
            Value::Nil => out.extend_from_slice(b"<no value>"),
            Value::Str(text) => out.extend_from_slice(text),
            other => {
                print::try_write_value(out, other).map_err(|error| frame.error(error.to_string()))?;
            }
        }
        // A step for each line's worth of output bounds what a loop can print.
        let written = (out.len() - before) as u64;
        self.budget.charge(written / 64).map_err(|limit| frame.limit(limit))
    }

    fn branch<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        dot: &Val,
        branch: &'t Branch,
        is_with: bool,
        out: &mut Vec<u8>,
    ) -> Result<Flow> {
        let value = self.pipeline(frame, dot, &branch.pipe)?;
        if value.value.truth() {
            return self.walk(frame, if is_with { &value } else { dot }, &branch.body, out);
        }
        match &branch.otherwise {
            Some(nodes) => self.walk(frame, dot, nodes, out),
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
        let value = self.pipeline(frame, dot, &branch.pipe)?;
        let variables = &branch.pipe.variables;
        let mut ran = false;
        // True when the loop was left by `break`.
        macro_rules! iterate {
            ($index:expr, $element:expr) => {{
                ran = true;
                let element: Val = $element;
                match variables.as_slice() {
                    [] => {}
                    [(_, slot)] => self.variables[frame.base + *slot as usize] = element.clone(),
                    [(_, first), (_, second), ..] => {
                        self.variables[frame.base + *first as usize] = $index;
                        self.variables[frame.base + *second as usize] = element.clone();
                    }
                }
                if let Err(limit) = self.budget.charge(1) {
                    return Err(frame.limit(limit));
                }
                if self.walk(frame, &element, &branch.body, out)? == Flow::Break {
                    return Ok(Flow::Next);
                }
            }};
        }
        match &value.value {
            Value::Int(kind, number) => {
                if variables.len() > 1 {
                    let shown = self.shown(&value);
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
                // The entries as they are now: the body may change the map.
                for (key, item) in map.iter() {
                    iterate!(Val::plain(Value::Str(key)), Val::element(item, element));
                }
            }
            Value::Nil => {}
            Value::Object(object) if object.is_nil() => {}
            _ => {
                let shown = self.shown(&value);
                return Err(frame.error(format!("range can't iterate over {shown}")));
            }
        }
        match &branch.otherwise {
            Some(nodes) if !ran => self.walk(frame, dot, nodes, out),
            _ => Ok(Flow::Next),
        }
    }

    fn shown(&self, value: &Val) -> String {
        String::from_utf8_lossy(&print::sprint(std::slice::from_ref(&value.value))).into_owned()
    }

    fn pipeline<'t>(&mut self, frame: &mut Frame<'t>, dot: &Val, pipe: &'t Pipe) -> Result<Val> {
        frame.at = At::Pipe(pipe);
        let mut last = None;
        for command in &pipe.commands {
            let mut value = self.command(frame, dot, command, last)?;
            value.in_interface = false;
            last = Some(value);
        }
        let value = last.unwrap_or_default();
        for (_, slot) in &pipe.variables {
            self.variables[frame.base + *slot as usize] = value.clone();
        }
        Ok(value)
    }

    fn command<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        dot: &Val,
        command: &'t Command,
        last: Option<Val>,
    ) -> Result<Val> {
        let Some(first) = command.args.first() else { return Ok(Val::default()) };
        match &first.kind {
            ArgKind::Field(_) | ArgKind::Chain(..) | ArgKind::Variable(..) => {
                self.chain(frame, dot, first, &command.args, last)
            }
            ArgKind::Function(name, index) => {
                frame.at = At::Arg(first);
                self.function(frame, dot, name, *index, At::Command(command), &command.args[1..], last)
            }
            ArgKind::Pipe(pipe) => {
                self.no_arguments(frame, command, &last)?;
                self.pipeline(frame, dot, pipe)
            }
            constant => {
                frame.at = At::Arg(first);
                self.no_arguments(frame, command, &last)?;
                match constant {
                    ArgKind::Dot => Ok(dot.clone()),
                    ArgKind::Bool(value) => Ok(Val::plain(Value::Bool(*value))),
                    ArgKind::String(value, _) => Ok(Val::plain(value.clone())),
                    ArgKind::Number(number) => constant_value(frame, number).map(Val::plain),
                    _ => Err(frame.error("nil is not a command")),
                }
            }
        }
    }

    fn no_arguments(&self, frame: &Frame<'_>, command: &Command, last: &Option<Val>) -> Result<()> {
        if command.args.len() > 1 || last.is_some() {
            let mut text = String::new();
            if let Some(first) = command.args.first() {
                first.write(&mut text);
            }
            return Err(frame.error(format!("can't give argument to non-function {text}")));
        }
        Ok(())
    }

    /// A field, a variable or a chain, with its fields; `args` are the command's, the first of which it is.
    fn chain<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        dot: &Val,
        node: &'t Arg,
        args: &'t [Arg],
        last: Option<Val>,
    ) -> Result<Val> {
        frame.at = At::Arg(node);
        let (start, fields) = match &node.kind {
            ArgKind::Field(fields) => (dot.clone(), fields),
            ArgKind::Variable(_, slot, fields) => {
                let value = self.variables[frame.base + *slot as usize].clone();
                if fields.is_empty() {
                    if args.len() > 1 || last.is_some() {
                        let mut text = String::new();
                        node.write(&mut text);
                        return Err(frame.error(format!("can't give argument to non-function {text}")));
                    }
                    return Ok(value);
                }
                (value, fields)
            }
            ArgKind::Chain(inner, fields) => {
                if let ArgKind::Nil = inner.kind {
                    let mut text = String::new();
                    node.write(&mut text);
                    return Err(frame.error(format!("indirection through explicit nil in {text}")));
                }
                (self.operand(frame, dot, inner)?, fields)
            }
            _ => return Ok(Val::default()),
        };
        let mut receiver = start;
        let (final_field, inner) = match fields.split_last() {
            Some(parts) => parts,
            None => return Ok(receiver),
        };
        for field in inner {
            receiver = self.field(frame, dot, node, field, &[], None, receiver)?;
        }
        self.field(frame, dot, node, final_field, args.get(1..).unwrap_or(&[]), last, receiver)
    }

    /// An operand that stands in front of a chain's fields: its type is whatever it is.
    fn operand<'t>(&mut self, frame: &mut Frame<'t>, dot: &Val, arg: &'t Arg) -> Result<Val> {
        frame.at = At::Arg(arg);
        match &arg.kind {
            ArgKind::Pipe(pipe) => self.pipeline(frame, dot, pipe),
            ArgKind::Function(name, index) => {
                self.function(frame, dot, name, *index, At::Arg(arg), &[], None)
            }
            ArgKind::Field(_) | ArgKind::Chain(..) | ArgKind::Variable(..) => {
                self.chain(frame, dot, arg, &[], None)
            }
            ArgKind::Dot => Ok(dot.clone()),
            _ => Ok(Val::default()),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "a field may be a method, which takes what a call takes")]
    fn field<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        dot: &Val,
        node: &'t Arg,
        name: &'t Str,
        args: &'t [Arg],
        last: Option<Val>,
        receiver: Val,
    ) -> Result<Val> {
        if receiver.is_missing() {
            if self.set.missing_key == MissingKey::Error {
                return Err(frame.error(format!("nil data; no entry for key {}", print::quote(name))));
            }
            return Ok(Val::default());
        }
        if receiver.value.is_nil() {
            return Err(frame.error(format!("nil pointer evaluating {}.{name}", receiver.type_name())));
        }
        let has_arguments = !args.is_empty() || last.is_some();
        // Methods first: `.Values` and `.Files` are maps with methods.
        let method = receiver
            .value
            .ty()
            .filter(|ty| !ty.methods.is_empty())
            .and_then(|ty| name.as_str().and_then(|name| ty.method(name)));
        if let Some(method) = method {
            let values = self.arguments(frame, dot, method.name, &method.signature, args, last)?;
            return match (method.call)(&receiver.value, &values) {
                Ok(value) => Ok(Val::plain(value)),
                Err(cause) => {
                    frame.at = At::Arg(node);
                    Err(call_error(frame, method.name, cause))
                }
            };
        }
        match &receiver.value {
            Value::Map(map) => {
                if has_arguments {
                    return Err(frame.error(format!("{name} is not a method but has arguments")));
                }
                let element = map.ty().elem;
                if let Some(value) = map.get(name) {
                    return Ok(Val::element(value, element));
                }
                match self.set.missing_key {
                    MissingKey::Default => Ok(Val::default()),
                    MissingKey::Zero => Ok(Val::element(zero(element), element)),
                    MissingKey::Error => {
                        Err(frame.error(format!("map has no entry for key {}", print::quote(name))))
                    }
                }
            }
            Value::Object(object) => {
                if object.is_nil() {
                    return Err(
                        frame.error(format!("nil pointer evaluating {}.{name}", receiver.type_name()))
                    );
                }
                match name.as_str().and_then(|name| object.field(name)) {
                    Some(_) if has_arguments => {
                        Err(frame.error(format!("{name} has arguments but cannot be invoked as function")))
                    }
                    Some(value) => Ok(Val::plain(value)),
                    None => Err(cannot_evaluate(frame, name, &receiver)),
                }
            }
            _ => Err(cannot_evaluate(frame, name, &receiver)),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "all of them make one call")]
    fn function<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        dot: &Val,
        name: &Str,
        index: u32,
        node: At<'t>,
        args: &'t [Arg],
        last: Option<Val>,
    ) -> Result<Val> {
        let functions = Rc::clone(&self.set.functions);
        let Some(function) = functions.at(index) else {
            return Err(frame.error(format!("{} is not a defined function", print::quote(name))));
        };
        let is_or = match function.implementation {
            Implementation::And => Some(false),
            Implementation::Or => Some(true),
            _ => None,
        };
        if let Some(stop_at) = is_or {
            check_count(frame, function.name, &function.signature, args.len(), last.is_some())?;
            let mut value = Value::Nil;
            for arg in args {
                value = self.argument(frame, dot, &types::ANY, arg)?;
                if value.truth() == stop_at {
                    return Ok(Val::plain(value));
                }
            }
            return Ok(Val::plain(last.map_or(value, |last| last.value)));
        }
        let values = self.arguments(frame, dot, function.name, &function.signature, args, last)?;
        let cost = 1 + function.cost.map_or(0, |cost| cost(&values) / 64);
        if let Err(limit) = self.budget.charge(cost) {
            frame.at = node;
            return Err(frame.limit(limit));
        }
        let result = match function.implementation {
            Implementation::Pure(call) => call(&values),
            Implementation::Host(call) => {
                frame.at = node;
                let place = || frame.place();
                call(&mut Call { engine: self, place: &place }, &values)
            }
            Implementation::And | Implementation::Or => Ok(Value::Nil),
        };
        match result {
            Ok(value) => Ok(Val::plain(value)),
            Err(cause) => {
                frame.at = node;
                Err(call_error(frame, function.name, cause))
            }
        }
    }

    fn arguments<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        dot: &Val,
        name: &str,
        signature: &types::Signature,
        args: &'t [Arg],
        last: Option<Val>,
    ) -> Result<Vec<Value>> {
        check_count(frame, name, signature, args.len(), last.is_some())?;
        let parameter = |index: usize| -> &'static Type {
            signature.params.get(index).or(signature.params.last()).copied().unwrap_or(&types::ANY)
        };
        let mut values = Vec::with_capacity(args.len() + 1);
        for (index, arg) in args.iter().enumerate() {
            values.push(self.argument(frame, dot, parameter(index), arg)?);
        }
        if let Some(last) = last {
            values.push(validate(frame, last, parameter(args.len()))?);
        }
        Ok(values)
    }

    fn argument<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        dot: &Val,
        ty: &'static Type,
        arg: &'t Arg,
    ) -> Result<Value> {
        frame.at = At::Arg(arg);
        match &arg.kind {
            ArgKind::Dot => validate(frame, dot.clone(), ty),
            ArgKind::Nil => {
                if can_be_nil(ty) {
                    return Ok(zero(Some(ty)));
                }
                Err(frame.error(format!("cannot assign nil to {}", ty.name)))
            }
            ArgKind::Field(_) | ArgKind::Variable(..) | ArgKind::Chain(..) => {
                let value = self.chain(frame, dot, arg, &[], None)?;
                validate(frame, value, ty)
            }
            ArgKind::Pipe(pipe) => {
                let value = self.pipeline(frame, dot, pipe)?;
                validate(frame, value, ty)
            }
            ArgKind::Function(name, index) => {
                let value = self.function(frame, dot, name, *index, At::Arg(arg), &[], None)?;
                validate(frame, value, ty)
            }
            ArgKind::Bool(value) => match ty.kind {
                Kind::Bool | Kind::Interface => Ok(Value::Bool(*value)),
                _ => Err(expected(frame, ty, arg)),
            },
            ArgKind::String(value, _) => match ty.kind {
                Kind::String | Kind::Interface => Ok(value.clone()),
                _ => Err(expected(frame, ty, arg)),
            },
            ArgKind::Number(number) => match (ty.kind, number) {
                (Kind::Interface, number) => constant_value(frame, number),
                (Kind::Int(kind), Number { uint: Some(n), .. }) if kind.is_unsigned() => {
                    Ok(Value::Int(kind, *n as i64))
                }
                (Kind::Int(kind), Number { int: Some(n), .. }) if !kind.is_unsigned() => {
                    Ok(Value::Int(kind, *n))
                }
                (Kind::Float(kind), Number { float: Some(n), .. }) => Ok(Value::Float(kind, *n)),
                _ => Err(expected(frame, ty, arg)),
            },
        }
    }
}

fn cannot_evaluate(frame: &Frame<'_>, name: &Str, receiver: &Val) -> ExecError {
    frame.error(format!("can't evaluate field {name} in type {}", receiver.type_name()))
}

fn call_error(frame: &Frame<'_>, name: &str, cause: Box<dyn std::error::Error>) -> ExecError {
    ExecError::caused(frame.place(), format!("error calling {name}: {cause}"), cause)
}

fn check_count(
    frame: &Frame<'_>,
    name: &str,
    signature: &types::Signature,
    args: usize,
    has_last: bool,
) -> Result<()> {
    let given = args + usize::from(has_last);
    let declared = signature.params.len();
    if signature.variadic {
        if given < declared - 1 {
            let least = declared - 1;
            return Err(
                frame.error(format!("wrong number of args for {name}: want at least {least} got {args}"))
            );
        }
    } else if given != declared {
        return Err(frame.error(format!("wrong number of args for {name}: want {declared} got {given}")));
    }
    Ok(())
}

/// A number where nothing says what it should be: its own syntax decides.
fn constant_value(frame: &Frame<'_>, number: &Number) -> Result<Value> {
    let text = number.text.as_bytes();
    let is_hex = text.len() > 2
        && text[0] == b'0'
        && matches!(text[1], b'x' | b'X')
        && !text.iter().any(|b| matches!(b, b'p' | b'P'));
    let looks_float = !is_hex && text.first() != Some(&b'\'') && text.iter().any(|b| b".eEpP".contains(b));
    match number {
        Number { float: Some(value), .. } if looks_float => Ok(Value::float(*value)),
        Number { int: Some(value), .. } if text.first() == Some(&b'\'') => {
            // Go's character constants are integers like others here.
            Ok(Value::int(*value))
        }
        Number { int: Some(value), .. } => Ok(Value::int(*value)),
        _ => Err(frame.error(format!("{} overflows int", number.text))),
    }
}

fn expected(frame: &Frame<'_>, ty: &Type, arg: &Arg) -> ExecError {
    let mut text = String::new();
    arg.write(&mut text);
    let wanted = match ty.kind {
        Kind::Bool => "bool",
        Kind::String => "string",
        Kind::Int(kind) if kind.is_unsigned() => "unsigned integer",
        Kind::Int(_) => "integer",
        Kind::Float(_) => "float",
        _ => return frame.error(format!("can't handle {text} for arg of type {}", ty.name)),
    };
    frame.error(format!("expected {wanted}; found {text}"))
}

fn can_be_nil(ty: &Type) -> bool {
    matches!(ty.kind, Kind::Interface | Kind::Map | Kind::Slice | Kind::Ptr | Kind::Func)
}

/// Makes sure that a value can be given to a parameter, converting it as Go's assignment does.
fn validate(frame: &Frame<'_>, value: Val, ty: &'static Type) -> Result<Value> {
    if ty.is_interface() {
        return Ok(value.value);
    }
    let Some(own) = value.value.ty() else {
        if value.in_interface {
            return Err(
                frame.error(format!("wrong type for value; expected {}; got interface {{}}", ty.name))
            );
        }
        if can_be_nil(ty) {
            return Ok(zero(Some(ty)));
        }
        return Err(frame.error(format!("invalid value; expected {}", ty.name)));
    };
    if own == ty {
        return Ok(value.value);
    }
    // Assignable all the same: equal underneath, and one of the two has no name of its own.
    let unnamed = |ty: &Type| ty.name.starts_with("map[") || ty.name.starts_with('[');
    let same_below = own.kind == ty.kind
        && matches!(ty.kind, Kind::Map | Kind::Slice)
        && own.elem == ty.elem
        && (unnamed(own) || unnamed(ty));
    match value.value {
        Value::Map(map) if same_below => Ok(Value::Map(convert_map(&map, ty))),
        Value::List(list) if same_below => Ok(Value::List(List::typed(ty, list.to_vec()))),
        _ => Err(frame.error(format!("wrong type for value; expected {}; got {}", ty.name, own.name))),
    }
}

fn convert_map(map: &Map, ty: &'static Type) -> Map {
    map.with_type(ty)
}
