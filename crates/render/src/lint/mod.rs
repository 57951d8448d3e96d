//! `helm lint`: what is wrong with a chart, before anyone installs it.
//!
//! [`lint`] looks at a chart's [`Folder`] rule by rule, in Helm's order: Chart.yaml (`chart_file`), values.yaml
//! and its schema (`values`), templates and what they print (`templates`), charts under `charts/`
//! (`dependencies`), custom resource definitions (`crds`). Each rule leaves at most one [`Message`] in Helm's
//! words. Templates ask the guard as in any other render.
//!
//! Absent on purpose: reading the folder (`chart::load`), printing, counting failed charts.

mod addresses;
mod chart_file;
mod crds;
mod dependencies;
mod deprecated;
mod names;
mod objects;
mod templates;
mod values;

use chart::load::{Folder, LoadError};
use chart::schema::SchemaLoader;
use chart::{Chart, ResolveError, ResolvedChart, Versions};
use govalue::{Map, yaml};
use guard::{Guard, Provenance};

use crate::{Host, KubeVersion, Notice, RenderError};

/// How bad something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Good to know.
    Info,
    /// Against a convention; `--strict` makes it an error.
    Warning,
    /// The chart will not install.
    Error,
}

impl Severity {
    /// The word in front of a message.
    pub fn word(self) -> &'static str {
        match self {
            Self::Info => "INFO",
            Self::Warning => "WARNING",
            Self::Error => "ERROR",
        }
    }
}

/// What one rule found. `Display` is Helm's line: `[INFO] Chart.yaml: icon is recommended`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// How bad it is.
    pub severity: Severity,
    /// Where: a file of the chart, a folder with a slash behind it, the chart's own path, or nothing.
    pub path: String,
    /// What is wrong.
    pub text: String,
}

impl std::fmt::Display for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "[{}] {}: {}", self.severity.word(), self.path, self.text)
    }
}

/// What linting takes beside the chart and the values.
pub struct LintOptions<'a> {
    /// `.Release.Namespace`
    pub namespace: String,
    /// The Kubernetes version that deprecations are told for; Helm's default without one.
    pub kube_version: Option<KubeVersion>,
    /// Steps and depth that templates may use.
    pub budget: gotmpl::Budget,
    /// Limits for YAML in values.yaml and in what templates print.
    pub yaml: yaml::Limits,
    /// Bytes of text that all templates together may have.
    pub templates: usize,
    /// How many threads may parse templates.
    pub threads: usize,
    /// The rules for versions.
    pub versions: &'a dyn Versions,
    /// Whether values must meet the charts' schemas, and what makes the one who loads what a schema refers to.
    pub schema: Option<&'a MakeLoader<'a>>,
    /// Where the chart came from.
    pub provenance: Provenance,
    /// The values as the user gave them. Templates that stand in these ask in the chart's own name; what linting
    /// has put into the tables since is not the user's.
    pub typed: Map,
}

/// Makes the one who loads what a schema refers to, after asking the guard.
pub type MakeLoader<'a> = dyn for<'g> Fn(&'g mut Guard) -> Box<dyn SchemaLoader + 'g> + 'a;

/// What linting a chart gives.
pub struct Report {
    /// What was found, in Helm's order.
    pub messages: Vec<Message>,
    /// What Helm would log on the way.
    pub notices: Vec<Notice>,
    /// What kept the templates from being looked at any further, if something did; its text is among the messages.
    pub stop: Option<Stop>,
    /// The chart with its values, if these could be put together.
    pub resolved: Option<ResolvedChart>,
    /// The guard with its audit list.
    pub guard: Guard,
}

/// What keeps a chart's templates from being looked at any further.
pub enum Stop {
    /// Its values, which a schema refuses, say.
    Values(ResolveError),
    /// A template that cannot be rendered.
    Templates(RenderError),
    /// A template that prints no YAML.
    Printed {
        /// The template's whole name.
        template: String,
        /// What it prints.
        content: Vec<u8>,
    },
}

/// Lints a chart with the user's values.
///
/// Helm coalesces the chart's values.yaml into tables inside `values`, so what was linted before shows in
/// what is linted after it; so it does here.
pub fn lint(
    folder: &Folder,
    values: &Map,
    options: LintOptions<'_>,
    host: Box<dyn Host>,
    mut guard: Guard,
) -> Report {
    let mut findings = Findings::default();
    chart_file::check(folder, &mut findings);
    let mut loader = options.schema.map(|make| make(&mut guard));
    let schema = loader.as_mut().map(|loader| &mut **loader as &mut dyn SchemaLoader);
    values::check(folder, values, schema, &options.yaml, &mut findings);
    drop(loader);
    let templates::Checked { guard, stop, resolved } =
        templates::check(folder, values, options, host, guard, &mut findings);
    dependencies::check(folder, &mut findings);
    crds::check(folder, &mut findings);
    Report { messages: findings.messages, notices: findings.notices, stop, resolved, guard }
}

/// Who printed what in one file of a chart that was linted: `template` and what it printed, as [`Stop`] has them.
///
/// `values` must be as they were before [`lint`], and `host` give the answers that it gave then: see
/// [`crate::trace`].
pub fn trace(
    chart: &Chart,
    values: &Map,
    options: LintOptions<'_>,
    host: Box<dyn Host>,
    guard: Guard,
    (template, printed): (&str, &[u8]),
) -> Option<gotmpl::Trace> {
    templates::trace(chart, values, options, host, guard, (template, printed))
}

/// What the rules find.
#[derive(Default)]
struct Findings {
    messages: Vec<Message>,
    notices: Vec<Notice>,
}

/// What a rule says: nothing, or what is wrong.
type Verdict = Result<(), String>;

impl Findings {
    /// Takes a rule's verdict down; whether it was good.
    fn rule(&mut self, severity: Severity, path: &str, verdict: Verdict) -> bool {
        let Err(text) = verdict else { return true };
        self.messages.push(Message { severity, path: path.to_owned(), text });
        false
    }

    /// The chart as loaded. Helm loads it anew for each group of rules, and logs anew what it notices.
    fn load<'f>(&mut self, folder: &'f Folder) -> Result<&'f chart::Chart, &'f LoadError> {
        self.notices.extend(folder.notices.iter().cloned());
        folder.chart.as_ref()
    }
}
