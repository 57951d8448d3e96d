//! Programs that are started for real: scripts for `/bin/sh`, and copies of this system's own tools.

use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use guard::{Actor, Guard, Outcome, Policy};
use pintle_plugin::subprocess::{self, Fetch, Files, Limits, SubprocessError, Surroundings, Task};
use pintle_plugin::{Plugin, load};

/// One case at a time: a script that another thread's child still has open for writing cannot be started.
static ALONE: Mutex<()> = Mutex::new(());

struct Case {
    _alone: MutexGuard<'static, ()>,
    _folder: tempfile::TempDir,
    plugin: Plugin,
    surroundings: Surroundings,
    guard: Guard,
    files: Option<Files>,
}

fn variables(pairs: &[(&str, &str)]) -> subprocess::Variables {
    pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
}

fn script(path: &Path, text: &str) {
    std::fs::write(path, format!("#!/bin/sh\n{text}")).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// A plugin with a script `run`, and grants as `--grant` has them.
fn case(manifest: &str, run: &str, grants: &[&str]) -> Case {
    let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("p");
    std::fs::create_dir(&at).unwrap();
    std::fs::write(at.join("plugin.yaml"), manifest).unwrap();
    script(&at.join("run"), run);
    let plugin = load(&at).unwrap();
    let policy = grants.iter().fold(Policy::builder(), |policy, grant| policy.flag(grant).unwrap()).build();
    let path = std::env::var("PATH").unwrap();
    let process = variables(&[
        ("PATH", &path),
        ("HOME", "/home/u"),
        ("LC_ALL", "C"),
        ("https_proxy", "http://proxy"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_REGION", "moon"),
        ("HELM_DEBUG", "false"),
        ("HELM_UNHEARD_OF", "x"),
    ]);
    let helm = variables(&[("HELM_DEBUG", "true"), ("HELM_NAMESPACE", "ns")]);
    Case {
        _alone: alone,
        _folder: folder,
        plugin,
        surroundings: Surroundings { process, helm },
        guard: Guard::new(policy),
        files: None,
    }
}

impl Case {
    fn run_within(
        &mut self,
        task: &Task<'_>,
        input: &str,
        limits: &Limits,
    ) -> Result<String, SubprocessError> {
        let actor = Actor::plugin("p");
        let (plugin, around) = (&self.plugin, &self.surroundings);
        let prepared =
            subprocess::prepare(plugin, task, around, self.files.as_ref(), &actor, &mut self.guard)?;
        let output = prepared.run(input.as_bytes().to_vec(), limits)?;
        Ok(String::from_utf8(output).unwrap())
    }

    fn run(&mut self, task: &Task<'_>, input: &str) -> Result<String, SubprocessError> {
        self.run_within(task, input, &Limits::default())
    }

    fn fails(&mut self, task: &Task<'_>) -> String {
        self.run(task, "").unwrap_err().to_string().replace(&self.folder().display().to_string(), "$DIR")
    }

    fn folder(&self) -> PathBuf {
        self.plugin.folder.clone()
    }
}

const RENDERER: &str = "apiVersion: v1\nname: p\nversion: 1.0.0\ntype: postrenderer/v1\nruntime: subprocess\n\
    runtimeConfig: {platformCommand: [{command: '$HELM_PLUGIN_DIR/run', args: ['$HOME', '$AWS_REGION']}]}\n";
const RENDER: Task<'static> = Task::PostRenderer { arguments: &[] };

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn native_code_without_a_grant_is_not_started() {
    let mut case = case(RENDERER, "touch \"$HELM_PLUGIN_DIR/touched\"\n", &[]);
    let error = case.run(&RENDER, "").unwrap_err();
    let SubprocessError::Denied(denial) = &error else { panic!("{error}") };
    assert_eq!(denial.flags(), ["--grant 'plugin:p native'"]);
    assert!(!case.folder().join("touched").exists());
    let records = case.guard.take_records();
    assert!(matches!(records.as_slice(), [one] if matches!(one.outcome, Outcome::Denied { .. })));
}

#[test]
fn a_post_renderer_reads_and_prints_and_has_its_arguments() {
    let mut case = case(RENDERER, "echo \"$# [$1] [$2] [$3]\"; cat; echo said >&2\n", &["plugin:p native"]);
    let arguments = words(&["--a b", "$HOME"]);
    let output = case.run(&Task::PostRenderer { arguments: &arguments }, "kind: x\n").unwrap();
    // What was not granted is empty, also where the manifest asks for it.
    assert_eq!(output, "4 [/home/u] [] [--a b]\nkind: x\n");
}

#[test]
fn the_environment_holds_what_is_known_and_what_was_granted() {
    let grants = ["plugin:p native", "plugin:p env=AWS_REGION"];
    let mut case =
        case(RENDERER, "env | grep -v -e '^_=' -e '^PWD=' -e '^SHLVL=' -e '^OLDPWD=' | sort\n", &grants);
    let folder = case.folder();
    let path = std::env::var("PATH").unwrap();
    let output = case.run(&RENDER, "").unwrap();
    let expected = format!(
        "AWS_REGION=moon\nHELM_DEBUG=false\nHELM_PLUGIN_DIR={}\nHELM_PLUGIN_NAME=p\nHOME=/home/u\nLC_ALL=C\n\
         PATH={path}\nhttps_proxy=http://proxy\n",
        folder.display()
    );
    assert_eq!(output, expected);
    let asked: Vec<String> =
        case.guard.take_records().iter().map(|record| record.question.capability().to_string()).collect();
    assert_eq!(asked, ["native", "env"]);
}

const GETTER: &str =
    "name: p\nversion: 1.0.0\ndownloaders: [{protocols: [s3, gs], command: 'run -x $HOME'}]\n";

#[test]
fn a_getter_is_told_where_and_how() {
    let run = "for one; do echo \"[$one]\"; done; echo $HELM_PLUGIN_USERNAME $HELM_PLUGIN_PASSWORD \
               $HELM_PLUGIN_PASS_CREDENTIALS_ALL $HELM_DEBUG $HELM_NAMESPACE\n";
    let mut case = case(GETTER, run, &["plugin:p native"]);
    let fetch = Fetch {
        protocol: "gs",
        href: "gs://a/b",
        key_file: "k",
        username: "u",
        password: "pw",
        ..Fetch::default()
    };
    let output = case.run(&Task::Getter(fetch), "").unwrap();
    assert_eq!(output, "[-x]\n[$HOME]\n[]\n[k]\n[]\n[gs://a/b]\nu pw false true ns\n");
    let other = Fetch { protocol: "ftp", ..fetch };
    assert_eq!(case.fails(&Task::Getter(other)), "no downloader found for protocol \"ftp\"");
}

#[test]
fn what_cannot_be_started_fails_in_gos_words() {
    let arguments = [];
    let cli = Task::Cli { arguments: &arguments };
    for (command, words) in [
        ("nosuchcommand x", "exec: \"nosuchcommand\": executable file not found in $PATH"),
        ("$UNSET", "exec: no command"),
        ("$HELM_PLUGIN_DIR/nothere", "fork/exec $DIR/nothere: no such file or directory"),
        ("$HELM_PLUGIN_DIR/plugin.yaml", "fork/exec $DIR/plugin.yaml: permission denied"),
        ("$HELM_PLUGIN_DIR/text", "fork/exec $DIR/text: exec format error"),
    ] {
        let mut case = case(&format!("name: p\ncommand: {command}\n"), "", &["plugin:p native"]);
        let text = case.folder().join("text");
        std::fs::write(&text, "echo hi\n").unwrap();
        std::fs::set_permissions(text, std::fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(case.fails(&cli), words);
    }
    let mut none = case("name: p\nplatformCommand: [{os: plan9, command: x}]\n", "", &["plugin:p native"]);
    assert_eq!(none.fails(&cli), "failed to prepare plugin command: no plugin command is applicable");
}

#[test]
fn a_program_of_the_present_folder_is_not_one_of_the_system() {
    let mut case = case("name: p\ncommand: run\n", "", &["plugin:p native"]);
    // Tests run in the crate's folder.
    let relative = OsString::from("tests/it/bin");
    case.surroundings.process.insert("PATH".into(), relative);
    let arguments = [];
    let error = case.fails(&Task::Cli { arguments: &arguments });
    assert_eq!(error, "exec: \"run\": executable file not found in $PATH");
}

#[test]
fn an_exit_code_passes_through() {
    for (run, code) in [("exit 7\n", 7), ("kill -9 $$\n", -1)] {
        let mut case = case("name: p\ncommand: $HELM_PLUGIN_DIR/run\n", run, &["plugin:p native"]);
        let arguments = [];
        let error = case.run(&Task::Cli { arguments: &arguments }, "").unwrap_err();
        assert_eq!(error.to_string(), "plugin \"p\" exited with error");
        assert_eq!(error.exit_code(), Some(code));
    }
}

#[test]
fn what_a_post_renderer_says_is_kept_for_its_error() {
    let mut case = case(RENDERER, "echo broken >&2; exit 3\n", &["plugin:p native"]);
    let error = case.run(&RENDER, &"x".repeat(1 << 20)).unwrap_err();
    let SubprocessError::Exited { errors, code: Some(3), .. } = error else { panic!("{error:?}") };
    assert_eq!(errors, b"broken\n");
}

#[test]
fn what_prints_too_much_or_never_ends_is_ended() {
    let small = Limits { output: 1000, deadline: None };
    let mut loud = case(RENDERER, "while :; do echo yyyyyyyyyyyyyyyy; done\n", &["plugin:p native"]);
    let error = loud.run_within(&RENDER, "", &small).unwrap_err();
    assert_eq!(error.to_string(), "plugin \"p\" printed more than 1000 bytes");
    drop(loud);
    let short = Limits { output: 1000, deadline: Some(Duration::from_millis(50)) };
    // Also what lets another hold its output open, or closes it and stays.
    for run in ["sleep 20\n", "sleep 20 & exit 0\n", "exec >&- 2>&-; sleep 20\n"] {
        let mut slow = case(RENDERER, run, &["plugin:p native"]);
        let error = slow.run_within(&RENDER, "", &short).unwrap_err();
        assert_eq!(error.to_string(), "plugin \"p\" timed out after 0.05 s");
    }
}

fn digest(path: &Path) -> String {
    use sha2::Digest as _;
    sha2::Sha256::digest(std::fs::read(path).unwrap()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_program_that_changed_is_not_started() {
    let mut case = case(RENDERER, "echo first\n", &["plugin:p native"]);
    let file = case.folder().join("run");
    case.files = Some(Files::from([("run".to_owned(), digest(&file))]));
    assert_eq!(case.run(&RENDER, "").unwrap(), "first\n");
    script(&file, "echo second\n");
    assert_eq!(case.fails(&RENDER), "$DIR/run is not run: it has changed since the plugin was accepted");
    case.files = Some(Files::new());
    assert_eq!(case.fails(&RENDER), "$DIR/run is not run: it was not there when the plugin was accepted");
}

#[test]
fn a_binary_runs_by_its_descriptor_under_its_own_name() {
    let mut case = case(RENDERER, "", &["plugin:p native"]);
    let file = case.folder().join("run");
    std::fs::copy("/bin/sh", &file).unwrap();
    case.files = Some(Files::from([("run".to_owned(), digest(&file))]));
    // The manifest's arguments are `$HOME` and an empty one: a script's name, which is not there.
    let arguments = [];
    let error = case.run(&Task::PostRenderer { arguments: &arguments }, "").unwrap_err();
    let SubprocessError::Exited { errors, .. } = error else { panic!("{error:?}") };
    let said = String::from_utf8(errors).unwrap();
    assert!(said.starts_with(&file.display().to_string()), "{said}");
}

#[test]
fn a_hook_runs_for_its_event_and_no_other() {
    let manifest = "name: p\nhooks: {install: 'echo \"$HELM_PLUGIN_NAME\" > \"$HELM_PLUGIN_DIR/done\"', update: 'exit 4'}\n";
    let mut case = case(manifest, "", &["plugin:p native"]);
    let actor = Actor::plugin("p");
    let mut hook = |event| {
        let (plugin, around) = (&case.plugin, &case.surroundings);
        let mut shown = String::new();
        let done = subprocess::hook(plugin, event, around, None, &actor, &mut case.guard, |prepared, _| {
            shown = prepared.shown();
        });
        (done.map_err(|error| error.to_string()), shown)
    };
    let (done, shown) = hook("install");
    assert_eq!(done, Ok(true));
    assert!(shown.ends_with("sh -c echo \"$HELM_PLUGIN_NAME\" > \"$HELM_PLUGIN_DIR/done\""), "{shown}");
    assert_eq!(hook("update").0, Err("plugin update hook for \"p\" exited with error".to_owned()));
    assert_eq!(hook("delete").0, Ok(false));
    assert_eq!(std::fs::read_to_string(case.folder().join("done")).unwrap(), "p\n");
}

#[test]
fn a_hook_of_the_new_format_has_its_arguments_as_they_are() {
    let manifest = "apiVersion: v1\nname: p\nversion: 1.0.0\ntype: cli/v1\nruntime: subprocess\nruntimeConfig: \
        {platformHooks: {install: [{command: '$HELM_PLUGIN_DIR/run $HOME', args: ['${HOME}']}]}}\n";
    let mut case = case(manifest, "echo \"$1 $2\" > \"$HELM_PLUGIN_DIR/done\"\n", &["plugin:p native"]);
    let actor = Actor::plugin("p");
    let (plugin, around) = (&case.plugin, &case.surroundings);
    subprocess::hook(plugin, "install", around, None, &actor, &mut case.guard, |_, _| {}).unwrap();
    assert_eq!(std::fs::read_to_string(case.folder().join("done")).unwrap(), "$HOME ${HOME}\n");
}

#[test]
fn completion_is_one_text() {
    let mut case = case("name: p\ncommand: x\n", "", &["plugin:p native"]);
    script(&case.folder().join("plugin.complete"), "echo \"$@\"; echo said >&2; echo :4\n");
    let arguments = words(&["sub", "--flag", ""]);
    let output = case.run(&Task::Complete { arguments: &arguments }, "").unwrap();
    assert_eq!(output, "sub --flag \nsaid\n:4\n");
}
