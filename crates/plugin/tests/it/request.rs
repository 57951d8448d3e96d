use pintle_plugin::manifest::{Manifest, ManifestError};
use pintle_plugin::request::requests;

const WASM: &str =
    "apiVersion: v1\nname: gh\ntype: cli/v1\nruntime: extism/v1\nversion: 1.0.0\nruntimeConfig: ";

fn asked(config: &str) -> Vec<String> {
    let manifest = Manifest::read(format!("{WASM}{config}\n").as_bytes()).unwrap();
    requests(&manifest).iter().map(guard::Grant::to_words).collect()
}

fn refused(config: &str) -> String {
    match Manifest::read(format!("{WASM}{config}\n").as_bytes()) {
        Err(ManifestError::Stricter(why)) => why.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn helms_fields_are_requests() {
    assert_eq!(asked("{}"), Vec::<String>::new());
    assert_eq!(
        asked(
            "{allowedHosts: ['api.github.com', '*.example.com', 'localhost:8080'], fileSystem: {createTempDir: true}}"
        ),
        [
            "http=https://api.github.com:* http://api.github.com:* https://**.example.com:* http://**.example.com:* \
             https://localhost:8080 http://localhost:8080",
            "tempdir"
        ]
    );
    // The release that is being rendered needs no grant; others do.
    assert_eq!(asked("{hostFunctions: [helm_get_values]}"), Vec::<String>::new());
    assert_eq!(
        asked(
            "{hostFunctions: [helm_get_notes, helm_history, helm_list_releases, helm_get_metadata, helm_template, kube_list]}"
        ),
        ["release=** notes,history,metadata", "chart", "cluster=list"]
    );
}

#[test]
fn capabilities_are_requests_in_the_syntax_of_grants_files() {
    assert_eq!(
        asked(
            "{capabilities: [clock, {env: [GH_TOKEN, 'GH_*']}, {file: {host: ~/.config/gh, guest: /gh, mode: ro}}, {tempdir: 64MiB}]}"
        ),
        ["clock", "env=GH_TOKEN GH_*", "file=ro ~/.config/gh /gh", "tempdir=67108864"]
    );
    // What says how far a host function reaches takes the place of all that it could reach.
    assert_eq!(
        asked(
            "{hostFunctions: [kube_get, helm_get_notes], capabilities: [{cluster: {verbs: [get], kinds: [v1/ConfigMap]}}]}"
        ),
        ["release=** notes", "cluster=get v1/ConfigMap"]
    );
    assert_eq!(
        asked("{fileSystem: {createTempDir: true}, capabilities: [{tempdir: 10}, clock, clock]}"),
        ["tempdir", "clock"]
    );
}

#[test]
fn a_program_asks_to_be_native() {
    let requests = |text: &str| {
        let manifest = Manifest::read(text.as_bytes()).unwrap();
        requests(&manifest).iter().map(guard::Grant::to_words).collect::<Vec<_>>()
    };
    assert_eq!(requests("name: diff\nversion: 1.0.0\ncommand: diff\n"), ["native"]);
    let v1 = "apiVersion: v1\nname: p\ntype: cli/v1\nruntime: subprocess\nversion: 1.0.0\nruntimeConfig: {capabilities: [{env: ['AWS_*']}]}\n";
    assert_eq!(requests(v1), ["native", "env=AWS_*"]);
}

#[test]
fn what_is_not_understood_is_refused_with_the_nearest_word() {
    assert_eq!(
        refused("{capabilities: [{htpp: {urls: ['https://h']}}]}"),
        "runtimeConfig.capabilities: unknown capability `htpp`, did you mean `http`?"
    );
    assert_eq!(
        refused("{capabilities: [{http: {url: ['https://h']}}]}"),
        "runtimeConfig.capabilities: unknown key `url` in http, did you mean `urls`?"
    );
    assert_eq!(refused("{capabilities: clock}"), "runtimeConfig.capabilities is no list");
    assert_eq!(
        refused("{capabilities: [7]}"),
        "runtimeConfig.capabilities: a list of capabilities should be a word or a map, and is a number"
    );
    for host in ["[a-z].test", "{a,b}.test", "h.test/path", "a b", "user@h.test", ""] {
        assert!(
            refused(&format!("{{allowedHosts: ['{host}']}}")).starts_with("runtimeConfig.allowedHosts: "),
            "{host}"
        );
    }
    for folder in ["..", "a/../..", "/tmp", ".", "a//b", "a\\b", ""] {
        assert!(
            refused(&format!("{{dataFolders: ['{folder}']}}")).contains("is no folder below"),
            "{folder}"
        );
    }
    assert_eq!(
        refused("{dataFolder: [a]}"),
        "unknown field \"dataFolder\" in runtimeConfig, did you mean \"dataFolders\"?"
    );
}
