//! What is made of files while others are still being read: values of charts, and of equal contents only one.
//!
//! Nothing depends on it but time and room: what was not read ahead, or could not be, is read when its turn comes.

use std::collections::hash_map::Entry;
use std::hash::BuildHasher as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use foldhash::HashMap;
use foldhash::fast::RandomState;
use govalue::{Bytes, Map, Snapshot, Value, yaml};

use super::late;
use crate::values;

/// Larger contents are not looked for among others: hardly any are the same.
const SHARED: usize = 1 << 20;

/// So many bytes of text are read ahead: nobody was asked whether there is room for what they become.
const MOST: u64 = 4 << 20;

/// So many nodes one file may have, and so deep they may nest; what has more is read when its turn comes.
const NODES: usize = 1 << 16;
const DEPTH: usize = 100;

/// What is made ahead, by several threads.
pub(super) struct Ahead {
    /// By their hashes: of different contents with one hash only the first are found again.
    contents: Mutex<HashMap<u64, Arc<[u8]>>>,
    hasher: RandomState,
    values: Mutex<ByText<Option<Snapshot>>>,
    limits: yaml::Limits,
    left: AtomicU64,
    has_begun: AtomicBool,
}

/// By where the texts lie that they were read from. The texts are kept, so that nothing else can lie there.
type ByText<T> = HashMap<usize, (Arc<[u8]>, T)>;

/// Values that were read.
#[derive(Default)]
pub(super) struct Values {
    /// By other threads; nothing for what they could not read.
    there: ByText<Option<Snapshot>>,
    here: ByText<Map>,
}

impl Ahead {
    pub(super) fn new(limits: &yaml::Limits) -> Self {
        Self {
            contents: Mutex::default(),
            hasher: RandomState::default(),
            values: Mutex::default(),
            limits: yaml::Limits {
                nodes: limits.nodes.min(NODES),
                depth: limits.depth.min(DEPTH),
                ..*limits
            },
            left: AtomicU64::new(MOST),
            has_begun: AtomicBool::new(false),
        }
    }

    /// From now on values are read ahead: there is a thread that would have to wait otherwise.
    pub(super) fn begin(&self) {
        self.has_begun.store(true, Ordering::Relaxed);
    }

    /// Contents that are shared with all that are equal. A library is the same in every chart that brings it.
    pub(super) fn one_of<D: AsRef<[u8]> + Into<Arc<[u8]>>>(&self, data: D) -> Arc<[u8]> {
        if data.as_ref().len() > SHARED {
            return data.into();
        }
        // Others do not wait while contents are looked at, or copied.
        let hash = self.hasher.hash_one(data.as_ref());
        let known = lock(&self.contents).get(&hash).map(Arc::clone);
        if let Some(known) = known.filter(|known| **known == *data.as_ref()) {
            return known;
        }
        let data: Arc<[u8]> = data.into();
        lock(&self.contents).entry(hash).or_insert_with(|| Arc::clone(&data));
        data
    }

    /// Reads a file if it holds the values of a chart, once for all that share their contents. `inner` is its path
    /// inside the outermost chart.
    pub(super) fn look(&self, inner: &str, data: &Bytes) {
        if !self.has_begun.load(Ordering::Relaxed) || late::own(inner) != "values.yaml" {
            return;
        }
        let data = data.shared();
        let at = data.as_ptr().addr();
        let taken = |left: u64| left.checked_sub(data.len() as u64);
        match lock(&self.values).entry(at) {
            Entry::Vacant(place)
                if self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, taken).is_ok() =>
            {
                place.insert((Arc::clone(data), None));
            }
            _ => return,
        }
        let read = values::read(data, &self.limits).ok().map(Value::Map);
        let snapshot = read.as_ref().and_then(Snapshot::of);
        lock(&self.values).insert(at, (Arc::clone(data), snapshot));
    }

    /// What was read.
    pub(super) fn into_values(self) -> Values {
        let there = self.values.into_inner().unwrap_or_else(PoisonError::into_inner);
        Values { there, here: HashMap::default() }
    }
}

impl Values {
    /// The values in a text, as [`values::read`] reads them. Whoever asks for the same contents gets the same table:
    /// the tables of a chart are never written to.
    ///
    /// # Errors
    /// As [`values::read`].
    pub(super) fn read(&mut self, data: &Arc<[u8]>, limits: &yaml::Limits) -> Result<Map, govalue::Error> {
        let at = data.as_ptr().addr();
        if let Some((_, values)) = self.here.get(&at) {
            return Ok(values.clone());
        }
        let values =
            match self.there.get(&at).and_then(|(_, snapshot)| snapshot.as_ref()).map(Snapshot::value) {
                Some(Value::Map(values)) => values,
                _ => values::read(data, limits)?,
            };
        self.here.insert(at, (Arc::clone(data), values.clone()));
        Ok(values)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
