//! What the functions that ask cost, beyond the length of their texts: random texts by their length, passwords and
//! keys by the time that they take.

use govalue::{Cost, Value};

/// A question to the guard, with so many definitions being executed: each of their charts is asked about, and what
/// was asked is noted.
pub(crate) fn question(definitions: usize) -> Cost {
    let definitions = definitions as u64;
    Cost { steps: 120 + definitions * 2, bytes: 2 << 10 }
}

/// A name that is asked for in the network: what it takes there is not ours to tell, and a chart has no use for thousands.
pub(crate) fn name(_: &[Value]) -> Cost {
    Cost { steps: 200_000, bytes: 4 << 10 }
}

/// A date, in or out of a text.
pub(crate) fn date(args: &[Value]) -> Cost {
    let length = texts(args);
    Cost { steps: 64 + length, bytes: length.saturating_mul(8) }
}

/// A date in a zone that must be found.
pub(crate) fn zone(args: &[Value]) -> Cost {
    let Cost { steps, bytes } = date(args);
    Cost { steps: steps + 400, bytes }
}

/// A text that is encrypted.
pub(crate) fn cipher(args: &[Value]) -> Cost {
    let length = texts(args);
    Cost { steps: 120 + length / 2, bytes: length.saturating_mul(2) }
}

/// A text that is looked up among those that were parsed.
pub(crate) fn text(args: &[Value]) -> Cost {
    let length = texts(args);
    Cost { steps: 16 + length / 8, bytes: 0 }
}

fn texts(args: &[Value]) -> u64 {
    args.iter().filter_map(Value::as_str).map(|text| text.len() as u64).sum()
}

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
    Cost { steps: 2_500_000, bytes: 4 << 10 }
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
    let kind = args.first().and_then(Value::as_str);
    let steps = match kind.map(|kind| kind.as_bytes()) {
        Some(b"" | b"rsa") => 9_000_000,
        Some(b"dsa") => 12_000_000,
        _ => 20_000 + texts(args),
    };
    Cost { steps, bytes: 8 << 10 }
}
