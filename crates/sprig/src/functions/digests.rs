//! Digests, encodings and ciphers.

use govalue::{CallResult, Cost, Str, Value};

use super::args::{int, string, text};
use super::{cost, table};
use crate::crypto::{self, DecodeError};

table! {
    "sha1sum" (STRING) => |args| text(crypto::sha1sum(string(args, 0))), cost cost::letters::<32, 1>;
    "sha256sum" (STRING) => |args| text(crypto::sha256sum(string(args, 0))), cost cost::letters::<32, 1>;
    "sha512sum" (STRING) => |args| text(crypto::sha512sum(string(args, 0))), cost cost::letters::<32, 1>;
    "adler32sum" (STRING) => |args| text(crypto::adler32sum(string(args, 0)));
    "b64enc" (STRING) => |args| text(crypto::b64_encode(string(args, 0)));
    "b64dec" (STRING) => |args| decoded(crypto::b64_decode(string(args, 0)));
    "b32enc" (STRING) => |args| text(crypto::b32_encode(string(args, 0))), cost cost::letters::<6, 2>;
    "b32dec" (STRING) => |args| decoded(crypto::b32_decode(string(args, 0))), cost cost::letters::<6, 2>;
    "derivePassword" (UINT32, STRING, STRING, STRING, STRING) => derive_password, cost (|_: &[Value]| DERIVATION);
    "decryptAES" (STRING, STRING) => |args| text(crypto::decrypt_aes(string(args, 0), string(args, 1))?), cost cost::letters::<120, 2>;
}

/// What deriving a password costs: it goes over 32 MiB twice.
const DERIVATION: Cost = Cost { steps: 13_000_000, bytes: 32 << 20 };

/// Sprig answers the text of the error.
fn decoded(result: Result<Vec<u8>, (Vec<u8>, DecodeError)>) -> CallResult {
    text(match result {
        Ok(bytes) => Str::from(bytes),
        Err((_, error)) => Str::from(error.to_string()),
    })
}

fn derive_password(args: &[Value]) -> CallResult {
    let counter = int(args, 0) as u32;
    text(crypto::derive_password(counter, string(args, 1), string(args, 2), string(args, 3), string(args, 4)))
}
