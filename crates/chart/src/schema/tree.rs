//! The validator's tree of errors, put into the shape that Helm's has.
//!
//! The two differ in five ways. `boon` leaves out an `allOf`, `anyOf` or `oneOf` with a single error below it,
//! loses the place of a wrong property name, counts items behind a tuple from zero, shows patterns as it
//! compiled them, and divides as floats do.

use boon::{ErrorKind, InstanceToken, ValidationError};
use serde_json::{Number, Value as Json};

use super::{Document, words};

/// One line of the report.
pub(super) struct Node {
    /// Keys and indices down to the value.
    pub(super) location: Vec<String>,
    /// What is wrong with it.
    pub(super) text: String,
    /// Whether it only says that a schema referred to another one.
    pub(super) reference: bool,
    pub(super) causes: Vec<Node>,
    /// The schema that says so.
    pub(super) schema: String,
    /// Properties that are wrong by their names.
    pub(super) names: Names,
    /// Whether it is about something that no other keyword looked at. The validator finds these in any order.
    unevaluated: bool,
}

/// Properties that an error names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Names {
    /// None.
    None,
    /// Those that should not be there.
    Unexpected(Vec<String>),
    /// Those that should.
    Missing(Vec<String>),
}

impl Names {
    fn of(kind: &ErrorKind<'_, '_>) -> Self {
        match kind {
            ErrorKind::AdditionalProperties { got } => {
                Self::Unexpected(got.iter().map(ToString::to_string).collect())
            }
            ErrorKind::Required { want } => Self::Missing(want.iter().map(ToString::to_string).collect()),
            ErrorKind::Dependency { missing, .. } | ErrorKind::DependentRequired { missing, .. } => {
                Self::Missing(missing.iter().map(ToString::to_string).collect())
            }
            _ => Self::None,
        }
    }
}

/// What an error stands under: the schema that was applied there, and the place it was applied to.
struct Context<'e> {
    schema: &'e str,
    location: &'e [String],
    /// Whether that schema's `allOf`, `anyOf` or `oneOf` has a line already.
    combined: bool,
}

/// What lies below the root of a tree; `None` when nothing is left of it.
pub(super) fn build(error: &ValidationError<'_, '_>, documents: &[Document]) -> Option<Vec<Node>> {
    let context = Context { schema: error.schema_url, location: &[], combined: false };
    let causes = nodes(error, &context, documents);
    (!causes.is_empty()).then_some(causes)
}

/// The lines below an error, always in the same order.
fn nodes(error: &ValidationError<'_, '_>, context: &Context<'_>, documents: &[Document]) -> Vec<Node> {
    let mut nodes: Vec<Node> =
        error.causes.iter().filter_map(|cause| node(cause, context, documents)).collect();
    for run in nodes.chunk_by_mut(|a, b| a.unevaluated && b.unevaluated) {
        // Shorter first, so that indices are ordered as numbers.
        run.sort_by_cached_key(|node| {
            node.location.iter().map(|token| (token.len(), token.clone())).collect::<Vec<_>>()
        });
    }
    nodes
}

fn node(error: &ValidationError<'_, '_>, context: &Context<'_>, documents: &[Document]) -> Option<Node> {
    let mut location: Vec<String> = error
        .instance_location
        .tokens
        .iter()
        .map(|token| match token {
            InstanceToken::Prop(name) => name.to_string(),
            InstanceToken::Item(index) => index.to_string(),
        })
        .collect();
    let steps = steps(context.schema, error.schema_url, documents);
    let known = context.location.len().min(location.len());
    location[..known].clone_from_slice(&context.location[..known]);
    let offsets = steps
        .iter()
        .filter_map(|step| if let Step::Into { offset, .. } = step { Some(offset) } else { None });
    for (token, offset) in location[known..].iter_mut().zip(offsets) {
        if let (1.., Ok(index)) = (*offset, token.parse::<usize>()) {
            *token = (index + offset).to_string();
        }
    }
    let text = match &error.kind {
        ErrorKind::MultipleOf { got, want } if is_multiple(got, want) => return None,
        ErrorKind::Pattern { got, .. } => match original(documents, error.schema_url, "pattern") {
            Some(pattern) => {
                format!("{} does not match pattern {}", words::quote(got), words::quote(pattern))
            }
            None => words::kind(&error.kind),
        },
        ErrorKind::PropertyName { .. } => {
            location = context.location.to_vec();
            location.extend(steps.iter().filter_map(|step| match step {
                Step::Into { name, .. } => name.clone(),
                Step::Combine(_) => None,
            }));
            words::kind(&error.kind)
        }
        kind => words::kind(kind),
    };
    let (schema, below) = match &error.kind {
        ErrorKind::Reference { url, .. } => (*url, location.as_slice()),
        // A name is checked by itself, as if it were the whole document.
        ErrorKind::PropertyName { .. } => (error.schema_url, &[][..]),
        _ => (error.schema_url, location.as_slice()),
    };
    let combined = matches!(error.kind, ErrorKind::AllOf | ErrorKind::AnyOf | ErrorKind::OneOf(_));
    let inner = Context { schema, location: below, combined };
    let causes = nodes(error, &inner, documents);
    if causes.len() < error.causes.len() && (causes.is_empty() || matches!(error.kind, ErrorKind::AnyOf)) {
        return None;
    }
    let reference = matches!(error.kind, ErrorKind::Reference { .. });
    let unevaluated = error
        .schema_url
        .strip_prefix(context.schema)
        .is_some_and(|rest| rest.contains("/unevaluatedItems") || rest.contains("/unevaluatedProperties"));
    let (schema, names) = (error.schema_url.to_owned(), Names::of(&error.kind));
    let mut node = Node { location, text, reference, causes, schema, names, unevaluated };

    // Lines that were left out, innermost first.
    let mut depth = context.location.len() + steps.iter().filter(|s| matches!(s, Step::Into { .. })).count();
    for (i, step) in steps.iter().enumerate().rev() {
        match step {
            Step::Into { .. } => depth -= 1,
            Step::Combine(_) if i == 0 && context.combined => {}
            Step::Combine(text) => {
                let end = depth.min(node.location.len());
                node = Node {
                    location: node.location[..end].to_vec(),
                    text: (*text).to_owned(),
                    reference: false,
                    causes: vec![node],
                    schema: error.schema_url.to_owned(),
                    names: Names::None,
                    unevaluated: false,
                };
            }
        }
    }
    Some(node)
}

/// What lies between two schemas, one inside the other.
enum Step {
    /// Down into the value.
    Into {
        /// The key, where the schema names it.
        name: Option<String>,
        /// How many items the index leaves out.
        offset: usize,
    },
    /// Through a combination, with the line that Helm prints for it.
    Combine(&'static str),
}

fn steps(outer: &str, inner: &str, documents: &[Document]) -> Vec<Step> {
    let mut steps = Vec::new();
    let Some(rest) = inner.strip_prefix(outer) else { return steps };
    let mut tokens = rest.trim_start_matches('/').split('/').filter(|token| !token.is_empty()).peekable();
    let is_index = |token: &&str| token.bytes().all(|b| b.is_ascii_digit());
    let mut schema = outer.to_owned();
    let tuple = |schema: &str, keyword: &str| {
        at(documents, schema).and_then(|schema| schema.get(keyword)?.as_array()).map_or(0, Vec::len)
    };
    while let Some(keyword) = tokens.next() {
        let mut argument = None;
        match keyword {
            "properties" => {
                argument = tokens.next();
                steps.push(Step::Into { name: argument.map(unescape), offset: 0 });
            }
            "patternProperties" | "prefixItems" => {
                argument = tokens.next();
                steps.push(Step::Into { name: None, offset: 0 });
            }
            "items" => {
                argument = tokens.next_if(is_index);
                let behind = argument.is_none() && has_prefix_items(documents, outer);
                let offset = if behind { tuple(&schema, "prefixItems") } else { 0 };
                steps.push(Step::Into { name: None, offset });
            }
            "additionalItems" => {
                steps.push(Step::Into { name: None, offset: tuple(&schema, "items") });
            }
            "additionalProperties" | "contains" | "unevaluatedProperties" | "unevaluatedItems" => {
                steps.push(Step::Into { name: None, offset: 0 });
            }
            "allOf" | "anyOf" | "oneOf" => {
                argument = tokens.next();
                steps.push(Step::Combine(match keyword {
                    "allOf" => "'allOf' failed",
                    "anyOf" => "'anyOf' failed",
                    _ => "'oneOf' failed, none matched",
                }));
            }
            "dependentSchemas" | "dependencies" | "$defs" | "definitions" => argument = tokens.next(),
            _ => {}
        }
        for token in std::iter::once(keyword).chain(argument) {
            schema.push('/');
            schema.push_str(token);
        }
    }
    steps
}

/// A JSON pointer's token, as it stands in a URL, back to the key.
pub(super) fn unescape(token: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = token.as_bytes();
    while let Some((&b, tail)) = rest.split_first() {
        let hex = (b == b'%').then(|| tail.get(..2)).flatten().and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(b);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).replace("~1", "/").replace("~0", "~")
}

/// What the schema's author wrote for a keyword.
fn original<'d>(documents: &'d [Document], schema_url: &str, keyword: &str) -> Option<&'d str> {
    at(documents, schema_url)?.get(keyword)?.as_str()
}

/// Whether a schema's draft knows `prefixItems`: only the latest does, which is also the default.
fn has_prefix_items(documents: &[Document], schema_url: &str) -> bool {
    let root = schema_url.split('#').next().and_then(|url| at(documents, &format!("{url}#")));
    let draft = root.and_then(|root| root.get("$schema")?.as_str());
    draft.is_none_or(|draft| draft.contains("2020-12"))
}

/// The schema at a URL.
pub(super) fn at<'d>(documents: &'d [Document], schema_url: &str) -> Option<&'d Json> {
    let (url, pointer) = schema_url.split_once('#')?;
    let mut current: &Json =
        documents.iter().find(|(other, _)| other == url).map(|(_, document)| document)?;
    for token in pointer.split('/').skip(1) {
        let token = unescape(token);
        current = match current {
            Json::Object(map) => map.get(&token)?,
            Json::Array(items) => items.get(token.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    Some(current)
}

/// Whether a number is a multiple of another, in decimals: 0.3 is one of 0.1.
fn is_multiple(number: &Number, of: &Number) -> bool {
    let (Some((a, a_places)), Some((b, b_places))) = (decimal(number), decimal(of)) else { return false };
    let places = a_places.max(b_places);
    let scale = |n: i128, own: u32| 10i128.checked_pow(places - own).and_then(|factor| n.checked_mul(factor));
    matches!((scale(a, a_places), scale(b, b_places)), (Some(a), Some(b)) if b != 0 && a % b == 0)
}

/// A number as an integer and the places behind its point.
fn decimal(number: &Number) -> Option<(i128, u32)> {
    let text = govalue::print::format_float(number.as_f64()?, b'f', -1, 64);
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let digits = format!("{whole}{fraction}");
    Some((digits.parse().ok()?, u32::try_from(fraction.len()).ok()?))
}
