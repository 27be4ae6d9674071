//! What judging makes of single answers: a world, the bytes of a request, an answer, and the
//! findings and cases that come of them.

mod absences;
mod adds;
mod answers;
mod attribution;
mod causes;
mod error_form;
mod messages;
mod policies;
mod races;
mod refusals;
mod removals;
mod repairs;
mod rounds;
mod strays;
mod strictness;

use serde_json::{Value, json};

use super::{Finding, Judgement, judge};
use crate::event::Judging;
use crate::model::world::Function;
use crate::model::{Policy, PolicyState, World, analyse};
use crate::observation::{Answer, Observation};
use crate::spec::{Aspect, Direction, RuleId};
use crate::wire::{WireRequest, WireResponse};

/// A world with the function `f`, its version 1 and its alias `live`, and a function `g`; nothing
/// is granted.
fn world() -> World {
    let f = Function {
        versions: ["1".to_owned()].into(),
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

/// The same world with a policy on `f`: statements of these ids, and a revision `current`.
fn holding(sids: &[&str]) -> World {
    let mut world = world();
    let statements = sids.iter().map(|sid| json!({"Sid": sid})).collect();
    let policy = Policy { statements, revision: Some("current".into()), ..Policy::default() };
    world.issued.insert("current".into());
    *world.policy_mut("f", None).unwrap() = PolicyState::Known(policy);
    world
}

/// The same world with a policy on `f` that is certainly too long for another statement.
fn full() -> World {
    holding(&[&"a".repeat(24_000)])
}

/// An AddPermission request for `f` with these members in its body.
fn add(members: &Value) -> WireRequest {
    add_to("f", members)
}

fn add_to(name: &str, members: &Value) -> WireRequest {
    WireRequest::new("POST", format!("/2015-03-31/functions/{name}/policy"))
        .with_json(members.to_string().into_bytes())
}

/// The plainest members that are accepted.
fn plain() -> Value {
    json!({"StatementId": "a", "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"})
}

/// The plainest members with others beside or instead of them; null takes a member away.
fn with(others: &Value) -> Value {
    let mut members = plain();
    for (name, value) in others.as_object().into_iter().flatten() {
        if value.is_null() {
            members.as_object_mut().unwrap().remove(name);
        } else {
            members[name] = value.clone();
        }
    }
    members
}

/// An answer with headers and a body.
fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Observation {
    Observation::Answer(Answer::read(WireResponse {
        status,
        headers: headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
        body: body.as_bytes().to_vec(),
        truncated: false,
    }))
}

/// A success of AddPermission with this statement.
fn created(statement: &Value) -> Observation {
    let body = json!({"Statement": statement.to_string()}).to_string();
    answer(201, &[("content-type", "application/json")], &body)
}

/// The statement that the plainest request deserves.
fn plain_statement() -> Value {
    json!({
        "Sid": "a",
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f"
    })
}

/// An error in AWS's form.
fn refused(status: u16, code: &str, message: &str) -> Observation {
    let body = json!({"Type": "User", "message": message}).to_string();
    answer(status, &[("content-type", "application/json"), ("x-amzn-errortype", code)], &body)
}

fn judged(world: &World, request: &WireRequest, observation: &Observation) -> Judgement {
    judged_by(world, request, observation, Judging::default())
}

fn judged_by(
    world: &World,
    request: &WireRequest,
    observation: &Observation,
    judging: Judging,
) -> Judgement {
    judge(world, &analyse(world, request, judging.edition), observation, judging)
}

/// The rules that the answer counts for, in this direction.
fn counted(judgement: &Judgement, direction: Direction) -> Vec<RuleId> {
    let cases = judgement.cases.iter().filter(|case| case.direction == direction);
    cases.map(|case| case.rule).collect()
}

/// The only finding.
fn only(judgement: &Judgement) -> &Finding {
    assert_eq!(judgement.findings.len(), 1, "{:#?}", judgement.findings);
    &judgement.findings[0]
}

/// The rules that the answer counts for, in any direction.
fn all_counted(judgement: &Judgement) -> Vec<RuleId> {
    judgement.cases.iter().map(|case| case.rule).collect()
}

/// Where the answer differs: path, what was expected, what came.
fn differences(finding: &Finding) -> Vec<(&str, Value, Value)> {
    finding
        .differences
        .iter()
        .map(|at| (at.path.as_str(), at.expected.clone(), at.actual.clone()))
        .collect()
}
