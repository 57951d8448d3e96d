//! What Helm and GnuPG signed, what we sign ourselves, and what servers of every kind answer.

mod http;
mod provenance;
