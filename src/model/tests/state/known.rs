//! What the tests of the state share, beside worlds, requests and answers.

use crate::contract::RuleId;
use crate::model::apply::apply;
use crate::model::tests::testing;
use crate::model::world::Seen;
use crate::model::{Analysis, Policy, PolicyState, RejectKind, RejectReason, Requirement, World};
use crate::observation::Observation;
use crate::wire::WireRequest;

pub(super) use testing::{
    F, add, add_to, analysed, answer_json, created, get, holding, plain, policy, qualified, remove,
    resource, statement, world,
};

/// The ids of the statements that are last known of a policy, in order.
pub(super) fn sids(state: &PolicyState) -> Vec<&str> {
    state.last().statements.iter().filter_map(|statement| statement["Sid"].as_str()).collect()
}

/// An answer with this status and body.
pub(super) fn answer(status: u16, body: &str) -> Observation {
    testing::answer(status, &[("content-type", "application/json")], body)
}

/// A fault by what decides how an answer is judged: kind, rule, force.
pub(super) fn told(fault: &RejectReason) -> (RejectKind, RuleId, Requirement) {
    (fault.kind.clone(), fault.rule, fault.requirement)
}

/// Every fault of an analysis, told so.
pub(super) fn faults(analysis: &Analysis) -> Vec<(RejectKind, RuleId, Requirement)> {
    analysis.faults.iter().map(told).collect()
}

/// Lets the world follow what was observed of a request.
pub(super) fn follow(world: &mut World, request: &WireRequest, observation: &Observation) {
    let analysis = analysed(world, request);
    apply(world, &analysis, observation);
}

/// A revision that was read, and nothing since.
pub(super) fn seen(revision: &str) -> Seen {
    Seen { revision: revision.into(), ..Seen::default() }
}

/// A policy with these statements, just read at the revision `now`.
pub(super) fn just_read(sids: &[&str]) -> PolicyState {
    let revision = Some("now".to_owned());
    PolicyState::Known(Policy { revision, seen: Some(seen("now")), ..policy(sids) })
}

/// A world in which `f` holds `a`, its alias `live` holds `b` and `g` holds `c`, all just read.
pub(super) fn granted() -> World {
    let mut world = holding(None, just_read(&["a"]));
    *world.policy_mut("f", Some("live")).unwrap() = just_read(&["b"]);
    *world.policy_mut("g", None).unwrap() = just_read(&["c"]);
    world
}
