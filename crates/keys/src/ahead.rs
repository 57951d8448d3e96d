//! RSA keys made on two threads.
//!
//! To make an RSA key is to look for primes, and takes a tenth of a second and more. Charts that make one
//! certificate often make several: while one key is asked for a second one is begun, whichever is done first is
//! given, and the other waits for who asks next. At most one key is made in vain.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::rsa::{KeyPair, KeySize};

/// How many keys of one size are made at a time.
const WORKERS: usize = 2;

type Made = Option<KeyPair>;

/// Keys of one size that are being made.
struct Stock {
    begun: usize,
    channel: Option<(Sender<Made>, Receiver<Made>)>,
}

impl Stock {
    const fn new() -> Self {
        Self { begun: 0, channel: None }
    }

    /// The next key; `None` when no thread can be had for it.
    fn next(&mut self, size: KeySize) -> Option<Made> {
        let (sender, receiver) = self.channel.get_or_insert_with(channel);
        while self.begun < WORKERS {
            let sender = sender.clone();
            let make = move || {
                // Nobody asks any more: the process ends.
                let _ = sender.send(KeyPair::generate(size).ok());
            };
            if std::thread::Builder::new().name("key".to_owned()).spawn(make).is_err() {
                break;
            }
            self.begun += 1;
        }
        if self.begun == 0 {
            return None;
        }
        self.begun -= 1;
        receiver.recv().ok()
    }
}

static STOCK_2048: Mutex<Stock> = Mutex::new(Stock::new());
static STOCK_4096: Mutex<Stock> = Mutex::new(Stock::new());

/// A new key; `None` when aws-lc cannot make one.
pub(crate) fn key_pair(size: KeySize) -> Option<KeyPair> {
    let stock = match size {
        KeySize::Rsa2048 => &STOCK_2048,
        KeySize::Rsa4096 => &STOCK_4096,
        _ => return KeyPair::generate(size).ok(),
    };
    let several = std::thread::available_parallelism().is_ok_and(|cores| cores.get() > 1);
    let made = several.then(|| stock.lock().unwrap_or_else(PoisonError::into_inner).next(size)).flatten();
    made.unwrap_or_else(|| KeyPair::generate(size).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_another_and_none_is_lost() {
        let mut seen = Vec::new();
        let mut stock = Stock::new();
        for _ in 0..5 {
            let pair = stock.next(KeySize::Rsa2048).unwrap().unwrap();
            assert_eq!(pair.public_modulus_len(), 256);
            let modulus = format!("{:?}", aws_lc_rs::signature::KeyPair::public_key(&pair));
            assert!(!seen.contains(&modulus));
            seen.push(modulus);
            assert_eq!(stock.begun, WORKERS - 1);
        }
    }
}
