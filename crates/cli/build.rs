//! How the program is linked.

use std::env;
use std::path::Path;
use std::process::Command;

/// The C library's loader knows packed relocations from here on.
const PACKED: (u32, u32) = (2, 36);

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // Some 25 000 addresses are put in at each start. Packed they take 20 KiB of the file instead of 640, all of which
    // the loader reads. It is only done where the program is built for the system it is built on: a loader that does
    // not know them refuses the program.
    let is_native = env::var("HOST").is_ok_and(|host| env::var("TARGET").is_ok_and(|target| host == target));
    let is = |key, value: &str| env::var(key).is_ok_and(|found| found == value);
    if is_native
        && is("CARGO_CFG_TARGET_OS", "linux")
        && is("CARGO_CFG_TARGET_ENV", "gnu")
        && installed().is_some_and(|version| version >= PACKED)
    {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
    // A render calls one thousand of twenty thousand functions. Side by side they lie in a third of the pages that they
    // lie in where the compiler left them, all over the program. It is a matter of layout only, and the names are those of
    // a release build on this system; so wherever the linker does not take the list nothing is said about it.
    println!("cargo::rerun-if-changed=functions.order");
    if is_native && is("TARGET", "x86_64-unknown-linux-gnu") && is("PROFILE", "release") {
        let list = env::var("CARGO_MANIFEST_DIR").map(|folder| format!("{folder}/functions.order"));
        for option in list.ok().and_then(taken).into_iter().flatten() {
            println!("cargo::rustc-link-arg-bins={option}");
        }
    }
}

/// What tells the linker of the list, if it takes that: LLD does, which rustc brings since 1.90, and GNU's refuses to
/// link. Who builds may have chosen another one in a number of places, and who packaged rustc, too. So it is tried, on a
/// program that does nothing.
fn taken(list: String) -> Option<[String; 4]> {
    // Not `-Wl,`, which would end at a comma in the name of a folder. That names are not there is no news.
    let list = format!("--symbol-ordering-file={list}");
    let options = ["-Xlinker", &list, "-Xlinker", "--no-warn-symbol-ordering"].map(str::to_owned);
    let folder = env::var("OUT_DIR").ok()?;
    let source = Path::new(&folder).join("nothing.rs");
    std::fs::write(&source, "fn main() {}\n").ok()?;
    let mut rustc = Command::new(env::var_os("RUSTC")?);
    rustc.arg(&source).arg("-o").arg(source.with_extension("program"));
    // What cargo will say to rustc when it links the real one.
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    rustc.args(flags.split('\u{1f}').filter(|flag| !flag.is_empty()));
    if let Ok(linker) = env::var("RUSTC_LINKER") {
        rustc.arg(format!("-Clinker={linker}"));
    }
    rustc.args(options.iter().map(|option| format!("-Clink-arg={option}")));
    rustc.output().ok()?.status.success().then_some(options)
}

/// The version of this system's C library.
fn installed() -> Option<(u32, u32)> {
    let output = Command::new("getconf").arg("GNU_LIBC_VERSION").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let (major, minor) = text.trim().strip_prefix("glibc ")?.split_once('.')?;
    let minor = minor.split('.').next()?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
