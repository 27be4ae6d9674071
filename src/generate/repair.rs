//! The nearest requests that may behave: one member of a request made plain.
//!
//! A refusal says something only beside the same request, repaired, that is accepted. Which
//! repair helps is found out by sending them.

use serde_json::Value;

use super::plain::{body_member, plain_request, plain_value};
use crate::contract::Member;
use crate::scenario::{AddPermission, Body, Operation, Scenario, Step, Template};

/// The scenario with one thing about an AddPermission step changed, each with what was changed,
/// the nearest first. Empty where the step is something else.
pub fn repairs(scenario: &Scenario, step: usize) -> Vec<(String, Scenario)> {
    let Some(Step::One(Operation::AddPermission(request))) = scenario.steps.get(step) else {
        return Vec::new();
    };
    repaired(request, &unused_id(scenario))
        .into_iter()
        .map(|(change, request)| {
            let mut repaired = scenario.clone();
            repaired.steps[step] = Step::One(Operation::AddPermission(request));
            (change, repaired)
        })
        .filter(|(_, repaired)| repaired != scenario && super::is_well_formed(repaired))
        .collect()
}

fn repaired(request: &AddPermission, id: &str) -> Vec<(String, AddPermission)> {
    let mut repairs = Vec::new();
    let Some(members) = request.members() else {
        let plain = AddPermission { body: plain_request(id).body, ..request.clone() };
        return vec![("the plain body".into(), plain)];
    };
    let mut push = |change: String, edit: &dyn Fn(&mut AddPermission)| {
        let mut request = request.clone();
        edit(&mut request);
        repairs.push((change, request));
    };
    for member in Member::in_body() {
        let name = member.name();
        let plain =
            if member == Member::StatementId { Value::from(id) } else { plain_value(member) };
        let is_there = members.contains_key(name);
        if (is_there || member.required()) && member != Member::RevisionId {
            push(format!("{name} {plain}"), &|request| set(request, name, plain.clone()));
        }
        if is_there && !member.required() {
            push(format!("without {name}"), &|request| unset(request, name));
        }
    }
    if members.contains_key(Member::FunctionUrlAuthType.name()) {
        let action = Value::from("lambda:InvokeFunctionUrl");
        let name = Member::Action.name();
        push(format!("{name} {action}"), &|request| set(request, name, action.clone()));
    }
    for name in members.keys().filter(|name| body_member(name).is_none()) {
        push(format!("without {name}"), &|request| unset(request, name));
    }
    if request.qualifier.is_some() {
        push("without Qualifier".into(), &|request| request.qualifier = None);
    }
    push("FunctionName ${function.a}".into(), &|request| {
        request.function_name = Template::reference("function.a");
    });
    if request.qualifier.is_some() {
        push("FunctionName ${function.a} without Qualifier".into(), &|request| {
            request.function_name = Template::reference("function.a");
            request.qualifier = None;
        });
    }
    repairs
}

fn set(request: &mut AddPermission, name: &str, value: Value) {
    if let Body::Members(members) = &mut request.body {
        members.insert(name.into(), value);
    }
}

fn unset(request: &mut AddPermission, name: &str) {
    if let Body::Members(members) = &mut request.body {
        members.shift_remove(name);
    }
}

/// A short StatementId that no step of the scenario uses.
fn unused_id(scenario: &Scenario) -> String {
    let is_used = |id: &str| {
        scenario.operations().any(|operation| match operation {
            Operation::AddPermission(add) => add
                .members()
                .and_then(|members| members.get(Member::StatementId.name()))
                .is_some_and(|own| own == id),
            Operation::RemovePermission(remove) => remove.statement_id.as_str() == id,
            _ => false,
        })
    };
    let numbers = 1..=scenario.operations().count();
    let mut free = ["a".to_owned()]
        .into_iter()
        .chain(numbers.map(|number| format!("a{number}")))
        .filter(|id| !is_used(id));
    free.next().unwrap_or_default()
}
