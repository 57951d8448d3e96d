//! Developers' tasks: `cargo xtask TASK`.

fn main() -> std::process::ExitCode {
    let task = std::env::args().nth(1).unwrap_or_default();
    match task.as_str() {
        "crates" => match xtask::crates() {
            Ok(crates) => {
                for (name, arrows) in crates {
                    println!("{name}: {}", arrows.into_iter().collect::<Vec<_>>().join(" "));
                }
                std::process::ExitCode::SUCCESS
            }
            Err(error) => {
                eprintln!("{error}");
                std::process::ExitCode::FAILURE
            }
        },
        "bench" => match xtask::bench::run(&std::env::args().skip(2).collect::<Vec<_>>()) {
            Ok(()) => std::process::ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                std::process::ExitCode::FAILURE
            }
        },
        "docs" => match xtask::docs() {
            Ok(()) => std::process::ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                std::process::ExitCode::FAILURE
            }
        },
        "fuzz-oracle" => match xtask::fuzz_oracle::run(&std::env::args().skip(2).collect::<Vec<_>>()) {
            Ok(()) => std::process::ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                std::process::ExitCode::FAILURE
            }
        },
        other => {
            eprintln!("unknown task {other:?}; tasks are: bench, crates, docs, fuzz-oracle");
            std::process::ExitCode::FAILURE
        }
    }
}
