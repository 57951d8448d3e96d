//! From a URL to a connection: addresses, proxies, TLS, and one deadline over everything.

use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs as _};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use base64::Engine as _;
use rustls::pki_types::ServerName;
use rustls::{ClientConnection, StreamOwned};
use url::{Host, Url};

use super::exchange::{self, Buffered};
use super::proxy::unescaped;
use super::{HttpError, Proxies, Settings, tls};

/// One address of several may take so long before the next is tried.
const ATTEMPT: Duration = Duration::from_secs(30);
/// Bytes that a proxy's answer to `CONNECT` may have.
const PROXY_HEAD: usize = 16 << 10;

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

/// The text of a proxy that is not even a URL, without what may be a password.
fn without_user(text: &str) -> String {
    text.rsplit_once('@').map_or(text, |(_, host)| host).to_owned()
}

/// Looks a host up. The system's resolver knows no deadline, so that it is asked on a thread that may be left behind.
fn addresses(url: &Url, deadline: Instant) -> Result<Vec<SocketAddr>, HttpError> {
    let port = url.port_or_known_default().unwrap_or(0);
    let name = match url.host() {
        Some(Host::Ipv4(address)) => return Ok(vec![SocketAddr::new(address.into(), port)]),
        Some(Host::Ipv6(address)) => return Ok(vec![SocketAddr::new(address.into(), port)]),
        Some(Host::Domain(name)) => name.to_owned(),
        None => return Err(HttpError::NoHost),
    };
    let (sender, receiver) = mpsc::channel();
    let asked = name.clone();
    let look = move || {
        let found = (asked.as_str(), port).to_socket_addrs().map(Iterator::collect::<Vec<_>>);
        // Nobody may be waiting any more.
        let _ = sender.send(found);
    };
    let thread = std::thread::Builder::new().name("lookup".to_owned()).spawn(look);
    thread.map_err(|error| HttpError::Lookup { host: name.clone(), why: error.to_string() })?;
    match receiver.recv_timeout(left(deadline)?) {
        Ok(Ok(found)) if !found.is_empty() => Ok(found),
        Ok(Ok(_)) => Err(HttpError::Lookup { host: name, why: "no such host".to_owned() }),
        Ok(Err(error)) => {
            let unknown = error.to_string().contains("not known");
            let why = if unknown { "no such host".to_owned() } else { error.to_string() };
            Err(HttpError::Lookup { host: name, why })
        }
        Err(_) => Err(HttpError::Timeout),
    }
}

/// Opens a connection that a request can be written to.
pub(super) fn open<'a>(
    url: &Url,
    route: &Route,
    deadline: Instant,
    tls: &dyn Fn() -> Result<&'a tls::Config, HttpError>,
    settings: &Settings,
) -> Result<Stream, HttpError> {
    let secure = url.scheme() == "https";
    // What is wrong with keys and authorities is told before anybody is asked.
    let config = if secure { Some(tls()?) } else { None };
    let mut stream = Stream::Plain(dial(&route.addresses, deadline)?);
    if let Some(proxy) = &route.proxy {
        if proxy.url.scheme() == "https" {
            stream = stream.secured(tls()?, &proxy.url)?;
        }
        if secure {
            stream = tunnel(stream, url, proxy, &settings.user_agent)?;
        }
    }
    match config {
        Some(config) => stream.secured(config, url),
        None => Ok(stream),
    }
}

/// Tries one address after the other.
fn dial(addresses: &[SocketAddr], deadline: Instant) -> Result<Connection, HttpError> {
    let mut failed = None;
    for address in addresses {
        let patience = left(deadline)?.min(ATTEMPT);
        match TcpStream::connect_timeout(address, patience) {
            Ok(stream) => {
                // Without it small writes would wait for each other; where it cannot be had, they wait.
                let _ = stream.set_nodelay(true);
                return Ok(Connection { stream, deadline });
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

/// Asks a proxy to pass bytes on to a server, which it then cannot read.
fn tunnel(mut stream: Stream, url: &Url, proxy: &Proxy, user_agent: &str) -> Result<Stream, HttpError> {
    let host = url.host().map(|host| host.to_string()).unwrap_or_default();
    let target = format!("{host}:{}", url.port_or_known_default().unwrap_or(443));
    let mut head = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n");
    if !user_agent.is_empty() && exchange::is_header_value(user_agent.as_bytes()) {
        head.push_str(&format!("User-Agent: {user_agent}\r\n"));
    }
    if let Some(authorization) = &proxy.authorization {
        head.push_str(&format!("Proxy-Authorization: {authorization}\r\n"));
    }
    head.push_str("\r\n");
    let sent = stream.write_all(head.as_bytes()).and_then(|()| stream.flush());
    sent.map_err(|error| HttpError::of(&error))?;
    let mut buffered = Buffered::new(stream);
    let (status, line, _) = exchange::read_head(&mut buffered, PROXY_HEAD)?;
    if status != 200 {
        let words = line.split_once(' ').map_or(line.as_str(), |(_, words)| words);
        return Err(HttpError::ProxyRefused(words.to_owned()));
    }
    // Nothing of the server's can be here before we have said a word to it.
    buffered.into_empty_stream().ok_or_else(|| HttpError::Malformed("proxy spoke out of turn".to_owned()))
}

/// The time until a deadline.
fn left(deadline: Instant) -> Result<Duration, HttpError> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(HttpError::Timeout) } else { Ok(left) }
}

/// A connection whose every read and write keeps to the deadline.
pub(super) struct Connection {
    stream: TcpStream,
    deadline: Instant,
}

impl Read for Connection {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(left(self.deadline).map_err(HttpError::into_io)?))?;
        self.stream.read(buffer)
    }
}

impl Write for Connection {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(left(self.deadline).map_err(HttpError::into_io)?))?;
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// A connection, plain or not.
pub(super) enum Stream {
    Plain(Connection),
    Secure(Box<StreamOwned<ClientConnection, Stream>>),
}

impl Stream {
    /// Makes it secure towards the host of a URL: the handshake is done here.
    fn secured(self, config: &tls::Config, url: &Url) -> Result<Self, HttpError> {
        let name = match url.host() {
            Some(Host::Domain(name)) => {
                let name = name.trim_end_matches('.').to_owned();
                ServerName::try_from(name).map_err(|error| HttpError::Tls(format!("tls: {error}")))?
            }
            Some(Host::Ipv4(address)) => ServerName::from(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => ServerName::from(IpAddr::V6(address)),
            None => return Err(HttpError::NoHost),
        };
        let connection = ClientConnection::new(Arc::clone(&config.client), name)
            .map_err(|error| HttpError::Tls(tls::words(&error)))?;
        let mut stream = StreamOwned::new(connection, self);
        while stream.conn.is_handshaking() {
            let step = stream.conn.complete_io(&mut stream.sock);
            step.map_err(|error| match HttpError::of(&error) {
                HttpError::Truncated => HttpError::Broken("EOF".to_owned()),
                other => other,
            })?;
        }
        Ok(Self::Secure(Box::new(stream)))
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(connection) => connection.read(buffer),
            Self::Secure(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(connection) => connection.write(bytes),
            Self::Secure(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(connection) => connection.flush(),
            Self::Secure(stream) => stream.flush(),
        }
    }
}
