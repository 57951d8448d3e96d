//! What a plugin says about its own sub-commands and flags: completion.yaml, and the program `plugin.complete`.
//!
//! Both are for shells, and for help; they are looked at only when no command is about to run.

use govalue::yaml::{self, Limits};
use govalue::{Map, Value};
use guard::Guard;
use plugin::Plugin;
use plugin::Standing;
use plugin::manifest::{Config, Runtime};
use plugin::subprocess::{self, Task};

use super::{Plugins, commands, run};
use crate::args::flag::{Flag, Kind, flag};
use crate::commands::{Command, Context, command};
use crate::prepare::read_bounded;

/// Bytes that a completion.yaml may have.
const LARGEST: u64 = 1 << 20;
/// How deep its commands may lie in one another.
const DEEPEST: usize = 50;

/// What there is to know about a command of a plugin, or one below it.
#[derive(Debug)]
pub(crate) struct Brought {
    /// The plugin.
    pub(crate) plugin: Plugin,
    /// Words that may be the first argument.
    pub(crate) words: Vec<String>,
    /// Whether the plugin itself is asked.
    pub(crate) dynamic: bool,
}

/// Adds to a plugin's command what its completion.yaml says. Answers what Helm logs with `--debug`.
pub(super) fn load(name: &str, plugin: &Plugin, brought: Command) -> (Command, Vec<(&'static str, String)>) {
    let file = plugin.folder.join("completion.yaml");
    let mut log = Vec::new();
    let text = match read_bounded(&file, LARGEST) {
        Ok(text) => text,
        Err(_) => {
            let shown = file.display();
            let why = format!("file ({shown}) not provided by plugin. No plugin auto-completion possible");
            log.push(("plugin completion file loading", why));
            return (with(brought, plugin, &Map::new(), &[], true), log);
        }
    };
    let limits = Limits { depth: 100, nodes: 100_000, bytes: 4 << 20 };
    let read = yaml::read_map(&text, &limits).map_err(|error| error.to_string());
    let read = read.and_then(|map| fits(&map, 0).map(|()| map));
    let tree = read.unwrap_or_else(|why| {
        log.push(("plugin completion file loading", why));
        Map::new()
    });
    (level(brought, plugin, &tree, &format!("helm {name}"), &mut log), log)
}

/// Whether everything is what it should be; of a file that is not, Helm takes nothing.
fn fits(map: &Map, depth: usize) -> Result<(), String> {
    if depth > DEEPEST {
        return Err("commands are too deep in one another".to_owned());
    }
    let text = |value: &Value| matches!(value, Value::Nil) || value.as_str().is_some();
    for (name, value) in map.iter() {
        let good = match (&*name.to_str_lossy(), &value) {
            (_, Value::Nil) => true,
            ("name", value) => text(value),
            ("validArgs" | "flags", Value::List(items)) => items.iter().all(text),
            ("commands", Value::List(items)) => {
                for item in items.iter() {
                    match item {
                        Value::Nil => {}
                        Value::Map(map) => fits(map, depth + 1)?,
                        _ => return Err("commands are not objects".to_owned()),
                    }
                }
                true
            }
            ("validArgs" | "flags" | "commands", _) => false,
            _ => true,
        };
        if !good {
            return Err(format!("{} is not what it should be", name.to_str_lossy()));
        }
    }
    Ok(())
}

fn texts(map: &Map, name: &str) -> Vec<String> {
    match map.get(name) {
        Some(Value::List(items)) => items
            .iter()
            .map(|item| item.as_str().map(|text| text.to_str_lossy().into_owned()).unwrap_or_default())
            .collect(),
        _ => Vec::new(),
    }
}

fn level(
    brought: Command,
    plugin: &Plugin,
    map: &Map,
    path: &str,
    log: &mut Vec<(&'static str, String)>,
) -> Command {
    let listed = match map.get("commands") {
        Some(Value::List(items)) => Some(items),
        _ => None,
    };
    let mut children = Vec::new();
    for item in listed.iter().flat_map(|items| items.iter()) {
        let empty = Map::new();
        let map = item.as_map().unwrap_or(&empty);
        let name =
            map.get("name").and_then(|name| name.as_str().map(|name| name.to_str_lossy().into_owned()));
        let name: &'static str = name.unwrap_or_default().leak();
        let below = command(name.split(' ').next().unwrap_or_default(), "", "");
        if name.is_empty() {
            // Helm: it is there all the same, without a name and without what it says.
            log.push(("sub-command name field missing", format!("{path} ")));
            children.push(with(below, plugin, &Map::new(), &[], false));
        } else {
            children.push(level(below, plugin, map, &format!("{path} {name}"), log));
        }
    }
    children.sort_by_key(|child| child.name);
    with(brought, plugin, map, children.leak(), listed.is_none())
}

fn with(
    brought: Command,
    plugin: &Plugin,
    map: &Map,
    children: &'static [Command],
    dynamic: bool,
) -> Command {
    let flags: &'static [Flag] = flags(texts(map, "flags")).leak();
    let more = Brought { plugin: plugin.clone(), words: texts(map, "validArgs"), dynamic };
    let brought = brought.of_plugin(Box::leak(Box::new(more))).children(children);
    if flags.is_empty() { brought } else { brought.flags(Box::leak(Box::new([flags]))) }
}

/// Single letters become the short forms of the long names, in order; what is left over has a long form of one letter.
fn flags(names: Vec<String>) -> Vec<Flag> {
    let (short, long): (Vec<String>, Vec<String>) = names.into_iter().partition(|name| name.len() == 1);
    let letter = |at: usize| short.get(at).and_then(|name| name.chars().next());
    (0..long.len().max(short.len()))
        .map(|at| {
            let name = long.get(at).or_else(|| short.get(at)).cloned().unwrap_or_default();
            flag(name.leak(), letter(at), Kind::Bool, "", "")
        })
        .collect()
}

/// Asks the plugin's own program what could follow: candidates and cobra's number. `path` are the sub-commands that were
/// typed. `None` where there is no such program, or it is not to be run.
pub(crate) fn ask(
    context: &mut Context<'_>,
    plugin: &Plugin,
    path: &[&str],
    arguments: &[String],
    word: &str,
) -> Option<(Vec<String>, u8)> {
    let Runtime::Subprocess(_) = plugin.manifest.runtime else { return None };
    // Not there: nothing is read, and nobody asked.
    std::fs::metadata(plugin.folder.join("plugin.complete")).ok()?;
    let (_, own) = commands::taken_out(arguments);
    let ignores = matches!(plugin.manifest.config, Config::Cli { ignore_flags: true, .. });
    let mut given: Vec<String> = path.iter().map(|name| (*name).to_owned()).collect();
    if !ignores {
        given.extend(own);
        given.push(word.to_owned());
    }
    let plugins = Plugins::new(context).ok()?;
    let ready = plugins.installed(context.environment, &plugin.folder).ok()?;
    let mut guard = plugins.guard(context, &ready).ok()?;
    let digests = match &ready.standing {
        Standing::Managed(entry) => Some(entry.digests()),
        Standing::Unmanaged | Standing::Path => None,
    };
    let task = Task::Complete { arguments: &given };
    let ran = run_it(&plugins, &ready, &task, digests.as_ref(), &mut guard);
    let _ = crate::grants::audit(context, &mut guard);
    let printed = String::from_utf8_lossy(&ran.ok()?).into_owned();
    let mut lines: Vec<String> =
        printed.split('\n').filter(|line| !line.is_empty()).map(str::to_owned).collect();
    let number =
        lines.last().and_then(|line| line.strip_prefix(':')).and_then(|text| text.parse::<i64>().ok());
    let directive = match number {
        Some(number) => {
            lines.pop();
            u8::try_from(number & 0xff).unwrap_or_default()
        }
        None => 0,
    };
    Some((lines, directive))
}

fn run_it(
    plugins: &Plugins,
    ready: &plugin::Ready,
    task: &Task<'_>,
    digests: Option<&subprocess::Files>,
    guard: &mut Guard,
) -> Result<Vec<u8>, subprocess::SubprocessError> {
    let actor = run::actor(ready);
    let prepared = subprocess::prepare(&ready.plugin, task, &plugins.surroundings, digests, &actor, guard)?;
    // Somebody waits for a key press.
    let limits = subprocess::Limits { output: 1 << 20, deadline: Some(std::time::Duration::from_secs(10)) };
    prepared.run(Vec::new(), &limits)
}

#[cfg(test)]
mod tests {
    use super::flags;

    #[test]
    fn letters_are_short_forms_of_long_names_as_far_as_there_are_any() {
        let shown = |names: &[&str]| {
            let flags = flags(names.iter().map(|name| (*name).to_owned()).collect());
            flags.iter().map(crate::args::flag::Flag::display).collect::<Vec<_>>()
        };
        assert_eq!(shown(&["all", "a", "verbose"]), ["-a, --all", "--verbose"]);
        assert_eq!(shown(&["all", "a", "x"]), ["-a, --all", "-x, --x"]);
        assert_eq!(shown(&[]), [""; 0]);
    }
}
