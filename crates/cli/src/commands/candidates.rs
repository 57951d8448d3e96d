//! What a word of a command line can be: repositories, charts, versions, contexts, and words that are always the same.
//!
//! Only files of this machine are asked. What Helm asks a cluster for is answered as Helm does without one.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use govalue::yaml::{self, Limits};
use govalue::{Map, Value};
use sprig::semver::Version;

use super::command::{Arguments, Command};
use super::complete::{Answer, Question, directive};
use crate::args::Parsed;
use crate::args::flag::{Flag, Values};
use crate::kubeconfig;

/// An index or a list of repositories larger than this is not read while somebody waits for a key press.
const MAX_BYTES: u64 = 256 << 20;

/// How charts that are no files begin, and what that means.
const PREFIXES: [&str; 4] = [
    "oci://\tChart OCI prefix",
    "https://\tChart URL prefix",
    "http://\tChart URL prefix",
    "file://\tChart local URL prefix",
];

/// Answers for the value of a flag.
pub(super) fn of_flag(
    question: &mut Question<'_>,
    flag: &Flag,
    command: Option<&Command>,
    parsed: &Parsed,
) -> Answer {
    let debug = question.environment.debug(parsed);
    let fixed = |words: &[&str]| {
        Answer::new(words.iter().map(|&word| word.to_owned()).collect(), directive::NO_FILES)
    };
    match flag.values {
        Some(Values::Colors) => fixed(&["never", "auto", "always"]),
        Some(Values::DocTypes) => fixed(&["bash", "man", "markdown"]),
        Some(Values::Formats) => fixed(&[
            "json\tOutput result in JSON format",
            "table\tOutput result in human-readable format",
            "yaml\tOutput result in YAML format",
        ]),
        Some(Values::Profiles) => {
            fixed(&["helm\tanswer every question, as Helm does", "strict\tdeny what was not granted"])
        }
        Some(Values::Contexts) => {
            question.debug("About to get the different kube-contexts", debug);
            let files = question.environment.kubeconfig_files(parsed);
            let contexts = kubeconfig::contexts(&files).unwrap_or_default();
            let lines = contexts.into_iter().map(|(name, cluster)| format!("{name}\t{cluster}")).collect();
            Answer::new(lines, directive::NO_FILES)
        }
        Some(Values::Namespaces) => Answer::none(directive::DEFAULT),
        Some(Values::Revisions) if parsed.args.len() == 1 => Answer::none(directive::ERROR),
        Some(Values::Revisions) => Answer::none(directive::NO_FILES),
        None => {
            match command.filter(|_| flag.name == "version").and_then(|command| chart_at(command, parsed)) {
                Some(count) if parsed.args.len() == count => {
                    let reference = parsed.args.last().cloned().unwrap_or_default();
                    Answer::new(versions(question, parsed, &reference), directive::NO_FILES)
                }
                Some(_) => Answer::none(directive::NO_FILES),
                None => Answer::none(directive::DEFAULT),
            }
        }
    }
}

/// How many arguments there are once the chart is named; `None` for commands without a chart from elsewhere.
fn chart_at(command: &Command, parsed: &Parsed) -> Option<usize> {
    match command.arguments {
        Arguments::Chart | Arguments::RemoteChart => Some(1),
        Arguments::NameAndChart => Some(if parsed.bool("generate-name") { 1 } else { 2 }),
        Arguments::ReleaseAndChart => Some(2),
        _ => None,
    }
}

/// Answers for an argument.
pub(super) fn of_arguments(question: &mut Question<'_>, command: &Command, parsed: &Parsed) -> Answer {
    let given = parsed.args.len();
    match command.arguments {
        Arguments::Nothing => Answer::no_more(),
        Arguments::FileOnce if given == 0 => Answer::none(directive::DEFAULT),
        Arguments::Chart if given == 0 => charts(question, parsed, true),
        Arguments::RemoteChart if given == 0 => charts(question, parsed, false),
        Arguments::NameAndChart if Some(given + 1) == chart_at(command, parsed) => {
            charts(question, parsed, true)
        }
        Arguments::ReleaseAndChart if given == 1 => charts(question, parsed, true),
        Arguments::ReleaseAndChart | Arguments::ReleaseAndRevision | Arguments::Release if given == 0 => {
            releases(question, parsed)
        }
        Arguments::Releases => releases(question, parsed),
        Arguments::ReleaseAndRevision if given == 1 => Answer::none(directive::ERROR),
        Arguments::Repositories => {
            let lines = repositories(question, parsed)
                .into_iter()
                .filter(|(name, _)| !parsed.args.contains(name))
                .map(|(name, url)| format!("{name}\t{url}"))
                .collect();
            Answer::new(lines, directive::NO_FILES)
        }
        Arguments::PackageAndTarget if given == 0 => Answer::none(directive::DEFAULT),
        Arguments::PackageAndTarget if given == 1 => {
            Answer::new(vec!["oci://".to_owned()], directive::NO_FILES | directive::NO_SPACE)
        }
        Arguments::Variable if given == 0 => {
            let names = question.environment.table(parsed).into_keys().map(str::to_owned).collect();
            Answer::new(names, directive::NO_FILES)
        }
        Arguments::NameAndUrl if given < 2 => Answer::none(directive::NO_FILES),
        Arguments::FileOnce
        | Arguments::Chart
        | Arguments::ReleaseAndChart
        | Arguments::ReleaseAndRevision
        | Arguments::Release
        | Arguments::Variable
        | Arguments::PackageAndTarget
        | Arguments::NameAndUrl => Answer::no_more(),
        Arguments::Plugins => {
            let mut plugins = plugins(question, parsed);
            plugins.retain(|(name, _)| !parsed.args.contains(name));
            let lines = plugins.into_iter().map(|(name, about)| format!("{name}\t{about}")).collect();
            Answer::new(lines, directive::NO_FILES)
        }
        Arguments::RemoteChart | Arguments::NameAndChart | Arguments::NoFiles => {
            Answer::none(directive::NO_FILES)
        }
        Arguments::Files | Arguments::Topic => Answer::none(directive::DEFAULT),
    }
}

/// Helm asks the cluster; without one there is no answer.
fn releases(question: &mut Question<'_>, parsed: &Parsed) -> Answer {
    let message = format!("compListReleases with toComplete {}", question.word);
    question.debug(&message, question.environment.debug(parsed));
    Answer::none(directive::DEFAULT)
}

/// Repositories, addresses and, for `files`, what is in the current folder.
fn charts(question: &mut Question<'_>, parsed: &Parsed, files: bool) -> Answer {
    let debug = question.environment.debug(parsed);
    let word = question.word.clone();
    question.debug(&format!("compListCharts with toComplete {word}"), debug);
    let mut lines = Vec::new();
    let (mut no_space, mut no_files) = (false, !files);
    for (name, url) in repositories(question, parsed) {
        if word.strip_prefix(&name).is_some_and(|rest| rest.starts_with('/')) {
            lines.extend(charts_of(question, parsed, &name));
            no_space = false;
            break;
        }
        if name.starts_with(&word) {
            lines.push(format!("{name}/\t{url}"));
            no_space = true;
        }
    }
    question.debug(&format!("Completions after repos: [{}]", lines.join(" ")), debug);
    for prefix in PREFIXES {
        // Helm: the comparison includes the description, so an address that is typed in full is never one.
        if prefix.starts_with(&word) {
            lines.push(prefix.to_owned());
            no_space = true;
        } else if word.starts_with(prefix) {
            (no_files, no_space) = (true, true);
        }
    }
    question.debug(&format!("Completions after urls: [{}]", lines.join(" ")), debug);
    if files && !lines.is_empty() && !word.is_empty() {
        let entries = std::fs::read_dir(".").into_iter().flatten().flatten();
        let mut names: Vec<String> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        lines.extend(names.into_iter().filter(|name| name.starts_with(&word)));
    }
    question.debug(&format!("Completions after files: [{}]", lines.join(" ")), debug);
    if files && word.is_empty() {
        lines.push("./\tRelative path prefix to local chart".to_owned());
        lines.push("/\tAbsolute path prefix to local chart".to_owned());
    }
    question.debug(&format!("Completions after checking empty input: [{}]", lines.join(" ")), debug);
    let mut directive = directive::DEFAULT;
    if no_files {
        directive |= directive::NO_FILES;
    }
    if no_space {
        directive |= directive::NO_SPACE;
    }
    Answer::new(lines, directive)
}

/// The repositories the user added, in their order: names and addresses.
fn repositories(question: &Question<'_>, parsed: &Parsed) -> Vec<(String, String)> {
    let path = question.environment.global(parsed, "repository-config");
    let Some(config) = read_map(Path::new(&path)) else { return Vec::new() };
    let Some(Value::List(entries)) = config.get("repositories") else { return Vec::new() };
    entries.iter().filter_map(Value::as_map).map(|entry| (text(entry, "name"), text(entry, "url"))).collect()
}

/// The installed plugins that are commands: names, and a line about each. Their manifests are only read.
fn plugins(question: &Question<'_>, parsed: &Parsed) -> Vec<(String, String)> {
    let table = question.environment.table(parsed);
    let folders = table.get("HELM_PLUGINS").map(String::as_str).unwrap_or_default();
    let mut plugins = Vec::new();
    for folder in std::env::split_paths(folders) {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut manifests: Vec<_> = entries.map(|entry| entry.path().join("plugin.yaml")).collect();
        manifests.sort();
        plugins.extend(manifests.iter().filter_map(|path| command_plugin(&read_map(path)?)));
    }
    plugins
}

/// What a plugin's manifest says of the command that it is, if it is one: in today's form or the one before.
fn command_plugin(manifest: &Map) -> Option<(String, String)> {
    let name = text(manifest, "name");
    let named = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if name.is_empty() || !name.chars().all(named) {
        return None;
    }
    match text(manifest, "apiVersion").as_str() {
        "v1" => {
            let is_command = text(manifest, "type") == "cli/v1" && !text(manifest, "version").is_empty();
            let config = manifest.get("config");
            let about = config.and_then(|config| Some(text(config.as_map()?, "shortHelp")));
            is_command.then(|| (name, about.unwrap_or_default()))
        }
        "" => manifest.get("downloaders").is_none().then(|| (name, text(manifest, "usage"))),
        _ => None,
    }
}

/// The charts of a repository, from the list Helm keeps for this, else from the index.
fn charts_of(question: &Question<'_>, parsed: &Parsed, repository: &str) -> Vec<String> {
    let cache = question.environment.global(parsed, "repository-cache");
    let list = Path::new(&cache).join(format!("{repository}-charts.txt"));
    if let Some(names) = read(&list) {
        let names = String::from_utf8_lossy(&names).into_owned();
        return names.lines().map(|name| format!("{repository}/{name}")).collect();
    }
    entries(question, parsed, repository)
        .map(|entries| entries.keys().map(|name| format!("{repository}/{name}")).collect())
        .unwrap_or_default()
}

/// The entries of a repository's index by chart, sorted.
fn entries(question: &Question<'_>, parsed: &Parsed, repository: &str) -> Option<BTreeMap<String, Value>> {
    let cache = question.environment.global(parsed, "repository-cache");
    let index = read_map(&Path::new(&cache).join(format!("{repository}-index.yaml")))?;
    if text(&index, "apiVersion").is_empty() {
        return None;
    }
    let entries = index.get("entries")?;
    let entries = entries.as_map()?;
    Some(entries.iter().map(|(name, value)| (name.to_str_lossy().into_owned(), value.clone())).collect())
}

/// The versions of a chart, newest first, with when they were made and of what.
fn versions(question: &Question<'_>, parsed: &Parsed, reference: &str) -> Vec<String> {
    let Some((repository, chart)) = reference.split_once('/').filter(|(_, chart)| !chart.contains('/'))
    else {
        return Vec::new();
    };
    let entries = entries(question, parsed, repository).unwrap_or_default();
    let Some(Value::List(list)) = entries.get(chart) else { return Vec::new() };
    let mut versions: Vec<(Version, String)> = list
        .iter()
        .filter_map(Value::as_map)
        .filter_map(|entry| {
            let number = text(entry, "version");
            Version::parse(&number).ok().map(|version| (version, version_line(entry, &number)))
        })
        .collect();
    versions.sort_by(|(a, _), (b, _)| b.cmp(a));
    versions.into_iter().map(|(_, line)| line).collect()
}

fn version_line(entry: &Map, number: &str) -> String {
    let app = match text(entry, "appVersion") {
        app if app.is_empty() => String::new(),
        app => format!("App: {app}, "),
    };
    let deprecated =
        if matches!(entry.get("deprecated"), Some(Value::Bool(true))) { "(deprecated)" } else { "" };
    format!("{number}\t{app}Created: {} {deprecated}", day(&text(entry, "created")))
}

/// The day of a timestamp in words: `October 6, 2016`. No timestamp is Go's first day.
fn day(timestamp: &str) -> String {
    let mut parts = timestamp.get(..10).unwrap_or("0001-01-01").split('-').map(str::parse::<usize>);
    match (parts.next(), parts.next(), parts.next()) {
        (Some(Ok(year)), Some(Ok(month @ 1..=12)), Some(Ok(day))) => {
            format!("{} {day}, {year:04}", govalue::print::MONTHS[month - 1])
        }
        _ => "January 1, 0001".to_owned(),
    }
}

fn text(map: &Map, key: &str) -> String {
    match map.get(key) {
        Some(Value::Str(text)) => text.to_str_lossy().into_owned(),
        _ => String::new(),
    }
}

fn read_map(path: &Path) -> Option<Map> {
    yaml::read_map(&read(path)?, &Limits::default()).ok()
}

fn read(path: &Path) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path).ok()?.take(MAX_BYTES + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 <= MAX_BYTES).then_some(bytes)
}

/// Adds a line to the file in which somebody watches completion at work. What fails there is their affair.
pub(super) fn append_line(path: &str, line: &str) {
    let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
    if let Ok(mut file) = file {
        let _ = std::io::Write::write_all(&mut file, format!("{line}\n").as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::day;

    #[test]
    fn a_day_is_written_in_words() {
        assert_eq!(day("2016-10-06T16:23:20.499814565-06:00"), "October 6, 2016");
        assert_eq!(day(""), "January 1, 0001");
        assert_eq!(day("2016-13-06"), "January 1, 0001");
    }
}
