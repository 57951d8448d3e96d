//! See `xtask::soak`: a panic, a hang or too much memory is a find; an error is not.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = xtask::soak::targets::Input::original(xtask::soak::Kind::Values, data.to_vec()).read();
});
