//! Reports about errors: `tests/cases/explain/*.txt`, one situation each.
//!
//! A case is a sentence, a command line, the files it is run among, what Helm prints (recorded), and the report that
//! follows with `--explain`. Without it nothing may follow. `PINTLE_UPDATE_REPORTS=1` writes the reports anew, for
//! review.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

struct Case {
    path: PathBuf,
    /// All before the report.
    head: String,
    line: String,
    files: Vec<(String, String)>,
    helm: String,
    report: String,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/explain")
}

fn read(path: &Path) -> Case {
    let text = std::fs::read_to_string(path).unwrap();
    let (head, report) = text.split_once("-- report --\n").unwrap();
    let mut sections: Vec<(String, String)> = vec![Default::default()];
    for line in head.split_inclusive('\n') {
        let name = line.strip_prefix("-- ").and_then(|line| line.strip_suffix(" --\n"));
        match name {
            Some(name) => sections.push((name.to_owned(), String::new())),
            None => sections.last_mut().unwrap().1.push_str(line),
        }
    }
    let (name, helm) = sections.pop().unwrap();
    assert_eq!(name, "helm", "{}", path.display());
    let (_, start) = sections.remove(0);
    let line = start.lines().find_map(|line| line.strip_prefix("$ ")).unwrap().to_owned();
    let (head, report) = (head.to_owned(), report.to_owned());
    Case { path: path.to_owned(), head, line, files: sections, helm, report }
}

/// The words of a command line, with the shell's quotes taken off.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for c in line.chars() {
        match (quote, c) {
            (None, ' ') => words.push(String::new()),
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            (_, c) => words.last_mut().unwrap().push(c),
        }
    }
    words
}

/// Standard error of a command line, called as `helm`.
fn run(case: &Case, more: &[&str]) -> String {
    run_as("helm", case, more)
}

fn run_as(program: &str, case: &Case, more: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let work = folder.path().canonicalize().unwrap();
    for (name, content) in &case.files {
        let path = work.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    let link = work.join(program);
    #[cfg(unix)]
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_pintle"), &link).unwrap();
    #[cfg(not(unix))]
    std::fs::copy(env!("CARGO_BIN_EXE_pintle"), &link).unwrap();
    let mut command = Command::new(link);
    command.args(words(&case.line)).args(more).current_dir(&work).env_clear();
    command.env("HOME", work.join("home")).env("KUBECONFIG", "/dev/null/none").env("TZ", "UTC");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // Whoever reads values from standard input finds these.
    let _ = child.stdin.take().unwrap().write_all(b"a: b: c\n");
    let output = child.wait_with_output().unwrap();
    assert!(!output.status.success(), "{} succeeds", case.line);
    assert_ne!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stderr).unwrap().replace(&*work.to_string_lossy(), "$FOLDER")
}

#[test]
fn reports_follow_helms_words_and_only_when_asked_for() {
    let update = std::env::var_os("PINTLE_UPDATE_REPORTS").is_some();
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() >= 40, "only {} situations", paths.len());
    let mut failures = Vec::new();
    for path in paths {
        let case = read(&path);
        let plain = run(&case, &[]);
        let told = run(&case, &["--explain"]);
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if plain != case.helm {
            failures.push(format!("{name}: Helm's words differ:\n{plain}\ninstead of\n{}", case.helm));
            continue;
        }
        let Some(report) = told.strip_prefix(&*plain) else {
            failures.push(format!("{name}: Helm's words do not come first:\n{told}"));
            continue;
        };
        if report.trim().is_empty() {
            failures.push(format!("{name}: nothing more is said"));
        }
        let unprintable = |c: char| {
            c != '\n' && (c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'))
        };
        if report.contains(unprintable) || report.lines().any(|line| line.chars().count() > 110) {
            failures.push(format!("{name}: not fit for a terminal: {report:?}"));
        }
        if update {
            std::fs::write(&case.path, format!("{}-- report --\n{report}", case.head)).unwrap();
        } else if report != case.report {
            failures.push(format!("{name}: the report is\n{report}\ninstead of\n{}", case.report));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n----\n"));
}

/// `docs/guides/errors.md` shows some of the reports as they look.
#[test]
fn the_guide_shows_what_is_printed() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guides/errors.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let mut parts = text.split("<!-- report ");
    let mut made = parts.next().unwrap().to_owned();
    let mut shown = 0;
    for part in parts {
        let (name, rest) = part.split_once(" -->\n").unwrap();
        let (_, behind) = rest.split_once("<!-- end -->").unwrap();
        let case = read(&folder().join(format!("{name}.txt")));
        let printed = run_as("pintle", &case, &["--explain"]);
        let line = &case.line;
        made.push_str(&format!(
            "<!-- report {name} -->\n```text\n$ pintle {line}\n{printed}```\n<!-- end -->{behind}"
        ));
        shown += 1;
    }
    assert_eq!(shown, 5);
    if std::env::var_os("PINTLE_UPDATE_REPORTS").is_some() {
        std::fs::write(&path, &made).unwrap();
    } else {
        assert!(
            made == text,
            "run with PINTLE_UPDATE_REPORTS=1 and look at what changes; it would be\n{made}"
        );
    }
}

fn write(folder: &Path, name: &str, text: &[u8]) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// Both outputs of the program, and whether it succeeded.
fn pintle(folder: &Path, arguments: &[&str]) -> (bool, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pintle"));
    command.args(arguments).current_dir(folder).env_clear().env("HOME", folder);
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

/// Whatever a file has in it, a report about it is a few lines that a terminal takes for text.
#[test]
fn reports_are_short_and_fit_for_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let long = "x".repeat(1 << 20);
    let garbage: Vec<u8> = (0..=255).cycle().filter(|b| *b != b'\n').take(1 << 16).collect();
    let keys: String = (0..20_000).map(|n| format!("replicaz{n}: 1\n")).collect();
    let chart = |values: &str, template: &str| {
        write(folder, "shop/Chart.yaml", b"apiVersion: v2\nname: shop\nversion: 1.0.0\n");
        write(folder, "shop/values.yaml", values.as_bytes());
        write(folder, "shop/templates/a.yaml", template.as_bytes());
    };
    let checked = |what: &str, arguments: &[&str]| {
        let told = pintle(folder, &[&["template", "shop"], arguments, &["--explain"]].concat());
        let plain = pintle(folder, &[&["template", "shop"], arguments].concat());
        assert_eq!((told.0, &told.1), (plain.0, &plain.1), "{what}");
        let report = told.2.strip_prefix(&*plain.2).unwrap();
        assert!(!report.trim().is_empty(), "{what}: nothing is said");
        assert!(report.len() < 16 << 10 && report.lines().count() < 100, "{what}: {} bytes", report.len());
        assert!(report.chars().all(|c| c == '\n' || !c.is_control()), "{what}: {report:?}");
        report.to_owned()
    };
    chart("a: 1\n", "a: {{ .Values.a }}\n");
    write(folder, "v.yaml", format!("b: {long}: {long}\n").as_bytes());
    checked("a long line", &["-f", "v.yaml"]);
    write(folder, "v.yaml", &[b"b: {", &*garbage].concat());
    checked("garbage", &["-f", "v.yaml"]);
    write(folder, "v.yaml", keys.as_bytes());
    chart("replicas: 1\nreplicaz: 1\n", "a: {{ .Values.replicas }}\n");
    checked("many keys", &["-f", "v.yaml"]);
    chart("a: 1\n", "a: {{ .Values.text.b }}\n");
    write(folder, "v.yaml", format!("text: \"\\e[2J\\e]0;x\\a{long}\"\n").as_bytes());
    let report = checked("a large value with commands in it", &["-f", "v.yaml"]);
    assert!(report.contains("v.yaml:1 (-f)"), "{report}");
    let flag = format!("text={}", "y".repeat(100_000));
    checked("a large flag", &["--set", &flag]);
    chart("a: 1\n", &format!("a: {{{{ .Values.{long} }}}}{{{{ .Values.{long}.b }}}}\n"));
    checked("a long expression", &[]);
    chart("a: 1\n", &format!("a: |\n  {long}\nb: c: {{{{ .Values.a }}}}{long}\n"));
    checked("a long rendered line", &[]);
    write(folder, "shop/values.schema.json", b"{\"additionalProperties\": {\"type\": \"object\"}}");
    chart("a: 1\n", "a: b\n");
    write(folder, "v.yaml", keys.as_bytes());
    checked("many violations", &["-f", "v.yaml"]);
}

#[test]
fn a_value_of_another_type_is_told_when_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write(folder, "shop/Chart.yaml", b"apiVersion: v2\nname: shop\nversion: 1.0.0\n");
    let values = b"replicas: 2\nport: 80\ndebug: true\nlabels: {}\nhosts: []\ntokens: 3\n";
    write(folder, "shop/values.yaml", values);
    write(folder, "shop/templates/a.yaml", b"a: {{ .Values.replicas }}\n");
    let values = b"replicas: many\nport: http\ndebug: 'false'\nlabels: [a]\nhosts: '{{ x }}'\ntokens: abc\n";
    write(folder, "prod.yaml", values);
    let arguments = ["template", "shop", "-f", "prod.yaml"];
    let plain = pintle(folder, &arguments);
    assert_eq!((plain.0, plain.2.as_str()), (true, ""));
    let told = pintle(folder, &[&arguments[..], &["--explain"]].concat());
    assert_eq!(told.1, plain.1);
    assert_eq!(
        told.2,
        "  = note: prod.yaml:3 (-f) sets `debug` to the text \"false\"; in shop/values.yaml it is true\n  \
         = hint: a text counts as true unless it is empty: take the quotes off\n  \
         = note: prod.yaml:4 (-f) sets `labels` to a list of 1; in shop/values.yaml it is an empty table\n  \
         = note: prod.yaml:1 (-f) sets `replicas` to the text \"many\"; in shop/values.yaml it is the number 2\n  \
         = note: prod.yaml:6 (-f) sets `tokens` to a text (not shown: it may be secret); in shop/values.yaml it is a\n          \
         number (not shown: it may be secret)\n"
    );
    let linted = pintle(folder, &["lint", "shop", "-f", "prod.yaml", "--explain"]);
    let plain = pintle(folder, &["lint", "shop", "-f", "prod.yaml"]);
    assert_eq!((linted.0, linted.2), (true, plain.2 + &told.2));
}

#[test]
fn a_misspelled_key_that_is_no_error_is_told_when_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| write(folder.path(), name, text.as_bytes());
    write("shop/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n");
    write("shop/values.yaml", "replicas: 2\nimage: {tag: a}\n");
    write("shop/templates/a.yaml", "a: {{ .Values.replicas }}\n");
    write("prod.yaml", "# more\nimage: {tga: b}\nreplicsa: 3\nown: {thing: 1}\n");
    let run = |more: &[&str]| {
        let (success, out, err) =
            pintle(folder.path(), &[&["template", "shop", "-f", "prod.yaml"], more].concat());
        assert!(success);
        (out, err)
    };
    let (plain, told) = (run(&[]), run(&["--explain"]));
    assert_eq!((plain.0.as_str(), plain.1.as_str()), (told.0.as_str(), ""));
    assert_eq!(
        told.1,
        "  = note: prod.yaml:2 (-f) sets `image.tga`, which the chart's values do not have\n  \
         = hint: did you mean `image.tag`?\n  \
         = note: prod.yaml:3 (-f) sets `replicsa`, which the chart's values do not have\n  \
         = hint: did you mean `replicas`?\n"
    );
}
