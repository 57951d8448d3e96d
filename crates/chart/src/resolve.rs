//! Turns a [`Chart`] and the user's values into a [`ResolvedChart`].
//!
//! Conditions and tags drop subcharts, aliases rename them, import-values lift their defaults, and then the
//! parents' values flow down and meet the schemas. The order and the passes are Helm's, because its warnings
//! come from all of them. Nothing here reads files or evaluates templates: see [`load`](crate::load) and the
//! `render` crate.

mod declared;
#[cfg(test)]
mod tests;
mod view;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use govalue::{Map, Str, Value};

use declared::{apply_conditions, apply_tags, import_from};
use view::View;

use crate::chart::{self, Chart, File};
use crate::metadata::{Dependency, Metadata, Versions};
use crate::notice::{Level, Notice};
use crate::origins::Marks;
use crate::schema::{self, SchemaLoader, Violation};
use crate::values::coalesce::{self, GLOBAL, Log, Nulls, Place};

/// What [`Chart::resolve`] needs from its caller.
pub struct Rules<'a> {
    /// The rules for versions.
    pub versions: &'a dyn Versions,
    /// Whether values must meet the charts' schemas, and who loads what a schema refers to.
    pub schema: Option<&'a mut dyn SchemaLoader>,
}

/// Why a chart could not be resolved, in Helm's words.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    /// The values for a subchart are no table.
    #[error(transparent)]
    SubchartValues(SubchartValues),
    /// The same, found while it was decided which subcharts are used.
    #[error("chart dependencies processing failed: {0}")]
    Dependencies(#[source] SubchartValues),
    /// Values are nested without end, through an import-values that imports into itself.
    #[error("values are nested too deeply")]
    Cycle,
    /// Values do not meet a schema.
    #[error("values don't meet the specifications of the schema(s) in the following chart(s):\n{report}")]
    Schema {
        /// What is wrong, chart by chart.
        report: String,
        /// The values that are refused, one by one.
        violations: Vec<Violation>,
        /// What the loader of the first reference that could not be loaded said.
        #[source]
        source: Option<Box<dyn std::error::Error>>,
    },
}

/// The values for a subchart are no table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SubchartValues(String);

/// A chart that is ready to be rendered. Only [`Chart::resolve`] makes one.
#[derive(Debug)]
pub struct ResolvedChart {
    /// Its metadata: with the alias as name, and with the dependencies that are used.
    pub metadata: Metadata,
    /// From the root chart's name on: `parent/charts/sub`. Two charts can have the same: below an alias,
    /// charts nobody declares keep the path they had. Helm then renders the later one only.
    pub full_path: String,
    /// Whether it is the chart that was asked for.
    pub is_root: bool,
    /// Its values. A subchart's table is the same one that its parent has under its name.
    pub values: Map,
    /// What lies under `templates/`.
    pub templates: Arc<[File]>,
    /// `.Files`.
    pub files: Arc<[File]>,
    /// Texts with template actions among this chart's own default values; for the root, also among the user's
    /// values. As they were written: what other charts or templates made of the values is not in here.
    pub written: Rc<[Str]>,
    /// The charts below it that are used, in Helm's order.
    pub subcharts: Vec<ResolvedChart>,
}

impl ResolvedChart {
    /// Its name: the alias, for one that has it.
    pub fn name(&self) -> &str {
        &self.metadata.name
    }

    /// Whether it only lends its partials.
    pub fn is_library(&self) -> bool {
        self.metadata.is_library()
    }

    /// Custom resource definitions of this chart and those below it, with the full path of their chart.
    pub fn crds(&self) -> Vec<(&str, &File)> {
        let own = self.files.iter().filter(|file| chart::is_crd(file));
        let mut found: Vec<_> = own.map(|file| (self.full_path.as_str(), file)).collect();
        for chart in &self.subcharts {
            found.extend(chart.crds());
        }
        found
    }
}

impl Chart {
    /// Decides which subcharts are used and what values every chart gets.
    ///
    /// # Errors
    /// When a subchart's values are no table, or values do not meet a schema.
    pub fn resolve(
        &self,
        values: &Map,
        rules: Rules<'_>,
        notices: &mut Vec<Notice>,
    ) -> Result<ResolvedChart, ResolveError> {
        self.resolve_telling(values, rules, notices, &|_| ())
    }

    /// The same, and tells the templates of every chart that is used as soon as that is known.
    ///
    /// # Errors
    /// As [`Chart::resolve`].
    pub fn resolve_telling(
        &self,
        values: &Map,
        rules: Rules<'_>,
        notices: &mut Vec<Notice>,
        tell: &dyn Fn(&File),
    ) -> Result<ResolvedChart, ResolveError> {
        // Before anything else has touched the table.
        let mut written_by_user = Vec::new();
        texts_in(values, 0, &mut written_by_user);
        let mut tree = Tree::new(rules.versions, notices);
        let root = tree.add(self, None);
        let enabled = tree.enable(root, values, "");
        if enabled.is_ok() {
            tree.tell(root, tell);
        }
        let processed = enabled.and_then(|()| tree.import(root));
        if let Err(error) = processed {
            if let ResolveError::Dependencies(source) = &error {
                let notice = Notice::new(Level::Error, "chart dependencies processing failed");
                tree.log.0.push(notice.with("error", source.to_string()));
            }
            return Err(error);
        }
        let coalesced =
            tree.coalesce_from(root, values, Nulls::Remove).map_err(ResolveError::SubchartValues)?;
        tree.validated(root, &coalesced, rules.schema, written_by_user)
    }

    /// The same as `helm lint` does it: what is wrong with dependencies is passed over in silence (`None`), and
    /// defaults are put under the values twice, so that a null among them removes nothing that a chart has.
    /// `typed` is what the user said, before linting put defaults into `values`.
    ///
    /// # Errors
    /// When values do not meet a schema.
    pub fn resolve_for_lint(
        &self,
        values: &Map,
        typed: &Map,
        rules: Rules<'_>,
        notices: &mut Vec<Notice>,
    ) -> Result<Option<ResolvedChart>, ResolveError> {
        let mut written_by_user = Vec::new();
        texts_in(typed, 0, &mut written_by_user);
        let mut tree = Tree::new(rules.versions, notices);
        let root = tree.add(self, None);
        if tree.enable(root, values, "").and_then(|()| tree.import(root)).is_err() {
            return Ok(None);
        }
        let Ok(once) = tree.coalesce_from(root, values, Nulls::Remove) else { return Ok(None) };
        let twice = tree.coalesce_from(root, &once, Nulls::Remove).map_err(ResolveError::SubchartValues)?;
        tree.validated(root, &twice, rules.schema, written_by_user).map(Some)
    }
}

/// A chart that is used: names below the root down to it, and what was loaded.
pub(crate) type Used<'c> = (Vec<String>, &'c Chart);

/// Does with marked values what [`Chart::resolve`] does with real ones: the root's values, and the charts that
/// are used. `defaults` are those of every chart, each before the charts below it.
///
/// # Errors
/// When a subchart's values are no table.
pub(crate) fn trace<'c>(
    chart: &'c Chart,
    user: &Map,
    defaults: Vec<Map>,
    marks: &Marks,
    versions: &dyn Versions,
) -> Result<(Map, Vec<Used<'c>>), ResolveError> {
    let mut notices = Vec::new();
    let mut tree = Tree::new(versions, &mut notices);
    tree.marks = Some(marks);
    let root = tree.add(chart, None);
    for (node, defaults) in tree.nodes.iter_mut().zip(defaults) {
        node.values = defaults;
    }
    tree.enable(root, user, "")?;
    tree.import(root)?;
    let values = tree.coalesce_from(root, user, Nulls::Remove).map_err(ResolveError::SubchartValues)?;
    let mut used = Vec::new();
    tree.used(root, &mut used);
    Ok((values, used))
}

/// Charts as Helm holds them while it resolves: pointers that can be shared, renamed and cut off.
///
/// Helm copies a chart for every alias, but only the upper levels of it; what lies further down stays shared
/// between the copies, metadata included. Indices into two lists behave the same.
struct Tree<'c, 'n> {
    nodes: Vec<Node<'c>>,
    metadata: Vec<Metadata>,
    log: Log<'n>,
    versions: &'n dyn Versions,
    /// What values stand for, when they are marked to find out where they come from.
    marks: Option<&'n Marks>,
    /// Which versions were found to lie in which ranges: charts below one another often ask for the same.
    matches: RefCell<BTreeMap<(String, String), bool>>,
    /// Of a table with more entries than that only what is needed is copied.
    large: usize,
}

/// So many values are held for checks on several threads. What is left is checked one after the other.
const VALUES_AT_ONCE: usize = 1 << 18;

/// Tables with fewer entries are copied sooner than it is found out what is needed of them.
const LARGE: usize = 48;

/// What the schemas of all charts say.
#[derive(Default)]
struct Report {
    text: String,
    violations: Vec<Violation>,
    source: Option<Box<dyn std::error::Error>>,
}

#[derive(Clone)]
struct Node<'c> {
    chart: &'c Chart,
    metadata: usize,
    parent: Option<usize>,
    children: Vec<usize>,
    /// Its defaults. Replaced by what import-values makes of them.
    values: Map,
    /// Texts with actions among the defaults that it brought.
    written: Rc<[Str]>,
}

impl<'c, 'n> Tree<'c, 'n> {
    fn new(versions: &'n dyn Versions, notices: &'n mut Vec<Notice>) -> Self {
        Self {
            nodes: Vec::new(),
            metadata: Vec::new(),
            log: Log(notices),
            versions,
            marks: None,
            matches: RefCell::default(),
            large: LARGE,
        }
    }

    fn add(&mut self, chart: &'c Chart, parent: Option<usize>) -> usize {
        let id = self.nodes.len();
        self.metadata.push(chart.metadata.clone());
        let mut written = Vec::new();
        if let Some(defaults) = &chart.values {
            texts_in(defaults, 0, &mut written);
        }
        self.nodes.push(Node {
            chart,
            metadata: self.metadata.len() - 1,
            parent,
            children: Vec::new(),
            values: chart.values.clone().unwrap_or_default(),
            written: written.into(),
        });
        let children = chart.subcharts.iter().map(|chart| self.add(chart, Some(id))).collect();
        self.nodes[id].children = children;
        id
    }

    /// What the tree has become, once its values meet the schemas.
    fn validated(
        mut self,
        root: usize,
        coalesced: &Map,
        schema: Option<&mut dyn SchemaLoader>,
        mut written_by_user: Vec<Str>,
    ) -> Result<ResolvedChart, ResolveError> {
        if let Some(loader) = schema {
            let mut report = Report::default();
            let met = self.met(root, coalesced, loader);
            self.validate(root, coalesced, loader, &met, &mut report);
            if !report.text.is_empty() {
                let Report { text: report, violations, source } = report;
                return Err(ResolveError::Schema { report, violations, source });
            }
        }
        let values = self.unshare(root, coalesced);
        let mut resolved = self.finish(root, values);
        written_by_user.extend(resolved.written.iter().cloned());
        resolved.written = written_by_user.into();
        Ok(resolved)
    }

    /// Tells the templates of the charts that are used.
    fn tell(&self, node: usize, tell: &dyn Fn(&File)) {
        let node = &self.nodes[node];
        node.chart.templates.iter().for_each(tell);
        node.children.iter().for_each(|&child| self.tell(child, tell));
    }

    fn view(&self) -> View<'_, 'c> {
        View { nodes: &self.nodes, metadata: &self.metadata }
    }

    fn metadata(&self, node: usize) -> &Metadata {
        &self.metadata[self.nodes[node].metadata]
    }

    fn name(&self, node: usize) -> &str {
        &self.metadata(node).name
    }

    fn set_children(&mut self, node: usize, children: Vec<usize>) {
        for &child in &children {
            self.nodes[child].parent = Some(node);
        }
        self.nodes[node].children = children;
    }

    fn fits(&self, child: usize, dependency: &Dependency) -> bool {
        let metadata = self.metadata(child);
        if metadata.name != dependency.name {
            return false;
        }
        let asked = (dependency.version.clone(), metadata.version.clone());
        let mut matches = self.matches.borrow_mut();
        let matching = |(range, version): &(String, String)| self.versions.matches(range, version);
        *matches.entry(asked).or_insert_with_key(|asked| matching(asked).unwrap_or(false))
    }

    /// Drops the subcharts that tags and conditions switch off, and makes one copy for every declaration.
    /// `path` is where the conditions of this chart begin.
    fn enable(&mut self, node: usize, values: &Map, path: &str) -> Result<(), ResolveError> {
        let Some(mut declared) = self.metadata(node).dependencies.clone() else { return Ok(()) };
        let present = self.nodes[node].children.clone();
        let mut children: Vec<usize> = Vec::new();
        // Helm: charts nobody declares are kept.
        for &child in &present {
            if !declared.iter().flatten().any(|dependency| self.fits(child, dependency)) {
                children.push(child);
            }
        }
        for dependency in declared.iter_mut().flatten() {
            // Helm: a declaration that no chart fits is passed over in silence.
            if let Some(&child) = present.iter().find(|&&child| self.fits(child, dependency)) {
                children.push(self.copy_for(child, dependency));
            }
            if !dependency.alias.is_empty() {
                dependency.name.clone_from(&dependency.alias);
            }
            dependency.enabled = true;
        }
        self.set_children(node, children.clone());
        let own = self.nodes[node].metadata;
        self.metadata[own].dependencies = Some(declared.clone());
        let values = self.coalesce_from(node, values, Nulls::Remove).map_err(ResolveError::Dependencies)?;
        apply_tags(&mut declared, &values, self.marks, &mut self.log);
        apply_conditions(&mut declared, &values, path, self.marks, &mut self.log);

        let off: Vec<String> =
            declared.iter().flatten().filter(|d| !d.enabled).map(|d| d.name.clone()).collect();
        let is_on = |name: &str| !off.iter().any(|off| off == name);
        children.retain(|&child| is_on(self.name(child)));
        declared.retain(|d| d.as_ref().is_some_and(|d| is_on(&d.name)));
        for &child in &children {
            if self.metadata(child).dependencies.is_some() {
                let path = format!("{path}{}.", self.name(child));
                let values = self.view().narrowed(child, &values, &path, self.large);
                self.enable(child, &values, &path)?;
            }
        }
        let own = self.nodes[node].metadata;
        self.metadata[own].dependencies = (!declared.is_empty()).then_some(declared);
        self.set_children(node, children);
        Ok(())
    }

    /// The copy of a chart that a declaration asks for, under its alias.
    fn copy_for(&mut self, child: usize, dependency: &Dependency) -> usize {
        let mut metadata = self.metadata(child).clone();
        if !dependency.alias.is_empty() {
            metadata.name.clone_from(&dependency.alias);
        }
        self.metadata.push(metadata);
        let mut copy = self.nodes[child].clone();
        copy.metadata = self.metadata.len() - 1;
        let children = std::mem::take(&mut copy.children);
        let id = self.nodes.len();
        self.nodes.push(copy);
        let copies = children
            .into_iter()
            .map(|grandchild| {
                let copy = self.nodes[grandchild].clone();
                self.nodes.push(copy);
                self.nodes.len() - 1
            })
            .collect();
        self.set_children(id, copies);
        id
    }

    /// Lifts what import-values names from the subcharts' defaults into their parents', from below.
    fn import(&mut self, node: usize) -> Result<(), ResolveError> {
        for child in self.nodes[node].children.clone() {
            self.import(child)?;
        }
        let Some(mut declared) = self.metadata(node).dependencies.clone() else { return Ok(()) };
        let values = self.coalesce_from(node, &Map::new(), Nulls::Keep);
        let mut values = values.map_err(ResolveError::Dependencies)?;
        if declared.iter().flatten().any(|d| !d.import_values.is_empty()) {
            // From here on tables are written to where they stand, and Helm lets imports of the same table
            // see each other.
            values = deep_copy(&values)?;
            let imported = Map::new();
            for dependency in declared.iter_mut().flatten() {
                import_from(dependency, &values, &imported, &mut self.log);
            }
            values = deep_copy(&values)?;
            coalesce::merge_into(&values, &imported, &Place::NOWHERE, Nulls::Keep, &mut self.log, 0);
        } else {
            // What Helm leaves behind of an empty list.
            for dependency in declared.iter_mut().flatten() {
                dependency.import_values = Vec::new();
            }
        }
        let own = self.nodes[node].metadata;
        self.metadata[own].dependencies = Some(declared);
        self.nodes[node].values = values;
        Ok(())
    }

    fn coalesce_from(&mut self, node: usize, values: &Map, nulls: Nulls) -> Result<Map, SubchartValues> {
        let values = coalesce::open(values);
        let view = View { nodes: &self.nodes, metadata: &self.metadata };
        view.coalesce(node, &values, &Place::NOWHERE, nulls, &mut self.log)?;
        Ok(values)
    }

    /// The charts whose values plainly meet their schemas; looked at together, on several threads. With one
    /// thread there is nothing to gain.
    fn met(&self, root: usize, values: &Map, loader: &mut dyn SchemaLoader) -> Vec<usize> {
        let threads = loader.threads();
        if threads < 2 {
            return Vec::new();
        }
        let (mut nodes, mut pairs) = (Vec::new(), Vec::new());
        // Every chart sees the globals: all of them at once may be far more than the values are.
        let mut room = VALUES_AT_ONCE;
        let mut pending = vec![(root, values.clone())];
        while room > 0
            && let Some((node, values)) = pending.pop()
        {
            if let Some(text) = &self.nodes[node].chart.schema
                && let Some(pair) = schema::Pair::new(&values, text)
            {
                room = room.saturating_sub(pair.size());
                nodes.push(node);
                pairs.push(pair);
            }
            for &child in &self.nodes[node].children {
                if let Some(Value::Map(inner)) = values.get(self.name(child)) {
                    pending.push((child, inner));
                }
            }
        }
        if pairs.len() < 2 {
            return Vec::new();
        }
        loader.began();
        let met = schema::met(&pairs, threads);
        loader.ended();
        nodes.into_iter().zip(met).filter_map(|(node, met)| met.then_some(node)).collect()
    }

    fn validate(
        &mut self,
        node: usize,
        values: &Map,
        loader: &mut dyn SchemaLoader,
        met: &[usize],
        report: &mut Report,
    ) {
        let schema = self.nodes[node].chart.schema.as_ref();
        if schema.is_some() {
            let notice = Notice::new(Level::Debug, "chart name").with("chart-name", self.name(node));
            self.log.0.push(notice);
        }
        if let Some(text) = schema
            && met.contains(&node)
        {
            self.log.0.push(schema::was_read(text));
        } else if let Some(text) = schema
            && let Err(error) = schema::validate(values, text, &self.names(node), loader, self.log.0)
        {
            report.text.push_str(&format!("{}:\n{error}", self.name(node)));
            report.violations.extend(error.violations);
            report.source = report.source.take().or(error.source);
        }
        let notice =
            Notice::new(Level::Debug, "number of dependencies in the chart").with("chart", self.name(node));
        self.log.0.push(notice.with("dependencies", self.nodes[node].children.len().to_string()));
        for child in self.nodes[node].children.clone() {
            let name = self.name(child).to_owned();
            match values.get(&name) {
                None | Some(Value::Nil) => {}
                Some(Value::Map(inner)) => self.validate(child, &inner, loader, met, report),
                Some(other) => report.text.push_str(&format!(
                    "{name}:\ninvalid type for values: expected object (map), got {}\n",
                    other.type_name()
                )),
            }
        }
    }

    /// Gives every table a handle of its own, so that a template's `set` reaches what it reaches in Helm:
    /// a subchart's table is its parent's, globals are shared as they were merged, nothing else is.
    fn unshare(&self, node: usize, values: &Map) -> Map {
        let children = &self.nodes[node].children;
        let entries = values.borrow().try_map(|key, value| {
            let child = children.iter().find(|&&child| *key == *self.name(child));
            Some(match (child, value) {
                (Some(&child), Value::Map(inner)) => Value::Map(self.unshare(child, inner)),
                (_, value) if *key == *GLOBAL => value.clone(),
                (_, value) => coalesce::copy(value),
            })
        });
        Map::from_entries(values.ty(), entries.unwrap_or_default())
    }

    /// Names from the root down.
    fn names(&self, node: usize) -> Vec<String> {
        let mut names = self.nodes[node].parent.map(|parent| self.names(parent)).unwrap_or_default();
        names.push(self.name(node).to_owned());
        names
    }

    /// A chart and those below it.
    fn used(&self, node: usize, used: &mut Vec<Used<'c>>) {
        let names = self.names(node).into_iter().skip(1).collect();
        used.push((names, self.nodes[node].chart));
        for &child in &self.nodes[node].children {
            self.used(child, used);
        }
    }

    fn full_path(&self, node: usize) -> String {
        match self.nodes[node].parent {
            Some(parent) => format!("{}/charts/{}", self.full_path(parent), self.name(node)),
            None => self.name(node).to_owned(),
        }
    }

    fn finish(&self, node: usize, values: Map) -> ResolvedChart {
        let child = |&child: &usize| {
            let values = match values.get(self.name(child)) {
                Some(Value::Map(values)) => values,
                _ => Map::new(),
            };
            self.finish(child, values)
        };
        let subcharts = self.nodes[node].children.iter().map(child).collect();
        let chart = self.nodes[node].chart;
        ResolvedChart {
            metadata: self.metadata(node).clone(),
            full_path: self.full_path(node),
            is_root: self.nodes[node].parent.is_none(),
            values,
            templates: Arc::clone(&chart.templates),
            files: Arc::clone(&chart.files),
            written: Rc::clone(&self.nodes[node].written),
            subcharts,
        }
    }
}

/// Collects the texts in a table that hold template actions.
fn texts_in(values: &Map, depth: usize, found: &mut Vec<Str>) {
    for value in values.borrow().values() {
        text_in(value, depth, found);
    }
}

fn text_in(value: &Value, depth: usize, found: &mut Vec<Str>) {
    // No reader lets values through that are nested this deep.
    const DEPTH: usize = 2_000;
    match value {
        Value::Str(text) if memchr::memmem::find(text, b"{{").is_some() => found.push(text.clone()),
        Value::List(list) if depth < DEPTH => list.iter().for_each(|item| text_in(item, depth + 1, found)),
        Value::Map(map) if depth < DEPTH => texts_in(map, depth + 1, found),
        _ => {}
    }
}

fn deep_copy(values: &Map) -> Result<Map, ResolveError> {
    match govalue::compare::deep_copy(&Value::Map(values.clone())) {
        Some(Value::Map(copy)) => Ok(copy),
        _ => Err(ResolveError::Cycle),
    }
}
