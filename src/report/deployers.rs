//! What reports say of deployment tools: how many deployments work, and what breaks the others.

use std::fmt::Write as _;

use crate::event::{DeployerResult, DeployerVerdict, RunResult};

use super::text::{LINE, counted, line};

/// Deployments of one version of a tool that end alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The tool and its version.
    pub tool: String,
    /// What makes the tool send its requests, each once.
    pub triggers: Vec<String>,
    /// What happens.
    pub reason: String,
    /// The rules whose violation its requests showed.
    pub rules: Vec<String>,
}

/// How many deployments work; `None` where none was played.
pub fn headline(result: &RunResult) -> Option<String> {
    let of = |verdict: DeployerVerdict| {
        result.deployers.iter().filter(|deployer| deployer.verdict == verdict).count()
    };
    let played = result.deployers.len() - of(DeployerVerdict::NotRun);
    if played == 0 {
        return None;
    }
    let mut text = format!("{} of {played} deployments work", of(DeployerVerdict::Works));
    let hidden = of(DeployerVerdict::HidesFailure);
    if hidden > 0 {
        let verb = if hidden == 1 { "does" } else { "do" };
        let hidden = counted(hidden as u64, "deployment");
        let _ = write!(text, ", {hidden} should fail and {verb} not");
    }
    Some(text)
}

/// The deployments that do not work, by tool and reason, those of most triggers first.
pub fn broken(result: &RunResult) -> Vec<Broken> {
    let mut broken: Vec<Broken> = Vec::new();
    let fails = |deployer: &&DeployerResult| {
        matches!(deployer.verdict, DeployerVerdict::Breaks | DeployerVerdict::HidesFailure)
    };
    for deployer in result.deployers.iter().filter(fails) {
        let tool = line(&format!("{} {}", deployer.tool, deployer.version), 80);
        let reason = line(deployer.reason.as_deref().unwrap_or_default(), LINE);
        let trigger = line(&deployer.trigger, 80);
        let rules = deployer.rules.iter().map(|rule| rule.name().to_owned());
        // Which step it is differs between triggers; what happens there does not.
        let happens = reason.split_once(": ").map_or(reason.as_str(), |(_, happens)| happens);
        match broken.iter_mut().find(|known| known.tool == tool && known.reason == happens) {
            Some(known) => {
                known.triggers.push(trigger);
                for rule in rules {
                    if !known.rules.contains(&rule) {
                        known.rules.push(rule);
                    }
                }
            }
            None => broken.push(Broken {
                tool,
                triggers: vec![trigger],
                reason: happens.to_owned(),
                rules: rules.collect(),
            }),
        }
    }
    broken.sort_by_key(|deployment| std::cmp::Reverse(deployment.triggers.len()));
    broken
}

impl Broken {
    /// The tool, what triggers it and what happens, in one line.
    pub fn sentence(&self) -> String {
        format!("{} ({}): {}", self.tool, self.triggers.join(", "), self.reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::RuleId;
    use crate::report::sample;

    fn deployer(tool: &str, trigger: &str, verdict: DeployerVerdict) -> DeployerResult {
        DeployerResult {
            scenario: format!("{tool}-{trigger}"),
            tool: tool.into(),
            version: "1".into(),
            trigger: trigger.into(),
            verdict,
            reason: Some(format!("step {}, AddPermission: it fails", trigger.len())),
            rules: vec![RuleId::SuccessStatus],
        }
    }

    #[test]
    fn deployments_of_a_tool_that_end_alike_are_one_line() {
        let mut result = sample::clean();
        assert_eq!(headline(&result), None);
        result.deployers = vec![
            deployer("a", "S3", DeployerVerdict::Breaks),
            deployer("b", "S3", DeployerVerdict::Works),
            deployer("a", "queue", DeployerVerdict::Breaks),
            deployer("c", "S3", DeployerVerdict::HidesFailure),
            deployer("d", "S3", DeployerVerdict::NotRun),
        ];
        assert_eq!(
            headline(&result).as_deref(),
            Some("1 of 4 deployments work, 1 deployment should fail and does not")
        );
        let sentences: Vec<String> = broken(&result).iter().map(Broken::sentence).collect();
        assert_eq!(sentences, ["a 1 (S3, queue): it fails", "c 1 (S3): it fails"]);
        assert_eq!(broken(&result)[0].rules, ["success.status"]);
    }

    #[test]
    fn what_a_target_says_in_a_reason_is_escaped() {
        let mut result = sample::clean();
        let mut hostile = deployer("a", "S3", DeployerVerdict::Breaks);
        hostile.reason =
            Some("step 1, AddPermission: fails with 400 \u{1b}[31m\n::error::x".into());
        result.deployers = vec![hostile];
        let sentence = broken(&result)[0].sentence();
        assert!(!sentence.contains('\u{1b}') && !sentence.contains('\n'), "{sentence}");
    }
}
