//! All commands, with what Helm 4.3.1 says about each: names, usage, texts, flags, number of arguments.
//!
//! A command that is not built yet has all of that too, so that its help, its completion and the errors of its
//! command line are Helm's; run, it is refused by name.

use std::borrow::Cow;

use super::command::{Arguments, Arity, Command, command};
use crate::args::tables::{
    CHART_PATH, GUARD, POST_RENDER, PROFILE, VALUES, charts, install, ours, program, releases, sources,
};

/// The text of the program itself.
pub(crate) const ROOT: &str = include_str!("text/root.txt");

/// Helm's commands in the order in which its program adds them.
pub(crate) const ORDER: &[&str] = &[
    "create",
    "dependency",
    "pull",
    "show",
    "lint",
    "package",
    "repo",
    "search",
    "verify",
    "get",
    "history",
    "install",
    "list",
    "test",
    "rollback",
    "status",
    "template",
    "uninstall",
    "upgrade",
    "completion",
    "env",
    "plugin",
    "version",
    "docs",
    "registry",
    "push",
];

/// All commands, sorted by name.
pub(crate) static COMMANDS: &[Command] = &[
    command("completion", "", "generate autocompletion scripts for the specified shell")
        .long(include_str!("text/completion.txt"))
        .arity(Arity::None)
        .children(&[
            command("bash", "", "generate autocompletion script for bash")
                .long(include_str!("text/completion-bash.txt"))
                .flags(&[program::COMPLETION])
                .arity(Arity::None)
                .runs(super::completion::run)
                .completes(Arguments::Nothing),
            command("fish", "", "generate autocompletion script for fish")
                .long(include_str!("text/completion-fish.txt"))
                .flags(&[program::COMPLETION])
                .arity(Arity::None)
                .runs(super::completion::run)
                .completes(Arguments::Nothing),
            command("powershell", "", "generate autocompletion script for powershell")
                .long(include_str!("text/completion-powershell.txt"))
                .flags(&[program::COMPLETION])
                .arity(Arity::None)
                .runs(super::completion::run)
                .completes(Arguments::Nothing),
            command("zsh", "", "generate autocompletion script for zsh")
                .long(include_str!("text/completion-zsh.txt"))
                .flags(&[program::COMPLETION])
                .arity(Arity::None)
                .runs(super::completion::run)
                .completes(Arguments::Nothing),
        ]),
    command("create", "NAME", "create a new chart with the given name")
        .long(include_str!("text/create.txt"))
        .flags(&[charts::CREATE, GUARD])
        .arity(Arity::Exactly(1))
        .runs(super::create::run)
        .completes(Arguments::FileOnce),
    command("dependency", "update|build|list", "manage a chart's dependencies")
        .long(include_str!("text/dependency.txt"))
        .aliases(&["dep", "dependencies"])
        .arity(Arity::None)
        .children(&[
            command("build", "CHART", "rebuild the charts/ directory based on the Chart.lock file")
                .long(include_str!("text/dependency-build.txt"))
                .flags(&[charts::DEPENDENCY_FETCH, GUARD])
                .arity(Arity::AtMost(1))
                .runs(super::dependency::build),
            command("list", "CHART", "list the dependencies for the given chart")
                .long(include_str!("text/dependency-list.txt"))
                .aliases(&["ls"])
                .flags(&[charts::DEPENDENCY_LIST, GUARD])
                .arity(Arity::AtMost(1))
                .runs(super::dependency::list),
            command("update", "CHART", "update charts/ based on the contents of Chart.yaml")
                .long(include_str!("text/dependency-update.txt"))
                .aliases(&["up"])
                .flags(&[charts::DEPENDENCY_FETCH, GUARD])
                .arity(Arity::AtMost(1))
                .runs(super::dependency::update),
        ]),
    command("docs", "", "generate documentation as markdown or man pages")
        .long(include_str!("text/docs.txt"))
        .hidden()
        .flags(&[program::DOCS])
        .arity(Arity::None)
        .runs(super::docs::run)
        .completes(Arguments::Nothing),
    command("env", "", "helm client environment information")
        .long(include_str!("text/env.txt"))
        .arity(Arity::AtMost(1))
        .runs(super::env::run)
        .completes(Arguments::Variable),
    command("get", "", "download extended information of a named release")
        .long(include_str!("text/get.txt"))
        .arity(Arity::None)
        .children(&[
            command("all", "RELEASE_NAME", "download all information for a named release")
                .long(include_str!("text/get-all.txt"))
                .flags(&[releases::GET_ALL])
                .arity(Arity::Exactly(1))
                .not_built()
                .completes(Arguments::Release),
            command("hooks", "RELEASE_NAME", "download all hooks for a named release")
                .long(include_str!("text/get-hooks.txt"))
                .flags(&[releases::GET_PART])
                .arity(Arity::Exactly(1))
                .not_built()
                .completes(Arguments::Release),
            command("manifest", "RELEASE_NAME", "download the manifest for a named release")
                .long(include_str!("text/get-manifest.txt"))
                .flags(&[releases::GET_PART])
                .arity(Arity::Exactly(1))
                .not_built()
                .completes(Arguments::Release),
            command("metadata", "RELEASE_NAME", "This command fetches metadata for a given release")
                .flags(&[releases::GET_METADATA])
                .arity(Arity::Exactly(1))
                .not_built()
                .completes(Arguments::Release),
            command("notes", "RELEASE_NAME", "download the notes for a named release")
                .long(include_str!("text/get-notes.txt"))
                .flags(&[releases::GET_PART])
                .arity(Arity::Exactly(1))
                .not_built()
                .completes(Arguments::Release),
            command("values", "RELEASE_NAME", "download the values file for a named release")
                .long(include_str!("text/get-values.txt"))
                .flags(&[releases::GET_VALUES])
                .arity(Arity::Exactly(1))
                .not_built()
                .completes(Arguments::Release),
        ]),
    command("help", "[command]", "Help about any command")
        .long(
            "Help provides help for any command in the application.\n\
    Simply type helm help [path to command] for full details.",
        )
        .runs(super::help::run)
        .completes(Arguments::Topic),
    command("history", "RELEASE_NAME", "fetch release history")
        .long(include_str!("text/history.txt"))
        .aliases(&["hist"])
        .flags(&[releases::HISTORY])
        .arity(Arity::Exactly(1))
        .not_built()
        .completes(Arguments::Release),
    command("install", "[NAME] [CHART]", "install a chart")
        .long(include_str!("text/install.txt"))
        .flags(&[install::INSTALL, VALUES, CHART_PATH, POST_RENDER])
        .exclusive(&[&["force-replace", "force-conflicts"], &["force", "force-conflicts"]])
        .arity(Arity::AtLeast(1))
        .not_built()
        .completes(Arguments::NameAndChart),
    command("lint", "PATH", "examine a chart for possible issues")
        .long(include_str!("text/lint.txt"))
        .flags(&[charts::LINT, VALUES, GUARD, PROFILE])
        .arity(Arity::AtLeast(1))
        .runs(super::lint::run),
    command("list", "", "list releases")
        .long(include_str!("text/list.txt"))
        .aliases(&["ls"])
        .flags(&[releases::LIST])
        .arity(Arity::None)
        .not_built()
        .completes(Arguments::Nothing),
    command("package", "[CHART_PATH] [...]", "package a chart directory into a chart archive")
        .long(include_str!("text/package.txt"))
        .flags(&[charts::PACKAGE, GUARD])
        .runs(super::package::run),
    command("plugin", "", "install, list, or uninstall Helm plugins")
        .long(include_str!("text/plugin.txt"))
        .children(&[
            command("accept", "NAME", "accept an installed plugin's files as they are now")
                .long(include_str!("text/plugin-accept.txt"))
                .unlisted()
                .flags(&[ours::CONSENT])
                .arity(Arity::Exactly(1))
                .runs(super::plugin::accept)
                .completes(Arguments::Plugins),
            command(
                "adopt",
                "NAME",
                "take a plugin into plugins.lock that was not installed by this program",
            )
            .long(include_str!("text/plugin-adopt.txt"))
            .unlisted()
            .flags(&[ours::CONSENT])
            .arity(Arity::Exactly(1))
            .runs(super::plugin::adopt)
            .completes(Arguments::Plugins),
            command(
                "grants",
                "NAME [show | add GRANT... | remove GRANT...]",
                "show or change what an installed plugin may do",
            )
            .long(include_str!("text/plugin-grants.txt"))
            .unlisted()
            .arity(Arity::AtLeast(1))
            .runs(super::plugin::grants)
            .completes(Arguments::Plugins),
            command("install", "[options] <path|url>", "install a Helm plugin")
                .long(include_str!("text/plugin-install.txt"))
                .aliases(&["add"])
                .flags(&[sources::PLUGIN_INSTALL, ours::CONSENT])
                .arity(Arity::Exactly(1))
                .runs(super::plugin::install)
                .completes(Arguments::FileOnce),
            command("inspect", "REF", "tell what a plugin is without running it")
                .long(include_str!("text/plugin-inspect.txt"))
                .ours()
                .flags(&[ours::INSPECT])
                .arity(Arity::Exactly(1))
                .runs(super::plugin::inspect)
                .completes(Arguments::FileOnce),
            command("list", "", "list installed Helm plugins")
                .aliases(&["ls"])
                .flags(&[sources::PLUGIN_LIST])
                .runs(super::plugin::list)
                .completes(Arguments::Nothing),
            command("package", "[PATH]", "package a plugin directory into a plugin archive")
                .long(include_str!("text/plugin-package.txt"))
                .flags(&[sources::PLUGIN_PACKAGE])
                .arity(Arity::Exactly(1))
                .runs(super::plugin::package),
            command(
                "run",
                "NAME|--path DIR [ARGUMENT...]",
                "run a plugin's command, also one that is not installed",
            )
            .long(include_str!("text/plugin-run.txt"))
            .ours()
            .flags(&[ours::PLUGIN_RUN, GUARD])
            .runs(super::plugin::run)
            .completes(Arguments::Plugins),
            command("uninstall", "<plugin>...", "uninstall one or more Helm plugins")
                .aliases(&["rm", "remove"])
                .runs(super::plugin::uninstall)
                .completes(Arguments::Plugins),
            command("update", "<plugin>...", "update one or more Helm plugins")
                .aliases(&["up"])
                .flags(&[ours::CONSENT])
                .runs(super::plugin::update)
                .completes(Arguments::Plugins),
            command(
                "verify",
                "[PATH]",
                "verify that a plugin at the given path has been signed and is valid",
            )
            .long(include_str!("text/plugin-verify.txt"))
            .flags(&[charts::VERIFICATION])
            .arity(Arity::Exactly(1))
            .runs(super::plugin::verify),
        ]),
    command(
        "pull",
        "[chart URL | repo/chartname] [...]",
        "download a chart from a repository and (optionally) unpack it in local directory",
    )
    .long(include_str!("text/pull.txt"))
    .aliases(&["fetch"])
    .flags(&[charts::PULL, CHART_PATH])
    .arity(Arity::AtLeast(1))
    .not_built()
    .completes(Arguments::RemoteChart),
    command("push", "[chart] [remote]", "push a chart to remote")
        .long(include_str!("text/push.txt"))
        .flags(&[charts::PUSH])
        .arity(Arity::AtLeast(2))
        .not_built()
        .completes(Arguments::PackageAndTarget),
    command("registry", "", "login to or logout from a registry")
        .long(include_str!("text/registry.txt"))
        .children(&[
            command("login", "[host]", "login to a registry")
                .long(include_str!("text/registry-login.txt"))
                .flags(&[sources::REGISTRY_LOGIN])
                .arity(Arity::AtLeast(1))
                .not_built()
                .completes(Arguments::NoFiles),
            command("logout", "[host]", "logout from a registry")
                .long(include_str!("text/registry-logout.txt"))
                .arity(Arity::AtLeast(1))
                .not_built()
                .completes(Arguments::NoFiles),
        ]),
    command(
        "repo",
        "add|remove|list|index|update [ARGS]",
        "add, list, remove, update, and index chart repositories",
    )
    .long(include_str!("text/repo.txt"))
    .arity(Arity::None)
    .children(&[
        command("add", "[NAME] [URL]", "add a chart repository")
            .flags(&[sources::REPO_ADD])
            .arity(Arity::Exactly(2))
            .not_built()
            .completes(Arguments::NameAndUrl),
        command("index", "[DIR]", "generate an index file given a directory containing packaged charts")
            .long(include_str!("text/repo-index.txt"))
            .flags(&[sources::REPO_INDEX])
            .arity(Arity::Exactly(1))
            .not_built()
            .completes(Arguments::FileOnce),
        command("list", "", "list chart repositories")
            .aliases(&["ls"])
            .flags(&[sources::REPO_LIST])
            .arity(Arity::None)
            .not_built()
            .completes(Arguments::Nothing),
        command("remove", "[REPO1 [REPO2 ...]]", "remove one or more chart repositories")
            .aliases(&["rm"])
            .arity(Arity::AtLeast(1))
            .not_built()
            .completes(Arguments::Repositories),
        command(
            "update",
            "[REPO1 [REPO2 ...]]",
            "update information of available charts locally from chart repositories",
        )
        .long(include_str!("text/repo-update.txt"))
        .aliases(&["up"])
        .flags(&[sources::REPO_UPDATE])
        .not_built()
        .completes(Arguments::Repositories),
    ]),
    command("rollback", "<RELEASE> [REVISION]", "roll back a release to a previous revision")
        .long(include_str!("text/rollback.txt"))
        .flags(&[releases::ROLLBACK])
        .exclusive(&[&["force-replace", "force-conflicts"], &["force", "force-conflicts"]])
        .arity(Arity::AtLeast(1))
        .not_built()
        .completes(Arguments::ReleaseAndRevision),
    command("search", "[keyword]", "search for a keyword in charts")
        .long(include_str!("text/search.txt"))
        .children(&[
            command("hub", "[KEYWORD]", "search for charts in the Artifact Hub or your own hub instance")
                .long(include_str!("text/search-hub.txt"))
                .flags(&[sources::SEARCH_HUB])
                .not_built(),
            command("repo", "[keyword]", "search repositories for a keyword in charts")
                .long(include_str!("text/search-repo.txt"))
                .flags(&[sources::SEARCH_REPO])
                .not_built(),
        ]),
    command("show", "", "show information of a chart")
        .long(include_str!("text/show.txt"))
        .aliases(&["inspect"])
        .arity(Arity::None)
        .children(&[
            command("all", "[CHART]", "show all information of the chart")
                .long(include_str!("text/show-all.txt"))
                .flags(&[charts::SHOW, CHART_PATH, GUARD])
                .arity(Arity::Exactly(1))
                .runs(super::show::all)
                .completes(Arguments::Chart),
            command("chart", "[CHART]", "show the chart's definition")
                .long(include_str!("text/show-chart.txt"))
                .flags(&[charts::SHOW, CHART_PATH, GUARD])
                .arity(Arity::Exactly(1))
                .runs(super::show::chart)
                .completes(Arguments::Chart),
            command("crds", "[CHART]", "show the chart's CRDs")
                .long(include_str!("text/show-crds.txt"))
                .flags(&[charts::SHOW, CHART_PATH, GUARD])
                .arity(Arity::Exactly(1))
                .runs(super::show::crds)
                .completes(Arguments::Chart),
            command("readme", "[CHART]", "show the chart's README")
                .long(include_str!("text/show-readme.txt"))
                .flags(&[charts::SHOW, CHART_PATH, GUARD])
                .arity(Arity::Exactly(1))
                .runs(super::show::readme)
                .completes(Arguments::Chart),
            command("values", "[CHART]", "show the chart's values")
                .long(include_str!("text/show-values.txt"))
                .flags(&[charts::SHOW_VALUES, CHART_PATH, GUARD])
                .arity(Arity::Exactly(1))
                .runs(super::show::values)
                .completes(Arguments::Chart),
        ]),
    command("status", "RELEASE_NAME", "display the status of the named release")
        .long(include_str!("text/status.txt"))
        .flags(&[releases::STATUS])
        .arity(Arity::Exactly(1))
        .not_built()
        .completes(Arguments::Release),
    command("template", "[NAME] [CHART]", "locally render templates")
        .long(include_str!("text/template.txt"))
        .flags(&[install::TEMPLATE, VALUES, CHART_PATH, POST_RENDER, GUARD, PROFILE])
        .exclusive(&[
            &["force-replace", "force-conflicts"],
            &["force", "force-conflicts"],
            &["validate", "dry-run"],
        ])
        .arity(Arity::AtLeast(1))
        .runs(super::template::run)
        .completes(Arguments::NameAndChart),
    command("test", "[RELEASE]", "run tests for a release")
        .long(include_str!("text/test.txt"))
        .flags(&[releases::TEST])
        .arity(Arity::Exactly(1))
        .not_built()
        .completes(Arguments::Release),
    command("uninstall", "RELEASE_NAME [...]", "uninstall a release")
        .long(include_str!("text/uninstall.txt"))
        .aliases(&["del", "delete", "un"])
        .suggested_for(&["remove", "rm"])
        .flags(&[releases::UNINSTALL])
        .arity(Arity::AtLeast(1))
        .not_built()
        .completes(Arguments::Releases),
    command("upgrade", "[RELEASE] [CHART]", "upgrade a release")
        .long(include_str!("text/upgrade.txt"))
        .flags(&[install::UPGRADE, VALUES, CHART_PATH, POST_RENDER])
        .exclusive(&[&["force-replace", "force-conflicts"], &["force", "force-conflicts"]])
        .arity(Arity::Exactly(2))
        .not_built()
        .completes(Arguments::ReleaseAndChart),
    command("values", "", "where a chart's values come from")
        .long(include_str!("text/values.txt"))
        .ours()
        .arity(Arity::None)
        .children(&[command(
            "explain",
            "CHART [PATH]",
            "print every value with the file, line or flag it comes from",
        )
        .long(include_str!("text/values-explain.txt"))
        .flags(&[ours::EXPLAIN, VALUES, CHART_PATH, GUARD])
        .arity(Arity::AtLeast(1))
        .runs(super::values::explain)
        .completes(Arguments::Chart)]),
    command("verify", "PATH", "verify that a chart at the given path has been signed and is valid")
        .long(include_str!("text/verify.txt"))
        .flags(&[charts::VERIFICATION])
        .arity(Arity::Exactly(1))
        .runs(super::verify::run)
        .completes(Arguments::FileOnce),
    command("version", "", "print the helm version information")
        .long(include_str!("text/version.txt"))
        .flags(&[program::VERSION])
        .arity(Arity::None)
        .runs(super::version::run)
        .completes(Arguments::Nothing),
];

/// Puts `name` in the place of `helm` wherever a text shows a command to type.
pub(crate) fn renamed<'a>(text: &'a str, name: &str) -> Cow<'a, str> {
    let mut renamed = String::new();
    let mut done = 0;
    for (position, _) in text.match_indices("helm ") {
        let before = text[..position].chars().next_back();
        let word =
            text[position + 5..].split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        let known = COMMANDS.iter().any(|command| command.is_called(word));
        if known && !before.is_some_and(|c| c.is_alphanumeric() || "/.-_".contains(c)) {
            renamed.push_str(&text[done..position]);
            renamed.push_str(name);
            done = position + 4;
        }
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    renamed.push_str(&text[done..]);
    Cow::Owned(renamed)
}
