//! What judging makes of single answers: a world, the bytes of a request, an answer, and the
//! findings and cases that come of them.

mod absences;
mod adds;
mod answers;
mod attribution;
mod causes;
mod error_form;
mod field_cases;
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
use crate::contract::{Aspect, Direction, RuleId};
use crate::event::Judging;
use crate::model::tests::testing::{
    self, add, add_to, answer, answer_json, created, get, policy, remove, statement, world,
};
use crate::model::{Function, Policy, PolicyState, World, analyse};
use crate::observation::{Answer, Observation};
use crate::wire::WireRequest;

/// A world with a policy on `f`: statements of these ids, and a revision `current`.
fn holding(sids: &[&str]) -> World {
    let policy = Policy { revision: Some("current".into()), ..policy(sids) };
    let mut world = testing::holding(None, PolicyState::Known(policy));
    world.issued.insert("current".into());
    world
}

/// The same world with a policy on `f` that is certainly too long for another statement.
fn full() -> World {
    holding(&[&"a".repeat(24_000)])
}

/// The plainest members that are accepted.
fn plain() -> Value {
    testing::plain("a")
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

/// The statement that the plainest request deserves.
fn plain_statement() -> Value {
    statement("a")
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
