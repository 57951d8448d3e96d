//! JSON, YAML and TOML. Helm's readers answer the error's text inside of the answer, its writers swallow theirs.

use govalue::{CallResult, Error, List, Value, json};

use super::args::{any, string, text};
use super::{cost, table};
use crate::words::Panic;

table! {
    "toJson" (ANY) => |args| swallowed(json::write(any(args, 0), &COMPACT)), cost cost::print;
    "mustToJson" (ANY) => |args| loud(json::write(any(args, 0), &COMPACT)), cost cost::print;
    "toPrettyJson" (ANY) => |args| swallowed(json::write(any(args, 0), &PRETTY)), cost cost::print;
    "mustToPrettyJson" (ANY) => |args| loud(json::write(any(args, 0), &PRETTY)), cost cost::print;
    "toRawJson" (ANY) => |args| loud(json::write(any(args, 0), &RAW)), cost cost::print;
    "mustToRawJson" (ANY) => |args| loud(json::write(any(args, 0), &RAW)), cost cost::print;
    "fromJson" (STRING) => from_json, cost cost::read;
    "fromJsonArray" (STRING) => |args| list(json::read_array(string(args, 0))), cost cost::read;
    "mustFromJson" (STRING) => |args| Ok(json::read(string(args, 0))?), cost cost::read;
}

const COMPACT: json::Options = json::Options { escape_html: true, indent: None };
const PRETTY: json::Options = json::Options { escape_html: true, indent: Some("  ") };
const RAW: json::Options = json::Options { escape_html: false, indent: None };

fn swallowed(written: Result<Vec<u8>, Error>) -> CallResult {
    text(written.unwrap_or_default())
}

fn loud(written: Result<Vec<u8>, Error>) -> CallResult {
    text(written.map_err(|error| Panic(error.to_string()))?)
}

/// What was read before the error stays in the dict.
fn from_json(args: &[Value]) -> CallResult {
    let (map, error) = json::read_map_leniently(string(args, 0));
    if let Some(error) = error {
        map.insert("Error", error.to_string());
    }
    Ok(map.into())
}

fn list(read: Result<List, Error>) -> CallResult {
    Ok(read.unwrap_or_else(|error| List::new(vec![error.to_string().into()])).into())
}
