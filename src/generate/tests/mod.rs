//! What the generators promise.

mod plans;
mod shrinking;
