//! The audit list: one record per question, allowed or denied.

use crate::actor::Actor;
use crate::question::Question;
use crate::text::json_string;
use std::fmt::Write;
use std::time::Duration;

/// What became of one question.
///
/// The guard reads no clock: whoever does the effect sets `time`, `duration` and `bytes`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Everybody who asked, the innermost last.
    pub stack: Vec<Actor>,
    /// What was asked.
    pub question: Question,
    /// What the guard answered.
    pub outcome: Outcome,
    /// When it was asked.
    pub time: Option<Time>,
    /// How long the effect took.
    pub duration: Option<Duration>,
    /// How many bytes the answer had.
    pub bytes: Option<u64>,
}

/// The guard's answer as it is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Allowed, and by whom.
    Allowed {
        /// The grant's origin: `profile helm`, `--grant '…'`, `grants.yaml:7`.
        by: String,
    },
    /// Denied, and why.
    Denied {
        /// The denial's text.
        why: String,
        /// The actor that lacks the grant.
        lacking: String,
    },
}

/// A moment, as seconds and nanoseconds since 1970-01-01 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Time {
    /// Whole seconds.
    pub seconds: i64,
    /// Nanoseconds within the second.
    pub nanos: u32,
}

impl Record {
    /// Whether it was allowed.
    pub fn is_allowed(&self) -> bool {
        matches!(self.outcome, Outcome::Allowed { .. })
    }

    /// About how many bytes it takes to keep it: who lets others ask charges them for it.
    pub fn kept_bytes(&self) -> u64 {
        let told = match &self.outcome {
            Outcome::Allowed { by } => by.len(),
            Outcome::Denied { why, lacking } => why.len() + lacking.len(),
        };
        let actors: usize = self
            .stack
            .iter()
            .map(|actor| size_of::<Actor>() + actor.path().iter().map(String::len).sum::<usize>())
            .sum();
        (size_of::<Self>() + told + actors + self.question.bytes()) as u64
    }

    /// Encodes the record as one JSON object without a line break.
    pub fn to_json(&self) -> String {
        let mut out = String::from("{");
        // Writing to a String cannot fail.
        if let Some(time) = self.time {
            let _ = write!(out, "\"time\":{},", json_string(&time.to_rfc3339()));
        }
        let asker = self.stack.last().map(ToString::to_string).unwrap_or_default();
        let _ = write!(out, "\"actor\":{}", json_string(&asker));
        if self.stack.len() > 1 {
            let stack: Vec<String> = self.stack.iter().map(|actor| json_string(&actor.to_string())).collect();
            let _ = write!(out, ",\"stack\":[{}]", stack.join(","));
        }
        let _ = write!(
            out,
            ",\"capability\":{},\"scope\":{}",
            json_string(self.question.capability().word()),
            json_string(&self.question.scope_text())
        );
        let _ = match &self.outcome {
            Outcome::Allowed { by } => write!(out, ",\"outcome\":\"allowed\",\"by\":{}", json_string(by)),
            Outcome::Denied { why, lacking } => write!(
                out,
                ",\"outcome\":\"denied\",\"lacking\":{},\"why\":{}",
                json_string(lacking),
                json_string(why)
            ),
        };
        if let Some(bytes) = self.bytes {
            let _ = write!(out, ",\"bytes\":{bytes}");
        }
        if let Some(duration) = self.duration {
            let _ = write!(out, ",\"micros\":{}", duration.as_micros());
        }
        out.push('}');
        out
    }
}

impl Time {
    /// `2026-11-21T04:05:06.789000000Z`
    pub fn to_rfc3339(self) -> String {
        let days = self.seconds.div_euclid(86_400);
        let of_day = self.seconds.rem_euclid(86_400);
        let (year, month, day) = civil(days);
        format!(
            "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:09}Z",
            of_day / 3600,
            of_day / 60 % 60,
            of_day % 60,
            self.nanos
        )
    }
}

/// Year, month and day of a day counted from 1970-01-01, by counting in 400-year cycles from a 1 March.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days.saturating_add(719_468);
    let cycle = shifted.div_euclid(146_097);
    let of_cycle = shifted.rem_euclid(146_097);
    let year_of_cycle = (of_cycle - of_cycle / 1460 + of_cycle / 36_524 - of_cycle / 146_096) / 365;
    let of_year = of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_cycle + cycle * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Record {
        let shop = Actor::chart("shop");
        let redis = shop.subchart("redis");
        Record {
            stack: vec![shop, redis],
            question: Question::ResolveHost { name: "a\"b\n".into() },
            outcome: Outcome::Allowed { by: "profile helm".into() },
            time: None,
            duration: None,
            bytes: None,
        }
    }

    #[test]
    fn a_record_is_one_line_of_json_whatever_the_chart_wrote() {
        assert_eq!(
            record().to_json(),
            r#"{"actor":"chart:shop/redis","stack":["chart:shop","chart:shop/redis"],"capability":"dns","scope":"a\"b\n","outcome":"allowed","by":"profile helm"}"#
        );
    }

    #[test]
    fn what_the_caller_stamps_is_in_the_line() {
        let mut record = record();
        record.time = Some(Time { seconds: 1_795_233_906, nanos: 5 });
        record.duration = Some(Duration::from_millis(2));
        record.bytes = Some(7);
        let line = record.to_json();
        assert!(line.starts_with(r#"{"time":"2026-11-21T04:05:06.000000005Z","#), "{line}");
        assert!(line.ends_with(r#","bytes":7,"micros":2000}"#), "{line}");
    }

    #[test]
    fn a_schema_url_loses_its_password_and_query() {
        let mut record = record();
        record.question = Question::SchemaRef { url: "https://u:secret@h.test/s?token=secret".into() };
        assert!(!record.to_json().contains("secret"));
    }

    #[test]
    fn dates_are_right_around_leap_days() {
        let at = |seconds| Time { seconds, nanos: 0 }.to_rfc3339();
        assert_eq!(at(0), "1970-01-01T00:00:00.000000000Z");
        assert_eq!(at(-1), "1969-12-31T23:59:59.000000000Z");
        assert_eq!(at(951_782_400), "2000-02-29T00:00:00.000000000Z");
        assert_eq!(at(4_107_542_400), "2100-03-01T00:00:00.000000000Z");
    }
}
