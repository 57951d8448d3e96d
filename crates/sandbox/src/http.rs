//! HTTP for guests: every hop is asked for by its name, resolved, asked for again by its address, and connected to
//! exactly that address.
//!
//! Redirects are followed here and not by the client, because each of them is a new question. What the guest sent to
//! one origin (credentials, cookies, headers of its own) does not go to another.

pub(crate) mod location;
pub(crate) mod request;

use crate::limits::Limit;
use crate::outbound::{Asking, HttpRequest, HttpResponse, Outbound, OutboundError};
use crate::state::{Halt, State};
use crate::trace::Step;
use pintle_guard::{Denial, Permit, Question, Url};
use request::GuestRequest;
use std::io::Read;
use std::net::{IpAddr, SocketAddr};

/// What a call's requests have used, and the last response's head.
#[derive(Debug, Default)]
pub(crate) struct Account {
    pub(crate) requests: u32,
    pub(crate) bytes: u64,
    /// The last status; 0 before the first request.
    pub(crate) status: u16,
    /// The last headers: small names, values of one name joined with `,`, sorted.
    pub(crate) headers: std::collections::BTreeMap<String, String>,
}

/// Headers of a response beyond these are dropped.
const MOST_HEADERS: usize = 256;
/// Bytes of a response's headers beyond these are dropped.
const MOST_HEADER_BYTES: usize = 256 << 10;
/// An answer with more addresses than these is cut.
const MOST_ADDRESSES: usize = 16;

const FUNCTION: &str = "http_request";

fn failed(message: impl Into<String>) -> Halt {
    Halt::failed(FUNCTION, message)
}

fn denied(denial: Denial) -> Halt {
    Halt::Denied { function: FUNCTION, denial }
}

/// The headers, with the user of the URL where they name none.
fn with_user(headers: &[(String, String)], url: &Url) -> Vec<(String, String)> {
    let mut headers = headers.to_vec();
    if let Some(user_info) = url.user_info()
        && !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("authorization"))
    {
        headers.push(("Authorization".to_owned(), request::basic(user_info)));
    }
    headers
}

impl State {
    /// Does a request with its redirects and answers the body of the last response.
    pub(crate) fn http(&mut self, asked: GuestRequest, body: Vec<u8>) -> Result<Vec<u8>, Halt> {
        if body.len() as u64 > self.limits.http_request {
            return Err(Halt::Limit(Limit::HttpRequest));
        }
        let GuestRequest { mut method, mut url, mut headers } = asked;
        let mut body = body;
        let mut redirects = 0;
        loop {
            self.http.requests += 1;
            if self.http.requests > self.limits.http_requests {
                return Err(Halt::Limit(Limit::HttpRequests));
            }
            let response = self.hop(&method, &url, &headers, &body)?;
            self.keep_head(&response);
            let Some(next) = location::next(response.status, &response.headers, &url) else {
                return self.read_body(response.body);
            };
            redirects += 1;
            if redirects > self.limits.http_redirects {
                return Err(Halt::Limit(Limit::HttpRedirects));
            }
            let next = next.map_err(|found| failed(format!("cannot follow the redirect to {found:?}")))?;
            // As browsers and Go do: only 307 and 308 repeat the body.
            if !matches!(response.status, 307 | 308) {
                if method != "HEAD" {
                    "GET".clone_into(&mut method);
                }
                body = Vec::new();
                headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
            }
            let (from, to) = (Url::parse(&url), Url::parse(&next));
            if !from.zip(to).is_some_and(|(from, to)| from.same_origin(&to)) {
                headers.retain(|(name, _)| request::may_leave_origin(name));
            }
            url = next;
        }
    }

    /// One request to one server.
    fn hop(
        &mut self,
        method: &str,
        url: &str,
        headers: &[(String, String)],
        body: &[u8],
    ) -> Result<HttpResponse, Halt> {
        self.deadline.remaining()?;
        let question = |address| Question::Http { method: method.to_owned(), url: url.to_owned(), address };
        let name_permit = self.ask(question(None)).map_err(denied)?;
        // The guard reads URLs by the same function, so what was allowed is what is connected to.
        let parsed = Url::parse(url).filter(|url| matches!(url.scheme(), "http" | "https"));
        let parsed = parsed.ok_or_else(|| failed("the URL is not http or https"))?;
        let port = parsed.port().ok_or_else(|| failed("the URL has no port"))?;
        let request = HttpRequest {
            method: method.to_owned(),
            scheme: parsed.scheme().to_owned(),
            host: parsed.host().to_owned(),
            port,
            target: match parsed.query() {
                Some(query) => format!("{}?{query}", parsed.path()),
                None => parsed.path().to_owned(),
            },
            headers: with_user(headers, &parsed),
            body: body.to_vec(),
        };
        if let Some(proxy) = self.outbound.proxy(&request.url()) {
            let question_of_proxy = Question::Proxy { url: proxy.clone() };
            // Who was not granted it goes without, as who has none.
            if self.guard.would_allow(&[&self.actor], &question_of_proxy) {
                // Where the URL says the address, it is judged as everywhere.
                let permit = match parsed.host_address() {
                    Some(address) => self.ask(question(Some(address))).map_err(denied)?,
                    None => name_permit,
                };
                let proxy_permit = self.ask(question_of_proxy).map_err(denied)?;
                return self.sent(
                    &request,
                    &parsed,
                    &format!("through the proxy {proxy}"),
                    |outbound, asking| outbound.exchange_through(permit, proxy_permit, &request, asking),
                );
            }
        }
        let mut refused = None;
        let mut chosen: Option<(Permit, IpAddr)> = None;
        for address in self.addresses(&parsed, &name_permit)? {
            match self.ask(question(Some(address))) {
                Ok(permit) => {
                    chosen = Some((permit, address));
                    break;
                }
                Err(denial) => refused = refused.or(Some(denial)),
            }
        }
        let Some((permit, address)) = chosen else {
            return Err(match refused {
                Some(denial) => denied(denial),
                None => failed(format!("{} has no address", parsed.host())),
            });
        };
        let address = SocketAddr::new(address, port);
        self.sent(&request, &parsed, &format!("at {}", address.ip()), |outbound, asking| {
            outbound.exchange(permit, address, &request, asking)
        })
    }

    /// Sends what was allowed, and completes its record.
    fn sent(
        &mut self,
        request: &HttpRequest,
        url: &Url,
        way: &str,
        send: impl FnOnce(&mut dyn Outbound, Asking<'_>) -> Result<HttpResponse, OutboundError>,
    ) -> Result<HttpResponse, Halt> {
        self.charge_records()?;
        let at = self.elapsed();
        let most = self.limits.http_response.min(self.limits.http_total.saturating_sub(self.http.bytes));
        let asking = Asking { actor: &self.actor, guard: &mut self.guard, deadline: &self.deadline, most };
        let answer = send(self.outbound.as_mut(), asking);
        let took = self.elapsed().saturating_sub(at);
        let bytes = request.body.len() as u64;
        self.stamp(took, bytes);
        self.traced(Step::Ask, at, Some(bytes), || format!("{} {} {way}", request.method, url.shown()));
        answer.map_err(|error| self.outbound_failed(error, url))
    }

    fn addresses(&mut self, url: &Url, permit: &Permit) -> Result<Vec<IpAddr>, Halt> {
        if let Some(address) = url.host_address() {
            return Ok(vec![address]);
        }
        if url.host().starts_with('[') {
            return Err(failed("the URL's host is no address"));
        }
        let asking = Asking {
            actor: &self.actor,
            guard: &mut self.guard,
            deadline: &self.deadline,
            most: MOST_ADDRESSES as u64,
        };
        let found = self.outbound.resolve(permit, url.host(), asking);
        let mut found = found.map_err(|error| self.outbound_failed(error, url))?;
        found.truncate(MOST_ADDRESSES);
        Ok(found)
    }

    fn outbound_failed(&self, error: OutboundError, url: &Url) -> Halt {
        if let Err(stop) = self.deadline.remaining() {
            return stop.into();
        }
        match error {
            OutboundError::TooLarge => Halt::Limit(Limit::HttpResponse),
            OutboundError::Stopped => Halt::Limit(Limit::Time),
            error => failed(format!("{}: {error}", url.shown())),
        }
    }

    fn keep_head(&mut self, response: &HttpResponse) {
        self.http.status = response.status;
        self.http.headers.clear();
        let mut bytes = 0;
        for (name, value) in response.headers.iter().take(MOST_HEADERS) {
            bytes += name.len() + value.len();
            if bytes > MOST_HEADER_BYTES {
                break;
            }
            let kept = self.http.headers.entry(name.to_ascii_lowercase());
            kept.and_modify(|all| {
                all.push(',');
                all.push_str(value);
            })
            .or_insert_with(|| value.clone());
        }
    }

    /// Reads a body up to the limits, whatever length its head promised.
    fn read_body(&mut self, mut body: Box<dyn Read + Send>) -> Result<Vec<u8>, Halt> {
        let left = self.limits.http_total.saturating_sub(self.http.bytes);
        let (most, limit) = if left < self.limits.http_response {
            (left, Limit::HttpTotal)
        } else {
            (self.limits.http_response, Limit::HttpResponse)
        };
        let mut out = Vec::new();
        let mut buffer = vec![0; 64 << 10];
        loop {
            self.deadline.remaining()?;
            let read = match body.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    self.deadline.remaining()?;
                    return Err(failed(format!("reading the body: {error}")));
                }
            };
            if (out.len() + read) as u64 > most {
                return Err(Halt::Limit(limit));
            }
            out.extend_from_slice(&buffer[..read]);
        }
        self.http.bytes += out.len() as u64;
        Ok(out)
    }
}
