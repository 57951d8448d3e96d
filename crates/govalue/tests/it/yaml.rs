//! YAML against Helm: `sigs.k8s.io/yaml` in both directions, and go-yaml v3 for writing.

use govalue::{Map, Value, json, yaml};

use crate::data;

fn lossy(text: Vec<u8>) -> String {
    String::from_utf8_lossy(&text).into_owned()
}

fn written(value: Result<Vec<u8>, govalue::Error>) -> Result<String, String> {
    value.map(lossy).map_err(|error| error.to_string())
}

#[test]
fn reads_and_writes_as_helm() {
    data::check("yaml", |case| {
        let wanted = data::answer(case).map(lossy);
        let (got, wanted) = match &*data::text(case, "kind")? {
            b"yaml-read" => return read(case, wanted),
            b"yaml-head" => (head(&data::text(case, "in")?), wanted),
            b"yaml-write" => {
                (written(yaml::write(&data::typed(&case.get("value").unwrap_or_default())?)), wanted)
            }
            b"yaml3-write" => {
                (written(yaml::write_pretty(&data::typed(&case.get("value").unwrap_or_default())?)), wanted)
            }
            _ => return None,
        };
        Some((format!("{got:?}"), format!("{wanted:?}")))
    });
}

/// What was read, and how it is written again.
fn read(case: &Map, wanted: Result<String, String>) -> Option<(String, String)> {
    let got = yaml::read(&data::text(case, "in")?, &yaml::Limits::default());
    let again = |value: &Value| written(yaml::write(value)).unwrap_or_else(|error| error);
    let got = match &got {
        Ok(value) => Ok((data::shown(value), again(value))),
        Err(error) => Err(error.to_string()),
    };
    let wanted = match wanted {
        Err(error) => Err(error),
        Ok(_) => {
            let value = data::typed(&case.get("out").unwrap_or_default())?;
            let text = data::text(case, "again").map_or_else(|| again(&value), lossy);
            Ok((data::shown(&value), text))
        }
    };
    Some((format!("{got:?}"), format!("{wanted:?}")))
}

/// A head as the JSON in which cases record it.
fn head(text: &[u8]) -> Result<String, String> {
    let head = yaml::head(text).map_err(|error| error.to_string())?;
    let fields = Map::from_iter([
        ("annotations", Value::Map(head.annotations.into_iter().collect())),
        ("apiVersion", Value::Str(head.api_version)),
        ("kind", Value::Str(head.kind)),
        ("name", Value::Str(head.name)),
    ]);
    written(json::write(&Value::Map(fields), &json::Options::default()))
}

/// The stack of a test thread is what the smallest one of ours has.
#[test]
fn deep_documents_end_at_the_limit() {
    let limits = yaml::Limits::default();
    let error = |text: String| {
        yaml::read(text.as_bytes(), &limits).err().map(|error| error.to_string()).unwrap_or_default()
    };
    for deep in [999, 1_000] {
        let list =
            yaml::read(format!("{}{}", "[".repeat(deep), "]".repeat(deep)).as_bytes(), &limits).unwrap();
        assert!(list.as_list().is_some());
        let map =
            yaml::read(format!("{}{}", "{a: ".repeat(deep), "}".repeat(deep)).as_bytes(), &limits).unwrap();
        assert!(yaml::write(&map).is_ok() && yaml::write_pretty(&map).is_ok());
    }
    let deepest = "error converting YAML to JSON: yaml: exceeded max depth of 1000";
    assert_eq!(error("[".repeat(1_000_000)), deepest);
    assert_eq!(error("- ".repeat(1_000_000)), deepest);
    assert_eq!(error("{a: ".repeat(100_000)), deepest);
}

#[test]
fn aliases_that_multiply_are_refused() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..9 {
        let items = vec![format!("*a{}", level - 1); 9].join(", ");
        text += &format!("a{level}: &a{level} [{items}]\n");
    }
    let error = yaml::read(text.as_bytes(), &yaml::Limits::default()).unwrap_err().to_string();
    assert_eq!(error, "error converting YAML to JSON: yaml: document contains excessive aliasing");
    let few = yaml::Limits { nodes: 10, ..yaml::Limits::default() };
    let error = yaml::read(text.as_bytes(), &few).unwrap_err().to_string();
    assert_eq!(error, "error converting YAML to JSON: yaml: document has more than 10 nodes");
}

#[test]
fn a_map_that_contains_itself_has_no_text() {
    let map = Map::new();
    map.insert("self", map.clone());
    let value = Value::Map(map.clone());
    assert_eq!(
        yaml::write(&value).unwrap_err().to_string(),
        "error marshaling into JSON: json: unsupported value: encountered a cycle via map[string]interface {}"
    );
    assert!(yaml::write_pretty(&value).is_err());
    map.remove("self");
}

#[test]
fn strict_reading_names_repeated_keys() {
    let error = yaml::read_strict(b"a: 1\nb: 2\na: 3\n", &yaml::Limits::default()).unwrap_err().to_string();
    assert_eq!(
        error,
        "error converting YAML to JSON: yaml: unmarshal errors:\n  line 3: key \"a\" already set in map"
    );
}

#[test]
fn a_document_of_another_type_is_no_map() {
    let limits = yaml::Limits::default();
    let error = |text: &str| yaml::read_map(text.as_bytes(), &limits).unwrap_err().to_string();
    assert_eq!(
        error("- a"),
        "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {}"
    );
    assert!(yaml::read_map(b"", &limits).unwrap().is_empty());
}
