//! `show`: a chart's definition, values, readme and custom resource definitions.

use chart::Chart;
use govalue::{Value, yaml};

use super::{Arity, Command, Context};
use crate::args::tables::{GUARD, SHOW, SHOW_VALUES};
use crate::prepare;
use crate::report::Failure;

pub(super) const LONG: &str = include_str!("text/show.txt");

const fn child(
    name: &'static str,
    short: &'static str,
    long: &'static str,
    flags: &'static [&'static [crate::args::flag::Flag]],
    run: fn(&mut Context<'_>) -> Result<(), Failure>,
) -> Command {
    Command {
        name,
        aliases: &[],
        usage: "[CHART]",
        short,
        long,
        flags,
        children: &[],
        arity: Arity::Exactly(1),
        run: Some(run),
    }
}

pub(super) static CHILDREN: &[Command] = &[
    child(
        "all",
        "show all information of the chart",
        include_str!("text/show-all.txt"),
        &[SHOW, GUARD],
        |context| {
            let chart = load(context)?;
            definition(context, &chart)?;
            if let Some(values) = chart.values_text() {
                print(context, &[b"---\n", values, b"\n"]);
            }
            if let Some(readme) = chart.readme() {
                print(context, &[b"---\n", &readme.data, b"\n"]);
            }
            crds(context, &chart);
            Ok(())
        },
    ),
    child(
        "chart",
        "show the chart's definition",
        include_str!("text/show-chart.txt"),
        &[SHOW, GUARD],
        |context| {
            let chart = load(context)?;
            definition(context, &chart)
        },
    ),
    child("crds", "show the chart's CRDs", include_str!("text/show-crds.txt"), &[SHOW, GUARD], |context| {
        let chart = load(context)?;
        crds(context, &chart);
        Ok(())
    }),
    child(
        "readme",
        "show the chart's README",
        include_str!("text/show-readme.txt"),
        &[SHOW, GUARD],
        |context| {
            let chart = load(context)?;
            if let Some(readme) = chart.readme() {
                print(context, &[&readme.data, b"\n"]);
            }
            Ok(())
        },
    ),
    child(
        "values",
        "show the chart's values",
        include_str!("text/show-values.txt"),
        &[SHOW, SHOW_VALUES, GUARD],
        |context| {
            if context.parsed.get("jsonpath").is_some_and(|path| !path.is_empty()) {
                return Err(Failure::plain("--jsonpath is not in this version of Pintle yet"));
            }
            let chart = load(context)?;
            if let Some(values) = chart.values_text() {
                print(context, &[values, b"\n"]);
            }
            Ok(())
        },
    ),
];

fn load(context: &mut Context<'_>) -> Result<Chart, Failure> {
    prepare::refuse_remote(&context.parsed)?;
    let reference = context.parsed.args.first().cloned().unwrap_or_default();
    let path = prepare::locate(context, &reference)?;
    let mut guard = prepare::guard(context)?;
    let chart = prepare::load(context, &path, &mut guard);
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

fn crds(context: &mut Context<'_>, chart: &Chart) {
    for crd in chart.crds() {
        if !crd.data.starts_with(b"---") {
            print(context, &[b"---\n"]);
        }
        print(context, &[&crd.data, b"\n"]);
    }
}
