//! Failures in full, everything else that was found in short.

use std::fmt::Write as _;

use super::page::Page;
use crate::event::{Cause, Counterexample, RuleResult, RunResult};
use crate::report::findings::{self, Standing, Status};
use crate::report::text::{LINE, WIRE, block, counted, line};

/// How many tried values and differences are listed.
const LISTED: usize = 8;
/// How many causes of a rule are told in short after the one in full.
const FURTHER: usize = 5;

/// What is only reported, two lines a cause.
pub fn advisory(page: &mut Page, result: &RunResult) {
    short_list(page, result, Standing::Advisory, "Advisory: reported, not scored");
}

/// Known failures and what was seen once, two lines a cause.
pub fn known_and_flaky(page: &mut Page, result: &RunResult) {
    short_list(page, result, Standing::Known, "Known failures");
    short_list(page, result, Standing::Flaky, "Flaky: not reproduced");
}

fn short_list(page: &mut Page, result: &RunResult, standing: Standing, heading: &str) {
    let causes = findings::causes(result, standing);
    if causes.is_empty() {
        return;
    }
    page.heading(heading);
    for (rule, cause) in causes {
        let word = page.status(standing.status());
        page.line(&format!("{word}  {}: {}", rule.id, line(&cause.brief, LINE)));
        let known = cause.known.as_ref().map(|why| format!("known: {}  ", line(why, 200)));
        let more =
            format!("{}{}", known.unwrap_or_default(), line(&cause.counterexample.replay, LINE));
        let more = page.dim(&more);
        page.line(&format!("         {more}"));
    }
}

/// Every failure: the first cause of each rule in full, the others in two lines, or all in full.
pub fn failures(page: &mut Page, result: &RunResult, all: bool) {
    let rules = findings::rules(result, Status::Fail);
    if rules.is_empty() {
        return;
    }
    page.heading("Failures");
    for rule in rules {
        page.gap();
        failed_rule(page, rule, all);
    }
}

fn failed_rule(page: &mut Page, rule: &RuleResult, all: bool) {
    let causes = findings::failures_of(rule);
    let word = page.in_status(Status::Fail, "FAIL");
    let id = page.bold(&format!("{:<44}", rule.id.name()));
    let row = format!(
        "{word}  {id} {}, {}",
        findings::failing(rule),
        counted(causes.len() as u64, "cause")
    );
    page.line(&row);
    page.prose(2, &line(&rule.sentence, LINE));
    if let Some(reason) = &rule.reason {
        page.prose(2, &line(reason, LINE));
    }
    if causes.is_empty() {
        page.line("    no counterexample was saved");
    }
    let left = causes.len().saturating_sub(1 + FURTHER);
    for (at, cause) in causes.into_iter().enumerate() {
        if at == 0 || all {
            if at > 0 {
                page.gap();
            }
            in_full(page, cause);
        } else if at > FURTHER {
            page.field("", &format!("{} more in the JSON result", counted(left as u64, "cause")));
            break;
        } else {
            page.field("another cause", &line(&cause.brief, LINE));
            page.field("", &line(&cause.counterexample.replay, LINE));
        }
    }
}

/// One cause with all that helps to find it in the target.
pub fn in_full(page: &mut Page, cause: &Cause) {
    let example = &cause.counterexample;
    let blame = findings::blame(cause);
    page.field(blame, &format!("{} ({})", line(&cause.brief, LINE), cause.aspect));
    if let Some(bug) = &cause.bug {
        page.prose_field("bug", &format!("{} ({})", line(&bug.title, LINE), line(&bug.id, 90)));
    }
    exchanges(page, example);
    if !example.lanes.is_empty() {
        let lanes: Vec<String> = example.lanes.iter().map(|lane| line(lane, LINE)).collect();
        page.field("history", &lanes.join("\n"));
    }
    let expected: Vec<String> = example
        .expected
        .iter()
        .enumerate()
        .map(|(at, text)| format!("{}{}", if at > 0 { "or " } else { "" }, line(text, LINE)))
        .collect();
    if !expected.is_empty() {
        page.field("expected", &expected.join("\n"));
    }
    page.prose_field("known from", &format!("{}: {}", cause.evidence, line(&cause.source, LINE)));
    let actual = page.in_status(Status::Fail, &line(&example.actual, LINE));
    page.field("actual", &actual);
    differences(page, example);
    if let Some(nearest) = &example.nearest {
        let text = format!("{}  →  {}", line(&nearest.change, LINE), line(&nearest.answer, LINE));
        page.field("nearest that works", &text);
    }
    if let Some(afterwards) = &example.afterwards {
        page.prose_field("afterwards", &line(afterwards, LINE));
    }
    for (fine, label) in [(false, "also wrong"), (true, "as it should be")] {
        let tried: Vec<String> = example
            .tried
            .iter()
            .filter(|tried| tried.fine == fine)
            .take(LISTED)
            .map(|tried| format!("{} → {}", line(&tried.value, 80), line(&tried.answer, 80)))
            .collect();
        if !tried.is_empty() {
            page.prose_field(label, &tried.join("   "));
        }
    }
    page.field("reproduced", &reproduced(cause));
    for (label, text) in [("curl", &example.curl), ("replay", &example.replay)] {
        if !text.is_empty() {
            page.field(label, &line(text, WIRE));
        }
    }
}

/// What was sent and, where there were several steps, what each was answered.
fn exchanges(page: &mut Page, example: &Counterexample) {
    let several = example.exchanges.len() > 1;
    for (at, exchange) in example.exchanges.iter().enumerate() {
        let label = match (several, at) {
            (false, _) => "smallest request",
            (true, 0) => "smallest sequence",
            (true, _) => "",
        };
        let request = &exchange.request;
        // What the suite does around the policy is kept by its name alone.
        let mut text = if request.method.is_empty() {
            line(&exchange.operation, 80)
        } else {
            format!("{} {}", line(&request.method, 20), line(&request.target, WIRE))
        };
        if !request.body.is_empty() {
            text.push('\n');
            text.push_str(&block(&request.body, WIRE));
        }
        if several {
            let answer = match (&exchange.response, &exchange.fault) {
                (_, Some(fault)) => line(fault, LINE),
                (Some(response), None) => {
                    format!("{} {}", response.status, line(&response.body, 120))
                }
                (None, None) => "no answer".to_owned(),
            };
            let mark = if exchange.fine { "" } else { wrong_mark() };
            text = format!("{}  {text}\n→ {answer}{mark}", exchange.step + 1);
        }
        page.field(label, &text);
    }
}

/// What marks the answer that is wrong in a sequence.
const fn wrong_mark() -> &'static str {
    "   ✗"
}

fn differences(page: &mut Page, example: &Counterexample) {
    let rows: Vec<String> = example
        .differences
        .iter()
        .take(LISTED)
        .map(|difference| {
            let value = |value: &serde_json::Value| match value {
                serde_json::Value::Null => "nothing".to_owned(),
                value => line(&value.to_string(), 160),
            };
            format!(
                "{}: {}, should be {}",
                line(&difference.path, 80),
                value(&difference.actual),
                value(&difference.expected)
            )
        })
        .collect();
    if !rows.is_empty() {
        page.field("difference", &rows.join("\n"));
    }
}

/// How sure it is and how it was shrunk.
fn reproduced(cause: &Cause) -> String {
    let (again, tries) = cause.counterexample.reproduced;
    let shrink = &cause.counterexample.shrink;
    let mut text = format!(
        "{again} of {tries} times alone, seen in {}",
        counted(u64::from(cause.occurrences), "scenario")
    );
    if shrink.tries > 0 {
        let _ = write!(
            text,
            ", shrunk in {}{}",
            counted(u64::from(shrink.tries), "try").replace("trys", "tries"),
            if shrink.complete { "" } else { " (stopped early)" }
        );
    }
    text
}
