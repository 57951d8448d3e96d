use super::*;
use crate::grants::Problem;
use crate::node::{Node, Tree};

fn flag(capability: Capability, text: &str) -> Result<Scope, Problem> {
    read::from_flag(capability, text)
}

fn covers(capability: Capability, text: &str, question: &Question) -> Coverage {
    flag(capability, text).unwrap().covers(question)
}

fn lookup(api_version: &str, kind: &str, namespace: &str, name: &str) -> Question {
    Question::Lookup {
        api_version: api_version.into(),
        kind: kind.into(),
        namespace: namespace.into(),
        name: name.into(),
    }
}

use crate::capability::Capability;

#[test]
fn a_cluster_scope_checks_verb_kind_namespace_and_name() {
    let scope = "get v1/Secret shop/shop-tls";
    let asked = |q: Question| covers(Capability::Cluster, scope, &q);
    assert_eq!(asked(lookup("v1", "Secret", "shop", "shop-tls")), Coverage::Yes);
    assert_eq!(asked(lookup("v1", "ConfigMap", "shop", "shop-tls")), Coverage::No);
    assert_eq!(asked(lookup("v2", "Secret", "shop", "shop-tls")), Coverage::No);
    assert_eq!(asked(lookup("v1", "Secret", "other", "shop-tls")), Coverage::No);
    assert_eq!(asked(lookup("v1", "Secret", "", "shop-tls")), Coverage::No);
    assert_eq!(asked(lookup("v1", "Secret", "shop", "other")), Coverage::No);
    assert_eq!(asked(lookup("v1", "Secret", "shop", "")), Coverage::No);
}

#[test]
fn a_scope_with_names_covers_no_list() {
    let list = lookup("v1", "Secret", "shop", "");
    assert_eq!(covers(Capability::Cluster, "get,list v1/Secret shop/**", &list), Coverage::No);
    assert_eq!(covers(Capability::Cluster, "get,list v1/Secret shop", &list), Coverage::Yes);
    assert_eq!(covers(Capability::Cluster, "get v1/Secret shop", &list), Coverage::No);
}

#[test]
fn a_namespace_grant_covers_no_list_over_all_namespaces() {
    let everywhere = lookup("v1", "Secret", "", "");
    assert_eq!(covers(Capability::Cluster, "list v1/Secret shop", &everywhere), Coverage::No);
    assert_eq!(covers(Capability::Cluster, "list v1/Secret /", &everywhere), Coverage::Yes);
    assert_eq!(covers(Capability::Cluster, "list v1/Secret", &everywhere), Coverage::Yes);
}

#[test]
fn a_star_in_a_kind_stays_in_its_group() {
    let deployment = lookup("apps/v1", "Deployment", "shop", "a");
    assert_eq!(covers(Capability::Cluster, "get apps/v1/*", &deployment), Coverage::Yes);
    assert_eq!(covers(Capability::Cluster, "get */Deployment", &deployment), Coverage::No);
    assert_eq!(covers(Capability::Cluster, "get **", &deployment), Coverage::Yes);
}

#[test]
fn a_kind_with_a_slash_cannot_pose_as_another() {
    let posing = lookup("apps", "v1/Deployment", "shop", "a");
    assert_eq!(covers(Capability::Cluster, "get apps/v1/Deployment", &posing), Coverage::Unclear);
    assert_eq!(Scope::Any.covers(&posing), Coverage::Yes);
}

#[test]
fn names_are_matched_without_case_and_without_the_last_dot() {
    let asked = |name: &str| {
        covers(Capability::Dns, "db.example.com *.svc", &Question::ResolveHost { name: name.into() })
    };
    assert_eq!(asked("DB.example.com."), Coverage::Yes);
    assert_eq!(asked("a.svc"), Coverage::Yes);
    assert_eq!(asked("a.b.svc"), Coverage::No);
    assert_eq!(asked("db.example.com.evil.test"), Coverage::No);
}

#[test]
fn a_folder_covers_what_lies_in_it_and_nothing_that_climbs_out() {
    let asked =
        |path: &str| covers(Capability::File, "ro /srv/shared", &Question::ReadOutside { path: path.into() });
    assert_eq!(asked("/srv/shared"), Coverage::Yes);
    assert_eq!(asked("/srv/shared/a/b"), Coverage::Yes);
    assert_eq!(asked("/srv/shared2"), Coverage::No);
    assert_eq!(asked("/srv"), Coverage::No);
    assert_eq!(asked("/srv/shared/../../etc/passwd"), Coverage::Unclear);
    assert_eq!(asked("srv/shared"), Coverage::Unclear);
    assert_eq!(asked("/srv/shared//a"), Coverage::Unclear);
}

#[test]
fn only_a_scope_for_writing_covers_writing() {
    let asked = |scope: &str, path: &str| {
        covers(Capability::File, scope, &Question::WriteOutside { path: path.into() })
    };
    assert_eq!(asked("rw /srv/shared", "/srv/shared/charts"), Coverage::Yes);
    assert_eq!(asked("rw /srv/shared", "/srv"), Coverage::No);
    // Not granted, and denied by who denies reading.
    assert_eq!(asked("ro /srv/shared", "/srv/shared/charts"), Coverage::Unclear);
    assert_eq!(asked("ro /srv/shared", "/srv"), Coverage::No);
    let exact = Question::WriteOutside { path: "/srv/shared".into() }.exact_scope().unwrap();
    assert_eq!(exact.covers(&Question::ReadOutside { path: "/srv/shared/a".into() }), Coverage::Yes);
}

#[test]
fn a_coarse_clock_does_not_tell_the_time() {
    let now = Question::clock("now");
    assert_eq!(covers(Capability::Clock, "coarse", &now), Coverage::No);
    assert_eq!(covers(Capability::Clock, "wall", &now), Coverage::Yes);
}

#[test]
fn every_vocabulary_is_read_in_flags() {
    assert_eq!(
        flag(Capability::Http, "GET,POST https://a.test https://b.test/x/*").unwrap(),
        Scope::Http(HttpScope {
            methods: vec!["GET".into(), "POST".into()],
            urls: vec![
                UrlPattern::new("https://a.test").unwrap(),
                UrlPattern::new("https://b.test/x/*").unwrap()
            ],
        })
    );
    assert!(matches!(flag(Capability::Env, "GH_* HOME"), Ok(Scope::Env(names)) if names.len() == 2));
    assert!(matches!(flag(Capability::Chart, "oci://r.test/charts/*"), Ok(Scope::Chart(_))));
    assert_eq!(flag(Capability::Tempdir, "64MiB"), Ok(Scope::Tempdir(64 << 20)));
    assert!(matches!(
        flag(Capability::File, "rw ~/.config/gh /gh"),
        Ok(Scope::File(FileScope { guest: Some(_), mode: Mode::ReadWrite, .. }))
    ));
    assert!(matches!(
        flag(Capability::Release, "prod/shop values,notes"),
        Ok(Scope::Release(ReleaseScope { parts, .. })) if parts == ["values", "notes"]
    ));
}

#[test]
fn wrong_scopes_are_refused() {
    for (capability, text) in [
        (Capability::Random, "x"),
        (Capability::Native, "x"),
        (Capability::Dns, " "),
        (Capability::Http, "GET"),
        (Capability::Http, "FETCH https://a.test"),
        (Capability::Cluster, "read v1/Secret"),
        (Capability::Cluster, "get Secret"),
        (Capability::Cluster, "get v1/Secret shop name"),
        (Capability::File, "ro relative/path"),
        (Capability::File, "ro /a/../b"),
        (Capability::File, "rx /a"),
        (Capability::Clock, "exact"),
        (Capability::Tempdir, "64parsecs"),
        (Capability::Tempdir, "99999999999999GiB"),
        (Capability::Release, "prod/shop secrets"),
        (Capability::SchemaRef, "example.com/schema.json"),
    ] {
        assert!(flag(capability, text).is_err(), "{capability}={text}");
    }
}

#[test]
fn a_misspelt_verb_names_the_nearest() {
    let problem = flag(Capability::Cluster, "gett v1/Secret").unwrap_err();
    assert_eq!(problem.to_string(), "unknown verb of `cluster` `gett`, did you mean `get`?");
}

#[test]
fn an_empty_list_in_a_file_is_refused_rather_than_read_as_everything() {
    for capability in [Capability::Dns, Capability::Env, Capability::Cluster, Capability::Http] {
        assert!(read::from_node(capability, &Node::seq([])).is_err(), "{capability}");
        assert!(read::from_node(capability, &Node { line: None, tree: Tree::Map(vec![]) }).is_err());
        assert!(read::from_node(capability, &Node { line: None, tree: Tree::Null }).is_err());
    }
    let verbs = Node::map([("verbs", Node::seq([]))]);
    assert!(read::from_node(Capability::Cluster, &verbs).is_err());
}

#[test]
fn what_is_written_as_a_flag_reads_back_as_the_same_scope() {
    for (capability, text) in [
        (Capability::Cluster, "get,list v1/Secret,apps/v1/* shop,a*/b,c"),
        (Capability::Cluster, "get v1/Secret"),
        (Capability::Cluster, "list v1/Pod /"),
        (Capability::Cluster, r"get v1/Secret a\,b\/c/d\ e\*"),
        (Capability::Dns, r"a.test *.b.test c\ d"),
        (Capability::File, r"ro /srv/a\ b"),
        (Capability::SchemaRef, "https://h.test/s/*"),
        (Capability::Http, "GET https://h.test"),
        (Capability::Release, "prod/shop values"),
    ] {
        let scope = flag(capability, text).unwrap();
        let written = write::to_flag(&scope).unwrap();
        assert_eq!(flag(capability, &written), Ok(scope), "{capability}={text} became {written}");
    }
}

#[test]
fn the_exact_scope_of_a_question_covers_it_and_survives_a_flag() {
    for question in [
        lookup("v1", "Secret", "shop", "tls"),
        lookup("v1", "Secret", "shop", ""),
        lookup("v1", "Node", "", "n*1"),
        lookup("v1", "Node", "", ""),
        lookup("apps/v1", "Deployment", "a b", "c,d"),
        lookup("v1", "Secret", "a/b", "c/d"),
        Question::ResolveHost { name: "Db.Example.com".into() },
        Question::ResolveHost { name: "*".into() },
        Question::ReadOutside { path: "/srv/a b/*/c\\d".into() },
        Question::SchemaRef { url: "https://h.test:8443/a*b?x=1".into() },
    ] {
        let scope = question.exact_scope().unwrap();
        let written = write::to_flag(&scope).unwrap();
        let read = flag(question.capability(), &written).unwrap();
        assert_eq!(read.covers(&question), Coverage::Yes, "{question:?} as {written}");
    }
    let star = Question::ResolveHost { name: "*".into() }.exact_scope().unwrap();
    assert_eq!(star.covers(&Question::ResolveHost { name: "other".into() }), Coverage::No);
}

fn http(method: &str, url: &str, address: Option<&str>) -> Question {
    Question::Http {
        method: method.into(),
        url: url.into(),
        address: address.map(|address| address.parse().unwrap()),
    }
}

#[test]
fn an_http_scope_checks_method_url_and_address() {
    let asked = |question: Question| covers(Capability::Http, "GET https://api.test/repos/*", &question);
    assert_eq!(asked(http("GET", "https://api.test/repos/a?q", None)), Coverage::Yes);
    assert_eq!(asked(http("POST", "https://api.test/repos/a", None)), Coverage::No);
    assert_eq!(asked(http("GET", "https://api.test/other", None)), Coverage::No);
    assert_eq!(asked(http("GET", "https://api.test/repos/../x", None)), Coverage::Unclear);
    assert_eq!(asked(http("GET", "https://api.test/repos/a", Some("10.0.0.1"))), Coverage::Yes);
    assert_eq!(asked(http("GET", "https://api.test/repos/a", Some("127.0.0.1"))), Coverage::Unclear);
    assert_eq!(asked(http("GET", "https://other.test/repos/a", Some("127.0.0.1"))), Coverage::No);
}

#[test]
fn a_wildcard_and_a_bare_word_reach_public_addresses() {
    for scope in [flag(Capability::Http, "https://*.test").unwrap(), Scope::Any] {
        let asked = |address| scope.covers(&http("GET", "https://a.test/", Some(address)));
        assert_eq!(asked("93.184.216.34"), Coverage::Yes);
        for address in
            ["10.0.0.1", "127.0.0.1", "169.254.169.254", "::1", "fd00::1", "::ffff:10.0.0.1", "224.0.0.1"]
        {
            assert_eq!(asked(address), Coverage::Unclear, "{address}");
        }
    }
}

#[test]
fn one_granted_name_is_enough_beside_a_wildcard() {
    let scope = "https://*.test https://git.test";
    let question = http("GET", "https://git.test/", Some("10.0.0.1"));
    assert_eq!(covers(Capability::Http, scope, &question), Coverage::Yes);
}

#[test]
fn variables_are_granted_by_name() {
    let env = |name: &str| Question::Env { name: name.into() };
    assert_eq!(covers(Capability::Env, "GH_* HOME", &env("GH_TOKEN")), Coverage::Yes);
    assert_eq!(covers(Capability::Env, "GH_* HOME", &env("HOME")), Coverage::Yes);
    assert_eq!(covers(Capability::Env, "GH_* HOME", &env("HOME2")), Coverage::No);
    assert_eq!(covers(Capability::Env, "GH_* HOME", &env("home")), Coverage::No);
    assert_eq!(covers(Capability::Env, "*", &Question::Environment), Coverage::No);
    assert_eq!(Scope::Any.covers(&Question::Environment), Coverage::Yes);
}

#[test]
fn a_release_scope_checks_namespace_name_and_part_and_names_cover_no_list() {
    let release = |namespace: &str, name: &str, part| Question::Release {
        namespace: namespace.into(),
        name: name.into(),
        part,
    };
    let asked = |question: Question| covers(Capability::Release, "prod/shop values,notes", &question);
    assert_eq!(asked(release("prod", "shop", "values")), Coverage::Yes);
    assert_eq!(asked(release("prod", "shop", "manifest")), Coverage::No);
    assert_eq!(asked(release("dev", "shop", "values")), Coverage::No);
    assert_eq!(asked(release("prod", "other", "values")), Coverage::No);
    assert_eq!(asked(release("prod", "", "values")), Coverage::No);
    let all = |question: Question| covers(Capability::Release, "prod metadata", &question);
    assert_eq!(all(release("prod", "", "metadata")), Coverage::Yes);
    assert_eq!(all(release("", "", "metadata")), Coverage::No);
}

#[test]
fn a_chart_source_that_climbs_is_unclear() {
    let chart = |source: &str| Question::Chart { source: source.into() };
    assert_eq!(covers(Capability::Chart, "charts/*", &chart("charts/shop")), Coverage::Yes);
    assert_eq!(covers(Capability::Chart, "charts/*", &chart("charts/a/b")), Coverage::No);
    assert_eq!(covers(Capability::Chart, "charts/**", &chart("charts/../x")), Coverage::Unclear);
}

#[test]
fn a_temporary_folder_is_granted_up_to_a_size() {
    let tempdir = |bytes| covers(Capability::Tempdir, "64KiB", &Question::Tempdir { bytes });
    assert_eq!(tempdir(64 << 10), Coverage::Yes);
    assert_eq!(tempdir((64 << 10) + 1), Coverage::No);
}

#[test]
fn the_exact_scope_of_a_plugins_question_covers_it_and_survives_a_flag() {
    for question in [
        http("GET", "https://api.test/repos/a?token=x", None),
        http("POST", "http://git.test:8080/x*", Some("10.0.0.1")),
        http("GET", "http://127.0.0.1:8080/", Some("127.0.0.1")),
        Question::Env { name: "GH_TOKEN".into() },
        Question::Tempdir { bytes: 1000 },
        Question::Release { namespace: "prod".into(), name: "shop".into(), part: "values" },
        Question::Release { namespace: "prod".into(), name: String::new(), part: "metadata" },
        Question::Release { namespace: String::new(), name: String::new(), part: "metadata" },
        Question::Chart { source: "oci://r.test/charts/shop".into() },
    ] {
        let scope = question.exact_scope().unwrap();
        let written = write::to_flag(&scope).unwrap();
        assert!(!written.contains("token"), "{written}");
        let read = flag(question.capability(), &written).unwrap();
        assert_eq!(read.covers(&question), Coverage::Yes, "{question:?} as {written}");
    }
    // No exact grant would help: the name may not lead there.
    assert_eq!(http("GET", "https://a.test/", Some("127.0.0.1")).exact_scope(), None);
    assert_eq!(Question::Environment.exact_scope(), None);
    assert_eq!(Question::Folders.exact_scope(), None);
}
