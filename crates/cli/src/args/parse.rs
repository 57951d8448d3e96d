//! pflag's parsing rules: `--name value`, `--name=value`, `-n value`, `-nvalue`, clusters, `--`, and flags
//! after arguments.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::flag::{Flag, Kind};
use super::tables::HELP;
use super::values::{self, parse_bool};

/// What a command line said.
#[derive(Debug, Default)]
pub(crate) struct Parsed {
    /// Arguments in order.
    pub(crate) args: Vec<String>,
    /// Values by flag name, in the order given.
    values: BTreeMap<&'static str, Vec<String>>,
    /// Deprecation lines, printed before anything runs.
    pub(crate) deprecations: Vec<String>,
    /// What Helm logs while it reads flags, also when it cannot read them all.
    pub(crate) log: Vec<String>,
    /// What `--post-renderer` named, in order.
    pub(crate) post_renderers: Vec<PostRenderer>,
}

/// One `--post-renderer`, with its `--post-renderer-args`: those behind it, and for the first those before it, too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PostRenderer {
    /// As it was typed.
    pub(crate) name: String,
    pub(crate) target: Target,
    pub(crate) arguments: Vec<String>,
}

/// What a post-renderer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// The plugin of a folder.
    Plugin(PathBuf),
    /// A program of the user's, as with Helm 3.
    Program(PathBuf),
}

/// Finds a post-renderer by its name, adding lines to the log.
type Finder<'a> = dyn Fn(&str, &mut Vec<String>) -> Result<Target, String> + 'a;

/// How post-renderers are found while flags are read, as Helm does it.
pub(crate) struct PostRenderers<'a> {
    /// Finds one by its name, logging what stands in the way; the error is the flag's.
    pub(crate) find: &'a Finder<'a>,
    /// Whether there may be several: Helm has one.
    pub(crate) several: bool,
}

/// Why a command line cannot be read; `Display` is pflag's text.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ParseError {
    #[error("unknown flag: --{0}")]
    UnknownFlag(String),
    #[error("unknown shorthand flag: {0} in -{1}")]
    UnknownShorthand(String, String),
    #[error("flag needs an argument: --{0}")]
    MissingValue(String),
    #[error("flag needs an argument: {0} in -{1}")]
    MissingShortValue(String, String),
    #[error("bad flag syntax: {0}")]
    BadSyntax(String),
    #[error("invalid argument {} for {} flag: {cause}", go_quote(.value), go_quote(.flag))]
    Invalid { value: String, flag: String, cause: String },
}

fn go_quote(text: &str) -> String {
    govalue::print::quote(text.as_bytes())
}

impl Parsed {
    /// Whether the flag was given.
    pub(crate) fn changed(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// The last value of a flag.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name)?.last().map(String::as_str)
    }

    /// The last value of a flag, or a default.
    pub(crate) fn string(&self, name: &str, default: &str) -> String {
        self.get(name).unwrap_or(default).to_owned()
    }

    /// Whether a boolean flag is on.
    pub(crate) fn bool(&self, name: &str) -> bool {
        self.get(name).and_then(parse_bool).unwrap_or(false)
    }

    /// All values of a repeatable flag; slices are already split.
    pub(crate) fn all(&self, name: &str) -> &[String] {
        self.values.get(name).map_or(&[], Vec::as_slice)
    }

    fn set(
        &mut self,
        flag: &Flag,
        value: &str,
        finder: Option<&PostRenderers<'_>>,
    ) -> Result<(), ParseError> {
        let invalid = |cause| ParseError::Invalid { value: value.to_owned(), flag: flag.display(), cause };
        let values = values::read(flag.kind, value).map_err(invalid)?;
        self.post_render(flag.kind, value, finder).map_err(invalid)?;
        if flag.kind == Kind::WaitStrategy
            && let Some(strategy) = values.first().filter(|strategy| *strategy != value)
        {
            let message = format!(
                "--wait={value} is deprecated (boolean value) and can be replaced with --wait={strategy}"
            );
            self.log.push(crate::log::line("WARN", &message, &[]));
        }
        if let Some(message) = flag.deprecated {
            self.deprecations.push(format!("Flag --{} has been deprecated, {message}", flag.name));
        }
        self.values.entry(flag.name).or_default().extend(values);
        Ok(())
    }

    fn post_render(
        &mut self,
        kind: Kind,
        value: &str,
        finder: Option<&PostRenderers<'_>>,
    ) -> Result<(), String> {
        if kind != Kind::PostRenderer && kind != Kind::PostRendererArgs {
            return Ok(());
        }
        let none = PostRenderers { find: &|name, _| Err(no_plugin(name)), several: false };
        let finder = finder.unwrap_or(&none);
        match kind {
            Kind::PostRenderer if value.is_empty() => {}
            Kind::PostRenderer => {
                if !self.post_renderers.is_empty() && !finder.several {
                    return Err("cannot specify --post-renderer flag more than once".to_owned());
                }
                let target = (finder.find)(value, &mut self.log)?;
                let before =
                    if self.post_renderers.is_empty() { self.all("post-renderer-args") } else { &[] };
                let arguments = before.to_vec();
                self.post_renderers.push(PostRenderer { name: value.to_owned(), target, arguments });
            }
            Kind::PostRendererArgs => {
                if let Some(last) = self.post_renderers.last_mut() {
                    // Helm: it looks for the plugin again, and says again what is in its way.
                    (finder.find)(&last.name, &mut self.log)?;
                    last.arguments.push(value.to_owned());
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// Helm's words for a post-renderer that is not there.
pub(crate) fn no_plugin(name: &str) -> String {
    format!("plugin: {{Name:{name} Type:postrenderer/v1}} not found")
}

/// Parses the arguments of one command against its flags (global ones included in `flags`).
///
/// # Errors
/// At the first argument that is none of them.
#[cfg(test)]
pub(crate) fn parse(flags: &[&Flag], arguments: &[String]) -> Result<Parsed, ParseError> {
    let (parsed, outcome) = parse_partly(flags, arguments);
    outcome.map(|()| parsed)
}

/// Parses like [`parse`], and says what was read before an error.
pub(crate) fn parse_partly(flags: &[&Flag], arguments: &[String]) -> (Parsed, Result<(), ParseError>) {
    let mut parsed = Parsed::default();
    let outcome = parse_into(&mut parsed, flags, arguments, None);
    (parsed, outcome)
}

/// Parses like [`parse_partly`], where post-renderers may be named.
pub(crate) fn parse_finding(
    flags: &[&Flag],
    arguments: &[String],
    finder: &PostRenderers<'_>,
) -> (Parsed, Result<(), ParseError>) {
    let mut parsed = Parsed::default();
    let outcome = parse_into(&mut parsed, flags, arguments, Some(finder));
    (parsed, outcome)
}

fn parse_into(
    parsed: &mut Parsed,
    flags: &[&Flag],
    arguments: &[String],
    finder: Option<&PostRenderers<'_>>,
) -> Result<(), ParseError> {
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if argument == "--" {
            parsed.args.extend(rest.by_ref().cloned());
        } else if let Some(long) = argument.strip_prefix("--") {
            parse_long(flags, parsed, long, argument, &mut rest, finder)?;
        } else if argument.len() > 1 && argument.starts_with('-') {
            parse_short(flags, parsed, &argument[1..], &mut rest, finder)?;
        } else {
            parsed.args.push(argument.clone());
        }
    }
    Ok(())
}

fn parse_long<'a>(
    flags: &[&Flag],
    parsed: &mut Parsed,
    long: &str,
    argument: &str,
    rest: &mut impl Iterator<Item = &'a String>,
    finder: Option<&PostRenderers<'_>>,
) -> Result<(), ParseError> {
    if long.starts_with(['-', '=']) {
        return Err(ParseError::BadSyntax(argument.to_owned()));
    }
    let (name, value) = match long.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (long, None),
    };
    let Some(flag) = flags.iter().find(|flag| flag.name == name) else {
        return Err(ParseError::UnknownFlag(name.to_owned()));
    };
    match (value, flag.bare) {
        (Some(value), _) => parsed.set(flag, value, finder),
        (None, Some(bare)) => parsed.set(flag, bare, finder),
        (None, None) => match rest.next() {
            Some(value) => parsed.set(flag, value, finder),
            None => Err(ParseError::MissingValue(flag.name.to_owned())),
        },
    }
}

fn parse_short<'a>(
    flags: &[&Flag],
    parsed: &mut Parsed,
    cluster: &str,
    rest: &mut impl Iterator<Item = &'a String>,
    finder: Option<&PostRenderers<'_>>,
) -> Result<(), ParseError> {
    // pflag: flags of Go's own test binaries, which no program here is, are passed over.
    let mut letters = if cluster.starts_with("test.") { "" } else { cluster };
    while let Some(letter) = letters.chars().next() {
        let behind = &letters[letter.len_utf8()..];
        let Some(flag) = flags.iter().find(|flag| flag.short == Some(letter)) else {
            return Err(ParseError::UnknownShorthand(rune(letters), letters.to_owned()));
        };
        if let Some(value) = behind.strip_prefix('=').filter(|_| behind.len() > 1) {
            return parsed.set(flag, value, finder);
        }
        if let Some(bare) = flag.bare {
            parsed.set(flag, bare, finder)?;
            letters = behind;
            continue;
        }
        if !behind.is_empty() {
            return parsed.set(flag, behind, finder);
        }
        return match rest.next() {
            Some(value) => parsed.set(flag, value, finder),
            None => Err(ParseError::MissingShortValue(rune(letters), letters.to_owned())),
        };
    }
    Ok(())
}

/// The letter a cluster begins with. pflag goes by bytes, so half of a letter that is not ASCII is shown.
fn rune(letters: &str) -> String {
    letters.bytes().next().map(|byte| format!("'{}'", char::from(byte))).unwrap_or_default()
}

/// What a first look at a command line finds of these flags, in order, when other flags are not known yet: up to
/// `--help`, `--`, or a value that cannot be read.
pub(crate) fn glance(flags: &[&'static Flag], arguments: &[String]) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(argument) = arguments.get(at).filter(|argument| *argument != "--") {
        at += 1;
        let outcome = if let Some(long) = argument.strip_prefix("--") {
            glance_long(flags, long, arguments, &mut at, &mut found)
        } else if let Some(letters) = argument.strip_prefix('-').filter(|letters| !letters.is_empty()) {
            glance_short(flags, letters, arguments, &mut at, &mut found)
        } else {
            Some(())
        };
        if outcome.is_none() {
            break;
        }
    }
    found
}

fn glance_long(
    flags: &[&'static Flag],
    long: &str,
    arguments: &[String],
    at: &mut usize,
    found: &mut Vec<(&'static str, String)>,
) -> Option<()> {
    let (name, attached) = match long.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (long, None),
    };
    if name.is_empty() || name.starts_with('-') || name == HELP.name {
        return None;
    }
    let Some(flag) = flags.iter().find(|flag| flag.name == name) else {
        if attached.is_none() {
            pass_over_value(arguments, at);
        }
        return Some(());
    };
    let value = attached.or(flag.bare).or_else(|| next(arguments, at))?;
    values::read(flag.kind, value).ok()?;
    found.push((flag.name, value.to_owned()));
    Some(())
}

fn glance_short(
    flags: &[&'static Flag],
    cluster: &str,
    arguments: &[String],
    at: &mut usize,
    found: &mut Vec<(&'static str, String)>,
) -> Option<()> {
    let mut letters = cluster;
    while let Some(letter) = letters.chars().next() {
        let behind = &letters[letter.len_utf8()..];
        let attached = behind.strip_prefix('=').filter(|value| !value.is_empty());
        let Some(flag) = flags.iter().find(|flag| flag.short == Some(letter)) else {
            if HELP.short == Some(letter) {
                return None;
            }
            if attached.is_some() {
                return Some(());
            }
            pass_over_value(arguments, at);
            letters = behind;
            continue;
        };
        if let (None, Some(bare)) = (attached, flag.bare) {
            found.push((flag.name, bare.to_owned()));
            letters = behind;
            continue;
        }
        let behind = Some(behind).filter(|behind| !behind.is_empty());
        let value = attached.or(behind).or_else(|| next(arguments, at))?;
        values::read(flag.kind, value).ok()?;
        found.push((flag.name, value.to_owned()));
        return Some(());
    }
    Some(())
}

fn next<'a>(arguments: &'a [String], at: &mut usize) -> Option<&'a str> {
    let value = arguments.get(*at)?;
    *at += 1;
    Some(value)
}

/// Behind a flag that is not known, a word that is no flag is taken to be its value.
fn pass_over_value(arguments: &[String], at: &mut usize) {
    if arguments.get(*at).is_some_and(|next| !next.starts_with('-')) {
        *at += 1;
    }
}

/// Cobra's way to find a sub-command: the arguments that are neither flags nor values of global flags,
/// by position.
pub(crate) fn strip_flags(flags: &[&Flag], arguments: &[String]) -> Vec<usize> {
    let mut positions = Vec::new();
    let mut index = 0;
    while index < arguments.len() {
        let argument = &arguments[index];
        if argument == "--" {
            break;
        }
        if let Some(long) = argument.strip_prefix("--") {
            let takes_next =
                !long.contains('=') && !flags.iter().any(|flag| flag.name == long && flag.bare.is_some());
            if takes_next {
                index += 1;
            }
        } else if let Some(letters) = argument.strip_prefix('-') {
            let letter = letters.chars().next();
            let bare = flags.iter().any(|flag| flag.short == letter && flag.bare.is_some());
            // Helm: a cluster never takes the next word here, and `-=` is none.
            if letters.len() == 1 && letters != "=" && !bare {
                index += 1;
            }
        } else if !argument.is_empty() {
            positions.push(index);
        }
        index += 1;
    }
    positions
}

#[cfg(test)]
mod tests {
    use super::super::tables::{GLOBAL, VALUES, install};
    use super::{Parsed, parse};

    fn template(line: &[&str]) -> Result<Parsed, String> {
        let flags: Vec<_> = GLOBAL.iter().chain(install::TEMPLATE).chain(VALUES).collect();
        let arguments: Vec<String> = line.iter().map(|&a| a.to_owned()).collect();
        parse(&flags, &arguments).map_err(|error| error.to_string())
    }

    #[test]
    fn values_attach_in_every_form_pflag_knows() {
        let parsed =
            template(&["a", "-nx", "--set", "b=1", "--set=c", "-f", "p,q", "-fr", "--", "--debug"]).unwrap();
        assert_eq!(parsed.args, ["a", "--debug"]);
        assert_eq!(parsed.get("namespace"), Some("x"));
        assert_eq!(parsed.all("set"), ["b=1", "c"]);
        assert_eq!(parsed.all("values"), ["p", "q", "r"]);
        assert!(!parsed.bool("debug"));
    }

    #[test]
    fn bare_flags_do_not_eat_the_next_argument() {
        let parsed = template(&["--dry-run", "chart", "--debug", "x"]).unwrap();
        assert_eq!(parsed.get("dry-run"), Some("unset"));
        assert_eq!(parsed.args, ["chart", "x"]);
    }

    #[test]
    fn errors_are_worded_as_pflag_does() {
        assert_eq!(template(&["--foo=1"]).unwrap_err(), "unknown flag: --foo");
        assert_eq!(template(&["-gq"]).unwrap_err(), "unknown shorthand flag: 'q' in -q");
        assert_eq!(template(&["--set"]).unwrap_err(), "flag needs an argument: --set");
        assert_eq!(template(&["-n"]).unwrap_err(), "flag needs an argument: 'n' in -n");
        assert_eq!(
            template(&["--debug=x"]).unwrap_err(),
            "invalid argument \"x\" for \"--debug\" flag: strconv.ParseBool: parsing \"x\": invalid syntax"
        );
    }
}
