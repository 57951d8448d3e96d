//! Helm's plugins: what their plugin.yaml says, and which there are.
//!
//! A [`Manifest`] is read from the bytes of a plugin.yaml, of either format, with Helm's verdicts and words, and then
//! looked at more strictly than Helm does: what is not understood under `runtimeConfig` is refused, because it may have
//! been meant to restrict something. [`discover`] finds the plugins of a folder.
//! [`subprocess`] runs those that are programs of this machine.

mod decode;
pub mod discover;
pub mod manifest;
pub mod subprocess;

pub use discover::{Duplicate, Found, LoadError, Plugin, discover, duplicates, load};
pub use manifest::{Manifest, ManifestError};
