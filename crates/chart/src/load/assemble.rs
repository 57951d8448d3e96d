//! Files of one chart → [`Chart`], its subcharts included.

use std::collections::BTreeMap;
use std::sync::Arc;

use govalue::yaml;

use super::{Context, LoadError};
use crate::chart::{Chart, File};
use crate::go;
use crate::lock::Lock;
use crate::metadata::{Metadata, decode};
use crate::notice::{Level, Notice};

/// Chooses the loader by `apiVersion`, as Helm does before it looks at anything else.
pub(super) fn check_version(chart_file: &[u8], limits: &yaml::Limits) -> Result<(), LoadError> {
    let parse = |source| LoadError::Parse { file: "Chart.yaml", source };
    let document = yaml::read_exact(chart_file, limits, &decode::API_VERSION).map_err(parse)?;
    match decode::api_version(&document).map_err(parse)?.as_str() {
        "" | "v1" | "v2" => Ok(()),
        "v3" => Err(LoadError::InvalidVersion),
        _ => Err(LoadError::UnsupportedVersion),
    }
}

/// Builds a chart from its files. `depth` counts the charts around it.
pub(super) fn assemble(
    files: Vec<File>,
    context: &mut Context<'_>,
    depth: usize,
) -> Result<Chart, LoadError> {
    if depth > context.limits.nesting {
        return Err(LoadError::Nesting(context.limits.nesting));
    }
    let yaml = context.yaml;
    for file in files.iter().filter(|file| file.name.ends_with(".yaml") && !file.name.contains('/')) {
        context.about_to_read(file)?;
    }
    let mut metadata = None;
    for file in files.iter().filter(|file| &*file.name == "Chart.yaml") {
        let metadata: &mut Metadata = metadata.get_or_insert_default();
        read_metadata(metadata, file, "Chart.yaml", &yaml)?;
        if metadata.api_version.is_empty() {
            "v1".clone_into(&mut metadata.api_version);
        }
    }
    let mut lock = None;
    let mut chart_values = None;
    let mut schema = None;
    let mut templates = Vec::new();
    let mut others = Vec::new();
    let mut nested: BTreeMap<&str, Vec<File>> = BTreeMap::new();
    for file in &files {
        match &*file.name {
            "Chart.yaml" => {}
            "Chart.lock" => lock = read_lock(file, "Chart.lock", &yaml)?,
            "values.yaml" => {
                let parse = |source| LoadError::Parse { file: "values.yaml", source };
                chart_values = Some(context.values(file).map_err(parse)?);
            }
            "values.schema.json" => schema = Some(Arc::clone(file.data.shared())),
            name @ ("requirements.yaml" | "requirements.lock") => {
                let metadata: &mut Metadata = metadata.get_or_insert_default();
                let is_lock = name == "requirements.lock";
                if is_lock {
                    lock = read_lock(file, "requirements.lock", &yaml)?;
                }
                if metadata.api_version != "v1" {
                    context.notices.push(Notice::new(Level::Info, moved(is_lock)));
                }
                if !is_lock {
                    read_metadata(metadata, file, "requirements.yaml", &yaml)?;
                }
                if metadata.api_version == "v1" {
                    others.push(file.clone());
                }
            }
            name if name.starts_with("templates/") => templates.push(file.clone()),
            name => match name.strip_prefix("charts/") {
                Some(inner) if !name.ends_with(".prov") => {
                    let folder = inner.split('/').next().unwrap_or(inner);
                    nested.entry(folder).or_default().push(file.renamed(inner));
                }
                _ => others.push(file.clone()),
            },
        }
    }
    let mut metadata = metadata.ok_or(LoadError::NoChartFile)?;
    metadata.validate(context.versions)?;
    let mut subcharts = Vec::with_capacity(nested.len());
    for (folder, files) in nested {
        if !folder.starts_with(['_', '.']) {
            subcharts.push(subchart(folder, files, &metadata.name, context, depth)?);
        }
    }
    Ok(Chart {
        metadata,
        lock,
        templates: templates.into(),
        files: others.into(),
        values: chart_values,
        schema,
        place: String::new(),
        subcharts,
        raw: files,
    })
}

fn subchart(
    folder: &str,
    files: Vec<File>,
    parent: &str,
    context: &mut Context<'_>,
    depth: usize,
) -> Result<Chart, LoadError> {
    let loaded = if go::extension(folder) == ".tgz" {
        match files.first() {
            Some(file) if &*file.name != folder => {
                return Err(LoadError::SubchartFolder {
                    chart: parent.to_owned(),
                    expected: folder.to_owned(),
                    got: file.name.to_string(),
                });
            }
            first => {
                let data = first.map(|file| Arc::clone(file.data.shared())).unwrap_or_default();
                context
                    .unpack(&data)
                    .map_err(LoadError::from)
                    .and_then(|unpacked| context.count(unpacked.bytes).map(|()| unpacked.files))
                    .and_then(|files| assemble(files, context, depth + 1))
            }
        }
    } else {
        // What lies in charts/ itself and is no archive has no chart's files.
        let inner = files.iter().filter_map(|file| {
            let (_, inner) = file.name.split_once('/')?;
            Some(file.renamed(inner))
        });
        assemble(inner.collect(), context, depth + 1)
    };
    let named = loaded.map(|chart| Chart { place: folder.to_owned(), ..chart });
    named.map_err(|source| LoadError::Subchart {
        subchart: folder.to_owned(),
        chart: parent.to_owned(),
        source: Box::new(source),
    })
}

fn read_metadata(
    metadata: &mut Metadata,
    file: &File,
    name: &'static str,
    limits: &yaml::Limits,
) -> Result<(), LoadError> {
    yaml::read_exact(&file.data, limits, &decode::METADATA)
        .and_then(|document| metadata.decode(&document))
        .map_err(|source| LoadError::Parse { file: name, source })
}

fn read_lock(file: &File, name: &'static str, limits: &yaml::Limits) -> Result<Option<Lock>, LoadError> {
    yaml::read_exact(&file.data, limits, &decode::LOCK)
        .and_then(|document| Lock::decode(&document))
        .map_err(|source| LoadError::Parse { file: name, source })
}

/// Helm's advice to charts of version 2 that still bring a requirements file.
fn moved(lock: bool) -> &'static str {
    if lock {
        "Warning: Dependency locking is handled in Chart.lock since apiVersion \"v2\". \
         We recommend migrating to Chart.lock."
    } else {
        "Warning: Dependencies are handled in Chart.yaml since apiVersion \"v2\". \
         We recommend migrating dependencies to Chart.yaml."
    }
}
