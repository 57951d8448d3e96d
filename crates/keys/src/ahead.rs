//! Two keys at once: whoever wants one certificate key takes the first that is found.
//!
//! How long a search for primes takes is luck. Two searches on two processors give the first key sooner, and
//! the second is not lost: it is there, or nearly, for the next call - a CA is rarely made without a
//! certificate under it. At most one key is made for nothing.

use crate::rsa::RsaKey;
use aws_lc_rs::rsa::KeySize;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, OnceLock, PoisonError};

struct Searches {
    found: Receiver<Option<RsaKey>>,
    tell: Sender<Option<RsaKey>>,
    running: usize,
}

/// A new RSA key of 2048 bits; `None` if the system gave no randomness.
pub(crate) fn certificate_key() -> Option<RsaKey> {
    const AT_ONCE: usize = 2;
    static PROCESSORS: OnceLock<usize> = OnceLock::new();
    static SEARCHES: Mutex<Option<Searches>> = Mutex::new(None);
    let alone = || RsaKey::generate(KeySize::Rsa2048);
    if *PROCESSORS.get_or_init(|| std::thread::available_parallelism().map_or(1, usize::from)) < AT_ONCE {
        return alone();
    }
    let mut searches = SEARCHES.lock().unwrap_or_else(PoisonError::into_inner);
    let searches = searches.get_or_insert_with(|| {
        let (tell, found) = channel();
        Searches { found, tell, running: 0 }
    });
    while searches.running < AT_ONCE {
        let tell = searches.tell.clone();
        // The receiver lives as long as the process, so telling it cannot fail.
        let search = move || drop(tell.send(RsaKey::generate(KeySize::Rsa2048)));
        if std::thread::Builder::new().name("key search".to_owned()).spawn(search).is_err() {
            break;
        }
        searches.running += 1;
    }
    if searches.running == 0 {
        return alone();
    }
    let key = searches.found.recv().ok()?;
    searches.running -= 1;
    key
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_key_is_given_out_twice() {
        let keys: BTreeSet<Vec<u8>> = (0..6).map(|_| certificate_key().unwrap().to_pkcs1()).collect();
        assert_eq!(keys.len(), 6);
    }

    #[test]
    fn many_callers_each_get_a_key() {
        let callers: Vec<_> =
            (0..4).map(|_| std::thread::spawn(|| certificate_key().unwrap().to_pkcs1())).collect();
        let keys: BTreeSet<Vec<u8>> = callers.into_iter().map(|caller| caller.join().unwrap()).collect();
        assert_eq!(keys.len(), 4);
    }
}
