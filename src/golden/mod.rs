//! Goldens: answers recorded from a target on a date, replayable without it; what several
//! implementations answer differently; and whether the model still agrees with what was recorded.
//!
//! In come scenarios and targets; out go a [`GoldenFile`], the differences between sides, or a
//! verdict on goldens. No verdict is ever stored: a golden holds what was sent and what came, and
//! the model judges it anew each time.
//!
//! * `corpora`: the documented and observed scenarios, compiled in;
//! * `set`: which scenarios are sent, chosen before anything is sent;
//! * `mask`: what a target decides, and the references that stand for it;
//! * `told`: one answer as a golden tells it;
//! * `file`: the format of golden files;
//! * `record`: scenarios sent to a target, each on functions without history;
//! * `align`: answers of several sides made comparable, equal up to renaming;
//! * `compare`: where the answers of several sides differ;
//! * `cluster`: differences grouped by cause;
//! * `diff`: all of that for files and endpoints, causes shrunk where every side is live;
//! * `playback`: a golden as a target in this process, so that the judge sees it as it sees any;
//! * `check`: the model against goldens, and who is to blame.

pub mod align;
pub mod check;
pub mod cluster;
pub mod compare;
pub mod corpora;
pub mod diff;
pub mod file;
pub mod mask;
pub mod playback;
pub mod record;
pub mod recorded_outcome;
pub mod set;

pub use file::{GoldenError, GoldenFile, GoldenScenario, GoldenStep, GoldenTarget, Kind};
pub use recorded_outcome::{RecordedOutcome, RecordedResponse};
