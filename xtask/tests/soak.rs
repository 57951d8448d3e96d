//! A sample of the inputs of `cargo xtask soak`: a result or an error, no panic, nothing slow.

use std::sync::{OnceLock, mpsc};
use std::time::Duration;

use xtask::soak::seeds::Seeds;
use xtask::soak::targets::Input;
use xtask::soak::{Kind, Outcome, outcome};

/// Another stack than the binary's would fail elsewhere.
const STACK: usize = 512 << 20;

fn sample(kind: Kind, count: u64) {
    let (sender, lines) = mpsc::channel();
    let worker = std::thread::Builder::new().stack_size(STACK).spawn(move || {
        static SEEDS: OnceLock<Seeds> = OnceLock::new();
        let seeds = SEEDS.get_or_init(|| Seeds::read(None).unwrap());
        let mut counts = (0, 0);
        for number in 0..count {
            let input = Input::make(kind, seeds, 4, number);
            match outcome(&input) {
                Outcome::Read => counts.0 += 1,
                Outcome::Refused => counts.1 += 1,
                Outcome::Failed(how) => {
                    panic!("{} {number}: {how}\n{:?}", kind.name(), String::from_utf8_lossy(&input.text))
                }
            }
            sender.send(number).unwrap();
        }
        counts
    });
    // What hangs is named after a minute without news; a slow machine is not a hang.
    let mut done = None;
    while done != Some(count - 1) {
        match lines.recv_timeout(Duration::from_secs(60)) {
            Ok(number) => done = Some(number),
            Err(mpsc::RecvTimeoutError::Timeout) => panic!("{} hangs after {done:?}", kind.name()),
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
        }
    }
    let (read, refused) = worker.unwrap().join().unwrap();
    // A sample that is always refused reaches nothing.
    assert!(read > 0 && refused > 0, "{}: {read} read, {refused} refused", kind.name());
}

macro_rules! samples {
    ($($name:ident: $kind:ident, $count:literal;)*) => {
        $(#[test]
        fn $name() {
            sample(Kind::$kind, $count);
        })*
    };
}

samples! {
    archives: Archive, 300;
    chart_files: ChartFile, 400;
    values: Values, 400;
    templates: Template, 400;
    schemas: Schema, 300;
    set_expressions: Set, 600;
    helmignores: Ignore, 300;
    charts: Chart, 200;
}
