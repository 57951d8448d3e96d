//! The door that bytes come in by: charts and plugins are fetched here, and here it is found out who vouches for them.
//!
//! [`http`] fetches, [`provenance`] reads and writes the signed `.prov` files that lie beside archives. This is a crate of effects where
//! it has to be one, but it reads no environment and no file of its own: callers hand in bytes, times and limits.

pub mod http;
pub mod provenance;
