//! Tokens → syntax tree, with variables resolved to slots and functions to their place in the table.

mod pipeline;

use std::rc::Rc;

use govalue::Str;

use crate::ast::{Branch, Node, Pos, Template};
use crate::error::ParseError;
use crate::functions::Functions;
use crate::lex::{Kind, Token, lex, quote};

/// How deep bodies may nest. Go's parser only bounds parentheses; its stack grows, ours does not.
const MAX_NESTING: u32 = 1_000;
/// Nested parentheses, below Go's ten thousand: each takes several native frames here.
const MAX_PARENS: u32 = 1_000;

/// Parses a text: the definition under its own name first, then what `define` and `block` define in it, in
/// the order in which they end.
pub(crate) fn parse(
    name: &Str,
    source: &Rc<[u8]>,
    owner: u32,
    functions: &Functions,
) -> Result<Vec<Template>, ParseError> {
    if source.len() >= u32::MAX as usize {
        return Err(ParseError::new(format!("template: {name}:1: text is larger than 4 GiB")));
    }
    let mut parser = Parser {
        name: name.clone(),
        source: Rc::clone(source),
        tokens: lex(source),
        at: 0,
        furthest: 0,
        action_line: 0,
        functions,
        owner,
        definitions: Vec::new(),
        scope: Scope::new(),
        pending: Vec::new(),
        ghosts: Vec::new(),
        range_depth: 0,
        nesting: 0,
        parens: 0,
    };
    let mut body = Vec::new();
    loop {
        match parser.peek().kind {
            Kind::Eof => break,
            Kind::LeftDelim if parser.peek_define() => parser.definition()?,
            _ => match parser.text_or_action()? {
                Parsed::Node(node) => body.push(node),
                Parsed::End => return Err(parser.error("unexpected {{end}}")),
                Parsed::Else(_) => return Err(parser.error("unexpected {{else}}")),
            },
        }
    }
    let slots = parser.scope.most;
    let main = parser.template(name.clone(), body, slots);
    parser.add(main)?;
    Ok(parser.definitions)
}

/// Variables in scope, each in its slot; slot 0 is `$`.
struct Scope {
    names: Vec<Str>,
    most: u32,
}

impl Scope {
    fn new() -> Self {
        Self { names: vec![Str::from_static("$")], most: 1 }
    }

    fn declare(&mut self, name: Str) -> u32 {
        self.names.push(name);
        self.most = self.most.max(self.names.len() as u32);
        self.names.len() as u32 - 1
    }

    fn find(&self, name: &[u8]) -> Option<u32> {
        self.names.iter().rposition(|known| known.as_bytes() == name).map(|slot| slot as u32)
    }
}

/// What an action is to the list it stands in.
enum Parsed {
    Node(Node),
    End,
    /// The position of what follows `else`.
    Else(Pos),
}

struct Parser<'a> {
    name: Str,
    source: Rc<[u8]>,
    tokens: Vec<Token>,
    at: usize,
    /// The furthest token looked at: its line is the one errors name.
    furthest: usize,
    action_line: u32,
    functions: &'a Functions,
    owner: u32,
    definitions: Vec<Template>,
    scope: Scope,
    /// Names that the pipeline being parsed will declare.
    pending: Vec<Str>,
    /// Names that Go's parser knows although nothing declares them where they are read: those of another branch,
    /// and those that are assigned without being declared.
    ghosts: Vec<Str>,
    range_depth: u32,
    nesting: u32,
    parens: u32,
}

type Result<T, E = ParseError> = std::result::Result<T, E>;

impl Parser<'_> {
    fn token(&mut self, index: usize) -> Token {
        // The last token is the end or an error; both stay.
        let index = index.min(self.tokens.len() - 1);
        self.furthest = self.furthest.max(index);
        self.tokens[index].clone()
    }

    fn peek(&mut self) -> Token {
        self.token(self.at)
    }

    fn next(&mut self) -> Token {
        let token = self.token(self.at);
        self.at += 1;
        token
    }

    fn skip_space(&mut self) {
        while self.peek().kind == Kind::Space {
            self.at += 1;
        }
    }

    fn next_solid(&mut self) -> Token {
        self.skip_space();
        self.next()
    }

    fn peek_solid(&mut self) -> Token {
        self.skip_space();
        self.peek()
    }

    fn text(&self, token: &Token) -> Str {
        Str::from_bytes(token.text(&self.source))
    }

    fn error(&self, message: impl std::fmt::Display) -> ParseError {
        let line = self.tokens[self.furthest.min(self.tokens.len() - 1)].line;
        ParseError::new(format!("template: {}:{line}: {message}", self.name))
    }

    fn unexpected(&self, token: &Token, context: &str) -> ParseError {
        if token.kind != Kind::Error {
            return self.error(format!("unexpected {} in {context}", token.describe(&self.source)));
        }
        let message = token.describe(&self.source);
        let mut extra = String::new();
        if self.action_line != 0 && self.action_line != token.line {
            extra = format!(" in action started at {}:{}", self.name, self.action_line);
            if message.ends_with(" action") {
                extra = extra[" in action".len()..].to_owned();
            }
        }
        self.error(format!("{message}{extra}"))
    }

    fn expect(&mut self, kind: Kind, context: &str) -> Result<Token> {
        let token = self.next_solid();
        if token.kind == kind { Ok(token) } else { Err(self.unexpected(&token, context)) }
    }

    fn template(&self, name: Str, body: Vec<Node>, slots: u32) -> Template {
        Template {
            name,
            parse_name: self.name.clone(),
            source: Rc::clone(&self.source),
            owner: self.owner,
            body,
            slots,
        }
    }

    /// Whether a `define` begins here; positions stay.
    fn peek_define(&mut self) -> bool {
        let mut index = self.at + 1;
        while self.tokens.get(index).is_some_and(|token| token.kind == Kind::Space) {
            index += 1;
        }
        self.token(index).kind == Kind::Define
    }

    fn definition(&mut self) -> Result<()> {
        self.next();
        self.next_solid();
        let token = self.next_solid();
        if !matches!(token.kind, Kind::String | Kind::RawString) {
            return Err(self.unexpected(&token, "define clause"));
        }
        let name = self.unquote(&token)?;
        self.expect(Kind::RightDelim, "define clause")?;
        self.nested_definition(name, "define clause")
    }

    /// The body of a `define` or `block`, with variables of its own.
    fn nested_definition(&mut self, name: Str, context: &str) -> Result<()> {
        let scope = std::mem::replace(&mut self.scope, Scope::new());
        let range_depth = std::mem::take(&mut self.range_depth);
        let action_line = std::mem::take(&mut self.action_line);
        let pending = std::mem::take(&mut self.pending);
        let ghosts = std::mem::take(&mut self.ghosts);
        let (body, end) = self.list()?;
        if let Parsed::Else(_) = end {
            return Err(self.error(format!("unexpected {{{{else}}}} in {context}")));
        }
        let slots = std::mem::replace(&mut self.scope, scope).most;
        self.range_depth = range_depth;
        self.action_line = action_line;
        self.pending = pending;
        self.ghosts = ghosts;
        let template = self.template(name, body, slots);
        self.add(template)
    }

    /// Within one text a name is defined once, save for empty definitions.
    fn add(&mut self, template: Template) -> Result<()> {
        if !crate::ast::is_empty(&template.body, &self.source)
            && self
                .definitions
                .iter()
                .any(|other| other.name == template.name && !crate::ast::is_empty(&other.body, &self.source))
        {
            return Err(self.error(format!(
                "template: multiple definition of template {}",
                quote(template.name.as_bytes())
            )));
        }
        self.definitions.push(template);
        Ok(())
    }

    fn unquote(&mut self, token: &Token) -> Result<Str> {
        govalue::print::unquote(token.text(&self.source))
            .map(Str::from)
            .ok_or_else(|| self.error("invalid syntax"))
    }

    /// Nodes up to an `end` or `else`.
    fn list(&mut self) -> Result<(Vec<Node>, Parsed)> {
        self.nesting += 1;
        if self.nesting > MAX_NESTING {
            return Err(self.error(format!("blocks nest deeper than {MAX_NESTING}")));
        }
        let mut nodes = Vec::new();
        while self.peek_solid().kind != Kind::Eof {
            match self.text_or_action()? {
                Parsed::Node(node) => nodes.push(node),
                end => {
                    self.nesting -= 1;
                    return Ok((nodes, end));
                }
            }
        }
        Err(self.error("unexpected EOF"))
    }

    fn text_or_action(&mut self) -> Result<Parsed> {
        let token = self.next_solid();
        match token.kind {
            Kind::Text => Ok(Parsed::Node(Node::Text(token.start, token.end))),
            Kind::LeftDelim => {
                self.action_line = token.line;
                let parsed = self.action();
                self.action_line = 0;
                parsed
            }
            _ => Err(self.unexpected(&token, "input")),
        }
    }

    fn action(&mut self) -> Result<Parsed> {
        let token = self.next_solid();
        Ok(Parsed::Node(match token.kind {
            Kind::Block => self.block()?,
            Kind::Break => {
                self.loop_control("break")?;
                Node::Break(token.start)
            }
            Kind::Continue => {
                self.loop_control("continue")?;
                Node::Continue(token.start)
            }
            Kind::Else => {
                let next = self.peek_solid();
                if matches!(next.kind, Kind::If | Kind::With) {
                    return Ok(Parsed::Else(next.start));
                }
                let token = self.expect(Kind::RightDelim, "else")?;
                return Ok(Parsed::Else(token.start));
            }
            Kind::End => {
                self.expect(Kind::RightDelim, "end")?;
                return Ok(Parsed::End);
            }
            Kind::If => Node::If(self.branch("if")?),
            Kind::Range => Node::Range(self.branch("range")?),
            Kind::With => Node::With(self.branch("with")?),
            Kind::Template => self.template_call()?,
            _ => {
                self.at -= 1;
                let pos = self.peek().start;
                Node::Action(pos, self.pipeline("command", Kind::RightDelim)?)
            }
        }))
    }

    fn loop_control(&mut self, word: &str) -> Result<()> {
        let token = self.next_solid();
        if token.kind != Kind::RightDelim {
            return Err(self.unexpected(&token, &format!("{{{{{word}}}}}")));
        }
        if self.range_depth == 0 {
            return Err(self.error(format!("{{{{{word}}}}} outside {{{{range}}}}")));
        }
        Ok(())
    }

    fn branch(&mut self, context: &'static str) -> Result<Branch> {
        let (visible, ghosts) = (self.scope.names.len(), self.ghosts.len());
        let branch = self.branch_in_scope(context);
        self.scope.names.truncate(visible);
        self.ghosts.truncate(ghosts);
        branch
    }

    fn branch_in_scope(&mut self, context: &'static str) -> Result<Branch> {
        let pipe = self.pipeline(context, Kind::RightDelim)?;
        let is_range = context == "range";
        self.range_depth += u32::from(is_range);
        let visible = self.scope.names.len();
        let (body, end) = self.list()?;
        self.range_depth -= u32::from(is_range);
        // What the body declares is not there when the other branch runs. Go's parser still knows the names.
        let declared = self.scope.names.split_off(visible);
        self.ghosts.extend(declared);
        let mut otherwise = None;
        if let Parsed::Else(pos) = end {
            let _ = pos;
            // `else if` and `else with` are an else that holds one branch, closed by the same end.
            let next = self.peek().kind;
            if context == "if" && next == Kind::If {
                self.next();
                self.enter()?;
                otherwise = Some(vec![Node::If(self.branch("if")?)]);
                self.nesting -= 1;
            } else if context == "with" && next == Kind::With {
                self.next();
                self.enter()?;
                otherwise = Some(vec![Node::With(self.branch("with")?)]);
                self.nesting -= 1;
            } else {
                let (nodes, end) = self.list()?;
                if let Parsed::Else(_) = end {
                    return Err(self.error("expected end; found {{else}}"));
                }
                otherwise = Some(nodes);
            }
        }
        Ok(Branch { pos: pipe.pos, pipe, body, otherwise })
    }

    fn enter(&mut self) -> Result<()> {
        self.nesting += 1;
        if self.nesting > MAX_NESTING {
            return Err(self.error(format!("blocks nest deeper than {MAX_NESTING}")));
        }
        Ok(())
    }

    fn template_name(&mut self, context: &str) -> Result<(Token, Str)> {
        let token = self.next_solid();
        if !matches!(token.kind, Kind::String | Kind::RawString) {
            return Err(self.unexpected(&token, context));
        }
        let name = self.unquote(&token)?;
        Ok((token, name))
    }

    fn block(&mut self) -> Result<Node> {
        let (token, name) = self.template_name("block clause")?;
        let pipe = self.pipeline("block clause", Kind::RightDelim)?;
        self.nested_definition(name.clone(), "block clause")?;
        Ok(Node::Template { pos: token.start, name, pipe: Some(pipe) })
    }

    fn template_call(&mut self) -> Result<Node> {
        let (token, name) = self.template_name("template clause")?;
        let pipe = if self.next_solid().kind == Kind::RightDelim {
            None
        } else {
            self.at -= 1;
            Some(self.pipeline("template clause", Kind::RightDelim)?)
        };
        Ok(Node::Template { pos: token.start, name, pipe })
    }
}
