//! Failures of templates: what stood there, what it looked at, how it was come to.

use std::error::Error;

use chart::ResolvedChart;
use chart::origins::ValuePath;
use gotmpl::{Enclosing, ExecError, Fault, Operand, Place, Site, Trail, Witness};
use govalue::{Map, Str, Value, compare};
use render::RenderError;

use super::secret::reads_secret;
use super::value::{Sources, file_of, hidden, kind, path_of, show};
use super::{Excerpt, Report, nearest, template};

/// How much of the way to a failure is told.
const MOST_SITES: usize = 8;
/// What every template has at its dot.
const ROOT: [&str; 7] = ["Values", "Release", "Chart", "Capabilities", "Files", "Template", "Subcharts"];

/// What a report about a render can ask.
pub(crate) struct Scene<'s> {
    pub(crate) sources: Sources<'s>,
    pub(crate) resolved: &'s ResolvedChart,
}

impl Scene<'_> {
    pub(crate) fn values(&self) -> &Map {
        &self.resolved.values
    }

    /// A template's file as the user would name it.
    pub(crate) fn file(&self, name: &str) -> String {
        if name == "gotpl" {
            return "(text given to tpl)".to_owned();
        }
        file_of(&self.sources.words, self.sources.chart, self.resolved, name)
    }

    fn site(&self, place: &Place, source: &[u8], start: usize) -> String {
        let (line, column) = position(source, start);
        format!("{}:{line}:{column}", self.file(&place.file))
    }
}

/// Line and column of a place in a text, both from 1.
pub(super) fn position(text: &[u8], at: usize) -> (usize, usize) {
    let before = &text[..at.min(text.len())];
    let line_start = before.iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
    let column = String::from_utf8_lossy(&before[line_start..]).chars().count();
    (1 + before.iter().filter(|&&b| b == b'\n').count(), column + 1)
}

/// The report about a failed render. Broken YAML has one of its own.
pub(crate) fn render(error: &RenderError, scene: &Scene<'_>) -> Report {
    match error {
        RenderError::Parse { file, source, .. } => {
            let text = template::text_of(scene, file);
            text.map(|text| template::parse(source, &scene.file(file), &text)).unwrap_or_default()
        }
        RenderError::Execute { source, .. } => execution(source, scene),
        RenderError::KubeVersion { constraint, version } => {
            let mut report = Report::default();
            report.note(
                "note",
                format!("Chart.yaml asks for `kubeVersion: {constraint}`, this render is for {version}"),
            );
            report.hint("say which version it is for with --kube-version");
            report
        }
        RenderError::Manifest { .. } | RenderError::Limit(_) => Report::default(),
    }
}

fn execution(error: &ExecError, scene: &Scene<'_>) -> Report {
    // From the template that was rendered down to what failed in the end.
    let mut chain: Vec<&ExecError> = Vec::new();
    let mut unparsed = None;
    let mut current: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(link) = current {
        if let Some(error) = link.downcast_ref::<ExecError>() {
            chain.push(error);
        }
        unparsed = unparsed.or(link.downcast_ref::<gotmpl::ParseError>());
        current = link.source();
    }
    let mut report = Report::default();
    let Some(at) = chain.iter().rposition(|error| error.witness().is_some()) else { return report };
    let failed = chain[at];
    let (Some(witness), Some(place)) = (failed.witness(), failed.place()) else { return report };
    // A template that is not there has no place of its own: its caller's is meant.
    let fault = chain.last().and_then(|last| last.fault()).or(failed.fault());
    // The text given to `tpl` is a value.
    let hides = place.file == "gotpl"
        && chain[..at].iter().filter_map(|error| error.place()).any(|place| reads_secret(&place.expression));
    let told = Told { scene, witness, place, hides };
    if let Some(parse) = unparsed {
        told.text_given(&mut report, parse);
    } else {
        told.fault(&mut report, fault, failed);
    }
    told.way(&mut report, &chain[..at]);
    report
}

/// One failure and what it looked at.
struct Told<'t> {
    scene: &'t Scene<'t>,
    witness: &'t Witness,
    place: &'t Place,
    /// Whether the template's text may be secret.
    hides: bool,
}

impl Told<'_> {
    fn excerpt(&self, report: &mut Report, label: impl Into<String>) {
        let file = self.scene.file(&self.place.file);
        if self.hides {
            report.note("wrong", label);
            return report.note("note", format!("{file} is not shown: it may be secret"));
        }
        report.push(Excerpt::of(&file, &self.witness.source, self.witness.span.clone(), label));
    }

    fn fault(&self, report: &mut Report, fault: Option<&Fault>, error: &ExecError) {
        match fault {
            Some(Fault::Nil { field }) => self.nil(report, field),
            Some(Fault::NoField { field, value }) => self.no_field(report, field, value),
            Some(Fault::WrongType { value, expected }) => self.wrong_type(report, value, expected),
            Some(Fault::NotIterable { value }) => {
                self.excerpt(report, format!("`range` wants a list or a table, this is {}", kind(value)));
                self.operand_like(report, value);
                if let Value::Str(_) = value {
                    report.hint("a list is written with a dash before each item, or as [a, b]");
                }
            }
            Some(Fault::NoTemplate { name, known }) => self.no_template(report, name, known),
            Some(Fault::Call { function, arguments }) => self.call(report, function, arguments, error),
            None => {
                self.excerpt(report, error.message());
                self.operands(report, &self.witness.operands);
            }
        }
    }

    /// How the failing definition was come to, the nearest first.
    fn way(&self, report: &mut Report, chain: &[&ExecError]) {
        let mut sites: Vec<String> = Vec::new();
        let mut tell = |place: &Place, source: &[u8], start: usize| {
            let line = self.scene.site(place, source, start);
            sites.push(format!("{line} in `{}`", place.expression.chars().take(80).collect::<String>()));
        };
        let callers = |sites: &[Site], tell: &mut dyn FnMut(&Place, &[u8], usize)| {
            sites.iter().for_each(|site| tell(&site.place, &site.source, site.span.start));
        };
        callers(&self.witness.callers, &mut tell);
        for error in chain.iter().rev() {
            if let (Some(place), Some(witness)) = (error.place(), error.witness()) {
                tell(place, &witness.source, witness.span.start);
                callers(&witness.callers, &mut tell);
            }
        }
        let hidden = sites.len().saturating_sub(MOST_SITES);
        for (index, site) in sites.iter().enumerate() {
            if index < MOST_SITES / 2 || index >= MOST_SITES / 2 + hidden {
                report.note("via", site.as_str());
            } else if index == MOST_SITES / 2 {
                report.note("via", format!("{hidden} more"));
            }
        }
    }

    fn path(&self, trail: &Trail) -> Option<ValuePath> {
        path_of(self.scene.values(), &trail.holder).map(|path| path.key(trail.key.clone()))
    }

    /// A value that the template names, and who said it; whether nothing is there and it is known why.
    fn operand(&self, report: &mut Report, operand: &Operand) -> bool {
        let sources = &self.scene.sources;
        let trail = operand.trail.as_ref();
        match (&operand.value, trail) {
            (None, Some(trail)) | (Some(Value::Nil), Some(trail)) => {
                let reached = reached(&operand.expression, &trail.below);
                let key = trail.key.to_str_lossy();
                let at = (&trail.holder, &*key);
                return sources.tell_missing(report, self.scene.values(), at, (reached, &operand.expression));
            }
            (Some(Value::Object(_)), _) => {}
            (Some(value), trail) => {
                // The whole context says nothing.
                if let Value::Map(map) = value
                    && ROOT.iter().filter(|name| map.contains_key(name)).count() > 2
                {
                    return false;
                }
                let path = trail.and_then(|trail| self.path(trail));
                sources.tell(report, &operand.expression, path.as_ref(), value);
            }
            (None, None) => {}
        }
        false
    }

    fn operands(&self, report: &mut Report, operands: &[Operand]) {
        for operand in operands {
            self.operand(report, operand);
        }
    }

    /// The operand that has this value.
    fn operand_like(&self, report: &mut Report, value: &Value) {
        let like = self.witness.operands.iter().find(|operand| match (&operand.value, value) {
            (Some(Value::Map(one)), Value::Map(other)) => one.same(other),
            (Some(Value::Map(_)), _) => false,
            (Some(one), other) => compare::deep_equal(one, other),
            (None, Value::Nil) => true,
            (None, _) => false,
        });
        match like {
            Some(operand) => {
                self.operand(report, operand);
            }
            None => {
                report.note("value", format!("it is {}", self.made(value)));
                self.operands(report, &self.witness.operands);
            }
        }
    }

    /// What a value is that was made of others.
    fn made(&self, value: &Value) -> String {
        let text = self.witness.source.get(self.witness.span.clone()).unwrap_or_default();
        let named = self.witness.operands.iter().map(|operand| operand.expression.as_str());
        let secret = reads_secret(&String::from_utf8_lossy(text)) || named.into_iter().any(reads_secret);
        if secret { hidden(value) } else { show(value) }
    }

    fn nil(&self, report: &mut Report, field: &Str) {
        let field = field.to_str_lossy();
        let Some(operand) = self.witness.operands.first() else {
            return self.excerpt(report, format!("`{field}` is read of null"));
        };
        let Some(trail) = &operand.trail else {
            let before = operand.expression.split(&format!(".{field}")).next().unwrap_or_default();
            let name = if before.is_empty() { "." } else { before };
            self.excerpt(report, format!("`{name}` is null, and null has no `{field}`"));
            return self.surroundings(report, operand);
        };
        let reached = reached(&operand.expression, &trail.below);
        self.excerpt(report, format!("`{reached}` is null, and null has no `{field}`"));
        if self.root_is_elsewhere(report, &trail.key, operand) {
            return;
        }
        let key = trail.key.to_str_lossy();
        let at = (&trail.holder, &*key);
        let known =
            self.scene.sources.tell_missing(report, self.scene.values(), at, (reached, &operand.expression));
        if path_of(self.scene.values(), &trail.holder).is_none() {
            self.surroundings(report, operand);
        } else if !known {
            self.settable(report, operand);
        }
    }

    fn no_field(&self, report: &mut Report, field: &Str, value: &Value) {
        let name = field.to_str_lossy();
        self.excerpt(report, format!("{} has no `{name}`", kind(value)));
        let Some(operand) = self.witness.operands.first() else { return };
        if operand.trail.is_none() && self.root_is_elsewhere(report, field, operand) {
            return;
        }
        match &operand.trail {
            Some(trail) => {
                let reached = reached(&operand.expression, &trail.below);
                let path = self.path(trail);
                self.scene.sources.tell(report, reached, path.as_ref(), value);
                if let Some(default) = path.as_ref().and_then(|path| self.table_in_chart(path)) {
                    report.hint(default);
                }
            }
            None => {
                report.note("value", format!("`.` is {} here", show(value)));
                self.surroundings(report, operand);
            }
        }
        if let Value::Object(object) = value {
            let fields: Vec<&str> = object.fields().iter().map(|(name, _)| *name).collect();
            if let Some(near) = nearest(&name, fields) {
                report.hint(format!("did you mean `{near}`?"));
            }
        }
    }

    /// What the chart itself has where the user said something of another type.
    fn table_in_chart(&self, path: &ValuePath) -> Option<String> {
        let (file, value) = self.scene.sources.default_of(path)?;
        let Value::Map(_) = &value else { return None };
        Some(format!("in {file} `{path}` is {}", show(&value)))
    }

    /// Whether what is read is at the root, and the dot somewhere else.
    fn root_is_elsewhere(&self, report: &mut Report, key: &Str, operand: &Operand) -> bool {
        let key = key.to_str_lossy();
        let is_dotted = operand.expression.starts_with(&format!(".{key}"));
        if !is_dotted || !ROOT.contains(&&*key) {
            return false;
        }
        let rebinds = |branch: &&Enclosing| branch.word != "if" && !branch.otherwise;
        match self.witness.enclosing.iter().find(rebinds) {
            Some(branch) => {
                self.branch(report, branch);
                report.hint(format!(
                    "inside `{}` the dot is another value; `${}` is always the root's",
                    branch.word, operand.expression
                ));
            }
            None => report.hint(format!(
                "the dot is what `{}` was called with, which has no `{key}`: call it with `.` or `$`",
                self.place.definition
            )),
        }
        true
    }

    fn branch(&self, report: &mut Report, branch: &Enclosing) {
        let text = self.witness.source.get(branch.span.clone()).unwrap_or_default();
        let (line, _) = position(&self.witness.source, branch.span.start);
        let otherwise = if branch.otherwise { "the else of " } else { "" };
        report.note(
            "inside",
            format!("{otherwise}`{} {}` in line {line}", branch.word, String::from_utf8_lossy(text)),
        );
    }

    /// The branches that say what the dot is.
    fn surroundings(&self, report: &mut Report, operand: &Operand) {
        let branches =
            self.witness.enclosing.iter().filter(|branch| branch.word != "if" && !branch.otherwise);
        if operand.expression.starts_with('.') {
            for branch in branches.take(1) {
                self.branch(report, branch);
                self.operands(report, &branch.operands);
            }
        }
    }

    fn wrong_type(&self, report: &mut Report, value: &Value, expected: &str) {
        let wanted = match expected {
            "string" => "a text",
            "int" | "int64" | "float64" => "a number",
            "bool" => "a boolean",
            other if other.starts_with("map[") => "a table",
            other if other.starts_with("[]") => "a list",
            other => other,
        };
        self.excerpt(report, format!("{wanted} is wanted here, and this is {}", kind(value)));
        self.operand_like(report, value);
        let by_flag = self.witness.operands.iter().any(|operand| {
            let path = operand.trail.as_ref().and_then(|trail| self.path(trail));
            path.and_then(|path| self.scene.sources.said(&path))
                .is_some_and(|said| said.starts_with("--set "))
        });
        match (wanted, value) {
            ("a text", Value::Int(..) | Value::Float(..) | Value::Bool(_)) if by_flag => {
                report.hint("--set-string takes a value as text");
            }
            ("a text", Value::Int(..) | Value::Float(..) | Value::Bool(_)) => {
                report.hint("put the value in quotes where it is set, or write `toString` in the template");
            }
            ("a number", Value::Str(_)) => {
                report.hint("take the quotes off where it is set, or write `int` in the template");
            }
            _ => {}
        }
    }

    fn no_template(&self, report: &mut Report, name: &Str, known: &[Str]) {
        let name = name.to_str_lossy();
        self.excerpt(report, format!("no template is called {}", govalue::print::quote(name.as_bytes())));
        let known: Vec<String> = known.iter().map(|known| known.to_str_lossy().into_owned()).collect();
        let defined = known.iter().map(String::as_str).filter(|name| !name.contains("/templates/"));
        match nearest(&name, defined.clone()) {
            Some(near) => {
                let place = template::definition(self.scene, near);
                let place = place.map(|place| format!(" ({place})")).unwrap_or_default();
                report.hint(format!("did you mean `{near}`?{place}"));
            }
            None => {
                let stem = name.split('.').next().unwrap_or_default();
                let family: Vec<&str> =
                    defined.filter(|known| known.split('.').next() == Some(stem)).take(8).collect();
                if !family.is_empty() {
                    report.note("note", format!("there are {}", family.join(", ")));
                } else if !self.scene.sources.chart.subcharts.iter().any(|chart| chart.name() == stem) {
                    report.hint(format!(
                        "if {name} is of a library chart, that chart must be among the dependencies"
                    ));
                }
            }
        }
    }

    fn call(&self, report: &mut Report, function: &str, arguments: &[Value], error: &ExecError) {
        match function {
            "required" => {
                self.excerpt(report, "this value must be set");
                if let Some(operand) = self.witness.operands.last()
                    && !self.operand(report, operand)
                {
                    self.settable(report, operand);
                }
            }
            "fail" => {
                self.excerpt(report, "the chart stops here");
                self.operands(report, &self.witness.operands);
                for branch in self.witness.enclosing.iter().take(3) {
                    self.branch(report, branch);
                    self.operands(report, &branch.operands);
                }
            }
            "eq" | "ne" | "lt" | "le" | "gt" | "ge" => {
                let kinds: Vec<&str> = arguments.iter().map(kind).collect();
                self.excerpt(report, format!("{} cannot be compared", kinds.join(" and ")));
                self.operands(report, &self.witness.operands);
                let of = |wanted: &str| kinds.contains(&wanted);
                if of("a text") && of("a number") {
                    report.hint("make both the same: `int` or `float64` for numbers, `toString` for texts");
                } else if of("null") {
                    report.hint("give it a value with `default`, or ask for it with `if` first");
                }
            }
            _ => {
                let cause = error.source().map(ToString::to_string).unwrap_or_default();
                self.excerpt(report, cause);
                if self.witness.operands.is_empty() {
                    for argument in arguments.iter().take(4) {
                        report.note("value", format!("`{function}` was given {}", self.made(argument)));
                    }
                }
                self.operands(report, &self.witness.operands);
            }
        }
    }

    /// How a value that must be set is set.
    fn settable(&self, report: &mut Report, operand: &Operand) {
        let path = operand.trail.as_ref().and_then(|trail| {
            let mut path = self.path(trail)?;
            for field in &trail.below {
                path = path.key(field.clone());
            }
            Some(path)
        });
        if let Some(path) = path {
            let path = self.scene.sources.settable(&path);
            report.hint(format!("set it with --set {path}=VALUE or in a file given with -f"));
        }
    }

    /// A text that was given to `tpl` and is no template.
    fn text_given(&self, report: &mut Report, parse: &gotmpl::ParseError) {
        let text = match self.witness.operands.iter().find_map(|operand| operand.value.as_ref()) {
            Some(Value::Str(text)) => Some(text.clone()),
            _ => None,
        };
        self.excerpt(report, "the text given to tpl cannot be parsed");
        let is_secret = self.witness.operands.iter().any(|operand| reads_secret(&operand.expression));
        if let Some(text) = text.filter(|_| !is_secret) {
            report.add(template::parse(parse, "(text given to tpl)", &text));
        }
        self.operands(report, &self.witness.operands);
    }
}

/// The part of an expression that leads to the last table, and the key looked up there.
fn reached<'e>(expression: &'e str, below: &[Str]) -> &'e str {
    let rest: usize = below.iter().map(|field| field.len() + 1).sum();
    expression.get(..expression.len().saturating_sub(rest)).unwrap_or(expression)
}
