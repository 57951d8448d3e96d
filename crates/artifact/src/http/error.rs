//! What can go wrong on the way to a server and back, in Go's words where it has any.

use std::io;

use govalue::print::quote;

/// A request that did not come to an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// What was being asked when it went wrong.
    #[error("{method} {}: {source}", quote(url.as_bytes()))]
    About {
        /// `Get`.
        method: String,
        /// The URL, without its password.
        url: String,
        /// What went wrong.
        source: Box<HttpError>,
    },
    /// A text that is no URL.
    #[error("parse {}: {why}", quote(url.as_bytes()))]
    Url {
        /// The text.
        url: String,
        /// What is wrong with it.
        why: String,
    },
    /// A URL of another kind.
    #[error("unsupported protocol scheme {}", quote(.0.as_bytes()))]
    Scheme(String),
    /// A URL without a host.
    #[error("http: no Host in request URL")]
    NoHost,
    /// A proxy that cannot be used.
    #[error("proxy {}: {why}", quote(proxy.as_bytes()))]
    Proxy {
        /// The proxy, without its password.
        proxy: String,
        /// What is wrong with it.
        why: String,
    },
    /// The proxy does not let the request through; its own words.
    #[error("{0}")]
    ProxyRefused(String),
    /// A host that has no address.
    #[error("dial tcp: lookup {host}: {why}")]
    Lookup {
        /// The host.
        host: String,
        /// What the system says.
        why: String,
    },
    /// Nobody takes the connection.
    #[error("dial tcp {address}: connect: {why}")]
    Connect {
        /// Address and port.
        address: String,
        /// What the system says.
        why: String,
    },
    /// There is no secure connection.
    #[error("{0}")]
    Tls(String),
    /// Keys or certificates of the caller's own that cannot be used.
    #[error("{0}")]
    Identity(String),
    /// It took too long.
    #[error("context deadline exceeded (Client.Timeout exceeded while awaiting headers)")]
    Timeout,
    /// Who asked wants it no more.
    #[error("context canceled")]
    Stopped,
    /// The connection broke.
    #[error("{0}")]
    Broken(String),
    /// The answer ends before its end.
    #[error("unexpected EOF")]
    Truncated,
    /// What came is no HTTP.
    #[error("net/http: HTTP/1.x transport connection broken: {0}")]
    Malformed(String),
    /// A part of the request that cannot be sent.
    #[error("net/http: invalid {0}")]
    Request(String),
    /// The answer's head is larger than allowed.
    #[error("net/http: server response headers exceeded {limit} bytes; aborted")]
    Head {
        /// Bytes that would have been allowed.
        limit: usize,
    },
    /// The answer's body is larger than allowed.
    #[error("http: response body is larger than {limit} bytes")]
    Body {
        /// Bytes that would have been allowed.
        limit: u64,
    },
    /// One redirect led to the next.
    #[error("stopped after {followed} redirects")]
    Redirects {
        /// Requests that were made.
        followed: usize,
    },
}

impl HttpError {
    /// The error with what was being asked.
    pub(super) fn about(self, method: &str, url: &str) -> Self {
        match self {
            already @ (Self::About { .. } | Self::Url { .. }) => already,
            error => Self::About { method: method.to_owned(), url: url.to_owned(), source: Box::new(error) },
        }
    }

    /// What went wrong, without what was being asked.
    pub fn cause(&self) -> &Self {
        match self {
            Self::About { source, .. } => source.cause(),
            error => error,
        }
    }

    /// An error of the system while bytes went back and forth.
    pub(super) fn of(error: &io::Error) -> Self {
        if let Some(own) = error.get_ref().and_then(|inner| inner.downcast_ref::<Self>()) {
            return own.clone();
        }
        if let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            return Self::Tls(super::tls::words(tls));
        }
        match error.kind() {
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Self::Timeout,
            io::ErrorKind::UnexpectedEof => Self::Truncated,
            io::ErrorKind::ConnectionReset => Self::Broken("read: connection reset by peer".to_owned()),
            io::ErrorKind::BrokenPipe => Self::Broken("write: broken pipe".to_owned()),
            _ => Self::Broken(error.to_string()),
        }
    }

    /// The same as an error of the system, for those who read.
    pub(super) fn into_io(self) -> io::Error {
        let kind = match self.cause() {
            Self::Timeout => io::ErrorKind::TimedOut,
            Self::Truncated => io::ErrorKind::UnexpectedEof,
            _ => io::ErrorKind::Other,
        };
        io::Error::new(kind, self)
    }
}
