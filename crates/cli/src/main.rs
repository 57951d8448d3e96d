//! The `pintle` binary.

fn main() -> std::process::ExitCode {
    pintle_cli::main()
}
