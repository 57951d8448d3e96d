//! The one place with `unsafe` in this project.

#[cfg(target_os = "linux")]
use super::sealed::Sealed;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use wasmtime::{Engine, Module};

/// How much is digested at once.
pub(super) const PIECE: usize = 512 << 10;

/// Compiled code that is to be looked at.
pub(super) enum Code<'a> {
    /// In memory of this process.
    Bytes(&'a [u8]),
    /// In a file without a name that nobody can change any more.
    #[cfg(target_os = "linux")]
    Sealed(Sealed),
}

impl Code<'_> {
    fn bytes(&self) -> u64 {
        match self {
            Self::Bytes(code) => code.len() as u64,
            #[cfg(target_os = "linux")]
            Self::Sealed(sealed) => sealed.bytes(),
        }
    }

    /// The digests of its pieces in every other position, from `first` on.
    fn digests(&self, first: usize) -> Option<Vec<[u8; 32]>> {
        match self {
            Self::Bytes(code) => Some(
                code.chunks(PIECE).skip(first).step_by(2).map(|piece| Sha256::digest(piece).into()).collect(),
            ),
            #[cfg(target_os = "linux")]
            Self::Sealed(sealed) => sealed.digests(first),
        }
    }
}

/// Feeds a MAC with the digests of all pieces of the code and with its length, which together stand for the code.
/// Two threads take every other piece.
pub(super) fn feed(mac: &mut Hmac<Sha256>, code: &Code<'_>) -> Option<()> {
    mac.update(&code.bytes().to_le_bytes());
    let (even, odd) = std::thread::scope(|scope| {
        let odd = std::thread::Builder::new().spawn_scoped(scope, || code.digests(1));
        let even = code.digests(0);
        // Without a thread the same is done here.
        let odd = match odd {
            Ok(thread) => thread.join().ok().flatten(),
            Err(_) => code.digests(1),
        };
        (even, odd)
    });
    let (even, odd) = (even?, odd?);
    for (at, piece) in even.iter().enumerate() {
        mac.update(piece);
        if let Some(piece) = odd.get(at) {
            mac.update(piece);
        }
    }
    Some(())
}

/// Compiled code whose MAC was right. The only way to one is [`Verified::new`], and it holds on to what was verified,
/// so that nothing else can be loaded in its place.
pub(super) struct Verified<'a>(Code<'a>);

impl<'a> Verified<'a> {
    /// Compares the MAC in constant time. `mac` has been fed with the identity of the module, and nothing of `code`.
    pub(super) fn new(mut mac: Hmac<Sha256>, tag: &[u8], code: Code<'a>) -> Option<Self> {
        feed(&mut mac, &code)?;
        mac.verify_slice(tag).ok()?;
        Some(Self(code))
    }

    /// Loads the code; `None` if the engine finds that it was compiled for another one.
    #[expect(
        unsafe_code,
        reason = "wasmtime cannot check machine code; who wrote it is checked here instead"
    )]
    pub(super) fn module(self, engine: &Engine) -> Option<Module> {
        // SAFETY: `Module::deserialize` and `Module::deserialize_open_file` trust their bytes completely: they contain
        // machine code and the tables that say where memory may be accessed. Their contract is that the bytes are the
        // unmodified output of `Module::serialize` (or `Engine::precompile_module`) of a wasmtime, that a file does not
        // change as long as the module lives, and it says that bytes of another version or configuration of wasmtime
        // are told from its own and refused.
        //
        // That holds here, because
        // - `self.0` is private to this module and only `Verified::new` sets it, after HMAC-SHA256 over the length and
        //   the SHA-256 digests of all pieces of exactly these bytes was right under the user's key. Bytes are borrowed
        //   from memory of this process, not from a file that could change between the check and this call; a
        //   `Sealed` file has no name, belongs to this process alone, and the kernel refuses every write, truncation
        //   and growth of it since before the check (`sealed.rs` makes no other);
        // - the key is made from the system's randomness, in a file that is the user's own, with mode 0600, one link
        //   and no symbolic link (`private::key` refuses any other), outside the folder of compiled modules. So only
        //   who can read that file, which is the user or who already acts as the user, can make a right MAC;
        // - the only code that makes one is `Cache::store`, and it makes it over what `Module::serialize` returned;
        // - the MAC covers the module's digest and the engine's compatibility hash (version, settings, processor
        //   features), so a file cannot be put in the place of another module's or another engine's;
        // - the guest never reaches either folder: they are not mapped into any instance by this crate, and a grant
        //   of `file` for the configuration folder is the user's own act.
        unsafe {
            match self.0 {
                Code::Bytes(code) => Module::deserialize(engine, code),
                #[cfg(target_os = "linux")]
                Code::Sealed(sealed) => Module::deserialize_open_file(engine, sealed.into_file()),
            }
        }
        .ok()
    }
}
