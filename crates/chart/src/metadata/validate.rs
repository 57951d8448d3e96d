//! What Helm insists on before it accepts a Chart.yaml, and how it cleans strings.

use std::collections::BTreeSet;

use super::{Dependency, Metadata, Versions};
use crate::go;
use govalue::print::quote;

/// Why a Chart.yaml was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("validation: {text}")]
pub struct ValidationError {
    text: String,
    /// The field of Chart.yaml that is wrong; empty where it is none of the top ones.
    pub field: &'static str,
}

impl Metadata {
    /// Cleans the strings and checks the fields, in Helm's order.
    ///
    /// # Errors
    /// With Helm's words for the first field that is wrong.
    pub fn validate(&mut self, versions: &dyn Versions) -> Result<(), ValidationError> {
        let refuse = |field: &'static str, text: String| Err(ValidationError { text, field });
        let strings = [
            &mut self.name,
            &mut self.description,
            &mut self.home,
            &mut self.icon,
            &mut self.condition,
            &mut self.tags,
            &mut self.app_version,
            &mut self.kube_version,
        ];
        for text in strings.into_iter().chain(&mut self.sources).chain(&mut self.keywords) {
            sanitize(text);
        }
        for (value, field) in [(&self.api_version, "apiVersion"), (&self.name, "name")] {
            if value.is_empty() {
                return refuse(field, format!("chart.metadata.{field} is required"));
            }
        }
        if self.name == "." || self.name == ".." {
            return refuse(
                "name",
                format!("chart.metadata.name {} is not allowed", quote(self.name.as_bytes())),
            );
        }
        if self.name != go::base(&self.name) {
            return refuse("name", format!("chart.metadata.name {} is invalid", quote(self.name.as_bytes())));
        }
        if self.version.is_empty() {
            return refuse("version", "chart.metadata.version is required".to_owned());
        }
        if !versions.valid(&self.version) {
            return refuse(
                "version",
                format!("chart.metadata.version {} is invalid", quote(self.version.as_bytes())),
            );
        }
        if !matches!(self.kind.as_str(), "" | "application" | "library") {
            return refuse("type", "chart.metadata.type must be application or library".to_owned());
        }
        for maintainer in &mut self.maintainers {
            let Some(maintainer) = maintainer else {
                return refuse("maintainers", "maintainers must not contain empty or null nodes".to_owned());
            };
            for text in [&mut maintainer.name, &mut maintainer.email, &mut maintainer.url] {
                sanitize(text);
            }
        }
        let mut names = BTreeSet::new();
        for dependency in self.dependencies.iter_mut().flatten() {
            let Some(dependency) = dependency else {
                return refuse(
                    "dependencies",
                    "dependencies must not contain empty or null nodes".to_owned(),
                );
            };
            dependency.validate()?;
            let name = if dependency.alias.is_empty() { &dependency.name } else { &dependency.alias };
            if !names.insert(name.clone()) {
                let name = quote(name.as_bytes());
                return refuse("dependencies", format!("more than one dependency with name or alias {name}"));
            }
        }
        Ok(())
    }
}

impl Dependency {
    fn validate(&mut self) -> Result<(), ValidationError> {
        let strings = [&mut self.name, &mut self.version, &mut self.repository, &mut self.condition];
        for text in strings.into_iter().chain(&mut self.tags) {
            sanitize(text);
        }
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        if self.alias.bytes().all(allowed) {
            Ok(())
        } else {
            let name = quote(self.name.as_bytes());
            let text = format!("dependency {name} has disallowed characters in the alias");
            Err(ValidationError { text, field: "dependencies" })
        }
    }
}

/// Turns white space into blanks and drops what does not print.
fn sanitize(text: &mut String) {
    if text.bytes().all(|b| (b' '..=b'~').contains(&b)) {
        return;
    }
    *text = text
        .chars()
        .filter_map(|c| if go::is_space(c) { Some(' ') } else { go::is_print(c).then_some(c) })
        .collect();
}
