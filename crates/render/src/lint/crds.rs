//! The rules for `crds/`.

use chart::load::{Entry, Folder};
use govalue::yaml;

use super::objects::Objects;
use super::{Findings, Severity, Verdict};

const FOLDER: &str = "crds/";

pub(super) fn check(folder: &Folder, findings: &mut Findings) {
    let verdict = match &folder.crds {
        Entry::Missing => return,
        Entry::Directory(_) => Ok(()),
        Entry::File(_) => Err("not a directory".to_owned()),
        Entry::Unreadable(reason) => Err(reason.clone()),
    };
    if !findings.rule(Severity::Error, FOLDER, verdict) {
        return;
    }
    let chart = match findings.load(folder) {
        Ok(chart) => chart,
        Err(error) => {
            findings.rule(Severity::Error, FOLDER, Err(error.to_string()));
            return;
        }
    };
    for file in chart.crds() {
        for object in Objects::new(&file.data) {
            match object {
                Err(reason) => {
                    findings.rule(
                        Severity::Error,
                        &file.name,
                        Err(format!("unable to parse YAML: {reason}")),
                    );
                    return;
                }
                Ok(None) => {}
                Ok(Some(object)) => {
                    findings.rule(Severity::Error, &file.name, api_version(&object));
                    findings.rule(Severity::Error, &file.name, kind(&object));
                }
            }
        }
    }
}

fn api_version(object: &yaml::Head) -> Verdict {
    if object.api_version.starts_with(b"apiextensions.k8s.io") {
        return Ok(());
    }
    Err("apiVersion is not in 'apiextensions.k8s.io'".to_owned())
}

fn kind(object: &yaml::Head) -> Verdict {
    if object.kind == *"CustomResourceDefinition" {
        return Ok(());
    }
    Err("object kind is not 'CustomResourceDefinition'".to_owned())
}
