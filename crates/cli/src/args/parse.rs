//! pflag's parsing rules: `--name value`, `--name=value`, `-n value`, `-nvalue`, clusters, `--`, and flags
//! after arguments.

use std::collections::BTreeMap;

use super::flag::{Flag, Kind};

/// What a command line said.
#[derive(Debug, Default)]
pub(crate) struct Parsed {
    /// Arguments in order.
    pub(crate) args: Vec<String>,
    /// Values by flag name, in the order given.
    values: BTreeMap<&'static str, Vec<String>>,
    /// Deprecation lines, printed before anything runs.
    pub(crate) deprecations: Vec<String>,
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
    /// `-h` or `--help` was met.
    #[error("help requested")]
    Help,
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

    fn set(&mut self, flag: &Flag, value: &str) -> Result<(), ParseError> {
        let invalid =
            |cause: String| ParseError::Invalid { value: value.to_owned(), flag: flag.display(), cause };
        let entry = match flag.kind {
            Kind::Bool => {
                parse_bool(value).ok_or_else(|| invalid(syntax_error("ParseBool", value)))?;
                vec![value.to_owned()]
            }
            Kind::Int => {
                value.parse::<i64>().map_err(|_| invalid(number_error("ParseInt", value)))?;
                vec![value.to_owned()]
            }
            Kind::Uint => {
                value.parse::<u64>().map_err(|_| invalid(number_error("ParseUint", value)))?;
                vec![value.to_owned()]
            }
            Kind::Float32 => {
                value.parse::<f32>().map_err(|_| invalid(syntax_error("ParseFloat", value)))?;
                vec![value.to_owned()]
            }
            Kind::Duration => {
                sprig::time::duration::parse(value.as_bytes()).map_err(|error| invalid(error.to_string()))?;
                vec![value.to_owned()]
            }
            Kind::StringSlice => split_csv(value).map_err(invalid)?,
            Kind::StringToString => {
                let pairs = if value.matches('=').count() > 1 || value.contains('"') {
                    split_csv(value).map_err(&invalid)?
                } else {
                    vec![value.to_owned()]
                };
                if let Some(bad) = pairs.iter().find(|pair| !pair.contains('=')) {
                    return Err(invalid(format!("{bad} must be formatted as key=value")));
                }
                pairs
            }
            Kind::WaitStrategy => {
                let strategy = match value {
                    "watcher" | "hookOnly" | "legacy" => value,
                    "true" => "watcher",
                    "false" => "hookOnly",
                    other => {
                        return Err(invalid(format!(
                            "invalid wait input {}. Valid inputs are watcher, hookOnly, and legacy",
                            go_quote(other)
                        )));
                    }
                };
                vec![strategy.to_owned(), value.to_owned()]
            }
            // Helm looks the plugin up while it parses. Plugins come with their own crate; until then no
            // name can be found, and the words are Helm's for that.
            Kind::PostRenderer if value.is_empty() => vec![],
            Kind::PostRenderer => {
                return Err(invalid(format!("plugin: {{Name:{value} Type:postrenderer/v1}} not found")));
            }
            Kind::String | Kind::StringArray | Kind::PostRendererArgs => vec![value.to_owned()],
        };
        if let Some(message) = flag.deprecated {
            self.deprecations.push(format!("Flag --{} has been deprecated, {message}", flag.name));
        }
        self.values.entry(flag.name).or_default().extend(entry);
        Ok(())
    }
}

/// `strconv.ParseBool`.
pub(crate) fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

fn syntax_error(function: &str, value: &str) -> String {
    format!("strconv.{function}: parsing {}: invalid syntax", go_quote(value))
}

fn number_error(function: &str, value: &str) -> String {
    let digits = value.strip_prefix(['+', '-']).unwrap_or(value);
    if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
        return format!("strconv.{function}: parsing {}: value out of range", go_quote(value));
    }
    syntax_error(function, value)
}

/// Splits one line as Go's `encoding/csv` does.
fn split_csv(line: &str) -> Result<Vec<String>, String> {
    if line.is_empty() {
        return Ok(Vec::new());
    }
    let bytes = line.as_bytes();
    let mut fields = Vec::new();
    let mut at = 0;
    loop {
        if bytes.get(at) == Some(&b'"') {
            let mut field = Vec::new();
            at += 1;
            loop {
                match bytes.get(at) {
                    None => {
                        return Err(format!(
                            "parse error on line 1, column {}: extraneous or missing \" in quoted-field",
                            at + 1
                        ));
                    }
                    Some(b'"') if bytes.get(at + 1) == Some(&b'"') => {
                        field.push(b'"');
                        at += 2;
                    }
                    Some(b'"') => {
                        at += 1;
                        break;
                    }
                    Some(&byte) => {
                        field.push(byte);
                        at += 1;
                    }
                }
            }
            if !matches!(bytes.get(at), None | Some(b',')) {
                return Err(format!(
                    "parse error on line 1, column {at}: extraneous or missing \" in quoted-field"
                ));
            }
            fields.push(String::from_utf8_lossy(&field).into_owned());
        } else {
            let end = bytes[at..].iter().position(|&b| b == b',').map_or(bytes.len(), |offset| at + offset);
            if let Some(quote) = bytes[at..end].iter().position(|&b| b == b'"') {
                return Err(format!(
                    "parse error on line 1, column {}: bare \" in non-quoted-field",
                    at + quote + 1
                ));
            }
            fields.push(line[at..end].to_owned());
            at = end;
        }
        if at >= bytes.len() {
            return Ok(fields);
        }
        at += 1; // the comma; a trailing one makes a last empty field
    }
}

/// Parses the arguments of one command against its flags (global ones included in `flags`).
pub(crate) fn parse(flags: &[&Flag], arguments: &[String]) -> Result<Parsed, ParseError> {
    let mut parsed = Parsed::default();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if argument == "--" {
            parsed.args.extend(rest.by_ref().cloned());
        } else if let Some(long) = argument.strip_prefix("--") {
            parse_long(flags, &mut parsed, long, argument, &mut rest)?;
        } else if argument.len() > 1 && argument.starts_with('-') {
            parse_short(flags, &mut parsed, &argument[1..], &mut rest)?;
        } else {
            parsed.args.push(argument.clone());
        }
    }
    Ok(parsed)
}

fn parse_long<'a>(
    flags: &[&Flag],
    parsed: &mut Parsed,
    long: &str,
    argument: &str,
    rest: &mut impl Iterator<Item = &'a String>,
) -> Result<(), ParseError> {
    if long.starts_with(['-', '=']) {
        return Err(ParseError::BadSyntax(argument.to_owned()));
    }
    let (name, value) = match long.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (long, None),
    };
    // Helm registers klog's flags with underscores as well as dashes.
    let name = name.replace('_', "-");
    if name == "help" {
        return if value.is_none_or(|v| parse_bool(v) == Some(true)) {
            Err(ParseError::Help)
        } else {
            Ok(())
        };
    }
    let Some(flag) = flags.iter().find(|flag| flag.name == name) else {
        return Err(ParseError::UnknownFlag(long.split('=').next().unwrap_or(long).to_owned()));
    };
    match (value, flag.bare) {
        (Some(value), _) => parsed.set(flag, value),
        (None, Some(bare)) => parsed.set(flag, bare),
        (None, None) => match rest.next() {
            Some(value) => parsed.set(flag, value),
            None => Err(ParseError::MissingValue(flag.name.to_owned())),
        },
    }
}

fn parse_short<'a>(
    flags: &[&Flag],
    parsed: &mut Parsed,
    cluster: &str,
    rest: &mut impl Iterator<Item = &'a String>,
) -> Result<(), ParseError> {
    let mut letters = cluster;
    while let Some(letter) = letters.chars().next() {
        let behind = &letters[letter.len_utf8()..];
        if letter == 'h' && !flags.iter().any(|flag| flag.short == Some('h')) {
            return Err(ParseError::Help);
        }
        let Some(flag) = flags.iter().find(|flag| flag.short == Some(letter)) else {
            return Err(ParseError::UnknownShorthand(rune(letter), letters.to_owned()));
        };
        if let Some(value) = behind.strip_prefix('=').filter(|_| behind.len() > 1) {
            return parsed.set(flag, value);
        }
        if let Some(bare) = flag.bare {
            parsed.set(flag, bare)?;
            letters = behind;
            continue;
        }
        if !behind.is_empty() {
            return parsed.set(flag, behind);
        }
        return match rest.next() {
            Some(value) => parsed.set(flag, value),
            None => Err(ParseError::MissingShortValue(rune(letter), letters.to_owned())),
        };
    }
    Ok(())
}

fn rune(letter: char) -> String {
    format!("'{letter}'")
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
            let takes_next = !long.contains('=')
                && !flags.iter().any(|flag| flag.name == long && flag.bare.is_some())
                && long != "help";
            if takes_next {
                index += 1;
            }
        } else if argument.starts_with('-') && argument.len() > 1 {
            let letter = argument[1..].chars().next();
            let bare =
                letter == Some('h') || flags.iter().any(|flag| flag.short == letter && flag.bare.is_some());
            if argument.chars().count() == 2 && !bare {
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
    use super::super::tables::{GLOBAL, TEMPLATE};
    use super::{Parsed, parse, split_csv};

    fn template(line: &[&str]) -> Result<Parsed, String> {
        let flags: Vec<_> = GLOBAL.iter().chain(TEMPLATE).collect();
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

    #[test]
    fn slices_are_csv() {
        assert_eq!(split_csv("a,\"b,c\",").unwrap(), ["a", "b,c", ""]);
        assert_eq!(
            split_csv("a\"b,c").unwrap_err(),
            "parse error on line 1, column 2: bare \" in non-quoted-field"
        );
    }
}
