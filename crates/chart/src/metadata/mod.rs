//! Chart.yaml: what a chart says about itself.
//!
//! [`Metadata`] keeps Helm's typed view of the file. It is read by `decode` with the error texts Go gives,
//! and checked by [`Metadata::validate`], which also cleans its strings as Helm does. Templates see it
//! through [`Metadata::template_value`].

pub(crate) mod decode;
mod strict;
mod validate;

pub use validate::ValidationError;

use std::collections::BTreeMap;

use govalue::{List, Map, Str, Value, types, yaml};

/// Decides about versions and version ranges. The rules are Masterminds' and live in another crate.
pub trait Versions {
    /// Whether a text is a version, leniently: `1` and `v1.2` are.
    fn valid(&self, version: &str) -> bool;

    /// Whether a version lies in a range.
    ///
    /// # Errors
    /// When the range or the version cannot be read.
    fn matches(&self, constraint: &str, version: &str) -> Result<bool, String>;
}

/// Who looks after a chart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Maintainer {
    /// A person or an organisation.
    pub name: String,
    /// Where to write to.
    pub email: String,
    /// Where to read about them.
    pub url: String,
}

/// A chart that this chart needs.
#[derive(Debug, Clone, Default)]
pub struct Dependency {
    /// The chart's name. After resolving, the alias if there is one.
    pub name: String,
    /// The range of versions that will do.
    pub version: String,
    /// Where it is fetched from.
    pub repository: String,
    /// Comma-separated paths; the first that leads to a boolean decides whether the chart is used.
    pub condition: String,
    /// Tags that switch groups of charts.
    pub tags: Vec<String>,
    /// Whether it is used; set while resolving.
    pub enabled: bool,
    /// What is taken over from the chart's values: strings, or tables with `child` and `parent`.
    pub import_values: Vec<Value>,
    /// The name it gets here.
    pub alias: String,
}

/// The contents of Chart.yaml. A `None` in a list is a null entry, which validation refuses.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the names are Chart.yaml's")]
pub struct Metadata {
    pub name: String,
    pub home: String,
    pub sources: Vec<String>,
    pub version: String,
    pub description: String,
    pub keywords: Vec<String>,
    pub maintainers: Vec<Option<Maintainer>>,
    pub icon: String,
    pub api_version: String,
    pub condition: String,
    pub tags: String,
    pub app_version: String,
    pub deprecated: bool,
    /// `None` when absent: templates can tell a missing table from an empty one.
    pub annotations: Option<BTreeMap<String, String>>,
    pub kube_version: String,
    /// `None` when absent.
    pub dependencies: Option<Vec<Option<Dependency>>>,
    /// `application`, `library`, or empty.
    pub kind: String,
}

impl Metadata {
    /// Reads Chart.yaml without judging it: no default `apiVersion`, no cleaning.
    ///
    /// # Errors
    /// When it is no YAML, or a field has another type; in Go's words.
    pub fn read(bytes: &[u8]) -> Result<Self, govalue::Error> {
        let mut metadata = Self::default();
        metadata.decode(&yaml::read_exact(bytes, &yaml::Limits::default(), &decode::METADATA)?)?;
        Ok(metadata)
    }

    /// Whether the chart only lends its partials.
    pub fn is_library(&self) -> bool {
        self.kind.eq_ignore_ascii_case("library")
    }

    /// The declared dependencies.
    pub fn dependencies(&self) -> impl Iterator<Item = &Dependency> {
        self.dependencies.iter().flatten().flatten()
    }

    /// `.Chart` as templates see it: Go's field names, lists of tables. `IsRoot` is the renderer's to add.
    pub fn template_value(&self) -> Map {
        let maintainers = self.maintainers.iter().flatten().map(|maintainer| {
            Map::from_iter([
                ("Name", Value::from(maintainer.name.as_str())),
                ("Email", Value::from(maintainer.email.as_str())),
                ("URL", Value::from(maintainer.url.as_str())),
            ])
        });
        let annotations = match &self.annotations {
            None => Map::nil(&types::MAP_STRING),
            Some(entries) => Map::from_entries(
                &types::MAP_STRING,
                entries.iter().map(|(k, v)| (Str::from(k.as_str()), Value::from(v.as_str()))).collect(),
            ),
        };
        Map::from_iter([
            ("Name", Value::from(self.name.as_str())),
            ("Home", Value::from(self.home.as_str())),
            ("Sources", texts(&self.sources)),
            ("Version", Value::from(self.version.as_str())),
            ("Description", Value::from(self.description.as_str())),
            ("Keywords", texts(&self.keywords)),
            ("Maintainers", Value::List(maintainers.collect())),
            ("Icon", Value::from(self.icon.as_str())),
            ("APIVersion", Value::from(self.api_version.as_str())),
            ("Condition", Value::from(self.condition.as_str())),
            ("Tags", Value::from(self.tags.as_str())),
            ("AppVersion", Value::from(self.app_version.as_str())),
            ("Deprecated", Value::from(self.deprecated)),
            ("Annotations", Value::Map(annotations)),
            ("KubeVersion", Value::from(self.kube_version.as_str())),
            ("Dependencies", Value::List(self.dependencies().map(Dependency::template_value).collect())),
            ("Type", Value::from(self.kind.as_str())),
        ])
    }

    /// Chart.yaml as Helm saves it: in old charts the dependencies stay in requirements.yaml.
    pub fn saved_value(&self) -> Map {
        let map = self.file_value();
        if self.api_version == "v1" {
            map.remove("dependencies");
        }
        map
    }

    /// Chart.yaml as Helm writes it: names in camel case, what is empty left out.
    pub fn file_value(&self) -> Map {
        let map = Map::new();
        let text = |key: &'static str, value: &str| {
            if !value.is_empty() {
                map.insert(Str::from_static(key), value);
            }
        };
        text("name", &self.name);
        text("home", &self.home);
        text("version", &self.version);
        text("description", &self.description);
        text("icon", &self.icon);
        text("apiVersion", &self.api_version);
        text("condition", &self.condition);
        text("tags", &self.tags);
        text("appVersion", &self.app_version);
        text("kubeVersion", &self.kube_version);
        text("type", &self.kind);
        if self.deprecated {
            map.insert("deprecated", true);
        }
        let list = |key: &'static str, items: Vec<Value>| {
            if !items.is_empty() {
                map.insert(Str::from_static(key), List::new(items));
            }
        };
        list("sources", self.sources.iter().map(|s| Value::from(s.as_str())).collect());
        list("keywords", self.keywords.iter().map(|s| Value::from(s.as_str())).collect());
        list("maintainers", self.maintainers.iter().flatten().map(Maintainer::file_value).collect());
        list("dependencies", self.dependencies().map(Dependency::file_value).collect());
        if let Some(annotations) = self.annotations.as_ref().filter(|entries| !entries.is_empty()) {
            map.insert(
                "annotations",
                annotations.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect::<Map>(),
            );
        }
        map
    }
}

impl Maintainer {
    fn file_value(&self) -> Value {
        let entries = [("name", &self.name), ("email", &self.email), ("url", &self.url)];
        let entries = entries.into_iter().filter(|(_, v)| !v.is_empty());
        Value::Map(entries.map(|(k, v)| (k, v.as_str())).collect())
    }
}

impl Dependency {
    fn template_value(&self) -> Map {
        Map::from_iter([
            ("Name", Value::from(self.name.as_str())),
            ("Version", Value::from(self.version.as_str())),
            ("Repository", Value::from(self.repository.as_str())),
            ("Condition", Value::from(self.condition.as_str())),
            ("Tags", texts(&self.tags)),
            ("Enabled", Value::from(self.enabled)),
            ("ImportValues", Value::List(List::new(self.import_values.clone()))),
            ("Alias", Value::from(self.alias.as_str())),
        ])
    }

    /// The entry in Chart.yaml or in a lock, what is empty left out.
    pub(crate) fn file_value(&self) -> Value {
        let map = Map::new();
        map.insert("name", self.name.as_str());
        map.insert("repository", self.repository.as_str());
        for (key, value) in
            [("version", &self.version), ("condition", &self.condition), ("alias", &self.alias)]
        {
            if !value.is_empty() {
                map.insert(key, value.as_str());
            }
        }
        if !self.tags.is_empty() {
            map.insert("tags", texts(&self.tags));
        }
        if self.enabled {
            map.insert("enabled", true);
        }
        if !self.import_values.is_empty() {
            map.insert("import-values", List::new(self.import_values.clone()));
        }
        Value::Map(map)
    }
}

fn texts(items: &[String]) -> Value {
    Value::List(items.iter().map(String::as_str).collect())
}
