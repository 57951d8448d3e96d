//! The files of a new chart: Helm's scaffold, a starter of the user's, or one of ours.
//!
//! Nothing is written here: the caller gets files with paths inside the new folder, in the order Helm writes
//! them. The texts of the scaffold are Helm's (see NOTICE); those under `starters` are ours.

mod own;

use std::sync::Arc;

use govalue::{Value, yaml};

pub use own::OwnStarter;

use crate::chart::{Chart, File};
use crate::metadata::{Metadata, Versions};
use crate::package::{self, PackageError};

/// What stands for the new chart's name in a starter.
const PLACEHOLDER: &str = "<CHARTNAME>";

/// Bytes of the longest name that Helm makes a chart of.
const MAX_NAME: usize = 250;

/// The folder that a new chart has, though it is empty.
pub const SUBCHARTS: &str = "charts";

/// The `apiVersion` of a new chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApiVersion {
    /// What every chart has today.
    V2,
    /// Helm's experiment.
    V3,
}

/// A name that Helm makes no chart of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing, or too much.
    #[error("chart name must be between 1 and {MAX_NAME} characters")]
    Length,
    /// A character that some file system or field of Kubernetes does not like.
    #[error("chart name must match the regular expression \"^[a-zA-Z0-9._-]+$\"")]
    Characters,
}

/// Why a starter makes no chart, in Helm's words.
#[derive(Debug, thiserror::Error)]
pub enum StarterError {
    /// values.yaml cannot be written.
    #[error("reading values file: {0}")]
    Values(#[source] govalue::Error),
    /// With the new name in it, values.yaml is no YAML any more.
    #[error("transforming values file: {0}")]
    Renamed(#[source] govalue::Error),
    /// Chart.yaml cannot be written.
    #[error(transparent)]
    Metadata(#[from] govalue::Error),
    /// A chart under `charts/` cannot be packed.
    #[error("saving {chart}: {source}")]
    Subchart {
        /// Its path from the new chart on.
        chart: String,
        /// What is wrong with it.
        source: PackageError,
    },
}

/// Checks a name before a chart is made of it.
///
/// # Errors
/// When it is empty, too long, or has a character other than letters, digits, `.`, `_` and `-`.
pub fn check_name(name: &str) -> Result<(), NameError> {
    if name.is_empty() || name.len() > MAX_NAME {
        return Err(NameError::Length);
    }
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if name.bytes().all(fits) { Ok(()) } else { Err(NameError::Characters) }
}

/// Helm's scaffold: the paths and texts of a chart that runs a web server.
///
/// # Errors
/// When the name is none for a chart.
pub fn scaffold(name: &str, version: ApiVersion) -> Result<Vec<File>, NameError> {
    check_name(name)?;
    let chart_file = include_str!("create/scaffold/Chart.yaml");
    let (chart_file, values) = match version {
        ApiVersion::V2 => (chart_file.to_owned(), include_str!("create/scaffold/values.yaml")),
        ApiVersion::V3 => (
            chart_file.replacen("apiVersion: v2", "apiVersion: v3", 1),
            include_str!("create/scaffold/values-v3.yaml"),
        ),
    };
    let files = [
        ("Chart.yaml", chart_file.as_str()),
        ("values.yaml", values),
        (".helmignore", include_str!("create/scaffold/helmignore")),
        ("templates/ingress.yaml", include_str!("create/scaffold/templates/ingress.yaml")),
        ("templates/httproute.yaml", include_str!("create/scaffold/templates/httproute.yaml")),
        ("templates/deployment.yaml", include_str!("create/scaffold/templates/deployment.yaml")),
        ("templates/service.yaml", include_str!("create/scaffold/templates/service.yaml")),
        ("templates/serviceaccount.yaml", include_str!("create/scaffold/templates/serviceaccount.yaml")),
        ("templates/hpa.yaml", include_str!("create/scaffold/templates/hpa.yaml")),
        ("templates/NOTES.txt", include_str!("create/scaffold/templates/NOTES.txt")),
        ("templates/_helpers.tpl", include_str!("create/scaffold/templates/_helpers.tpl")),
        (
            "templates/tests/test-connection.yaml",
            include_str!("create/scaffold/templates/tests/test-connection.yaml"),
        ),
    ];
    Ok(files.into_iter().map(|(path, text)| File::new(path, rename(text.as_bytes(), name))).collect())
}

/// A chart made from a starter: its templates and values with the new name in them, a Chart.yaml of its own,
/// everything else as it is, and the charts under `charts/` as archives.
///
/// # Errors
/// In Helm's words. A name is not checked: Helm does not for a starter.
pub fn from_starter(
    mut starter: Chart,
    name: &str,
    version: ApiVersion,
    versions: &dyn Versions,
) -> Result<Vec<File>, StarterError> {
    let metadata = Metadata {
        name: name.to_owned(),
        description: "A Helm chart for Kubernetes".to_owned(),
        kind: "application".to_owned(),
        version: "0.1.0".to_owned(),
        app_version: "0.1.0".to_owned(),
        api_version: if version == ApiVersion::V2 { "v2" } else { "v3" }.to_owned(),
        ..Metadata::default()
    };
    let values = starter.values.take().map_or(Value::Nil, Value::Map);
    let values = yaml::write(&values).map_err(StarterError::Values)?;
    yaml::read_map(&rename(&values, name), &yaml::Limits::default()).map_err(StarterError::Renamed)?;

    let mut files = vec![File::new("Chart.yaml", yaml::write(&Value::Map(metadata.saved_value()))?)];
    let values = starter.raw.iter().filter(|file| &*file.name == "values.yaml");
    files.extend(values.map(|file| renamed(file, name)));
    files.extend(starter.schema.iter().map(|schema| File::new("values.schema.json", Arc::clone(schema))));
    files.extend(starter.templates.iter().map(|file| renamed(file, name)));
    files.extend(starter.files.iter().cloned());
    for mut subchart in starter.subcharts {
        let packed = match version {
            ApiVersion::V2 => package::archive(&mut subchart, versions, None),
            ApiVersion::V3 => package::archive_v3(&mut subchart, versions),
        };
        let packed = packed.map_err(|source| StarterError::Subchart {
            chart: format!("{name}/{SUBCHARTS}/{}", subchart.name()),
            source,
        })?;
        files.push(File::new(format!("{SUBCHARTS}/{}", package::file_name(&subchart)), packed));
    }
    Ok(files)
}

fn renamed(file: &File, name: &str) -> File {
    File::new(Arc::clone(&file.name), rename(&file.data, name))
}

/// Puts the new name in place of every placeholder.
fn rename(text: &[u8], name: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.windows(PLACEHOLDER.len()).position(|window| window == PLACEHOLDER.as_bytes()) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(name.as_bytes());
        rest = &rest[at + PLACEHOLDER.len()..];
    }
    out.extend_from_slice(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_judged_as_helm_does() {
        assert_eq!(check_name("a.B_c-9"), Ok(()));
        assert_eq!(check_name(&"x".repeat(250)), Ok(()));
        assert_eq!(check_name(&"x".repeat(251)), Err(NameError::Length));
        assert_eq!(check_name(""), Err(NameError::Length));
        assert_eq!(check_name("a b"), Err(NameError::Characters));
        assert_eq!(check_name("größe"), Err(NameError::Characters));
    }

    #[test]
    fn no_placeholder_is_left_in_any_text_of_ours_or_helms() {
        let mut made = scaffold("web", ApiVersion::V2).unwrap();
        for starter in OwnStarter::ALL {
            made.extend(starter.files("web").unwrap());
        }
        for file in made {
            assert!(!file.data.windows(11).any(|window| window == b"<CHARTNAME>"), "{}", file.name);
        }
    }
}
