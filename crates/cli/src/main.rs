//! The `pintle` binary.

// A render makes millions of small values on one thread and is over in milliseconds; the system's allocator
// took a fifth of that time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    pintle_cli::main()
}
