//! `version`: Helm's when called as `helm`, ours and Helm's otherwise.

use govalue::{Map, Value};
use render::{GO_VERSION, HELM_VERSION, KUBE_CLIENT_VERSION};

use super::Context;
use crate::host::Machine;
use crate::report::Failure;

pub(super) fn run(context: &mut Context<'_>) -> Result<(), Failure> {
    let ours = concat!("v", env!("CARGO_PKG_VERSION"));
    let own = if context.environment.is_helm { HELM_VERSION } else { ours };
    if let Some(template) = context.parsed.get("template").filter(|template| !template.is_empty()) {
        let text = execute(context, template, own)?;
        context.output.bytes().extend_from_slice(&text);
    } else if context.parsed.bool("short") {
        context.output.out(&format!("{own}\n"));
    } else if context.environment.is_helm {
        context.output.out(&format!("{}\n", build_info(HELM_VERSION)));
    } else {
        context.output.out(&format!(
            "pintle {ours}, compatible with Helm {HELM_VERSION}\n{}\n",
            build_info(HELM_VERSION)
        ));
    }
    Ok(())
}

fn build_info(version: &str) -> String {
    format!(
        "version.BuildInfo{{Version:\"{version}\", GitCommit:\"\", GitTreeState:\"\", GoVersion:\"{GO_VERSION}\", \
         KubeClientVersion:\"{KUBE_CLIENT_VERSION}\"}}"
    )
}

fn execute(context: &Context<'_>, template: &str, version: &str) -> Result<Vec<u8>, Failure> {
    let data: Map = [
        ("Version", version),
        ("GitCommit", ""),
        ("GitTreeState", ""),
        ("GoVersion", GO_VERSION),
        ("KubeClientVersion", KUBE_CLIENT_VERSION),
    ]
    .into_iter()
    .collect();
    let host = Box::new(Machine::new(context.environment));
    render::execute_own("_", template, &Value::Map(data), host).map_err(Failure::plain)
}
