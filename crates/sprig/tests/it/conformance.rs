//! Replays the recorded cases of `conformance/cases` that ask for regular expressions, versions, globs and times.

use std::collections::BTreeSet;
use std::path::Path;

use pintle_sprig::crypto::{b64_decode, b64_encode};
use pintle_sprig::glob::Glob;
use pintle_sprig::regex::{self, quote_meta};
use pintle_sprig::semver::{Constraints, Version};
use pintle_sprig::time::{self, Time, Zone, duration};
use serde_json::{Value, json};

/// A line of a case file.
struct Case(Value);

/// An error's text is bytes: what it quotes need not be UTF-8.
type Answer = Result<Value, Vec<u8>>;

/// Cases that are answered otherwise on purpose: `docs/compat/known.jsonl`. One that is answered as recorded after
/// all has no place there.
fn known(suite: &str) -> BTreeSet<String> {
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/compat/known.jsonl");
    let text = std::fs::read_to_string(list).expect("a list of known differences");
    let ids = text.lines().map(|line| {
        let row: Value = serde_json::from_str(line).expect("a line of JSON");
        row["id"].as_str().expect("an id").to_owned()
    });
    ids.filter(|id| id.split('/').next() == Some(suite)).collect()
}

fn told(error: impl ToString) -> Vec<u8> {
    error.to_string().into_bytes()
}

impl Case {
    /// A text, which stands in base64 when it is not UTF-8.
    fn bytes(&self, name: &str) -> Vec<u8> {
        if let Some(text) = self.0.get(name).and_then(Value::as_str) {
            return text.as_bytes().to_vec();
        }
        let encoded = self.0.get(format!("{name}_b64")).and_then(Value::as_str).unwrap_or_default();
        b64_decode(encoded.as_bytes()).expect("base64")
    }

    fn text(&self, name: &str) -> String {
        String::from_utf8_lossy(&self.bytes(name)).into_owned()
    }

    fn number(&self, name: &str) -> Option<i64> {
        self.0.get(name).and_then(Value::as_i64)
    }

    fn zone(&self) -> Result<Zone, Vec<u8>> {
        let name = self.text("zone");
        Zone::named(&name).ok_or_else(|| format!("unknown time zone {name}").into_bytes())
    }
}

fn string(bytes: &[u8]) -> Value {
    match std::str::from_utf8(bytes) {
        Ok(text) => json!(text),
        Err(_) => json!({"$str_b64": b64_encode(bytes)}),
    }
}

fn strings<'a>(items: impl IntoIterator<Item = &'a [u8]>) -> Value {
    let items: Vec<_> = items.into_iter().map(string).collect();
    json!({ "$strs": items })
}

fn expression(case: &Case, op: &str) -> Answer {
    let input = case.bytes("input");
    if op == "quote" {
        return Ok(string(&quote_meta(&input)));
    }
    let compiled = regex::compile(&case.bytes("pattern")).map_err(|error| {
        [format!("error parsing regexp: {}: `", error.code).as_bytes(), &error.expression, b"`"].concat()
    })?;
    let limit = case.number("n").unwrap_or(-1);
    let with = case.bytes("with");
    Ok(match op {
        "match" => json!(compiled.is_match(&input)),
        "find" => string(compiled.find(&input).unwrap_or_default()),
        "find-submatch-index" => {
            let groups = compiled.captures(&input).unwrap_or_default().into_iter();
            let ends = groups.flat_map(|group| match group {
                Some(range) => [range.start.to_string(), range.end.to_string()],
                None => ["-1".to_owned(), "-1".to_owned()],
            });
            json!(format!("[{}]", ends.collect::<Vec<_>>().join(" ")))
        }
        "find-all" => strings(compiled.find_all(&input, limit)),
        "replace" => string(&compiled.replace_all(&input, &with)),
        "replace-literal" => string(&compiled.replace_all_literal(&input, &with)),
        "split" => strings(compiled.split(&input, limit)),
        "names" => strings(compiled.names().iter().map(|name| name.as_deref().unwrap_or_default())),
        other => return Err(format!("no such op: {other}").into_bytes()),
    })
}

fn version(case: &Case, op: &str) -> Answer {
    let given = case.bytes("version");
    let parse = |text: &[u8]| Version::parse(text).map_err(told);
    let constraint = || Constraints::parse(case.bytes("constraint")).map_err(told);
    let panic = |what: &str| format!("panic: {what}").into_bytes();
    Ok(match op {
        "constraint" => {
            let constraint = constraint()?;
            let version = parse(&given)?;
            let validated = constraint.validate(&version);
            let ok = validated.is_ok();
            let why: Vec<_> = validated.err().unwrap_or_default().iter().map(ToString::to_string).collect();
            json!({"ok": ok, "check": constraint.check(&version), "why": {"$strs": why}})
        }
        "constraint-string" => json!(constraint()?.to_string()),
        "parse" | "parse-strict" => {
            let version = if op == "parse" {
                parse(&given)?
            } else {
                Version::parse_strict(&case.text("version")).map_err(told)?
            };
            json!({
                "string": version.to_string(), "original": version.original(),
                "prerelease": version.prerelease(), "metadata": version.metadata(),
                "major": {"$uint64": version.major()}, "minor": {"$uint64": version.minor()},
                "patch": {"$uint64": version.patch()},
            })
        }
        "compare" => json!({"$int": parse(&given)?.compare(&parse(&case.bytes("with"))?) as i8}),
        "bump" => {
            let version = parse(&given)?;
            let bumped = [version.inc_major(), version.inc_minor(), version.inc_patch()];
            let bumped = bumped.into_iter().map(|version| version.map(|version| version.to_string()));
            json!({"$strs": bumped.collect::<Result<Vec<_>, _>>().map_err(panic)?})
        }
        other => return Err(format!("no such op: {other}").into_bytes()),
    })
}

fn instant(case: &Case, op: &str) -> Answer {
    let zone = case.zone()?;
    let input = case.bytes("input");
    let nanos = case.number("unix_nanos").unwrap_or(0);
    let parse = |text: &[u8]| duration::parse(text).map_err(told);
    Ok(match op {
        "format" => string(&Time::unix(0, nanos, zone).format(&case.bytes("layout"))),
        "string" => json!(Time::unix(0, nanos, zone).to_string()),
        "parse" => {
            let time = time::parse(&case.bytes("layout"), &input, &zone).map_err(told)?;
            json!({"unix": {"$number": time.unix_seconds().to_string()}, "text": time.to_string()})
        }
        "parse-duration" => {
            let value = parse(&input)?;
            json!({"nanos": {"$int64": value}, "text": duration::format(value)})
        }
        "duration" => json!(duration::format(nanos)),
        "round" => json!(duration::format(duration::round(parse(&input)?, parse(&case.bytes("with"))?))),
        "truncate" => {
            json!(duration::format(duration::truncate(parse(&input)?, parse(&case.bytes("with"))?)))
        }
        other => return Err(format!("no such op: {other}").into_bytes()),
    })
}

fn answer(case: &Case) -> Option<Answer> {
    let op = case.text("op");
    Some(match case.text("kind").as_str() {
        "regex" => expression(case, &op),
        "semver" => version(case, &op),
        "glob" => Glob::new(&case.bytes("pattern"))
            .map(|glob| json!(glob.is_match(&case.bytes("input"))))
            .map_err(told),
        "time" => instant(case, &op),
        _ => return None,
    })
}

#[expect(clippy::disallowed_methods, reason = "tests read their cases")]
fn cases(suite: &str) -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance/cases").join(suite);
    let entries = std::fs::read_dir(&folder).expect("a folder of cases");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    let mut cases = Vec::new();
    for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "jsonl")) {
        let content = std::fs::read_to_string(file).expect("a readable file");
        // The first line names the oracle.
        cases.extend(content.lines().skip(1).map(|line| Case(serde_json::from_str(line).expect("JSON"))));
    }
    cases
}

/// Replays a suite: every case but the chosen ones has its recorded answer, and those do not.
fn replay(suite: &str, least: usize) {
    let cases = cases(suite);
    assert!(cases.len() >= least, "only {} cases of {suite}", cases.len());
    let mut chosen = known(suite);
    let mut failures = Vec::new();
    for case in &cases {
        let id = case.text("id");
        let found = answer(case).unwrap_or_else(|| panic!("{id} is of no kind that is known here"));
        let expected = match case.0.get("out") {
            Some(out) => Ok(out.clone()),
            None => Err(case.bytes("err")),
        };
        match (found == expected, chosen.remove(&id)) {
            (true, true) => failures.push(format!("{id} is answered as recorded: take it from the list")),
            (false, false) => failures.push(format!("{}\n    ours {found:?}", case.0)),
            _ => {}
        }
    }
    failures.extend(chosen.into_iter().map(|id| format!("{id} is listed, but there is no such case")));
    assert!(failures.is_empty(), "{} of {} differ:\n{}", failures.len(), cases.len(), failures.join("\n"));
}

#[test]
fn regular_expressions_are_those_of_go() {
    replay("regex", 1000);
}

#[test]
fn versions_and_constraints_are_those_of_masterminds() {
    replay("semver", 1000);
}

#[test]
fn globs_are_those_of_gobwas() {
    replay("glob", 1000);
}

#[test]
fn times_and_durations_are_those_of_go() {
    replay("time", 1000);
}
