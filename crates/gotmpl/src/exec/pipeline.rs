//! Pipelines: their commands, and the variables, fields and methods that commands name.

use govalue::types::Kind;
use govalue::{Cost, Object, Str, Value, print};

use super::arguments::{call_error, constant_value, text_length};
use super::{At, Engine, Frame, Result, Val};
use crate::ast::{Arg, ArgKind, Command, Pipe};
use crate::builtins::zero;
use crate::error::{ExecError, Fault};
use crate::set::MissingKey;

impl Engine<'_> {
    pub(super) fn pipeline<'t>(&mut self, frame: &mut Frame<'t>, dot: &Val, pipe: &'t Pipe) -> Result<Val> {
        frame.at = At::Pipe(pipe);
        self.enter(frame)?;
        let value = self.commands(frame, dot, pipe);
        self.nested -= 1;
        let value = value?;
        for variable in frame.code().variables(pipe) {
            self.variables[frame.slot(variable.name, variable.slot)?] = value.clone();
        }
        Ok(value)
    }

    #[inline]
    fn commands<'t>(&mut self, frame: &mut Frame<'t>, dot: &Val, pipe: &'t Pipe) -> Result<Val> {
        let mut last = None;
        for command in frame.code().commands(pipe) {
            let mut value = self.command(frame, dot, command, last)?;
            value.in_interface = false;
            last = Some(value);
        }
        Ok(last.unwrap_or_default())
    }

    fn command<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        dot: &Val,
        command: &'t Command,
        last: Option<Val>,
    ) -> Result<Val> {
        let args = frame.code().args(command);
        let Some(first) = args.first() else { return Ok(Val::default()) };
        match first.kind {
            ArgKind::Field(_) | ArgKind::Chain(..) | ArgKind::Variable(..) => {
                self.chain(frame, dot, first, args, last)
            }
            ArgKind::Function(index) => {
                frame.at = At::Arg(first);
                self.function(frame, dot, index, At::Command(command), &args[1..], last)
            }
            ArgKind::Pipe(pipe) => {
                self.no_arguments(frame, args, &last)?;
                self.pipeline(frame, dot, frame.code().pipe(pipe))
            }
            constant => {
                frame.at = At::Arg(first);
                self.no_arguments(frame, args, &last)?;
                match constant {
                    ArgKind::Dot => Ok(dot.clone()),
                    ArgKind::Bool(value) => Ok(Val::plain(Value::Bool(value))),
                    ArgKind::String(at) => Ok(Val::plain(Value::Str(frame.code().string(at).clone()))),
                    ArgKind::Number(at) => {
                        constant_value(frame, first, frame.code().number(at)).map(Val::plain)
                    }
                    _ => Err(frame.error("nil is not a command")),
                }
            }
        }
    }

    fn no_arguments(&self, frame: &Frame<'_>, args: &[Arg], last: &Option<Val>) -> Result<()> {
        if args.len() > 1 || last.is_some() {
            let text = args.first().map(|first| frame.written(first)).unwrap_or_default();
            return Err(frame.error(format!("can't give argument to non-function {text}")));
        }
        Ok(())
    }

    /// A field, a variable or a chain, with its fields; `args` are the command's, the first of which it is.
    pub(super) fn chain<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        dot: &Val,
        node: &'t Arg,
        args: &'t [Arg],
        last: Option<Val>,
    ) -> Result<Val> {
        frame.at = At::Arg(node);
        let code = frame.code();
        let (start, fields) = match node.kind {
            ArgKind::Field(fields) => (dot.clone(), fields),
            ArgKind::Variable(slot, fields) => {
                let value = self.variables[frame.slot(node.text, slot)?].clone();
                if fields.len == 0 {
                    if args.len() > 1 || last.is_some() {
                        let text = frame.written(node);
                        return Err(frame.error(format!("can't give argument to non-function {text}")));
                    }
                    return Ok(value);
                }
                (value, fields)
            }
            ArgKind::Chain(inner, fields) => {
                let inner = code.arg(inner);
                if let ArgKind::Nil = inner.kind {
                    let text = frame.written(node);
                    return Err(frame.error(format!("indirection through explicit nil in {text}")));
                }
                (self.operand(frame, dot, inner)?, fields)
            }
            _ => return Ok(Val::default()),
        };
        let mut receiver = start;
        let (final_field, inner) = match code.fields(fields).split_last() {
            Some(parts) => parts,
            None => return Ok(receiver),
        };
        for field in inner {
            receiver = self.field(frame, dot, node, code.text(*field), &[], None, receiver)?;
        }
        self.field(frame, dot, node, code.text(*final_field), args.get(1..).unwrap_or(&[]), last, receiver)
    }

    /// An operand whose type is whatever it is.
    pub(super) fn operand<'t>(&mut self, frame: &mut Frame<'t>, dot: &Val, arg: &'t Arg) -> Result<Val> {
        frame.at = At::Arg(arg);
        match arg.kind {
            ArgKind::Pipe(pipe) => self.pipeline(frame, dot, frame.code().pipe(pipe)),
            ArgKind::Function(index) => self.function(frame, dot, index, At::Arg(arg), &[], None),
            ArgKind::Field(_) | ArgKind::Chain(..) | ArgKind::Variable(..) => {
                self.chain(frame, dot, arg, &[], None)
            }
            ArgKind::Dot => Ok(dot.clone()),
            ArgKind::Nil => Ok(Val::default()),
            ArgKind::Bool(value) => Ok(Val::plain(Value::Bool(value))),
            ArgKind::String(at) => Ok(Val::plain(Value::Str(frame.code().string(at).clone()))),
            ArgKind::Number(at) => constant_value(frame, arg, frame.code().number(at)).map(Val::plain),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "a field may be a method, which takes what a call takes")]
    fn field<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        dot: &Val,
        node: &'t Arg,
        name: &'t [u8],
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
            let message = format!("nil pointer evaluating {}.{}", receiver.type_name(), lossy(name));
            return Err(frame.error(message).about(Fault::Nil { field: Str::from_bytes(name) }));
        }
        let has_arguments = !args.is_empty() || last.is_some();
        // Methods first: `.Values` and `.Files` are maps with methods.
        let method = receiver.value.ty().filter(|ty| !ty.methods.is_empty()).and_then(|ty| ty.method(name));
        if let Some(method) = method {
            let values = self.arguments(frame, dot, method.name, &method.signature, args, last)?;
            let charged = self.budget.charge_call(method_cost(&receiver.value, method.name, &values));
            if let Err(limit) = charged {
                frame.at = At::Arg(node);
                return Err(frame.limit(limit));
            }
            return match (method.call)(&receiver.value, &values) {
                Ok(value) => Ok(Val::plain(value)),
                Err(cause) => {
                    frame.at = At::Arg(node);
                    Err(call_error(frame, method.name, values, cause))
                }
            };
        }
        match &receiver.value {
            Value::Map(map) => {
                if has_arguments {
                    return Err(frame.error(format!("{} is not a method but has arguments", lossy(name))));
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
                    let message = format!("nil pointer evaluating {}.{}", receiver.type_name(), lossy(name));
                    return Err(frame.error(message).about(Fault::Nil { field: Str::from_bytes(name) }));
                }
                self.budget.charge(OBJECT_FIELD).map_err(|limit| frame.limit(limit))?;
                match text(name).and_then(|name| object.field(name)) {
                    Some(_) if has_arguments => Err(frame
                        .error(format!("{} has arguments but cannot be invoked as function", lossy(name)))),
                    Some(value) => Ok(Val::plain(value)),
                    None if has_hidden_field(object.as_ref(), name) => Err(frame.error(format!(
                        "{} is an unexported field of struct type {}",
                        lossy(name),
                        receiver.type_name()
                    ))),
                    None => Err(cannot_evaluate(frame, name, &receiver)),
                }
            }
            _ => Err(cannot_evaluate(frame, name, &receiver)),
        }
    }
}

/// Steps to read a field of an object of the host.
const OBJECT_FIELD: u64 = 4;

/// What a method may take. Of those that read bytes, such as the methods of `.Files`, some read all that there are,
/// some those that their argument names, and `Glob` looks for its argument in all names.
fn method_cost(receiver: &Value, method: &str, args: &[Value]) -> Cost {
    let Value::Map(entries) = receiver else {
        let length = text_length(args);
        return Cost { steps: METHOD + length, bytes: length };
    };
    let entries = entries.borrow();
    let length = |value: &Value| if let Value::Bytes(bytes) = value { bytes.len() as u64 } else { 0 };
    match (method, args) {
        (_, []) => {
            let (count, bytes) =
                entries.values().fold((0, 0), |(count, bytes), value| (count + 1, bytes + length(value)));
            Cost { steps: METHOD + count * 2 * METHOD + bytes / 2, bytes: bytes.saturating_mul(4) }
        }
        ("Glob", [Value::Str(pattern), ..]) => {
            let (count, names) =
                entries.keys().fold((0, 0), |(count, bytes), name| (count + 1, bytes + name.len() as u64));
            let length = pattern.len() as u64;
            let tried = count * 3 * METHOD + length.saturating_mul(names / 4 + 4);
            Cost { steps: METHOD + tried, bytes: count * 128 + length * 64 }
        }
        ("Lines", [Value::Str(name), ..]) => {
            let bytes = entries.get(name).map_or(0, length);
            Cost { steps: METHOD + bytes, bytes: bytes.saturating_mul(24) }
        }
        (_, [Value::Str(name), ..]) => {
            let bytes = entries.get(name).map_or(0, length);
            Cost { steps: METHOD + bytes / 32 + name.len() as u64 / 32, bytes }
        }
        _ => METHOD.into(),
    }
}

/// Steps of a method at least.
const METHOD: u64 = 8;

/// A name that methods and fields of objects can have.
fn text(name: &[u8]) -> Option<&str> {
    std::str::from_utf8(name).ok()
}

fn lossy(name: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(name)
}

/// Whether a struct has such a field, which `fmt` prints and templates cannot read.
fn has_hidden_field(object: &dyn Object, name: &[u8]) -> bool {
    matches!(object.ty().kind, Kind::Struct | Kind::Ptr)
        && object.fields().iter().any(|(field, _)| field.as_bytes() == name)
}

fn cannot_evaluate(frame: &Frame<'_>, name: &[u8], receiver: &Val) -> ExecError {
    let message = format!("can't evaluate field {} in type {}", lossy(name), receiver.type_name());
    let fault = Fault::NoField { field: Str::from_bytes(name), value: receiver.value.clone() };
    frame.error(message).about(fault)
}
