//! The one place with `unsafe` in this project.

use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use wasmtime::{Engine, Module};

/// How much is digested at once.
const PIECE: usize = 512 << 10;

/// Feeds a MAC with the digests of all pieces of the code and with its length, which together stand for the code.
/// Pieces, so that they can be digested apart from each other.
pub(super) fn feed(mac: &mut Hmac<Sha256>, code: &[u8]) {
    mac.update(&(code.len() as u64).to_le_bytes());
    for piece in code.chunks(PIECE) {
        mac.update(&Sha256::digest(piece));
    }
}

/// Compiled code whose MAC was right. The only way to one is [`Verified::new`], and it holds on to the bytes that were
/// verified, so that nothing else can be loaded in their place.
pub(super) struct Verified<'a>(&'a [u8]);

impl<'a> Verified<'a> {
    /// Compares the MAC in constant time. `mac` has been fed with the identity of the module, and nothing of `code`.
    pub(super) fn new(mut mac: Hmac<Sha256>, tag: &[u8], code: &'a [u8]) -> Option<Self> {
        feed(&mut mac, code);
        mac.verify_slice(tag).ok()?;
        Some(Self(code))
    }

    /// Loads the code; `None` if the engine finds that it was compiled for another one.
    #[expect(
        unsafe_code,
        reason = "wasmtime cannot check machine code; who wrote it is checked here instead"
    )]
    pub(super) fn module(&self, engine: &Engine) -> Option<Module> {
        // SAFETY: `Module::deserialize` trusts its bytes completely: they contain machine code and the tables that
        // say where memory may be accessed. Its contract is that they are the unmodified output of
        // `Module::serialize` (or `Engine::precompile_module`) of a wasmtime, and it says that bytes of another
        // version or configuration of wasmtime are told from its own and refused.
        //
        // That holds here, because
        // - `self.0` is private to this module and only `Verified::new` sets it, after HMAC-SHA256 over the length and
        //   the SHA-256 digests of all pieces of exactly these bytes was right under the user's key. The slice is borrowed from memory of this process, not from
        //   a file that could change between the check and this call;
        // - the key is made from the system's randomness, in a file that is the user's own, with mode 0600, one link
        //   and no symbolic link (`private::key` refuses any other), outside the folder of compiled modules. So only
        //   who can read that file, which is the user or who already acts as the user, can make a right MAC;
        // - the only code that makes one is `Cache::store`, and it makes it over what `Module::serialize` returned;
        // - the MAC covers the module's digest and the engine's compatibility hash (version, settings, processor
        //   features), so a file cannot be put in the place of another module's or another engine's;
        // - the guest never reaches either folder: they are not mapped into any instance by this crate, and a grant
        //   of `file` for the configuration folder is the user's own act.
        unsafe { Module::deserialize(engine, self.0) }.ok()
    }
}
