//! Inside an action: pipelines, their commands and operands.

use super::{MAX_PARENS, Parser, Result, close};
use govalue::Str;

use crate::ast::{Arg, ArgKind, Command, Pipe, Run, Span, UNDEFINED, Variable};
use crate::lex::{Kind, quote};
use crate::literal;

impl Parser<'_> {
    /// Parses up to a closing token; the place of the pipeline in its table.
    pub(super) fn pipeline(&mut self, context: &str, end: Kind) -> Result<u32> {
        let before = self.code.parts();
        let pos = self.peek_solid().start;
        let (names, assigns) = self.declarations(context)?;
        // The pipeline sees the variables as they were before: `$x := add $x 1` reads the outer one. A name that
        // is nowhere yet is no error for Go's parser, but one when it is read.
        let pending = self.pending.len();
        self.pending.extend_from_slice(&names);
        let start = self.open_commands.len();
        loop {
            let token = self.next_solid();
            match token.kind {
                kind if kind == end => break,
                Kind::Bool
                | Kind::CharConstant
                | Kind::Complex
                | Kind::Dot
                | Kind::Field
                | Kind::Identifier
                | Kind::Number
                | Kind::Nil
                | Kind::RawString
                | Kind::String
                | Kind::Variable
                | Kind::LeftParen => {
                    self.at -= 1;
                    let command = self.command()?;
                    self.open_commands.push(command);
                }
                _ => return Err(self.unexpected(&token, context)),
            }
        }
        let commands = close(&mut self.code.commands, self.open_commands.drain(start..));
        self.pending.truncate(pending);
        let mut pipe = Pipe { pos, assigns, variables: Run::default(), commands, weight: 0 };
        self.check(&pipe, context)?;
        let start = self.code.variables.len();
        for name in names {
            let slot = match assigns.then(|| self.find(name)) {
                None => self.scope.declare(name),
                Some(Some(slot)) => slot,
                Some(None) => {
                    self.ghosts.push(name);
                    UNDEFINED
                }
            };
            self.code.variables.push(Variable { name, slot });
        }
        pipe.variables = Run::since(&self.code.variables, start);
        pipe.weight = (self.code.parts() - before) as u32;
        self.code.pipes.push(pipe);
        Ok(self.code.pipes.len() as u32 - 1)
    }

    /// The names in front of `:=` or `=`, and whether it is the latter.
    fn declarations(&mut self, context: &str) -> Result<(Vec<Span>, bool)> {
        let mut names = Vec::new();
        loop {
            let variable = self.peek_solid();
            if variable.kind != Kind::Variable {
                return Ok((names, false));
            }
            let before = self.at;
            self.next();
            let next = self.peek_solid();
            match next.kind {
                Kind::Assign | Kind::Declare => {
                    self.next_solid();
                    names.push(variable.span());
                    return Ok((names, next.kind == Kind::Assign));
                }
                Kind::Char if self.text(next.span()) == b"," => {
                    self.next_solid();
                    names.push(variable.span());
                    if context == "range" && names.len() < 2 {
                        match self.peek_solid().kind {
                            Kind::Variable | Kind::RightDelim | Kind::RightParen => continue,
                            _ => return Err(self.error("range can only initialize variables")),
                        }
                    }
                    return Err(self.error(format!("too many declarations in {context}")));
                }
                _ => {
                    self.at = before;
                    return Ok((names, false));
                }
            }
        }
    }

    fn check(&self, pipe: &Pipe, context: &str) -> Result<()> {
        let commands = self.code.commands(pipe);
        if commands.is_empty() {
            return Err(self.error(format!("missing value for {context}")));
        }
        for (index, command) in commands.iter().enumerate().skip(1) {
            let first = self.code.args(command).first().map(|arg| arg.kind);
            if let Some(
                ArgKind::Bool(_) | ArgKind::Dot | ArgKind::Nil | ArgKind::Number(_) | ArgKind::String(_),
            ) = first
            {
                return Err(self.error(format!("non executable command in pipeline stage {}", index + 1)));
            }
        }
        Ok(())
    }

    fn command(&mut self) -> Result<Command> {
        let pos = self.peek_solid().start;
        let start = self.open_args.len();
        loop {
            self.peek_solid();
            if let Some(operand) = self.operand()? {
                self.open_args.push(operand);
            }
            let token = self.next();
            match token.kind {
                Kind::Space => continue,
                Kind::RightDelim | Kind::RightParen => self.at -= 1,
                Kind::Pipe => {}
                _ => return Err(self.unexpected(&token, "operand")),
            }
            break;
        }
        let args = close(&mut self.code.args, self.open_args.drain(start..));
        if args.len == 0 {
            return Err(self.error("empty command"));
        }
        Ok(Command { pos, args })
    }

    fn operand(&mut self) -> Result<Option<Arg>> {
        let Some(mut node) = self.term()? else { return Ok(None) };
        let first = self.peek();
        if first.kind != Kind::Field {
            return Ok(Some(node));
        }
        // A field's own name stands last in its table: what follows is its neighbour.
        let start = self.code.fields.len();
        while self.peek().kind == Kind::Field {
            let token = self.next();
            self.code.fields.push(name_of(token.span()));
        }
        let fields = Run::since(&self.code.fields, start);
        match &mut node.kind {
            ArgKind::Field(own) => {
                own.len += fields.len;
                node.pos = first.start;
            }
            ArgKind::Variable(_, own) => {
                *own = fields;
                node.pos = first.start;
            }
            ArgKind::Bool(_) | ArgKind::String(_) | ArgKind::Number(_) | ArgKind::Nil | ArgKind::Dot => {
                let mut text = String::new();
                self.code.write_arg(&node, &mut text);
                return Err(self.error(format!("unexpected . after term {}", quote(text.as_bytes()))));
            }
            _ => {
                let inner = self.code.args.len() as u32;
                self.code.args.push(node);
                node = Arg { pos: first.start, text: node.text, kind: ArgKind::Chain(inner, fields) };
            }
        }
        Ok(Some(node))
    }

    fn term(&mut self) -> Result<Option<Arg>> {
        let token = self.next_solid();
        let text = token.span();
        let mut pos = token.start;
        let kind = match token.kind {
            Kind::Identifier => {
                let name = self.text(text);
                match self.functions.find(name) {
                    Some(index) => ArgKind::Function(index),
                    None => {
                        let mut error = self.error(format!("function {} not defined", quote(name)));
                        error.span = text.start as usize..text.end as usize;
                        error.unknown_function = Some(Str::from_bytes(name));
                        return Err(error);
                    }
                }
            }
            Kind::Dot => ArgKind::Dot,
            Kind::Nil => ArgKind::Nil,
            Kind::Variable => ArgKind::Variable(self.variable(text)?, Run::default()),
            Kind::Field => {
                let start = self.code.fields.len();
                self.code.fields.push(name_of(text));
                ArgKind::Field(Run::since(&self.code.fields, start))
            }
            Kind::Bool => ArgKind::Bool(self.text(text) == b"true"),
            Kind::CharConstant | Kind::Complex | Kind::Number => {
                let number = literal::number(self.text(text), token.kind);
                let number = number.map_err(|message| self.error(message))?;
                self.code.numbers.push(number);
                ArgKind::Number(self.code.numbers.len() as u32 - 1)
            }
            Kind::LeftParen => {
                self.parens += 1;
                if self.parens > MAX_PARENS {
                    return Err(self.error("max expression depth exceeded"));
                }
                let pipe = self.pipeline("parenthesized pipeline", Kind::RightParen)?;
                self.parens -= 1;
                pos = self.code.pipe(pipe).pos;
                ArgKind::Pipe(pipe)
            }
            Kind::String | Kind::RawString => {
                let value = self.unquote(&token)?;
                self.code.strings.push(value);
                ArgKind::String(self.code.strings.len() as u32 - 1)
            }
            _ => {
                self.at -= 1;
                return Ok(None);
            }
        };
        Ok(Some(Arg { pos, text, kind }))
    }

    /// The slot of a variable that is read.
    fn variable(&self, name: Span) -> Result<u32> {
        if let Some(slot) = self.find(name) {
            return Ok(slot);
        }
        if self.pending.iter().chain(&self.ghosts).any(|known| self.same(*known, name)) {
            return Ok(UNDEFINED);
        }
        let mut error = self.error(format!("undefined variable {}", quote(self.text(name))));
        error.span = name.start as usize..name.end as usize;
        Err(error)
    }
}

/// A field's name: what follows its dot.
fn name_of(field: Span) -> Span {
    Span { start: field.start + 1, end: field.end }
}
