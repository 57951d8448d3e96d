//! values.schema.json.

use govalue::yaml;
use pintle_chart::schema::{NoReferences, validate};

/// Differences that are known, by a part of what Helm says.
const KNOWN: [&str; 5] = [
    // Go's regular expressions and URLs word their errors themselves.
    "error parsing regexp",
    "missing protocol scheme",
    // An identifier that is no URL is found by the metaschema first.
    "error in parsing id",
    // Go's dates word their errors themselves.
    "month out of range",
    // A draft that is no URL.
    "no URLLoader registered for \"foo\"",
];

#[test]
fn values_are_refused_in_helms_words() {
    let mut count = 0;
    let mut differs = [false; KNOWN.len()];
    for case in crate::cases(include_str!("../cases/schema.jsonl")) {
        let expected: Vec<&str> =
            case["errors"].as_array().into_iter().flatten().filter_map(|error| error.as_str()).collect();
        let known = KNOWN.iter().position(|known| expected.iter().any(|error| error.contains(known)));
        let values = yaml::read_map(crate::text(&case, "values").as_bytes(), &yaml::Limits::default());
        let Ok(values) = values else { panic!("values of {case}") };
        let mut notices = Vec::new();
        let schema = crate::text(&case, "schema").as_bytes().into();
        let found = match validate(&values, &schema, &[], &mut NoReferences, &mut notices) {
            Ok(()) => String::new(),
            Err(error) => error.to_string(),
        };
        if let Some(known) = known {
            differs[known] |= !expected.contains(&found.as_str());
            continue;
        }
        // Helm's order of siblings changes from run to run; every order that was seen is recorded.
        assert!(expected.contains(&found.as_str()), "{case}\nfound {found:?}");
        count += 1;
    }
    assert!(count > 500);
    for (known, differs) in KNOWN.iter().zip(differs) {
        assert!(differs, "{known:?} is the same now; take it out of the list");
    }
}

#[test]
fn what_is_refused_is_told_value_by_value() {
    let schema = br#"{"additionalProperties": false, "required": ["name"], "properties": {
        "name": {"description": "what it is called"},
        "image": {"properties": {"pull": {"enum": ["Always", "Never"]}}}}}"#;
    let values = yaml::read_map(b"nmae: x\nimage: {pull: Alwasy}\n", &yaml::Limits::default()).unwrap();
    let chart = ["shop".to_owned(), "redis".to_owned()];
    let error =
        validate(&values, &schema.as_slice().into(), &chart, &mut NoReferences, &mut Vec::new()).unwrap_err();
    let find =
        |wanted: fn(&&pintle_chart::schema::Violation) -> bool| error.violations.iter().find(wanted).unwrap();
    let unexpected = find(|violation| !violation.unexpected.is_empty());
    assert_eq!((unexpected.unexpected.as_slice(), unexpected.known.len()), (&["nmae".to_owned()][..], 2));
    assert_eq!(find(|violation| !violation.missing.is_empty()).missing, ["name"]);
    let word = find(|violation| !violation.allowed.is_empty());
    assert_eq!(word.location, ["image", "pull"]);
    assert_eq!(word.allowed, ["Always", "Never"]);
    assert_eq!(word.schema.as_deref().unwrap(), ["properties", "image", "properties", "pull"]);
    assert!(error.violations.iter().all(|violation| violation.chart == chart));
}
