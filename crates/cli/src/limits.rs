//! Limits by name: their defaults, and how the user raises and lowers them.
//!
//! They bound what foreign bytes may cost: `docs/reference/limits.md` lists them, and a test holds it to [`TABLE`].

use std::time::Duration;

use artifact::provenance;
use chart::load::{ArchiveLimits, LoadError};
use chart::values::ValuesError;
use gotmpl::Budget;
use govalue::yaml;
use plugin::invoke::Allowance;
use render::RenderError;

use crate::commands::Context;
use crate::environment::memory_in_use;
use crate::report::Failure;

/// What the commands that load charts keep to.
#[derive(Debug, Clone)]
pub(crate) struct Limits {
    /// Of charts in folders and archives.
    pub(crate) chart: ArchiveLimits,
    /// Of an archive's file.
    pub(crate) archive: u64,
    /// Of keyrings and provenance files.
    pub(crate) provenance: provenance::Limits,
    /// Of YAML in charts, in values and in what templates print.
    pub(crate) yaml: yaml::Limits,
    /// Of a values file.
    pub(crate) values: u64,
    /// Of a schema outside its chart.
    pub(crate) schema: u64,
    /// Seconds for the check of the values of all charts.
    pub(crate) schema_seconds: u64,
    /// Seconds for the names that templates ask for.
    pub(crate) dns_seconds: u64,
    /// Of the text of all templates.
    pub(crate) templates: u64,
    /// Of executing templates.
    pub(crate) budget: Budget,
    /// Of one call of a plugin.
    pub(crate) plugin: Allowance,
    /// Of what plugins run in.
    pub(crate) sandbox: sandbox::Options,
}

impl Default for Limits {
    fn default() -> Self {
        let mut limits = Self {
            chart: ArchiveLimits::default(),
            archive: 0,
            provenance: provenance::Limits::default(),
            yaml: yaml::Limits::default(),
            values: 0,
            schema: 0,
            schema_seconds: 0,
            dns_seconds: 0,
            templates: 0,
            budget: Budget::default(),
            plugin: Allowance::default(),
            sandbox: sandbox::Options { memory_in_use, ..sandbox::Options::default() },
        };
        limits.budget.memory.used = memory_in_use;
        for limit in TABLE {
            (limit.set)(&mut limits, limit.default);
        }
        limits
    }
}

/// One limit.
pub(crate) struct Limit {
    /// How it is called.
    pub(crate) name: &'static str,
    /// What it is when nobody says anything.
    pub(crate) default: u64,
    /// What it can be raised to: beyond, the program's own stack would end first.
    most: u64,
    set: fn(&mut Limits, u64),
}

const fn limit(name: &'static str, default: u64, set: fn(&mut Limits, u64)) -> Limit {
    Limit { name, default, most: 1 << 60, set }
}

const fn shallow(name: &'static str, default: u64, most: u64, set: fn(&mut Limits, u64)) -> Limit {
    Limit { name, default, most, set }
}

/// The value of a limit that is not there.
const OFF: u64 = 0;

const fn mebi(count: u64) -> u64 {
    count << 20
}

/// All limits, by name.
pub(crate) const TABLE: &[Limit] = &[
    limit("archive.bytes", mebi(128), |limits, value| limits.archive = value),
    limit("archive.entries", 100_000, |limits, value| limits.chart.entries = size(value)),
    limit("archive.name", 4_096, |limits, value| limits.chart.name = size(value)),
    limit("archive.ratio", 500, |limits, value| limits.chart.ratio = value),
    limit("chart.bytes", chart::load::MAX_CHART_SIZE, |limits, value| limits.chart.total = value),
    limit("chart.files", 500_000, |limits, value| limits.chart.files = size(value)),
    shallow("chart.nesting", 64, 500, |limits, value| limits.chart.nesting = size(value)),
    limit("chart.unpacked", mebi(256), |limits, value| limits.chart.unpacked = value),
    limit("dns.seconds", 5, |limits, value| limits.dns_seconds = value),
    limit("plugin.compile-memory", mebi(1 << 10), |limits, value| limits.sandbox.compile_memory = value),
    limit("plugin.compile-time", 30, |limits, value| {
        limits.sandbox.compile_time = Duration::from_secs(value);
    }),
    // Where nobody asks for it, nothing is counted.
    limit("plugin.fuel", OFF, |limits, value| limits.plugin.limits.fuel = (value != OFF).then_some(value)),
    limit("plugin.host-message", mebi(64), |limits, value| limits.plugin.limits.host_message = value),
    limit("plugin.http-redirects", 5, |limits, value| limits.plugin.limits.http_redirects = small(value)),
    limit("plugin.http-request", mebi(8), |limits, value| limits.plugin.limits.http_request = value),
    limit("plugin.http-requests", 1_000, |limits, value| limits.plugin.limits.http_requests = small(value)),
    limit("plugin.http-response", mebi(8), |limits, value| limits.plugin.limits.http_response = value),
    limit("plugin.http-total", mebi(32), |limits, value| limits.plugin.limits.http_total = value),
    limit("plugin.input", mebi(64), |limits, value| limits.plugin.limits.input = value),
    limit("plugin.log-bytes", mebi(1), |limits, value| limits.plugin.limits.log_bytes = value),
    limit("plugin.log-lines", 10_000, |limits, value| limits.plugin.limits.log_lines = value),
    limit("plugin.memory", mebi(256), |limits, value| limits.plugin.limits.memory = value),
    limit("plugin.module", mebi(64), |limits, value| limits.sandbox.module_bytes = value),
    limit("plugin.open-files", 128, |limits, value| limits.plugin.limits.open_files = small(value)),
    limit("plugin.output", mebi(64), |limits, value| limits.plugin.limits.output = value),
    shallow("plugin.stack", mebi(1), mebi(256), |limits, value| limits.sandbox.stack = size(value)),
    limit("plugin.time", 30, |limits, value| limits.plugin.limits.time = Duration::from_secs(value)),
    limit("plugin.vars", mebi(1), |limits, value| limits.plugin.limits.vars = value),
    limit("provenance.file", mebi(4), |limits, value| limits.provenance.provenance = value),
    limit("provenance.keyring", mebi(64), |limits, value| limits.provenance.keyring = value),
    limit("render.bytes", mebi(16 << 10), |limits, value| limits.budget.bytes_limit = value),
    shallow("render.depth", 4_000, 8_000, |limits, value| limits.budget.depth = value as u32),
    limit("render.memory", mebi(416), |limits, value| limits.budget.memory.limit = value),
    limit("render.steps", 200_000_000, |limits, value| {
        limits.budget.steps = value;
        limits.budget.steps_limit = value;
    }),
    limit("render.templates", render::TEMPLATES as u64, |limits, value| limits.templates = value),
    limit("schema.bytes", mebi(16), |limits, value| limits.schema = value),
    limit("schema.seconds", 5, |limits, value| limits.schema_seconds = value),
    limit("values.bytes", mebi(64), |limits, value| limits.values = value),
    limit("yaml.bytes", mebi(256), |limits, value| limits.yaml.bytes = size(value)),
    shallow("yaml.depth", 1_000, 1_000, |limits, value| limits.yaml.depth = size(value)),
    limit("yaml.nodes", 1_000_000, |limits, value| limits.yaml.nodes = size(value)),
];

fn size(value: u64) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

fn small(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// The limits of a command: the defaults, those of `PINTLE_LIMITS`, those of `--limit`.
pub(crate) fn limits(context: &Context<'_>) -> Result<Limits, Failure> {
    let mut limits = Limits::default();
    let variable = context.environment.get("PINTLE_LIMITS").unwrap_or_default();
    let listed = variable.split(',').map(str::trim).filter(|text| !text.is_empty());
    for text in listed {
        change(&mut limits, text).map_err(|why| Failure::plain(format!("PINTLE_LIMITS {text}: {why}")))?;
    }
    for text in context.parsed.all("limit") {
        change(&mut limits, text).map_err(|why| Failure::plain(format!("--limit {text}: {why}")))?;
    }
    Ok(limits)
}

fn change(limits: &mut Limits, text: &str) -> Result<(), String> {
    let Some((name, value)) = text.split_once('=') else {
        return Err("a limit is written NAME=NUMBER".to_owned());
    };
    let names = TABLE.iter().map(|limit| limit.name);
    let Some(limit) = TABLE.iter().find(|limit| limit.name == name) else {
        let unknown = format!("unknown limit `{name}`");
        return Err(match guard::nearest(name, names.clone()) {
            Some(nearest) => format!("{unknown}, did you mean `{nearest}`?"),
            None => format!("{unknown}; the limits are {}", names.collect::<Vec<_>>().join(", ")),
        });
    };
    let off = (limit.default == OFF && value == "0").then_some(OFF);
    let Some(value) = off.or_else(|| number(value)) else {
        return Err(format!("`{value}` is no number such as 5000, 1e9, 64Ki or 512Mi"));
    };
    if value > limit.most {
        return Err(format!("at most {}", limit.most));
    }
    (limit.set)(limits, value);
    limits.plugin.named.insert(limit.name);
    Ok(())
}

/// A whole number from 1 on, in any notation, with the suffix of a multiple or without.
fn number(text: &str) -> Option<u64> {
    const SUFFIXES: [(&str, u64); 9] = [
        ("Ki", 1 << 10),
        ("Mi", 1 << 20),
        ("Gi", 1 << 30),
        ("KiB", 1 << 10),
        ("MiB", 1 << 20),
        ("GiB", 1 << 30),
        ("k", 1_000),
        ("M", 1_000_000),
        ("G", 1_000_000_000),
    ];
    let suffix = SUFFIXES.iter().find_map(|(suffix, factor)| Some((text.strip_suffix(suffix)?, *factor)));
    let (digits, factor) = suffix.unwrap_or((text, 1));
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let value = digits.parse::<f64>().ok()? * factor as f64;
    // Up to here every whole number is exact.
    (1.0..9e15).contains(&value).then_some(value as u64)
}

/// The name and value of the limit that an error is about, if it is about one.
pub(crate) fn met(error: &(dyn std::error::Error + 'static)) -> Option<(&'static str, u64)> {
    let mut current = Some(error);
    while let Some(error) = current {
        let limit = error
            .downcast_ref()
            .and_then(LoadError::limit)
            .or_else(|| error.downcast_ref().and_then(ValuesError::limit))
            .or_else(|| error.downcast_ref().and_then(RenderError::limit))
            .or_else(|| error.downcast_ref().and_then(govalue::Error::limit))
            .or_else(|| error.downcast_ref().map(|met: &LimitMet| (met.name, met.limit)));
        if limit.is_some() {
            return limit;
        }
        current = error.source();
    }
    None
}

/// Whether a limit is one of Helm's, with Helm's words for who meets it.
pub(crate) fn is_helms(name: &str) -> bool {
    name == "chart.bytes"
}

/// A limit that this crate looks after was met.
#[derive(Debug, thiserror::Error)]
#[error("{text}")]
pub(crate) struct LimitMet {
    text: String,
    name: &'static str,
    limit: u64,
}

impl LimitMet {
    /// A file is larger than may be.
    pub(crate) fn oversize(file: &str, name: &'static str, limit: u64) -> Self {
        Self { text: format!("{file}: file is larger than {limit} bytes"), name, limit }
    }

    /// The check of values takes longer than may be.
    pub(crate) fn slow_schema(limit: u64) -> Self {
        let text = format!("the check of the values took more than {limit} seconds");
        Self { text, name: "schema.seconds", limit }
    }

    /// The process holds more than may be.
    pub(crate) fn memory(what: &str, limit: u64) -> Self {
        let text = format!("{what} more than {limit} bytes of memory");
        Self { text, name: "render.memory", limit }
    }
}

#[cfg(test)]
mod tests {
    use super::{Limits, TABLE, change, number};

    #[test]
    fn numbers_have_many_notations() {
        for (text, value) in
            [("1", 1), ("1e9", 1_000_000_000), ("2.5k", 2_500), ("64Ki", 65_536), ("1GiB", 1 << 30)]
        {
            assert_eq!(number(text), Some(value), "{text}");
        }
        for text in ["", "0", "-1", "0.5", "1e99", "NaN", "inf", "x", "1x", "Mi", "1 Mi"] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn names_are_in_order_and_every_limit_can_be_set() {
        assert!(TABLE.is_sorted_by(|a, b| a.name < b.name));
        for limit in TABLE {
            let mut limits = Limits::default();
            // That it was named is kept as well.
            limits.plugin.named.insert(limit.name);
            let before = format!("{limits:?}");
            change(&mut limits, &format!("{}=7", limit.name)).unwrap();
            assert_ne!(format!("{limits:?}"), before, "{}", limit.name);
            change(&mut limits, &format!("{}={}", limit.name, limit.default)).unwrap();
            assert_eq!(format!("{limits:?}"), before, "{}", limit.name);
        }
    }

    #[test]
    fn the_defaults_are_those_of_the_libraries() {
        let limits = Limits::default();
        let yaml = govalue::yaml::Limits::default();
        assert_eq!(
            (limits.yaml.depth, limits.yaml.nodes, limits.yaml.bytes),
            (yaml.depth, yaml.nodes, yaml.bytes)
        );
        assert_eq!(limits.provenance, artifact::provenance::Limits::default());
        assert_eq!(limits.plugin.limits, sandbox::Limits::default());
        let options = sandbox::Options::default();
        assert_eq!(
            (limits.sandbox.module_bytes, limits.sandbox.stack),
            (options.module_bytes, options.stack)
        );
        assert_eq!(
            (limits.sandbox.compile_time, limits.sandbox.compile_memory),
            (options.compile_time, options.compile_memory)
        );
        let chart = chart::load::ArchiveLimits::default();
        assert_eq!(format!("{:?}", limits.chart), format!("{chart:?}"));
        let budget = gotmpl::Budget::default();
        assert_eq!((limits.budget.steps, limits.budget.steps_limit), (budget.steps, budget.steps_limit));
        assert_eq!((limits.budget.depth, limits.budget.bytes_limit), (budget.depth, budget.bytes_limit));
    }
}
