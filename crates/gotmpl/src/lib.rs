//! Go's text/template: lexer, parser, evaluator and builtins, over [`govalue::Value`].
//!
//! A [`Set`] parses texts once and executes them many times. Functions come in a [`Functions`] table, checked
//! against Go signatures; those that ask the host get a [`Call`]. Definitions remember who owns them, so that a
//! host can tell whose code is executing.
//!
//! ```
//! use std::rc::Rc;
//! use govalue::{Map, Value};
//! use pintle_gotmpl::{Budget, Functions, MissingKey, Set};
//!
//! let mut set = Set::new("greetings", Rc::new(Functions::new()), MissingKey::Default);
//! set.parse("hello", b"Hello, {{ .name }}!", 0)?;
//! let data: Map = [("name", "Ada")].into_iter().collect();
//! let mut out = Vec::new();
//! set.execute("hello", &Value::Map(data), &mut out, &mut (), &mut Budget::default())?;
//! assert_eq!(out, b"Hello, Ada!");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Absent on purpose: Helm. The crate knows nothing of charts.

mod ast;
mod budget;
mod builtins;
mod characters;
mod error;
mod exec;
mod functions;
mod lex;
mod literal;
mod parse;
mod set;
mod survey;
mod watch;

pub use budget::{Budget, Memory, NESTED, Spent};
pub use error::{ExecError, Fault, LimitError, ParseError, Place};
pub use exec::{Call, Enclosing, Operand, Printed, Site, TextError, Trace, Trail, Witness};
pub use functions::{ANY_NUMBER, Function, Functions, Implementation};
pub use set::{MissingKey, Parsed, Set, Shared};
pub use survey::{Keyword, actions, constants, keywords};
pub use watch::{Passage, Watch};
