//! `cargo xtask bench`: whole processes against an installed Helm, in one run, as ratios of medians.
//!
//! [`measure`] runs the two programs; [`corpus`] knows the real charts, [`copies`] makes umbrellas of them; [`charts`],
//! [`umbrella`] and [`simple_umbrella`] write the ones that are made up. `docs/reference/performance.md` tells how to read the table.

mod charts;
mod copies;
pub(crate) mod corpus;
pub(crate) mod measure;
pub(crate) mod plugin;
pub(crate) mod simple_umbrella;
pub(crate) mod umbrella;

use std::path::{Path, PathBuf};

pub use measure::report_peak;

use corpus::Corpus;
use measure::{Case, Outcome, Rivals, Target, measure, median};

const USAGE: &str = "cargo xtask bench --pintle BINARY [options]
  --pintle BINARY    what is measured
  --helm BINARY      an installed Helm (default: $HELM_ORACLE, or `helm`)
  --corpus FOLDER    real charts: the folder with cases.jsonl (default: none)
  --unpacked FOLDER  where its charts are unpacked (default: found in the temporary folder)
  --plugin MODULE    a Wasm module with the functions of examples/plugins/kinds, as `cargo xtask e2e` leaves them in
                     plugin-e2e/build of the target folder (default: none)
  --only WORDS       only cases whose name contains one of these, separated by commas
  --runs N           runs of each program and case (default: 11)
  --seconds S        stop earlier when a case takes longer, after three runs (default: 20)
  --sample N         cases of the corpus for its median (default: 60); --seed N chooses others
  --json             also print the figures as JSON on standard output, the table on standard error";

/// What was asked for.
struct Options {
    only: Vec<String>,
    corpus: Option<PathBuf>,
    unpacked: Option<PathBuf>,
    plugin: Option<PathBuf>,
    sample: usize,
    seed: u64,
    json: bool,
}

impl Options {
    fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|words| name.contains(words))
    }
}

/// Runs the benchmark; see the usage above for its options.
///
/// # Errors
/// When an option is wrong, a binary is missing, or a chart cannot be written.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let mut options = Options {
        only: Vec::new(),
        corpus: None,
        unpacked: None,
        plugin: None,
        sample: 60,
        seed: 1,
        json: false,
    };
    let (mut pintle, mut helm, mut runs, mut seconds) = (None, None, 11, 20.0);
    let mut arguments = arguments.iter();
    while let Some(name) = arguments.next() {
        if name == "--json" {
            options.json = true;
            continue;
        }
        let value = arguments.next().ok_or_else(|| format!("{name}: a value is missing\n{USAGE}"))?;
        let number = |value: &str| value.parse::<u64>().map_err(|_| format!("{name} takes a number"));
        match name.as_str() {
            "--pintle" => pintle = Some(value.clone()),
            "--helm" => helm = Some(value.clone()),
            "--corpus" => options.corpus = Some(value.into()),
            "--plugin" => options.plugin = Some(value.into()),
            "--unpacked" => options.unpacked = Some(value.into()),
            "--only" => options.only = value.split(',').map(str::to_owned).collect(),
            "--runs" => runs = number(value)?.max(3) as usize,
            "--seconds" => seconds = number(value)? as f64,
            "--sample" => options.sample = number(value)? as usize,
            "--seed" => options.seed = number(value)?,
            _ => return Err(format!("unknown option {name}\n{USAGE}")),
        }
    }
    let pintle = pintle.ok_or_else(|| format!("--pintle BINARY is needed\n{USAGE}"))?;
    let helm = helm.or_else(|| std::env::var("HELM_ORACLE").ok()).unwrap_or_else(|| "helm".to_owned());
    let work = std::env::temp_dir().join(format!("pintle-bench-{}", std::process::id()));
    std::fs::create_dir_all(&work).map_err(|error| format!("{}: {error}", work.display()))?;
    let done = Rivals::new(&helm, &pintle, &work, runs, seconds)
        .and_then(|rivals| measure_all(&options, &rivals, &work));
    let _ = std::fs::remove_dir_all(&work);
    done
}

impl Rivals {
    fn new(helm: &str, pintle: &str, work: &Path, runs: usize, seconds: f64) -> Result<Self, String> {
        // A name without a slash is looked for in PATH by the system; a path must hold from any folder.
        let whole = |path: &str| {
            if path.contains('/') { std::fs::canonicalize(path) } else { Ok(PathBuf::from(path)) }
                .map_err(|error| format!("{path}: {error}"))
        };
        // Under Helm's name ours prints what Helm prints.
        let ours = work.join("bin").join("helm");
        let link = std::fs::create_dir_all(work.join("bin")).and_then(|()| {
            let target = std::fs::canonicalize(pintle)?;
            std::fs::hard_link(&target, &ours).or_else(|_| std::fs::copy(&target, &ours).map(drop))
        });
        link.map_err(|error| format!("{pintle}: {error}"))?;
        Ok(Self { helm: whole(helm)?, ours, home: work.join("home"), runs, seconds })
    }
}

fn measure_all(options: &Options, rivals: &Rivals, work: &Path) -> Result<(), String> {
    let mut table = Table { json: options.json, outcomes: Vec::new() };
    table.line(&format!(
        "{:64} {:>9} {:>9} {:>7} {:>9} {:>9} {:>7}  {:13} target",
        "case", "helm ms", "ours ms", "ratio", "helm MiB", "ours MiB", "ratio", "same bytes"
    ));
    for case in cases(options, rivals, work)? {
        if options.wants(&case.name) {
            table.add(measure(&case, rivals, 3)?);
        }
    }
    if let Some(folder) = options.corpus.as_deref().filter(|_| options.wants("corpus median")) {
        let corpus = Corpus::read(folder, options.unpacked.clone())?;
        table.add(over_corpus(&corpus.sample(options.sample, options.seed), rivals)?);
    }
    for (name, whole, part) in
        [("twice the templates, over n", 200, 100), ("twice the templates, over 2n", 400, 200)]
    {
        table.growth(name, &templates_name(whole), &templates_name(part));
    }
    table.finish()
}

fn templates_name(count: usize) -> String {
    format!("chart of {count} templates")
}

/// All cases but the sample of the corpus. Those that are not wanted are not written either.
fn cases(options: &Options, rivals: &Rivals, work: &Path) -> Result<Vec<Case>, String> {
    let case = |name: &str, arguments: &[&str], folder: &Path, target: Target| Case {
        name: name.to_owned(),
        arguments: arguments.iter().map(|&argument| argument.to_owned()).collect(),
        folder: folder.to_owned(),
        target,
        clear: None,
    };
    let root = crate::root();
    let mut cases = vec![
        case("version", &["version"], &root, Target::speed(12.0)),
        case("small chart (shop)", &["template", "shop", "examples/charts/shop"], &root, Target::speed(10.0)),
    ];
    if let Some(folder) = options.corpus.as_deref() {
        let corpus = Corpus::read(folder, options.unpacked.clone())?;
        cases.push(corpus.named(
            "prometheus-community-helm-charts__kube-prometheus-stack__default",
            "kube-prometheus-stack",
            Target::speed(8.0),
        )?);
        cases.push(corpus.named(
            "grafana-k8s-monitoring-helm__k8s-monitoring__dx-auth-bearer-token",
            "k8s-monitoring, its slow case",
            Target::speed(30.0),
        )?);
        if options.only.is_empty()
            || options.only.iter().any(|words| words.contains("slow chart") || "slow chart".contains(words))
        {
            cases.extend(corpus.slowest(10, &rivals.ours, work)?.into_iter().flatten());
        }
    }
    if let Some(module) = &options.plugin {
        cases.extend(plugin::cases(module, rivals, work)?);
    }
    let mut made = |name: &str, target: Target, write: &dyn Fn(&Path) -> std::io::Result<()>| {
        if !options.wants(name) {
            return Ok(());
        }
        let folder = work.join(name.replace([' ', '\''], "-"));
        write(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        cases.push(case(name, &["template", "big", "."], &folder, target));
        Ok::<(), String>(())
    };
    for size in [25, 50, 100, 200] {
        let target = if size == 100 { Target::speed(50.0) } else { Target::none() };
        made(&format!("umbrella of {size}"), target, &|folder| umbrella::write_chart(folder, size))?;
    }
    for size in [100, 200] {
        let write = |folder: &Path| umbrella::write_chart_for_tpl(folder, size);
        made(&format!("tpl umbrella of {size}"), Target::none(), &write)?;
    }
    for size in [25, 50, 100, 200] {
        let write = |folder: &Path| simple_umbrella::write_chart(folder, size);
        made(&format!("simple umbrella of {size}"), Target::none(), &write)?;
    }
    if let Some(folder) = options.corpus.as_deref() {
        let corpus = Corpus::read(folder, options.unpacked.clone())?;
        for (name, chart) in copies::CHARTS {
            let write = |folder: &Path| copies::write_chart(folder, &corpus.folder(chart), 100);
            made(&format!("umbrella of 100 copies of {name}"), Target::none(), &write)?;
        }
    }
    for count in [100, 200, 400] {
        made(&templates_name(count), Target::none(), &|folder| charts::write_templates(folder, count))?;
    }
    for (name, expression, count) in charts::KEYS {
        let write = |folder: &Path| charts::write_keys(folder, expression, count);
        made(&format!("keys: {name}, {count} times"), Target::speed(1.0), &write)?;
    }
    Ok(cases)
}

/// One outcome for many cases: medians of their medians, and the median of their ratios.
fn over_corpus(cases: &[Case], rivals: &Rivals) -> Result<Outcome, String> {
    let rivals = Rivals {
        helm: rivals.helm.clone(),
        ours: rivals.ours.clone(),
        home: rivals.home.clone(),
        runs: rivals.runs.min(5),
        seconds: rivals.seconds,
    };
    let outcomes: Vec<Outcome> =
        cases.iter().map(|case| measure(case, &rivals, 1)).collect::<Result<_, _>>()?;
    let over = |of: &dyn Fn(&Outcome) -> f64| median(outcomes.iter().map(of).collect());
    let same = if outcomes.iter().any(|outcome| outcome.same == "no") {
        "no"
    } else if outcomes.iter().any(|outcome| outcome.same != "yes") {
        "random values"
    } else {
        "yes"
    };
    Ok(Outcome {
        name: format!("corpus median of {}", cases.len()),
        ms: [over(&|it| it.ms[0]), over(&|it| it.ms[1])],
        ratio: over(&|it| it.ratio),
        cpu_ms: [over(&|it| it.cpu_ms[0]), over(&|it| it.cpu_ms[1])],
        mib: [over(&|it| it.mib[0]), over(&|it| it.mib[1])],
        memory_ratio: over(&|it| it.memory_ratio),
        same,
        runs: rivals.runs,
        target: Target::speed(10.0),
    })
}

/// Prints outcomes as they come.
struct Table {
    json: bool,
    outcomes: Vec<Outcome>,
}

impl Table {
    fn line(&self, text: &str) {
        if self.json { eprintln!("{text}") } else { println!("{text}") }
    }

    fn add(&mut self, outcome: Outcome) {
        let [helm, ours] = outcome.ms;
        let [their_mib, our_mib] = outcome.mib;
        self.line(&format!(
            "{:64} {helm:9.2} {ours:9.2} {:6.1}x {their_mib:9.1} {our_mib:9.1} {:6.1}x  {:13} {}",
            outcome.name,
            outcome.ratio,
            outcome.memory_ratio,
            outcome.same,
            outcome.verdict()
        ));
        self.outcomes.push(outcome);
    }

    /// How much longer a chart of twice the size takes.
    fn growth(&self, name: &str, whole: &str, part: &str) {
        let named = |name: &str| self.outcomes.iter().find(|outcome| outcome.name == name);
        if let (Some(whole), Some(part)) = (named(whole), named(part)) {
            let [helm, ours] = [0, 1].map(|which| whole.ms[which] / part.ms[which]);
            let verdict = if ours <= 2.1 { "met" } else { "grows too fast" };
            self.line(&format!("{name:64} {helm:8.2}x {ours:8.2}x {:59} {verdict}", ""));
        }
    }

    fn finish(&self) -> Result<(), String> {
        if !self.json {
            return Ok(());
        }
        let rows: Vec<serde_json::Value> = self
            .outcomes
            .iter()
            .map(|outcome| {
                serde_json::json!({
                    "name": outcome.name, "runs": outcome.runs,
                    "helm_ms": outcome.ms[0], "ours_ms": outcome.ms[1], "ratio": outcome.ratio,
                    "helm_cpu_ms": outcome.cpu_ms[0], "ours_cpu_ms": outcome.cpu_ms[1],
                    "helm_mib": outcome.mib[0], "ours_mib": outcome.mib[1],
                    "memory_ratio": outcome.memory_ratio,
                    "same": outcome.same, "target": outcome.target.speed, "verdict": outcome.verdict(),
                })
            })
            .collect();
        let text = serde_json::to_string_pretty(&rows).map_err(|error| error.to_string())?;
        println!("{text}");
        Ok(())
    }
}
