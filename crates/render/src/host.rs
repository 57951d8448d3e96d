//! The questions a template can ask of the world, as one trait.
//!
//! The engine has no other way out. Whoever renders decides what stands behind each question: the command
//! line gives the real clock and the keys crate, tests give a script, a recording host writes answers down.
//! Every method takes a [`Permit`], which only the guard can make.

use gotmpl::{LimitError, Watch};
use govalue::Value;
use guard::Permit;

/// A moment with the offset of the zone it is seen in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Seconds since 1970-01-01 UTC.
    pub seconds: i64,
    /// Nanoseconds within the second.
    pub nanos: u32,
}

/// What a key question asks for; the words are the template function's own arguments.
#[derive(Debug, Clone)]
pub enum KeyRequest<'a> {
    /// `genPrivateKey KIND`
    PrivateKey(&'a str),
    /// `genCA CN DAYS`
    Ca {
        /// Common name.
        cn: &'a str,
        /// Days of validity.
        days: i64,
    },
    /// `genCAWithKey CN DAYS KEY`
    CaWithKey {
        /// Common name.
        cn: &'a str,
        /// Days of validity.
        days: i64,
        /// PEM private key.
        key: &'a str,
    },
    /// `genSelfSignedCert CN IPS NAMES DAYS`, with the PEM key for the `WithKey` variant.
    SelfSigned {
        /// Common name.
        cn: &'a str,
        /// IP addresses.
        ips: Vec<String>,
        /// DNS names.
        names: Vec<String>,
        /// Days of validity.
        days: i64,
        /// PEM private key.
        key: Option<&'a str>,
    },
    /// `genSignedCert CN IPS NAMES DAYS CA`, with the PEM key for the `WithKey` variant.
    Signed {
        /// Common name.
        cn: &'a str,
        /// IP addresses.
        ips: Vec<String>,
        /// DNS names.
        names: Vec<String>,
        /// Days of validity.
        days: i64,
        /// The CA's certificate, PEM.
        ca_cert: &'a str,
        /// The CA's key, PEM.
        ca_key: &'a str,
        /// PEM private key.
        key: Option<&'a str>,
    },
    /// `buildCustomCert CERT KEY`, both base64 of PEM.
    Custom {
        /// base64 of a PEM certificate.
        cert: &'a str,
        /// base64 of a PEM key.
        key: &'a str,
    },
    /// `bcrypt PASSWORD`
    Bcrypt(&'a [u8]),
    /// `htpasswd USER PASSWORD`
    Htpasswd {
        /// User name.
        user: &'a str,
        /// Password.
        password: &'a [u8],
    },
}

/// The answer to a [`KeyRequest`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyAnswer {
    /// A text: a key, a hash.
    Text(String),
    /// A certificate and its key, both PEM.
    Certificate {
        /// The certificate.
        cert: String,
        /// Its private key.
        key: String,
    },
}

/// Fills a buffer with randomness, on any thread; the error says why there is none.
pub type RandomAhead = fn(&mut [u8]) -> Result<(), String>;

/// Answers a template's questions.
pub trait Host {
    /// The time now.
    fn now(&mut self, permit: Permit) -> Moment;

    /// The IANA name of the local zone, `UTC` when unknown.
    fn local_zone(&mut self, permit: Permit) -> String;

    /// Fills a buffer with randomness; the error says why there is none.
    fn random(&mut self, permit: Permit, buffer: &mut [u8]) -> Result<(), String>;

    /// Randomness for templates that other threads execute ahead of their turn, where nobody can tell who got which.
    /// The permit says that each chart may have it; the guard is asked again for each question, by those who ask it,
    /// when their turn comes, and before that nothing comes of what they printed. Without it they are executed when
    /// their turn comes.
    fn random_ahead(&self, _permit: Permit) -> Option<RandomAhead> {
        None
    }

    /// Makes a key, certificate or password hash. The error is Sprig's text.
    fn keys(&mut self, permit: Permit, request: &KeyRequest<'_>) -> Result<KeyAnswer, String>;

    /// Reads from the cluster: an object, a list when `name` is empty, or an empty map when there is none.
    fn lookup(
        &mut self,
        permit: Permit,
        api_version: &str,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> Result<Value, String>;

    /// Told which file's template begins, by its path, before it is executed. Nothing can come of it.
    fn begins(&mut self, _path: &str) {}

    /// Who looks on while templates are executed, if anyone: see `--timings`. It tells templates nothing, so that it
    /// needs no permit.
    fn watch(&mut self) -> Option<Box<dyn Watch>> {
        None
    }

    /// Addresses of a host name.
    fn resolve_host(&mut self, permit: Permit, name: &str) -> Result<Vec<String>, String>;

    /// The limit because of which the last question had no answer, if that was why.
    fn limit_met(&self) -> Option<LimitError> {
        None
    }
}
