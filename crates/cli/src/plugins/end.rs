//! How a call ended: for people, for machines, and for the audit file.

use std::fmt::Write as _;
use std::time::Duration;

use guard::Guard;
use plugin::invoke::{Cause, InvokeError, Reply, Report};
use plugin::subprocess::SubprocessError;
use sandbox::LoadedFrom;

use crate::commands::Context;
use crate::grants;
use crate::report::Failure;

/// How the line for machines begins. A guest is gone when it is printed, so it is the last on standard error; a line of
/// the guest's own words is never left to begin so.
const MACHINE: &str = "pintle: {";

/// The failure of a command whose plugin failed.
pub(super) fn failure(actor: &str, error: &InvokeError) -> Failure {
    let message = error.to_string().replace(&format!("\n{MACHINE}"), &format!("\n\t{MACHINE}"));
    let mut failure = Failure::plain(message).with_code(error.code());
    if unfinished(&error.report.stderr_tail) {
        failure = failure.logged(String::new());
    }
    match error.cause {
        // Helm's bytes, or the guest's own affair.
        Cause::Told { .. }
        | Cause::Returned(_)
        | Cause::Exited(_)
        | Cause::Program(SubprocessError::Exited { .. }) => failure.of_plugin().with_hints(error.hint()),
        _ if error.code() == 1 => failure.with_hints(error.hint()),
        _ => failure.with_hints(error.hint()).for_machines(machine(actor, error)),
    }
}

/// Whether what a guest said ends in a line without an end that our own words would make one of ours.
fn unfinished(said: &str) -> bool {
    match said.rsplit_once('\n') {
        Some((_, line)) => line.starts_with(MACHINE),
        // Of a very long line only the end is known.
        None => said.starts_with(MACHINE) || said.len() > 1 << 10,
    }
}

fn text(out: &mut String, name: &str, value: &str) {
    let mut quoted = Vec::new();
    govalue::json::write_string(&mut quoted, value.as_bytes(), false);
    // Writing to a String cannot fail.
    let _ = write!(out, ",\"{name}\":{}", String::from_utf8_lossy(&quoted));
}

/// One JSON object on one line: who, why, and with which exit code.
fn machine(actor: &str, error: &InvokeError) -> String {
    let mut out = format!("{MACHINE}\"code\":{}", error.code());
    text(&mut out, "actor", actor);
    text(&mut out, "cause", error.cause.word());
    if let Cause::Denied { denial, .. } = &error.cause {
        text(&mut out, "capability", denial.capability().word());
        text(&mut out, "scope", &denial.question().scope_text());
    }
    if let Some(limit) = error.cause.limit() {
        text(&mut out, "limit", limit);
    }
    out.push('}');
    out
}

/// Writes the records of a call where `--audit` says, and one more that tells how it ended.
pub(super) fn audit(
    context: &mut Context<'_>,
    guard: &mut Guard,
    actor: &str,
    ended: &Result<Reply, Box<InvokeError>>,
    took: Duration,
) -> Result<(), Failure> {
    grants::audit_with(context, guard, |time| {
        let (code, cause) = match ended {
            Ok(_) => (0, "end"),
            Err(error) => (error.code(), error.cause.word()),
        };
        let mut line = format!("{{\"time\":\"{time}\"");
        text(&mut line, "actor", actor);
        text(&mut line, "ended", cause);
        let _ = write!(line, ",\"code\":{code},\"micros\":{}}}", took.as_micros());
        line
    })
}

/// Prints the six steps of a call as they happened, behind everything else.
pub(super) fn trace(context: &mut Context<'_>, report: &Report) {
    let mut out = String::new();
    if let Some((from, took)) = report.loaded {
        let from = match from {
            LoadedFrom::Compiled => "compiled now",
            LoadedFrom::Cache => "from the cache of compiled modules",
        };
        let _ = writeln!(out, "module {from}: {:.3} ms", took.as_secs_f64() * 1e3);
    }
    for event in &report.trace.events {
        let _ = writeln!(out, "{event}");
    }
    if report.trace.left_out > 0 {
        let _ = writeln!(out, "and {} more", report.trace.left_out);
    }
    for line in &report.log {
        let printable: String =
            line.text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
        let _ = writeln!(out, "log {:?}: {printable}", line.level);
    }
    let usage = &report.usage;
    let _ = writeln!(
        out,
        "used: {:.3} ms, {} bytes of memory, {} host calls, {} bytes over HTTP",
        usage.time.as_secs_f64() * 1e3,
        usage.memory,
        usage.host_calls,
        usage.http
    );
    context.output.error_text(&out);
}
