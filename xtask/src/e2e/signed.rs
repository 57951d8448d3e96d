//! From a key to a rendered chart: packaged and signed, verified, installed, rendered; and what is refused on the way.
//! The keys are those of `crates/artifact/tests/keys`, which were made for tests.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Suite;
use super::build::Language;
use super::place::{Answer, Place, Program, read, shown};
use super::render::{chart, line, seen};

const ARCHIVE: &str = "kinds-postrenderer-0.1.0.tgz";
const PLUGINS: &str = "home/.local/share/helm/plugins";
const LOCK: &str = "home/.config/helm/pintle/plugins.lock";
const SIGNER: &str = "Signed by: Pintle Test Ed25519 (TEST ONLY) <ed25519@test.invalid>\nUsing Key With Fingerprint: 9D2FF757286ADD06220E72BF365B4306F55717CE\nPlugin Hash Verified: sha256:";

pub(super) fn run(suite: &mut Suite, modules: &[(Language, PathBuf)]) -> Result<(), String> {
    for (language, module) in modules {
        let place = suite.place(&format!("signed-{}", language.name()))?;
        let mut walk = Walk { pintle: suite.pintle.clone(), place, outcomes: Vec::new() };
        let whole = walk.key_to_chart(module, suite.oracle.as_ref());
        for (what, outcome) in walk.outcomes {
            suite.check(&format!("signed, {}: {what}", language.name()), outcome);
        }
        suite.check(&format!("signed, {}: to the end", language.name()), whole);
    }
    Ok(())
}

struct Walk {
    pintle: Program,
    place: Place,
    outcomes: Vec<(&'static str, Result<(), String>)>,
}

impl Walk {
    fn run(&self, arguments: &[&str]) -> Result<Answer, String> {
        self.place.run(&self.pintle, &[], arguments)
    }

    fn push(&mut self, what: &'static str, outcome: Result<(), String>) {
        self.outcomes.push((what, outcome));
    }

    fn key_to_chart(&mut self, module: &Path, oracle: Option<&Program>) -> Result<(), String> {
        let keys = crate::root().join("crates/artifact/tests/keys");
        for key in ["ed25519.sec", "ed25519.pub", "unknown.sec"] {
            self.place.write(key, read(&keys.join(key))?)?;
        }
        self.place.plugin("source", "postrenderer", module)?;
        for (folder, key) in [("ours", "ed25519"), ("theirs", "unknown")] {
            self.place.write(&format!("{folder}/README"), "")?;
            let ring = format!("{key}.sec");
            let package =
                ["plugin", "package", "--sign", "--key", key, "--keyring", &ring, "-d", folder, "source"];
            let packaged = self.run(&package)?.good()?;
            let words = format!("Successfully signed. Signature written to: {folder}/{ARCHIVE}.prov\n");
            self.push("packaged and signed", said(&packaged, &words));
        }
        let (ours, theirs) = (format!("ours/{ARCHIVE}"), format!("theirs/{ARCHIVE}"));
        let verify = ["plugin", "verify", &ours, "--keyring", "ed25519.pub"];
        let verified = self.run(&verify)?;
        self.push("verified", said(&verified, SIGNER));
        if let Some(oracle) = oracle {
            let helms = self.place.run(oracle, &[], &verify)?;
            let same = (helms == verified).then_some(()).ok_or_else(|| helms.to_string());
            self.push("verified by Helm, with the same words", same);
        }
        self.what_is_not_signed_by_us_is_not_installed(&ours, &theirs)?;

        let installed = self.run(&["plugin", "install", &ours, "--keyring", "ed25519.pub"])?;
        let words = format!("Verifying plugin signature...\n{SIGNER}");
        let end = installed.out.ends_with("\nInstalled plugin: kinds-postrenderer\n");
        self.push("installed", said(&installed, &words));
        self.push("installed by its name", end.then_some(()).ok_or_else(|| installed.to_string()));
        let listed = self.run(&["plugin", "list"])?.good()?;
        let signed = listed.out.contains("\tsigned ");
        self.push("listed as signed", signed.then_some(()).ok_or_else(|| listed.to_string()));
        let chart = chart();
        let rendered = self.run(&line(&chart))?;
        self.push("rendered", seen(rendered));
        let again = self.run(&line(&chart))?;
        self.push("rendered again", seen(again));

        let name = format!("{PLUGINS}/kinds-postrenderer/plugin.wasm");
        let whole = self.place.read(&name)?;
        // In the middle, at the beginning, at the end; and one more.
        for at in [whole.len() / 2, 0, whole.len().saturating_sub(1), whole.len()] {
            let mut bytes = whole.clone();
            match bytes.get_mut(at) {
                Some(byte) => *byte ^= 1,
                None => bytes.push(0),
            }
            self.place.write(&name, bytes)?;
            let words = "Error: error while running post render on files: plugin \"kinds-postrenderer\" is not what was installed: plugin.wasm was changed\n";
            let refused = self.run(&line(&chart))?;
            self.push("one byte changed", refused.refused(12, words));
        }
        self.place.write(&name, whole)?;
        let back = self.run(&line(&chart))?;
        self.push("the byte is back", seen(back));
        Ok(())
    }

    /// Nothing but the folder of plugins, the lock and the trace of who asked may be there after a refusal.
    fn what_is_not_signed_by_us_is_not_installed(&mut self, ours: &str, theirs: &str) -> Result<(), String> {
        let mut changed = self.place.read(ours)?;
        changed.push(0);
        let sidecar = self.place.read(&format!("{ours}.prov"))?;
        self.place.write(&format!("changed/{ARCHIVE}"), changed)?;
        self.place.write(&format!("changed/{ARCHIVE}.prov"), &sidecar)?;
        self.place.write(&format!("bare/{ARCHIVE}"), self.place.read(ours)?)?;
        // Another module under our signature.
        let mut other = self.place.read("source/plugin.wasm")?;
        other.extend(b"\0\x02\x01x");
        self.place.write("other/plugin.yaml", self.place.read("source/plugin.yaml")?)?;
        self.place.write("other/plugin.wasm", other)?;
        self.run(&["plugin", "package", "--sign=false", "-d", "swapped", "other"])?.good()?;
        self.place.write(&format!("swapped/{ARCHIVE}.prov"), &sidecar)?;
        let before = self.left()?;
        let (changed, bare, swapped) =
            (format!("changed/{ARCHIVE}"), format!("bare/{ARCHIVE}"), format!("swapped/{ARCHIVE}"));
        for (what, archive, words) in [
            (
                "another key",
                theirs,
                "Error: plugin verification failed: openpgp: signature made by unknown entity\n",
            ),
            (
                "a changed archive",
                &changed,
                "Error: plugin verification failed: sha256 sum does not match for ",
            ),
            (
                "another archive under its signature",
                &swapped,
                "Error: plugin verification failed: sha256 sum does not match for ",
            ),
            ("no signature", &bare, "no provenance file (.prov) found"),
        ] {
            let refused = self.run(&["plugin", "install", archive, "--keyring", "ed25519.pub"])?;
            let unsaid = !refused.out.contains("Installed plugin");
            let right = refused.exit == 1 && refused.err.contains(words) && unsaid;
            self.push(what, right.then_some(()).ok_or_else(|| format!("instead of {words:?}: {refused}")));
            let after = self.left()?;
            let same = (after == before).then_some(()).ok_or_else(|| format!("{what} left {after:?}"));
            self.push("nothing of it is left", same);
        }
        Ok(())
    }

    /// What is installed: every file below the folder of plugins, and the lock.
    fn left(&self) -> Result<BTreeMap<PathBuf, Vec<u8>>, String> {
        let mut files = BTreeMap::new();
        let mut folders = vec![self.place.path(PLUGINS)];
        while let Some(folder) = folders.pop() {
            let entries = match std::fs::read_dir(&folder) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                entries => entries.map_err(|error| shown(&folder, &error))?,
            };
            for entry in entries {
                let path = entry.map_err(|error| shown(&folder, &error))?.path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.insert(path.clone(), read(&path)?);
                }
            }
        }
        if let Ok(lock) = self.place.read(LOCK) {
            files.insert(LOCK.into(), lock);
        }
        Ok(files)
    }
}

fn said(answer: &Answer, words: &str) -> Result<(), String> {
    if answer.exit == 0 && answer.out.starts_with(words) && answer.err.is_empty() {
        return Ok(());
    }
    Err(format!("instead of {words:?}: {answer}"))
}
