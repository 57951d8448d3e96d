//! Provenance files against keys that were made for this (`tests/keys/README.md`).

use std::path::Path;

use pintle_artifact::provenance::{Keyring, Limits, OpenPgpError, SignError, VerifyError, sign, verify};

/// A day in 2027, in seconds since 1970: behind the end of `expired`, before that of the others.
const NOW: i64 = 1_800_000_000;
const NAME: &str = "demo-1.0.0.tgz";

fn file(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/keys").join(name)).unwrap()
}

fn ring(name: &str) -> Keyring {
    Keyring::read(name, &file(name), &Limits::default()).unwrap()
}

fn check(ring_name: &str, provenance: &[u8], now: i64) -> Result<(Vec<String>, String), VerifyError> {
    let limits = Limits::default();
    let verified = verify(&ring(ring_name), &file(NAME), provenance, NAME, now, &limits)?;
    Ok((verified.identities, verified.fingerprint))
}

#[test]
fn what_helm_and_gnupg_signed_is_verified_with_every_kind_of_key() {
    let cases = [
        ("rsa", "Pintle Test RSA (TEST ONLY) <rsa@test.invalid>", "A5C65109BA599D48BDB4A4538A67BDD87A9EE043"),
        (
            "ed25519",
            "Pintle Test Ed25519 (TEST ONLY) <ed25519@test.invalid>",
            "9D2FF757286ADD06220E72BF365B4306F55717CE",
        ),
        (
            "p256",
            "Pintle Test P256 (TEST ONLY) <p256@test.invalid>",
            "668E986DEECF413878F1B5A60ADDA81F4E69D46F",
        ),
        (
            "p384",
            "Pintle Test P384 (TEST ONLY) <p384@test.invalid>",
            "FF24B326C1F53F4916EA61037629DE42FB62B610",
        ),
        ("dsa", "Pintle Test DSA (TEST ONLY) <dsa@test.invalid>", "430388CA45C380FB07EE69EE6F9ED4E405562CD7"),
        (
            "locked",
            "Pintle Test Locked (TEST ONLY) <locked@test.invalid>",
            "065AD1EB2C1F6A9884E51133604A340980A6A259",
        ),
    ];
    for (key, identity, fingerprint) in cases {
        for signer in ["helm", "gpg"] {
            let provenance = file(&format!("{signer}-{key}.prov"));
            let found = check(&format!("{key}.pub"), &provenance, NOW);
            assert_eq!(found, Ok((vec![identity.to_owned()], fingerprint.to_owned())), "{signer} {key}");
        }
    }
}

#[test]
fn keyrings_of_every_shape_have_the_same_keys() {
    for name in ["ed25519.pub", "ed25519.sec", "ed25519.asc", "both.asc", "all.kbx"] {
        let (_, fingerprint) = check(name, &file("helm-ed25519.prov"), NOW).unwrap();
        assert_eq!(fingerprint, "9D2FF757286ADD06220E72BF365B4306F55717CE", "{name}");
    }
    assert!(check("both.asc", &file("gpg-rsa.prov"), NOW).is_ok());
}

#[test]
fn all_identities_are_told_in_the_order_of_the_keyring() {
    let (identities, _) = check("two.pub", &file("helm-two.prov"), NOW).unwrap();
    let wanted = [
        "Pintle Test Two (TEST ONLY) <two@test.invalid>",
        "Pintle Test Two, elsewhere (TEST ONLY) <two@elsewhere.invalid>",
    ];
    assert_eq!(identities, wanted);
}

#[test]
fn a_subkey_that_may_sign_signs_for_its_key_and_the_key_itself_does_not() {
    let (_, fingerprint) = check("subkey.pub", &file("gpg-subkey.prov"), NOW).unwrap();
    assert_eq!(fingerprint, "0301D98BC0DD8128B3E9C5FAA8477B2719E9B068");
    // Helm signs with the key itself, which may only certify: nobody accepts that, Helm among them.
    let refused = check("subkey.pub", &file("helm-subkey.prov"), NOW);
    assert!(matches!(refused, Err(VerifyError::OpenPgp(OpenPgpError::UnknownIssuer { .. }))), "{refused:?}");
}

#[test]
fn what_is_wrong_is_told_in_helms_words_with_a_hint() {
    let told = |ring: &str, provenance: &[u8], now| {
        let error = check(ring, provenance, now).unwrap_err();
        assert!(
            error.hint().is_some() || matches!(error, VerifyError::NoSignature | VerifyError::Parts),
            "{error}"
        );
        error.to_string()
    };
    let helm_rsa = file("helm-rsa.prov");
    assert_eq!(told("unknown.pub", &helm_rsa, NOW), "openpgp: signature made by unknown entity");
    assert_eq!(
        told("revoked.pub", &file("helm-revoked.prov"), NOW),
        "openpgp: signature made by revoked key"
    );
    assert_eq!(told("expired.pub", &file("helm-expired.prov"), NOW), "openpgp: key expired");
    // On the day before it was made, the key is not valid yet.
    assert_eq!(told("rsa.pub", &helm_rsa, 1_700_000_000), "openpgp: key expired");
    // The key was there, the signature was not.
    assert_eq!(told("rsa.pub", &helm_rsa, 1_710_000_000), "openpgp: signature expired");
    let changed = String::from_utf8(helm_rsa.clone()).unwrap().replace("name: demo", "name: demi");
    assert_eq!(
        told("rsa.pub", changed.as_bytes(), NOW),
        "openpgp: invalid signature: RSA verification failure"
    );
    assert_eq!(told("rsa.pub", b"not signed", NOW), "signature block not found");
    assert_eq!(told("rsa.pub", &helm_rsa[..helm_rsa.len() - 30], NOW), "signature block not found");

    let limits = Limits::default();
    let renamed =
        verify(&ring("rsa.pub"), &file(NAME), &helm_rsa, "other-1.0.0.tgz", NOW, &limits).unwrap_err();
    assert_eq!(renamed.to_string(), "provenance does not contain a SHA for a file named \"other-1.0.0.tgz\"");
    assert!(renamed.hint().unwrap().contains("demo-1.0.0.tgz"));
    let mut archive = file(NAME);
    archive.push(0);
    let other = verify(&ring("rsa.pub"), &archive, &helm_rsa, NAME, NOW, &limits).unwrap_err();
    assert!(
        other.to_string().starts_with("sha256 sum does not match for demo-1.0.0.tgz: \"sha256:55dc"),
        "{other}"
    );
}

#[test]
fn lines_may_end_as_on_windows_and_what_stands_around_does_not_count() {
    let text = String::from_utf8(file("helm-rsa.prov")).unwrap();
    assert!(check("rsa.pub", text.replace('\n', "\r\n").as_bytes(), NOW).is_ok());
    assert!(check("rsa.pub", format!("Dear reader,\n{text}\nYours\n").as_bytes(), NOW).is_ok());
    assert!(check("rsa.pub", text.replace("name: demo\n", "name: demo  \t\n").as_bytes(), NOW).is_ok());
}

#[test]
fn what_we_sign_we_verify() {
    for key in ["rsa", "locked", "ed25519", "p256", "p384", "dsa", "two"] {
        let ring = ring(&format!("{key}.sec"));
        let mut signer = ring.signer(&format!("<{key}@test.invalid>")).unwrap();
        assert_eq!(signer.is_locked(), key == "locked");
        if signer.is_locked() {
            assert_eq!(signer.name(), "Pintle Test Locked (TEST ONLY) <locked@test.invalid>");
            let wrong = signer.unlock(b"guessed").unwrap_err();
            assert_eq!(wrong.to_string(), "openpgp: invalid data: private key checksum failure");
            signer.unlock(b"open sesame").unwrap();
        }
        let metadata = b"apiVersion: v2\ndescription: '- starts with a dash'\n- dashed \nname: demo\n";
        let text = sign(&signer, &file(NAME), NAME, metadata, NOW).unwrap();
        assert!(text.starts_with(b"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\napiVersion: v2\n"));
        assert!(text.ends_with(b"\n-----END PGP SIGNATURE-----"));
        check(&format!("{key}.pub"), &text, NOW).unwrap_or_else(|error| panic!("{key}: {error}"));
        // Every signature is another one: it has chance in it.
        assert_ne!(text, sign(&signer, &file(NAME), NAME, metadata, NOW).unwrap());
    }
}

#[test]
fn keys_to_sign_with_are_found_by_their_identities() {
    let error = |ring_name: &str, id: &str| ring(ring_name).signer(id).err().unwrap();
    assert_eq!(error("rsa.sec", "nobody"), SignError::NotFound);
    assert_eq!(error("rsa.pub", "rsa@"), SignError::NotPrivate);
    assert_eq!(error("two.sec", "Two"), SignError::Ambiguous("Two".to_owned()));
    assert_eq!(error("all.kbx", "TEST ONLY").to_string(), "more than one key contain the id \"TEST ONLY\"");
    assert!(ring("two.sec").signer("Pintle Test Two (TEST ONLY) <two@test.invalid>").is_ok());
    let dummy = ring("dummy.sec");
    let mut signer = dummy.signer("subkey@").unwrap();
    assert!(!signer.is_locked());
    assert_eq!(signer.unlock(b"").unwrap_err(), SignError::OpenPgp(OpenPgpError::DummyKey));
    assert_eq!(
        sign(&signer, b"", NAME, b"", NOW).unwrap_err().to_string(),
        "failed to either sign or armor message block: openpgp: s2k GNU dummy key: dummy key found"
    );
}

#[test]
fn what_is_too_large_is_refused_before_it_is_read() {
    let limits = Limits { keyring: 10, provenance: 10 };
    assert!(Keyring::read("r", &[0; 10], &limits).is_err_and(|error| !error.to_string().contains("limit")));
    let error = Keyring::read("r", &[0; 11], &limits).err().unwrap();
    assert_eq!(error.to_string(), "r: larger than 10 bytes (limit provenance.keyring)");
    let refused = verify(&ring("rsa.pub"), b"", &[0; 11], NAME, NOW, &limits);
    assert_eq!(refused, Err(VerifyError::TooLarge { limit: 10 }));
}

#[test]
fn keyrings_that_are_broken_are_refused_in_helms_words() {
    let error =
        |bytes: &[u8]| Keyring::read("ring", bytes, &Limits::default()).err().map(|error| error.to_string());
    assert_eq!(error(b""), None);
    assert_eq!(error(b"hello\n").as_deref(), Some("openpgp: invalid data: tag byte does not have MSB set"));
    assert_eq!(error(&file("rsa.pub")[..100]).as_deref(), Some("unexpected EOF"));
    assert_eq!(
        error(b"-----BEGIN PGP MESSAGE-----\n\naGk=\n-----END PGP MESSAGE-----\n").as_deref(),
        Some("reading armored keyring ring: expected a public or private key block, got \"PGP MESSAGE\"")
    );
    assert_eq!(
        error(b"-----BEGIN PGP PUBLIC KEY BLOCK-----").as_deref(),
        Some("reading armored keyring ring: no keys found")
    );
    let kbx = file("all.kbx");
    assert_eq!(error(&kbx[..32]).as_deref(), Some("reading keybox ring: keybox contains no OpenPGP keys"));
    assert_eq!(error(&kbx[..34]).as_deref(), Some("reading keybox ring: truncated blob header at offset 32"));
    assert!(error(&kbx[..100]).unwrap().starts_with("reading keybox ring: blob at offset 32 has length"));
}

/// Changed bytes end in an error or leave the answer as it is; nothing panics, and no change makes a good signature of
/// other bytes.
#[test]
fn changed_bytes_never_panic_and_never_verify_what_was_not_signed() {
    let archive = file(NAME);
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed as usize
    };
    for name in ["rsa.pub", "subkey.pub", "two.sec", "locked.sec", "both.asc", "all.kbx"] {
        let original = file(name);
        for _ in 0..150 {
            let mut bytes = original.clone();
            for _ in 0..next() % 4 + 1 {
                let at = next() % bytes.len();
                match next() % 3 {
                    0 => bytes[at] ^= 1 << (next() % 8),
                    1 => bytes.truncate(at.max(1)),
                    _ => bytes.insert(at, next() as u8),
                }
            }
            let _ = Keyring::read("ring", &bytes, &Limits::default());
        }
    }
    let ring = ring("ed25519.pub");
    let original = file("gpg-ed25519.prov");
    for _ in 0..400 {
        let mut bytes = original.clone();
        let at = next() % bytes.len();
        bytes[at] ^= 1 << (next() % 8);
        if let Ok(found) = verify(&ring, &archive, &bytes, NAME, NOW, &Limits::default()) {
            assert_eq!(found.digest, pintle_artifact::provenance::digest(&archive));
        }
    }
}
