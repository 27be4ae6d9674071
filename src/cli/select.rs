//! Selection of rules by globs, members, topics, evidence, strength, or an earlier result.

use std::collections::BTreeSet;

use super::args::SelectionArgs;
use super::{Failure, report, usage};
use crate::contract::{Evidence, Member, RuleId, Strength, Topic, select};
use crate::event::{RunResult, Verdict};

/// The selected rules.
#[derive(Debug, Default)]
pub struct Selected {
    /// The rules; all without any filter.
    pub rules: Option<BTreeSet<RuleId>>,
    /// The seed of the earlier result for `--rerun`.
    pub seed: Option<u64>,
}

/// The rules that pass every filter. It is an error if there are none.
pub fn selected(arguments: &SelectionArgs) -> Result<Selected, Failure> {
    let mut filters: Vec<(String, BTreeSet<RuleId>)> = Vec::new();
    if !arguments.rules.is_empty() {
        filters.push((arguments.rules.join(" "), by_globs(&arguments.rules)?));
    }
    if !arguments.member.is_empty() {
        let topics = each(&arguments.member, member_topic)?;
        let rules = those(|id| topics.contains(&id.rule().topic));
        filters.push((format!("--member {}", arguments.member.join(",")), rules));
    }
    if !arguments.topic.is_empty() {
        let topics = each(&arguments.topic, topic)?;
        let rules = those(|id| topics.contains(&id.rule().topic));
        filters.push((format!("--topic {}", arguments.topic.join(",")), rules));
    }
    if !arguments.evidence_is.is_empty() {
        let kinds: Vec<Evidence> = arguments.evidence_is.iter().map(|kind| kind.0).collect();
        let rules = those(|id| kinds.contains(&id.rule().strongest()));
        let names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
        filters.push((format!("--evidence-is {}", names.join(",")), rules));
    }
    if let Some(strength) = arguments.strength.map(Strength::from) {
        filters
            .push((format!("--strength {strength}"), those(|id| id.rule().strength == strength)));
    }
    let mut seed = None;
    if let Some(path) = &arguments.rerun {
        let result = report::read(path)?;
        let rules = unsettled(&result);
        if rules.is_empty() {
            return Err(usage(format!(
                "nothing to run again: every scored rule of {} held or is a known failure",
                path.display()
            )));
        }
        seed = Some(result.run.seed);
        filters.push((format!("--rerun {}", path.display()), rules));
    }
    let Some((_, first)) = filters.first() else { return Ok(Selected::default()) };
    let left: BTreeSet<RuleId> = filters
        .iter()
        .fold(first.clone(), |left, (_, rules)| left.intersection(rules).copied().collect());
    if left.is_empty() {
        let each: Vec<String> = filters
            .iter()
            .map(|(filter, rules)| format!("{} by {filter}", count(rules.len())))
            .collect();
        return Err(usage(format!(
            "no rule passes every filter: {}, and none by all of them; remove one",
            each.join(", ")
        )));
    }
    Ok(Selected { rules: Some(left), seed })
}

fn count(rules: usize) -> String {
    format!("{rules} rule{}", if rules == 1 { "" } else { "s" })
}

/// The rules that match globs. A glob without a match is an error that suggests similar names.
pub fn by_globs(globs: &[String]) -> Result<BTreeSet<RuleId>, Failure> {
    let rules = each(globs, |glob| {
        let rules = select::rules(glob);
        (!rules.is_empty()).then_some(rules).ok_or_else(|| {
            none("rule", glob, &select::near_rules(glob), "`permspec list` prints all")
        })
    })?;
    Ok(rules.into_iter().flatten().collect())
}

fn each<T>(names: &[String], read: impl Fn(&str) -> Result<T, Failure>) -> Result<Vec<T>, Failure> {
    names.iter().map(|name| read(name)).collect()
}

fn those(keep: impl Fn(RuleId) -> bool) -> BTreeSet<RuleId> {
    RuleId::ALL.iter().copied().filter(|id| keep(*id)).collect()
}

/// All topics of rules.
fn topics() -> Vec<Topic> {
    let topics: BTreeSet<Topic> = RuleId::ALL.iter().map(|id| id.rule().topic).collect();
    topics.into_iter().collect()
}

/// A name in normal form: `StatementId` and `statement-id` are equal.
fn bare(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn member_topic(name: &str) -> Result<Topic, Failure> {
    let member = Member::ALL.into_iter().find(|member| bare(member.name()) == bare(name));
    let topic = member
        .and_then(|member| topics().into_iter().find(|t| bare(t.name()) == bare(member.name())));
    topic.ok_or_else(|| {
        let names = Member::ALL.iter().map(|member| member.name());
        let all = names.clone().collect::<Vec<_>>().join(", ");
        none("member", name, &select::near(name, names), &format!("the names are {all}"))
    })
}

fn topic(name: &str) -> Result<Topic, Failure> {
    topics().into_iter().find(|topic| bare(topic.name()) == bare(name)).ok_or_else(|| {
        let topics = topics();
        let names = topics.iter().map(|topic| topic.name());
        let all = names.clone().collect::<Vec<_>>().join(", ");
        none("topic", name, &select::near(name, names), &format!("the names are {all}"))
    })
}

fn none(kind: &str, name: &str, near: &[&str], otherwise: &str) -> Failure {
    let hint = if near.is_empty() {
        otherwise.to_owned()
    } else {
        format!("did you mean {}?", near.join(" or "))
    };
    usage(format!("no {kind} is named {name:?}; {hint}"))
}

/// The scored rules because of which a run did not pass.
fn unsettled(result: &RunResult) -> BTreeSet<RuleId> {
    result
        .rules
        .iter()
        .filter(|rule| rule.scored)
        .filter(|rule| {
            matches!(rule.verdict, Verdict::Violated | Verdict::Flaky | Verdict::CouldNotRun)
        })
        .map(|rule| rule.id)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit_code::ExitCode;

    #[test]
    fn every_member_is_the_subject_of_rules() {
        for member in Member::ALL {
            let topic = member_topic(member.name()).unwrap();
            assert_eq!(bare(topic.name()), bare(member.name()));
        }
        assert!(member_topic("statement-id").is_ok());
    }

    #[test]
    fn a_filter_that_means_nothing_suggests_near_names() {
        let failure = by_globs(&["statement-id.patern".into()]).unwrap_err();
        assert!(failure.error.to_string().contains("statement-id.pattern"), "{}", failure.error);
        assert_eq!(failure.code, ExitCode::Usage);
        let failure = member_topic("StatmentId").unwrap_err();
        assert!(failure.error.to_string().ends_with("did you mean StatementId?"));
    }

    #[test]
    fn filters_that_exclude_each_other_say_what_each_leaves() {
        let arguments = SelectionArgs {
            rules: vec!["statement-id.*".into()],
            topic: vec!["race".into()],
            ..SelectionArgs::default()
        };
        let failure = selected(&arguments).unwrap_err();
        let text = failure.error.to_string();
        assert!(text.starts_with("no rule passes every filter: "), "{text}");
        assert!(text.contains("by --topic race"), "{text}");
    }
}
