//! The format without an `apiVersion`. What nobody knows in it is passed over.

use govalue::yaml::Tree;

use super::runtime::{self, Hooks, PlatformCommand, ProtocolCommand, Runtime, Subprocess};
use super::{Config, Format, Manifest, ManifestError, bad_name, bad_version, is_name, is_version};
use crate::decode::Decoder;

#[derive(Default)]
struct Legacy {
    name: String,
    version: String,
    usage: String,
    description: String,
    platform_command: Vec<PlatformCommand>,
    command: String,
    ignore_flags: bool,
    platform_hooks: Hooks,
    hooks: Vec<(String, String)>,
    downloaders: Vec<Downloader>,
}

#[derive(Default)]
struct Downloader {
    protocols: Vec<String>,
    command: String,
}

pub(super) fn read(tree: &Tree) -> Result<Manifest, ManifestError> {
    let mut legacy = Legacy::default();
    let mut decoder = Decoder::lenient();
    decoder.fields(tree, "plugin.MetadataLegacy", |decoder, name, node| {
        match name {
            "name" => _ = decoder.text(node, &mut legacy.name),
            "version" => _ = decoder.text(node, &mut legacy.version),
            "usage" => _ = decoder.text(node, &mut legacy.usage),
            "description" => _ = decoder.text(node, &mut legacy.description),
            "platformCommand" => legacy.platform_command = runtime::commands(decoder, node),
            "command" => _ = decoder.text(node, &mut legacy.command),
            "ignoreFlags" => decoder.boolean(node, &mut legacy.ignore_flags),
            "platformHooks" => legacy.platform_hooks = runtime::hooks(decoder, node),
            "hooks" => {
                legacy.hooks = decoder.table(node, "plugin.Hooks", |decoder, node| {
                    let mut text = String::new();
                    decoder.text(node, &mut text).then_some(text)
                });
            }
            "downloaders" => {
                legacy.downloaders = decoder.list(node, "[]plugin.Downloaders", |decoder, node| {
                    let mut downloader = Downloader::default();
                    decoder.fields(node, "plugin.Downloaders", |decoder, name, node| {
                        match name {
                            "protocols" => downloader.protocols = decoder.texts(node),
                            "command" => _ = decoder.text(node, &mut downloader.command),
                            _ => return false,
                        }
                        true
                    });
                    Some(downloader)
                });
            }
            _ => return false,
        }
        true
    });
    decoder.finish().map_err(ManifestError::Decode)?;
    legacy.check().map_err(ManifestError::Invalid)?;
    let manifest = legacy.into_manifest();
    manifest.check()?;
    Ok(manifest)
}

impl Legacy {
    fn check(&self) -> Result<(), String> {
        if !is_name(&self.name) {
            return Err(bad_name(&self.name));
        }
        if !self.version.is_empty() && !is_version(&self.version) {
            return Err(bad_version(&self.version));
        }
        if !self.platform_command.is_empty() && !self.command.is_empty() {
            return Err("both platformCommand and command are set".to_owned());
        }
        if !self.platform_hooks.is_empty() && !self.hooks.is_empty() {
            return Err("both platformHooks and hooks are set".to_owned());
        }
        for (number, downloader) in self.downloaders.iter().enumerate() {
            if downloader.command.is_empty() {
                return Err(format!("downloader {number} has empty command"));
            }
            if downloader.protocols.is_empty() {
                return Err(format!("downloader {number} has no protocols"));
            }
            if let Some(at) = downloader.protocols.iter().position(String::is_empty) {
                return Err(format!("downloader {number} has empty protocol at index {at}"));
            }
        }
        Ok(())
    }

    fn into_manifest(self) -> Manifest {
        // Helm: a plugin that downloads is no command any more, whatever else it says.
        let config = if self.downloaders.is_empty() {
            Config::Cli {
                usage: String::new(),
                short_help: sanitized(&self.usage),
                long_help: self.description,
                ignore_flags: self.ignore_flags,
            }
        } else {
            Config::Getter {
                protocols: self.downloaders.iter().flat_map(|one| one.protocols.clone()).collect(),
            }
        };
        let single = |command: String| vec![PlatformCommand { command, ..PlatformCommand::default() }];
        let protocol_commands = self.downloaders.into_iter().map(|downloader| ProtocolCommand {
            protocols: downloader.protocols,
            commands: single(downloader.command),
        });
        let protocol_commands = protocol_commands.collect();
        let mut commands = self.platform_command;
        if commands.is_empty() && !self.command.is_empty() {
            commands = single(self.command);
        }
        // Helm: what stands in the arguments of hooks is expanded, except in hooks that are one text for a shell.
        let mut expand_hook_arguments = true;
        let mut hooks = self.platform_hooks;
        if hooks.is_empty() && !self.hooks.is_empty() {
            expand_hook_arguments = false;
            let shell = |text: String| PlatformCommand {
                command: "sh".to_owned(),
                arguments: vec!["-c".to_owned(), text],
                ..PlatformCommand::default()
            };
            hooks = self.hooks.into_iter().map(|(event, text)| (event, vec![shell(text)])).collect();
        }
        let runtime =
            Runtime::Subprocess(Subprocess { commands, hooks, protocol_commands, expand_hook_arguments });
        let (name, version) = (self.name, self.version);
        Manifest {
            format: Format::Legacy,
            name,
            version,
            source_url: String::new(),
            config,
            runtime,
            capabilities: Vec::new(),
            data_folders: Vec::new(),
        }
    }
}

/// One line without what cannot be printed.
fn sanitized(text: &str) -> String {
    let letter = |letter: char| {
        if letter.is_whitespace() {
            return Some(' ');
        }
        Some(letter).filter(|letter| govalue::print::is_print(*letter))
    };
    text.chars().filter_map(letter).collect()
}
