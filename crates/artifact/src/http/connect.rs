//! From a URL to a connection: addresses, proxies, TLS, and one deadline over everything.

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use base64::Engine as _;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use url::{Host, Url};

use super::patience::left;
use super::proxy::unescaped;
use super::{HttpError, Proxies, Settings, exchange, tls};

/// One address of several may take so long before the next is tried.
const ATTEMPT: Duration = Duration::from_secs(30);

/// How a server is reached.
pub(super) struct Route {
    addresses: Vec<SocketAddr>,
    proxy: Option<Proxy>,
}

struct Proxy {
    url: Url,
    /// `Basic …`, from the name and password in its URL.
    authorization: Option<String>,
}

impl Route {
    /// An address that somebody else chose.
    pub(super) fn direct(address: SocketAddr) -> Self {
        Self { addresses: vec![address], proxy: None }
    }

    /// Finds the addresses of a server, or of the proxy before it.
    pub(super) fn find(url: &Url, proxies: &Proxies, deadline: Instant) -> Result<Self, HttpError> {
        let proxy = proxies.for_url(url).map(Proxy::read).transpose()?;
        let first = proxy.as_ref().map_or(url, |proxy| &proxy.url);
        Ok(Self { addresses: addresses(first, deadline)?, proxy })
    }

    /// Whether a proxy stands before the server.
    pub(super) fn has_proxy(&self) -> bool {
        self.proxy.is_some()
    }

    /// For a request that the proxy makes itself: the words by which it knows us, which may be none.
    pub(super) fn proxy_for_plain(&self, url: &Url) -> Option<Option<&str>> {
        let proxy = self.proxy.as_ref().filter(|_| url.scheme() == "http")?;
        Some(proxy.authorization.as_deref())
    }
}

impl Proxy {
    fn read(text: &str) -> Result<Self, HttpError> {
        let wrong = |why: &str| HttpError::Proxy { proxy: without_user(text), why: why.to_owned() };
        // Go: a proxy without a scheme speaks HTTP.
        let full = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
        let url = Url::parse(&full).map_err(|error| wrong(&error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(wrong("only http and https proxies are supported"));
        }
        if !url.has_host() {
            return Err(wrong("it has no host"));
        }
        let (name, password) = (url.username(), url.password());
        let authorization = (!name.is_empty() || password.is_some()).then(|| {
            let both = format!("{}:{}", unescaped(name), unescaped(password.unwrap_or_default()));
            format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(both))
        });
        Ok(Self { url, authorization })
    }
}

/// A proxy as it may be shown: scheme, host and port. What is no proxy stays as it is, but for what may be a password.
pub(super) fn shown_proxy(text: &str) -> String {
    let Ok(proxy) = Proxy::read(text) else { return without_user(text) };
    let port = proxy.url.port_or_known_default().unwrap_or(0);
    format!("{}://{}:{port}", proxy.url.scheme(), proxy.url.host_str().unwrap_or_default())
}

/// The text of a proxy that is not even a URL, without what may be a password.
fn without_user(text: &str) -> String {
    text.rsplit_once('@').map_or(text, |(_, host)| host).to_owned()
}

/// The addresses of a URL's host.
fn addresses(url: &Url, deadline: Instant) -> Result<Vec<SocketAddr>, HttpError> {
    let port = url.port_or_known_default().unwrap_or(0);
    match url.host() {
        Some(Host::Ipv4(address)) => Ok(vec![SocketAddr::new(address.into(), port)]),
        Some(Host::Ipv6(address)) => Ok(vec![SocketAddr::new(address.into(), port)]),
        Some(Host::Domain(name)) => {
            Ok(lookup(name, deadline)?.into_iter().map(|address| SocketAddr::new(address, port)).collect())
        }
        None => Err(HttpError::NoHost),
    }
}

/// The addresses of a host's name, as the system finds them, in its order.
///
/// The system's resolver knows no deadline, so that it is asked on a thread that may be left behind.
///
/// # Errors
/// For a name without an address, and when the deadline is over first.
pub fn lookup(name: &str, deadline: Instant) -> Result<Vec<IpAddr>, HttpError> {
    let (sender, receiver) = mpsc::channel();
    let asked = name.to_owned();
    let look = move || {
        let found = (asked.as_str(), 0).to_socket_addrs();
        // Nobody may be waiting any more.
        let _ = sender.send(found.map(|found| found.map(|address| address.ip()).collect::<Vec<_>>()));
    };
    let failed = |why: String| HttpError::Lookup { host: name.to_owned(), why };
    let thread = std::thread::Builder::new().name("lookup".to_owned()).spawn(look);
    thread.map_err(|error| failed(error.to_string()))?;
    match receiver.recv_timeout(left(deadline)?) {
        Ok(Ok(found)) if !found.is_empty() => Ok(found),
        Ok(Ok(_)) => Err(failed("no such host".to_owned())),
        Ok(Err(error)) => {
            let unknown = error.to_string().contains("not known");
            Err(failed(if unknown { "no such host".to_owned() } else { error.to_string() }))
        }
        Err(_) => Err(HttpError::Timeout),
    }
}

/// Bytes that go back and forth, however they are carried.
pub(super) trait Carrier: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Carrier for T {}

/// A connection, plain or not.
pub(super) type Stream = Box<dyn Carrier>;

/// Opens a connection that a request can be written to.
pub(super) async fn open<'a>(
    url: &Url,
    route: &Route,
    tls: &dyn Fn() -> Result<&'a tls::Config, HttpError>,
    settings: &Settings,
) -> Result<Stream, HttpError> {
    let secure = url.scheme() == "https";
    // What is wrong with keys and authorities is told before anybody is asked.
    let config = if secure { Some(tls()?) } else { None };
    let mut stream: Stream = Box::new(dial(&route.addresses).await?);
    if let Some(proxy) = &route.proxy {
        if proxy.url.scheme() == "https" {
            stream = secured(stream, tls()?, &proxy.url).await?;
        }
        if secure {
            let host = url.host().map(|host| host.to_string()).unwrap_or_default();
            let target = format!("{host}:{}", url.port_or_known_default().unwrap_or(443));
            let authorization = proxy.authorization.as_deref();
            stream = exchange::tunnel(stream, &target, &settings.user_agent, authorization).await?;
        }
    }
    match config {
        Some(config) => secured(stream, config, url).await,
        None => Ok(stream),
    }
}

/// Tries one address after the other.
async fn dial(addresses: &[SocketAddr]) -> Result<TcpStream, HttpError> {
    let mut failed = None;
    for address in addresses {
        let attempt = tokio::time::timeout(ATTEMPT, TcpStream::connect(address)).await;
        match attempt.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())) {
            Ok(stream) => {
                // Without it small writes would wait for each other; where it cannot be had, they wait.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Err(error) => {
                failed.get_or_insert(HttpError::Connect { address: address.to_string(), why: words(&error) });
            }
        }
    }
    Err(failed.unwrap_or(HttpError::NoHost))
}

/// Go's words for a connection that nobody takes.
fn words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => "i/o timeout".to_owned(),
        io::ErrorKind::NetworkUnreachable => "network is unreachable".to_owned(),
        io::ErrorKind::HostUnreachable => "no route to host".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

/// Makes a connection secure towards the host of a URL.
async fn secured(stream: Stream, config: &tls::Config, url: &Url) -> Result<Stream, HttpError> {
    let name = match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.').to_owned();
            ServerName::try_from(name).map_err(|error| HttpError::Tls(format!("tls: {error}")))?
        }
        Some(Host::Ipv4(address)) => ServerName::from(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => ServerName::from(IpAddr::V6(address)),
        None => return Err(HttpError::NoHost),
    };
    let connector = TlsConnector::from(Arc::clone(&config.client));
    match connector.connect(name, stream).await {
        Ok(stream) => Ok(Box::new(stream)),
        Err(error) => Err(match HttpError::of(&error) {
            HttpError::Truncated => HttpError::Broken("EOF".to_owned()),
            other => other,
        }),
    }
}
