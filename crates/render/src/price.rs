//! What the functions that ask cost, beyond the length of their texts: random texts by their length, passwords and
//! keys by the time that they take.

use govalue::{Cost, Value};

/// A random text of so many letters.
pub(crate) fn random(args: &[Value]) -> Cost {
    let count = match args.first() {
        Some(Value::Int(_, count)) => u64::try_from(*count).unwrap_or(0),
        _ => 0,
    };
    Cost { steps: count, bytes: count.saturating_mul(16) }
}

/// A text whose letters change places.
pub(crate) fn shuffle(args: &[Value]) -> Cost {
    let length = args.first().and_then(Value::as_str).map_or(0, |text| text.len() as u64);
    Cost { steps: length, bytes: length.saturating_mul(6) }
}

/// bcrypt, which is slow on purpose.
pub(crate) fn password(_: &[Value]) -> Cost {
    Cost { steps: 1_500_000, bytes: 4 << 10 }
}

/// A certificate with a new RSA key of 2048 bits.
pub(crate) fn certificate(_: &[Value]) -> Cost {
    Cost { steps: 1_500_000, bytes: 16 << 10 }
}

/// A certificate with a key that is there.
pub(crate) fn signature(args: &[Value]) -> Cost {
    let length: usize = args.iter().filter_map(Value::as_str).map(|text| text.len()).sum();
    Cost { steps: 50_000 + length as u64, bytes: (16 << 10) + length as u64 }
}

/// A key of the kind that is named: RSA has 4096 bits, and DSA looks for primes of its own.
pub(crate) fn private_key(args: &[Value]) -> Cost {
    let kind = args.first().and_then(Value::as_str).map(|kind| kind.to_str_lossy().into_owned());
    let steps = match kind.as_deref() {
        Some("" | "rsa") => 10_000_000,
        Some("dsa") => 5_000_000,
        _ => 20_000,
    };
    Cost { steps, bytes: 8 << 10 }
}
