//! A YAML tree → typed fields, as go-yaml v3 fills structs: what does not fit is remembered with its line, and the rest
//! is filled all the same.

use govalue::yaml::{Tree, TreeKind};
use govalue::{IntKind, List, Map, Value};

/// Fills fields and remembers what did not fit.
#[derive(Default)]
pub(crate) struct Decoder {
    errors: Vec<String>,
    /// What ends the reading at once.
    fatal: Option<&'static str>,
    /// Whether fields that nobody knows are wrong.
    strict: bool,
}

/// What a scalar is, by go-yaml v3's rules.
enum Scalar {
    Null,
    Bool(bool),
    Int(i128),
    Float(f64),
    Timestamp,
    Text,
}

impl Scalar {
    fn of(text: &str, plain: bool, tag: Option<&str>) -> Self {
        match tag.map(short) {
            None if !plain => return Self::Text,
            None => {}
            Some("!!str" | "!!binary") => return Self::Text,
            // What is asked for by name is looked at as if it were plain.
            Some(_) => {}
        }
        match text {
            "" | "~" | "null" | "Null" | "NULL" => return Self::Null,
            "true" | "True" | "TRUE" => return Self::Bool(true),
            "false" | "False" | "FALSE" => return Self::Bool(false),
            ".nan" | ".NaN" | ".NAN" => return Self::Float(f64::NAN),
            ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Self::Float(f64::INFINITY),
            "-.inf" | "-.Inf" | "-.INF" => return Self::Float(f64::NEG_INFINITY),
            _ => {}
        }
        let first = text.as_bytes().first().copied().unwrap_or_default();
        if !first.is_ascii_digit() && !matches!(first, b'+' | b'-' | b'.') {
            return Self::Text;
        }
        if is_date(text) {
            return Self::Timestamp;
        }
        let bare = text.replace('_', "");
        if let Some(number) = integer(&bare) {
            return Self::Int(number);
        }
        match bare.parse::<f64>() {
            Ok(number) if is_float(&bare) => Self::Float(number),
            _ => Self::Text,
        }
    }

    fn tag(&self) -> &'static str {
        match self {
            Self::Null => "!!null",
            Self::Bool(_) => "!!bool",
            Self::Int(_) => "!!int",
            Self::Float(_) => "!!float",
            Self::Timestamp => "!!timestamp",
            Self::Text => "!!str",
        }
    }
}

/// `2001-01-01`, with a time behind it or without.
fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |range: std::ops::Range<usize>| {
        bytes.get(range).is_some_and(|digits| digits.iter().all(u8::is_ascii_digit))
    };
    let dashes = bytes.get(4) == Some(&b'-') && bytes.get(7) == Some(&b'-');
    let behind = bytes.get(10).is_none_or(|byte| matches!(byte, b'T' | b't' | b' '));
    digits(0..4) && dashes && digits(5..7) && digits(8..10) && behind
}

/// Go's integers of base 0: decimal, `0x`, `0o`, `0b`, and octal with a zero before it.
fn integer(text: &str) -> Option<i128> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let lower = digits.to_ascii_lowercase();
    let (digits, base) = if let Some(rest) = lower.strip_prefix("0x") {
        (rest, 16)
    } else if let Some(rest) = lower.strip_prefix("0o") {
        (rest, 8)
    } else if let Some(rest) = lower.strip_prefix("0b") {
        (rest, 2)
    } else if lower.len() > 1 && lower.starts_with('0') {
        (&lower[1..], 8)
    } else {
        (lower.as_str(), 10)
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let number = i128::from_str_radix(digits, base).ok()?;
    let number = if negative { -number } else { number };
    (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(&number).then_some(number)
}

/// The floats of YAML: digits around a point, and an exponent.
fn is_float(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
        None => (unsigned, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent = exponent.is_none_or(|text| {
        let text = text.strip_prefix(['+', '-']).unwrap_or(text);
        !text.is_empty() && digits(text)
    });
    digits(whole) && digits(part) && !(whole.is_empty() && part.is_empty()) && exponent
}

fn short(tag: &str) -> &str {
    // The prefix of YAML's own tags has as many letters as its short form has to grow.
    const OWN: [(&str, &str); 8] = [
        ("tag:yaml.org,2002:str", "!!str"),
        ("tag:yaml.org,2002:int", "!!int"),
        ("tag:yaml.org,2002:bool", "!!bool"),
        ("tag:yaml.org,2002:float", "!!float"),
        ("tag:yaml.org,2002:null", "!!null"),
        ("tag:yaml.org,2002:timestamp", "!!timestamp"),
        ("tag:yaml.org,2002:binary", "!!binary"),
        ("tag:yaml.org,2002:map", "!!map"),
    ];
    OWN.iter().find(|(long, _)| *long == tag).map_or(tag, |(_, short)| short)
}

impl Decoder {
    /// A decoder that does not mind fields that nobody knows.
    pub(crate) fn lenient() -> Self {
        Self::default()
    }

    /// A decoder that does.
    pub(crate) fn strict() -> Self {
        Self { strict: true, ..Self::default() }
    }

    /// Go's error for all that did not fit.
    pub(crate) fn finish(self) -> Result<(), String> {
        if let Some(fatal) = self.fatal {
            return Err(fatal.to_owned());
        }
        if self.errors.is_empty() {
            return Ok(());
        }
        Err(format!("yaml: unmarshal errors:\n  {}", self.errors.join("\n  ")))
    }

    fn mismatch(&mut self, node: &Tree, wanted: &str) {
        let (tag, value) = match &node.kind {
            TreeKind::List(_) => ("!!seq".to_owned(), String::new()),
            TreeKind::Map(_) => ("!!map".to_owned(), String::new()),
            TreeKind::Scalar { text, plain, tag } => {
                let known = Scalar::of(text, *plain, tag.as_deref()).tag();
                let tag = tag.as_deref().map_or(known, short).to_owned();
                // Go counts bytes, and may cut a letter in two.
                let shown = if text.len() > 10 {
                    format!("{}...", String::from_utf8_lossy(&text.as_bytes()[..7]))
                } else {
                    text.clone()
                };
                (tag, format!(" `{shown}`"))
            }
        };
        self.errors.push(format!("line {}: cannot unmarshal {tag}{value} into {wanted}", node.line));
    }

    /// Goes through the fields of a struct. `take` fills one and tells whether it knows it.
    pub(crate) fn fields(
        &mut self,
        node: &Tree,
        type_name: &str,
        mut take: impl FnMut(&mut Self, &str, &Tree) -> bool,
    ) {
        let Some(entries) = self.entries(node, type_name) else { return };
        for (line, name, value) in entries {
            if !take(self, &name, value) && self.strict {
                self.errors.push(format!("line {line}: field {name} not found in type {type_name}"));
            }
        }
    }

    /// The entries of a table: line, key, value; merges stand behind what they do not override.
    fn entries<'t>(&mut self, node: &'t Tree, type_name: &str) -> Option<Vec<(u32, String, &'t Tree)>> {
        let pairs = match &node.kind {
            TreeKind::Map(pairs) => pairs,
            TreeKind::Scalar { text, plain, tag } if is_null(text, *plain, tag.as_deref()) => return None,
            _ => {
                self.mismatch(node, type_name);
                return None;
            }
        };
        let before = self.errors.len();
        for (at, (key, _)) in pairs.iter().enumerate() {
            let TreeKind::Scalar { text, .. } = &key.kind else { continue };
            for (later, _) in &pairs[at + 1..] {
                if matches!(&later.kind, TreeKind::Scalar { text: again, .. } if again == text) {
                    let (name, line) = (govalue::print::quote(text.as_bytes()), key.line);
                    self.errors.push(format!(
                        "line {}: mapping key {name} already defined at line {line}",
                        later.line
                    ));
                }
            }
        }
        if self.errors.len() > before {
            return None;
        }
        let mut entries = Vec::new();
        let mut merged = Vec::new();
        for (key, value) in pairs {
            if matches!(&key.kind, TreeKind::Scalar { text, plain: true, .. } if text == "<<") {
                merged.push(value);
                continue;
            }
            let mut name = String::new();
            if self.text(key, &mut name) {
                entries.push((key.line, name, value));
            }
        }
        for value in merged {
            let tables: Vec<&Tree> = match &value.kind {
                TreeKind::List(items) => items.iter().collect(),
                _ => vec![value],
            };
            for table in tables {
                if !matches!(table.kind, TreeKind::Map(_)) {
                    self.fatal = Some("yaml: map merge requires map or sequence of maps as the value");
                    return None;
                }
                for entry in self.entries(table, type_name).unwrap_or_default() {
                    if !entries.iter().any(|(_, known, _)| *known == entry.1) {
                        entries.push(entry);
                    }
                }
            }
        }
        Some(entries)
    }

    /// A text; every scalar has one.
    pub(crate) fn text(&mut self, node: &Tree, target: &mut String) -> bool {
        match &node.kind {
            TreeKind::Scalar { text, plain, tag } => {
                if !is_null(text, *plain, tag.as_deref()) {
                    target.clone_from(text);
                }
                true
            }
            _ => {
                self.mismatch(node, "string");
                false
            }
        }
    }

    /// `true`, `false`, and in this place alone also `yes`, `on` and their like.
    pub(crate) fn boolean(&mut self, node: &Tree, target: &mut bool) {
        if let TreeKind::Scalar { text, plain, tag } = &node.kind {
            match Scalar::of(text, *plain, tag.as_deref()) {
                Scalar::Null => return,
                Scalar::Bool(on) => {
                    *target = on;
                    return;
                }
                Scalar::Text
                    if matches!(text.as_str(), "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON") =>
                {
                    *target = true;
                    return;
                }
                Scalar::Text
                    if matches!(text.as_str(), "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF") =>
                {
                    *target = false;
                    return;
                }
                _ => {}
            }
        }
        self.mismatch(node, "bool");
    }

    /// A whole number between bounds; floats are cut.
    pub(crate) fn number(&mut self, node: &Tree, least: i128, most: i128, type_name: &str) -> Option<i128> {
        if let TreeKind::Scalar { text, plain, tag } = &node.kind {
            let number = match Scalar::of(text, *plain, tag.as_deref()) {
                Scalar::Null => return None,
                Scalar::Int(number) => Some(number),
                Scalar::Float(number) if number.is_finite() => Some(number as i128),
                _ => None,
            };
            if let Some(number) = number.filter(|number| (least..=most).contains(number)) {
                return Some(number);
            }
        }
        self.mismatch(node, type_name);
        None
    }

    /// A list; items that do not fit are left out.
    pub(crate) fn list<T>(
        &mut self,
        node: &Tree,
        type_name: &str,
        mut item: impl FnMut(&mut Self, &Tree) -> Option<T>,
    ) -> Vec<T> {
        match &node.kind {
            TreeKind::List(items) => {
                // Go: nothing is no item.
                let there = |node: &&Tree| match &node.kind {
                    TreeKind::Scalar { text, plain, tag } => !is_null(text, *plain, tag.as_deref()),
                    _ => true,
                };
                items.iter().filter(there).filter_map(|node| item(self, node)).collect()
            }
            TreeKind::Scalar { text, plain, tag } if is_null(text, *plain, tag.as_deref()) => Vec::new(),
            _ => {
                self.mismatch(node, type_name);
                Vec::new()
            }
        }
    }

    /// A list of texts.
    pub(crate) fn texts(&mut self, node: &Tree) -> Vec<String> {
        self.list(node, "[]string", |decoder, node| {
            let mut text = String::new();
            decoder.text(node, &mut text).then_some(text)
        })
    }

    /// A table by any names.
    pub(crate) fn table<T>(
        &mut self,
        node: &Tree,
        type_name: &str,
        mut value: impl FnMut(&mut Self, &Tree) -> Option<T>,
    ) -> Vec<(String, T)> {
        let entries = self.entries(node, type_name).unwrap_or_default();
        entries.into_iter().filter_map(|(_, name, node)| Some((name, value(self, node)?))).collect()
    }

    /// Whatever is there, as Go's `any`; tables by their texts.
    pub(crate) fn anything(&mut self, node: &Tree) -> Value {
        match &node.kind {
            TreeKind::Scalar { text, plain, tag } => match Scalar::of(text, *plain, tag.as_deref()) {
                Scalar::Null => Value::Nil,
                Scalar::Bool(on) => Value::from(on),
                Scalar::Int(number) => match i64::try_from(number) {
                    Ok(number) => Value::Int(IntKind::Int, number),
                    Err(_) => Value::Int(IntKind::Uint64, (number as u64).cast_signed()),
                },
                Scalar::Float(number) => Value::from(number),
                Scalar::Timestamp | Scalar::Text => Value::from(text.as_str()),
            },
            TreeKind::List(items) => {
                Value::List(List::new(items.iter().map(|item| self.anything(item)).collect::<Vec<_>>()))
            }
            TreeKind::Map(_) => {
                let map = Map::new();
                for (_, name, value) in self.entries(node, "map[string]interface {}").unwrap_or_default() {
                    map.insert(name.as_str(), self.anything(value));
                }
                Value::Map(map)
            }
        }
    }
}

/// Whether nothing stands there.
pub(crate) fn is_null(text: &str, plain: bool, tag: Option<&str>) -> bool {
    matches!(Scalar::of(text, plain, tag), Scalar::Null)
}
