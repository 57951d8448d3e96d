//! Text → [`Node`]s.

use govalue::Str;

use super::{Bound, Node};

/// Filters and unions inside each other beyond this are refused.
const MAX_DEPTH: usize = 200;

/// Why a template cannot be read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(crate) enum ParseError {
    #[error("unclosed action")]
    UnclosedAction,
    #[error("unrecognized character in action: {0}")]
    Character(String),
    #[error("invalid multiple recursive descent")]
    DoubleDescent,
    #[error("cannot parse number {0}")]
    Number(String),
    #[error("unterminated array")]
    UnterminatedArray,
    #[error("invalid array index {0}")]
    Index(String),
    #[error("array index {0} is not a number")]
    IndexNumber(String),
    #[error("unterminated filter")]
    UnterminatedFilter,
    #[error("unclosed array expect ]")]
    UnclosedArray,
    #[error("unterminated quoted string")]
    UnterminatedQuote,
    #[error("unquote string {0} error invalid syntax")]
    Unquote(String),
    /// Ours: Kubernetes has no limit.
    #[error("filters are nested more than {MAX_DEPTH} levels deep")]
    Depth,
}

type Parsed<T> = Result<T, ParseError>;

/// Reads a whole template: texts and what stands between braces.
pub(super) fn parse(text: &str, depth: usize) -> Parsed<Vec<Node>> {
    if depth > MAX_DEPTH {
        return Err(ParseError::Depth);
    }
    let mut parser = Parser { text, at: 0, depth };
    let mut nodes = Vec::new();
    loop {
        let rest = parser.rest();
        let Some(brace) = rest.find('{') else {
            if !rest.is_empty() {
                nodes.push(Node::Text(Str::from(rest)));
            }
            return Ok(nodes);
        };
        if brace > 0 {
            nodes.push(Node::Text(Str::from(&rest[..brace])));
        }
        parser.at += brace + 1;
        nodes.push(Node::List(parser.action()?));
    }
}

/// Reads the inside of one pair of braces that is put around the text.
fn parse_action(text: &str, depth: usize) -> Parsed<Vec<Node>> {
    let nodes = parse(&format!("{{{text}}}"), depth + 1)?;
    // Should the text have braces of its own, only what stands in the first pair counts.
    match nodes.into_iter().next() {
        Some(Node::List(nodes)) => Ok(nodes),
        _ => Ok(Vec::new()),
    }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    /// The byte before the one just read.
    fn before_last(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at.checked_sub(2)?).copied()
    }

    /// Everything up to the closing brace.
    fn action(&mut self) -> Parsed<Vec<Node>> {
        let mut nodes = Vec::new();
        loop {
            let rest = self.rest();
            if rest.starts_with("[?(") {
                self.at += 3;
                nodes.push(self.filter()?);
                continue;
            }
            if rest.starts_with("..") {
                if nodes.last() == Some(&Node::Recursive) {
                    return Err(ParseError::DoubleDescent);
                }
                self.at += 2;
                nodes.push(Node::Recursive);
                if self.peek().is_some_and(is_word) {
                    nodes.push(self.field());
                }
                continue;
            }
            let start = self.at;
            match self.next() {
                None | Some('\r' | '\n') => return Err(ParseError::UnclosedAction),
                Some('}') => return Ok(nodes),
                Some(' ' | '@' | '$') => {}
                Some('[') => self.brackets(&mut nodes)?,
                Some(quote @ ('"' | '\'')) => nodes.push(self.quoted(start, quote)?),
                Some('.') => nodes.push(self.field()),
                Some(c) if c == '+' || c == '-' || is_digit(c) => nodes.push(self.number(start)?),
                Some(c) if is_word(c) => {
                    self.skip_until(is_end);
                    nodes.push(match &self.text[start..self.at] {
                        "true" => Node::Bool(true),
                        "false" => Node::Bool(false),
                        word => Node::Word(word.to_owned()),
                    });
                }
                Some(c) => return Err(ParseError::Character(code_point(c))),
            }
        }
    }

    fn skip_until(&mut self, end: impl Fn(char) -> bool) {
        while self.peek().is_some_and(|c| !end(c)) {
            self.next();
        }
    }

    /// A field's name; a backslash takes what follows it into the name.
    fn field(&mut self) -> Node {
        let start = self.at;
        while let Some(c) = self.peek().filter(|&c| !is_end(c)) {
            self.next();
            if c == '\\' {
                self.next();
            }
        }
        match &self.text[start..self.at] {
            "*" => Node::Wildcard,
            name => Node::Field(name.replace('\\', "")),
        }
    }

    fn number(&mut self, start: usize) -> Parsed<Node> {
        self.skip_until(|c| c != '.' && !is_digit(c));
        let text = &self.text[start..self.at];
        if let Ok(number) = text.parse() {
            return Ok(Node::Int(number));
        }
        match govalue::number::parse_float(text.as_bytes(), 64) {
            Ok(number) => Ok(Node::Float(number)),
            Err(_) => Err(ParseError::Number(text.to_owned())),
        }
    }

    fn quoted(&mut self, start: usize, quote: char) -> Parsed<Node> {
        loop {
            match self.next() {
                None | Some('\n') => return Err(ParseError::UnterminatedQuote),
                Some(c) if c == quote && self.before_last() != Some(b'\\') => break,
                Some(_) => {}
            }
        }
        let text = &self.text[start..self.at];
        let inner = &text[1..text.len() - 1];
        match unquote(inner, quote) {
            Some(text) => Ok(Node::Text(text)),
            None => Err(ParseError::Unquote(text.to_owned())),
        }
    }

    /// What stands between brackets: a union, a key in quotes, or a slice. The first `]` ends it.
    fn brackets(&mut self, nodes: &mut Vec<Node>) -> Parsed<()> {
        let start = self.at;
        loop {
            match self.next() {
                None | Some('\n') => return Err(ParseError::UnterminatedArray),
                Some(']') => break,
                Some(_) => {}
            }
        }
        let text = match &self.text[start..self.at - 1] {
            "*" => ":",
            text => text,
        };
        if text.contains(',') {
            let part = |part: &str| parse_action(&format!("[{}]", part.trim_matches(' ')), self.depth);
            nodes.push(Node::Union(text.split(',').map(part).collect::<Parsed<_>>()?));
            return Ok(());
        }
        let key = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
        if let Some(key) = key.filter(|key| !key.contains('\'')) {
            nodes.extend(parse_action(&format!(".{key}"), self.depth)?);
            return Ok(());
        }
        nodes.push(Node::Slice(slice(text)?));
        Ok(())
    }

    /// What stands between `[?(` and `)]`. A parenthesis in quotes does not end it.
    fn filter(&mut self) -> Parsed<Node> {
        let start = self.at;
        let (mut quote, mut closed) = (None, false);
        loop {
            match self.next() {
                None | Some('\n') => return Err(ParseError::UnterminatedFilter),
                Some(c @ ('"' | '\'')) => match quote {
                    None => quote = Some(c),
                    Some(open) => closed |= c == open && self.before_last() != Some(b'\\'),
                },
                Some(')') if quote.is_some() == closed => break,
                Some(_) => {}
            }
        }
        let text = &self.text[start..self.at - 1];
        if self.next() != Some(']') {
            return Err(ParseError::UnclosedArray);
        }
        let (left, operator, right) = match comparison(text) {
            Some((left, operator, right)) => {
                (parse_action(left, self.depth)?, operator, parse_action(right, self.depth)?)
            }
            None => (parse_action(text, self.depth)?, "exists", Vec::new()),
        };
        Ok(Node::Filter { left, operator: operator.to_owned(), right })
    }
}

/// Takes a filter apart at its first run of comparison signs; there has to be something on both sides.
fn comparison(text: &str) -> Option<(&str, &str, &str)> {
    let is_sign = |c: char| matches!(c, '!' | '<' | '>' | '=');
    let start = text.find(is_sign).filter(|&start| start > 0)?;
    let length = text[start..].find(|c| !is_sign(c)).unwrap_or(text.len() - start);
    // At the end of the text the last sign is what is compared with.
    let length = if start + length == text.len() { length - 1 } else { length };
    let (operator, right) = text[start..].split_at(length);
    (!operator.is_empty()).then_some((&text[..start], operator, right))
}

/// `start:end:step`, each of which may be missing.
fn slice(text: &str) -> Parsed<[Bound; 3]> {
    let parts: Vec<&str> = text.split(':').collect();
    let number_like = |part: &str| {
        let digits = part.strip_prefix('-').unwrap_or(part);
        digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    if parts.len() > 3 || !parts.iter().all(|part| number_like(part)) {
        return Err(ParseError::Index(text.to_owned()));
    }
    let mut bounds = [Bound::default(); 3];
    for (index, part) in parts.iter().enumerate().filter(|(_, part)| !part.is_empty()) {
        let value = part.parse().map_err(|_| ParseError::IndexNumber((*part).to_owned()))?;
        bounds[index] = Bound { value, known: true, derived: false };
    }
    if parts.len() == 1 {
        bounds[1] = Bound { value: bounds[0].value.wrapping_add(1), known: true, derived: true };
    }
    Ok(bounds)
}

/// What ends a name.
fn is_end(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n' | '.' | ',' | '[' | ']' | '$' | '@' | '{' | '}')
}

fn is_word(c: char) -> bool {
    c == '_' || c.is_alphabetic() || is_digit(c)
}

/// Decimal digits of any script, which Go takes for the beginning of a number.
fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || (!c.is_ascii() && c.is_numeric() && !c.is_alphabetic())
}

/// `%#U`.
fn code_point(c: char) -> String {
    let argument = govalue::Value::int(i64::from(u32::from(c)));
    String::from_utf8_lossy(&govalue::print::sprintf(b"%#U", &[argument])).into_owned()
}

/// Go's escapes inside either kind of quotes; `None` when one of them is wrong.
fn unquote(text: &str, quote: char) -> Option<Str> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        if c == quote {
            return None;
        }
        if c != '\\' {
            push(&mut out, c);
            continue;
        }
        let escape = rest.chars().next()?;
        rest = &rest[escape.len_utf8()..];
        // So many digits of that base make a byte or a character.
        let (count, radix) = match escape {
            'x' => (2, 16),
            'u' => (4, 16),
            'U' => (8, 16),
            '0'..='7' => (2, 8),
            _ => (0, 0),
        };
        if count == 0 {
            out.push(match escape {
                'a' => 0x07,
                'b' => 0x08,
                'f' => 0x0c,
                'n' => b'\n',
                'r' => b'\r',
                't' => b'\t',
                'v' => 0x0b,
                '\\' => b'\\',
                c if c == quote && c.is_ascii() => c as u8,
                _ => return None,
            });
            continue;
        }
        let digits = rest.get(..count)?;
        rest = &rest[count..];
        let first = if radix == 8 { escape.to_digit(8)? } else { 0 };
        let value = digits
            .chars()
            .try_fold(first, |value, digit| value.checked_mul(radix)?.checked_add(digit.to_digit(radix)?))?;
        match escape {
            'u' | 'U' => push(&mut out, char::from_u32(value)?),
            _ => out.push(u8::try_from(value).ok()?),
        }
    }
    Some(Str::from(out))
}

fn push(out: &mut Vec<u8>, c: char) {
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}
