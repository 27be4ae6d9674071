//! The verdict on each rule, from counts and confirmed causes.

use std::collections::BTreeMap;

use crate::contract::{Phase, RuleId};
use crate::event::{Cause, Counts, DirectionCount, Figures, Outcome, RuleResult, Verdict, Warning};
use crate::generate::Feature;

use super::options::RunOptions;
use super::tally::Tally;

/// Today's date, as entries of known failures spell it.
fn today() -> String {
    let now = humantime::format_rfc3339_seconds(std::time::SystemTime::now()).to_string();
    now.chars().take(10).collect()
}

/// The input of verdicts.
pub struct Evidence<'a> {
    /// The options of the run.
    pub options: &'a RunOptions,
    /// Counts.
    pub tally: &'a Tally,
    /// Confirmed causes by rule.
    pub causes: BTreeMap<RuleId, Vec<Cause>>,
    /// Causes that could not be repeated, by rule.
    pub unjudged: BTreeMap<RuleId, String>,
    /// Whether writes may become visible late.
    pub eventual: bool,
    /// Number of groups of scenarios that a budget cut off.
    pub cut: u32,
    /// Operations that the target lacks.
    pub lacking: Vec<String>,
    /// Why scenarios were left out, if any.
    pub spent: Option<String>,
}

/// The verdict on every rule.
pub fn verdicts(mut evidence: Evidence<'_>) -> Vec<RuleResult> {
    let changes = evidence.causes.get(&RuleId::RevisionIdChangesOnWrite);
    let is_still = changes.is_some_and(|causes| causes.iter().any(|cause| !cause.flaky));
    let mut results: Vec<RuleResult> =
        RuleId::ALL.iter().map(|id| verdict(&mut evidence, *id)).collect();
    for result in &mut results {
        // Where a revision never changes, no revision is ever stale.
        let never = result.id == RuleId::RevisionIdStaleRefused
            && result.verdict == Verdict::CouldNotRun
            && result.causes.is_empty()
            && result.directions.iter().all(|count| count.cases == 0);
        if never && is_still {
            result.verdict = Verdict::NotApplicable;
            result.reason =
                Some("no revision was ever stale, see revision-id.changes-on-write".into());
        }
    }
    results
}

fn verdict(evidence: &mut Evidence<'_>, id: RuleId) -> RuleResult {
    let rule = id.rule();
    let options = evidence.options;
    let causes = evidence.causes.remove(&id).unwrap_or_default();
    let directions: Vec<DirectionCount> = rule
        .directions
        .iter()
        .map(|(direction, least)| DirectionCount {
            direction: *direction,
            cases: evidence.tally.cases(id, *direction),
            least: *least,
        })
        .collect();
    let scored = rule.scored(options.judging.evidence, options.judging.strict);
    let (violated, flaky) = (is_new(&causes, scored, false), is_new(&causes, scored, true));
    let known = counting(&causes, scored).find_map(|cause| cause.known.clone());
    let held_back = evidence.tally.held_back.get(&id).filter(|_| evidence.cut == 0);
    let short = directions.iter().find(|count| count.cases < count.least);
    let (verdict, reason) = if let Some(reason) = not_applicable(options, id) {
        (Verdict::NotApplicable, Some(reason))
    } else if evidence.eventual && id == RuleId::RaceReadsConsistent {
        let why = "where writes show late, a read in a race may show what was there before";
        (Verdict::NotApplicable, Some(why.into()))
    } else if violated {
        (Verdict::Violated, None)
    } else if flaky {
        (Verdict::Flaky, Some("violated once, and not again on a fresh fixture".into()))
    } else if let Some(reason) = evidence.unjudged.get(&id) {
        (Verdict::CouldNotRun, Some(format!("a violation could not be tried again: {reason}")))
    } else if known.is_some() {
        (Verdict::Known, known)
    } else if id == RuleId::WireAnswers && evidence.tally.lost > 0 {
        let lost = evidence.tally.lost;
        (Verdict::CouldNotRun, Some(format!("{lost} answers were lost, and not every time")))
    } else if let Some((short, held)) = short.zip(held_back) {
        let DirectionCount { direction, cases, least } = short;
        let why = format!(
            "{held} of its requests must not be sent to real AWS, because they grant access to others \
             or might name other functions; {cases} of at least {least} counted ({direction})"
        );
        (Verdict::NotApplicable, Some(why))
    } else if let Some(short) = short {
        (Verdict::CouldNotRun, Some(why_short(evidence, id, short)))
    } else {
        (Verdict::Held, None)
    };
    let random = evidence.tally.random_cases(id);
    let listed = |id| evidence.options.known.iter().find_map(|file| file.excuses(id, &today()));
    let (verdict, reason) = match (verdict, listed(id)) {
        // It counts neither as judged nor as something that should have been.
        (Verdict::CouldNotRun, Some(why)) => {
            (Verdict::NotApplicable, Some(format!("listed as not judged on this target: {why}")))
        }
        (verdict, _) => (verdict, reason),
    };
    let bound_95 =
        (verdict == Verdict::Held && random > 0).then(|| 1.0 - 0.05_f64.powf(1.0 / random as f64));
    RuleResult {
        id,
        topic: rule.topic,
        strength: rule.strength,
        sentence: rule.sentence.to_owned(),
        evidence: rule.strongest(),
        scored,
        verdict,
        reason,
        directions,
        failed: causes.iter().map(|cause| cause.occurrences).sum(),
        bound_95,
        causes,
    }
}

/// The causes that count for a rule; if the rule is scored, only scored causes.
fn counting(causes: &[Cause], scored: bool) -> impl Iterator<Item = &Cause> {
    causes.iter().filter(move |cause| !cause.advisory || !scored)
}

/// Whether there is a counted cause that is not a known failure.
fn is_new(causes: &[Cause], scored: bool, flaky: bool) -> bool {
    counting(causes, scored).any(|cause| cause.flaky == flaky && cause.known.is_none())
}

/// Why too few requests counted for a rule.
fn why_short(evidence: &Evidence<'_>, id: RuleId, short: &DirectionCount) -> String {
    let DirectionCount { direction, cases, least } = short;
    // Only what the rule needs is a reason.
    let needed = operations(id);
    let lacking: Vec<&str> = evidence
        .lacking
        .iter()
        .map(String::as_str)
        .filter(|operation| needed.contains(operation))
        .collect();
    let lacking = if lacking.is_empty() {
        String::new()
    } else {
        format!("; the target lacks {}", lacking.join(", "))
    };
    let unjudged = evidence
        .tally
        .unjudged
        .iter()
        .max_by_key(|(_, count)| **count)
        .filter(|(_, count)| **count * 50 > evidence.tally.scenarios)
        .map(|(reason, count)| format!("; {count} requests could not be judged ({reason})"))
        .unwrap_or_default();
    let spent = evidence.spent.as_ref().map(|why| format!("; {why}")).unwrap_or_default();
    format!("{cases} of at least {least} requests counted ({direction}){lacking}{unjudged}{spent}")
}

/// What a rule cannot be judged without.
fn needs(id: RuleId) -> &'static [Feature] {
    match id {
        RuleId::QualifierVersion
        | RuleId::QualifierUnknownVersion
        | RuleId::PolicyPublishCopiesNothing => &[Feature::Versions],
        RuleId::QualifierAlias
        | RuleId::QualifierUnknownAlias
        | RuleId::QualifierAliasOnLatest
        | RuleId::AliasRecreatedEmpty => &[Feature::Aliases],
        RuleId::RemoveStatus
        | RuleId::RemoveOneOnly
        | RuleId::RemoveNotFound
        | RuleId::StatementIdReusable => &[Feature::RemovePermission],
        RuleId::FunctionRecreatedEmpty => &[Feature::Recreation],
        RuleId::PolicyExact
        | RuleId::PolicyOrder
        | RuleId::PolicyDocument
        | RuleId::PolicyAbsent
        | RuleId::ErrorNotStored
        | RuleId::ErrorRevisionUntouched
        | RuleId::FunctionIsolated
        | RuleId::RevisionIdChangesOnWrite
        | RuleId::RevisionIdStableOtherwise
        | RuleId::RevisionIdCurrentAccepted
        | RuleId::RevisionIdStaleRefused
        | RuleId::RaceNoLostUpdate
        | RuleId::RaceReadsConsistent => &[Feature::GetPolicy],
        _ => &[],
    }
}

/// Whether a rule needs a version or an alias beside the function.
fn needs_two(id: RuleId) -> bool {
    matches!(
        id,
        RuleId::PolicyPerTarget
            | RuleId::StatementIdUniquePerPolicy
            | RuleId::QualifierPattern
            | RuleId::QualifierLength
            | RuleId::QualifierMismatch
    )
}

/// The operations, as the preflight names them, without which a rule cannot be judged.
fn operations(id: RuleId) -> Vec<&'static str> {
    const VERSIONS: [&str; 2] = ["PublishVersion", "Qualifier"];
    const ALIASES: [&str; 3] = ["CreateAlias", "UpdateAlias", "DeleteAlias"];
    let mut operations = Vec::new();
    for feature in needs(id) {
        match feature {
            Feature::Versions => operations.extend(VERSIONS),
            Feature::Aliases => operations.extend(ALIASES),
            Feature::RemovePermission => operations.push("RemovePermission"),
            Feature::GetPolicy => operations.push("GetPolicy"),
            Feature::Recreation => operations.push("DeleteFunction"),
        }
    }
    if needs_two(id) {
        operations.extend(VERSIONS);
        operations.extend(ALIASES);
    }
    operations
}

/// Why a rule does not apply to this run.
pub(super) fn not_applicable(options: &RunOptions, id: RuleId) -> Option<String> {
    if options.rules.as_ref().is_some_and(|rules| !rules.contains(&id)) {
        return Some("left out by the filter".into());
    }
    let rule = id.rule();
    if !rule.phases.iter().any(|phase| options.phases.contains(phase)) {
        return Some("its phases were left out".into());
    }
    let lacks = |feature: Feature| options.without.contains(&feature);
    let needs = needs(id);
    if let Some(lacking) = needs.iter().find(|feature| lacks(**feature)) {
        return Some(format!("the target was declared to lack {}", lacking.name()));
    }
    // Rules that compare policies need a second one; a Qualifier needs something to name.
    if needs_two(id) && lacks(Feature::Versions) && lacks(Feature::Aliases) {
        return Some("the target was declared to lack versions and aliases".into());
    }
    None
}

/// Counts by verdict.
pub fn count(rules: &[RuleResult]) -> Counts {
    let mut counts = Counts::default();
    for rule in rules {
        if rule.verdict == Verdict::NotApplicable {
            counts.not_applicable += 1;
            continue;
        }
        if !rule.scored {
            counts.advisory += u32::from(rule.verdict == Verdict::Violated);
            continue;
        }
        counts.scored += 1;
        match rule.verdict {
            Verdict::Held => counts.held += 1,
            Verdict::Violated => counts.violated += 1,
            Verdict::Known => counts.known += 1,
            Verdict::Flaky => counts.flaky += 1,
            Verdict::CouldNotRun => counts.could_not_run += 1,
            Verdict::NotApplicable => {}
        }
    }
    counts
}

/// The two figures.
pub fn figures(rules: &[RuleResult], counts: &Counts) -> Figures {
    let judged = counts.held + counts.violated + counts.known;
    let share = |part: u32, whole: u32| {
        if whole == 0 { 0.0 } else { f64::from(part) / f64::from(whole) }
    };
    let mut by_evidence: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    for rule in rules.iter().filter(|rule| rule.verdict != Verdict::NotApplicable) {
        let entry = by_evidence.entry(rule.evidence.name().to_owned()).or_default();
        entry.0 += u32::from(rule.verdict == Verdict::Held);
        entry.1 += 1;
    }
    Figures {
        divergence: share(counts.violated + counts.known, judged),
        coverage: share(judged, counts.scored),
        by_evidence,
    }
}

/// The outcome for these counts. A run that scored nothing is not a success.
pub fn outcome(counts: &Counts, flaky_fails: bool) -> Outcome {
    if counts.violated > 0 || (flaky_fails && counts.flaky > 0) {
        Outcome::Failed
    } else if counts.stale > 0 {
        Outcome::Stale
    } else if counts.could_not_run > 0 || counts.flaky > 0 || counts.scored == 0 {
        Outcome::Incomplete
    } else {
        Outcome::Passed
    }
}

/// Warnings for the reader.
pub fn warnings(tally: &Tally, fixtures: &[String], cut: u32) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn = |id: &str, detail: String| {
        warnings.push(Warning { id: id.to_owned(), detail });
    };
    let (good, refused) = tally.good;
    if good > 0 && refused * 2 > good {
        let share = refused * 100 / good;
        let cause = tally.refusals.iter().max_by_key(|(_, count)| **count);
        let (brief, hint) = cause.map_or(("", ""), |(brief, _)| (brief.as_str(), hint(brief)));
        warn(
            "mostly-refused",
            format!(
                "{share} % of the requests that should succeed were refused, most with {brief}{hint}"
            ),
        );
    }
    for fixture in fixtures.iter().take(5) {
        warn("fixture", fixture.clone());
    }
    if cut > 0 {
        warn("budget", format!("{cut} groups of scenarios were left out: a budget ran out"));
    }
    warnings
}

fn hint(brief: &str) -> &'static str {
    match brief.split(' ').next().unwrap_or_default() {
        "403" | "401" => ": are the credentials right?",
        "404" => ": does the target find the function under the region and account it gave?",
        "501" | "405" => ": the target does not implement AddPermission",
        _ => ": the target may refuse everything",
    }
}

/// The phases that feed any of the rules.
pub fn phases_of(rules: impl IntoIterator<Item = RuleId>) -> Vec<Phase> {
    let mut phases: Vec<Phase> =
        rules.into_iter().flat_map(|id| id.rule().phases.iter().copied()).collect();
    phases.sort_unstable();
    phases.dedup();
    phases
}
