//! The rules for values.yaml: whether it is there, is YAML, and meets the chart's own schema.

use chart::load::{Entry, Folder};
use chart::schema::{self, SchemaLoader};
use chart::values::coalesce_tables;
use govalue::{Map, Value, yaml};

use super::{Findings, Severity};

const FILE: &str = "values.yaml";

pub(super) fn check(
    folder: &Folder,
    chosen: &Map,
    schema: Option<&mut dyn SchemaLoader>,
    limits: &yaml::Limits,
    findings: &mut Findings,
) {
    let defaults = match &folder.values {
        Entry::Missing => {
            findings.rule(Severity::Info, FILE, Err("file does not exist".to_owned()));
            return;
        }
        Entry::File(text) => read(text, limits),
        Entry::Directory(reason) | Entry::Unreadable(reason) => Err(reason.clone()),
    };
    let defaults = match defaults {
        Ok(defaults) => defaults,
        Err(reason) => {
            findings.rule(Severity::Error, FILE, Err(format!("unable to parse YAML: {reason}")));
            return;
        }
    };
    // Helm: only the top level is a copy, so the defaults arrive in the user's own tables and stay there.
    let all = chosen.shallow_copy();
    coalesce_tables(&all, &defaults, &mut findings.notices);
    if let (Entry::File(text), Some(loader)) = (&folder.schema, schema)
        && !text.is_empty()
        && let Err(error) = schema::validate(&all, text, &name(folder), loader, &mut findings.notices)
    {
        findings.rule(Severity::Error, FILE, Err(error.to_string()));
    }
}

/// Who asks for what the schema refers to.
fn name(folder: &Folder) -> [String; 1] {
    [folder.chart.as_ref().map(|chart| chart.name().to_owned()).unwrap_or_default()]
}

/// Only the first document counts here; a chart is loaded with all of them.
fn read(text: &[u8], limits: &yaml::Limits) -> Result<Map, String> {
    match yaml::read(text, limits).map_err(|error| error.to_string())? {
        Value::Map(map) => Ok(map),
        Value::Nil => Ok(Map::new()),
        other => {
            let kind = match other {
                Value::Bool(_) => "bool",
                Value::Str(_) => "string",
                Value::List(_) => "array",
                _ => "number",
            };
            Err(format!(
                "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {kind} into Go value of type common.Values"
            ))
        }
    }
}
