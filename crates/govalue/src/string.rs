//! Go strings: immutable bytes that are usually, but not always, UTF-8.

use std::borrow::{Borrow, Cow};
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// How many bytes are kept without an allocation.
const INLINE: usize = 22;

/// From how many bytes on what was built is kept as it is, with the room that it did not need.
const LARGE: usize = 256 << 10;

/// A Go string. Cloning is cheap: up to 22 bytes are stored in place, longer ones are shared.
///
/// Equality and order are by bytes, as Go compares strings.
#[derive(Clone)]
pub struct Str(Repr);

#[derive(Clone)]
enum Repr {
    Inline {
        len: u8,
        bytes: [u8; INLINE],
    },
    Static(&'static [u8]),
    Shared(Arc<[u8]>),
    /// As it was built: copying it would take the room twice.
    Large(Arc<Vec<u8>>),
}

impl Str {
    /// The empty string.
    pub const EMPTY: Str = Str::from_static("");

    /// Wraps a static string without copying it.
    pub const fn from_static(text: &'static str) -> Self {
        Self(Repr::Static(text.as_bytes()))
    }

    /// Copies bytes, which need not be UTF-8.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        if bytes.len() <= INLINE {
            let mut buffer = [0; INLINE];
            buffer[..bytes.len()].copy_from_slice(bytes);
            // The length fits: it was just compared with a constant below 256.
            Self(Repr::Inline { len: bytes.len() as u8, bytes: buffer })
        } else {
            Self(Repr::Shared(Arc::from(bytes)))
        }
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Repr::Inline { len, bytes } => &bytes[..usize::from(*len)],
            Repr::Static(bytes) => bytes,
            Repr::Shared(bytes) => bytes,
            Repr::Large(bytes) => bytes,
        }
    }

    /// The text, when the bytes are UTF-8.
    pub fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(self.as_bytes()).ok()
    }

    /// The text with U+FFFD in place of what is not UTF-8.
    pub fn to_str_lossy(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.as_bytes())
    }

    /// Length in bytes, as Go's `len`.
    pub fn len(&self) -> usize {
        self.as_bytes().len()
    }

    /// Whether there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl std::ops::Deref for Str {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl From<&str> for Str {
    fn from(text: &str) -> Self {
        Self::from_bytes(text.as_bytes())
    }
}

impl From<String> for Str {
    fn from(text: String) -> Self {
        Self::from(text.into_bytes())
    }
}

impl From<Vec<u8>> for Str {
    fn from(bytes: Vec<u8>) -> Self {
        match bytes.len() {
            ..=INLINE => Self::from_bytes(&bytes),
            LARGE.. => Self(Repr::Large(Arc::new(bytes))),
            _ => Self(Repr::Shared(Arc::from(bytes))),
        }
    }
}

impl From<&[u8]> for Str {
    fn from(bytes: &[u8]) -> Self {
        Self::from_bytes(bytes)
    }
}

impl From<Cow<'_, str>> for Str {
    fn from(text: Cow<'_, str>) -> Self {
        Self::from_bytes(text.as_bytes())
    }
}

impl AsRef<[u8]> for Str {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl Borrow<[u8]> for Str {
    fn borrow(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl PartialEq for Str {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Str {}

impl PartialEq<str> for Str {
    fn eq(&self, other: &str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl PartialEq<&str> for Str {
    fn eq(&self, other: &&str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl PartialOrd for Str {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Str {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl Hash for Str {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

impl Default for Str {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl std::fmt::Display for Str {
    /// Lossy: bytes that are not UTF-8 print as U+FFFD. Write [`Str::as_bytes`] where bytes matter.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.to_str_lossy())
    }
}

impl std::fmt::Debug for Str {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(&self.to_str_lossy(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::Str;

    #[test]
    fn short_long_and_static_strings_compare_by_bytes() {
        let long = "a string that is longer than twenty-two bytes";
        assert_eq!(Str::from("abc"), Str::from_static("abc"));
        assert_eq!(Str::from(long), Str::from_static(long));
        let order = [Str::from(long), Str::from("b"), Str::from("z"), Str::from_bytes(b"\xff")];
        assert!(order.is_sorted());
        let large = vec![b'x'; super::LARGE];
        assert_eq!(Str::from(large.clone()), Str::from_bytes(&large));
        assert_eq!(Str::from_bytes(b"a\xff").to_str_lossy(), "a\u{fffd}");
    }

    #[test]
    fn a_string_is_three_words() {
        assert_eq!(std::mem::size_of::<Str>(), 24);
        assert_eq!(std::mem::size_of::<crate::Value>(), 24);
    }
}
