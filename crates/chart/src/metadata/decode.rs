//! A YAML tree → Chart.yaml's fields, with the words Go's JSON decoder finds when a type is wrong.

use std::collections::BTreeMap;

use govalue::yaml::Wanted;
use govalue::{Map, Value};

use super::{Dependency, Maintainer, Metadata};

/// Where the decoder stands: the struct it fills and the path of fields down to it.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    /// Go's name of the struct: `Metadata`.
    pub(crate) owner: &'a str,
    /// Fields passed through, each with a dot behind it: `dependencies.`.
    pub(crate) path: &'a str,
}

/// Where Chart.yaml has strings.
pub(crate) static METADATA: Wanted = Wanted::Struct(&[
    ("name", Wanted::Text),
    ("home", Wanted::Text),
    ("sources", TEXTS),
    ("version", Wanted::Text),
    ("description", Wanted::Text),
    ("keywords", TEXTS),
    (
        "maintainers",
        Wanted::List(&Wanted::Struct(&[
            ("name", Wanted::Text),
            ("email", Wanted::Text),
            ("url", Wanted::Text),
        ])),
    ),
    ("icon", Wanted::Text),
    ("apiVersion", Wanted::Text),
    ("condition", Wanted::Text),
    ("tags", Wanted::Text),
    ("appVersion", Wanted::Text),
    ("annotations", Wanted::Map(&Wanted::Text)),
    ("kubeVersion", Wanted::Text),
    ("dependencies", DEPENDENCIES),
    ("type", Wanted::Text),
]);

/// Where Chart.lock has strings.
pub(crate) static LOCK: Wanted = Wanted::Struct(&[("digest", Wanted::Text), ("dependencies", DEPENDENCIES)]);

/// What [`api_version`] reads.
pub(crate) static API_VERSION: Wanted = Wanted::Struct(&[("apiVersion", Wanted::Text)]);

const TEXTS: Wanted = Wanted::List(&Wanted::Text);

const DEPENDENCIES: Wanted = Wanted::List(&Wanted::Struct(&[
    ("name", Wanted::Text),
    ("version", Wanted::Text),
    ("repository", Wanted::Text),
    ("condition", Wanted::Text),
    ("tags", TEXTS),
    ("alias", Wanted::Text),
]));

type Decoded<T> = Result<T, govalue::Error>;

impl Metadata {
    /// Takes over the fields that a document names; others keep what they have.
    pub(crate) fn decode(&mut self, document: &Value) -> Decoded<()> {
        let Some(map) = table(document, "v2.Metadata", None)? else { return Ok(()) };
        let place = Place { owner: "Metadata", path: "" };
        each_field(map, |name, value| {
            match name {
                "name" => string(&mut self.name, value, place, name)?,
                "home" => string(&mut self.home, value, place, name)?,
                "sources" => strings(&mut self.sources, value, place, name)?,
                "version" => string(&mut self.version, value, place, name)?,
                "description" => string(&mut self.description, value, place, name)?,
                "keywords" => strings(&mut self.keywords, value, place, name)?,
                "maintainers" => {
                    self.maintainers =
                        structs(value, place, name, "v2.Maintainer", |m: &mut Maintainer, map| {
                            let place = Place { owner: "Maintainer", path: "maintainers." };
                            each_field(map, |name, value| match name {
                                "name" => string(&mut m.name, value, place, name),
                                "email" => string(&mut m.email, value, place, name),
                                "url" => string(&mut m.url, value, place, name),
                                _ => Ok(()),
                            })
                        })?
                        .unwrap_or_default();
                }
                "icon" => string(&mut self.icon, value, place, name)?,
                "apiversion" => string(&mut self.api_version, value, place, "apiVersion")?,
                "condition" => string(&mut self.condition, value, place, name)?,
                "tags" => string(&mut self.tags, value, place, name)?,
                "appversion" => string(&mut self.app_version, value, place, "appVersion")?,
                "deprecated" => boolean(&mut self.deprecated, value, place, name)?,
                "annotations" => annotations(&mut self.annotations, value, place)?,
                "kubeversion" => string(&mut self.kube_version, value, place, "kubeVersion")?,
                "dependencies" => self.dependencies = dependencies(value, place)?,
                "type" => string(&mut self.kind, value, place, name)?,
                _ => {}
            }
            Ok(())
        })
    }
}

/// Only the `apiVersion`, as Helm reads it first to choose a loader.
pub(crate) fn api_version(document: &Value) -> Decoded<String> {
    let mut version = String::new();
    let Some(map) = table(document, "loader.chartBase", None)? else { return Ok(version) };
    let place = Place { owner: "chartBase", path: "" };
    each_field(map, |name, value| match name {
        "apiversion" => string(&mut version, value, place, "apiVersion"),
        _ => Ok(()),
    })?;
    Ok(version)
}

/// The `dependencies` list of Chart.yaml, requirements.yaml or a lock; `None` for null.
pub(crate) fn dependencies(value: &Value, place: Place<'_>) -> Decoded<Option<Vec<Option<Dependency>>>> {
    structs(value, place, "dependencies", "v2.Dependency", |dependency: &mut Dependency, map| {
        let place = Place { owner: "Dependency", path: "dependencies." };
        each_field(map, |name, value| match name {
            "name" => string(&mut dependency.name, value, place, name),
            "version" => string(&mut dependency.version, value, place, name),
            "repository" => string(&mut dependency.repository, value, place, name),
            "condition" => string(&mut dependency.condition, value, place, name),
            "tags" => strings(&mut dependency.tags, value, place, name),
            "enabled" => boolean(&mut dependency.enabled, value, place, name),
            "import-values" => match value {
                Value::Nil => {
                    dependency.import_values.clear();
                    Ok(())
                }
                Value::List(list) => {
                    dependency.import_values = list.to_vec();
                    Ok(())
                }
                other => Err(mismatch(other, place, name, "[]interface {}")),
            },
            "alias" => string(&mut dependency.alias, value, place, name),
            _ => Ok(()),
        })
    })
}

/// Calls with every key in lower case: Go matches field names without regard to case.
pub(crate) fn each_field(map: &Map, mut field: impl FnMut(&str, &Value) -> Decoded<()>) -> Decoded<()> {
    for (key, value) in map.borrow().iter() {
        field(&key.to_str_lossy().to_ascii_lowercase(), value)?;
    }
    Ok(())
}

/// A string field. Numbers and booleans become text, as sigs.k8s.io/yaml turns them for a string's sake.
pub(crate) fn string(target: &mut String, value: &Value, place: Place<'_>, field: &str) -> Decoded<()> {
    match text(value) {
        Some(text) => *target = text,
        None if value.is_nil() => {}
        None => return Err(mismatch(value, place, field, "string")),
    }
    Ok(())
}

fn text(value: &Value) -> Option<String> {
    Some(match value {
        Value::Str(text) => text.to_str_lossy().into_owned(),
        Value::Bool(b) => b.to_string(),
        Value::Int(kind, n) if kind.is_unsigned() => n.cast_unsigned().to_string(),
        Value::Int(_, n) => n.to_string(),
        // Helm: a float becomes text as if it had 32 bits.
        Value::Float(_, n) => govalue::print::format_float(f64::from(*n as f32), b'g', -1, 32),
        _ => return None,
    })
}

fn boolean(target: &mut bool, value: &Value, place: Place<'_>, field: &str) -> Decoded<()> {
    match value {
        Value::Nil => {}
        Value::Bool(b) => *target = *b,
        other => return Err(mismatch(other, place, field, "bool")),
    }
    Ok(())
}

fn strings(target: &mut Vec<String>, value: &Value, place: Place<'_>, field: &str) -> Decoded<()> {
    target.clear();
    match value {
        Value::Nil => {}
        Value::List(list) => {
            for item in list.iter() {
                let mut text = String::new();
                string(&mut text, item, place, field)?;
                target.push(text);
            }
        }
        other => return Err(mismatch(other, place, field, "[]string")),
    }
    Ok(())
}

fn annotations(
    target: &mut Option<BTreeMap<String, String>>,
    value: &Value,
    place: Place<'_>,
) -> Decoded<()> {
    match value {
        Value::Nil => *target = None,
        Value::Map(map) => {
            let entries = target.get_or_insert_default();
            for (key, value) in map.borrow().iter() {
                let mut text = String::new();
                string(&mut text, value, place, "annotations")?;
                entries.insert(key.to_str_lossy().into_owned(), text);
            }
        }
        other => return Err(mismatch(other, place, "annotations", "map[string]string")),
    }
    Ok(())
}

fn structs<T: Default>(
    value: &Value,
    place: Place<'_>,
    field: &str,
    type_name: &str,
    fill: impl Fn(&mut T, &Map) -> Decoded<()>,
) -> Decoded<Option<Vec<Option<T>>>> {
    let list = match value {
        Value::Nil => return Ok(None),
        Value::List(list) => list,
        other => return Err(mismatch(other, place, field, &format!("[]*{type_name}"))),
    };
    let decode = |item: &Value| {
        let Some(map) = table(item, type_name, Some((place, field)))? else { return Ok(None) };
        let mut target = T::default();
        fill(&mut target, map)?;
        Ok(Some(target))
    };
    list.iter().map(decode).collect::<Decoded<Vec<_>>>().map(Some)
}

/// The table that fills a struct; `None` for null.
pub(crate) fn table<'v>(
    value: &'v Value,
    type_name: &str,
    field: Option<(Place<'_>, &str)>,
) -> Decoded<Option<&'v Map>> {
    match value {
        Value::Nil => Ok(None),
        Value::Map(map) => Ok(Some(map)),
        other => Err(match field {
            Some((place, field)) => mismatch(other, place, field, type_name),
            None => decode_error(&format!(
                "json: cannot unmarshal {} into Go value of type {type_name}",
                json_kind(other)
            )),
        }),
    }
}

fn mismatch(value: &Value, place: Place<'_>, field: &str, type_name: &str) -> govalue::Error {
    let kind = json_kind(value);
    let Place { owner, path } = place;
    decode_error(&format!(
        "json: cannot unmarshal {kind} into Go struct field {owner}.{path}{field} of type {type_name}"
    ))
}

pub(crate) fn decode_error(message: &str) -> govalue::Error {
    govalue::Error::new(format!("error unmarshaling JSON: while decoding JSON: {message}"))
}

fn json_kind(value: &Value) -> &'static str {
    match value {
        Value::Nil => "null",
        Value::Bool(_) => "bool",
        Value::Int(..) | Value::Float(..) => "number",
        Value::Str(_) | Value::Bytes(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) | Value::Object(_) => "object",
    }
}
