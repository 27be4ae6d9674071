//! Goldens: responses that were recorded from a target on a date and can be judged without it.
//!
//! The input are scenarios and targets; the output is a [`GoldenFile`], the differences between
//! several sides, or a verdict on goldens. Verdicts are never stored: a golden contains requests
//! and responses, and the current model judges them.
//!
//! * `corpora`: the documented and observed scenarios, compiled in;
//! * `set`: the scenarios to send, selected before anything is sent;
//! * `mask`: references and tokens for values that the target chose;
//! * `recorded_outcome`: one recorded response;
//! * `file`: the format of golden files;
//! * `record`: recording, with new functions for each scenario;
//! * `align`: making the responses of several sides comparable;
//! * `compare`: the differences between them;
//! * `cluster`: differences grouped by cause;
//! * `diff`: comparison of files and endpoints, with shrinking if every side is live;
//! * `playback`: a golden as an in-process target, so that it is judged like any other;
//! * `check`: goldens checked against the model, and who is wrong.

pub mod align;
pub mod check;
pub mod cluster;
pub mod compare;
pub mod corpora;
pub mod diff;
pub mod file;
pub mod mask;
mod outdated;
pub mod playback;
pub mod record;
pub mod recorded_outcome;
pub mod set;

pub use file::{GoldenError, GoldenFile, GoldenScenario, GoldenStep, GoldenTarget, Kind};
pub use recorded_outcome::{RecordedOutcome, RecordedResponse};
