//! Classification of rules and causes, common to all reports.

use super::text::{counted, thousands};
use crate::contract::{Aspect, Direction};
use crate::event::{Cause, RuleResult, RunResult, Verdict};

/// How a rule is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// It is violated, and that fails the run.
    Fail,
    /// It was violated once and not again.
    Flaky,
    /// It could not be judged.
    Unrun,
    /// It is violated, as was known.
    Known,
    /// It is violated, and that is only reported.
    Note,
    /// It held.
    Pass,
    /// It does not apply.
    NotApplicable,
}

impl Status {
    /// Every status, the most urgent first.
    pub const ALL: [Self; 7] = [
        Self::Fail,
        Self::Flaky,
        Self::Unrun,
        Self::Known,
        Self::Note,
        Self::Pass,
        Self::NotApplicable,
    ];

    /// How `rule` is shown.
    pub fn of(rule: &RuleResult) -> Self {
        match rule.verdict {
            Verdict::Held => Self::Pass,
            Verdict::Violated if rule.scored => Self::Fail,
            Verdict::Violated => Self::Note,
            Verdict::Known => Self::Known,
            Verdict::Flaky => Self::Flaky,
            Verdict::CouldNotRun => Self::Unrun,
            Verdict::NotApplicable => Self::NotApplicable,
        }
    }

    /// The word that is before a rule.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pass => "PASS",
            Self::Fail => "FAIL",
            Self::Known => "KNOWN",
            Self::Flaky => "FLAKY",
            Self::Unrun => "UNRUN",
            Self::Note => "note",
            Self::NotApplicable => "N/A",
        }
    }

    /// The name that style sheets and filters use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Known => "known",
            Self::Flaky => "flaky",
            Self::Unrun => "unrun",
            Self::Note => "note",
            Self::NotApplicable => "na",
        }
    }

    /// What the status means, in a few words.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Pass => "held",
            Self::Fail => "violated",
            Self::Known => "known failure",
            Self::Flaky => "flaky",
            Self::Unrun => "could not run",
            Self::Note => "advisory",
            Self::NotApplicable => "does not apply",
        }
    }

    /// A sign that shows the status without color.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Pass => "✓",
            Self::Fail => "✗",
            Self::Known => "≈",
            Self::Flaky => "~",
            Self::Unrun => "?",
            Self::Note => "i",
            Self::NotApplicable => "–",
        }
    }
}

/// How a cause is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It fails the run.
    Failure,
    /// It was seen once and not again.
    Flaky,
    /// It is listed as a known failure.
    Known,
    /// It is only reported.
    Advisory,
}

impl Standing {
    /// How `cause` of `rule` is shown.
    pub fn of(rule: &RuleResult, cause: &Cause) -> Self {
        if cause.flaky {
            Self::Flaky
        } else if cause.known.is_some() {
            Self::Known
        } else if cause.advisory || !rule.scored {
            Self::Advisory
        } else {
            Self::Failure
        }
    }

    /// The status whose look the cause takes.
    pub const fn status(self) -> Status {
        match self {
            Self::Failure => Status::Fail,
            Self::Flaky => Status::Flaky,
            Self::Known => Status::Known,
            Self::Advisory => Status::Note,
        }
    }
}

/// The causes of one standing in a result, with their rules.
pub fn causes(result: &RunResult, standing: Standing) -> Vec<(&RuleResult, &Cause)> {
    result
        .rules
        .iter()
        .flat_map(|rule| rule.causes.iter().map(move |cause| (rule, cause)))
        .filter(|(rule, cause)| Standing::of(rule, cause) == standing)
        .collect()
}

/// The cause of that id.
pub fn cause_of<'a>(result: &'a RunResult, id: &str) -> Option<&'a Cause> {
    result.rules.iter().flat_map(|rule| &rule.causes).find(|cause| cause.id == id)
}

/// The rules of one status in a result.
pub fn rules(result: &RunResult, status: Status) -> Vec<&RuleResult> {
    result.rules.iter().filter(|rule| Status::of(rule) == status).collect()
}

/// How many of the requests that put a rule to the test failed it.
pub fn failing(rule: &RuleResult) -> String {
    let failed = u64::from(rule.failed);
    let all = failed + u64::from(cases(rule));
    format!("{} of {} fail", thousands(failed), counted(all, "case"))
}

/// The causes of a rule that fail the run.
pub fn failures_of(rule: &RuleResult) -> Vec<&Cause> {
    rule.causes.iter().filter(|cause| Standing::of(rule, cause) == Standing::Failure).collect()
}

/// How many distinct applicable requests a rule had.
pub fn cases(rule: &RuleResult) -> u32 {
    rule.directions.iter().fold(0, |sum, count| sum.saturating_add(count.cases))
}

/// What a cause says of the target: only what was accepted is too lax, and only what was refused is
/// too strict.
pub fn blame(cause: &Cause) -> &'static str {
    let is_accepted = cause.counterexample.actual.starts_with('2');
    match (cause.direction, cause.aspect) {
        (Direction::Accept, _) if !is_accepted => "too strict",
        (Direction::Refuse, Aspect::Status) if is_accepted => "too lax",
        (Direction::Accept | Direction::Refuse, Aspect::Status) => "wrong status",
        (Direction::Refuse, Aspect::Code) => "wrong code",
        _ => "wrong answer",
    }
}

/// How many cases a rule had in each direction and how many it needs.
pub fn direction_text(rule: &RuleResult) -> String {
    let parts: Vec<String> = rule
        .directions
        .iter()
        .map(|count| format!("{} {} of at least {}", count.direction, count.cases, count.least))
        .collect();
    parts.join(", ")
}

/// The verdict of a run in one sentence.
pub fn verdict(result: &RunResult) -> String {
    use crate::event::Outcome;
    let counts = &result.counts;
    let said = match result.outcome {
        Outcome::Passed if counts.known > 0 => {
            "every scored rule held, apart from known failures".to_owned()
        }
        Outcome::Passed => "every scored rule held".to_owned(),
        Outcome::Failed => format!(
            "{} of {} scored {} violated",
            counts.violated,
            counts.scored,
            if counts.scored == 1 { "rule is" } else { "rules are" }
        ),
        Outcome::Incomplete => format!(
            "{} scored {} not be judged, {} flaky",
            counts.could_not_run,
            if counts.could_not_run == 1 { "rule could" } else { "rules could" },
            if counts.flaky == 1 { "1 was".to_owned() } else { format!("{} were", counts.flaky) }
        ),
        Outcome::Stale => format!(
            "no new violation, but {} known-failure {} stale",
            counts.stale,
            if counts.stale == 1 { "entry is" } else { "entries are" }
        ),
        Outcome::Unusable => "the target could not be used".to_owned(),
        Outcome::Interrupted => "the run was interrupted; the results are partial".to_owned(),
    };
    if result.complete || result.outcome == Outcome::Interrupted {
        said
    } else {
        format!("{said}; the run did not end, so the results are partial")
    }
}

/// The outcome in a word, as bands and headings show it.
pub const fn outcome_word(result: &RunResult) -> &'static str {
    use crate::event::Outcome;
    match result.outcome {
        Outcome::Passed if result.complete => "passed",
        Outcome::Passed => "partial",
        Outcome::Failed => "failed",
        Outcome::Incomplete => "incomplete",
        Outcome::Stale => "stale",
        Outcome::Unusable => "unusable",
        Outcome::Interrupted => "interrupted",
    }
}

/// The status whose look the outcome of a run takes.
pub fn tone(result: &RunResult) -> Status {
    match outcome_word(result) {
        "passed" => Status::Pass,
        "failed" | "unusable" => Status::Fail,
        _ => Status::Unrun,
    }
}

/// The target in a few words: its name, or what it calls itself, or its endpoint.
pub fn target_name(result: &RunResult) -> String {
    let target = &result.target;
    let name = target.name.as_deref().or(target.server.as_deref()).unwrap_or(&target.endpoint);
    let name = if name.is_empty() { "the target" } else { name };
    super::text::line(name, 80)
}
