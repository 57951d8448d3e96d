//! What a plugin asks for, and what the user gives: by flags, by a variable, or by an answer at the terminal.

use std::io::{BufRead as _, IsTerminal as _, Read as _};

use govalue::print::quote;
use guard::{Capability, Grant, shell_quoted};
use plugin::lock;

use crate::commands::Context;
use crate::report::{DENIED, Failure};

/// Bytes of an answer that are looked at.
const ANSWER: u64 = 256;

/// What the user gives to a plugin beyond what it has: `held`.
///
/// Whoever names grants by flags has decided; otherwise all that is asked for has to be given, and without a terminal
/// nobody can be asked.
///
/// # Errors
/// When it asks for something that nobody gives.
pub(super) fn granted(
    context: &mut Context<'_>,
    name: &str,
    requested: &[Grant],
    held: &[Grant],
) -> Result<Vec<Grant>, Failure> {
    let mut granted = held.to_vec();
    for text in context.parsed.all("grant") {
        let grant = parsed(name, text)?;
        if !granted.iter().any(|one| one.covers(&grant)) {
            granted.push(grant);
        }
    }
    let decided = !context.parsed.all("grant").is_empty();
    let lacking: Vec<Grant> = lock::lacking(requested, &granted).into_iter().cloned().collect();
    if lacking.is_empty() {
        return Ok(granted);
    }
    // The flags of this one command are stronger than a variable.
    match (context.parsed.changed("grant-requested"), decided) {
        (true, _) if context.parsed.bool("grant-requested") => {
            granted.extend(lacking);
            return Ok(granted);
        }
        (_, true) => return Ok(granted),
        (false, false) if variable(context) => {
            granted.extend(lacking);
            return Ok(granted);
        }
        _ => {}
    }
    if std::io::stdin().is_terminal() && context.environment.stderr_is_terminal() {
        return asked(context, name, granted, lacking);
    }
    Err(refused(name, &lacking))
}

/// One `--grant` beside a plugin.
pub(super) fn parsed(name: &str, text: &str) -> Result<Grant, Failure> {
    Grant::for_plugin(name, "", text)
        .map_err(|problem| Failure::plain(format!("--grant '{text}': {problem}")))
}

fn variable(context: &Context<'_>) -> bool {
    let variable = context.environment.get("PINTLE_GRANT_REQUESTED");
    variable.and_then(crate::args::parse_bool).unwrap_or(false)
}

fn refused(name: &str, lacking: &[Grant]) -> Failure {
    let words: Vec<String> = lacking.iter().map(Grant::to_words).collect();
    // The words are the plugin's, and the line is one to be pasted.
    let one = shell_quoted(&lacking.first().map(Grant::to_words).unwrap_or_default());
    Failure::plain(format!(
        "plugin {} asks for what nobody granted: {}",
        quote(name.as_bytes()),
        words.join(", ")
    ))
    .with_code(DENIED)
    .with_hint(format!(
        "--grant-requested (or PINTLE_GRANT_REQUESTED=1) grants all of it, --grant {one} that much"
    ))
}

/// Asks at the terminal.
fn asked(
    context: &mut Context<'_>,
    name: &str,
    mut granted: Vec<Grant>,
    lacking: Vec<Grant>,
) -> Result<Vec<Grant>, Failure> {
    let native = lacking.iter().any(|grant| grant.capability == Capability::Native);
    let mut text = format!("Plugin {} asks for:\n", quote(name.as_bytes()));
    for grant in &lacking {
        text.push_str(&format!("  {}\n", grant.to_words()));
    }
    if native {
        text.push_str(
            "It is a program of this machine, outside of the sandbox: it can do whatever you can.\n",
        );
    }
    text.push_str("Grant it? [y/N] ");
    if !yes(context, &text)? {
        return Err(refused(name, &lacking));
    }
    granted.extend(lacking);
    let whole = "Shall it see all variables of your environment, as in Helm? Else it sees PATH, HOME and the like. [y/N] ";
    if native && !granted.iter().any(|grant| grant.capability == Capability::Env) && yes(context, whole)? {
        granted.push(parsed(name, "env=*")?);
    }
    Ok(granted)
}

fn yes(context: &mut Context<'_>, question: &str) -> Result<bool, Failure> {
    context.output.error_text(question);
    let failed = |error: std::io::Error| Failure::plain(crate::prepare::system_words(&error));
    context.output.flush().map_err(failed)?;
    let mut answer = Vec::new();
    std::io::stdin().lock().take(ANSWER).read_until(b'\n', &mut answer).map_err(failed)?;
    let answer = String::from_utf8_lossy(&answer).trim().to_lowercase();
    Ok(matches!(answer.as_str(), "y" | "yes"))
}
