//! A command's man page.

use super::{author, related, short};
use crate::args::flag::{Flag, Kind};
use crate::args::help::about;
use crate::args::tables::GLOBAL;
use crate::commands::Found;
use crate::commands::help::{own_flags, text};
use crate::environment::Environment;

use super::roff::Roff;

/// When a page was written.
pub(super) struct Dates {
    /// `Sep 2020`
    pub(super) month: String,
    /// `13-Sep-2020`
    pub(super) day: String,
}

/// `helm-show-values.1`
pub(super) fn file_name(found: &Found, environment: &Environment) -> String {
    format!("{}.1", dashed(found, environment))
}

fn dashed(found: &Found, environment: &Environment) -> String {
    found.words(environment).replace(' ', "-")
}

/// The whole page.
pub(super) fn page(found: &Found, environment: &Environment, dates: &Dates) -> String {
    let author = author(environment);
    let words = found.words(environment);
    let mut page = Roff::new(&environment.name().to_uppercase(), &dates.month, author);
    page.heading("NAME");
    page.text(&format!(
        "{} - {}",
        dashed(found, environment),
        environment.own_words(short(found, environment))
    ));
    page.heading("SYNOPSIS");
    let usage = found.command().map_or("", |command| command.usage);
    let gap = if usage.is_empty() { "" } else { " " };
    page.text(&format!("**{words}{gap}{usage} [flags]**"));
    page.heading("DESCRIPTION");
    page.text(&text(found, environment));
    page.heading("OPTIONS");
    flags(&mut page, own_flags(found, environment), found, environment);
    if found.command().is_some() {
        page.heading("OPTIONS INHERITED FROM PARENT COMMANDS");
        flags(&mut page, GLOBAL.iter().collect(), found, environment);
    }
    page.heading("SEE ALSO");
    let others: Vec<String> = related(found, environment)
        .iter()
        .map(|other| format!("**{}(1)**", dashed(other, environment)))
        .collect();
    page.text(&others.join(", "));
    page.heading("HISTORY");
    page.text(&format!("{} {author}", dates.day));
    page.finish()
}

fn flags(page: &mut Roff, mut flags: Vec<&'static Flag>, found: &Found, environment: &Environment) {
    flags.retain(|flag| environment.shows(flag));
    flags.sort_by_key(|flag| flag.name);
    let name = found.command().map_or(environment.name(), |command| command.name);
    for flag in flags {
        let names = match flag.short {
            Some(letter) => format!("**-{letter}**, **--{}**", flag.name),
            None => format!("**--{}**", flag.name),
        };
        let value = default(flag, environment);
        let value = if flag.kind == Kind::String { govalue::print::quote(value.as_bytes()) } else { value };
        let value = if flag.bare.is_some() { format!("[={value}]") } else { format!("={value}") };
        page.text(&format!("{names}{value}\n\t{}", about(flag, name)));
    }
}

/// A flag's default, spelled out where help leaves it away.
fn default(flag: &Flag, environment: &Environment) -> String {
    let default = environment.default_of(flag);
    if !default.is_empty() {
        return default;
    }
    let nothing = match flag.kind {
        Kind::Bool | Kind::KlogBool => "false",
        Kind::StringSlice | Kind::StringArray | Kind::StringToString => "[]",
        Kind::Int | Kind::Uint | Kind::Uint64 | Kind::Float32 | Kind::Level => "0",
        Kind::Duration => "0s",
        _ => "",
    };
    nothing.to_owned()
}
