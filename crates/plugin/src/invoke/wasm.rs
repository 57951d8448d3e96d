//! Runs a plugin that is a Wasm module.

use std::collections::BTreeMap;
use std::time::Instant;

use sandbox::{Call, End, Fuel, LoadedFrom, Outcome, Tempdir, Wasm, World};

use super::{Cause, Invocation, InvokeError, Reply, Report, Streams};
use crate::manifest::Extism;
use crate::subprocess::Surroundings;

/// The function that is called when the manifest names none.
const ENTRY: &str = "helm_plugin_main";
/// Bytes that a temporary folder may hold where the grant names no size.
const TEMPORARY: u64 = 1 << 30;

pub(super) fn run(
    extism: &Extism,
    invocation: Invocation<'_>,
    input: Vec<u8>,
    streams: Option<Streams>,
    decode: fn(&[u8]) -> Result<Vec<u8>, String>,
) -> Result<Reply, Box<InvokeError>> {
    let name = &invocation.ready.plugin.manifest.name;
    let Some(module) = &invocation.ready.module else { return Err(InvokeError::new(name, Cause::NoModule)) };
    let limits = invocation.allowance.under(extism);
    let fuel = if limits.fuel.is_some() { Fuel::Metered } else { Fuel::Off };
    let started = Instant::now();
    let failed = |error| InvokeError::new(name, Cause::Start(error));
    let module = match invocation.modules.compiled(module.digest(), fuel).map_err(failed)? {
        Some(loaded) => loaded,
        None => {
            let bytes = module.bytes().map_err(|error| InvokeError::new(name, Cause::Module(error)))?;
            invocation.modules.load(&Wasm::known(bytes, *module.digest()), fuel).map_err(failed)?
        }
    };
    let loaded = (module.from(), started.elapsed());
    let streams = streams.unwrap_or_default();
    let temporary = invocation.guard.policy().tempdir(&invocation.actor).unwrap_or(TEMPORARY);
    let call = Call {
        limits,
        config: extism.config.clone(),
        world: World {
            stdin: streams.stdin,
            stdout: streams.stdout,
            stderr: streams.stderr,
            env: variables(invocation.surroundings),
            tempdir: extism
                .create_temp_dir
                .then_some(Tempdir { root: invocation.temporary, bytes: temporary }),
        },
        outbound: invocation.outbound,
        current_release: invocation.current_release,
        cancel: invocation.cancel,
        log_level: invocation.log_level,
        trace: invocation.trace,
        ..Call::new(invocation.actor, extism.entry.as_deref().unwrap_or(ENTRY), input)
    };
    let outcome = invocation
        .modules
        .sandbox()
        .call(&module, invocation.guard, call)
        .map_err(|error| InvokeError::new(name, Cause::Start(error)))?;
    answer(name, outcome, loaded, decode)
}

/// The variables that could be granted; those of `helm env` are stronger. Guests have UTF-8.
fn variables(surroundings: &Surroundings) -> BTreeMap<String, String> {
    let all = surroundings.process.iter().chain(&surroundings.helm);
    all.map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()))
        .collect()
}

fn answer(
    name: &str,
    outcome: Outcome,
    loaded: (LoadedFrom, std::time::Duration),
    decode: fn(&[u8]) -> Result<Vec<u8>, String>,
) -> Result<Reply, Box<InvokeError>> {
    let Outcome { end, output, error, log, log_cut, stderr_tail, denials, usage, trace } = outcome;
    let report = Report { usage, denials, log, log_cut, stderr_tail, trace, loaded: Some(loaded) };
    let cause = match (end, error) {
        (End::Returned(code) | End::Exited(code @ 0), Some(message)) => Cause::Told { message, code },
        (End::Returned(0) | End::Exited(0), None) => match decode(&output) {
            Ok(bytes) => return Ok(Reply { bytes, report }),
            Err(words) => Cause::Output(words),
        },
        (End::Returned(code), None) => Cause::Returned(code),
        (End::Exited(code), _) => Cause::Exited(code),
        (End::Trapped { trap, stack }, _) => Cause::Trapped { trap, stack },
        (End::Limit { limit, message, stack }, _) => Cause::Limit { limit, message, stack },
        (End::Denied { denial, function, stack }, _) => Cause::Denied { denial, function, stack },
        (End::HostCall { function, message, stack }, _) => Cause::HostCall { function, message, stack },
        (End::Cancelled, _) => Cause::Cancelled,
        (End::Internal(message), _) => Cause::Internal(message),
    };
    Err(InvokeError::with(name, cause, report))
}
