//! The table of functions a set of templates can call.

use govalue::types::{self, Signature};
use govalue::{CallResult, Cost, Value};

use crate::builtins;
use crate::exec::Call;

/// What stands behind a function's name.
#[derive(Clone, Copy)]
pub enum Implementation {
    /// Depends on its arguments alone.
    Pure(fn(&[Value]) -> CallResult),
    /// Asks the engine or the host.
    Host(fn(&mut Call<'_, '_>, &[Value]) -> CallResult),
    /// Go's `and` and `or`, which do not evaluate more than they need.
    And,
    /// See [`Implementation::And`].
    Or,
    /// As [`Implementation::Pure`], and told which arguments were read out of an `interface{}`: builtins of Go
    /// that take a `reflect.Value` can tell.
    Reflecting(fn(&[Value], held: &[bool]) -> CallResult),
    /// As [`Implementation::Pure`], for what only knows when it is done how many steps it took.
    Counted(fn(&[Value], &mut u64) -> CallResult),
    /// As [`Implementation::Pure`], for what prints its arguments: it costs what it prints.
    Printing(fn(&[Value]) -> CallResult),
    /// Go's `call`, whose errors name the function as the template writes it.
    Call,
}

/// A function that templates can call.
#[derive(Clone, Copy)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// What it takes; arguments are checked and worded as Go does.
    pub signature: Signature,
    /// What a call costs beyond one step, told before the call. Without it the length of its texts counts: those
    /// it is given, and the one it answers.
    pub cost: Option<fn(&[Value]) -> Cost>,
    /// What it does.
    pub implementation: Implementation,
}

/// A table of functions, sorted by name; the builtins of Go are in it from the start.
#[derive(Clone)]
pub struct Functions {
    sorted: Vec<Function>,
}

impl Functions {
    /// Go's builtins alone.
    pub fn new() -> Self {
        let mut table = Self { sorted: Vec::new() };
        table.extend(builtins::FUNCTIONS.iter().copied());
        table
    }

    /// Adds functions; a name that is there already is replaced.
    pub fn extend(&mut self, functions: impl IntoIterator<Item = Function>) {
        self.sorted.extend(functions);
        // Stable: of equal names the one added last stands last, and stays.
        self.sorted.sort_by_key(|function| function.name);
        self.sorted.reverse();
        let mut seen: Option<&'static str> = None;
        self.sorted.retain(|function| {
            let keep = seen != Some(function.name);
            seen = Some(function.name);
            keep
        });
        self.sorted.reverse();
    }

    /// Names in order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.sorted.iter().map(|function| function.name)
    }

    pub(crate) fn find(&self, name: &[u8]) -> Option<u32> {
        self.sorted.binary_search_by(|function| function.name.as_bytes().cmp(name)).ok().map(|at| at as u32)
    }

    pub(crate) fn at(&self, index: u32) -> Option<&Function> {
        self.sorted.get(index as usize)
    }
}

impl Default for Functions {
    fn default() -> Self {
        Self::new()
    }
}

/// A signature of any number of values of any type.
pub const ANY_NUMBER: Signature = Signature { params: &[&types::ANY], variadic: true };
