//! `json.Number`: a number kept as it was written, for readers that ask for it.

use std::any::Any;

use crate::{CallResult, Error, Kind, Method, Object, Signature, Str, Type, Value, number};

/// A `json.Number`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number(pub Str);

/// The type `json.Number`.
pub static NUMBER: Type = Type { name: "json.Number", kind: Kind::String, elem: None, methods: METHODS };

const NO_PARAMETERS: Signature = Signature { params: &[], variadic: false };

const METHODS: &[Method] = &[
    Method { name: "Float64", signature: NO_PARAMETERS, call: float64 },
    Method { name: "Int64", signature: NO_PARAMETERS, call: int64 },
    Method { name: "String", signature: NO_PARAMETERS, call: string },
];

fn receiver(value: &Value) -> Result<&Number, Error> {
    value.as_object().ok_or_else(|| Error::new(format!("not a {}: {}", NUMBER.name, value.type_name())))
}

fn float64(value: &Value, _: &[Value]) -> CallResult {
    Ok(Value::float(number::parse_float(&receiver(value)?.0, 64)?))
}

fn int64(value: &Value, _: &[Value]) -> CallResult {
    Ok(Value::int64(number::parse_int(&receiver(value)?.0, 10, 64)?))
}

fn string(value: &Value, _: &[Value]) -> CallResult {
    Ok(Value::Str(receiver(value)?.0.clone()))
}

impl Number {
    /// The number as `float64` when it is one.
    pub fn float(&self) -> Option<f64> {
        number::parse_float(&self.0, 64).ok()
    }

    /// The number as `int64` when it is one.
    pub fn int(&self) -> Option<i64> {
        number::parse_int(&self.0, 10, 64).ok()
    }
}

impl Object for Number {
    fn ty(&self) -> &'static Type {
        &NUMBER
    }

    fn text(&self) -> Option<Str> {
        Some(self.0.clone())
    }

    fn truth(&self) -> bool {
        !self.0.is_empty()
    }

    fn equals(&self, other: &dyn Object) -> Option<bool> {
        Some(other.as_any().downcast_ref::<Self>() == Some(self))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
