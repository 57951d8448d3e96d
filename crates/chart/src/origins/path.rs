//! Paths to values, written as `--set` writes keys: `image.tag`, `ports[0].name`, `annotations.a\.b`.

use std::fmt;

use govalue::Str;

/// One step down.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Into a table.
    Key(Str),
    /// Into a list.
    Index(usize),
}

/// A path to a value, from the root chart's values on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct ValuePath(pub Vec<Step>);

impl ValuePath {
    /// Reads a path as it is typed. A backslash takes the next character into the key; `.Values.` in front, as
    /// templates have it, and a single dot are left out.
    pub fn parse(text: &str) -> Self {
        let text = text
            .strip_prefix(".Values")
            .filter(|rest| rest.is_empty() || rest.starts_with('.'))
            .unwrap_or(text);
        let mut steps = Vec::new();
        let mut key = String::new();
        let mut rest = text.strip_prefix('.').unwrap_or(text).chars();
        let push = |key: &mut String, steps: &mut Vec<Step>| {
            if !key.is_empty() {
                steps.push(Step::Key(Str::from(std::mem::take(key))));
            }
        };
        while let Some(c) = rest.next() {
            match c {
                '\\' => key.extend(rest.next()),
                '.' => push(&mut key, &mut steps),
                '[' => match rest
                    .as_str()
                    .split_once(']')
                    .and_then(|(index, tail)| Some((index.parse().ok()?, tail)))
                {
                    Some((index, tail)) => {
                        push(&mut key, &mut steps);
                        steps.push(Step::Index(index));
                        rest = tail.chars();
                    }
                    None => key.push(c),
                },
                c => key.push(c),
            }
        }
        push(&mut key, &mut steps);
        Self(steps)
    }

    /// The same path and one key more.
    #[must_use]
    pub fn key(&self, key: impl Into<Str>) -> Self {
        self.then(Step::Key(key.into()))
    }

    /// The same path and one step more.
    #[must_use]
    pub fn then(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// Keys up to the first index: what lies in a list is written as a whole.
    pub(super) fn keys(&self) -> Vec<&Str> {
        self.0.iter().map_while(|step| if let Step::Key(key) = step { Some(key) } else { None }).collect()
    }
}

impl fmt::Display for ValuePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            match step {
                Step::Index(number) => write!(f, "[{number}]")?,
                Step::Key(key) => {
                    if index > 0 {
                        f.write_str(".")?;
                    }
                    for c in key.to_str_lossy().chars() {
                        if matches!(c, '.' | '\\' | '[' | ',' | '=') {
                            f.write_str("\\")?;
                        }
                        write!(f, "{c}")?;
                    }
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_as_it_is_shown() {
        for text in ["image.tag", "ports[0].name", "a\\.b.c", "m[1][2]", "x\\[0", ""] {
            assert_eq!(ValuePath::parse(text).to_string(), text);
        }
        assert_eq!(ValuePath::parse(".Values.a.b").to_string(), "a.b");
        assert_eq!(ValuePath::parse(".Values").to_string(), "");
        assert_eq!(ValuePath::parse(".a"), ValuePath::parse("a"));
        assert_eq!(ValuePath::parse("Values.a").to_string(), "Values.a");
    }
}
