//! Inside an action: pipelines, their commands and operands.

use govalue::{Str, Value};

use super::{MAX_PARENS, Parser, Result};
use crate::ast::{Arg, ArgKind, Command, Pipe, UNDEFINED};
use crate::lex::{Kind, Token, quote};
use crate::literal;

impl Parser<'_> {
    pub(super) fn pipeline(&mut self, context: &str, end: Kind) -> Result<Pipe> {
        let start = self.peek_solid();
        let mut pipe = Pipe { pos: start.start, assigns: false, variables: Vec::new(), commands: Vec::new() };
        let mut names: Vec<Token> = Vec::new();
        loop {
            let variable = self.peek_solid();
            if variable.kind != Kind::Variable {
                break;
            }
            let before = self.at;
            self.next();
            let next = self.peek_solid();
            match next.kind {
                Kind::Assign | Kind::Declare => {
                    pipe.assigns = next.kind == Kind::Assign;
                    self.next_solid();
                    names.push(variable);
                    break;
                }
                Kind::Char if next.text(&self.source) == b"," => {
                    self.next_solid();
                    names.push(variable);
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
                    break;
                }
            }
        }
        // The pipeline sees the variables as they were before: `$x := add $x 1` reads the outer one. A name that
        // is nowhere yet is no error for Go's parser, but one when it is read.
        let names: Vec<Str> = names.iter().map(|token| self.text(token)).collect();
        let pending = self.pending.len();
        self.pending.extend_from_slice(&names);
        loop {
            let token = self.next_solid();
            match token.kind {
                kind if kind == end => {
                    self.check(&pipe, context)?;
                    self.pending.truncate(pending);
                    pipe.variables = names.into_iter().map(|name| self.bind(name, pipe.assigns)).collect();
                    return Ok(pipe);
                }
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
                    pipe.commands.push(self.command()?);
                }
                _ => return Err(self.unexpected(&token, context)),
            }
        }
    }

    /// The slot that a declaration or an assignment writes to.
    fn bind(&mut self, name: Str, assigns: bool) -> (Str, u32) {
        if !assigns {
            return (name.clone(), self.scope.declare(name));
        }
        let slot = self.scope.find(name.as_bytes()).unwrap_or_else(|| {
            self.ghosts.push(name.clone());
            UNDEFINED
        });
        (name, slot)
    }

    fn check(&self, pipe: &Pipe, context: &str) -> Result<()> {
        if pipe.commands.is_empty() {
            return Err(self.error(format!("missing value for {context}")));
        }
        for (index, command) in pipe.commands.iter().enumerate().skip(1) {
            let first = command.args.first().map(|arg| &arg.kind);
            if matches!(
                first,
                Some(
                    ArgKind::Bool(_) | ArgKind::Dot | ArgKind::Nil | ArgKind::Number(_) | ArgKind::String(..)
                )
            ) {
                return Err(self.error(format!("non executable command in pipeline stage {}", index + 1)));
            }
        }
        Ok(())
    }

    fn command(&mut self) -> Result<Command> {
        let mut command = Command { pos: self.peek_solid().start, args: Vec::new() };
        loop {
            self.peek_solid();
            if let Some(operand) = self.operand()? {
                command.args.push(operand);
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
        if command.args.is_empty() {
            return Err(self.error("empty command"));
        }
        Ok(command)
    }

    fn operand(&mut self) -> Result<Option<Arg>> {
        let Some(mut node) = self.term()? else { return Ok(None) };
        let first = self.peek();
        if first.kind != Kind::Field {
            return Ok(Some(node));
        }
        let mut fields = Vec::new();
        while self.peek().kind == Kind::Field {
            let token = self.next();
            fields.push(Str::from_bytes(&token.text(&self.source)[1..]));
        }
        match &mut node.kind {
            ArgKind::Field(own) => {
                own.extend(fields);
                node.pos = first.start;
            }
            ArgKind::Variable(_, _, own) => {
                own.extend(fields);
                node.pos = first.start;
            }
            ArgKind::Bool(_) | ArgKind::String(..) | ArgKind::Number(_) | ArgKind::Nil | ArgKind::Dot => {
                let mut text = String::new();
                node.write(&mut text);
                return Err(self.error(format!("unexpected . after term {}", quote(text.as_bytes()))));
            }
            _ => {
                let pos = first.start;
                node = Arg { pos, kind: ArgKind::Chain(Box::new(node), fields) };
            }
        }
        Ok(Some(node))
    }

    fn term(&mut self) -> Result<Option<Arg>> {
        let token = self.next_solid();
        let kind = match token.kind {
            Kind::Identifier => {
                let name = self.text(&token);
                let Some(index) = self.functions.find(name.as_bytes()) else {
                    return Err(self.error(format!("function {} not defined", quote(name.as_bytes()))));
                };
                ArgKind::Function(name, index)
            }
            Kind::Dot => ArgKind::Dot,
            Kind::Nil => ArgKind::Nil,
            Kind::Variable => {
                let name = self.text(&token);
                match self.scope.find(name.as_bytes()) {
                    Some(slot) => ArgKind::Variable(name, slot, Vec::new()),
                    None if self.pending.contains(&name) || self.ghosts.contains(&name) => {
                        ArgKind::Variable(name, UNDEFINED, Vec::new())
                    }
                    None => {
                        return Err(self.error(format!("undefined variable {}", quote(name.as_bytes()))));
                    }
                }
            }
            Kind::Field => ArgKind::Field(vec![Str::from_bytes(&token.text(&self.source)[1..])]),
            Kind::Bool => ArgKind::Bool(token.text(&self.source) == b"true"),
            Kind::CharConstant | Kind::Complex | Kind::Number => {
                let number = literal::number(token.text(&self.source), token.kind);
                ArgKind::Number(number.map_err(|message| self.error(message))?)
            }
            Kind::LeftParen => {
                self.parens += 1;
                if self.parens > MAX_PARENS {
                    return Err(self.error("max expression depth exceeded"));
                }
                let pipe = self.pipeline("parenthesized pipeline", Kind::RightParen)?;
                self.parens -= 1;
                return Ok(Some(Arg { pos: pipe.pos, kind: ArgKind::Pipe(Box::new(pipe)) }));
            }
            Kind::String | Kind::RawString => {
                let text = self.unquote(&token)?;
                ArgKind::String(Value::Str(text), self.text(&token))
            }
            _ => {
                self.at -= 1;
                return Ok(None);
            }
        };
        Ok(Some(Arg { pos: token.start, kind }))
    }
}
