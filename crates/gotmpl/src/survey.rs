//! What a text holds, without executing it: its actions, and the constants in them.

use crate::lex::{Kind, lex};

/// The actions of a text, without delimiters, trim marks and the blanks beside them, in order. Comments are
/// none. `None` when the text cannot be read to its end.
///
/// ```
/// let actions = pintle_gotmpl::actions(b"a: {{- .a -}} b: {{ printf \"}}\" }}");
/// assert_eq!(actions, Some(vec![&b".a"[..], b"printf \"}}\""]));
/// ```
pub fn actions(text: &[u8]) -> Option<Vec<&[u8]>> {
    let mut found = Vec::new();
    let mut inside: Option<(usize, usize)> = None;
    let mut open = false;
    for token in lex(text).iter() {
        match token.kind {
            Kind::Error => return None,
            Kind::LeftDelim => (open, inside) = (true, None),
            Kind::RightDelim => {
                open = false;
                let (start, end) = inside.take().unwrap_or_default();
                found.push(&text[start..end]);
            }
            Kind::Space => {}
            _ if open => {
                let start = inside.map_or(token.start as usize, |(start, _)| start);
                inside = Some((start, token.end as usize));
            }
            _ => {}
        }
    }
    Some(found)
}

/// A word that opens, divides or closes a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyword {
    /// `if`, `with`, `range`, `define`, `block`, `else` or `end`; empty for an action that does not end.
    pub word: &'static str,
    /// Where it stands; for an action that does not end, from its delimiter on.
    pub span: std::ops::Range<usize>,
}

/// The words at the front of a text's actions that make its blocks, in order, as far as it can be read. An `else if`
/// is an `else`.
pub fn keywords(text: &[u8]) -> Vec<Keyword> {
    let mut found = Vec::new();
    let mut first = false;
    let mut begun = None;
    for token in lex(text).iter() {
        let word = match token.kind {
            Kind::LeftDelim => {
                (first, begun) = (true, Some(token.start as usize));
                continue;
            }
            Kind::RightDelim => {
                begun = None;
                continue;
            }
            Kind::Space => continue,
            Kind::If => "if",
            Kind::With => "with",
            Kind::Range => "range",
            Kind::Define => "define",
            Kind::Block => "block",
            Kind::Else => "else",
            Kind::End => "end",
            Kind::Error => {
                let start = begun.unwrap_or(token.start as usize);
                found.push(Keyword { word: "", span: start..token.end as usize });
                return found;
            }
            _ => "",
        };
        if first && begun.is_some() && !word.is_empty() {
            found.push(Keyword { word, span: token.start as usize..token.end as usize });
        }
        first = false;
    }
    found
}

/// The string constants in a text's actions, as far as it can be read: those between backquotes, and those
/// between quotes that have no escapes.
pub fn constants(text: &[u8]) -> Vec<&[u8]> {
    let tokens = lex(text);
    let strings = tokens.iter().filter(|token| matches!(token.kind, Kind::String | Kind::RawString));
    strings
        .filter_map(|token| {
            let written = &text[token.start as usize..token.end as usize];
            let inner = written.get(1..written.len().checked_sub(1)?)?;
            (token.kind == Kind::RawString || !inner.contains(&b'\\')).then_some(inner)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_ends_where_the_parser_sees_its_end() {
        assert_eq!(actions(b"{{ \"}} {{ now\" }}"), Some(vec![&b"\"}} {{ now\""[..]]));
        assert_eq!(actions(b"{{/* {{ now }} */}}x{{- `a}}` | f -}} "), Some(vec![&b"`a}}` | f"[..]]));
        assert_eq!(actions(b"no actions }}"), Some(vec![]));
        assert_eq!(actions(b"{{ .a }} {{ \"open }}"), None);
    }

    #[test]
    fn constants_are_seen_as_they_are_written() {
        let text = b"{{ tpl \"{{ now }}\" . }} {{ f `{{ a }}` \"x\\n\" 'c' }} \"outside\"";
        assert_eq!(constants(text), [&b"{{ now }}"[..], b"{{ a }}"]);
    }
}
