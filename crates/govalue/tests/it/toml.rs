//! TOML against the library that Helm uses.

use govalue::{List, Map, Value, toml};

use crate::data;

#[test]
fn reads_and_writes_as_the_library() {
    data::check("toml", |case| {
        let wanted = data::answer(case).map(|text| String::from_utf8_lossy(&text).into_owned());
        match &*data::text(case, "kind")? {
            b"toml-read" => {
                let got = toml::read(&data::text(case, "in")?).map(|map| data::shown(&Value::Map(map)));
                let wanted = match wanted {
                    Err(error) => Err(error),
                    Ok(_) => Ok(data::shown(&data::typed(&case.get("out").unwrap_or_default())?)),
                };
                Some((format!("{:?}", got.map_err(|error| error.to_string())), format!("{wanted:?}")))
            }
            b"toml-write" => {
                let value = data::typed(&case.get("value").unwrap_or_default())?;
                let got = toml::write(&value)
                    .map(|text| String::from_utf8_lossy(&text).into_owned())
                    .map_err(|error| match error {
                        toml::WriteError::Refused(message) => message,
                        toml::WriteError::Panicked(message) => format!("panic: {message}"),
                    });
                Some((format!("{got:?}"), format!("{wanted:?}")))
            }
            _ => None,
        }
    });
}

#[test]
fn dates_go_out_as_they_came_in() {
    let text = "a = 1979-05-27T07:32:00.5-07:00\nb = 1979-05-27T07:32:00\nc = 1979-05-27\nd = 07:32:00\n";
    let map = toml::read(text.as_bytes()).unwrap_or_default();
    assert_eq!(toml::write(&Value::Map(map.clone())).as_deref(), Ok(text.as_bytes()));
    let json = govalue::json::write(&Value::Map(map.clone()), &govalue::json::Options::default());
    let wanted = concat!(
        r#"{"a":"1979-05-27T07:32:00.5-07:00","b":"1979-05-27T07:32:00Z","c":"1979-05-27T00:00:00Z","#,
        r#""d":"0000-01-01T07:32:00Z"}"#
    );
    assert_eq!(json.as_deref(), Ok(wanted.as_bytes()));
    let printed = govalue::print::sprint(&[map.get("c").unwrap_or_default()]);
    assert_eq!(String::from_utf8_lossy(&printed), "1979-05-27 00:00:00 +0000 date-local");
}

#[test]
fn nesting_is_limited_both_ways() {
    let text = format!("a = {}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(toml::read(text.as_bytes()).is_err());
    assert!(toml::read(["a"].repeat(100_000).join(".").as_bytes()).is_err());
    let map = Map::new();
    map.insert("a", Value::Map(map.clone()));
    assert!(toml::write(&Value::Map(map.clone())).is_err());
    map.insert("a", Value::List(List::new(vec![Value::Map(map.clone()), Value::int(1)])));
    assert!(toml::write(&Value::Map(map.clone())).is_err());
    map.remove("a");
}
