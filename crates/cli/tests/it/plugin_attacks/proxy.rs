//! Proxies: used only where the user granted them, because they find the address of a server by themselves.

use super::*;

#[test]
fn a_proxy_is_used_only_where_it_was_granted() {
    let world = World::new();
    let (port, seen) = server(page("by the proxy"));
    let proxy = format!("http://user:open-sesame@127.0.0.1:{port}");
    let audit = world.path().join("audit");
    let ask = |url: &str, grants: &[&str]| {
        world.probe(&requests(url), "");
        let _ = std::fs::remove_file(&audit);
        let mut arguments = vec!["plugin", "run", "--path", "probe", "--trace", "--limit", "plugin.time=10"];
        arguments.extend(["--audit", audit.to_str().unwrap()]);
        for grant in grants {
            arguments.extend(["--grant", grant]);
        }
        let run = world.pintle_with(&[("HTTP_PROXY", &proxy)], &arguments);
        let all = format!("{}{}", run.error, std::fs::read_to_string(&audit).unwrap());
        assert!(!all.contains("open-sesame"), "{all}");
        (run, all)
    };
    let here = "http://server.invalid/x";
    let http = "plugin:probe http=http://server.invalid";
    let other = format!("plugin:probe proxy=http://127.0.0.1:{}", port ^ 1);
    // Not granted, or another one: the name is looked for without it, and is nobody's.
    for grants in [&[http][..], &[http, &other], &[http, "plugin:other proxy"]] {
        let (run, all) = ask(here, grants);
        assert_ne!(run.code, 0, "{run:?}");
        assert!(run.out.is_empty() && !all.contains("through the proxy"), "{run:?}");
        assert!(seen.lock().unwrap().is_empty(), "{grants:?} reached the proxy");
    }
    // A proxy gives no host that was not granted, and no address that a wildcard does not reach.
    for (url, grants) in [
        (here, &["plugin:probe proxy"][..]),
        (here, &["plugin:probe proxy", "plugin:probe http=http://other.invalid"]),
        ("http://169.254.169.254/x", &["plugin:probe proxy", "plugin:probe http=http://**"]),
        ("http://10.0.0.1/x", &["plugin:probe proxy", "plugin:probe http"]),
    ] {
        let (run, _) = ask(url, grants);
        assert_eq!(run.code, 10, "{url} {grants:?}: {run:?}");
        assert!(seen.lock().unwrap().is_empty(), "{url} {grants:?} reached the proxy");
    }
    let this = format!("plugin:probe proxy=http://127.0.0.1:{port}");
    for grant in ["plugin:probe proxy", &this] {
        let (run, all) = ask(here, &[http, grant]);
        assert_eq!((run.code, run.out.as_str()), (0, "by the proxy"), "{run:?}");
        assert_eq!(std::mem::take(&mut *seen.lock().unwrap()), ["GET http://server.invalid/x HTTP/1.1"]);
        let way = format!("GET http://server.invalid/x through the proxy http://127.0.0.1:{port}");
        assert!(run.error.contains(&way), "{run:?}");
        assert!(
            all.contains(&format!(r#""capability":"proxy","scope":"http://127.0.0.1:{port}/""#)),
            "{all}"
        );
    }
}

#[test]
fn a_manifest_asks_for_a_proxy_and_does_not_have_it() {
    let world = World::new();
    let (port, seen) = server(page("by the proxy"));
    let proxy = format!("http://127.0.0.1:{port}");
    world
        .probe(&requests("http://server.invalid/x"), "allowedHosts: [server.invalid]\ncapabilities: [proxy]");
    let run = world.pintle_with(&[("HTTP_PROXY", &proxy)], &["plugin", "run", "--path", "probe"]);
    assert_eq!(run.code, 10, "{run:?}");
    let run = world.pintle(&["plugin", "install", "probe"]);
    assert!(run.code == 10 && run.error.contains("proxy"), "{run:?}");
    assert!(seen.lock().unwrap().is_empty());
    assert_eq!(world.pintle(&["plugin", "install", "probe", "--grant-requested"]).code, 0);
    let run = world.pintle_with(&[("HTTP_PROXY", &proxy)], &["probe"]);
    assert_eq!((run.code, run.out.as_str()), (0, "by the proxy"), "{run:?}");
}
