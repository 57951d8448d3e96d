//! Timings as text: by phase, chart, template and function.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::time::Duration;

use super::calls::{Finished, Label};

/// Phases in the order in which a render goes through them.
const PHASES: [&str; 8] = ["load", "values", "schema", "parse", "execute", "yaml", "sort", "print"];

/// Rows of a table; what costs less is summed up in one more.
const MOST_ROWS: usize = 20;

/// The name of texts that are given to `tpl`, which the engine has none for.
const TEXTS: &str = "(texts given to tpl)";

/// What is known of a row.
#[derive(Default, Clone, Copy)]
struct Cost {
    total: Duration,
    own: Duration,
    count: u64,
}

/// Four tables. Times are in milliseconds; `total` is with everything called, `self` without.
pub(super) fn render(calls: &Finished, whole: Duration) -> String {
    let mut out = String::new();
    phases(&mut out, calls, whole);
    let own = calls.own(|_| true);
    let costs = |row: &dyn Fn(&Label) -> Option<String>| {
        let mut costs: HashMap<String, Cost> = HashMap::new();
        for (at, node) in calls.nodes().iter().enumerate() {
            let Some(name) = row(calls.label(node)) else { continue };
            let nested = calls.is_within(at, |outer| outer.label == node.label);
            let cost = costs.entry(name).or_default();
            cost.own += own[at];
            cost.count += node.count;
            if !nested {
                cost.total += node.total;
            }
        }
        costs
    };
    table(&mut out, "chart", "templates", charts(calls, &own), |cost| cost.total);
    let templates = costs(&|label| match label {
        Label::Definition { name, file } => Some(named(name, file)),
        _ => None,
    });
    table(&mut out, "template", "calls", templates, |cost| cost.total);
    let functions = costs(&|label| match label {
        Label::Function(name) => Some((*name).to_owned()),
        Label::Parse => Some("(parsing texts given to tpl)".to_owned()),
        _ => None,
    });
    table(&mut out, "function", "calls", functions, |cost| cost.own);
    out
}

fn phases(out: &mut String, calls: &Finished, whole: Duration) {
    let is_phase = |label: &Label| matches!(label, Label::Phase(_));
    let own = calls.own(is_phase);
    let mut costs: Vec<(&str, Duration)> = PHASES.map(|name| (name, Duration::ZERO)).into();
    for (node, own) in calls.nodes().iter().zip(&own) {
        let Label::Phase(name) = calls.label(node) else { continue };
        match costs.iter_mut().find(|(known, _)| known == name) {
            Some((_, cost)) => *cost += *own,
            None => costs.push((name, *own)),
        }
    }
    let known: Duration = costs.iter().map(|(_, cost)| *cost).sum();
    costs.push(("other", whole.saturating_sub(known)));
    costs.push(("all", whole));
    let share = |part: Duration| 100.0 * part.as_secs_f64() / whole.as_secs_f64().max(1e-9);
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{:>12} {:>7}  phase", "ms", "%");
    for (name, cost) in costs {
        let _ = writeln!(out, "{:12.3} {:7.1}  {name}", ms(cost), share(cost));
    }
}

/// Charts: `total` is the time of their own templates with all they call, `self` that of what they define themselves,
/// whoever calls it.
fn charts(calls: &Finished, own: &[Duration]) -> HashMap<String, Cost> {
    let mut costs: HashMap<String, Cost> = HashMap::new();
    // The chart of each path: a function's is its caller's, and so is that of a text given to `tpl`.
    let mut owners: Vec<Option<&str>> = Vec::with_capacity(calls.nodes().len());
    for (at, node) in calls.nodes().iter().enumerate() {
        let outer = owners.get(node.parent).copied().flatten();
        let chart = match calls.label(node) {
            Label::Definition { file, .. } => chart_of(file).or(outer),
            _ => outer,
        };
        owners.push(chart);
        let Some(chart) = chart else { continue };
        let cost = costs.entry(chart.to_owned()).or_default();
        cost.own += own[at];
        if outer.is_none() {
            cost.total += node.total;
            cost.count += node.count;
        }
    }
    costs
}

/// The chart that a template's path begins with.
fn chart_of(file: &str) -> Option<&str> {
    file.rsplit_once("/templates/").map(|(chart, _)| chart)
}

/// A file by its path, a definition by its name and file.
fn named(name: &str, file: &str) -> String {
    match chart_of(file) {
        None => TEXTS.to_owned(),
        Some(_) if name == file => name.to_owned(),
        Some(_) => format!("{name} ({file})"),
    }
}

fn table(
    out: &mut String,
    what: &str,
    counted: &str,
    costs: HashMap<String, Cost>,
    order: impl Fn(&Cost) -> Duration,
) {
    if costs.is_empty() {
        return;
    }
    let mut rows: Vec<(String, Cost)> = costs.into_iter().collect();
    rows.sort_by(|a, b| order(&b.1).cmp(&order(&a.1)).then_with(|| a.0.cmp(&b.0)));
    let _ = writeln!(out, "\n{:>12} {:>12} {counted:>9}  {what}", "total ms", "self ms");
    let mut line = |name: &str, total: Option<Duration>, cost: &Cost| {
        let total = total.map(|total| format!("{:.3}", ms(total))).unwrap_or_default();
        let _ = writeln!(out, "{total:>12} {:12.3} {:9}  {}", ms(cost.own), cost.count, printable(name));
    };
    for (name, cost) in rows.iter().take(MOST_ROWS) {
        line(name, Some(cost.total), cost);
    }
    let rest = rows.get(MOST_ROWS..).unwrap_or_default();
    if !rest.is_empty() {
        let own = rest.iter().map(|(_, cost)| cost.own).sum();
        let count = rest.iter().map(|(_, cost)| cost.count).sum();
        // Their totals overlap, so that a sum of them would say nothing.
        line(&format!("({} more)", rest.len()), None, &Cost { total: Duration::ZERO, own, count });
    }
}

/// A chart names its templates as it likes; a terminal must not obey it.
fn printable(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use gotmpl::Passage;

    use super::super::calls::Calls;
    use super::*;

    /// A render of two charts: the parent's template includes the library's definition, which includes itself.
    fn calls() -> Finished {
        let at = Duration::from_millis;
        let mut calls = Calls::new();
        calls.enter(Passage::Step("values"), at(0));
        calls.enter(Passage::Step("schema"), at(1));
        calls.leave(at(3));
        calls.leave(at(4));
        calls.enter(Passage::Step("execute"), at(4));
        let file = b"top/templates/a.yaml";
        calls.enter(Passage::Definition { name: file, file }, at(4));
        let helper = Passage::Definition { name: b"lib.x", file: b"top/charts/lib/templates/_x.tpl" };
        calls.enter(Passage::Function("include"), at(5));
        calls.enter(helper, at(5));
        calls.enter(Passage::Function("include"), at(6));
        calls.enter(helper, at(6));
        for end in [16, 16, 18, 18] {
            calls.leave(at(end));
        }
        calls.leave(at(20));
        calls.leave(at(20));
        calls.ended(at(40))
    }

    #[test]
    fn time_is_told_by_phase_chart_template_and_function() {
        let text = render(&calls(), Duration::from_millis(40));
        let has = |line: &str| assert!(text.lines().any(|l| l == line), "{line}\n{text}");
        has("       2.000     5.0  values");
        has("       2.000     5.0  schema");
        has("      16.000    40.0  execute");
        has("      20.000    50.0  other");
        has("      16.000        3.000         1  top");
        has("       0.000       13.000         0  top/charts/lib");
        has("      16.000        3.000         1  top/templates/a.yaml");
        // A call within a call of the same is counted once.
        has("      13.000       13.000         2  lib.x (top/charts/lib/templates/_x.tpl)");
        has("      13.000        0.000         2  include");
    }

    #[test]
    fn names_of_charts_cannot_steer_a_terminal() {
        let mut calls = Calls::new();
        calls.enter(Passage::Definition { name: b"\x1b[2J", file: b"c/templates/x" }, Duration::ZERO);
        let text = render(&calls.ended(Duration::from_millis(1)), Duration::from_millis(1));
        assert!(!text.contains('\u{1b}') && text.contains("[2J (c/templates/x)"), "{text}");
    }
}
