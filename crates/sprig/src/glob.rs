//! Globs: those of `.Files.Glob`, as gobwas/glob 0.2.3 with `/` as separator, and Go's `filepath.Match`.
//!
//! Of gobwas we keep what its documentation says, the syntax it really reads, and that a lone `?` matches the empty
//! text. We do not keep three mistakes of its optimiser: a `?` or class between other text does not match characters
//! beyond ASCII there, `[!ab][!ab]` looks for the text `ab`, and alternatives of unlike length directly beside a `*`
//! (`{a*,b*}*`) may never match.

mod parse;
mod path_match;

pub use parse::GlobError;
pub use path_match::{BadPattern, path_match};

use parse::Node;

use crate::unicode;

/// What `*` and `?` stop at.
const SEPARATOR: char = '/';

/// A compiled glob.
///
/// `*` is anything within a segment, `**` anything, `?` one character of a segment, `[abc]`, `[a-z]`, `[!…]` one
/// of a class, `{a,b}` one of several, and `\` takes the next character as it stands.
#[derive(Debug, Clone)]
pub struct Glob {
    program: Vec<Step>,
    /// Whether the empty text matches, when that does not follow from the program.
    matches_empty: bool,
}

/// An instruction of a program in which several places are active at once, so that time is linear in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// One character of a kind, then the next instruction.
    One(Kind),
    /// To both places.
    Split(usize, usize),
    /// To one place.
    Jump(usize),
    /// The text matches if it ends here.
    End,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Char(char),
    /// Anything but the separator.
    InSegment,
    Anything,
    List {
        chars: Vec<char>,
        not: bool,
    },
    Range {
        low: char,
        high: char,
        not: bool,
    },
}

impl Kind {
    fn matches(&self, c: char) -> bool {
        match self {
            Self::Char(own) => *own == c,
            Self::InSegment => c != SEPARATOR,
            Self::Anything => true,
            Self::List { chars, not } => chars.contains(&c) != *not,
            Self::Range { low, high, not } => (*low..=*high).contains(&c) != *not,
        }
    }
}

impl Glob {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// A class that is none, or a pattern that is not UTF-8. (Helm takes `**` then.)
    pub fn new(pattern: &[u8]) -> Result<Self, GlobError> {
        let nodes = parse::parse(pattern)?;
        let mut program = Vec::new();
        compile(&nodes, &mut program);
        program.push(Step::End);
        // gobwas: a lone `?` or negated class also matches the empty text.
        let matches_empty = matches!(
            nodes.as_slice(),
            [Node::Single | Node::List { not: true, .. } | Node::Range { not: true, .. }]
        );
        Ok(Self { program, matches_empty })
    }

    /// Whether the whole text matches.
    pub fn is_match(&self, text: &[u8]) -> bool {
        if text.is_empty() && self.matches_empty {
            return true;
        }
        let mut active = Active::new(self.program.len());
        active.enter(&self.program, 0);
        for (_, c) in unicode::runes(text) {
            let mut next = Active::new(self.program.len());
            for &at in &active.places {
                if let Step::One(kind) = &self.program[at]
                    && kind.matches(c)
                {
                    next.enter(&self.program, at + 1);
                }
            }
            if next.places.is_empty() {
                return false;
            }
            active = next;
        }
        active.places.iter().any(|&at| self.program[at] == Step::End)
    }
}

/// The places in a program that are reached.
struct Active {
    places: Vec<usize>,
    seen: Vec<bool>,
}

impl Active {
    fn new(len: usize) -> Self {
        Self { places: Vec::new(), seen: vec![false; len] }
    }

    fn enter(&mut self, program: &[Step], at: usize) {
        let mut todo = vec![at];
        while let Some(at) = todo.pop() {
            if std::mem::replace(&mut self.seen[at], true) {
                continue;
            }
            match program[at] {
                Step::Split(one, two) => todo.extend([two, one]),
                Step::Jump(to) => todo.push(to),
                Step::One(_) | Step::End => self.places.push(at),
            }
        }
    }
}

/// Depth is bounded by the parser.
fn compile(nodes: &[Node], program: &mut Vec<Step>) {
    for node in nodes {
        match node {
            Node::Text(text) => program.extend(text.chars().map(|c| Step::One(Kind::Char(c)))),
            Node::Any => compile_many(Kind::InSegment, program),
            Node::Super => compile_many(Kind::Anything, program),
            Node::Single => program.push(Step::One(Kind::InSegment)),
            Node::List { chars, not } => {
                program.push(Step::One(Kind::List { chars: chars.clone(), not: *not }))
            }
            Node::Range { low, high, not } => {
                program.push(Step::One(Kind::Range { low: *low, high: *high, not: *not }));
            }
            Node::AnyOf(alternatives) => {
                let mut ends = Vec::new();
                for (index, alternative) in alternatives.iter().enumerate() {
                    let split = program.len();
                    let last = index + 1 == alternatives.len();
                    if !last {
                        program.push(Step::Split(split + 1, 0));
                    }
                    compile(alternative, program);
                    if !last {
                        ends.push(program.len());
                        program.push(Step::Jump(0));
                        program[split] = Step::Split(split + 1, program.len());
                    }
                }
                let end = program.len();
                for jump in ends {
                    program[jump] = Step::Jump(end);
                }
            }
        }
    }
}

fn compile_many(kind: Kind, program: &mut Vec<Step>) {
    let start = program.len();
    program.push(Step::Split(start + 1, start + 3));
    program.push(Step::One(kind));
    program.push(Step::Jump(start));
}
