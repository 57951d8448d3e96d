//! Compiled patterns, kept because a chart uses the same few over and over.

use std::cell::RefCell;
use std::rc::Rc;

use foldhash::{HashMap, HashSet};

use super::{Error, Regex};

/// So many patterns are kept per thread. A chart that makes up patterns starts over.
const CAPACITY: usize = 64;

/// So many bytes of programs are kept, and the last one whatever its size.
const MOST: usize = 8 << 20;

/// Longer patterns are charged for each time.
const LONGEST: usize = 16 << 10;

/// Patterns of so many bytes are charged for once. It is less than what is kept, so that what is not charged for again
/// is hardly ever compiled again.
const MOST_CHARGED: u64 = 4 << 20;

#[derive(Default)]
struct Known {
    patterns: HashMap<Vec<u8>, Result<Rc<Regex>, Error>>,
    bytes: usize,
}

thread_local! {
    static KNOWN: RefCell<Known> = RefCell::default();
    /// Patterns that what is being executed was charged for. What it forgets, and when, depends on nothing else.
    static CHARGED: RefCell<Charged> = RefCell::default();
}

#[derive(Default)]
struct Charged {
    patterns: HashSet<Vec<u8>>,
    bytes: u64,
}

/// Something else is executed from here on: patterns are charged for anew, whatever this thread compiled before.
pub fn begin() {
    CHARGED.with_borrow_mut(|charged| {
        charged.patterns.clear();
        charged.bytes = 0;
    });
}

/// Whether a pattern of so many bytes, compiled, must be charged for. From then on it is charged for.
pub(super) fn charge(pattern: &[u8], bytes: u64) -> bool {
    CHARGED.with_borrow_mut(|charged| {
        if charged.patterns.contains(pattern) {
            return false;
        }
        if charged.patterns.len() >= CAPACITY || charged.bytes.saturating_add(bytes) > MOST_CHARGED {
            *charged = Charged::default();
        }
        if pattern.len() <= LONGEST && bytes <= MOST_CHARGED {
            charged.bytes += bytes;
            charged.patterns.insert(pattern.to_vec());
        }
        true
    })
}

/// A pattern that this thread compiled before.
pub(super) fn known(pattern: &[u8]) -> Option<Result<Rc<Regex>, Error>> {
    KNOWN.with_borrow(|known| known.patterns.get(pattern).cloned())
}

/// Compiles a pattern, or takes it from those that this thread compiled before.
///
/// # Errors
/// As [`Regex::new`].
pub fn compile(pattern: &[u8]) -> Result<Rc<Regex>, Error> {
    KNOWN.with_borrow_mut(|known| {
        if let Some(result) = known.patterns.get(pattern) {
            return result.clone();
        }
        let result = Regex::new(pattern).map(Rc::new);
        let bytes = pattern.len() + result.as_ref().map_or(0, |regex| regex.memory_usage());
        if known.patterns.len() >= CAPACITY || known.bytes + bytes > MOST {
            *known = Known::default();
        }
        known.bytes += bytes;
        known.patterns.insert(pattern.to_vec(), result.clone());
        result
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_has_an_end() {
        for number in 0..3 * CAPACITY {
            compile(format!("(a|b){{900}}{number}").as_bytes()).unwrap();
            KNOWN.with_borrow(|known| {
                assert!(known.patterns.len() <= CAPACITY);
                assert!(known.bytes <= MOST || known.patterns.len() == 1);
            });
        }
        compile(b"a").unwrap();
        assert!(known(b"a").is_some() && known(b"b").is_none());
    }

    #[test]
    fn a_pattern_is_charged_for_once_from_each_beginning() {
        begin();
        assert!(charge(b"a", 1) && charge(b"b", 1) && !charge(b"a", 1));
        begin();
        assert!(charge(b"a", 1));
        for number in 0..CAPACITY {
            assert!(charge(number.to_string().as_bytes(), 1));
        }
        assert!(charge(b"a", 1), "only so many are kept");
        assert!(charge(b"large", MOST_CHARGED) && charge(b"a", 1), "only so much is kept");
        assert!(charge(b"larger", MOST_CHARGED + 1) && charge(b"larger", MOST_CHARGED + 1));
        let long = vec![b'a'; LONGEST + 1];
        assert!(charge(&long, 1) && charge(&long, 1));
    }
}
