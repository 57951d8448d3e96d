use super::*;
use crate::scope::{ClusterScope, FileScope, HttpScope, Mode, Verb};
use crate::url::UrlPattern;

/// A text on a line.
fn at(line: u32, text: &str) -> Node {
    Node::new(line, Tree::String(text.into()))
}

/// A map on a line, its keys on the lines given.
fn block(entries: Vec<(Node, Node)>) -> Node {
    let line = entries.first().and_then(|(key, _)| key.line).unwrap_or(1);
    Node::new(line, Tree::Map(entries))
}

fn list(line: u32, items: Vec<Node>) -> Node {
    Node::new(line, Tree::Seq(items))
}

/// A grants file whose `actors` are given, on lines from 4.
fn file(actors: Vec<(Node, Node)>) -> Node {
    block(vec![
        (at(1, "apiVersion"), at(1, "pintle.dev/v1alpha1")),
        (at(2, "kind"), at(2, "Grants")),
        (at(3, "actors"), block(actors)),
    ])
}

fn error(root: &Node) -> String {
    GrantsFile::parse("grants.yaml", root).unwrap_err().to_string()
}

#[test]
fn the_example_of_the_documentation_is_understood() {
    let words = |items: &[&str]| Node::seq(items.iter().map(|item| Node::text(*item)));
    let root = Node::map([
        ("apiVersion", Node::text("pintle.dev/v1alpha1")),
        ("kind", Node::text("Grants")),
        ("profile", Node::text("strict")),
        (
            "actors",
            Node::map([
                (
                    "chart:shop",
                    Node::map([(
                        "grant",
                        Node::seq([
                            Node::text("clock"),
                            Node::map([(
                                "cluster",
                                Node::map([
                                    ("verbs", words(&["get"])),
                                    ("kinds", words(&["v1/Secret"])),
                                    ("namespaces", words(&["shop"])),
                                    ("names", words(&["shop-tls"])),
                                ]),
                            )]),
                        ]),
                    )]),
                ),
                (
                    "chart:shop/redis",
                    Node::map([("grant", words(&["random"])), ("deny", words(&["keygen"]))]),
                ),
                (
                    "chart:ingress-nginx",
                    Node::map([
                        ("from", Node::map([("source", Node::text("oci://registry.example.com/charts/*"))])),
                        ("grant", words(&["keygen"])),
                    ]),
                ),
                (
                    "plugin:gh",
                    Node::map([(
                        "grant",
                        Node::seq([
                            Node::map([(
                                "http",
                                Node::map([
                                    ("methods", words(&["GET"])),
                                    ("urls", words(&["https://api.github.com/repos/*"])),
                                ]),
                            )]),
                            Node::map([("env", words(&["GH_TOKEN"]))]),
                            Node::map([(
                                "file",
                                Node::map([
                                    ("host", Node::text("~/.config/gh")),
                                    ("guest", Node::text("/gh")),
                                    ("mode", Node::text("ro")),
                                ]),
                            )]),
                        ]),
                    )]),
                ),
            ]),
        ),
    ]);
    let file = GrantsFile::parse("g", &root).unwrap();
    assert_eq!(file.profile, Some(Profile::Strict));
    let scopes: Vec<(Effect, Capability, &Scope)> =
        file.grants.iter().map(|grant| (grant.effect, grant.capability, &grant.scope)).collect();
    let pattern = |text: &str| Pattern::new(text).unwrap();
    assert_eq!(
        scopes,
        [
            (Effect::Grant, Capability::Clock, &Scope::Any),
            (
                Effect::Grant,
                Capability::Cluster,
                &Scope::Cluster(ClusterScope {
                    verbs: vec![Verb::Get],
                    kinds: vec![pattern("v1/Secret")],
                    namespaces: vec![pattern("shop")],
                    names: vec![pattern("shop-tls")],
                })
            ),
            (Effect::Grant, Capability::Random, &Scope::Any),
            (Effect::Deny, Capability::Keygen, &Scope::Any),
            (Effect::Grant, Capability::Keygen, &Scope::Any),
            (
                Effect::Grant,
                Capability::Http,
                &Scope::Http(HttpScope {
                    methods: vec!["GET".into()],
                    urls: vec![UrlPattern::new("https://api.github.com/repos/*").unwrap()],
                })
            ),
            (Effect::Grant, Capability::Env, &Scope::Env(vec![pattern("GH_TOKEN")])),
            (
                Effect::Grant,
                Capability::File,
                &Scope::File(FileScope {
                    host: pattern("~/.config/gh"),
                    guest: Some("/gh".into()),
                    mode: Mode::ReadOnly,
                })
            ),
        ]
    );
    assert!(file.grants[4].from.is_some());
}

#[test]
fn a_misspelt_capability_is_named_with_file_line_and_neighbour() {
    let root = file(vec![(
        at(4, "chart:shop"),
        block(vec![(at(5, "grant"), list(6, vec![at(6, "clock"), at(7, "randm")]))]),
    )]);
    assert_eq!(
        error(&root),
        "grants file grants.yaml, line 7: unknown capability `randm`, did you mean `random`?"
    );
}

#[test]
fn unknown_keys_are_errors_at_every_level() {
    let top = block(vec![(at(1, "apiversion"), at(1, "pintle.dev/v1alpha1"))]);
    assert_eq!(
        error(&top),
        "grants file grants.yaml, line 1: unknown key `apiversion` in the grants file, did you mean `apiVersion`?"
    );
    let actor = file(vec![(at(4, "chart:shop"), block(vec![(at(5, "grants"), list(6, vec![]))]))]);
    assert_eq!(
        error(&actor),
        "grants file grants.yaml, line 5: unknown key `grants` in chart:shop, did you mean `grant`?"
    );
    let from = file(vec![(
        at(4, "chart:shop"),
        block(vec![(at(5, "from"), block(vec![(at(6, "sorce"), at(6, "x"))]))]),
    )]);
    assert_eq!(
        error(&from),
        "grants file grants.yaml, line 6: unknown key `sorce` in from, did you mean `source`?"
    );
    let scope = block(vec![(at(7, "cluster"), block(vec![(at(8, "namespace"), list(8, vec![at(8, "a")]))]))]);
    let scope = file(vec![(at(4, "chart:shop"), block(vec![(at(5, "grant"), list(7, vec![scope]))]))]);
    assert_eq!(
        error(&scope),
        "grants file grants.yaml, line 8: unknown key `namespace` in cluster, did you mean `namespaces`?"
    );
}

#[test]
fn unknown_words_are_errors() {
    let profile = block(vec![(at(1, "profile"), at(1, "strickt"))]);
    assert_eq!(
        error(&profile),
        "grants file grants.yaml, line 1: unknown profile `strickt`, did you mean `strict`?"
    );
    let kind = file(vec![(at(4, "chrt:shop"), block(vec![]))]);
    assert_eq!(
        error(&kind),
        "grants file grants.yaml, line 4: unknown kind of actor `chrt`, did you mean `chart`?"
    );
}

#[test]
fn a_file_of_another_kind_or_version_is_refused() {
    let other = block(vec![(at(1, "apiVersion"), at(1, "v1")), (at(2, "kind"), at(2, "Grants"))]);
    assert_eq!(
        error(&other),
        "grants file grants.yaml, line 1: apiVersion is `v1`, and only `pintle.dev/v1alpha1` is known"
    );
    let none = block(vec![(at(1, "apiVersion"), at(1, "pintle.dev/v1alpha1"))]);
    assert_eq!(error(&none), "grants file grants.yaml, line 1: `kind: Grants` is missing");
    let empty = Node::new(1, Tree::Null);
    assert_eq!(
        error(&empty),
        "grants file grants.yaml, line 1: the grants file should be a map, and is nothing"
    );
}

#[test]
fn shapes_that_could_be_read_two_ways_are_refused() {
    let word = file(vec![(at(4, "chart:shop"), block(vec![(at(5, "grant"), at(5, "random"))]))]);
    assert_eq!(error(&word), "grants file grants.yaml, line 5: grant should be a list, and is a text");
    let two =
        block(vec![(at(6, "dns"), list(6, vec![at(6, "a")])), (at(7, "random"), Node::new(7, Tree::Null))]);
    let two = file(vec![(at(4, "chart:shop"), block(vec![(at(5, "grant"), list(6, vec![two]))]))]);
    assert_eq!(error(&two), "grants file grants.yaml, line 6: a capability with scope is a map of one key");
    let twice = file(vec![(at(4, "chart:shop"), block(vec![])), (at(9, "chart:shop"), block(vec![]))]);
    assert_eq!(error(&twice), "grants file grants.yaml, line 9: key `chart:shop` is twice in actors");
    let twice = file(vec![(
        at(4, "chart:shop"),
        block(vec![(at(5, "deny"), list(5, vec![])), (at(6, "deny"), list(6, vec![]))]),
    )]);
    assert_eq!(error(&twice), "grants file grants.yaml, line 6: key `deny` is twice in chart:shop");
    let from =
        file(vec![(at(4, "chart:shop"), block(vec![(at(5, "from"), Node::new(5, Tree::Map(vec![])))]))]);
    assert_eq!(error(&from), "grants file grants.yaml, line 5: `from` needs a source, a signer or a digest");
}

#[test]
fn a_flag_is_actor_capability_and_scope() {
    let grant = Grant::from_flag("chart:shop/redis random").unwrap();
    assert!(grant.actor.matches(&Actor::chart("shop").subchart("redis")));
    assert_eq!((grant.capability, &grant.scope), (Capability::Random, &Scope::Any));
    let grant = Grant::from_flag("  plugin:gh   http=GET https://api.github.com ").unwrap();
    assert!(matches!(grant.scope, Scope::Http(_)));
    let grant = Grant::from_flag(r"chart:my\ shop clock").unwrap();
    assert!(grant.actor.matches(&Actor::chart("my shop")));
}

#[test]
fn a_broken_flag_is_quoted_and_says_what_is_wrong() {
    let error = |text: &str| Grant::from_flag(text).unwrap_err().to_string();
    assert_eq!(
        error("chart:shop randm"),
        "--grant 'chart:shop randm': unknown capability `randm`, did you mean `random`?"
    );
    assert_eq!(
        error("shop random"),
        "--grant 'shop random': actor `shop` is not `KIND:NAME`, as in `chart:shop`"
    );
    assert_eq!(
        error("chart:shop"),
        "--grant 'chart:shop': a grant is `ACTOR CAPABILITY` or `ACTOR CAPABILITY=SCOPE`"
    );
    assert_eq!(error(""), "--grant '': a grant is `ACTOR CAPABILITY` or `ACTOR CAPABILITY=SCOPE`");
    assert_eq!(
        error("chart:shop random=x"),
        "--grant 'chart:shop random=x': random: takes no scope: write the word alone"
    );
    assert_eq!(error("chart:/a clock"), "--grant 'chart:/a clock': actor `chart:/a` has an empty name");
    assert!(error("chart:shop random clock").contains("unknown capability `random clock`"));
}

#[test]
fn a_star_in_an_actor_stays_on_its_level() {
    let matches = |pattern: &str, actor: &Actor| ActorPattern::parse(pattern).unwrap().matches(actor);
    let shop = Actor::chart("shop");
    let deep = shop.subchart("a").subchart("b");
    assert!(matches("chart:shop/*", &shop.subchart("redis")));
    assert!(!matches("chart:shop/*", &shop));
    assert!(!matches("chart:shop/*", &deep));
    assert!(matches("chart:shop/**", &deep));
    assert!(matches("chart:**", &deep));
    assert!(!matches("chart:*", &shop.subchart("redis")));
    assert!(!matches("chart:shop", &Actor::plugin("shop")));
    assert!(!matches("chart:shop/redis", &Actor::chart("shop/redis")));
}

#[test]
fn every_capability_word_is_a_grant() {
    for capability in Capability::ALL {
        let flag = Grant::from_flag(&format!("plugin:p {capability}")).unwrap();
        assert_eq!(flag.capability, capability);
        assert_eq!(flag.scope, Scope::Any);
    }
}
