//! A world with nothing of chance in it: one moment, one sequence of bytes, UTC, no cluster, no names.

use govalue::{Map, Value};
use guard::Permit;
use pintle_render::{Host, KeyAnswer, KeyRequest, Moment};

/// 2026-03-04T05:06:07.890123456Z.
const NOW: Moment = Moment { seconds: 1_772_600_767, nanos: 890_123_456 };

/// Answers every question the same way in every run. Keys are real ones: what is checked of them are shapes
/// and refusals.
#[derive(Default)]
pub(crate) struct Script {
    drawn: u64,
}

impl Host for Script {
    fn now(&mut self, _: Permit) -> Moment {
        NOW
    }

    fn local_zone(&mut self, _: Permit) -> String {
        "UTC".to_owned()
    }

    fn random(&mut self, _: Permit, buffer: &mut [u8]) -> Result<(), String> {
        for byte in buffer {
            // SplitMix64: no two draws of a test are alike, and every run draws the same.
            self.drawn = self.drawn.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (self.drawn ^ (self.drawn >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            *byte = (mixed >> 32) as u8;
        }
        Ok(())
    }

    fn keys(&mut self, _: Permit, request: &KeyRequest<'_>) -> Result<KeyAnswer, String> {
        let now = NOW.seconds;
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
        Err(format!("lookup {name}: no such host"))
    }
}
