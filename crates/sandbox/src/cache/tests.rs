use super::*;
use std::os::unix::fs::PermissionsExt;

fn engine() -> Engine {
    Engine::default()
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

fn compiled(engine: &Engine, wat: &str) -> (Module, [u8; 32]) {
    let wasm = wat::parse_str(wat).unwrap();
    (Module::from_binary(engine, &wasm).unwrap(), Sha256::digest(&wasm).into())
}

const ONE: &str = r#"(module (func (export "run") (result i32) i32.const 1))"#;
const TWO: &str = r#"(module (func (export "run") (result i32) i32.const 2))"#;

#[test]
fn what_was_stored_is_loaded_also_by_the_next_process() {
    let scratch = Scratch::new("stored");
    let engine = engine();
    let (module, digest) = compiled(&engine, ONE);
    assert!(scratch.cache().load(&engine, &digest).is_none());
    scratch.cache().store(&module, module.engine(), &digest);
    assert!(scratch.cache().load(&engine, &digest).is_some());
    assert_eq!(scratch.files().len(), 1, "nothing else is left behind");
    let mode = std::fs::metadata(&scratch.files()[0]).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn every_piece_of_long_code_counts() {
    let tag = |code: &[u8]| {
        let mut mac = Hmac::<Sha256>::new_from_slice(&[7; 32]).unwrap();
        load::feed(&mut mac, &load::Code::Bytes(code)).unwrap();
        mac.finalize().into_bytes()
    };
    let code = vec![1u8; 5 * (512 << 10) + 3];
    let right = tag(&code);
    assert_eq!(tag(&code), right);
    for place in [0, 512 << 10, (512 << 10) - 1, 3 * (512 << 10), code.len() - 1] {
        let mut changed = code.clone();
        changed[place] ^= 1;
        assert_ne!(tag(&changed), right, "{place}");
    }
    assert_ne!(tag(&code[..code.len() - 3]), right);
    assert_ne!(tag(&[]), tag(&[0]));
}

#[test]
fn pruning_removes_the_oldest_first() {
    let scratch = Scratch::new("prune");
    let engine = engine();
    let cache = scratch.cache();
    let (one, two) = (compiled(&engine, ONE), compiled(&engine, TWO));
    cache.store(&one.0, one.0.engine(), &one.1);
    let old = scratch.files().remove(0);
    let long_ago = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1);
    std::fs::File::options().write(true).open(&old).unwrap().set_modified(long_ago).unwrap();
    cache.store(&two.0, two.0.engine(), &two.1);
    let all: u64 = scratch.files().iter().map(|path| path.metadata().unwrap().len()).sum();
    assert_eq!(cache.prune(all).unwrap(), 0);
    assert!(cache.prune(all - 1).unwrap() > 0);
    assert!(cache.load(&engine, &one.1).is_none());
    assert!(cache.load(&engine, &two.1).is_some());
}

#[test]
fn another_module_and_another_engine_find_nothing() {
    let scratch = Scratch::new("other");
    let engine = engine();
    let (module, digest) = compiled(&engine, ONE);
    scratch.cache().store(&module, module.engine(), &digest);
    assert!(scratch.cache().load(&engine, &compiled(&engine, TWO).1).is_none());
    let metered = Engine::new(wasmtime::Config::new().consume_fuel(true)).unwrap();
    assert!(scratch.cache().load(&metered, &digest).is_none());
}

#[test]
fn every_changed_or_missing_byte_is_noticed() {
    let scratch = Scratch::new("changed");
    let engine = engine();
    let (module, digest) = compiled(&engine, ONE);
    let cache = scratch.cache();
    cache.store(&module, module.engine(), &digest);
    let path = scratch.files().remove(0);
    let good = std::fs::read(&path).unwrap();
    let places = [0, 5, MAGIC.len(), MAGIC.len() + 31, HEAD, HEAD + 1, good.len() / 2, good.len() - 1];
    for place in places {
        let mut bad = good.clone();
        bad[place] ^= 1;
        std::fs::write(&path, &bad).unwrap();
        assert!(cache.load(&engine, &digest).is_none(), "byte {place}");
    }
    for length in [0, 1, MAGIC.len(), HEAD - 1, HEAD, good.len() - 1] {
        std::fs::write(&path, &good[..length]).unwrap();
        assert!(cache.load(&engine, &digest).is_none(), "cut at {length}");
    }
    let longer = [good.as_slice(), b"x"].concat();
    std::fs::write(&path, longer).unwrap();
    assert!(cache.load(&engine, &digest).is_none(), "longer");
    std::fs::write(&path, &good).unwrap();
    assert!(cache.load(&engine, &digest).is_some());
}

#[test]
fn a_file_in_the_place_of_another_is_not_loaded() {
    let scratch = Scratch::new("moved");
    let engine = engine();
    let cache = scratch.cache();
    let (one, digest_one) = compiled(&engine, ONE);
    let (two, digest_two) = compiled(&engine, TWO);
    cache.store(&one, one.engine(), &digest_one);
    cache.store(&two, two.engine(), &digest_two);
    let [from, to] = [&digest_one, &digest_two].map(|digest| cache.path(&Cache::identity(&engine, digest)));
    std::fs::rename(from, to).unwrap();
    assert!(cache.load(&engine, &digest_two).is_none());
}

#[test]
fn a_planted_file_of_somebody_elses_key_is_not_loaded() {
    let (mine, theirs) = (Scratch::new("mine"), Scratch::new("theirs"));
    let engine = engine();
    let (module, digest) = compiled(&engine, ONE);
    theirs.cache().store(&module, module.engine(), &digest);
    let planted = theirs.files().remove(0);
    let cache = mine.cache();
    std::fs::copy(&planted, cache.path(&Cache::identity(&engine, &digest))).unwrap();
    assert!(cache.load(&engine, &digest).is_none());
}

#[test]
fn a_file_that_others_may_write_or_that_is_a_link_is_not_loaded() {
    let scratch = Scratch::new("links");
    let engine = engine();
    let (module, digest) = compiled(&engine, ONE);
    let cache = scratch.cache();
    cache.store(&module, module.engine(), &digest);
    let path = scratch.files().remove(0);
    let with_mode = |mode| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    for mode in [0o620, 0o602, 0o644, 0o660] {
        with_mode(mode);
        assert!(cache.load(&engine, &digest).is_none(), "{mode:o}");
    }
    with_mode(0o600);
    assert!(cache.load(&engine, &digest).is_some());
    let elsewhere = scratch.0.join("elsewhere");
    std::fs::hard_link(&path, &elsewhere).unwrap();
    assert!(cache.load(&engine, &digest).is_none(), "two names");
    std::fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &path).unwrap();
    assert!(cache.load(&engine, &digest).is_none(), "symbolic link");
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
    let engine = engine();
    let (module, digest) = compiled(&engine, ONE);
    let cache = scratch.cache();
    cache.store(&module, module.engine(), &digest);
    let path = scratch.files().remove(0);
    let me = rustix::process::geteuid().as_raw();
    let give = |path: &std::path::Path, user: u32| std::os::unix::fs::chown(path, Some(user), None);
    if give(&path, me + 1).is_err() {
        assert_ne!(me, 0, "root can give files away");
        return;
    }
    assert!(cache.load(&engine, &digest).is_none());
    give(&path, me).unwrap();
    assert!(cache.load(&engine, &digest).is_some());
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
    let engine = engine();
    let (module, digest) = compiled(&engine, ONE);
    let cache = scratch.cache();
    let path = cache.path(&Cache::identity(&engine, &digest));
    std::fs::create_dir(&path).unwrap();
    assert!(cache.load(&engine, &digest).is_none(), "a folder");
    cache.store(&module, module.engine(), &digest);
    assert!(cache.load(&engine, &digest).is_none(), "a folder stays one");
    std::fs::remove_dir(&path).unwrap();
    for target in ["/dev/zero", "/dev/null", "/etc/hostname"] {
        std::os::unix::fs::symlink(target, &path).unwrap();
        assert!(cache.load(&engine, &digest).is_none(), "{target}");
        std::fs::remove_file(&path).unwrap();
    }
    std::fs::write(&path, b"").unwrap();
    assert!(cache.load(&engine, &digest).is_none(), "empty");
    cache.store(&module, module.engine(), &digest);
    assert!(cache.load(&engine, &digest).is_some(), "it is replaced");
}
