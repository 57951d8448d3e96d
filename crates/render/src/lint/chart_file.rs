//! The rules for Chart.yaml.

use chart::Metadata;
use chart::load::{Entry, Folder};
use govalue::{Value, print, yaml};
use sprig::semver::{Constraints, Version};
use sprig::url::Url;

use super::{Findings, Severity, Verdict, addresses};

const FILE: &str = "Chart.yaml";

pub(super) fn check(folder: &Folder, findings: &mut Findings) {
    let unreadable = match &folder.chart_file {
        Entry::Directory(reason) => {
            let verdict = Err("should be a file, not a directory".to_owned());
            findings.rule(Severity::Error, FILE, verdict);
            Some(reason.clone())
        }
        Entry::Missing => {
            let path = folder.path.join(FILE);
            Some(format!("open {}: no such file or directory", path.display()))
        }
        Entry::Unreadable(reason) => Some(reason.clone()),
        Entry::File(_) => None,
    };
    let text: &[u8] = if let Entry::File(text) = &folder.chart_file { text } else { &[] };
    let metadata = match unreadable {
        Some(reason) => Err(reason),
        None => Metadata::read(text).map_err(|error| error.to_string()),
    };
    // Nothing more can be said about a file that cannot be read.
    let metadata = match metadata {
        Ok(metadata) => metadata,
        Err(reason) => {
            findings.rule(Severity::Error, FILE, Err(format!("unable to parse YAML\n\t{reason}")));
            return;
        }
    };
    let strictly = Metadata::check_strictly(text)
        .map_err(|error| format!("failed to strictly parse chart metadata file\n\t{error}"));
    findings.rule(Severity::Warning, FILE, strictly);
    let document = yaml::read_map(text, &yaml::Limits::default()).unwrap_or_default();
    let written = |key: &str| document.get(key);

    let mut error = |verdict: Verdict| findings.rule(Severity::Error, FILE, verdict);
    error(name(&metadata));
    error(api_version(&metadata));
    error(is_text("version", written("version")));
    error(version(&metadata));
    error(is_text("appVersion", written("appVersion")));
    error(maintainers(&metadata));
    error(sources(&metadata));
    findings.rule(Severity::Info, FILE, icon_is_there(&metadata));
    let mut error = |verdict: Verdict| findings.rule(Severity::Error, FILE, verdict);
    error(icon(&metadata));
    error(kind(&metadata));
    error(dependencies(&metadata));
    findings.rule(Severity::Warning, FILE, strict_version(&metadata));
}

fn name(metadata: &Metadata) -> Verdict {
    let name = metadata.name.as_str();
    if name.is_empty() {
        return Err("name is required".to_owned());
    }
    // Helm: a name that is not its own base name. Slashes alone are their own base.
    if name != "/" && name.contains('/') {
        return Err(format!("chart name {} is invalid", print::quote(name.as_bytes())));
    }
    Ok(())
}

fn api_version(metadata: &Metadata) -> Verdict {
    match metadata.api_version.as_str() {
        "v1" | "v2" => Ok(()),
        "" => Err(r#"apiVersion is required. The value must be either "v1" or "v2""#.to_owned()),
        other => Err(format!(r#"apiVersion '{other}' is not valid. The value must be either "v1" or "v2""#)),
    }
}

/// A number in Chart.yaml is taken for text, but loses its zeros.
fn is_text(field: &str, written: Option<Value>) -> Verdict {
    match written {
        None | Some(Value::Str(_)) => Ok(()),
        Some(other) => {
            Err(format!("{field} should be of type string but it's of type {}", other.type_name()))
        }
    }
}

fn version(metadata: &Metadata) -> Verdict {
    let text = metadata.version.as_str();
    if text.is_empty() {
        return Err("version is required".to_owned());
    }
    let Ok(version) = Version::parse(text) else {
        return Err(format!("version '{text}' is not a valid SemVer"));
    };
    let above_zero = Constraints::parse(">0.0.0-0").map_err(|error| error.to_string())?;
    match above_zero.validate(&version).err().and_then(|reasons| reasons.into_iter().next()) {
        Some(reason) => Err(format!("version {reason}")),
        None => Ok(()),
    }
}

fn strict_version(metadata: &Metadata) -> Verdict {
    match Version::parse_strict(&metadata.version) {
        Ok(_) => Ok(()),
        Err(_) => Err(format!("version '{}' is not a valid SemVerV2", metadata.version)),
    }
}

fn maintainers(metadata: &Metadata) -> Verdict {
    for maintainer in &metadata.maintainers {
        let Some(maintainer) = maintainer else { return Err("a maintainer entry is empty".to_owned()) };
        let name = &maintainer.name;
        if name.is_empty() {
            return Err("each maintainer requires a name".to_owned());
        }
        if !maintainer.email.is_empty() && !addresses::is_email(&maintainer.email) {
            return Err(format!("invalid email '{}' for maintainer '{name}'", maintainer.email));
        }
        if !maintainer.url.is_empty() && !addresses::is_url(&maintainer.url) {
            return Err(format!("invalid url '{}' for maintainer '{name}'", maintainer.url));
        }
    }
    Ok(())
}

fn sources(metadata: &Metadata) -> Verdict {
    match metadata.sources.iter().find(|source| !is_absolute(source)) {
        Some(source) => Err(format!("invalid source URL '{source}'")),
        None => Ok(()),
    }
}

fn icon_is_there(metadata: &Metadata) -> Verdict {
    if metadata.icon.is_empty() { Err("icon is recommended".to_owned()) } else { Ok(()) }
}

fn icon(metadata: &Metadata) -> Verdict {
    if metadata.icon.is_empty() || is_absolute(&metadata.icon) {
        return Ok(());
    }
    Err(format!("invalid icon URL '{}'", metadata.icon))
}

fn is_absolute(url: &str) -> bool {
    Url::parse_request(url.as_bytes()).is_ok_and(|url| !url.scheme.is_empty())
}

fn kind(metadata: &Metadata) -> Verdict {
    let version = metadata.api_version.as_str();
    if metadata.kind.is_empty() || version == "v2" {
        return Ok(());
    }
    Err(format!("chart type is not valid in apiVersion '{version}'. It is valid in apiVersion 'v2'"))
}

fn dependencies(metadata: &Metadata) -> Verdict {
    let version = metadata.api_version.as_str();
    if metadata.dependencies.as_ref().is_none_or(Vec::is_empty) || version == "v2" {
        return Ok(());
    }
    Err(format!(
        "dependencies are not valid in the Chart file with apiVersion '{version}'. They are valid in apiVersion 'v2'"
    ))
}
