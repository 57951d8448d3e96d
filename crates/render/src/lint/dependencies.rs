//! The rules for charts under `charts/` and their declarations.

use std::collections::BTreeSet;

use chart::Chart;
use chart::load::Folder;

use super::{Findings, Severity, Verdict};

pub(super) fn check(folder: &Folder, findings: &mut Findings) {
    let path = folder.path.to_string_lossy();
    match findings.load(folder) {
        Err(error) => {
            findings.rule(Severity::Error, "", Err(format!("unable to load chart\n\t{error}")));
        }
        Ok(chart) => {
            findings.rule(Severity::Error, &path, are_declared(chart));
            findings.rule(Severity::Error, &path, are_unique(chart));
            findings.rule(Severity::Warning, &path, are_there(chart));
        }
    }
}

fn are_declared(chart: &Chart) -> Verdict {
    let declared: BTreeSet<&str> = chart.metadata.dependencies().map(|d| d.name.as_str()).collect();
    let strangers = chart.subcharts.iter().map(Chart::name).filter(|name| !declared.contains(name));
    none_of("chart metadata is missing these dependencies", strangers)
}

fn are_unique(chart: &Chart) -> Verdict {
    let mut seen = BTreeSet::new();
    let names = chart.metadata.dependencies().map(|d| if d.alias.is_empty() { &d.name } else { &d.alias });
    none_of(
        "multiple dependencies with name or alias",
        names.map(String::as_str).filter(|name| !seen.insert(*name)),
    )
}

fn are_there(chart: &Chart) -> Verdict {
    let there: BTreeSet<&str> = chart.subcharts.iter().map(Chart::name).collect();
    let declared = chart.metadata.dependencies().map(|d| d.name.as_str());
    none_of("chart directory is missing these dependencies", declared.filter(|name| !there.contains(name)))
}

fn none_of<'n>(words: &str, names: impl Iterator<Item = &'n str>) -> Verdict {
    let names: Vec<&str> = names.collect();
    if names.is_empty() { Ok(()) } else { Err(format!("{words}: {}", names.join(","))) }
}
