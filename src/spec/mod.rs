//! The specification as data.
pub mod dialect;
