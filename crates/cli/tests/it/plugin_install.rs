//! Taking plugins in: what is asked for has to be granted, what was changed is accepted or refused, and hooks run only
//! where somebody said so. (Helm's own texts are recorded: `conformance/cases/cli/plugin-install.jsonl`.)

use crate::guard::{Place, Run};

const ASKS: &str = "apiVersion: v1\nname: gh\ntype: cli/v1\nruntime: extism/v1\nversion: 1.0.0\nruntimeConfig: {allowedHosts: [api.test], capabilities: [{env: [GH_TOKEN]}]}\n";
const QUIET: &str = "apiVersion: v1\nname: quiet\ntype: cli/v1\nruntime: extism/v1\nversion: 1.0.0\n";
const NATIVE: &str = "name: native\nversion: 1.0.0\ncommand: x\nhooks: {install: 'echo hook of install', delete: 'echo hook of delete'}\n";
/// A module that does nothing.
const MODULE: &[u8] = b"\0asm\x01\0\0\0\x01\x05\x01\x60\0\x01\x7f\x03\x02\x01\0\x07\x14\x01\x10helm_plugin_main\0\0\x0a\x06\x01\x04\0\x41\0\x0b";

fn place() -> Place {
    let place =
        Place::new(&[("gh/plugin.yaml", ASKS), ("quiet/plugin.yaml", QUIET), ("native/plugin.yaml", NATIVE)]);
    place.write("gh/plugin.wasm", MODULE);
    place.write("quiet/plugin.wasm", MODULE);
    place
}

fn run(place: &Place, line: &[&str]) -> Run {
    place.run(line)
}

fn lock(place: &Place) -> String {
    std::fs::read_to_string(place.path("home/.config/helm/pintle/plugins.lock")).unwrap_or_default()
}

#[test]
fn what_asks_for_nothing_is_installed_without_a_question() {
    let place = place();
    let installed = run(&place, &["plugin", "install", "quiet"]);
    assert_eq!(installed.code, 0, "{installed:?}");
    let lock = lock(&place);
    assert!(
        lock.contains("name: quiet") && lock.contains("linked: true") && lock.contains("granted: []"),
        "{lock}"
    );
    assert!(lock.contains("plugin.wasm: \"sha256:"), "{lock}");
}

#[test]
fn what_asks_is_refused_where_nobody_can_answer_and_nothing_is_left() {
    let place = place();
    let refused = run(&place, &["plugin", "install", "gh"]);
    assert_eq!(refused.code, 10, "{refused:?}");
    assert!(
        refused.err.contains(
            "Error: plugin \"gh\" asks for what nobody granted: http=https://api.test:* http://api.test:*, env=GH_TOKEN\n"
        ),
        "{}",
        refused.err
    );
    assert!(refused.err.contains("hint: --grant-requested (or PINTLE_GRANT_REQUESTED=1)"), "{}", refused.err);
    assert_eq!(lock(&place), "");
    assert_eq!(std::fs::read_dir(place.path("home/.local/share/helm/plugins")).unwrap().count(), 0);
}

#[test]
fn flags_and_the_variable_grant() {
    let granted = |line: &[&str], variable: Option<&str>| {
        let mut place = place();
        if let Some(value) = variable {
            place.set("PINTLE_GRANT_REQUESTED", value);
        }
        let installed = run(&place, line);
        assert_eq!(installed.code, 0, "{installed:?}");
        let shown = run(&place, &["plugin", "grants", "gh"]).out;
        shown.split_once("GRANTED:").unwrap().1.to_owned()
    };
    let all = "\n  http=https://api.test:* http://api.test:*\n  env=GH_TOKEN\nNOT GRANTED: none\n";
    assert_eq!(granted(&["plugin", "install", "gh", "--grant-requested"], None), all);
    assert_eq!(granted(&["plugin", "install", "gh"], Some("1")), all);
    // A subset is a decision, too.
    assert_eq!(
        granted(&["plugin", "install", "gh", "--grant", "env=GH_TOKEN"], None),
        "\n  env=GH_TOKEN\nNOT GRANTED:\n  http=https://api.test:* http://api.test:*\n"
    );
    assert_eq!(
        granted(
            &["plugin", "install", "gh", "--grant", "plugin:gh env", "--grant", "http=https://api.test"],
            None
        ),
        "\n  env\n  http=https://api.test\nNOT GRANTED:\n  http=https://api.test:* http://api.test:*\n"
    );
    let mut place = place();
    place.set("PINTLE_GRANT_REQUESTED", "0");
    assert_eq!(run(&place, &["plugin", "install", "gh"]).code, 10);
    let misspelt = run(&place, &["plugin", "install", "gh", "--grant", "enf=A"]);
    assert!(
        misspelt.err.contains("--grant 'enf=A': unknown capability `enf`, did you mean `env`?"),
        "{misspelt:?}"
    );
    let other = run(&place, &["plugin", "install", "gh", "--grant", "plugin:other env"]);
    assert!(other.err.contains("actor `plugin:other` is not the plugin that this is about"), "{other:?}");
}

#[test]
fn grants_are_shown_added_and_removed() {
    let place = place();
    run(&place, &["plugin", "install", "quiet"]);
    let after = |line: &[&str]| {
        let run = run(&place, line);
        assert_eq!(run.code, 0, "{run:?}");
        run.out.split_once("GRANTED:").unwrap().1.to_owned()
    };
    let all = ["plugin", "grants", "quiet"];
    assert_eq!(after(&all), " none\nNOT GRANTED: none\n");
    assert_eq!(
        after(&["plugin", "grants", "quiet", "add", "env=A", "random", "env=B"]),
        "\n  env=A\n  random\n  env=B\nNOT GRANTED: none\n"
    );
    assert_eq!(
        after(&["plugin", "grants", "quiet", "remove", "env=A"]),
        "\n  random\n  env=B\nNOT GRANTED: none\n"
    );
    assert_eq!(after(&["plugin", "grants", "quiet", "remove", "env"]), "\n  random\nNOT GRANTED: none\n");
    let refused = |line: &[&str]| {
        let run = run(&place, line);
        assert_eq!(run.code, 1, "{run:?}");
        run.err.lines().next().unwrap().to_owned()
    };
    assert_eq!(
        refused(&["plugin", "grants", "quiet", "remove", "env"]),
        "Error: plugin \"quiet\" has no grant 'env'"
    );
    assert_eq!(
        refused(&["plugin", "grants", "quiet", "ad", "env"]),
        "Error: unknown action \"ad\", did you mean \"add\"?"
    );
    assert_eq!(refused(&["plugin", "grants", "quiet", "add"]), "Error: plugin grants add names no grant");
    assert_eq!(refused(&["plugin", "grants", "nobody"]), "Error: plugin: nobody not found");
    assert_eq!(after(&all), "\n  random\nNOT GRANTED: none\n");
}

#[test]
fn a_changed_plugin_is_accepted_and_more_requests_are_granted_first() {
    let place = place();
    run(&place, &["plugin", "install", "quiet"]);
    let before = lock(&place);
    place.write("quiet/plugin.wasm", [MODULE, b"\0\x02\x01x"].concat());
    place.write("quiet/new.txt", "new");
    let accepted = run(&place, &["plugin", "accept", "quiet"]);
    assert_eq!(
        (accepted.code, accepted.out.as_str()),
        (0, "  added new.txt\n  changed plugin.wasm\nAccepted plugin: quiet\n")
    );
    assert!(lock(&place).contains("unsigned: \"plugin accept\""), "{}", lock(&place));
    assert_ne!(lock(&place), before);
    let before = lock(&place);
    place.write("quiet/plugin.yaml", format!("{QUIET}runtimeConfig: {{capabilities: [clock]}}\n"));
    let refused = run(&place, &["plugin", "accept", "quiet"]);
    assert_eq!(refused.code, 10, "{refused:?}");
    assert!(refused.err.contains("plugin \"quiet\" asks for what nobody granted: clock"), "{refused:?}");
    assert_eq!(lock(&place), before);
    assert_eq!(run(&place, &["plugin", "accept", "quiet", "--grant", "clock"]).code, 0);
    assert!(lock(&place).contains("- clock"));
}

#[test]
fn what_helm_installed_is_adopted() {
    let place = place();
    for file in ["plugin.yaml", "plugin.wasm"] {
        let bytes = std::fs::read(place.path("gh").join(file)).unwrap();
        place.write(&format!("home/.local/share/helm/plugins/gh/{file}"), bytes);
    }
    let refused = run(&place, &["plugin", "accept", "gh"]);
    assert_eq!(refused.code, 1);
    assert!(refused.err.starts_with("Error: plugin \"gh\" is not in plugins.lock\n"), "{refused:?}");
    assert_eq!(run(&place, &["plugin", "adopt", "gh"]).code, 10);
    assert_eq!(lock(&place), "");
    let adopted = run(&place, &["plugin", "adopt", "gh", "--grant-requested"]);
    assert_eq!((adopted.code, adopted.out.as_str()), (0, "Adopted plugin: gh\n"));
    assert!(lock(&place).contains("unsigned: \"plugin adopt\""), "{}", lock(&place));
    assert_eq!(run(&place, &["plugin", "adopt", "gh"]).code, 1);
}

#[cfg(unix)]
#[test]
fn hooks_run_where_native_code_was_granted() {
    let place = place();
    let refused = run(&place, &["plugin", "install", "native"]);
    assert_eq!(refused.code, 10, "{refused:?}");
    assert!(!refused.out.contains("hook of install"), "{refused:?}");
    // Without the grant of native its hook is a question that is denied, and nothing stays.
    let refused = run(&place, &["plugin", "install", "native", "--grant", "env=A"]);
    assert_eq!(refused.code, 10, "{refused:?}");
    assert!(
        !refused.out.contains("hook of install") && !lock(&place).contains("name: native"),
        "{refused:?}"
    );
    assert!(!place.path("home/.local/share/helm/plugins/native").exists());
    let installed = run(&place, &["plugin", "install", "native", "--grant", "native"]);
    assert_eq!(installed.code, 0, "{installed:?}");
    assert!(installed.out.contains("hook of install\nInstalled plugin: native\n"), "{installed:?}");
    // What was changed since is removed, and not asked.
    place.write("native/plugin.yaml", NATIVE.replace("hook of", "another hook of"));
    let removed = run(&place, &["plugin", "uninstall", "native"]);
    assert_eq!((removed.code, removed.out.as_str()), (0, "Uninstalled plugin: native\n"), "{removed:?}");
    assert!(removed.err.contains("the delete hook of native was not run: "), "{removed:?}");
    assert!(removed.err.contains("plugin.yaml was changed"), "{removed:?}");
    assert!(!lock(&place).contains("name: native"));
    run(&place, &["plugin", "install", "native", "--grant", "native"]);
    let removed = run(&place, &["plugin", "uninstall", "native"]);
    assert_eq!(removed.out, "another hook of delete\nUninstalled plugin: native\n", "{removed:?}");
    // One that nobody installed here: not as pintle.
    place.write("home/.local/share/helm/plugins/native/plugin.yaml", NATIVE);
    let removed = run(&place, &["plugin", "uninstall", "native"]);
    assert_eq!(removed.out, "Uninstalled plugin: native\n", "{removed:?}");
    assert!(removed.err.contains("nobody installed it here"), "{removed:?}");
}

#[test]
fn a_lock_that_is_not_understood_stops_everything() {
    let place = place();
    place.write("home/.config/helm/pintle/plugins.lock", "plugin: {}\n");
    let refused = run(&place, &["plugin", "install", "quiet"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(
        refused
            .err
            .contains("plugins.lock: line 1: unknown key `plugin` in the file, did you mean `plugins`?"),
        "{refused:?}"
    );
    assert!(!place.path("home/.local/share/helm/plugins/quiet").exists());
}
