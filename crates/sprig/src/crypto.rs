//! Digests, encodings and ciphers of Sprig that need neither clock nor randomness.

mod encoding;

pub use encoding::{DecodeError, b32_decode, b32_encode, b64_decode, b64_encode};

use aes::cipher::generic_array::GenericArray;
use aes::cipher::{BlockDecrypt, BlockEncrypt, KeyInit};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256, Sha512};

use crate::words::Panic;

fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    bytes.iter().flat_map(|&byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// `sha1sum`: the digest in hexadecimal.
pub fn sha1sum(input: &[u8]) -> String {
    hex(&sha1::Sha1::digest(input))
}

/// `sha256sum`: the digest in hexadecimal.
pub fn sha256sum(input: &[u8]) -> String {
    hex(&Sha256::digest(input))
}

/// `sha512sum`: the digest in hexadecimal.
pub fn sha512sum(input: &[u8]) -> String {
    hex(&Sha512::digest(input))
}

/// `adler32sum`: the checksum in decimal.
pub fn adler32sum(input: &[u8]) -> String {
    const MODULUS: u32 = 65521;
    let (mut a, mut b) = (1u32, 0u32);
    // So many bytes fit before the sums could overflow.
    for chunk in input.chunks(5552) {
        for &byte in chunk {
            a += u32::from(byte);
            b += a;
        }
        a %= MODULUS;
        b %= MODULUS;
    }
    (b << 16 | a).to_string()
}

const SEED: &[u8] = b"com.lyndir.masterpassword";

/// The shapes of a password of a type: each letter names a class of characters.
fn shapes(password_type: &[u8]) -> Option<&'static [&'static str]> {
    Some(match password_type {
        b"maximum" => &["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"],
        b"long" => &[
            "CvcvnoCvcvCvcv",
            "CvcvCvcvnoCvcv",
            "CvcvCvcvCvcvno",
            "CvccnoCvcvCvcv",
            "CvccCvcvnoCvcv",
            "CvccCvcvCvcvno",
            "CvcvnoCvccCvcv",
            "CvcvCvccnoCvcv",
            "CvcvCvccCvcvno",
            "CvcvnoCvcvCvcc",
            "CvcvCvcvnoCvcc",
            "CvcvCvcvCvccno",
            "CvccnoCvccCvcv",
            "CvccCvccnoCvcv",
            "CvccCvccCvcvno",
            "CvcvnoCvccCvcc",
            "CvcvCvccnoCvcc",
            "CvcvCvccCvccno",
            "CvccnoCvcvCvcc",
            "CvccCvcvnoCvcc",
            "CvccCvcvCvccno",
        ],
        b"medium" => &["CvcnoCvc", "CvcCvcno"],
        b"short" => &["Cvcn"],
        b"basic" => &["aaanaaan", "aannaaan", "aaannaaa"],
        b"pin" => &["nnnn"],
        _ => return None,
    })
}

fn characters(class: u8) -> &'static [u8] {
    match class {
        b'C' => b"BCDFGHJKLMNPQRSTVWXYZ",
        b'v' => b"aeiou",
        b'c' => b"bcdfghjklmnpqrstvwxyz",
        b'a' => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
        b'n' => b"0123456789",
        b'o' => b"@&%?,=[]_:-+*$#!'^~;()/.",
        _ => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
    }
}

/// `derivePassword`: the password that the Master Password algorithm, version 1, derives. It takes a noticeable
/// part of a second by design. An unknown type gives a text that says so, as in Sprig.
pub fn derive_password(
    counter: u32,
    password_type: &[u8],
    password: &[u8],
    user: &[u8],
    site: &[u8],
) -> Vec<u8> {
    let Some(shapes) = shapes(password_type) else {
        return [b"cannot find password template ", password_type].concat();
    };
    let length = |text: &[u8]| (text.len() as u32).to_be_bytes();
    let salt = [SEED, &length(user), user].concat();
    let mut key = [0; 64];
    let derived =
        scrypt::Params::new(15, 8, 2, key.len()).map_err(|error| error.to_string()).and_then(|params| {
            scrypt::scrypt(password, &salt, &params, &mut key).map_err(|error| error.to_string())
        });
    if let Err(error) = derived {
        return format!("failed to derive password: {error}").into_bytes();
    }
    let message = [SEED, &length(site), site, &counter.to_be_bytes()].concat();
    let seed = hmac_sha256(&key, &message);
    let shape = shapes[usize::from(seed[0]) % shapes.len()];
    shape
        .bytes()
        .zip(&seed[1..])
        .map(|(class, &byte)| {
            let characters = characters(class);
            characters[usize::from(byte) % characters.len()]
        })
        .collect()
}

fn hmac_sha256(key: &[u8; 64], message: &[u8]) -> [u8; 32] {
    // A key of the block size is used as it is, so the infallible constructor fits.
    let mut mac = <Hmac<Sha256> as hmac::digest::KeyInit>::new(GenericArray::from_slice(key));
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// The size of an AES block, and of the nonce of [`encrypt_aes`].
pub const BLOCK: usize = 16;

fn cipher(password: &[u8]) -> aes::Aes256 {
    // Sprig: the password is the key, cut or filled with zeros.
    let mut key = [0; 32];
    let len = password.len().min(key.len());
    key[..len].copy_from_slice(&password[..len]);
    aes::Aes256::new(&GenericArray::from(key))
}

/// `encryptAES` with the nonce that Sprig would have drawn: AES-256 in CBC with PKCS#7 padding, the nonce in front,
/// all in base64. An empty text stays empty.
pub fn encrypt_aes(password: &[u8], text: &[u8], nonce: [u8; BLOCK]) -> String {
    if text.is_empty() {
        return String::new();
    }
    let cipher = cipher(password);
    let padding = BLOCK - text.len() % BLOCK;
    let mut padded = text.to_vec();
    padded.resize(text.len() + padding, padding as u8);
    let mut out = nonce.to_vec();
    let mut previous = nonce;
    for chunk in padded.chunks_exact(BLOCK) {
        for (byte, &plain) in previous.iter_mut().zip(chunk) {
            *byte ^= plain;
        }
        let mut block = GenericArray::from(previous);
        cipher.encrypt_block(&mut block);
        previous = block.into();
        out.extend_from_slice(&previous);
    }
    b64_encode(&out)
}

/// Why [`decrypt_aes`] failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecryptError {
    /// Not base64.
    #[error(transparent)]
    Encoding(#[from] DecodeError),
    /// Sprig panics: the text is too short, not whole blocks, or the padding does not fit.
    #[error(transparent)]
    Panic(#[from] Panic),
}

/// `decryptAES`: undoes [`encrypt_aes`]. Like Sprig it trusts the last byte to be the padding.
///
/// # Errors
/// Not base64, or Go's panic for a text that [`encrypt_aes`] cannot have made.
pub fn decrypt_aes(password: &[u8], encoded: &[u8]) -> Result<Vec<u8>, DecryptError> {
    if encoded.is_empty() {
        return Ok(Vec::new());
    }
    let bytes = b64_decode(encoded).map_err(|(_, error)| error)?;
    let Some((nonce, body)) = bytes.split_first_chunk::<BLOCK>() else {
        // Go cuts a slice up to its capacity, which is what the text could have held at most.
        let capacity = encoded.len() / 4 * 3;
        let panic = if capacity < BLOCK {
            Panic::new(format!("runtime error: slice bounds out of range [:16] with capacity {capacity}"))
        } else {
            Panic::new(format!("runtime error: slice bounds out of range [16:{}]", bytes.len()))
        };
        return Err(panic.into());
    };
    if body.len() % BLOCK != 0 {
        return Err(Panic::new("crypto/cipher: input not full blocks").into());
    }
    let cipher = cipher(password);
    let mut out = Vec::with_capacity(body.len());
    let mut previous: &[u8] = nonce;
    for chunk in body.chunks_exact(BLOCK) {
        let mut block = GenericArray::clone_from_slice(chunk);
        cipher.decrypt_block(&mut block);
        out.extend(block.iter().zip(previous).map(|(&byte, &mask)| byte ^ mask));
        previous = chunk;
    }
    let Some(&padding) = out.last() else {
        return Err(Panic::new("runtime error: index out of range [-1]").into());
    };
    let kept = out.len() as i64 - i64::from(padding);
    let Ok(kept) = usize::try_from(kept) else {
        return Err(Panic::new(format!("runtime error: slice bounds out of range [:{kept}]")).into());
    };
    out.truncate(kept);
    Ok(out)
}
