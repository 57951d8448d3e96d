//! HTTP of guests: hops, addresses, headers, sizes. The denied twin asserts that nothing was touched.

use crate::support::*;
use pintle_sandbox::*;
use serde_json::json;
use std::time::Duration;

/// Sends its input as the request and answers the body.
fn asking() -> Wasm<'static> {
    guest(
        r#"(import "extism:host/env" "http_request" (func $http (param i64 i64) (result i64)))
        (import "extism:host/env" "http_status_code" (func $status (result i32)))
        (memory 1)
        (func (export "run") (call $answer (call $http (call $input) (i64.const 0)))
            (if (i32.eqz (call $status)) (then unreachable)))"#,
    )
}

fn get(url: &str) -> String {
    json!({ "url": url }).to_string()
}

fn ask_with(script: &Script, grants: &[&str], request: &str, change: impl FnOnce(&mut Limits)) -> Outcome {
    let mut call = call(request);
    call.outbound = Box::new(script.clone());
    change(&mut call.limits);
    run_with(&asking(), &mut guard(grants), call).unwrap()
}

fn ask(script: &Script, grants: &[&str], url: &str) -> Outcome {
    ask_with(script, grants, &get(url), |_| {})
}

fn is_denied(outcome: &Outcome) -> bool {
    matches!(&outcome.end, End::Denied { function: "http_request", .. }) && outcome.output.is_empty()
}

fn example() -> Script {
    Script::default()
        .name("api.test", "93.184.216.34")
        .page("GET https://api.test:443/repos/a?page=1", "body")
        .page("GET https://api.test:443/other", "other")
}

const GRANT: &str = "http=GET https://api.test/repos/*";

#[test]
fn a_granted_request_is_answered() {
    let script = example();
    let outcome = ask(&script, &[GRANT], "https://api.test/repos/a?page=1");
    assert_eq!(output(&outcome), "body");
    assert_eq!(
        script.touched.all(),
        ["resolve api.test", "GET https://api.test:443/repos/a?page=1 at 93.184.216.34:443"]
    );
    assert_eq!(outcome.usage.http, 4);
}

#[test]
fn without_a_grant_nothing_is_resolved_and_nothing_connected_to() {
    for (grants, url) in [
        (&[][..], "https://api.test/repos/a"),
        (&[GRANT], "https://api.test/other"),
        (&[GRANT], "http://api.test/repos/a"),
        (&[GRANT], "https://api.test:8443/repos/a"),
        (&[GRANT], "https://evil.test/repos/a"),
        (&[GRANT], "https://api.test@evil.test/repos/a"),
        (&[GRANT], "https://api.test.evil.test/repos/a"),
        (&[GRANT], "https://api.test/repos/../other"),
        (&[GRANT], "https://api.test/repos/%2e%2e/other"),
    ] {
        let script = example();
        let outcome = ask(&script, grants, url);
        assert!(!outcome.end.is_success(), "{url}");
        assert_eq!(script.touched.all(), [""; 0], "{url}");
    }
    let script = example();
    let request = json!({ "url": "https://api.test/repos/a", "method": "POST" }).to_string();
    assert!(is_denied(&ask_with(&script, &[GRANT], &request, |_| {})));
    assert_eq!(script.touched.all(), [""; 0]);
}

#[test]
fn a_redirect_to_a_host_that_is_not_granted_is_not_followed() {
    let script = Script::default()
        .name("api.test", "93.184.216.34")
        .name("evil.test", "93.184.216.35")
        .page("GET https://evil.test:443/", "secret");
    for status in [301, 302, 303, 307, 308] {
        let script = script.clone().redirect("GET https://api.test:443/", status, "https://evil.test/");
        let script = Script { touched: Touched::default(), ..script };
        assert!(is_denied(&ask(&script, &["http=https://api.test"], "https://api.test/")), "{status}");
        assert!(!script.touched.all().iter().any(|touched| touched.contains("evil")), "{status}");
        let granted = ask(&script, &["http=https://api.test https://evil.test"], "https://api.test/");
        assert_eq!(output(&granted), "secret");
    }
}

#[test]
fn a_redirect_cannot_reach_what_a_direct_request_could_not() {
    for to in [
        "http://169.254.169.254/latest",
        "http://127.0.0.1/",
        "http://[::ffff:127.0.0.1]/",
        "http://10.0.0.1/",
    ] {
        let script = Script::default().name("api.test", "93.184.216.34").redirect(
            "GET https://api.test:443/",
            302,
            to,
        );
        assert!(
            is_denied(&ask(
                &script,
                &["http=https://*.test https://api.test http://**"],
                "https://api.test/"
            )),
            "{to}"
        );
        assert_eq!(script.touched.all().len(), 2, "{to}");
    }
}

#[test]
fn redirects_are_counted() {
    let mut script = Script::default().name("api.test", "93.184.216.34");
    for i in 0..6 {
        script = script.redirect(&format!("GET https://api.test:443/{i}"), 302, &format!("/{}", i + 1));
    }
    script = script.page("GET https://api.test:443/6", "end");
    let from = |path: &str| ask(&script, &["http=https://api.test"], &format!("https://api.test{path}"));
    assert_eq!(output(&from("/1")), "end");
    let outcome = from("/0");
    assert_eq!(limit(&outcome), Some(Limit::HttpRedirects));
    assert_eq!(outcome.end.to_string(), "stopped after 5 redirects");
}

#[test]
fn credentials_stay_with_their_origin_and_bodies_with_their_method() {
    let script = Script::default()
        .name("api.test", "93.184.216.34")
        .name("cdn.test", "93.184.216.35")
        .redirect("POST https://api.test:443/a", 302, "/b")
        .redirect("GET https://api.test:443/b", 307, "https://cdn.test/c")
        .page("GET https://cdn.test:443/c", "file");
    let request = json!({
        "url": "https://user:word@api.test/a",
        "method": "post",
        "headers": {"Authorization": "Bearer x", "Cookie": "c=1", "X-Token": "t", "Accept": "text/plain"},
    });
    let outcome =
        ask_with(&script, &["http=https://api.test https://cdn.test"], &request.to_string(), |_| {});
    assert_eq!(output(&outcome), "file");
    let requests: Vec<String> =
        script.touched.all().into_iter().filter(|line| !line.starts_with("resolve")).collect();
    assert!(requests[0].contains("[Authorization: Bearer x]") && requests[0].contains("[X-Token: t]"));
    assert!(requests[1].contains("[Cookie: c=1]"), "the same origin keeps what it was given");
    assert_eq!(requests[2], "GET https://cdn.test:443/c at 93.184.216.35:443 [Accept: text/plain]");
}

#[test]
fn a_user_in_the_url_is_sent_to_its_host_and_shown_to_nobody() {
    let script = Script::default().name("api.test", "93.184.216.34").page("GET https://api.test:443/", "ok");
    let mut call = call(&get("https://me:secret@api.test/?token=secret"));
    call.outbound = Box::new(script.clone());
    call.trace = true;
    let mut guard = guard(&["http=https://api.test"]);
    let outcome = run_with(&asking(), &mut guard, call).unwrap();
    assert!(script.touched.all()[1].contains("[Authorization: Basic bWU6c2VjcmV0]"));
    let told = format!("{:?}", outcome.trace)
        + &guard.take_records().iter().map(pintle_guard::Record::to_json).collect::<String>();
    assert!(!told.contains("secret"), "{told}");
}

#[test]
fn a_wildcard_reaches_public_addresses_only() {
    let private = [
        "127.0.0.1",
        "127.8.8.8",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fd00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
    ];
    for address in private {
        let script = Script::default().name("a.test", address).page("GET http://a.test:80/", "inside");
        for grant in ["http=http://*.test", "http", "http=http://**"] {
            let script = Script { touched: Touched::default(), ..script.clone() };
            assert!(is_denied(&ask(&script, &[grant], "http://a.test/")), "{grant} to {address}");
            assert_eq!(script.touched.all(), ["resolve a.test"], "{grant} to {address}");
        }
    }
    let script = Script::default().name("a.test", "93.184.216.34").page("GET http://a.test:80/", "outside");
    assert_eq!(output(&ask(&script, &["http=http://*.test"], "http://a.test/")), "outside");
}

#[test]
fn a_host_granted_by_its_name_may_be_private_but_not_this_machine() {
    let at = |address: &str, grant: &str, url: &str| {
        let script = Script::default()
            .name("git.test", address)
            .name("localhost", address)
            .page("GET http://git.test:80/", "yes")
            .page("GET http://localhost:80/", "yes")
            .page("GET http://127.0.0.1:80/", "yes")
            .page("GET http://[::1]:80/", "yes")
            .page("GET http://169.254.169.254:80/", "yes");
        ask(&script, &[grant], url).end.is_success()
    };
    assert!(at("10.0.0.5", "http=http://git.test", "http://git.test/"));
    assert!(at("fd00::5", "http=http://git.test", "http://git.test/"));
    assert!(!at("127.0.0.1", "http=http://git.test", "http://git.test/"));
    assert!(!at("::1", "http=http://git.test", "http://git.test/"));
    assert!(!at("169.254.169.254", "http=http://git.test", "http://git.test/"));
    assert!(at("127.0.0.1", "http=http://localhost", "http://localhost/"));
    assert!(!at("169.254.169.254", "http=http://localhost", "http://localhost/"));
    assert!(at("9.9.9.9", "http=http://127.0.0.1", "http://127.0.0.1/"));
    assert!(at("9.9.9.9", "http=http://[::1]", "http://[::1]/"));
    assert!(at("9.9.9.9", "http=http://169.254.169.254", "http://169.254.169.254/"));
    // Other spellings of an address are names, and what they resolve to is checked.
    for spelling in ["2130706433", "0x7f.1", "127.1", "0177.0.0.1"] {
        let leaked: &'static str = spelling;
        let script = Script::default().name(leaked, "127.0.0.1");
        let outcome = ask(&script, &["http=http://**"], &format!("http://{spelling}/"));
        assert!(is_denied(&outcome), "{spelling}");
    }
}

#[test]
fn the_connection_goes_to_the_address_that_was_checked() {
    // The first answer is private: it is passed over, and the public one is used.
    let script = Script::default()
        .name("a.test", "10.0.0.1")
        .name("a.test", "93.184.216.34")
        .page("GET http://a.test:80/", "ok");
    assert_eq!(output(&ask(&script, &["http=http://*.test"], "http://a.test/")), "ok");
    assert_eq!(script.touched.all()[1], "GET http://a.test:80/ at 93.184.216.34:80");
}

#[test]
fn a_deny_beats_the_grant_of_the_same_host() {
    use pintle_guard::{GrantsFile, Guard, Node, Policy};
    let deny = Node::map([(
        "http",
        Node::map([("urls", Node::seq([Node::text("https://api.test/repos/secret")]))]),
    )]);
    let file = Node::map([
        ("apiVersion", Node::text("pintle.dev/v1alpha1")),
        ("kind", Node::text("Grants")),
        (
            "actors",
            Node::map([(
                "plugin:probe",
                Node::map([("grant", Node::seq([Node::text("http")])), ("deny", Node::seq([deny]))]),
            )]),
        ),
    ]);
    let policy = Policy::builder().file(GrantsFile::parse("grants.yaml", &file).unwrap()).build();
    let script = example().page("GET https://api.test:443/repos/secret", "no");
    let ask = |path: &str| {
        let mut call = call(&get(&format!("https://api.test{path}")));
        call.outbound = Box::new(script.clone());
        run_with(&asking(), &mut Guard::new(policy.clone()), call).unwrap()
    };
    assert_eq!(output(&ask("/other")), "other");
    assert!(is_denied(&ask("/repos/secret")));
}

#[test]
fn bodies_have_limits_for_one_response_and_for_the_call() {
    let script = example();
    let with = |response: u64, total: u64| {
        ask_with(&script, &[GRANT], &get("https://api.test/repos/a?page=1"), |limits| {
            (limits.http_response, limits.http_total) = (response, total);
        })
    };
    assert!(with(4, 4).end.is_success());
    assert_eq!(limit(&with(3, 4)), Some(Limit::HttpResponse));
    assert_eq!(limit(&with(4, 3)), Some(Limit::HttpTotal));
    let twice = guest(
        r#"(import "extism:host/env" "http_request" (func $http (param i64 i64) (result i64)))
        (memory 1)
        (func $again (result i64) (local $n i64) (local $copy i64) (local $i i64)
            (local.set $n (call $input_length))
            (local.set $copy (call $alloc (local.get $n)))
            (loop $next
                (call $store_u8 (i64.add (local.get $copy) (local.get $i))
                    (call $load_u8 (i64.add (call $input) (local.get $i))))
                (local.set $i (i64.add (local.get $i) (i64.const 1)))
                (br_if $next (i64.lt_u (local.get $i) (local.get $n))))
            (local.get $copy))
        (func (export "run") (local $copy i64)
            (local.set $copy (call $again))
            (drop (call $http (call $input) (i64.const 0)))
            (call $answer (call $http (local.get $copy) (i64.const 0))))"#,
    );
    let both = |total: u64, requests: u32| {
        let mut call = call(&get("https://api.test/repos/a?page=1"));
        call.outbound = Box::new(script.clone());
        (call.limits.http_total, call.limits.http_requests) = (total, requests);
        run_with(&twice, &mut guard(&[GRANT]), call).unwrap()
    };
    assert_eq!(output(&both(8, 2)), "body");
    assert_eq!(limit(&both(7, 2)), Some(Limit::HttpTotal));
    assert_eq!(limit(&both(8, 1)), Some(Limit::HttpRequests));
}

#[test]
fn a_request_body_is_sent_and_has_a_limit() {
    let sending = guest(
        r#"(import "extism:host/env" "http_request" (func $http (param i64 i64) (result i64)))
        (memory 1) (data (i32.const 0) "payload")
        (func (export "run")
            (call $answer (call $http (call $input) (call $put (i32.const 0) (i32.const 7)))))"#,
    );
    let script =
        Script::default().name("api.test", "93.184.216.34").page("POST https://api.test:443/", "thanks");
    let send = |most: u64| {
        let mut call = call(&json!({ "url": "https://api.test/", "method": "POST" }).to_string());
        call.outbound = Box::new(script.clone());
        call.limits.http_request = most;
        run_with(&sending, &mut guard(&["http=POST https://api.test"]), call).unwrap()
    };
    assert_eq!(limit(&send(6)), Some(Limit::HttpRequest));
    assert_eq!(script.touched.all(), [""; 0]);
    assert_eq!(output(&send(7)), "thanks");
    assert!(script.touched.all()[1].ends_with("body payload"));
}

#[test]
fn status_and_headers_are_those_of_the_last_response() {
    let heads = guest(
        r#"(import "extism:host/env" "http_request" (func $http (param i64 i64) (result i64)))
        (import "extism:host/env" "http_headers" (func $headers (result i64)))
        (import "extism:host/env" "http_status_code" (func $status (result i32)))
        (memory 1)
        (func (export "run") (result i32)
            (if (call $status) (then unreachable))
            (drop (call $http (call $input) (i64.const 0)))
            (call $answer (call $headers))
            (call $status))"#,
    );
    let mut script = Script::default().name("a.test", "93.184.216.34");
    let headers = vec![("X-B", "2".to_owned()), ("x-a", "1".to_owned()), ("X-A", "2".to_owned())];
    script.pages.insert("GET http://a.test:80/".to_owned(), (404, headers, Vec::new()));
    let mut call = call(&get("http://a.test/"));
    call.outbound = Box::new(script);
    let outcome = run_with(&heads, &mut guard(&["http=http://a.test"]), call).unwrap();
    assert!(matches!(outcome.end, End::Returned(404)));
    assert_eq!(outcome.output, br#"{"x-a":"1,2","x-b":"2"}"#);
}

#[test]
fn what_fails_ends_the_call_with_the_functions_name() {
    let failure = |script: &Script, request: &str| match ask_with(script, &["http"], request, |_| {}).end {
        End::HostCall { function: "http_request", message, .. } => message,
        end => panic!("{end:?}"),
    };
    let script = Script::default().name("a.test", "93.184.216.34");
    assert_eq!(failure(&script, &get("http://a.test/x?secret")), "http://a.test/x: connection refused");
    assert_eq!(failure(&script, &get("http://b.test/")), "http://b.test/: no such host");
    assert_eq!(failure(&script, &get("ftp://a.test/")), "the URL is not http or https");
    assert!(failure(&script, "{").starts_with("invalid http request"));
    assert!(failure(&script, &get("::bad")).starts_with("invalid url"));
}

/// A server that never ends its answer.
struct Endless;

impl Outbound for Endless {
    fn resolve(
        &mut self,
        _: &pintle_guard::Permit,
        _: &str,
        _: Asking<'_>,
    ) -> Result<Vec<std::net::IpAddr>, OutboundError> {
        Ok(vec!["93.184.216.34".parse().unwrap()])
    }

    fn exchange(
        &mut self,
        _: pintle_guard::Permit,
        _: std::net::SocketAddr,
        _: &HttpRequest,
        _: Asking<'_>,
    ) -> Result<HttpResponse, OutboundError> {
        struct Drip;
        impl std::io::Read for Drip {
            fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
                std::thread::sleep(Duration::from_millis(1));
                buffer[0] = b'x';
                Ok(1)
            }
        }
        Ok(HttpResponse { status: 200, headers: Vec::new(), body: Box::new(Drip) })
    }
}

#[test]
fn waiting_for_a_server_counts_as_the_guests_time() {
    let mut call = call(&get("http://a.test/"));
    call.outbound = Box::new(Endless);
    call.limits.time = Duration::from_millis(60);
    let outcome = run_with(&asking(), &mut guard(&["http"]), call).unwrap();
    assert_eq!(limit(&outcome), Some(Limit::Time), "{:?}", outcome.end);
}
