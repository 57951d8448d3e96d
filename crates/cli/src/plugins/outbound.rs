//! How a guest's questions are answered once the guard has allowed them: names and servers, and charts on this machine.
//!
//! Which name, address and hop a guest may have is decided before; here a connection goes to exactly the address that
//! was judged. A proxy finds the address itself, so that only the name can be judged: a plugin is taken through one
//! where the user granted that, and goes without otherwise. What a plugin has rendered asks the plugin's own guard in the plugin's name.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use artifact::http::{self, Client, HttpError, Outgoing, Proxies, Settings, Tls};
use chart::{Chart, Rules, Versions as _, load};
use govalue::json;
use guard::{Actor, Guard, Permit, Provenance};
use render::{Capabilities, ReleaseOptions, RenderOptions};
use sandbox::{Asking, Deadline, HttpRequest, HttpResponse, Outbound, OutboundError, TemplateRequest};
use serde_json::Value;

use crate::commands::template::document;
use crate::environment::Environment;
use crate::fetch::proxies;
use crate::host::{Machine, local_zone};
use crate::limits::Limits;
use crate::outside::{GuardedLinks, References};
use crate::prepare::{Semver, read_limited};

/// Bytes of an answer's head.
const HEAD: usize = 256 << 10;
/// What a body may have beyond its limit before the client itself ends it: who reads it knows the better words.
const SLACK: u64 = 256 << 10;
/// Native stack for templates that a guest has executed, and how deep they may call each other on it.
const STACK: usize = 64 << 20;
const DEPTH: u32 = 1_000;
/// Steps of templates that take about a millisecond: what a guest has rendered ends about when its call does.
const STEPS: u128 = 10_000;

/// The world of guests.
pub(crate) struct World {
    /// A client for each actor and origin: what one of them was told or trusted with never serves another.
    clients: BTreeMap<(String, String), Client>,
    limits: Limits,
    zone: String,
    /// The proxies of the environment.
    proxies: Proxies,
    /// The variable that names a proxy, for who goes without and finds nobody.
    proxy: Option<&'static str>,
    /// Authorities to trust instead of the system's.
    authorities: Option<Vec<u8>>,
}

impl World {
    /// A world with the limits of the command that runs the guest.
    pub(crate) fn new(environment: &Environment, limits: Limits) -> Self {
        const PROXIES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"];
        let proxy = PROXIES.into_iter().find(|name| environment.get(name).is_some());
        let zone = local_zone(environment);
        Self {
            clients: BTreeMap::new(),
            limits,
            zone,
            proxies: proxies(environment),
            proxy,
            authorities: None,
        }
    }

    /// A client that goes through the proxies of the environment, or one that never does.
    fn client(&mut self, actor: &Actor, request: &HttpRequest, through: bool) -> &Client {
        let way = if through { " through a proxy" } else { "" };
        let origin = format!("{}://{}:{}{way}", request.scheme, request.host, request.port);
        let settings = || Settings {
            // What a guest wants to be called it says itself.
            user_agent: String::new(),
            tls: Tls { authorities: self.authorities.clone(), ..Tls::default() },
            proxies: if through { self.proxies.clone() } else { Proxies::default() },
            timeout: Duration::ZERO,
            limits: http::Limits::default(),
        };
        self.clients.entry((actor.to_string(), origin)).or_insert_with(|| Client::new(settings()))
    }

    fn failure(&self, error: &HttpError, through: bool) -> OutboundError {
        match error.cause() {
            HttpError::Timeout | HttpError::Stopped => OutboundError::Stopped,
            HttpError::Body { .. } => OutboundError::TooLarge,
            HttpError::Lookup { .. } | HttpError::Connect { .. } => {
                let note = self
                    .proxy
                    .filter(|_| !through)
                    .map(|name| format!(" (the proxy of {name} was not granted)"));
                OutboundError::Failed(format!("{}{}", error.cause(), note.unwrap_or_default()))
            }
            cause => OutboundError::Failed(cause.to_string()),
        }
    }
}

/// When a call ends, on this machine's clock.
fn end(deadline: &Deadline) -> Result<Instant, OutboundError> {
    let left = deadline.remaining().map_err(|_| OutboundError::Stopped)?;
    // Far enough for who waits without an end.
    Ok(Instant::now() + left.min(Duration::from_secs(86_400)))
}

impl Outbound for World {
    fn resolve(
        &mut self,
        _permit: &Permit,
        host: &str,
        asking: Asking<'_>,
    ) -> Result<Vec<IpAddr>, OutboundError> {
        http::lookup(host, end(asking.deadline)?).map_err(|error| self.failure(&error, false))
    }

    fn exchange(
        &mut self,
        _permit: Permit,
        address: SocketAddr,
        request: &HttpRequest,
        asking: Asking<'_>,
    ) -> Result<HttpResponse, OutboundError> {
        self.send(request, asking, Some(address))
    }

    fn proxy(&self, url: &str) -> Option<String> {
        self.proxies.shown_for(url)
    }

    fn exchange_through(
        &mut self,
        _permit: Permit,
        _proxy: Permit,
        request: &HttpRequest,
        asking: Asking<'_>,
    ) -> Result<HttpResponse, OutboundError> {
        self.send(request, asking, None)
    }

    fn show_chart(
        &mut self,
        _permit: Permit,
        reference: &str,
        asking: Asking<'_>,
    ) -> Result<Value, OutboundError> {
        let chart = self.load(reference, asking.actor, asking.guard)?;
        let metadata = plain(&govalue::Value::Map(chart.metadata.file_value()))?;
        let values = plain(&chart.values.map_or(govalue::Value::Nil, govalue::Value::Map))?;
        Ok(serde_json::json!({"chart": metadata, "values": values}))
    }

    fn template(
        &mut self,
        _permit: Permit,
        request: &TemplateRequest,
        asking: Asking<'_>,
    ) -> Result<Value, OutboundError> {
        let deadline = asking.deadline;
        // Whatever thread this is: templates call each other on the native stack.
        let text = stacker::grow(STACK, || self.render(request, asking));
        // What took too long has words of its own for it.
        deadline.remaining().map_err(|_| OutboundError::Stopped)?;
        Ok(Value::String(text?))
    }
}

fn failed(error: impl std::fmt::Display) -> OutboundError {
    OutboundError::Failed(error.to_string())
}

impl World {
    /// Sends a request to an address, or through the proxy that it takes.
    fn send(
        &mut self,
        request: &HttpRequest,
        asking: Asking<'_>,
        address: Option<SocketAddr>,
    ) -> Result<HttpResponse, OutboundError> {
        let deadline = asking.deadline.clone();
        let stop: http::Stop = Arc::new(move || deadline.remaining().is_err());
        let headers: Vec<(String, Vec<u8>)> =
            request.headers.iter().map(|(name, value)| (name.clone(), value.clone().into_bytes())).collect();
        let url = request.url();
        let body = asking.most.saturating_add(SLACK);
        let outgoing = Outgoing {
            method: &request.method,
            url: &url,
            headers: &headers,
            body: &request.body,
            deadline: end(asking.deadline)?,
            stop: Some(&stop),
            limits: http::Limits { head: HEAD, body, redirects: 0 },
        };
        let client = self.client(asking.actor, request, address.is_none());
        let answer = match address {
            Some(address) => client.send_to(address, &outgoing),
            None => client.send_through_proxy(&outgoing),
        };
        let answer = answer.map_err(|error| self.failure(&error, address.is_none()))?;
        let headers = answer.headers.iter();
        Ok(HttpResponse {
            status: answer.status,
            headers: headers
                .map(|(name, value)| (name.to_owned(), String::from_utf8_lossy(value).into_owned()))
                .collect(),
            body: Box::new(answer.body),
        })
    }

    /// Loads a chart of this machine. Links that leave it are asked for in the plugin's name.
    fn load(&self, reference: &str, actor: &Actor, guard: &mut Guard) -> Result<Chart, OutboundError> {
        let path = Path::new(reference);
        if reference.contains("://") {
            let why = format!("{reference}: charts cannot be fetched in this version of Pintle yet");
            return Err(OutboundError::Unsupported(why));
        }
        if !path.exists() {
            let quoted = govalue::print::quote(reference.as_bytes());
            return Err(OutboundError::NotFound(format!("path {quoted} not found")));
        }
        let mut links = GuardedLinks::new(path, guard, &self.limits).on_behalf_of(actor.clone());
        let mut loading = load::Context::new(&Semver, &mut links);
        loading.limits = self.limits.chart;
        loading.yaml = self.limits.yaml;
        let loaded = if path.is_dir() {
            load::directory(path, &mut loading)
        } else {
            let bytes = read_limited(path, "archive.bytes", self.limits.archive).map_err(failed)?;
            load::archive(reference, &bytes, &mut loading)
        };
        loaded.map_err(failed)
    }

    fn render(&self, request: &TemplateRequest, asking: Asking<'_>) -> Result<String, OutboundError> {
        let Asking { actor, guard, deadline, most } = asking;
        let chart = self.load(&request.chart, actor, guard)?;
        let kind = chart.metadata.kind.as_str();
        if !matches!(kind, "" | "application") {
            return Err(failed(format!("{kind} charts are not installable")));
        }
        chart.check_dependencies().map_err(failed)?;
        let values = serde_json::to_vec(&request.values).map_err(failed)?;
        let values = json::read_map(&values).map_err(failed)?;
        let mut references = References::new(guard, &self.limits).on_behalf_of(actor.clone());
        let rules = Rules { versions: &Semver, schema: Some(&mut references) };
        let resolved = chart.resolve(&values, rules, &mut Vec::new()).map_err(failed)?;
        let capabilities = Capabilities::default();
        let constraint = &resolved.metadata.kube_version;
        let version = &capabilities.kube_version;
        if !constraint.is_empty() && !Semver.matches(constraint, &version.normalized).unwrap_or(false) {
            let (constraint, version) = (constraint.clone(), version.version.clone());
            return Err(failed(render::RenderError::KubeVersion { constraint, version }));
        }
        let mut budget = self.limits.budget.clone();
        let left = deadline.remaining().map_err(|_| OutboundError::Stopped)?;
        let steps = u64::try_from(left.as_millis().saturating_mul(STEPS)).unwrap_or(u64::MAX);
        budget.steps = budget.steps.min(steps);
        budget.steps_limit = budget.steps;
        budget.depth = budget.depth.min(DEPTH);
        let options = RenderOptions {
            release: ReleaseOptions {
                name: request.name.clone(),
                namespace: request.namespace.clone(),
                is_upgrade: false,
                is_install: true,
                revision: 1,
            },
            capabilities,
            // What is not granted is refused in words.
            enable_dns: true,
            lookup: false,
            subchart_notes: false,
            lint: false,
            budget,
            templates: usize::try_from(self.limits.templates).unwrap_or(usize::MAX),
            threads: 1,
            ahead: None,
            on_behalf_of: Some(actor.clone()),
        };
        let host = Box::new(Machine::silent(self.zone.clone(), &self.limits));
        let rendered = render::execute(&resolved, options, host, std::mem::take(guard), &Provenance::Local);
        *guard = rendered.guard;
        let files = rendered.files.map_err(failed)?;
        let manifests = render::classify_within(1, &files, &self.limits.yaml).map_err(failed)?;
        let mut text = Vec::new();
        for manifest in &manifests.resources {
            document(&mut text, &manifest.path, &manifest.content);
        }
        for hook in &manifests.hooks {
            document(&mut text, &hook.path, &hook.manifest);
        }
        if text.len() as u64 > most {
            return Err(OutboundError::TooLarge);
        }
        Ok(String::from_utf8_lossy(&text).into_owned())
    }
}

/// A value as JSON has it.
fn plain(value: &govalue::Value) -> Result<Value, OutboundError> {
    let text = json::write(value, &json::Options::default()).map_err(failed)?;
    serde_json::from_slice(&text).map_err(failed)
}

#[cfg(test)]
mod tests;
