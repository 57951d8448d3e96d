//! Commands and getters: the answers are those of Helm, recorded; and the same ones when the plugin was installed here.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Suite;
use super::build::Language;
use super::place::{Answer, Place, Program};

/// What is asked, of every language.
const QUESTIONS: &[&[&str]] = &[
    &["kinds-cli", "one", "two"],
    &["kinds-cli"],
    &["kinds-cli", "Grüße", "€"],
    &["kinds-cli", "one", "-n", "web", "--flag=x", "two"],
    &["--namespace", "web", "kinds-cli", "--", "one", "-n", "two"],
    &["kinds-cli", "--help"],
    &["help", "kinds-cli"],
    &["plugin", "list"],
    &["plugin", "list", "--type", "getter/v1"],
    &["template", "rel", "c", "-f", "kinds://some/values"],
    &["template", "rel", "c", "-f", "kinds://some/values", "-f", "kinds://other/values?a=b#c"],
    &["template", "rel", "c", "--set-file", "text=kinds://some/text"],
    &["template", "rel", "c", "-f", "KINDS://some/values"],
    &["template", "rel", "c", "-f", "unkind://some/values"],
    &["template", "rel", "kinds://some/kinds-0.1.0.tgz"],
    &["template", "rel", "kinds://some/kinds-0.1.0.tgz", "-f", "kinds://some/values"],
    &["show", "chart", "kinds://some/kinds-0.1.0.tgz"],
    &["template", "rel", "kinds://no/chart"],
];

const CHART: &str = "apiVersion: v2\nname: c\nversion: 0.1.0\n";
const TEMPLATE: &str = "kind: ConfigMap\nmetadata: {name: c}\ndata: {{ toJson .Values }}\n";
const FILE: &str = "conformance/cases/plugins/wasm.jsonl";

/// A line of the recorded file.
#[derive(Serialize, Deserialize)]
struct Case {
    id: String,
    kind: String,
    language: String,
    args: Vec<String>,
    exit: i64,
    stdout: String,
    stderr: String,
}

impl Case {
    fn new(language: Language, question: &[&str], answer: &Answer) -> Self {
        Self {
            id: id(language, question),
            kind: "wasm".to_owned(),
            language: language.name().to_owned(),
            args: question.iter().map(|&word| word.to_owned()).collect(),
            exit: answer.exit,
            stdout: answer.out.clone(),
            stderr: answer.err.clone(),
        }
    }

    fn answer(&self) -> Answer {
        Answer { exit: self.exit, out: self.stdout.clone(), err: self.stderr.clone() }
    }
}

/// Suite, topic, and a digest of the question (FNV-1a).
fn id(language: Language, question: &[&str]) -> String {
    let text = format!("{}\0{}", language.name(), question.join("\0"));
    let digest = text.bytes().fold(0xcbf2_9ce4_8422_2325, |digest: u64, byte| {
        (digest ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("plugins/wasm/{:08x}", digest >> 32)
}

pub(super) fn run(suite: &mut Suite, modules: &[(Language, PathBuf)]) -> Result<(), String> {
    let mut recorded = if suite.record { Vec::new() } else { read()? };
    for (language, module) in modules {
        let place = suite.place(language.name())?;
        for kind in ["cli", "getter", "postrenderer"] {
            place.plugin(&format!("plugins/{kind}"), kind, module)?;
        }
        place.write("c/Chart.yaml", CHART)?;
        place.write("c/templates/t.yaml", TEMPLATE)?;
        for question in QUESTIONS {
            let name = format!("{}: {}", language.name(), question.join(" "));
            if let Some(oracle) = suite.oracle.clone() {
                let helms = asked(&place, &oracle, question)?;
                if suite.record {
                    recorded.push(Case::new(*language, question, &helms));
                } else {
                    suite.check(
                        &format!("{name}: Helm, recorded"),
                        expected(&recorded, *language, question, &helms),
                    );
                }
            }
            let ours = asked(&place, &suite.helm.clone(), question)?;
            suite.check(&name, expected(&recorded, *language, question, &ours));
        }
        failing(suite, &place, *language)?;
        installed(suite, &place, &recorded, *language)?;
    }
    if suite.record {
        write(&recorded)?;
    }
    Ok(())
}

/// Plugins lie where they are, as Helm has them.
fn asked(place: &Place, program: &Program, question: &[&str]) -> Result<Answer, String> {
    place.run(program, &[("HELM_PLUGINS", "plugins")], question)
}

fn expected(recorded: &[Case], language: Language, question: &[&str], got: &Answer) -> Result<(), String> {
    let id = id(language, question);
    let case = recorded.iter().find(|case| case.id == id);
    let case = case.ok_or_else(|| format!("{id} is not in {FILE}: --record yes records it"))?;
    let wanted = case.answer();
    if *got == wanted { Ok(()) } else { Err(format!("{got}\ninstead of: {wanted}")) }
}

/// A guest's exit code is the program's. Helm 4.3.1 prints what the guest said, and panics.
fn failing(suite: &mut Suite, place: &Place, language: Language) -> Result<(), String> {
    let question = ["kinds-cli", "fail"];
    let ours = asked(place, &suite.helm, &question)?;
    let words = "told to fail\nError: plugin \"kinds-cli\" exited with error\n";
    let right = ours.exit == 3 && ours.out.is_empty() && ours.err == words;
    let outcome = right.then_some(()).ok_or_else(|| ours.to_string());
    suite.check(&format!("{}: exit code", language.name()), outcome);
    if let Some(oracle) = &suite.oracle {
        let helms = asked(place, oracle, &question)?;
        let outcome = helms.refused(2, "told to fail\npanic: runtime error: invalid memory address");
        suite.check(&format!("{}: exit code: Helm panics", language.name()), outcome);
    }
    Ok(())
}

/// Under our own name, each of them installed. What programs say of themselves has that name in it.
fn installed(suite: &mut Suite, place: &Place, recorded: &[Case], language: Language) -> Result<(), String> {
    let pintle = Program { home: "own-home", ..suite.pintle.clone() };
    for kind in ["cli", "getter", "postrenderer"] {
        let folder = format!("plugins/{kind}");
        let answer = place.run(&pintle, &[], &["plugin", "install", &folder])?.good();
        suite.check(&format!("{}: {kind} is installed", language.name()), answer.map(drop));
    }
    for question in QUESTIONS.iter().filter(|question| !["help", "plugin"].contains(&question[0])) {
        let id = id(language, question);
        let Some(case) = recorded.iter().find(|case| case.id == id) else { continue };
        let got = place.run(&pintle, &[], question)?;
        // An error may be followed by what to do about it.
        let helms = case.stderr.replace("/home/", "/own-home/");
        let same = got.exit == case.exit && got.out == case.stdout && got.err.starts_with(&helms);
        let outcome = if same { Ok(()) } else { Err(format!("{got}\ninstead of: {}", case.answer())) };
        suite.check(&format!("{}, installed: {}", language.name(), question.join(" ")), outcome);
    }
    let by_path = place.run(&pintle, &[], &["plugin", "run", "--path", "plugins/cli", "one", "two"])?.good();
    let said = by_path.and_then(|answer| match answer.out.as_str() {
        "said: one two\n" => Ok(()),
        _ => Err(answer.to_string()),
    });
    suite.check(&format!("{}: plugin run --path", language.name()), said);
    Ok(())
}

fn path() -> PathBuf {
    crate::root().join(FILE)
}

fn read() -> Result<Vec<Case>, String> {
    let text = super::place::read(&path())?;
    let text = String::from_utf8_lossy(&text).into_owned();
    let case = |line: &str| serde_json::from_str(line).map_err(|error| format!("{FILE}: {error}"));
    text.lines().skip(1).map(case).collect()
}

fn write(cases: &[Case]) -> Result<(), String> {
    let header = r#"{"format":1,"oracle":"helm v4.3.1 (go1.26.8)","suite":"plugins/wasm"}"#;
    let mut text = format!("{header}\n");
    for case in cases {
        text.push_str(&serde_json::to_string(case).map_err(|error| error.to_string())?);
        text.push('\n');
    }
    let path: &Path = &path();
    let written = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    written.and_then(|()| std::fs::write(path, text)).map_err(|error| super::place::shown(path, &error))
}
