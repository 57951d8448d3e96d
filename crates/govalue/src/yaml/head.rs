//! The head of a manifest: what tells hooks from resources and sorts them.

use std::collections::BTreeMap;

use super::Limits;
use super::exact::{self, entries, short_float};
use super::node::{Document, Kind};
use super::read::{Decoder, Mode};
use super::resolve::{Scalar, scalar};
use super::source::Source;
use super::text::valid_utf8;
use super::wanted::{Wanted, folds_to};
use crate::{Error, Str};

/// What Helm reads of a manifest before anything else.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    /// `apiVersion`
    pub api_version: Str,
    /// `kind`
    pub kind: Str,
    /// `metadata.name`
    pub name: Str,
    /// `metadata.namespace`, which only [`object`] reads.
    pub namespace: Str,
    /// `metadata.annotations`
    pub annotations: BTreeMap<Str, Str>,
}

impl Head {
    /// An annotation by name.
    pub fn annotation(&self, name: &[u8]) -> Option<&Str> {
        self.annotations.get(name)
    }
}

/// The struct that Helm reads a head into: what it is called in errors, and which fields it has.
struct Target {
    /// The type of the whole.
    whole: &'static str,
    /// The fields in errors, from the struct's name on.
    api_version: &'static str,
    kind: &'static str,
    metadata: &'static str,
    /// Go's name of the type of `metadata`.
    metadata_type: &'static str,
    name: &'static str,
    annotations: Option<&'static str>,
    namespace: Option<&'static str>,
    wanted: &'static Wanted,
}

/// What sorts manifests.
const SIMPLE_HEAD: Target = Target {
    whole: "util.SimpleHead",
    api_version: "SimpleHead.apiVersion",
    kind: "SimpleHead.kind",
    metadata: "SimpleHead.metadata",
    metadata_type: r#"struct { Name string "json:\"name\""; Annotations map[string]string "json:\"annotations\"" }"#,
    name: ".metadata.name",
    annotations: Some(".metadata.annotations"),
    namespace: None,
    wanted: &Wanted::Struct(&[
        ("apiVersion", Wanted::Text),
        ("kind", Wanted::Text),
        ("metadata", Wanted::Struct(&[("name", Wanted::Text), ("annotations", Wanted::Map(&Wanted::Text))])),
    ]),
};

/// What lint looks at.
const LINTED: Target = Target {
    whole: "rules.k8sYamlStruct",
    api_version: "k8sYamlStruct.apiVersion",
    kind: "k8sYamlStruct.Kind",
    metadata: "k8sYamlStruct.Metadata",
    metadata_type: "rules.k8sYamlMetadata",
    name: "k8sYamlMetadata.Metadata.Name",
    annotations: None,
    namespace: Some("k8sYamlMetadata.Metadata.Namespace"),
    wanted: &Wanted::Struct(&[
        ("apiVersion", Wanted::Text),
        ("kind", Wanted::Text),
        ("metadata", Wanted::Struct(&[("name", Wanted::Text), ("namespace", Wanted::Text)])),
    ]),
};

/// Reads the head of a manifest. The document is checked to its end, but no value is made of the rest.
///
/// # Errors
/// When the document is not YAML, or one of the fields has a type that Helm's struct cannot hold; in the
/// words of Go.
pub fn head(bytes: &[u8]) -> Result<Head, Error> {
    read_into(bytes, &SIMPLE_HEAD, &Limits::default()).map(Option::unwrap_or_default)
}

/// As [`head`], within other limits.
///
/// # Errors
/// As [`head`].
pub fn head_within(bytes: &[u8], limits: &Limits) -> Result<Head, Error> {
    read_into(bytes, &SIMPLE_HEAD, limits).map(Option::unwrap_or_default)
}

/// Reads what `helm lint` looks at of a document: no annotations, but the namespace. `None` for null.
///
/// # Errors
/// As [`head`], with the names of lint's struct.
pub fn object(bytes: &[u8]) -> Result<Option<Head>, Error> {
    read_into(bytes, &LINTED, &Limits::default())
}

fn read_into(bytes: &[u8], target: &'static Target, limits: &Limits) -> Result<Option<Head>, Error> {
    let source = Source::new(bytes);
    let converting = |error: Error| error.prefixed("error converting YAML to JSON: ");
    let document = Document::read(&source, limits).map_err(converting)?;
    if document.nodes.is_empty() {
        return Ok(None);
    }
    let mut decoder = Decoder::new(&document, limits, Mode::Plain);
    decoder.value::<false>(0).and_then(|_| decoder.finish(target.wanted)).map_err(converting)?;
    let mut reader = Reader { document: &document, target, head: Head::default(), error: None };
    if reader.is_null(0) {
        return Ok(None);
    }
    reader.read();
    match reader.error {
        Some(error) => Err(Error::new(format!(
            "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {error}"
        ))),
        None => Ok(Some(reader.head)),
    }
}

struct Reader<'d, 'a> {
    document: &'d Document<'a>,
    target: &'static Target,
    head: Head,
    /// The first value of a wrong type: `encoding/json` goes on and tells it in the end.
    error: Option<String>,
}

impl Reader<'_, '_> {
    /// Fields are read in the order of their names as JSON has them.
    fn read(&mut self) {
        let Some(fields) = self.entries(0) else {
            self.wrong(0, &format!("value of type {}", self.target.whole));
            return;
        };
        for (name, number) in fields {
            if folds_to(&name, "apiVersion") {
                if let Some(text) = self.text(number, self.target.api_version) {
                    self.head.api_version = text;
                }
            } else if folds_to(&name, "kind") {
                if let Some(text) = self.text(number, self.target.kind) {
                    self.head.kind = text;
                }
            } else if folds_to(&name, "metadata") {
                self.metadata(number);
            }
        }
    }

    fn metadata(&mut self, number: u32) {
        let Some(fields) = self.entries(number) else {
            if self.is_null(number) {
                (self.head.name, self.head.namespace) = (Str::EMPTY, Str::EMPTY);
                self.head.annotations.clear();
            }
            let Target { metadata, metadata_type, .. } = self.target;
            self.wrong(number, &format!("struct field {metadata} of type {metadata_type}"));
            return;
        };
        for (name, number) in fields {
            if folds_to(&name, "name") {
                if let Some(text) = self.text(number, self.target.name) {
                    self.head.name = text;
                }
            } else if let Some(place) = self.target.namespace
                && folds_to(&name, "namespace")
            {
                if let Some(text) = self.text(number, place) {
                    self.head.namespace = text;
                }
            } else if let Some(place) = self.target.annotations
                && folds_to(&name, "annotations")
            {
                let Some(entries) = self.entries(number) else {
                    if self.is_null(number) {
                        self.head.annotations.clear();
                    }
                    self.wrong(number, &format!("struct field {place} of type map[string]string"));
                    continue;
                };
                for (key, number) in entries {
                    // A value of the wrong type leaves an empty string.
                    let text = self.text(number, place).unwrap_or_default();
                    self.head.annotations.insert(key, text);
                }
            }
        }
    }

    fn is_null(&self, number: u32) -> bool {
        self.json_kind(number) == "null"
    }

    fn json_kind(&self, number: u32) -> &'static str {
        match &self.document.nodes[exact::target(self.document, number) as usize].kind {
            Kind::Scalar { value, tag, implicit } => match scalar(value, tag.as_deref(), *implicit) {
                Ok(Scalar::Null) => "null",
                Ok(Scalar::Bool(_)) => "bool",
                Ok(Scalar::Int(_) | Scalar::Uint(_) | Scalar::Float(_)) => "number",
                _ => "string",
            },
            Kind::Sequence => "array",
            _ => "object",
        }
    }

    fn wrong(&mut self, number: u32, place: &str) {
        let kind = self.json_kind(number);
        if kind != "null" {
            self.error.get_or_insert_with(|| format!("{kind} into Go {place}"));
        }
    }

    /// The entries of a map; `None` when it is something else.
    fn entries(&self, number: u32) -> Option<BTreeMap<Str, u32>> {
        let entries = entries(self.document, number)?;
        Some(entries.into_iter().filter_map(|(key, value)| Some((key.text()?, value))).collect())
    }

    /// The string at a field; numbers and booleans become text where one is wanted, as sigs.k8s.io/yaml makes them.
    fn text(&mut self, number: u32, place: &str) -> Option<Str> {
        let Kind::Scalar { value, tag, implicit } =
            &self.document.nodes[exact::target(self.document, number) as usize].kind
        else {
            self.wrong(number, &format!("struct field {place} of type string"));
            return None;
        };
        Some(match scalar(value, tag.as_deref(), *implicit).ok()? {
            Scalar::Null => return None,
            Scalar::Bool(value) => Str::from_static(if value { "true" } else { "false" }),
            Scalar::Int(number) => Str::from(number.to_string()),
            Scalar::Uint(number) => Str::from(number.to_string()),
            Scalar::Float(number) => Str::from(short_float(number)),
            Scalar::Binary(bytes) => Str::from(valid_utf8(&bytes).into_owned()),
            Scalar::Timestamp | Scalar::String => Str::from_bytes(value),
        })
    }
}
