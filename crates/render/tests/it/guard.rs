//! Charts that ask, with a host that answers from a script: what is denied, what admits it, and who is asked.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use chart::load::{self, FollowAll};
use chart::schema::NoReferences;
use chart::values::{FileReader, ValueSource};
use chart::{Rules, Versions};
use govalue::{Map, Value};
use guard::{Guard, Permit, Policy, Profile, Provenance, Question, Record};
use pintle_render::{
    Capabilities, Host, KeyAnswer, KeyRequest, Moment, ReleaseOptions, RenderError, RenderOptions, execute,
};

/// Any version is fine here.
struct AnyVersion;

impl Versions for AnyVersion {
    fn valid(&self, _: &str) -> bool {
        true
    }
    fn matches(&self, _: &str, _: &str) -> Result<bool, String> {
        Ok(true)
    }
}

/// Answers the same every time, and remembers what it was asked.
#[derive(Clone, Default)]
struct Script(Rc<RefCell<Vec<String>>>);

impl Script {
    fn note(&self, what: &str, permit: Permit) {
        self.0.borrow_mut().push(format!("{what} {}", permit.question().scope_text()));
    }
}

impl Host for Script {
    fn now(&mut self, permit: Permit) -> Moment {
        self.note("now", permit);
        Moment { seconds: 1_795_233_906, nanos: 0 }
    }
    fn local_zone(&mut self, permit: Permit) -> String {
        self.note("zone", permit);
        "Asia/Tokyo".to_owned()
    }
    fn random(&mut self, permit: Permit, buffer: &mut [u8]) -> Result<(), String> {
        self.note("random", permit);
        for (i, byte) in buffer.iter_mut().enumerate() {
            *byte = (i * 37 + 11) as u8;
        }
        Ok(())
    }
    fn keys(&mut self, permit: Permit, request: &KeyRequest<'_>) -> Result<KeyAnswer, String> {
        self.note("keys", permit);
        Ok(match request {
            KeyRequest::PrivateKey(_) | KeyRequest::Bcrypt(_) | KeyRequest::Htpasswd { .. } => {
                KeyAnswer::Text("a key".to_owned())
            }
            _ => KeyAnswer::Certificate { cert: "a cert".to_owned(), key: "its key".to_owned() },
        })
    }
    fn lookup(&mut self, permit: Permit, _: &str, _: &str, _: &str, _: &str) -> Result<Value, String> {
        self.note("lookup", permit);
        Ok(Value::Map(Map::from_iter([("found", "yes")])))
    }
    fn resolve_host(&mut self, permit: Permit, _: &str) -> Result<Vec<String>, String> {
        self.note("dns", permit);
        Ok(vec!["192.0.2.1".to_owned()])
    }
}

struct UserValues<'a>(&'a str);

impl FileReader for UserValues<'_> {
    fn read(&mut self, _: &str) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
        Ok(self.0.as_bytes().to_vec())
    }
}

/// What a render gave.
struct Outcome {
    files: Result<BTreeMap<String, Vec<u8>>, RenderError>,
    records: Vec<Record>,
    asked: Vec<String>,
}

impl Outcome {
    fn text(&self, path: &str) -> String {
        match &self.files {
            Ok(files) => String::from_utf8_lossy(&files[path]).trim().to_owned(),
            Err(error) => panic!("{error}"),
        }
    }

    fn denial(&self) -> &guard::Denial {
        match &self.files {
            Ok(files) => panic!("rendered: {files:?}"),
            Err(error) => error.denial().unwrap_or_else(|| panic!("another failure: {error}")),
        }
    }

    fn error(&self) -> String {
        match &self.files {
            Ok(files) => panic!("rendered: {files:?}"),
            Err(error) => error.to_string(),
        }
    }

    /// The grants that the denial prints, as a shell would hand them over.
    fn printed_grants(&self) -> Vec<String> {
        let flags = self.denial().flags();
        assert!(!flags.is_empty(), "no flag grants {}", self.denial());
        flags
            .iter()
            .map(|flag| {
                let quoted = flag.strip_prefix("--grant '").and_then(|flag| flag.strip_suffix('\''));
                quoted.unwrap_or_else(|| panic!("{flag}")).replace("'\\''", "'")
            })
            .collect()
    }
}

/// A chart of these files, `Chart.yaml`s filled in where there is none.
fn render_with(files: &[(&str, &str)], user: &str, policy: guard::Builder) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let mut written = BTreeMap::new();
    for (path, text) in files {
        written.insert((*path).to_owned(), (*text).to_owned());
        // Each `charts/NAME/` on the way is a chart too.
        let steps: Vec<&str> = path.split('/').collect();
        let ends =
            (0..steps.len()).filter(|&end| end == 0 || steps[end - 1] == "charts").map(|end| (end, end + 1));
        for (end, after) in ends {
            let (prefix, name) = if end == 0 {
                (String::new(), "shop")
            } else {
                (format!("{}/", steps[..after].join("/")), steps[end])
            };
            if end > 0 && after == steps.len() {
                continue;
            }
            let text = format!("apiVersion: v2\nname: {name}\nversion: 1.0.0\n");
            written.entry(format!("{prefix}Chart.yaml")).or_insert(text);
        }
    }
    for (path, text) in written {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let mut outside = FollowAll;
    let chart = load::directory(folder.path(), &mut load::Context::new(&AnyVersion, &mut outside)).unwrap();
    let values =
        chart::values::merge(&[ValueSource::File("user".to_owned())], &mut UserValues(user)).unwrap();
    let mut references = NoReferences;
    let rules = Rules { versions: &AnyVersion, schema: Some(&mut references) };
    let resolved = chart.resolve(&values, rules, &mut Vec::new()).unwrap();
    let options = RenderOptions {
        release: ReleaseOptions {
            name: "r".to_owned(),
            namespace: "default".to_owned(),
            is_upgrade: false,
            is_install: true,
            revision: 1,
        },
        capabilities: Capabilities::default(),
        enable_dns: false,
        lookup: true,
        subchart_notes: false,
        lint: false,
        budget: gotmpl::Budget::default(),
        templates: pintle_render::TEMPLATES,
        threads: 2,
        ahead: None,
        on_behalf_of: None,
    };
    let script = Script::default();
    let guard = Guard::new(policy.build());
    let mut rendered = execute(&resolved, options, Box::new(script.clone()), guard, &Provenance::Local);
    Outcome {
        files: rendered
            .files
            .map(|all| all.files.into_iter().map(|(path, text)| (path, text.into())).collect()),
        records: rendered.guard.take_records(),
        asked: script.0.take(),
    }
}

fn strict(grants: &[&str]) -> guard::Builder {
    let start = Policy::builder().profile(Profile::Strict);
    grants.iter().fold(start, |builder, grant| builder.flag(grant).unwrap())
}

fn render(files: &[(&str, &str)], grants: &[&str]) -> Outcome {
    render_with(files, "", strict(grants))
}

/// A template that asks, the capability it needs, and what a record calls the question.
const ASKING: &[(&str, &str, &str)] = &[
    ("now | unixEpoch", "clock", "now"),
    ("now | toString", "clock", "now"),
    ("date \"2006\" .Values.nothing", "clock", "date"),
    ("date \"2006\" \"no time\"", "clock", "date"),
    ("dateInZone \"2006\" \"\" \"UTC\"", "clock", "dateInZone"),
    ("date_in_zone \"2006\" (dict) \"UTC\"", "clock", "date_in_zone"),
    ("htmlDate \"\"", "clock", "htmlDate"),
    ("htmlDateInZone nil \"UTC\"", "clock", "htmlDateInZone"),
    ("ago (toDate \"2006\" \"2020\")", "clock", "ago"),
    ("ago \"no time\"", "clock", "ago"),
    ("durationRound (toDate \"2006\" \"2020\")", "clock", "durationRound"),
    ("randAlpha 5", "random", "randAlpha"),
    ("randAlphaNum 5", "random", "randAlphaNum"),
    ("randAscii 5", "random", "randAscii"),
    ("randNumeric 5", "random", "randNumeric"),
    ("randBytes 5", "random", "randBytes"),
    ("randInt 1 9", "random", "randInt"),
    ("shuffle \"abc\"", "random", "shuffle"),
    ("uuidv4", "random", "uuidv4"),
    ("encryptAES \"0123456789abcdef\" \"x\"", "keygen", "encryptAES"),
    ("bcrypt \"p\"", "keygen", "bcrypt"),
    ("htpasswd \"u\" \"p\"", "keygen", "htpasswd"),
    ("genPrivateKey \"rsa\"", "keygen", "genPrivateKey"),
    ("genCA \"c\" 1", "keygen", "genCA"),
    ("genCAWithKey \"c\" 1 \"k\"", "keygen", "genCAWithKey"),
    ("genSelfSignedCert \"c\" nil nil 1", "keygen", "genSelfSignedCert"),
    ("genSelfSignedCertWithKey \"c\" nil nil 1 \"k\"", "keygen", "genSelfSignedCertWithKey"),
    ("genSignedCert \"c\" nil nil 1 (buildCustomCert \"a\" \"b\")", "keygen", "buildCustomCert"),
    ("genSignedCertWithKey \"c\" nil nil 1 (genCA \"c\" 1) \"k\"", "keygen", "genCA"),
    ("lookup \"v1\" \"Secret\" \"ns\" \"tls\"", "cluster", "get v1/Secret ns/tls"),
    ("lookup \"v1\" \"Secret\" \"ns\" \"\"", "cluster", "list v1/Secret ns"),
    ("lookup \"v1\" \"Secret\" \"\" \"\"", "cluster", "list v1/Secret"),
    ("lookup \"apps/v1\" \"Deployment\" \"a b'c\" \"x*\"", "cluster", "get apps/v1/Deployment a b'c/x*"),
    ("getHostByName \"db.example.com\"", "dns", "db.example.com"),
];

fn asking(expression: &str) -> [(&'static str, String); 2] {
    [
        ("templates/a.yaml", format!("one: 1\ntwo: {{{{ {expression} }}}}\n")),
        ("templates/_none.tpl", String::new()),
    ]
}

fn render_expression(expression: &str, policy: guard::Builder) -> Outcome {
    let files = asking(expression);
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    render_with(&files, "", policy)
}

#[test]
fn every_question_is_denied_under_strict_with_its_place_and_the_host_is_not_asked() {
    for (expression, capability, scope) in ASKING {
        let outcome = render_expression(expression, strict(&[]));
        let error = outcome.error();
        assert!(error.contains("shop/templates/a.yaml:2:"), "{expression}: {error}");
        let words =
            format!("chart:shop may not use {capability} ({scope}): not granted under profile strict");
        assert!(error.contains(&words), "{expression}: {error}");
        assert!(outcome.asked.is_empty(), "{expression}: {:?}", outcome.asked);
        let denied = outcome.records.iter().filter(|record| !record.is_allowed());
        assert!(denied.clone().any(|record| record.question.scope_text() == *scope), "{expression}");
    }
}

#[test]
fn the_printed_grant_admits_the_question_and_no_other_one_does() {
    for (expression, capability, _) in ASKING {
        let printed = render_expression(expression, strict(&[])).printed_grants();
        let printed: Vec<&str> = printed.iter().map(String::as_str).collect();
        let outcome = render_expression(expression, strict(&printed));
        assert!(outcome.files.is_ok(), "{expression} with {printed:?}: {:?}", outcome.files);
        assert!(!outcome.asked.is_empty(), "{expression}");
        let others = ["clock", "random", "keygen", "cluster", "dns", "file", "timezone", "schema-ref"];
        let others: Vec<String> = others
            .iter()
            .filter(|other| *other != capability)
            .map(|other| format!("chart:shop {other}"))
            .collect();
        let others: Vec<&str> = others.iter().map(String::as_str).collect();
        let outcome = render_expression(expression, strict(&others));
        assert_eq!(outcome.denial().capability().word(), *capability, "{expression} with {others:?}");
        let elsewhere: Vec<String> =
            ["chart:shop/redis", "chart:shop2", "chart:sho", "chart:*/shop", "plugin:shop", "policy:shop"]
                .iter()
                .map(|actor| format!("{actor} {capability}"))
                .collect();
        let elsewhere: Vec<&str> = elsewhere.iter().map(String::as_str).collect();
        assert!(render_expression(expression, strict(&elsewhere)).asked.is_empty(), "{expression}");
    }
}

#[test]
fn a_narrow_grant_covers_only_what_it_says() {
    for (expression, grant, fits) in [
        ("lookup \"v1\" \"Secret\" \"ns\" \"tls\"", "chart:shop cluster=get v1/Secret ns/tls", true),
        ("lookup \"v1\" \"Secret\" \"ns\" \"other\"", "chart:shop cluster=get v1/Secret ns/tls", false),
        ("lookup \"v1\" \"Secret\" \"ns\" \"\"", "chart:shop cluster=get,list v1/Secret ns/tls", false),
        ("lookup \"v1\" \"Secret\" \"\" \"\"", "chart:shop cluster=list v1/Secret ns", false),
        ("lookup \"v1\" \"ConfigMap\" \"ns\" \"tls\"", "chart:shop cluster=get v1/Secret ns/tls", false),
        ("getHostByName \"db.example.com\"", "chart:shop dns=*.example.com", true),
        ("getHostByName \"a.db.example.com\"", "chart:shop dns=*.example.com", false),
        ("getHostByName \"db.example.com.evil.test\"", "chart:shop dns=*.example.com", false),
        ("now", "chart:shop clock=coarse", false),
    ] {
        let outcome = render_expression(expression, strict(&[grant]));
        assert_eq!(outcome.files.is_ok(), fits, "{expression} with {grant}");
        assert_eq!(!outcome.asked.is_empty(), fits, "{expression} with {grant}");
    }
}

#[test]
fn the_local_zone_is_utc_until_it_is_granted() {
    let expression = "date \"15:04 MST\" (toDate \"2006-01-02 15:04 MST\" \"2026-01-02 03:04 UTC\")";
    let without = render_expression(expression, strict(&[]));
    assert_eq!(without.text("shop/templates/a.yaml"), "one: 1\ntwo: 03:04 UTC");
    assert!(without.asked.is_empty());
    let denied = without.records.iter().find(|record| !record.is_allowed()).unwrap();
    assert_eq!(denied.question, Question::timezone("toDate"));
    let with = render_expression(expression, strict(&["chart:shop timezone"]));
    assert_eq!(with.text("shop/templates/a.yaml"), "one: 1\ntwo: 12:04 JST");
    // `Local` by name is the same question; any other zone is none.
    for (zone, grant, expected) in [
        ("Local", "chart:shop random", "00:00"),
        ("Local", "chart:shop timezone", "09:00"),
        ("Asia/Kolkata", "chart:shop random", "05:30"),
    ] {
        let outcome = render_expression(&format!("dateInZone \"15:04\" 0 {zone:?}"), strict(&[grant]));
        assert_eq!(outcome.text("shop/templates/a.yaml"), format!("one: 1\ntwo: {expected}"), "{zone}");
        assert_eq!(outcome.records.len(), usize::from(zone == "Local"), "{zone}");
    }
}

#[test]
fn there_is_no_way_to_the_environment() {
    for profile in [Profile::Helm, Profile::Strict] {
        for function in ["env \"HOME\"", "expandenv \"$HOME\""] {
            let outcome = render_expression(function, Policy::builder().profile(profile));
            let name = function.split(' ').next().unwrap();
            assert!(outcome.error().contains(&format!("function \"{name}\" not defined")), "{function}");
        }
    }
}

#[test]
fn dns_is_empty_under_helm_until_it_is_switched_on_or_granted() {
    let expression = "getHostByName \"db.example.com\"";
    let helm = render_expression(expression, Policy::builder());
    assert_eq!(helm.text("shop/templates/a.yaml"), "one: 1\ntwo:");
    assert!(helm.asked.is_empty());
    assert!(!helm.records[0].is_allowed());
    let granted = Policy::builder().flag("chart:shop dns=db.example.com").unwrap();
    assert_eq!(
        render_expression(expression, granted).text("shop/templates/a.yaml"),
        "one: 1\ntwo: 192.0.2.1"
    );
}

#[test]
fn the_same_answers_give_the_same_bytes() {
    let all: String = ASKING
        .iter()
        .filter(|(expression, ..)| !expression.contains("buildCustomCert"))
        .enumerate()
        .map(|(i, (expression, ..))| format!("k{i}: {{{{ {expression} | toString | quote }}}}\n"))
        .collect();
    let files = [("templates/a.yaml", all.as_str()), ("charts/redis/templates/b.yaml", all.as_str())];
    let grants: Vec<String> = ["clock", "random", "keygen", "cluster", "dns", "timezone"]
        .iter()
        .flat_map(|capability| [format!("chart:shop {capability}"), format!("chart:shop/redis {capability}")])
        .collect();
    let grants: Vec<&str> = grants.iter().map(String::as_str).collect();
    let first = render(&files, &grants);
    let second = render(&files, &grants);
    assert_eq!(first.files.as_ref().unwrap(), second.files.as_ref().unwrap());
    assert_eq!(first.asked, second.asked);
    let lines = |outcome: &Outcome| outcome.records.iter().map(Record::to_json).collect::<Vec<_>>();
    assert_eq!(lines(&first), lines(&second));
    // Every answer has its record, and every record its answer.
    assert_eq!(first.asked.len(), first.records.len());
}

/// The subchart's file lies no deeper than the parent's, so that its definition is parsed last and wins.
const REDEFINED: &[(&str, &str)] = &[
    ("templates/a/b/c/d/_helpers.tpl", "{{ define \"shop.password\" }}harmless{{ end }}"),
    ("charts/redis/templates/_x.tpl", "{{ define \"shop.password\" }}{{ randAlphaNum 5 }}{{ end }}"),
];

#[test]
fn a_subchart_that_redefines_its_parents_helper_has_not_its_parents_grant() {
    for (name, caller) in [
        ("include", "a: {{ include \"shop.password\" . }}"),
        ("template", "a: {{ template \"shop.password\" . }}"),
        ("tpl", "a: {{ tpl \"{{ include \\\"shop.password\\\" . }}\" . }}"),
        ("twice", "a: {{ include \"shop.outer\" . }}"),
    ] {
        let mut files = REDEFINED.to_vec();
        files.push(("templates/a/b/c/caller.yaml", caller));
        files.push((
            "templates/a/b/c/_outer.tpl",
            "{{ define \"shop.outer\" }}{{ include \"shop.password\" . }}{{ end }}",
        ));
        let outcome = render(&files, &["chart:shop random"]);
        assert!(outcome.asked.is_empty(), "{name}");
        let error = outcome.error();
        assert!(error.contains("chart:shop/redis may not use random (randAlphaNum)"), "{name}: {error}");
        assert!(error.contains("shop/charts/redis/templates/_x.tpl:1:"), "{name}: {error}");
        let record = outcome.records.iter().find(|record| !record.is_allowed()).unwrap();
        let stack: Vec<String> = record.stack.iter().map(ToString::to_string).collect();
        assert_eq!(stack, ["chart:shop", "chart:shop/redis"], "{name}");

        let both = render(&files, &["chart:shop random", "chart:shop/redis random"]);
        assert!(both.files.is_ok(), "{name}: {:?}", both.files);
        let alone = render(&files, &["chart:shop/redis random"]);
        assert!(alone.asked.is_empty() && alone.files.is_err(), "{name}");
    }
}

#[test]
fn a_subchart_may_not_take_the_place_of_its_parents_file() {
    let outcome = render(
        &[
            ("templates/a/b/c/d.yaml", "plain: 1"),
            (
                "charts/redis/templates/_x.tpl",
                "{{ define \"shop/templates/a/b/c/d.yaml\" }}{{ now }}{{ end }}",
            ),
        ],
        &["chart:shop clock"],
    );
    assert!(outcome.error().contains("chart:shop/redis may not use clock"), "{}", outcome.error());
    assert!(outcome.asked.is_empty());
}

#[test]
fn a_parent_gets_nothing_through_its_subchart() {
    let files = [
        ("templates/a.yaml", "a: {{ include \"redis.password\" . }}"),
        ("charts/redis/templates/_x.tpl", "{{ define \"redis.password\" }}{{ randAlphaNum 5 }}{{ end }}"),
    ];
    let outcome = render(&files, &["chart:shop/redis random"]);
    assert!(outcome.asked.is_empty());
    assert_eq!(outcome.denial().actor().unwrap().to_string(), "chart:shop");
    // Nor does the subchart by itself: it has no more than the chart above it.
    let files = [("charts/redis/templates/x.yaml", "a: {{ randAlphaNum 5 }}")];
    let outcome = render(&files, &["chart:shop/redis random"]);
    assert!(outcome.asked.is_empty());
    let error = outcome.error();
    assert!(error.contains("chart:shop may not use random"), "{error}");
    assert!(error.contains("chart:shop/redis can have no more than the chart above it"), "{error}");
    let printed = outcome.printed_grants();
    assert_eq!(printed, ["chart:shop random"]);
    let both = render(&files, &["chart:shop/redis random", "chart:shop random"]);
    assert!(both.files.is_ok());
}

#[test]
fn a_subchart_gets_nothing_through_its_parents_helper() {
    let files = [
        ("templates/_helpers.tpl", "{{ define \"shop.password\" }}{{ randAlphaNum 5 }}{{ end }}"),
        ("charts/redis/templates/x.yaml", "a: {{ include \"shop.password\" . }}"),
    ];
    let outcome = render(&files, &["chart:shop random"]);
    assert!(outcome.asked.is_empty());
    assert!(outcome.error().contains("chart:shop/redis may not use random"), "{}", outcome.error());
}

#[test]
fn siblings_do_not_share_grants() {
    let files = [
        ("charts/redis/templates/x.yaml", "a: {{ include \"db.password\" . }}"),
        ("charts/db/templates/_x.tpl", "{{ define \"db.password\" }}{{ randAlphaNum 5 }}{{ end }}"),
    ];
    for grants in
        [["chart:shop random", "chart:shop/db random"], ["chart:shop random", "chart:shop/redis random"]]
    {
        let outcome = render(&files, &grants);
        assert!(outcome.asked.is_empty() && outcome.files.is_err(), "{grants:?}");
    }
    assert!(render(&files, &["chart:shop random", "chart:shop/* random"]).files.is_ok());
}

/// Ways in which a text that a subchart wrote reaches a `tpl` of its parent.
const SMUGGLED: &[(&str, &[(&str, &str)])] = &[
    (
        "its default values",
        &[
            ("templates/a.yaml", "a: {{ tpl .Values.redis.text . }}"),
            ("charts/redis/values.yaml", "text: '{{ randAlphaNum 5 }}'"),
        ],
    ),
    (
        "a part of its default values",
        &[
            ("templates/a.yaml", "{{ tpl (toYaml .Values.redis) . }}"),
            ("charts/redis/values.yaml", "list: ['{{ randAlphaNum 5 }}']"),
        ],
    ),
    (
        "values that it exports",
        &[
            (
                "Chart.yaml",
                "apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies:\n- {name: redis, version: 1.0.0, import-values: [lent]}\n",
            ),
            ("templates/a.yaml", "a: {{ tpl .Values.text . }}"),
            ("charts/redis/values.yaml", "exports: {lent: {text: '{{ randAlphaNum 5 }}'}}"),
        ],
    ),
    (
        "what its helper prints",
        &[
            ("templates/a.yaml", "a: {{ tpl (include \"redis.text\" .) . }}"),
            (
                "charts/redis/templates/_x.tpl",
                "{{ define \"redis.text\" }}{{ \"{{ randAlphaNum 5 }}\" }}{{ end }}",
            ),
        ],
    ),
    (
        "what it sets where its parent reads",
        &[
            ("templates/a.yaml", "a: {{ tpl .Release.text . }}"),
            ("charts/redis/templates/x.yaml", "{{ $_ := set .Release \"text\" \"{{ randAlphaNum 5 }}\" }}"),
        ],
    ),
    (
        "its files",
        &[
            ("templates/a.yaml", "a: {{ tpl (.Subcharts.redis.Files.Get \"text\") . }}"),
            ("charts/redis/text", "{{ randAlphaNum 5 }}"),
        ],
    ),
    (
        "a definition in a text",
        &[
            ("templates/a.yaml", "a: {{ tpl .Values.redis.text . }}"),
            (
                "charts/redis/values.yaml",
                "text: '{{ define \"x\" }}{{ randAlphaNum 5 }}{{ end }}{{ include \"x\" . }}'",
            ),
        ],
    ),
    (
        "a text in a text",
        &[
            ("templates/a.yaml", "a: {{ tpl .Values.redis.text . }}"),
            ("charts/redis/values.yaml", "text: '{{ tpl \"{{ randAlphaNum 5 }}\" . }}'"),
        ],
    ),
    (
        "a piece of an action",
        &[
            ("templates/a.yaml", "a: {{ tpl (printf \"{{ %s }}\" .Values.redis.function) . }}"),
            ("charts/redis/values.yaml", "function: randAlphaNum 5"),
        ],
    ),
    (
        "an action hidden behind a constant that the parent wrote",
        &[
            ("values.yaml", "note: '{{ \"}}\" }}'"),
            ("templates/a.yaml", "a: {{ tpl .Values.redis.text . }}"),
            ("charts/redis/values.yaml", "text: '{{ \"}}\" | cat (randAlphaNum 5) }}'"),
        ],
    ),
];

#[test]
fn a_text_by_a_subchart_has_not_the_grant_of_the_parent_that_executes_it() {
    for (name, files) in SMUGGLED {
        let outcome = render(files, &["chart:shop random"]);
        assert!(outcome.asked.is_empty(), "{name}: {:?}", outcome.asked);
        let error = outcome.error();
        assert!(error.contains("chart:shop/redis may not use random (randAlphaNum)"), "{name}: {error}");
        assert!(error.contains("the text given to tpl may be by any of the charts"), "{name}: {error}");
        assert_eq!(outcome.printed_grants(), ["chart:shop/redis random"], "{name}");
        let both = render(files, &["chart:shop random", "chart:shop/redis random"]);
        assert!(both.files.is_ok(), "{name}: {:?}", both.files);
        assert_eq!(both.asked.len(), 1, "{name}");
    }
}

#[test]
fn a_text_that_a_chart_or_its_user_wrote_needs_no_grant_of_its_subcharts() {
    let redis = ("charts/redis/values.yaml", "x: 1");
    let text = "'{{ randAlphaNum 5 }}'";
    let own_default = format!("text: {text}\ntable: {{list: [{text}]}}");
    for (name, template, values, user) in [
        ("a default", "a: {{ tpl .Values.text . }}", own_default.as_str(), ""),
        ("a table of defaults", "{{ tpl (toYaml .Values.table) . }}", own_default.as_str(), ""),
        ("a value of the user", "a: {{ tpl .Values.text . }}", "text: ''", own_default.as_str()),
        (
            "a user's value for the subchart",
            "a: {{ tpl .Values.redis.text . }}",
            "",
            "redis: {text: '{{ randAlphaNum 5 }}'}",
        ),
        ("a file", "a: {{ tpl (.Files.Get \"text\") . }}", "", ""),
        ("a constant", "a: {{ tpl \"{{ randAlphaNum 5 }}\" . }}", "", ""),
        (
            "a library of the chart",
            "a: {{ include \"redis.render\" (list .Values.text $) }}",
            own_default.as_str(),
            "",
        ),
    ] {
        let mut files = vec![redis, ("templates/a.yaml", template), ("values.yaml", values)];
        if name == "a file" {
            files.push(("text", "{{ randAlphaNum 5 }}"));
        }
        let mut grants = vec!["chart:shop random"];
        if name.contains("library") {
            files.push((
                "charts/redis/templates/_x.tpl",
                "{{ define \"redis.render\" }}{{ tpl (first .) (last .) }}{{ end }}",
            ));
            files.push(("charts/other/values.yaml", "x: 1"));
            grants.push("chart:shop/redis random");
        }
        let outcome = render_with(&files, user, strict(&grants));
        assert!(outcome.files.is_ok(), "{name}: {:?}", outcome.files);
        assert_eq!(outcome.asked, ["random randAlphaNum"], "{name}");
    }
}

#[test]
fn a_deny_beats_every_grant_and_holds_for_who_is_on_the_stack() {
    let files =
        REDEFINED.iter().copied().chain([("templates/a/b/c/x.yaml", "a: {{ include \"shop.password\" . }}")]);
    let files: Vec<(&str, &str)> = files.collect();
    use guard::{GrantsFile, Node};
    let actors = Node::map([("chart:shop/redis", Node::map([("deny", Node::seq([Node::text("random")]))]))]);
    let root = Node::map([
        ("apiVersion", Node::text("pintle.dev/v1alpha1")),
        ("kind", Node::text("Grants")),
        ("actors", actors),
    ]);
    let deny = GrantsFile::parse("deny.yaml", &root).unwrap();
    for profile in [Profile::Helm, Profile::Strict] {
        let policy = Policy::builder().profile(profile).file(deny.clone());
        let policy = policy.flag("chart:shop random").unwrap().flag("chart:shop/redis random").unwrap();
        let outcome = render_with(&files, "", policy);
        assert!(outcome.asked.is_empty());
        assert!(outcome.error().contains("denied by deny.yaml"), "{}", outcome.error());
        assert_eq!(outcome.denial().flags(), [""; 0]);
    }
}

#[test]
fn a_subchart_is_asked_by_its_alias() {
    let files = [
        (
            "Chart.yaml",
            "apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies:\n- {name: redis, version: 1.0.0, alias: cache}\n- {name: redis, version: 1.0.0, alias: queue}\n",
        ),
        ("charts/redis/templates/x.yaml", "a: {{ randAlphaNum 5 }}"),
    ];
    let outcome =
        render(&files, &["chart:shop random", "chart:shop/redis random", "chart:shop/cache random"]);
    assert_eq!(outcome.denial().actor().unwrap().to_string(), "chart:shop/queue");
    assert!(render(&files, &["chart:shop random", "chart:shop/* random"]).files.is_ok());
}
