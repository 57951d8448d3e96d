//! Replays `conformance/cases/post/*.jsonl`: a file in; what a post-renderer reads, and what it becomes again.

use std::collections::BTreeMap;

use govalue::yaml::Limits;
use pintle_render::post;
use serde_json::{Value as Json, json};

use crate::cases::{Case, suite};

fn answer(case: &Case) -> Json {
    let limits = Limits::default();
    let text = |bytes: Vec<u8>| Json::String(String::from_utf8(bytes).expect("UTF-8"));
    let document = case.bytes("in").expect("a document");
    let files = BTreeMap::from([("c/templates/x.yaml".to_owned(), document.into())]);
    let merged = match post::merge(&files, &limits) {
        Ok(merged) => merged,
        Err(error) => return json!({"merged": {"err": error.to_string()}}),
    };
    let files = match post::divide(&merged, &limits) {
        Ok(files) => {
            Json::Object(files.into_iter().map(|(path, content)| (path, text(content.into()))).collect())
        }
        Err(error) => json!({"err": error.to_string()}),
    };
    json!({"merged": text(merged), "files": files})
}

#[test]
fn documents_come_back_from_a_post_renderer_as_helm_has_them() {
    let cases: Vec<Case> = suite("post").into_iter().flatten().collect();
    assert!(cases.len() > 900, "only {} cases found", cases.len());
    let mut failures = Vec::new();
    for case in &cases {
        let (got, wanted) = (answer(case), case.json("out"));
        if got != *wanted {
            failures.push(format!("{}\n  ours {got}\n  Helm {wanted}", case.shown()));
        }
    }
    let shown = failures.iter().take(10).cloned().collect::<Vec<_>>().join("\n");
    assert!(failures.is_empty(), "{} of {} differ:\n{shown}", failures.len(), cases.len());
}
