//! `fmt` against Go.

use govalue::{List, Map, Value, print};

use crate::data;

#[test]
fn verbs_flags_and_mistakes_print_as_in_go() {
    data::check("fmt", |case| {
        let list = case.get("args")?;
        let args: Vec<Value> = list.as_list()?.iter().map(data::typed).collect::<Option<_>>()?;
        let format = data::text(case, "format")?;
        let wanted = data::answer(case).ok()?;
        // Go prints real addresses, and no recording can hold them.
        if format.contains(&b'p') && String::from_utf8_lossy(&wanted).starts_with("0x") {
            return None;
        }
        let got = print::sprintf(&format, &args);
        let shown = |text: &[u8]| {
            format!("{} => {}", String::from_utf8_lossy(&format), String::from_utf8_lossy(text))
        };
        Some((shown(&got), shown(&wanted)))
    });
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn operands_are_spaced_when_neither_is_a_string() {
    let args = [Value::int(1), Value::int(2), Value::str("a"), Value::Nil, Value::float(1e6)];
    assert_eq!(text(print::sprint(&args)), "1 2a<nil> 1e+06");
    assert_eq!(text(print::sprintln(&args)), "1 2 a <nil> 1e+06\n");
    let mut out = Vec::new();
    print::write_value(&mut out, &Value::duration(5_400_000_000_000));
    assert_eq!(text(out), "1h30m0s");
}

#[test]
fn a_map_in_itself_is_cut_short() {
    let map = Map::new();
    map.insert("again", Value::List(List::new(vec![Value::Map(map.clone()), Value::Map(map.clone())])));
    let value = [Value::Map(map.clone())];
    assert!(print::try_sprint(&value).is_err());
    assert!(print::sprint(&value).starts_with(b"map[again:[map[again:["));
    map.remove("again");
}

#[test]
fn output_is_bounded() {
    let format = "%1000000d".repeat(1_000);
    let args = vec![Value::int(1); 1_000];
    assert!(print::try_sprintf(format.as_bytes(), &args).is_err());
    assert!(print::sprintf(format.as_bytes(), &args).len() <= print::MAX_OUTPUT);
}

#[test]
fn quoting_and_unquoting() {
    assert_eq!(print::quote(b"a\"\n\xff\xe2\x80\x8b"), r#""a\"\n\xff\u200b""#);
    assert_eq!(print::quote_to_ascii("é😀".as_bytes()), r#""\u00e9\U0001f600""#);
    assert_eq!(print::unquote(br#""\x41\101\u00e9""#).as_deref(), Some("AAé".as_bytes()));
    assert_eq!(print::unquote(b"`raw\\n`").as_deref(), Some(b"raw\\n".as_slice()));
    assert_eq!(print::unquote(b"'ab'"), None);
    assert_eq!(print::unquote(b"\"\\'\""), None);
}
