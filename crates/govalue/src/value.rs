//! [`Value`]: what Go holds in an `interface{}`.

use std::any::Any;
use std::rc::Rc;

use crate::{Bytes, FloatKind, IntKind, Kind, List, Map, Str, Type, types};

/// What a function or method of the host answers.
pub type CallResult = Result<Value, Box<dyn std::error::Error>>;

/// What a call will cost, told from its arguments before it is made; on the high side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// How long it takes, in steps of a template: some fifty nanoseconds each.
    pub steps: u64,
    /// How many bytes it makes.
    pub bytes: u64,
}

impl From<u64> for Cost {
    /// Of a function that makes or reads so many bytes, and does no more than that.
    fn from(bytes: u64) -> Self {
        /// Bytes of text or of a result that take a step's time.
        const BYTES_OF_A_STEP: u64 = 32;
        Self { steps: bytes / BYTES_OF_A_STEP, bytes }
    }
}

/// A dynamic Go value, three words wide; cloning never copies a map, a list or a long string.
#[derive(Clone, Default)]
pub enum Value {
    /// A nil `interface{}`: YAML's null, a missing key.
    #[default]
    Nil,
    /// `bool`.
    Bool(bool),
    /// An integer and its type; unsigned values keep their bits.
    Int(IntKind, i64),
    /// A float and its type. A `float32` is kept widened.
    Float(FloatKind, f64),
    /// `string`.
    Str(Str),
    /// `[]byte`.
    Bytes(Bytes),
    /// A slice of anything but bytes.
    List(List),
    /// A map with string keys.
    Map(Map),
    /// A struct, pointer or named type of the host (`time.Time`, `*semver.Version`, `.Capabilities`).
    Object(Rc<dyn Object>),
}

/// A host value with a Go type of its own.
pub trait Object {
    /// Its dynamic type, methods included.
    fn ty(&self) -> &'static Type;

    /// An exported struct field.
    fn field(&self, name: &str) -> Option<Value> {
        let _ = name;
        None
    }

    /// Fields in declaration order, as `%v`, `%+v` and comparisons see them. Names that do not begin with a capital
    /// are not exported: only `fmt` shows them.
    fn fields(&self) -> Vec<(&'static str, Value)> {
        Vec::new()
    }

    /// What `String()` (or `Error()`) returns, when the type has it: `%v` and `%s` print it.
    fn text(&self) -> Option<Str> {
        None
    }

    /// What `GoString()` returns, when the type has it: `%#v` prints it.
    fn go_text(&self) -> Option<Str> {
        None
    }

    /// What `encoding/json` sees, when it is not the fields: `MarshalJSON`, or tags that rename them.
    fn json(&self) -> Option<Value> {
        None
    }

    /// The fields that `encoding/json` sees, in order and by the names that it gives them.
    fn json_fields(&self) -> Vec<(&'static str, Value)> {
        self.fields().into_iter().filter(|(name, _)| is_exported(name)).collect()
    }

    /// Why `encoding/json` refuses to write it, in Go's words.
    fn json_error(&self) -> Option<&'static str> {
        None
    }

    /// What the TOML encoder writes for it, when it is not the text of JSON.
    fn toml(&self) -> Option<Str> {
        None
    }

    /// Truth as text/template sees it. Structs are always true; a nil pointer is false.
    fn truth(&self) -> bool {
        !self.is_nil()
    }

    /// Whether it is a nil pointer.
    fn is_nil(&self) -> bool {
        false
    }

    /// `==` of two values of this type; `None` when the type is not comparable.
    fn equals(&self, other: &dyn Object) -> Option<bool> {
        let _ = other;
        None
    }

    /// `reflect.DeepEqual` of two values of this type, where it is not `==`: of pointers it looks at what they
    /// point to.
    fn deep_equals(&self, other: &dyn Object) -> Option<bool> {
        self.equals(other)
    }

    /// What a function gets that is given the value as an `interface{}`, where it is not the value itself: a copy
    /// of a struct has no methods of its pointer.
    fn passed(&self) -> Option<Value> {
        None
    }

    /// What a copy all the way down gives where it is not the value itself: Go's copies leave out whatever is
    /// not exported.
    fn deep_copied(&self) -> Option<Value> {
        None
    }

    /// For downcasts by the host's own functions.
    fn as_any(&self) -> &dyn Any;
}

/// Whether encoders see a struct field: its name begins with a capital. `fmt` prints the others too.
pub fn is_exported(field: &str) -> bool {
    field.chars().next().is_some_and(char::is_uppercase)
}

impl Value {
    /// An `int`.
    pub const fn int(n: i64) -> Self {
        Self::Int(IntKind::Int, n)
    }

    /// An `int64`.
    pub const fn int64(n: i64) -> Self {
        Self::Int(IntKind::Int64, n)
    }

    /// A `time.Duration` in nanoseconds.
    pub const fn duration(nanos: i64) -> Self {
        Self::Int(IntKind::Duration, nanos)
    }

    /// A `float64`.
    pub const fn float(n: f64) -> Self {
        Self::Float(FloatKind::Float64, n)
    }

    /// A string.
    pub fn str(text: impl Into<Str>) -> Self {
        Self::Str(text.into())
    }

    /// A `[]byte`.
    pub fn bytes(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.into())
    }

    /// Its dynamic type; `None` for nil.
    pub fn ty(&self) -> Option<&'static Type> {
        Some(match self {
            Self::Nil => return None,
            Self::Bool(_) => &types::BOOL,
            Self::Int(kind, _) => types::int_type(*kind),
            Self::Float(FloatKind::Float32, _) => &types::FLOAT32,
            Self::Float(FloatKind::Float64, _) => &types::FLOAT64,
            Self::Str(_) => &types::STRING,
            Self::Bytes(_) => &types::BYTES,
            Self::List(list) => list.ty(),
            Self::Map(map) => map.ty(),
            Self::Object(object) => object.ty(),
        })
    }

    /// `fmt.Sprintf("%T", v)`: `<nil>` for nil.
    pub fn type_name(&self) -> &'static str {
        self.ty().map_or("<nil>", |ty| ty.name)
    }

    /// `reflect.ValueOf(v).Kind()`.
    pub fn kind(&self) -> Kind {
        self.ty().map_or(Kind::Invalid, |ty| ty.kind)
    }

    /// Whether it is the nil interface (a typed nil is not).
    pub fn is_nil(&self) -> bool {
        matches!(self, Self::Nil)
    }

    /// Truth as text/template's `if` sees it: false, 0, nil, and anything of length zero are false.
    pub fn truth(&self) -> bool {
        match self {
            Self::Nil => false,
            Self::Bool(b) => *b,
            Self::Int(_, n) => *n != 0,
            Self::Float(_, n) => *n != 0.0,
            Self::Str(s) => !s.is_empty(),
            Self::Bytes(b) => !b.is_empty(),
            Self::List(list) => !list.is_empty(),
            Self::Map(map) => !map.is_empty(),
            Self::Object(object) => object.truth(),
        }
    }

    /// The string, if it is one.
    pub fn as_str(&self) -> Option<&Str> {
        if let Self::Str(s) = self { Some(s) } else { None }
    }

    /// The map handle, if it is a map.
    pub fn as_map(&self) -> Option<&Map> {
        if let Self::Map(map) = self { Some(map) } else { None }
    }

    /// The list, if it is one (byte slices are not).
    pub fn as_list(&self) -> Option<&List> {
        if let Self::List(list) = self { Some(list) } else { None }
    }

    /// The boolean, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(b) = self { Some(*b) } else { None }
    }

    /// The host object of type `T`, if it is one.
    pub fn as_object<T: 'static>(&self) -> Option<&T> {
        if let Self::Object(object) = self { object.as_any().downcast_ref() } else { None }
    }
}

macro_rules! from {
    ($($source:ty => |$v:ident| $make:expr;)*) => {
        $(impl From<$source> for Value {
            fn from($v: $source) -> Self {
                $make
            }
        })*
    };
}

from! {
    bool => |v| Self::Bool(v);
    f64 => |v| Self::float(v);
    &str => |v| Self::Str(v.into());
    String => |v| Self::Str(v.into());
    Str => |v| Self::Str(v);
    List => |v| Self::List(v);
    Map => |v| Self::Map(v);
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Nil => f.write_str("nil"),
            Self::Bool(b) => write!(f, "{b}"),
            Self::Int(kind, n) => write!(f, "{}({n})", kind.type_name()),
            Self::Float(_, n) => write!(f, "float({n})"),
            Self::Str(s) => write!(f, "{s:?}"),
            Self::Bytes(b) => write!(f, "bytes({})", b.len()),
            Self::List(list) => list.fmt(f),
            Self::Map(map) => map.fmt(f),
            Self::Object(object) => write!(f, "{}", object.ty().name),
        }
    }
}
