//! The options of a run.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::contract::{Phase, RuleId};
use crate::event::Judging;
use crate::generate::{Case, Depth, Feature};
use crate::known::KnownFile;

/// The options of a run.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RunOptions {
    /// The seed.
    pub seed: u64,
    /// The amount of scenarios to generate.
    pub depth: Depth,
    /// The phases to run.
    pub phases: Vec<Phase>,
    /// The rules to test; `None` means all.
    pub rules: Option<BTreeSet<RuleId>>,
    /// Features that the target lacks.
    pub without: Vec<Feature>,
    /// How responses are judged.
    pub judging: Judging,
    /// Number of concurrent batches.
    pub jobs: usize,
    /// Maximum number of exploration requests, including fixture setup.
    pub max_requests: u64,
    /// Maximum number of attempts to shrink one cause.
    pub shrink_tries: u32,
    /// Number of confirming and shrinking requests after which values are not simplified further.
    pub max_shrink_requests: u64,
    /// Maximum duration of the run.
    pub max_time: Option<Duration>,
    /// Number of rounds of each race.
    pub rounds: u32,
    /// Maximum duration of one race.
    pub race_time: Duration,
    /// An existing function to test on.
    pub function: Option<String>,
    /// Directory of counterexamples: replayed at the start, and extended by new ones.
    pub corpus: Option<PathBuf>,
    /// The files of known failures.
    pub known: Vec<KnownFile>,
    /// Whether flaky rules fail the run.
    pub flaky_fails: bool,
    /// The command line that repeats the run, for reports.
    pub reproduce: String,
    /// Name of the target in reports.
    pub name: Option<String>,
    /// A plan to run instead of the generated one.
    #[doc(hidden)]
    pub prepared: Option<Prepared>,
}

/// A plan that several runs share, for `selftest`.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The cases, phase by phase.
    pub cases: Arc<Vec<Case>>,
    /// Exploration ends with the phase in which one of these rules is first violated.
    pub stop_on: Vec<RuleId>,
    /// Whether findings that are not scored end it as well.
    pub advisory: bool,
    /// Whether to test the target even if its preflight fails.
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

/// The default seed. It is fixed, so that results in CI do not change by luck.
pub const DEFAULT_SEED: u64 = 0x5d1f_3c0a;
