//! What does not meet a schema, one by one, for reports that say more than the validator's tree.

use serde_json::Value as Json;

use super::tree::{self, Names, Node};
use super::{Document, LOCATION};

/// The most that are told.
const MOST: usize = 32;

/// A value that a schema refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Names of the charts from the root's name down to the one whose schema it is, by alias where they have one.
    pub chart: Vec<String>,
    /// Keys and indices down to the value, from that chart's values on.
    pub location: Vec<String>,
    /// What is wrong, in the validator's words.
    pub text: String,
    /// Keys down to what says so in the chart's values.schema.json; `None` when another document says so.
    pub schema: Option<Vec<String>>,
    /// The schema's description of the value.
    pub description: Option<String>,
    /// Properties that should not be there.
    pub unexpected: Vec<String>,
    /// Properties that should.
    pub missing: Vec<String>,
    /// The properties that the schema names at this place.
    pub known: Vec<String>,
    /// The texts that the schema allows, when it lists them.
    pub allowed: Vec<String>,
}

/// The leaves of a tree of errors, without the chart.
pub(super) fn of(nodes: &[Node], documents: &[Document]) -> Vec<Violation> {
    let mut found = Vec::new();
    collect(nodes, documents, &mut found);
    found
}

fn collect(nodes: &[Node], documents: &[Document], found: &mut Vec<Violation>) {
    // The tree is no deeper than values and schemas, which are bounded.
    for node in nodes {
        if found.len() >= MOST {
            return;
        }
        if !node.causes.is_empty() {
            collect(&node.causes, documents, found);
            continue;
        }
        let schema = tree::at(documents, &node.schema);
        let texts = |key: &str| {
            let list = schema.and_then(|schema| schema.get(key)).and_then(Json::as_array);
            list.into_iter().flatten().filter_map(|item| item.as_str().map(str::to_owned)).collect()
        };
        let known = schema.and_then(|schema| schema.get("properties")).and_then(Json::as_object);
        let (unexpected, missing) = match &node.names {
            Names::None => (Vec::new(), Vec::new()),
            Names::Unexpected(names) => (names.clone(), Vec::new()),
            Names::Missing(names) => (Vec::new(), names.clone()),
        };
        let description = schema.and_then(|schema| schema.get("description")).and_then(Json::as_str);
        found.push(Violation {
            chart: Vec::new(),
            location: node.location.clone(),
            text: node.text.clone(),
            schema: pointer(&node.schema),
            description: description.map(str::to_owned),
            unexpected,
            missing,
            known: known.into_iter().flat_map(|known| known.keys().cloned()).collect(),
            allowed: texts("enum"),
        });
    }
}

/// The keys to a place in the chart's own schema.
fn pointer(url: &str) -> Option<Vec<String>> {
    let (document, pointer) = url.split_once('#')?;
    (document == LOCATION).then(|| pointer.split('/').skip(1).map(tree::unescape).collect())
}
