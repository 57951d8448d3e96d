//! What resolving leaves out makes no difference.

use super::*;
use crate::load::{Context, FollowAll, files};

struct Equal;
impl Versions for Equal {
    fn valid(&self, _: &str) -> bool {
        true
    }
    fn matches(&self, constraint: &str, version: &str) -> Result<bool, String> {
        Ok(constraint == version || constraint.is_empty())
    }
}

/// What a chart comes to when tables with more entries than `large` are narrowed.
fn resolved(case: &serde_json::Value, large: usize) -> Option<String> {
    let texts = case["files"].as_object()?.iter();
    let all =
        texts.map(|(name, text)| File::new(name.as_str(), text.as_str().unwrap_or_default().as_bytes()));
    let mut outside = FollowAll;
    let chart = files(all.collect(), &mut Context::new(&Equal, &mut outside)).ok()?;
    let user = case["user"].as_str().unwrap_or_default();
    let user = crate::values::read(user.as_bytes(), &govalue::yaml::Limits::default()).ok()?;
    let mut notices = Vec::new();
    let mut tree = Tree::new(&Equal, &mut notices);
    tree.large = large;
    let root = tree.add(&chart, None);
    let done = tree.enable(root, &user, "").and_then(|()| tree.import(root));
    let values = done
        .and_then(|()| tree.coalesce_from(root, &user, Nulls::Remove).map_err(ResolveError::SubchartValues));
    let mut used = Vec::new();
    tree.used(root, &mut used);
    let used: Vec<_> = used.into_iter().map(|(names, _)| names).collect();
    let values = values.map(|values| coalesce::display(&values.into())).map_err(|error| error.to_string());
    Some(format!("{used:?} {values:?} {notices:?}"))
}

#[test]
fn only_what_is_looked_at_of_a_large_table_is_enough() {
    let mut count = 0;
    for line in include_str!("../../tests/cases/resolve.jsonl").lines().skip(1) {
        let Ok(case) = serde_json::from_str(line) else { panic!("{line}") };
        let whole = resolved(&case, usize::MAX);
        count += usize::from(whole.as_ref().is_some_and(|text| text.contains(", [\"")));
        assert_eq!(resolved(&case, 0), whole, "{case}");
    }
    assert!(count > 40, "{count}");
}
