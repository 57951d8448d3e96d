use super::*;
use crate::actor::Provenance;
use crate::grants::Profile;
use crate::policy::Policy;
use crate::question::Question;

const HOME: &str = "/home/u/plugins/gh";

fn random() -> Question {
    Question::random("uuidv4")
}

fn held(words: &str) -> Grant {
    Grant::for_plugin("gh", HOME, words).unwrap()
}

fn env(name: &str) -> Question {
    Question::Env { name: name.into() }
}

#[test]
fn what_is_held_is_for_the_plugin_from_its_folder() {
    let mut policy = Policy::builder().profile(Profile::Strict).build();
    policy.hold([held("env=GH_TOKEN")]);
    let may = |actor: &Actor| policy.decide(&[actor], &env("GH_TOKEN"));
    assert_eq!(may(&Actor::plugin_in("gh", HOME)), Ok(Origin::Lock));
    let far = Provenance::Remote { source: Some("https://h/gh.tgz".into()), signer: None, digest: None };
    assert_eq!(may(&Actor::plugin_in("gh", HOME).with_provenance(far)), Ok(Origin::Lock));
    // The name alone is not enough, nor is the folder alone.
    assert!(may(&Actor::plugin("gh")).is_err());
    assert!(may(&Actor::plugin_in("gh", "/home/u/plugins/gh2")).is_err());
    assert!(may(&Actor::plugin_in("other", HOME)).is_err());
    assert!(may(&Actor::chart("gh")).is_err());
    assert!(policy.decide(&[&Actor::plugin_in("gh", HOME)], &env("HOME")).is_err());
}

#[test]
fn files_and_flags_are_stronger_and_a_deny_beats() {
    let gh = Actor::plugin_in("gh", HOME);
    let mut flagged = Policy::builder().flag("plugin:gh env=OTHER").unwrap().build();
    flagged.hold([held("env=GH_TOKEN")]);
    // A flag replaces the scope, as it does for what a file says.
    assert!(flagged.decide(&[&gh], &env("GH_TOKEN")).is_err());
    assert!(flagged.decide(&[&gh], &env("OTHER")).is_ok());
    let file = |key: &str| {
        let head = [("apiVersion", "pintle.dev/v1alpha1"), ("kind", "Grants")];
        let block = Node::map([(key, Node::seq([Node::text("env")]))]);
        let actors = ("actors", Node::map([("plugin:gh", block)]));
        let head = head.map(|(key, value)| (key, Node::text(value)));
        crate::grants::GrantsFile::parse("g.yaml", &Node::map(head.into_iter().chain([actors]))).unwrap()
    };
    let mut denied = Policy::builder().file(file("deny")).build();
    denied.hold([held("env=GH_TOKEN")]);
    assert!(denied.decide(&[&gh], &env("GH_TOKEN")).is_err());
    let mut under = Policy::builder().ceiling(file("deny")).build();
    under.hold([held("env=GH_TOKEN")]);
    assert!(under.decide(&[&gh], &env("GH_TOKEN")).is_err());
}

#[test]
fn what_a_manifest_asks_for_is_never_held() {
    let asked = Grant::requested("gh", &Node::text("env")).unwrap();
    let mut policy = Policy::builder().build();
    policy.hold([asked.clone()]);
    assert!(policy.decide(&[&Actor::plugin_in("gh", HOME)], &env("A")).is_err());
    policy.hold([asked.given(HOME)]);
    assert!(policy.decide(&[&Actor::plugin_in("gh", HOME)], &env("A")).is_ok());
    assert!(policy.decide(&[&Actor::plugin_in("gh", HOME)], &random()).is_ok());
}

#[test]
fn words_are_written_back_as_they_were_typed() {
    for words in ["random", "http=GET https://h.test/a", "env=A B", "native", "tempdir=4096"] {
        let grant = held(words);
        assert_eq!(grant.to_words(), words);
        assert_eq!(held(&format!("plugin:gh {words}")), grant);
    }
    assert_eq!(held("native").to_item(), "native");
    assert_eq!(
        held("http=GET https://h.test/a").to_item(),
        r#"http: {methods: [GET], urls: ["https://h.test/a"]}"#
    );
    assert!(Grant::for_plugin("gh", HOME, "plugin:other random").is_err());
    assert!(Grant::for_plugin("gh", HOME, "plugin:*").is_err());
    let unknown = Grant::for_plugin("gh", HOME, "htpp").unwrap_err().to_string();
    assert_eq!(unknown, "unknown capability `htpp`, did you mean `http`?");
}

#[test]
fn a_request_is_covered_by_as_much_or_more() {
    let covers = |held_words: &str, asked: &str| held(held_words).covers(&held(asked));
    assert!(covers("env", "env=A"));
    assert!(covers("env=A B", "env=B"));
    assert!(!covers("env=A", "env=A B"));
    assert!(!covers("env=A", "env"));
    assert!(covers("http=https://h.test https://i.test", "http=GET https://h.test"));
    assert!(!covers("http=GET https://h.test", "http=https://h.test"));
    assert!(!covers("http=GET https://h.test", "http=POST https://h.test"));
    assert!(covers("tempdir=10", "tempdir=9"));
    assert!(!covers("tempdir=10", "tempdir"));
    assert!(!covers("random", "clock"));
}
