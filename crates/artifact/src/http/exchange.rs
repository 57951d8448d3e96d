//! One request out, one answer in: hyper's HTTP/1, with our limits around it.

use std::error::Error as _;
use std::future::{Future, poll_fn};
use std::io::{self, Read};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use govalue::print::quote;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::ext::ReasonPhrase;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Response, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use url::{Position, Url};

use super::connect::Stream;
use super::patience::Patience;
use super::{HttpError, Limits};

/// Headers that an answer may have.
const MOST_HEADERS: usize = 128;
/// The least that hyper takes for a buffer.
const LEAST_BUFFER: usize = 8 << 10;
/// Bytes that a proxy's answer to `CONNECT` may have.
const PROXY_HEAD: usize = 16 << 10;
/// Bytes that are taken for a body before it is known how long it really is.
const FIRST: u64 = 1 << 20;

/// What is written.
pub(super) struct Request<'a> {
    pub(super) method: &'a str,
    pub(super) url: &'a Url,
    pub(super) headers: &'a [(String, Vec<u8>)],
    pub(super) body: &'a [u8],
    /// For a proxy that makes the request itself: by what it knows us, if by anything.
    pub(super) proxied: Option<Option<&'a str>>,
}

/// An answer whose body is still to be read.
#[derive(Debug)]
pub struct Answer {
    /// The status: 200.
    pub status: u16,
    /// The status as the server words it: `200 OK`.
    pub status_line: String,
    /// The headers.
    pub headers: Headers,
    /// The body.
    pub body: Body,
}

/// Headers, those of one name together; the names in small letters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers(Vec<(String, Vec<u8>)>);

impl Headers {
    /// The value of the first header of that name, in whatever case.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The values of all headers of that name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.iter().filter(move |(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_slice()))
    }
}

/// Writes a request and reads the head of its answer.
///
/// `connect` opens the connection, once the request is known to be one that can be written.
pub(super) fn perform(
    connect: impl Future<Output = Result<Stream, HttpError>>,
    request: &Request<'_>,
    limits: &Limits,
    patience: Patience,
) -> Result<Answer, HttpError> {
    let written = written(request)?;
    let (link, response) = patience.wait(async {
        let (sender, link) = Link::over(connect.await?, limits.head).await?;
        link.ask(sender, written).await
    })?;
    let (parts, incoming) = response.into_parts();
    let reason = parts.extensions.get::<ReasonPhrase>();
    let status_line = status_line(parts.status, reason);
    if parts.status == StatusCode::SWITCHING_PROTOCOLS {
        return Err(HttpError::Malformed("unexpected change of protocol".to_owned()));
    }
    let headers = parts.headers.iter().map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()));
    let headers = Headers(headers.collect());
    let size: usize = headers.iter().map(|(name, value)| name.len() + value.len() + 4).sum();
    if size > limits.head {
        return Err(HttpError::Head { limit: limits.head });
    }
    let bodiless =
        request.method == "HEAD" || matches!(parts.status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    if !bodiless {
        // hyper would read what it does not know up to the connection's end.
        let mut codings = headers.all("transfer-encoding");
        if let Some(coding) = codings.next()
            && (codings.next().is_some() || !coding.trim_ascii().eq_ignore_ascii_case(b"chunked"))
        {
            let coding = quote(coding);
            return Err(HttpError::Malformed(format!("unsupported transfer encoding: {coding}")));
        }
    }
    let announced = incoming.size_hint().exact();
    if announced.is_some_and(|length| length > limits.body) {
        return Err(HttpError::Body { limit: limits.body });
    }
    let body = Body {
        incoming,
        link,
        patience,
        waiting: Bytes::new(),
        over: false,
        announced: announced.unwrap_or(0),
        left: limits.body,
        limit: limits.body,
    };
    Ok(Answer { status: parts.status.as_u16(), status_line, headers, body })
}

/// `200 OK`, with the server's own words.
fn status_line(status: StatusCode, own: Option<&ReasonPhrase>) -> String {
    let words = match own {
        Some(own) => String::from_utf8_lossy(own.as_bytes()).into_owned(),
        None => status.canonical_reason().unwrap_or_default().to_owned(),
    };
    if words.is_empty() { status.as_str().to_owned() } else { format!("{} {words}", status.as_str()) }
}

type Written = hyper::Request<Full<Bytes>>;

/// A request as hyper takes it.
fn written(request: &Request<'_>) -> Result<Written, HttpError> {
    let method =
        Method::from_bytes(request.method.as_bytes()).ok().filter(|method| method != Method::CONNECT);
    let method =
        method.ok_or_else(|| HttpError::Request(format!("method {}", quote(request.method.as_bytes()))))?;
    let url = request.url;
    let mut target = url[Position::BeforePath..Position::AfterQuery].to_owned();
    if request.proxied.is_some() {
        target = format!("{}://{}{target}", url.scheme(), host(url));
    }
    let mut headers = HeaderMap::new();
    headers.insert(header::HOST, value("Host", host(url).as_bytes())?);
    let ours = [
        header::HOST,
        header::CONNECTION,
        header::CONTENT_LENGTH,
        header::TRANSFER_ENCODING,
        header::PROXY_AUTHORIZATION,
        header::UPGRADE,
    ];
    for (text, bytes) in request.headers {
        let name = HeaderName::from_bytes(text.as_bytes());
        let name =
            name.map_err(|_| HttpError::Request(format!("header field name {}", quote(text.as_bytes()))))?;
        let value = value(text, bytes)?;
        if !ours.contains(&name) {
            headers.append(name, value);
        }
    }
    if let Some(Some(authorization)) = request.proxied {
        headers.insert(header::PROXY_AUTHORIZATION, value("Proxy-Authorization", authorization.as_bytes())?);
    }
    if !request.body.is_empty() || matches!(request.method, "POST" | "PUT" | "PATCH") {
        headers.insert(header::CONTENT_LENGTH, request.body.len().into());
    }
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    asked(method, &target, headers, request.body)
}

fn asked(method: Method, target: &str, headers: HeaderMap, body: &[u8]) -> Result<Written, HttpError> {
    let uri: Uri = target
        .parse()
        .map_err(|error: hyper::http::uri::InvalidUri| HttpError::Request(format!("URL: {error}")))?;
    let mut written = Written::new(Full::new(Bytes::copy_from_slice(body)));
    *written.method_mut() = method;
    *written.uri_mut() = uri;
    *written.headers_mut() = headers;
    Ok(written)
}

fn value(name: &str, bytes: &[u8]) -> Result<HeaderValue, HttpError> {
    HeaderValue::from_bytes(bytes)
        .map_err(|_| HttpError::Request(format!("header field value for {}", quote(name.as_bytes()))))
}

/// The host as the server is told: with its port, where that is not the usual one.
fn host(url: &Url) -> &str {
    &url[Position::BeforeHost..Position::AfterPort]
}

/// Asks a proxy to pass bytes on to a server, which it then cannot read.
pub(super) async fn tunnel(
    stream: Stream,
    target: &str,
    user_agent: &str,
    authorization: Option<&str>,
) -> Result<Stream, HttpError> {
    let mut headers = HeaderMap::new();
    headers.insert(header::HOST, value("Host", target.as_bytes())?);
    if let Ok(agent) = HeaderValue::from_str(user_agent)
        && !agent.is_empty()
    {
        headers.insert(header::USER_AGENT, agent);
    }
    if let Some(authorization) = authorization {
        headers.insert(header::PROXY_AUTHORIZATION, value("Proxy-Authorization", authorization.as_bytes())?);
    }
    let written = asked(Method::CONNECT, target, headers, &[])?;
    let (sender, link) = Link::over(stream, PROXY_HEAD).await?;
    let (mut link, response) = link.ask(sender, written).await?;
    if response.status() != StatusCode::OK {
        let line = status_line(response.status(), response.extensions().get());
        let words = line.split_once(' ').map_or(line.as_str(), |(_, words)| words);
        return Err(HttpError::ProxyRefused(words.to_owned()));
    }
    let upgraded = link.until(hyper::upgrade::on(response)).await;
    let upgraded = upgraded.map_err(|error| link.words(&error))?;
    let astray = || HttpError::Malformed("proxy spoke out of turn".to_owned());
    let parts = upgraded.downcast::<TokioIo<Watched>>().map_err(|_| astray())?;
    // Nothing of the server's can be here before we have said a word to it.
    if parts.read_buf.is_empty() { Ok(parts.io.into_inner().stream) } else { Err(astray()) }
}

/// A connection that hyper speaks over. It moves only while somebody waits, and is closed when this is dropped.
struct Link {
    connection: Pin<Box<dyn Future<Output = hyper::Result<()>> + Send>>,
    /// The beginning of what came.
    seen: Arc<Mutex<Vec<u8>>>,
    over: bool,
    head: usize,
}

impl Link {
    async fn over(stream: Stream, head: usize) -> Result<(http1::SendRequest<Full<Bytes>>, Self), HttpError> {
        let seen = Arc::default();
        let watched = Watched { stream, seen: Arc::clone(&seen) };
        let made = http1::Builder::new()
            .title_case_headers(true)
            .max_headers(MOST_HEADERS)
            .max_buf_size(head.max(LEAST_BUFFER))
            .handshake(TokioIo::new(watched));
        let (sender, connection) = made.await.map_err(|error| HttpError::Broken(error.to_string()))?;
        Ok((sender, Self { connection: Box::pin(connection.with_upgrades()), seen, over: false, head }))
    }

    async fn ask(
        mut self,
        mut sender: http1::SendRequest<Full<Bytes>>,
        written: Written,
    ) -> Result<(Self, Response<Incoming>), HttpError> {
        let answer = self.until(sender.send_request(written)).await;
        let answer = answer.map_err(|error| self.words(&error))?;
        Ok((self, answer))
    }

    /// Waits for something that happens when the connection moves.
    async fn until<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        poll_fn(|context| {
            // What went wrong with it is told to who waits for the answer.
            self.over = self.over || self.connection.as_mut().poll(context).is_ready();
            work.as_mut().poll(context)
        })
        .await
    }

    /// What went wrong, in Go's words where it has any.
    fn words(&self, error: &hyper::Error) -> HttpError {
        let mut source = error.source();
        while let Some(inner) = source {
            if let Some(system) = inner.downcast_ref::<io::Error>() {
                return match (system.kind(), HttpError::of(system)) {
                    (io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData, HttpError::Broken(_)) => {
                        HttpError::Malformed("malformed chunked encoding".to_owned())
                    }
                    (_, error) => error,
                };
            }
            source = inner.source();
        }
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if error.is_parse_too_large() {
            return HttpError::Head { limit: self.head };
        }
        if error.is_parse() {
            if seen.starts_with(b"HTTP/1.") {
                return HttpError::Malformed(error.to_string());
            }
            let line = seen.split(|byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or_default();
            return HttpError::Malformed(format!("malformed HTTP response {}", quote(line)));
        }
        if error.is_user() {
            return HttpError::Request(error.to_string());
        }
        if seen.is_empty() { HttpError::Broken("EOF".to_owned()) } else { HttpError::Truncated }
    }
}

/// A connection that remembers the beginning of what came: the words about an answer that is none need it.
struct Watched {
    stream: Stream,
    seen: Arc<Mutex<Vec<u8>>>,
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        const LINE: usize = 80;
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        let came = buffer.filled().get(before..).unwrap_or_default();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let room = LINE.saturating_sub(seen.len()).min(came.len());
        seen.extend_from_slice(&came[..room]);
        read
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// A body on its way. Reading it fails when it is longer than allowed, shorter than announced, or too slow; the error's
/// inner one is an [`HttpError`].
pub struct Body {
    incoming: Incoming,
    link: Link,
    patience: Patience,
    /// What has come and was not read yet.
    waiting: Bytes,
    over: bool,
    announced: u64,
    /// Bytes that it may still have.
    left: u64,
    limit: u64,
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Body").field("over", &self.over).field("left", &self.left).finish_non_exhaustive()
    }
}

impl Body {
    /// Reads all of it.
    ///
    /// # Errors
    /// When it is longer than allowed, shorter than announced, or too slow.
    pub fn read_whole(mut self) -> Result<Vec<u8>, HttpError> {
        let capacity = usize::try_from(self.announced.min(FIRST)).unwrap_or(0);
        let mut bytes = Vec::with_capacity(capacity);
        while self.fill()? {
            bytes.extend_from_slice(&std::mem::take(&mut self.waiting));
        }
        Ok(bytes)
    }

    /// Waits until there is something to read; `false` at the end.
    fn fill(&mut self) -> Result<bool, HttpError> {
        while self.waiting.is_empty() && !self.over {
            let Self { incoming, link, patience, .. } = self;
            let frame = patience.wait(async {
                let frame = link.until(incoming.frame()).await.transpose();
                frame.map_err(|error| link.words(&error))
            })?;
            let Some(frame) = frame else {
                self.over = true;
                break;
            };
            // What stands behind a body in pieces is not for us.
            if let Ok(bytes) = frame.into_data() {
                let left = self.left.checked_sub(bytes.len() as u64);
                self.left = left.ok_or(HttpError::Body { limit: self.limit })?;
                self.waiting = bytes;
            }
        }
        Ok(!self.waiting.is_empty())
    }
}

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() || !self.fill().map_err(HttpError::into_io)? {
            return Ok(0);
        }
        let count = self.waiting.len().min(buffer.len());
        buffer[..count].copy_from_slice(&self.waiting.split_to(count));
        Ok(count)
    }
}
