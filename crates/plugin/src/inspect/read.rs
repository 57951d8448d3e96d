//! One walk over the sections.

use wasmparser::{
    ComponentExternalKind, CompositeInnerType, Encoding, ExternalKind, FuncType, KnownCustom, MemoryType,
    Parser, Payload, TypeRef,
};

use super::{Export, Family, Import, InspectError, Limits, Module, Section, Size, shown};

/// Types of functions that may be remembered, by their parameters and results together.
const MOST_VALUES: usize = 1_000_000;
/// Tools that a file may name.
const MOST_TOOLS: usize = 100;

impl From<wasmparser::BinaryReaderError> for InspectError {
    fn from(error: wasmparser::BinaryReaderError) -> Self {
        Self::Malformed { offset: error.offset() as u64, message: shown(error.message()) }
    }
}

struct Reader<'a> {
    limits: &'a Limits,
    module: Module,
    /// How deep the present section lies: 0 is the file itself.
    depth: u32,
    sections: u32,
    types: Vec<Option<FuncType>>,
    values: usize,
    /// The type of each function, imported ones first.
    functions: Vec<u32>,
}

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Module, InspectError> {
    let module = Module {
        bytes: 0,
        digest: String::new(),
        family: Family::Unknown,
        component: false,
        imports: Vec::new(),
        exports: Vec::new(),
        sections: Vec::new(),
        functions: 0,
        memories: Vec::new(),
        tables: Vec::new(),
        start: false,
        nested: 0,
        made_with: Vec::new(),
    };
    let (types, functions) = (Vec::new(), Vec::new());
    let mut reader = Reader { limits, module, depth: 0, sections: 0, types, values: 0, functions };
    for payload in Parser::new(0).parse_all(bytes) {
        reader.take(payload?)?;
    }
    Ok(reader.module)
}

impl Reader<'_> {
    fn take(&mut self, payload: Payload<'_>) -> Result<(), InspectError> {
        match payload {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => {
                if self.depth == 0 && matches!(payload, Payload::ModuleSection { .. }) {
                    self.module.nested += 1;
                }
                self.depth += 1;
                self.count()?;
                return within(self.depth, self.limits.depth, "modules within one another");
            }
            Payload::End(_) => self.depth = self.depth.saturating_sub(1),
            // What lies within is counted and passed over.
            _ if self.depth > 0 => {
                if payload.as_section().is_some() {
                    self.count()?;
                }
            }
            _ => return self.own(payload),
        }
        Ok(())
    }

    /// A section of the file itself.
    fn own(&mut self, payload: Payload<'_>) -> Result<(), InspectError> {
        if let Some((id, range)) = payload.as_section() {
            self.count()?;
            let custom = match &payload {
                Payload::CustomSection(section) => Some(shown(section.name())),
                _ => None,
            };
            self.module.sections.push(Section {
                custom: custom.is_some(),
                name: custom.unwrap_or_else(|| section_name(id, self.module.component).to_owned()),
                bytes: (range.end - range.start) as u64,
            });
        }
        match payload {
            Payload::Version { encoding, .. } => self.module.component = encoding == Encoding::Component,
            Payload::TypeSection(types) => {
                within(types.count(), self.limits.entries, "types")?;
                for group in types {
                    for subtype in group?.into_types() {
                        self.remember(subtype.composite_type.inner)?;
                    }
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    let import = import?;
                    self.import(&import)?;
                }
            }
            Payload::FunctionSection(functions) => {
                within(functions.count(), self.limits.functions, "functions")?;
                self.module.functions = functions.count().into();
                for index in functions {
                    self.functions.push(index?);
                }
            }
            Payload::TableSection(tables) => {
                within(tables.count(), self.limits.entries, "tables")?;
                for table in tables {
                    let ty = table?.ty;
                    self.module.tables.push(Size { initial: ty.initial, most: ty.maximum });
                }
            }
            Payload::MemorySection(memories) => {
                within(memories.count(), self.limits.entries, "memories")?;
                for memory in memories {
                    self.module.memories.push(pages(&memory?));
                }
            }
            Payload::ExportSection(exports) => {
                within(exports.count(), self.limits.entries, "exports")?;
                for export in exports {
                    let export = export?;
                    let kind = match export.kind {
                        ExternalKind::Func | ExternalKind::FuncExact => {
                            let index = usize::try_from(export.index).unwrap_or(usize::MAX);
                            self.signature(self.functions.get(index).copied())
                        }
                        ExternalKind::Table => "table".to_owned(),
                        ExternalKind::Memory => "memory".to_owned(),
                        ExternalKind::Global => "global".to_owned(),
                        ExternalKind::Tag => "tag".to_owned(),
                    };
                    self.module.exports.push(Export { name: shown(export.name), kind });
                }
            }
            Payload::StartSection { .. } | Payload::ComponentStartSection { .. } => self.module.start = true,
            Payload::ComponentImportSection(imports) => {
                for import in imports {
                    let import = import?;
                    let kind = component_kind(import.ty.kind()).to_owned();
                    let import = Import { module: String::new(), name: shown(import.name.name), kind };
                    self.module.imports.push(import);
                    within(counted(self.module.imports.len()), self.limits.entries, "imports")?;
                }
            }
            Payload::ComponentExportSection(exports) => {
                for export in exports {
                    let export = export?;
                    let kind = component_kind(export.kind).to_owned();
                    self.module.exports.push(Export { name: shown(export.name.name), kind });
                    within(counted(self.module.exports.len()), self.limits.entries, "exports")?;
                }
            }
            // Nobody needs it to be right: what cannot be read is left out.
            Payload::CustomSection(section) => {
                if let KnownCustom::Producers(fields) = section.as_known() {
                    self.tools(fields);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn count(&mut self) -> Result<(), InspectError> {
        self.sections += 1;
        within(self.sections, self.limits.sections, "sections")
    }

    fn remember(&mut self, inner: CompositeInnerType) -> Result<(), InspectError> {
        let function = match inner {
            CompositeInnerType::Func(function) => Some(function),
            _ => None,
        };
        self.values += function.as_ref().map_or(0, |f| f.params().len() + f.results().len());
        if self.values > MOST_VALUES {
            return Err(InspectError::TooMany { what: "parameters", most: counted(MOST_VALUES) });
        }
        self.types.push(function);
        within(counted(self.types.len()), self.limits.entries, "types")
    }

    fn import(&mut self, import: &wasmparser::Import<'_>) -> Result<(), InspectError> {
        let kind = match import.ty {
            TypeRef::Func(index) | TypeRef::FuncExact(index) => {
                self.functions.push(index);
                self.signature(Some(index))
            }
            TypeRef::Table(_) => "table".to_owned(),
            TypeRef::Memory(_) => "memory".to_owned(),
            TypeRef::Global(_) => "global".to_owned(),
            TypeRef::Tag(_) => "tag".to_owned(),
        };
        self.module.imports.push(Import { module: shown(import.module), name: shown(import.name), kind });
        within(counted(self.module.imports.len()), self.limits.entries, "imports")
    }

    /// `(i64, i32) -> i64` of a type's index.
    fn signature(&self, index: Option<u32>) -> String {
        let index = index.and_then(|index| usize::try_from(index).ok());
        let Some(Some(function)) = index.and_then(|index| self.types.get(index)) else {
            return "function".to_owned();
        };
        let list = |types: &[wasmparser::ValType]| {
            const MOST: usize = 16;
            let mut words: Vec<String> = types.iter().take(MOST).map(ToString::to_string).collect();
            if types.len() > MOST {
                words.push("…".to_owned());
            }
            words.join(", ")
        };
        match function.results() {
            [] => format!("({})", list(function.params())),
            [one] => format!("({}) -> {one}", list(function.params())),
            many => format!("({}) -> ({})", list(function.params()), list(many)),
        }
    }

    fn tools(&mut self, fields: wasmparser::ProducersSectionReader<'_>) {
        for field in fields {
            let Ok(field) = field else { return };
            for value in field.values {
                let Ok(value) = value else { return };
                if self.module.made_with.len() == MOST_TOOLS {
                    return;
                }
                self.module.made_with.push((shown(field.name), shown(value.name), shown(value.version)));
            }
        }
    }
}

fn counted(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn within(count: u32, most: u32, what: &'static str) -> Result<(), InspectError> {
    if count > most { Err(InspectError::TooMany { what, most }) } else { Ok(()) }
}

/// In pages of 64 KiB, whatever pages the memory counts in.
fn pages(memory: &MemoryType) -> Size {
    let shift = 16 - memory.page_size_log2.unwrap_or(16).min(16);
    Size { initial: memory.initial >> shift, most: memory.maximum.map(|most| most >> shift) }
}

fn component_kind(kind: ComponentExternalKind) -> &'static str {
    match kind {
        ComponentExternalKind::Module => "module",
        ComponentExternalKind::Func => "function",
        ComponentExternalKind::Value => "value",
        ComponentExternalKind::Type => "type",
        ComponentExternalKind::Instance => "interface",
        ComponentExternalKind::Component => "component",
    }
}

fn section_name(id: u8, component: bool) -> &'static str {
    let core = [
        "custom",
        "type",
        "import",
        "function",
        "table",
        "memory",
        "global",
        "export",
        "start",
        "element",
        "code",
        "data",
        "data count",
        "tag",
    ];
    let parts = [
        "custom",
        "core module",
        "core instance",
        "core type",
        "component",
        "instance",
        "alias",
        "type",
        "canonical",
        "start",
        "import",
        "export",
        "value",
    ];
    let names: &[&'static str] = if component { &parts } else { &core };
    names.get(usize::from(id)).copied().unwrap_or("unknown")
}
