//! The specification as data.
