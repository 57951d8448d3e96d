//! What a strict reader finds in Chart.yaml that the usual one passes over: keys twice, and fields nobody knows.

use govalue::{Error, Map, Value, yaml};

use super::{Metadata, decode};

const METADATA: [&str; 17] = [
    "name",
    "home",
    "sources",
    "version",
    "description",
    "keywords",
    "maintainers",
    "icon",
    "apiVersion",
    "condition",
    "tags",
    "appVersion",
    "deprecated",
    "annotations",
    "kubeVersion",
    "dependencies",
    "type",
];
const MAINTAINER: [&str; 3] = ["name", "email", "url"];
const DEPENDENCY: [&str; 8] =
    ["name", "version", "repository", "condition", "tags", "enabled", "import-values", "alias"];

impl Metadata {
    /// Checks that Chart.yaml has no key twice and no field that Helm does not have.
    ///
    /// # Errors
    /// In Go's words: every key that is there twice, or else the first unknown field.
    pub fn check_strictly(bytes: &[u8]) -> Result<(), Error> {
        let Value::Map(document) = yaml::read_strict(bytes, &yaml::Limits::default())? else { return Ok(()) };
        match unknown(&document) {
            Some(field) => {
                let field = govalue::print::quote(field.as_bytes());
                Err(decode::decode_error(&format!("json: unknown field {field}")))
            }
            None => Ok(()),
        }
    }
}

/// The first unknown field, in the order in which Go meets them: by name, depth first.
fn unknown(document: &Map) -> Option<String> {
    document.borrow().iter().find_map(|(key, value)| {
        let key = key.to_str_lossy();
        let Some(known) = METADATA.iter().find(|known| known.eq_ignore_ascii_case(&key)) else {
            return Some(key.into_owned());
        };
        let fields: &[&str] = match *known {
            "maintainers" => &MAINTAINER,
            "dependencies" => &DEPENDENCY,
            _ => return None,
        };
        let Value::List(items) = value else { return None };
        items.iter().filter_map(Value::as_map).find_map(|item| {
            let item = item.borrow();
            let stranger = item.keys().map(|key| key.to_str_lossy());
            stranger
                .into_iter()
                .find(|key| !fields.iter().any(|known| known.eq_ignore_ascii_case(key)))
                .map(Into::into)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_fields_are_named_by_name_and_depth() {
        let check = |text: &str| Metadata::check_strictly(text.as_bytes()).map_err(|e| e.to_string());
        assert_eq!(check("name: x\nAPIVERSION: v2\nannotations: {any: thing}\n"), Ok(()));
        let wrong = |field: &str| {
            Err(format!("error unmarshaling JSON: while decoding JSON: json: unknown field {field:?}"))
        };
        assert_eq!(check("zeta: 1\nmaintainers: [{name: a, mail: b}]\n"), wrong("mail"));
        assert_eq!(check("engine: gotpl\ndependencies: [{nam: a}]\n"), wrong("nam"));
        assert!(check("name: a\nname: b\n").is_err_and(|text| text.contains("already set in map")));
    }
}
