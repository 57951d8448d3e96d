//! For which host a file was made, told by the names that it imports and exports.

use super::{Export, Import, Module};

/// The host that a file was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Plugins of Helm and Pintle, built with an Extism kit.
    Extism,
    /// Extism before its first release, whose functions had other names.
    ExtismOld,
    /// A filter for Envoy and its like.
    ProxyWasm,
    /// A policy of Open Policy Agent, compiled from Rego.
    Opa,
    /// A policy of Kubewarden.
    Kubewarden,
    /// A guest of waPC: old wasmCloud actors and others.
    Wapc,
    /// An application for Spin.
    Spin,
    /// A component for wasmCloud.
    WasmCloud,
    /// A component that answers HTTP requests of any such host.
    HttpComponent,
    /// A component that is run as a program.
    CommandComponent,
    /// A component of another world.
    Component,
    /// A program for any host with WASI preview 1.
    WasiCommand,
    /// A library for any host with WASI preview 1.
    WasiLibrary,
    /// A program for WASI before preview 1.
    WasiOld,
    /// A module for a page in a browser, with the glue of its compiler.
    Browser,
    /// None of these.
    Unknown,
}

impl Family {
    /// The word in output for machines.
    pub fn word(self) -> &'static str {
        match self {
            Self::Extism => "extism",
            Self::ExtismOld => "extism-0",
            Self::ProxyWasm => "proxy-wasm",
            Self::Opa => "opa",
            Self::Kubewarden => "kubewarden",
            Self::Wapc => "wapc",
            Self::Spin => "spin",
            Self::WasmCloud => "wasmcloud",
            Self::HttpComponent => "wasi-http",
            Self::CommandComponent => "wasi-cli",
            Self::Component => "component",
            Self::WasiCommand => "wasi-command",
            Self::WasiLibrary => "wasi-library",
            Self::WasiOld => "wasi-unstable",
            Self::Browser => "browser",
            Self::Unknown => "unknown",
        }
    }

    /// What it is, for a person.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Extism => "an Extism plugin",
            Self::ExtismOld => "an Extism plugin, built with a kit older than 1.0",
            Self::ProxyWasm => "a proxy-wasm filter, for Envoy and other proxies",
            Self::Opa => "a policy of Open Policy Agent, compiled from Rego",
            Self::Kubewarden => "a Kubewarden policy",
            Self::Wapc => "a waPC guest",
            Self::Spin => "a Spin application",
            Self::WasmCloud => "a wasmCloud component",
            Self::HttpComponent => "a component that serves HTTP (wasi:http)",
            Self::CommandComponent => "a component that is run as a program (wasi:cli)",
            Self::Component => "a WebAssembly component",
            Self::WasiCommand => "a WASI program (preview 1)",
            Self::WasiLibrary => "a WASI library (preview 1)",
            Self::WasiOld => "a WASI program from before preview 1",
            Self::Browser => "a module for a web page",
            Self::Unknown => "a WebAssembly module of no known family",
        }
    }

    /// Whether this version can run it as a plugin.
    pub fn runs(self) -> bool {
        self == Self::Extism
    }

    /// What somebody can do who wanted to run it as a plugin.
    pub fn advice(self) -> Option<&'static str> {
        match self {
            Self::Extism => None,
            Self::ExtismOld => Some("build it again with an Extism kit from 1.0 on"),
            Self::WasiCommand | Self::WasiLibrary | Self::WasiOld | Self::Browser | Self::Unknown => {
                Some("plugins are built with an Extism kit: see docs/guides/write-a-plugin.md")
            }
            Self::HttpComponent | Self::CommandComponent | Self::Component => {
                Some("components are not run yet; plugins are core modules built with an Extism kit")
            }
            Self::ProxyWasm | Self::Opa | Self::Kubewarden | Self::Wapc | Self::Spin | Self::WasmCloud => {
                Some("it was made for another host and does nothing here")
            }
        }
    }
}

/// Helm's and our entry.
const ENTRY: &str = "helm_plugin_main";

pub(super) fn of(module: &Module) -> Family {
    let custom = |name: &str| module.sections.iter().any(|section| section.custom && section.name == name);
    // Its metadata names it, whatever it is built on.
    if custom("io.kubewarden.metadata") {
        return Family::Kubewarden;
    }
    if module.component { component(module) } else { core(module) }
}

fn component(module: &Module) -> Family {
    let names = || imports(module).chain(exports(module));
    let any = |begin: &str| names().any(|name| name.starts_with(begin));
    let exported = |begin: &str| exports(module).any(|name| name.starts_with(begin));
    if any("fermyon:spin") || any("spin:") {
        Family::Spin
    } else if any("wasmcloud:") {
        Family::WasmCloud
    } else if exported("wasi:http/incoming-handler") || exported("wasi:http/handler") {
        Family::HttpComponent
    } else if exported("wasi:cli/run") {
        Family::CommandComponent
    } else {
        Family::Component
    }
}

fn core(module: &Module) -> Family {
    let from = |name: &str| module.imports.iter().any(|import| import.module == name);
    let imports_as = |from: &str, begin: &str| {
        module.imports.iter().any(|import| import.module == from && import.name.starts_with(begin))
    };
    let exports = |name: &str| module.exports.iter().any(|export| export.name == name);
    let exports_as = |begin: &str| module.exports.iter().any(|export| export.name.starts_with(begin));
    if from("extism:host/env") || from("extism:host/user") || exports(ENTRY) {
        return Family::Extism;
    }
    if imports_as("env", "extism_") {
        return Family::ExtismOld;
    }
    if exports_as("proxy_abi_version_") || (imports_as("env", "proxy_") && exports_as("proxy_on_")) {
        return Family::ProxyWasm;
    }
    if exports("opa_eval_ctx_new") || exports("opa_wasm_abi_version") || imports_as("env", "opa_builtin") {
        return Family::Opa;
    }
    if exports("__guest_call") || from("wapc") {
        return if imports_or_exports(module, "kubewarden") { Family::Kubewarden } else { Family::Wapc };
    }
    if from("spin-http") || from("wasi-outbound-http") || exports("handle-http-request") {
        return Family::Spin;
    }
    if from("wasi_unstable") {
        return Family::WasiOld;
    }
    if from("__wbindgen_placeholder__") || from("wbg") || from("go") || from("gojs") {
        return Family::Browser;
    }
    match (exports("_start"), from("wasi_snapshot_preview1") || exports("_initialize")) {
        (true, _) => Family::WasiCommand,
        (false, true) => Family::WasiLibrary,
        (false, false) => Family::Unknown,
    }
}

fn imports(module: &Module) -> impl Iterator<Item = &str> {
    module.imports.iter().map(|Import { name, .. }| name.as_str())
}

fn exports(module: &Module) -> impl Iterator<Item = &str> {
    module.exports.iter().map(|Export { name, .. }| name.as_str())
}

fn imports_or_exports(module: &Module, word: &str) -> bool {
    imports(module).chain(exports(module)).any(|name| name.contains(word))
}
