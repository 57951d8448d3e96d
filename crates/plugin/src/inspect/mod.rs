//! What a Wasm file is, read from its bytes: family, imports, exports, sections, sizes. Nothing of it runs.
//!
//! [`module`] walks the sections once, under [`Limits`]; `family.rs` tells from names alone for which host a file was
//! made. Whether its code is valid is not looked at: that is the engine's to say, when it compiles.

mod family;
mod read;

use std::fmt;

use sha2::{Digest, Sha256};

pub use family::Family;

/// What reading a file may cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub bytes: u64,
    /// Imports, exports and types, each.
    pub entries: u32,
    /// Functions.
    pub functions: u32,
    /// Sections, those of nested modules included.
    pub sections: u32,
    /// Modules and components within one another.
    pub depth: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 64 << 20, entries: 100_000, functions: 1_000_000, sections: 100_000, depth: 16 }
    }
}

/// A file that is Wasm, as far as its sections say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    /// Bytes of the file.
    pub bytes: u64,
    /// Its SHA-256, in hexadecimal.
    pub digest: String,
    /// Which host it was made for.
    pub family: Family,
    /// Whether it is a component, and no core module.
    pub component: bool,
    /// What it needs from its host.
    pub imports: Vec<Import>,
    /// What it offers.
    pub exports: Vec<Export>,
    /// Its sections in their order, those of nested modules left out.
    pub sections: Vec<Section>,
    /// Functions with code of its own.
    pub functions: u64,
    /// Memories of its own.
    pub memories: Vec<Size>,
    /// Tables of its own.
    pub tables: Vec<Size>,
    /// Whether something runs before its entry is called.
    pub start: bool,
    /// Core modules inside a component.
    pub nested: u64,
    /// What it was made with: `language`, `processed-by` or `sdk`, a name and a version.
    pub made_with: Vec<(String, String, String)>,
}

/// Something that is imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The module that is named; empty for a component.
    pub module: String,
    /// The name.
    pub name: String,
    /// What it is: `(i64) -> i64`, `memory`, `instance`.
    pub kind: String,
}

/// Something that is exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// The name.
    pub name: String,
    /// What it is.
    pub kind: String,
}

/// One section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The kind, or the name of a custom section.
    pub name: String,
    /// Whether it is a custom one, that engines do not read.
    pub custom: bool,
    /// Bytes.
    pub bytes: u64,
}

/// How large a memory or table is at the beginning, and may become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Pages of 64 KiB, or elements.
    pub initial: u64,
    /// The most; `None` where it sets none itself.
    pub most: Option<u64>,
}

/// Why a file cannot be told about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InspectError {
    /// It does not begin as Wasm does.
    #[error("this is no WebAssembly: it begins with {begins}, not with \\0asm")]
    NotWasm {
        /// What it looks like.
        begins: String,
    },
    /// It is larger than what is read.
    #[error("the file has {bytes} bytes, more than {most}")]
    TooLarge {
        /// Its size.
        bytes: u64,
        /// The limit.
        most: u64,
    },
    /// It has more of something than is read.
    #[error("the file has more than {most} {what}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// The limit.
        most: u32,
    },
    /// Its sections cannot be followed. The words are the parser's.
    #[error("malformed WebAssembly at byte {offset}: {message}")]
    Malformed {
        /// Where.
        offset: u64,
        /// What is wrong.
        message: String,
    },
}

/// Reads a file.
///
/// # Errors
/// When it is no Wasm, is broken, or exceeds the limits.
pub fn module(bytes: &[u8], limits: &Limits) -> Result<Module, InspectError> {
    let size = bytes.len() as u64;
    if size > limits.bytes {
        return Err(InspectError::TooLarge { bytes: size, most: limits.bytes });
    }
    if !bytes.starts_with(b"\0asm") {
        return Err(InspectError::NotWasm { begins: looks_like(bytes) });
    }
    let mut module = read::read(bytes, limits)?;
    module.bytes = size;
    module.digest = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    module.family = family::of(&module);
    Ok(module)
}

/// What somebody probably took for a module.
fn looks_like(bytes: &[u8]) -> String {
    let known: [(&[u8], &str); 7] = [
        (b"(module", "the text format of Wasm"),
        (b"(component", "the text format of Wasm"),
        (b"\x7fELF", "a program of this system"),
        (b"#!", "a script"),
        (b"\x1f\x8b", "a gzip archive"),
        (b"PK\x03\x04", "a zip archive"),
        (b"MZ", "a program of Windows"),
    ];
    if bytes.is_empty() {
        return "nothing".to_owned();
    }
    match known.iter().find(|(begin, _)| bytes.starts_with(begin)) {
        Some((_, name)) => (*name).to_owned(),
        None => format!("{:?}", String::from_utf8_lossy(&bytes[..bytes.len().min(8)])),
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.most {
            Some(most) => write!(f, "{} to {most}", self.initial),
            None => write!(f, "{} and more", self.initial),
        }
    }
}

/// Foreign text that is to be shown: no control characters, no names as long as a page.
pub fn shown(text: &str) -> String {
    const MOST: usize = 200;
    let mut out = String::new();
    for c in text.chars().take(MOST) {
        // Characters that turn the direction of text around are as good as control characters.
        let hidden = c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
        if hidden {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    if text.chars().count() > MOST {
        out.push('…');
    }
    out
}
