//! A set of templates that know each other by name.

use std::any::Any;
use std::collections::HashMap;
use std::rc::Rc;

use govalue::{Str, Value};

use crate::ast::{Template, is_empty};
use crate::error::{ExecError, LimitError, ParseError};
use crate::exec::Engine;
use crate::functions::Functions;
use crate::parse::parse;

/// What a key that a map does not have reads as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingKey {
    /// No value at all; a field of it is no value either. Go's `missingkey=default`.
    Default,
    /// The zero value of the map's elements; a field of a nil one is an error. Go's `missingkey=zero`.
    Zero,
    /// An error. Go's `missingkey=error`.
    Error,
}

/// What an execution may use up.
#[derive(Debug, Clone)]
pub struct Budget {
    /// Steps left: one per node, more for functions that say so.
    pub steps: u64,
    /// The limit that `steps` began with, for the error.
    pub steps_limit: u64,
    /// How deep templates may call each other. A level takes native stack: give the executing thread
    /// 32 KiB for each.
    pub depth: u32,
}

impl Budget {
    /// A budget of so many steps.
    pub fn with_steps(steps: u64) -> Self {
        Self { steps, steps_limit: steps, ..Self::default() }
    }

    pub(crate) fn charge(&mut self, steps: u64) -> Result<(), LimitError> {
        match self.steps.checked_sub(steps) {
            Some(left) => {
                self.steps = left;
                Ok(())
            }
            None => {
                self.steps = 0;
                Err(LimitError { name: "render.steps", limit: self.steps_limit })
            }
        }
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self { steps: 2_000_000_000, steps_limit: 2_000_000_000, depth: 4_000 }
    }
}

/// Definitions by name.
type Layer = HashMap<Str, Rc<Template>>;

/// Texts given to `tpl`, by text and owner: the main definition and those it defines.
type Compiled = HashMap<(Str, u32), (Rc<Template>, Vec<Rc<Template>>)>;

/// Templates parsed once and executed many times.
pub struct Set {
    pub(crate) name: Str,
    pub(crate) functions: Rc<Functions>,
    pub(crate) missing_key: MissingKey,
    /// The set's own definitions first, then those of each `tpl` that is being executed.
    layers: Vec<Layer>,
    compiled: Compiled,
}

impl Set {
    /// An empty set. The name shows in the error for a template that does not exist.
    pub fn new(name: &str, functions: Rc<Functions>, missing_key: MissingKey) -> Self {
        Self {
            name: Str::from(name),
            functions,
            missing_key,
            layers: vec![Layer::new()],
            compiled: Compiled::new(),
        }
    }

    /// Parses a text and adds what it defines: itself under `name`, and its `define`s and `block`s. A later
    /// definition replaces an earlier one of the same name, unless it is empty. `owner` is told back to
    /// functions that ask who is executing.
    ///
    /// # Errors
    /// In Go's words; the set is unchanged then.
    pub fn parse(&mut self, name: &str, text: &[u8], owner: u32) -> Result<(), ParseError> {
        let parsed = parse(&Str::from(name), &Rc::from(text), owner, &self.functions)?;
        for template in parsed {
            let replaced = self.layers.iter().any(|layer| layer.contains_key(&template.name));
            if replaced && is_empty(&template.body, &template.source) {
                continue;
            }
            if let Some(layer) = self.layers.last_mut() {
                layer.insert(template.name.clone(), Rc::new(template));
            }
        }
        Ok(())
    }

    /// Names of all definitions, in order.
    pub fn names(&self) -> Vec<Str> {
        let mut names: Vec<Str> = self.layers.iter().flat_map(Layer::keys).cloned().collect();
        names.sort();
        names.dedup();
        names
    }

    pub(crate) fn lookup(&self, name: &[u8]) -> Option<Rc<Template>> {
        self.layers.iter().rev().find_map(|layer| layer.get(name)).map(Rc::clone)
    }

    /// Executes a definition, appending to `out`.
    ///
    /// # Errors
    /// In Go's words; `out` then holds what was printed so far.
    pub fn execute(
        &mut self,
        name: &str,
        data: &Value,
        out: &mut Vec<u8>,
        host: &mut dyn Any,
        budget: &mut Budget,
    ) -> Result<(), ExecError> {
        Engine::new(self, host, budget).execute(name.as_bytes(), data, out)
    }

    /// The parsed form of a text given to `tpl`.
    pub(crate) fn compile(
        &mut self,
        text: &Str,
        owner: u32,
    ) -> Result<(Rc<Template>, Vec<Rc<Template>>), ParseError> {
        let key = (text.clone(), owner);
        if let Some(found) = self.compiled.get(&key) {
            return Ok(found.clone());
        }
        let mut parsed = parse(&self.name, &Rc::from(text.as_bytes()), owner, &self.functions)?;
        let main = parsed.pop().map(Rc::new).ok_or_else(|| ParseError::new(String::new()))?;
        let compiled = (main, parsed.into_iter().map(Rc::new).collect::<Vec<_>>());
        self.compiled.insert(key, compiled.clone());
        Ok(compiled)
    }

    /// Adds a layer with the definitions of a `tpl` text; true when there is one to pop.
    pub(crate) fn push_layer(&mut self, definitions: &[Rc<Template>]) -> bool {
        if definitions.is_empty() {
            return false;
        }
        let mut layer = Layer::new();
        for template in definitions {
            if is_empty(&template.body, &template.source) && self.lookup(&template.name).is_some() {
                continue;
            }
            layer.insert(template.name.clone(), Rc::clone(template));
        }
        self.layers.push(layer);
        true
    }

    pub(crate) fn pop_layer(&mut self) {
        self.layers.pop();
    }
}
