//! The format `v1`. What nobody knows in it is wrong, except under `runtimeConfig`, which Helm reads with less care.

use govalue::print::quote;
use govalue::yaml::Tree;
use govalue::{Map, Value};

use super::runtime::{self, Runtime};
use super::{Config, Format, Manifest, ManifestError, again, is_name, is_version, strict};
use crate::decode::Decoder;

#[derive(Default)]
struct V1 {
    name: String,
    kind: String,
    runtime: String,
    version: String,
    source_url: String,
    config: Option<Value>,
    runtime_config: Option<Value>,
}

pub(super) fn read(tree: &Tree) -> Result<Manifest, ManifestError> {
    let mut written = V1::default();
    let mut decoder = Decoder::strict();
    let anything = |decoder: &mut Decoder, node: &Tree| {
        let entries =
            decoder.table(node, "map[string]interface {}", |decoder, node| Some(decoder.anything(node)));
        let map = Map::new();
        for (name, value) in entries {
            map.insert(name.as_str(), value);
        }
        Some(Value::Map(map))
    };
    decoder.fields(tree, "plugin.MetadataV1", |decoder, name, node| {
        match name {
            "apiVersion" => {}
            "name" => _ = decoder.text(node, &mut written.name),
            "type" => _ = decoder.text(node, &mut written.kind),
            "runtime" => _ = decoder.text(node, &mut written.runtime),
            "version" => _ = decoder.text(node, &mut written.version),
            "sourceURL" => _ = decoder.text(node, &mut written.source_url),
            "config" => written.config = anything(decoder, node),
            "runtimeConfig" => written.runtime_config = anything(decoder, node),
            _ => return false,
        }
        true
    });
    decoder.finish().map_err(ManifestError::Decode)?;
    written.check().map_err(|why| ManifestError::Invalid(why.to_owned()))?;
    let config = config(&written.kind, written.config.as_ref()).map_err(ManifestError::Convert)?;
    let raw = written.runtime_config.unwrap_or_else(|| Value::Map(Map::new()));
    let runtime = runtime_of(&written.runtime, &raw).map_err(ManifestError::Convert)?;
    let V1 { name, version, source_url, .. } = written;
    let (capabilities, data_folders) = (Vec::new(), Vec::new());
    let format = Format::V1;
    let mut manifest =
        Manifest { format, name, version, source_url, config, runtime, capabilities, data_folders };
    manifest.check()?;
    strict::check(&mut manifest, &raw)?;
    Ok(manifest)
}

impl V1 {
    fn check(&self) -> Result<(), String> {
        if !is_name(&self.name) {
            return Err("invalid plugin `name`".to_owned());
        }
        if self.version.is_empty() {
            return Err("plugin `version` is required".to_owned());
        }
        if !is_version(&self.version) {
            let version = quote(self.version.as_bytes());
            return Err(format!("invalid plugin `version` {version}: must be valid semver"));
        }
        if self.kind.is_empty() {
            return Err("`type` missing".to_owned());
        }
        if self.runtime.is_empty() {
            return Err("`runtime` missing".to_owned());
        }
        Ok(())
    }
}

fn config(kind: &str, value: Option<&Value>) -> Result<Config, String> {
    let mut config = match kind {
        "cli/v1" => Config::Cli {
            usage: String::new(),
            short_help: String::new(),
            long_help: String::new(),
            ignore_flags: false,
        },
        "getter/v1" => Config::Getter { protocols: Vec::new() },
        "postrenderer/v1" => Config::PostRenderer,
        "test/v1" => Config::Test,
        _ => return Err(format!("unknown plugin type {}", quote(kind.as_bytes()))),
    };
    let Some(tree) = value.map(again).transpose()?.flatten() else { return Ok(config) };
    let type_name = match kind {
        "cli/v1" => "schema.ConfigCLIV1",
        "getter/v1" => "schema.ConfigGetterV1",
        "postrenderer/v1" => "schema.ConfigPostRendererV1",
        _ => "schema.ConfigTestV1",
    };
    let mut decoder = Decoder::strict();
    decoder.fields(&tree, type_name, |decoder, name, node| {
        match (&mut config, name) {
            (Config::Cli { usage, .. }, "usage") => _ = decoder.text(node, usage),
            (Config::Cli { short_help, .. }, "shortHelp") => _ = decoder.text(node, short_help),
            (Config::Cli { long_help, .. }, "longHelp") => _ = decoder.text(node, long_help),
            (Config::Cli { ignore_flags, .. }, "ignoreFlags") => decoder.boolean(node, ignore_flags),
            (Config::Getter { protocols }, "protocols") => *protocols = decoder.texts(node),
            _ => return false,
        }
        true
    });
    decoder.finish()?;
    Ok(config)
}

fn runtime_of(runtime: &str, value: &Value) -> Result<Runtime, String> {
    if !matches!(runtime, "subprocess" | "extism/v1") {
        return Err(format!("unsupported plugin runtime type: {}", quote(runtime.as_bytes())));
    }
    let wrong = |why: String| format!("failed to unmarshal runtimeConfig for {runtime} runtime: {why}");
    let tree = again(value).map_err(wrong)?;
    let mut decoder = Decoder::lenient();
    let read = match (runtime, &tree) {
        ("subprocess", Some(tree)) => Runtime::Subprocess(runtime::subprocess(&mut decoder, tree)),
        ("subprocess", None) => Runtime::Subprocess(runtime::Subprocess::default()),
        (_, Some(tree)) => Runtime::Extism(runtime::extism(&mut decoder, tree)),
        (_, None) => Runtime::Extism(runtime::Extism::default()),
    };
    decoder.finish().map_err(wrong)?;
    Ok(read)
}
