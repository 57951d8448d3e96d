use super::*;

#[test]
fn a_known_password_and_salt_give_the_known_hash() {
    // The test vectors of the original implementation, at cost 10 with an empty and a short password.
    let hash_of = |password: &str, cost_and_salt: &str| {
        let digits = &cost_and_salt[7..29];
        let bits: Vec<u8> = digits
            .bytes()
            .map(|digit| ALPHABET.iter().position(|known| *known == digit).unwrap() as u8)
            .collect();
        let mut salt = [0u8; 16];
        for (i, byte) in salt.iter_mut().enumerate() {
            let bit = i * 8;
            let at = |j: usize| u32::from(bits.get(j).copied().unwrap_or(0));
            let window = at(bit / 6) << 12 | at(bit / 6 + 1) << 6 | at(bit / 6 + 2);
            *byte = (window >> (10 - bit % 6)) as u8;
        }
        hash(password.as_bytes(), salt)
    };
    for (password, known) in [
        ("", "$2a$10$k1wbIrmNyFAPwPVPSVa/zecw2BCEnBwVS2GbrmgzxFUOqW9dk4TCW"),
        ("a", "$2a$10$k87L/MF28Q673VKh8/cPi.SUl7MU/rWuSiIDDFayrKk/1tBsSQu4u"),
        ("abc", "$2a$10$WvvTPHKwdBJ3uk0Z37EMR.hLA2W6N9AEBhEgrAOljy2Ae5MtaSIUi"),
    ] {
        assert_eq!(hash_of(password, known), known);
    }
}

#[test]
fn a_long_password_is_a_text_that_says_so() {
    assert_eq!(
        bcrypt(&[b'a'; 73]),
        "failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes"
    );
    let hashed = bcrypt(&[b'a'; 72]);
    assert_eq!((hashed.len(), &hashed[..7]), (60, "$2a$10$"));
}

#[test]
fn a_user_with_a_colon_is_refused_in_the_text() {
    assert_eq!(htpasswd("a:b", b"c"), "invalid username: a:b");
    let line = htpasswd("a", b"c");
    assert!(line.starts_with("a:$2a$10$"));
    assert_eq!(line.len(), 62);
    assert_ne!(line, htpasswd("a", b"c"));
}
