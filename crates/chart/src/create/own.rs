//! Starters of ours, for what runs as WebAssembly. A starter of the user's with the same name wins.

use super::{NameError, check_name, rename};
use crate::chart::File;

/// A starter that comes with the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnStarter {
    /// A chart for an application of Spin, run by SpinKube.
    SpinApp,
    /// A chart for a component, run by wasmCloud's operator.
    WasmCloud,
    /// A plugin of Helm 4 that is a WebAssembly module.
    WasmPlugin,
}

impl OwnStarter {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::SpinApp, Self::WasmCloud, Self::WasmPlugin];

    /// The starter of a name, as `--starter` takes it.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|starter| starter.name() == name)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::SpinApp => "spinapp",
            Self::WasmCloud => "wasmcloud",
            Self::WasmPlugin => "wasmplugin",
        }
    }

    /// The paths and texts of what it makes.
    ///
    /// # Errors
    /// When the name is none for a chart.
    pub fn files(self, name: &str) -> Result<Vec<File>, NameError> {
        check_name(name)?;
        let files: &[(&str, &str)] = match self {
            Self::SpinApp => &[
                ("Chart.yaml", include_str!("starters/spinapp/Chart.yaml")),
                ("values.yaml", include_str!("starters/spinapp/values.yaml")),
                ("values.schema.json", include_str!("starters/spinapp/values.schema.json")),
                (".helmignore", include_str!("scaffold/helmignore")),
                ("README.md", include_str!("starters/spinapp/README.md")),
                ("templates/_helpers.tpl", include_str!("starters/helpers.tpl")),
                ("templates/spinapp.yaml", include_str!("starters/spinapp/templates/spinapp.yaml")),
                ("templates/hpa.yaml", include_str!("starters/spinapp/templates/hpa.yaml")),
                ("templates/NOTES.txt", include_str!("starters/spinapp/templates/NOTES.txt")),
                (
                    "templates/tests/test-connection.yaml",
                    include_str!("starters/spinapp/templates/tests/test-connection.yaml"),
                ),
            ],
            Self::WasmCloud => &[
                ("Chart.yaml", include_str!("starters/wasmcloud/Chart.yaml")),
                ("values.yaml", include_str!("starters/wasmcloud/values.yaml")),
                ("values.schema.json", include_str!("starters/wasmcloud/values.schema.json")),
                (".helmignore", include_str!("scaffold/helmignore")),
                ("README.md", include_str!("starters/wasmcloud/README.md")),
                ("templates/_helpers.tpl", include_str!("starters/helpers.tpl")),
                (
                    "templates/workloaddeployment.yaml",
                    include_str!("starters/wasmcloud/templates/workloaddeployment.yaml"),
                ),
                ("templates/service.yaml", include_str!("starters/wasmcloud/templates/service.yaml")),
                ("templates/NOTES.txt", include_str!("starters/wasmcloud/templates/NOTES.txt")),
            ],
            Self::WasmPlugin => &[
                ("plugin.yaml", include_str!("starters/wasmplugin/plugin.yaml")),
                ("README.md", include_str!("starters/wasmplugin/README.md")),
                (".gitignore", include_str!("starters/wasmplugin/gitignore")),
                ("guest/Cargo.toml", include_str!("starters/wasmplugin/guest/cargo.toml")),
                ("guest/src/lib.rs", include_str!("starters/wasmplugin/guest/lib.rs")),
            ],
        };
        Ok(files.iter().map(|(path, text)| File::new(*path, rename(text.as_bytes(), name))).collect())
    }
}
