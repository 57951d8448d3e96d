//! The keywords that charts use, checked on the schema's text as it was read.
//!
//! To compile a schema takes longer than to check values with it, and the schemas of charts are long and simple.
//! What is answered here is what the validator answers; what is in doubt is left to it. Schemas are known to be
//! [plain](super::plain) before.

use std::cell::Cell;

use serde_json::{Map, Value as Json};

use super::plain::Draft;

/// Up to here a float holds every integer.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// How many references are followed. Schemas in which every level asks the next one twice are the validator's.
const REFERENCES: usize = 20_000;

/// How deep references may lie in one another.
const DEPTH: usize = 64;

/// Whether a value meets a plain schema; `None` when the validator must be asked.
pub(super) fn meets(value: &Json, schema: &Json, draft: Draft) -> Option<bool> {
    Check { root: schema, draft, followed: Cell::new(0), depth: Cell::new(0) }.meets(value, schema)
}

struct Check<'s> {
    root: &'s Json,
    draft: Draft,
    /// References that were followed, and those that are being followed.
    followed: Cell<usize>,
    depth: Cell<usize>,
}

impl Check<'_> {
    fn meets(&self, value: &Json, schema: &Json) -> Option<bool> {
        match schema {
            Json::Bool(all) => Some(*all),
            Json::Object(keywords) => {
                let mut met = true;
                for (keyword, argument) in keywords {
                    met &= self.asserts(keyword, argument, value, keywords)?;
                }
                // Whether what stands beside a reference counts was not always clear.
                if !met && self.draft <= Draft::V7 && keywords.contains_key("$ref") {
                    return None;
                }
                Some(met)
            }
            _ => None,
        }
    }

    /// Follows a reference to a definition.
    fn refers(&self, value: &Json, reference: &str) -> Option<bool> {
        let (place, name) = reference.strip_prefix("#/")?.split_once('/')?;
        let schema = self.root.get(place)?.get(name)?;
        self.followed.set(self.followed.get() + 1);
        if self.followed.get() > REFERENCES || self.depth.get() >= DEPTH {
            return None;
        }
        self.depth.set(self.depth.get() + 1);
        let met = self.meets(value, schema);
        self.depth.set(self.depth.get() - 1);
        met
    }

    /// What one keyword says of a value. `if`, `properties` and their like look at the keywords beside them.
    fn asserts(
        &self,
        keyword: &str,
        argument: &Json,
        value: &Json,
        beside: &Map<String, Json>,
    ) -> Option<bool> {
        let draft = self.draft;
        let all = |schemas: &Json| -> Option<usize> {
            let schemas = schemas.as_array()?;
            schemas.iter().map(|schema| self.meets(value, schema).map(usize::from)).sum()
        };
        match keyword {
            "type" => match argument {
                Json::String(name) => is_a(value, name),
                names => {
                    let names = names.as_array()?.iter();
                    Some(
                        names
                            .map(|name| is_a(value, name.as_str()?))
                            .collect::<Option<Vec<_>>>()?
                            .contains(&true),
                    )
                }
            },
            "enum" => {
                let items = argument.as_array()?.iter();
                Some(items.map(|item| is_equal(value, item)).collect::<Option<Vec<_>>>()?.contains(&true))
            }
            "const" if draft > Draft::V4 => is_equal(value, argument),
            "required" => {
                let Json::Object(members) = value else { return Some(true) };
                Some(
                    argument
                        .as_array()?
                        .iter()
                        .all(|name| name.as_str().is_some_and(|n| members.contains_key(n))),
                )
            }
            "properties" => {
                let Json::Object(members) = value else { return Some(true) };
                let mut met = true;
                for (name, schema) in argument.as_object()? {
                    if let Some(member) = members.get(name) {
                        met &= self.meets(member, schema)?;
                    }
                }
                Some(met)
            }
            "additionalProperties" => {
                let Json::Object(members) = value else { return Some(true) };
                if let Some(patterns) = beside.get("patternProperties")
                    && fits_all(patterns, members)?
                {
                    return Some(true);
                }
                let named = beside.get("properties").and_then(Json::as_object);
                let mut met = true;
                for (name, member) in members {
                    if !named.is_some_and(|named| named.contains_key(name)) {
                        met &= self.meets(member, argument)?;
                    }
                }
                Some(met)
            }
            "patternProperties" => {
                let Json::Object(members) = value else { return Some(true) };
                let mut met = true;
                if fits_all(argument, members)? {
                    for schema in argument.as_object()?.values() {
                        for member in members.values() {
                            met &= self.meets(member, schema)?;
                        }
                    }
                }
                Some(met)
            }
            "items" => {
                let Json::Array(items) = value else { return Some(true) };
                // A list of schemas is for the validator.
                if argument.is_array() || beside.contains_key("prefixItems") {
                    return None;
                }
                let mut met = true;
                for item in items {
                    met &= self.meets(item, argument)?;
                }
                Some(met)
            }
            "allOf" => Some(all(argument)? == argument.as_array()?.len()),
            "anyOf" => Some(all(argument)? > 0),
            "oneOf" => Some(all(argument)? == 1),
            "not" => self.meets(value, argument).map(|met| !met),
            "if" if draft >= Draft::V7 => {
                let branch = if self.meets(value, argument)? { "then" } else { "else" };
                beside.get(branch).map_or(Some(true), |schema| self.meets(value, schema))
            }
            "then" | "else" if draft >= Draft::V7 => Some(true),
            // Those of other places are not plain.
            "$ref" => self.refers(value, argument.as_str()?),
            "minimum" => number(value, argument, |value, bound| value >= bound),
            "maximum" => number(value, argument, |value, bound| value <= bound),
            "minLength" | "maxLength" => {
                let Json::String(text) = value else { return Some(true) };
                bounded(keyword, text.chars().count(), argument)
            }
            "minItems" | "maxItems" => match value {
                Json::Array(items) => bounded(keyword, items.len(), argument),
                _ => Some(true),
            },
            "minProperties" | "maxProperties" => match value {
                Json::Object(members) => bounded(keyword, members.len(), argument),
                _ => Some(true),
            },
            // Only texts have these.
            "pattern" | "format" | "contentEncoding" | "contentMediaType" | "contentSchema" => {
                if value.is_string() { None } else { Some(true) }
            }
            // They say something only where they are asked for, or to people.
            "$schema" | "$comment" | "title" | "description" | "default" | "examples" | "definitions"
            | "$defs" | "readOnly" | "writeOnly" | "deprecated" => Some(true),
            _ if is_known(keyword) => None,
            _ => Some(true),
        }
    }
}

/// Whether there are patterns and every name fits each of them: nearly all that charts have fit whatever comes. The
/// others are for the validator.
fn fits_all(patterns: &Json, members: &Map<String, Json>) -> Option<bool> {
    let patterns = patterns.as_object()?;
    for pattern in patterns.keys() {
        match pattern.as_str() {
            ".*" => {}
            // The point does not fit where a line ends, whatever that may be.
            "^.*$" if members.keys().all(|name| !name.contains(['\n', '\r', '\u{2028}', '\u{2029}'])) => {}
            _ => return None,
        }
    }
    Some(!patterns.is_empty())
}

/// Keywords of some draft that only the validator knows here.
fn is_known(keyword: &str) -> bool {
    const KNOWN: [&str; 26] = [
        "$id",
        "id",
        "$anchor",
        "$dynamicAnchor",
        "$dynamicRef",
        "$recursiveAnchor",
        "$recursiveRef",
        "$vocabulary",
        "additionalItems",
        "const",
        "contains",
        "dependencies",
        "dependentRequired",
        "dependentSchemas",
        "else",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "if",
        "maxContains",
        "minContains",
        "multipleOf",
        "prefixItems",
        "propertyNames",
        "then",
        "unevaluatedItems",
        "unevaluatedProperties",
    ];
    keyword == "uniqueItems" || KNOWN.contains(&keyword)
}

fn is_a(value: &Json, name: &str) -> Option<bool> {
    Some(match (name, value) {
        ("null", Json::Null)
        | ("boolean", Json::Bool(_))
        | ("string", Json::String(_))
        | ("array", Json::Array(_))
        | ("object", Json::Object(_))
        | ("number", Json::Number(_)) => true,
        ("integer", Json::Number(number)) => {
            if number.is_f64() && number.as_f64()?.fract() == 0.0 {
                return None;
            }
            !number.is_f64()
        }
        _ => false,
    })
}

/// Numbers are equal whatever they are written as, which is the validator's to tell for all but integers.
fn is_equal(value: &Json, other: &Json) -> Option<bool> {
    match (value, other) {
        (Json::Number(a), Json::Number(b)) => (!a.is_f64() && !b.is_f64()).then(|| a == b),
        (Json::Array(_), Json::Array(_)) | (Json::Object(_), Json::Object(_)) => None,
        _ => Some(value == other),
    }
}

fn number(value: &Json, bound: &Json, met: fn(f64, f64) -> bool) -> Option<bool> {
    let Json::Number(value) = value else { return Some(true) };
    let (value, bound) = (value.as_f64()?, bound.as_f64()?);
    (value.abs() < EXACT && bound.abs() < EXACT).then(|| met(value, bound))
}

fn bounded(keyword: &str, length: usize, bound: &Json) -> Option<bool> {
    let (length, bound) = (u64::try_from(length).ok()?, bound.as_u64()?);
    Some(if keyword.starts_with("min") { length >= bound } else { length <= bound })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{meets_plain, plain};
    use super::*;

    const TYPES: [&str; 7] = ["array", "boolean", "integer", "null", "number", "object", "string"];

    /// A generator that needs nothing: xorshift.
    struct Dice(u64);

    impl Dice {
        fn roll(&mut self, sides: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            (self.0 >> 11) as usize % sides
        }

        fn scalar(&mut self) -> Json {
            match self.roll(12) {
                0 => Json::Null,
                1 => json!(true),
                2 => json!(false),
                3 => json!(0),
                4 => json!(1),
                5 => json!(-3),
                6 => json!(1.5),
                7 => json!(2.0),
                8 => json!(18_446_744_073_709_551_615_u64),
                9 => json!(""),
                10 => json!("é1"),
                _ => json!("a@b.c"),
            }
        }

        fn value(&mut self, depth: usize) -> Json {
            match self.roll(if depth > 2 { 2 } else { 5 }) {
                0 | 1 => self.scalar(),
                2 => (0..self.roll(4)).map(|_| self.value(depth + 1)).collect(),
                _ => {
                    let names = ["a", "b", "c\n"];
                    let members =
                        (0..self.roll(4)).map(|_| (names[self.roll(3)].to_owned(), self.value(depth + 1)));
                    Json::Object(members.collect())
                }
            }
        }

        fn schema(&mut self, depth: usize) -> Json {
            if depth > 3 || self.roll(12) == 0 {
                return json!(self.roll(3) > 0);
            }
            let mut keywords = Map::new();
            for _ in 0..=self.roll(4) {
                let (keyword, argument) = self.keyword(depth + 1);
                keywords.insert(keyword.to_owned(), argument);
            }
            Json::Object(keywords)
        }

        fn keyword(&mut self, depth: usize) -> (&'static str, Json) {
            let bound = json!(self.roll(4));
            match self.roll(30) {
                0..=3 => ("type", json!(TYPES[self.roll(7)])),
                4 => {
                    let first = self.roll(6);
                    ("type", json!([TYPES[first], TYPES[first + 1]]))
                }
                5 => ("enum", json!([self.value(2), "a@b.c", 1])),
                6 => ("const", self.value(2)),
                7 => ("required", json!(["a"])),
                8..=11 => ("properties", json!({"a": self.schema(depth), "b": self.schema(depth)})),
                12 | 13 => ("additionalProperties", self.schema(depth)),
                14 | 15 => ("items", self.schema(depth)),
                16 => ("allOf", json!([self.schema(depth), self.schema(depth)])),
                17 => ("anyOf", json!([self.schema(depth), self.schema(depth)])),
                18 => ("oneOf", json!([self.schema(depth), self.schema(depth)])),
                19 => ("not", self.schema(depth)),
                20 => ("if", self.schema(depth)),
                21 => ("then", self.schema(depth)),
                22 => ("else", self.schema(depth)),
                23 => ("minimum", bound),
                24 => ("maximum", bound),
                25 => ("minLength", bound),
                26 => ("maxItems", bound),
                27 => ("minProperties", bound),
                28 => match self.roll(3) {
                    0 => ("x-unknown", self.value(1)),
                    1 => ("$ref", json!("#/definitions/d")),
                    _ => ("$ref", json!("#/$defs/e")),
                },
                _ => match self.roll(6) {
                    0 => ("uniqueItems", json!(true)),
                    1 => ("pattern", json!("^a")),
                    2 => ("exclusiveMinimum", bound),
                    3 => {
                        ("patternProperties", json!({["^a", ".*", "^.*$"][self.roll(3)]: self.schema(depth)}))
                    }
                    4 => ("contains", self.schema(depth)),
                    _ => ("multipleOf", json!(2)),
                },
            }
        }
    }

    #[test]
    fn what_is_answered_is_what_the_validator_answers() {
        let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
        let urls = [
            "http://json-schema.org/draft-04/schema#",
            "http://json-schema.org/draft-06/schema#",
            "http://json-schema.org/draft-07/schema#",
            "https://json-schema.org/draft/2019-09/schema",
            "https://json-schema.org/draft/2020-12/schema",
        ];
        let mut answers = [0; 3];
        for round in 0..6000 {
            let mut schema = dice.schema(0);
            let Json::Object(keywords) = &mut schema else { continue };
            // Nothing in them refers to the other: the validator would not come back.
            keywords.insert("definitions".to_owned(), json!({"d": {"type": TYPES[dice.roll(7)]}}));
            keywords.insert("$defs".to_owned(), json!({"e": {"$ref": "#/definitions/d", "minItems": 1}}));
            if round % 6 > 0 {
                keywords.insert("$schema".to_owned(), json!(urls[round % 5]));
            }
            let Some(draft) = plain::draft(&schema) else { continue };
            for _ in 0..4 {
                let value = dice.value(0);
                match meets(&value, &schema, draft) {
                    Some(met) => {
                        answers[usize::from(met)] += 1;
                        assert_eq!(met, meets_plain(&value, &schema), "{schema} of {value}");
                    }
                    None => answers[2] += 1,
                }
            }
        }
        // It answers, and it does not always answer the same.
        assert!(answers.iter().all(|count| *count > 1000), "{answers:?}");
    }
}
