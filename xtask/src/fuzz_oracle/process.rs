//! The same questions as charts, rendered by both binaries: exit code, stdout and stderr.

use std::path::Path;
use std::process::{Command, Output};

use super::case::Case;
use super::ours::{CHART_FILE, DOCUMENT_TEMPLATE, TARGET, VALUES_TEMPLATE};

/// Prints whatever the question printed as one YAML string, so that it need not be YAML itself.
const WRAPPER: &str = "kind: Answer\nout: {{ include \"c/templates/_question.tpl\" . | toJson }}\n";
const QUESTION: &str = "templates/_question.tpl";

/// Renders every case with both binaries and prints how many agree.
///
/// # Errors
/// When a chart cannot be written or a binary cannot be started.
pub fn compare(
    what: &str,
    lines: impl Iterator<Item = String>,
    pintle: &Path,
    helm: &Path,
    folder: &Path,
) -> Result<(), String> {
    let (mut total, mut agreed, mut words, mut failed) = (0usize, 0usize, 0usize, 0usize);
    for (number, line) in lines.enumerate() {
        let case = Case::parse(&line)?;
        let arguments =
            lay_out(&case, number, folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let theirs = render(helm, &arguments, folder)?;
        let ours = render(pintle, &arguments, folder)?;
        total += 1;
        failed += usize::from(!theirs.status.success());
        let same = theirs.status.code() == ours.status.code() && theirs.stdout == ours.stdout;
        if same && theirs.stderr == ours.stderr {
            agreed += 1;
            continue;
        }
        words += usize::from(same);
        println!("{what} {number} {arguments:?}: {line}");
        for (name, output) in [("helm", &theirs), ("ours", &ours)] {
            println!(
                "  {name}: {} {:?} {:?}",
                output.status,
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            );
        }
    }
    let percent = |count: usize| 100.0 * count as f64 / total.max(1) as f64;
    println!(
        "{what}, whole processes: {total} charts ({failed} refused by Helm), the same exit code and output \
         {:.2} %, stderr too {:.2} %",
        percent(agreed + words),
        percent(agreed)
    );
    Ok(())
}

/// Writes the chart of a question; a document stands in another place of it each time.
fn lay_out(case: &Case, number: usize, folder: &Path) -> std::io::Result<Vec<String>> {
    let _ = std::fs::remove_dir_all(folder);
    let write = |name: &str, content: &[u8]| {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(path, content)
    };
    write("Chart.yaml", CHART_FILE.as_bytes())?;
    let mut arguments = ["template", "rel", ".", "-n", "ns"].map(str::to_owned).to_vec();
    let text = case.text();
    if case.kind == "template" {
        write(TARGET, WRAPPER.as_bytes())?;
        write(QUESTION, &text)?;
        for (name, content) in &case.files {
            write(name, content.as_bytes())?;
        }
        if let Some(values) = &case.values {
            write("given/values.json", values.get().as_bytes())?;
            write(".helmignore", b"given/\n.helmignore\n")?;
            arguments.extend(["-f", "given/values.json"].map(str::to_owned));
        }
        for expression in &case.set {
            arguments.extend(["--set".to_owned(), expression.clone()]);
        }
        return Ok(arguments);
    }
    match number % 4 {
        0 => {
            write(TARGET, WRAPPER.as_bytes())?;
            write(QUESTION, VALUES_TEMPLATE.as_bytes())?;
            write("given/values.yaml", &text)?;
            write(".helmignore", b"given/\n")?;
            arguments.extend(["-f", "given/values.yaml"].map(str::to_owned));
        }
        1 => {
            write(TARGET, WRAPPER.as_bytes())?;
            write(QUESTION, VALUES_TEMPLATE.as_bytes())?;
            write("values.yaml", &text)?;
        }
        2 => {
            write(TARGET, br#"{{ .Files.Get "doc" }}"#)?;
            write("doc", &text)?;
        }
        _ => {
            write(TARGET, WRAPPER.as_bytes())?;
            write(QUESTION, DOCUMENT_TEMPLATE.as_bytes())?;
            write("doc", &text)?;
        }
    }
    Ok(arguments)
}

fn render(binary: &Path, arguments: &[String], folder: &Path) -> Result<Output, String> {
    Command::new(binary)
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", folder.with_file_name("home"))
        .env("KUBECONFIG", "/dev/null/none")
        .env("TZ", "UTC")
        .output()
        .map_err(|error| format!("{}: {error}", binary.display()))
}
