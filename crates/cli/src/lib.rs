//! The pintle command line.
