use super::*;
use crate::der::Reader;
use std::path::Path;

const NOW: i64 = 1_795_233_906;

/// One recorded case: its fields in order, and the lines of its tree.
struct Case {
    file: String,
    fields: Vec<(String, String)>,
    tree: Vec<String>,
}

impl Case {
    fn get(&self, key: &str) -> &str {
        self.fields.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    fn all(&self, key: &str) -> Vec<String> {
        self.fields.iter().filter(|(name, _)| name == key).map(|(_, value)| value.clone()).collect()
    }
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance/cases/keys");
    let mut cases = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap().to_str().unwrap().to_owned();
        if !file.starts_with("certificate-") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let (head, tree) = text.split_once("certificate:\n").unwrap();
        let fields = head
            .lines()
            .map(|line| line.split_once(": ").unwrap_or((line.trim_end_matches(':'), "")))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        cases.push(Case { file, fields, tree: tree.lines().map(str::to_owned).collect() });
    }
    cases.sort_by(|a, b| a.file.cmp(&b.file));
    cases
}

fn test_key(kind: &str) -> String {
    use crate::curve::{Curve, EcKey};
    let ec = |curve| PrivateKey::Ec(EcKey::generate(curve).unwrap()).to_pem();
    match kind {
        "p256" => ec(Curve::P256),
        "p384" => ec(Curve::P384),
        "p521" => ec(Curve::P521),
        "ed25519" | "dsa" => crate::private_key(kind),
        "rsa1024" => RSA_1024.to_owned(),
        "rsa2048" => PrivateKey::for_certificate().unwrap().to_pem(),
        _ => panic!("no such key: {kind}"),
    }
}

fn make(case: &Case) -> Result<Certificate, KeyError> {
    let (cn, ips, names) = (case.get("cn"), case.all("ip"), case.all("name"));
    let days = case.get("days").parse().unwrap();
    let key = || test_key(case.get("key"));
    let issuer = || ca(case.get("ca"), 10, NOW).unwrap();
    match case.get("call") {
        "genCA" => ca(cn, days, NOW),
        "genCAWithKey" => ca_with_key(cn, days, &key(), NOW),
        "genSelfSignedCert" => self_signed(cn, &ips, &names, days, NOW),
        "genSelfSignedCertWithKey" => self_signed_with_key(cn, &ips, &names, days, &key(), NOW),
        "genSignedCert" => signed(cn, &ips, &names, days, &issuer(), NOW),
        "genSignedCertWithKey" => signed_with_key(cn, &ips, &names, days, &issuer(), &key(), NOW),
        other => panic!("no such call: {other}"),
    }
}

/// The tree of a certificate as the recorder writes it.
fn tree(out: &mut Vec<String>, der: &[u8], path: &str) {
    let mut reader = Reader(der);
    let mut i = 0;
    while !reader.is_empty() {
        let (tag, contents, _) = reader.any().unwrap();
        let at = format!("{path}.{i}");
        i += 1;
        let is_key_id = tag == 4
            && ((contents.len() == 22 && contents.starts_with(&[4, 20]))
                || (contents.len() == 24 && contents[0] == 0x30 && contents[2..4] == [0x80, 20]));
        if at == ".0.0.1" {
            out.push(format!("{at} {tag:02x} serial"));
        } else if at == ".0.0.6.1" {
            out.push(format!("{at} {tag:02x} public key"));
        } else if at == ".0.2" {
            out.push(format!("{at} {tag:02x} signature"));
        } else if matches!(tag, UTC_TIME | GENERALIZED_TIME) {
            out.push(format!("{at} {tag:02x} time of {}", contents.len()));
        } else if is_key_id {
            out.push(format!("{at} {tag:02x} key id of {}", contents.len()));
        } else if tag & 0x20 != 0 {
            out.push(format!("{at} {tag:02x}"));
            tree(out, contents, &at);
        } else {
            let digits: String = contents.iter().map(|byte| format!("{byte:02x}")).collect();
            out.push(format!("{at} {tag:02x} {digits}"));
        }
    }
}

/// Seconds between the two dates of a certificate.
fn validity(der: &[u8]) -> i64 {
    let mut reader = Reader(der).sequence().unwrap().sequence().unwrap();
    for _ in 0..4 {
        reader.any().unwrap();
    }
    let mut dates = reader.sequence().unwrap();
    let mut next = || {
        let (tag, text, _) = dates.any().unwrap();
        let text = std::str::from_utf8(text).unwrap();
        let text = match tag {
            UTC_TIME if text < "5" => format!("20{text}"),
            UTC_TIME => format!("19{text}"),
            _ => text.to_owned(),
        };
        let number = |range: std::ops::Range<usize>| text[range].parse::<i64>().unwrap();
        let days = (0..=number(0..4) * 366)
            .find(|day| civil(*day - 719_528) == (number(0..4), number(4..6), number(6..8)))
            .unwrap();
        (days * 24 + number(8..10)) * 3600 + number(10..12) * 60 + number(12..14)
    };
    let from = next();
    next() - from
}

#[test]
fn certificates_have_the_tree_that_go_gives_them() {
    let cases = cases();
    assert!(cases.len() >= 24);
    for case in cases {
        let made = make(&case).unwrap();
        let block = pem::decode(made.cert.as_bytes()).unwrap();
        assert_eq!(block.kind, "CERTIFICATE");
        let mut lines = Vec::new();
        tree(&mut lines, &block.bytes, "");
        assert_eq!(lines, case.tree, "{}", case.file);
        // Go's clock had nanoseconds, which a wrapped number of days makes visible.
        let recorded: i64 = case.get("validity").parse().unwrap();
        assert!((validity(&block.bytes) - recorded).abs() <= 1, "{}", case.file);
        assert_eq!(pem::decode(made.key.as_bytes()).unwrap().kind, case.get("key block"), "{}", case.file);
    }
}

#[test]
fn failures_have_the_words_of_sprig() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance/cases/keys/failures.txt");
    let text = std::fs::read_to_string(path).unwrap();
    let (mut call, mut inputs, mut asked, mut wrong) = (String::new(), Vec::new(), 0, Vec::new());
    for line in text.lines() {
        let (key, value) = line.split_once(": ").unwrap_or((line.trim_end_matches(':'), ""));
        match key {
            "call" => {
                call = value.to_owned();
                inputs.clear();
            }
            "input" => inputs.push(value.replace("\\n", "\n")),
            "ok" | "error" => {
                asked += 1;
                let answer = match call.as_str() {
                    "genCAWithKey" => ca_with_key("x", 1, &inputs[0], NOW),
                    "genSelfSignedCert" if inputs[0] == "ip" => {
                        self_signed_with_key("x", &inputs[1..], &[], 1, RSA_1024, NOW)
                    }
                    "genSelfSignedCert" => self_signed_with_key("x", &[], &inputs[1..], 1, RSA_1024, NOW),
                    "buildCustomCert" => custom(&inputs[0], &inputs[1]),
                    "genSignedCert" => {
                        let ca = Certificate { cert: inputs[0].clone(), key: inputs[1].clone() };
                        signed_with_key("x", &[], &[], 1, &ca, RSA_1024, NOW)
                    }
                    other => panic!("no such call: {other}"),
                };
                let got = match answer {
                    Ok(_) => String::new(),
                    Err(error) => error.to_string().replace('\n', "\\n"),
                };
                if got != value {
                    wrong.push(format!("{call} {inputs:?}\n  Go   {value}\n  here {got}"));
                }
            }
            _ => {}
        }
    }
    assert!(asked >= 70);
    assert!(wrong.is_empty(), "{} of {asked} differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_time_takes_four_digits_of_the_year_from_2050() {
    assert_eq!(time(2_524_607_999).unwrap()[2..], *b"491231235959Z");
    assert_eq!(time(2_524_608_000).unwrap()[2..], *b"20500101000000Z");
    assert_eq!(time(-631_152_000).unwrap()[2..], *b"500101000000Z");
    assert_eq!(time(-631_152_001).unwrap()[2..], *b"19491231235959Z");
    assert_eq!(time(i64::MAX), Err(CreateError::Time));
}

#[test]
fn a_signed_certificate_verifies_against_its_ca() {
    use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
    let authority = ca("ca", 10, NOW).unwrap();
    let leaf = signed("leaf", &[], &["leaf.svc".to_owned()], 5, &authority, NOW).unwrap();
    let issuer = issuer(authority.cert.as_bytes()).unwrap();
    let block = pem::decode(leaf.cert.as_bytes()).unwrap();
    let mut reader = Reader(&block.bytes).sequence().unwrap();
    let tbs = reader.element(SEQUENCE).unwrap();
    reader.any().unwrap();
    let signature = &reader.read(BIT_STRING).unwrap()[1..];
    let mut spki = Reader(&issuer.public_key).sequence().unwrap();
    spki.any().unwrap();
    let public = &spki.read(BIT_STRING).unwrap()[1..];
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public).verify(tbs, signature).unwrap();
    // Its authority key identifier is the CA's own.
    assert_eq!(issuer.key_id.len(), 20);
    assert!(block.bytes.windows(20).any(|window| window == issuer.key_id));
}

#[test]
fn a_small_key_signs_as_the_library_does() {
    let key = PrivateKey::from_pem(RSA_1024.as_bytes()).unwrap();
    let made = ca_with_key("a", 1, RSA_1024, NOW).unwrap();
    assert_eq!(made.key, key.to_pem());
    let signature = key.sign(b"message").unwrap();
    let public = key.public().unwrap().bits;
    use aws_lc_rs::signature::{RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, UnparsedPublicKey};
    UnparsedPublicKey::new(&RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, public)
        .verify(b"message", &signature)
        .unwrap();
}

#[test]
fn a_custom_certificate_comes_back_as_it_was() {
    let made = ca("a", 1, NOW).unwrap();
    let back = custom(&base64::encode(made.cert.as_bytes()), &base64::encode(made.key.as_bytes())).unwrap();
    assert_eq!(back, made);
}

#[test]
fn no_certificate_text_makes_the_reader_panic() {
    let made = ca_with_key("a", 1, &test_key("p256"), NOW).unwrap();
    let block = pem::decode(made.cert.as_bytes()).unwrap();
    for at in 0..block.bytes.len() {
        let _ = parse::certificate(&block.bytes[..at]);
        for change in [0x01, 0x80, 0xff] {
            let mut changed = block.bytes.clone();
            changed[at] ^= change;
            let _ = parse::certificate(&changed);
        }
    }
}

/// A key that is used for nothing but these tests; aws-lc makes none this short.
const RSA_1024: &str = include_str!("rsa1024.pem");
