use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Mutex;

use guard::{Policy, Question};
use sandbox::{Cancel, SystemClock};

use super::*;

fn guard(grants: &[&str]) -> Guard {
    let builder = grants.iter().fold(Policy::builder(), |builder, text| builder.flag(text).unwrap());
    Guard::new(builder.build())
}

fn world(variables: &[(&str, &str)]) -> World {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    World::new(&Environment::new("pintle".to_owned(), variables.collect()), Limits::default())
}

fn deadline(time: Duration) -> Deadline {
    Deadline::new(Arc::new(SystemClock::new()), time, Cancel::new())
}

const LONG: Duration = Duration::from_secs(60);

/// A server that answers every request so, and the heads of what it was asked.
fn server(answer: &'static str) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, asked) = (listener.local_addr().unwrap(), Arc::new(Mutex::new(Vec::new())));
    let known = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, mut head, mut byte) = (stream.unwrap(), Vec::new(), [0]);
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
                head.push(byte[0]);
            }
            known.lock().unwrap().push(String::from_utf8(head).unwrap());
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    (address, asked)
}

fn request(port: u16) -> HttpRequest {
    HttpRequest {
        method: "GET".into(),
        scheme: "http".into(),
        host: "api.test.invalid".into(),
        port,
        target: "/a?b=c".into(),
        headers: vec![("X-Own".into(), "1".into())],
        body: Vec::new(),
    }
}

fn exchange(
    world: &mut World,
    plugin: &str,
    address: SocketAddr,
    time: Duration,
) -> Result<(u16, String), OutboundError> {
    let mut guard =
        guard(&[&format!("plugin:{plugin} http=GET http://api.test.invalid:{}/**", address.port())]);
    let actor = Actor::plugin(plugin);
    let asked = request(address.port());
    let question = Question::Http { method: "GET".into(), url: asked.url(), address: None };
    let permit = guard.check(&[&actor], question).unwrap();
    let deadline = deadline(time);
    let asking = Asking { actor: &actor, guard: &mut guard, deadline: &deadline, most: 1 << 20 };
    let mut answer = world.exchange(permit, address, &asked, asking)?;
    let mut body = String::new();
    answer.body.read_to_string(&mut body).unwrap();
    Ok((answer.status, body))
}

#[test]
fn a_request_goes_to_the_judged_address_and_shares_no_client() {
    let (address, asked) = server("HTTP/1.1 201 Created\r\nSet-Cookie: a=b\r\nContent-Length: 2\r\n\r\nok");
    // Nobody listens where the proxy should be.
    let mut world = world(&[("HTTP_PROXY", "http://127.0.0.1:1")]);
    for plugin in ["one", "one", "two"] {
        assert_eq!(exchange(&mut world, plugin, address, LONG).unwrap(), (201, "ok".to_owned()));
    }
    assert_eq!(world.clients.len(), 2);
    let asked = asked.lock().unwrap();
    let wanted = format!(
        "GET /a?b=c HTTP/1.1\r\nHost: api.test.invalid:{}\r\nX-Own: 1\r\nConnection: close\r\n\r\n",
        address.port()
    );
    assert!(asked.iter().all(|head| *head == wanted), "{asked:?}");
}

#[test]
fn nobody_there_is_said_with_the_proxy_that_is_not_used() {
    let there = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = there.local_addr().unwrap();
    drop(there);
    let plain = exchange(&mut world(&[]), "p", address, LONG).unwrap_err().to_string();
    assert!(plain.ends_with("connection refused"), "{plain}");
    let proxied = exchange(&mut world(&[("https_proxy", "http://u:secret@x")]), "p", address, LONG);
    let proxied = proxied.unwrap_err().to_string();
    assert!(proxied.ends_with("(the proxy of https_proxy was not granted)"), "{proxied}");
    assert!(!proxied.contains("secret"));
}

#[test]
fn a_call_that_is_over_asks_nobody() {
    let (address, asked) = server("HTTP/1.1 200 OK\r\n\r\n");
    let error = exchange(&mut world(&[]), "p", address, Duration::ZERO).unwrap_err();
    assert_eq!(error, OutboundError::Stopped);
    assert!(asked.lock().unwrap().is_empty());
}

/// A chart whose one template is this text.
fn chart(template: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n");
    write("values.yaml", "size: 1\n");
    write("templates/a.yaml", template);
    folder
}

/// What a plugin gets for a chart, and what its guard wrote down.
fn template(chart: &Path, grants: &[&str]) -> (Result<Value, OutboundError>, Vec<String>) {
    let reference = chart.to_string_lossy().into_owned();
    let own = format!("plugin:p chart={reference}");
    let mut guard = guard(&[&[own.as_str()], grants].concat());
    let actor = Actor::plugin("p");
    let permit = guard.check(&[&actor], Question::Chart { source: reference.clone() }).unwrap();
    let deadline = deadline(LONG);
    let asking = Asking { actor: &actor, guard: &mut guard, deadline: &deadline, most: 1 << 20 };
    let request = TemplateRequest {
        chart: reference,
        values: serde_json::json!({"size": 3}),
        name: "r".into(),
        namespace: "n".into(),
    };
    let answer = world(&[]).template(permit, &request, asking);
    (answer, guard.take_records().iter().map(guard::Record::to_json).collect())
}

#[test]
fn a_chart_is_shown_and_rendered_for_a_plugin() {
    let folder =
        chart("kind: X\nsize: {{ .Values.size }}\nat: {{ .Release.Name }}.{{ .Release.Namespace }}\n");
    let (text, _) = template(folder.path(), &[]);
    let wanted = "---\n# Source: shop/templates/a.yaml\nkind: X\nsize: 3\nat: r.n\n";
    assert_eq!(text.unwrap().as_str().map(str::trim_end), Some(wanted.trim_end()));

    let mut guard = guard(&["plugin:p chart=**"]);
    let (actor, deadline) = (Actor::plugin("p"), deadline(LONG));
    let mut show = |reference: &str| {
        let permit = guard.check(&[&actor], Question::Chart { source: reference.to_owned() }).unwrap();
        let asking = Asking { actor: &actor, guard: &mut guard, deadline: &deadline, most: 1 << 20 };
        world(&[]).show_chart(permit, reference, asking)
    };
    let shown = show(&folder.path().to_string_lossy()).unwrap();
    assert_eq!(shown["chart"]["name"], "shop");
    assert_eq!(shown["values"], serde_json::json!({"size": 1}));
    assert!(matches!(show("/nowhere/x"), Err(OutboundError::NotFound(_))));
    assert!(matches!(show("oci://r.test/x"), Err(OutboundError::Unsupported(_))));
}

#[test]
fn what_a_plugin_has_rendered_has_no_more_than_the_plugin() {
    let folder = chart("at: {{ now | date \"2006\" }}\nkey: {{ genPrivateKey \"ed25519\" | len }}\n");
    let (denied, records) = template(folder.path(), &[]);
    let denied = denied.unwrap_err().to_string();
    assert!(denied.contains("plugin:p") && denied.contains("clock"), "{denied}");
    assert!(records.last().unwrap().contains("plugin:p"), "{records:?}");
    // A chart of that name may have been granted it: that is somebody else.
    assert!(template(folder.path(), &["chart:shop clock", "chart:shop keygen"]).0.is_err());
    let grants = ["plugin:p clock", "plugin:p timezone", "plugin:p keygen"];
    assert!(template(folder.path(), &grants).0.unwrap().as_str().unwrap().contains("at: 20"));
}

#[cfg(unix)]
#[test]
fn a_chart_cannot_lead_a_plugin_out_of_its_folder() {
    let folder = chart("{{ .Files.Get \"out.txt\" }}");
    let secret = tempfile::tempdir().unwrap();
    let secret = std::fs::canonicalize(secret.path()).unwrap();
    std::fs::create_dir_all(&secret).unwrap();
    std::fs::write(secret.join("s"), "kind: Secret").unwrap();
    std::os::unix::fs::symlink(secret.join("s"), folder.path().join("out.txt")).unwrap();
    let denied = template(folder.path(), &[]).0.unwrap_err().to_string();
    assert!(denied.contains("plugin:p"), "{denied}");
    let grant = format!("plugin:p file=ro {}/**", secret.display());
    assert!(template(folder.path(), &[&grant]).0.unwrap().as_str().unwrap().contains("kind: Secret"));
    std::fs::remove_dir_all(&secret).unwrap();
}

#[test]
fn templates_that_take_too_long_end_with_the_call() {
    let folder = chart(
        "{{ range until 1000 }}{{ range until 1000 }}{{ range until 1000 }}{{ end }}{{ end }}{{ end }}",
    );
    let reference = folder.path().to_string_lossy().into_owned();
    let mut guard = guard(&["plugin:p chart=**"]);
    let (actor, deadline) = (Actor::plugin("p"), deadline(Duration::from_millis(300)));
    let permit = guard.check(&[&actor], Question::Chart { source: reference.clone() }).unwrap();
    let asking = Asking { actor: &actor, guard: &mut guard, deadline: &deadline, most: 1 << 20 };
    let request = TemplateRequest {
        chart: reference,
        values: serde_json::json!({}),
        name: "r".into(),
        namespace: "n".into(),
    };
    let error = world(&[]).template(permit, &request, asking).unwrap_err();
    assert!(error == OutboundError::Stopped || error.to_string().contains("render.steps"), "{error}");
    // The guard is back where it was.
    assert!(!guard.records().is_empty());
}
