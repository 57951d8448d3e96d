//! Replays calls whose answers were recorded from Helm's own function table.
//!
//! A line of `functions.txt` is a name, the arguments as typed JSON, and what came out: the answer in a notation that
//! shows dynamic types, an error after `!`, and after ` | ` the arguments as they are then, where they may change.

use std::fmt::Write as _;

use govalue::{FloatKind, IntKind, List, Map, Str, Type, Value, json, types};
use pintle_sprig::functions::{PureFunction, dates, functions, version_object};
use pintle_sprig::semver::Version;
use pintle_sprig::time::{Time, Zone};

const TYPES: &[&Type] = &[
    &types::LIST_ANY,
    &types::LIST_STRING,
    &types::LIST_INT,
    &types::LIST_FLOAT64,
    &types::LIST_MAP_ANY,
    &types::LIST_LIST_ANY,
    &types::MAP_ANY,
    &types::MAP_STRING,
];

const INTS: &[IntKind] = &[
    IntKind::Int,
    IntKind::Int8,
    IntKind::Int16,
    IntKind::Int32,
    IntKind::Int64,
    IntKind::Uint,
    IntKind::Uint8,
    IntKind::Uint16,
    IntKind::Uint32,
    IntKind::Uint64,
    IntKind::Duration,
    IntKind::Month,
    IntKind::Weekday,
];

fn type_named(name: &Value) -> &'static Type {
    let name = text(name);
    TYPES.iter().find(|ty| ty.name == name).expect("a known type")
}

fn text(value: &Value) -> String {
    value.as_str().expect("a string").to_string()
}

fn unhex(digits: &str) -> Vec<u8> {
    (0..digits.len() / 2)
        .map(|at| u8::from_str_radix(&digits[at * 2..at * 2 + 2], 16).expect("hex"))
        .collect()
}

/// Reads a value in its typed form.
fn decode(value: &Value) -> Value {
    let Value::Map(map) = value else { return value.clone() };
    let (tag, body) = map.iter().next().expect("a tag");
    let parts = body.as_list().cloned().unwrap_or_else(|| List::new(Vec::new()));
    match tag.as_str().expect("a tag") {
        "x" => Value::str(unhex(&text(&body))),
        "b" => Value::bytes(&unhex(&text(&body))),
        "i" => {
            let name = text(&parts[0]);
            let kind = INTS.iter().find(|kind| kind.type_name() == name).expect("an integer type");
            Value::Int(*kind, text(&parts[1]).parse().expect("an integer"))
        }
        "f" => {
            let kind = if text(&parts[0]) == "float32" { FloatKind::Float32 } else { FloatKind::Float64 };
            Value::Float(kind, f64::from_bits(u64::from_str_radix(&text(&parts[1]), 16).expect("bits")))
        }
        "l" => match parts.get(1) {
            None => List::nil(type_named(&parts[0])).into(),
            Some(items) => {
                let items = items.as_list().expect("a list").iter().map(decode).collect();
                List::typed(type_named(&parts[0]), items).into()
            }
        },
        "m" => match parts.get(1) {
            None => Map::nil(type_named(&parts[0])).into(),
            Some(entries) => {
                let entries = entries.as_map().expect("a map").iter().map(|(key, item)| (key, decode(&item)));
                Map::from_entries(type_named(&parts[0]), entries.collect()).into()
            }
        },
        "sv" => version_object(Version::parse(text(&body)).expect("a version")),
        "tm" => {
            let number = |at: usize| text(&parts[at]).parse().expect("a number");
            dates::time_object(Time::unix(number(0), number(1), Zone::Utc))
        }
        other => panic!("unknown tag {other}"),
    }
}

fn dump_bytes(out: &mut String, bytes: &[u8]) {
    out.push('"');
    for &byte in bytes {
        match byte {
            b'"' | b'\\' => write!(out, "\\x{byte:02x}").expect("a string takes all"),
            b' '..=b'~' => out.push(char::from(byte)),
            _ => write!(out, "\\x{byte:02x}").expect("a string takes all"),
        }
    }
    out.push('"');
}

/// Writes a value so that its dynamic types show.
fn dump(out: &mut String, value: &Value) {
    match value {
        Value::Nil => out.push_str("nil"),
        Value::Bool(b) => out.push_str(&b.to_string()),
        Value::Int(kind, n) if kind.is_unsigned() => {
            out.push_str(&format!("{}({})", kind.type_name(), *n as u64));
        }
        Value::Int(kind, n) => out.push_str(&format!("{}({n})", kind.type_name())),
        Value::Float(_, n) if n.is_nan() => out.push_str(&format!("{}(NaN)", value.type_name())),
        Value::Float(_, n) => out.push_str(&format!("{}({:016x})", value.type_name(), n.to_bits())),
        Value::Str(s) => dump_bytes(out, s),
        Value::Bytes(bytes) => {
            out.push_str("bytes:");
            for byte in bytes.iter() {
                out.push_str(&format!("{byte:02x}"));
            }
        }
        Value::List(list) if list.is_nil() => out.push_str(&format!("{}(nil)", list.ty().name)),
        Value::List(list) => {
            out.push_str(list.ty().name);
            out.push('[');
            for (index, item) in list.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                dump(out, item);
            }
            out.push(']');
        }
        Value::Map(map) if map.is_nil() => out.push_str(&format!("{}(nil)", map.ty().name)),
        Value::Map(map) => {
            let mut entries: Vec<String> = map
                .iter()
                .map(|(key, item)| {
                    let mut entry = String::new();
                    dump_bytes(&mut entry, &key);
                    entry.push(':');
                    dump(&mut entry, &item);
                    entry
                })
                .collect();
            entries.sort();
            out.push_str(&format!("{}{{{}}}", map.ty().name, entries.join(",")));
        }
        Value::Object(object) => {
            out.push_str(&format!("{}<{}>", object.ty().name, object.text().unwrap_or(Str::EMPTY)));
        }
    }
}

fn outcome(function: &PureFunction, args: &[Value]) -> String {
    let mut out = String::new();
    if let Some(cost) = function.cost {
        cost(args);
    }
    match (function.call)(args) {
        Err(error) => {
            out.push('!');
            dump_bytes(&mut out, error.to_string().as_bytes());
        }
        Ok(answer) => {
            let name = function.name;
            if name == "values" || name == "keys" {
                // Go answers in a random order; the recording is sorted.
                let mut items: Vec<String> = Vec::new();
                for item in answer.as_list().expect("a list").iter() {
                    let mut shown = String::new();
                    dump(&mut shown, item);
                    items.push(shown);
                }
                items.sort();
                out.push_str(&format!("{}[{}]", answer.type_name(), items.join(",")));
            } else {
                dump(&mut out, &answer);
            }
            if name.starts_with("merge") || name.starts_with("mustMerge") || name == "set" || name == "unset"
            {
                for arg in args {
                    out.push_str(" | ");
                    dump(&mut out, arg);
                }
            }
        }
    }
    out
}

#[test]
fn functions_answer_as_recorded() {
    // A larger recording can be put in place of ours.
    let other =
        std::env::var("FUNCTIONS_TSV").ok().map(|path| std::fs::read_to_string(path).expect("a recording"));
    let recorded = other.as_deref().unwrap_or(include_str!("../cases/functions.txt"));
    let mut failures = Vec::new();
    let mut total = 0;
    for line in recorded.lines() {
        let [name, args, expected] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("bad line {line}")
        };
        let Some(function) = functions().iter().find(|function| function.name == name) else {
            failures.push(format!("{name}: no such function"));
            continue;
        };
        total += 1;
        let decoded = json::read(args.as_bytes()).expect("JSON");
        let args_of = || -> Vec<Value> {
            decoded.as_list().map(|list| list.iter().map(decode).collect()).unwrap_or_default()
        };
        let actual = outcome(function, &args_of());
        if actual != expected {
            failures.push(format!("{name}\t{args}\n    go   {expected}\n    ours {actual}"));
        }
    }
    assert!(failures.is_empty(), "{} of {total} differ:\n{}", failures.len(), failures.join("\n"));
}

fn function(name: &str) -> &'static PureFunction {
    functions().iter().find(|function| function.name == name).expect("a function")
}

fn cost(name: &str, args: &[Value]) -> u64 {
    function(name).cost.map_or(0, |cost| cost(args).bytes)
}

fn steps(name: &str, args: &[Value]) -> u64 {
    function(name).cost.map_or(0, |cost| cost(args).steps)
}

#[test]
fn what_would_be_huge_is_priced_before_it_is_made() {
    let huge = i64::MAX / 2;
    let text = Value::str("0123456789");
    assert!(cost("repeat", &[Value::int(huge), text.clone()]) > 1 << 62);
    assert!(cost("indent", &[Value::int(huge), text.clone()]) > 1 << 61);
    assert!(cost("until", &[Value::int(huge)]) > 1 << 61);
    assert!(cost("untilStep", &[Value::int(-huge), Value::int(huge), Value::int(1)]) > 1 << 61);
    assert!(cost("seq", &[Value::int(huge)]) > 1 << 61);
    assert!(cost("replace", &[Value::str(""), text.clone(), Value::str("x".repeat(1000))]) >= 10_000);
    // Nobody has to ask for the price first.
    for (name, args) in [
        ("repeat", vec![Value::int(huge), text.clone()]),
        ("indent", vec![Value::int(huge), text]),
        ("until", vec![Value::int(huge)]),
        ("untilStep", vec![Value::int(-huge), Value::int(huge), Value::int(1)]),
        ("seq", vec![Value::int(huge)]),
    ] {
        assert!((function(name).call)(&args).is_err(), "{name}");
    }
}

#[test]
fn a_key_that_must_be_printed_is_priced() {
    let files = Value::bytes(&vec![200; 1 << 20]);
    assert!(cost("dict", &[files.clone(), Value::int(1)]) >= 4 << 20);
    assert!(steps("dict", &[Value::int(1), Value::int(1), files.clone()]) >= 1 << 20);
    // What is a text, or a value, is shared.
    let text = Value::str("x".repeat(1 << 20));
    assert!(cost("dict", &[text, files]) < 1 << 10);
}

#[test]
fn values_that_double_with_every_level_are_priced_quickly() {
    let mut value = Value::str("x");
    for _ in 0..60 {
        value = List::new(vec![value.clone(), value]).into();
    }
    for name in ["toYaml", "toJson", "quote", "deepCopy", "toString"] {
        assert!(cost(name, std::slice::from_ref(&value)) > 1 << 60, "{name}");
    }
}

/// Prices that ran over would be low again; here such a sum ends the test.
#[test]
fn no_price_runs_over_whatever_the_arguments() {
    let mut list = Value::str("x");
    let mut dict = Value::Map(Map::new());
    for _ in 0..300 {
        list = List::new(vec![list.clone(), list]).into();
        let level = Map::new();
        level.insert("a", dict.clone());
        level.insert("b", dict);
        dict = level.into();
    }
    let values = [
        list,
        dict,
        Value::int(i64::MAX),
        Value::int(i64::MIN),
        Value::str("x".repeat(1_000)),
        Value::str(""),
        Value::Nil,
    ];
    let mut tried = 0;
    for function in functions().iter().filter_map(|function| function.cost) {
        for first in &values {
            function(std::slice::from_ref(first));
            for second in &values {
                function(&[first.clone(), second.clone()]);
                for third in &values {
                    function(&[first.clone(), second.clone(), third.clone()]);
                    tried += 1;
                }
            }
        }
        function(&[]);
    }
    assert!(tried > 10_000, "{tried}");
}

#[test]
fn dicts_that_contain_themselves_end_no_process() {
    let twice = || {
        let map = Map::new();
        map.insert("a", map.clone());
        map.insert("b", map.clone());
        map
    };
    let (one, other) = (twice(), twice());
    let args = [Value::Map(one.clone()), Value::Map(other.clone())];
    for name in ["merge", "mustMergeOverwrite"] {
        cost(name, &args);
        assert!((function(name).call)(&args).is_err(), "{name}");
    }
    assert_eq!(steps("deepEqual", &args), u64::MAX);
    assert_eq!(cost("deepCopy", &args), u64::MAX);
    assert!(cost("toYaml", &args) > 0);
    for name in ["empty", "kindOf", "keys", "toJson", "values"] {
        assert!((function(name).call)(&args[..1]).is_ok(), "{name}");
    }
    // Handles that keep each other alive would leak.
    for map in [one, other] {
        map.remove("a");
        map.remove("b");
    }
}
