//! How long a search may take, told from the pattern.
//!
//! The engine never goes back, so that a search takes at most time by pattern times text. To find *all* matches it
//! begins anew behind each, and a pattern that reads far ahead before it fails (`.*x|.`) reads the rest of the text
//! again every time.

use govalue::Cost;
use regex_syntax::hir::{Class, Hir, HirKind};

/// What a search takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Effort {
    /// About how many states the automaton has.
    states: u64,
    /// How far an attempt that fails may have read.
    ahead: Ahead,
    /// How many parts may be left out or replaced by others.
    choices: u32,
}

/// How far an attempt to match that fails may have read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Ahead {
    /// As far as the pattern is long.
    Pattern,
    /// To the end of the line.
    Line,
    /// To the end of the text.
    Text,
}

/// States that a byte is taken through in a step, where the engine cannot keep to one state at a time.
const STATES_OF_A_STEP: u64 = 16;

/// Bytes that are skimmed again in a step.
const SKIMMED_IN_A_STEP: u64 = 32;

impl Effort {
    /// Of a pattern that cannot be read.
    pub(super) const NONE: Self = Self { states: 0, ahead: Ahead::Pattern, choices: 0 };

    /// Of a pattern that nobody should read: more than all steps that there are.
    pub(super) const ENDLESS: Self = Self { states: 1 << 50, ahead: Ahead::Text, choices: 0 };

    /// Whether it pays to look how matches begin: the ways to begin are multiplied by each choice.
    pub(super) fn is_small(self) -> bool {
        self.states < 1_000 && self.choices <= 8
    }

    pub(super) fn of(hir: &Hir) -> Self {
        let mut effort = Self { states: 0, ahead: Ahead::Pattern, choices: 0 };
        effort.states = effort.walk(hir, true);
        effort
    }

    /// Steps and bytes to compile it.
    pub(crate) fn compilation(self) -> Cost {
        Cost { steps: self.states.saturating_mul(16), bytes: self.states.saturating_mul(24) }
    }

    /// Steps at most to search a text for the first match.
    pub(crate) fn of_search(self, text: &[u8]) -> u64 {
        (text.len() as u64).saturating_mul(self.states.saturating_add(1)) / STATES_OF_A_STEP
    }

    /// Steps at most to search a text for all matches.
    pub(crate) fn of_all(self, text: &[u8]) -> u64 {
        let length = text.len() as u64;
        let again = match self.ahead {
            Ahead::Pattern => 0,
            Ahead::Line => longest_line(text),
            Ahead::Text => length,
        };
        self.of_search(text).saturating_add(length.saturating_mul(again) / SKIMMED_IN_A_STEP)
    }

    /// Counts states. `last` says that nothing has to follow.
    fn walk(&mut self, hir: &Hir, last: bool) -> u64 {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => 1,
            HirKind::Literal(literal) => literal.0.len() as u64,
            HirKind::Class(Class::Bytes(class)) => class.ranges().len() as u64,
            // A range of characters takes a few sequences of bytes.
            HirKind::Class(Class::Unicode(class)) => {
                class.ranges().iter().map(|range| if range.end().is_ascii() { 1 } else { 6 }).sum()
            }
            HirKind::Capture(capture) => self.walk(&capture.sub, last).saturating_add(2),
            HirKind::Concat(parts) => {
                let count = parts.len();
                let part = |(index, part)| (index + 1 == count && last, part);
                parts
                    .iter()
                    .enumerate()
                    .map(part)
                    .fold(0, |sum: u64, (last, part)| sum.saturating_add(self.walk(part, last)))
            }
            HirKind::Alternation(parts) => {
                self.choices = self.choices.saturating_add(1);
                parts.iter().fold(1, |sum: u64, part| sum.saturating_add(self.walk(part, last)))
            }
            HirKind::Repetition(repetition) => {
                self.choices = self.choices.saturating_add(u32::from(repetition.min == 0));
                if repetition.max.is_none() && !last {
                    let ahead = if stays_in_line(&repetition.sub) { Ahead::Line } else { Ahead::Text };
                    self.ahead = self.ahead.max(ahead);
                }
                let times = repetition.max.unwrap_or(repetition.min.saturating_add(1)).max(1);
                // What is inside is followed by itself.
                self.walk(&repetition.sub, last && times == 1)
                    .saturating_mul(u64::from(times))
                    .saturating_add(1)
            }
        }
    }
}

/// Whether it is a single character that is no newline.
fn stays_in_line(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Class(Class::Unicode(class)) => {
            !class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&'\n'))
        }
        HirKind::Class(Class::Bytes(class)) => {
            !class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&b'\n'))
        }
        HirKind::Literal(literal) => !literal.0.contains(&b'\n'),
        HirKind::Capture(capture) => stays_in_line(&capture.sub),
        _ => false,
    }
}

fn longest_line(text: &[u8]) -> u64 {
    let mut longest = 0;
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', text) {
        longest = longest.max(end - start);
        start = end + 1;
    }
    longest.max(text.len() - start) as u64
}

#[cfg(test)]
mod tests {
    use super::{Ahead, Effort};
    use crate::regex::parse;

    fn effort(pattern: &str) -> Effort {
        Effort::of(&parse::parse(pattern.as_bytes()).unwrap().hir)
    }

    #[test]
    fn a_pattern_reads_ahead_when_something_must_follow_what_repeats() {
        for (pattern, ahead) in [
            ("abc", Ahead::Pattern),
            ("a{3,90}b", Ahead::Pattern),
            ("[^a-z0-9-]+", Ahead::Pattern),
            ("[a-z]+", Ahead::Pattern),
            ("x[a-z]*", Ahead::Pattern),
            ("[a-z]*x", Ahead::Line),
            (".*[^A-Z]|[A-Z]", Ahead::Line),
            (r"\s+$", Ahead::Text),
            ("(?s).*x", Ahead::Text),
            ("(a.*b)+", Ahead::Line),
        ] {
            assert_eq!(effort(pattern).ahead, ahead, "{pattern}");
        }
    }

    #[test]
    fn beginnings_are_looked_for_where_they_are_few() {
        for small in ["abc", "foo|bar", "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "v?[0-9]+(-.*)?"] {
            assert!(effort(small).is_small(), "{small}");
        }
        assert!(!effort(&"a?".repeat(300)).is_small());
        assert!(!effort(&"(|a)".repeat(300)).is_small());
    }

    #[test]
    fn counted_repetitions_count() {
        assert!(effort("a{1000}").states >= 1000);
        assert!(effort("(a{10}b{10}){10}").states >= 200);
        assert!(effort("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$").states < 20);
        assert!(effort(r"\pL{100}").states > 10_000);
    }

    #[test]
    fn a_search_for_all_costs_what_it_may_read_again() {
        let text = [b'A'; 10_000];
        assert!(effort(".*[^A-Z]|[A-Z]").of_all(&text) > 3_000_000);
        assert!(effort("[A-Z]+").of_all(&text) < 10_000);
        assert!(effort(".*[^A-Z]|[A-Z]").of_all(&b"AAAAAAAAA\n".repeat(1_000)) < 20_000);
    }
}
