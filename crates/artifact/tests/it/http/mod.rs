//! The client against servers that behave, and servers that do not.

mod server;

use std::io::Read as _;
use std::time::{Duration, Instant};

use pintle_artifact::http::{
    Client, Credentials, GetOptions, HttpError, Limits, Outgoing, Proxies, Settings, Stop, Tls,
};
use server::{Server, pem};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

fn settings() -> Settings {
    Settings {
        user_agent: "Helm/4.3.1".into(),
        tls: Tls { authorities: Some(pem("ca.pem")), ..Tls::default() },
        proxies: Proxies::default(),
        timeout: Duration::from_secs(60),
        limits: Limits { head: 4 << 10, body: 100 << 10, redirects: 9 },
    }
}

fn client() -> Client {
    Client::new(settings())
}

fn get(url: &str) -> Result<Vec<u8>, HttpError> {
    client().get(url, &GetOptions::default()).map(|download| download.body)
}

#[test]
fn a_download_asks_as_helm_does() {
    let server = Server::says(OK);
    let options = GetOptions {
        accept: Some("application/gzip,application/octet-stream".into()),
        credentials: Some(Credentials { username: "u".into(), password: "p".into() }),
        pass_credentials_all: false,
    };
    let download = client().get(&server.url("/a.tgz?x=1#part"), &options).unwrap();
    assert_eq!((download.status, &*download.status_line, &*download.body), (200, "200 OK", &b"hello"[..]));
    assert_eq!(download.headers.get("content-LENGTH"), Some(&b"5"[..]));
    let wanted = format!(
        "GET /a.tgz?x=1 HTTP/1.1\r\nHost: {}\r\nUser-Agent: Helm/4.3.1\r\nAccept: application/gzip,application/octet-stream\r\nAuthorization: Basic dTpw\r\nConnection: close\r\n\r\n",
        server.address
    );
    assert_eq!(server.asked(), [wanted]);
    // Credentials may stand in the URL; they are not shown again.
    let download =
        client().get(&format!("http://a:b%40@{}/", server.address), &GetOptions::default()).unwrap();
    assert_eq!(download.url, format!("http://a:***@{}/", server.address));
    assert!(server.asked()[1].contains("Authorization: Basic YTpiQA==\r\n"));
}

#[test]
fn bodies_are_read_in_every_frame() {
    for (answer, body) in [
        ("HTTP/1.1 200 OK\r\n\r\nto the end", "to the end"),
        ("HTTP/1.0 200 OK\r\n\r\nold", "old"),
        ("HTTP/1.1 200 OK\nContent-Length: 4\n\nbare", "bare"),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX: y\r\n\r\n",
            "abcde",
        ),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\nContent-Length: 9\r\n\r\n0\r\n\r\n", ""),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok", "ok"),
        ("HTTP/1.1 204 No Content\r\n\r\nignored", ""),
        ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", "x"),
    ] {
        assert_eq!(get(&Server::says(answer).url("/")).as_deref(), Ok(body.as_bytes()), "{answer}");
    }
    let missing = client()
        .get(&Server::says("HTTP/1.1 404 Not Found\r\n\r\n").url("/"), &GetOptions::default())
        .unwrap();
    assert_eq!((missing.status, &*missing.status_line), (404, "404 Not Found"));
}

#[test]
fn answers_that_are_none_are_refused() {
    for (answer, words) in [
        ("", "EOF"),
        ("HTTP/1.1 200 OK\r\n", "unexpected EOF"),
        (
            "hello\r\n\r\n",
            "net/http: HTTP/1.x transport connection broken: malformed HTTP response \"hello\"",
        ),
        ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", "unexpected EOF"),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
            "net/http: HTTP/1.x transport connection broken: invalid content-length parsed",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\nx",
            "net/http: HTTP/1.x transport connection broken: invalid content-length parsed",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
            "net/http: HTTP/1.x transport connection broken: invalid content-length parsed",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxy",
            "net/http: HTTP/1.x transport connection broken: invalid content-length parsed",
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
            "net/http: HTTP/1.x transport connection broken: unsupported transfer encoding: \"gzip\"",
        ),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab", "unexpected EOF"),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "net/http: HTTP/1.x transport connection broken: malformed chunked encoding",
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n",
            "net/http: HTTP/1.x transport connection broken: malformed chunked encoding",
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\n",
            "net/http: HTTP/1.x transport connection broken: malformed chunked encoding",
        ),
        (
            "HTTP/1.1 101 Switching Protocols\r\n\r\n",
            "net/http: HTTP/1.x transport connection broken: unexpected change of protocol",
        ),
    ] {
        let server = Server::says(answer);
        let error = get(&server.url("/a")).unwrap_err();
        assert_eq!(error.cause().to_string(), words, "{answer}");
        assert_eq!(error.to_string(), format!("Get \"{}\": {words}", server.url("/a")));
    }
}

#[test]
fn what_is_larger_than_allowed_is_refused_before_it_is_held() {
    let large = "x".repeat(101 << 10);
    let body = HttpError::Body { limit: 100 << 10 };
    let head = HttpError::Head { limit: 4 << 10 };
    let pieces = HttpError::Malformed("malformed chunked encoding".into());
    for (answer, wanted) in [
        // The server announces more than it will ever send: nobody waits for it.
        ("HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n".to_owned(), &body),
        (format!("HTTP/1.1 200 OK\r\n\r\n{large}"), &body),
        (
            format!(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{large}\r\n0\r\n\r\n",
                large.len()
            ),
            &body,
        ),
        (
            format!(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{}0\r\n\r\n",
                "400\r\n".to_owned() + &("y".repeat(1024) + "\r\n400\r\n").repeat(200)
            ),
            &body,
        ),
        (format!("HTTP/1.1 200 OK\r\nX: {large}\r\n\r\n"), &head),
        (format!("HTTP/1.1 200 OK\r\n{}\r\n", "X: y\r\n".repeat(200)), &head),
        (
            format!(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n{}\r\n",
                "X: y\r\n".repeat(2000)
            ),
            &pieces,
        ),
    ] {
        let error = get(&Server::says(&answer).url("/")).unwrap_err();
        assert_eq!(error.cause(), wanted, "{}", &answer[..60.min(answer.len())]);
    }
    let exact = "x".repeat(100 << 10);
    assert_eq!(
        get(&Server::says(format!("HTTP/1.1 200 OK\r\n\r\n{exact}")).url("/")).unwrap().len(),
        100 << 10
    );
}

#[test]
fn redirects_are_followed_and_credentials_stay_with_their_origin() {
    let last = Server::says(OK);
    let elsewhere = last.url("/end");
    let first = Server::plain(move |head| {
        let target = match head {
            head if head.starts_with("GET /1 ") => "2",
            head if head.starts_with("GET /2 ") => "/3?a=b",
            _ => &elsewhere,
        };
        format!("HTTP/1.1 302 Found\r\nLocation: {target}\r\n\r\n").into_bytes()
    });
    let mut options = GetOptions {
        credentials: Some(Credentials { username: "u".into(), password: "p".into() }),
        ..GetOptions::default()
    };
    let download = client().get(&first.url("/1"), &options).unwrap();
    assert_eq!((&*download.body, download.url), (&b"hello"[..], last.url("/end")));
    assert_eq!(first.asked().len(), 3);
    assert!(first.asked().iter().all(|head| head.contains("Authorization: Basic dTpw")));
    assert!(!last.asked()[0].contains("Authorization"), "another port is another origin");
    options.pass_credentials_all = true;
    client().get(&first.url("/1"), &options).unwrap();
    assert!(last.asked()[1].contains("Authorization: Basic dTpw"));
}

#[test]
fn redirects_end() {
    let turning = Server::says("HTTP/1.1 301 Moved\r\nLocation: /again\r\n\r\n");
    let error = get(&turning.url("/")).unwrap_err();
    assert_eq!(error.to_string(), "Get \"/again\": stopped after 10 redirects");
    assert_eq!(turning.asked().len(), 10);
    let away = Server::says("HTTP/1.1 302 Found\r\nLocation: ftp://x/y\r\n\r\n");
    assert_eq!(
        get(&away.url("/")).unwrap_err().to_string(),
        "Get \"ftp://x/y\": unsupported protocol scheme \"ftp\""
    );
    let file = Server::says("HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n");
    assert!(get(&file.url("/")).is_err());
    let nowhere =
        client().get(&Server::says("HTTP/1.1 302 Found\r\n\r\n").url("/"), &GetOptions::default()).unwrap();
    assert_eq!(nowhere.status_line, "302 Found");
}

#[test]
fn servers_prove_who_they_are() {
    let server = Server::secure(false, OK);
    let port = server.address.port();
    let url = format!("https://127.0.0.1:{port}/");
    assert_eq!(get(&url).unwrap(), b"hello");
    let with = |tls: Tls| Client::new(Settings { tls, ..settings() }).get(&url, &GetOptions::default());
    let stranger = with(Tls { authorities: Some(pem("other.pem")), ..Tls::default() }).unwrap_err();
    assert_eq!(
        stranger.cause().to_string(),
        "tls: failed to verify certificate: x509: certificate signed by unknown authority"
    );
    assert!(
        with(Tls { authorities: Some(pem("other.pem")), trust_everybody: true, ..Tls::default() }).is_ok()
    );
    // The system does not know our authority either.
    assert!(matches!(with(Tls::default()).unwrap_err().cause(), HttpError::Tls(_)));
    let other_name = client().send_to(server.address, &outgoing("https://other.test.invalid/")).unwrap_err();
    assert!(
        other_name
            .to_string()
            .starts_with("tls: failed to verify certificate: x509: certificate is not valid for")
    );
    let plain = Server::blunt(OK);
    let error = get(&format!("https://{}/", plain.address)).unwrap_err();
    assert_eq!(error.cause().to_string(), "tls: first record does not look like a TLS handshake");
    let unusable = with(Tls { authorities: Some(b"nothing".to_vec()), ..Tls::default() }).unwrap_err();
    assert!(matches!(unusable.cause(), HttpError::Identity(_)));
}

#[test]
fn we_prove_who_we_are() {
    let server = Server::secure(true, OK);
    let url = format!("https://{}/", server.address);
    let ask = |identity| {
        let tls = Tls { authorities: Some(pem("ca.pem")), identity, ..Tls::default() };
        Client::new(Settings { tls, ..settings() }).get(&url, &GetOptions::default())
    };
    assert_eq!(ask(Some((pem("client.pem"), pem("client.key")))).unwrap().body, b"hello");
    assert!(ask(None).is_err());
    assert!(matches!(
        ask(Some((pem("client.pem"), pem("server.key")))).unwrap_err().cause(),
        HttpError::Identity(_)
    ));
}

#[test]
fn a_body_that_a_secure_connection_does_not_end_is_cut_short() {
    // The server goes away without saying that it is done.
    let server = Server::secure(false, "HTTP/1.1 200 OK\r\n\r\npart of it");
    assert_eq!(get(&format!("https://{}/", server.address)).unwrap_err().cause(), &HttpError::Truncated);
}

#[test]
fn proxies_pass_plain_requests_and_tunnels() {
    let secure = Server::secure(false, OK);
    let proxy = Server::proxy(secure.address);
    let at = Some(format!("http://us%65r:pass@{}", proxy.address));
    let proxies = Proxies { http: at.clone(), https: at, none_for: "none.test.invalid".into() };
    let client = Client::new(Settings { proxies, ..settings() });
    let fetched = |url: &str| client.get(url, &GetOptions::default()).map(|download| download.body);
    assert_eq!(fetched("http://plain.test.invalid/a?b").unwrap(), b"by proxy!");
    assert_eq!(fetched("https://server.test.invalid/").unwrap(), b"hello");
    let asked = proxy.asked();
    assert!(
        asked[0].starts_with("GET http://plain.test.invalid/a?b HTTP/1.1\r\nHost: plain.test.invalid\r\n")
    );
    assert!(
        asked[1].starts_with("CONNECT server.test.invalid:443 HTTP/1.1\r\nHost: server.test.invalid:443\r\n")
    );
    assert!(asked.iter().all(|head| head.contains("Proxy-Authorization: Basic dXNlcjpwYXNz\r\n")));
    assert!(
        !secure.asked()[0].contains("Proxy-Authorization"),
        "the server does not learn the proxy's password"
    );
    // This machine is asked directly.
    let near = Server::says(OK);
    assert_eq!(fetched(&near.url("/")).unwrap(), b"hello");
    let refusing = Server::says("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    let proxies = Proxies { https: Some(refusing.address.to_string()), ..Proxies::default() };
    let refused = Client::new(Settings { proxies, ..settings() })
        .get("https://x.test.invalid/", &GetOptions::default());
    assert_eq!(
        refused.unwrap_err().to_string(),
        "Get \"https://x.test.invalid/\": Proxy Authentication Required"
    );
    let proxies = Proxies { http: Some("socks5://u:secret@127.0.0.1:1".into()), ..Proxies::default() };
    let error =
        Client::new(Settings { proxies, ..settings() }).get("http://x.test.invalid/", &GetOptions::default());
    let words = error.unwrap_err().to_string();
    assert!(
        words.contains("only http and https proxies are supported") && !words.contains("secret"),
        "{words}"
    );
}

#[test]
fn what_takes_too_long_ends() {
    let server = Server::silent();
    let begun = Instant::now();
    let patience = Settings { timeout: Duration::from_millis(200), ..settings() };
    let error = Client::new(patience).get(&server.url("/"), &GetOptions::default()).unwrap_err();
    assert_eq!(error.cause(), &HttpError::Timeout);
    // The server would have been silent for longer than this.
    assert!(begun.elapsed() < Duration::from_secs(15));
    // A handshake and a body keep to it too.
    let tls = Client::new(Settings { timeout: Duration::from_millis(200), ..settings() });
    assert_eq!(
        tls.get(&format!("https://{}/", server.address), &GetOptions::default()).unwrap_err().cause(),
        &HttpError::Timeout
    );
    let over = Outgoing { deadline: Instant::now(), ..outgoing("http://x.test.invalid/") };
    assert_eq!(client().send_to(server.address, &over).unwrap_err(), HttpError::Timeout);
}

#[test]
fn who_asked_can_say_stop() {
    let server = Server::silent();
    let calls = std::sync::atomic::AtomicU32::new(0);
    // Not before it has begun to wait.
    let stop: Stop =
        std::sync::Arc::new(move || calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed) >= 2);
    let stopped = Outgoing { stop: Some(&stop), ..outgoing("http://x.test.invalid/") };
    assert_eq!(client().send_to(server.address, &stopped).unwrap_err(), HttpError::Stopped);
}

#[test]
fn nobody_there_is_said_as_go_says_it() {
    // Nobody listens at the first port.
    let address = "127.0.0.1:1";
    let error = get(&format!("http://{address}/x.tgz")).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("Get \"http://{address}/x.tgz\": dial tcp {address}: connect: connection refused")
    );
    assert_eq!(
        get("ftp://x/").unwrap_err().to_string(),
        "Get \"ftp://x/\": unsupported protocol scheme \"ftp\""
    );
    assert!(matches!(get("http://[::1/"), Err(HttpError::Url { .. })));
    assert!(matches!(get("x"), Err(HttpError::Url { .. })));
}

fn outgoing(url: &str) -> Outgoing<'_> {
    let deadline = Instant::now() + Duration::from_secs(60);
    let limits = Limits { head: 4 << 10, body: 100, redirects: 0 };
    Outgoing { method: "GET", url, headers: &[], body: &[], deadline, stop: None, limits }
}

#[test]
fn a_request_for_somebody_else_goes_to_the_given_address_and_follows_nothing() {
    let server =
        Server::says("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 4\r\n\r\nbody");
    let proxies = Proxies { http: Some("http://127.0.0.1:1".into()), ..Proxies::default() };
    let client = Client::new(Settings { proxies, ..settings() });
    let headers = [
        ("X-Own".to_owned(), b"1".to_vec()),
        ("host".to_owned(), b"evil.test.invalid".to_vec()),
        ("Content-Length".to_owned(), b"99".to_vec()),
        ("transfer-encoding".to_owned(), b"chunked".to_vec()),
    ];
    let request = Outgoing {
        method: "POST",
        headers: &headers,
        body: b"data",
        ..outgoing("http://a:b@api.test.invalid:8080/p?q")
    };
    let mut answer = client.send_to(server.address, &request).unwrap();
    let mut body = String::new();
    answer.body.read_to_string(&mut body).unwrap();
    assert_eq!((answer.status, &*body), (302, "body"));
    assert_eq!(
        server.asked(),
        [
            "POST /p?q HTTP/1.1\r\nHost: api.test.invalid:8080\r\nX-Own: 1\r\nContent-Length: 4\r\nConnection: close\r\n\r\ndata"
        ]
    );
    let secure = Server::secure(false, OK);
    let answer = client.send_to(secure.address, &outgoing("https://server.test.invalid/")).unwrap();
    assert_eq!(answer.body.read_whole().unwrap(), b"hello");
    assert!(secure.asked()[0].contains("Host: server.test.invalid\r\n"));
}

#[test]
fn requests_cannot_be_smuggled_into_requests() {
    let server = Server::says(OK);
    let send = |request: &Outgoing<'_>| client().send_to(server.address, request).map(|answer| answer.status);
    let url = "http://x.test.invalid/";
    for method in ["", "GET /x HTTP/1.1\r\nX:", "GE T"] {
        assert!(
            matches!(send(&Outgoing { method, ..outgoing(url) }), Err(HttpError::Request(_))),
            "{method:?}"
        );
    }
    for (name, value) in
        [("A\r\nB", "x"), ("", "x"), ("A B", "x"), ("A", "x\r\nB: y"), ("A", "x\0"), ("A:", "x")]
    {
        let headers = [(name.to_owned(), value.as_bytes().to_vec())];
        let sent = send(&Outgoing { headers: &headers, ..outgoing(url) });
        assert!(matches!(sent, Err(HttpError::Request(_))), "{name:?} {value:?}");
    }
    send(&outgoing("http://x.test.invalid/a b\r\nX: y")).unwrap();
    assert!(server.asked()[0].starts_with("GET /a%20bX:%20y HTTP/1.1\r\n"), "{:?}", server.asked());
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn a_body_that_is_read_for_somebody_else_keeps_to_its_limit() {
    let server = Server::says(format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat(101)));
    let answer = client().send_to(server.address, &outgoing("http://x.test.invalid/")).unwrap();
    assert_eq!(answer.body.read_whole(), Err(HttpError::Body { limit: 100 }));
}
