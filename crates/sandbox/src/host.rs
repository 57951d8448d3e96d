//! Our own host functions: what a plugin may ask about releases, charts and the cluster.
//!
//! Each takes one JSON object and answers one, `{"ok": …}` or `{"error": {"code", "message"}}`. A request is decoded
//! under a bound, asked of the guard, answered by the [`Outbound`](crate::Outbound), and recorded.

use crate::limits::Limit;
use crate::outbound::{
    Asking, ObjectQuery, Outbound, OutboundError, ReleasePart, ReleaseRef, TemplateRequest,
};
use crate::state::{Halt, State};
use pintle_guard::{Capability, Denial, Permit, Question};
use serde_json::{Map, Value, json};

/// The host functions, by their names in `extism:host/user`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is its name below")]
pub enum HostFunction {
    GetValues,
    GetManifest,
    GetNotes,
    GetMetadata,
    GetHooks,
    ListReleases,
    History,
    ShowChart,
    Template,
    KubeGet,
    KubeList,
}

impl HostFunction {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 11] = [
        Self::GetValues,
        Self::GetManifest,
        Self::GetNotes,
        Self::GetMetadata,
        Self::GetHooks,
        Self::ListReleases,
        Self::History,
        Self::ShowChart,
        Self::Template,
        Self::KubeGet,
        Self::KubeList,
    ];

    /// The name that guests import and that plugin.yaml lists under `hostFunctions`.
    pub fn name(self) -> &'static str {
        match self {
            Self::GetValues => "helm_get_values",
            Self::GetManifest => "helm_get_manifest",
            Self::GetNotes => "helm_get_notes",
            Self::GetMetadata => "helm_get_metadata",
            Self::GetHooks => "helm_get_hooks",
            Self::ListReleases => "helm_list_releases",
            Self::History => "helm_history",
            Self::ShowChart => "helm_show_chart",
            Self::Template => "helm_template",
            Self::KubeGet => "kube_get",
            Self::KubeList => "kube_list",
        }
    }

    /// Finds a function by its name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|function| function.name() == name)
    }

    /// The capability that links it.
    pub fn capability(self) -> Capability {
        match self {
            Self::ShowChart | Self::Template => Capability::Chart,
            Self::KubeGet | Self::KubeList => Capability::Cluster,
            _ => Capability::Release,
        }
    }
}

/// Why a request was not answered; the guest can decide on the code.
struct Refusal {
    code: &'static str,
    message: String,
}

enum Fail {
    Refusal(Refusal),
    Halt(Halt),
}

impl From<Refusal> for Fail {
    fn from(refusal: Refusal) -> Self {
        Self::Refusal(refusal)
    }
}

fn denied(denial: &Denial) -> Refusal {
    Refusal { code: "denied", message: denial.to_string() }
}

fn invalid(message: impl Into<String>) -> Refusal {
    Refusal { code: "invalid", message: message.into() }
}

/// Answers one request. Only what ends the call is an error here.
pub(crate) fn answer(state: &mut State, function: HostFunction, request: &[u8]) -> Result<Vec<u8>, Halt> {
    // What is made of the request is the guest's too, as long as it is there.
    let decoded = crate::json::decoded_bytes(request);
    state.memory.charge(decoded)?;
    let answer = answer_decoded(state, function, request);
    state.memory.release(decoded);
    answer
}

fn answer_decoded(state: &mut State, function: HostFunction, request: &[u8]) -> Result<Vec<u8>, Halt> {
    let answer = match answer_inner(state, function, request) {
        // Without escapes; met before the text is made, and again below.
        Ok(value) if size(&value) > state.limits.host_message => return Err(Halt::Limit(Limit::HostMessage)),
        Ok(value) => json!({ "ok": value }),
        Err(Fail::Refusal(Refusal { code, message })) => {
            json!({ "error": { "code": code, "message": message } })
        }
        Err(Fail::Halt(halt)) => return Err(halt),
    };
    let bytes = serde_json::to_vec(&answer)
        .map_err(|error| Halt::failed(function.name(), format!("the answer is no JSON: {error}")))?;
    if bytes.len() as u64 > state.limits.host_message {
        return Err(Halt::Limit(Limit::HostMessage));
    }
    Ok(bytes)
}

fn answer_inner(state: &mut State, function: HostFunction, request: &[u8]) -> Result<Value, Fail> {
    let mut fields = Fields::read(request)?;
    match function {
        HostFunction::GetValues => {
            let all = fields.flag("all")?;
            if let Some(release) = fields.release_if_named()? {
                fields.finish()?;
                return release_part(state, release, ReleasePart::Values { all });
            }
            fields.finish()?;
            let Some(release) = &state.current_release else {
                return Err(invalid("no release is being rendered: `name` is needed").into());
            };
            let (question, at) = (release.question(), state.elapsed());
            // The permit is spent by the copy.
            let _permit = state.ask(question).map_err(|denial| denied(&denial))?;
            let told = state.current_release.as_ref();
            let values = told.map(|release| if all { &release.all_values } else { &release.values });
            let values = values.cloned().unwrap_or_default();
            state.stamp(state.elapsed().saturating_sub(at), size(&values));
            Ok(values)
        }
        HostFunction::GetManifest => named_part(state, fields, ReleasePart::Manifest),
        HostFunction::GetNotes => named_part(state, fields, ReleasePart::Notes),
        HostFunction::GetMetadata => named_part(state, fields, ReleasePart::Metadata),
        HostFunction::GetHooks => named_part(state, fields, ReleasePart::Hooks),
        HostFunction::ListReleases => {
            let namespace = fields.text("namespace")?;
            let filter = fields.text("filter")?;
            fields.finish()?;
            let question = Question::Release {
                namespace: namespace.clone().unwrap_or_default(),
                name: String::new(),
                part: "metadata",
            };
            ask(state, question, |outbound, permit, asking| {
                outbound.list_releases(permit, namespace.as_deref(), filter.as_deref(), asking)
            })
        }
        HostFunction::History => {
            let release = fields.release()?;
            fields.finish()?;
            let question = release_question(&release, "history");
            ask(state, question, |outbound, permit, asking| outbound.history(permit, &release, asking))
        }
        HostFunction::ShowChart => {
            let reference = fields.needed("ref")?;
            fields.finish()?;
            let question = Question::Chart { source: reference.clone() };
            ask(state, question, |outbound, permit, asking| outbound.show_chart(permit, &reference, asking))
        }
        HostFunction::Template => {
            let request = TemplateRequest {
                chart: fields.needed("chart")?,
                values: fields.value("values").unwrap_or_else(|| Value::Object(Map::new())),
                name: fields.needed("name")?,
                namespace: fields.text("namespace")?.unwrap_or_else(|| "default".to_owned()),
            };
            fields.finish()?;
            if !request.values.is_object() {
                return Err(invalid("`values` must be an object").into());
            }
            let question = Question::Chart { source: request.chart.clone() };
            ask(state, question, |outbound, permit, asking| outbound.template(permit, &request, asking))
        }
        HostFunction::KubeGet | HostFunction::KubeList => {
            let one = function == HostFunction::KubeGet;
            let query = ObjectQuery {
                api_version: fields.needed("apiVersion")?,
                kind: fields.needed("kind")?,
                namespace: fields.text("namespace")?.unwrap_or_default(),
                name: if one { fields.needed("name")? } else { String::new() },
                labels: if one { None } else { fields.text("labels")? },
            };
            fields.finish()?;
            let question = Question::Lookup {
                api_version: query.api_version.clone(),
                kind: query.kind.clone(),
                namespace: query.namespace.clone(),
                name: query.name.clone(),
            };
            ask(state, question, |outbound, permit, asking| outbound.objects(permit, &query, asking))
        }
    }
}

fn named_part(state: &mut State, mut fields: Fields, part: ReleasePart) -> Result<Value, Fail> {
    let release = fields.release()?;
    fields.finish()?;
    release_part(state, release, part)
}

fn release_part(state: &mut State, release: ReleaseRef, part: ReleasePart) -> Result<Value, Fail> {
    let word = match part {
        ReleasePart::Values { .. } => "values",
        ReleasePart::Manifest => "manifest",
        ReleasePart::Notes => "notes",
        ReleasePart::Hooks => "hooks",
        ReleasePart::Metadata => "metadata",
    };
    let question = release_question(&release, word);
    ask(state, question, |outbound, permit, asking| outbound.release(permit, &release, part, asking))
}

fn release_question(release: &ReleaseRef, part: &'static str) -> Question {
    Question::Release { namespace: release.namespace.clone(), name: release.name.clone(), part }
}

/// Asks the guard, lets the outbound answer, and completes the record.
fn ask(
    state: &mut State,
    question: Question,
    answer: impl FnOnce(&mut dyn Outbound, Permit, Asking<'_>) -> Result<Value, OutboundError>,
) -> Result<Value, Fail> {
    let permit = state.ask(question).map_err(|denial| denied(&denial))?;
    // Kept apart, because the outbound may ask the guard for what it renders.
    let record = state.guard.records().len();
    let at = state.elapsed();
    let asking = Asking {
        actor: &state.actor,
        guard: &mut state.guard,
        deadline: &state.deadline,
        most: state.limits.host_message,
    };
    let answered = answer(state.outbound.as_mut(), permit, asking);
    let took = state.elapsed().saturating_sub(at);
    if state.guard.records().len() == record {
        state.stamp(took, answered.as_ref().map_or(0, size));
    }
    if let Err(stop) = state.deadline.remaining() {
        return Err(Fail::Halt(stop.into()));
    }
    answered.map_err(|error| {
        let code = match &error {
            OutboundError::Unsupported(_) => "unsupported",
            OutboundError::NotFound(_) => "not-found",
            OutboundError::TooLarge => "too-large",
            OutboundError::Stopped | OutboundError::Failed(_) => "failed",
        };
        Refusal { code, message: error.to_string() }.into()
    })
}

/// Roughly how large a value is, without writing it.
fn size(value: &Value) -> u64 {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 8,
        Value::String(text) => text.len() as u64 + 2,
        Value::Array(items) => items.iter().map(size).sum::<u64>() + 2,
        Value::Object(fields) => {
            fields.iter().map(|(key, value)| key.len() as u64 + 4 + size(value)).sum::<u64>() + 2
        }
    }
}

/// A request's fields, taken out one by one; what is left over was misspelt.
struct Fields {
    fields: Map<String, Value>,
    known: Vec<&'static str>,
}

impl Fields {
    fn read(request: &[u8]) -> Result<Self, Refusal> {
        // A guest may pass nothing at all where nothing is needed.
        let request = if request.is_empty() { b"{}" } else { request };
        match serde_json::from_slice(request) {
            Ok(Value::Object(fields)) => Ok(Self { fields, known: Vec::new() }),
            Ok(_) => Err(invalid("the request is not a JSON object")),
            Err(error) => Err(invalid(format!("the request is not JSON: {error}"))),
        }
    }

    fn value(&mut self, name: &'static str) -> Option<Value> {
        self.known.push(name);
        self.fields.remove(name).filter(|value| !value.is_null())
    }

    /// A text; the empty one is none.
    fn text(&mut self, name: &'static str) -> Result<Option<String>, Refusal> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(invalid(format!("`{name}` must be a string"))),
        }
    }

    fn needed(&mut self, name: &'static str) -> Result<String, Refusal> {
        self.text(name)?.ok_or_else(|| invalid(format!("`{name}` is needed")))
    }

    fn flag(&mut self, name: &'static str) -> Result<bool, Refusal> {
        match self.value(name) {
            None => Ok(false),
            Some(Value::Bool(value)) => Ok(value),
            Some(_) => Err(invalid(format!("`{name}` must be true or false"))),
        }
    }

    fn release_if_named(&mut self) -> Result<Option<ReleaseRef>, Refusal> {
        let name = self.text("name")?;
        let namespace = self.text("namespace")?;
        let revision = match self.value("revision") {
            None => None,
            Some(value) => Some(
                value
                    .as_u64()
                    .filter(|revision| *revision > 0)
                    .ok_or_else(|| invalid("`revision` must be a whole number from 1 on"))?,
            ),
        };
        match name {
            Some(name) => {
                let namespace = namespace.unwrap_or_else(|| "default".to_owned());
                Ok(Some(ReleaseRef { namespace, name, revision }))
            }
            None if namespace.is_some() || revision.is_some() => Err(invalid("`name` is needed")),
            None => Ok(None),
        }
    }

    fn release(&mut self) -> Result<ReleaseRef, Refusal> {
        self.release_if_named()?.ok_or_else(|| invalid("`name` is needed"))
    }

    fn finish(self) -> Result<(), Refusal> {
        let Some(unknown) = self.fields.keys().next() else { return Ok(()) };
        let nearest = pintle_guard::nearest(unknown, self.known.iter().copied());
        let hint = nearest.map(|nearest| format!("; did you mean `{nearest}`?")).unwrap_or_default();
        Err(invalid(format!("unknown field {:?}{hint}", shortened(unknown))))
    }
}

/// The engine's words about a module, in which names stand that the module chose: one line, no control characters.
pub(crate) fn engine_words(error: &wasmtime::Error) -> String {
    const MOST: usize = 1000;
    let words = format!("{error:#}");
    let mut out: String = words
        .chars()
        .take(MOST)
        .map(|c| match c {
            c if c.is_control() => '\u{fffd}',
            // They turn the direction of text around.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
            c => c,
        })
        .collect();
    if words.chars().nth(MOST).is_some() {
        out.push('…');
    }
    out
}

/// Foreign text in a message: one that can be read.
pub(crate) fn shortened(text: &str) -> String {
    const MOST: usize = 200;
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    text.chars().take(MOST).chain(['…']).collect()
}
