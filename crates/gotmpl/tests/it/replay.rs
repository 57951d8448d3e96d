//! Every recorded case of Go's text/template.

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use govalue::{Map, Value};
use pintle_gotmpl::{Budget, Functions, MissingKey, Set};

use crate::data;

/// Cases that differ and why: `docs/compat/known.jsonl`.
fn known() -> BTreeMap<String, String> {
    let rows = data::lines(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/compat/known.jsonl"));
    let field = |row: &Map, name: &str| {
        let text = data::text(row, name).unwrap_or_else(|| panic!("no {name} in a line of known.jsonl"));
        String::from_utf8_lossy(&text).into_owned()
    };
    rows.iter()
        .map(|row| (field(row, "id"), field(row, "reason")))
        .filter(|(id, _)| id.starts_with("gotmpl/"))
        .collect()
}

/// The data of a case. What values of ours cannot be is left out, so that a template that names it fails.
fn data(case: &Map) -> Value {
    let Some(written) = case.get("data") else { return Value::Nil };
    data::typed(&written).unwrap_or_else(|| {
        let Value::Map(map) = written else { return Value::Nil };
        let held = map.iter().filter_map(|(key, value)| Some((key, data::typed(&value)?)));
        Value::Map(held.filter(|(key, _)| !key.starts_with(b"$")).collect())
    })
}

fn run(case: &Map) -> Result<Vec<u8>, String> {
    let missing_key = match data::text(case, "missingkey").as_deref() {
        None | Some(b"default" | b"invalid") => MissingKey::Default,
        Some(b"zero") => MissingKey::Zero,
        Some(b"error") => MissingKey::Error,
        Some(other) => panic!("no such option: {}", String::from_utf8_lossy(other)),
    };
    let mut set = Set::new("t", Rc::new(Functions::new()), missing_key);
    if let Some(files) = case.get("files") {
        let files = files.as_map().cloned().unwrap_or_default();
        for (name, text) in files.iter() {
            let text = text.as_str().cloned().unwrap_or_default();
            set.parse(&name.to_str_lossy(), &text, 0).map_err(|error| error.to_string())?;
        }
    }
    let template = data::text(case, "template").unwrap_or_default();
    set.parse("t", &template, 0).map_err(|error| error.to_string())?;
    let mut out = Vec::new();
    let mut budget = Budget::default();
    match set.execute("t", &data(case), &mut out, &mut (), &mut budget) {
        Ok(()) => Ok(out),
        Err(error) => Err(error.to_string()),
    }
}

fn shown(answer: &Result<Vec<u8>, String>) -> String {
    match answer {
        Ok(out) => format!("{:?}", govalue::Str::from_bytes(out)),
        Err(error) => format!("error: {error}"),
    }
}

/// Templates call themselves up to the limit of depth, which takes 32 KiB of stack for each level.
fn with_stack(work: fn()) {
    let stack = 32 * 1024 * Budget::default().depth as usize;
    let thread = std::thread::Builder::new().stack_size(stack).spawn(work).expect("a thread");
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

#[test]
fn templates_answer_as_go_does() {
    with_stack(replay);
}

fn replay() {
    let (cases, known) = (data::cases("gotmpl"), known());
    assert!(!cases.is_empty(), "no cases");
    let mut differing = Vec::new();
    let mut unused = known.clone();
    for case in &cases {
        let (id, wanted, got) = (data::name(case), data::answer(case), run(case));
        let reason = unused.remove(id.as_str());
        if wanted == got {
            if let Some(reason) = reason {
                differing.push(format!("{id} agrees now; it was listed: {reason}"));
            }
        } else if reason.is_none() {
            let template = String::from_utf8(data::text(case, "template").unwrap_or_default());
            differing.push(format!("{id} {template:?}\n  Go:  {}\n  got: {}", shown(&wanted), shown(&got)));
        }
    }
    differing.extend(unused.into_keys().map(|id| format!("{id} is listed, and there is no such case")));
    let count = differing.len();
    assert!(count == 0, "{count} of {} differ:\n{}", cases.len(), differing.join("\n"));
}
