//! [`Bytes`]: contents that are shared, and that may be fetched only once somebody looks at them.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

/// Shared contents. What was made by [`Bytes::later`] is fetched at the first look, once, whoever looks first.
#[derive(Clone)]
pub struct Bytes(Inner);

#[derive(Clone)]
enum Inner {
    Here(Arc<[u8]>),
    Later(Arc<Later>),
}

struct Later {
    contents: OnceLock<Arc<[u8]>>,
    fetch: Box<dyn Fn() -> Arc<[u8]> + Send + Sync>,
}

impl Bytes {
    /// Contents that `fetch` returns. It has no way to fail here: it keeps its error where its maker looks for it.
    pub fn later(fetch: impl Fn() -> Arc<[u8]> + Send + Sync + 'static) -> Self {
        Self(Inner::Later(Arc::new(Later { contents: OnceLock::new(), fetch: Box::new(fetch) })))
    }

    /// The contents as they are shared, fetched if nobody did so far.
    pub fn shared(&self) -> &Arc<[u8]> {
        match &self.0 {
            Inner::Here(contents) => contents,
            Inner::Later(later) => later.contents.get_or_init(|| (later.fetch)()),
        }
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.shared()
    }
}

impl<T: Into<Arc<[u8]>>> From<T> for Bytes {
    fn from(contents: T) -> Self {
        Self(Inner::Here(contents.into()))
    }
}

impl PartialEq for Bytes {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Bytes {}

impl fmt::Debug for Bytes {
    /// Does not fetch.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Inner::Here(contents) => contents.fmt(f),
            Inner::Later(later) => match later.contents.get() {
                Some(contents) => contents.fmt(f),
                None => f.write_str("[not fetched]"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn later_is_fetched_once_and_only_when_looked_at() {
        let count = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&count);
        let bytes = Bytes::later(move || {
            counted.fetch_add(1, Ordering::Relaxed);
            Arc::from(*b"text")
        });
        let other = bytes.clone();
        assert_eq!(format!("{bytes:?}"), "[not fetched]");
        assert_eq!(count.load(Ordering::Relaxed), 0);
        assert_eq!((&*bytes, &*other), (&b"text"[..], &b"text"[..]));
        assert_eq!(count.load(Ordering::Relaxed), 1);
        assert_eq!(bytes, Bytes::from(b"text".to_vec()));
    }
}
