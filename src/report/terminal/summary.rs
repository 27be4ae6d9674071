//! The head, the summary and the last line.

use std::fmt::Write as _;

use super::page::Page;
use crate::contract::{Evidence, EvidenceFloor};
use crate::event::RunResult;
use crate::report::text::{LINE, WIRE, counted, duration, line, percent, thousands};
use crate::report::{deployers, findings};

/// Who tested what, and how.
pub fn head(page: &mut Page, result: &RunResult) {
    let target = &result.target;
    let name = findings::target_name(result);
    let endpoint = line(&target.endpoint, 120);
    // A target that does not say who it is goes by its endpoint.
    let who = if name == endpoint {
        page.bold(&endpoint)
    } else {
        format!("{}  {endpoint}", page.bold(&name))
    };
    let through = match &target.proxy {
        Some(proxy) => format!("  through the proxy {}", line(proxy, 120)),
        None => String::new(),
    };
    let row = format!(
        "permspec {}  {who}{through}  region {}  account {}",
        line(&result.suite.version, 40),
        line(&target.region, 40),
        line(&target.account, 40)
    );
    page.line(&row);
    let judging = &result.judging;
    let edition = judging.edition.words();
    let floor = match judging.evidence {
        EvidenceFloor::Documented => "what is documented",
        EvidenceFloor::Reported => "what is documented, modelled, recorded or reported",
    };
    let strict = if judging.strict { ", with --strict" } else { "" };
    let row = page.dim(&format!("judged by {edition}, scoring {floor}{strict}"));
    page.line(&row);
}

/// Verdicts, the two figures, requests, and how to run it again.
pub fn summary(page: &mut Page, result: &RunResult) {
    let counts = &result.counts;
    page.heading("Summary");
    let word = outcome(page, result);
    page.prose_field("outcome", &format!("{word}: {}", findings::verdict(result)));
    let verdicts = [
        (counts.held, "held"),
        (counts.violated, "violated"),
        (counts.known, "known"),
        (counts.flaky, "flaky"),
        (counts.could_not_run, "could not run"),
    ];
    let said: Vec<String> = verdicts
        .iter()
        .filter(|(count, what)| *count > 0 || *what == "held")
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    let mut rules = format!("{} scored: {}", counts.scored, said.join(" · "));
    for (count, what) in [
        (counts.not_applicable, "not applicable"),
        (counts.advisory, "advisory"),
        (counts.stale, "stale known failures"),
    ] {
        if count > 0 {
            let _ = write!(rules, " · {count} {what}");
        }
    }
    page.prose_field("rules", &rules);
    let figures = &result.figures;
    let meaning = page.dim("violated, of the scored rules that could be judged");
    page.field("divergence", &format!("{:>7}  {meaning}", percent(figures.divergence)));
    let meaning = page.dim("could be judged, of the scored rules that apply");
    page.field("coverage", &format!("{:>7}  {meaning}", percent(figures.coverage)));
    let by_evidence = by_evidence(result);
    if !by_evidence.is_empty() {
        page.prose_field("held by evidence", &by_evidence.join(" · "));
    }
    deployments(page, result, MOST_DEPLOYERS);
    let mut requests = format!(
        "{}: {} exploring, {} confirming and shrinking · {}",
        thousands(counts.requests),
        thousands(counts.exploring),
        thousands(counts.shrinking),
        counted(counts.scenarios, "scenario")
    );
    for (count, what) in [(counts.unjudged, "unjudged"), (counts.throttled, "throttled")] {
        if count > 0 {
            let _ = write!(requests, " · {} {what}", thousands(count));
        }
    }
    page.prose_field("requests", &requests);
    if let Some(waited) = result.consistency.filter(|waited| waited.settled + waited.unsettled > 0)
    {
        let mut said = format!(
            "{} reads were repeated until they showed a write, for at most {}",
            thousands(waited.settled),
            duration(waited.longest_ms)
        );
        if waited.unsettled > 0 {
            let _ = write!(
                said,
                " · {} still did not show it after {}",
                thousands(waited.unsettled),
                duration(waited.bound_ms)
            );
        }
        page.prose_field("waited", &said);
    }
    if !result.target.editions_followed.is_empty() {
        let followed: Vec<&str> =
            result.target.editions_followed.iter().map(|edition| edition.words()).collect();
        page.prose_field("disputed inputs", &format!("as {} has it", followed.join(" and ")));
    }
    let took = duration(result.run.duration_ms);
    page.field("took", &took);
    page.field("seed", &result.run.seed.to_string());
    page.field("reproduce", &line(&result.run.reproduce, WIRE));
    for warning in &result.warnings {
        page.prose_field("warning", &line(&warning.detail, LINE));
    }
}

/// How many tools that a summary names; the JSON result has them all.
const MOST_DEPLOYERS: usize = 6;

/// How many where the bugs stand above the summary.
const FEW_DEPLOYERS: usize = 3;

/// How deployment tools fared.
fn deployments(page: &mut Page, result: &RunResult, most: usize) {
    let Some(headline) = deployers::headline(result) else { return };
    page.prose_field("deployers", &headline);
    let broken = deployers::broken(result);
    for deployment in broken.iter().take(most) {
        page.prose_field("", &deployment.sentence());
    }
    let left = broken.len().saturating_sub(most);
    if left > 0 {
        page.prose_field("", &format!("and {left} more in the JSON result"));
    }
}

/// What a summary must say where the bugs stand above it.
pub fn in_short(page: &mut Page, result: &RunResult) {
    let counts = &result.counts;
    page.heading("Summary");
    page.prose_field(
        "rules",
        &format!(
            "{} scored: {} held · {} violated · {} known · {} flaky · {} could not run",
            counts.scored,
            counts.held,
            counts.violated,
            counts.known,
            counts.flaky,
            counts.could_not_run
        ),
    );
    let figures = &result.figures;
    page.field(
        "figures",
        &format!(
            "divergence {} · coverage {}",
            percent(figures.divergence),
            percent(figures.coverage)
        ),
    );
    page.prose_field(
        "requests",
        &format!(
            "{}: {} exploring, {} confirming and shrinking · {}",
            thousands(counts.requests),
            thousands(counts.exploring),
            thousands(counts.shrinking),
            duration(result.run.duration_ms)
        ),
    );
    let mut unrun = findings::rules(result, findings::Status::Unrun);
    unrun.retain(|rule| rule.scored);
    for rule in unrun.iter().take(4) {
        let reason = rule.reason.as_deref().unwrap_or("no reason given");
        page.prose_field("could not run", &format!("{}: {}", rule.id, line(reason, 120)));
    }
    deployments(page, result, FEW_DEPLOYERS);
    page.field("reproduce", &line(&result.run.reproduce, WIRE));
    for warning in result.warnings.iter().take(3) {
        page.prose_field("warning", &line(&warning.detail, 300));
    }
}

/// Held and judged rules, the strongest evidence first.
fn by_evidence(result: &RunResult) -> Vec<String> {
    let figures = &result.figures.by_evidence;
    let ours = Evidence::ALL.map(Evidence::name);
    let known = ours.iter().filter_map(|name| Some((*name, figures.get(*name)?)));
    let other = figures.iter().filter(|(name, _)| !ours.contains(&name.as_str()));
    known
        .chain(other.map(|(name, figure)| (name.as_str(), figure)))
        .map(|(name, (held, judged))| format!("{} {held}/{judged}", line(name, 40)))
        .collect()
}

/// The outcome in capitals and its colour.
fn outcome(page: &Page, result: &RunResult) -> String {
    let status = findings::tone(result);
    page.in_status(status, &findings::outcome_word(result).to_uppercase())
}

/// The verdict in one line, for the end of a report with failures.
pub fn last_line(page: &mut Page, result: &RunResult) {
    page.gap();
    let word = outcome(page, result);
    page.line(&format!("{word}  {}, exit code {}", findings::verdict(result), result.exit_code));
}
