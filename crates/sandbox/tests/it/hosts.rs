//! Our host functions: each allowed, each denied, each asked with nonsense.

use crate::support::*;
use pintle_guard::{GrantsFile, Guard, Node, Policy};
use pintle_sandbox::*;
use serde_json::{Value, json};

fn asking(function: HostFunction) -> Wasm<'static> {
    guest(&format!(
        r#"(import "extism:host/user" "{}" (func $ask (param i64) (result i64)))
        (memory 1)
        (func (export "run") (call $answer (call $ask (call $input))))"#,
        function.name()
    ))
}

fn ask(function: HostFunction, grants: &[&str], script: &Script, request: &str) -> Value {
    let mut call = call(request);
    call.outbound = Box::new(script.clone());
    let outcome = run_with(&asking(function), &mut guard(grants), call).unwrap();
    serde_json::from_str(output(&outcome)).unwrap()
}

fn scripted() -> Script {
    Script { answer: Some(json!({"answered": true})), ..Script::default() }
}

/// Function, request, a grant that covers it, one that links the function and does not, and what it makes the
/// outbound do.
fn table() -> Vec<(HostFunction, Value, &'static str, &'static str, &'static str)> {
    use HostFunction as F;
    let shop = json!({"name": "shop", "namespace": "prod", "revision": 3});
    vec![
        (
            F::GetValues,
            json!({"name": "shop", "namespace": "prod", "all": true}),
            "release=prod/shop values",
            "release=prod/shop manifest",
            "Values { all: true } of prod/shop None",
        ),
        (
            F::GetManifest,
            shop.clone(),
            "release=prod/shop manifest",
            "release=dev/shop manifest",
            "Manifest of prod/shop Some(3)",
        ),
        (
            F::GetNotes,
            json!({"name": "shop"}),
            "release=default/* notes",
            "release=default/shop hooks",
            "Notes of default/shop None",
        ),
        (
            F::GetMetadata,
            shop.clone(),
            "release=prod metadata",
            "release=dev metadata",
            "Metadata of prod/shop Some(3)",
        ),
        (
            F::GetHooks,
            shop,
            "release=prod/shop hooks",
            "release=prod/other hooks",
            "Hooks of prod/shop Some(3)",
        ),
        (
            F::ListReleases,
            json!({"namespace": "prod", "filter": "^s"}),
            "release=prod metadata",
            // Whoever may see one release may not list all.
            "release=prod/shop metadata",
            r#"list Some("prod") Some("^s")"#,
        ),
        (
            F::History,
            json!({"name": "shop"}),
            "release=default/shop history",
            "release=default/shop metadata",
            "history of default/shop",
        ),
        (F::ShowChart, json!({"ref": "charts/shop"}), "chart=charts/*", "chart=other/*", "show charts/shop"),
        (
            F::Template,
            json!({"chart": "charts/shop", "values": {"a": 1}, "name": "x", "namespace": "y"}),
            "chart=charts/shop",
            "chart=charts/shop2",
            "template charts/shop as y/x",
        ),
        (
            F::KubeGet,
            json!({"apiVersion": "v1", "kind": "Secret", "namespace": "prod", "name": "tls"}),
            "cluster=get v1/Secret prod/tls",
            "cluster=get v1/ConfigMap prod/tls",
            "v1/Secret prod/tls None",
        ),
        (
            F::KubeList,
            json!({"apiVersion": "v1", "kind": "Secret", "namespace": "prod", "labels": "a=b"}),
            "cluster=list v1/Secret prod",
            "cluster=get v1/Secret prod",
            r#"v1/Secret prod/ Some("a=b")"#,
        ),
    ]
}

#[test]
fn every_function_answers_what_was_granted() {
    let table = table();
    for function in HostFunction::ALL {
        assert!(table.iter().any(|row| row.0 == function), "{} has no row", function.name());
    }
    for (function, request, granted, _, touched) in table {
        let script = scripted();
        let answer = ask(function, &[granted], &script, &request.to_string());
        assert_eq!(answer, json!({"ok": {"answered": true}}), "{}", function.name());
        assert_eq!(script.touched.all(), [touched], "{}", function.name());
    }
}

#[test]
fn every_function_refuses_what_was_not_and_touches_nothing() {
    for (function, request, _, other, _) in table() {
        let script = scripted();
        let answer = ask(function, &[other], &script, &request.to_string());
        assert_eq!(answer["error"]["code"], "denied", "{}: {answer}", function.name());
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.starts_with("plugin:probe may not use"), "{message}");
        assert_eq!(script.touched.all(), [""; 0], "{}", function.name());
    }
}

#[test]
fn nonsense_is_answered_as_such() {
    let script = scripted();
    for (function, grant, request, message) in [
        (HostFunction::KubeGet, "cluster", "", "`apiVersion` is needed"),
        (HostFunction::KubeGet, "cluster", "[]", "the request is not a JSON object"),
        (HostFunction::KubeGet, "cluster", r#"{"apiVersion":1}"#, "`apiVersion` must be a string"),
        (HostFunction::KubeGet, "cluster", r#"{"apiVersion":"v1","kind":"Pod"}"#, "`name` is needed"),
        (
            HostFunction::KubeList,
            "cluster",
            r#"{"apiVersion":"v1","kind":"Pod","namepsace":"x"}"#,
            "unknown field \"namepsace\"; did you mean `namespace`?",
        ),
        (HostFunction::GetNotes, "release", r#"{"revision":1}"#, "`name` is needed"),
        (
            HostFunction::GetNotes,
            "release",
            r#"{"name":"a","revision":0}"#,
            "`revision` must be a whole number from 1 on",
        ),
        (
            HostFunction::Template,
            "chart",
            r#"{"chart":"a","name":"b","values":[1]}"#,
            "`values` must be an object",
        ),
        (HostFunction::GetValues, "release", "{}", "no release is being rendered: `name` is needed"),
    ] {
        let answer = ask(function, &[grant], &script, request);
        assert_eq!(answer, json!({"error": {"code": "invalid", "message": message}}), "{request}");
    }
    assert!(ask(HostFunction::ShowChart, &["chart"], &script, "{\"ref\":")["error"]["message"].is_string());
    assert_eq!(script.touched.all(), [""; 0]);
}

#[test]
fn a_path_that_climbs_is_no_granted_chart() {
    let script = scripted();
    let answer = ask(HostFunction::ShowChart, &["chart=charts/**"], &script, r#"{"ref":"charts/../secret"}"#);
    assert_eq!(answer["error"]["code"], "denied");
    assert_eq!(script.touched.all(), [""; 0]);
}

fn shop() -> CurrentRelease {
    let (values, all) = (r#"{"a":1}"#, r#"{"a":1,"b":2}"#);
    CurrentRelease::read(("prod", "shop"), values.as_bytes(), all.as_bytes()).unwrap()
}

#[test]
fn a_deny_takes_the_release_that_is_being_rendered_too() {
    let get = |deny: &str| {
        let item = Node::map([("release", Node::map([("names", Node::seq([Node::text(deny)]))]))]);
        let probe = Node::map([("deny", Node::seq([item]))]);
        let tree = Node::map([
            ("apiVersion", Node::text("pintle.dev/v1alpha1")),
            ("kind", Node::text("Grants")),
            ("actors", Node::map([("plugin:probe", probe)])),
        ]);
        let file = GrantsFile::parse("denies.yaml", &tree).unwrap();
        let mut guard = Guard::new(Policy::builder().file(file).build());
        let mut call = call("{}");
        call.current_release = Some(shop());
        run_with(&asking(HostFunction::GetValues), &mut guard, call)
    };
    // The only function that it could be told by is not linked.
    assert!(matches!(get("shop"), Err(StartError::NotGranted { .. })));
    assert_eq!(output(&get("other").unwrap()), r#"{"ok":{"a":1}}"#);
}

#[test]
fn the_release_that_is_being_rendered_needs_no_grant_and_others_do() {
    let wasm = asking(HostFunction::GetValues);
    let get = |request: &str, grants: &[&str]| {
        let mut call = call(request);
        call.outbound = Box::new(scripted());
        call.current_release = Some(shop());
        let mut guard = guard(grants);
        let outcome = run_with(&wasm, &mut guard, call).unwrap();
        // Whoever needs no grant leaves a record all the same.
        assert_eq!(guard.take_records().len(), 1, "{request}");
        serde_json::from_str::<Value>(output(&outcome)).unwrap()
    };
    // A grant for another one takes nothing away.
    assert_eq!(get("{}", &["release=prod/other notes"]), json!({"ok": {"a": 1}}));
    assert_eq!(get("{}", &[]), json!({"ok": {"a": 1}}));
    assert_eq!(get("", &[]), json!({"ok": {"a": 1}}));
    assert_eq!(get(r#"{"all":true}"#, &[]), json!({"ok": {"a": 1, "b": 2}}));
    assert_eq!(get(r#"{"name":"other"}"#, &[])["error"]["code"], "denied");
    assert_eq!(get(r#"{"name":"other"}"#, &["release"]), json!({"ok": {"answered": true}}));
}

#[test]
fn without_a_cluster_the_guest_is_told_so() {
    let outcome = |function, grant, request: &str| {
        let outcome = run_with(&asking(function), &mut guard(&[grant]), call(request)).unwrap();
        serde_json::from_str::<Value>(output(&outcome)).unwrap()
    };
    assert_eq!(
        outcome(HostFunction::GetNotes, "release", r#"{"name":"a"}"#),
        json!({"error": {"code": "unsupported", "message": "needs a cluster"}})
    );
    let missing = ask(HostFunction::GetNotes, &["release"], &Script::default(), r#"{"name":"a"}"#);
    assert_eq!(missing["error"]["code"], "not-found");
}

#[test]
fn messages_have_a_limit_in_both_directions() {
    let run = |most: u64, request: &str, answer: Value| {
        let mut call = call(request);
        call.outbound = Box::new(Script { answer: Some(answer), ..Script::default() });
        call.limits.host_message = most;
        run_with(&asking(HostFunction::GetNotes), &mut guard(&["release"]), call).unwrap()
    };
    assert!(run(100, r#"{"name":"a"}"#, json!("short")).end.is_success());
    assert_eq!(limit(&run(11, r#"{"name":"a"}"#, json!("short"))), Some(Limit::HostMessage));
    assert_eq!(limit(&run(100, r#"{"name":"a"}"#, json!("x".repeat(100)))), Some(Limit::HostMessage));
}

#[test]
fn the_answer_is_recorded_with_its_size() {
    let mut guard = guard(&["release"]);
    let mut call = call(r#"{"name":"a"}"#);
    call.outbound = Box::new(scripted());
    run_with(&asking(HostFunction::GetNotes), &mut guard, call).unwrap();
    let records = guard.take_records();
    assert_eq!(records.len(), 1);
    assert!(records[0].bytes.is_some_and(|bytes| bytes > 0) && records[0].duration.is_some());
}

/// Asks the same again and again, as often as `count` says.
fn asking_again(function: HostFunction, count: u32) -> Wasm<'static> {
    guest(&format!(
        r#"(import "extism:host/user" "{}" (func $ask (param i64) (result i64)))
        (memory 1)
        (func (export "run") (result i32) (local $n i32)
            (local.set $n (i32.const {count}))
            (loop $again
                (call $free (call $ask (call $input)))
                (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
            (i32.const 0))"#,
        function.name()
    ))
}

#[test]
fn who_asks_for_ever_pays_for_the_records_of_it() {
    let ask = |count: u32, name: usize| {
        let mut guard = guard(&["release=default/shop notes"]);
        let mut call = call(&json!({"name": "x".repeat(name)}).to_string());
        call.limits.memory = 8 << 20;
        let outcome = run_with(&asking_again(HostFunction::GetNotes, count), &mut guard, call).unwrap();
        (outcome, guard.take_records())
    };
    let (outcome, records) = ask(u32::MAX, 4_000);
    assert_eq!(limit(&outcome), Some(Limit::Memory), "{:?}", outcome.end);
    let kept: u64 = records.iter().map(pintle_guard::Record::kept_bytes).sum();
    assert!(kept < 9 << 20, "{kept}");
    // Each of its questions has its record all the same; the last call may have ended before there was one.
    assert!(outcome.usage.host_calls - records.len() as u64 <= 1, "{}", records.len());
    let (outcome, records) = ask(1_000, 4_000);
    assert!(outcome.end.is_success(), "{:?}", outcome.end);
    assert_eq!(records.len(), 1_000);
    // Of a text that nobody would write not all is kept.
    let (outcome, records) = ask(10, 1 << 20);
    assert!(outcome.end.is_success(), "{:?}", outcome.end);
    assert!(records.iter().all(|record| record.kept_bytes() < 10_000 && !record.is_allowed()), "{records:?}");
}

#[test]
fn a_request_may_not_take_more_decoded_than_the_guest_has() {
    let ask = |values: &str| {
        let request = format!(r#"{{"chart":"c","name":"x","values":{values}}}"#);
        let mut call = call(&request);
        call.limits.memory = 8 << 20;
        let script = scripted();
        call.outbound = Box::new(script.clone());
        let outcome = run_with(&asking(HostFunction::Template), &mut guard(&["chart"]), call).unwrap();
        (outcome, script.touched.all().len())
    };
    // A megabyte each, and ten to a hundred of them as values.
    for bomb in [r#"{"":0},"#, "[],", "0,"] {
        let values = format!("[{}0]", bomb.repeat((1 << 20) / bomb.len()));
        let (outcome, touched) = ask(&format!(r#"{{"a":{values}}}"#));
        assert_eq!((limit(&outcome), touched), (Some(Limit::Memory), 0), "{bomb}: {:?}", outcome.end);
        assert!(outcome.usage.memory <= 8 << 20);
    }
    // A text of that size is not larger than it looks, whatever stands in it.
    let text = json!({"a": "{\"\":0},[]".repeat((1 << 20) / 9)}).to_string();
    let (outcome, touched) = ask(&text);
    assert_eq!((output(&outcome), touched), (r#"{"ok":{"answered":true}}"#, 1));
}
