//! The executable reference model: pure, without I/O, clock or randomness.
//!
//! In come a [`World`] (what is known to exist) and the bytes of a request; out comes an
//! [`Analysis`]: every fault that deserves an error, what a success must look like, and which
//! rules the request puts to the test. [`apply`] moves the world along what the target said it
//! did, so that one violation does not turn the rest of a run into noise.
//!
//! The model reads patterns with `regex`; the generators walk automata of their own. Neither
//! imports the other.

mod accepts;
mod add;
mod analyse;
pub mod analysis;
pub mod apply;
pub mod constraint;
mod grant_statement;
mod input;
mod lookup;
mod members;
pub mod name;
mod policy;
pub mod principal;
pub mod reject;
pub mod request;
pub mod resource;
pub mod statement;
#[cfg(test)]
pub(crate) mod tests;
pub mod world;

pub use analyse::analyse;
pub use analysis::Analysis;
pub use reject::{Refusal, RejectKind, RejectReason, Requirement, Statuses};
pub use request::{AddRequest, ParsedBody, PolicyRequest, RemoveRequest, Request};
pub use resource::PolicyResource;
pub use statement::{Mismatch, StatementShape};
pub use world::{Function, Policy, PolicyState, World};
