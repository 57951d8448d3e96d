//! Dates as values: `time.Time` and its methods, and what Sprig's date functions do.
//!
//! Most of those functions need the clock or the local zone. The renderer registers them with [`instant`],
//! [`format_in`], [`to_date`], [`ago`] and [`duration_round`]; the table has the rest.

use std::any::Any;
use std::rc::Rc;

use govalue::toml::{self, Datetime};
use govalue::{CallResult, IntKind, Kind, Method, Object, Signature, Str, Type, Value, types};

use super::args::{any, int, nil_dereference, string, text};
use super::durations;
use super::semvers::method;
use crate::time::{Civil, ParseError, Time, Zone, duration};
use crate::words::Panic;

pub(super) static TABLE: &[super::PureFunction] = &[
    date_function(WITH_TEXT_AND_TIME, "dateModify", |args| {
        Ok(date_modify(args).unwrap_or_else(|_| any(args, 1).clone()))
    }),
    date_function(WITH_TEXT_AND_TIME, "date_modify", |args| {
        Ok(date_modify(args).unwrap_or_else(|_| any(args, 1).clone()))
    }),
    date_function(WITH_TEXT_AND_TIME, "mustDateModify", date_modify),
    date_function(WITH_TEXT_AND_TIME, "must_date_modify", date_modify),
    super::PureFunction {
        name: "unixEpoch",
        signature: WITH_TIME,
        cost: None,
        counted: None,
        call: |args| text(time(any(args, 0))?.unix_seconds().to_string()),
    },
];

const fn date_function(
    signature: Signature,
    name: &'static str,
    call: fn(&[Value]) -> CallResult,
) -> super::PureFunction {
    super::PureFunction { name, signature, cost: Some(super::cost::letters::<16, 8>), call, counted: None }
}

fn date_modify(args: &[Value]) -> Result<Value, Box<dyn std::error::Error>> {
    let nanos = duration::parse(string(args, 0))?;
    Ok(time_object(time(any(args, 1))?.add(nanos)))
}

/// A time as a value of type `time.Time`.
pub fn time_object(time: Time) -> Value {
    Value::Object(Rc::new(TimeValue(time)))
}

/// The instant that a value stands for in `date` and its like: a time, or seconds in an `int`, `int64` or `int32`.
/// Anything else is now.
pub fn instant(value: &Value, now: impl FnOnce() -> Time, local: &Zone) -> Time {
    match value {
        Value::Int(IntKind::Int | IntKind::Int64 | IntKind::Int32, seconds) => {
            Time::unix(*seconds, 0, local.clone())
        }
        other => other.as_object::<TimeValue>().map_or_else(now, |value| value.0.clone()),
    }
}

/// `dateInZone`, and with the zone `Local` also `date` and `htmlDate`. An unknown zone is UTC.
pub fn format_in(layout: &[u8], value: &Value, zone: &[u8], now: impl FnOnce() -> Time, local: &Zone) -> Str {
    let zone = match zone {
        b"Local" => local.clone(),
        name => std::str::from_utf8(name).ok().and_then(Zone::named).unwrap_or_default(),
    };
    instant(value, now, local).in_zone(zone).format(layout).into()
}

/// `mustToDate`: a time read by a layout, in the local zone unless the text names one.
/// For `toDate`, what cannot be read is [`Time::zero`].
///
/// # Errors
/// The text does not fit the layout.
pub fn to_date(layout: &[u8], value: &[u8], local: &Zone) -> Result<Value, ParseError> {
    crate::time::parse(layout, value, local).map(time_object)
}

/// `ago`: the time since a date, in whole seconds.
pub fn ago(value: &Value, now: &Time) -> Str {
    let then = match value {
        Value::Int(IntKind::Int32, _) => now.clone(),
        other => instant(other, || now.clone(), &Zone::Utc),
    };
    duration::format(duration::round(now.since(&then), 1_000_000_000)).into()
}

/// `durationRound` with a clock: of a date, the time since.
pub fn duration_round(value: &Value, now: impl FnOnce() -> Time) -> Str {
    let nanos = match value.as_object::<TimeValue>() {
        Some(then) => now().since(&then.0),
        None => durations::nanoseconds(value),
    };
    duration::round_to_largest(nanos).into()
}

/// The zones by which the TOML library knows what has none.
const LOCAL_DATETIME: &str = "datetime-local";
const LOCAL_DATE: &str = "date-local";
const LOCAL_TIME: &str = "time-local";

/// A date that was read from TOML.
pub(super) fn toml_date(date: Datetime) -> Value {
    let fixed = |name: &str, offset| Zone::Fixed { name: name.to_owned(), offset };
    let zone = match date.zone() {
        toml::Zone::Utc => Zone::Utc,
        toml::Zone::Offset(offset) => fixed("", offset),
        toml::Zone::LocalDatetime => fixed(LOCAL_DATETIME, 0),
        toml::Zone::LocalDate => fixed(LOCAL_DATE, 0),
        toml::Zone::LocalTime => fixed(LOCAL_TIME, 0),
    };
    let [year, month, day, hour, minute, second] = date.civil();
    let civil = Civil { year: i64::from(year), month, day, hour, minute, second, ..Civil::default() };
    time_object(Time::from_civil(&civil, date.nanoseconds(), zone))
}

/// A `time.Time` as templates hold it.
#[derive(Debug, Clone)]
pub struct TimeValue(pub Time);

/// How JSON shows a time.
const RFC3339_NANO: &[u8] = b"2006-01-02T15:04:05.999999999Z07:00";

impl Object for TimeValue {
    fn ty(&self) -> &'static Type {
        &TIME
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        // None of them is exported: verbs that are no text's see them. Seconds count from the year 1.
        let since_year_one = self.0.unix_seconds().wrapping_sub(Time::zero().unix_seconds());
        vec![
            ("wall", Value::Int(IntKind::Uint64, i64::from(self.0.nanosecond()))),
            ("ext", Value::int64(since_year_one)),
            ("loc", Value::Object(Rc::new(Location { zone: self.0.zone().clone(), within: true }))),
        ]
    }

    fn text(&self) -> Option<Str> {
        Some(self.0.to_string().into())
    }

    fn go_text(&self) -> Option<Str> {
        let date = self.0.format(b"2006, time.January, 2, 15, 4, 5");
        let date = String::from_utf8_lossy(&date);
        let date = date.split(", ").map(|part| match part.trim_start_matches('0') {
            "" => "0",
            part => part,
        });
        let date: Vec<&str> = date.collect();
        let zone = match self.0.zone() {
            Zone::Utc => "time.UTC".to_owned(),
            Zone::Fixed { name, offset: 0 } if name == "UTC" => "time.Local".to_owned(),
            // Go makes a location for every offset that it reads, and shows its name.
            Zone::Fixed { name, .. } => format!("time.Location({})", govalue::print::quote(name.as_bytes())),
            Zone::Named(_) => "time.Local".to_owned(),
        };
        Some(format!("time.Date({}, {}, {zone})", date.join(", "), self.0.nanosecond()).into())
    }

    fn json(&self) -> Option<Value> {
        Some(Value::str(self.0.format(RFC3339_NANO)))
    }

    fn json_error(&self) -> Option<&'static str> {
        if self.0.offset().1.unsigned_abs() >= 24 * 3_600 {
            return Some(
                "json: error calling MarshalJSON for type time.Time: \
                 Time.MarshalJSON: timezone hour outside of range [0,23]",
            );
        }
        (!(0..=9999).contains(&self.0.civil().year)).then_some(
            "json: error calling MarshalJSON for type time.Time: \
             Time.MarshalJSON: year outside of range [0,9999]",
        )
    }

    fn toml(&self) -> Option<Str> {
        let Zone::Fixed { name, .. } = self.0.zone() else { return None };
        let layout: &[u8] = match name.as_str() {
            LOCAL_DATETIME => b"2006-01-02T15:04:05.999999999",
            LOCAL_DATE => b"2006-01-02",
            LOCAL_TIME => b"15:04:05.999999999",
            _ => return None,
        };
        Some(self.0.format(layout).into())
    }

    fn equals(&self, other: &dyn Object) -> Option<bool> {
        let other: &Self = other.as_any().downcast_ref()?;
        // Go compares the zone as well. Two that show the same are the same here.
        let utc = |time: &Time| matches!(time.zone(), Zone::Utc);
        let same_zone = utc(&self.0) == utc(&other.0) && self.0.offset() == other.0.offset();
        Some(same_zone && self.0.compare(&other.0).is_eq())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A `*time.Location`.
struct Location {
    zone: Zone,
    /// Whether it is a time's own field, where `fmt` shows an address, or nil for UTC, and calls no method.
    within: bool,
}

impl Object for Location {
    fn ty(&self) -> &'static Type {
        &LOCATION
    }

    // Templates cannot read it: it is not exported.
    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![("name", Value::str(self.zone.name()))]
    }

    fn text(&self) -> Option<Str> {
        (!self.within).then(|| Str::from(self.zone.name()))
    }

    fn is_nil(&self) -> bool {
        self.within && matches!(self.zone, Zone::Utc)
    }

    fn equals(&self, other: &dyn Object) -> Option<bool> {
        let other: &Self = other.as_any().downcast_ref()?;
        Some(match (&self.zone, &other.zone) {
            (Zone::Utc, Zone::Utc) => true,
            (Zone::Named(_), Zone::Named(_)) => self.zone.name() == other.zone.name(),
            // Go makes a location for every offset that it reads; the one it has is that of a machine in UTC.
            (Zone::Fixed { name, offset: 0 }, Zone::Fixed { name: other, offset: 0 }) => {
                name == "UTC" && other == "UTC"
            }
            _ => false,
        })
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

static LOCATION: Type = Type {
    name: "*time.Location",
    kind: Kind::Ptr,
    elem: Some(&LOCATION_STRUCT),
    methods: &LOCATION_METHODS,
};
static LOCATION_STRUCT: Type = Type::plain("time.Location", Kind::Struct, None);
static LOCATION_METHODS: [Method; 1] =
    [method("String", NONE, |this, _| match this.as_object::<Location>() {
        Some(location) => text(location.zone.name()),
        None => Err(nil_dereference().into()),
    })];
static WITH_LOCATION: Signature = Signature { params: &[&LOCATION], variadic: false };

fn location(this: &Value, _: &[Value]) -> CallResult {
    let zone = time(this)?.zone().clone();
    Ok(Value::Object(Rc::new(Location { zone, within: false })))
}

fn in_location(this: &Value, args: &[Value]) -> CallResult {
    match any(args, 0).as_object::<Location>() {
        Some(location) => Ok(time_object(time(this)?.in_zone(location.zone.clone()))),
        None => Err(Panic("time: missing Location in call to Time.In".to_owned()).into()),
    }
}

/// `time.Time`.
pub static TIME: Type = Type { name: "time.Time", kind: Kind::Struct, elem: None, methods: &METHODS };

const NONE: Signature = Signature { params: &[], variadic: false };
static WITH_TEXT_AND_TIME: Signature = Signature { params: &[&types::STRING, &TIME], variadic: false };
static WITH_TIME: Signature = Signature { params: &[&TIME], variadic: false };
const WITH_DURATION: Signature = Signature { params: &[&types::DURATION], variadic: false };
const WITH_TEXT: Signature = Signature { params: &[&types::STRING], variadic: false };
const WITH_DATE: Signature = Signature { params: &[&types::INT, &types::INT, &types::INT], variadic: false };

static METHODS: [Method; 37] = [
    method("Add", WITH_DURATION, |this, args| Ok(time_object(time(this)?.add(int(args, 0))))),
    method("AddDate", WITH_DATE, add_date),
    method("After", WITH_TIME, |this, args| Ok(Value::Bool(ordering(this, args)?.is_gt()))),
    method("Before", WITH_TIME, |this, args| Ok(Value::Bool(ordering(this, args)?.is_lt()))),
    method("Compare", WITH_TIME, |this, args| Ok(Value::int(ordering(this, args)? as i64))),
    method("Day", NONE, |this, _| field(this, |civil| civil.day)),
    method("Equal", WITH_TIME, |this, args| Ok(Value::Bool(ordering(this, args)?.is_eq()))),
    method("Format", WITH_TEXT, |this, args| text(time(this)?.format(string(args, 0)))),
    method("GoString", NONE, |this, _| {
        Ok(this.as_object::<TimeValue>().and_then(TimeValue::go_text).map_or(Value::Nil, Value::Str))
    }),
    method("Hour", NONE, |this, _| field(this, |civil| civil.hour)),
    method("In", WITH_LOCATION, in_location),
    method("IsDST", NONE, |this, _| {
        let time = time(this)?;
        Ok(Value::Bool(time.zone().is_summer_time_at(time.unix_seconds())))
    }),
    method("IsZero", NONE, |this, _| Ok(Value::Bool(time(this)?.is_zero()))),
    method("Location", NONE, location),
    method("MarshalJSON", NONE, |this, _| {
        Ok(Value::bytes(&[b"\"", time(this)?.format(RFC3339_NANO).as_slice(), b"\""].concat()))
    }),
    method("MarshalText", NONE, |this, _| Ok(Value::bytes(&time(this)?.format(RFC3339_NANO)))),
    method("Minute", NONE, |this, _| field(this, |civil| civil.minute)),
    method("Month", NONE, |this, _| Ok(Value::Int(IntKind::Month, i64::from(time(this)?.civil().month)))),
    method("Nanosecond", NONE, |this, _| Ok(Value::int(i64::from(time(this)?.nanosecond())))),
    method("Round", WITH_DURATION, |this, args| to_multiple(this, args, true)),
    method("Second", NONE, |this, _| field(this, |civil| civil.second)),
    method("String", NONE, |this, _| text(time(this)?.to_string())),
    method("Sub", WITH_TIME, |this, args| Ok(Value::duration(time(this)?.since(time(any(args, 0))?)))),
    method("Truncate", WITH_DURATION, |this, args| to_multiple(this, args, false)),
    method("UTC", NONE, |this, _| Ok(time_object(time(this)?.in_zone(Zone::Utc)))),
    method("Unix", NONE, |this, _| Ok(Value::int64(time(this)?.unix_seconds()))),
    method("UnixMicro", NONE, |this, _| Ok(Value::int64(since_1970(time(this)?, 1_000_000)))),
    method("UnixMilli", NONE, |this, _| Ok(Value::int64(since_1970(time(this)?, 1_000)))),
    method("UnixNano", NONE, |this, _| Ok(Value::int64(time(this)?.unix_nanoseconds()))),
    method("Weekday", NONE, |this, _| {
        Ok(Value::Int(IntKind::Weekday, i64::from(time(this)?.civil().weekday)))
    }),
    method("Year", NONE, |this, _| Ok(Value::int(time(this)?.civil().year))),
    method("YearDay", NONE, |this, _| field(this, |civil| civil.year_day)),
    // These answer more than one result, and Go's templates do not call them.
    method("Clock", NONE, |_, _| {
        Err(Panic("function Clock has 3 return values; should be 1 or 2".to_owned()).into())
    }),
    method("Date", NONE, |_, _| {
        Err(Panic("function Date has 3 return values; should be 1 or 2".to_owned()).into())
    }),
    method("ISOWeek", NONE, |_, _| two_results("ISOWeek", "int")),
    method("Zone", NONE, |_, _| two_results("Zone", "int")),
    method("ZoneBounds", NONE, |_, _| two_results("ZoneBounds", "time.Time")),
];

fn two_results(name: &str, second: &str) -> CallResult {
    let text =
        format!("invalid function signature for {name}: second return value should be error; is {second}");
    Err(Panic(text).into())
}

/// The time in a value of type `time.Time`.
pub fn time(value: &Value) -> Result<&Time, Panic> {
    value.as_object::<TimeValue>().map(|value| &value.0).ok_or_else(nil_dereference)
}

fn ordering(this: &Value, args: &[Value]) -> Result<std::cmp::Ordering, Panic> {
    Ok(time(this)?.compare(time(any(args, 0))?))
}

fn field(this: &Value, of: fn(&Civil) -> u32) -> CallResult {
    Ok(Value::int(i64::from(of(&time(this)?.civil()))))
}

/// Seconds since 1970 in smaller units, of which a second has so many.
fn since_1970(time: &Time, per_second: i64) -> i64 {
    let part = i64::from(time.nanosecond()) / (1_000_000_000 / per_second);
    time.unix_seconds().wrapping_mul(per_second).wrapping_add(part)
}

/// Years, months and days later, with the days of the months counted through: the 31st of April is the first of May.
fn add_date(this: &Value, args: &[Value]) -> CallResult {
    let time = time(this)?;
    let civil = time.civil();
    let months = i128::from(civil.month) - 1 + i128::from(int(args, 1));
    let year = i128::from(civil.year) + i128::from(int(args, 0)) + months.div_euclid(12);
    let days = i128::from(civil.day) - 1 + i128::from(int(args, 2));
    // Far outside Go's own range results differ anyway.
    let bound = |n: i128, most: i64| n.clamp(-i128::from(most), i128::from(most)) as i64;
    let first = Civil {
        year: bound(year, 100_000_000),
        month: months.rem_euclid(12) as u32 + 1,
        day: 1,
        hour: 0,
        minute: 0,
        second: 0,
        year_day: 1,
        weekday: 0,
    };
    let midnight = Time::from_civil(&first, 0, Zone::Utc).unix_seconds();
    let day = Time::unix(midnight + bound(days, 40_000_000_000) * 86_400, 0, Zone::Utc).civil();
    let shown = Civil { hour: civil.hour, minute: civil.minute, second: civil.second, ..day };
    Ok(time_object(Time::from_civil(&shown, time.nanosecond(), time.zone().clone())))
}

/// `Round` and `Truncate`: to a multiple of a duration since the year 1.
fn to_multiple(this: &Value, args: &[Value], round: bool) -> CallResult {
    let (time, unit) = (time(this)?, i128::from(int(args, 0)));
    if unit <= 0 {
        return Ok(time_object(time.clone()));
    }
    let zero = i128::from(Time::zero().unix_seconds());
    let nanos = (i128::from(time.unix_seconds()) - zero) * 1_000_000_000 + i128::from(time.nanosecond());
    let rest = nanos.rem_euclid(unit);
    let change = if round && rest * 2 >= unit { unit - rest } else { -rest };
    Ok(time_object(time.add(change as i64)))
}
