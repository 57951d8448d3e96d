use super::*;
use std::os::unix::fs::PermissionsExt;

/// An engine that may run what is loaded from a cache.
fn engine() -> Engine {
    let mut config = Config::new();
    attach(&mut config);
    Engine::new(&config).unwrap()
}

/// A folder of its own for each test, removed when it ends.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("pintle-cache-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn cache(&self) -> Cache {
        Cache::open(self.0.join("modules"), &self.0.join("config").join("key")).unwrap()
    }

    fn files(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.0.join("modules")).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn compiled(engine: &Engine, wat: &str) -> (Module, Wasm<'static>) {
    let wasm = Wasm::new(wat::parse_str(wat).unwrap());
    (Module::from_binary(engine, wasm.bytes()).unwrap(), wasm)
}

const ONE: &str = r#"(module (func (export "run") (result i32) i32.const 1))"#;
const TWO: &str = r#"(module (func (export "run") (result i32) i32.const 2))"#;

#[test]
fn what_was_stored_is_loaded_also_by_the_next_process() {
    let scratch = Scratch::new("stored");
    let cache = scratch.cache();
    let first = engine();
    let (module, wasm) = compiled(&first, ONE);
    assert!(cache.load(&first, wasm.digest(), &Meanwhile::nothing()).is_none());
    cache.store(&module, module.engine(), &wasm);
    assert!(cache.load(&first, wasm.digest(), &Meanwhile::nothing()).is_some());
    let cache = scratch.cache();
    assert!(cache.load(&engine(), wasm.digest(), &Meanwhile::nothing()).is_some());
    assert_eq!(scratch.files().len(), 1, "nothing else is left behind");
    let mode = std::fs::metadata(&scratch.files()[0]).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

/// The engine has tables for unwinding here, which are taken back from the system when the module is dropped: that would
/// fail if their memory were gone.
#[test]
fn what_was_loaded_runs_and_its_memory_goes_after_it() {
    let scratch = Scratch::new("memory");
    let cache = scratch.cache();
    let engine = engine();
    for (wat, answer) in [(ONE, 1), (TWO, 2)] {
        let (module, wasm) = compiled(&engine, wat);
        cache.store(&module, module.engine(), &wasm);
        for _ in 0..3 {
            let kept = cache.load(&engine, wasm.digest(), &Meanwhile::nothing()).unwrap();
            let mut store = wasmtime::Store::new(&engine, ());
            let instance = wasmtime::Instance::new(&mut store, kept.module(), &[]).unwrap();
            let run = instance.get_typed_func::<(), i32>(&mut store, "run").unwrap();
            assert_eq!(run.call(&mut store, ()).unwrap(), answer);
            drop(store);
            drop(kept.into_memory());
        }
    }
}

#[test]
fn an_engine_that_is_not_attached_gets_nothing() {
    let scratch = Scratch::new("unattached");
    let cache = scratch.cache();
    let engine = engine();
    let (module, wasm) = compiled(&engine, ONE);
    cache.store(&module, module.engine(), &wasm);
    assert!(cache.load(&engine, wasm.digest(), &Meanwhile::nothing()).is_some());
    if cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        assert!(cache.load(&Engine::default(), wasm.digest(), &Meanwhile::nothing()).is_none());
    }
}

#[test]
fn pages_of_code_cannot_be_written_and_other_pages_cannot_be_run() {
    let scratch = Scratch::new("protection");
    let cache = scratch.cache();
    let engine = engine();
    let (module, wasm) = compiled(&engine, ONE);
    cache.store(&module, module.engine(), &wasm);
    let kept = cache.load(&engine, wasm.digest(), &Meanwhile::nothing()).unwrap();
    let (text, image) = (kept.module().text().as_ptr_range(), kept.module().image_range());
    if !cfg!(target_os = "linux") {
        return;
    }
    for line in std::fs::read_to_string("/proc/self/maps").unwrap().lines() {
        let (range, rest) = line.split_once(' ').unwrap();
        let (from, to) = range.split_once('-').unwrap();
        let [from, to] = [from, to].map(|address| usize::from_str_radix(address, 16).unwrap());
        if to <= image.start.addr() || image.end.addr() <= from {
            continue;
        }
        let is_text = text.start.addr() <= from && from < text.end.addr();
        assert_eq!(&rest[..4], if is_text { "r-xp" } else { "r--p" }, "{line}");
    }
}

#[test]
fn pruning_removes_the_oldest_first() {
    let scratch = Scratch::new("prune");
    let cache = scratch.cache();
    let engine = engine();
    let (one, two) = (compiled(&engine, ONE), compiled(&engine, TWO));
    cache.store(&one.0, one.0.engine(), &one.1);
    let old = scratch.files().remove(0);
    let long_ago = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1);
    std::fs::File::options().write(true).open(&old).unwrap().set_modified(long_ago).unwrap();
    cache.store(&two.0, two.0.engine(), &two.1);
    let all: u64 = scratch.files().iter().map(|path| path.metadata().unwrap().len()).sum();
    assert_eq!(cache.prune(all).unwrap(), 0);
    assert!(cache.prune(all - 1).unwrap() > 0);
    assert!(cache.load(&engine, one.1.digest(), &Meanwhile::nothing()).is_none());
    assert!(cache.load(&engine, two.1.digest(), &Meanwhile::nothing()).is_some());
}

#[test]
fn another_module_and_another_engine_find_nothing() {
    let scratch = Scratch::new("other");
    let cache = scratch.cache();
    let engine = engine();
    let (module, wasm) = compiled(&engine, ONE);
    cache.store(&module, module.engine(), &wasm);
    assert!(cache.load(&engine, compiled(&engine, TWO).1.digest(), &Meanwhile::nothing()).is_none());
    let mut config = Config::new();
    attach(config.consume_fuel(true));
    let metered = Engine::new(&config).unwrap();
    assert!(cache.load(&metered, wasm.digest(), &Meanwhile::nothing()).is_none());
}

#[test]
fn every_changed_or_missing_byte_is_noticed() {
    let scratch = Scratch::new("changed");
    let cache = scratch.cache();
    let engine = engine();
    let (module, wasm) = compiled(&engine, ONE);
    cache.store(&module, module.engine(), &wasm);
    let path = scratch.files().remove(0);
    let good = std::fs::read(&path).unwrap();
    let (tag, module) = (MAGIC.len(), MAGIC.len() + TAG_BYTES);
    let places = [0, 5, tag, module - 1, module, HEAD - 1, HEAD, HEAD + 1, good.len() / 2, good.len() - 1];
    for place in places {
        let mut bad = good.clone();
        bad[place] ^= 1;
        std::fs::write(&path, &bad).unwrap();
        assert!(cache.load(&engine, wasm.digest(), &Meanwhile::nothing()).is_none(), "byte {place}");
    }
    for length in [0, 1, MAGIC.len(), HEAD - 1, HEAD, good.len() - 1] {
        std::fs::write(&path, &good[..length]).unwrap();
        assert!(cache.load(&engine, wasm.digest(), &Meanwhile::nothing()).is_none(), "cut at {length}");
    }
    let longer = [good.as_slice(), b"x"].concat();
    std::fs::write(&path, longer).unwrap();
    assert!(cache.load(&engine, wasm.digest(), &Meanwhile::nothing()).is_none(), "longer");
    std::fs::write(&path, &good).unwrap();
    assert!(cache.load(&engine, wasm.digest(), &Meanwhile::nothing()).is_some());
}

/// Long code is taken in pieces, by two threads.
#[test]
fn every_piece_of_long_code_counts_and_so_does_their_order() {
    let scratch = Scratch::new("pieces");
    let path = scratch.0.join("file");
    let code: Vec<u8> = (0..3 * load::PIECE + 5).map(|at| (at % 251) as u8).collect();
    let mac = Mac::new(&[7; 32]);
    let about = |bytes| About { identity: [1; 32], module: [2; 32], bytes };
    let tag = mac.tag(&about(code.len()), &load::pieces(&mac, &code));
    let read = |file: &[u8], bytes| {
        std::fs::write(&path, [b"head", file].concat()).unwrap();
        let file = std::fs::File::open(&path).unwrap();
        let source = load::Source { file: &file, from: 4 };
        load::Verified::read(source, &mac, &tag, &about(bytes), &Meanwhile::nothing()).is_some()
    };
    for _ in 0..20 {
        assert!(read(&code, code.len()));
    }
    for place in [0, load::PIECE - 1, load::PIECE, 2 * load::PIECE + 9, 3 * load::PIECE, code.len() - 1] {
        let mut changed = code.clone();
        changed[place] ^= 1;
        assert!(!read(&changed, code.len()), "{place}");
    }
    let mut swapped = code.clone();
    swapped.rotate_left(load::PIECE);
    assert!(!read(&swapped, code.len()));
    assert!(!read(&code[..code.len() - 1], code.len()), "cut");
    assert!(!read(&code, code.len() - 1));
    assert!(!read(&code, 3 * load::PIECE));
    assert!(!read(&[], 0));
}

/// The one digest stands for the other: it must be of the same bytes.
#[test]
fn the_other_digest_of_a_module_comes_from_the_file_and_is_authentic() {
    let scratch = Scratch::new("blake3");
    let cache = scratch.cache();
    let engine = engine();
    for wat in [ONE, TWO] {
        let (module, wasm) = compiled(&engine, wat);
        cache.store(&module, module.engine(), &wasm);
        let kept = cache.load(&engine, wasm.digest(), &Meanwhile::nothing()).unwrap();
        assert_eq!(*kept.blake3(), *blake3::hash(wasm.bytes()).as_bytes());
    }
}

#[test]
fn a_file_in_the_place_of_another_is_not_loaded() {
    let scratch = Scratch::new("moved");
    let cache = scratch.cache();
    let engine = engine();
    let (one, wasm_one) = compiled(&engine, ONE);
    let (two, wasm_two) = compiled(&engine, TWO);
    cache.store(&one, one.engine(), &wasm_one);
    cache.store(&two, two.engine(), &wasm_two);
    let [from, to] = [&wasm_one, &wasm_two].map(|wasm| cache.path(&Cache::identity(&engine, wasm.digest())));
    std::fs::rename(from, to).unwrap();
    assert!(cache.load(&engine, wasm_two.digest(), &Meanwhile::nothing()).is_none());
}

#[test]
fn a_planted_file_of_somebody_elses_key_is_not_loaded() {
    let (mine, theirs) = (Scratch::new("mine"), Scratch::new("theirs"));
    let cache = mine.cache();
    let engine = engine();
    let (module, wasm) = compiled(&engine, ONE);
    theirs.cache().store(&module, module.engine(), &wasm);
    let planted = theirs.files().remove(0);
    std::fs::copy(&planted, cache.path(&Cache::identity(&engine, wasm.digest()))).unwrap();
    assert!(cache.load(&engine, wasm.digest(), &Meanwhile::nothing()).is_none());
}

#[test]
fn a_file_that_others_may_write_or_that_is_a_link_is_not_loaded() {
    let scratch = Scratch::new("links");
    let cache = scratch.cache();
    let engine = engine();
    let (module, wasm) = compiled(&engine, ONE);
    cache.store(&module, module.engine(), &wasm);
    let path = scratch.files().remove(0);
    let with_mode = |mode| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    for mode in [0o620, 0o602, 0o644, 0o660] {
        with_mode(mode);
        assert!(cache.load(&engine, wasm.digest(), &Meanwhile::nothing()).is_none(), "{mode:o}");
    }
    with_mode(0o600);
    assert!(cache.load(&engine, wasm.digest(), &Meanwhile::nothing()).is_some());
    let elsewhere = scratch.0.join("elsewhere");
    std::fs::hard_link(&path, &elsewhere).unwrap();
    assert!(cache.load(&engine, wasm.digest(), &Meanwhile::nothing()).is_none(), "two names");
    std::fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &path).unwrap();
    assert!(cache.load(&engine, wasm.digest(), &Meanwhile::nothing()).is_none(), "symbolic link");
}

#[test]
fn a_key_that_is_not_private_is_refused_and_not_replaced() {
    let scratch = Scratch::new("key");
    drop(scratch.cache());
    let key = scratch.0.join("config").join("key");
    let open = || Cache::open(scratch.0.join("modules"), &key);
    let before = std::fs::read(&key).unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(matches!(open(), Err(CacheError::NotPrivate { .. })));
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    assert!(open().is_ok());
    std::fs::write(&key, &before[..31]).unwrap();
    assert!(matches!(open(), Err(CacheError::NotPrivate { .. })));
    assert_eq!(std::fs::read(&key).unwrap(), &before[..31]);
    std::fs::remove_file(&key).unwrap();
    std::os::unix::fs::symlink("/dev/zero", &key).unwrap();
    assert!(open().is_err());
}

#[test]
fn a_key_inside_the_folder_or_a_folder_that_others_may_write_is_refused() {
    let scratch = Scratch::new("folder");
    let modules = scratch.0.join("modules");
    assert!(matches!(Cache::open(&modules, &modules.join("key")), Err(CacheError::NotPrivate { .. })));
    drop(scratch.cache());
    std::fs::set_permissions(&modules, std::fs::Permissions::from_mode(0o777)).unwrap();
    assert!(matches!(
        Cache::open(&modules, &scratch.0.join("config").join("key")),
        Err(CacheError::NotPrivate { .. })
    ));
}

/// Only root can give a file away; for others there is nothing to see here.
#[test]
fn a_file_of_another_user_is_not_loaded_and_a_key_of_another_user_is_refused() {
    let scratch = Scratch::new("owner");
    let cache = scratch.cache();
    let engine = engine();
    let (module, wasm) = compiled(&engine, ONE);
    cache.store(&module, module.engine(), &wasm);
    let path = scratch.files().remove(0);
    let me = rustix::process::geteuid().as_raw();
    let give = |path: &std::path::Path, user: u32| std::os::unix::fs::chown(path, Some(user), None);
    if give(&path, me + 1).is_err() {
        assert_ne!(me, 0, "root can give files away");
        return;
    }
    assert!(cache.load(&engine, wasm.digest(), &Meanwhile::nothing()).is_none());
    give(&path, me).unwrap();
    assert!(cache.load(&engine, wasm.digest(), &Meanwhile::nothing()).is_some());
    let key = scratch.0.join("config").join("key");
    give(&key, me + 1).unwrap();
    assert!(matches!(
        Cache::open(scratch.0.join("modules"), &key),
        Err(CacheError::NotPrivate { why: "another user owns it", .. })
    ));
    let folder = scratch.0.join("modules");
    give(&key, me).unwrap();
    give(&folder, me + 1).unwrap();
    assert!(matches!(Cache::open(folder, &key), Err(CacheError::NotPrivate { .. })));
}

#[test]
fn what_is_no_file_in_a_files_place_is_passed_over_at_once() {
    let scratch = Scratch::new("pipe");
    let cache = scratch.cache();
    let engine = engine();
    let (module, wasm) = compiled(&engine, ONE);
    let path = cache.path(&Cache::identity(&engine, wasm.digest()));
    std::fs::create_dir(&path).unwrap();
    assert!(cache.load(&engine, wasm.digest(), &Meanwhile::nothing()).is_none(), "a folder");
    cache.store(&module, module.engine(), &wasm);
    assert!(cache.load(&engine, wasm.digest(), &Meanwhile::nothing()).is_none(), "a folder stays one");
    std::fs::remove_dir(&path).unwrap();
    for target in ["/dev/zero", "/dev/null", "/etc/hostname"] {
        std::os::unix::fs::symlink(target, &path).unwrap();
        assert!(cache.load(&engine, wasm.digest(), &Meanwhile::nothing()).is_none(), "{target}");
        std::fs::remove_file(&path).unwrap();
    }
    std::fs::write(&path, b"").unwrap();
    assert!(cache.load(&engine, wasm.digest(), &Meanwhile::nothing()).is_none(), "empty");
    cache.store(&module, module.engine(), &wasm);
    assert!(cache.load(&engine, wasm.digest(), &Meanwhile::nothing()).is_some(), "it is replaced");
}
