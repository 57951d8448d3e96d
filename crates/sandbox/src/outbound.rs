//! How questions are answered once the guard has allowed them.
//!
//! The sandbox decides *whether*, with the guard; an [`Outbound`] knows *how*. It is trusted code of this program,
//! it does exactly what it is told, and it ends in time: every method is given the call's [`Deadline`].

use crate::clock::Deadline;
use pintle_guard::{Actor, Guard, Permit};
use serde_json::Value;
use std::io::Read;
use std::net::{IpAddr, SocketAddr};

/// One HTTP exchange with one server: no redirects, no cookies, no proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// In capitals.
    pub method: String,
    /// `http` or `https`.
    pub scheme: String,
    /// The name for TLS and the `Host` header; IPv6 addresses in brackets.
    pub host: String,
    /// The port.
    pub port: u16,
    /// What stands in the request line: path and query.
    pub target: String,
    /// Names and values, checked: no line breaks, none of `Host`, `Content-Length`, `Connection` and their like.
    pub headers: Vec<(String, String)>,
    /// The body, also of a GET.
    pub body: Vec<u8>,
}

impl HttpRequest {
    /// The whole URL, without the user and password that it may have had.
    pub fn url(&self) -> String {
        format!("{}://{}{}", self.scheme, self.host_header(), self.target)
    }

    /// The `Host` header: host, and port where it is not the scheme's own.
    pub fn host_header(&self) -> String {
        match (self.scheme.as_str(), self.port) {
            ("http", 80) | ("https", 443) => self.host.clone(),
            (_, port) => format!("{}:{port}", self.host),
        }
    }
}

/// The head of a response, and its body still to be read.
pub struct HttpResponse {
    /// The status code.
    pub status: u16,
    /// Names and values as they came.
    pub headers: Vec<(String, String)>,
    /// The body after decompression. Read no further than the limit; reading must end with the deadline.
    pub body: Box<dyn Read + Send>,
}

/// Why an [`Outbound`] could not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutboundError {
    /// This program cannot do it, here or yet. Answered as `unsupported`.
    #[error("{0}")]
    Unsupported(String),
    /// There is no such thing. Answered as `not-found`.
    #[error("{0}")]
    NotFound(String),
    /// The answer is larger than the limit it was given.
    #[error("the answer is too large")]
    TooLarge,
    /// Time is up, or the call was cancelled.
    #[error("the call was ended")]
    Stopped,
    /// Anything else. Answered as `failed`. The guest reads the text: no secrets.
    #[error("{0}")]
    Failed(String),
}

/// What an [`Outbound`] needs to know about the call that asks.
pub struct Asking<'a> {
    /// Who asks. Connections, credentials and cookies of one actor never serve another.
    pub actor: &'a Actor,
    /// For what is rendered on behalf of the guest: its templates ask the same guard.
    pub guard: &'a mut Guard,
    /// When the call ends.
    pub deadline: &'a Deadline,
    /// The most bytes of an answer.
    pub most: u64,
}

/// The part of a release that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReleasePart {
    /// The user's values, or all of them.
    Values {
        /// Defaults of the chart included.
        all: bool,
    },
    /// The manifest.
    Manifest,
    /// The notes.
    Notes,
    /// The hooks.
    Hooks,
    /// Name, chart, version, status and times.
    Metadata,
}

/// One release of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseRef {
    /// The namespace; never empty.
    pub namespace: String,
    /// The release's name; never empty.
    pub name: String,
    /// A revision; the last one without.
    pub revision: Option<u64>,
}

/// A kind of cluster object and where to look for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectQuery {
    /// As in a manifest: `v1`, `apps/v1`.
    pub api_version: String,
    /// As in a manifest: `Secret`.
    pub kind: String,
    /// Empty for what has no namespace, and for lists over all.
    pub namespace: String,
    /// Empty for lists.
    pub name: String,
    /// A label selector, for lists.
    pub labels: Option<String>,
}

/// A chart to render on behalf of a guest.
#[derive(Debug, Clone, PartialEq)]
pub struct TemplateRequest {
    /// The chart's reference.
    pub chart: String,
    /// Values over the chart's own.
    pub values: Value,
    /// The release's name.
    pub name: String,
    /// The release's namespace.
    pub namespace: String,
}

/// How the world is asked. Every method takes the permit for exactly that question.
///
/// Only [`Outbound::resolve`], [`Outbound::exchange`] and [`Outbound::exchange_through`] touch the network for
/// `http_request`; which addresses, hops and proxies are allowed has been decided before.
pub trait Outbound: Send {
    /// The addresses of a host name, in the order of preference.
    fn resolve(
        &mut self,
        _permit: &Permit,
        host: &str,
        _asking: Asking<'_>,
    ) -> Result<Vec<IpAddr>, OutboundError> {
        Err(OutboundError::Unsupported(format!("cannot resolve {host}: this command has no network")))
    }

    /// Does one HTTP exchange with the server at `address` and nowhere else. With `https`, the certificate must be
    /// the one of `request.host`.
    fn exchange(
        &mut self,
        _permit: Permit,
        _address: SocketAddr,
        _request: &HttpRequest,
        _asking: Asking<'_>,
    ) -> Result<HttpResponse, OutboundError> {
        Err(OutboundError::Unsupported("this command has no network".to_owned()))
    }

    /// The proxy that requests to a URL would go through, by its own URL without user and password. Asked only to know
    /// what the guard is to be asked about.
    fn proxy(&self, _url: &str) -> Option<String> {
        None
    }

    /// Does one HTTP exchange through the proxy that `proxy` is for, which finds the address of the server by itself.
    fn exchange_through(
        &mut self,
        _permit: Permit,
        _proxy: Permit,
        _request: &HttpRequest,
        _asking: Asking<'_>,
    ) -> Result<HttpResponse, OutboundError> {
        Err(OutboundError::Unsupported("this command knows no proxies".to_owned()))
    }

    /// One part of a release.
    fn release(
        &mut self,
        _permit: Permit,
        _release: &ReleaseRef,
        _part: ReleasePart,
        _asking: Asking<'_>,
    ) -> Result<Value, OutboundError> {
        Err(needs_a_cluster())
    }

    /// The releases of a namespace (all without one) whose names a regular expression matches.
    fn list_releases(
        &mut self,
        _permit: Permit,
        _namespace: Option<&str>,
        _filter: Option<&str>,
        _asking: Asking<'_>,
    ) -> Result<Value, OutboundError> {
        Err(needs_a_cluster())
    }

    /// The revisions of a release, as a list of metadata.
    fn history(
        &mut self,
        _permit: Permit,
        _release: &ReleaseRef,
        _asking: Asking<'_>,
    ) -> Result<Value, OutboundError> {
        Err(needs_a_cluster())
    }

    /// `{"chart": Chart.yaml, "values": default values}` of a chart.
    fn show_chart(
        &mut self,
        _permit: Permit,
        _reference: &str,
        _asking: Asking<'_>,
    ) -> Result<Value, OutboundError> {
        Err(OutboundError::Unsupported("this command cannot read charts for plugins".to_owned()))
    }

    /// The manifests of a chart, as a text. Its templates run under `strict` with the plugin's own grants.
    fn template(
        &mut self,
        _permit: Permit,
        _request: &TemplateRequest,
        _asking: Asking<'_>,
    ) -> Result<Value, OutboundError> {
        Err(OutboundError::Unsupported("this command cannot render charts for plugins".to_owned()))
    }

    /// One object of the cluster, or a list of them when the query has no name.
    fn objects(
        &mut self,
        _permit: Permit,
        _query: &ObjectQuery,
        _asking: Asking<'_>,
    ) -> Result<Value, OutboundError> {
        Err(needs_a_cluster())
    }
}

fn needs_a_cluster() -> OutboundError {
    OutboundError::Unsupported("needs a cluster".to_owned())
}

/// Answers nothing: for guests that only compute.
#[derive(Debug, Default, Clone, Copy)]
pub struct NoOutbound;

impl Outbound for NoOutbound {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_names_its_host_and_a_port_that_is_not_the_schemes() {
        let request = |scheme: &str, host: &str, port| HttpRequest {
            method: "GET".into(),
            scheme: scheme.into(),
            host: host.into(),
            port,
            target: "/a?b".into(),
            headers: Vec::new(),
            body: Vec::new(),
        };
        assert_eq!(request("https", "a.test", 443).url(), "https://a.test/a?b");
        assert_eq!(request("http", "a.test", 443).url(), "http://a.test:443/a?b");
        assert_eq!(request("http", "[::1]", 80).host_header(), "[::1]");
        assert_eq!(request("http", "[::1]", 8080).url(), "http://[::1]:8080/a?b");
    }
}
