//! However many threads execute templates, what comes of a chart is what comes of it on one: made-up charts whose
//! templates look at each other's changes, ask, fail, and come near the limit.

use std::cell::Cell;
use std::fmt::Write as _;
use std::path::Path;
use std::rc::Rc;

use chart::load::{self, FollowAll};
use chart::schema::NoReferences;
use chart::{ResolvedChart, Rules};
use gotmpl::Budget;
use govalue::{Map, Value};
use guard::{Builder as PolicyBuilder, GrantsFile, Guard, Node, Permit, Policy, Provenance};
use pintle_render::{
    Capabilities, Host, KeyAnswer, KeyRequest, Moment, RandomAhead, ReleaseOptions, RenderOptions, Semver,
    execute,
};

/// Answers otherwise each time, so that answers tell in which order they were asked for; but randomness may be always
/// the same, and had ahead.
#[derive(Clone, Default)]
struct Counter {
    answers: Rc<Cell<u8>>,
    random_ahead: bool,
}

impl Counter {
    fn next(&self) -> u8 {
        self.answers.set(self.answers.get().wrapping_add(1));
        self.answers.get()
    }
}

impl Host for Counter {
    fn now(&mut self, _: Permit) -> Moment {
        Moment { seconds: i64::from(self.next()), nanos: 0 }
    }
    fn local_zone(&mut self, _: Permit) -> String {
        if self.next().is_multiple_of(2) { "Asia/Tokyo".to_owned() } else { "UTC".to_owned() }
    }
    fn random(&mut self, _: Permit, buffer: &mut [u8]) -> Result<(), String> {
        buffer.fill(if self.random_ahead { 7 } else { self.next() % 200 });
        Ok(())
    }
    fn random_ahead(&self, _: Permit) -> Option<RandomAhead> {
        self.random_ahead.then_some(|buffer| {
            buffer.fill(7);
            Ok(())
        })
    }
    fn keys(&mut self, _: Permit, _: &KeyRequest<'_>) -> Result<KeyAnswer, String> {
        Ok(KeyAnswer::Text(format!("key {}", self.next())))
    }
    fn lookup(&mut self, _: Permit, _: &str, _: &str, _: &str, _: &str) -> Result<Value, String> {
        Ok(Value::Map(Map::from_iter([("found", Value::int(i64::from(self.next())))])))
    }
    fn resolve_host(&mut self, _: Permit, _: &str) -> Result<Vec<String>, String> {
        Ok(vec![format!("192.0.2.{}", self.next())])
    }
}

/// Numbers that are the same for the same seed.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}

/// What only looks.
const LOOKS: &[&str] = &[
    "{{ .Values.own }} {{ .Values.table | toJson }}",
    "{{ toJson .Values }}",
    "{{ .Values.global | toJson }}",
    "{{ .Template.Name }} {{ .Template | toJson }}",
    "{{ range $name, $chart := .Subcharts }}{{ $name }} {{ $chart.Template | toJson }} {{ $chart.Values | toJson }}{{ end }}",
    "{{ .Release | toJson }} {{ .Chart.Name }} {{ .Chart.Annotations | toJson }} {{ .Chart.IsRoot }}",
    "{{ .Capabilities.KubeVersion.Version }} {{ .Capabilities.APIVersions.Has \"v1\" }}",
    "{{ include \"shared\" . }} {{ include \"own\" . }}",
    "{{ tpl \"{{ .Values.own }} {{ include \\\"own\\\" . }}\" . }}",
    "{{ tpl (printf \"{{ range 3 }}%d{{ end }}\" 4) . }}",
    "{{ .Files.Get \"file.txt\" }} {{ (.Files.Glob \"*\").AsConfig }}",
    "{{ range 40 }}{{ . }}{{ end }}",
    "{{ .Values.nothing }}{{ regexReplaceAll \"a+\" \"baab\" \"c\" }}",
    "{{ $d := dict \"a\" 1 }}{{ $_ := set $d \"b\" .Values.table }}{{ $_ := merge $d (dict \"c\" 3) }}{{ toJson $d }}",
    "{{ $c := deepCopy .Values }}{{ $_ := set $c \"own\" \"copied\" }}{{ $c.own }}",
    "{{ .Values.table.list | first }} {{ slice .Values.table.list 0 2 }}",
    "{{ if .Values.flag }}flag{{ end }}{{ with .own }}{{ . }}{{ end }}",
];

/// What asks.
const ASKS: &[&str] = &[
    "{{ randAlphaNum 4 }}",
    "{{ now | date \"2006-01-02 15:04:05\" }}",
    "{{ (lookup \"v1\" \"Secret\" \"a\" \"b\").found }}",
    "{{ getHostByName \"example.com\" }}",
    "{{ bcrypt \"a\" }}",
    "{{ htmlDate 0 }}",
    "{{ if lookup \"v1\" \"Secret\" \"a\" \"b\" }}{{ else }}nothing{{ end }}",
];

/// What changes something that other templates see.
const CHANGES: &[&str] = &[
    "{{ $_ := set .Values \"own\" (printf \"%s!\" .Values.own) }}",
    "{{ $_ := set .Values.table \"more\" .Template.Name }}",
    "{{ $_ := set .Values.global \"g\" .Template.Name }}",
    "{{ $_ := unset .Values \"flag\" }}",
    "{{ $_ := merge .Values.table (dict \"merged\" .Chart.Name) }}",
    "{{ $_ := mergeOverwrite .Values (dict \"own\" \"other\") }}",
    "{{ $_ := set . \"own\" .Template.Name }}",
    "{{ $_ := set .Template \"Extra\" \"extra\" }}",
    "{{ $_ := set .Release \"Name\" .Template.Name }}",
    "{{ $_ := set .Chart \"Name\" \"renamed\" }}",
    "{{ $_ := set .Chart.Annotations \"note\" \"set\" }}",
    "{{ range .Subcharts }}{{ $_ := set .Values \"own\" \"from above\" }}{{ end }}",
    "{{ range .Values.table.list }}{{ $_ := set . \"n\" 2 }}{{ end }}",
    "{{ $_ := set .Values \"own\" .Values.own }}{{ $_ := set .Values \"table\" .Values.table }}",
    "{{ $_ := set .Values \"made\" (dict \"by\" .Template.Name \"in\" (list (dict))) }}",
    "{{ with .Values.made }}{{ $_ := set . \"by\" (printf \"%s!\" .by) }}{{ range .in }}{{ $_ := set . \"x\" $.Template.Name }}{{ end }}{{ end }}",
    "{{ $_ := set .Values \"same\" .Values.table }}",
    "{{ with .Values.same }}{{ $_ := set . \"by\" $.Template.Name }}{{ end }}",
    "{{ $_ := set .Values.global.nested.deep \"by\" .Template.Name }}",
    "{{ $_ := set .Values.global.nested \"more\" (dict \"by\" .Template.Name) }}",
    "{{ with .Values.global.nested.more }}{{ $_ := set . \"by\" (printf \"%s!\" .by) }}{{ end }}",
    "{{ $d := dict \"x\" 1 }}{{ range .Subcharts }}{{ $_ := set .Values \"given\" $d }}{{ end }}",
    "{{ range .Subcharts }}{{ $_ := set .Values.table \"given\" $.Values.table }}{{ end }}",
    "{{ with .Values.given }}{{ $_ := set . \"x\" (printf \"%v!\" .x) }}{{ end }}",
    "{{ with .Values.table.given }}{{ $_ := set . \"x\" $.Template.Name }}{{ end }}",
    "{{ $_ := set .Values \"release\" .Release }}",
    "{{ with .Values.release }}{{ $_ := set . \"Extra\" $.Template.Name }}{{ end }}",
    "{{ $_ := set .Values \"files\" .Files }}",
    "{{ range $name, $chart := .Subcharts }}{{ $_ := unset $.Values $name }}{{ end }}",
];

const FAILS: &[&str] = &[
    "{{ fail .Template.Name }}",
    "{{ .Values.nothing.at.all }}",
    "{{ required \"it is\" .Values.nothing }}",
    "{{ include \"nowhere\" . }}",
    "{{ range 100000000 }}{{ end }}",
];

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(path, text).expect("a file");
}

/// What the templates of a chart are called: some come before those of the charts below it.
const PATHS: &[&str] = &["deep/t0", "t1", "t2", "x/y/z/t3", "t4", "t5"];

/// A chart with templates of these names, and its subcharts with those of [`PATHS`]; `kinds` says what they do: a weight
/// for each list.
fn write_chart(
    folder: &Path,
    name: &str,
    below: &[(&str, &[&str])],
    numbers: &mut Numbers,
    kinds: [usize; 4],
    templates: &[&str],
) {
    let dependencies: String =
        below.iter().map(|(name, _)| format!("- {{name: {name}, version: 1.0.0}}\n")).collect();
    write(
        &folder.join("Chart.yaml"),
        &format!(
            "apiVersion: v2\nname: {name}\nversion: 1.0.0\nannotations: {{a: b}}\ndependencies:\n{dependencies}"
        ),
    );
    write(
        &folder.join("values.yaml"),
        &format!(
            "own: {name}\nflag: true\ntable: {{a: 1, list: [{{n: 1}}, {{n: 2}}, {{n: 3}}]}}\nglobal: {{g: {name}, nested: {{deep: {{by: {name}}}, {name}: {{}}}}}}\n"
        ),
    );
    write(&folder.join("file.txt"), name);
    let helpers = "{{ define \"shared\" }}shared by {{ .Chart.Name }}{{ end }}{{ define \"own\" }}{{ .Values.own }}{{ end }}";
    write(&folder.join("templates/_helpers.tpl"), helpers);
    let padding = "x".repeat(5_000);
    for template in templates {
        let mut text = format!("{{{{/* {padding} */}}}}\n");
        for _ in 0..3 {
            let mut kind = numbers.below(kinds.iter().sum());
            let lists = [LOOKS, ASKS, CHANGES, FAILS];
            let list = lists.into_iter().zip(kinds).find_map(|(list, weight)| {
                let found = (kind < weight).then_some(list);
                kind = kind.wrapping_sub(weight);
                found
            });
            let list = list.expect("a kind");
            let _ = writeln!(text, "{}", list[numbers.below(list.len())]);
        }
        write(&folder.join(format!("templates/{template}.yaml")), &text);
    }
    for (name, further) in below {
        let further: Vec<(&str, &[&str])> = further.iter().map(|name| (*name, &[][..])).collect();
        write_chart(&folder.join("charts").join(name), name, &further, numbers, kinds, PATHS);
    }
}

fn resolved(folder: &Path) -> ResolvedChart {
    let mut outside = FollowAll;
    let chart = load::directory(folder, &mut load::Context::new(&Semver, &mut outside)).expect("a chart");
    let mut references = NoReferences;
    let rules = Rules { versions: &Semver, schema: Some(&mut references) };
    chart.resolve(&Map::new(), rules, &mut Vec::new()).expect("a chart that resolves")
}

/// All that can be told of a render.
fn told(folder: &Path, threads: usize, steps: u64) -> String {
    told_by(&Counter::default(), Policy::builder(), folder, threads, steps)
}

/// With a host that has randomness ahead there is no cluster.
fn told_by(host: &Counter, policy: PolicyBuilder, folder: &Path, threads: usize, steps: u64) -> String {
    let options = RenderOptions {
        release: ReleaseOptions {
            name: "rel".to_owned(),
            namespace: "ns".to_owned(),
            is_install: true,
            is_upgrade: false,
            revision: 1,
        },
        capabilities: Capabilities::default(),
        enable_dns: true,
        lookup: !host.random_ahead,
        subchart_notes: true,
        budget: Budget::with_steps(steps).with_depth(40),
        templates: pintle_render::TEMPLATES,
        threads,
        ahead: None,
        on_behalf_of: None,
        lint: false,
    };
    let guard = Guard::new(policy.build());
    host.answers.set(0);
    let chart = resolved(folder);
    let mut rendered = execute(&chart, options, Box::new(host.clone()), guard, &Provenance::Local);
    let mut told = match rendered.files {
        Err(error) => format!("{error}\n"),
        Ok(files) => files.files.iter().fold(String::new(), |mut all, (path, text)| {
            let _ = writeln!(all, "{path}\n{}", String::from_utf8_lossy(text));
            all
        }),
    };
    let _ = writeln!(told, "{:?}\n{:?}\n{}", rendered.notices, rendered.guard.take_records(), host.next());
    told
}

/// What a made-up chart is like.
#[derive(Clone, Copy, Debug)]
enum Shape {
    /// Templates in all of its charts.
    Any,
    /// Templates in its subcharts, and one or none of its own, which comes before theirs or after.
    Umbrella,
}

impl Shape {
    fn write(self, folder: &Path, numbers: &mut Numbers, kinds: [usize; 4]) {
        match self {
            Self::Any => {
                write_chart(folder, "root", &[("one", &["deep"]), ("two", &[])], numbers, kinds, PATHS)
            }
            Self::Umbrella => {
                let own: &[&[&str]] = &[&[], &["t"], &["a/b/c/d/t"]];
                let own = own[numbers.below(own.len())];
                let below: &[(&str, &[&str])] = &[("one", &["deep"]), ("two", &[]), ("three", &[])];
                write_chart(folder, "root", below, numbers, kinds, own);
            }
        }
    }
}

/// Renders charts with so many of each kind of action, and counts the outputs that one seed had alone.
fn same_with_any_threads(seeds: std::ops::Range<u64>, kinds: [usize; 4], steps: u64) -> usize {
    same_of(Shape::Any, seeds, kinds, steps)
}

fn same_of(shape: Shape, seeds: std::ops::Range<u64>, kinds: [usize; 4], steps: u64) -> usize {
    let mut outcomes = std::collections::HashSet::new();
    for seed in seeds {
        let folder = tempfile::tempdir().expect("a folder");
        let mut numbers = Numbers(seed);
        shape.write(folder.path(), &mut numbers, kinds);
        let alone = told(folder.path(), 1, steps);
        for threads in [2, 4] {
            let together = told(folder.path(), threads, steps);
            assert_eq!(alone, together, "{shape:?}, seed {seed} of {kinds:?} with {threads} threads");
        }
        outcomes.insert(alone);
    }
    outcomes.len()
}

const PLENTY: u64 = 10_000_000;

#[test]
fn templates_that_only_look_are_the_same() {
    assert_eq!(same_with_any_threads(0..15, [1, 0, 0, 0], PLENTY), 15);
}

#[test]
fn questions_are_asked_in_order() {
    assert_eq!(same_with_any_threads(0..15, [3, 1, 0, 0], PLENTY), 15);
}

#[test]
fn changes_are_seen_by_those_that_come_later_and_by_nobody_else() {
    for weight in [1, 5] {
        assert_eq!(same_with_any_threads(0..15, [20, 1, weight, 0], PLENTY), 15);
    }
}

fn deny(actor: &str, capability: &str) -> GrantsFile {
    let denied = Node::map([("deny", Node::seq([Node::text(capability)]))]);
    let root = Node::map([
        ("apiVersion", Node::text("pintle.dev/v1alpha1")),
        ("kind", Node::text("Grants")),
        ("actors", Node::map([(actor, denied)])),
    ]);
    GrantsFile::parse("deny.yaml", &root).expect("grants")
}

/// Charts in which one asks for randomness that it may not have, or nobody.
#[test]
fn randomness_that_is_had_ahead_is_asked_for_in_order() {
    let host = Counter { random_ahead: true, ..Counter::default() };
    let mut denied = 0;
    for seed in 0..24 {
        let folder = tempfile::tempdir().expect("a folder");
        let shape = if seed % 2 == 0 { Shape::Umbrella } else { Shape::Any };
        shape.write(folder.path(), &mut Numbers(seed), [4, 4, usize::from(seed % 3 == 0), 0]);
        let policy = || match seed % 4 {
            0 => Policy::builder().file(deny("chart:root/one", "random")),
            _ => Policy::builder(),
        };
        for steps in [PLENTY, 60_000] {
            let alone = told_by(&host, policy(), folder.path(), 1, steps);
            denied += usize::from(alone.contains("Denied"));
            for threads in [2, 4] {
                assert_eq!(
                    told_by(&host, policy(), folder.path(), threads, steps),
                    alone,
                    "{shape:?} {seed}"
                );
            }
        }
    }
    assert!(denied > 1, "{denied}");
}

#[test]
fn subcharts_of_an_umbrella_change_what_only_they_see() {
    let seeds = match std::env::var("PINTLE_SEEDS") {
        Ok(many) => 0..many.parse().expect("a number"),
        Err(_) => 0..12,
    };
    for kinds in [[1, 0, 0, 0], [8, 1, 1, 0], [4, 0, 4, 0], [10, 1, 3, 1]] {
        assert!(same_of(Shape::Umbrella, seeds.clone(), kinds, PLENTY) > 8);
    }
}

#[test]
fn the_first_error_counts() {
    assert!(same_with_any_threads(0..15, [30, 1, 1, 1], PLENTY) > 10);
}

#[test]
fn the_limit_is_met_at_the_same_place() {
    // Each limit ends the render somewhere else.
    for steps in [500, 2_000, 5_000, 9_000] {
        assert!(same_with_any_threads(0..4, [10, 1, 0, 0], steps) > 1, "{steps}");
    }
}

/// How many steps a chart takes.
fn cost(folder: &Path, threads: usize) -> u64 {
    cost_by(&Counter::default(), folder, threads)
}

fn cost_by(host: &Counter, folder: &Path, threads: usize) -> u64 {
    let (mut too_few, mut enough) = (0, PLENTY);
    while enough - too_few > 1 {
        let middle = too_few.midpoint(enough);
        let told = told_by(host, Policy::builder(), folder, threads, middle);
        let is_met = told.contains("render.steps");
        *(if is_met { &mut too_few } else { &mut enough }) = middle;
    }
    enough
}

#[test]
fn a_render_costs_the_same_to_the_step() {
    for seed in 0..3 {
        let folder = tempfile::tempdir().expect("a folder");
        let below: &[(&str, &[&str])] = &[("one", &["deep"]), ("two", &[])];
        write_chart(folder.path(), "root", below, &mut Numbers(seed), [1, 0, 0, 0], PATHS);
        let alone = cost(folder.path(), 1);
        for threads in [2, 4] {
            assert_eq!(cost(folder.path(), threads), alone, "seed {seed}");
        }
    }
}

/// A chart without subcharts: its templates by name, and enough text for other threads.
fn plain(templates: &[(&str, String)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    chart(folder.path(), "root");
    for (name, text) in templates {
        write(&folder.path().join("templates").join(name), text);
    }
    folder
}

fn chart(folder: &Path, name: &str) {
    write(&folder.join("Chart.yaml"), &format!("apiVersion: v2\nname: {name}\nversion: 1.0.0\n"));
    write(&folder.join("templates/zzz.yaml"), &format!("{{{{/* {} */}}}}", "x".repeat(80_000)));
}

#[test]
fn more_patterns_than_a_thread_keeps_cost_the_same() {
    let text = |number| {
        let uses = (0..7).map(|other| format!("{{{{ regexMatch \"a{number}b{other}[a-z]+\" \"x\" }}}}\n"));
        uses.collect::<String>().repeat(2)
    };
    let names: Vec<String> = (0..20).map(|number| format!("t{number:02}.yaml")).collect();
    let templates: Vec<_> =
        names.iter().enumerate().map(|(number, name)| (name.as_str(), text(number))).collect();
    let folder = plain(&templates);
    let alone = cost(folder.path(), 1);
    assert_eq!([1, 2, 4].map(|threads| cost(folder.path(), threads)), [alone; 3]);
}

#[test]
fn of_two_charts_with_one_name_both_are_watched() {
    for setter in ["a", "b"] {
        for change in
            ["{{ $_ := set . \"own\" .Template.Name }}", "{{ $_ := set .Chart \"Name\" \"changed\" }}"]
        {
            let folder = tempfile::tempdir().expect("a folder");
            chart(folder.path(), "root");
            for sub in ["a", "b"] {
                let below = folder.path().join("charts").join(sub);
                chart(&below, "x");
                let change = if sub == setter { change } else { "" };
                write(
                    &below.join(format!("templates/z_{sub}.yaml")),
                    &format!("{{{{ range 100000 }}}}{{{{ end }}}}{change}z"),
                );
                for number in 0..6 {
                    let text = "own: {{ .own }} {{ .Chart.Name }}";
                    write(&below.join(format!("templates/b{number}_{sub}.yaml")), text);
                }
            }
            let alone = told(folder.path(), 1, PLENTY);
            for threads in [2, 4] {
                assert_eq!(told(folder.path(), threads, PLENTY), alone, "{setter} {change}");
            }
        }
    }
}

/// An umbrella of `a` and `b`, both with templates that print `looks`, and `b`, which is first, with those that are given: by name, and
/// executed from the last one on.
fn umbrella(values: &str, looks: &str, templates: &[(&str, String)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    chart(folder.path(), "root");
    std::fs::remove_dir_all(folder.path().join("templates")).expect("a folder");
    write(&folder.path().join("values.yaml"), values);
    for sub in ["a", "b"] {
        let below = folder.path().join("charts").join(sub);
        chart(&below, sub);
        for number in 0..20 {
            write(&below.join(format!("templates/look{number}.yaml")), looks);
        }
    }
    for (name, text) in templates {
        write(&folder.path().join("charts/b/templates").join(name), text);
    }
    folder
}

/// Long enough for the other threads to have done all the rest.
const MEANWHILE: &str = "{{ range 300000 }}{{ end }}";

fn is_told_alike(folder: &tempfile::TempDir) {
    let alone = told(folder.path(), 1, PLENTY);
    for threads in [2, 4] {
        assert_eq!(told(folder.path(), threads, PLENTY), alone, "{threads}");
    }
}

#[test]
fn what_was_put_into_values_is_watched_too() {
    let looks = "{{ with .Values.made }}{{ .by }} {{ toJson .in }}{{ end }}";
    for change in [
        "{{ $_ := set .Values.made \"by\" \"later\" }}",
        "{{ range .Values.made.in }}{{ $_ := set . \"x\" 1 }}{{ end }}",
    ] {
        is_told_alike(&umbrella(
            "{}",
            looks,
            &[
                (
                    "z.yaml",
                    "{{ $_ := set .Values \"made\" (dict \"by\" \"first\" \"in\" (list (dict))) }}"
                        .to_owned(),
                ),
                ("y.yaml", format!("{MEANWHILE}{change}")),
            ],
        ));
    }
}

#[test]
fn what_is_asked_later_is_recorded_and_charged() {
    let host = Counter { random_ahead: true, ..Counter::default() };
    let looks =
        "{{ randAlphaNum 300 }} {{ lookup \"v1\" \"Secret\" \"a\" \"b\" | toJson }} {{ include \"z\" . }}";
    let folder = umbrella("{}", looks, &[("z.yaml", "{{ range 30000 }}{{ end }}".to_owned())]);
    write(&folder.path().join("charts/a/templates/_z.tpl"), "{{ define \"z\" }}{{ uuidv4 }}{{ end }}");
    let told = |threads| told_by(&host, Policy::builder(), folder.path(), threads, PLENTY);
    let alone = told(1);
    assert!(alone.matches("randAlphaNum").count() >= 80 && alone.matches("Lookup").count() == 40, "{alone}");
    assert_eq!([told(2), told(4)], [alone.clone(), alone]);
    let alone = cost_by(&host, folder.path(), 1);
    assert_eq!([2, 4].map(|threads| cost_by(&host, folder.path(), threads)), [alone; 2]);
}

#[test]
fn globals_that_several_charts_share_are_everybodys() {
    let values = "global: {nested: {deep: {by: values}}}";
    let looks = "{{ .Values.global.nested.deep.by }}";
    let change = "{{ $_ := set .Values.global.nested.deep \"by\" .Template.Name }}";
    is_told_alike(&umbrella(values, looks, &[("z.yaml", format!("{MEANWHILE}{change}"))]));
    let alone = told(umbrella(values, looks, &[("z.yaml", change.to_owned())]).path(), 1, PLENTY);
    assert!(alone.contains("a/templates/look0.yaml\nroot/charts/b/templates/z.yaml\n"), "{alone}");
}

/// What a thread aside used up before must not be why a question is not noticed: some functions go on without an
/// answer.
#[test]
fn a_question_is_noticed_when_its_price_is_not_left() {
    const BURN: &str = "{{ if not .Values.flag }}{{ bcrypt \"a\" }}{{ end }}";
    let burned = cost(plain(&[("w3.yaml", BURN.to_owned())]).path(), 1);
    let turns = 49_760;
    let folder = plain(&[
        ("z0.yaml", "{{ randAlphaNum 1 }}{{ range 400000 }}{{ end }}".to_owned()),
        ("y1.yaml", format!("{{{{ range {turns} }}}}{{{{ end }}}}{{{{ date \"15:04\" 0 }}}}")),
        ("x2.yaml", "{{ $_ := set .Values \"flag\" true }}".to_owned()),
        ("w3.yaml", BURN.to_owned()),
    ]);
    for extra in (0..900).step_by(60) {
        let steps = burned + 99_600 + extra;
        assert_eq!(told(folder.path(), 2, steps), told(folder.path(), 1, steps), "{extra}");
    }
}

/// Deeper blocks than a stack has room for end at a limit, on whatever thread.
#[test]
fn blocks_in_definitions_that_call_themselves_do_not_overflow_the_stack() {
    let deep = |blocks: usize, levels: usize, open: &str, close: &str| {
        let folder = plain(&[("a.yaml", format!("{{{{ template \"d\" {levels} }}}}end"))]);
        let helper = format!(
            "{{{{ define \"d\" }}}}{}{{{{ if . }}}}{{{{ template \"d\" (sub . 1) }}}}{{{{ end }}}}{}{{{{ end }}}}",
            open.repeat(blocks),
            close.repeat(blocks)
        );
        write(&folder.path().join("templates/_h.tpl"), &helper);
        folder
    };
    let block = ("{{ if true }}", "{{ end }}");
    for (blocks, levels) in [(900, 35), (50, 39), (3, 35)] {
        let folder = deep(blocks, levels, block.0, block.1);
        let alone = told(folder.path(), 1, PLENTY);
        assert_eq!(alone.contains("render.depth"), blocks > 3, "{blocks} {levels}");
        assert_eq!(told(folder.path(), 2, PLENTY), alone, "{blocks} {levels}");
    }
}

/// An umbrella of `a` and `b`, each with a chart `deep` below it that takes its time before its other templates, and
/// with these templates besides.
fn nested(templates: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    chart(folder.path(), "root");
    std::fs::remove_dir_all(folder.path().join("templates")).expect("a folder");
    for (path, name) in [("a", "a"), ("b", "b"), ("a/charts/deep", "deep"), ("b/charts/deep", "deep")] {
        let at = folder.path().join("charts").join(path);
        chart(&at, name);
        write(&at.join("values.yaml"), &format!("own: {name}\n"));
        for number in 0..8 {
            let look = "{{ .Values.own }} {{ with .Values.given }}{{ toJson .Template }}{{ end }}";
            write(&at.join(format!("templates/look{number}.yaml")), look);
        }
    }
    for path in ["a", "b"] {
        write(&folder.path().join(format!("charts/{path}/charts/deep/templates/z.yaml")), MEANWHILE);
    }
    for (name, text) in templates {
        write(&folder.path().join(name), text);
    }
    folder
}

/// In folders that deep, templates come before those of the charts below.
#[test]
fn a_chart_keeps_its_values_whatever_the_one_above_has_under_its_name() {
    for change in [
        "{{ $_ := unset .Values \"deep\" }}",
        "{{ $_ := set .Values \"deep\" (dict \"own\" \"replaced\") }}",
        "{{ $_ := set .Values \"deep\" \"no table\" }}",
    ] {
        is_told_alike(&nested(&[("charts/b/templates/x/y/z/first.yaml", change)]));
    }
    for change in ["{{ $_ := unset .Subcharts.b.Values \"deep\" }}", "{{ $_ := unset .Values \"b\" }}"] {
        is_told_alike(&nested(&[("templates/a/b/c/d/e/f/first.yaml", change)]));
    }
}

/// `.Template` of a chart changes from one of its templates to the next, for all who see it.
#[test]
fn what_another_chart_is_about_is_seen_where_a_template_has_put_it() {
    let change = "{{ range tuple .Subcharts.a .Subcharts.a.Subcharts.deep }}{{ $_ := unset . \"Capabilities\" }}{{ end }}{{ $_ := set .Subcharts.b.Values \"given\" .Subcharts.a }}";
    let folder =
        nested(&[("templates/a/b/c/d/e/f/first.yaml", change), ("charts/a/templates/x/y/z/late.yaml", "")]);
    is_told_alike(&folder);
    let alone = told(folder.path(), 1, PLENTY);
    assert!(alone.contains("\"Name\":\"root/charts/a/templates/x/y/z/late.yaml\""), "{alone}");
}
