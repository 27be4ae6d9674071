//! `permspec list` and `permspec explain`.

use std::fmt::Write as _;

use serde_json::json;

use super::args::{ExplainArgs, ListArgs};
use super::select::by_globs;
use super::{Failure, output, usage};
use crate::contract::{EvidenceFloor, RuleId};
use crate::exit_code::ExitCode;

/// `permspec list`.
pub fn list(arguments: &ListArgs) -> Result<ExitCode, Failure> {
    let selected =
        if arguments.rules.is_empty() { None } else { Some(by_globs(&arguments.rules)?) };
    let rules = RuleId::ALL.iter().filter(|id| selected.as_ref().is_none_or(|s| s.contains(id)));
    if arguments.json {
        let rules: Vec<_> = rules
            .map(|id| {
                let rule = id.rule();
                let aspects: Vec<_> = rule
                    .aspects
                    .iter()
                    .map(|known| {
                        json!({
                            "aspect": known.aspect,
                            "evidence": known.evidence,
                            "source": known.source,
                        })
                    })
                    .collect();
                json!({
                    "id": id,
                    "topic": rule.topic,
                    "strength": rule.strength,
                    "sentence": rule.sentence,
                    "scored": rule.scored(EvidenceFloor::default(), false),
                    "aspects": aspects,
                    "phases": rule.phases,
                })
            })
            .collect();
        output::print(&format!("{:#}\n", json!(rules)));
        return Ok(ExitCode::Passed);
    }
    let mut text = String::new();
    let mut topic = None;
    for id in rules {
        let rule = id.rule();
        if topic != Some(rule.topic) {
            topic = Some(rule.topic);
            let _ = writeln!(text, "\n{}", rule.topic);
        }
        let scored =
            if rule.scored(EvidenceFloor::default(), false) { "" } else { " (reported only)" };
        let phases: Vec<&str> = rule.phases.iter().map(|phase| phase.name()).collect();
        let _ = writeln!(
            text,
            "  {:<36} {:<10} {}{scored}\n  {:<36} {:<10} fed by {}",
            id.name(),
            rule.strongest(),
            rule.sentence,
            "",
            "",
            phases.join(", ")
        );
    }
    output::print(text.trim_start());
    Ok(ExitCode::Passed)
}

/// `permspec explain`.
pub fn explain(arguments: &ExplainArgs) -> Result<ExitCode, Failure> {
    let Some(id) = RuleId::from_name(&arguments.rule) else {
        by_globs(std::slice::from_ref(&arguments.rule))?;
        return Err(usage(format!("{:?} matches several rules; name one of them", arguments.rule)));
    };
    let rule = id.rule();
    let mut text = String::new();
    let _ = writeln!(text, "{id}  {}\n\n  {}\n", rule.strength, rule.sentence);
    for known in rule.aspects {
        let scored = if EvidenceFloor::default().admits(known.evidence) {
            "scored"
        } else {
            "reported only"
        };
        let _ = writeln!(
            text,
            "  {:<10} {:<11} {:<14} {}",
            known.aspect, known.evidence, scored, known.source
        );
    }
    let _ = writeln!(text);
    for (direction, least) in rule.directions {
        let what = match direction {
            crate::contract::Direction::Accept => "must be accepted, and were",
            crate::contract::Direction::Refuse => {
                "must be rejected, and were, while a repaired request was accepted"
            }
            crate::contract::Direction::Shape => "must get a response of this form, and did",
        };
        let requests = if *least == 1 { "request" } else { "distinct requests" };
        let _ = writeln!(text, "  holds after at least {least} {requests} that {what}");
    }
    let phases: Vec<&str> = rule.phases.iter().map(|phase| phase.name()).collect();
    let _ = writeln!(text, "  fed by the phases {}", phases.join(", "));
    output::print(&text);
    Ok(ExitCode::Passed)
}
