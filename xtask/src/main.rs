//! Developers' tasks: `cargo xtask TASK`.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let task = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    let outcome = match task.as_str() {
        "bench" => xtask::bench::run(&rest),
        // The page of recorded cases alone, which needs no build of the program.
        "compat" => xtask::compat(),
        "crates" => crates(),
        "docs" => xtask::docs(),
        // It ends with its own count, and says itself what failed.
        "e2e" => return xtask::e2e::run(&rest),
        "fuzz-oracle" => xtask::fuzz_oracle::run(&rest),
        "order" => xtask::order::run(&rest),
        // What `bench` starts to measure the memory of one process.
        "peak" => xtask::bench::report_peak(&rest),
        "soak" => xtask::soak::run(&rest),
        other => Err(format!(
            "unknown task {other:?}; tasks are: bench, compat, crates, docs, e2e, fuzz-oracle, order, soak"
        )),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn crates() -> Result<(), String> {
    for (name, arrows) in xtask::crates()? {
        println!("{name}: {}", arrows.into_iter().collect::<Vec<_>>().join(" "));
    }
    Ok(())
}
