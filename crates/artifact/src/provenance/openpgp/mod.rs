//! OpenPGP as Helm reads it: packets, keys, signatures, and who a key belongs to.
//!
//! Bytes become [`packet::Packet`]s, packets become [`entity::Entity`]s (a key, its identities and its subkeys), each
//! of whose own signatures was checked. The `pgp` crate reads key material and does the mathematics; what is skipped,
//! what is refused and in which words follows Helm 4.

pub(super) mod entity;
pub(super) mod key;
pub(super) mod packet;
pub(super) mod signature;
