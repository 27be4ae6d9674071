//! Runs as a whole, on servers in this process.

mod prefetch;
