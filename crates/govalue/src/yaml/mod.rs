//! YAML as Helm sees it.
//!
//! Two dialects stand on one event layer. Helm reads and writes with sigs.k8s.io/yaml: go-yaml v2 (YAML 1.1
//! scalars) and then the rules of JSON, so that every number is a `float64` and every key a string.
//! `toYamlPretty` writes with go-yaml v3. [`read()`] and [`write()`] are the first, [`write_pretty`] the second.
//!
//! Reading goes from bytes (`source.rs`) to tokens (`scan.rs`, over `cursor.rs`; `scalar.rs`, `name.rs`) to events
//! (`parse.rs`) to one flat list of nodes (`node.rs`) that is walked to make a value (`read.rs`) or to look at the
//! head of a manifest (`head.rs`). Documents of the common shape take a shorter way to the same list (`common.rs`).
//! The grammar is libyaml's, which go-yaml was made from, error words and quirks included.
//! Writing chooses styles (`emit.rs`). Nothing here recurses deeper than a bound.

mod broken;
mod common;
mod cursor;
mod documents;
mod emit;
mod exact;
mod head;
mod name;
mod node;
mod outline;
mod parse;
mod place;
mod pretty;
mod read;
mod remarks;
mod resolve;
mod scalar;
mod scan;
mod source;
mod text;
mod tree;
mod wanted;
mod write;
mod written;

pub use broken::{Broken, broken};
pub use documents::{Part, documents, documents_placed};
pub use head::{Head, head, head_within, object};
pub use outline::{Outline, Shape, outline};
pub use place::{Parts, Place, read_placed};
pub use pretty::write_pretty;
pub use read::{read, read_exact, read_list, read_map, read_strict};
pub use tree::{Tree, TreeKind, tree};
pub use wanted::Wanted;
pub use write::write;
pub use written::{Content, Note, Scalar, Text, WrittenNode, write_texts};

/// What a document from a stranger may cost.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How deep collections may nest.
    pub depth: usize,
    /// How many nodes there may be after aliases are expanded.
    pub nodes: usize,
    /// How many bytes of text there may be in them.
    pub bytes: usize,
}

impl Limits {
    fn too_many_nodes(&self) -> crate::Error {
        let message = format!("yaml: document has more than {} nodes", self.nodes);
        crate::Error::limit_met(message, "yaml.nodes", self.nodes as u64)
    }

    fn too_long(&self) -> crate::Error {
        let message = format!("yaml: document has more than {} bytes of text", self.bytes);
        crate::Error::limit_met(message, "yaml.bytes", self.bytes as u64)
    }

    fn too_deep(&self) -> crate::Error {
        let message = format!("yaml: exceeded max depth of {}", self.depth);
        crate::Error::limit_met(message, "yaml.depth", self.depth as u64)
    }
}

impl Default for Limits {
    fn default() -> Self {
        // Go's own bound on nesting is ten thousand; a value of that depth could not be dropped on a small stack.
        Self { depth: 1_000, nodes: 1_000_000, bytes: 256 << 20 }
    }
}
