//! Replays what random comparison with the oracle once found, and a sample of what it asks, see
//! `xtask::fuzz_oracle`.

use xtask::fuzz_oracle::{case::Case, cases_folder, difference};

#[test]
fn what_was_once_asked_at_random_agrees() {
    let mut total = 0;
    let mut differing = Vec::new();
    for name in ["expr", "yaml", "sample-expr", "sample-yaml"] {
        let text = std::fs::read_to_string(cases_folder().join(format!("{name}.jsonl"))).unwrap();
        for line in text.lines().filter(|line| line.contains("\"kind\"")) {
            let case = Case::parse(line).unwrap();
            total += 1;
            if let Some(found) = difference(&case) {
                differing.push(format!("{}\n{found}", case.id));
            }
        }
    }
    assert!(total >= 600, "{total} cases");
    assert!(differing.is_empty(), "{} of {total} differ:\n{}", differing.len(), differing.join("\n"));
}
