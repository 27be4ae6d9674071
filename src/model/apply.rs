//! Updating the state after a response.

use serde_json::Value;

use super::analysis::Analysis;
use super::reject::{RejectKind, Requirement};
use super::request::{ParsedBody, Request};
use super::resource::PolicyResource;
use super::world::{PolicyState, World, statement_id};
use crate::contract::EvidenceFloor;
use crate::observation::{Observation, TransportFault};

/// Updates the state according to an observation: the target did what it said. After a lost or
/// inconclusive response, or an unexpected success, the policy is unknown.
pub fn apply(world: &mut World, analysis: &Analysis, observation: &Observation) {
    world.sent.extend(sent_sid(analysis).map(ToOwned::to_owned));
    match &analysis.request {
        Request::AddPermission(_) => add(world, analysis, observation),
        Request::RemovePermission(remove) => {
            let sid = remove.statement_id.clone();
            removed(world, analysis, observation, &sid);
        }
        Request::GetPolicy(_) => read(world, analysis, observation),
        Request::Unroutable => {
            if may_have_written(observation) {
                world.forget_all();
            }
        }
        Request::Other => {}
    }
}

/// Whether a write with this outcome may have changed something although it was not acknowledged
/// in a way that can be read.
fn may_have_written(observation: &Observation) -> bool {
    match observation {
        Observation::Answer(answer) => answer.status() >= 500 || answer.status() < 400,
        Observation::Fault(
            TransportFault::Connect(_)
            | TransportFault::Untransportable(_)
            | TransportFault::Withheld(_),
        ) => false,
        Observation::Fault(_) => true,
    }
}

/// Whether a success must have reached something else than what was named, since that does not
/// exist: the thing of that name in other case, the version without its leading zeros.
fn reached_another(analysis: &Analysis) -> bool {
    analysis.faults.iter().any(|fault| {
        matches!(
            fault.kind,
            RejectKind::FunctionNotFound
                | RejectKind::NameCase
                | RejectKind::VersionNotFound
                | RejectKind::AliasNotFound
                | RejectKind::QualifierNotFound
        )
    })
}

fn add(world: &mut World, analysis: &Analysis, observation: &Observation) {
    let succeeded = observation.answer().is_some_and(crate::observation::Answer::is_success);
    if !succeeded {
        if may_have_written(observation) {
            forget(world, analysis.resource.as_ref());
        } else if observation.answer().is_some() {
            note_refusal(world, analysis);
        }
        return;
    }
    if reached_another(analysis) {
        forget_everywhere(world, analysis.resource.as_ref());
        return;
    }
    let expected = analysis
        .faults
        .iter()
        .all(|fault| fault.requirement_at(EvidenceFloor::Reported) < Requirement::Must);
    let statement = observation
        .answer()
        .and_then(crate::observation::Answer::statement)
        .filter(|statement| statement.is_object() && statement_id(statement).is_some());
    let sent_sid = sent_sid(analysis);
    // The resource tells whether the statement really went where the name points.
    let resource_fits = match (&analysis.statement, &statement) {
        (Some(shape), Some(statement)) => {
            statement.get("Resource").and_then(Value::as_str) == Some(&shape.resource)
        }
        _ => false,
    };
    match (&analysis.resource, statement) {
        (Some(resource), Some(statement))
            if expected && resource_fits && statement_id(&statement) == sent_sid =>
        {
            let Some(state) = world.policy_mut(&resource.function, resource.qualifier.as_deref())
            else {
                return;
            };
            let policy = state.last_mut();
            let sid = statement_id(&statement).unwrap_or_default().to_owned();
            policy.removed.remove(&sid);
            policy.refused.remove(&sid);
            policy.statements.push(statement);
            policy.written();
            world.happened(Some((&resource.function, resource.qualifier.as_deref())));
        }
        (resource, _) => forget_everywhere(world, resource.as_ref()),
    }
}

fn removed(world: &mut World, analysis: &Analysis, observation: &Observation, sid: &str) {
    let Some(resource) = &analysis.resource else {
        if may_have_written(observation) {
            world.forget_all();
        }
        return;
    };
    let succeeded = observation.answer().is_some_and(crate::observation::Answer::is_success);
    if !succeeded {
        if may_have_written(observation) {
            forget(world, Some(resource));
        } else if observation.answer().is_some()
            && let Some(state) = world.policy_mut(&resource.function, resource.qualifier.as_deref())
        {
            state.last_mut().refused(None);
        }
        return;
    }
    if reached_another(analysis) {
        forget_everywhere(world, analysis.resource.as_ref());
        return;
    }
    let expected = !analysis.must_be_rejected();
    let Some(state) = world.policy_mut(&resource.function, resource.qualifier.as_deref()) else {
        return;
    };
    if !expected {
        state.forget();
        return;
    }
    let policy = state.last_mut();
    let is_meant = |statement: &Value| statement_id(statement) == Some(sid);
    if policy.statements.iter().filter(|statement| is_meant(statement)).count() > 1 {
        // There should not have been two: nobody says which of them goes.
        state.forget();
        return;
    }
    policy.statements.retain(|statement| !is_meant(statement));
    policy.removed.insert(sid.to_owned());
    policy.written();
    world.happened(Some((&resource.function, resource.qualifier.as_deref())));
}

/// Notes a rejected AddPermission on its policy.
fn note_refusal(world: &mut World, analysis: &Analysis) {
    let Some(resource) = &analysis.resource else { return };
    let exists = world.functions.get(&resource.function).is_some_and(|function| {
        resource.qualifier.as_deref().is_none_or(|qualifier| function.has(qualifier))
    });
    if !exists {
        return;
    }
    let sid = sent_sid(analysis).map(ToOwned::to_owned);
    if let Some(state) = world.policy_mut(&resource.function, resource.qualifier.as_deref()) {
        state.last_mut().refused(sid.as_deref());
    }
}

/// The StatementId of an AddPermission request.
/// The StatementId that an AddPermission request holds.
pub fn sent_sid(analysis: &Analysis) -> Option<&str> {
    match &analysis.request {
        Request::AddPermission(add) => match &add.body {
            ParsedBody::Object(members) => members.get("StatementId").and_then(Value::as_str),
            _ => None,
        },
        _ => None,
    }
}

/// Resynchronizes the state after a read.
fn read(world: &mut World, analysis: &Analysis, observation: &Observation) {
    let (Some(resource), Some(answer)) = (&analysis.resource, observation.answer()) else { return };
    if let Some(revision) = answer.revision() {
        world.issued.insert(revision.to_owned());
    }
    let Some(state) = world.policy_mut(&resource.function, resource.qualifier.as_deref()) else {
        return;
    };
    let mut policy = state.last().clone();
    if answer.is_success() {
        let statements = answer
            .nested("Policy")
            .and_then(|policy| policy.get("Statement").and_then(Value::as_array).cloned());
        let Some(statements) = statements else { return };
        policy.statements = statements;
        let revision = answer.revision().map(ToOwned::to_owned);
        if policy.revision != revision {
            policy.written();
        }
        policy.seen = revision
            .clone()
            .map(|revision| super::world::Seen { revision, ..super::world::Seen::default() });
        policy.revision = revision;
        policy.refused.clear();
        *state = PolicyState::Known(policy);
    } else if answer.status() == 404 {
        policy.statements.clear();
        policy.written();
        policy.seen = None;
        policy.refused.clear();
        *state = PolicyState::Known(policy);
    }
}

fn forget(world: &mut World, resource: Option<&PolicyResource>) {
    let known = resource
        .and_then(|resource| world.policy_mut(&resource.function, resource.qualifier.as_deref()));
    match known {
        Some(state) => state.forget(),
        None => world.forget_all(),
    }
}

/// A success that is not what it should be may have gone anywhere on that function: every one of
/// its policies is in doubt.
fn forget_everywhere(world: &mut World, resource: Option<&PolicyResource>) {
    let Some(resource) =
        resource.filter(|resource| world.functions.contains_key(&resource.function))
    else {
        world.forget_all();
        return;
    };
    if let Some(function) = world.functions.get_mut(&resource.function) {
        function.forget();
    }
    forget(world, Some(resource));
}
