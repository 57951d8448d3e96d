//! The real world behind a template's questions.

use std::net::ToSocketAddrs;
use std::time::{SystemTime, UNIX_EPOCH};

use govalue::{Map, Value};
use guard::Permit;
use render::{Host, KeyAnswer, KeyRequest, Moment};
use sprig::time::Zone;

use crate::environment::Environment;
use crate::progress::Progress;

/// Clock, zone, randomness, keys and names of this machine. Lookups find nothing: there is no cluster.
pub(crate) struct Machine {
    zone: String,
    progress: Progress,
}

impl Machine {
    pub(crate) fn new(environment: &Environment, progress: &Progress) -> Self {
        Self { zone: local_zone(environment), progress: progress.clone() }
    }

    /// For who is not told what is being done.
    pub(crate) fn silent(zone: String) -> Self {
        Self { zone, progress: Progress::default() }
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
        match (name, 0).to_socket_addrs() {
            Ok(addresses) => {
                let mut found: Vec<String> = addresses.map(|address| address.ip().to_string()).collect();
                found.dedup();
                Ok(found)
            }
            Err(_) => Err(format!("lookup {name}: no such host")),
        }
    }
}
