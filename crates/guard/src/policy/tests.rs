use super::*;
use crate::actor::Provenance;
use crate::node::Node;

fn shop() -> Actor {
    Actor::chart("shop")
}

fn redis() -> Actor {
    shop().subchart("redis")
}

fn random() -> Question {
    Question::random("randAlphaNum")
}

fn secret(name: &str) -> Question {
    Question::Lookup {
        api_version: "v1".into(),
        kind: "Secret".into(),
        namespace: "shop".into(),
        name: name.into(),
    }
}

fn strict(flags: &[&str]) -> Policy {
    flags
        .iter()
        .fold(Policy::builder().profile(Profile::Strict), |builder, flag| builder.flag(flag).unwrap())
        .build()
}

fn words(items: &[&str]) -> Node {
    Node::seq(items.iter().map(|item| Node::text(*item)))
}

/// A file with one actor, granted and denied these words.
fn file(name: &str, actor: &str, grant: &[&str], deny: &[&str]) -> GrantsFile {
    let mut lists = Vec::new();
    for (key, list) in [("grant", grant), ("deny", deny)] {
        if !list.is_empty() {
            lists.push((key, words(list)));
        }
    }
    actors(name, [(actor, Node::map(lists))])
}

fn actors<'a>(name: &str, actors: impl IntoIterator<Item = (&'a str, Node)>) -> GrantsFile {
    let root = Node::map([
        ("apiVersion", Node::text("pintle.dev/v1alpha1")),
        ("kind", Node::text("Grants")),
        ("actors", Node::map(actors)),
    ]);
    GrantsFile::parse(name, &root).unwrap()
}

fn cluster_names(names: &[&str]) -> Node {
    Node::seq([Node::map([("cluster", Node::map([("names", words(names))]))])])
}

fn questions() -> Vec<Question> {
    vec![
        Question::clock("now"),
        Question::timezone("date"),
        random(),
        Question::keygen("genCA"),
        secret("tls"),
        Question::ResolveHost { name: "db.test".into() },
        Question::ReadOutside { path: "/etc/hosts".into() },
        Question::WriteOutside { path: "/etc/hosts".into() },
        Question::SchemaRef { url: "https://h.test/s.json".into() },
    ]
}

fn denied(policy: &Policy, stack: &[&Actor], question: Question) -> Denial {
    policy.decide(stack, &question).unwrap_err()
}

#[test]
fn the_helm_profile_gives_charts_what_helm_gives_except_dns() {
    let policy = Policy::builder().build();
    for question in questions() {
        let allowed = policy.decide(&[&redis()], &question);
        assert_eq!(allowed.is_ok(), question.capability() != Capability::Dns, "{question:?}");
    }
}

#[test]
fn enable_dns_counts_under_helm_and_not_under_strict() {
    let dns = Question::ResolveHost { name: "db.test".into() };
    let helm = Policy::builder().enable_dns(true).build();
    assert_eq!(helm.decide(&[&shop()], &dns), Ok(Origin::Option("--enable-dns")));
    let strict = Policy::builder().enable_dns(true).profile(Profile::Strict).build();
    assert!(strict.decide(&[&shop()], &dns).is_err());
}

#[test]
fn strict_denies_every_question_and_grants_it_with_the_line_it_prints() {
    for question in questions() {
        let policy = strict(&[]);
        let denial = denied(&policy, &[&shop(), &redis()], question.clone());
        let flags: Vec<String> = denial.flags();
        assert_eq!(flags.len(), 2, "{flags:?}");
        let texts: Vec<String> = flags
            .iter()
            .map(|flag| flag.trim_start_matches("--grant ").trim_matches('\'').to_owned())
            .collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let granted = strict(&texts);
        assert!(granted.decide(&[&shop(), &redis()], &question).is_ok(), "{texts:?}");
        for (i, _) in texts.iter().enumerate() {
            assert!(
                strict(&texts[i..=i]).decide(&[&shop(), &redis()], &question).is_err(),
                "one is not enough"
            );
        }
    }
}

#[test]
fn a_denial_is_one_clear_line_with_a_hint() {
    let denial = denied(&strict(&[]), &[&shop()], random());
    assert_eq!(
        denial.to_string(),
        "chart:shop may not use random (randAlphaNum): not granted under profile strict"
    );
    assert_eq!(
        denial.hint().unwrap(),
        "--grant 'chart:shop random', or in a grants file, under actors: \"chart:shop\": {grant: [random]}"
    );
    let denial = denied(&strict(&[]), &[&shop()], secret("tls"));
    assert_eq!(
        denial.to_string(),
        "chart:shop may not use cluster (get v1/Secret shop/tls): not granted under profile strict"
    );
    assert_eq!(denial.flags(), ["--grant 'chart:shop cluster=get v1/Secret shop/tls'"]);
    assert_eq!(
        denial.file_lines(),
        [
            "\"chart:shop\": {grant: [{cluster: {verbs: [get], kinds: [v1/Secret], namespaces: [shop], names: [tls]}}]}"
        ]
    );
}

#[test]
fn subchart_cannot_widen_parent_grants() {
    let policy = strict(&["chart:shop/redis random"]);
    let denial = denied(&policy, &[&redis()], random());
    assert_eq!(denial.actor(), Some(&shop()));
    assert_eq!(
        denial.to_string(),
        "chart:shop may not use random (randAlphaNum): not granted under profile strict, \
         and chart:shop/redis can have no more than the chart above it"
    );
    assert!(strict(&["chart:shop random", "chart:shop/redis random"]).decide(&[&redis()], &random()).is_ok());
}

#[test]
fn a_parents_grant_is_not_its_subcharts() {
    let denial = denied(&strict(&["chart:shop random"]), &[&redis()], random());
    assert_eq!(denial.actor(), Some(&redis()));
}

#[test]
fn every_chart_between_the_root_and_the_asker_counts() {
    let deep = redis().subchart("common");
    let policy = strict(&["chart:shop random", "chart:shop/redis/common random"]);
    assert_eq!(denied(&policy, &[&deep], random()).actor(), Some(&redis()));
}

#[test]
fn a_subchart_that_redefines_its_parents_helper_cannot_use_the_parents_grant() {
    // shop's template includes "shop.password"; redis has defined it anew, so redis's code runs in it.
    let policy = strict(&["chart:shop random"]);
    assert!(policy.decide(&[&shop()], &random()).is_ok());
    let denial = denied(&policy, &[&shop(), &redis()], random());
    assert_eq!(denial.actor(), Some(&redis()));
    assert_eq!(denial.asker(), Some(&redis()));
    assert_eq!(denial.flags(), ["--grant 'chart:shop/redis random'"]);
    // Nor does it help to call back into the parent's own helper from there.
    let denial = denied(&policy, &[&shop(), &redis(), &shop()], random());
    assert_eq!(denial.actor(), Some(&redis()));
    assert_eq!(denial.asker(), Some(&shop()));
}

#[test]
fn a_caller_that_lacks_the_grant_is_named_though_the_helpers_owner_has_it() {
    let (a, b) = (shop().subchart("a"), shop().subchart("b"));
    let policy = strict(&["chart:shop random", "chart:shop/b random"]);
    let denial = denied(&policy, &[&a, &b], random());
    assert_eq!(
        denial.to_string(),
        "chart:shop/a may not use random (randAlphaNum): not granted under profile strict, \
         and chart:shop/b asks in its name"
    );
}

#[test]
fn nobody_is_allowed_nothing() {
    let denial = denied(&Policy::builder().build(), &[], random());
    assert_eq!(denial.to_string(), "nobody may use random (randAlphaNum): no actor asks");
    assert_eq!(denial.hint(), None);
}

#[test]
fn a_deny_beats_any_grant_of_any_source() {
    let policy = Policy::builder()
        .file(file("user.yaml", "chart:shop", &[], &["random"]))
        .file(file("named.yaml", "chart:shop", &["random"], &[]))
        .flag("chart:shop random")
        .unwrap()
        .build();
    let denial = denied(&policy, &[&shop()], random());
    assert_eq!(denial.to_string(), "chart:shop may not use random (randAlphaNum): denied by user.yaml");
    assert_eq!(denial.hint().unwrap(), "the deny in user.yaml beats every grant");
    assert_eq!(denial.flags(), [""; 0]);
    // What is denied to the parent is denied to the subchart.
    assert_eq!(denied(&policy, &[&redis()], random()).actor(), Some(&shop()));
}

#[test]
fn a_deny_with_scope_takes_that_and_leaves_the_rest() {
    let block = Node::map([("deny", cluster_names(&["tls"]))]);
    let policy = Policy::builder().file(actors("g.yaml", [("chart:shop", block)])).build();
    assert!(policy.decide(&[&shop()], &secret("tls")).is_err());
    assert!(policy.decide(&[&shop()], &secret("other")).is_ok());
}

#[test]
fn a_deny_also_takes_what_cannot_be_told_apart() {
    let deny = Node::seq([Node::map([("file", Node::map([("host", Node::text("/etc"))]))])]);
    let policy =
        Policy::builder().file(actors("g.yaml", [("chart:shop", Node::map([("deny", deny)]))])).build();
    assert!(policy.decide(&[&shop()], &Question::ReadOutside { path: "/srv/../etc/shadow".into() }).is_err());
    assert!(policy.decide(&[&shop()], &Question::ReadOutside { path: "/srv/a".into() }).is_ok());
}

#[test]
fn a_stronger_source_replaces_the_scope_of_a_weaker_one() {
    let names = |names: &[&str]| Node::map([("grant", cluster_names(names))]);
    let weak = actors("user.yaml", [("chart:shop", names(&["a"]))]);
    let strong = actors("named.yaml", [("chart:shop", names(&["b"]))]);
    let both = Policy::builder().file(weak.clone()).file(strong).build();
    assert!(both.decide(&[&shop()], &secret("b")).is_ok());
    let denial = denied(&both, &[&shop()], secret("a"));
    assert_eq!(
        denial.to_string(),
        "chart:shop may not use cluster (get v1/Secret shop/a): outside what named.yaml grants"
    );
    // The weakest file already narrows what the profile gives, and a flag replaces the file.
    let narrowed = Policy::builder().file(weak.clone()).build();
    assert!(narrowed.decide(&[&shop()], &secret("b")).is_err());
    let flag = Policy::builder().file(weak).flag("chart:shop cluster=get v1/Secret shop/c").unwrap().build();
    assert!(flag.decide(&[&shop()], &secret("c")).is_ok());
    assert!(flag.decide(&[&shop()], &secret("a")).is_err());
    // Another capability of the same actor is left as it was.
    assert!(flag.decide(&[&shop()], &random()).is_ok());
}

#[test]
fn scopes_of_one_source_add_up() {
    let policy = strict(&["chart:shop dns=a.test", "chart:shop dns=b.test"]);
    for name in ["a.test", "b.test"] {
        assert!(policy.decide(&[&shop()], &Question::ResolveHost { name: name.into() }).is_ok());
    }
    assert!(policy.decide(&[&shop()], &Question::ResolveHost { name: "c.test".into() }).is_err());
}

#[test]
fn the_hint_for_a_narrow_file_keeps_what_the_file_gave() {
    let names = Node::map([("grant", cluster_names(&["a"]))]);
    let file = actors("user.yaml", [("chart:shop", names)]);
    let policy = Policy::builder().profile(Profile::Strict).file(file.clone()).build();
    let denial = denied(&policy, &[&shop()], secret("b"));
    let flags = denial.flags();
    assert_eq!(
        flags,
        [
            "--grant 'chart:shop cluster=get,list ** **/a'",
            "--grant 'chart:shop cluster=get v1/Secret shop/b'"
        ]
    );
    let mut builder = Policy::builder().profile(Profile::Strict).file(file);
    for flag in &flags {
        builder = builder.flag(flag.trim_start_matches("--grant ").trim_matches('\'')).unwrap();
    }
    let policy = builder.build();
    assert!(policy.decide(&[&shop()], &secret("a")).is_ok());
    assert!(policy.decide(&[&shop()], &secret("b")).is_ok());
}

#[test]
fn no_file_line_is_offered_where_a_flag_decides() {
    let denial =
        denied(&strict(&["chart:shop dns=a.test"]), &[&shop()], Question::ResolveHost { name: "b".into() });
    assert_eq!(denial.file_lines(), [""; 0]);
    assert_eq!(denial.hint().unwrap(), "--grant 'chart:shop dns=b'");
}

#[test]
fn the_profile_of_a_flag_beats_that_of_a_file() {
    let mut with_profile = file("g.yaml", "chart:x", &["clock"], &[]);
    with_profile.profile = Some(Profile::Strict);
    assert_eq!(Policy::builder().file(with_profile.clone()).build().profile(), Profile::Strict);
    let flag = Policy::builder().file(with_profile).profile(Profile::Helm).build();
    assert_eq!(flag.profile(), Profile::Helm);
    assert_eq!(Policy::builder().build().profile(), Profile::Helm);
}

#[test]
fn nothing_exceeds_the_ceiling() {
    let ceiling = file("/etc/pintle/ceiling.yaml", "chart:**", &["clock", "random"], &["random"]);
    let policy = Policy::builder().ceiling(ceiling).flag("chart:shop keygen").unwrap().build();
    assert!(policy.decide(&[&shop()], &Question::clock("now")).is_ok());
    for question in [random(), Question::keygen("genCA"), secret("tls")] {
        let denial = denied(&policy, &[&shop()], question);
        assert!(matches!(denial.missing()[0].reason, Reason::Ceiling(_)));
        assert_eq!(
            denial.hint().unwrap(),
            "the administrator's file /etc/pintle/ceiling.yaml does not allow it"
        );
    }
}

#[test]
fn the_ceiling_grants_nothing_by_itself() {
    let ceiling = file("c.yaml", "chart:**", &["clock"], &[]);
    let policy = Policy::builder().profile(Profile::Strict).ceiling(ceiling).build();
    assert!(policy.decide(&[&shop()], &Question::clock("now")).is_err());
}

#[test]
fn a_bare_name_matches_only_what_is_local() {
    let far = |source: &str| {
        shop().with_provenance(Provenance::Remote { source: Some(source.into()), signer: None, digest: None })
    };
    let bare = strict(&["chart:shop random"]);
    assert!(bare.decide(&[&shop()], &random()).is_ok());
    assert!(bare.decide(&[&far("oci://r.test/charts/shop")], &random()).is_err());

    let block = Node::map([
        ("from", Node::map([("source", Node::text("oci://r.test/charts/*"))])),
        ("grant", words(&["random"])),
    ]);
    let from =
        Policy::builder().profile(Profile::Strict).file(actors("g.yaml", [("chart:shop", block)])).build();
    assert!(from.decide(&[&far("oci://r.test/charts/shop")], &random()).is_ok());
    assert!(from.decide(&[&far("oci://evil.test/charts/shop")], &random()).is_err());
    assert!(from.decide(&[&far("oci://r.test/charts/a/shop")], &random()).is_err());
    assert!(from.decide(&[&shop()], &random()).is_err());
}

#[test]
fn every_field_of_from_must_fit() {
    let came = |signer: Option<&str>, digest: &str| {
        shop().with_provenance(Provenance::Remote {
            source: Some("oci://r.test/shop".into()),
            signer: signer.map(str::to_owned),
            digest: Some(digest.into()),
        })
    };
    let block = Node::map([
        ("from", Node::map([("signer", Node::text("ABCD")), ("digest", Node::text("sha256:1"))])),
        ("grant", words(&["random"])),
    ]);
    let policy =
        Policy::builder().profile(Profile::Strict).file(actors("g.yaml", [("chart:shop", block)])).build();
    assert!(policy.decide(&[&came(Some("ABCD"), "sha256:1")], &random()).is_ok());
    assert!(policy.decide(&[&came(Some("ABCD"), "sha256:2")], &random()).is_err());
    assert!(policy.decide(&[&came(None, "sha256:1")], &random()).is_err());
}

#[test]
fn a_deny_needs_no_proof_of_origin() {
    let far =
        shop().with_provenance(Provenance::Remote { source: Some("x".into()), signer: None, digest: None });
    let policy = Policy::builder().file(file("g.yaml", "chart:shop", &[], &["random"])).build();
    assert!(policy.decide(&[&far], &random()).is_err());
}

#[test]
fn a_chart_from_elsewhere_is_offered_a_file_line_and_no_flag() {
    let far = shop().with_provenance(Provenance::Remote {
        source: Some("oci://r.test/shop".into()),
        signer: None,
        digest: None,
    });
    let denial = denied(&strict(&[]), &[&far], random());
    assert_eq!(denial.flags(), [""; 0]);
    assert_eq!(
        denial.file_lines(),
        ["\"chart:shop\": {from: {source: \"oci://r.test/shop\"}, grant: [random]}"]
    );
}

#[test]
fn a_name_that_a_shell_or_a_pattern_would_act_on_is_quoted() {
    let question = |name: &str| Question::ResolveHost { name: name.into() };
    let denial = denied(&strict(&[]), &[&shop()], question("x'; rm -rf ~; '*"));
    assert_eq!(denial.flags(), [r"--grant 'chart:shop dns=x'\'';\ rm\ -rf\ ~;\ '\''\*'"]);
    let denial = denied(&strict(&[]), &[&shop()], question("a\u{1b}]0;\u{7}"));
    assert_eq!(denial.hint(), None);
    assert!(!denial.to_string().contains('\u{1b}'));
    let odd = Actor::chart("*");
    let denial = denied(&strict(&[]), &[&odd], random());
    assert_eq!(denial.flags(), [r"--grant 'chart:\* random'"]);
    assert!(strict(&[r"chart:\* random"]).decide(&[&odd], &random()).is_ok());
    assert!(strict(&[r"chart:\* random"]).decide(&[&shop()], &random()).is_err());
}

#[test]
fn a_question_longer_than_any_honest_one_is_denied() {
    let policy = Policy::builder().enable_dns(true).build();
    let denial = denied(&policy, &[&shop()], Question::ResolveHost { name: "a".repeat(9000) });
    assert_eq!(denial.missing()[0].reason, Reason::TooLong);
    assert!(denial.to_string().len() < 400);
}

#[test]
fn home_stands_for_the_users_folder() {
    let policy = |home: Option<&str>| {
        let builder = Policy::builder().profile(Profile::Strict).flag("chart:shop file=ro ~/shared").unwrap();
        home.into_iter().fold(builder, Builder::home).build()
    };
    let inside = Question::ReadOutside { path: "/home/me/shared/a".into() };
    assert!(policy(Some("/home/me/")).decide(&[&shop()], &inside).is_ok());
    assert!(policy(Some("/home/*")).decide(&[&shop()], &inside).is_err());
    assert!(policy(None).decide(&[&shop()], &inside).is_err());
}

#[test]
fn plugins_have_the_sandbox_and_policies_nothing() {
    let policy = Policy::builder().build();
    assert_eq!(policy.decide(&[&Actor::plugin("p")], &random()), Ok(Origin::Sandbox));
    assert!(policy.decide(&[&Actor::plugin("p")], &secret("tls")).is_err());
    assert!(policy.decide(&[&Actor::policy("p")], &random()).is_err());
    let denial = denied(&policy, &[&Actor::plugin("p")], secret("tls"));
    assert!(denial.to_string().ends_with("not granted under profile sandbox"));
}

#[test]
fn what_could_be_allowed_is_known_before_it_is_asked() {
    let gh = Actor::plugin("gh");
    let policy = |flag: &str| Policy::builder().flag(flag).unwrap().build();
    assert!(policy("plugin:gh cluster=get v1/Secret").could_allow(&gh, Capability::Cluster));
    assert!(!policy("plugin:gh cluster=get v1/Secret").could_allow(&gh, Capability::Release));
    assert!(!policy("plugin:other cluster").could_allow(&gh, Capability::Cluster));
    assert!(
        policy("plugin:other cluster").could_allow(&gh, Capability::Random),
        "every plugin has randomness"
    );
    let far = gh.with_provenance(Provenance::Remote { source: Some("x".into()), signer: None, digest: None });
    assert!(!policy("plugin:gh cluster").could_allow(&far, Capability::Cluster));
}

#[test]
fn a_plugin_has_streams_and_no_files_until_granted() {
    let gh = Actor::plugin("gh");
    let asks = |policy: &Policy, question: &Question| policy.decide(&[&gh], question).is_ok();
    let bare = Policy::default();
    assert!(asks(&bare, &Question::Stream(crate::question::Stream::Stdout)));
    assert!(asks(&bare, &Question::Config));
    for question in [
        Question::Http { method: "GET".into(), url: "https://a.test/".into(), address: None },
        Question::Env { name: "HOME".into() },
        Question::Environment,
        Question::Folders,
        Question::Tempdir { bytes: 1 },
        Question::Release { namespace: "a".into(), name: "b".into(), part: "values" },
        Question::Chart { source: "a".into() },
        Question::ReadOutside { path: "/etc/passwd".into() },
        Question::clock("now"),
    ] {
        assert!(!asks(&bare, &question), "{question:?}");
    }
}

#[test]
fn folders_are_those_of_the_strongest_source() {
    let gh = Actor::plugin("gh");
    let policy = Policy::builder()
        .home("/home/me")
        .flag("plugin:gh file=ro ~/.config/gh /gh")
        .unwrap()
        .flag("plugin:other file=rw /srv /srv")
        .unwrap()
        .build();
    let folders = policy.folders(&gh);
    assert_eq!(folders.len(), 1);
    assert_eq!(folders[0].host.as_str(), "/home/me/.config/gh");
    assert_eq!(folders[0].guest.as_deref(), Some("/gh"));
}

#[test]
fn native_code_needs_its_own_grant() {
    let diff = Actor::plugin("diff");
    let ask = || Question::Native { program: "/plugins/diff/bin/diff".into() };
    let bare = Policy::builder().build();
    let denial = bare.decide(&[&diff], &ask()).unwrap_err();
    assert_eq!(
        denial.to_string(),
        "plugin:diff may not use native (/plugins/diff/bin/diff): not granted under profile sandbox"
    );
    assert_eq!(denial.flags(), ["--grant 'plugin:diff native'"]);
    let granted = Policy::builder().flag("plugin:diff native").unwrap().build();
    assert!(granted.decide(&[&diff], &ask()).is_ok());
    // To be confined is less than to be free.
    let confined = Policy::builder().flag("plugin:diff native:confined").unwrap().build();
    assert!(confined.decide(&[&diff], &ask()).is_err());
}

#[test]
fn the_size_of_a_temporary_folder_is_what_the_strongest_source_says() {
    let size = |flags: &[&str]| {
        let builder = flags.iter().fold(Policy::builder(), |builder, flag| builder.flag(flag).unwrap());
        builder.build().tempdir(&Actor::plugin("gh"))
    };
    assert_eq!(size(&[]), None);
    assert_eq!(size(&["plugin:gh tempdir"]), None);
    assert_eq!(size(&["plugin:gh tempdir=64KiB", "plugin:gh tempdir=1MiB"]), Some(1 << 20));
    assert_eq!(size(&["plugin:gh tempdir=64KiB", "plugin:gh tempdir"]), None);
    assert_eq!(size(&["plugin:other tempdir=64KiB"]), None);
}
