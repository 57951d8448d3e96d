//! What all tests share: one sandbox, guests from their text, an outbound that follows a script.

use pintle_guard::{Actor, Guard, Permit, Policy};
use pintle_sandbox::*;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Cursor;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};

pub(crate) fn sandbox() -> Sandbox {
    Sandbox::new(Options::default(), Arc::new(SystemClock::new()), None)
}

/// A guest of the text format, with the imports and helpers that most guests need.
pub(crate) fn guest(text: &str) -> Wasm<'static> {
    let whole = format!(
        r#"(module
        (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
        (import "extism:host/env" "free" (func $free (param i64)))
        (import "extism:host/env" "length" (func $length (param i64) (result i64)))
        (import "extism:host/env" "store_u8" (func $store_u8 (param i64 i32)))
        (import "extism:host/env" "load_u8" (func $load_u8 (param i64) (result i32)))
        (import "extism:host/env" "input_offset" (func $input (result i64)))
        (import "extism:host/env" "input_length" (func $input_length (result i64)))
        (import "extism:host/env" "output_set" (func $output_set (param i64 i64)))
        (import "extism:host/env" "error_set" (func $error_set (param i64)))
        {text}
        (func $answer (param $block i64)
            (call $output_set (local.get $block) (call $length (local.get $block))))
        (func $put (param $from i32) (param $n i32) (result i64)
            (local $block i64) (local $i i32)
            (local.set $block (call $alloc (i64.extend_i32_u (local.get $n))))
            (block $done (loop $next
                (br_if $done (i32.ge_u (local.get $i) (local.get $n)))
                (call $store_u8
                    (i64.add (local.get $block) (i64.extend_i32_u (local.get $i)))
                    (i32.load8_u (i32.add (local.get $from) (local.get $i))))
                (local.set $i (i32.add (local.get $i) (i32.const 1)))
                (br $next)))
            (local.get $block))
        )"#
    );
    module(&whole)
}

pub(crate) fn module(text: &str) -> Wasm<'static> {
    Wasm::new(wat::parse_str(text).unwrap())
}

pub(crate) fn actor() -> Actor {
    Actor::plugin("probe")
}

/// A guard with these `--grant` flags for the plugin.
pub(crate) fn guard(grants: &[&str]) -> Guard {
    let mut builder = Policy::builder();
    for grant in grants {
        builder = builder.flag(&format!("plugin:probe {grant}")).unwrap();
    }
    Guard::new(builder.build())
}

pub(crate) fn call(input: &str) -> Call {
    Call::new(actor(), "run", input)
}

/// Loads and calls a guest once.
pub(crate) fn run_with(wasm: &Wasm, guard: &mut Guard, call: Call) -> Result<Outcome, StartError> {
    let sandbox = sandbox();
    let fuel = if call.limits.fuel.is_some() { Fuel::Metered } else { Fuel::Off };
    let loaded = sandbox.load(wasm, AbiKind::Extism, fuel)?;
    sandbox.call(&loaded, guard, call)
}

pub(crate) fn run(wasm: &Wasm, call: Call) -> Outcome {
    run_with(wasm, &mut guard(&[]), call).unwrap()
}

pub(crate) fn output(outcome: &Outcome) -> &str {
    assert!(outcome.end.is_success(), "{:?}", outcome.end);
    std::str::from_utf8(&outcome.output).unwrap()
}

pub(crate) fn limit(outcome: &Outcome) -> Option<Limit> {
    match &outcome.end {
        End::Limit { limit, .. } => Some(*limit),
        _ => None,
    }
}

/// What an outbound was made to do, in order: the world that a denied guest must not have touched.
#[derive(Clone, Default)]
pub(crate) struct Touched(Arc<Mutex<Vec<String>>>);

impl Touched {
    pub(crate) fn note(&self, what: String) {
        self.0.lock().unwrap().push(what);
    }

    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

pub(crate) type Page = (u16, Vec<(&'static str, String)>, Vec<u8>);

/// An outbound that knows a few names, pages and answers.
#[derive(Clone, Default)]
pub(crate) struct Script {
    pub(crate) touched: Touched,
    pub(crate) names: BTreeMap<&'static str, Vec<IpAddr>>,
    /// By `METHOD scheme://host:port/target`.
    pub(crate) pages: BTreeMap<String, Page>,
    /// For everything about releases, charts and clusters.
    pub(crate) answer: Option<Value>,
}

impl Script {
    pub(crate) fn name(mut self, name: &'static str, address: &str) -> Self {
        self.names.entry(name).or_default().push(address.parse().unwrap());
        self
    }

    pub(crate) fn page(mut self, request: &str, body: &str) -> Self {
        self.pages.insert(request.to_owned(), (200, vec![], body.as_bytes().to_vec()));
        self
    }

    pub(crate) fn redirect(mut self, request: &str, status: u16, to: &str) -> Self {
        self.pages.insert(request.to_owned(), (status, vec![("Location", to.to_owned())], b"moved".to_vec()));
        self
    }

    fn answered(&self, what: String) -> Result<Value, OutboundError> {
        self.touched.note(what);
        self.answer.clone().ok_or_else(|| OutboundError::NotFound("nothing is scripted".to_owned()))
    }
}

impl Outbound for Script {
    fn resolve(&mut self, permit: &Permit, host: &str, _: Asking<'_>) -> Result<Vec<IpAddr>, OutboundError> {
        assert!(permit.question().scope_text().contains(host), "{permit:?}");
        self.touched.note(format!("resolve {host}"));
        self.names.get(host).cloned().ok_or_else(|| OutboundError::Failed("no such host".to_owned()))
    }

    fn exchange(
        &mut self,
        permit: Permit,
        address: SocketAddr,
        request: &HttpRequest,
        _: Asking<'_>,
    ) -> Result<HttpResponse, OutboundError> {
        assert!(permit.question().scope_text().contains(&address.ip().to_string()), "{permit:?}");
        let HttpRequest { method, scheme, host, port, target, headers, body } = request;
        let key = format!("{method} {scheme}://{host}:{port}{target}");
        let mut line = format!("{key} at {address}");
        for (name, value) in headers {
            line.push_str(&format!(" [{name}: {value}]"));
        }
        if !body.is_empty() {
            line.push_str(&format!(" body {}", String::from_utf8_lossy(body)));
        }
        self.touched.note(line);
        let (status, headers, body) = self
            .pages
            .get(&key)
            .cloned()
            .ok_or_else(|| OutboundError::Failed("connection refused".to_owned()))?;
        let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Ok(HttpResponse { status, headers, body: Box::new(Cursor::new(body)) })
    }

    fn release(
        &mut self,
        _: Permit,
        release: &ReleaseRef,
        part: ReleasePart,
        _: Asking<'_>,
    ) -> Result<Value, OutboundError> {
        self.answered(format!("{part:?} of {}/{} {:?}", release.namespace, release.name, release.revision))
    }

    fn list_releases(
        &mut self,
        _: Permit,
        namespace: Option<&str>,
        filter: Option<&str>,
        _: Asking<'_>,
    ) -> Result<Value, OutboundError> {
        self.answered(format!("list {namespace:?} {filter:?}"))
    }

    fn history(&mut self, _: Permit, release: &ReleaseRef, _: Asking<'_>) -> Result<Value, OutboundError> {
        self.answered(format!("history of {}/{}", release.namespace, release.name))
    }

    fn show_chart(&mut self, _: Permit, reference: &str, _: Asking<'_>) -> Result<Value, OutboundError> {
        self.answered(format!("show {reference}"))
    }

    fn template(
        &mut self,
        _: Permit,
        request: &TemplateRequest,
        _: Asking<'_>,
    ) -> Result<Value, OutboundError> {
        self.answered(format!("template {} as {}/{}", request.chart, request.namespace, request.name))
    }

    fn objects(&mut self, _: Permit, query: &ObjectQuery, _: Asking<'_>) -> Result<Value, OutboundError> {
        let ObjectQuery { api_version, kind, namespace, name, labels } = query;
        self.answered(format!("{api_version}/{kind} {namespace}/{name} {labels:?}"))
    }
}
