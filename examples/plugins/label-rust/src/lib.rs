//! A post-renderer: writes `team` from the release's values as a label on every object.
//!
//! `cargo build --release --target wasm32-wasip1`, and `plugin.wasm` is `target/wasm32-wasip1/release/label.wasm`.

use extism_pdk::{FnResult, Json, host_fn, plugin_fn};
use serde::{Deserialize, Serialize};

#[host_fn("extism:host/user")]
extern "ExtismHost" {
    /// The values of the release that is being rendered: needs no grant.
    fn helm_get_values(request: String) -> String;
}

/// The message of postrenderer/v1.
#[derive(Deserialize)]
struct Input {
    manifests: String,
    #[serde(default, rename = "extraArgs")]
    extra_args: Option<Vec<String>>,
}

/// Its answer.
#[derive(Serialize)]
struct Output {
    manifests: String,
}

#[plugin_fn]
pub fn helm_plugin_main(Json(input): Json<Input>) -> FnResult<Json<Output>> {
    let given = input.extra_args.unwrap_or_default().into_iter().next();
    let team = match given {
        Some(team) => team,
        None => team()?,
    };
    Ok(Json(Output { manifests: labelled(&input.manifests, &team) }))
}

/// `team` of the values, or `nobody`.
fn team() -> Result<String, extism_pdk::Error> {
    let answer = unsafe { helm_get_values(r#"{"all":true}"#.to_owned())? };
    let answer: serde_json::Value = serde_json::from_str(&answer)?;
    if let Some(message) = answer["error"]["message"].as_str() {
        return Err(extism_pdk::Error::msg(message.to_owned()));
    }
    Ok(answer["ok"]["team"].as_str().unwrap_or("nobody").to_owned())
}

/// Puts the label under the `metadata` of each document. Text in, text out: comments and order stay as they were.
fn labelled(manifests: &str, team: &str) -> String {
    let mut out = String::with_capacity(manifests.len() + 1024);
    let mut lines = manifests.lines().peekable();
    let label = format!("team: {}", serde_json::Value::from(team));
    let mut done = false;
    while let Some(line) = lines.next() {
        out.push_str(line);
        out.push('\n');
        if line.starts_with("---") {
            done = false;
        }
        if line != "metadata:" || done {
            continue;
        }
        done = true;
        // The lines below `metadata`, which are indented.
        let mut below: Vec<&str> = Vec::new();
        while let Some(next) = lines.next_if(|next| next.starts_with(' ') || next.starts_with('#')) {
            below.push(next);
        }
        match below.iter().position(|line| *line == "  labels:") {
            Some(at) => below.iter().enumerate().for_each(|(i, line)| {
                out.push_str(&format!("{line}\n"));
                if i == at {
                    out.push_str(&format!("    {label}\n"));
                }
            }),
            None => {
                out.push_str(&format!("  labels:\n    {label}\n"));
                below.iter().for_each(|line| out.push_str(&format!("{line}\n")));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::labelled;

    #[test]
    fn every_document_gets_the_label_once() {
        let given = "---\n# a comment\nkind: A\nmetadata:\n  name: a\n---\nkind: B\nmetadata:\n  labels:\n    x: y\n  name: b\n";
        let expected = "---\n# a comment\nkind: A\nmetadata:\n  labels:\n    team: \"web\"\n  name: a\n---\nkind: B\nmetadata:\n  labels:\n    team: \"web\"\n    x: y\n  name: b\n";
        assert_eq!(labelled(given, "web"), expected);
    }
}
