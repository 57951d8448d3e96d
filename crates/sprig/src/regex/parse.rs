//! Reads RE2 syntax as Go's `regexp/syntax` does, straight into the tree that the engine compiles.
//!
//! There is no recursion: open groups are kept on a stack of our own, so that depth is a number to check.

use regex_syntax::hir::{Capture, Class, ClassUnicode, ClassUnicodeRange, Dot, Hir, Look, Repetition};

use super::class;
use super::error::{Error, ErrorCode};
use super::rune::{Outcome, check_utf8, class_rune, counts, next_rune, rune_escape, upto};

/// The most that one repetition counts, and nested ones multiplied.
const MAX_REPEAT: u32 = 1000;

/// How deep a pattern may nest.
const MAX_DEPTH: u32 = 1000;

/// How many groups may be open at once. Ours: those that dissolve in what is around them are no levels for Go, but
/// each of them costs time.
const MAX_OPEN: usize = 5000;

/// How many instructions a program may have.
const MAX_SIZE: u64 = (128 << 20) / 40;

/// A pattern that was understood.
#[derive(Debug)]
pub(super) struct Parsed {
    /// What to compile.
    pub(super) hir: Hir,
    /// The names of the groups, of which the first is the whole match.
    pub(super) names: Vec<Option<Vec<u8>>>,
}

/// Reads a pattern.
///
/// # Errors
/// Go's error with the part of the pattern that it quotes.
pub(super) fn parse(pattern: &[u8]) -> Result<Parsed, Error> {
    let mut parser = Parser {
        pattern,
        rest: pattern,
        flags: Flags::default(),
        group: Group::default(),
        open: Vec::new(),
        names: vec![None],
    };
    parser.run()?;
    if !parser.open.is_empty() {
        return Err(Error::new(ErrorCode::MissingParen, pattern));
    }
    let node = parser.finish_group()?;
    Ok(Parsed { hir: node.hir, names: parser.names })
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Flags {
    fold: bool,
    multi_line: bool,
    dot_newline: bool,
    lazy: bool,
}

/// A part of the pattern with what the limits need to know of it.
#[derive(Debug)]
struct Node {
    hir: Hir,
    /// Instructions.
    size: u64,
    /// Levels.
    depth: u32,
    shape: Shape,
    /// The largest product of counted repetitions on any way down.
    repeats: u32,
}

/// What decides whether a part is a level of its own in what it becomes a part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Literals side by side are one.
    Literal,
    Concat,
    Alternation,
    Other,
}

impl Node {
    fn leaf(hir: Hir) -> Self {
        Self { hir, size: 1, depth: 1, shape: Shape::Other, repeats: 1 }
    }

    /// The depth of several parts as one of this shape: parts of the same shape dissolve in it.
    fn joined_depth(parts: &[Self], shape: Shape) -> u32 {
        let dissolves = |part: &Self| u32::from(part.shape == shape);
        parts.iter().map(|part| part.depth - dissolves(part)).max().unwrap_or(0) + 1
    }
}

/// An open group: alternatives that are complete and the one being read.
#[derive(Debug, Default)]
struct Group {
    alternatives: Vec<Node>,
    items: Vec<Node>,
    /// Flags to go back to at the end.
    flags: Flags,
    capture: Option<u32>,
}

struct Parser<'p> {
    pattern: &'p [u8],
    rest: &'p [u8],
    flags: Flags,
    group: Group,
    open: Vec<Group>,
    names: Vec<Option<Vec<u8>>>,
}

impl<'p> Parser<'p> {
    fn run(&mut self) -> Outcome<()> {
        // Where the repetition operator just before began, if there was one.
        let mut last_repeat: Option<&'p [u8]> = None;
        while let Some(&byte) = self.rest.first() {
            let start = self.rest;
            let mut repeat = None;
            match byte {
                b'(' if start.get(1) == Some(&b'?') => self.perl_group()?,
                b'(' => {
                    self.open_group(Some(None))?;
                    self.rest = &start[1..];
                }
                b'|' => {
                    self.finish_alternative()?;
                    self.rest = &start[1..];
                }
                b')' => {
                    self.close_group()?;
                    self.rest = &start[1..];
                }
                b'^' => {
                    let look = if self.flags.multi_line { Look::StartLF } else { Look::Start };
                    self.look(look, 1);
                }
                b'$' => {
                    let look = if self.flags.multi_line { Look::EndLF } else { Look::End };
                    self.look(look, 1);
                }
                b'.' => {
                    let dot = if self.flags.dot_newline { Dot::AnyChar } else { Dot::AnyCharExceptLF };
                    self.push(Node::leaf(Hir::dot(dot)));
                    self.rest = &start[1..];
                }
                b'[' => self.class()?,
                b'*' | b'+' | b'?' => {
                    let (min, max) = match byte {
                        b'*' => (0, None),
                        b'+' => (1, None),
                        _ => (0, Some(1)),
                    };
                    self.repeat(min, max, false, &start[1..], last_repeat)?;
                    repeat = Some(start);
                }
                b'{' => match counts(start) {
                    None => {
                        self.literal('{');
                        self.rest = &start[1..];
                    }
                    Some((min, max, after)) => {
                        let too_large = |count: i64| !(0..=i64::from(MAX_REPEAT)).contains(&count);
                        if too_large(min) || max.is_some_and(|max| too_large(max) || min > max) {
                            return Err(Error::new(ErrorCode::RepeatCount, upto(start, after)));
                        }
                        self.repeat(min as u32, max.map(|max| max as u32), true, after, last_repeat)?;
                        repeat = Some(start);
                    }
                },
                b'\\' => self.escape()?,
                _ => {
                    let (c, after) = next_rune(start)?;
                    self.literal(c);
                    self.rest = after;
                }
            }
            last_repeat = repeat;
        }
        Ok(())
    }

    fn push(&mut self, node: Node) {
        self.group.items.push(node);
    }

    fn look(&mut self, look: Look, width: usize) {
        self.push(Node::leaf(Hir::look(look)));
        self.rest = &self.rest[width..];
    }

    fn literal(&mut self, c: char) {
        if self.flags.fold {
            let mut folded = class::of(&[(c, c)]);
            class::fold(&mut folded);
            self.push_class(folded);
        } else {
            let leaf = Node::leaf(Hir::literal(c.encode_utf8(&mut [0; 4]).as_bytes()));
            self.push(Node { shape: Shape::Literal, ..leaf });
        }
    }

    fn push_class(&mut self, class: ClassUnicode) {
        self.push(Node::leaf(Hir::class(Class::Unicode(class))));
    }

    /// Begins a group: not capturing, or capturing with or without a name.
    fn open_group(&mut self, capture: Option<Option<Vec<u8>>>) -> Outcome<()> {
        if self.open.len() == MAX_OPEN {
            return Err(Error::new(ErrorCode::NestingDepth, self.pattern));
        }
        let capture = capture.map(|name| {
            self.names.push(name);
            (self.names.len() - 1) as u32
        });
        let inner = Group { flags: self.flags, capture, ..Group::default() };
        self.open.push(std::mem::replace(&mut self.group, inner));
        Ok(())
    }

    fn close_group(&mut self) -> Outcome<()> {
        let Some(outer) = self.open.pop() else {
            return Err(Error::new(ErrorCode::UnexpectedParen, self.pattern));
        };
        let mut node = self.finish_group()?;
        let inner = std::mem::replace(&mut self.group, outer);
        self.flags = inner.flags;
        if let Some(index) = inner.capture {
            // Names are ours to keep: two groups of one name are fine in Go, but not in the engine.
            node.hir = Hir::capture(Capture { index, name: None, sub: Box::new(node.hir) });
            node.size = node.size.saturating_add(2);
            node.depth += 1;
            node.shape = Shape::Other;
            self.check(&node)?;
        }
        self.push(node);
        Ok(())
    }

    fn finish_group(&mut self) -> Outcome<Node> {
        self.finish_alternative()?;
        let alternatives = std::mem::take(&mut self.group.alternatives);
        let extra = alternatives.len() as u64 - 1;
        self.join(alternatives, extra, Shape::Alternation)
    }

    fn finish_alternative(&mut self) -> Outcome<()> {
        let items = std::mem::take(&mut self.group.items);
        let node =
            if items.is_empty() { Node::leaf(Hir::empty()) } else { self.join(items, 0, Shape::Concat)? };
        self.group.alternatives.push(node);
        Ok(())
    }

    fn join(&self, mut parts: Vec<Node>, extra: u64, shape: Shape) -> Outcome<Node> {
        if parts.len() == 1
            && let Some(only) = parts.pop()
        {
            return Ok(only);
        }
        let size = parts.iter().fold(extra, |size, part| size.saturating_add(part.size));
        let literal = shape == Shape::Concat && parts.iter().all(|part| part.shape == Shape::Literal);
        let depth = if literal { 1 } else { Node::joined_depth(&parts, shape) };
        let repeats = parts.iter().map(|part| part.repeats).max().unwrap_or(1);
        let parts = parts.into_iter().map(|part| part.hir).collect();
        let hir = if shape == Shape::Concat { Hir::concat(parts) } else { Hir::alternation(parts) };
        let shape = if literal { Shape::Literal } else { shape };
        let node = Node { hir, size, depth, shape, repeats };
        self.check(&node)?;
        Ok(node)
    }

    fn check(&self, node: &Node) -> Outcome<()> {
        if node.size > MAX_SIZE {
            return Err(Error::new(ErrorCode::Large, self.pattern));
        }
        if node.depth > MAX_DEPTH {
            return Err(Error::new(ErrorCode::NestingDepth, self.pattern));
        }
        Ok(())
    }

    /// Repeats the last item. `counted` is `{…}`, which alone falls under the limit of repetitions.
    fn repeat(
        &mut self,
        min: u32,
        max: Option<u32>,
        counted: bool,
        mut after: &'p [u8],
        last_repeat: Option<&'p [u8]>,
    ) -> Outcome<()> {
        let start = self.rest;
        let mut greedy = !self.flags.lazy;
        if let [b'?', rest @ ..] = after {
            after = rest;
            greedy = !greedy;
        }
        if let Some(previous) = last_repeat {
            return Err(Error::new(ErrorCode::NestedRepetition, upto(previous, after)));
        }
        let Some(mut node) = self.group.items.pop() else {
            return Err(Error::new(ErrorCode::MissingArgument, upto(start, after)));
        };
        node.size = match (counted, min, max) {
            (true, _, Some(max)) => {
                node.size.saturating_mul(u64::from(max)).saturating_add(u64::from(max - min))
            }
            (true, 1.., None) => node.size.saturating_mul(u64::from(min)).saturating_add(1),
            (_, 0, None) => node.size.saturating_add(2),
            _ => node.size.saturating_add(1),
        }
        .max(1);
        node.depth += 1;
        node.shape = Shape::Other;
        self.check(&node)?;
        if counted {
            let times = max.unwrap_or(min);
            if max == Some(0) {
                node.repeats = 1;
            } else {
                node.repeats = node.repeats.saturating_mul(times.max(1));
            }
            if times >= 2 && node.repeats > MAX_REPEAT {
                return Err(Error::new(ErrorCode::RepeatCount, upto(start, after)));
            }
        }
        node.hir = Hir::repetition(Repetition { min, max, greedy, sub: Box::new(node.hir) });
        self.push(node);
        self.rest = after;
        Ok(())
    }

    /// `(?…`: a named group, flags, or a group with flags.
    fn perl_group(&mut self) -> Outcome<()> {
        let start = self.rest;
        // Go asks for at least one byte after the `<`.
        let name_start = match start {
            [_, _, b'P', b'<', _, ..] => Some(4),
            [_, _, b'<', _, ..] => Some(3),
            _ => None,
        };
        if let Some(name_start) = name_start {
            return self.named_group(name_start);
        }
        let mut rest = &start[2..];
        let mut flags = self.flags;
        let mut negated = false;
        let mut seen = false;
        while !rest.is_empty() {
            let (c, after) = next_rune(rest)?;
            rest = after;
            match c {
                'i' => flags.fold = !negated,
                'm' => flags.multi_line = !negated,
                's' => flags.dot_newline = !negated,
                'U' => flags.lazy = !negated,
                '-' if !negated => {
                    negated = true;
                    seen = false;
                    continue;
                }
                ':' | ')' if !negated || seen => {
                    if c == ':' {
                        self.open_group(None)?;
                    }
                    self.flags = flags;
                    self.rest = rest;
                    return Ok(());
                }
                _ => break,
            }
            seen = true;
        }
        Err(Error::new(ErrorCode::PerlSyntax, upto(start, rest)))
    }

    fn named_group(&mut self, name_start: usize) -> Outcome<()> {
        let start = self.rest;
        let Some(end) = start.iter().position(|&byte| byte == b'>') else {
            check_utf8(start)?;
            return Err(Error::new(ErrorCode::NamedCapture, start));
        };
        let name = start.get(name_start..end).unwrap_or_default();
        check_utf8(name)?;
        if name.is_empty() || !name.iter().all(|&byte| byte == b'_' || byte.is_ascii_alphanumeric()) {
            return Err(Error::new(ErrorCode::NamedCapture, &start[..=end]));
        }
        self.open_group(Some(Some(name.to_vec())))?;
        self.rest = &start[end + 1..];
        Ok(())
    }

    fn escape(&mut self) -> Outcome<()> {
        let start = self.rest;
        match start.get(1) {
            Some(b'A') => self.look(Look::Start, 2),
            Some(b'z') => self.look(Look::End, 2),
            Some(b'b') => self.look(Look::WordAscii, 2),
            Some(b'B') => self.look(Look::WordAsciiNegate, 2),
            Some(b'C') => return Err(Error::new(ErrorCode::Escape, &start[..2])),
            Some(b'Q') => {
                let end = start[2..].windows(2).position(|pair| pair == br"\E").map(|at| at + 2);
                let mut literal = &start[2..end.unwrap_or(start.len())];
                while !literal.is_empty() {
                    let (c, after) = next_rune(literal)?;
                    self.literal(c);
                    literal = after;
                }
                self.rest = end.map_or(&[], |end| &start[end + 2..]);
            }
            _ => {
                if let Some((class, after)) = self.class_escape(start)? {
                    self.push_class(class);
                    self.rest = after;
                } else {
                    let (c, after) = rune_escape(start)?;
                    self.literal(c);
                    self.rest = after;
                }
            }
        }
        Ok(())
    }

    /// `\d`, `\pL`, `\p{Greek}` and such, in a class or outside.
    fn class_escape(&self, text: &'p [u8]) -> Outcome<Option<(ClassUnicode, &'p [u8])>> {
        let [b'\\', letter, after @ ..] = text else { return Ok(None) };
        if !matches!(letter, b'p' | b'P') {
            return Ok(class::perl(*letter, self.flags.fold).map(|class| (class, after)));
        }
        let (c, mut rest) = next_rune(after)?;
        let name = if c == '{' {
            let Some(end) = text.iter().position(|&byte| byte == b'}') else {
                check_utf8(text)?;
                return Err(Error::new(ErrorCode::CharRange, text));
            };
            rest = &text[end + 1..];
            &text[3..end]
        } else {
            upto(after, rest)
        };
        let name = check_utf8(name)?;
        let (negated, name) = match name.strip_prefix('^') {
            Some(name) => (*letter == b'p', name),
            None => (*letter == b'P', name),
        };
        match class::unicode(name, self.flags.fold, negated) {
            Some(class) => Ok(Some((class, rest))),
            None => Err(Error::new(ErrorCode::CharRange, upto(text, rest))),
        }
    }

    fn class(&mut self) -> Outcome<()> {
        let whole = self.rest;
        let mut rest = &whole[1..];
        let negated = rest.first() == Some(&b'^');
        if negated {
            rest = &rest[1..];
        }
        let mut class = ClassUnicode::empty();
        let mut first = true;
        while first || rest.first() != Some(&b']') {
            first = false;
            if let Some((named, after)) = self.posix_class(rest)? {
                class.union(&named);
                rest = after;
                continue;
            }
            if let Some((named, after)) = self.class_escape(rest)? {
                class.union(&named);
                rest = after;
                continue;
            }
            let start = rest;
            let (low, after) = class_rune(rest, whole)?;
            let mut high = low;
            rest = after;
            // A `-` before the closing bracket stands for itself.
            if let [b'-', next, ..] = rest
                && *next != b']'
            {
                (high, rest) = class_rune(&rest[1..], whole)?;
                if high < low {
                    return Err(Error::new(ErrorCode::CharRange, upto(start, rest)));
                }
            }
            let mut range = ClassUnicode::new([ClassUnicodeRange::new(low, high)]);
            if self.flags.fold {
                class::fold(&mut range);
            }
            class.union(&range);
        }
        if negated {
            class.negate();
        }
        self.push_class(class);
        self.rest = &rest[1..];
        Ok(())
    }

    fn posix_class(&self, text: &'p [u8]) -> Outcome<Option<(ClassUnicode, &'p [u8])>> {
        let Some(inner) = text.strip_prefix(b"[:") else { return Ok(None) };
        let Some(end) = inner.windows(2).position(|pair| pair == b":]") else { return Ok(None) };
        let after = &inner[end + 2..];
        match class::posix(&inner[..end], self.flags.fold) {
            Some(class) => Ok(Some((class, after))),
            None => Err(Error::new(ErrorCode::CharRange, upto(text, after))),
        }
    }
}
