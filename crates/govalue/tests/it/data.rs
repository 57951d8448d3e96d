//! Recorded cases and the typed JSON they are written in: JSON as Go reads it into `any`, plus objects of one key
//! that begins with `$` for every other type. The conformance folder's README lists the vocabulary.

use std::any::Any;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use govalue::{
    CallResult, Complex, FloatKind, IntKind, Kind, List, Map, Method, Object, Signature, Str, Type, Value,
    json, number, types,
};

/// The cases of a suite: this crate's own and those of the conformance folder, one map per line.
pub(crate) fn cases(suite: &str) -> Vec<Map> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = listed(&root.join("../../conformance/cases").join(suite));
    files.extend(
        listed(&root.join("tests/cases")).into_iter().filter(|file| file.ends_with(format!("{suite}.jsonl"))),
    );
    // The first line of a recorded file names the oracle.
    files.iter().flat_map(|file| lines(file)).filter(|case| case.contains_key("kind")).collect()
}

#[expect(clippy::disallowed_methods, reason = "tests read their cases")]
fn listed(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    files
}

/// The lines of a file, each of which is an object.
#[expect(clippy::disallowed_methods, reason = "tests read their cases")]
pub(crate) fn lines(file: &Path) -> Vec<Map> {
    let text = std::fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let lines = text.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
    let maps = lines.map(|line| match json::read_with(line, json::Numbers::AsWritten) {
        Ok(Value::Map(map)) => map,
        other => panic!("{}: {other:?}", file.display()),
    });
    maps.collect()
}

/// A text of a case; one that is not UTF-8 is in base64 under another name.
pub(crate) fn text(case: &Map, name: &str) -> Option<Vec<u8>> {
    match (case.get(name), case.get(format!("{name}_b64"))) {
        (Some(Value::Str(text)), _) => Some(text.to_vec()),
        (_, Some(Value::Str(text))) => Some(from_base64(&text)),
        _ => None,
    }
}

/// How a case is called in failures.
pub(crate) fn name(case: &Map) -> String {
    let id = text(case, "id").or_else(|| text(case, "in")).unwrap_or_default();
    String::from_utf8_lossy(&id).into_owned()
}

/// The recorded answer: a text, or the error that Go gave.
pub(crate) fn answer(case: &Map) -> Result<Vec<u8>, String> {
    match text(case, "err") {
        Some(error) => Err(String::from_utf8_lossy(&error).into_owned()),
        None => Ok(text(case, "out").unwrap_or_default()),
    }
}

/// Reports every case that differs, not only the first.
pub(crate) fn check(suite: &str, compare: impl Fn(&Map) -> Option<(String, String)>) {
    let cases = cases(suite);
    assert!(!cases.is_empty(), "no cases of {suite}");
    let differing: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let (got, wanted) = compare(case)?;
            (got != wanted).then(|| format!("{}\n  Go:  {wanted}\n  got: {got}", name(case)))
        })
        .collect();
    let (count, total) = (differing.len(), cases.len());
    assert!(count == 0, "{count} of {total} differ:\n{}", differing[..count.min(40)].join("\n"));
}

/// A value and all its types as text, so that NaN equals itself.
pub(crate) fn shown(value: &Value) -> String {
    String::from_utf8_lossy(&govalue::print::sprintf(b"%#v", std::slice::from_ref(value))).into_owned()
}

/// The value that typed JSON stands for; `None` for what we cannot hold (maps whose keys are no strings).
pub(crate) fn typed(value: &Value) -> Option<Value> {
    Some(match value {
        Value::Object(_) => Value::float(float(value)),
        Value::List(list) => Value::List(List::new(list.iter().map(typed).collect::<Option<_>>()?)),
        Value::Map(map) => match map.iter().next() {
            Some((key, inner)) if map.len() == 1 && key.starts_with(b"$") => {
                object(&key.to_str_lossy(), &inner)?
            }
            _ => typed_map(map)?,
        },
        other => other.clone(),
    })
}

fn typed_map(map: &Map) -> Option<Value> {
    let out = Map::new();
    for (key, item) in map.iter() {
        out.insert(key, typed(&item)?);
    }
    Some(Value::Map(out))
}

fn object(key: &str, value: &Value) -> Option<Value> {
    let text = match value {
        Value::Object(number) => number.text().unwrap_or_default(),
        Value::Str(text) => text.clone(),
        _ => Str::EMPTY,
    };
    let list = || value.as_list().map(|list| list.to_vec()).unwrap_or_default();
    let int = |kind| Value::Int(kind, integer(&text));
    Some(match key {
        "$int" => int(IntKind::Int),
        "$int8" => int(IntKind::Int8),
        "$int16" => int(IntKind::Int16),
        "$int32" => int(IntKind::Int32),
        "$int64" => int(IntKind::Int64),
        "$uint" => int(IntKind::Uint),
        "$uint8" => int(IntKind::Uint8),
        "$uint16" => int(IntKind::Uint16),
        "$uint32" => int(IntKind::Uint32),
        "$uint64" => int(IntKind::Uint64),
        "$duration" => int(IntKind::Duration),
        "$float32" => Value::Float(FloatKind::Float32, f64::from(float(value) as f32)),
        "$float64" => Value::float(float(value)),
        "$number" => Value::Object(Rc::new(json::Number(text))),
        "$bytes" => Value::bytes(&from_base64(&text)),
        "$str_b64" => Value::Str(Str::from(from_base64(&text))),
        "$strs" => Value::List(List::typed(&types::LIST_STRING, list())),
        "$ints" => {
            let ints = list().iter().map(|item| Value::int(float(item) as i64)).collect();
            Value::List(List::typed(&types::LIST_INT, ints))
        }
        "$int64s" => {
            let ints = list().iter().map(|item| Value::int64(float(item) as i64)).collect();
            Value::List(List::typed(&LIST_INT64, ints))
        }
        "$bools" => Value::List(List::typed(&LIST_BOOL, list())),
        "$floats" => {
            let floats = list().iter().map(|item| Value::float(float(item))).collect();
            Value::List(List::typed(&types::LIST_FLOAT64, floats))
        }
        "$maps" => {
            let maps = list().iter().map(|item| typed_map(item.as_map()?)).collect::<Option<_>>()?;
            Value::List(List::typed(&types::LIST_MAP_ANY, maps))
        }
        "$strmap" => Value::Map(Map::from_entries(&types::MAP_STRING, value.as_map()?.borrow().clone())),
        "$map" => typed_map(value.as_map()?)?,
        "$nil" => match text.as_str()? {
            "map[string]interface {}" => Value::Map(Map::nil(&types::MAP_ANY)),
            "[]interface {}" => Value::List(List::nil(&types::LIST_ANY)),
            "[]string" => Value::List(List::nil(&types::LIST_STRING)),
            "[]uint8" => Value::List(List::nil(&types::BYTES)),
            _ => return None,
        },
        "$complex" => {
            let (real, imaginary) = (float(&list()[0]), float(&list()[1]));
            Value::Object(Rc::new(Complex { real, imaginary }))
        }
        "$error" => Value::Object(Rc::new(ErrorString(text))),
        _ => return None,
    })
}

fn integer(text: &[u8]) -> i64 {
    number::parse_int(text, 10, 64)
        .or_else(|_| number::parse_uint(text, 10, 64).map(|n| n as i64))
        .unwrap_or_else(|error| panic!("{error}"))
}

fn float(value: &Value) -> f64 {
    let text = match value {
        Value::Object(number) => number.text().unwrap_or_default(),
        Value::Str(text) => text.clone(),
        other => panic!("no number: {other:?}"),
    };
    number::parse_float(&text, 64).unwrap_or_else(|error| panic!("{error}"))
}

fn from_base64(text: &[u8]) -> Vec<u8> {
    let digit = |byte: &u8| match byte {
        b'A'..=b'Z' => Some(u32::from(byte - b'A')),
        b'a'..=b'z' => Some(u32::from(byte - b'a') + 26),
        b'0'..=b'9' => Some(u32::from(byte - b'0') + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let digits: Vec<u32> = text.iter().filter_map(digit).collect();
    let chunk = |chunk: &[u32]| {
        let group = (0..4).fold(0, |group, place| group << 6 | chunk.get(place).copied().unwrap_or(0));
        group.to_be_bytes()[1..chunk.len()].to_vec()
    };
    digits.chunks(4).flat_map(chunk).collect()
}

static LIST_INT64: Type = Type::plain("[]int64", Kind::Slice, Some(&types::INT64));
static LIST_BOOL: Type = Type::plain("[]bool", Kind::Slice, Some(&types::BOOL));

/// `errors.New(text)`.
struct ErrorString(Str);

static ERROR_STRING: Type = Type::plain("errors.errorString", Kind::Struct, None);
static ERROR_POINTER: Type = Type {
    name: "*errors.errorString",
    kind: Kind::Ptr,
    elem: Some(&ERROR_STRING),
    methods: &[Method {
        name: "Error",
        signature: Signature { params: &[], variadic: false },
        call: error_text,
    }],
};

fn error_text(receiver: &Value, _: &[Value]) -> CallResult {
    Ok(receiver.as_object::<ErrorString>().map_or(Value::Nil, |error| Value::Str(error.0.clone())))
}

impl Object for ErrorString {
    fn ty(&self) -> &'static Type {
        &ERROR_POINTER
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![("s", Value::Str(self.0.clone()))]
    }

    fn text(&self) -> Option<Str> {
        Some(self.0.clone())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
