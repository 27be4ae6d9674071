//! The embedded reference server: the model behind HTTP, with switchable readings and mutants.
//!
//! A [`ReferenceServer`] handles requests in this process ([`ReferenceServer::handle`]) or on a
//! socket ([`RunningServer`]). By default it responds as AWS does today, as far as that is known.
//! [`readings`] are the admissible answers to questions that are open; [`mutants`] have one defect
//! each, to test the suite. Nothing here judges.
//!
//! A request goes through [`mod@reference`] (signature, rate, mishaps) to [`permission`] or
//! [`functions`], [`account`] and [`aliases`]; [`choose`] picks among the faults that the model
//! found, [`reply`] writes the answer, [`state`] holds what is stored and [`storing`] is where
//! mutants store wrongly.

mod account;
mod aliases;
mod choose;
mod digest;
mod functions;
mod http;
pub mod mutants;
mod names;
mod options;
mod permission;
pub mod predict;
mod racing;
pub mod readings;
mod reference;
mod reply;
mod signature;
mod state;
mod storing;
#[cfg(test)]
mod tests;

pub use http::RunningServer;
pub use mutants::Mutant;
pub use options::{Credentials, ServerOptions, Throttle};
pub use readings::{Reading, Readings};
pub use reference::{Delivery, DeliveryFailure, ReferenceServer};
pub use reply::ErrorReply;
