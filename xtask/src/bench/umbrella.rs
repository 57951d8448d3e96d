//! A realistic umbrella, in the shape of the large charts that people publish.
//!
//! Of `size` entries under `dependencies`
//! - every chart brings its own copy of a library chart (`charts/lib`), whose thirty definitions have the same names
//!   in every copy: names, labels, images, affinities, capabilities, rendered values, resources, secrets;
//! - every tenth is another entry's chart under an alias, with values of its own;
//! - every fifth has a tag, all have a condition;
//! - each prints a Deployment, a Service, a ServiceAccount and a ConfigMap, and an Ingress and a
//!   HorizontalPodAutoscaler where its values say so; globals reach all of them.
//!
//! What costs in it is what costs in the wild: many texts to parse that define the same names, values that
//! are coalesced with globals once for each level, `include` within `include`, and `tpl` over parts of the values.

use std::fmt::Write as _;
use std::path::Path;

use super::charts::write;

/// Writes the same umbrella with a library that hands everything to `tpl`, as published libraries did for years before
/// they looked first whether there is an action in it.
pub(super) fn write_chart_for_tpl(folder: &Path, size: usize) -> std::io::Result<()> {
    write_chart(folder, size)?;
    for number in (0..size).filter(|number| number % 10 != 9) {
        let library = folder.join(format!("charts/sub{number}/charts/lib/templates"));
        let (name, text) = LIBRARY[LIBRARY.len() - 1];
        write(&library.join(name), &text.replace(IS_ACTION, "{{- if true -}}"))?;
    }
    Ok(())
}

/// Where the library looks whether there is an action in a value.
const IS_ACTION: &str = r#"{{- if contains "{{" (toJson .value) -}}"#;

/// Writes the umbrella into a folder.
pub(crate) fn write_chart(folder: &Path, size: usize) -> std::io::Result<()> {
    let mut chart = "apiVersion: v2\nname: umbrella\nversion: 1.0.0\ndependencies:\n".to_owned();
    let mut values = GLOBALS.to_owned();
    for number in 0..size {
        // An alias needs a chart in front of it.
        let (name, alias) =
            if number % 10 == 9 { (number - 1, Some(format!("second{number}"))) } else { (number, None) };
        let key = alias.clone().unwrap_or_else(|| format!("sub{name}"));
        // Writing to a String cannot fail.
        let _ = writeln!(chart, "  - name: sub{name}\n    version: 0.1.0\n    condition: {key}.enabled");
        if let Some(alias) = &alias {
            let _ = writeln!(chart, "    alias: {alias}");
        }
        if number % 5 == 3 {
            chart.push_str("    tags: [extras]\n");
        }
        let _ = writeln!(
            values,
            "{key}:\n  enabled: true\n  replicaCount: {}\n  ingress: {{enabled: {}}}\n  autoscaling: {{enabled: {}}}\n  \
             podLabels: {{index: \"{number}\"}}\n  extraEnv:\n    - {{name: INDEX, value: \"{{{{ .Release.Name }}}}-{number}\"}}",
            number % 5 + 1,
            number % 2 == 0,
            number % 4 == 1,
        );
        if alias.is_none() {
            write_subchart(&folder.join("charts").join(format!("sub{name}")), name)?;
        }
    }
    write(&folder.join("Chart.yaml"), &chart)?;
    write(&folder.join("values.yaml"), &values)
}

fn write_subchart(folder: &Path, number: usize) -> std::io::Result<()> {
    let chart = format!(
        "apiVersion: v2\nname: sub{number}\nversion: 0.1.0\nappVersion: \"1.{number}.0\"\ndependencies:\n  \
         - {{name: lib, version: 2.x.x, repository: \"\"}}\n"
    );
    write(&folder.join("Chart.yaml"), &chart)?;
    write(&folder.join("values.yaml"), VALUES)?;
    for (name, text) in TEMPLATES {
        write(&folder.join("templates").join(name), text)?;
    }
    let library = folder.join("charts/lib");
    write(&library.join("Chart.yaml"), "apiVersion: v2\nname: lib\ntype: library\nversion: 2.4.0\n")?;
    write(&library.join("values.yaml"), "exampleValue: lib\n")?;
    for (name, text) in LIBRARY {
        write(&library.join("templates").join(name), text)?;
    }
    Ok(())
}

const GLOBALS: &str = "global:
  imageRegistry: registry.example.com
  imagePullSecrets: [pull-secret]
  storageClass: fast
  labels: {team: platform, tier: gold}
  security: {allowInsecureImages: false}
tags:
  extras: true
";

const VALUES: &str = include_str!("umbrella/values.yaml");

const TEMPLATES: [(&str, &str); 8] = [
    ("_helpers.tpl", include_str!("umbrella/templates/_helpers.tpl")),
    ("configmap.yaml", include_str!("umbrella/templates/configmap.yaml")),
    ("deployment.yaml", include_str!("umbrella/templates/deployment.yaml")),
    ("hpa.yaml", include_str!("umbrella/templates/hpa.yaml")),
    ("ingress.yaml", include_str!("umbrella/templates/ingress.yaml")),
    ("service.yaml", include_str!("umbrella/templates/service.yaml")),
    ("serviceaccount.yaml", include_str!("umbrella/templates/serviceaccount.yaml")),
    ("NOTES.txt", include_str!("umbrella/templates/NOTES.txt")),
];

const LIBRARY: [(&str, &str); 8] = [
    ("_affinities.tpl", include_str!("umbrella/lib/_affinities.tpl")),
    ("_capabilities.tpl", include_str!("umbrella/lib/_capabilities.tpl")),
    ("_images.tpl", include_str!("umbrella/lib/_images.tpl")),
    ("_labels.tpl", include_str!("umbrella/lib/_labels.tpl")),
    ("_names.tpl", include_str!("umbrella/lib/_names.tpl")),
    ("_resources.tpl", include_str!("umbrella/lib/_resources.tpl")),
    ("_secrets.tpl", include_str!("umbrella/lib/_secrets.tpl")),
    ("_values.tpl", include_str!("umbrella/lib/_values.tpl")),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_looks_for_actions_in_one_place() {
        let (name, text) = LIBRARY[LIBRARY.len() - 1];
        assert_eq!((name, text.matches(IS_ACTION).count()), ("_values.tpl", 1));
    }
}
