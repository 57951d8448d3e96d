//! The guard through the binary: denials with their place, code and grant; grants of every kind; the audit list.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder with charts and files, and the program run in it.
pub(crate) struct Place {
    folder: tempfile::TempDir,
    environment: Vec<(String, String)>,
}

/// What a run gave.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Place {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap(), environment: Vec::new() };
        for (path, text) in files {
            place.write(path, text);
        }
        place
    }

    /// A chart called shop with one template.
    pub(crate) fn chart(template: &str) -> Self {
        let place = Self::new(&[("shop/templates/a.yaml", template)]);
        place.write("shop/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n");
        place
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    fn root(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap()
    }

    pub(crate) fn set(&mut self, name: &str, value: impl AsRef<str>) {
        self.environment.push((name.to_owned(), value.as_ref().to_owned()));
    }

    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.root()).env_clear().env("PATH", "/usr/bin:/bin").env("TZ", "Asia/Tokyo");
        command.env("HOME", self.path("home")).env("KUBECONFIG", "/dev/null/none");
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        Run::of(self.command(env!("CARGO_BIN_EXE_pintle")).args(arguments).output().unwrap())
    }

    /// `template r shop --profile strict` with more arguments.
    pub(crate) fn strict(&self, arguments: &[&str]) -> Run {
        self.run(&[&["template", "r", "shop", "--profile", "strict"], arguments].concat())
    }

    /// The same, with flags as a shell reads them from a hint.
    fn strict_with_pasted(&self, flags: &str) -> Run {
        let line = format!("exec \"$PINTLE\" template r shop --profile strict {flags}");
        let mut command = self.command("/bin/sh");
        Run::of(command.env("PINTLE", env!("CARGO_BIN_EXE_pintle")).args(["-c", &line]).output().unwrap())
    }
}

impl Run {
    fn of(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self {
            code: output.status.code().unwrap_or(-1),
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    }

    /// The flags that a denial's hint offers.
    fn offered(&self) -> &str {
        let hint = self.err.lines().find_map(|line| line.strip_prefix("hint: "));
        let hint = hint.unwrap_or_else(|| panic!("no hint: {self:?}"));
        hint.split(", or in a grants file").next().unwrap_or(hint)
    }

    /// The line for a grants file that a denial's hint offers.
    fn offered_line(&self) -> &str {
        let (_, line) = self.err.split_once("in a grants file, under actors: ").unwrap();
        line.lines().next().unwrap()
    }

    pub(crate) fn is_denied(&self, words: &str) {
        assert_eq!(self.code, 10, "{self:?}");
        assert_eq!(self.out, "", "{self:?}");
        assert!(self.err.contains(words), "{words:?} in {self:?}");
    }
}

fn grants(body: &str) -> String {
    format!("apiVersion: pintle.dev/v1alpha1\nkind: Grants\n{body}")
}

#[test]
fn every_family_is_denied_with_its_place_and_admitted_by_the_grant_that_is_printed() {
    for (expression, words) in [
        ("now", "clock (now)"),
        ("date \"2006\" \"\"", "clock (date)"),
        ("randAlphaNum 5", "random (randAlphaNum)"),
        ("uuidv4", "random (uuidv4)"),
        ("shuffle \"abc\"", "random (shuffle)"),
        ("genCA \"c\" 1", "keygen (genCA)"),
        ("genPrivateKey \"ecdsa\"", "keygen (genPrivateKey)"),
        ("genSelfSignedCert \"c\" nil nil 1", "keygen (genSelfSignedCert)"),
        ("htpasswd \"u\" \"p\"", "keygen (htpasswd)"),
        ("bcrypt \"p\"", "keygen (bcrypt)"),
        ("encryptAES \"0123456789abcdef\" \"x\"", "keygen (encryptAES)"),
        ("lookup \"v1\" \"Secret\" \"a b'c$(id)\" \"x*;y\"", "cluster (get v1/Secret a b'c$(id)/x*;y)"),
        ("lookup \"apps/v1\" \"Deployment\" \"\" \"\"", "cluster (list apps/v1/Deployment)"),
        ("getHostByName \"localhost\"", "dns (localhost)"),
    ] {
        let place = Place::chart(&format!("a: 1\nb: {{{{ {expression} | toString | quote }}}}\n"));
        let denied = place.strict(&[]);
        let words = format!("chart:shop may not use {words}: not granted under profile strict");
        denied.is_denied(&words);
        denied.is_denied("shop/templates/a.yaml:2:");
        let mut offered = denied.offered().to_owned();
        if expression.starts_with("getHostByName") {
            // Of several addresses one is drawn.
            offered.push_str(" --grant 'chart:shop random'");
        }
        let admitted = place.strict_with_pasted(&offered);
        assert_eq!(admitted.code, 0, "{expression} with {offered}: {admitted:?}");
        let grants_file = grants(&format!("actors:\n  {}\n", denied.offered_line()));
        place.write("grants.yaml", &grants_file);
        let also = place.strict(&["--grants", "grants.yaml", "--grant", "chart:shop random"]);
        let only = if expression.contains("rand") { denied.code } else { 0 };
        assert!(also.code == 0 || also.code == only, "{grants_file}: {also:?}");
        if !words.contains("random") && !words.contains("dns") {
            assert_eq!(place.strict(&["--grants", "grants.yaml"]).code, 0, "{grants_file}");
        }
    }
}

#[test]
fn the_local_zone_is_utc_under_strict_until_it_is_granted() {
    let place = Place::chart("b: {{ date \"15:04\" 0 }}\n");
    assert!(place.strict(&[]).out.contains("b: 00:00"));
    assert!(place.strict(&["--grant", "chart:shop timezone"]).out.contains("b: 09:00"));
    assert!(place.run(&["template", "r", "shop"]).out.contains("b: 09:00"));
}

#[cfg(unix)]
#[test]
fn a_link_that_leaves_the_chart_is_denied_under_strict_and_admitted_by_the_printed_grant() {
    use std::os::unix::fs::symlink;
    for (link, target, what) in [
        ("shop/files/link.txt", "../../out side/a.txt", "files/link.txt"),
        ("shop/files/folder", "../../out side", "files/folder"),
        ("shop/values.yaml", "../out side/v.yaml", "values.yaml"),
        ("shop/Chart.yaml", "../out side/Chart.yaml", "Chart.yaml"),
        ("shop/.helmignore", "../out side/ignore", ".helmignore"),
        ("shop/charts/redis", "../../out side/redis", "charts/redis"),
        ("shop/values.schema.json", "../out side/schema.json", "values.schema.json"),
    ] {
        let place = Place::chart("a: 1\n");
        place.write("out side/a.txt", "x");
        place.write("out side/v.yaml", "a: 1");
        place.write("out side/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n");
        place.write("out side/ignore", "*.tmp");
        place.write("out side/schema.json", "{}");
        place.write("out side/redis/Chart.yaml", "apiVersion: v2\nname: redis\nversion: 1.0.0\n");
        let _ = std::fs::remove_file(place.path(link));
        std::fs::create_dir_all(place.path(link).parent().unwrap()).unwrap();
        symlink(target, place.path(link)).unwrap();
        let denied = place.strict(&[]);
        denied
            .is_denied(&format!("{what}: chart:shop may not use file ({}/out side", place.root().display()));
        let admitted = place.strict_with_pasted(denied.offered());
        assert_eq!(admitted.code, 0, "{link}: {admitted:?}");
        assert_eq!(place.run(&["template", "r", "shop"]).code, 0, "{link}");
        // Another file's grant is none.
        let other = place.strict(&["--grant", "chart:shop file=ro /srv"]);
        other.is_denied("outside what --grant 'chart:shop file=ro /srv' grants");
        // `show` loads charts as well.
        let shown = place.run(&["show", "chart", "shop", "--profile", "strict"]);
        assert_eq!((shown.code, shown.out.as_str()), (10, ""), "{link}: {shown:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_subcharts_link_needs_the_subcharts_grant() {
    use std::os::unix::fs::symlink;
    let place = Place::chart("a: 1\n");
    place.write("outside.txt", "x");
    place.write("shop/charts/folder/Chart.yaml", "apiVersion: v2\nname: redis\nversion: 1.0.0\n");
    symlink("../../../outside.txt", place.path("shop/charts/folder/link.txt")).unwrap();
    let file = format!("file=ro {}", place.path("outside.txt").display());
    let parent = format!("chart:shop {file}");
    let denied = place.strict(&["--grant", &parent]);
    denied.is_denied("charts/folder/link.txt: chart:shop/redis may not use file");
    let both = place.strict(&["--grant", &parent, "--grant", &format!("chart:shop/redis {file}")]);
    assert_eq!(both.code, 0, "{both:?}");
    // A Chart.yaml that is a link is not read to learn who asks.
    std::fs::remove_file(place.path("shop/charts/folder/Chart.yaml")).unwrap();
    place.write("name.yaml", "apiVersion: v2\nname: shop/redis\nversion: 1.0.0\n");
    symlink("../../../name.yaml", place.path("shop/charts/folder/Chart.yaml")).unwrap();
    place.strict(&["--grant", "chart:shop file"]).is_denied("chart:shop/folder may not use file");
}

#[test]
fn a_subchart_that_redefines_its_parents_helper_cannot_use_its_parents_grant() {
    let place = Place::chart("a: {{ include \"shop.password\" . }}\n");
    place.write("shop/templates/a/b/c/_helpers.tpl", "{{ define \"shop.password\" }}harmless{{ end }}");
    place.write("shop/charts/redis/Chart.yaml", "apiVersion: v2\nname: redis\nversion: 1.0.0\n");
    for (text, question) in [
        ("{{ randAlphaNum 5 }}", "random (randAlphaNum)"),
        ("{{ now }}", "clock (now)"),
        ("{{ lookup \"v1\" \"Secret\" \"a\" \"b\" }}", "cluster (get v1/Secret a/b)"),
        ("{{ (genCA \"c\" 1).Cert | sha256sum }}", "keygen (genCA)"),
        ("{{ tpl \"{{ uuidv4 }}\" . }}", "random (uuidv4)"),
    ] {
        let helper = format!("{{{{ define \"shop.password\" }}}}{text}{{{{ end }}}}");
        place.write("shop/charts/redis/templates/_x.tpl", helper);
        let parents = ["random", "clock", "cluster", "keygen", "timezone", "dns"];
        let parents: Vec<String> = parents.iter().map(|word| format!("chart:shop {word}")).collect();
        let grants: Vec<&str> = parents.iter().flat_map(|grant| ["--grant", grant.as_str()]).collect();
        let denied = place.strict(&grants);
        denied.is_denied(&format!("chart:shop/redis may not use {question}"));
        denied.is_denied("shop/charts/redis/templates/_x.tpl:1:");
        let pasted: Vec<String> = parents.iter().map(|grant| format!("--grant '{grant}'")).collect();
        let both = place.strict_with_pasted(&format!("{} {}", pasted.join(" "), denied.offered()));
        assert_eq!(both.code, 0, "{text}: {both:?}");
        // Without the parent's grant, the subchart's is of no use.
        let alone = place.strict_with_pasted(denied.offered());
        assert_eq!(alone.code, 10, "{text}: {alone:?}");
    }
}

const RANDOM: &str = "a: {{ randAlphaNum 5 }}\n";

#[test]
fn profile_and_grants_files_come_from_flags_variables_and_the_users_own_folder() {
    let mut place = Place::chart(RANDOM);
    assert_eq!(place.run(&["template", "r", "shop"]).code, 0);
    place.set("PINTLE_PROFILE", "strict");
    assert_eq!(place.run(&["template", "r", "shop"]).code, 10);
    // A flag beats the variable.
    assert_eq!(place.run(&["template", "r", "shop", "--profile", "helm"]).code, 0);

    place
        .write("home/.config/helm/pintle/grants.yaml", grants("actors: {\"chart:shop\": {grant: [random]}}"));
    assert_eq!(place.run(&["template", "r", "shop"]).code, 0);
    place.set("HELM_CONFIG_HOME", place.path("other").to_str().unwrap());
    assert_eq!(place.run(&["template", "r", "shop"]).code, 10);
    place.write("other/pintle/grants.yaml", grants("actors: {\"chart:shop\": {grant: [random]}}"));
    assert_eq!(place.run(&["template", "r", "shop"]).code, 0);

    std::fs::remove_file(place.path("other/pintle/grants.yaml")).unwrap();
    place.write("a.yaml", grants("actors: {\"chart:shop\": {grant: [clock]}}"));
    place.write("b.yaml", grants("actors: {\"chart:shop\": {grant: [random]}}"));
    place.set("PINTLE_GRANTS", "a.yaml");
    assert_eq!(place.run(&["template", "r", "shop"]).code, 10);
    place.set("PINTLE_GRANTS", "a.yaml:b.yaml");
    assert_eq!(place.run(&["template", "r", "shop"]).code, 0);
    place.set("PINTLE_GRANTS", "");
    assert_eq!(place.run(&["template", "r", "shop", "--grants", "b.yaml"]).code, 0);

    // A file's profile counts when neither flag nor variable names one.
    place.set("PINTLE_PROFILE", "");
    assert_eq!(place.run(&["template", "r", "shop"]).code, 0);
    place.write("strict.yaml", grants("profile: strict\n"));
    assert_eq!(place.run(&["template", "r", "shop", "--grants", "strict.yaml"]).code, 10);
    assert_eq!(place.run(&["template", "r", "shop", "--grants", "strict.yaml", "--profile", "helm"]).code, 0);
}

#[test]
fn the_strongest_source_decides_and_a_deny_beats_every_grant() {
    let place = Place::chart("a: {{ lookup \"v1\" \"Secret\" \"ns\" \"tls\" }}\n");
    let narrow = |name: &str| {
        grants(&format!("actors: {{\"chart:shop\": {{grant: [{{cluster: {{names: [{name}]}}}}]}}}}"))
    };
    place.write("tls.yaml", narrow("tls"));
    place.write("other.yaml", narrow("other"));
    place.write("deny.yaml", grants("actors: {\"chart:*\": {deny: [cluster]}}"));
    assert_eq!(place.strict(&["--grants", "tls.yaml"]).code, 0);
    // The file named later replaces what the earlier one gave; a flag replaces both.
    let later = place.strict(&["--grants", "tls.yaml", "--grants", "other.yaml"]);
    later.is_denied("outside what other.yaml:3 grants");
    assert_eq!(place.strict(&["--grants", "other.yaml", "--grants", "tls.yaml"]).code, 0);
    let flag = place.strict(&["--grants", "tls.yaml", "--grant", "chart:shop cluster=get v1/ConfigMap"]);
    flag.is_denied("outside what --grant 'chart:shop cluster=get v1/ConfigMap' grants");
    for profile in ["helm", "strict"] {
        let denied = place.run(&[
            "template",
            "r",
            "shop",
            "--profile",
            profile,
            "--grants",
            "deny.yaml",
            "--grant",
            "chart:shop cluster",
        ]);
        denied.is_denied("denied by deny.yaml:3");
        denied.is_denied("hint: the deny in deny.yaml:3 beats every grant");
    }
}

#[test]
fn what_cannot_be_understood_is_refused_with_the_nearest_known_word() {
    let place = Place::chart("a: 1\n");
    for (file, words) in [
        ("kind: Grants\n", "grants file g.yaml, line 1: `apiVersion: pintle.dev/v1alpha1` is missing"),
        (&*grants("actor: {}\n"), "line 3: unknown key `actor` in the grants file, did you mean `actors`?"),
        (
            &*grants("actors:\n  chart:shop:\n    grant: [randon]\n"),
            "line 5: unknown capability `randon`, did you mean `random`?",
        ),
        (
            &*grants("actors:\n  chart:shop:\n    grants: [random]\n"),
            "line 5: unknown key `grants` in chart:shop, did you mean `grant`?",
        ),
        (
            &*grants("actors:\n  chart:shop:\n    grant:\n    - cluster: {verb: [get]}\n"),
            "line 6: unknown key `verb` in cluster, did you mean `verbs`?",
        ),
        (&*grants("profile: strickt\n"), "line 3: unknown profile `strickt`, did you mean `strict`?"),
        (
            &*grants("actors:\n  charts:shop:\n    grant: [random]\n"),
            "line 4: unknown kind of actor `charts`, did you mean `chart`?",
        ),
        (&*grants("actors:\n  chart:shop: {}\n  chart:shop: {}\n"), "chart:shop"),
        ("a: [\n", "cannot read grants file g.yaml: "),
    ] {
        place.write("g.yaml", file);
        let refused = place.run(&["template", "r", "shop", "--grants", "g.yaml"]);
        assert_eq!((refused.code, refused.out.as_str()), (1, ""), "{file}: {refused:?}");
        assert!(refused.err.contains(words), "{words:?} in {refused:?}");
    }
    for (arguments, words) in [
        (
            ["--grant", "chart:shop clok"],
            "--grant 'chart:shop clok': unknown capability `clok`, did you mean `clock`?",
        ),
        (["--grant", "shop clock"], "actor `shop` is not `KIND:NAME`, as in `chart:shop`"),
        (["--grant", "chart:shop"], "a grant is `ACTOR CAPABILITY` or `ACTOR CAPABILITY=SCOPE`"),
        (["--grant", "chart:shop random=x"], "takes no scope"),
        (["--profile", "stric"], "--profile stric: unknown profile `stric`, did you mean `strict`?"),
        (["--grants", "none.yaml"], "cannot read grants file none.yaml: no such file or directory"),
        (["--grants", "shop"], "cannot read grants file shop: is a directory"),
    ] {
        let refused = place.run(&["template", "r", "shop", arguments[0], arguments[1]]);
        assert_eq!((refused.code, refused.out.as_str()), (1, ""), "{arguments:?}: {refused:?}");
        assert!(refused.err.contains(words), "{words:?} in {refused:?}");
    }
    let mut place = place;
    for (name, value) in [("PINTLE_PROFILE", "none"), ("PINTLE_GRANTS", "none.yaml")] {
        place.set(name, value);
        assert_eq!(place.run(&["template", "r", "shop"]).code, 1, "{name}");
        place.set(name, "");
    }
}

#[test]
fn the_audit_list_has_every_question_of_a_run_that_succeeds_and_of_one_that_fails() {
    let place = Place::chart("a: {{ randAlphaNum 5 }}\nb: {{ now | toString | quote }}\n");
    assert_eq!(place.run(&["template", "r", "shop", "--audit", "audit.jsonl"]).code, 0);
    let read = || -> Vec<serde_json::Value> {
        let text = std::fs::read_to_string(place.path("audit.jsonl")).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let asked: Vec<String> =
        read().iter().map(|line| format!("{} {}", line["capability"], line["scope"])).collect();
    assert_eq!(asked, [r#""random" "randAlphaNum""#, r#""timezone" "now""#, r#""clock" "now""#]);
    for line in read() {
        assert_eq!((&line["actor"], &line["by"]), (&"chart:shop".into(), &"profile helm".into()), "{line}");
        assert!(line["time"].as_str().is_some_and(|time| time.ends_with('Z')), "{line}");
    }
    // The next run appends.
    assert_eq!(place.strict(&["--audit", "audit.jsonl"]).code, 10);
    let lines = read();
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[3]["outcome"], "denied");
    assert_eq!(lines[3]["lacking"], "chart:shop");
    let on_stderr = place.strict(&["--audit", "-", "--grant", "chart:shop clock"]);
    assert!(on_stderr.err.starts_with("{\"time\":"), "{on_stderr:?}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(place.path("audit.jsonl")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    // What cannot be recorded does not happen.
    let refused = place.run(&["template", "r", "shop", "--audit", "none/audit.jsonl"]);
    assert_eq!((refused.code, refused.out.as_str()), (1, ""));
    assert!(refused.err.contains("cannot write audit file none/audit.jsonl"), "{refused:?}");
    let mut place = place;
    place.set("PINTLE_AUDIT", "by-variable.jsonl");
    place.run(&["template", "r", "shop"]);
    assert!(place.path("by-variable.jsonl").exists());
}

/// A chart whose schema refers to something else.
fn referring(reference: &str) -> Place {
    let place = Place::chart("a: {{ .Values.a }}\n");
    place.write("shop/values.yaml", "a: 1");
    place.write("shop/values.schema.json", format!("{{\"$ref\": \"{reference}\"}}"));
    place.write("out side/schema.json", r#"{"properties": {"a": {"type": "string"}}}"#);
    place
}

#[test]
fn a_schema_outside_the_chart_is_read_under_helm_and_asked_for_under_strict() {
    let place = referring("");
    let url = format!("file://{}/out%20side/schema.json", place.root().display());
    place.write("shop/values.schema.json", format!("{{\"$ref\": \"{url}\"}}"));
    // Helm: the file is read, and its rules hold.
    let helm = place.run(&["template", "r", "shop"]);
    assert_eq!(helm.code, 1, "{helm:?}");
    assert!(helm.err.ends_with("shop:\n- at '/a': got number, want string\n\n"), "{helm:?}");
    let denied = place.strict(&[]);
    denied.is_denied(&format!("chart:shop may not use schema-ref ({url}): not granted under profile strict"));
    let admitted = place.strict_with_pasted(denied.offered());
    assert_eq!((admitted.code, &admitted.err), (1, &helm.err));
    assert_eq!(place.strict(&["--grant", "chart:shop schema-ref=file:///srv/**"]).code, 10);
    let fitting = place.strict(&["--grant", &format!("chart:shop schema-ref={url}"), "--set-string", "a=x"]);
    assert_eq!(fitting.code, 0, "{fitting:?}");
    assert_eq!(place.strict(&["--skip-schema-validation"]).code, 0);
    // The audit list has it.
    place.strict(&["--audit", "audit.jsonl"]);
    let audit = std::fs::read_to_string(place.path("audit.jsonl")).unwrap();
    assert!(audit.contains("\"capability\":\"schema-ref\"") && audit.contains("\"denied\""), "{audit}");
}

#[cfg(unix)]
#[test]
fn a_schema_reference_is_judged_by_the_file_that_it_leads_to() {
    let place = referring("");
    place.write("granted/plain.json", "{}");
    std::os::unix::fs::symlink("../out side/schema.json", place.path("granted/link.json")).unwrap();
    let grant = format!("chart:shop schema-ref=file://{}/granted/**", place.root().display());
    for (path, code) in [
        ("granted/plain.json", 0),
        ("granted/link.json", 10),
        ("granted/../out%20side/schema.json", 10),
        ("granted/%2e%2e/out%20side/schema.json", 10),
        ("granted/none.json", 1),
    ] {
        let schema = format!("{{\"$ref\": \"file://{}/{path}\"}}", place.root().display());
        place.write("shop/values.schema.json", schema);
        let run = place.strict(&["--grant", &grant]);
        assert_eq!(run.code, code, "{path}: {run:?}");
    }
}

#[test]
fn a_subcharts_schema_asks_in_the_subcharts_name() {
    let place = Place::chart("a: 1\n");
    place.write("schema.json", "{}");
    let url = format!("file://{}/schema.json", place.root().display());
    place.write("shop/charts/redis/Chart.yaml", "apiVersion: v2\nname: redis\nversion: 1.0.0\n");
    place.write("shop/charts/redis/values.schema.json", format!("{{\"$ref\": \"{url}\"}}"));
    place.strict(&["--grant", "chart:shop schema-ref"]).is_denied("chart:shop/redis may not use schema-ref");
    let both = place.strict(&["--grant", "chart:shop schema-ref", "--grant", "chart:shop/redis schema-ref"]);
    assert_eq!(both.code, 0, "{both:?}");
}

#[test]
fn a_schema_of_the_network_is_refused_by_name_and_nothing_is_connected_to() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}/schema.json", listener.local_addr().unwrap());
    let place = referring(&url);
    let helm = place.run(&["template", "r", "shop"]);
    assert_eq!(helm.code, 1, "{helm:?}");
    let words = format!("failing loading \"{url}\": schemas cannot be fetched in this version of Pintle yet");
    assert!(helm.err.contains(&words), "{helm:?}");
    let denied = place.strict(&[]);
    denied.is_denied(&format!("chart:shop may not use schema-ref ({url})"));
    assert_eq!(place.strict_with_pasted(denied.offered()).err, helm.err);
    assert!(listener.accept().is_err());
}

#[test]
fn a_folder_or_a_device_is_no_schema() {
    let place = referring("");
    let folder = place.root();
    for path in [folder.as_path(), Path::new("/dev/zero")] {
        place.write("shop/values.schema.json", format!("{{\"$ref\": \"file://{}\"}}", path.display()));
        let refused = place.run(&["template", "r", "shop"]);
        assert_eq!(refused.code, 1, "{refused:?}");
        assert!(refused.err.contains(&format!("read {}: ", path.display())), "{refused:?}");
    }
}
