//! How deployment tools fared on the target, as the result lists them.

use serde::{Deserialize, Serialize};

use crate::contract::RuleId;

/// How a deployment tool fared with one trigger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeployerResult {
    /// The name of its scenario in `corpora/deployers`.
    pub scenario: String,
    /// The tool, as its package is called.
    pub tool: String,
    /// The version whose requests these are.
    pub version: String,
    /// What makes the tool send them (`S3 event`).
    pub trigger: String,
    /// Whether it works.
    pub verdict: DeployerVerdict,
    /// Why not: the step, and what happens to the tool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The scored rules that its requests showed to be violated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RuleId>,
}

/// Whether a deployment tool works on the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeployerVerdict {
    /// Every answer lets it go on as AWS's would.
    Works,
    /// It fails, or goes on in a way that it does not on AWS.
    Breaks,
    /// It succeeds where AWS refuses it, so its failure shows on AWS alone.
    HidesFailure,
    /// Some of its requests got no answer.
    NotRun,
}
