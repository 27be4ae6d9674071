//! Playing one scenario on a session, step by step.

use crate::model::{PolicyResource, RejectKind};
use crate::observation::Observation;
use crate::scenario::{Operation, Scenario, Step};

use super::played::Played;
use super::races;
use super::session::Session;

/// Plays a scenario once; `round` distinguishes repetitions of a race. A lost response ends it,
/// because the steps after it could not be judged.
pub async fn play(session: &mut Session, scenario: &Scenario, round: u32) -> Played {
    let mut played = Played::default();
    for (at, step) in scenario.steps.iter().enumerate() {
        match step {
            Step::One(operation) => {
                resynchronise(session, operation, &mut played, at).await;
                let record = session.step(operation).await;
                let lost = matches!(record.observation, Observation::Fault(_));
                let stuck = record.request.is_none() && record.judgement.unjudged.is_some();
                played.note(at, record);
                if (lost || stuck) && scenario.steps.len() > 1 {
                    return played;
                }
            }
            Step::Together { together } => {
                races::play(session, at, together, round, &mut played).await;
                if played.unjudged.is_some() {
                    return played;
                }
            }
        }
    }
    played
}

/// Reads the policy again if it is unknown and the next request depends on it.
async fn resynchronise(
    session: &mut Session,
    operation: &Operation,
    played: &mut Played,
    at: usize,
) {
    let writes = matches!(operation, Operation::AddPermission(_) | Operation::RemovePermission(_));
    // Usually everything is known, and the request need not be analysed.
    if !writes || session.world.is_known() {
        return;
    }
    let Ok(Some(wire)) = session.wire(operation) else { return };
    let analysis = session.analyse(&wire);
    let Some(resource) = &analysis.resource else { return };
    let known =
        session.world.policy(&resource.function, resource.qualifier.as_deref()).known().is_some();
    let exists = session.world.functions.get(&resource.function).is_some_and(|function| {
        resource.qualifier.as_deref().is_none_or(|qualifier| function.has(qualifier))
    });
    let depends = analysis.faults.iter().any(|fault| {
        matches!(
            fault.kind,
            RejectKind::Conflict
                | RejectKind::Precondition
                | RejectKind::StatementNotFound
                | RejectKind::PolicyAbsent
                | RejectKind::PolicyLength(_)
        )
    });
    if known || !exists || !depends || analysis.must_be_rejected() {
        return;
    }
    let record = session.read_policy(resource).await;
    played.note(at, record);
}

/// Reads every policy that the scenario may have changed.
pub async fn read_back(session: &mut Session, played: &mut Played, at: usize) {
    let mut grants: Vec<PolicyResource> = Vec::new();
    for (name, function) in &session.world.functions {
        for (qualifier, state) in &function.policies {
            let policy = state.last();
            let touched = policy.exists() || !policy.refused.is_empty() || state.known().is_none();
            let exists = qualifier.as_deref().is_none_or(|qualifier| function.has(qualifier));
            if touched && exists {
                grants
                    .push(PolicyResource { function: name.clone(), qualifier: qualifier.clone() });
            }
        }
    }
    for resource in grants {
        let record = session.read_policy(&resource).await;
        played.note(at, record);
    }
}
