//! The parsed form of a template, and how its parts print in error texts.
//!
//! All definitions of one text share a [`Code`]: flat tables whose entries name each other by place, so that a
//! text costs a handful of allocations whatever its size, and can be parsed on any thread.

use std::sync::Arc;

use govalue::{Complex, Str};

use crate::lex::quote;

/// Offset in the template's text.
pub(crate) type Pos = u32;

/// The slot of a variable that is not there when it is read: an error of the execution, not of the parser.
pub(crate) const UNDEFINED: u32 = u32::MAX;

/// A stretch of the template's text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) start: Pos,
    pub(crate) end: Pos,
}

/// Neighbours in one of the tables of a [`Code`].
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Run {
    pub(crate) start: u32,
    pub(crate) len: u32,
}

impl Run {
    /// Those from `start` to the end of the table.
    pub(crate) fn since<T>(table: &[T], start: usize) -> Self {
        // A text is smaller than 4 GiB, and each entry takes at least a byte of it.
        Self { start: start as u32, len: (table.len() - start) as u32 }
    }

    fn of<T>(self, table: &[T]) -> &[T] {
        &table[self.start as usize..(self.start + self.len) as usize]
    }
}

/// One definition: a file, a `define`, or a string given to `tpl`.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    /// The name it is known by.
    pub(crate) name: Str,
    /// The name of the text it stands in.
    pub(crate) parse_name: Str,
    /// What that text holds.
    pub(crate) code: Arc<Code>,
    /// Who wrote it, as the caller of `parse` said.
    pub(crate) owner: u32,
    pub(crate) body: Run,
    /// How many variables may be alive at once.
    pub(crate) slots: u32,
}

/// The tables of one text.
#[derive(Debug, Default)]
pub(crate) struct Code {
    pub(crate) source: Arc<[u8]>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) branches: Vec<Branch>,
    pub(crate) calls: Vec<TemplateCall>,
    pub(crate) pipes: Vec<Pipe>,
    pub(crate) variables: Vec<Variable>,
    pub(crate) commands: Vec<Command>,
    pub(crate) args: Vec<Arg>,
    /// Names without their dots.
    pub(crate) fields: Vec<Span>,
    pub(crate) strings: Vec<Str>,
    pub(crate) numbers: Vec<Number>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Node {
    Text(Span),
    Action { pos: Pos, pipe: u32 },
    If(u32),
    With(u32),
    Range(u32),
    Template(u32),
    Break(Pos),
    Continue(Pos),
}

/// `if`, `with` or `range` with its two bodies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Branch {
    pub(crate) pos: Pos,
    pub(crate) pipe: u32,
    pub(crate) body: Run,
    pub(crate) otherwise: Option<Run>,
}

/// `template`, and what is left of a `block`.
#[derive(Debug)]
pub(crate) struct TemplateCall {
    pub(crate) pos: Pos,
    pub(crate) name: Str,
    pub(crate) pipe: Option<u32>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Pipe {
    pub(crate) pos: Pos,
    pub(crate) assigns: bool,
    /// Variables declared or assigned.
    pub(crate) variables: Run,
    pub(crate) commands: Run,
    /// Steps to evaluate it, with all that stands in parentheses inside: one for each command, operand, field and
    /// variable.
    pub(crate) weight: u32,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Variable {
    pub(crate) name: Span,
    pub(crate) slot: u32,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Command {
    pub(crate) pos: Pos,
    pub(crate) args: Run,
}

/// An operand with where it stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arg {
    pub(crate) pos: Pos,
    /// Its first token as written.
    pub(crate) text: Span,
    pub(crate) kind: ArgKind,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum ArgKind {
    Dot,
    Nil,
    Bool(bool),
    /// A place in `strings`.
    String(u32),
    /// A place in `numbers`.
    Number(u32),
    Field(Run),
    /// Slot and fields.
    Variable(u32, Run),
    /// A place in `args`, and fields.
    Chain(u32, Run),
    /// A place in the function table.
    Function(u32),
    Pipe(u32),
}

/// A numeric constant: where a parameter says what it should be, it is that, if it can be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Number {
    pub(crate) int: Option<i64>,
    pub(crate) uint: Option<u64>,
    pub(crate) float: Option<f64>,
    pub(crate) constant: Constant,
}

/// What a number is where nothing says so.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Constant {
    Int(i64),
    Float(f64),
    Complex(Complex),
    /// An integer that no `int` can be.
    Overflow,
}

impl Constant {
    pub(crate) fn int(value: Option<i64>) -> Self {
        value.map_or(Self::Overflow, Self::Int)
    }
}

impl Code {
    pub(crate) fn text(&self, span: Span) -> &[u8] {
        &self.source[span.start as usize..span.end as usize]
    }

    pub(crate) fn nodes(&self, run: Run) -> &[Node] {
        run.of(&self.nodes)
    }

    pub(crate) fn branch(&self, at: u32) -> &Branch {
        &self.branches[at as usize]
    }

    pub(crate) fn call(&self, at: u32) -> &TemplateCall {
        &self.calls[at as usize]
    }

    pub(crate) fn pipe(&self, at: u32) -> &Pipe {
        &self.pipes[at as usize]
    }

    pub(crate) fn variables(&self, pipe: &Pipe) -> &[Variable] {
        pipe.variables.of(&self.variables)
    }

    pub(crate) fn commands(&self, pipe: &Pipe) -> &[Command] {
        pipe.commands.of(&self.commands)
    }

    pub(crate) fn args(&self, command: &Command) -> &[Arg] {
        command.args.of(&self.args)
    }

    /// Steps to execute a node, without those that functions charge for.
    pub(crate) fn weight(&self, node: &Node) -> u64 {
        let pipe = match node {
            Node::Text(_) | Node::Break(_) | Node::Continue(_) => return 1,
            Node::Action { pipe, .. } => Some(*pipe),
            Node::If(at) | Node::With(at) | Node::Range(at) => Some(self.branch(*at).pipe),
            Node::Template(at) => self.call(*at).pipe,
        };
        1 + pipe.map_or(0, |pipe| u64::from(self.pipe(pipe).weight))
    }

    /// How many parts of pipelines there are so far.
    pub(crate) fn parts(&self) -> usize {
        self.commands.len() + self.args.len() + self.fields.len() + self.variables.len()
    }

    pub(crate) fn arg(&self, at: u32) -> &Arg {
        &self.args[at as usize]
    }

    pub(crate) fn fields(&self, run: Run) -> &[Span] {
        run.of(&self.fields)
    }

    pub(crate) fn string(&self, at: u32) -> &Str {
        &self.strings[at as usize]
    }

    pub(crate) fn number(&self, at: u32) -> &Number {
        &self.numbers[at as usize]
    }

    /// Whether a body has nothing but blanks: such a definition never replaces another.
    pub(crate) fn is_empty(&self, body: Run) -> bool {
        self.nodes(body).iter().all(|node| match node {
            Node::Text(span) => String::from_utf8_lossy(self.text(*span)).trim().is_empty(),
            _ => false,
        })
    }

    pub(crate) fn pos(&self, node: &Node) -> Pos {
        match node {
            Node::Text(span) => span.start,
            Node::Action { pos, .. } | Node::Break(pos) | Node::Continue(pos) => *pos,
            Node::If(at) | Node::With(at) | Node::Range(at) => self.branch(*at).pos,
            Node::Template(at) => self.call(*at).pos,
        }
    }

    /// As Go prints it back.
    pub(crate) fn write_arg(&self, arg: &Arg, out: &mut String) {
        let written = |out: &mut String| out.push_str(&String::from_utf8_lossy(self.text(arg.text)));
        match arg.kind {
            ArgKind::Dot => out.push('.'),
            ArgKind::Nil => out.push_str("nil"),
            ArgKind::Bool(value) => out.push_str(if value { "true" } else { "false" }),
            ArgKind::String(_) | ArgKind::Number(_) | ArgKind::Function(_) => written(out),
            ArgKind::Field(fields) => self.write_fields(fields, out),
            ArgKind::Variable(_, fields) => {
                written(out);
                self.write_fields(fields, out);
            }
            ArgKind::Chain(node, fields) => {
                self.write_operand(self.arg(node), out);
                self.write_fields(fields, out);
            }
            ArgKind::Pipe(pipe) => self.write_pipe(self.pipe(pipe), out),
        }
    }

    /// An operand, in parentheses when it is a pipeline.
    fn write_operand(&self, arg: &Arg, out: &mut String) {
        if let ArgKind::Pipe(pipe) = arg.kind {
            out.push('(');
            self.write_pipe(self.pipe(pipe), out);
            out.push(')');
        } else {
            self.write_arg(arg, out);
        }
    }

    fn write_fields(&self, fields: Run, out: &mut String) {
        for field in self.fields(fields) {
            out.push('.');
            out.push_str(&String::from_utf8_lossy(self.text(*field)));
        }
    }

    pub(crate) fn write_command(&self, command: &Command, out: &mut String) {
        for (index, arg) in self.args(command).iter().enumerate() {
            if index > 0 {
                out.push(' ');
            }
            self.write_operand(arg, out);
        }
    }

    pub(crate) fn write_pipe(&self, pipe: &Pipe, out: &mut String) {
        let variables = self.variables(pipe);
        for (index, variable) in variables.iter().enumerate() {
            if index > 0 {
                out.push_str(", ");
            }
            out.push_str(&String::from_utf8_lossy(self.text(variable.name)));
        }
        if !variables.is_empty() {
            out.push_str(if pipe.assigns { " = " } else { " := " });
        }
        for (index, command) in self.commands(pipe).iter().enumerate() {
            if index > 0 {
                out.push_str(" | ");
            }
            self.write_command(command, out);
        }
    }

    pub(crate) fn write_node(&self, node: &Node, out: &mut String) {
        match node {
            Node::Text(span) => out.push_str(&String::from_utf8_lossy(self.text(*span))),
            Node::Action { pipe, .. } => {
                out.push_str("{{");
                self.write_pipe(self.pipe(*pipe), out);
                out.push_str("}}");
            }
            Node::If(branch) => self.write_branch(self.branch(*branch), "if", out),
            Node::With(branch) => self.write_branch(self.branch(*branch), "with", out),
            Node::Range(branch) => self.write_branch(self.branch(*branch), "range", out),
            Node::Template(call) => {
                let TemplateCall { name, pipe, .. } = self.call(*call);
                out.push_str("{{template ");
                out.push_str(&quote(name.as_bytes()));
                if let Some(pipe) = pipe {
                    out.push(' ');
                    self.write_pipe(self.pipe(*pipe), out);
                }
                out.push_str("}}");
            }
            Node::Break(_) => out.push_str("{{break}}"),
            Node::Continue(_) => out.push_str("{{continue}}"),
        }
    }

    pub(crate) fn write_branch(&self, branch: &Branch, word: &str, out: &mut String) {
        out.push_str("{{");
        out.push_str(word);
        out.push(' ');
        self.write_pipe(self.pipe(branch.pipe), out);
        out.push_str("}}");
        for node in self.nodes(branch.body) {
            self.write_node(node, out);
        }
        if let Some(nodes) = branch.otherwise {
            out.push_str("{{else}}");
            for node in self.nodes(nodes) {
                self.write_node(node, out);
            }
        }
        out.push_str("{{end}}");
    }
}
