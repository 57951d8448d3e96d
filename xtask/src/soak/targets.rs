//! What reads the mutated inputs: our crates, as the command line uses them.

use chart::load::{self, FollowAll};
use chart::schema::NoReferences;
use chart::values::{ValueSource, merge, set};
use chart::{Chart, File};
use govalue::Map;

use super::Kind;
use super::mutate::{self, Random};
use super::seeds::Seeds;
use crate::fuzz_oracle::ours::{CHART_FILE, OneFile, Semver, Steady, TARGET, VALUES_TEMPLATE, render_chart};

/// One input of a kind, ready to be read.
pub struct Input {
    kind: Kind,
    /// The mutated text, to be shown and kept.
    pub text: Vec<u8>,
    /// For [`Kind::Chart`]: all files, mutated ones among them.
    files: Vec<File>,
}

impl Input {
    /// Makes an input: the same one for the same seed and number.
    pub fn make(kind: Kind, seeds: &Seeds, seed: u64, number: u64) -> Self {
        let mut random = Random::new(seed ^ (kind as u64) << 32, number);
        if kind == Kind::Chart {
            let mut files = random.pick(&seeds.charts).cloned().unwrap_or_default();
            let mut text = Vec::new();
            for _ in 0..=random.below(3) {
                let at = random.below(files.len());
                if let Some(file) = files.get_mut(at) {
                    let others = seeds.of(Kind::of_file(&file.name).unwrap_or(Kind::Template));
                    text = mutate::text(&mut random, &file.data, others);
                    *file = File::new(file.name.to_string(), text.clone());
                }
            }
            return Self { kind, text, files };
        }
        let originals = seeds.of(kind);
        let original = random.pick(originals).map(Vec::as_slice).unwrap_or_default();
        let text = match kind {
            Kind::Archive => mutate::archive(&mut random, original, originals),
            _ => mutate::text(&mut random, original, originals),
        };
        Self { kind, text, files: Vec::new() }
    }

    /// A text as it is.
    pub fn original(kind: Kind, text: Vec<u8>) -> Self {
        Self { kind, text, files: Vec::new() }
    }

    /// Reads it, and whatever follows from it. An error is as good as a result, if it says something.
    ///
    /// # Errors
    /// What the command line would print.
    pub fn read(&self) -> Result<(), String> {
        let text = self.text.as_slice();
        match self.kind {
            Kind::Archive => {
                let mut outside = FollowAll;
                let mut context = load::Context::new(&Semver, &mut outside);
                let chart = load::archive("c.tgz", text, &mut context).map_err(shown)?;
                whole(chart)
            }
            Kind::ChartFile => {
                whole(loaded(&[("Chart.yaml", text), (TARGET, b"{{ .Chart | toYaml }}{{ .Values }}")])?)
            }
            Kind::Values => {
                let sources = [ValueSource::File("values.yaml".to_owned())];
                let values = merge(&sources, &mut OneFile(text)).map_err(shown)?;
                let chart =
                    loaded(&[("Chart.yaml", CHART_FILE.as_bytes()), (TARGET, VALUES_TEMPLATE.as_bytes())])?;
                rendered(chart, &values)
            }
            Kind::Template => whole(loaded(&[
                ("Chart.yaml", CHART_FILE.as_bytes()),
                ("values.yaml", VALUES),
                (TARGET, text),
            ])?),
            Kind::Schema => whole(loaded(&[
                ("Chart.yaml", CHART_FILE.as_bytes()),
                ("values.yaml", VALUES),
                ("values.schema.json", text),
            ])?),
            Kind::Set => {
                let text = String::from_utf8_lossy(text);
                let base = chart::values::read(VALUES, &govalue::yaml::Limits::default()).map_err(shown)?;
                let outcomes = [
                    set::parse(&text, &base),
                    set::parse_string(&text, &base),
                    set::parse_json(&text, &base),
                    set::parse_literal(&text, &base),
                    set::parse_file(&text, &base, &mut OneFile(b"content")),
                ];
                outcomes.into_iter().try_for_each(|outcome| outcome.map_err(shown))
            }
            Kind::Ignore => self.ignoring(),
            Kind::Chart => {
                let mut outside = FollowAll;
                let mut context = load::Context::new(&Semver, &mut outside);
                whole(load::files(self.files.clone(), &mut context).map_err(shown)?)
            }
        }
    }

    /// `.helmignore` is read from a folder only.
    fn ignoring(&self) -> Result<(), String> {
        let folder = std::env::temp_dir().join(format!(
            "pintle-soak-{}-{:?}",
            std::process::id(),
            std::thread::current().id()
        ));
        let write = |name: &str, content: &[u8]| {
            let path = folder.join(name);
            path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
            std::fs::write(path, content)
        };
        if !folder.is_dir() {
            for name in [
                "templates/a.yaml",
                "templates/tests/b.yaml",
                "keep.tmp",
                "build/x/y",
                "cat",
                "README.md",
                "charts/d/Chart.yaml",
            ] {
                write(name, b"apiVersion: v2\nname: d\nversion: 0.1.0\n").map_err(shown)?;
            }
            write("Chart.yaml", CHART_FILE.as_bytes()).map_err(shown)?;
        }
        write(".helmignore", &self.text).map_err(shown)?;
        let mut outside = FollowAll;
        let mut context = load::Context::new(&Semver, &mut outside);
        load::directory(&folder, &mut context).map(drop).map_err(shown)
    }
}

/// What templates and schemas see.
const VALUES: &[u8] = b"image: {repository: nginx, tag: \"1.25\"}\nreplicas: 3\nlist: [a, b, c]\nservice:\n  port: 80\n  annotations: {}\ntext: |\n  one\n  two\ns: text\nn: 5\nf: 1.5\nm: {a: 1, b: {c: 2}}\nl: [1, {k: 2}]\nt: true\nv: 1.2.3\nnothing: null\nglobal:\n  d: true\n";

/// The command line's memory, and fewer steps than it grants: ten thousand endless loops are to end in minutes.
fn budget() -> gotmpl::Budget {
    const STEPS: u64 = 2_000_000;
    let memory = gotmpl::Memory { limit: super::RENDER_MEMORY, used: super::memory };
    let mut budget = gotmpl::Budget::with_steps(STEPS);
    budget.memory = memory;
    budget
}

fn shown(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn loaded(files: &[(&str, &[u8])]) -> Result<Chart, String> {
    let mut outside = FollowAll;
    let mut context = load::Context::new(&Semver, &mut outside);
    let files = files.iter().map(|(name, data)| File::new(*name, data.to_vec())).collect();
    load::files(files, &mut context).map_err(shown)
}

fn whole(chart: Chart) -> Result<(), String> {
    rendered(chart, &Map::new())
}

/// Schema, rendering, sorting. What was rendered counts as read; mostly it is no manifest any more, and sorting
/// has to say so.
fn rendered(chart: Chart, values: &Map) -> Result<(), String> {
    let files = render_chart(chart, values, Some(&mut NoReferences), budget(), Steady::new(false))?;
    match render::classify(&files) {
        Err(error) if error.to_string().trim().is_empty() => Err(String::new()),
        _ => Ok(()),
    }
}
