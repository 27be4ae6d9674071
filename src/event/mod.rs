//! The events of a run ([`Event`]) and its result ([`RunResult`]), from which reports are made.
//!
//! The runner and the reports do not know each other. Both types are versioned interfaces: within
//! one version, fields are only added. All text from a target is redacted and bounded, but not
//! escaped: each report escapes it for its own format.

pub mod bug;
pub mod check;
mod deployer;
pub mod diff;
pub mod result;

use serde::{Deserialize, Serialize};

pub use bug::{
    Bug, BugName, Effect, Explained, Limits, Reach, Severity, Unexplained, When, Witness,
};
pub use deployer::{DeployerResult, DeployerVerdict};
pub use result::{
    Cause, Counterexample, Counts, Difference, DirectionCount, Exchange, Figures, Judging,
    MemberCoverage, Nearest, Outcome, RequestText, ResponseText, RuleResult, RunInfo, RunResult,
    Settling, ShrinkInfo, SuiteInfo, TargetInfo, Tried, Verdict, Warning,
};

use crate::contract::{Phase, RuleId};

/// The version of the event stream.
pub const EVENTS: &str = "permspec.events/1";

/// Something that happened in a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// The run begins. The first event of a stream.
    Started {
        /// The version of the stream, [`EVENTS`].
        schema: String,
        /// Versions of the suite.
        suite: SuiteInfo,
        /// The run's own settings.
        run: RunInfo,
    },
    /// The target answered the preflight.
    Preflight {
        /// What is known of the target.
        target: TargetInfo,
    },
    /// A phase begins.
    Phase {
        /// The phase.
        phase: Phase,
        /// How many scenarios it has.
        scenarios: u32,
    },
    /// Scenarios were finished.
    Progress {
        /// The phase.
        phase: Phase,
        /// How many scenarios of the phase are done.
        done: u32,
        /// How many requests the run has sent so far.
        requests: u64,
    },
    /// A new cause of violations was seen; it is not yet confirmed or shrunk.
    Suspect {
        /// The rule.
        rule: RuleId,
        /// What was seen, in a few words.
        brief: String,
    },
    /// A cause was confirmed and shrunk, or found flaky.
    Finding {
        /// The cause.
        cause: Box<Cause>,
    },
    /// A rule has its verdict.
    Rule {
        /// The rule's result.
        result: Box<RuleResult>,
    },
    /// Something the reader should know.
    Warning {
        /// The warning.
        warning: Warning,
    },
    /// The run is over. The last event of a whole stream.
    Finished {
        /// The result.
        result: Box<RunResult>,
    },
}
