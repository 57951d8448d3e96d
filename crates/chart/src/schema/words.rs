//! The validator's errors in the words that Helm prints.

use std::fmt::Write;

use boon::{CompileError, ErrorKind, ValidationError};
use govalue::print;
use serde_json::{Number, Value as Json};

use super::Document;
use super::tree::Node;

/// The tree of a validation error, one line per error; `None` when none of it holds after a second look.
///
/// The root's own line is left out, as Helm does.
pub(super) fn validation_error(error: &ValidationError<'_, '_>, documents: &[Document]) -> Option<String> {
    super::tree::build(error, documents).map(|causes| lines(&causes))
}

/// The lines of a tree.
pub(super) fn lines(causes: &[Node]) -> String {
    let mut out = String::new();
    for cause in causes {
        write_node(&mut out, cause, 1);
    }
    // Every line brings the break before it.
    out.strip_prefix('\n').map(str::to_owned).unwrap_or(out)
}

fn write_node(out: &mut String, node: &Node, indent: usize) {
    // A reference with one error behind it adds nothing.
    let skipped = node.causes.len() == 1 && node.reference;
    let mut inner = indent;
    if !skipped {
        out.push('\n');
        out.push_str(&"  ".repeat(indent - 1));
        let mut location = String::new();
        for token in &node.location {
            location.push('/');
            location.push_str(&token.replace('~', "~0").replace('/', "~1"));
        }
        let _ = write!(out, "- at {}: {}", quote(&location), node.text);
        inner += 1;
    }
    for cause in &node.causes {
        write_node(out, cause, inner);
    }
}

pub(super) fn kind(kind: &ErrorKind<'_, '_>) -> String {
    let limits =
        |name: &str, got: usize, want: usize| format!("{name}: got {}, want {}", count(got), count(want));
    let bounds = |name: &str, got: &Number, want: &Number| {
        format!("{name}: got {}, want {}", number(got), number(want))
    };
    match kind {
        ErrorKind::Group | ErrorKind::Reference { .. } => "validation failed".to_owned(),
        ErrorKind::Schema { url } => format!("jsonschema validation failed with {}", quote(url)),
        ErrorKind::ContentSchema => "'contentSchema' failed".to_owned(),
        ErrorKind::PropertyName { prop } => format!("invalid propertyName {}", quote(prop)),
        ErrorKind::RefCycle { url, kw_loc1, kw_loc2 } => {
            format!("both {kw_loc1} and {kw_loc2} resolve to {} causing reference cycle", double(url))
        }
        ErrorKind::FalseSchema => "false schema".to_owned(),
        ErrorKind::Type { got, want } => {
            let want: Vec<String> = want.iter().map(|kind| kind.to_string()).collect();
            format!("got {got}, want {}", want.join(" or "))
        }
        ErrorKind::Enum { want } => match want.as_slice() {
            want if want.iter().any(|v| v.is_array() || v.is_object()) => "'enum' failed".to_owned(),
            [one] => format!("value must be {}", display(one)),
            want => format!("value must be one of {}", joined(want.iter().map(display))),
        },
        ErrorKind::Const { want } if want.is_array() || want.is_object() => "'const' failed".to_owned(),
        ErrorKind::Const { want } => format!("value must be {}", display(want)),
        ErrorKind::Format { got, want, err } => format!("{} is not valid {want}: {err}", display(got)),
        ErrorKind::MinProperties { got, want } => limits("minProperties", *got, *want),
        ErrorKind::MaxProperties { got, want } => limits("maxProperties", *got, *want),
        ErrorKind::AdditionalProperties { got } => {
            let mut names: Vec<&str> = got.iter().map(AsRef::as_ref).collect();
            names.sort_unstable();
            format!("additional properties {} not allowed", joined(names.into_iter().map(quote)))
        }
        ErrorKind::Required { want } => match want.as_slice() {
            [one] => format!("missing property {}", quote(one)),
            want => format!("missing properties {}", joined(want.iter().map(|name| quote(name)))),
        },
        ErrorKind::Dependency { prop, missing } | ErrorKind::DependentRequired { prop, missing } => {
            let missing = joined(missing.iter().map(|name| quote(name)));
            format!("properties {missing} required, if {} exists", quote(prop))
        }
        ErrorKind::MinItems { got, want } => limits("minItems", *got, *want),
        ErrorKind::MaxItems { got, want } => limits("maxItems", *got, *want),
        ErrorKind::Contains => "no items match contains schema".to_owned(),
        ErrorKind::MinContains { got, want } if got.is_empty() => {
            format!("min {} items required to match contains schema, but none matched", count(*want))
        }
        ErrorKind::MinContains { got, want } => contains("min", got, *want),
        ErrorKind::MaxContains { got, want } => contains("max", got, *want),
        ErrorKind::UniqueItems { got: [i, j] } => {
            format!("items at {} and {} are equal", count(*i), count(*j))
        }
        ErrorKind::AdditionalItems { got } => format!("last {} additionalItem(s) not allowed", count(*got)),
        ErrorKind::MinLength { got, want } => limits("minLength", *got, *want),
        ErrorKind::MaxLength { got, want } => limits("maxLength", *got, *want),
        ErrorKind::Pattern { got, want } => format!("{} does not match pattern {}", quote(got), quote(want)),
        ErrorKind::ContentEncoding { want, err } => format!("value is not {} encoded: {err}", quote(want)),
        ErrorKind::ContentMediaType { want, err, .. } => {
            format!("value is not of mediatype {}: {err}", quote(want))
        }
        ErrorKind::Minimum { got, want } => bounds("minimum", got, want),
        ErrorKind::Maximum { got, want } => bounds("maximum", got, want),
        ErrorKind::ExclusiveMinimum { got, want } => bounds("exclusiveMinimum", got, want),
        ErrorKind::ExclusiveMaximum { got, want } => bounds("exclusiveMaximum", got, want),
        ErrorKind::MultipleOf { got, want } => bounds("multipleOf", got, want),
        ErrorKind::Not => "'not' failed".to_owned(),
        ErrorKind::AllOf => "'allOf' failed".to_owned(),
        ErrorKind::AnyOf => "'anyOf' failed".to_owned(),
        ErrorKind::OneOf(None) => "'oneOf' failed, none matched".to_owned(),
        ErrorKind::OneOf(Some((i, j))) => {
            format!("'oneOf' failed, subschemas {}, {} matched", count(*i), count(*j))
        }
    }
}

fn contains(bound: &str, got: &[usize], want: usize) -> String {
    let places: Vec<String> = got.iter().map(usize::to_string).collect();
    format!(
        "{bound} {} items required to match contains schema, but matched {} items at {}",
        count(want),
        count(got.len()),
        places.join(" ")
    )
}

/// What is wrong with a schema itself.
pub(super) fn compile_error(error: &CompileError, documents: &[Document]) -> String {
    match error {
        CompileError::ValidationError { url, src } => {
            let metaschema = match &src.kind {
                ErrorKind::Schema { url } => quote(url),
                _ => quote(""),
            };
            format!(
                "{} is not valid against metaschema: jsonschema validation failed with {metaschema}\n{}",
                double(&with_fragment(url)),
                validation_error(src, documents).unwrap_or_default()
            )
        }
        CompileError::LoadUrlError { url, src } => format!("failing loading {}: {src}", double(url)),
        CompileError::ParseIdError { loc } => format!("error in parsing id at {}", double(loc)),
        CompileError::ParseAnchorError { loc } => format!("error in parsing anchor at {}", double(loc)),
        CompileError::DuplicateId { url, id, ptr1, ptr2 } => {
            format!("duplicate id {} in {} at {} and {}", double(id), double(url), double(ptr1), double(ptr2))
        }
        CompileError::DuplicateAnchor { anchor, url, ptr1, ptr2 } => format!(
            "duplicate anchor {} in {} at {} and {}",
            double(anchor),
            double(url),
            double(ptr1),
            double(ptr2)
        ),
        CompileError::InvalidJsonPointer(location) => format!("invalid json-pointer {}", double(location)),
        CompileError::JsonPointerNotFound(location) => {
            format!("json-pointer in {} not found", double(location))
        }
        CompileError::AnchorNotFound { url, reference } => {
            format!("anchor in {} not found in schema {}", double(reference), double(url))
        }
        CompileError::UnsupportedVocabulary { url, vocabulary } => {
            format!("unsupported vocabulary {} in {}", double(vocabulary), double(url))
        }
        CompileError::UnsupportedDraft { url } => format!("unsupported draft {}", double(url)),
        CompileError::MetaSchemaCycle { url } => {
            format!("cycle in resolving $schema in {}", double(url))
        }
        CompileError::InvalidRegex { url, regex, src } => {
            format!("{} at {} is not valid regex: {src}", quote(regex), double(url))
        }
        other => other.to_string(),
    }
}

/// Go names a whole document with an empty fragment.
fn with_fragment(url: &str) -> String {
    if url.contains('#') { url.to_owned() } else { format!("{url}#") }
}

/// Single quotes around Go's escapes.
pub(super) fn quote(text: &str) -> String {
    let quoted = print::quote(text.as_bytes());
    let inner = quoted[1..quoted.len() - 1].replace("\\\"", "\"").replace('\'', "\\'");
    format!("'{inner}'")
}

/// `%q`.
pub(super) fn double(text: &str) -> String {
    print::quote(text.as_bytes())
}

fn joined(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}

fn display(value: &Json) -> String {
    match value {
        Json::String(text) => quote(text),
        Json::Null => "<nil>".to_owned(),
        Json::Array(_) | Json::Object(_) => "value".to_owned(),
        other => other.to_string(),
    }
}

/// An integer as English writes it.
fn count(n: usize) -> String {
    grouped(&n.to_string())
}

/// A float as English writes it: `65,536`, and from a million on `1.5×10⁰⁶`.
fn number(n: &Number) -> String {
    let Some(n) = n.as_f64() else { return n.to_string() };
    let text = print::format_float(n, b'e', -1, 64);
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "+00"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if n != 0.0 && !(-4..6).contains(&exponent) {
        const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
        let sign = if exponent < 0 { "⁻" } else { "" };
        let digits = format!("{:02}", exponent.abs());
        let digits: String =
            digits.bytes().map(|b| DIGITS.get(usize::from(b - b'0')).copied().unwrap_or('⁰')).collect();
        return format!("{mantissa}×10{sign}{digits}");
    }
    let plain = print::format_float(n, b'f', -1, 64);
    match plain.split_once('.') {
        Some((whole, fraction)) => format!("{}.{fraction}", grouped(whole)),
        None => grouped(&plain),
    }
}

fn grouped(digits: &str) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
    let mut out = sign.to_owned();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}
