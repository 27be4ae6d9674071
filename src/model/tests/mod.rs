//! What the model says of requests: a world, the bytes of a request, and the faults, rules and
//! statement that come of them.

mod accepts;
mod bodies;
mod comparing;
mod meanings;
mod members;
mod messages;
mod names;
mod policies;
mod requests;
mod state;
mod statements;
pub(crate) mod testing;

use serde_json::{Value, json};

use super::world::{Policy, PolicyState};
use super::{RejectReason, Requirement, World};
use crate::wire::WireRequest;
use testing::{add, add_bytes, add_to, analysed, holding, policy, qualified, resource, world};

/// A known policy with statements of these ids.
fn known(sids: &[&str]) -> PolicyState {
    PolicyState::Known(policy(sids))
}

/// The plainest request for a name and a Qualifier.
fn named(name: &str, qualifier: Option<&str>) -> WireRequest {
    qualified(add_to(name, &plain()), qualifier)
}

/// The plainest members that are accepted.
fn plain() -> Value {
    testing::plain("ab")
}

/// The plainest members with others beside or instead of them.
fn with(others: &Value) -> Value {
    let mut members = plain();
    for (name, value) in others.as_object().unwrap() {
        members[name] = value.clone();
    }
    members
}

/// The plainest members without one of them.
fn without(name: &str) -> Value {
    let mut members = plain();
    members.as_object_mut().unwrap().remove(name).unwrap();
    members
}

/// The faults of a request, a line each.
fn faults(request: &WireRequest) -> Vec<String> {
    faults_in(&world(), request)
}

fn faults_in(world: &World, request: &WireRequest) -> Vec<String> {
    analysed(world, request).faults.iter().map(line).collect()
}

/// The only fault.
fn fault(request: &WireRequest) -> RejectReason {
    let [fault] = analysed(&world(), request).faults.try_into().unwrap();
    fault
}

/// A fault in a line: whether an error must come, which one, by what rule and for what.
fn line(fault: &RejectReason) -> String {
    let requirement = match fault.requirement {
        Requirement::Must => "must",
        Requirement::Should => "should",
        Requirement::May => "may",
    };
    let (statuses, code) = (fault.refusal.statuses, fault.refusal.code);
    let member = fault.member.map(|member| format!(" of {member}")).unwrap_or_default();
    format!("{requirement} {statuses} {code} by {} for {:?}{member}", fault.rule, fault.kind)
}
