//! The guard of one command: its profile, grants files, flags and the administrator's file; and its audit list.

use std::path::{Path, PathBuf};

use govalue::yaml::{self, Limits};
use guard::{GrantsFile, Guard, Policy, Profile};

use crate::commands::Context;
use crate::prepare::{MAX_OWN, read_bounded, system_words};
use crate::report::Failure;

/// Builds the guard from profile, grants files and flags, weakest first, under the administrator's file.
pub(crate) fn guard(context: &Context<'_>) -> Result<Guard, Failure> {
    Ok(Guard::new(policy(context, &[])?))
}

/// What the user granted, and what more this program grants in Helm's name, written as flags.
pub(crate) fn policy(context: &Context<'_>, more: &[String]) -> Result<Policy, Failure> {
    policy_with(context, context.parsed.all("grant").iter().chain(more))
}

/// A guard without `--grant`, which means something else to the commands that take plugins in.
pub(crate) fn guard_of_files(context: &Context<'_>) -> Result<Guard, Failure> {
    Ok(Guard::new(policy_with(context, &[])?))
}

fn policy_with<'a>(
    context: &Context<'_>,
    flags: impl IntoIterator<Item = &'a String>,
) -> Result<Policy, Failure> {
    let (environment, parsed) = (context.environment, &context.parsed);
    let mut builder = Policy::builder().enable_dns(parsed.bool("enable-dns"));
    if let Some(home) = environment.get(if cfg!(windows) { "USERPROFILE" } else { "HOME" }) {
        builder = builder.home(home);
    }
    let flag = parsed.get("profile").map(|word| ("--profile", word));
    let profile = flag.or_else(|| environment.get("PINTLE_PROFILE").map(|word| ("PINTLE_PROFILE", word)));
    if let Some((name, word)) = profile {
        let profile = Profile::from_word(word)
            .map_err(|problem| Failure::plain(format!("{name} {word}: {problem}")))?;
        builder = builder.profile(profile);
    }
    let own = environment.config_home().join("pintle").join("grants.yaml");
    for file in own_file(&own)?.into_iter().chain(named_files(context)) {
        builder = builder.file(grants_file(&file)?);
    }
    for text in flags {
        builder = builder.flag(text).map_err(|error| Failure::plain(error.to_string()))?;
    }
    if let Some(ceiling) = own_file(&environment.ceiling)? {
        builder = builder.ceiling(grants_file(&ceiling)?);
    }
    check_audit(context)?;
    Ok(builder.build())
}

/// A file that is used where it is there. That it cannot be looked at is no reason to go on without it.
fn own_file(path: &Path) -> Result<Option<PathBuf>, Failure> {
    match std::fs::metadata(path) {
        Ok(_) => Ok(Some(path.to_owned())),
        Err(error)
            if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) =>
        {
            // A link that leads nowhere is a file that cannot be read.
            match std::fs::symlink_metadata(path) {
                Ok(_) => Err(unreadable(path, &error)),
                Err(_) => Ok(None),
            }
        }
        Err(error) => Err(unreadable(path, &error)),
    }
}

fn named_files(context: &Context<'_>) -> Vec<PathBuf> {
    let list = context.environment.get("PINTLE_GRANTS").unwrap_or_default();
    let listed = std::env::split_paths(list).filter(|path| !path.as_os_str().is_empty());
    listed.chain(context.parsed.all("grants").iter().map(PathBuf::from)).collect()
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::plain(format!("cannot read grants file {}: {}", path.display(), system_words(error)))
}

fn grants_file(path: &Path) -> Result<GrantsFile, Failure> {
    let name = path.to_string_lossy();
    let text = read_bounded(path, MAX_OWN).map_err(|error| unreadable(path, &error))?;
    let tree = yaml::outline(&text, &Limits::default())
        .map_err(|error| Failure::plain(format!("cannot read grants file {name}: {error}")))?;
    GrantsFile::parse(&name, &plugin::lock::node(tree)).map_err(|error| Failure::plain(error.to_string()))
}

/// Where `--audit` or its variable says that records go.
fn audit_target(context: &Context<'_>) -> Option<String> {
    let target = context.parsed.get("audit").or_else(|| context.environment.get("PINTLE_AUDIT"));
    target.filter(|target| !target.is_empty()).map(str::to_owned)
}

/// Makes sure that records can be written before there are any.
fn check_audit(context: &Context<'_>) -> Result<(), Failure> {
    match audit_target(context).as_deref() {
        None | Some("-") => Ok(()),
        Some(target) => write_audit(target, b""),
    }
}

/// Writes the audit records where `--audit` says: one JSON line for each question, appended.
pub(crate) fn audit(context: &mut Context<'_>, guard: &mut Guard) -> Result<(), Failure> {
    write_records(context, guard, None)
}

/// [`audit`], with one more line that is made from the time.
pub(crate) fn audit_with(
    context: &mut Context<'_>,
    guard: &mut Guard,
    last: impl Fn(&str) -> String,
) -> Result<(), Failure> {
    write_records(context, guard, Some(&last))
}

fn write_records(
    context: &mut Context<'_>,
    guard: &mut Guard,
    last: Option<&dyn Fn(&str) -> String>,
) -> Result<(), Failure> {
    let Some(target) = audit_target(context) else { return Ok(()) };
    let moment = crate::host::now();
    let now = guard::Time { seconds: moment.seconds, nanos: moment.nanos };
    let records = guard.take_records().into_iter().map(|mut record| {
        // The records of one render share a stamp: the guard reads no clock while templates run.
        record.time.get_or_insert(now);
        record.to_json()
    });
    let lines: Vec<String> = records.chain(last.map(|last| last(&now.to_rfc3339()))).collect();
    if target == "-" {
        for line in &lines {
            context.output.error_line(line);
        }
        return Ok(());
    }
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    write_audit(&target, text.as_bytes())
}

/// Appends to a file that only its owner may read: questions can name secrets.
fn write_audit(target: &str, bytes: &[u8]) -> Result<(), Failure> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(target).and_then(|mut file| std::io::Write::write_all(&mut file, bytes));
    written.map_err(|error| {
        Failure::plain(format!("cannot write audit file {target}: {}", system_words(&error)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::flag::Flag;
    use crate::args::parse;
    use crate::args::tables::GUARD;
    use crate::args::tables::install::TEMPLATE;
    use crate::commands::Found;
    use crate::environment::Environment;
    use crate::output::Output;
    use crate::progress::Progress;
    use guard::{Actor, Question};
    use std::collections::BTreeMap;

    /// Whether a chart may draw random numbers and read the clock under these flags and this administrator's file.
    fn may(arguments: &[&str], own: Option<&str>, ceiling: Option<&str>) -> Result<[bool; 2], String> {
        let folder = tempfile::tempdir().unwrap();
        let head = "apiVersion: pintle.dev/v1alpha1\nkind: Grants\n";
        let write = |path: &str, text: Option<&str>| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            if let Some(text) = text {
                std::fs::write(&path, format!("{head}{text}")).unwrap();
            }
            path
        };
        write("pintle/grants.yaml", own);
        let home = folder.path().to_string_lossy().into_owned();
        let variables =
            BTreeMap::from([("HELM_CONFIG_HOME".to_owned(), home.clone()), ("HOME".to_owned(), home)]);
        let mut environment = Environment::new("pintle".to_owned(), variables);
        environment.ceiling = write("etc/grants.yaml", ceiling);
        let flags: Vec<&Flag> = TEMPLATE.iter().chain(GUARD).collect();
        let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        let parsed = parse(&flags, &arguments).map_err(|error| error.to_string())?;
        let mut output = Output::default();
        let found = Found::default();
        let context = Context {
            environment: &environment,
            output: &mut output,
            parsed,
            found: &found,
            progress: Progress::default(),
        };
        let mut guard = guard(&context).map_err(|failure| format!("{failure:?}"))?;
        let shop = Actor::chart("shop");
        let mut ask = |question| guard.check(&[&shop], question).is_ok();
        Ok([ask(Question::random("uuidv4")), ask(Question::clock("now"))])
    }

    #[test]
    fn nothing_that_a_user_says_exceeds_the_administrators_file() {
        let clock = Some("actors: {\"chart:**\": {grant: [clock]}}\n");
        assert_eq!(may(&[], None, None), Ok([true, true]));
        assert_eq!(may(&[], None, clock), Ok([false, true]));
        let own = Some("profile: helm\nactors: {\"chart:shop\": {grant: [random, clock]}}\n");
        assert_eq!(
            may(&["--profile", "helm", "--grant", "chart:shop random"], own, clock),
            Ok([false, true])
        );
        // What the file allows still has to be granted.
        assert_eq!(may(&["--profile", "strict"], None, clock), Ok([false, false]));
        assert_eq!(
            may(&["--profile", "strict", "--grant", "chart:shop clock"], None, clock),
            Ok([false, true])
        );
        let all_but = Some("profile: helm\nactors: {\"chart:shop\": {deny: [clock]}}\n");
        assert_eq!(may(&["--grant", "chart:shop clock"], own, all_but), Ok([true, false]));
    }

    #[test]
    fn an_administrators_file_that_cannot_be_read_stops_everything() {
        assert!(may(&[], None, Some("actor: {}\n")).unwrap_err().contains("did you mean `actors`?"));
        assert!(may(&[], None, Some("profile: [\n")).unwrap_err().contains("cannot read grants file"));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_is_there_and_cannot_be_read_is_not_overlooked() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("grants.yaml");
        std::os::unix::fs::symlink("nowhere", &link).unwrap();
        assert!(own_file(&link).is_err());
        assert!(own_file(&folder.path().join("none/grants.yaml")).unwrap().is_none());
    }
}
