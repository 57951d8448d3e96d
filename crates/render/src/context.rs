//! What a template sees as `.`: release, chart, values, files, capabilities, subcharts.

use std::sync::Arc;

use chart::{File, ResolvedChart};
use govalue::types::{self, Kind, Method, Signature, Type};
use govalue::{CallResult, Error, Map, Owner, Value, yaml};
use guard::{Actor, Provenance};

use crate::authors::Authors;
use crate::capabilities::Capabilities;
use crate::files;

/// What `.Release` says.
#[derive(Debug, Clone)]
pub struct ReleaseOptions {
    /// The release's name.
    pub name: String,
    /// The namespace it goes to.
    pub namespace: String,
    /// Whether this is an upgrade.
    pub is_upgrade: bool,
    /// Whether this is an installation; lint is neither.
    pub is_install: bool,
    /// Its number.
    pub revision: i64,
}

impl ReleaseOptions {
    fn value(&self) -> Value {
        let release = Map::new();
        release.insert("Name", self.name.as_str());
        release.insert("Namespace", self.namespace.as_str());
        release.insert("IsUpgrade", self.is_upgrade);
        release.insert("IsInstall", self.is_install);
        release.insert("Revision", Value::int(self.revision));
        release.insert("Service", "Helm");
        Value::Map(release)
    }
}

/// One template with all that its execution needs.
pub(crate) struct Renderable<'a> {
    /// `chart/charts/sub/templates/x.yaml`
    pub(crate) path: String,
    /// How many directories that leads through.
    depth: usize,
    /// Its text.
    pub(crate) text: &'a Arc<[u8]>,
    /// `.`, shared by all templates of the chart: what one of them sets, the next one sees.
    pub(crate) data: Map,
    /// `.Template.BasePath`
    pub(crate) base_path: String,
    /// Which chart owns the text: an index into [`Templates::owners`].
    pub(crate) owner: u32,
}

/// All templates of a chart and its subcharts.
pub(crate) struct Templates<'a> {
    /// In the order in which they are parsed and executed.
    pub(crate) renderables: Vec<Renderable<'a>>,
    /// Each owning chart, by its path through the tree: `chart:shop`, `chart:shop/redis`.
    pub(crate) owners: Vec<Actor>,
    /// What each of them wrote.
    pub(crate) authors: Authors,
    /// The charts, in the order of their owners: each before those below it.
    pub(crate) charts: Vec<Place<'a>>,
}

/// A chart in its tree.
pub(crate) struct Place<'a> {
    pub(crate) chart: &'a ResolvedChart,
    /// The owner number of the chart above it.
    pub(crate) parent: Option<u32>,
    /// `.`
    pub(crate) data: Map,
}

/// Collects the templates of a chart tree.
pub(crate) fn templates<'a>(
    chart: &'a ResolvedChart,
    release: &ReleaseOptions,
    capabilities: &Capabilities,
    provenance: &Provenance,
) -> Templates<'a> {
    let mut templates = Templates {
        renderables: Vec::new(),
        owners: Vec::new(),
        authors: Authors::default(),
        charts: Vec::new(),
    };
    let shared = Common::new(release, capabilities);
    let root = Actor::chart(chart.name()).with_provenance(provenance.clone());
    collect(&mut templates, chart, chart.values.with_type(&VALUES), root, None, &shared);
    // Helm parses deeper paths first, and of equals the later names first: for a name defined twice the
    // shallower file wins, then the alphabetically smaller one.
    templates.renderables.sort_by(|a, b| b.depth.cmp(&a.depth).then_with(|| b.path.cmp(&a.path)));
    templates
}

/// What `.` of all charts has in common.
pub(crate) struct Common {
    release: Value,
    capabilities: Value,
}

impl Common {
    pub(crate) fn new(release: &ReleaseOptions, capabilities: &Capabilities) -> Self {
        Self { release: release.value(), capabilities: capabilities.value() }
    }

    /// Has changes of it told, as of something that all charts see.
    pub(crate) fn watch(&self) {
        for value in [&self.release, &self.capabilities] {
            if let Value::Map(map) = value {
                map.watch(Owner::SEVERAL);
            }
        }
    }

    /// `.` of a chart, without `.Template`.
    pub(crate) fn data(&self, metadata: impl Into<Value>, files: &[File], values: Map) -> Map {
        let data = Map::new();
        data.insert("Chart", metadata);
        data.insert("Files", files::value(files));
        data.insert("Release", self.release.clone());
        data.insert("Capabilities", self.capabilities.clone());
        data.insert("Values", values);
        data.insert("Subcharts", Map::new());
        data
    }
}

/// Puts what a chart's templates see among the `.Subcharts` of the chart above it.
pub(crate) fn put_below(parent: &Map, name: &str, data: &Map) {
    if let Some(Value::Map(subcharts)) = parent.get("Subcharts") {
        subcharts.insert(name, data.clone());
    }
}

/// A subchart's values. Helm reads the table by a dotted path, so a subchart with a dot in its name finds a nested
/// one.
pub(crate) fn values_below(parent: &Map, name: &str) -> Map {
    let values = match parent.get("Values") {
        Some(Value::Map(values)) => table(&values, name),
        _ => None,
    };
    values.unwrap_or_else(|| Map::typed(&VALUES))
}

fn collect<'a>(
    templates: &mut Templates<'a>,
    chart: &'a ResolvedChart,
    values: Map,
    actor: Actor,
    parent: Option<u32>,
    common: &Common,
) {
    let owner = templates.authors.add(chart, parent);
    templates.owners.push(actor.clone());

    let metadata = chart.metadata.template_value();
    metadata.insert("IsRoot", chart.is_root);
    let context = common.data(metadata, &chart.files, values);
    if let Some(parent) = parent {
        put_below(&templates.charts[parent as usize].data, chart.name(), &context);
    }
    templates.charts.push(Place { chart, parent, data: context.clone() });

    for child in &chart.subcharts {
        let values = values_below(&context, child.name());
        collect(templates, child, values, actor.subchart(child.name()), Some(owner), common);
    }

    let full_path = &chart.full_path;
    for File { name, data, .. } in chart.templates.iter() {
        if chart.is_library() && !crate::manifest::base_name(name).starts_with('_') {
            continue;
        }
        let path = format!("{full_path}/{name}");
        templates.renderables.push(Renderable {
            depth: path.bytes().filter(|&byte| byte == b'/').count(),
            path,
            text: data.shared(),
            // What a template starts from has methods; the same table among `.Subcharts` has none.
            data: context.with_type(&VALUES),
            base_path: format!("{full_path}/templates"),
            owner,
        });
    }
}

/// `Values.Table`: a table by dotted path, as `common.Values`.
fn table(values: &Map, path: &str) -> Option<Map> {
    let mut current = values.clone();
    for part in path.split('.') {
        match current.get(part) {
            Some(Value::Map(next)) => current = next,
            _ => return None,
        }
    }
    Some(current.with_type(&VALUES))
}

/// `common.Values`, the type of `.Values`, with the methods charts can call on it.
pub static VALUES: Type = Type {
    name: "common.Values",
    kind: Kind::Map,
    elem: Some(&types::ANY),
    methods: &[
        Method { name: "AsMap", signature: Signature { params: &[], variadic: false }, call: as_map },
        Method { name: "PathValue", signature: ONE_STRING, call: path_value },
        Method { name: "Table", signature: ONE_STRING, call: table_method },
        Method { name: "YAML", signature: Signature { params: &[], variadic: false }, call: to_yaml },
    ],
};

const ONE_STRING: Signature = Signature { params: &[&types::STRING], variadic: false };

fn as_map(receiver: &Value, _: &[Value]) -> CallResult {
    Ok(match receiver {
        Value::Map(values) if !values.is_empty() => Value::Map(values.with_type(&types::MAP_ANY)),
        _ => Value::Map(Map::new()),
    })
}

fn to_yaml(receiver: &Value, _: &[Value]) -> CallResult {
    Ok(Value::str(yaml::write(receiver)?))
}

fn argument(args: &[Value]) -> String {
    args.first().and_then(Value::as_str).map(|path| path.to_str_lossy().into_owned()).unwrap_or_default()
}

fn table_method(receiver: &Value, args: &[Value]) -> CallResult {
    let Value::Map(values) = receiver else { return Ok(Value::Nil) };
    let path = argument(args);
    let mut current = values.clone();
    for part in path.split('.') {
        match current.get(part) {
            Some(Value::Map(next)) => current = next,
            _ => return Err(Box::new(Error::new(format!("{} is not a table", quoted(part))))),
        }
    }
    Ok(Value::Map(current.with_type(&VALUES)))
}

fn path_value(receiver: &Value, args: &[Value]) -> CallResult {
    let Value::Map(values) = receiver else { return Ok(Value::Nil) };
    let path = argument(args);
    if path.is_empty() {
        return Err(Box::new(Error::new("YAML path cannot be empty")));
    }
    let no_value = |key: &str| Error::new(format!("{} is not a value", quoted(key)));
    let (tables, key) = path.rsplit_once('.').unwrap_or(("", &path));
    let mut current = values.clone();
    for part in tables.split('.').filter(|part| !part.is_empty()) {
        match current.get(part) {
            Some(Value::Map(next)) => current = next,
            _ => return Err(Box::new(no_value(key))),
        }
    }
    match current.get(key) {
        Some(Value::Map(_)) | None => Err(Box::new(no_value(key))),
        Some(value) => Ok(value),
    }
}

fn quoted(text: &str) -> String {
    govalue::print::quote(text.as_bytes())
}
