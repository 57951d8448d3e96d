//! A command's page in Markdown.

use super::{related, short};
use crate::args::flag::Flag;
use crate::args::help::flag_usages;
use crate::args::tables::GLOBAL;
use crate::commands::Found;
use crate::commands::help::{own_flags, text, use_line};
use crate::environment::Environment;

/// `helm_show_values.md`
pub(super) fn file_name(found: &Found, environment: &Environment) -> String {
    format!("{}.md", found.words(environment).replace(' ', "_"))
}

/// The whole page; `last` says who wrote it and when, `with_header` puts a title for site generators first.
pub(super) fn page(found: &Found, environment: &Environment, last: &str, with_header: bool) -> String {
    let words = found.words(environment);
    let name = found.command().map_or(environment.name(), |command| command.name);
    let mut page = String::new();
    if with_header {
        page.push_str(&format!("---\ntitle: \"{}\"\n---\n\n", title(&words)));
    }
    page.push_str(&format!("## {words}\n\n{}\n\n", environment.own_words(short(found, environment))));
    let own_long = found.command().is_none_or(|command| !command.long.is_empty());
    let is_missing = !environment.is_helm && found.command().is_some_and(|command| !command.is_built());
    if own_long || is_missing {
        let text = text(found, environment);
        let text = if environment.is_helm { &text } else { text.trim() };
        page.push_str(&format!("### Synopsis\n\n{text}\n\n"));
    }
    if let Some(command) = found.command().filter(|command| command.run.is_some()) {
        page.push_str(&format!("```\n{}\n```\n\n", use_line(command, &words)));
    }
    let own = own_flags(found, environment);
    page.push_str(&format!("### Options\n\n```\n{}```\n\n", flag_usages(&own, name, environment)));
    if found.command().is_some() && !environment.is_helm {
        // The same for every command: told once.
        let all = file_name(&Found::default(), environment);
        page.push_str(&format!("And the [options of every command]({all}#options).\n\n"));
    } else if found.command().is_some() {
        let global: Vec<&Flag> = GLOBAL.iter().collect();
        let usages = flag_usages(&global, name, environment);
        page.push_str(&format!("### Options inherited from parent commands\n\n```\n{usages}```\n\n"));
    }
    page.push_str("### SEE ALSO\n\n");
    for other in related(found, environment) {
        page.push_str(&format!(
            "* [{}]({})\t - {}\n",
            other.words(environment),
            file_name(&other, environment),
            environment.own_words(short(&other, environment))
        ));
    }
    page.push_str(&format!("\n###### {last}\n"));
    page
}

/// Every word with a capital.
fn title(words: &str) -> String {
    let mut title = String::new();
    for word in words.split(' ') {
        if !title.is_empty() {
            title.push(' ');
        }
        let mut letters = word.chars();
        title.extend(letters.next().into_iter().flat_map(char::to_uppercase));
        title.push_str(letters.as_str());
    }
    title
}
