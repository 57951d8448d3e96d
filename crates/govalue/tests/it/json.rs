//! `encoding/json` against Go.

use govalue::{List, Map, Value, json};

use crate::data;

#[test]
fn reads_and_writes_as_go() {
    data::check("json", |case| {
        let wanted = data::answer(case).map(|text| String::from_utf8_lossy(&text).into_owned());
        match &*data::text(case, "kind")? {
            b"json-read" => {
                let got = json::read(&data::text(case, "in")?).map(|value| data::shown(&value));
                let wanted = match wanted {
                    Err(error) => Err(error),
                    Ok(_) => Ok(data::shown(&data::typed(&case.get("out").unwrap_or_default())?)),
                };
                Some((format!("{:?}", got.map_err(|error| error.to_string())), format!("{wanted:?}")))
            }
            b"json-write" => {
                let value = data::typed(&case.get("value").unwrap_or_default())?;
                let got = json::write(&value, &json::Options::default())
                    .map(|text| String::from_utf8_lossy(&text).into_owned())
                    .map_err(|error| error.to_string());
                Some((format!("{got:?}"), format!("{wanted:?}")))
            }
            _ => None,
        }
    });
}

#[test]
fn a_top_level_of_another_type_is_refused() {
    let map =
        |text: &str| json::read_map(text.as_bytes()).map(|map| map.len()).map_err(|error| error.to_string());
    let wrong =
        |kind| Err(format!("json: cannot unmarshal {kind} into Go value of type map[string]interface {{}}"));
    assert_eq!(map("[1]"), wrong("array"));
    assert_eq!(map("1"), wrong("number"));
    assert_eq!(map("\"a\""), wrong("string"));
    assert_eq!(map("true"), wrong("bool"));
    assert_eq!(map("null"), Ok(0));
    let list = json::read_array(b"{}").map_err(|error| error.to_string());
    assert_eq!(
        list.err().as_deref(),
        Some("json: cannot unmarshal object into Go value of type []interface {}")
    );
}

#[test]
fn a_number_that_does_not_fit_leaves_the_rest() {
    let (map, error) = json::read_map_leniently(br#"{"a":1e400,"b":2}"#);
    assert_eq!(
        error.map(|error| error.to_string()).as_deref(),
        Some("json: cannot unmarshal number 1e400 into Go value of type float64")
    );
    assert_eq!(data::shown(&Value::Map(map)), r#"map[string]interface {}{"a":interface {}(nil), "b":2}"#);
}

#[test]
fn the_first_value_is_read_and_the_rest_is_left() {
    let prefix = |text: &str| {
        json::read_prefix(text.as_bytes())
            .map(|(value, end)| (data::shown(&value), end))
            .map_err(|error| error.to_string())
    };
    assert_eq!(prefix(" [1],b=2"), Ok(("[]interface {}{1}".to_owned(), 4)));
    assert_eq!(prefix("12,b"), Ok(("12".to_owned(), 2)));
    assert_eq!(prefix("  "), Err("EOF".to_owned()));
    assert_eq!(prefix("{\"a\":"), Err("unexpected EOF".to_owned()));
    assert_eq!(prefix("x"), Err("invalid character 'x' looking for beginning of value".to_owned()));
}

#[test]
fn deep_input_is_refused_and_cycles_are_found() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(json::read(nested(10_000).as_bytes()).is_ok());
    let error = json::read(nested(10_001).as_bytes()).map_err(|error| error.to_string());
    assert_eq!(error.err().as_deref(), Some("invalid character '[' exceeded max depth"));
    let map = Map::new();
    map.insert("a", Value::List(List::new(vec![Value::Map(map.clone())])));
    let error =
        json::write(&Value::Map(map.clone()), &json::Options::default()).map_err(|error| error.to_string());
    map.remove("a");
    assert_eq!(
        error.err().as_deref(),
        Some("json: unsupported value: encountered a cycle via map[string]interface {}")
    );
}

#[test]
fn indentation_and_html() {
    let value: Value = Map::from_iter([
        ("a", Value::List(List::new(vec![Value::str("<&>"), Value::List(List::new(Vec::new()))]))),
        ("b", Value::Map(Map::new())),
    ])
    .into();
    let options = json::Options { escape_html: false, indent: Some("  ") };
    let text = json::write(&value, &options).unwrap_or_default();
    let wanted = "{\n  \"a\": [\n    \"<&>\",\n    []\n  ],\n  \"b\": {}\n}";
    assert_eq!(String::from_utf8_lossy(&text), wanted);
}
