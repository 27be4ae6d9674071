//! Which deployment tools work on the target, from the answers that their requests got.
//!
//! A tool reads less of an answer than a rule speaks of: none looks at the status of a success
//! beyond its class, some compare the keys of a condition letter by letter. What each needs of
//! each answer stands in its file (`corpora/deployers`), so that a tool is said to break only
//! where its own code would go another way.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::contract::RuleId;
use crate::event::{DeployerResult, DeployerVerdict};
use crate::generate::deployers::Deployment;
use crate::observation::{Answer, Observation};
use crate::scenario::Scenario;
use crate::scenario::file::{FileStep, Need};
use crate::wire::WireRequest;

use super::played::Played;
use super::session::Record;

/// The code that tools take for a grant that is there already.
const CONFLICT: &str = "ResourceConflictException";

/// The code that tools take for nothing to look at or to remove.
const NOT_FOUND: &str = "ResourceNotFoundException";

/// How a tool fared whose scenario was played; `None` for scenarios of no tool.
pub fn outcome(scenario: &Scenario, played: &Played) -> Option<DeployerResult> {
    let deployment = crate::generate::deployers::find(scenario)?;
    let tool = deployment.file.tool.as_ref()?;
    let (verdict, reason) = verdict(deployment, played);
    let rules: BTreeSet<RuleId> = match verdict {
        DeployerVerdict::Works | DeployerVerdict::NotRun => BTreeSet::new(),
        _ => played
            .findings
            .iter()
            .filter(|(_, finding)| !finding.advisory)
            .map(|(_, finding)| finding.rule())
            .collect(),
    };
    Some(DeployerResult {
        scenario: deployment.name.to_owned(),
        tool: tool.name.clone(),
        version: tool.version.clone(),
        trigger: tool.trigger.clone(),
        verdict,
        reason,
        rules: rules.into_iter().collect(),
    })
}

fn verdict(deployment: &Deployment, played: &Played) -> (DeployerVerdict, Option<String>) {
    let mut added: Option<&WireRequest> = None;
    for (at, step) in deployment.file.steps.iter().enumerate() {
        let FileStep::One { send, needs, .. } = step else { continue };
        // The step's own record: a policy that was read to resynchronise comes before it.
        let record = played.records.iter().rfind(|(of, _)| *of == at).map(|(_, record)| record);
        let Some(Record { observation: Observation::Answer(answer), request, .. }) = record else {
            return (DeployerVerdict::NotRun, Some(format!("step {} got no answer", at + 1)));
        };
        let is_add = send.name() == "AddPermission";
        if let Some(need) = needs
            && let Some((verdict, reason)) = unmet(*need, send.name(), answer, added)
        {
            let step = format!("step {}, {}: {reason}", at + 1, send.name());
            return (verdict, Some(step));
        }
        if is_add && answer.is_success() {
            added = request.as_ref();
        }
    }
    (DeployerVerdict::Works, None)
}

/// What happens to a tool that does not get what it needs.
fn unmet(
    need: Need,
    operation: &str,
    answer: &Answer,
    added: Option<&WireRequest>,
) -> Option<(DeployerVerdict, String)> {
    use DeployerVerdict::{Breaks, HidesFailure};
    let code = answer.code.as_deref().unwrap_or("no error code");
    let got = format!("{} {code}", answer.status());
    let success = answer.is_success();
    let breaks = |reason: String| Some((Breaks, reason));
    match need {
        Need::Success if success => None,
        Need::Success => breaks(format!("the deployment fails with {got}")),
        Need::Refusal if success => Some((
            HidesFailure,
            "what AWS refuses is accepted, so the deployment fails on AWS alone".to_owned(),
        )),
        Need::Refusal => None,
        Need::Conflict if answer.code.as_deref() == Some(CONFLICT) && !success => None,
        Need::Conflict if success => {
            breaks("each deployment adds the statement once more".to_owned())
        }
        Need::Conflict => breaks(format!("the next deployment fails with {got}, not {CONFLICT}")),
        Need::NotFound if answer.code.as_deref() == Some(NOT_FOUND) && !success => None,
        // A tool that removes first does not mind that something was there.
        Need::NotFound if success && operation == "RemovePermission" => None,
        Need::NotFound if success => {
            breaks(format!("{} is answered where nothing is there", answer.status()))
        }
        Need::NotFound => breaks(format!("the deployment fails with {got}, not {NOT_FOUND}")),
        Need::OwnStatement if !success => breaks(format!("the deployment fails with {got}")),
        Need::OwnStatement => {
            let is_there = added.is_some_and(|added| recognizes(answer, added));
            if is_there {
                return None;
            }
            breaks(
                "the tool does not recognize its own statement, and each deployment adds one more"
                    .to_owned(),
            )
        }
    }
}

/// Whether a tool finds its statement in a policy: by action, service and source, with the keys
/// of conditions compared letter by letter, as chalice and claudia do.
fn recognizes(answer: &Answer, added: &WireRequest) -> bool {
    let Ok(wanted) = serde_json::from_slice::<Value>(&added.body) else { return false };
    let Some(policy) = answer.nested("Policy") else { return false };
    let Some(statements) = policy["Statement"].as_array() else { return false };
    statements.iter().any(|statement| {
        statement["Action"] == wanted["Action"]
            && statement["Principal"]["Service"] == wanted["Principal"]
            && statement["Condition"]["ArnLike"]["AWS:SourceArn"] == wanted["SourceArn"]
            && (wanted["SourceAccount"].is_null()
                || statement["Condition"]["StringEquals"]["AWS:SourceAccount"]
                    == wanted["SourceAccount"])
    })
}
