//! Go types as charts can see them: `%T`, `kindOf`, `typeOf`, and the methods a type carries.

use crate::{CallResult, Value};

/// `reflect.Kind`, with Go's names as `Display`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// No value: `reflect.Invalid`.
    Invalid,
    /// `bool`.
    Bool,
    /// An integer of some width.
    Int(IntKind),
    /// A float of some width.
    Float(FloatKind),
    /// `complex128`.
    Complex128,
    /// `string`.
    String,
    /// A slice.
    Slice,
    /// A map.
    Map,
    /// A struct.
    Struct,
    /// A pointer.
    Ptr,
    /// A function.
    Func,
    /// An interface; only the static type of an element, never of a value.
    Interface,
}

impl Kind {
    /// Go's name: `int64`, `slice`, `ptr`, `invalid`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Bool => "bool",
            Self::Int(kind) => kind.kind_name(),
            Self::Float(FloatKind::Float32) => "float32",
            Self::Float(FloatKind::Float64) => "float64",
            Self::Complex128 => "complex128",
            Self::String => "string",
            Self::Slice => "slice",
            Self::Map => "map",
            Self::Struct => "struct",
            Self::Ptr => "ptr",
            Self::Func => "func",
            Self::Interface => "interface",
        }
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// Integer types. The last three are named types of package `time`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are Go's")]
pub enum IntKind {
    Int,
    Int8,
    Int16,
    Int32,
    Int64,
    Uint,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
    Uintptr,
    /// `time.Duration`, nanoseconds; kind `int64`.
    Duration,
    /// `time.Month`, from 1; kind `int`.
    Month,
    /// `time.Weekday`, from 0 for Sunday; kind `int`.
    Weekday,
}

impl IntKind {
    /// Whether values are unsigned; their bits are kept in an `i64`.
    pub fn is_unsigned(self) -> bool {
        matches!(self, Self::Uint | Self::Uint8 | Self::Uint16 | Self::Uint32 | Self::Uint64 | Self::Uintptr)
    }

    /// The name of the underlying kind.
    pub fn kind_name(self) -> &'static str {
        match self {
            Self::Duration => "int64",
            Self::Month | Self::Weekday => "int",
            other => other.type_name(),
        }
    }

    /// The name that `%T` prints.
    pub fn type_name(self) -> &'static str {
        match self {
            Self::Int => "int",
            Self::Int8 => "int8",
            Self::Int16 => "int16",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::Uint => "uint",
            Self::Uint8 => "uint8",
            Self::Uint16 => "uint16",
            Self::Uint32 => "uint32",
            Self::Uint64 => "uint64",
            Self::Uintptr => "uintptr",
            Self::Duration => "time.Duration",
            Self::Month => "time.Month",
            Self::Weekday => "time.Weekday",
        }
    }
}

/// Float types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are Go's")]
pub enum FloatKind {
    Float32,
    Float64,
}

/// A Go type. Types are statics; two types are the same when their names are.
#[derive(Debug)]
pub struct Type {
    /// As `%T` prints it: `map[string]interface {}`, `common.Values`.
    pub name: &'static str,
    /// Its kind.
    pub kind: Kind,
    /// The element type of a slice or map (for the static type of what is read from it), or of a pointer.
    pub elem: Option<&'static Type>,
    /// Methods that templates can call on values of this type.
    pub methods: &'static [Method],
}

impl PartialEq for Type {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other) || self.name == other.name
    }
}

impl Eq for Type {}

impl Type {
    /// A type without methods.
    pub const fn plain(name: &'static str, kind: Kind, elem: Option<&'static Type>) -> Self {
        Self { name, kind, elem, methods: &[] }
    }

    /// Finds a method by name.
    pub fn method(&self, name: impl AsRef<[u8]>) -> Option<&'static Method> {
        self.methods.iter().find(|method| method.name.as_bytes() == name.as_ref())
    }

    /// Whether this is the empty interface.
    pub fn is_interface(&self) -> bool {
        self.kind == Kind::Interface
    }
}

/// The parameters of a Go function or method, so that arguments are checked and worded as Go does.
#[derive(Debug, Clone, Copy)]
pub struct Signature {
    /// Parameter types in order, without the receiver. For a variadic function the last is the *element* type.
    pub params: &'static [&'static Type],
    /// Whether the last parameter repeats.
    pub variadic: bool,
}

/// A method of a host type.
#[derive(Debug)]
pub struct Method {
    /// Its exported name.
    pub name: &'static str,
    /// What it takes.
    pub signature: Signature,
    /// Calls it; arguments were checked against the signature.
    pub call: fn(receiver: &Value, args: &[Value]) -> CallResult,
}

pub use crate::times::{DURATION, MONTH, WEEKDAY};

macro_rules! plain_types {
    ($($(#[$doc:meta])* $id:ident = $name:literal, $kind:expr, $elem:expr;)*) => {
        $($(#[$doc])* pub static $id: Type = Type::plain($name, $kind, $elem);)*
    };
}

plain_types! {
    /// `interface {}`.
    ANY = "interface {}", Kind::Interface, None;
    /// `bool`.
    BOOL = "bool", Kind::Bool, None;
    /// `int`.
    INT = "int", Kind::Int(IntKind::Int), None;
    /// `int8`.
    INT8 = "int8", Kind::Int(IntKind::Int8), None;
    /// `int16`.
    INT16 = "int16", Kind::Int(IntKind::Int16), None;
    /// `int32`.
    INT32 = "int32", Kind::Int(IntKind::Int32), None;
    /// `int64`.
    INT64 = "int64", Kind::Int(IntKind::Int64), None;
    /// `uint`.
    UINT = "uint", Kind::Int(IntKind::Uint), None;
    /// `uint8`.
    UINT8 = "uint8", Kind::Int(IntKind::Uint8), None;
    /// `uint16`.
    UINT16 = "uint16", Kind::Int(IntKind::Uint16), None;
    /// `uint32`.
    UINT32 = "uint32", Kind::Int(IntKind::Uint32), None;
    /// `uint64`.
    UINT64 = "uint64", Kind::Int(IntKind::Uint64), None;
    /// `uintptr`.
    UINTPTR = "uintptr", Kind::Int(IntKind::Uintptr), None;
    /// `float32`.
    FLOAT32 = "float32", Kind::Float(FloatKind::Float32), None;
    /// `float64`.
    FLOAT64 = "float64", Kind::Float(FloatKind::Float64), None;
    /// `complex128`.
    COMPLEX128 = "complex128", Kind::Complex128, None;
    /// `string`.
    STRING = "string", Kind::String, None;
    /// `[]uint8`.
    BYTES = "[]uint8", Kind::Slice, Some(&UINT8);
    /// `[]interface {}`.
    LIST_ANY = "[]interface {}", Kind::Slice, Some(&ANY);
    /// `[]string`.
    LIST_STRING = "[]string", Kind::Slice, Some(&STRING);
    /// `[]int`.
    LIST_INT = "[]int", Kind::Slice, Some(&INT);
    /// `[]float64`.
    LIST_FLOAT64 = "[]float64", Kind::Slice, Some(&FLOAT64);
    /// `[][]interface {}`.
    LIST_LIST_ANY = "[][]interface {}", Kind::Slice, Some(&LIST_ANY);
    /// `map[string]interface {}`.
    MAP_ANY = "map[string]interface {}", Kind::Map, Some(&ANY);
    /// `map[string]string`.
    MAP_STRING = "map[string]string", Kind::Map, Some(&STRING);
    /// `[]map[string]interface {}`.
    LIST_MAP_ANY = "[]map[string]interface {}", Kind::Slice, Some(&MAP_ANY);
}

/// The type of a plain integer kind.
pub fn int_type(kind: IntKind) -> &'static Type {
    match kind {
        IntKind::Int => &INT,
        IntKind::Int8 => &INT8,
        IntKind::Int16 => &INT16,
        IntKind::Int32 => &INT32,
        IntKind::Int64 => &INT64,
        IntKind::Uint => &UINT,
        IntKind::Uint8 => &UINT8,
        IntKind::Uint16 => &UINT16,
        IntKind::Uint32 => &UINT32,
        IntKind::Uint64 => &UINT64,
        IntKind::Uintptr => &UINTPTR,
        IntKind::Duration => &DURATION,
        IntKind::Month => &MONTH,
        IntKind::Weekday => &WEEKDAY,
    }
}
