//! Whether a schema is plainly a schema, so that its metaschema need not be asked.
//!
//! To compile the metaschemas of all drafts costs more than the rest of a small render. What is accepted here
//! is what every metaschema accepts; whatever is in doubt is not plain, and takes the long way.

use serde_json::{Map, Value as Json};

/// Deeper than charts go, and far from the end of the stack.
const MAX_DEPTH: usize = 100;

/// Up to this many items of `enum`, `required` and `type` are compared with one another.
const MAX_UNIQUE: usize = 64;

/// Drafts differ in what some keywords take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Draft {
    V4,
    V6,
    V7,
    V2019,
    V2020,
}

/// The draft of a schema whose metaschema certainly accepts it, and that refers to nothing but its own definitions.
pub(super) fn draft(schema: &Json) -> Option<Draft> {
    let draft = match schema.get("$schema") {
        None => Draft::V2020,
        Some(Json::String(url)) => {
            let url = url.strip_suffix('#').unwrap_or(url);
            let url = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
            match url {
                Some("json-schema.org/draft-04/schema") => Draft::V4,
                Some("json-schema.org/draft-06/schema") => Draft::V6,
                Some("json-schema.org/draft-07/schema") => Draft::V7,
                Some("json-schema.org/draft/2019-09/schema") => Draft::V2019,
                Some("json-schema.org/draft/2020-12/schema" | "json-schema.org/schema") => Draft::V2020,
                _ => return None,
            }
        }
        Some(_) => return None,
    };
    (schema.is_object() && is_schema(schema, draft, 0)).then_some(draft)
}

fn is_schema(schema: &Json, draft: Draft, depth: usize) -> bool {
    match schema {
        Json::Bool(_) => draft > Draft::V4,
        Json::Object(object) => {
            depth <= MAX_DEPTH
                && object.iter().all(|(keyword, value)| {
                    keyword_is_plain(keyword, value, draft, depth) && (depth == 0 || keyword != "$schema")
                })
        }
        _ => false,
    }
}

fn keyword_is_plain(keyword: &str, value: &Json, draft: Draft, depth: usize) -> bool {
    let schema = |value: &Json| is_schema(value, draft, depth + 1);
    let schemas = |value: &Json| match value {
        Json::Array(items) => !items.is_empty() && items.iter().all(schema),
        _ => false,
    };
    match keyword {
        // Where schemas lie, and what they are called: the validator has more to say about these.
        "$id" | "id" | "$anchor" | "$dynamicAnchor" | "$dynamicRef" | "$recursiveAnchor"
        | "$recursiveRef" | "$vocabulary" | "dependencies" | "dependentRequired" | "dependentSchemas" => {
            false
        }
        "$ref" => value.as_str().is_some_and(is_own_definition),
        "$schema" | "title" | "description" | "$comment" | "format" | "pattern" | "contentEncoding"
        | "contentMediaType" => value.is_string(),
        "readOnly" | "writeOnly" | "deprecated" | "uniqueItems" => value.is_boolean(),
        "examples" => value.is_array(),
        "enum" => is_set(value, |_| true),
        "type" => match value {
            Json::String(name) => is_type(name),
            _ => is_set(value, |name| name.as_str().is_some_and(is_type)),
        },
        "required" => {
            let none = draft > Draft::V4 && value.as_array().is_some_and(Vec::is_empty);
            none || is_set(value, Json::is_string)
        }
        "minimum" | "maximum" => value.is_number(),
        "exclusiveMinimum" | "exclusiveMaximum" => draft > Draft::V4 && value.is_number(),
        "multipleOf" => value.as_f64().is_some_and(|n| n > 0.0),
        "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties"
        | "minContains" | "maxContains" => value.is_u64(),
        "additionalProperties" | "additionalItems" => value.is_boolean() || schema(value),
        "not"
        | "contains"
        | "propertyNames"
        | "if"
        | "then"
        | "else"
        | "unevaluatedItems"
        | "unevaluatedProperties"
        | "contentSchema" => schema(value),
        "items" => schema(value) || (draft < Draft::V2020 && schemas(value)),
        "allOf" | "anyOf" | "oneOf" | "prefixItems" => schemas(value),
        "properties" | "patternProperties" | "definitions" | "$defs" => {
            value.as_object().is_some_and(|members: &Map<String, Json>| members.values().all(schema))
        }
        // `default`, `const`, and what no draft knows.
        _ => true,
    }
}

/// Whether a reference leads to a definition of the same document.
fn is_own_definition(reference: &str) -> bool {
    let path = reference.strip_prefix("#/definitions/").or_else(|| reference.strip_prefix("#/$defs/"));
    path.is_some_and(|name| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
    })
}

fn is_type(name: &str) -> bool {
    matches!(name, "array" | "boolean" | "integer" | "null" | "number" | "object" | "string")
}

/// Whether a value is a list of different items, at least one.
fn is_set(value: &Json, is_item: fn(&Json) -> bool) -> bool {
    let Json::Array(items) = value else { return false };
    let different = |(i, item): (usize, &Json)| !items[..i].contains(item);
    (1..=MAX_UNIQUE).contains(&items.len())
        && items.iter().all(is_item)
        && items.iter().enumerate().all(different)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn ordinary_schemas_are_plain() {
        for schema in [
            json!({}),
            json!({"$schema": "http://json-schema.org/draft-07/schema#", "type": "object"}),
            json!({"properties": {"id": {"type": ["string", "null"]}, "dependencies": {"type": "array"}}}),
            json!({"definitions": {"a": {"enum": [1, 2, "x"]}}, "$ref": "#/definitions/a", "x-more": {"type": 1}}),
            json!({"$schema": "http://json-schema.org/draft-04/schema#", "additionalProperties": false}),
        ] {
            assert!(draft(&schema).is_some(), "{schema}");
        }
    }

    #[test]
    fn what_a_metaschema_refuses_is_not_plain() {
        for schema in [
            json!(true),
            json!({"type": "text"}),
            json!({"type": []}),
            json!({"type": ["string", "string"]}),
            json!({"$schema": "https://example.com/schema"}),
            json!({"properties": {"a": 1}}),
            json!({"properties": {"a": {"minLength": -1}}}),
            json!({"items": [{}]}),
            json!({"$schema": "http://json-schema.org/draft-04/schema#", "exclusiveMinimum": 1}),
            json!({"$schema": "http://json-schema.org/draft-04/schema#", "properties": {"a": true}}),
            json!({"$schema": "http://json-schema.org/draft-04/schema#", "required": []}),
            json!({"properties": {"a": {"$ref": "other.json"}}}),
            json!({"properties": {"a": {"$ref": "#/x-kept/a"}}}),
            json!({"properties": {"a": {"$id": "a"}}}),
            json!({"multipleOf": 0}),
            json!({"required": "a"}),
            json!({"allOf": []}),
            json!({"enum": [1, 1]}),
        ] {
            assert_eq!(draft(&schema), None, "{schema}");
        }
    }
}
