//! Archives that somebody vouches for: what `--verify`, `verify` and `package --sign` share.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use artifact::provenance::{self, Keyring, SignError, Verification};

use crate::commands::Context;
use crate::files::{Batch, OWN};
use crate::host;
use crate::limits::{LimitMet, limits};
use crate::paths;
use crate::prepare::system_words;
use crate::report::Failure;

/// Looks whether an archive's `.prov` file vouches for it, with a key of the ring that `--keyring` names.
pub(crate) fn verify(context: &mut Context<'_>, archive: &Path) -> Result<Verification, Failure> {
    let name = archive.to_string_lossy().into_owned();
    let beside = PathBuf::from(format!("{name}.prov"));
    if stat(archive).map_err(Failure::plain)?.is_dir() {
        return Err(Failure::plain("unpacked charts cannot be verified"));
    }
    if !paths::base(&name).rsplit_once('.').is_some_and(|(_, end)| end.eq_ignore_ascii_case("tgz")) {
        return Err(Failure::plain("chart must be a tgz file"));
    }
    stat(&beside).map_err(|error| {
        let hint =
            "the archive came without provenance: fetch the .prov file that belongs to it, or ask for one";
        Failure::plain(format!("could not load provenance file {}: {error}", beside.display()))
            .with_hint(hint.to_owned())
    })?;
    let keyring = keyring(context).map_err(|failure| failure.within("failed to load keyring"))?;
    let (bytes, signed) = both(context, archive, &beside, "chart archive")?;
    judge(context, &keyring, archive, &bytes, &signed)
}

/// The same for a plugin's archive, in which Helm looks at things in another order.
pub(crate) fn verify_plugin(context: &mut Context<'_>, archive: &Path) -> Result<Verification, Failure> {
    let name = archive.to_string_lossy().into_owned();
    let beside = PathBuf::from(format!("{name}.prov"));
    if stat(archive).map_err(Failure::plain)?.is_dir() {
        let why = "directory verification not supported - only plugin tarballs can be verified";
        return Err(Failure::plain(why));
    }
    if !paths::base(&name).rsplit_once('.').is_some_and(|(_, end)| matches!(end, "gz" | "tgz")) {
        return Err(Failure::plain("plugin file must be a gzipped tarball (.tar.gz or .tgz)"));
    }
    stat(&beside).map_err(|error| {
        Failure::plain(format!("could not find provenance file {}: {error}", beside.display()))
    })?;
    let (bytes, signed) = both(context, archive, &beside, "plugin file")?;
    let keyring = keyring(context)?;
    judge(context, &keyring, archive, &bytes, &signed)
}

/// The same for the bytes of a chart's archive.
pub(crate) fn verify_fetched(
    context: &Context<'_>,
    file: &str,
    bytes: &[u8],
    signed: &[u8],
) -> Result<Verification, Failure> {
    let keyring = keyring(context).map_err(|failure| failure.within("failed to load keyring"))?;
    judge(context, &keyring, Path::new(file), bytes, signed)
}

/// The same for bytes that were read or fetched before. `file` is the name by which the provenance knows them.
pub(crate) fn verify_bytes(
    context: &Context<'_>,
    file: &str,
    bytes: &[u8],
    signed: &[u8],
) -> Result<Verification, Failure> {
    let keyring = keyring(context)?;
    judge(context, &keyring, Path::new(file), bytes, signed)
}

fn stat(path: &Path) -> Result<std::fs::Metadata, String> {
    std::fs::metadata(path).map_err(|error| format!("stat {}: {}", path.display(), system_words(&error)))
}

/// The bytes of an archive and of the provenance beside it.
fn both(
    context: &mut Context<'_>,
    archive: &Path,
    beside: &Path,
    what: &str,
) -> Result<(Vec<u8>, Vec<u8>), Failure> {
    context.progress.says("verifying", &archive.to_string_lossy());
    let limits = limits(context)?;
    let bytes = read(archive, "archive.bytes", limits.archive)
        .map_err(|failure| failure.within(&format!("failed to read {what}")))?;
    let signed = read(beside, "provenance.file", limits.provenance.provenance)
        .map_err(|failure| failure.within("failed to read provenance file"))?;
    Ok((bytes, signed))
}

fn judge(
    context: &Context<'_>,
    keyring: &Keyring,
    archive: &Path,
    bytes: &[u8],
    signed: &[u8],
) -> Result<Verification, Failure> {
    let (name, now) = (paths::base(&archive.to_string_lossy()), host::now().seconds);
    provenance::verify(keyring, bytes, signed, &name, now, &limits(context)?.provenance)
        .map_err(|error| Failure::plain(error.to_string()).with_hints(error.hint()))
}

/// The lines that tell who signed. Identities are a stranger's words: what could move a terminal's cursor is quoted.
pub(crate) fn told(verification: &Verification, what: &str) -> String {
    let mut lines = String::new();
    for identity in &verification.identities {
        let plain = !identity.contains(char::is_control);
        let quoted = || govalue::print::quote(identity.as_bytes());
        lines.push_str(&format!("Signed by: {}\n", if plain { identity.clone() } else { quoted() }));
    }
    lines.push_str(&format!("Using Key With Fingerprint: {}\n", verification.fingerprint));
    lines.push_str(&format!("{what} Hash Verified: {}\n", verification.digest));
    lines
}

/// The keys of the file that `--keyring` names.
fn keyring(context: &Context<'_>) -> Result<Keyring, Failure> {
    let path = match context.parsed.get("keyring") {
        Some(path) => path.to_owned(),
        None => context.environment.keyring(),
    };
    let limits = limits(context)?.provenance;
    let bytes = read(Path::new(&path), "provenance.keyring", limits.keyring)?;
    Keyring::read(&path, &bytes, &limits).map_err(|error| Failure::plain(error.to_string()))
}

/// Signs what one command packages. The keyring is read, and a passphrase from a file, when the first is signed.
#[derive(Default)]
pub(crate) struct Signing {
    keyring: Option<Keyring>,
    /// The first line of the file that `--passphrase-file` names.
    passphrase: Option<Vec<u8>>,
    /// Whether an empty file is an empty passphrase: Helm has one reader for charts and another for plugins.
    takes_nothing: bool,
}

impl Signing {
    /// Reads the keyring and looks for the key, for a plugin.
    pub(crate) fn ready(&mut self, context: &Context<'_>) -> Result<(), Failure> {
        let failed = |error: SignError| Failure::plain(error.to_string()).with_hints(error.hint());
        let reading = |failure: Failure| failure.within("error reading from keyring");
        let read = keyring(context).map_err(reading)?;
        let key = context.parsed.string("key", "");
        if key.is_empty() {
            return Err(failed(SignError::NotFound));
        }
        read.signer(&key).map_err(|error| match error {
            SignError::Ambiguous(_) => reading(failed(error)),
            error => failed(error),
        })?;
        self.keyring = Some(read);
        self.takes_nothing = true;
        Ok(())
    }

    /// Writes the `.prov` file of an archive. `metadata` is the chart's, as YAML.
    pub(crate) fn sign(
        &mut self,
        context: &mut Context<'_>,
        archive: &Path,
        bytes: &[u8],
        metadata: &[u8],
    ) -> Result<(), Failure> {
        let text = self.text(context, archive, bytes, metadata)?;
        let mut batch = Batch::default();
        let beside = PathBuf::from(format!("{}.prov", archive.to_string_lossy()));
        let written = batch.file(&beside, &text, OWN).and_then(|()| batch.commit());
        written.map_err(|error| Failure::plain(error.to_string()))
    }

    /// What the `.prov` file of an archive says.
    pub(crate) fn text(
        &mut self,
        context: &mut Context<'_>,
        archive: &Path,
        bytes: &[u8],
        metadata: &[u8],
    ) -> Result<Vec<u8>, Failure> {
        let failed = |error: SignError| Failure::plain(error.to_string()).with_hints(error.hint());
        if self.keyring.is_none() {
            self.keyring = Some(keyring(context)?);
        }
        let Some(keyring) = &self.keyring else { return Ok(Vec::new()) };
        let found = keyring.signer(&context.parsed.string("key", ""));
        // Helm: a text that several keys have is told first, a passphrase file that cannot be read next.
        if let Err(error @ SignError::Ambiguous(_)) = found {
            return Err(failed(error));
        }
        if let Some(file) = context.parsed.get("passphrase-file").filter(|file| !file.is_empty())
            && self.passphrase.is_none()
        {
            self.passphrase = Some(passphrase_file(file, self.takes_nothing)?);
        }
        let mut signer = found.map_err(failed)?;
        if signer.is_locked() {
            let passphrase = match &self.passphrase {
                Some(passphrase) => passphrase.clone(),
                None => ask(context, &signer.name())?,
            };
            signer.unlock(&passphrase).map_err(failed)?;
        }
        let name = archive.to_string_lossy().into_owned();
        context.progress.says("signing", &name);
        let text = provenance::sign(&signer, bytes, &paths::base(&name), metadata, host::now().seconds);
        text.map_err(failed)
    }
}

/// Reads a whole file that must keep to a limit, with Go's words for what the system refuses.
pub(crate) fn read(path: &Path, name: &'static str, limit: u64) -> Result<Vec<u8>, Failure> {
    let failed = |doing: &str, error: &std::io::Error| {
        Failure::plain(format!("{doing} {}: {}", path.display(), system_words(error)))
    };
    let file = std::fs::File::open(path).map_err(|error| failed("open", &error))?;
    let mut bytes = Vec::new();
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| failed("read", &error))?;
    if bytes.len() as u64 > limit {
        return Err(Failure::of(&LimitMet::oversize(&path.to_string_lossy(), name, limit)));
    }
    Ok(bytes)
}

/// Bytes of a passphrase's line that are looked at: Helm's reader has as many.
const LINE: u64 = 4096;

/// The first line of a passphrase file; `-` is what is piped in.
fn passphrase_file(file: &str, takes_nothing: bool) -> Result<Vec<u8>, Failure> {
    let failed = |doing: &str, error: &std::io::Error| {
        Failure::plain(format!("{doing} {file}: {}", system_words(error)))
    };
    let mut bytes = Vec::new();
    if file == "-" {
        if !is_piped() {
            return Err(Failure::plain("specified reading passphrase from stdin, without input on stdin"));
        }
        let read = std::io::stdin().lock().take(LINE).read_to_end(&mut bytes);
        read.map_err(|error| failed("read", &error))?;
    } else {
        let opened = std::fs::File::open(file).map_err(|error| failed("open", &error))?;
        opened.take(LINE).read_to_end(&mut bytes).map_err(|error| failed("read", &error))?;
    }
    if bytes.is_empty() && !takes_nothing {
        return Err(Failure::plain("EOF"));
    }
    let mut line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if line.len() < bytes.len() {
        line = line.strip_suffix(b"\r").unwrap_or(line);
    }
    Ok(line.to_vec())
}

/// Whether standard input is a pipe.
#[cfg(unix)]
fn is_piped() -> bool {
    use std::os::fd::AsFd as _;
    use std::os::unix::fs::FileTypeExt as _;
    let Ok(input) = std::io::stdin().as_fd().try_clone_to_owned() else { return false };
    std::fs::File::from(input).metadata().is_ok_and(|status| status.file_type().is_fifo())
}

#[cfg(not(unix))]
fn is_piped() -> bool {
    use std::io::IsTerminal as _;
    !std::io::stdin().is_terminal()
}

/// Asks for a passphrase at the terminal, which does not show it.
fn ask(context: &mut Context<'_>, name: &str) -> Result<Vec<u8>, Failure> {
    let quoted = govalue::print::quote(name.as_bytes());
    context.output.out(&format!("Password for key {quoted} >  "));
    context.output.flush().map_err(|error| Failure::plain(error.to_string()))?;
    let line = hidden_line();
    context.output.out("\n");
    line.map_err(|error| Failure::plain(error.to_string()))
}

/// A line from the terminal on standard input, not echoed.
#[cfg(unix)]
fn hidden_line() -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
    use std::io::BufRead as _;
    let input = std::io::stdin();
    // Helm's words for what is no terminal.
    let before = tcgetattr(&input).map_err(|_| "inappropriate ioctl for device")?;
    let mut hidden = before.clone();
    hidden.local_modes.remove(LocalModes::ECHO);
    hidden.local_modes.insert(LocalModes::ICANON | LocalModes::ISIG);
    tcsetattr(&input, OptionalActions::Now, &hidden)?;
    let mut line = Vec::new();
    let read = input.lock().take(LINE).read_until(b'\n', &mut line);
    tcsetattr(&input, OptionalActions::Now, &before)?;
    read?;
    while matches!(line.last(), Some(b'\n' | b'\r')) {
        line.pop();
    }
    Ok(line)
}

#[cfg(not(unix))]
fn hidden_line() -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    Err("the terminal of this system cannot hide what is typed: use --passphrase-file".into())
}
