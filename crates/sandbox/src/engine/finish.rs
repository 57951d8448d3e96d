//! From what wasmtime says to how the call ended.

use crate::abi::Abi;
use crate::limits::{Limit, Limits};
use crate::outcome::{End, Stack};
use crate::state::{Halt, State};
use crate::trace::Step;
use wasmtime::{Trap, WasmBacktrace};

/// Tells how a call ended. Only types decide, never a text.
pub(super) fn end(result: wasmtime::Result<u32>, state: &State, limits: &Limits) -> End {
    let error = match result {
        Ok(code) => return End::Returned(code),
        Err(error) => error,
    };
    let stack = error.downcast_ref::<WasmBacktrace>().map(Stack::of).unwrap_or_default();
    let limit = |limit: Limit, stack| End::Limit { limit, message: limit.message(limits), stack };
    if error.is::<Halt>() {
        return match error.downcast::<Halt>() {
            // A Go or C runtime that got no memory says so and exits.
            Ok(Halt::Exit(code)) if code != 0 && state.memory.refused => limit(Limit::Memory, stack),
            Ok(Halt::Exit(code)) => End::Exited(code),
            Ok(Halt::Limit(met)) => limit(met, stack),
            Ok(Halt::Denied { function, denial }) => End::Denied { denial, function, stack },
            Ok(Halt::Failed { function, message }) => End::HostCall { function, message, stack },
            Ok(Halt::Cancelled) => End::Cancelled,
            Err(error) => End::Internal(format!("{error:#}")),
        };
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::StackOverflow) => limit(Limit::Stack, stack),
        Some(Trap::OutOfFuel) => limit(Limit::Fuel, stack),
        // What a guest does when it gets no memory: it stops, or goes on at address 0.
        Some(_) if state.memory.refused => limit(Limit::Memory, stack),
        Some(trap) => End::Trapped { trap: words(*trap), stack },
        // Instances that are larger than the limit do not come to exist.
        None if state.memory.refused => limit(Limit::Memory, stack),
        None => End::Internal(format!("{error:#}")),
    }
}

/// Wazero's words where it has its own, as Helm prints them.
fn words(trap: Trap) -> String {
    match trap {
        Trap::UnreachableCodeReached => "unreachable".to_owned(),
        Trap::TableOutOfBounds | Trap::IndirectCallToNull => "invalid table access".to_owned(),
        Trap::BadSignature => "indirect call type mismatch".to_owned(),
        Trap::BadConversionToInteger => "invalid conversion to integer".to_owned(),
        trap => {
            let text = trap.to_string();
            text.strip_prefix("wasm trap: ").unwrap_or(&text).to_owned()
        }
    }
}

/// Takes the output, within its limit, of a guest that came to its end.
pub(super) fn output(end: End, abi: &dyn Abi, state: &mut State) -> (End, Vec<u8>) {
    if !matches!(end, End::Returned(_) | End::Exited(0)) {
        return (end, Vec::new());
    }
    let at = state.elapsed();
    let length = abi.output(state).len() as u64;
    if length > state.limits.output {
        let message = Limit::Output.message(&state.limits);
        return (End::Limit { limit: Limit::Output, message, stack: Stack::default() }, Vec::new());
    }
    let output = abi.output(state).to_vec();
    state.traced(Step::Return, at, Some(length), || "output message".to_owned());
    (end, output)
}
