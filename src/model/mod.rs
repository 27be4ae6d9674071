//! The executable reference model: pure, without I/O, clock or randomness.
//!
//! The input is a [`World`] (what is known to exist) and the bytes of a request; the output is an
//! [`Analysis`]: every reason to reject the request, the expected success, and the rules that the
//! request tests. [`apply`] updates the world according to the response, so that one violation does
//! not distort the rest of a run.
//!
//! The model reads patterns with `regex`; the generators use automata of their own. Neither imports
//! the other, so that a mistake in one of them shows.

mod accepts;
mod add;
mod analyse;
pub mod analysis;
pub mod apply;
pub mod constraint;
mod grant_statement;
mod input;
mod lookup;
pub mod meaning;
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
