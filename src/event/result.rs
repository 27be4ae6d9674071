//! The result of a run, as `--json` writes it and every report reads it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::bug::{Bug, BugName, Explained, Limits, Unexplained};
use super::deployer::DeployerResult;
use crate::contract::{Aspect, Direction, Edition, EditionChoice, Evidence, EvidenceFloor};
use crate::contract::{Member, Phase, RuleId, Strength, Topic};
use crate::scenario::Scenario;

/// The version of the results' format.
pub const RESULTS: &str = "permspec.results/1";

/// Everything a run found out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunResult {
    /// The version of the format, [`RESULTS`].
    pub schema: String,
    /// Whether the run went to its end; a partial result never claims success.
    pub complete: bool,
    /// The outcome in a word.
    pub outcome: Outcome,
    /// The exit code that goes with it.
    pub exit_code: u8,
    /// Versions of the suite.
    pub suite: SuiteInfo,
    /// The run's own settings and times.
    pub run: RunInfo,
    /// What was tested.
    pub target: TargetInfo,
    /// How it was judged.
    pub judging: Judging,
    /// Counts of requests and verdicts.
    pub counts: Counts,
    /// Divergence and coverage: two figures, never added.
    pub figures: Figures,
    /// One entry a rule, in the order of the catalogue.
    pub rules: Vec<RuleResult>,
    /// What of the specification the requests covered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coverage: Vec<MemberCoverage>,
    /// How deployment tools fared, one entry for each tool and trigger.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deployers: Vec<DeployerResult>,
    /// What the reader should know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
    /// What had to be waited for, where writes may show late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consistency: Option<Settling>,
    /// The bugs behind the causes, the worst first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bugs: Vec<Bug>,
    /// The causes that no bug explains.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unexplained: Vec<Unexplained>,
    /// How much of what deviated the bugs explain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explained: Option<Explained>,
    /// What the target accepts in place of AWS's constraints.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<Limits>,
}

/// What had to be waited for until reads showed what was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settling {
    /// How long a write may take to show, in milliseconds.
    pub bound_ms: u64,
    /// Reads that were repeated until they showed what had been written.
    pub settled: u64,
    /// Reads that still did not at the end of the bound: these were judged as they were.
    pub unsettled: u64,
    /// Maximum time until a write was visible, in milliseconds.
    pub longest_ms: u64,
    /// The waiting in all, in milliseconds.
    pub total_ms: u64,
}

/// The outcome of a run in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Every scored rule ran often enough and held, apart from known failures.
    Passed,
    /// A scored rule is violated, and that is not known.
    Failed,
    /// A scored rule could not be judged, or was flaky.
    Incomplete,
    /// Nothing is new, but a known failure is gone.
    Stale,
    /// The target could not be used.
    Unusable,
    /// The run was interrupted.
    Interrupted,
}

/// Versions of the suite.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SuiteInfo {
    /// permspec's version.
    pub version: String,
    /// A hash of the rule catalogue: two runs with one hash judged by the same rules.
    pub catalogue: String,
    /// How many rules there are.
    pub rules: u32,
}

/// A run's own settings and times.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunInfo {
    /// The seed; the same seed makes the same scenarios.
    pub seed: u64,
    /// When it began (RFC 3339).
    pub started: String,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// The command line that repeats it, without credentials.
    pub reproduce: String,
    /// The phases that ran.
    pub phases: Vec<Phase>,
}

/// What was tested.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TargetInfo {
    /// Its name, where one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The endpoint.
    pub endpoint: String,
    /// The proxy on the way there, without a user name or password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proxy: Option<String>,
    /// The region that requests were signed for.
    pub region: String,
    /// The account that the target says its functions are in.
    pub account: String,
    /// What the target calls itself in its answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// What it can do, by operation: `yes`, `no` or why not.
    #[serde(default)]
    pub abilities: BTreeMap<String, String>,
    /// The editions whose disputed inputs it was seen to follow.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub editions_followed: Vec<Edition>,
}

/// How a run was judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judging {
    /// The edition.
    pub edition: EditionChoice,
    /// The weakest evidence that is scored.
    pub evidence: EvidenceFloor,
    /// Whether SHOULD rules are scored.
    pub strict: bool,
}

/// Counts of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Requests in all.
    pub requests: u64,
    /// Requests that explored, fixtures included.
    pub exploring: u64,
    /// Requests that confirmed and shrunk.
    pub shrinking: u64,
    /// Scenarios that were run while exploring.
    pub scenarios: u64,
    /// Scenarios that could not be judged.
    pub unjudged: u64,
    /// Requests that were throttled.
    pub throttled: u64,
    /// Rules that are scored.
    pub scored: u32,
    /// Scored rules that held.
    pub held: u32,
    /// Scored rules that are violated, and new.
    pub violated: u32,
    /// Scored rules whose violations are all known.
    pub known: u32,
    /// Known-failure entries that are stale or expired.
    pub stale: u32,
    /// Scored rules that were flaky.
    pub flaky: u32,
    /// Scored rules that could not be judged.
    pub could_not_run: u32,
    /// Rules that do not apply.
    pub not_applicable: u32,
    /// Rules that are only reported, and violated.
    pub advisory: u32,
}

/// The two figures of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Violated rules as a share of the scored rules that could be judged.
    pub divergence: f64,
    /// Scored rules that could be judged as a share of those that apply.
    pub coverage: f64,
    /// Held and judged rules by strongest evidence.
    pub by_evidence: BTreeMap<String, (u32, u32)>,
}

/// The verdict on one rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It held in every applicable case, and there were enough.
    Held,
    /// It is violated.
    Violated,
    /// It is violated, and every cause is a listed known failure.
    Known,
    /// It was violated once and not again.
    Flaky,
    /// It could not be judged.
    CouldNotRun,
    /// The target was declared to lack what it speaks of, or a filter left it out.
    NotApplicable,
}

impl Verdict {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Violated => "violated",
            Self::Known => "known",
            Self::Flaky => "flaky",
            Self::CouldNotRun => "could-not-run",
            Self::NotApplicable => "not-applicable",
        }
    }
}

/// What a run says of one rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RuleResult {
    /// The rule.
    pub id: RuleId,
    /// Its subject.
    pub topic: Topic,
    /// Its strength.
    pub strength: Strength,
    /// The rule in one sentence.
    pub sentence: String,
    /// Its strongest evidence.
    pub evidence: Evidence,
    /// Whether a violation fails the run.
    pub scored: bool,
    /// The verdict.
    pub verdict: Verdict,
    /// Why it could not run, does not apply, or is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Distinct applicable requests by direction.
    pub directions: Vec<DirectionCount>,
    /// Cases that violated it.
    pub failed: u32,
    /// With 95 % confidence the failure rate on random requests is below this share; only where
    /// the rule held, from random draws alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound_95: Option<f64>,
    /// The distinct causes, each with its counterexample.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<Cause>,
}

/// How often one direction of a rule could be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectionCount {
    /// The direction.
    pub direction: Direction,
    /// Distinct applicable requests that count.
    pub cases: u32,
    /// The minimum number below which the rule could not be judged.
    pub least: u32,
}

/// One cause of violations: equal in rule, aspect, direction, status, code and paths of the
/// difference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cause {
    /// The id that `replay` takes: the rule and the start of the fingerprint.
    pub id: String,
    /// A hash of what makes the cause one cause; stable across runs.
    pub fingerprint: String,
    /// The rule.
    pub rule: RuleId,
    /// The aspect of the answer that is wrong.
    pub aspect: Aspect,
    /// Too strict, too lax, or a wrong answer.
    pub direction: Direction,
    /// How the broken expectation is known.
    pub evidence: Evidence,
    /// Where it is known from.
    pub source: String,
    /// Whether it is only reported.
    pub advisory: bool,
    /// Whether it was seen once and not again.
    pub flaky: bool,
    /// The reason of the known-failure entry that covers it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<String>,
    /// The bug that explains it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bug: Option<BugName>,
    /// How many scenarios of the run showed it.
    pub occurrences: u32,
    /// How many requests the run had sent when it was first seen.
    #[serde(default)]
    pub seen_at: u64,
    /// What is wrong, in a line.
    pub brief: String,
    /// The smallest scenario that shows it.
    pub counterexample: Counterexample,
}

/// A shrunk scenario with what was expected and what came.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Counterexample {
    /// The scenario: it can be replayed against any target.
    pub scenario: Scenario,
    /// The step whose answer is wrong, from 0.
    pub step: usize,
    /// The members of AddPermission that the failing request holds at a value of their own.
    #[serde(default)]
    pub members: Vec<Member>,
    /// What was sent and what came, step by step.
    pub exchanges: Vec<Exchange>,
    /// What the failing step should have been answered, a line an alternative.
    pub expected: Vec<String>,
    /// What it was answered, in a line.
    pub actual: String,
    /// The differences, by path.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<Difference>,
    /// The nearest request that behaves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nearest: Option<Nearest>,
    /// What GetPolicy showed afterwards, in a line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub afterwards: Option<String>,
    /// Other values that were tried: what was accepted and what was refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tried: Vec<Tried>,
    /// For a race: its history as lanes of text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lanes: Vec<String>,
    /// How it was shrunk.
    pub shrink: ShrinkInfo,
    /// How often it was reproduced alone, of how many tries.
    pub reproduced: (u32, u32),
    /// A curl line that sends the failing request.
    pub curl: String,
    /// The command that replays it.
    pub replay: String,
}

/// One value that was tried on the way and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tried {
    /// What was sent.
    pub value: String,
    /// What came, in a few words.
    pub answer: String,
    /// Whether the answer was as it should be.
    pub fine: bool,
}

/// One request and its answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    /// The step that it belongs to, from 0.
    pub step: usize,
    /// AWS's name of the operation.
    pub operation: String,
    /// What was sent, without credentials.
    pub request: RequestText,
    /// What came; absent where no whole answer came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<ResponseText>,
    /// Why no whole answer came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// Whether the answer is as it should be, as far as this cause goes.
    pub fine: bool,
}

/// A request as text, without credentials.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RequestText {
    /// The method.
    pub method: String,
    /// Path and query as sent.
    pub target: String,
    /// The headers that matter.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    /// The body as text; bytes that are no UTF-8 are replaced.
    #[serde(default)]
    pub body: String,
    /// The body in base64, where text would not tell it all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_base64: Option<String>,
}

/// A response as text, bounded in length.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ResponseText {
    /// The status.
    pub status: u16,
    /// The headers that matter.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    /// The body as text; bytes that are no UTF-8 are replaced, and it is cut at a bound.
    #[serde(default)]
    pub body: String,
}

/// A difference at one path of an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// Where, such as `status`, `code` or `statement.Principal.AWS`.
    pub path: String,
    /// The expected value there; null for nothing.
    pub expected: Value,
    /// The value there; null for nothing.
    pub actual: Value,
}

/// The nearest request that behaves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Nearest {
    /// How it differs from the counterexample, in a few words.
    pub change: String,
    /// What it was answered, in a few words.
    pub answer: String,
}

/// How a counterexample was shrunk.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ShrinkInfo {
    /// Its size before.
    pub from: usize,
    /// Its size now.
    pub to: usize,
    /// How many scenarios were tried.
    pub tries: u32,
    /// Whether nothing smaller was left to try.
    pub complete: bool,
    /// The steps on the way, each in a line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trail: Vec<String>,
}

/// What of one member's specification the requests covered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MemberCoverage {
    /// The subject: a member's name, `pairs` or `errors`.
    pub subject: String,
    /// Covered and coverable points by kind: `bounds`, `transitions`, `exits`, `values`, `types`.
    pub points: BTreeMap<String, (u32, u32)>,
    /// The points that were not covered, by name, at most a few.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
}

/// Something the reader of a result should know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Warning {
    /// A stable id, such as `mostly-refused`.
    pub id: String,
    /// What it means here.
    pub detail: String,
}
