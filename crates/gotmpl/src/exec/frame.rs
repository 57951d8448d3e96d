//! What an execution knows of a value and of where it stands.

use govalue::{Type, Value, types};

use crate::ast::{Arg, Branch, Code, Command, Node, Pipe, Span, Template, UNDEFINED};
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

impl<'t> Frame<'t> {
    /// The tables of the text that is being executed.
    pub(super) fn code(&self) -> &'t Code {
        &self.template.code
    }

    /// Where a variable is on the engine's stack.
    pub(super) fn slot(&self, name: Span, slot: u32) -> Result<usize, ExecError> {
        if slot == UNDEFINED {
            let name = String::from_utf8_lossy(self.code().text(name));
            return Err(self.error(format!("undefined variable: {name}")));
        }
        Ok(self.base + slot as usize)
    }

    /// An operand as it is written.
    pub(super) fn written(&self, arg: &Arg) -> String {
        let mut text = String::new();
        self.code().write_arg(arg, &mut text);
        text
    }

    /// Where the node being worked on stands.
    pub(super) fn place(&self) -> Option<Place> {
        let mut expression = String::new();
        let code = self.code();
        let pos = match self.at {
            At::Nothing => return None,
            At::Node(node) => {
                code.write_node(node, &mut expression);
                code.pos(node)
            }
            At::Branch(branch, word) => {
                code.write_branch(branch, word, &mut expression);
                branch.pos
            }
            At::Pipe(pipe) => {
                code.write_pipe(pipe, &mut expression);
                pipe.pos
            }
            At::Command(command) => {
                code.write_command(command, &mut expression);
                command.pos
            }
            At::Arg(arg) => {
                code.write_arg(arg, &mut expression);
                arg.pos
            }
        };
        let before = &code.source[..(pos as usize).min(code.source.len())];
        let line_start = before.iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
        Some(Place {
            file: self.template.parse_name.to_string(),
            line: 1 + before.iter().filter(|&&b| b == b'\n').count(),
            column: before.len() - line_start,
            definition: self.template.name.to_string(),
            expression,
        })
    }

    pub(super) fn error(&self, message: impl Into<String>) -> ExecError {
        ExecError::new(self.place(), message.into())
    }

    pub(super) fn limit(&self, limit: LimitError) -> ExecError {
        ExecError::caused(self.place(), limit.to_string(), Box::new(limit))
    }
}
