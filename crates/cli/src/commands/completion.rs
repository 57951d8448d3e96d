//! `completion`: the scripts that make shells ask [`super::complete`].
//!
//! The scripts are cobra's, as Helm prints them (see NOTICE); for another program their names change.

use super::Context;
use crate::environment::Environment;
use crate::report::Failure;

/// Prints the script of the shell that the command is named after.
pub(super) fn run(context: &mut Context<'_>) -> Result<(), Failure> {
    let shell = context.found.command().map_or("", |command| command.name);
    let script = script(shell, !context.parsed.bool("no-descriptions"), context.environment);
    context.output.out(&script);
    Ok(())
}

fn script(shell: &str, descriptions: bool, environment: &Environment) -> String {
    let name = environment.name();
    let text = match shell {
        "bash" => include_str!("scripts/bash.txt"),
        "zsh" => include_str!("scripts/zsh.txt"),
        "fish" => include_str!("scripts/fish.txt"),
        _ => include_str!("scripts/powershell.txt"),
    };
    let mut script =
        if descriptions { text.to_owned() } else { text.replace(" __complete ", " __completeNoDesc ") };
    if let Some(hook) = renamed_hook(shell, environment) {
        // zsh has to be told about the function behind everything else, and Helm does so last.
        let last = if shell == "zsh" { script.rfind("compdef _helm helm") } else { None };
        script.insert_str(last.unwrap_or(script.len()), &hook);
    }
    if name == "helm" {
        return script;
    }
    script.replace("helm", name).replace("HELM_", &format!("{}_", name.to_uppercase()))
}

/// What a renamed program adds, so that its new name completes as well.
fn renamed_hook(shell: &str, environment: &Environment) -> Option<String> {
    let file = environment.file_name();
    if file == environment.name() {
        return None;
    }
    let hook = match shell {
        "bash" => format!(
            "if [[ $(type -t compopt) = \"builtin\" ]]; then\n    complete -o default -F __start_helm {file}\n\
             else\n    complete -o default -o nospace -F __start_helm {file}\nfi\n"
        ),
        "zsh" => format!("compdef _helm {file}\n"),
        _ => return None,
    };
    Some(format!(
        "\n# Hook the command used to generate the completion script\n# to the helm completion function to handle \
         the case where\n# the user renamed the helm binary\n{hook}"
    ))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::script;
    use crate::environment::Environment;

    #[test]
    fn pintle_is_named_throughout_its_own_scripts() {
        let environment = Environment::new("/usr/bin/pintle".to_owned(), BTreeMap::new());
        for shell in ["bash", "zsh", "fish", "powershell"] {
            let text = script(shell, true, &environment);
            assert!(text.contains("__pintle_debug"), "{shell}");
            assert!(!text.to_lowercase().contains("helm"), "{shell}");
        }
    }

    #[test]
    fn a_renamed_program_hooks_its_new_name() {
        let environment = Environment::new("/opt/pintle-1.0".to_owned(), BTreeMap::new());
        assert!(script("bash", true, &environment).contains("-F __start_pintle pintle-1.0\n"));
        assert!(
            script("zsh", false, &environment)
                .ends_with("compdef _pintle pintle-1.0\ncompdef _pintle pintle")
        );
        assert!(!script("fish", true, &environment).contains("pintle-1.0"));
    }
}
