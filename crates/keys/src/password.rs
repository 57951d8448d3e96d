//! Password hashes.

use crate::random;

/// Go's default cost.
const COST: u32 = 10;
/// Beyond this many bytes bcrypt would ignore the rest, so Go refuses.
const LONGEST: usize = 72;
/// bcrypt's own order of base64 digits.
const ALPHABET: &[u8; 64] = b"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// `bcrypt PASSWORD`. Errors are texts too, as in Sprig.
pub fn bcrypt(password: &[u8]) -> String {
    let failed = |why: &str| format!("failed to encrypt string with bcrypt: {why}");
    if password.len() > LONGEST {
        return failed("bcrypt: password length exceeds 72 bytes");
    }
    let mut salt = [0u8; 16];
    match random::fill(&mut salt) {
        Ok(()) => hash(password, salt),
        Err(error) => failed(&error.to_string()),
    }
}

/// `htpasswd USER PASSWORD`: a line of an htpasswd file. Errors are texts too, as in Sprig.
pub fn htpasswd(user: &str, password: &[u8]) -> String {
    if user.contains(':') {
        return format!("invalid username: {user}");
    }
    format!("{user}:{}", bcrypt(password))
}

fn hash(password: &[u8], salt: [u8; 16]) -> String {
    // The key is the password with its terminating zero; bcrypt reads at most 72 bytes of it.
    let mut key = password.to_vec();
    key.push(0);
    key.truncate(LONGEST);
    let digest = bcrypt::bcrypt(COST, salt, &key);
    // Go writes version 2a, and leaves out the last byte as bcrypt always did.
    format!("$2a${COST:02}${}{}", encode(&salt), encode(&digest[..23]))
}

fn encode(bytes: &[u8]) -> String {
    let mut out = String::new();
    for group in bytes.chunks(3) {
        let mut bits = [0u8; 4];
        bits[1..=group.len()].copy_from_slice(group);
        let bits = u32::from_be_bytes(bits);
        for i in 0..=group.len() {
            out.push(char::from(ALPHABET[(bits >> (18 - 6 * i)) as usize & 63]));
        }
    }
    out
}

#[cfg(test)]
mod tests;
