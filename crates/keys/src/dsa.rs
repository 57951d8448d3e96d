//! DSA keys (2048 and 256 bits), which no library in our tree makes.

use crate::der::{integer, sequence, unsigned};
use crate::random::{self, NoRandomness};
use num_bigint::BigUint;

const P_BITS: u64 = 2048;
const Q_BITS: u64 = 256;
/// Rounds of Miller and Rabin for a random candidate. A composite of 2048 bits passes far fewer than these with
/// a chance below 2^-100; for 256 bits more are needed, and cheap.
const P_ROUNDS: usize = 8;
const Q_ROUNDS: usize = 48;
/// How many steps of 2q are sieved at once.
const WINDOW: usize = 4096;

/// A key with its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DsaKey {
    pub(crate) p: BigUint,
    pub(crate) q: BigUint,
    pub(crate) g: BigUint,
    pub(crate) y: BigUint,
    pub(crate) x: BigUint,
}

impl DsaKey {
    /// `{version 0, p, q, g, y, x}`.
    pub(crate) fn to_der(&self) -> Vec<u8> {
        let numbers = [&self.p, &self.q, &self.g, &self.y, &self.x].map(integer);
        let mut values: Vec<&[u8]> = numbers.iter().map(Vec::as_slice).collect();
        let version = unsigned(&[0]);
        values.insert(0, &version);
        sequence(&values)
    }

    pub(crate) fn generate() -> Result<Self, NoRandomness> {
        let primes = small_primes();
        let one = BigUint::from(1u8);
        loop {
            let q = prime_q(&primes)?;
            let Some(p) = prime_p(&q, &primes)? else { continue };
            let exponent = (&p - 1u8) / &q;
            let g = BigUint::from(2u8).modpow(&exponent, &p);
            if g == one {
                continue;
            }
            let x = below(&q)?;
            let y = g.modpow(&x, &p);
            return Ok(Self { p, q, g, y, x });
        }
    }
}

fn prime_q(primes: &[u32]) -> Result<BigUint, NoRandomness> {
    loop {
        let mut candidate = random_bits(Q_BITS)?;
        candidate.set_bit(Q_BITS - 1, true);
        candidate.set_bit(0, true);
        let composite = primes.iter().any(|prime| &candidate % *prime == BigUint::ZERO);
        if !composite && is_prime(&candidate, Q_ROUNDS)? {
            return Ok(candidate);
        }
    }
}

/// Looks for a prime that is 1 modulo 2q, from a random start upwards.
fn prime_p(q: &BigUint, primes: &[u32]) -> Result<Option<BigUint>, NoRandomness> {
    let step = q << 1u8;
    let mut start = random_bits(P_BITS)?;
    start.set_bit(P_BITS - 1, true);
    let start = &start - &start % &step + 1u8;
    let mut composite = vec![false; WINDOW];
    for &prime in primes {
        let residue = |number: &BigUint| u64::try_from(&(number % prime)).unwrap_or_default();
        let (first, each, modulus) = (residue(&start), residue(&step), u64::from(prime));
        if each == 0 {
            continue;
        }
        // start + k·step is divisible when k is -start/step, and every `prime` steps after.
        let k = (modulus - first) % modulus * inverse(each, modulus) % modulus;
        let mut at = k as usize;
        while at < WINDOW {
            composite[at] = true;
            at += prime as usize;
        }
    }
    for (k, composite) in composite.into_iter().enumerate() {
        if composite {
            continue;
        }
        let candidate = &start + &step * k;
        if candidate.bits() != P_BITS {
            break;
        }
        if is_prime(&candidate, P_ROUNDS)? {
            return Ok(Some(candidate));
        }
    }
    Ok(None)
}

/// The test of Miller and Rabin with random bases.
fn is_prime(candidate: &BigUint, rounds: usize) -> Result<bool, NoRandomness> {
    let less_one = candidate - 1u8;
    let twos = less_one.trailing_zeros().unwrap_or_default();
    let odd = &less_one >> twos;
    let one = BigUint::from(1u8);
    'bases: for _ in 0..rounds {
        let base = below(&(&less_one - 1u8))? + 1u8;
        let mut power = base.modpow(&odd, candidate);
        if power == one || power == less_one {
            continue;
        }
        for _ in 1..twos {
            power = &power * &power % candidate;
            if power == less_one {
                continue 'bases;
            }
        }
        return Ok(false);
    }
    Ok(true)
}

/// A random number from 1 to below `limit`.
fn below(limit: &BigUint) -> Result<BigUint, NoRandomness> {
    loop {
        let number = random_bits(limit.bits())?;
        if number != BigUint::ZERO && number < *limit {
            return Ok(number);
        }
    }
}

fn random_bits(bits: u64) -> Result<BigUint, NoRandomness> {
    let mut bytes = vec![0u8; bits.div_ceil(8) as usize];
    random::fill(&mut bytes)?;
    let extra = bytes.len() as u64 * 8 - bits;
    if let Some(first) = bytes.first_mut() {
        *first &= 0xff >> extra;
    }
    Ok(BigUint::from_bytes_be(&bytes))
}

/// The inverse modulo a small prime, by Fermat.
fn inverse(number: u64, prime: u64) -> u64 {
    let (mut base, mut exponent, mut result) = (number % prime, prime - 2, 1);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = result * base % prime;
        }
        base = base * base % prime;
        exponent >>= 1;
    }
    result
}

/// The odd primes below 2^14.
fn small_primes() -> Vec<u32> {
    const END: usize = 1 << 14;
    let mut composite = vec![false; END];
    let mut primes = Vec::new();
    for number in (3..END).step_by(2) {
        if composite[number] {
            continue;
        }
        primes.push(number as u32);
        for multiple in (number * number..END).step_by(2 * number) {
            composite[multiple] = true;
        }
    }
    primes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_the_sizes_and_relations_of_dsa() {
        let key = DsaKey::generate().unwrap();
        assert_eq!((key.p.bits(), key.q.bits()), (P_BITS, Q_BITS));
        assert_eq!((&key.p - 1u8) % &key.q, BigUint::ZERO);
        assert_eq!(key.g.modpow(&key.q, &key.p), BigUint::from(1u8));
        assert_eq!(key.g.modpow(&key.x, &key.p), key.y);
        assert!(key.x < key.q);
    }

    #[test]
    fn primes_are_told_from_composites() {
        let prime = |number: u64| is_prime(&BigUint::from(number), 20).unwrap();
        assert!(prime(1_000_000_007));
        assert!(prime(18_446_744_073_709_551_557));
        // A Carmichael number, and a product of two primes.
        assert!(!prime(561));
        assert!(!prime(1_000_000_007 * 998_244_353));
    }
}
