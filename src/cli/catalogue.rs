//! `permspec list` and `permspec explain`, and reading rule filters.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::json;

use super::args::{ExplainArgs, ListArgs};
use super::{Failure, usage};
use crate::exit_code::ExitCode;
use crate::spec::{EvidenceFloor, RuleId};

/// The rules that a filter means; a part of it that means none is an error with near names.
pub fn select(filters: &[String]) -> Result<BTreeSet<RuleId>, Failure> {
    let mut selected = BTreeSet::new();
    for filter in filters {
        let before = selected.len();
        let matching: Vec<RuleId> =
            RuleId::ALL.iter().copied().filter(|id| glob(filter, id.name())).collect();
        if matching.is_empty() {
            let near = near_names(filter);
            let hint = if near.is_empty() {
                "`permspec list` shows them".to_owned()
            } else {
                format!("did you mean {}?", near.join(", "))
            };
            return Err(usage(format!("no rule is called {filter:?}; {hint}")));
        }
        selected.extend(matching);
        debug_assert!(selected.len() >= before);
    }
    Ok(selected)
}

/// Whether a name fits a glob: `*` stands for anything but a dot, `**` for anything.
fn glob(pattern: &str, name: &str) -> bool {
    if let Some(rest) = pattern.strip_prefix("**") {
        return (0..=name.len())
            .filter(|at| name.is_char_boundary(*at))
            .any(|at| glob(rest, &name[at..]));
    }
    if let Some(rest) = pattern.strip_prefix('*') {
        let stop = name.find('.').unwrap_or(name.len());
        return (0..=stop)
            .filter(|at| name.is_char_boundary(*at))
            .any(|at| glob(rest, &name[at..]));
    }
    match (pattern.chars().next(), name.chars().next()) {
        (None, None) => true,
        (Some(expected), Some(found)) if expected == found => {
            glob(&pattern[expected.len_utf8()..], &name[found.len_utf8()..])
        }
        _ => false,
    }
}

/// Up to three names near to a mistyped one.
pub fn near_names(name: &str) -> Vec<String> {
    let mut near: Vec<(usize, &str)> = RuleId::ALL
        .iter()
        .map(|id| (distance(name, id.name()), id.name()))
        .filter(|(distance, known)| {
            *distance <= 3 || known.contains(name.trim_matches('*')) && name.len() > 3
        })
        .collect();
    near.sort_unstable();
    near.into_iter().take(3).map(|(_, name)| name.to_owned()).collect()
}

/// The number of single edits between two texts.
pub fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, symbol) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = at + 1;
        for (to, target) in other.iter().enumerate() {
            let substituted = diagonal + usize::from(symbol != *target);
            diagonal = row[to + 1];
            row[to + 1] = substituted.min(diagonal + 1).min(row[to] + 1);
        }
    }
    row[other.len()]
}

/// `permspec list`.
pub fn list(arguments: &ListArgs) -> Result<ExitCode, Failure> {
    let selected = if arguments.rules.is_empty() { None } else { Some(select(&arguments.rules)?) };
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
        anstream::println!("{:#}", json!(rules));
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
    anstream::print!("{}", text.trim_start());
    Ok(ExitCode::Passed)
}

/// `permspec explain`.
pub fn explain(arguments: &ExplainArgs) -> Result<ExitCode, Failure> {
    let Some(id) = RuleId::from_name(&arguments.rule) else {
        select(std::slice::from_ref(&arguments.rule))?;
        return Err(usage(format!("{:?} means several rules; name one", arguments.rule)));
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
            crate::spec::Direction::Accept => "must be accepted, and were",
            crate::spec::Direction::Refuse => {
                "must be refused, and were, each beside its accepted repair"
            }
            crate::spec::Direction::Shape => "must be answered in this form, and were",
        };
        let _ = writeln!(text, "  judged from {least} distinct requests on that {what}");
    }
    let phases: Vec<&str> = rule.phases.iter().map(|phase| phase.name()).collect();
    let _ = writeln!(text, "  fed by the phases {}", phases.join(", "));
    anstream::print!("{text}");
    Ok(ExitCode::Passed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_stop_at_dots_unless_doubled() {
        assert!(glob("statement-id.*", "statement-id.pattern"));
        assert!(!glob("*", "statement-id.pattern"));
        assert!(glob("**", "statement-id.pattern"));
        assert!(glob("**.pattern", "statement-id.pattern"));
        assert!(!glob("statement-id", "statement-id.pattern"));
    }

    #[test]
    fn a_filter_that_means_nothing_suggests_near_names() {
        let failure = select(&["statement-id.patern".into()]).unwrap_err();
        assert!(failure.error.to_string().contains("statement-id.pattern"), "{}", failure.error);
        assert_eq!(failure.code, ExitCode::Usage);
    }
}
