//! One line a rule.

use super::page::Page;
use crate::event::{RuleResult, RunResult};
use crate::report::findings::{self, Status};
use crate::report::text::{LINE, counted, line, small_percent};

/// A line for each rule; those that held and those that do not apply are counted, and listed on
/// demand.
pub fn rules(page: &mut Page, result: &RunResult, all: bool) {
    page.gap();
    let mut held = 0;
    // Of rules that do not apply the reasons are few: what the user left out, or declared absent.
    let mut apart: Vec<(Status, &str, Vec<&RuleResult>)> = Vec::new();
    for rule in &result.rules {
        let status = Status::of(rule);
        if status == Status::Pass && !all {
            held += 1;
            continue;
        }
        let is_grouped = matches!(status, Status::NotApplicable | Status::Unrun);
        if is_grouped && !all {
            let reason = rule.reason.as_deref().unwrap_or("no reason given");
            match apart.iter_mut().find(|(_, earlier, _)| *earlier == reason) {
                Some((_, _, rules)) => rules.push(rule),
                None => apart.push((status, reason, vec![rule])),
            }
            continue;
        }
        let row = format!("{}  {:<42} {}", page.status(status), rule.id.name(), remark(rule));
        page.line(&row);
    }
    for (status, reason, rules) in apart {
        let mut what = counted(rules.len() as u64, "rule");
        if let (Status::Unrun, [rule]) = (status, rules.as_slice()) {
            rule.id.name().clone_into(&mut what);
        }
        let unscored = rules.iter().all(|rule| !rule.scored) && status == Status::Unrun;
        let mut row = format!("{}  {what:<42} {}", page.status(status), line(reason, 200));
        if unscored {
            row.push_str("  (not scored)");
        }
        page.line(&row);
    }
    if held > 0 {
        let row = format!("{}  {} held", page.status(Status::Pass), counted(held, "rule"));
        page.line(&row);
    }
}

/// The remark on a rule after its name.
fn remark(rule: &RuleResult) -> String {
    let cases = counted(u64::from(findings::cases(rule)), "case");
    let mut said = match Status::of(rule) {
        Status::Pass => match rule.bound_95 {
            Some(bound) => format!("{cases:<12} ≤ {}", small_percent(bound)),
            None => cases,
        },
        Status::Fail | Status::Note => {
            format!("{}, {}", findings::failing(rule), counted(rule.causes.len() as u64, "cause"))
        }
        Status::Flaky => format!("{cases}, violated once, not reproduced"),
        Status::Known | Status::Unrun | Status::NotApplicable => rule
            .reason
            .as_deref()
            .map_or_else(|| "no reason given".to_owned(), |why| line(why, 200)),
    };
    if !rule.scored && Status::of(rule) != Status::NotApplicable {
        said.push_str("  (not scored)");
    }
    said
}

/// The rules that could not run, each with the reason and what it had and needs.
pub fn could_not_run(page: &mut Page, result: &RunResult) {
    let rules = findings::rules(result, Status::Unrun);
    if rules.is_empty() {
        return;
    }
    page.heading("Could not run");
    // One reason often stops many rules: each is told once.
    let mut told: Vec<(&str, Vec<&RuleResult>)> = Vec::new();
    for rule in rules {
        let reason = rule.reason.as_deref().unwrap_or("no reason given");
        match told.iter_mut().find(|(earlier, _)| *earlier == reason) {
            Some((_, rules)) => rules.push(rule),
            None => told.push((reason, vec![rule])),
        }
    }
    for (reason, rules) in told {
        page.prose(4, &line(reason, LINE));
        for rule in rules {
            let had = findings::direction_text(rule);
            let row = format!("      {:<40} {}", rule.id.name(), page.dim(&had));
            page.line(&row);
        }
    }
}
