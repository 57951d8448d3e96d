//! The real world behind a template's questions.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use artifact::http;
use gotmpl::LimitError;
use govalue::{Map, Value};
use guard::Permit;
use render::{Host, KeyAnswer, KeyRequest, Moment, RandomAhead};
use sprig::time::Zone;

use crate::environment::Environment;
use crate::limits::Limits;
use crate::progress::Progress;

/// Clock, zone, randomness, keys and names of this machine. Lookups find nothing: there is no cluster.
pub(crate) struct Machine {
    zone: String,
    progress: Progress,
    /// Seconds that all names may take, and what they have taken.
    seconds: u64,
    waited: Duration,
}

impl Machine {
    pub(crate) fn new(environment: &Environment, progress: &Progress, limits: &Limits) -> Self {
        Self { progress: progress.clone(), ..Self::silent(local_zone(environment), limits) }
    }

    /// For who is not told what is being done.
    pub(crate) fn silent(zone: String, limits: &Limits) -> Self {
        let (seconds, waited) = (limits.dns_seconds, Duration::ZERO);
        Self { zone, progress: Progress::default(), seconds, waited }
    }

    /// The time that is left for names.
    fn left(&self) -> Duration {
        Duration::from_secs(self.seconds).saturating_sub(self.waited)
    }
}

/// Seconds and nanoseconds since 1970.
pub(crate) fn now() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Moment { seconds: i64::try_from(since.as_secs()).unwrap_or(i64::MAX), nanos: since.subsec_nanos() }
}

/// The present in this machine's zone, as locks keep it.
pub(crate) fn local_time(environment: &Environment) -> String {
    let Moment { seconds, nanos } = now();
    let zone = Zone::named(&local_zone(environment)).unwrap_or(Zone::Utc);
    chart::lock::rfc3339(seconds, nanos, zone.at(seconds).1)
}

/// The zone's name as Go finds it: `TZ`, then where `/etc/localtime` points.
pub(crate) fn local_zone(environment: &Environment) -> String {
    match environment.lookup("TZ") {
        Some(zone) => zone.trim_start_matches(':').to_owned(),
        None => std::fs::read_link("/etc/localtime")
            .ok()
            .and_then(|target| {
                target.to_string_lossy().split_once("zoneinfo/").map(|(_, name)| name.to_owned())
            })
            .unwrap_or_else(|| "UTC".to_owned()),
    }
}

impl Host for Machine {
    fn begins(&mut self, path: &str) {
        self.progress.says("rendering", path);
    }

    fn watch(&mut self) -> Option<Box<dyn gotmpl::Watch>> {
        crate::profile::watch()
    }

    fn now(&mut self, _: Permit) -> Moment {
        now()
    }

    fn local_zone(&mut self, _: Permit) -> String {
        self.zone.clone()
    }

    fn random(&mut self, _: Permit, buffer: &mut [u8]) -> Result<(), String> {
        keys::random::fill(buffer).map_err(|error| error.to_string())
    }

    fn random_ahead(&self, _: Permit) -> Option<RandomAhead> {
        Some(|buffer| keys::random::fill(buffer).map_err(|error| error.to_string()))
    }

    fn keys(&mut self, _: Permit, request: &KeyRequest<'_>) -> Result<KeyAnswer, String> {
        let now = now().seconds;
        let made = match request {
            KeyRequest::PrivateKey(kind) => return Ok(KeyAnswer::Text(keys::private_key(kind))),
            KeyRequest::Bcrypt(password) => return Ok(KeyAnswer::Text(keys::bcrypt(password))),
            KeyRequest::Htpasswd { user, password } => {
                return Ok(KeyAnswer::Text(keys::htpasswd(user, password)));
            }
            KeyRequest::Ca { cn, days } => keys::ca(cn, *days, now),
            KeyRequest::CaWithKey { cn, days, key } => keys::ca_with_key(cn, *days, key, now),
            KeyRequest::SelfSigned { cn, ips, names, days, key: None } => {
                keys::self_signed(cn, ips, names, *days, now)
            }
            KeyRequest::SelfSigned { cn, ips, names, days, key: Some(key) } => {
                keys::self_signed_with_key(cn, ips, names, *days, key, now)
            }
            KeyRequest::Signed { cn, ips, names, days, ca_cert, ca_key, key } => {
                let ca = keys::Certificate { cert: (*ca_cert).to_owned(), key: (*ca_key).to_owned() };
                match key {
                    None => keys::signed(cn, ips, names, *days, &ca, now),
                    Some(key) => keys::signed_with_key(cn, ips, names, *days, &ca, key, now),
                }
            }
            KeyRequest::Custom { cert, key } => keys::custom(cert, key),
        };
        made.map(|pair| KeyAnswer::Certificate { cert: pair.cert, key: pair.key })
            .map_err(|error| error.to_string())
    }

    fn lookup(&mut self, _: Permit, _: &str, _: &str, _: &str, _: &str) -> Result<Value, String> {
        Ok(Value::Map(Map::new()))
    }

    fn resolve_host(&mut self, _: Permit, name: &str) -> Result<Vec<String>, String> {
        let started = Instant::now();
        let found = http::lookup(name, started + self.left());
        self.waited += started.elapsed();
        let found = found.map_err(|_| format!("lookup {name}: no such host"))?;
        let mut found: Vec<String> = found.iter().map(ToString::to_string).collect();
        found.dedup();
        Ok(found)
    }

    fn limit_met(&self) -> Option<LimitError> {
        self.left().is_zero().then_some(LimitError { name: "dns.seconds", limit: self.seconds })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guard::{Actor, Guard, Policy, Question};

    #[test]
    fn names_have_a_time_together() {
        let mut guard = Guard::new(Policy::builder().flag("chart:shop dns").unwrap().build());
        let mut permit = || {
            let question = Question::ResolveHost { name: "localhost".to_owned() };
            guard.check(&[&Actor::chart("shop")], question).unwrap()
        };
        let limits = |dns_seconds| Limits { dns_seconds, ..Limits::default() };
        let mut patient = Machine::silent("UTC".to_owned(), &limits(3600));
        assert!(!patient.resolve_host(permit(), "localhost").unwrap().is_empty());
        assert_eq!(patient.limit_met(), None);
        // It has waited for so long already.
        patient.waited = Duration::from_secs(3600);
        assert!(patient.resolve_host(permit(), "localhost").is_err());
        assert_eq!(patient.limit_met(), Some(LimitError { name: "dns.seconds", limit: 3600 }));
    }
}
