//! How the named integers of package `time` print.

use crate::{IntKind, Str};

/// What `String()` returns for a value of this kind; `None` for plain integers.
pub(crate) fn text(kind: IntKind, n: i64) -> Option<Str> {
    Some(match kind {
        IntKind::Duration => duration(n).into(),
        IntKind::Month => named(&MONTHS, n.wrapping_sub(1), n, "Month"),
        IntKind::Weekday => named(&WEEKDAYS, n, n, "Weekday"),
        _ => return None,
    })
}

/// The months as Go writes them, from January on.
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The days of the week as Go writes them, from Sunday on.
pub const WEEKDAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

fn named(names: &'static [&'static str], index: i64, n: i64, ty: &str) -> Str {
    match usize::try_from(index).ok().and_then(|index| names.get(index)) {
        Some(name) => Str::from_static(name),
        // Go prints the number unsigned here.
        None => format!("%!{ty}({})", n as u64).into(),
    }
}

/// `time.Duration.String`: `1h2m3.5s`, `1.5µs`, `0s`.
pub fn duration(nanos: i64) -> String {
    let sign = if nanos < 0 { "-" } else { "" };
    let nanos = nanos.unsigned_abs();
    match nanos {
        0 => "0s".into(),
        1..1_000 => format!("{sign}{nanos}ns"),
        1_000..1_000_000 => format!("{sign}{}µs", with_fraction(nanos, 3)),
        1_000_000..1_000_000_000 => format!("{sign}{}ms", with_fraction(nanos, 6)),
        _ => {
            let minutes = nanos / 60_000_000_000;
            let seconds = with_fraction(nanos % 60_000_000_000, 9);
            match (minutes / 60, minutes % 60) {
                (0, 0) => format!("{sign}{seconds}s"),
                (0, minutes) => format!("{sign}{minutes}m{seconds}s"),
                (hours, minutes) => format!("{sign}{hours}h{minutes}m{seconds}s"),
            }
        }
    }
}

/// `n / 10^places` without zeros at the end.
fn with_fraction(n: u64, places: usize) -> String {
    let unit = 10_u64.pow(places as u32);
    let (whole, fraction) = (n / unit, n % unit);
    if fraction == 0 {
        return whole.to_string();
    }
    let fraction = format!("{fraction:0places$}");
    format!("{whole}.{}", fraction.trim_end_matches('0'))
}
