//! The pintle command line.
//!
//! The only crate that prints, reads the environment or picks an exit code. One file for each command under
//! `commands`; `args` is the command line as cobra reads it; `prepare` is what commands share; `host` is the
//! real world behind a template's questions.

mod args;
mod commands;
mod dependencies;
mod environment;
mod explain;
mod fetch;
mod files;
mod grants;
mod host;
mod jsonpath;
mod kubeconfig;
mod limits;
mod log;
mod output;
mod output_folder;
mod outside;
mod paths;
mod plugins;
mod post;
mod prepare;
mod profile;
mod progress;
mod provenance;
mod report;
mod table;

use std::process::ExitCode;

use environment::Environment;
use output::Output;

/// Templates call each other on the native stack: a level takes some kilobytes, and only pages that are used
/// are ever there.
const STACK: usize = 512 << 20;

/// What a render takes from the system at once: see [`chart::together::make_room`].
const ROOM: usize = 512 << 10;

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    chart::together::make_room(ROOM);
    // Now that so much is kept, this extends the memory by it.
    chart::together::make_room(ROOM - 4096);
    // A large stack for the main thread rather than a thread with one: the allocator gives another thread memory
    // page by page, with a call to the system for each.
    match std::panic::catch_unwind(|| stacker::grow(STACK, run)) {
        Ok(code) => ExitCode::from(code),
        // The panic's own message is on standard error already.
        Err(_) => ExitCode::from(2),
    }
}

fn run() -> u8 {
    let environment = Environment::from_process();
    let arguments: Vec<String> =
        std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned()).collect();
    let mut output = Output::default();
    let code = match commands::dispatch(&environment, &mut output, &arguments) {
        Ok(()) => 0,
        Err(failure) => {
            // What was printed before it failed stands before the failure, also when both go to one place.
            let written = output.flush();
            let failure = if environment.is_helm { failure.in_helms_name() } else { failure };
            failure.print(&environment, &mut output);
            if written.is_ok() { failure.code } else { failure.code.max(1) }
        }
    };
    let printing = profile::phase("print");
    let written = output.flush();
    drop(printing);
    let measured = profile::end(&mut output);
    match (written.and_then(|()| output.flush()), measured) {
        (Ok(()), true) => code,
        _ => code.max(1),
    }
}
