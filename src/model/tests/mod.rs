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

use serde_json::{Value, json};

use super::world::{Function, Policy, PolicyState};
use super::{Analysis, Fault, Force, World, analyse};
use crate::spec::EditionChoice;
use crate::wire::{WireRequest, encode};

/// A world with the function `f`, its version 1, its alias `live` of that version and its alias
/// `next` of `$LATEST`, and a function `g`; nothing is granted.
fn world() -> World {
    let f = Function {
        versions: ["1".to_owned()].into(),
        aliases: [("live", "1"), ("next", "$LATEST")].map(owned).into(),
        ..Function::default()
    };
    World {
        account: "123456789012".into(),
        region: "us-east-1".into(),
        partition: "aws".into(),
        role: Some("arn:aws:iam::123456789012:role/mine".into()),
        functions: [("f".to_owned(), f), ("g".to_owned(), Function::default())].into(),
        ..World::default()
    }
}

fn owned((one, other): (&str, &str)) -> (String, String) {
    (one.to_owned(), other.to_owned())
}

/// The world in which `f`, or the version or alias of it, has this policy.
fn holding(qualifier: Option<&str>, policy: PolicyState) -> World {
    let mut world = world();
    *world.policy_mut("f", qualifier).unwrap() = policy;
    world
}

/// A known policy with statements of these ids.
fn known(sids: &[&str]) -> PolicyState {
    PolicyState::Known(policy(sids))
}

fn policy(sids: &[&str]) -> Policy {
    let statements = sids.iter().map(|sid| json!({ "Sid": sid })).collect();
    Policy { statements, ..Policy::default() }
}

/// An AddPermission request for `f` with these members in its body.
fn add(members: &Value) -> WireRequest {
    add_to("f", members)
}

fn add_to(name: &str, members: &Value) -> WireRequest {
    add_bytes(name, members.to_string().as_bytes())
}

fn add_bytes(name: &str, body: &[u8]) -> WireRequest {
    WireRequest::new("POST", format!("/2015-03-31/functions/{}/policy", encode(name)))
        .with_json(body.to_vec())
}

/// The plainest request for a name and a Qualifier.
fn named(name: &str, qualifier: Option<&str>) -> WireRequest {
    let request = add_to(name, &plain());
    match qualifier {
        Some(qualifier) => request.with_query("Qualifier", qualifier),
        None => request,
    }
}

/// The plainest members that are accepted.
fn plain() -> Value {
    json!({"StatementId": "ab", "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"})
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

fn analysed(world: &World, request: &WireRequest) -> Analysis {
    analyse(world, request, EditionChoice::Either)
}

/// The faults of a request, a line each.
fn faults(request: &WireRequest) -> Vec<String> {
    faults_in(&world(), request)
}

fn faults_in(world: &World, request: &WireRequest) -> Vec<String> {
    analysed(world, request).faults.iter().map(line).collect()
}

/// The only fault.
fn fault(request: &WireRequest) -> Fault {
    let [fault] = analysed(&world(), request).faults.try_into().unwrap();
    fault
}

/// A fault in a line: whether an error must come, which one, by what rule and for what.
fn line(fault: &Fault) -> String {
    let force = match fault.force {
        Force::Certain => "must",
        Force::Advisory => "should",
        Force::Open => "may",
    };
    let (statuses, code) = (fault.refusal.statuses, fault.refusal.code);
    let member = fault.member.map(|member| format!(" of {member}")).unwrap_or_default();
    format!("{force} {statuses} {code} by {} for {:?}{member}", fault.rule, fault.kind)
}
