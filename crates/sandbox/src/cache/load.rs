//! The one place with `unsafe` in this project.

use super::mac::{About, Mac, TAG_BYTES};
#[cfg(unix)]
use super::meanwhile::Meanwhile;
use super::memory::{Code, Room};
#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
pub(super) use copied::attach;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
pub(super) use in_place::attach;
use wasmtime::Module;

/// A piece of the code, which has a MAC of its own.
pub(super) const PIECE: usize = 512 << 10;
/// How much is read and digested at once: little enough to stay in the processor's cache in between.
const STEP: usize = 128 << 10;

/// Where the code is.
#[cfg(unix)]
pub(super) struct Source<'a> {
    pub(super) file: &'a std::fs::File,
    /// The place in the file where it begins.
    pub(super) from: u64,
}

/// The MACs of the pieces of code that is in memory.
pub(super) fn pieces(mac: &Mac, code: &[u8]) -> Vec<[u8; TAG_BYTES]> {
    let tag = |bytes: &[u8]| {
        let mut piece = mac.piece();
        piece.update(bytes);
        piece.tag()
    };
    code.chunks(PIECE).map(tag).collect()
}

/// Compiled code whose MAC was right, in memory of this process. The only way to one is [`Verified::read`], and it
/// holds on to what was verified, so that nothing else can be loaded in its place.
pub(super) struct Verified(Code);

impl Verified {
    /// Reads the code and compares its MAC in constant time. Another thread takes pieces from the end, after it has
    /// done what there was to be done `meanwhile`; so the two do not fill the same large page, but for one.
    #[cfg(unix)]
    pub(super) fn read(
        source: Source<'_>,
        mac: &Mac,
        tag: &[u8; TAG_BYTES],
        about: &About,
        meanwhile: &Meanwhile<'_>,
    ) -> Option<Self> {
        use std::os::unix::fs::FileExt as _;
        use std::sync::{Barrier, Mutex, PoisonError};

        let mut room = Room::new(about.bytes)?;
        let mut tags = vec![[0; TAG_BYTES]; about.bytes.div_ceil(PIECE)];
        let left = Mutex::new(room.bytes().chunks_mut(PIECE).zip(&mut tags).enumerate());
        let work = |at_the_end: bool| -> Option<()> {
            loop {
                let mut left = left.lock().unwrap_or_else(PoisonError::into_inner);
                let next = if at_the_end { left.next_back() } else { left.next() };
                drop(left);
                let Some((number, (bytes, tag))) = next else { return Some(()) };
                let at = source.from + number as u64 * PIECE as u64;
                let mut piece = mac.piece();
                for (at, step) in (at..).step_by(STEP).zip(bytes.chunks_mut(STEP)) {
                    source.file.read_exact_at(step, at).ok()?;
                    piece.update(step);
                }
                *tag = piece.tag();
            }
        };
        let both = Barrier::new(2);
        std::thread::scope(|scope| {
            let helper = std::thread::Builder::new().spawn_scoped(scope, || {
                both.wait();
                meanwhile.run();
                work(true)
            });
            // A new thread is often put behind the one that made it, though another processor has nothing to do; who
            // waits and is woken is put there. Also, what a thread sets up when it begins does not mix with our faults.
            if helper.is_ok() {
                both.wait();
            }
            let done = work(false);
            // Without a thread everything was done here.
            done.and(helper.map_or(Some(()), |helper| helper.join().ok().flatten()))
        })?;
        if mac.is(tag, about, &tags) { room.freeze().map(Self) } else { None }
    }
}

/// A module from the cache, with the memory that its code lies in.
///
/// Whoever takes it apart keeps the memory until nothing is left of the module: no clone of it, and no instance, store
/// or error that came of it.
pub(crate) struct Kept {
    // In this order: the module is dropped first.
    module: Module,
    memory: Memory,
    blake3: [u8; 32],
}

impl Kept {
    /// BLAKE3 of the module.
    pub(crate) fn blake3(&self) -> &[u8; 32] {
        &self.blake3
    }

    /// To be instantiated.
    pub(crate) fn module(&self) -> &Module {
        &self.module
    }

    /// Drops the module.
    pub(crate) fn into_memory(self) -> Memory {
        let Self { module, memory, .. } = self;
        drop(module);
        memory
    }
}

/// Holds on to the memory of code.
pub(crate) struct Memory {
    _code: Option<Code>,
}

impl Memory {
    /// For a module that lies in memory of its own.
    pub(crate) fn none() -> Self {
        Self { _code: None }
    }
}

/// Code runs where it was read. This is for x86-64, where no other part of a processor has to be told of new code.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod in_place {
    use super::{Kept, Memory, Verified};
    use rustix::mm::{MprotectFlags, mprotect};
    use std::ptr::NonNull;
    use std::sync::Arc;
    use wasmtime::{Config, CustomCodeMemory, Engine, Module};

    /// Lets engines of this configuration run code in memory that is not their own.
    pub(in super::super) fn attach(config: &mut Config) {
        config.with_custom_code_memory(Some(Arc::new(Pages)));
    }

    /// Makes pages of code executable.
    struct Pages;

    #[expect(
        unsafe_code,
        reason = "code has to be executable, and memory that is no code any more must not be"
    )]
    fn protect(address: *const u8, bytes: usize, flags: MprotectFlags) -> wasmtime::Result<()> {
        // SAFETY: only the two functions below come here, and only wasmtime calls them: `Pages` is private, and nothing
        // but `Config` gets one. It calls them with whole pages that hold the text of one module and nothing else. To
        // make them executable it calls before any of it runs; it has compiled it itself, or has it from
        // `Verified::module`; nobody writes there any more, for its own memory it has made readonly before, and ours
        // is since it was frozen. To make them writable it calls when none of it runs or will run any more.
        let done = unsafe { mprotect(address.cast_mut().cast(), bytes, flags) };
        done.map_err(|error| wasmtime::Error::new(std::io::Error::from(error)))
    }

    impl CustomCodeMemory for Pages {
        fn required_alignment(&self) -> usize {
            rustix::param::page_size()
        }

        fn publish_executable(&self, address: *const u8, bytes: usize) -> wasmtime::Result<()> {
            protect(address, bytes, MprotectFlags::READ | MprotectFlags::EXEC)
        }

        fn unpublish_executable(&self, address: *const u8, bytes: usize) -> wasmtime::Result<()> {
            protect(address, bytes, MprotectFlags::READ | MprotectFlags::WRITE)
        }
    }

    impl Verified {
        /// Loads the code; `None` if the engine finds that it was compiled for another one, or was not attached.
        #[expect(
            unsafe_code,
            reason = "wasmtime cannot check machine code; who wrote it is checked here instead"
        )]
        pub(in super::super) fn module(self, engine: &Engine, blake3: [u8; 32]) -> Option<Kept> {
            // SAFETY: `Module::deserialize_raw` trusts its bytes completely: they contain machine code and the tables
            // that say where memory may be accessed. Its contract is that the bytes are the unmodified output of
            // `Module::serialize` (or `Engine::precompile_module`) of a wasmtime, that they stay where and as they are
            // for as long as the module lives, and it says that bytes of another version or configuration of wasmtime
            // are told from its own and refused.
            //
            // That holds here, because
            // - `self.0` is private to this file and only `Verified::read` sets it, after keyed BLAKE3 over the length
            //   and all pieces of exactly these bytes was right under the user's key. They were in memory of this process, which no
            //   other has, when they were digested, not in a file that could change between the check and this call;
            //   since the check the memory is readonly;
            // - the memory stays until `Kept` and then `Loaded` is dropped, both of which drop what they have of the
            //   module before. Nobody else has more of it than for a call of a function that borrows them: stores are
            //   made and dropped in `Sandbox::call`, and of errors only words go out;
            // - the key is made from the system's randomness, in a file that is the user's own, with mode 0600, one
            //   link and no symbolic link (`private::key` refuses any other), outside the folder of compiled modules.
            //   So only who can read that file, which is the user or who already acts as the user, can make a right
            //   MAC;
            // - the only code that makes one is `Cache::store`, and it makes it over what `Module::serialize` returned;
            // - the MAC covers the module's digest and the engine's compatibility hash (version, settings, processor
            //   features), so a file cannot be put in the place of another module's or another engine's;
            // - the guest never reaches either folder: they are not mapped into any instance by this crate, and a
            //   grant of `file` for the configuration folder is the user's own act.
            let module = unsafe { Module::deserialize_raw(engine, NonNull::from(self.0.bytes())) }.ok()?;
            Some(Kept { module, memory: Memory { _code: Some(self.0) }, blake3 })
        }
    }
}

/// The engine copies the code to memory of its own.
#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
mod copied {
    use super::{Kept, Memory, Verified};
    use wasmtime::{Config, Engine, Module};

    /// Nothing has to be done.
    pub(in super::super) fn attach(_config: &mut Config) {}

    impl Verified {
        /// Loads the code; `None` if the engine finds that it was compiled for another one.
        #[expect(
            unsafe_code,
            reason = "wasmtime cannot check machine code; who wrote it is checked here instead"
        )]
        pub(in super::super) fn module(self, engine: &Engine, blake3: [u8; 32]) -> Option<Kept> {
            // SAFETY: as above, and simpler: the bytes are borrowed for the call, and copied.
            let module = unsafe { Module::deserialize(engine, self.0.bytes()) }.ok()?;
            Some(Kept { module, memory: Memory::none(), blake3 })
        }
    }
}
