//! The module behind `helm <CHARTNAME>`.

use extism_pdk::{plugin_fn, FnResult, Json};
use serde::{Deserialize, Serialize};

/// What Helm sends: the arguments behind the command's name.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input {
    #[serde(default)]
    extra_args: Vec<String>,
}

/// What Helm expects back from a command: nothing. What users see goes to standard output.
#[derive(Serialize)]
struct Output {}

/// Helm calls the function of this name.
#[plugin_fn]
pub fn helm_plugin_main(Json(input): Json<Input>) -> FnResult<Json<Output>> {
    if input.extra_args.is_empty() {
        println!("hello");
    }
    for name in &input.extra_args {
        println!("hello {name}");
    }
    Ok(Json(Output {}))
}
