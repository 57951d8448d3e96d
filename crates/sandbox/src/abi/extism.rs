//! Guests built with an Extism plugin kit.

pub(crate) mod kernel;

use super::Abi;
use crate::host::{self, HostFunction};
use crate::http::request::{GuestRequest, MOST_BYTES};
use crate::limits::Limit;
use crate::outcome::LogLevel;
use crate::start::StartError;
use crate::state::{Halt, State};
use crate::trace::Step;
use pintle_guard::Question;
use wasmtime::{Caller, ExternType, Instance, Linker, Module, Store, Val};

/// The kernel's functions.
pub(crate) const ENV: &str = "extism:host/env";
/// Our own functions.
pub(crate) const USER: &str = "extism:host/user";

/// An error text beyond this is cut.
const MOST_ERROR: usize = 64 << 10;
/// A key of the configuration or of a variable beyond this is unknown.
const MOST_KEY: usize = 64 << 10;
/// What the reference charges for an entry besides its key and its value.
const VAR_COST: u64 = 48;
/// What `get_log_level` answers when nothing is kept.
const LOG_OFF: i32 = 0x7fff_ffff;

pub(crate) struct Extism;

type Host<'a> = Caller<'a, State>;
type Answer<T> = wasmtime::Result<T>;

fn halt<T>(result: Result<T, Halt>) -> Answer<T> {
    result.map_err(wasmtime::Error::new)
}

fn signed(value: u64) -> i64 {
    value.cast_signed()
}

/// Links a function that only works on the kernel.
macro_rules! kernel {
    ($linker:ident, $name:ident, |$kernel:ident $(, $arg:ident)*| $body:expr) => {
        $linker.func_wrap(ENV, $name, |mut caller: Host<'_> $(, $arg: i64)*| {
            $(let $arg = $arg.cast_unsigned();)*
            let $kernel = &mut caller.data_mut().kernel;
            $body
        })
    };
}

fn link_env(linker: &mut Linker<State>, name: &str) -> Option<wasmtime::Result<()>> {
    let linked = match name {
        "alloc" => linker.func_wrap(ENV, name, |mut caller: Host<'_>, size: i64| -> Answer<i64> {
            let state = caller.data_mut();
            let block = state.kernel.alloc(size.cast_unsigned(), &mut state.memory);
            halt(block.map(signed).map_err(Halt::from))
        }),
        "free" => kernel!(linker, name, |k, at| k.free(at)),
        "length" | "length_unsafe" => kernel!(linker, name, |k, at| signed(k.length(at))),
        "load_u8" => kernel!(linker, name, |k, at| i32::from(k.load::<1>(at)[0])),
        "load_u64" => kernel!(linker, name, |k, at| i64::from_le_bytes(k.load(at))),
        "store_u8" => linker.func_wrap(ENV, name, |mut caller: Host<'_>, at: i64, value: i32| {
            // The low eight bits, as the reference keeps them.
            let byte = value.to_le_bytes()[0];
            caller.data_mut().kernel.store(at.cast_unsigned(), [byte]);
        }),
        "store_u64" => kernel!(linker, name, |k, at, value| k.store(at, value.to_le_bytes())),
        "input_length" => kernel!(linker, name, |k| signed(k.input_length())),
        "input_offset" => kernel!(linker, name, |k| signed(k.input_offset())),
        "input_load_u8" => kernel!(linker, name, |k, at| i32::from(k.load_input::<1>(at)[0])),
        "input_load_u64" => kernel!(linker, name, |k, at| i64::from_le_bytes(k.load_input(at))),
        "input_set" => kernel!(linker, name, |k, at, length| k.move_input(at, length)),
        "output_set" => kernel!(linker, name, |k, at, length| k.set_output(at, length)),
        "output_offset" => kernel!(linker, name, |k| signed(k.output_offset())),
        "output_length" => kernel!(linker, name, |k| signed(k.output_length())),
        "error_set" => kernel!(linker, name, |k, at| k.set_error(at)),
        "error_get" => kernel!(linker, name, |k| signed(k.error_handle())),
        "memory_bytes" => kernel!(linker, name, |k| signed(k.arena_bytes())),
        "reset" => linker.func_wrap(ENV, name, |mut caller: Host<'_>| {
            let state = caller.data_mut();
            state.kernel.reset(&mut state.memory);
        }),
        "config_get" => linker.func_wrap(ENV, name, |mut caller: Host<'_>, key: i64| -> Answer<i64> {
            halt(caller.data_mut().config_get(key.cast_unsigned()))
        }),
        "var_get" => linker.func_wrap(ENV, name, |mut caller: Host<'_>, key: i64| -> Answer<i64> {
            halt(caller.data_mut().var_get(key.cast_unsigned()))
        }),
        "var_set" => {
            linker.func_wrap(ENV, name, |mut caller: Host<'_>, key: i64, value: i64| -> Answer<()> {
                halt(caller.data_mut().var_set(key.cast_unsigned(), value.cast_unsigned()))
            })
        }
        "http_request" => {
            linker.func_wrap(ENV, name, |mut caller: Host<'_>, request: i64, body: i64| -> Answer<i64> {
                halt(caller.data_mut().http_request(request.cast_unsigned(), body.cast_unsigned()))
            })
        }
        "http_status_code" => {
            linker.func_wrap(ENV, name, |caller: Host<'_>| i32::from(caller.data().http.status))
        }
        "http_headers" => linker.func_wrap(ENV, name, |mut caller: Host<'_>| -> Answer<i64> {
            halt(caller.data_mut().http_headers())
        }),
        "log_trace" => link_log(linker, name, LogLevel::Trace),
        "log_debug" => link_log(linker, name, LogLevel::Debug),
        "log_info" => link_log(linker, name, LogLevel::Info),
        "log_warn" => link_log(linker, name, LogLevel::Warn),
        "log_error" => link_log(linker, name, LogLevel::Error),
        "get_log_level" => linker.func_wrap(ENV, name, |caller: Host<'_>| match caller.data().log_level {
            LogLevel::Trace => 0,
            LogLevel::Debug => 1,
            LogLevel::Info => 2,
            LogLevel::Warn => 3,
            LogLevel::Error => 4,
            LogLevel::Off => LOG_OFF,
        }),
        _ => return None,
    };
    Some(linked.map(|_| ()))
}

fn link_log<'a>(
    linker: &'a mut Linker<State>,
    name: &str,
    level: LogLevel,
) -> wasmtime::Result<&'a mut Linker<State>> {
    linker.func_wrap(ENV, name, move |mut caller: Host<'_>, text: i64| {
        let (text, state) = (text.cast_unsigned(), caller.data_mut());
        if state.log_level != LogLevel::Off && level >= state.log_level {
            // Cut where the limits cut it anyway, before it is copied.
            let most = usize::try_from(state.limits.log_bytes.saturating_add(1)).unwrap_or(usize::MAX);
            let line = state.kernel.block(text).unwrap_or_default();
            let line = line[..line.len().min(most)].to_vec();
            state.keep_log(level, &line);
        }
        state.kernel.free(text);
    })
}

fn link_user(linker: &mut Linker<State>, name: &str) -> Option<wasmtime::Result<()>> {
    let function = HostFunction::from_name(name)?;
    let linked = linker.func_wrap(USER, name, move |mut caller: Host<'_>, request: i64| -> Answer<i64> {
        halt(caller.data_mut().user_function(function, request.cast_unsigned()))
    });
    Some(linked.map(|_| ()))
}

impl State {
    /// Copies a block that the host takes, and frees it.
    fn take_block(&mut self, handle: u64, most: usize) -> Option<Vec<u8>> {
        let taken = self.kernel.block(handle).map(|bytes| bytes[..bytes.len().min(most)].to_vec());
        self.kernel.free(handle);
        taken
    }

    fn give(&mut self, bytes: &[u8]) -> Result<i64, Halt> {
        Ok(signed(self.kernel.put(bytes, &mut self.memory)?))
    }

    fn config_get(&mut self, key: u64) -> Result<i64, Halt> {
        self.host_calls += 1;
        let key = self.kernel.block(key).unwrap_or_default();
        let value = match std::str::from_utf8(&key[..key.len().min(MOST_KEY)]) {
            Ok(key) => self.config.get(key).cloned(),
            Err(_) => None,
        };
        if !self.ask_once(Question::Config) {
            return Ok(0);
        }
        self.give(value.unwrap_or_default().as_bytes())
    }

    fn var_get(&mut self, key: u64) -> Result<i64, Halt> {
        self.host_calls += 1;
        let key = self.take_block(key, MOST_KEY).unwrap_or_default();
        let value = self.vars.get(&key).cloned().unwrap_or_default();
        self.give(&value)
    }

    fn var_set(&mut self, key: u64, value: u64) -> Result<(), Halt> {
        self.host_calls += 1;
        if self.limits.vars == 0 {
            // The reference's words; Helm gives these to every plugin that has no limit for variables.
            return Err(Halt::failed("var_set", "Vars are disabled by this host"));
        }
        if self.kernel.length(key) > MOST_KEY as u64 || self.kernel.length(value) > self.limits.vars {
            return Err(Halt::Limit(Limit::Vars));
        }
        let key = self.take_block(key, MOST_KEY).unwrap_or_default();
        if value == 0 {
            self.vars.remove(&key);
            return Ok(());
        }
        let value = self.take_block(value, usize::MAX).unwrap_or_default();
        let used: u64 = self
            .vars
            .iter()
            .filter(|(other, _)| **other != key)
            .map(|(key, value)| (key.len() + value.len()) as u64 + VAR_COST)
            .sum();
        if used + (key.len() + value.len()) as u64 + VAR_COST > self.limits.vars {
            return Err(Halt::Limit(Limit::Vars));
        }
        self.vars.insert(key, value);
        Ok(())
    }

    fn http_request(&mut self, request: u64, body: u64) -> Result<i64, Halt> {
        self.host_calls += 1;
        let at = self.elapsed();
        if self.kernel.length(body) > self.limits.http_request {
            return Err(Halt::Limit(Limit::HttpRequest));
        }
        let Some(json) = self.take_block(request, MOST_BYTES + 1) else {
            return Err(Halt::failed(
                "http_request",
                "failed to read http request from memory: invalid memory block",
            ));
        };
        let body = match body {
            0 => Vec::new(),
            body => self
                .take_block(body, usize::MAX)
                .ok_or_else(|| Halt::failed("http_request", "failed to read the body from memory"))?,
        };
        let decoded = crate::json::decoded_bytes(&json);
        self.memory.charge(decoded)?;
        let request = GuestRequest::read(&json).map_err(|message| Halt::failed("http_request", message))?;
        self.memory.release(decoded);
        let body = self.http(request, body)?;
        let bytes = body.len() as u64;
        self.traced(Step::Ask, at, Some(bytes), || "http_request answered".to_owned());
        self.give(&body)
    }

    fn http_headers(&mut self) -> Result<i64, Halt> {
        let json = serde_json::to_vec(&self.http.headers).unwrap_or_default();
        self.give(&json)
    }

    fn user_function(&mut self, function: HostFunction, request: u64) -> Result<i64, Halt> {
        self.host_calls += 1;
        let at = self.elapsed();
        if self.kernel.length(request) > self.limits.host_message {
            return Err(Halt::Limit(Limit::HostMessage));
        }
        // The guest's own block: by convention it frees its arguments itself.
        let request = self.kernel.block(request).unwrap_or_default().to_vec();
        let answer = host::answer(self, function, &request)?;
        self.charge_records()?;
        self.traced(Step::Ask, at, Some(answer.len() as u64), || function.name().to_owned());
        self.give(&answer)
    }
}

/// The exports that initialise a guest, in the order in which the reference looks for them.
const INITIALISERS: [&str; 2] = ["_initialize", "__wasm_call_ctors"];

impl Abi for Extism {
    fn link(&self, linker: &mut Linker<State>, module: &str, name: &str) -> Option<wasmtime::Result<()>> {
        match module {
            ENV => link_env(linker, name),
            USER => link_user(linker, name),
            _ => None,
        }
    }

    fn nearest(&self, module: &str, name: &str) -> Option<&'static str> {
        match module {
            ENV => pintle_guard::nearest(name, ENV_NAMES),
            USER => pintle_guard::nearest(name, HostFunction::ALL.into_iter().map(HostFunction::name)),
            _ => None,
        }
    }

    fn check(&self, module: &Module, entry: &str) -> Result<(), StartError> {
        let Some(ExternType::Func(entry_type)) = module.get_export(entry) else {
            return Err(StartError::NoEntry(entry.to_owned()));
        };
        let (parameters, results) = (entry_type.params().len(), entry_type.results().len());
        if parameters > 0 || results > 1 {
            return Err(StartError::EntryType { name: entry.to_owned(), parameters, results });
        }
        Ok(())
    }

    fn give(&self, store: &mut Store<State>, input: &[u8]) -> wasmtime::Result<()> {
        let state = store.data_mut();
        halt(state.kernel.set_input(input, &mut state.memory).map_err(Halt::from))
    }

    fn call(&self, store: &mut Store<State>, instance: &Instance, entry: &str) -> wasmtime::Result<u32> {
        // An entry that is itself an initialiser, or the start of a command, initialises on its own.
        if !matches!(entry, "_start" | "_initialize") {
            initialise(store, instance)?;
        }
        let function = instance
            .get_func(&mut *store, entry)
            .ok_or_else(|| wasmtime::Error::msg(format!("unknown function: {entry}")))?;
        let mut results = vec![Val::I32(0); function.ty(&*store).results().len()];
        function.call(&mut *store, &[], &mut results)?;
        // Whatever its type, the low half of its bits.
        Ok(match results.first() {
            None => 0,
            Some(Val::I32(value)) => value.cast_unsigned(),
            Some(Val::I64(value)) => low(value.cast_unsigned()),
            Some(Val::F32(bits)) => *bits,
            Some(Val::F64(bits)) => low(*bits),
            Some(_) => 0,
        })
    }

    fn output<'a>(&self, state: &'a State) -> &'a [u8] {
        state.kernel.output()
    }

    fn error(&self, state: &State) -> Option<String> {
        let text = state.kernel.error()?;
        Some(String::from_utf8_lossy(&text[..text.len().min(MOST_ERROR)]).into_owned())
    }
}

fn low(bits: u64) -> u32 {
    let [a, b, c, d, ..] = bits.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

/// Runs a guest's constructors as the reference does: Haskell's runtime last, `_initialize` before
/// `__wasm_call_ctors`, never `_start`.
fn initialise(store: &mut Store<State>, instance: &Instance) -> wasmtime::Result<()> {
    for name in INITIALISERS {
        let Some(function) = instance.get_func(&mut *store, name) else { continue };
        let ty = function.ty(&*store);
        if ty.params().len() > 0 {
            continue;
        }
        let mut results = vec![Val::I32(0); ty.results().len()];
        function.call(&mut *store, &[], &mut results)?;
        break;
    }
    if let Some(function) = instance.get_func(&mut *store, "hs_init") {
        let ty = function.ty(&*store);
        let zero = |ty: wasmtime::ValType| match ty {
            wasmtime::ValType::I64 => Val::I64(0),
            wasmtime::ValType::F32 => Val::F32(0),
            wasmtime::ValType::F64 => Val::F64(0),
            _ => Val::I32(0),
        };
        let arguments: Vec<Val> = ty.params().map(zero).collect();
        let mut results: Vec<Val> = ty.results().map(zero).collect();
        function.call(&mut *store, &arguments, &mut results)?;
    }
    Ok(())
}

const ENV_NAMES: [&str; 32] = [
    "alloc",
    "free",
    "length",
    "length_unsafe",
    "load_u8",
    "load_u64",
    "store_u8",
    "store_u64",
    "input_length",
    "input_offset",
    "input_load_u8",
    "input_load_u64",
    "input_set",
    "output_set",
    "output_offset",
    "output_length",
    "error_set",
    "error_get",
    "memory_bytes",
    "reset",
    "config_get",
    "var_get",
    "var_set",
    "http_request",
    "http_status_code",
    "http_headers",
    "log_trace",
    "log_debug",
    "log_info",
    "log_warn",
    "log_error",
    "get_log_level",
];
