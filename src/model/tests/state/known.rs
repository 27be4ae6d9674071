//! Worlds, requests and answers that the tests of the model share.

use serde_json::{Value, json};

use crate::model::apply::apply;
use crate::model::world::Seen;
use crate::model::{
    Analysis, Fault, FaultKind, Force, Function, Grant, Policy, PolicyState, World, analyse,
};
use crate::observation::{Answer, Observation};
use crate::spec::{EditionChoice, RuleId};
use crate::wire::{WireRequest, WireResponse};

/// The ARN of the function `f`.
pub(super) const F: &str = "arn:aws:lambda:us-east-1:123456789012:function:f";

/// A world with the function `f`, its versions 1 and 2 and its alias `live`, and a function `g`;
/// nothing is granted.
pub(super) fn world() -> World {
    let f = Function {
        versions: ["1".to_owned(), "2".to_owned()].into(),
        aliases: [("live".to_owned(), "1".to_owned())].into(),
        ..Function::default()
    };
    World {
        account: "123456789012".into(),
        region: "us-east-1".into(),
        partition: "aws".into(),
        functions: [("f".to_owned(), f), ("g".to_owned(), Function::default())].into(),
        ..World::default()
    }
}

/// That world, with this policy on `f`, or on a version or alias of it.
pub(super) fn holding(qualifier: Option<&str>, state: PolicyState) -> World {
    let mut world = world();
    *world.policy_mut("f", qualifier).unwrap() = state;
    world
}

/// A statement that grants on the unqualified `f`.
pub(super) fn statement(sid: &str) -> Value {
    json!({
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": F
    })
}

/// A policy of such statements.
pub(super) fn policy(sids: &[&str]) -> Policy {
    Policy { statements: sids.iter().copied().map(statement).collect(), ..Policy::default() }
}

/// The ids of the statements that are last known of a policy, in order.
pub(super) fn sids(state: &PolicyState) -> Vec<&str> {
    state.last().statements.iter().filter_map(|statement| statement["Sid"].as_str()).collect()
}

pub(super) fn grant(function: &str, qualifier: Option<&str>) -> Grant {
    Grant { function: function.into(), qualifier: qualifier.map(ToOwned::to_owned) }
}

/// An AddPermission request with these members in its body.
pub(super) fn add(name: &str, qualifier: Option<&str>, members: &Value) -> WireRequest {
    on("POST", &format!("{name}/policy"), qualifier).with_json(members.to_string().into_bytes())
}

/// The plainest members that are accepted.
pub(super) fn plain(sid: &str) -> Value {
    json!({"StatementId": sid, "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"})
}

pub(super) fn get(name: &str, qualifier: Option<&str>) -> WireRequest {
    on("GET", &format!("{name}/policy"), qualifier)
}

pub(super) fn remove(name: &str, qualifier: Option<&str>, sid: &str) -> WireRequest {
    on("DELETE", &format!("{name}/policy/{sid}"), qualifier)
}

fn on(method: &'static str, rest: &str, qualifier: Option<&str>) -> WireRequest {
    let request = WireRequest::new(method, format!("/2015-03-31/functions/{rest}"));
    match qualifier {
        Some(qualifier) => request.with_query("Qualifier", qualifier),
        None => request,
    }
}

pub(super) fn analysed(world: &World, request: &WireRequest) -> Analysis {
    analyse(world, request, EditionChoice::Either)
}

/// An answer with this status and body.
pub(super) fn answer(status: u16, body: &str) -> Observation {
    Observation::Answer(Answer::read(WireResponse {
        status,
        headers: vec![("content-type".into(), "application/json".into())],
        body: body.as_bytes().to_vec(),
        truncated: false,
    }))
}

/// A fault by what decides how an answer is judged: kind, rule, force.
pub(super) fn told(fault: &Fault) -> (FaultKind, RuleId, Force) {
    (fault.kind.clone(), fault.rule, fault.force)
}

/// Every fault of an analysis, told so.
pub(super) fn faults(analysis: &Analysis) -> Vec<(FaultKind, RuleId, Force)> {
    analysis.faults.iter().map(told).collect()
}

/// Lets the world follow what was observed of a request.
pub(super) fn follow(world: &mut World, request: &WireRequest, observation: &Observation) {
    let analysis = analysed(world, request);
    apply(world, &analysis, observation);
}

/// A success of AddPermission with this statement.
pub(super) fn created(statement: &Value) -> Observation {
    answer(201, &json!({"Statement": statement.to_string()}).to_string())
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
