//! From causes and all answers of a run to bugs: which faults explain them, in which
//! circumstances, with what effect on the grant.
//!
//! The input is a list of [`Tape`]s, which hold what was sent and answered on each fixture, and the
//! causes with their counterexamples. The output is a [`Diagnosis`]: [bugs](crate::event::Bug), the
//! worst first, and what remains unexplained.
//! Nothing here sends anything. The files in the order of the work:
//!
//! * `tape`: the record of a fixture; `bits`: sets of its answers;
//! * `walk`: the way through a record, each answer judged in its world;
//! * `exhibit`: the answers with the facts that they show;
//! * `predict`: which facts a mutant predicts, and where it contradicts a right answer; `at_once`
//!   tries those that show in the very answer, `in_time` those that show later;
//! * `cover`: the smallest set of mutants that explains the facts;
//! * `features` and `condition`: the circumstances of what a mutant, or none, explains;
//! * `effect`: statements compared as policies;
//! * `severity`, `title`, `reach`, `limits`: how bad, what to call it, who meets it, and what is
//!   accepted instead of AWS's constraints.

mod at_once;
pub mod bits;
pub mod condition;
pub mod cover;
pub mod effect;
pub mod exhibit;
pub mod features;
mod in_time;
pub mod limits;
pub mod predict;
pub mod reach;
pub mod severity;
pub mod tape;
pub mod title;
pub mod walk;

mod bugs;

pub use bugs::{Diagnosis, diagnose};
pub use tape::{Entry, Tape};
