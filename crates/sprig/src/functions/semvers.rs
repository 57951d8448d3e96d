//! Versions as values: `semver` answers a `*semver.Version`, whose methods templates call.

use std::any::Any;
use std::cmp::Ordering;
use std::rc::Rc;

use govalue::{CallResult, IntKind, Kind, Method, Object, Signature, Str, Type, Value, types};

use super::args::{any, nil_dereference, string, text};
use super::{cost, table};
use crate::semver::{Constraints, Version};
use crate::words::Panic;

table! {
    "semver" (STRING) => |args| Ok(version_object(Version::parse(string(args, 0))?)), cost cost::version;
    "semverCompare" (STRING, STRING) => compare, cost cost::version;
}

fn compare(args: &[Value]) -> CallResult {
    let constraints = Constraints::parse(string(args, 0))?;
    let version = Version::parse(string(args, 1))?;
    Ok(Value::Bool(constraints.check(&version)))
}

/// A version as a value of type `*semver.Version`.
pub fn version_object(version: Version) -> Value {
    Value::Object(Rc::new(VersionObject { version, pointer: true }))
}

/// `semver.Version`, or a pointer to one.
#[derive(Debug)]
struct VersionObject {
    version: Version,
    pointer: bool,
}

impl Object for VersionObject {
    fn ty(&self) -> &'static Type {
        if self.pointer { &POINTER } else { &STRUCT }
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        // None of them is exported: only `%#v` and verbs that are no text's see them.
        let number = |number: u64| Value::Int(govalue::IntKind::Uint64, number as i64);
        let version = &self.version;
        vec![
            ("major", number(version.major())),
            ("minor", number(version.minor())),
            ("patch", number(version.patch())),
            ("pre", Value::str(version.prerelease())),
            ("metadata", Value::str(version.metadata())),
            ("original", Value::str(version.original())),
        ]
    }

    fn text(&self) -> Option<Str> {
        Some(self.version.to_string().into())
    }

    fn json(&self) -> Option<Value> {
        Some(self.version.to_string().into())
    }

    fn equals(&self, other: &dyn Object) -> Option<bool> {
        // Pointers are equal when they are the same.
        if self.pointer {
            return Some(std::ptr::addr_eq(std::ptr::from_ref(self), std::ptr::from_ref(other)));
        }
        self.deep_equals(other)
    }

    fn deep_equals(&self, other: &dyn Object) -> Option<bool> {
        let other: &Self = other.as_any().downcast_ref()?;
        // What was read counts, too.
        let equal = self.version.compare(&other.version) == Ordering::Equal
            && self.version.metadata() == other.version.metadata()
            && self.version.original() == other.version.original();
        Some(self.pointer == other.pointer && equal)
    }

    fn deep_copied(&self) -> Option<Value> {
        // A version has no exported field, so nothing of it is copied.
        Some(Value::Object(Rc::new(Self { version: Version::default(), pointer: self.pointer })))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Templates reach methods with a pointer receiver only through a pointer.
static POINTER: Type =
    Type { name: "*semver.Version", kind: Kind::Ptr, elem: Some(&STRUCT), methods: &POINTER_METHODS };

static STRUCT: Type =
    Type { name: "semver.Version", kind: Kind::Struct, elem: None, methods: &STRUCT_METHODS };

const NONE: Signature = Signature { params: &[], variadic: false };
static OTHER: Signature = Signature { params: &[&POINTER], variadic: false };
const TEXT: Signature = Signature { params: &[&types::STRING], variadic: false };

pub(super) const fn method(
    name: &'static str,
    signature: Signature,
    call: fn(&Value, &[Value]) -> CallResult,
) -> Method {
    Method { name, signature, call }
}

const MAJOR: Method = method("Major", NONE, |this, _| number(version(this)?.major()));
const MINOR: Method = method("Minor", NONE, |this, _| number(version(this)?.minor()));
const PATCH: Method = method("Patch", NONE, |this, _| number(version(this)?.patch()));
const PRERELEASE: Method = method("Prerelease", NONE, |this, _| text(version(this)?.prerelease()));
const METADATA: Method = method("Metadata", NONE, |this, _| text(version(this)?.metadata()));
const STRING: Method = method("String", NONE, |this, _| text(version(this)?.to_string()));
const INC_MAJOR: Method = method("IncMajor", NONE, |this, _| next(version(this)?.inc_major()));
const INC_MINOR: Method = method("IncMinor", NONE, |this, _| next(version(this)?.inc_minor()));
const INC_PATCH: Method = method("IncPatch", NONE, |this, _| next(version(this)?.inc_patch()));
const SET_PRERELEASE: Method = method("SetPrerelease", TEXT, |this, args| {
    Ok(plain(version(this)?.set_prerelease(&string(args, 0).to_str_lossy())?))
});
const SET_METADATA: Method = method("SetMetadata", TEXT, |this, args| {
    Ok(plain(version(this)?.set_metadata(&string(args, 0).to_str_lossy())?))
});
const MARSHAL_JSON: Method =
    method("MarshalJSON", NONE, |this, _| Ok(Value::bytes(format!("\"{}\"", version(this)?).as_bytes())));
const MARSHAL_TEXT: Method =
    method("MarshalText", NONE, |this, _| Ok(Value::bytes(version(this)?.to_string().as_bytes())));
const VALUE: Method = method("Value", NONE, |this, _| text(version(this)?.to_string()));

static STRUCT_METHODS: [Method; 14] = [
    MAJOR,
    MINOR,
    PATCH,
    PRERELEASE,
    METADATA,
    STRING,
    INC_MAJOR,
    INC_MINOR,
    INC_PATCH,
    SET_PRERELEASE,
    SET_METADATA,
    MARSHAL_JSON,
    MARSHAL_TEXT,
    VALUE,
];

static POINTER_METHODS: [Method; 21] = [
    MAJOR,
    MINOR,
    PATCH,
    PRERELEASE,
    METADATA,
    STRING,
    INC_MAJOR,
    INC_MINOR,
    INC_PATCH,
    SET_PRERELEASE,
    SET_METADATA,
    MARSHAL_JSON,
    MARSHAL_TEXT,
    VALUE,
    method("Original", NONE, |this, _| text(version(this)?.original())),
    method("Compare", OTHER, |this, args| Ok(Value::int(ordering(this, args)? as i64))),
    method("Equal", OTHER, |this, args| Ok(Value::Bool(ordering(this, args)?.is_eq()))),
    method("LessThan", OTHER, |this, args| Ok(Value::Bool(ordering(this, args)?.is_lt()))),
    method("LessThanEqual", OTHER, |this, args| Ok(Value::Bool(ordering(this, args)?.is_le()))),
    method("GreaterThan", OTHER, |this, args| Ok(Value::Bool(ordering(this, args)?.is_gt()))),
    method("GreaterThanEqual", OTHER, |this, args| Ok(Value::Bool(ordering(this, args)?.is_ge()))),
];

fn version(value: &Value) -> Result<&Version, Panic> {
    value.as_object::<VersionObject>().map(|object| &object.version).ok_or_else(nil_dereference)
}

fn ordering(this: &Value, args: &[Value]) -> Result<Ordering, Panic> {
    Ok(version(this)?.compare(version(any(args, 0))?))
}

fn number(n: u64) -> CallResult {
    Ok(Value::Int(IntKind::Uint64, n as i64))
}

fn next(version: Result<Version, &'static str>) -> CallResult {
    Ok(plain(version.map_err(|text| Panic(text.to_owned()))?))
}

fn plain(version: Version) -> Value {
    Value::Object(Rc::new(VersionObject { version, pointer: false }))
}
