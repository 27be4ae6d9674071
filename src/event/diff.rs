//! What several implementations answer differently, as `permspec diff --json` writes it.

use serde::{Deserialize, Serialize};

use super::result::{ShrinkInfo, Warning};
use crate::contract::Aspect;
use crate::scenario::Scenario;

/// The version of the format.
pub const DIFF: &str = "permspec.diff/1";

/// Everything that a comparison found out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DiffResult {
    /// The version of the format, [`DIFF`].
    pub schema: String,
    /// The version of permspec.
    pub permspec: String,
    /// When it began (RFC 3339).
    pub started: String,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// Whether it went to its end.
    pub complete: bool,
    /// Whether messages and headers count.
    pub strict: bool,
    /// What was compared, in the order of the command line.
    pub sides: Vec<DiffSide>,
    /// Scenarios to which every side has answers that could be compared.
    pub compared: u32,
    /// Scenarios that some side has no answers to, or was not let answer.
    pub skipped: u32,
    /// Compared scenarios in which something that counts differs.
    pub differing: u32,
    /// The causes: those that count first, the most frequent first.
    pub causes: Vec<DiffCause>,
    /// What the reader should know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}

/// One side of a comparison.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DiffSide {
    /// The letter that stands for it: `A`, `B`, …
    pub letter: String,
    /// Its name.
    pub name: String,
    /// The endpoint or the file.
    pub place: String,
    /// Whether it could be asked again.
    pub live: bool,
    /// When its answers were recorded (`2026-11-22`).
    pub date: String,
    /// The region.
    pub region: String,
    /// The requests that were sent to it.
    pub requests: u64,
}

/// One way in which the sides differ.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DiffCause {
    /// A hash of what makes it one cause.
    pub id: String,
    /// The part of the answer that differs.
    pub aspect: Option<Aspect>,
    /// Where in it, such as `Principal.AWS`.
    pub path: String,
    /// Whether it counts.
    pub counted: bool,
    /// Whether it was seen and not seen again; then it does not count.
    pub flaky: bool,
    /// AWS's name of the operation whose answers differ.
    pub operation: String,
    /// What is peculiar about the request, such as `StatementId too long`.
    pub peculiar: Vec<String>,
    /// What is peculiar about other requests that show the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub likewise: Vec<String>,
    /// Who says what: sides that agree stand together.
    pub parties: Vec<DiffParty>,
    /// In how many scenarios it was seen.
    pub occurrences: u32,
    /// The smallest scenario that shows it.
    pub scenario: Scenario,
    /// The step whose answers differ, from 0.
    pub step: usize,
    /// How it was shrunk; absent where a side could not be asked again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shrink: Option<ShrinkInfo>,
}

/// Sides that agree.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DiffParty {
    /// Their letters.
    pub sides: Vec<String>,
    /// What they answered, as far as it differs.
    pub answer: String,
}
