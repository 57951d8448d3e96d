//! The parsed form of a template, and how its parts print in error texts.

use std::rc::Rc;

use govalue::{Str, Value};

use crate::lex::quote;

/// Offset in the template's text.
pub(crate) type Pos = u32;

/// The slot of a variable that is not there when it is read: an error of the execution, not of the parser.
pub(crate) const UNDEFINED: u32 = u32::MAX;

/// One definition: a file, a `define`, or a string given to `tpl`.
#[derive(Debug)]
pub(crate) struct Template {
    /// The name it is known by.
    pub(crate) name: Str,
    /// The name of the text it stands in.
    pub(crate) parse_name: Str,
    /// That text.
    pub(crate) source: Rc<[u8]>,
    /// Who wrote it, as the caller of `parse` said.
    pub(crate) owner: u32,
    pub(crate) body: Vec<Node>,
    /// How many variables may be alive at once.
    pub(crate) slots: u32,
}

#[derive(Debug)]
pub(crate) enum Node {
    Text(Pos, Pos),
    Action(Pos, Pipe),
    If(Branch),
    With(Branch),
    Range(Branch),
    Template { pos: Pos, name: Str, pipe: Option<Pipe> },
    Break(Pos),
    Continue(Pos),
}

/// `if`, `with` or `range` with its two bodies.
#[derive(Debug)]
pub(crate) struct Branch {
    pub(crate) pos: Pos,
    pub(crate) pipe: Pipe,
    pub(crate) body: Vec<Node>,
    pub(crate) otherwise: Option<Vec<Node>>,
}

#[derive(Debug)]
pub(crate) struct Pipe {
    pub(crate) pos: Pos,
    pub(crate) assigns: bool,
    /// Variables declared or assigned: name and slot.
    pub(crate) variables: Vec<(Str, u32)>,
    pub(crate) commands: Vec<Command>,
}

#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) pos: Pos,
    pub(crate) args: Vec<Arg>,
}

/// An operand with where it stands.
#[derive(Debug)]
pub(crate) struct Arg {
    pub(crate) pos: Pos,
    pub(crate) kind: ArgKind,
}

#[derive(Debug)]
pub(crate) enum ArgKind {
    Dot,
    Nil,
    Bool(bool),
    /// The value, and the text as written.
    String(Value, Str),
    Number(Number),
    Field(Vec<Str>),
    /// Name, slot, fields.
    Variable(Str, u32, Vec<Str>),
    Chain(Box<Arg>, Vec<Str>),
    /// Name and index in the function table.
    Function(Str, u32),
    Pipe(Box<Pipe>),
}

/// A numeric constant: where a parameter says what it should be, it is that, if it can be.
#[derive(Debug)]
pub(crate) struct Number {
    pub(crate) int: Option<i64>,
    pub(crate) uint: Option<u64>,
    pub(crate) float: Option<f64>,
    /// What it is where nothing says so; nil for an integer that no `int` can be.
    pub(crate) value: Value,
    pub(crate) text: Str,
}

impl Arg {
    /// As Go prints it back.
    pub(crate) fn to_text(&self) -> String {
        let mut text = String::new();
        self.write(&mut text);
        text
    }

    pub(crate) fn write(&self, out: &mut String) {
        match &self.kind {
            ArgKind::Dot => out.push('.'),
            ArgKind::Nil => out.push_str("nil"),
            ArgKind::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            ArgKind::String(_, text) => out.push_str(&text.to_str_lossy()),
            ArgKind::Number(number) => out.push_str(&number.text.to_str_lossy()),
            ArgKind::Field(fields) => write_fields(out, fields),
            ArgKind::Variable(name, _, fields) => {
                out.push_str(&name.to_str_lossy());
                write_fields(out, fields);
            }
            ArgKind::Chain(node, fields) => {
                if let ArgKind::Pipe(pipe) = &node.kind {
                    out.push('(');
                    pipe.write(out);
                    out.push(')');
                } else {
                    node.write(out);
                }
                write_fields(out, fields);
            }
            ArgKind::Function(name, _) => out.push_str(&name.to_str_lossy()),
            ArgKind::Pipe(pipe) => pipe.write(out),
        }
    }
}

fn write_fields(out: &mut String, fields: &[Str]) {
    for field in fields {
        out.push('.');
        out.push_str(&field.to_str_lossy());
    }
}

impl Command {
    pub(crate) fn write(&self, out: &mut String) {
        for (index, arg) in self.args.iter().enumerate() {
            if index > 0 {
                out.push(' ');
            }
            if let ArgKind::Pipe(pipe) = &arg.kind {
                out.push('(');
                pipe.write(out);
                out.push(')');
            } else {
                arg.write(out);
            }
        }
    }
}

impl Pipe {
    pub(crate) fn write(&self, out: &mut String) {
        for (index, (name, _)) in self.variables.iter().enumerate() {
            if index > 0 {
                out.push_str(", ");
            }
            out.push_str(&name.to_str_lossy());
        }
        if !self.variables.is_empty() {
            out.push_str(if self.assigns { " = " } else { " := " });
        }
        for (index, command) in self.commands.iter().enumerate() {
            if index > 0 {
                out.push_str(" | ");
            }
            command.write(out);
        }
    }
}

impl Node {
    pub(crate) fn pos(&self) -> Pos {
        match self {
            Self::Text(pos, _) | Self::Action(pos, _) | Self::Break(pos) | Self::Continue(pos) => *pos,
            Self::If(branch) | Self::With(branch) | Self::Range(branch) => branch.pos,
            Self::Template { pos, .. } => *pos,
        }
    }

    /// As Go prints it back.
    pub(crate) fn write(&self, source: &[u8], out: &mut String) {
        match self {
            Self::Text(start, end) => {
                out.push_str(&String::from_utf8_lossy(&source[*start as usize..*end as usize]));
            }
            Self::Action(_, pipe) => {
                out.push_str("{{");
                pipe.write(out);
                out.push_str("}}");
            }
            Self::If(branch) => branch.write("if", source, out),
            Self::With(branch) => branch.write("with", source, out),
            Self::Range(branch) => branch.write("range", source, out),
            Self::Template { name, pipe, .. } => {
                out.push_str("{{template ");
                out.push_str(&quote(name.as_bytes()));
                if let Some(pipe) = pipe {
                    out.push(' ');
                    pipe.write(out);
                }
                out.push_str("}}");
            }
            Self::Break(_) => out.push_str("{{break}}"),
            Self::Continue(_) => out.push_str("{{continue}}"),
        }
    }
}

impl Branch {
    pub(crate) fn write(&self, word: &str, source: &[u8], out: &mut String) {
        out.push_str("{{");
        out.push_str(word);
        out.push(' ');
        self.pipe.write(out);
        out.push_str("}}");
        for node in &self.body {
            node.write(source, out);
        }
        if let Some(nodes) = &self.otherwise {
            out.push_str("{{else}}");
            for node in nodes {
                node.write(source, out);
            }
        }
        out.push_str("{{end}}");
    }
}

/// Whether a body has nothing but blanks: such a definition never replaces another.
pub(crate) fn is_empty(body: &[Node], source: &[u8]) -> bool {
    body.iter().all(|node| match node {
        Node::Text(start, end) => {
            String::from_utf8_lossy(&source[*start as usize..*end as usize]).trim().is_empty()
        }
        _ => false,
    })
}
