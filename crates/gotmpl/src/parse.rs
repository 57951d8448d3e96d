//! Tokens → syntax tree, with variables resolved to slots and functions to their place in the table.

mod pipeline;

use std::collections::BTreeMap;
use std::sync::Arc;

use govalue::Str;

use crate::ast::{Arg, Branch, Code, Command, Node, Run, Span, Template, TemplateCall};
use crate::error::ParseError;
use crate::functions::Functions;
use crate::lex::{Kind, Token, Tokens, lex, quote};

/// How deep bodies may nest. Go's parser only bounds parentheses; its stack grows, ours does not.
const MAX_NESTING: u32 = 1_000;
/// Nested parentheses, below Go's ten thousand: each takes several native frames here.
const MAX_PARENS: u32 = 1_000;

/// What a text defines.
pub(crate) struct Definitions {
    /// The definition under the text's own name last, before it what `define` and `block` define in it.
    pub(crate) templates: Vec<Template>,
    /// Whether one of those in it has the text's own name.
    pub(crate) names_itself: bool,
}

/// Parses a text.
pub(crate) fn parse(
    name: &Str,
    source: Arc<[u8]>,
    owner: u32,
    functions: &Functions,
) -> Result<Definitions, ParseError> {
    if source.len() >= u32::MAX as usize {
        return Err(ParseError::new(format!("template: {name}:1: text is larger than 4 GiB"), 0..0));
    }
    let tokens = lex(&source);
    let code = with_room(source, &tokens);
    let mut parser = Parser {
        name,
        tokens,
        at: 0,
        furthest: 0,
        action_line: 0,
        functions,
        code,
        definitions: BTreeMap::new(),
        scope: Scope::new(),
        pending: Vec::new(),
        ghosts: Vec::new(),
        open_nodes: Vec::new(),
        open_commands: Vec::new(),
        open_args: Vec::new(),
        range_depth: 0,
        nesting: 0,
        parens: 0,
        names_itself: false,
    };
    parser.file()?;
    let Parser { code, mut definitions, names_itself, .. } = parser;
    let own = definitions.remove(name);
    let code = Arc::new(code);
    let template = |definition: Definition| Template {
        name: definition.name,
        parse_name: name.clone(),
        code: Arc::clone(&code),
        owner,
        body: definition.body,
        slots: definition.slots,
    };
    let templates = definitions.into_values().chain(own).map(template).collect();
    Ok(Definitions { templates, names_itself })
}

/// Tables with room for what the tokens can become, so that they need not move while they grow.
fn with_room(source: Arc<[u8]>, tokens: &Tokens) -> Code {
    let mut code = Code { source, ..Code::default() };
    let (mut nodes, mut pipes, mut commands, mut args, mut fields, mut strings) = (0, 0, 0, 0, 0, 0);
    for token in tokens.iter() {
        match token.kind {
            Kind::Text => nodes += 1,
            Kind::LeftDelim => (nodes, pipes, commands) = (nodes + 1, pipes + 1, commands + 1),
            // Nothing stands in these.
            Kind::End | Kind::Else => (nodes, pipes, commands) = (nodes - 1, pipes - 1, commands - 1),
            Kind::LeftParen => (pipes, commands, args) = (pipes + 1, commands + 1, args + 1),
            Kind::Pipe => commands += 1,
            Kind::Field => (args, fields) = (args + 1, fields + 1),
            Kind::String | Kind::RawString => (args, strings) = (args + 1, strings + 1),
            Kind::Identifier | Kind::Variable | Kind::Dot | Kind::Number => args += 1,
            _ => {}
        }
    }
    let room = |count: isize| usize::try_from(count).unwrap_or(0);
    code.nodes.reserve_exact(room(nodes));
    code.pipes.reserve_exact(room(pipes));
    code.commands.reserve_exact(room(commands));
    code.args.reserve_exact(room(args));
    code.fields.reserve_exact(room(fields));
    code.strings.reserve_exact(room(strings));
    code
}

/// Moves what was collected to its place in a table.
fn close<T>(table: &mut Vec<T>, open: impl IntoIterator<Item = T>) -> Run {
    let start = table.len();
    table.extend(open);
    Run::since(table, start)
}

/// Variables in scope, each in its slot; slot 0 is `$`, which nothing in the text declares.
struct Scope {
    names: Vec<Span>,
    most: u32,
}

impl Scope {
    fn new() -> Self {
        Self { names: vec![Span { start: 0, end: 0 }], most: 1 }
    }

    fn declare(&mut self, name: Span) -> u32 {
        self.names.push(name);
        self.most = self.most.max(self.names.len() as u32);
        self.names.len() as u32 - 1
    }
}

/// A `define`, or the text itself.
struct Definition {
    name: Str,
    body: Run,
    slots: u32,
}

/// What an action is to the list it stands in.
enum Parsed {
    Node(Node),
    End,
    Else,
}

struct Parser<'a> {
    name: &'a Str,
    tokens: Tokens,
    at: usize,
    /// The furthest token looked at: its line is the one errors name.
    furthest: usize,
    action_line: u32,
    functions: &'a Functions,
    code: Code,
    definitions: BTreeMap<Str, Definition>,
    scope: Scope,
    /// Names that the pipeline being parsed will declare.
    pending: Vec<Span>,
    /// Names that Go's parser knows although nothing declares them where they are read: those of another branch,
    /// and those that are assigned without being declared.
    ghosts: Vec<Span>,
    /// Nodes, commands and arguments of what is not closed yet, outermost first: neighbours in the tables of
    /// [`Code`] are those of one list.
    open_nodes: Vec<Node>,
    open_commands: Vec<Command>,
    open_args: Vec<Arg>,
    range_depth: u32,
    nesting: u32,
    parens: u32,
    names_itself: bool,
}

type Result<T, E = ParseError> = std::result::Result<T, E>;

impl Parser<'_> {
    fn token(&mut self, index: usize) -> Token {
        self.furthest = self.furthest.max(index);
        self.tokens.at(index)
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

    fn text(&self, span: Span) -> &[u8] {
        self.code.text(span)
    }

    fn same(&self, one: Span, other: Span) -> bool {
        self.text(one) == self.text(other)
    }

    /// The slot of a variable in scope.
    fn find(&self, name: Span) -> Option<u32> {
        let found = self.scope.names.iter().skip(1).rposition(|known| self.same(*known, name));
        match found {
            Some(index) => Some(index as u32 + 1),
            None => (self.text(name) == b"$").then_some(0),
        }
    }

    fn error(&self, message: impl std::fmt::Display) -> ParseError {
        let token = self.tokens.at(self.furthest);
        let text = format!("template: {}:{}: {message}", self.name, token.line);
        ParseError::new(text, token.start as usize..token.end as usize)
    }

    fn unexpected(&self, token: &Token, context: &str) -> ParseError {
        let message = self.tokens.describe(token, &self.code.source);
        if token.kind != Kind::Error {
            return self.error(format!("unexpected {message} in {context}"));
        }
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

    /// The whole text.
    fn file(&mut self) -> Result<()> {
        loop {
            match self.peek().kind {
                Kind::Eof => {
                    let body = close(&mut self.code.nodes, self.open_nodes.drain(..));
                    return self.add(Definition { name: self.name.clone(), body, slots: self.scope.most });
                }
                Kind::LeftDelim if self.peek_define() => self.definition()?,
                _ => match self.text_or_action()? {
                    Parsed::Node(node) => self.open_nodes.push(node),
                    Parsed::End => return Err(self.error("unexpected {{end}}")),
                    Parsed::Else => return Err(self.error("unexpected {{else}}")),
                },
            }
        }
    }

    /// Whether a `define` begins here; positions stay.
    fn peek_define(&mut self) -> bool {
        let mut index = self.at + 1;
        while self.tokens.at(index).kind == Kind::Space {
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
        let begun_at = self.furthest;
        let (body, end) = self.list()?;
        if let Parsed::Else = end {
            // Go's parser of a block is another one than the parser around it, whose line this is.
            if context == "block clause" {
                self.furthest = begun_at;
            }
            return Err(self.error(format!("unexpected {{{{else}}}} in {context}")));
        }
        let slots = std::mem::replace(&mut self.scope, scope).most;
        self.range_depth = range_depth;
        self.action_line = action_line;
        self.pending = pending;
        self.ghosts = ghosts;
        self.names_itself |= name == *self.name;
        self.add(Definition { name, body, slots })
    }

    /// Within one text a name is defined once, save for empty definitions: any other replaces one.
    fn add(&mut self, definition: Definition) -> Result<()> {
        let is_first =
            self.definitions.get(&definition.name).is_none_or(|other| self.code.is_empty(other.body));
        if is_first {
            self.definitions.insert(definition.name.clone(), definition);
        } else if !self.code.is_empty(definition.body) {
            let name = quote(definition.name.as_bytes());
            return Err(self.error(format!("template: multiple definition of template {name}")));
        }
        Ok(())
    }

    fn unquote(&mut self, token: &Token) -> Result<Str> {
        let quoted = self.text(token.span());
        // Most are plain: between the quotes stands the value.
        let inner = &quoted[1..quoted.len() - 1];
        if quoted[0] == b'"' && inner.is_ascii() && memchr::memchr(b'\\', inner).is_none() {
            return Ok(Str::from_bytes(inner));
        }
        govalue::print::unquote(quoted).map(Str::from).ok_or_else(|| self.error("invalid syntax"))
    }

    /// Nodes up to an `end` or `else`.
    fn list(&mut self) -> Result<(Run, Parsed)> {
        self.enter()?;
        let start = self.open_nodes.len();
        while self.peek_solid().kind != Kind::Eof {
            match self.text_or_action()? {
                Parsed::Node(node) => self.open_nodes.push(node),
                end => {
                    self.nesting -= 1;
                    return Ok((close(&mut self.code.nodes, self.open_nodes.drain(start..)), end));
                }
            }
        }
        Err(self.error("unexpected EOF"))
    }

    fn text_or_action(&mut self) -> Result<Parsed> {
        let token = self.next_solid();
        match token.kind {
            Kind::Text => Ok(Parsed::Node(Node::Text(token.span()))),
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
                if !matches!(self.peek_solid().kind, Kind::If | Kind::With) {
                    self.expect(Kind::RightDelim, "else")?;
                }
                return Ok(Parsed::Else);
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
                Node::Action { pos, pipe: self.pipeline("command", Kind::RightDelim)? }
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

    fn branch(&mut self, context: &'static str) -> Result<u32> {
        let (visible, ghosts) = (self.scope.names.len(), self.ghosts.len());
        let branch = self.branch_in_scope(context)?;
        self.scope.names.truncate(visible);
        self.ghosts.truncate(ghosts);
        self.code.branches.push(branch);
        Ok(self.code.branches.len() as u32 - 1)
    }

    fn branch_in_scope(&mut self, context: &'static str) -> Result<Branch> {
        let pipe = self.pipeline(context, Kind::RightDelim)?;
        let is_range = context == "range";
        self.range_depth += u32::from(is_range);
        let visible = self.scope.names.len();
        let (body, end) = self.list()?;
        self.range_depth -= u32::from(is_range);
        // What the body declares is not there when the other branch runs. Go's parser still knows the names.
        self.ghosts.extend(self.scope.names.drain(visible..));
        let mut otherwise = None;
        if let Parsed::Else = end {
            // `else if` and `else with` are an else that holds one branch, closed by the same end.
            let next = self.peek().kind;
            if context == "if" && next == Kind::If {
                self.next();
                self.enter()?;
                let inner = Node::If(self.branch("if")?);
                otherwise = Some(close(&mut self.code.nodes, [inner]));
                self.nesting -= 1;
            } else if context == "with" && next == Kind::With {
                self.next();
                self.enter()?;
                let inner = Node::With(self.branch("with")?);
                otherwise = Some(close(&mut self.code.nodes, [inner]));
                self.nesting -= 1;
            } else {
                let (nodes, end) = self.list()?;
                if let Parsed::Else = end {
                    return Err(self.error("expected end; found {{else}}"));
                }
                otherwise = Some(nodes);
            }
        }
        Ok(Branch { pos: self.code.pipe(pipe).pos, pipe, body, otherwise })
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
        Ok(self.call(TemplateCall { pos: token.start, name, pipe: Some(pipe) }))
    }

    fn template_call(&mut self) -> Result<Node> {
        let (token, name) = self.template_name("template clause")?;
        let pipe = if self.next_solid().kind == Kind::RightDelim {
            None
        } else {
            self.at -= 1;
            Some(self.pipeline("template clause", Kind::RightDelim)?)
        };
        Ok(self.call(TemplateCall { pos: token.start, name, pipe }))
    }

    fn call(&mut self, call: TemplateCall) -> Node {
        self.code.calls.push(call);
        Node::Template(self.code.calls.len() as u32 - 1)
    }
}
