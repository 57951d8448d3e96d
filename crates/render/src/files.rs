//! `.Files`: the chart's other files, as templates read them.

use chart::File;
use govalue::types::{self, Kind, Method, Signature, Type};
use govalue::{Bytes, CallResult, List, Map, Str, Value, yaml};

use crate::manifest::base_name;

/// Builds `.Files` from names and contents.
pub(crate) fn value(files: &[File]) -> Value {
    let entries =
        files.iter().map(|file| (Str::from(&*file.name), Value::Bytes(file.data.clone()))).collect();
    Value::Map(Map::from_entries(&FILES, entries))
}

const NAME: Signature = Signature { params: &[&types::STRING], variadic: false };
const NONE: Signature = Signature { params: &[], variadic: false };

static FILES: Type = Type {
    name: "engine.files",
    kind: Kind::Map,
    elem: Some(&types::BYTES),
    methods: &[
        Method { name: "Get", signature: NAME, call: get },
        Method { name: "GetBytes", signature: NAME, call: get_bytes },
        Method { name: "Glob", signature: NAME, call: glob },
        Method { name: "AsConfig", signature: NONE, call: as_config },
        Method { name: "AsSecrets", signature: NONE, call: as_secrets },
        Method { name: "Lines", signature: NAME, call: lines },
    ],
};

fn contents(receiver: &Value, args: &[Value]) -> Option<Bytes> {
    let (Value::Map(files), Some(Value::Str(name))) = (receiver, args.first()) else { return None };
    match files.get(name) {
        Some(Value::Bytes(data)) => Some(data),
        _ => None,
    }
}

fn get(receiver: &Value, args: &[Value]) -> CallResult {
    Ok(Value::str(contents(receiver, args).map_or(Str::EMPTY, |data| Str::from_bytes(&data))))
}

fn get_bytes(receiver: &Value, args: &[Value]) -> CallResult {
    Ok(Value::Bytes(contents(receiver, args).unwrap_or_else(|| Bytes::from([]))))
}

fn glob(receiver: &Value, args: &[Value]) -> CallResult {
    let (Value::Map(files), Some(Value::Str(pattern))) = (receiver, args.first()) else {
        return Ok(receiver.clone());
    };
    // Helm: a pattern that cannot be read matches everything.
    let glob = sprig::glob::Glob::new(pattern).or_else(|_| sprig::glob::Glob::new(b"**"));
    let mut matched = govalue::Entries::new();
    if let Ok(glob) = glob {
        for (name, data) in files.iter() {
            if glob.is_match(&name) {
                matched.insert(name, data);
            }
        }
    }
    Ok(Value::Map(Map::from_entries(&FILES, matched)))
}

fn flattened(receiver: &Value, encode: fn(&[u8]) -> Str) -> CallResult {
    let Value::Map(files) = receiver else { return Ok("".into()) };
    let flat = Map::typed(&types::MAP_STRING);
    for (name, data) in files.iter() {
        if let Value::Bytes(data) = data {
            flat.insert(base_name(&name.to_str_lossy()), Value::Str(encode(&data)));
        }
    }
    // Helm: what cannot be written is the empty string, and one trailing newline is cut.
    let mut text = yaml::write(&Value::Map(flat)).unwrap_or_default();
    if text.last() == Some(&b'\n') {
        text.pop();
    }
    Ok(Value::str(text))
}

fn as_config(receiver: &Value, _: &[Value]) -> CallResult {
    flattened(receiver, Str::from_bytes)
}

fn as_secrets(receiver: &Value, _: &[Value]) -> CallResult {
    flattened(receiver, |data| Str::from(sprig::crypto::b64_encode(data)))
}

fn lines(receiver: &Value, args: &[Value]) -> CallResult {
    let data = contents(receiver, args).unwrap_or_else(|| Bytes::from([]));
    if data.is_empty() {
        return Ok(Value::List(List::typed(&types::LIST_STRING, Vec::new())));
    }
    let text = data.strip_suffix(b"\n").unwrap_or(&data);
    Ok(Value::List(List::strings(text.split(|&b| b == b'\n').map(Str::from_bytes))))
}
