//! JSON, YAML and TOML. Helm's readers answer the error's text inside of the answer, its writers swallow theirs.

use std::fmt::Display;

use govalue::toml::{self, WriteError};
use govalue::{CallResult, List, Map, Value, json, yaml};

use super::args::{any, string, text};
use super::{cost, table};
use crate::words::Panic;

table! {
    "toJson" (ANY) => |args| swallowed(json::write(any(args, 0), &COMPACT)), cost cost::encode;
    "mustToJson" (ANY) => |args| loud(json::write(any(args, 0), &COMPACT)), cost cost::encode;
    "toPrettyJson" (ANY) => |args| swallowed(json::write(any(args, 0), &PRETTY)), cost cost::encode;
    "mustToPrettyJson" (ANY) => |args| loud(json::write(any(args, 0), &PRETTY)), cost cost::encode;
    "toRawJson" (ANY) => |args| loud(json::write(any(args, 0), &RAW)), cost cost::encode;
    "mustToRawJson" (ANY) => |args| loud(json::write(any(args, 0), &RAW)), cost cost::encode;
    "fromJson" (STRING) => from_json, cost cost::read;
    "fromJsonArray" (STRING) => |args| list(json::read_array(string(args, 0))), cost cost::read;
    "mustFromJson" (STRING) => |args| Ok(json::read(string(args, 0))?), cost cost::read;
    "toYaml" (ANY) => |args| swallowed(yaml::write(any(args, 0)).map(chomped)), cost cost::encode_yaml;
    "mustToYaml" (ANY) => |args| loud(yaml::write(any(args, 0)).map(chomped)), cost cost::encode_yaml;
    "toYamlPretty" (ANY) => |args| pretty(any(args, 0)), cost cost::encode_yaml;
    "fromYaml" (STRING) => from_yaml, cost cost::read_yaml, counted |args, steps| aliases(args, from_yaml(args)?, steps);
    "fromYamlArray" (STRING) => from_yaml_array,
        cost cost::read_yaml, counted |args, steps| aliases(args, from_yaml_array(args)?, steps);
    "toToml" (ANY) => to_toml, cost cost::encode;
    "mustToToml" (ANY) => |args| loud(toml::write(any(args, 0))), cost cost::encode;
    "fromToml" (STRING) => |args| dict(toml::read_with(string(args, 0), super::dates::toml_date)), cost cost::read;
}

/// Templates read smaller documents than charts are made of.
const LIMITS: yaml::Limits = yaml::Limits { depth: 1_000, nodes: 1_000_000, bytes: 64 << 20 };

const COMPACT: json::Options = json::Options { escape_html: true, indent: None };
const PRETTY: json::Options = json::Options { escape_html: true, indent: Some("  ") };
const RAW: json::Options = json::Options { escape_html: false, indent: None };

fn from_yaml(args: &[Value]) -> CallResult {
    dict(yaml::read_map(string(args, 0), &LIMITS))
}

fn from_yaml_array(args: &[Value]) -> CallResult {
    list(yaml::read_list(string(args, 0), &LIMITS).map(there))
}

/// Aliases make much of a short text: then what was made counts.
fn aliases(args: &[Value], made: Value, steps: &mut u64) -> CallResult {
    if memchr::memchr(b'*', string(args, 0)).is_some() {
        *steps += if refused(&made) { cost::FUTILE } else { cost::parts(&made) };
    }
    Ok(made)
}

/// Whether an answer is only that the document could not be read.
fn refused(made: &Value) -> bool {
    match made {
        Value::Map(map) => map.len() == 1 && map.contains_key("Error"),
        Value::List(list) => list.len() == 1,
        _ => false,
    }
}

fn swallowed(written: Result<Vec<u8>, impl Display>) -> CallResult {
    text(written.unwrap_or_default())
}

/// Helm swallows errors here, but not panics: of those there is one, for a type that YAML cannot show.
fn pretty(value: &Value) -> CallResult {
    match yaml::write_pretty(value).map(chomped) {
        Err(error) if error.to_string().starts_with("panic: ") => {
            Err(Panic(error.to_string().trim_start_matches("panic: ").to_owned()).into())
        }
        written => swallowed(written),
    }
}

fn loud(written: Result<Vec<u8>, impl Display>) -> CallResult {
    text(written.map_err(|error| Panic(error.to_string()))?)
}

/// Without the newline at the end.
fn chomped(mut written: Vec<u8>) -> Vec<u8> {
    if written.last() == Some(&b'\n') {
        written.pop();
    }
    written
}

fn dict(read: Result<Map, impl Display>) -> CallResult {
    let failed = |error: String| [("Error", error)].into_iter().collect::<Map>();
    Ok(read.unwrap_or_else(|error| failed(error.to_string())).into())
}

/// The text of the error instead of the document, except where the library panics.
fn to_toml(args: &[Value]) -> CallResult {
    match toml::write(any(args, 0)) {
        Err(error @ WriteError::Panicked(_)) => loud(Err(error)),
        written => text(written.unwrap_or_else(|error| error.to_string().into())),
    }
}

/// What was read before the error stays in the dict.
fn from_json(args: &[Value]) -> CallResult {
    let (map, error) = json::read_map_leniently(string(args, 0));
    if let Some(error) = error {
        map.insert("Error", error.to_string());
    }
    Ok(map.into())
}

/// Helm reads YAML into a list that is there: null leaves it empty, not nil.
fn there(list: List) -> List {
    if list.is_nil() { List::new(Vec::new()) } else { list }
}

fn list(read: Result<List, impl Display>) -> CallResult {
    Ok(read.unwrap_or_else(|error| List::new(vec![error.to_string().into()])).into())
}
