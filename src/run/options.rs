//! What a run shall do.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::contract::{Phase, RuleId};
use crate::event::Judging;
use crate::generate::{Case, Depth, Feature};
use crate::known::KnownFile;

/// What a run shall do.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// The seed.
    pub seed: u64,
    /// How much is generated.
    pub depth: Depth,
    /// The phases.
    pub phases: Vec<Phase>,
    /// The rules that count; all of them where none are named.
    pub rules: Option<BTreeSet<RuleId>>,
    /// What the target was declared to lack.
    pub without: Vec<Feature>,
    /// How to judge.
    pub judging: Judging,
    /// Batches in flight.
    pub jobs: usize,
    /// The most requests that explore, fixtures included.
    pub max_requests: u64,
    /// The most tries to shrink one cause.
    pub shrink_tries: u32,
    /// How many requests may confirm and shrink before the spelling of values is left as it is.
    pub max_shrink_requests: u64,
    /// The longest that the run may take.
    pub max_time: Option<Duration>,
    /// How often a race is repeated.
    pub rounds: u32,
    /// The longest that one race is repeated for.
    pub race_time: Duration,
    /// A function of the user's own to test on.
    pub function: Option<String>,
    /// A folder of kept scenarios: replayed first, and added to.
    pub corpus: Option<PathBuf>,
    /// The files of known failures.
    pub known: Vec<KnownFile>,
    /// Whether flaky rules fail the run.
    pub flaky_fails: bool,
    /// The command line that repeats the run.
    pub reproduce: String,
    /// A name for the target.
    pub name: Option<String>,
    /// A plan to run in place of the generated one, and whether to explore only up to the end of
    /// the first phase that shows a violation.
    pub prepared: Option<Prepared>,
}

/// A plan that several runs share.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The cases, phase by phase.
    pub cases: Arc<Vec<Case>>,
    /// The rules whose first violation ends the exploring; none where it goes to its end.
    pub stop_on: Vec<RuleId>,
    /// Whether findings that are only reported end it, too.
    pub advisory: bool,
    /// Whether the target is tested even though its preflight fails.
    pub ignore_preflight: bool,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            seed: DEFAULT_SEED,
            depth: Depth::Default,
            phases: Phase::ALL.to_vec(),
            rules: None,
            without: Vec::new(),
            judging: Judging::default(),
            jobs: 8,
            max_requests: 6_000,
            shrink_tries: 100,
            max_shrink_requests: 2_000,
            max_time: None,
            rounds: 20,
            race_time: Duration::from_secs(4),
            function: None,
            corpus: None,
            known: Vec::new(),
            flaky_fails: false,
            reproduce: String::new(),
            name: None,
            prepared: None,
        }
    }
}

/// The seed of a run that names none: fixed, so that CI does not flip by luck.
pub const DEFAULT_SEED: u64 = 0x5d1f_3c0a;
