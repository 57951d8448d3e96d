//! What an execution knows of a value and of where it stands.

use govalue::{Str, Type, Value, types};

use crate::ast::{Arg, Branch, Command, Node, Pipe, Template, UNDEFINED};
use crate::error::{ExecError, LimitError, Place};

#[derive(Clone, Default)]
pub(super) struct Val {
    pub(super) value: Value,
    pub(super) in_interface: bool,
}

impl Val {
    pub(super) fn plain(value: Value) -> Self {
        Self { value, in_interface: false }
    }

    /// What a container of such elements gives.
    pub(super) fn element(value: Value, element: Option<&'static Type>) -> Self {
        Self { value, in_interface: element.is_some_and(Type::is_interface) }
    }

    /// The type that errors name.
    pub(super) fn type_name(&self) -> &'static str {
        if self.in_interface { types::ANY.name } else { self.value.type_name() }
    }

    pub(super) fn is_missing(&self) -> bool {
        self.value.is_nil() && !self.in_interface
    }
}

/// The node being worked on: errors name it.
#[derive(Clone, Copy)]
pub(super) enum At<'t> {
    Nothing,
    Node(&'t Node),
    Branch(&'t Branch, &'static str),
    Pipe(&'t Pipe),
    Command(&'t Command),
    Arg(&'t Arg),
}

/// One execution of one definition.
pub(super) struct Frame<'t> {
    pub(super) template: &'t Template,
    pub(super) at: At<'t>,
    /// Where its variables begin on the engine's stack.
    pub(super) base: usize,
}

impl Frame<'_> {
    pub(super) fn place(&self) -> Option<Place> {
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

    /// Where a variable is on the engine's stack.
    pub(super) fn slot(&self, name: &Str, slot: u32) -> Result<usize, ExecError> {
        if slot == UNDEFINED {
            return Err(self.error(format!("undefined variable: {name}")));
        }
        Ok(self.base + slot as usize)
    }

    pub(super) fn error(&self, message: impl Into<String>) -> ExecError {
        ExecError::new(self.place(), message.into())
    }

    pub(super) fn limit(&self, limit: LimitError) -> ExecError {
        ExecError::caused(self.place(), limit.to_string(), Box::new(limit))
    }
}
