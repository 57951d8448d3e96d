//! `camelcase`, `snakecase` and `kebabcase`: names taken apart into words and joined in another manner.

use crate::unicode::{self, RUNE_ERROR};

use super::is_broken;

/// `camelcase`: words joined with every first letter in upper case (`foo_bar-baz` → `FooBarBaz`). Leading and
/// doubled connectors stay.
pub fn camelcase(s: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(s.len());
    let mut runes = unicode::runes(s).map(|(_, c)| c);
    let Some(mut current) = runes.next() else { return out };
    // Whether the word so far is all capitals; the rest of such a word is lowered.
    let mut shouting = false;
    loop {
        if !is_connector(current) {
            shouting = unicode::is_upper(current);
            current = unicode::to_upper(current);
            break;
        }
        unicode::push(&mut out, current);
        // Of nothing but connectors, the last one comes out twice.
        match runes.next() {
            Some(next) => current = next,
            None => break,
        }
    }
    for c in runes {
        let mut next = c;
        if !is_connector(current) {
            if shouting && unicode::is_upper(c) {
                next = unicode::to_lower(c);
            } else {
                shouting = false;
            }
            unicode::push(&mut out, current);
        } else if is_connector(c) {
            unicode::push(&mut out, current);
        } else {
            shouting = unicode::is_upper(c);
            next = unicode::to_upper(c);
        }
        current = next;
    }
    unicode::push(&mut out, current);
    out
}

/// `snakecase`: words in lower case joined by `_`.
pub fn snakecase(s: &[u8]) -> Vec<u8> {
    join_lower(s, b'_')
}

/// `kebabcase`: words in lower case joined by `-`.
pub fn kebabcase(s: &[u8]) -> Vec<u8> {
    join_lower(s, b'-')
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Nothing but bytes that are not UTF-8.
    Broken,
    Number,
    /// Begins with a capital: `HTTP` or `Status`.
    Capital,
    Lower,
    Connector,
    Punct,
    Other,
    /// After the last word.
    End,
}

fn join_lower(s: &[u8], connector: u8) -> Vec<u8> {
    use Kind::{Connector, End, Lower, Number, Punct};

    let words = words(s);
    let kind = |at: usize| words.get(at).map_or(End, |word| word.0);
    let mut out = Vec::with_capacity(s.len() + 8);
    let emit = |out: &mut Vec<u8>, at: usize| {
        if let Some(&(kind, word)) = words.get(at) {
            write_lower(out, kind, word, connector);
        }
    };
    // Digits stick to letters that follow them, and the other way round: `2xx`, `3rd`, `2m3s`.
    let emit_run = |out: &mut Vec<u8>, mut at: usize| {
        while matches!(kind(at), Lower | Number) {
            emit(out, at);
            at += 1;
        }
        if !matches!(kind(at), End | Kind::Broken | Punct | Connector) {
            out.push(connector);
        }
        at
    };

    let mut at = 0;
    while at + 1 < words.len() {
        let this = kind(at);
        emit(&mut out, at);
        at += 1;
        match this {
            Number => at = emit_run(&mut out, at),
            Connector | Punct => {}
            _ if kind(at) != Number => {
                if !matches!(kind(at), Connector | Punct) {
                    out.push(connector);
                }
            }
            // A number at the very end belongs to its word.
            _ if at + 1 == words.len() => {}
            _ if kind(at + 1) == Lower => {
                out.push(connector);
                emit(&mut out, at);
                at = emit_run(&mut out, at + 1);
            }
            _ => {
                emit(&mut out, at);
                at += 1;
                if !matches!(kind(at), Connector | Punct) {
                    out.push(connector);
                }
            }
        }
    }
    emit(&mut out, at);
    out
}

fn write_lower(out: &mut Vec<u8>, kind: Kind, word: &[u8], connector: u8) {
    if !matches!(kind, Kind::Capital | Kind::Connector) {
        out.extend_from_slice(word);
        return;
    }
    for (_, c) in unicode::runes(word) {
        if is_connector(c) {
            out.push(connector);
        } else if unicode::is_upper(c) {
            unicode::push(out, unicode::to_lower(c));
        } else {
            unicode::push(out, c);
        }
    }
}

fn words(s: &[u8]) -> Vec<(Kind, &[u8])> {
    let mut out = Vec::new();
    let mut rest = s;
    while !rest.is_empty() {
        let (kind, len) = next_word(rest);
        let (word, after) = rest.split_at(len);
        out.push((kind, word));
        rest = after;
    }
    out
}

/// A place in a string, with the rune in front of it that was valid last.
struct Cursor<'a> {
    s: &'a [u8],
    at: usize,
    last: char,
}

impl Cursor<'_> {
    /// The next valid rune and where it ends. Broken bytes before it are skipped; if only such are left, the last
    /// valid rune stands for them.
    fn peek(&self) -> Option<(char, usize)> {
        let mut end = self.at;
        while end < self.s.len() {
            let (c, width) = unicode::decode(&self.s[end..]);
            end += width;
            if c != RUNE_ERROR && !is_broken(c, width) {
                return Some((c, end));
            }
        }
        (end > self.at).then_some((self.last, end))
    }

    /// Takes one rune if it fits.
    fn take(&mut self, fits: impl Fn(char) -> bool) -> bool {
        match self.peek() {
            Some((c, end)) if fits(c) => {
                self.last = c;
                self.at = end;
                true
            }
            _ => false,
        }
    }

    fn take_all(&mut self, fits: impl Fn(char) -> bool) {
        while self.take(&fits) {}
    }
}

fn next_word(s: &[u8]) -> (Kind, usize) {
    let mut cursor = Cursor { s, at: 0, last: RUNE_ERROR };
    cursor.take(|_| true);
    let kind = match cursor.last {
        RUNE_ERROR => Kind::Broken,
        c if is_connector(c) => {
            cursor.take_all(is_connector);
            Kind::Connector
        }
        c if unicode::is_punct(c) => {
            cursor.take_all(unicode::is_punct);
            Kind::Punct
        }
        c if unicode::is_upper(c) => {
            take_capital(&mut cursor);
            Kind::Capital
        }
        c if is_alphabet(c) => {
            cursor.take_all(|c| is_alphabet(c) && !unicode::is_upper(c));
            Kind::Lower
        }
        c if unicode::is_number(c) => {
            cursor.take_all(unicode::is_number);
            Kind::Number
        }
        _ => {
            cursor.take_all(|c| {
                !(is_connector(c) || is_alphabet(c) || unicode::is_number(c) || unicode::is_punct(c))
            });
            Kind::Other
        }
    };
    (kind, cursor.at)
}

fn take_capital(cursor: &mut Cursor<'_>) {
    let mut before_last = cursor.at;
    if !cursor.take(unicode::is_upper) {
        cursor.take_all(|c| is_alphabet(c) && !unicode::is_upper(c));
        return;
    }
    loop {
        let start = cursor.at;
        if !cursor.take(unicode::is_upper) {
            break;
        }
        before_last = start;
    }
    // `HTTPStatus` is `HTTP` and `Status`: the last capital goes with the letters after it.
    if cursor.peek().is_some_and(|(c, _)| is_alphabet(c)) {
        cursor.at = before_last;
    }
}

fn is_connector(c: char) -> bool {
    c == '-' || c == '_' || unicode::is_space(c)
}

fn is_alphabet(c: char) -> bool {
    unicode::is_letter(c)
        && !matches!(c, '\u{4e00}'..='\u{9fcc}' | '\u{3400}'..='\u{4d85}' | '\u{20000}'..='\u{2b81d}')
}
