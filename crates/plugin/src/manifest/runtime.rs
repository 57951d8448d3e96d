//! How a plugin runs: as a program of this machine, or as a Wasm module.

use std::collections::BTreeMap;

use govalue::yaml::Tree;

use crate::decode::Decoder;

/// How a plugin runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Runtime {
    /// As a program.
    Subprocess(Subprocess),
    /// As `plugin.wasm` beside plugin.yaml.
    Extism(Extism),
}

impl Runtime {
    /// The runtime as plugin.yaml has it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Subprocess(_) => "subprocess",
            Self::Extism(_) => "extism/v1",
        }
    }
}

/// Commands by the events that they are for: `install`, `update`, `delete`.
pub type Hooks = BTreeMap<String, Vec<PlatformCommand>>;

/// A plugin that is a program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subprocess {
    /// The program for each system.
    pub commands: Vec<PlatformCommand>,
    /// What runs when it is installed, updated or removed.
    pub hooks: Hooks,
    /// Programs that fetch, by schemes.
    pub protocol_commands: Vec<ProtocolCommand>,
    /// Whether variables in the arguments of hooks are expanded.
    pub expand_hook_arguments: bool,
}

/// A program for one system, or for all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlatformCommand {
    /// `linux`, `darwin`, `windows`; empty for all.
    pub os: String,
    /// `amd64`, `arm64`; empty for all.
    pub arch: String,
    /// The program and its first arguments, with blanks between them.
    pub command: String,
    /// Further arguments.
    pub arguments: Vec<String>,
}

/// A program that fetches.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProtocolCommand {
    /// The schemes of the URLs.
    pub protocols: Vec<String>,
    /// The program for each system.
    pub commands: Vec<PlatformCommand>,
}

/// A plugin that is a Wasm module. Limits are what it asks for; none is what the host has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extism {
    /// Pages of 64 KiB that it may have.
    pub max_pages: Option<u32>,
    /// Bytes that an answer over HTTP may have.
    pub max_http_response_bytes: Option<u64>,
    /// Bytes of all variables that it keeps.
    pub max_var_bytes: Option<u64>,
    /// What it is told.
    pub config: BTreeMap<String, String>,
    /// Patterns of hosts that it wants to ask.
    pub allowed_hosts: Vec<String>,
    /// Whether it wants a folder of its own for one call.
    pub create_temp_dir: bool,
    /// Milliseconds that a call may take.
    pub timeout: Option<u64>,
    /// Functions of the host that it wants to call.
    pub host_functions: Vec<String>,
    /// The function that is called; none is `helm_plugin_main`.
    pub entry: Option<String>,
}

pub(super) fn commands(decoder: &mut Decoder, node: &Tree) -> Vec<PlatformCommand> {
    decoder.list(node, "[]plugin.PlatformCommand", |decoder, node| {
        let mut command = PlatformCommand::default();
        decoder.fields(node, "plugin.PlatformCommand", |decoder, name, node| {
            match name {
                "os" => _ = decoder.text(node, &mut command.os),
                "arch" => _ = decoder.text(node, &mut command.arch),
                "command" => _ = decoder.text(node, &mut command.command),
                "args" => command.arguments = decoder.texts(node),
                _ => return false,
            }
            true
        });
        Some(command)
    })
}

pub(super) fn hooks(decoder: &mut Decoder, node: &Tree) -> Hooks {
    let entries = decoder.table(node, "plugin.PlatformHooks", |decoder, node| Some(commands(decoder, node)));
    entries.into_iter().collect()
}

pub(super) fn subprocess(decoder: &mut Decoder, tree: &Tree) -> Subprocess {
    // Helm: nothing sets it in this format, so that only the first word of a hook is expanded.
    let mut subprocess = Subprocess { expand_hook_arguments: false, ..Subprocess::default() };
    decoder.fields(tree, "plugin.RuntimeConfigSubprocess", |decoder, name, node| {
        match name {
            "platformCommand" => subprocess.commands = commands(decoder, node),
            "platformHooks" => subprocess.hooks = hooks(decoder, node),
            "protocolCommands" => {
                let type_name = "[]plugin.SubprocessProtocolCommand";
                subprocess.protocol_commands = decoder.list(node, type_name, |decoder, node| {
                    let mut command = ProtocolCommand::default();
                    decoder.fields(node, "plugin.SubprocessProtocolCommand", |decoder, name, node| {
                        match name {
                            "protocols" => command.protocols = decoder.texts(node),
                            "platformCommand" => command.commands = commands(decoder, node),
                            _ => return false,
                        }
                        true
                    });
                    Some(command)
                });
            }
            _ => return false,
        }
        true
    });
    subprocess
}

pub(super) fn extism(decoder: &mut Decoder, tree: &Tree) -> Extism {
    let mut extism = Extism::default();
    let mut nested = Extism::default();
    decoder.fields(tree, "plugin.RuntimeConfigExtismV1", |decoder, name, node| {
        match name {
            "memory" => decoder.fields(node, "plugin.RuntimeConfigExtismV1Memory", |decoder, name, node| {
                memory(decoder, &mut nested, name, node)
            }),
            "config" => {
                let entries = decoder.table(node, "map[string]string", |decoder, node| {
                    let mut text = String::new();
                    decoder.text(node, &mut text).then_some(text)
                });
                extism.config = entries.into_iter().collect();
            }
            "allowedHosts" => extism.allowed_hosts = decoder.texts(node),
            "fileSystem" => {
                decoder.fields(node, "plugin.RuntimeConfigExtismV1FileSystem", |decoder, name, node| {
                    let known = name == "createTempDir";
                    if known {
                        decoder.boolean(node, &mut extism.create_temp_dir);
                    }
                    known
                });
            }
            "timeout" => extism.timeout = unsigned(decoder, node, u64::MAX.into(), "uint64"),
            "hostFunctions" => extism.host_functions = decoder.texts(node),
            "entryFuncName" => {
                let mut entry = String::new();
                decoder.text(node, &mut entry);
                extism.entry = Some(entry).filter(|entry| !entry.is_empty());
            }
            // Not Helm's: the other spelling that is in use. Which of the two holds is looked at in `strict.rs`.
            other => return memory(decoder, &mut extism, other, node),
        }
        true
    });
    extism.max_pages = nested.max_pages.or(extism.max_pages);
    extism.max_http_response_bytes = nested.max_http_response_bytes.or(extism.max_http_response_bytes);
    extism.max_var_bytes = nested.max_var_bytes.or(extism.max_var_bytes);
    extism
}

/// The limits of memory; zero is none, as Helm takes it.
fn memory(decoder: &mut Decoder, target: &mut Extism, name: &str, node: &Tree) -> bool {
    match name {
        "maxPages" => {
            let pages = unsigned(decoder, node, u32::MAX.into(), "uint32");
            target.max_pages = pages.and_then(|pages| u32::try_from(pages).ok());
        }
        "maxHttpResponseBytes" => target.max_http_response_bytes = signed(decoder, node),
        "maxVarBytes" => target.max_var_bytes = signed(decoder, node),
        _ => return false,
    }
    true
}

fn unsigned(decoder: &mut Decoder, node: &Tree, most: i128, type_name: &str) -> Option<u64> {
    let number = decoder.number(node, 0, most, type_name)?;
    u64::try_from(number).ok().filter(|number| *number > 0)
}

/// Helm's numbers of bytes have a sign; what is below nothing is nothing.
fn signed(decoder: &mut Decoder, node: &Tree) -> Option<u64> {
    let number = decoder.number(node, i64::MIN.into(), i64::MAX.into(), "int64")?;
    u64::try_from(number).ok().filter(|number| *number > 0)
}
