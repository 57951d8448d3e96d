//! `show`: a chart's definition, values, readme and custom resource definitions.

use chart::Chart;
use govalue::{Value, yaml};

use super::Context;
use crate::dependencies::check_client_files;
use crate::jsonpath::Template;
use crate::prepare;
use crate::report::Failure;

pub(super) fn all(context: &mut Context<'_>) -> Result<(), Failure> {
    let chart = load(context)?;
    definition(context, &chart)?;
    if let Some(values) = chart.values_text() {
        print(context, &[b"---\n", values, b"\n"]);
    }
    if let Some(readme) = chart.readme() {
        print(context, &[b"---\n", &readme.data, b"\n"]);
    }
    print_crds(context, &chart);
    Ok(())
}

pub(super) fn chart(context: &mut Context<'_>) -> Result<(), Failure> {
    let chart = load(context)?;
    definition(context, &chart)
}

pub(super) fn crds(context: &mut Context<'_>) -> Result<(), Failure> {
    let chart = load(context)?;
    print_crds(context, &chart);
    Ok(())
}

pub(super) fn readme(context: &mut Context<'_>) -> Result<(), Failure> {
    let chart = load(context)?;
    if let Some(readme) = chart.readme() {
        print(context, &[&readme.data, b"\n"]);
    }
    Ok(())
}

pub(super) fn values(context: &mut Context<'_>) -> Result<(), Failure> {
    let chart = load(context)?;
    let jsonpath = context.parsed.string("jsonpath", "");
    if !jsonpath.is_empty() {
        return filtered(context, &chart, &jsonpath);
    }
    if let Some(values) = chart.values_text() {
        print(context, &[values, b"\n"]);
    }
    Ok(())
}

/// Prints what a JSONPath template finds in the chart's values.
fn filtered(context: &mut Context<'_>, chart: &Chart, template: &str) -> Result<(), Failure> {
    let Some(values) = &chart.values else { return Ok(()) };
    let parsed = Template::parse(template)
        .map_err(|error| Failure::plain(format!("error parsing jsonpath {template}: {error}")))?;
    match parsed.execute(values) {
        Ok(text) => print(context, &[&text]),
        // Helm: a template that finds nothing, or fails, prints nothing and succeeds. A person may wonder why.
        Err(error) if context.environment.stderr_is_terminal() => {
            context.output.error_line(&format!("hint: nothing is printed: {error}"));
        }
        Err(_) => {}
    }
    Ok(())
}

fn load(context: &mut Context<'_>) -> Result<Chart, Failure> {
    check_client_files(&context.parsed)?;
    if context.environment.debug(&context.parsed) {
        let version = context.parsed.string("version", "");
        let line = crate::log::line("DEBUG", "original chart version", &[("version", &version)]);
        context.output.error_line(&line);
        if version.is_empty() && context.parsed.bool("devel") {
            context.output.error_line(&crate::log::line("DEBUG", "setting version to >0.0.0-0", &[]));
        }
    }
    prepare::refuse_remote(&context.parsed)?;
    let reference = context.parsed.args.first().cloned().unwrap_or_default();
    let path = prepare::locate(context, &reference)?.path;
    let mut guard = prepare::guard(context)?;
    // Helm: whatever there is, is shown.
    let chart = prepare::load_any(context, &path, &mut guard);
    prepare::audit(context, &mut guard)?;
    chart
}

fn print(context: &mut Context<'_>, parts: &[&[u8]]) {
    for part in parts {
        context.output.bytes().extend_from_slice(part);
    }
}

fn definition(context: &mut Context<'_>, chart: &Chart) -> Result<(), Failure> {
    let text = yaml::write(&Value::Map(chart.metadata.file_value()))
        .map_err(|error| Failure::plain(error.to_string()))?;
    print(context, &[&text, b"\n"]);
    Ok(())
}

fn print_crds(context: &mut Context<'_>, chart: &Chart) {
    for crd in chart.crds() {
        if !crd.data.starts_with(b"---") {
            print(context, &[b"---\n"]);
        }
        print(context, &[&crd.data, b"\n"]);
    }
}
