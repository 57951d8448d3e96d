//! A set of templates that know each other by name.

use std::any::Any;
use std::rc::Rc;
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt as _, HashSet};
use govalue::{Str, Value};

use crate::ast::Template;
use crate::budget::Budget;
use crate::error::{ExecError, ParseError};
use crate::exec::{Engine, Trace};
use crate::functions::Functions;
use crate::parse::{Definitions, parse};
use crate::watch::{Passage, Watch};

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

/// Definitions by name.
type Layer = HashMap<Str, Rc<Template>>;

/// A text given to `tpl`: its main definition, and those that it defines.
pub(crate) type Text = (Rc<Template>, Vec<Rc<Template>>);

/// Texts that an execution was charged for. What it forgets, and when, depends on nothing but the execution.
#[derive(Default)]
struct Charged {
    texts: HashSet<(Str, u32)>,
    bytes: usize,
}

impl Charged {
    fn clear(&mut self) {
        self.texts.clear();
        self.bytes = 0;
    }
}

/// How many bytes of text are kept parsed. Charts execute few texts often; one that makes new ones all the time
/// must not fill the memory with them.
const MOST_COMPILED: usize = 4 << 20;

/// What a text counts beyond its length.
const PARSED: usize = 256;

/// A text that was parsed and belongs to no set yet. Texts can be parsed on many threads.
#[derive(Clone)]
pub struct Parsed {
    templates: Vec<Template>,
    names_itself: bool,
}

impl Parsed {
    /// Parses a text; `functions` must be those of the set that it is added to. See [`Set::parse`].
    ///
    /// # Errors
    /// In Go's words.
    pub fn new(name: &str, text: Arc<[u8]>, owner: u32, functions: &Functions) -> Result<Self, ParseError> {
        let Definitions { templates, names_itself } = parse(&Str::from(name), text, owner, functions)?;
        Ok(Self { templates, names_itself })
    }

    /// The same text under another name, without parsing it again; `None` when it defines something of either
    /// name, which only a parser sorts out. Charts often bring copies of one library.
    pub fn renamed(&self, name: &str, owner: u32) -> Option<Self> {
        let name = Str::from(name);
        let (own, inner) = self.templates.split_last()?;
        if self.names_itself || inner.iter().any(|template| template.name == name) {
            return None;
        }
        let renamed = |template: &Template| Template { parse_name: name.clone(), owner, ..template.clone() };
        let mut templates: Vec<Template> = inner.iter().map(renamed).collect();
        templates.push(Template { name: name.clone(), ..renamed(own) });
        Some(Self { templates, names_itself: false })
    }
}

/// Templates parsed once and executed many times.
pub struct Set {
    pub(crate) name: Str,
    pub(crate) functions: Rc<Functions>,
    pub(crate) missing_key: MissingKey,
    /// The set's own definitions; sets on other threads may have the same.
    own: Arc<HashMap<Str, Box<Template>>>,
    /// Those of them that were executed first, then those of each `tpl` that is being executed.
    layers: Vec<Layer>,
    /// Texts that were executed, by text and owner.
    compiled: HashMap<(Str, u32), Text>,
    /// How many bytes of text these are.
    compiled_bytes: usize,
    /// Which texts the execution was charged for.
    charged: Charged,
    watch: Option<Box<dyn Watch>>,
}

impl Set {
    /// An empty set. The name shows in the error for a template that does not exist.
    pub fn new(name: &str, functions: Rc<Functions>, missing_key: MissingKey) -> Self {
        Self {
            name: Str::from(name),
            functions,
            missing_key,
            own: Arc::default(),
            layers: vec![Layer::new()],
            compiled: HashMap::new(),
            compiled_bytes: 0,
            charged: Charged::default(),
            watch: None,
        }
    }

    /// The definitions of this set as they are now, for a thread of their own.
    pub fn share(&self) -> Shared {
        Shared { name: self.name.clone(), missing_key: self.missing_key, own: Arc::clone(&self.own) }
    }

    /// Has executions of this set watched from now on, or no longer.
    pub fn watch(&mut self, watch: Option<Box<dyn Watch>>) {
        self.watch = watch;
    }

    /// Tells the one who watches, if anyone, that something begins; true when its end is to be told too.
    #[inline]
    pub fn enter(&mut self, passage: Passage<'_>) -> bool {
        match &mut self.watch {
            None => false,
            Some(watch) => {
                watch.enter(passage);
                true
            }
        }
    }

    /// Tells the one who watches that what began last has ended.
    pub fn leave(&mut self) {
        if let Some(watch) = &mut self.watch {
            watch.leave();
        }
    }

    /// Parses a text and adds what it defines: itself under `name`, and its `define`s and `block`s. A later
    /// definition replaces an earlier one of the same name, unless it is empty. `owner` is told back to
    /// functions that ask who is executing.
    ///
    /// # Errors
    /// In Go's words; the set is unchanged then.
    pub fn parse(&mut self, name: &str, text: &[u8], owner: u32) -> Result<(), ParseError> {
        self.add(Parsed::new(name, Arc::from(text), owner, &self.functions)?);
        Ok(())
    }

    /// Adds what a text defines, as [`Set::parse`] does.
    pub fn add(&mut self, parsed: Parsed) {
        let own = Arc::make_mut(&mut self.own);
        for template in parsed.templates {
            if template.code.is_empty(template.body) && own.contains_key(&template.name) {
                continue;
            }
            if let Some(layer) = self.layers.first_mut() {
                layer.remove(&template.name);
            }
            own.insert(template.name.clone(), Box::new(template));
        }
    }

    /// Names of all definitions, in order.
    pub fn names(&self) -> Vec<Str> {
        let mut names: Vec<Str> =
            self.own.keys().chain(self.layers.iter().flat_map(Layer::keys)).cloned().collect();
        names.sort();
        names.dedup();
        names
    }

    pub(crate) fn lookup(&mut self, name: &[u8]) -> Option<Rc<Template>> {
        if let Some(found) = self.layers.iter().rev().find_map(|layer| layer.get(name)) {
            return Some(Rc::clone(found));
        }
        let template = Rc::new(Template::clone(self.own.get(name)?));
        if let Some(layer) = self.layers.first_mut() {
            layer.insert(template.name.clone(), Rc::clone(&template));
        }
        Some(template)
    }

    fn defines(&self, name: &[u8]) -> bool {
        self.own.contains_key(name) || self.layers.iter().any(|layer| layer.contains_key(name))
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
        self.charged.clear();
        Engine::new(self, host, budget).execute(name.as_bytes(), data, out)
    }

    /// Executes a definition as [`Set::execute`] does, and notes which node prints which line.
    ///
    /// # Errors
    /// In Go's words; the trace is of what was printed so far.
    pub fn execute_traced(
        &mut self,
        name: &str,
        data: &Value,
        out: &mut Vec<u8>,
        host: &mut dyn Any,
        budget: &mut Budget,
    ) -> (Result<(), ExecError>, Trace) {
        self.charged.clear();
        Engine::new(self, host, budget).execute_traced(name.as_bytes(), data, out)
    }

    /// The parsed form of a text given to `tpl`, if it was executed before.
    pub(crate) fn compiled(&self, text: &Str, owner: u32) -> Option<Text> {
        self.compiled.get(&(text.clone(), owner)).cloned()
    }

    /// Whether this execution must be charged for parsing a text, whoever parsed it; from then on it is charged.
    pub(crate) fn charge(&mut self, text: &Str, owner: u32) -> bool {
        let key = (text.clone(), owner);
        if self.charged.texts.contains(&key) {
            return false;
        }
        let size = text.len() + PARSED;
        if self.charged.bytes.saturating_add(size) > MOST_COMPILED {
            self.charged.clear();
        }
        if size <= MOST_COMPILED {
            self.charged.bytes += size;
            self.charged.texts.insert(key);
        }
        true
    }

    /// Parses a text given to `tpl`.
    pub(crate) fn compile(&mut self, text: &Str, owner: u32) -> Result<Text, ParseError> {
        let watched = self.enter(Passage::Parse);
        let parsed = parse(&self.name, Arc::from(text.as_bytes()), owner, &self.functions);
        if watched {
            self.leave();
        }
        let mut parsed = parsed?.templates;
        let main = parsed.pop().map(Rc::new).ok_or_else(|| ParseError::new(String::new(), 0..0))?;
        let compiled: Text = (main, parsed.into_iter().map(Rc::new).collect());
        let size = text.len() + PARSED;
        if self.compiled_bytes.saturating_add(size) > MOST_COMPILED {
            self.compiled.clear();
            self.compiled_bytes = 0;
        }
        if size <= MOST_COMPILED {
            self.compiled_bytes += size;
            self.compiled.insert((text.clone(), owner), compiled.clone());
        }
        Ok(compiled)
    }

    /// How many texts given to `tpl`, one within the other, have definitions of their own.
    pub(crate) fn layers(&self) -> u64 {
        self.layers.len() as u64
    }

    /// Adds a layer with the definitions of a `tpl` text; true when there is one to pop.
    pub(crate) fn push_layer(&mut self, definitions: &[Rc<Template>]) -> bool {
        if definitions.is_empty() {
            return false;
        }
        let mut layer = Layer::new();
        for template in definitions {
            if template.code.is_empty(template.body) && self.defines(&template.name) {
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

/// What a [`Set`] defines. It may go to another thread.
#[derive(Clone)]
pub struct Shared {
    name: Str,
    missing_key: MissingKey,
    own: Arc<HashMap<Str, Box<Template>>>,
}

impl Shared {
    /// A set with these definitions; `functions` must be those that the texts were parsed with.
    pub fn set(&self, functions: Rc<Functions>) -> Set {
        let mut set = Set::new("", functions, self.missing_key);
        set.name.clone_from(&self.name);
        set.own = Arc::clone(&self.own);
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set() -> Set {
        let mut set = Set::new("set", Rc::new(Functions::new()), MissingKey::Default);
        set.parse("lib", br#"{{ define "a" }}A{{ end }}{{ define "b" }}B{{ end }}"#, 1).unwrap();
        set
    }

    #[test]
    fn the_definitions_of_a_text_lie_on_top_and_nothing_is_copied() {
        let mut set = set();
        let below: Vec<_> = set.names().iter().filter_map(|name| set.lookup(name)).collect();
        let counts: Vec<_> = below.iter().map(Rc::strong_count).collect();
        let (_, definitions) = set.compile(&Str::from(r#"{{ define "a" }}own{{ end }}"#), 2).unwrap();
        assert!(set.push_layer(&definitions));
        assert_eq!(set.layers.len(), 2);
        assert_eq!(set.layers[1].len(), 1);
        assert!(Rc::ptr_eq(&set.lookup(b"a").unwrap(), &definitions[0]));
        assert_eq!(below.iter().map(Rc::strong_count).collect::<Vec<_>>(), counts);
        set.pop_layer();
        assert_eq!(set.lookup(b"a").unwrap().owner, 1);
    }

    #[test]
    fn a_text_without_definitions_adds_no_layer() {
        let mut set = set();
        let (_, definitions) = set.compile(&Str::from("{{ . }}"), 2).unwrap();
        assert!(!set.push_layer(&definitions));
        assert_eq!(set.layers.len(), 1);
    }

    #[test]
    fn an_empty_definition_of_a_text_hides_nothing() {
        let mut set = set();
        let (_, definitions) = set.compile(&Str::from(r#"{{ define "a" }} {{ end }}"#), 2).unwrap();
        set.push_layer(&definitions);
        assert_eq!(set.lookup(b"a").unwrap().owner, 1);
    }

    #[test]
    fn a_renamed_text_is_what_it_would_be_if_it_were_parsed() {
        let functions = Functions::default();
        let text: Arc<[u8]> = Arc::from(&b"a{{ define \"b\" }}x{{ end }}{{ template \"b\" }}{{ .x.y }}"[..]);
        let parsed = Parsed::new("one", Arc::clone(&text), 1, &functions).unwrap();
        let names = |parsed: &Parsed| -> Vec<_> {
            let each = parsed.templates.iter();
            each.map(|it| (it.name.to_string(), it.parse_name.to_string(), it.owner, it.slots)).collect()
        };
        let renamed = parsed.renamed("two", 2).unwrap();
        assert_eq!(names(&renamed), names(&Parsed::new("two", Arc::clone(&text), 2, &functions).unwrap()));
        // What it defines would be itself.
        assert!(parsed.renamed("b", 2).is_none());
        let text: Arc<[u8]> = Arc::from(&b"{{ define \"b\" }}x{{ end }}"[..]);
        assert!(Parsed::new("b", text, 1, &functions).unwrap().renamed("one", 2).is_none());
    }

    #[test]
    fn a_text_is_parsed_once_for_each_owner() {
        let mut set = set();
        let text = Str::from("{{ . }}");
        let (first, _) = set.compile(&text, 1).unwrap();
        assert!(Rc::ptr_eq(&set.compiled(&text, 1).unwrap().0, &first));
        assert!(set.compiled(&text, 2).is_none());
    }

    #[test]
    fn texts_that_are_kept_do_not_grow_without_end() {
        let mut set = set();
        for number in 0..9 {
            set.compile(&Str::from(format!("{number}{}", "x".repeat(MOST_COMPILED / 4))), 1).unwrap();
            assert!(set.compiled_bytes <= MOST_COMPILED && set.compiled.len() <= 4);
        }
        let large = Str::from("x".repeat(MOST_COMPILED + 1));
        set.compile(&large, 1).unwrap();
        assert!(set.compiled(&large, 1).is_none());
    }
}
