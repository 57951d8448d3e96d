//! The older script for bash, which knows all commands and flags itself and asks only for values.

use super::is_completed;
use crate::args::flag::Flag;
use crate::args::tables::GLOBAL;
use crate::commands::Found;
use crate::commands::command::{Arguments, Command};
use crate::environment::Environment;

/// The function of the script that asks the program.
const ASK: &str = "__helm_handle_go_custom_completion";

/// The whole script. For another program its names change, as in `completion`.
pub(super) fn script(environment: &Environment) -> String {
    let mut script = include_str!("../scripts/bash-v1-head.txt").to_owned();
    let mut path = Vec::new();
    functions(&mut script, &mut path, environment.commands.get(), environment);
    function(&mut script, &Found::program(environment), environment);
    script.push_str(include_str!("../scripts/bash-v1-tail.txt"));
    match environment.name() {
        "helm" => script,
        name => script.replace("helm", name).replace("HELM_", &format!("{}_", name.to_uppercase())),
    }
}

fn functions(
    script: &mut String,
    path: &mut Vec<&'static Command>,
    commands: &'static [Command],
    environment: &Environment,
) {
    for command in commands.iter().filter(|command| command.is_listed(environment)) {
        path.push(command);
        functions(script, path, command.children, environment);
        function(script, &Found { path: path.clone(), ..Found::program(environment) }, environment);
        path.pop();
    }
}

/// The function that says what can follow a command.
fn function(script: &mut String, found: &Found, environment: &Environment) {
    let names: Vec<&str> =
        std::iter::once("helm").chain(found.path.iter().map(|command| command.name)).collect();
    let name = names.join("_");
    let function = if found.command().is_some() { name.clone() } else { "helm_root_command".to_owned() };
    script.push_str(&format!(
        "_{function}()\n{{\n    last_command=\"{name}\"\n\n    command_aliases=()\n\n    commands=()\n"
    ));
    for child in found.children().iter().filter(|child| child.is_listed(environment)) {
        script.push_str(&format!("    commands+=(\"{}\")\n", child.name));
        if child.aliases.is_empty() {
            continue;
        }
        script.push_str("    if [[ -z \"${BASH_VERSION:-}\" || \"${BASH_VERSINFO[0]:-}\" -gt 3 ]]; then\n");
        let mut aliases = child.aliases.to_vec();
        aliases.sort_unstable();
        for alias in aliases {
            script.push_str(&format!(
                "        command_aliases+=(\"{alias}\")\n        aliashash[\"{alias}\"]=\"{}\"\n",
                child.name
            ));
        }
        script.push_str("    fi\n");
    }
    script.push_str(
        "\n    flags=()\n    two_word_flags=()\n    local_nonpersistent_flags=()\n    flags_with_completion=()\n    \
         flags_completion=()\n\n",
    );
    let mut own: Vec<&Flag> =
        found.command().into_iter().flat_map(|command| command.flags).copied().flatten().collect();
    own.retain(|flag| environment.shows(flag) && !(flag.ours && environment.is_helm));
    own.sort_by_key(|flag| flag.name);
    for flag in own {
        add_flag(script, flag, found);
        add_local(script, flag);
    }
    for flag in GLOBAL.iter().filter(|flag| environment.shows(flag)) {
        add_flag(script, flag, found);
    }
    script.push_str("\n    must_have_one_flag=()\n    must_have_one_noun=()\n");
    if found.command().is_some_and(|command| command.arguments != Arguments::Files) {
        script.push_str("    has_completion_function=1\n");
    }
    script.push_str("    noun_aliases=()\n}\n\n");
}

fn add_flag(script: &mut String, flag: &Flag, found: &Found) {
    let long = format!("--{}", flag.name);
    let short = flag.short.map(|letter| format!("-{letter}"));
    if flag.bare.is_some() {
        for shown in [Some(long), short].into_iter().flatten() {
            script.push_str(&format!("    flags+=(\"{shown}\")\n"));
        }
        return;
    }
    script.push_str(&format!("    flags+=(\"{long}=\")\n"));
    for shown in [Some(long), short].into_iter().flatten() {
        script.push_str(&format!("    two_word_flags+=(\"{shown}\")\n"));
        if is_completed(flag, found.command()) {
            script.push_str(&format!(
                "    flags_with_completion+=(\"{shown}\")\n    flags_completion+=(\"{ASK}\")\n"
            ));
        }
    }
}

/// Notes a flag that commands below do not have.
fn add_local(script: &mut String, flag: &Flag) {
    let mut forms = vec![format!("--{}", flag.name)];
    if flag.bare.is_none() {
        forms.push(format!("--{}=", flag.name));
    }
    forms.extend(flag.short.map(|letter| format!("-{letter}")));
    for form in forms {
        script.push_str(&format!("    local_nonpersistent_flags+=(\"{form}\")\n"));
    }
}
