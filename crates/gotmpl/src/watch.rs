//! Who looks on while templates are executed.

/// What an execution goes into and comes out of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passage<'a> {
    /// A definition: a whole text, what it defines, or a text given to `tpl`, which is named as the set.
    Definition {
        /// Its name.
        name: &'a [u8],
        /// The name of the text that it stands in.
        file: &'a [u8],
    },
    /// A function, from when its arguments are there. `and` and `or` evaluate theirs themselves and do not count.
    Function(&'static str),
    /// Parsing a text that was given to `tpl`, the first time.
    Parse,
    /// A part of the work around executions, by whatever name its owner has for it.
    Step(&'static str),
}

/// Told what an execution goes through, properly nested. This crate has no clock: one who wants to know how long
/// something took brings a watch. Without one ([`Set::watch`](crate::Set::watch)) the engine looks at an option in
/// each call and does nothing else.
pub trait Watch {
    /// Something begins.
    fn enter(&mut self, passage: Passage<'_>);

    /// What began last ends, however it went.
    fn leave(&mut self);
}
