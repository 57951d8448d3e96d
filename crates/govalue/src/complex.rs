//! `complex128`, which only a constant in a template can be.

use std::any::Any;

use crate::{Object, Type, Value, types};

/// A `complex128`. `fmt` prints it by its two fields.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Complex {
    /// The real part.
    pub real: f64,
    /// The imaginary part.
    pub imaginary: f64,
}

impl Object for Complex {
    fn ty(&self) -> &'static Type {
        &types::COMPLEX128
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![("real", Value::float(self.real)), ("imag", Value::float(self.imaginary))]
    }

    fn truth(&self) -> bool {
        self.real != 0.0 || self.imaginary != 0.0
    }

    fn equals(&self, other: &dyn Object) -> Option<bool> {
        Some(other.as_any().downcast_ref() == Some(self))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
