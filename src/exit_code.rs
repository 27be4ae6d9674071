//! What the exit codes of the command mean. They are an interface.

use crate::event::Outcome;

/// The exit codes. Of several that apply, the first in the order 70, 130, 5, 1, 6, 4, 3, 0 wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitCode {
    /// Every scored rule ran often enough and held, apart from listed known failures.
    Passed = 0,
    /// A scored rule is violated, and that is new.
    Violated = 1,
    /// The usage or the configuration is wrong; nothing was sent.
    Usage = 2,
    /// Nothing is violated, but something scored could not be judged, or was flaky.
    Incomplete = 3,
    /// Nothing is new, but a listed known failure is gone or expired.
    Stale = 4,
    /// The target could not be used: nothing was judged.
    Unusable = 5,
    /// Golden answers and model disagree.
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

    /// The meaning in a line, for `--help` and the README.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Passed => "every scored rule ran often enough and held",
            Self::Violated => "a scored rule is violated, and that is new",
            Self::Usage => "wrong usage or configuration; nothing was sent",
            Self::Incomplete => "something scored could not be judged, or was flaky",
            Self::Stale => "only stale known failures",
            Self::Unusable => "the target could not be used; nothing was judged",
            Self::GroundTruth => "golden answers and model disagree",
            Self::Bug => "a bug in permspec",
            Self::Interrupted => "interrupted; partial results were written",
        }
    }

    /// The exit code that goes with an outcome.
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
