//! Compiled patterns, kept because a chart uses the same few over and over.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::{Error, Regex};

/// So many patterns are kept per thread. A chart that makes up patterns starts over.
const CAPACITY: usize = 256;

/// A longer pattern is compiled each time: it may be large, and it is hardly used twice.
const LONGEST: usize = 4096;

/// Nor is a pattern kept whose program takes more bytes than this.
const LARGEST: usize = 1 << 20;

type Known = HashMap<Vec<u8>, Result<Rc<Regex>, Error>>;

thread_local! {
    static KNOWN: RefCell<Known> = RefCell::default();
}

/// Compiles a pattern, or takes it from those that this thread compiled before.
///
/// # Errors
/// As [`Regex::new`].
pub fn compile(pattern: &[u8]) -> Result<Rc<Regex>, Error> {
    if pattern.len() > LONGEST {
        return Regex::new(pattern).map(Rc::new);
    }
    KNOWN.with_borrow_mut(|known| {
        if let Some(result) = known.get(pattern) {
            return result.clone();
        }
        if known.len() >= CAPACITY {
            known.clear();
        }
        let result = Regex::new(pattern).map(Rc::new);
        if result.as_ref().map_or(0, |regex| regex.memory_usage()) <= LARGEST {
            known.insert(pattern.to_vec(), result.clone());
        }
        result
    })
}
