//! From a key to a chart that is rendered because somebody vouches for it. (What Helm says is in the recorded cases.)

use std::path::Path;

use crate::guard::Place;

const B: &str = "apiVersion: v2\nname: b\nversion: 1.2.3\n";

fn key(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../artifact/tests/keys").join(name)).unwrap()
}

fn place() -> Place {
    let place = Place::new(&[("b/Chart.yaml", B), ("b/templates/a.yaml", "kind: A\nmetadata: {name: a}\n")]);
    for name in ["ed25519.sec", "ed25519.pub", "rsa.pub"] {
        place.write(name, key(name));
    }
    place
}

#[test]
fn what_is_signed_here_is_verified_here() {
    let place = place();
    let signed = place.run(&["package", "b", "--sign", "--key", "ed25519@", "--keyring", "ed25519.sec"]);
    assert_eq!((signed.code, &*signed.err), (0, ""), "{signed:?}");
    let verified = place.run(&["verify", "b-1.2.3.tgz", "--keyring", "ed25519.pub"]);
    let lines: Vec<&str> = verified.out.lines().collect();
    assert_eq!(
        lines[..2],
        [
            "Signed by: Pintle Test Ed25519 (TEST ONLY) <ed25519@test.invalid>",
            "Using Key With Fingerprint: 9D2FF757286ADD06220E72BF365B4306F55717CE"
        ]
    );
    assert!(lines[2].starts_with("Chart Hash Verified: sha256:") && lines.len() == 3, "{verified:?}");
    let rendered = place.run(&["template", "b-1.2.3.tgz", "--verify", "--keyring", "ed25519.pub"]);
    assert!(rendered.code == 0 && rendered.out.contains("kind: A"), "{rendered:?}");

    let refused = place.run(&["template", "b-1.2.3.tgz", "--verify", "--keyring", "rsa.pub"]);
    let words = "Error: openpgp: signature made by unknown entity\n";
    assert!(refused.err.starts_with(words), "{refused:?}");
    assert_eq!((refused.code, &*refused.out), (1, ""), "{refused:?}");
    let mut bytes = std::fs::read(place.path("b-1.2.3.tgz")).unwrap();
    bytes.push(0);
    place.write("b-1.2.3.tgz", bytes);
    let changed = place.run(&["show", "chart", "b-1.2.3.tgz", "--verify", "--keyring", "ed25519.pub"]);
    assert!(changed.err.starts_with("Error: sha256 sum does not match for b-1.2.3.tgz: "), "{changed:?}");
    assert_eq!((changed.code, &*changed.out), (1, ""), "{changed:?}");
}

#[test]
fn keyrings_and_provenance_files_keep_to_limits() {
    let place = place();
    place.run(&["package", "b", "--sign", "--key", "ed25519@", "--keyring", "ed25519.sec"]);
    for limit in ["provenance.file", "provenance.keyring", "archive.bytes"] {
        let run = |value: &str| {
            let limit = format!("{limit}={value}");
            place.run(&["template", "b-1.2.3.tgz", "--verify", "--keyring", "ed25519.pub", "--limit", &limit])
        };
        let met = run("100");
        assert_eq!((met.code, &*met.out), (11, ""), "{met:?}");
        assert!(met.err.contains(&format!("hint: the limit {limit} of 100 was met")), "{met:?}");
        assert_eq!(run("10k").code, 0, "{limit}");
    }
}
