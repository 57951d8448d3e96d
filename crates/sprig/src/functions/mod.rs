//! Every pure function that templates can call by name, with Go's parameter types.
//!
//! [`functions`] is the table; a family of functions is a file here. Arguments arrive checked and converted to the
//! [`Signature`] by the template engine. Answers have Go's dynamic types, and a Go panic is an error with its text.
//!
//! What needs a clock, the local zone, randomness, keys, the network or the template itself is not in the table: the
//! renderer registers `now`, `date`, `toDate`, `randAlpha`, `genCA`, `lookup`, `include`, `required` and their like.
//! [`dates`] and [`random`] hold what those need from Sprig.

mod args;
pub mod cost;
pub mod dates;
mod defaults;
mod dicts;
mod digests;
mod documents;
mod durations;
mod lists;
mod merge;
mod numeric;
mod paths;
pub mod random;
mod regexes;
mod semvers;
mod strings;
mod types;
mod urls;

pub use args::{cast_float64, cast_int64, is_empty, text_of};
pub use semvers::version_object;

use std::sync::LazyLock;

use govalue::{CallResult, Cost, Signature, Value};

/// A function that depends on its arguments alone.
#[derive(Debug, Clone, Copy)]
pub struct PureFunction {
    /// Its name in templates.
    pub name: &'static str,
    /// What it takes.
    pub signature: Signature,
    /// What a call with these arguments costs, for those functions that take more than reading their texts, or whose
    /// answer can be much larger. To be charged before the call.
    pub cost: Option<fn(&[Value]) -> Cost>,
    /// Calls it. Errors and panics have Go's texts.
    pub call: fn(&[Value]) -> CallResult,
    /// For functions that only know when they are done what it took, though no call of them takes long: the same
    /// call, adding to the steps.
    pub counted: Option<fn(&[Value], &mut u64) -> CallResult>,
}

/// All pure functions: Sprig's and Helm's own.
pub fn functions() -> &'static [PureFunction] {
    static ALL: LazyLock<Vec<PureFunction>> = LazyLock::new(|| {
        [
            strings::TABLE,
            numeric::TABLE,
            lists::TABLE,
            dicts::TABLE,
            defaults::TABLE,
            types::TABLE,
            documents::TABLE,
            digests::TABLE,
            regexes::TABLE,
            semvers::TABLE,
            paths::TABLE,
            urls::TABLE,
            dates::TABLE,
            durations::TABLE,
        ]
        .concat()
    });
    &ALL
}

/// Writes a table: `"name" (TYPE, TYPE; REST) => function` with an optional `, cost estimator` and
/// `, counted function`. Types are those of
/// [`govalue::types`]; one after a semicolon repeats.
macro_rules! table {
    ($($name:literal ($($param:ident),* $(; $rest:ident)?) => $call:expr $(, cost $cost:expr)? $(, counted $counted:expr)?;)*) => {
        pub(super) static TABLE: &[$crate::functions::PureFunction] = &[
            $($crate::functions::PureFunction {
                name: $name,
                signature: govalue::Signature {
                    params: &[$(&govalue::types::$param,)* $(&govalue::types::$rest,)?],
                    variadic: $crate::functions::table!(@given $($rest)?),
                },
                cost: $crate::functions::table!(@cost $($cost)?),
                call: $call,
                counted: $crate::functions::table!(@counted $($counted)?),
            },)*
        ];
    };
    (@given) => { false };
    (@given $rest:ident) => { true };
    (@counted) => { None };
    (@counted $counted:expr) => { Some($counted) };
    (@cost) => { None };
    (@cost $cost:expr) => { Some(|args| $cost(args).into()) };
}
pub(crate) use table;
