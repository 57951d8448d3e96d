//! Helm's plugins: what their plugin.yaml says, which there are, what the user granted them, and that they are what
//! was installed.
//!
//! A [`Manifest`] is read from the bytes of a plugin.yaml, of either format, with Helm's verdicts and words, and then
//! looked at more strictly than Helm does: what is not understood under `runtimeConfig` is refused, because it may have
//! been meant to restrict something. [`discover`] finds the plugins of a folder, [`inspect`] tells what a Wasm file is.
//! What a manifest wants is a [`request`]; what the user gave stands with the digest of every file in plugins.lock
//! ([`lock`]), and [`pin`] compares the two each time before a plugin runs. [`invoke`] calls one, with the messages of
//! its kind; [`subprocess`] runs those that are programs of this machine.

pub mod archive;
mod decode;
pub mod discover;
pub mod inspect;
pub mod invoke;
pub mod lock;
pub mod manifest;
pub mod package;
pub mod pin;
pub mod request;
pub mod store;
pub mod subprocess;

pub use discover::{Duplicate, Found, LoadError, Plugin, discover, duplicates, load};
pub use lock::Lock;
pub use manifest::{Manifest, ManifestError};
pub use pin::{Ready, Standing};
