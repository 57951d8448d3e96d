//! What a document is read into.
//!
//! `sigs.k8s.io/yaml` looks at the Go type that it fills while it turns YAML into JSON: where that has a string,
//! numbers and booleans become text before anything rounds them.

/// The type of the place that a value goes to.
#[derive(Debug, Clone, Copy)]
pub enum Wanted {
    /// Whatever is there.
    Any,
    /// A string.
    Text,
    /// A list of such items.
    List(&'static Wanted),
    /// A map of such values by any name.
    Map(&'static Wanted),
    /// A struct with the fields of these names. Go matches names without regard to case.
    Struct(&'static [(&'static str, Wanted)]),
}

impl Wanted {
    /// What the value under a key is to be.
    pub(super) fn field(&'static self, name: &[u8]) -> &'static Self {
        match self {
            Self::Map(value) => value,
            Self::Struct(fields) => {
                let found = fields.iter().find(|(field, _)| folds_to(name, field));
                found.map_or(&Self::Any, |(_, wanted)| wanted)
            }
            _ => &Self::Any,
        }
    }

    /// What the items of a list are to be.
    pub(super) fn item(&self) -> &'static Self {
        match self {
            Self::List(item) => item,
            _ => &Self::Any,
        }
    }
}

/// Equal in any case, and Unicode's other letters that fold to ASCII ones: `ſ` and the Kelvin sign.
pub(super) fn folds_to(name: &[u8], field: &str) -> bool {
    if name.eq_ignore_ascii_case(field.as_bytes()) {
        return true;
    }
    !name.is_ascii()
        && std::str::from_utf8(name).is_ok_and(|name| {
            name.replace('\u{17f}', "s").replace('\u{212a}', "k").eq_ignore_ascii_case(field)
        })
}
