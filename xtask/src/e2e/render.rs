//! Post-renderers. Helm 4.3.1 gives Wasm ones no manifests, so what is expected is what Helm prints when a native one (`sed`)
//! does the same.

use std::path::PathBuf;

use super::Suite;
use super::build::Language;
use super::place::{Answer, read};

/// `template shop examples/charts/shop` with a line before the first manifest.
pub(super) const GOLDEN: &str = "conformance/golden/shop-seen.yaml";
const NATIVE: &str = "apiVersion: v1\nname: seen\nversion: 0.1.0\ntype: postrenderer/v1\nruntime: subprocess\nruntimeConfig: {platformCommand: [{command: sed, args: ['1s/^/# seen\\n/']}]}\n";

/// What renders the example.
pub(super) fn line(chart: &str) -> [&str; 5] {
    ["template", "shop", chart, "--post-renderer", "kinds-postrenderer"]
}

/// The example chart.
pub(super) fn chart() -> String {
    crate::root().join("examples/charts/shop").display().to_string()
}

/// That an answer is the example with its line.
///
/// # Errors
/// With the first difference.
pub(super) fn seen(answer: Answer) -> Result<(), String> {
    let answer = answer.good()?;
    let golden = read(&crate::root().join(GOLDEN))?;
    let golden = String::from_utf8_lossy(&golden);
    if answer.out == golden && answer.err.is_empty() {
        return Ok(());
    }
    let differs = answer.out.lines().zip(golden.lines()).position(|(got, wanted)| got != wanted);
    Err(format!("line {:?} is not that of {GOLDEN}: {answer}", differs.map(|line| line + 1)))
}

pub(super) fn run(suite: &mut Suite, modules: &[(Language, PathBuf)]) -> Result<(), String> {
    let chart = chart();
    if let Some(oracle) = suite.oracle.clone() {
        let place = suite.place("native")?;
        place.write("plugins/seen/plugin.yaml", NATIVE)?;
        let plugins = [("HELM_PLUGINS", "plugins")];
        let line = ["template", "shop", &chart, "--post-renderer", "seen"];
        let helms = place.run(&oracle, &plugins, &line)?;
        if suite.record {
            let path = crate::root().join(GOLDEN);
            std::fs::write(&path, &helms.out).map_err(|error| super::place::shown(&path, &error))?;
        }
        suite.check("native: Helm, recorded", seen(helms));
        let ours = place.run(&suite.helm, &plugins, &line)?;
        suite.check("native", seen(ours));
    }
    for (language, module) in modules {
        let place = suite.place(&format!("render-{}", language.name()))?;
        place.plugin("plugins/seen", "postrenderer", module)?;
        let (pintle, helm) = (suite.pintle.clone(), suite.helm.clone());
        let name = language.name();
        let answer = place.run(&helm, &[("HELM_PLUGINS", "plugins")], &line(&chart))?;
        suite.check(&format!("{name} as helm"), seen(answer));
        // Nothing is installed under our own name yet.
        let missing = place.run(&pintle, &[], &line(&chart))?;
        suite.check(&format!("{name}, not installed"), missing.refused(1, "not found"));
        place.run(&pintle, &[], &["plugin", "install", "plugins/seen"])?.good()?;
        let answer = place.run(&pintle, &[], &line(&chart))?;
        suite.check(&format!("{name}, installed"), seen(answer));
        let answer = place.run(
            &pintle,
            &[],
            &[&line(&chart)[..], &["--post-renderer", "kinds-postrenderer"]].concat(),
        )?;
        let twice = answer.good().and_then(|answer| match answer.out.matches("# seen\n").count() {
            2 => Ok(()),
            _ => Err(answer.to_string()),
        });
        suite.check(&format!("{name}, twice in a chain"), twice);
    }
    Ok(())
}
