//! A manifest with its limits beside each other, which Helm's documentation has and Helm's reader does not: it loads, and
//! the limits hold.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::Suite;
use super::build::Language;
use super::place::{Place, read};

const MANIFEST: &str = "apiVersion: v1\nname: flat\nversion: 0.1.0\ntype: cli/v1\nruntime: extism/v1\nruntimeConfig: {maxPages: 16, allowedHosts: [github.com], fileSystem: {createTempDir: true}, hostFunctions: [helm_get_values], maxHttpResponseBytes: 65536, timeout: 5000, entryFuncName: cli}\n";

pub(super) fn run(suite: &mut Suite, modules: &[(Language, PathBuf)]) -> Result<(), String> {
    for (language, module) in modules {
        let place = suite.place(&format!("flat-{}", language.name()))?;
        for (what, outcome) in one(suite, &place, *language, module)? {
            suite.check(&format!("flat limits, {}: {what}", language.name()), outcome);
        }
    }
    Ok(())
}

type Outcomes = Vec<(&'static str, Result<(), String>)>;

fn one(suite: &Suite, place: &Place, language: Language, module: &Path) -> Result<Outcomes, String> {
    place.write("flat/plugin.yaml", MANIFEST)?;
    place.write("flat/plugin.wasm", read(module)?)?;
    let run = |line: &[&str]| place.run(&suite.pintle, &[], line);
    let mut outcomes = Outcomes::new();
    let inspected = run(&["plugin", "inspect", "flat", "--output", "json"])?.good()?;
    let inspected: Value = serde_json::from_str(&inspected.out).map_err(|error| error.to_string())?;
    let wanted = json!({"maxPages": 16, "maxHttpResponseBytes": 65536, "timeout": 5000});
    let asks = json!(["http: {urls: [\"https://github.com:*\", \"http://github.com:*\"]}", "tempdir"]);
    let plugin = &inspected["plugin"];
    let shown = plugin["limits"] == wanted && plugin["requested"] == asks;
    outcomes.push(("plugin inspect", shown.then_some(()).ok_or_else(|| plugin.to_string())));
    let refused = run(&["plugin", "install", "flat"])?;
    let asked = refused.err.contains("plugin \"flat\" asks for what nobody granted: http=https://github.com:* http://github.com:*, tempdir\n");
    let asked = (refused.exit == 10 && asked).then_some(()).ok_or_else(|| refused.to_string());
    outcomes.push(("installed only with its grants", asked));
    run(&["plugin", "install", "flat", "--grant-requested"])?.good()?;
    let listed = run(&["plugin", "list"])?.good()?;
    let line = listed.out.lines().any(|line| line.starts_with("flat\t0.1.0  \tcli/v1"));
    outcomes.push(("plugin list", line.then_some(()).ok_or_else(|| listed.to_string())));
    let ran = run(&["flat", "one", "two"])?;
    outcomes.push(if language == Language::Go {
        // Go's own memory is larger than 16 pages.
        ("is held to 16 pages", ran.refused(11, "plugin error: memory limit: the guest may use 2 MiB"))
    } else {
        let said = ran.exit == 0 && ran.out == "said: one two\n" && ran.err.is_empty();
        ("runs in 16 pages", said.then_some(()).ok_or_else(|| ran.to_string()))
    });
    Ok(outcomes)
}
