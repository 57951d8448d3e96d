//! Private keys, certificates, htpasswd and bcrypt as Sprig makes them.
//!
//! Every function is one of Sprig's, with its error texts; what it makes has the structure that Go's libraries
//! give it, so that nobody who reads it can tell the difference. Randomness is real: this is a crate of
//! effects, and only the host of a render calls it, after the guard allowed the question. The time is handed
//! in. Keys are made and used by aws-lc; DER is written here, because Go's exact choice of fields is the point.

mod ahead;
mod base64;
mod certificate;
mod curve;
mod der;
mod dsa;
mod error;
mod parse;
mod password;
mod pem;
mod private_key;
pub mod random;
mod rsa;

pub use certificate::{
    Certificate, ca, ca_with_key, custom, self_signed, self_signed_with_key, signed, signed_with_key,
};
pub use error::{CreateError, KeyError};
pub use password::{bcrypt, htpasswd};
pub use private_key::private_key;
