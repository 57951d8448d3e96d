//! HTTP for who can wait: one request, one connection, one answer, all of them bounded.
//!
//! Two levels. [`Client::get`] is for our own downloads: it finds addresses, goes through proxies, follows redirects
//! and keeps credentials with the origin that they are for. [`Client::send_to`] is for requests on behalf of somebody
//! else: one request to one address that the caller has judged, with nothing followed, found or remembered, so that
//! what was allowed is what happens.
//!
//! A connection serves one request (`connect.rs`, with TLS from `tls.rs`, through what `proxy.rs` says); `exchange.rs`
//! lets hyper write the request and read the answer; both move only while `patience.rs` waits for them. Heads, bodies and
//! redirects meet their limits before memory is taken for them, and one deadline is over all of it. Nothing here reads the environment: proxies, roots, names and times come
//! from the caller. (Where no roots are given, the system's are read, and the library that knows where they lie looks
//! at `SSL_CERT_FILE` and `SSL_CERT_DIR`, as Go's does.) Nothing is made before the first request needs it.
//!
//! Not to be called on a thread that drives an asynchronous runtime: it blocks.
//!
//! Deliberately absent: HTTP/2, compression, cookies, a pool of connections.

mod connect;
mod error;
mod exchange;
mod patience;
mod proxy;
mod tls;

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use base64::Engine as _;
use tokio::runtime::Runtime;
use url::Url;

pub use connect::lookup;
pub use error::HttpError;
pub use exchange::{Answer, Body, Headers};
pub use patience::Stop;
pub use proxy::Proxies;
pub use tls::Tls;

use connect::Route;
use patience::Patience;

/// What answers may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of an answer's head, and of what stands behind a body in pieces.
    pub head: usize,
    /// Bytes of a body.
    pub body: u64,
    /// Redirects that are followed.
    pub redirects: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { head: 64 << 10, body: 256 << 20, redirects: 9 }
    }
}

/// How a client behaves towards everybody.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What it calls itself: `Helm/4.3.1`.
    pub user_agent: String,
    /// Whom it trusts, and who it is.
    pub tls: Tls,
    /// What stands between. [`Client::send_to`] goes around it.
    pub proxies: Proxies,
    /// How long one request may take, from the first name that is looked up to the last byte.
    pub timeout: Duration,
    /// What answers may cost.
    pub limits: Limits,
}

/// A name and its password, for basic authentication.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The name.
    pub username: String,
    /// The password.
    pub password: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("username", &self.username).finish_non_exhaustive()
    }
}

/// What one download asks for.
#[derive(Debug, Clone, Default)]
pub struct GetOptions {
    /// The kinds of content that will do, as the header `Accept` has them.
    pub accept: Option<String>,
    /// Who asks.
    pub credentials: Option<Credentials>,
    /// Gives the credentials to whatever origin a redirect leads to, instead of to the first alone.
    pub pass_credentials_all: bool,
}

/// What a download brought.
#[derive(Debug)]
pub struct Download {
    /// The status: 200, 404.
    pub status: u16,
    /// The status as the server words it: `404 Not Found`.
    pub status_line: String,
    /// The headers.
    pub headers: Headers,
    /// The whole body.
    pub body: Vec<u8>,
    /// Where it came from in the end.
    pub url: String,
}

/// A request on behalf of somebody else.
#[derive(Clone, Copy)]
pub struct Outgoing<'a> {
    /// The method: `GET`.
    pub method: &'a str,
    /// Where it goes, `http` or `https`. Its host is named to the server; it is not looked up.
    pub url: &'a str,
    /// Headers besides `Host`, `Connection`, `Content-Length` and `Transfer-Encoding`, which are ours.
    pub headers: &'a [(String, Vec<u8>)],
    /// The body; an empty one is none.
    pub body: &'a [u8],
    /// When all of it has to be over.
    pub deadline: Instant,
    /// Ends it earlier; also while the answer's body is read.
    pub stop: Option<&'a Stop>,
    /// What the answer may cost.
    pub limits: Limits,
}

/// A client. Making one costs nothing; whom it trusts is found out with the first `https` request.
#[derive(Debug)]
pub struct Client {
    settings: Settings,
    tls: OnceLock<Result<tls::Config, HttpError>>,
    runtime: OnceLock<Result<Arc<Runtime>, HttpError>>,
}

impl Client {
    /// Makes a client.
    pub fn new(settings: Settings) -> Self {
        Self { settings, tls: OnceLock::new(), runtime: OnceLock::new() }
    }

    /// Fetches what a URL leads to, redirects followed.
    ///
    /// A status other than 200 is no error here.
    ///
    /// # Errors
    /// In Go's words, with the method and the URL (without its password) before them.
    pub fn get(&self, url: &str, options: &GetOptions) -> Result<Download, HttpError> {
        self.fetch("GET", url, options)
    }

    /// Asks what [`Client::get`] would bring: everything but the body.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub fn head(&self, url: &str, options: &GetOptions) -> Result<Download, HttpError> {
        self.fetch("HEAD", url, options)
    }

    fn fetch(&self, method: &str, url: &str, options: &GetOptions) -> Result<Download, HttpError> {
        let word = if method == "HEAD" { "Head" } else { "Get" };
        let deadline = Instant::now() + self.settings.timeout;
        let mut url = parsed(url)?;
        let origin = url.origin();
        let mut redirects = 0;
        loop {
            let about = |error: HttpError| error.about(word, &shown(&url));
            let mut headers = Vec::new();
            let mut header =
                |name: &str, value: &str| headers.push((name.to_owned(), value.as_bytes().to_vec()));
            header("User-Agent", &self.settings.user_agent);
            if let Some(accept) = &options.accept {
                header("Accept", accept);
            }
            let own = url.origin() == origin || options.pass_credentials_all;
            if let Some(credentials) =
                options.credentials.clone().filter(|_| own).or_else(|| written_in(&url))
            {
                header("Authorization", &basic(&credentials));
            }
            let route = Route::find(&url, &self.settings.proxies, deadline).map_err(about)?;
            let tls = || self.tls();
            let request = exchange::Request {
                method,
                url: &url,
                headers: &headers,
                body: &[],
                proxied: route.proxy_for_plain(&url),
            };
            let connect = connect::open(&url, &route, &tls, &self.settings);
            let patience = self.patience(deadline, None).map_err(about)?;
            let answer =
                exchange::perform(connect, &request, &self.settings.limits, patience).map_err(about)?;
            let target = answer.headers.get("location").filter(|_| is_redirect(answer.status));
            let Some(target) = target else {
                let Answer { status, status_line, headers, body } = answer;
                let body = body.read_whole().map_err(about)?;
                return Ok(Download { status, status_line, headers, body, url: shown(&url) });
            };
            if redirects == self.settings.limits.redirects {
                let error = HttpError::Redirects { followed: redirects + 1 };
                return Err(error.about(word, &String::from_utf8_lossy(target)));
            }
            redirects += 1;
            url = redirected(&url, target).map_err(about)?;
        }
    }

    /// Sends one request to one address. Redirects, proxies and names are the caller's business; the answer's body is
    /// read by the caller, within the request's limits and deadline.
    ///
    /// # Errors
    /// For a request that cannot be written, a server that does not answer, and an answer that is none.
    pub fn send_to(&self, address: SocketAddr, request: &Outgoing<'_>) -> Result<Answer, HttpError> {
        let url = parsed(request.url)?;
        let route = Route::direct(address);
        let Outgoing { method, headers, body, limits, deadline, stop, .. } = *request;
        let tls = || self.tls();
        exchange::perform(
            connect::open(&url, &route, &tls, &self.settings),
            &exchange::Request { method, url: &url, headers, body, proxied: None },
            &limits,
            self.patience(deadline, stop.cloned())?,
        )
    }

    /// Sends one request through the proxy that its URL takes, which finds the server's address by itself. Otherwise as
    /// [`Client::send_to`].
    ///
    /// # Errors
    /// As there, and when the URL takes no proxy.
    pub fn send_through_proxy(&self, request: &Outgoing<'_>) -> Result<Answer, HttpError> {
        let url = parsed(request.url)?;
        let Outgoing { method, headers, body, limits, deadline, stop, .. } = *request;
        let route = Route::find(&url, &self.settings.proxies, deadline)?;
        if !route.has_proxy() {
            let why = "no proxy is for this URL".to_owned();
            return Err(HttpError::Proxy { proxy: String::new(), why });
        }
        let tls = || self.tls();
        exchange::perform(
            connect::open(&url, &route, &tls, &self.settings),
            &exchange::Request { method, url: &url, headers, body, proxied: route.proxy_for_plain(&url) },
            &limits,
            self.patience(deadline, stop.cloned())?,
        )
    }

    /// How long a request is waited for, and what drives it meanwhile: made once, for the first.
    fn patience(&self, deadline: Instant, stop: Option<Stop>) -> Result<Patience, HttpError> {
        let make = || {
            let made = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build();
            made.map(Arc::new).map_err(|error| HttpError::Broken(error.to_string()))
        };
        let runtime = Arc::clone(self.runtime.get_or_init(make).as_ref().map_err(Clone::clone)?);
        Ok(Patience { runtime, deadline, stop })
    }

    /// Whom to trust, found out once.
    fn tls(&self) -> Result<&tls::Config, HttpError> {
        self.tls.get_or_init(|| tls::Config::of(&self.settings.tls)).as_ref().map_err(Clone::clone)
    }
}

fn parsed(text: &str) -> Result<Url, HttpError> {
    let url =
        Url::parse(text).map_err(|error| HttpError::Url { url: text.to_owned(), why: error.to_string() })?;
    checked(url)
}

/// Only what can be asked over HTTP.
fn checked(url: Url) -> Result<Url, HttpError> {
    match url.scheme() {
        "http" | "https" if url.has_host() => Ok(url),
        "http" | "https" => Err(HttpError::NoHost.about("Get", url.as_str())),
        scheme => Err(HttpError::Scheme(scheme.to_owned()).about("Get", &shown(&url))),
    }
}

fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

fn redirected(from: &Url, target: &[u8]) -> Result<Url, HttpError> {
    let target = String::from_utf8_lossy(target);
    let url = from
        .join(&target)
        .map_err(|error| HttpError::Url { url: target.clone().into_owned(), why: error.to_string() })?;
    checked(url)
}

/// The URL as it may be shown: without its password.
fn shown(url: &Url) -> String {
    if url.password().is_none() {
        return url.to_string();
    }
    let mut url = url.clone();
    // Go writes three stars, which need no escape.
    match url.set_password(Some("***")) {
        Ok(()) => url.to_string(),
        Err(()) => url.origin().ascii_serialization(),
    }
}

/// Credentials that stand in the URL itself.
fn written_in(url: &Url) -> Option<Credentials> {
    if url.username().is_empty() && url.password().is_none() {
        return None;
    }
    let plain = |text: &str| proxy::unescaped(text);
    Some(Credentials { username: plain(url.username()), password: plain(url.password().unwrap_or_default()) })
}

fn basic(credentials: &Credentials) -> String {
    let both = format!("{}:{}", credentials.username, credentials.password);
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(both))
}
