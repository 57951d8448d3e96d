//! Replays the recorded cases of `conformance/cases` that ask for regular expressions, versions, globs and times.

use std::path::Path;

use pintle_sprig::crypto::{b64_decode, b64_encode};
use pintle_sprig::glob::Glob;
use pintle_sprig::regex::{self, quote_meta};
use pintle_sprig::semver::{Constraints, Version};
use pintle_sprig::time::{self, Time, Zone, duration};
use serde_json::{Value, json};

/// A line of a case file.
struct Case(Value);

type Answer = Result<Value, String>;

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

    fn zone(&self) -> Result<Zone, String> {
        let name = self.text("zone");
        Zone::named(&name).ok_or_else(|| format!("unknown time zone {name}"))
    }
}

fn string(bytes: &[u8]) -> Value {
    match std::str::from_utf8(bytes) {
        Ok(text) => json!(text),
        Err(_) => json!({"$str_b64": b64_encode(bytes)}),
    }
}

fn strings<'a>(items: impl IntoIterator<Item = &'a [u8]>) -> Value {
    let items: Vec<_> = items.into_iter().map(go_json).collect();
    json!({ "$strs": items })
}

/// In a list of strings Go's JSON has U+FFFD for every byte that is not UTF-8.
fn go_json(bytes: &[u8]) -> String {
    pintle_sprig::unicode::runes(bytes).map(|(_, c)| c).collect()
}

fn expression(case: &Case, op: &str) -> Answer {
    let input = case.bytes("input");
    if op == "quote" {
        return Ok(string(&quote_meta(&input)));
    }
    let compiled = regex::compile(&case.bytes("pattern")).map_err(|error| error.to_string())?;
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
        other => return Err(format!("no such op: {other}")),
    })
}

fn version(case: &Case, op: &str) -> Answer {
    let given = case.text("version");
    let parse = |text: &str| Version::parse(text).map_err(|error| error.to_string());
    let constraint = || Constraints::parse(&case.text("constraint")).map_err(|error| error.to_string());
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
                Version::parse_strict(&given).map_err(|error| error.to_string())?
            };
            json!({
                "string": version.to_string(), "original": version.original(),
                "prerelease": version.prerelease(), "metadata": version.metadata(),
                "major": {"$uint64": version.major()}, "minor": {"$uint64": version.minor()},
                "patch": {"$uint64": version.patch()},
            })
        }
        "compare" => json!({"$int": parse(&given)?.compare(&parse(&case.text("with"))?) as i8}),
        "bump" => {
            let version = parse(&given)?;
            let bumped = [version.inc_major()?, version.inc_minor()?, version.inc_patch()?];
            json!({"$strs": bumped.map(|version| version.to_string())})
        }
        other => return Err(format!("no such op: {other}")),
    })
}

fn instant(case: &Case, op: &str) -> Answer {
    let zone = case.zone()?;
    let input = case.bytes("input");
    let nanos = case.number("unix_nanos").unwrap_or(0);
    let parse = |text: &[u8]| duration::parse(text).map_err(|error| error.to_string());
    Ok(match op {
        "format" => string(&Time::unix(0, nanos, zone).format(&case.bytes("layout"))),
        "string" => json!(Time::unix(0, nanos, zone).to_string()),
        "parse" => {
            let time =
                time::parse(&case.bytes("layout"), &input, &zone).map_err(|error| error.to_string())?;
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
        other => return Err(format!("no such op: {other}")),
    })
}

fn answer(case: &Case) -> Option<Answer> {
    let op = case.text("op");
    Some(match case.text("kind").as_str() {
        "regex" => expression(case, &op),
        "semver" => version(case, &op),
        "glob" => Glob::new(&case.bytes("pattern"))
            .map(|glob| json!(glob.is_match(&case.bytes("input"))))
            .map_err(|error| error.to_string()),
        "time" => instant(case, &op),
        _ => return None,
    })
}

fn replay(folder: &Path) -> Vec<String> {
    let mut failures = Vec::new();
    let files = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    for file in files.filter(|file| file.path().extension().is_some_and(|extension| extension == "jsonl")) {
        let content = std::fs::read_to_string(file.path()).expect("a readable file");
        for line in content.lines() {
            let case = Case(serde_json::from_str(line).expect("a line of JSON"));
            let Some(found) = answer(&case) else { continue };
            let expected = match case.0.get("out") {
                Some(out) => Ok(out.clone()),
                None => match case.text("err") {
                    error if !error.is_empty() => Err(error),
                    _ => Ok(string(&case.bytes("out"))),
                },
            };
            if found != expected {
                failures.push(format!("{line}\n    ours {found:?}"));
            }
        }
    }
    failures
}

#[test]
fn recorded_cases_are_answered_as_recorded() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance/cases");
    let failures: Vec<_> =
        ["regex", "semver", "glob", "time"].iter().flat_map(|kind| replay(&cases.join(kind))).collect();
    assert!(failures.is_empty(), "{} differ:\n{}", failures.len(), failures.join("\n"));
}
