//! Calls: what a function is given has the types that it asks for, or the call is an error.

use std::rc::Rc;

use govalue::types::{self, Kind};
use govalue::{List, Type, Value};

use super::{At, Call, Engine, Frame, Result, Val};
use crate::ast::{Arg, ArgKind, Constant, Number};
use crate::builtins::{call, reflect_string, zero};
use crate::error::{ExecError, Fault, LimitError};
use crate::functions::Implementation;
use crate::watch::Passage;

impl Engine<'_> {
    pub(super) fn function<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        dot: &Val,
        index: u32,
        node: At<'t>,
        args: &'t [Arg],
        last: Option<Val>,
    ) -> Result<Val> {
        let functions = Rc::clone(&self.set.functions);
        let Some(function) = functions.at(index) else {
            return Err(frame.error(format!("function {index} is not in the table")));
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
        let mut held = Vec::new();
        let values = if let Implementation::Reflecting(_) = function.implementation {
            check_count(frame, function.name, &function.signature, args.len(), last.is_some())?;
            let mut values = Vec::with_capacity(args.len() + 1);
            for arg in args {
                values.push(self.operand(frame, dot, arg)?);
            }
            values.extend(last);
            held.extend(values.iter().map(|value| value.in_interface));
            values.into_iter().map(|value| value.value).collect()
        } else {
            self.arguments(frame, dot, function.name, &function.signature, args, last)?
        };
        let cost = function.cost.map_or_else(|| text_length(&values).into(), |cost| cost(&values));
        if let Err(limit) = self.budget.charge_call(cost) {
            frame.at = node;
            return Err(frame.limit(limit));
        }
        let watched = self.set.enter(Passage::Function(function.name));
        let result = match function.implementation {
            Implementation::Pure(call) | Implementation::Printing(call) => call(&values),
            Implementation::Counted(call) => {
                let mut steps = 0;
                let result = call(&values, &mut steps);
                self.budget.charge(steps).map_err(|limit| {
                    frame.at = node;
                    frame.limit(limit)
                })?;
                result
            }
            Implementation::Host(call) => {
                // The function may ask where it stands; to Go, an error behind the call is still the last
                // argument's.
                let before = std::mem::replace(&mut frame.at, node);
                let place = || frame.place();
                let result = call(&mut Call { engine: self, place: &place }, &values);
                frame.at = before;
                result
            }
            Implementation::Reflecting(call) => call(&values, &held),
            Implementation::Call => {
                let function = values.first().unwrap_or(&Value::Nil);
                let name = args.first().map_or_else(|| reflect_string(function), |arg| frame.written(arg));
                call(&name, function)
            }
            Implementation::And | Implementation::Or => Ok(Value::Nil),
        };
        if watched {
            self.set.leave();
        }
        match result {
            Ok(value) => {
                if function.cost.is_none() {
                    let length = if let Value::Str(text) = &value { text.len() as u64 } else { 0 };
                    let steps = match function.implementation {
                        Implementation::Printing(_) => printing(&values, length),
                        _ => length / BYTES_OF_A_STEP,
                    };
                    self.made(steps, length).map_err(|limit| {
                        frame.at = node;
                        frame.limit(limit)
                    })?;
                }
                Ok(Val::plain(value))
            }
            Err(cause) => {
                frame.at = node;
                Err(call_error(frame, function.name, values, cause))
            }
        }
    }

    /// Charges for a text that was made.
    fn made(&mut self, steps: u64, bytes: u64) -> Result<(), LimitError> {
        self.budget.charge(steps)?;
        self.budget.charge_bytes(bytes)
    }

    pub(super) fn arguments<'t>(
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
        match arg.kind {
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
                let value = self.pipeline(frame, dot, frame.code().pipe(pipe))?;
                validate(frame, value, ty)
            }
            ArgKind::Function(index) => {
                let value = self.function(frame, dot, index, At::Arg(arg), &[], None)?;
                validate(frame, value, ty)
            }
            ArgKind::Bool(value) => match ty.kind {
                Kind::Bool | Kind::Interface => Ok(Value::Bool(value)),
                _ => Err(expected(frame, ty, arg)),
            },
            ArgKind::String(at) => match ty.kind {
                Kind::String | Kind::Interface => Ok(Value::Str(frame.code().string(at).clone())),
                _ => Err(expected(frame, ty, arg)),
            },
            ArgKind::Number(at) => match (ty.kind, frame.code().number(at)) {
                (Kind::Interface, number) => constant_value(frame, arg, number),
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

/// Bytes of a text that are printed in a step when they only have to be copied.
pub(super) const BYTES_OF_A_STEP: u64 = 8;

/// Bytes that are printed in a step when they are escaped.
const ESCAPED_IN_A_STEP: u64 = 2;

/// Steps of a byte that is put together from small values.
pub(super) const STEPS_OF_A_PIECE: u64 = 1;

/// Steps to print arguments as a text of so many bytes.
fn printing(values: &[Value], length: u64) -> u64 {
    let mut per_byte = 0;
    for value in values {
        per_byte = per_byte.max(match value {
            Value::Str(_) => 0,
            // To find their digits takes longer than to write them.
            Value::Float(..) => 4,
            _ => STEPS_OF_A_PIECE,
        });
    }
    if per_byte == 0 { length / ESCAPED_IN_A_STEP } else { 4 + length * per_byte }
}

/// What a function that says nothing about its cost has to read at most.
pub(super) fn text_length(values: &[Value]) -> u64 {
    values.iter().map(|value| if let Value::Str(text) = value { text.len() as u64 } else { 0 }).sum()
}

/// The error of a function that failed with these arguments.
pub(super) fn call_error(
    frame: &Frame<'_>,
    name: &'static str,
    arguments: Vec<Value>,
    cause: Box<dyn std::error::Error>,
) -> ExecError {
    // Where a limit was met is enough. The ways of thousands of calls there, each with those inside it, would take
    // more memory than what the limit was to save.
    if let Some(met) = ExecError::limit_within(&*cause) {
        return met;
    }
    ExecError::caused(frame.place(), format!("error calling {name}: {cause}"), cause)
        .about(Fault::Call { function: name, arguments })
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
pub(super) fn constant_value(frame: &Frame<'_>, arg: &Arg, number: &Number) -> Result<Value> {
    match number.constant {
        Constant::Int(value) => Ok(Value::int(value)),
        Constant::Float(value) => Ok(Value::float(value)),
        Constant::Complex(value) => Ok(Value::Object(Rc::new(value))),
        Constant::Overflow => Err(frame.error(format!("{} overflows int", frame.written(arg)))),
    }
}

fn expected(frame: &Frame<'_>, ty: &Type, arg: &Arg) -> ExecError {
    let text = frame.written(arg);
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
        return Ok(match &value.value {
            Value::Object(object) => object.passed().unwrap_or(value.value),
            _ => value.value,
        });
    }
    let Some(own) = value.value.ty() else {
        if value.in_interface {
            let message = format!("wrong type for value; expected {}; got interface {{}}", ty.name);
            return Err(frame.error(message).about(wrong_type(Value::Nil, ty)));
        }
        if can_be_nil(ty) {
            return Ok(zero(Some(ty)));
        }
        let message = format!("invalid value; expected {}", ty.name);
        return Err(frame.error(message).about(wrong_type(Value::Nil, ty)));
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
        Value::Map(map) if same_below => Ok(Value::Map(map.with_type(ty))),
        Value::List(list) if same_below => Ok(Value::List(List::typed(ty, list.to_vec()))),
        value => {
            let message = format!("wrong type for value; expected {}; got {}", ty.name, own.name);
            Err(frame.error(message).about(wrong_type(value, ty)))
        }
    }
}

fn wrong_type(value: Value, ty: &'static Type) -> Fault {
    Fault::WrongType { value, expected: ty.name }
}
