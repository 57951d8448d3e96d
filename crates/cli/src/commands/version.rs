//! `version`: Helm's when called as `helm`, ours and Helm's otherwise.

use std::rc::Rc;

use gotmpl::{Budget, Functions, MissingKey, Set};
use render::{GO_VERSION, HELM_VERSION, KUBE_CLIENT_VERSION};

use super::Context;
use crate::report::Failure;

pub(super) fn run(context: &mut Context<'_>) -> Result<(), Failure> {
    let ours = concat!("v", env!("CARGO_PKG_VERSION"));
    let own = if context.environment.is_helm { HELM_VERSION } else { ours };
    if let Some(template) = context.parsed.get("template").filter(|template| !template.is_empty()) {
        let text = execute(template, own)?;
        context.output.bytes().extend_from_slice(&text);
    } else if context.parsed.bool("short") {
        context.output.out(&format!("{own}\n"));
    } else if context.environment.is_helm {
        context.output.out(&format!("{}\n", struct_text(HELM_VERSION)));
    } else {
        context.output.out(&format!(
            "pintle {ours}, compatible with Helm {HELM_VERSION}\n{}\n",
            struct_text(HELM_VERSION)
        ));
    }
    Ok(())
}

fn struct_text(version: &str) -> String {
    format!(
        "version.BuildInfo{{Version:\"{version}\", GitCommit:\"\", GitTreeState:\"\", GoVersion:\"{GO_VERSION}\", \
         KubeClientVersion:\"{KUBE_CLIENT_VERSION}\"}}"
    )
}

/// Executes a template over the build: Go's own functions and no others.
fn execute(template: &str, version: &'static str) -> Result<Vec<u8>, Failure> {
    let mut set = Set::new("_", Rc::new(Functions::new()), MissingKey::Default);
    set.parse("_", template.as_bytes(), 0).map_err(|error| Failure::plain(error.to_string()))?;
    let mut text = Vec::new();
    set.execute("_", &render::build_info(version), &mut text, &mut (), &mut Budget::default())
        .map_err(|error| Failure::plain(error.to_string()))?;
    Ok(text)
}
