//! Keeps what ARCHITECTURE.md says true.

use std::collections::{BTreeMap, BTreeSet};

/// The code map of ARCHITECTURE.md: rows `| crate | what | depends on |`.
fn documented() -> BTreeMap<String, BTreeSet<String>> {
    let text = std::fs::read_to_string(xtask::root().join("ARCHITECTURE.md")).unwrap();
    let section = text.split("## Code map").nth(1).unwrap().split("\n## ").next().unwrap();
    section
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let name = cells[0].trim_matches('`').to_owned();
            let arrows = cells[2].split_whitespace().filter(|word| *word != "-").map(str::to_owned).collect();
            (name, arrows)
        })
        .collect()
}

#[test]
fn architecture_names_every_crate_with_its_arrows() {
    assert_eq!(documented(), xtask::crates().unwrap());
}

#[test]
fn no_crate_depends_on_itself_through_others() {
    let crates = xtask::crates().unwrap();
    for name in crates.keys() {
        let mut reached = BTreeSet::new();
        let mut next: Vec<&String> = crates[name].iter().collect();
        while let Some(dependency) = next.pop() {
            if reached.insert(dependency) {
                next.extend(&crates[dependency]);
            }
        }
        assert!(!reached.contains(name), "{name} reaches itself");
    }
}

#[test]
fn every_pure_crate_forbids_the_world() {
    for name in ["guard", "govalue", "gotmpl", "sprig", "chart", "render"] {
        let path = xtask::root().join("crates").join(name).join("clippy.toml");
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains("std::time::SystemTime::now"), "{} lacks the list", path.display());
    }
}

#[test]
fn the_page_of_recorded_cases_is_up_to_date() {
    let committed = std::fs::read_to_string(xtask::root().join("docs/compat/cases.md")).unwrap();
    let page = xtask::compat::page(&xtask::root()).unwrap();
    assert!(committed == page, "run `cargo xtask compat`: docs/compat/cases.md is not up to date");
}
