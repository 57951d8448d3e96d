use pintle_plugin::manifest::{Config, Format, Manifest, ManifestError, Runtime};

const WASM: &str = "apiVersion: v1\nname: gh\ntype: getter/v1\nruntime: extism/v1\nversion: 1.0.0\nconfig: {protocols: [gh]}\n";
const PROGRAM: &str = "apiVersion: v1\nname: p\ntype: cli/v1\nruntime: subprocess\nversion: 1.0.0\n";

fn read(text: &str) -> Result<Manifest, ManifestError> {
    Manifest::read(text.as_bytes())
}

fn refused(text: &str) -> String {
    match read(text) {
        Err(ManifestError::Stricter(why)) => why.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn limits_are_read_in_both_spellings() {
    let limits = |config: &str| match read(&format!("{WASM}runtimeConfig: {config}\n")).unwrap().runtime {
        Runtime::Extism(extism) => (extism.max_pages, extism.max_http_response_bytes, extism.timeout),
        Runtime::Subprocess(_) => panic!("a program"),
    };
    let flat = "{maxPages: 16, allowedHosts: [github.com], fileSystem: {createTempDir: true}, hostFunctions: [helm_get_values], maxHttpResponseBytes: 65536, timeout: 5000}";
    assert_eq!(limits(flat), (Some(16), Some(65_536), Some(5_000)));
    assert_eq!(
        limits("{memory: {maxPages: 16, maxHttpResponseBytes: 65536}}"),
        (Some(16), Some(65_536), None)
    );
    assert_eq!(limits("{maxPages: 16, memory: {maxPages: 16}}"), (Some(16), None, None));
    // Helm takes nothing and zero for no limit; here it is the host's.
    assert_eq!(limits("{memory: {maxPages: 0}, maxVarBytes: null}"), (None, None, None));
    assert_eq!(limits("{}"), (None, None, None));
    assert_eq!(
        refused(&format!("{WASM}runtimeConfig: {{maxPages: 16, memory: {{maxPages: 32}}}}\n")),
        "runtimeConfig.maxPages is 16 and runtimeConfig.memory.maxPages is 32: write one of them"
    );
}

#[test]
fn words_that_nobody_knows_are_refused_with_the_nearest() {
    for (config, words) in [
        (
            "{allowedHost: [a]}",
            "unknown field \"allowedHost\" in runtimeConfig, did you mean \"allowedHosts\"?",
        ),
        (
            "{memory: {maxpages: 1}}",
            "unknown field \"maxpages\" in runtimeConfig.memory, did you mean \"maxPages\"?",
        ),
        ("{fileSystem: {x: true}}", "unknown field \"x\" in runtimeConfig.fileSystem"),
        (
            "{hostFunctions: [helm_get_value]}",
            "unknown host function \"helm_get_value\", did you mean \"helm_get_values\"?",
        ),
        ("{hostFunctions: [system]}", "unknown host function \"system\""),
    ] {
        assert_eq!(refused(&format!("{WASM}runtimeConfig: {config}\n")), words);
    }
    for (config, words) in [
        (
            "{platformComand: []}",
            "unknown field \"platformComand\" in runtimeConfig, did you mean \"platformCommand\"?",
        ),
        (
            "{platformCommand: [{comand: x}]}",
            "unknown field \"comand\" in runtimeConfig.platformCommand, did you mean \"command\"?",
        ),
        (
            "{platformHooks: {instal: []}}",
            "unknown field \"instal\" in runtimeConfig.platformHooks, did you mean \"install\"?",
        ),
        ("{platformHooks: {delete: [{cmd: x}]}}", "unknown field \"cmd\" in runtimeConfig.platformHooks"),
        (
            "{protocolCommands: [{protocol: a}]}",
            "unknown field \"protocol\" in runtimeConfig.protocolCommands, did you mean \"protocols\"?",
        ),
    ] {
        let found = refused(&format!("{PROGRAM}runtimeConfig: {config}\n"));
        assert!(found.starts_with(words), "{found}");
    }
    assert!(matches!(
        read(&format!("{WASM}runtimeConfig: {{capabilities: [env]}}\n")).unwrap().runtime,
        Runtime::Extism(_)
    ));
    // What Helm refuses is told in Helm's words, though we would too.
    assert!(matches!(
        read(&format!("{WASM}runtimeConfig: {{timeout: x, y: z}}\n")),
        Err(ManifestError::Convert(_))
    ));
}

/// The shape of helm-diff's plugin.yaml.
#[test]
fn an_old_plugin_becomes_a_program() {
    let manifest = read(
        "name: \"diff\"\nversion: \"3.9.0\"\nusage: \"Preview helm upgrade\\tchanges as a diff\"\ndescription: |-\n  Preview.\nuseTunnel: true\ncommand: \"$HELM_PLUGIN_DIR/bin/diff\"\nplatformHooks:\n  install:\n  - command: sh\n    args: [\"-c\", \"$HELM_PLUGIN_DIR/install.sh\"]\n  - {os: windows, command: powershell}\n",
    )
    .unwrap();
    assert_eq!((manifest.format, &*manifest.name, &*manifest.version), (Format::Legacy, "diff", "3.9.0"));
    let Config::Cli { usage, short_help, long_help, .. } = &manifest.config else { panic!("no command") };
    assert_eq!(
        (&**usage, &**short_help, &**long_help),
        ("", "Preview helm upgrade changes as a diff", "Preview.")
    );
    let Runtime::Subprocess(program) = &manifest.runtime else { panic!("no program") };
    assert_eq!(program.commands[0].command, "$HELM_PLUGIN_DIR/bin/diff");
    assert_eq!(program.hooks["install"].len(), 2);
    assert!(program.expand_hook_arguments);

    let shell = read("name: a\nhooks: {install: 'echo $X'}\n").unwrap();
    let Runtime::Subprocess(program) = &shell.runtime else { panic!("no program") };
    assert_eq!(program.hooks["install"][0].arguments, ["-c", "echo $X"]);
    assert!(!program.expand_hook_arguments);
    let secrets =
        read("name: s\ncommand: x\ndownloaders:\n- command: d\n  protocols: [secrets, sops]\n").unwrap();
    assert_eq!(secrets.config, Config::Getter { protocols: vec!["secrets".into(), "sops".into()] });
}

#[test]
fn hostile_documents_end() {
    let deep = "a: ".to_owned() + &"[".repeat(5_000);
    assert!(read(&deep).is_err());
    let mut bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned();
    for level in 1..12 {
        let below = format!("*a{},", level - 1).repeat(9);
        bomb.push_str(&format!("a{level}: &a{level} [{}]\n", below.trim_end_matches(',')));
    }
    assert!(read(&bomb).is_err());
    let merges = "a: &a {<<: *a}\n";
    assert!(read(merges).is_err());
    let original = format!("{WASM}runtimeConfig: {{memory: {{maxPages: 16}}, config: {{a: b}}}}\n");
    let mut seed = 1_u64;
    for _ in 0..2_000 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut bytes = original.clone().into_bytes();
        let at = (seed >> 33) as usize % bytes.len();
        match seed >> 20 & 3 {
            0 => bytes[at] ^= 1 << (seed >> 40 & 7),
            1 => bytes.truncate(at),
            2 => bytes.insert(at, b"[]{}:&*!|>-\n\t "[(seed >> 50) as usize % 14]),
            _ => drop(bytes.remove(at)),
        }
        let _ = Manifest::read(&bytes);
    }
}
