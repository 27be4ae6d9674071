//! The state: what is known of it, what a request finds there, and how it follows what a target did.

mod constraints;
mod faults;
mod following;
mod known;
mod lookups;
mod policies;
mod reading;
mod removals;
mod requests;
mod revisions;
mod states;
