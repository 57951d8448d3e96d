//! `plugin grants`: what an installed plugin may do, and changing it.

use govalue::print::quote;
use guard::Grant;
use plugin::lock::{Entry, Signer};
use plugin::store::StoreError;

use super::{accept, consent, install};
use crate::commands::Context;
use crate::report::Failure;

/// What is to be done with the grants.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Action {
    Show,
    Add,
    Remove,
}

/// `plugin grants`.
pub(in crate::commands) fn grants(context: &mut Context<'_>) -> Result<(), Failure> {
    let words: Vec<String> = context.parsed.args.iter().skip(1).cloned().collect();
    let (action, words) = match words.split_first() {
        None => (Action::Show, &[][..]),
        Some((word, rest)) => match word.as_str() {
            "show" => (Action::Show, rest),
            "add" => (Action::Add, rest),
            "remove" => (Action::Remove, rest),
            other => {
                let meant = guard::nearest(other, ["show", "add", "remove"]);
                let meant = meant.map_or_else(String::new, |word| format!(", did you mean {word:?}?"));
                let other = quote(other.as_bytes());
                return Err(Failure::plain(format!("unknown action {other}{meant}"))
                    .with_hint("plugin grants NAME [show | add GRANT... | remove GRANT...]".to_owned()));
            }
        },
    };
    if (action == Action::Show) != words.is_empty() {
        let why = if words.is_empty() { "names no grant" } else { "takes no grants" };
        let word = context.parsed.args.get(1).cloned().unwrap_or_default();
        return Err(Failure::plain(format!("plugin grants {word} {why}")).with_hint(
            "a grant is `CAPABILITY` or `CAPABILITY=SCOPE`, as in 'http=GET https://api.github.com'"
                .to_owned(),
        ));
    }
    let plugin = accept::named(context)?;
    let name = &plugin.manifest.name;
    let Some(entry) = accept::entry(context, &plugin)? else { return Err(accept::unmanaged(name)) };
    if action == Action::Show {
        let text = shown(&entry);
        context.output.out(&text);
        return Ok(());
    }
    let wanted =
        words.iter().map(|text| consent::parsed(&entry.name, text)).collect::<Result<Vec<_>, _>>()?;
    let folder = accept::known(&plugin)?;
    let changed = install::store(context)
        .edit(|lock| {
            let Some(mut entry) = lock.entry(&folder).cloned() else { return Ok(Ok(entry)) };
            let outcome = match action {
                Action::Add => add(&mut entry, wanted),
                _ => remove(&mut entry, &wanted),
            };
            if outcome.is_ok() {
                lock.set(entry.clone());
            }
            Ok::<_, StoreError>(outcome.map(|()| entry))
        })
        .map_err(|error| install::failed(&error))??;
    let text = shown(&changed);
    context.output.out(&text);
    Ok(())
}

fn add(entry: &mut Entry, wanted: Vec<Grant>) -> Result<(), Failure> {
    for grant in wanted {
        if !entry.granted.iter().any(|one| one.covers(&grant)) {
            entry.granted.push(grant.given(&entry.folder));
        }
    }
    Ok(())
}

/// Takes what is named: the very grant, or with a word alone all of that capability.
fn remove(entry: &mut Entry, wanted: &[Grant]) -> Result<(), Failure> {
    for grant in wanted {
        let alone = grant.to_words() == grant.capability.word();
        let taken =
            |one: &Grant| one.capability == grant.capability && (alone || one.to_words() == grant.to_words());
        let before = entry.granted.len();
        entry.granted.retain(|one| !taken(one));
        if entry.granted.len() == before {
            let name = quote(entry.name.as_bytes());
            return Err(Failure::plain(format!("plugin {name} has no grant '{}'", grant.to_words()))
                .with_hint(format!("`plugin grants {}` shows what it has", entry.name)));
        }
    }
    Ok(())
}

fn shown(entry: &Entry) -> String {
    let mut text = format!("NAME: {}\nVERSION: {}\nSOURCE: {}\n", entry.name, entry.version, entry.source);
    let signer = match &entry.signer {
        Signer::Signed { fingerprint, .. } => format!("signed by {fingerprint}"),
        Signer::Unsigned { accepted } => format!("unsigned, accepted by {accepted}"),
    };
    text.push_str(&format!("SIGNER: {signer}\n"));
    let mut list = |title: &str, grants: Vec<String>| {
        text.push_str(title);
        text.push_str(if grants.is_empty() { " none\n" } else { "\n" });
        for grant in grants {
            text.push_str(&format!("  {grant}\n"));
        }
    };
    list("GRANTED:", entry.granted.iter().map(Grant::to_words).collect());
    list("NOT GRANTED:", entry.lacking().into_iter().map(Grant::to_words).collect());
    // What others wrote does not move the cursor.
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}
