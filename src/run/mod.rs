//! Running the suite: phases, workers, budgets, confirmation, shrinking.
//!
//! In come a [`Target`](crate::client::Target) and [`RunOptions`]; out go
//! [`Event`](crate::event::Event)s while it runs and a [`RunResult`](crate::event::RunResult) at
//! its end. The files, from the bottom up:
//!
//! * [`session`]: one fixture on the target with everything that is known of it (`bindings` resolves
//!   references, `lifecycle` changes functions, `tidy` cleans up, `settle` waits where writes show
//!   late); `prefetch` makes fixtures before they are needed;
//! * `engine`: what every part of a run shares;
//! * `played`, `play` and `races`: one scenario on a session, step by step;
//! * `plan`, [`order`] and `batch`: which scenarios are played, in which order (by the `features` that
//!   are new), and which share a fixture;
//! * `explore`: batches in parallel, counted in a `tally` and in `coverage`;
//! * `shrink` (with `guess` and `recall`), `afterwards`, `counterexample` and `confirm`: each cause
//!   confirmed alone, shrunk, and told with what its reader needs (`describe` puts scenarios in words, `cause` gives the cause its name);
//! * `recording` and `diagnosing`: what is kept of a run, and the bugs behind its causes;
//! * `known` and `stale`: which causes are listed as known, and which entries are stale;
//! * `verdict` and `result`: what that means for each rule, and the result as a whole;
//! * `stages`: all of these, one after another;
//! * `corpus`: counterexamples kept as files.
//!
//! [`replay`] plays one kept scenario; [`embedded`] makes the reference server a target without
//! a socket; [`selftest`] runs the suite against every mutant of it.

mod afterwards;
pub mod batch;
mod bindings;
mod caps;
pub mod cause;
mod confirm;
pub mod corpus;
mod counterexample;
pub mod coverage;
mod deployers;
pub mod describe;
pub mod diagnosing;
pub mod embedded;
mod engine;
mod explore;
mod features;
mod guess;
pub mod known;
mod lifecycle;
mod options;
pub mod order;
mod plan;
mod play;
mod played;
mod prefetch;
mod races;
mod recall;
mod recording;
pub mod replay;
mod result;
pub mod selftest;
pub mod session;
mod settle;
mod shrink;
mod stages;
pub mod stale;
mod tally;
#[cfg(test)]
mod tests;
mod tidy;
mod verdict;

pub use engine::Engine;
pub use options::{DEFAULT_SEED, Prepared, RunOptions};
pub use plan::broad_first;
pub use result::suite_info;
pub use stages::{RunError, run};
pub use verdict::phases_of;
