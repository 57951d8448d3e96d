//! One request out, one answer in.

use std::io::{self, Read, Write as _};

use url::{Position, Url};

use super::connect::Stream;
use super::{HttpError, Limits};

/// Headers that an answer may have.
const MOST_HEADERS: usize = 128;
/// Interim answers (`100 Continue`) that are read past.
const MOST_INTERIM: usize = 8;
/// Bytes that are read at once.
const BUFFER: usize = 16 << 10;
/// Bytes of the line before a piece of a body.
const CHUNK_LINE: usize = 1 << 10;
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

/// Headers in the order in which they came.
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

/// Whether these bytes can be the value of a header.
pub(super) fn is_header_value(value: &[u8]) -> bool {
    value.iter().all(|byte| *byte == b'\t' || (*byte >= 0x20 && *byte != 0x7f))
}

fn is_token(text: &str) -> bool {
    let special = b"!#$%&'*+-.^_`|~";
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || special.contains(&byte))
}

/// Writes a request and reads the head of its answer.
pub(super) fn perform(
    mut stream: Stream,
    request: &Request<'_>,
    limits: &Limits,
) -> Result<Answer, HttpError> {
    let head = written(request)?;
    let sent =
        stream.write_all(&head).and_then(|()| stream.write_all(request.body)).and_then(|()| stream.flush());
    // A server that has said no already need not read on; what it said is more than that it stopped.
    let unsent =
        sent.err().filter(|error| error.kind() == io::ErrorKind::TimedOut || request.body.is_empty());
    if let Some(error) = unsent {
        return Err(HttpError::of(&error));
    }
    let mut buffered = Buffered::new(stream);
    let mut interim = 0;
    let (status, status_line, headers) = loop {
        let head = read_head(&mut buffered, limits.head)?;
        match head.0 {
            101 => return Err(HttpError::Malformed("unexpected change of protocol".to_owned())),
            100..200 if interim < MOST_INTERIM => interim += 1,
            100..200 => return Err(HttpError::Malformed("too many 1xx informational responses".to_owned())),
            _ => break head,
        }
    };
    let framing = framing(request.method, status, &headers)?;
    if let Framing::Length(length) = framing
        && length > limits.body
    {
        return Err(HttpError::Body { limit: limits.body });
    }
    let body = Body { buffered, framing, left: limits.body, limit: limits.body, head: limits.head };
    Ok(Answer { status, status_line, headers, body })
}

/// A request's head, as bytes.
fn written(request: &Request<'_>) -> Result<Vec<u8>, HttpError> {
    if !is_token(request.method) {
        let method = govalue::print::quote(request.method.as_bytes());
        return Err(HttpError::Request(format!("method {method}")));
    }
    let url = request.url;
    let target = match request.proxied {
        Some(_) => {
            format!("{}://{}{}", url.scheme(), host(url), &url[Position::BeforePath..Position::AfterQuery])
        }
        None => url[Position::BeforePath..Position::AfterQuery].to_owned(),
    };
    let mut head = format!("{} {target} HTTP/1.1\r\nHost: {}\r\n", request.method, host(url)).into_bytes();
    let mut add = |name: &str, value: &[u8]| {
        head.extend_from_slice(name.as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value);
        head.extend_from_slice(b"\r\n");
    };
    const OURS: [&str; 6] =
        ["host", "connection", "content-length", "transfer-encoding", "proxy-authorization", "upgrade"];
    for (name, value) in request.headers {
        if !is_token(name) {
            return Err(HttpError::Request(format!(
                "header field name {}",
                govalue::print::quote(name.as_bytes())
            )));
        }
        if !is_header_value(value) {
            return Err(HttpError::Request(format!(
                "header field value for {}",
                govalue::print::quote(name.as_bytes())
            )));
        }
        if !OURS.iter().any(|ours| name.eq_ignore_ascii_case(ours)) {
            add(name, value);
        }
    }
    if let Some(Some(authorization)) = request.proxied {
        add("Proxy-Authorization", authorization.as_bytes());
    }
    if !request.body.is_empty() || matches!(request.method, "POST" | "PUT" | "PATCH") {
        add("Content-Length", request.body.len().to_string().as_bytes());
    }
    add("Connection", b"close");
    head.extend_from_slice(b"\r\n");
    Ok(head)
}

/// The host as the server is told: with its port, where that is not the usual one.
fn host(url: &Url) -> &str {
    &url[Position::BeforeHost..Position::AfterPort]
}

/// How long a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Framing {
    /// So many bytes are to come.
    Length(u64),
    /// Pieces follow, each with its length before it; so much of the present one is to come.
    Pieces(u64),
    /// The same before the first piece.
    FirstPiece,
    /// It ends when the connection does.
    UntilClosed,
    /// Nothing is to come.
    Over,
}

fn framing(method: &str, status: u16, headers: &Headers) -> Result<Framing, HttpError> {
    if method == "HEAD" || matches!(status, 204 | 304) {
        return Ok(Framing::Over);
    }
    let mut codings = headers.all("transfer-encoding");
    if let Some(coding) = codings.next() {
        if codings.next().is_some() || !coding.trim_ascii().eq_ignore_ascii_case(b"chunked") {
            let coding = govalue::print::quote(coding);
            return Err(HttpError::Malformed(format!("unsupported transfer encoding: {coding}")));
        }
        return Ok(Framing::FirstPiece);
    }
    let mut length = None;
    for value in headers.all("content-length") {
        let bad = || HttpError::Malformed(format!("bad Content-Length {}", govalue::print::quote(value)));
        let value = std::str::from_utf8(value).map_err(|_| bad())?.trim();
        if value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(bad());
        }
        let value = value.parse().map_err(|_| bad())?;
        if length.is_some_and(|known| known != value) {
            return Err(bad());
        }
        length = Some(value);
    }
    Ok(match length {
        None => Framing::UntilClosed,
        Some(0) => Framing::Over,
        Some(length) => Framing::Length(length),
    })
}

/// Reads a head: status, status line and headers.
pub(super) fn read_head(buffered: &mut Buffered, limit: usize) -> Result<(u16, String, Headers), HttpError> {
    let mut head = Vec::new();
    loop {
        let read = buffered.line(&mut head, limit).map_err(|error| HttpError::of(&error))?;
        if !read {
            return Err(if head.is_empty() {
                HttpError::Broken("EOF".to_owned())
            } else {
                HttpError::Truncated
            });
        }
        if head.len() >= limit {
            return Err(HttpError::Head { limit });
        }
        if head.ends_with(b"\n\r\n") || head.ends_with(b"\n\n") {
            break;
        }
    }
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut answer = httparse::Response::new(&mut headers);
    match answer.parse(&head) {
        Ok(httparse::Status::Complete(_)) => {}
        Ok(httparse::Status::Partial) => return Err(HttpError::Truncated),
        Err(httparse::Error::TooManyHeaders) => return Err(HttpError::Head { limit }),
        Err(_) => {
            let line = head.split(|byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or_default();
            let line = govalue::print::quote(&line[..line.len().min(80)]);
            return Err(HttpError::Malformed(format!("malformed HTTP response {line}")));
        }
    }
    let status = answer.code.unwrap_or_default();
    let words = answer.reason.filter(|words| !words.is_empty());
    let line = words.map_or_else(|| status.to_string(), |words| format!("{status} {words}"));
    let headers = answer.headers.iter().map(|header| (header.name.to_owned(), header.value.to_vec()));
    Ok((status, line, Headers(headers.collect())))
}

/// A body on its way. Reading it fails when it is longer than allowed, shorter than announced, or too slow; the error's
/// inner one is an [`HttpError`].
pub struct Body {
    buffered: Buffered,
    framing: Framing,
    /// Bytes that it may still have.
    left: u64,
    limit: u64,
    head: usize,
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Body")
            .field("framing", &self.framing)
            .field("left", &self.left)
            .finish_non_exhaustive()
    }
}

impl Body {
    /// Reads all of it.
    ///
    /// # Errors
    /// When it is longer than allowed, shorter than announced, or too slow.
    pub fn read_whole(mut self) -> Result<Vec<u8>, HttpError> {
        let announced = match self.framing {
            Framing::Length(length) => length.min(FIRST),
            _ => 0,
        };
        let mut bytes = Vec::with_capacity(usize::try_from(announced).unwrap_or(0));
        self.read_to_end(&mut bytes).map_err(|error| HttpError::of(&error))?;
        Ok(bytes)
    }

    /// Reads the line before the next piece; after the last piece, what stands behind it.
    fn next_piece(&mut self) -> io::Result<()> {
        let malformed = |what: &str| HttpError::Malformed(what.to_owned()).into_io();
        if self.framing == Framing::Pieces(0) {
            let end = self.bounded_line(CHUNK_LINE)?;
            if !end.is_empty() {
                return Err(malformed("malformed chunked encoding"));
            }
        }
        let line = self.bounded_line(CHUNK_LINE)?;
        let digits = line.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
        let digits = std::str::from_utf8(digits).unwrap_or_default();
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(malformed("invalid byte in chunk length"));
        }
        let length = u64::from_str_radix(digits, 16).map_err(|_| malformed("http chunk length too large"))?;
        if length > self.left {
            return Err(HttpError::Body { limit: self.limit }.into_io());
        }
        self.framing = Framing::Pieces(length);
        if length == 0 {
            let mut behind = 0;
            loop {
                let line = self.bounded_line(self.head)?;
                behind += line.len() + 2;
                if behind > self.head {
                    return Err(HttpError::Head { limit: self.head }.into_io());
                }
                if line.is_empty() {
                    break;
                }
            }
            self.framing = Framing::Over;
        }
        Ok(())
    }

    /// A line without its end.
    fn bounded_line(&mut self, limit: usize) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        if !self.buffered.line(&mut line, limit)? || line.last() != Some(&b'\n') {
            let error = if line.len() >= limit {
                HttpError::Malformed("header line too long".to_owned())
            } else {
                HttpError::Truncated
            };
            return Err(error.into_io());
        }
        line.pop();
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        Ok(line)
    }
}

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        if matches!(self.framing, Framing::FirstPiece | Framing::Pieces(0)) {
            self.next_piece()?;
        }
        let most = match self.framing {
            Framing::Over => return Ok(0),
            Framing::Length(left) | Framing::Pieces(left) => left,
            // One more than allowed, to find out that it is longer.
            Framing::UntilClosed | Framing::FirstPiece => self.left.saturating_add(1),
        };
        let most = usize::try_from(most).unwrap_or(usize::MAX).min(buffer.len());
        let read = match self.buffered.read(&mut buffer[..most]) {
            Ok(0) if self.framing == Framing::UntilClosed => {
                self.framing = Framing::Over;
                return Ok(0);
            }
            Ok(0) => return Err(HttpError::Truncated.into_io()),
            other => other.map_err(|error| HttpError::of(&error).into_io())?,
        };
        let count = read as u64;
        if count > self.left {
            return Err(HttpError::Body { limit: self.limit }.into_io());
        }
        self.left -= count;
        self.framing = match self.framing {
            Framing::Length(left) if left == count => Framing::Over,
            Framing::Length(left) => Framing::Length(left - count),
            Framing::Pieces(left) => Framing::Pieces(left - count),
            other => other,
        };
        Ok(read)
    }
}

/// A connection with a buffer before it.
pub(super) struct Buffered {
    stream: Stream,
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
}

impl Buffered {
    pub(super) fn new(stream: Stream) -> Self {
        Self { stream, buffer: vec![0; BUFFER].into_boxed_slice(), start: 0, end: 0 }
    }

    /// The connection, when nothing is left in the buffer.
    pub(super) fn into_empty_stream(self) -> Option<Stream> {
        (self.start == self.end).then_some(self.stream)
    }

    /// Adds bytes up to the end of a line, which is added too, or up to so many in all. `false` when there were none.
    fn line(&mut self, line: &mut Vec<u8>, limit: usize) -> io::Result<bool> {
        let before = line.len();
        while line.len() < limit {
            if self.start == self.end {
                self.fill()?;
                if self.end == 0 {
                    break;
                }
            }
            let room = (limit - line.len()).min(self.end - self.start);
            let waiting = &self.buffer[self.start..self.start + room];
            let found = memchr::memchr(b'\n', waiting).map(|at| at + 1);
            let taken = found.unwrap_or(waiting.len());
            line.extend_from_slice(&waiting[..taken]);
            self.start += taken;
            if found.is_some() {
                break;
            }
        }
        Ok(line.len() > before)
    }

    /// Reads into the empty buffer; it stays empty at the end.
    fn fill(&mut self) -> io::Result<()> {
        (self.start, self.end) = (0, 0);
        self.end = retried(|| self.stream.read(&mut self.buffer))?;
        Ok(())
    }
}

impl Read for Buffered {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.start == self.end {
            if buffer.len() >= BUFFER {
                return retried(|| self.stream.read(buffer));
            }
            self.fill()?;
        }
        let count = buffer.len().min(self.end - self.start);
        buffer[..count].copy_from_slice(&self.buffer[self.start..self.start + count]);
        self.start += count;
        Ok(count)
    }
}

/// Does it again when a signal came between.
fn retried(mut read: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match read() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}
