//! The exit codes of the command. They are an interface.

use crate::event::Outcome;

/// The exit codes. Of several that apply, the first in the order 70, 130, 5, 1, 6, 4, 3, 0 wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitCode {
    /// Every scored rule held, with enough cases, apart from known failures.
    Passed = 0,
    /// A scored rule has a violation that is not a known failure.
    Violated = 1,
    /// The usage or the configuration is invalid; nothing was sent.
    Usage = 2,
    /// No violation, but the run is not whole: a scored rule could not be judged or was flaky, its
    /// time was over, something it made was left behind, or a report was lost.
    Incomplete = 3,
    /// No new violation, but a known failure no longer occurs or has expired.
    Stale = 4,
    /// The target could not be used; nothing was judged.
    Unusable = 5,
    /// The model contradicts golden responses.
    GroundTruth = 6,
    /// A bug in permspec.
    Bug = 70,
    /// The run was interrupted; partial results were written.
    Interrupted = 130,
}

impl ExitCode {
    /// Every exit code.
    pub const ALL: [Self; 9] = [
        Self::Passed,
        Self::Violated,
        Self::Usage,
        Self::Incomplete,
        Self::Stale,
        Self::Unusable,
        Self::GroundTruth,
        Self::Bug,
        Self::Interrupted,
    ];

    /// The meaning in one line, for `--help` and the README.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Passed => "every scored rule held, apart from known failures",
            Self::Violated => "a scored rule has a new violation",
            Self::Usage => "invalid usage or configuration; nothing was sent",
            Self::Incomplete => {
                "incomplete: a scored rule not judged or flaky, time over, or resources left behind"
            }
            Self::Stale => "only stale known failures were found",
            Self::Unusable => "the target could not be used; nothing was judged",
            Self::GroundTruth => "the model contradicts golden responses",
            Self::Bug => "a bug in permspec",
            Self::Interrupted => "interrupted; partial results were written",
        }
    }

    /// The exit code of an outcome.
    pub const fn of(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Passed => Self::Passed,
            Outcome::Failed => Self::Violated,
            Outcome::Incomplete => Self::Incomplete,
            Outcome::Stale => Self::Stale,
            Outcome::Unusable => Self::Unusable,
            Outcome::Interrupted => Self::Interrupted,
        }
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code as u8)
    }
}
