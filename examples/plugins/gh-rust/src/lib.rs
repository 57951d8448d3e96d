//! A getter: `gh://OWNER/REPOSITORY/TAG/FILE` is a file of a release on GitHub.
//!
//! `cargo build --release --target wasm32-wasip1`, and `plugin.wasm` is `target/wasm32-wasip1/release/gh.wasm`.

use base64::Engine as _;
use extism_pdk::{FnResult, HttpRequest, Json, http, plugin_fn};
use serde::{Deserialize, Serialize};

/// The message of getter/v1; what is not needed is left out.
#[derive(Deserialize)]
struct Input {
    href: String,
}

/// Its answer: the file, in base64.
#[derive(Serialize)]
struct Output {
    data: String,
}

#[plugin_fn]
pub fn helm_plugin_main(Json(input): Json<Input>) -> FnResult<Json<Output>> {
    let url = address(&input.href).ok_or_else(|| {
        extism_pdk::Error::msg(format!("{} is not gh://OWNER/REPOSITORY/TAG/FILE", input.href))
    })?;
    let mut request = HttpRequest::new(&url).with_header("User-Agent", "gh-getter");
    // Without a grant there is no such variable, and only public files can be had.
    if let Ok(token) = std::env::var("GH_TOKEN") {
        request = request.with_header("Authorization", format!("Bearer {token}"));
    }
    let response = http::request::<Vec<u8>>(&request, None)?;
    match response.status_code() {
        200 => Ok(Json(Output { data: base64::engine::general_purpose::STANDARD.encode(response.body()) })),
        status => Err(extism_pdk::Error::msg(format!("{url}: {status}")).into()),
    }
}

fn address(href: &str) -> Option<String> {
    let mut parts = href.strip_prefix("gh://")?.splitn(4, '/');
    let (owner, repository, tag, file) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    Some(format!("https://github.com/{owner}/{repository}/releases/download/{tag}/{file}"))
}
