//! Worlds, requests and answers that the tests of the model and those of judging share.

use serde_json::{Value, json};

use crate::contract::EditionChoice;
use crate::model::{Analysis, Function, Policy, PolicyResource, PolicyState, World, analyse};
use crate::observation::{Answer, Observation};
use crate::wire::{WireRequest, WireResponse, encode};

/// The ARN of the function `f`.
pub(crate) const F: &str = "arn:aws:lambda:us-east-1:123456789012:function:f";

/// A world with the function `f`, its versions 1 and 2, its alias `live` of version 1 and its
/// alias `next` of `$LATEST`, and a function `g`; nothing is granted.
pub(crate) fn world() -> World {
    let owned = |(one, other): (&str, &str)| (one.to_owned(), other.to_owned());
    let f = Function {
        versions: ["1", "2"].map(ToOwned::to_owned).into(),
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

/// That world, with this policy on `f`, or on a version or alias of it.
pub(crate) fn holding(qualifier: Option<&str>, state: PolicyState) -> World {
    let mut world = world();
    *world.policy_mut("f", qualifier).unwrap() = state;
    world
}

/// The statement that the plainest members deserve on `f`.
pub(crate) fn statement(sid: &str) -> Value {
    json!({
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": F
    })
}

/// A policy of such statements.
pub(crate) fn policy(sids: &[&str]) -> Policy {
    Policy { statements: sids.iter().copied().map(statement).collect(), ..Policy::default() }
}

pub(crate) fn resource(function: &str, qualifier: Option<&str>) -> PolicyResource {
    PolicyResource { function: function.into(), qualifier: qualifier.map(ToOwned::to_owned) }
}

/// The plainest members that are accepted.
pub(crate) fn plain(sid: &str) -> Value {
    json!({"StatementId": sid, "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"})
}

/// An AddPermission request for `f` with these members in its body.
pub(crate) fn add(members: &Value) -> WireRequest {
    add_to("f", members)
}

pub(crate) fn add_to(name: &str, members: &Value) -> WireRequest {
    add_bytes(name, members.to_string().as_bytes())
}

pub(crate) fn add_bytes(name: &str, body: &[u8]) -> WireRequest {
    on("POST", name, "").with_json(body.to_vec())
}

pub(crate) fn get(name: &str, qualifier: Option<&str>) -> WireRequest {
    qualified(on("GET", name, ""), qualifier)
}

pub(crate) fn remove(name: &str, qualifier: Option<&str>, sid: &str) -> WireRequest {
    qualified(on("DELETE", name, &format!("/{sid}")), qualifier)
}

fn on(method: &'static str, name: &str, rest: &str) -> WireRequest {
    WireRequest::new(method, format!("/2015-03-31/functions/{}/policy{rest}", encode(name)))
}

/// A request with this Qualifier beside the name, or with none.
pub(crate) fn qualified(request: WireRequest, qualifier: Option<&str>) -> WireRequest {
    match qualifier {
        Some(qualifier) => request.with_query("Qualifier", qualifier),
        None => request,
    }
}

pub(crate) fn analysed(world: &World, request: &WireRequest) -> Analysis {
    analyse(world, request, EditionChoice::Either)
}

/// An answer with headers and a body.
pub(crate) fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Observation {
    Observation::Answer(Answer::read(WireResponse {
        status,
        headers: headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
        body: body.as_bytes().to_vec(),
        truncated: false,
    }))
}

/// An answer with JSON in its body.
pub(crate) fn answer_json(status: u16, body: &Value) -> Observation {
    answer(status, &[("content-type", "application/json")], &body.to_string())
}

/// A success of AddPermission with this statement.
pub(crate) fn created(statement: &Value) -> Observation {
    answer_json(201, &json!({"Statement": statement.to_string()}))
}
