//! What a host function sees of the execution that calls it.

use govalue::{Cost, Str, Value};

use super::{Engine, Result, Val};
use crate::error::{ExecError, ParseError, Place};

/// Parsing takes steps too, or a template could make new texts all day.
const STEPS_OF_A_TEXT: u64 = 128;
const STEPS_OF_A_PARSED_BYTE: u64 = 2;

/// A parsed text is larger than the text.
const BYTES_OF_A_TEXT: u64 = 1 << 10;
const BYTES_OF_A_PARSED_BYTE: u64 = 8;

/// What a host function has: the engine, to execute templates, and the host behind it.
pub struct Call<'c, 'e> {
    pub(super) engine: &'c mut Engine<'e>,
    pub(super) place: &'c dyn Fn() -> Option<Place>,
}

impl Call<'_, '_> {
    /// The host that was given to [`Set::execute`], if it is of this type.
    pub fn host_mut<T: 'static>(&mut self) -> Option<&mut T> {
        self.engine.host.downcast_mut()
    }

    /// Owners of the definitions being executed, outermost first, with repetitions.
    pub fn owners(&self) -> &[u32] {
        &self.engine.owners
    }

    /// Where the call stands.
    pub fn place(&self) -> Option<Place> {
        (self.place)()
    }

    /// The set's name.
    pub fn set_name(&self) -> &Str {
        &self.engine.set.name
    }

    /// Charges for work that depends on more than the arguments.
    ///
    /// # Errors
    /// A limit was met.
    pub fn charge(&mut self, cost: Cost) -> Result<(), ExecError> {
        let charged = self.engine.budget.charge_call(cost);
        charged.map_err(|limit| ExecError::caused(self.place(), limit.to_string(), Box::new(limit)))
    }

    /// Executes a definition into a text of its own.
    ///
    /// # Errors
    /// In Go's words, also for a name that is not defined.
    pub fn execute_template(&mut self, name: &[u8], data: &Value) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        self.engine.traced(&mut out, |engine, out| engine.execute(name, data, out))?;
        Ok(out)
    }

    /// Parses a text under the set's name and executes it. What it defines is seen by what it executes, and
    /// by nothing else. `owner` is whoever wrote the text: often, but not always, the definition that calls.
    ///
    /// # Errors
    /// [`TextError`] tells a text that cannot be parsed from one that fails.
    pub fn execute_text(&mut self, text: &Str, data: &Value, owner: u32) -> Result<Vec<u8>, TextError> {
        if self.engine.set.charge(text, owner) {
            let length = text.len() as u64;
            self.charge(Cost {
                steps: STEPS_OF_A_TEXT + length * STEPS_OF_A_PARSED_BYTE,
                bytes: BYTES_OF_A_TEXT + length.saturating_mul(BYTES_OF_A_PARSED_BYTE),
            })
            .map_err(TextError::Execute)?;
        }
        let compiled = match self.engine.set.compiled(text, owner) {
            Some(compiled) => compiled,
            None => self.engine.set.compile(text, owner).map_err(TextError::Parse)?,
        };
        let (main, definitions) = compiled;
        let layered = self.engine.set.push_layer(&definitions);
        let mut out = Vec::new();
        let result =
            self.engine.traced(&mut out, |engine, out| engine.run(&main, Val::plain(data.clone()), out));
        if layered {
            self.engine.set.pop_layer();
        }
        result.map(|()| out).map_err(TextError::Execute)
    }
}

/// Why a text could not be executed.
#[derive(Debug)]
pub enum TextError {
    /// It cannot be parsed.
    Parse(ParseError),
    /// It failed.
    Execute(ExecError),
}
