//! Which program, with which arguments: the choice by system, and variables in texts.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

use crate::manifest::PlatformCommand;

/// Variables by name.
pub type Variables = BTreeMap<OsString, OsString>;

/// This system as Go calls it.
pub fn system() -> &'static str {
    match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    }
}

/// This processor as Go calls it.
pub fn processor() -> &'static str {
    let little = cfg!(target_endian = "little");
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "x86" => "386",
        "aarch64" => "arm64",
        "powerpc64" if little => "ppc64le",
        "powerpc64" => "ppc64",
        "loongarch64" => "loong64",
        "mips64" if little => "mips64le",
        other => other,
    }
}

/// The command for a system: one that names system and processor, else the first that names the system alone, else
/// the first that names neither. One that names a processor alone is for nobody.
pub(super) fn choose<'c>(
    commands: &'c [PlatformCommand],
    system: &str,
    processor: &str,
) -> Option<&'c PlatformCommand> {
    let of_system = |command: &&PlatformCommand| command.os.eq_ignore_ascii_case(system);
    let exact =
        |command: &&PlatformCommand| of_system(command) && command.arch.eq_ignore_ascii_case(processor);
    let named = |command: &&PlatformCommand| of_system(command) && command.arch.is_empty();
    let open = |command: &&PlatformCommand| command.os.is_empty() && command.arch.is_empty();
    let find = |wanted: &dyn Fn(&&PlatformCommand) -> bool| commands.iter().find(|command| wanted(command));
    find(&exact).or_else(|| find(&named)).or_else(|| find(&open))
}

/// A program and its arguments, with variables filled in.
///
/// The command is divided at every single blank; there are no quotes, and two blanks enclose an empty argument. `None`
/// where no command is for this system, or it is empty.
pub(super) fn fill(
    commands: &[PlatformCommand],
    expand_arguments: bool,
    variables: &Variables,
) -> Option<(OsString, Vec<OsString>)> {
    let command = choose(commands, system(), processor())?;
    let mut words = command.command.split(' ');
    let program = words.next().filter(|word| !word.is_empty())?;
    let given = words.chain(command.arguments.iter().map(String::as_str));
    let filled = given.map(|text| if expand_arguments { expand(text, variables) } else { text.into() });
    Some((expand(program, variables), filled.collect()))
}

/// Puts values in the place of `$NAME` and `${NAME}`, as Go's `os.Expand` does: what is not set is empty, `$` before
/// anything else stays, and braces that enclose nothing or do not close are swallowed.
pub(super) fn expand(text: &str, variables: &Variables) -> OsString {
    let mut out = OsString::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let after = &rest[at + 1..];
        if after.is_empty() {
            break;
        }
        out.push(&rest[..at]);
        let (name, length) = name(after);
        if !name.is_empty() {
            out.push(variables.get(OsStr::new(name)).map_or(OsStr::new(""), |value| value));
        } else if length == 0 {
            out.push("$");
        }
        rest = &after[length..];
    }
    out.push(rest);
    out
}

/// The name that a text behind `$` begins with, and how many bytes it takes with its braces. No name and some bytes
/// are braces that make no sense.
fn name(text: &str) -> (&str, usize) {
    let special = |byte: &u8| matches!(byte, b'*' | b'#' | b'$' | b'@' | b'!' | b'?' | b'-' | b'0'..=b'9');
    let bytes = text.as_bytes();
    if let Some(inner) = text.strip_prefix('{') {
        return match inner.find('}') {
            Some(end) => (&inner[..end], end + 2),
            None => ("", 1),
        };
    }
    if bytes.first().is_some_and(special) {
        return (&text[..1], 1);
    }
    let end = bytes.iter().position(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_'));
    let end = end.unwrap_or(bytes.len());
    (&text[..end], end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(os: &str, arch: &str, command: &str) -> PlatformCommand {
        PlatformCommand { os: os.into(), arch: arch.into(), command: command.into(), arguments: Vec::new() }
    }

    #[test]
    fn the_most_exact_command_is_chosen() {
        let all = [
            command("", "", "any"),
            command("", "", "other"),
            command("", "amd64", "nobody"),
            command("Linux", "", "linux"),
            command("linux", "", "second"),
            command("LINUX", "AMD64", "exact"),
            command("linux", "amd64", "again"),
        ];
        let chosen = |system, processor| choose(&all, system, processor).map(|one| one.command.as_str());
        assert_eq!(chosen("linux", "amd64"), Some("exact"));
        assert_eq!(chosen("linux", "arm64"), Some("linux"));
        assert_eq!(chosen("darwin", "amd64"), Some("any"));
        assert_eq!(choose(&all[2..], "darwin", "amd64"), None);
    }

    #[test]
    fn variables_are_filled_in_as_go_does() {
        let variables =
            Variables::from([("A".into(), "x".into()), ("A_1".into(), "y".into()), ("?".into(), "q".into())]);
        let filled = |text| expand(text, &variables).into_string().unwrap();
        for (text, wanted) in [
            ("$A", "x"),
            ("${A}b$A", "xbx"),
            ("$A_1-$A.", "y-x."),
            ("$AB", ""),
            ("$?$$!", "q!"),
            ("${?}", "q"),
            ("a$", "a$"),
            ("a$ b", "a$ b"),
            ("a$/b", "a$/b"),
            ("a${}b", "ab"),
            ("a${b", "ab"),
            ("${A", "A"),
            ("$1A", "A"),
            ("$ä", "$ä"),
            ("${ä}z", "z"),
            ("\\$A", "\\x"),
        ] {
            assert_eq!(filled(text), wanted, "{text}");
        }
    }

    #[test]
    fn a_command_is_divided_at_every_blank() {
        let variables = Variables::from([("D".into(), "/a b".into())]);
        let mut one = command("", "", "$D/run  $D 'x y'");
        one.arguments = vec!["$D z".to_owned()];
        let (program, arguments) = fill(std::slice::from_ref(&one), true, &variables).unwrap();
        assert_eq!(program, "/a b/run");
        assert_eq!(arguments, ["", "/a b", "'x", "y'", "/a b z"]);
        let (_, arguments) = fill(&[one], false, &variables).unwrap();
        assert_eq!(arguments, ["", "$D", "'x", "y'", "$D z"]);
        assert_eq!(fill(&[command("", "", " x")], true, &variables), None);
        assert_eq!(fill(&[], true, &variables), None);
    }
}
