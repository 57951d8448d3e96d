//! What Helm and GnuPG signed, and what we sign ourselves.

mod provenance;
