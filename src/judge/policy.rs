//! Judging of GetPolicy and RemovePermission.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Value, json};

use super::cause::{Finding, Judgement};
use super::refusal;
use crate::contract::{Aspect, Direction, RuleId};
use crate::model::PolicyResource;
use crate::model::world::{Seen, statement_id};
use crate::model::{Analysis, Policy, PolicyState, Requirement, World};
use crate::observation::Answer;

/// Judges the response to a GetPolicy request.
pub(super) fn judge_get(
    world: &World,
    analysis: &Analysis,
    answer: &Answer,
    judgement: &mut Judgement,
) {
    let Some(resource) = &analysis.resource else { return };
    let before = world.policy(&resource.function, resource.qualifier.as_deref());
    let sids: Vec<_> = before.last().statements.iter().filter_map(statement_id).collect();
    let mut hasher = DefaultHasher::new();
    (sids, &before.last().refused, &before.last().removed).hash(&mut hasher);
    judgement.state = hasher.finish();
    let certain_absent = analysis.faults.iter().any(|fault| fault.requirement == Requirement::Must);
    if !answer.is_success() {
        refusal::judge(analysis, answer, judgement);
        if certain_absent && answer.status() == 404 {
            absent_cases(world, resource, analysis, judgement);
        } else if analysis.faults.is_empty() {
            relabel_unread_policy(world, resource, analysis, answer, judgement);
        }
        return;
    }
    let document = answer.nested("Policy");
    let statements: Option<Vec<Value>> = document
        .as_ref()
        .and_then(|policy| policy.get("Statement"))
        .and_then(Value::as_array)
        .cloned();
    let state = world.policy(&resource.function, resource.qualifier.as_deref());
    if certain_absent {
        let found = statements.unwrap_or_default();
        if found.is_empty() {
            judgement.find(
                Finding::new(RuleId::PolicyAbsent, Aspect::Status, Direction::Refuse)
                    .expected(refusal::expected_lines(analysis, judgement.judging.evidence))
                    .keyed("empty policy")
                    .actual(answer)
                    .differs("status", 404, answer.status()),
            );
        }
        for statement in found {
            judgement.find(stray(world, resource, state.last(), &statement, answer));
        }
        return;
    }
    let may_be_put = state.last().may_be_put;
    shape(analysis, answer, document.as_ref(), may_be_put, judgement);
    let (Some(policy), Some(found)) = (state.known(), statements) else { return };
    content(world, resource, policy, &found, analysis, answer, judgement);
    if let (Some(seen), Some(revision)) = (&policy.seen, answer.revision()) {
        revisions(seen, revision, analysis, answer, judgement);
    }
}

/// Judges a 404 for a policy without statements.
fn absent_cases(
    world: &World,
    resource: &PolicyResource,
    analysis: &Analysis,
    judgement: &mut Judgement,
) {
    let state = world.policy(&resource.function, resource.qualifier.as_deref());
    if !state.last().refused.is_empty() {
        judgement.case_beside_success(RuleId::ErrorNotStored, analysis);
    }
    let Some(function) = world.functions.get(&resource.function) else {
        if world.deleted.contains(&resource.function) {
            judgement.case(RuleId::PolicyGoesWithFunction, Direction::Shape, analysis);
        }
        return;
    };
    let others_hold = function
        .policies
        .iter()
        .any(|(qualifier, policy)| *qualifier != resource.qualifier && policy.last().exists());
    if others_hold {
        judgement.case(RuleId::PolicyPerTarget, Direction::Shape, analysis);
        if function.late_versions.contains(resource.qualifier.as_deref().unwrap_or_default()) {
            judgement.case(RuleId::PolicyPublishCopiesNothing, Direction::Shape, analysis);
        }
    }
    if function.recreated {
        judgement.case(RuleId::FunctionRecreatedEmpty, Direction::Shape, analysis);
    }
    if resource.qualifier.as_ref().is_some_and(|name| function.recreated_aliases.contains(name)) {
        judgement.case(RuleId::AliasRecreatedEmpty, Direction::Shape, analysis);
    }
    let other_functions = world.functions.iter().any(|(name, other)| {
        *name != resource.function && other.policies.values().any(|policy| policy.last().exists())
    });
    if other_functions {
        judgement.case(RuleId::FunctionIsolated, Direction::Shape, analysis);
    }
}

/// A policy that should exist is missing. The violated rule depends on the statements that are
/// lost.
fn relabel_unread_policy(
    world: &World,
    resource: &PolicyResource,
    analysis: &Analysis,
    answer: &Answer,
    judgement: &mut Judgement,
) {
    let is_gone = answer.status() == 404;
    let state = world.policy(&resource.function, resource.qualifier.as_deref());
    let rule = if is_gone { lost_rule(state.last()) } else { RuleId::PolicyDocument };
    for finding in &mut judgement.findings {
        if finding.aspect == Aspect::Status && finding.direction == Direction::Accept {
            let known = rule.rule().evidence(Aspect::Policy);
            finding.suspects = vec![rule];
            if is_gone && analysis.accepts.contains(&RuleId::FunctionNameForms) {
                // It may be there by its plain name.
                finding.suspects.insert(0, RuleId::FunctionNameForms);
            }
            finding.aspect = Aspect::Policy;
            finding.direction = Direction::Shape;
            if is_gone {
                finding.key = "the policy is gone".into();
            }
            finding.expected = vec!["200 with the statements that were accepted".into()];
            for difference in &mut finding.differences {
                difference.expected = json!(200);
            }
            if let Some(known) = known {
                finding.evidence = known.evidence;
                finding.source = known.source.into();
            }
            finding.advisory = !finding.is_scored(judgement.judging);
        }
    }
}

/// The rule that a lost statement violates.
fn lost_rule(policy: &Policy) -> RuleId {
    if policy.removed.is_empty() { RuleId::PolicyExact } else { RuleId::RemoveOneOnly }
}

/// Judges the form of the policy document.
fn shape(
    analysis: &Analysis,
    answer: &Answer,
    document: Option<&Value>,
    may_be_put: bool,
    judgement: &mut Judgement,
) {
    let mut findings = Vec::new();
    let mut expect = |key: &str, path: &str, expected: Value, actual: Value| {
        if expected != actual {
            findings.push(
                Finding::new(RuleId::PolicyDocument, Aspect::Policy, Direction::Shape)
                    .expected(vec![
                        "a policy with Version 2012-10-17, Id default and Statement, and a RevisionId"
                            .to_owned(),
                    ])
                    .keyed(key)
                    .actual(answer)
                    .differs(path, expected, actual),
            );
        }
    };
    let part =
        |name: &str| document.and_then(|policy| policy.get(name)).cloned().unwrap_or_default();
    if document.is_some_and(Value::is_object) {
        expect("Policy.Version", "Policy.Version", json!("2012-10-17"), part("Version"));
        // Whether a policy that was put as a whole gets an Id, no document and no recording says.
        if !(may_be_put && part("Id").is_null()) {
            expect("Policy.Id", "Policy.Id", json!("default"), part("Id"));
        }
        if !part("Statement").is_array() {
            let path = "Policy.Statement";
            expect("Policy.Statement is a list", path, json!("a list"), part("Statement"));
        }
    } else {
        let key = "Policy is a string that holds a JSON object";
        let found = answer.json.as_ref().and_then(|body| body.get("Policy")).cloned();
        let expected = json!("a string that holds a JSON object");
        expect(key, "Policy", expected, found.unwrap_or_default());
    }
    if answer.revision().is_none_or(str::is_empty) {
        let found = answer.json.as_ref().and_then(|body| body.get("RevisionId")).cloned();
        let expected = json!("a string");
        expect("RevisionId is a string", "RevisionId", expected, found.unwrap_or_default());
    }
    if answer.status() != 200 {
        expect("status", "status", json!(200), json!(answer.status()));
    }
    if findings.is_empty() {
        judgement.case(RuleId::PolicyDocument, Direction::Shape, analysis);
    }
    for finding in findings {
        judgement.find(finding);
    }
}

/// Judges the statements: exactly the accepted ones, unchanged and in order.
fn content(
    world: &World,
    resource: &PolicyResource,
    policy: &Policy,
    found: &[Value],
    analysis: &Analysis,
    answer: &Answer,
    judgement: &mut Judgement,
) {
    let before = judgement.findings.len();
    let sid = identity;
    let mut is_mixed = false;
    for statement in found {
        let is_misplaced = misplaced(world, resource, statement).is_some();
        is_mixed |= is_misplaced;
        let is_known = || policy.statements.iter().any(|known| sid(known) == sid(statement));
        if is_misplaced || !is_known() {
            judgement.find(stray(world, resource, policy, statement, answer));
        }
    }
    if is_mixed {
        // What became of this policy's own statements among those of another, is no further fault.
        return;
    }
    let wrong = |rule: RuleId, key: &str, path: &str, expected: Value, actual: Value| {
        Finding::new(rule, Aspect::Policy, Direction::Shape)
            .expected(vec![format!(
                "the statements {}",
                json!(policy.statements.iter().map(sid).collect::<Vec<_>>())
            )])
            .keyed(key)
            .actual(answer)
            .differs(path, expected, actual)
    };
    let mut seen = BTreeSet::new();
    for id in policy.statements.iter().map(sid).filter(|id| seen.insert(id.clone())) {
        // There are several if a duplicate was accepted.
        let of = |statements: &[Value]| -> Vec<Value> {
            statements.iter().filter(|statement| sid(statement) == id).cloned().collect()
        };
        let (mut missing, mut surplus) = (of(&policy.statements), of(found));
        let (known, shown) = (missing.len(), surplus.len());
        missing.retain(|one| match surplus.iter().position(|other| other == one) {
            Some(at) => {
                surplus.remove(at);
                false
            }
            None => true,
        });
        let (rule, key, expected, actual) = match (missing.first(), surplus.first()) {
            (None, None) => continue,
            (_, Some(_)) if shown > known => {
                (RuleId::PolicyExact, "twice", json!(known), json!(shown))
            }
            (missing, Some(other)) => {
                (RuleId::PolicyExact, "changed", json!(missing), other.clone())
            }
            (missing, None) => (lost_rule(policy), "lost", json!(missing), Value::Null),
        };
        judgement.find(wrong(rule, key, "policy.Statement", expected, actual));
    }
    if judgement.findings.len() > before {
        return;
    }
    let order = |statements: &[Value]| json!(statements.iter().map(sid).collect::<Vec<_>>());
    let (expected, actual) = (order(&policy.statements), order(found));
    if expected != actual {
        judgement.find(wrong(
            RuleId::PolicyOrder,
            "order",
            "policy.Statement order",
            expected,
            actual,
        ));
        return;
    }
    judgement.case(RuleId::PolicyExact, Direction::Shape, analysis);
    for rule in &analysis.accepts {
        judgement.case(*rule, Direction::Accept, analysis);
    }
    if found.len() > 1 {
        judgement.case(RuleId::PolicyOrder, Direction::Shape, analysis);
    }
    for _ in &policy.refused {
        judgement.case_beside_success(RuleId::ErrorNotStored, analysis);
    }
    if !policy.removed.is_empty() {
        judgement.case(RuleId::RemoveOneOnly, Direction::Shape, analysis);
    }
    if let Some(function) = world.functions.get(&resource.function)
        && function
            .policies
            .iter()
            .any(|(qualifier, policy)| *qualifier != resource.qualifier && policy.last().exists())
    {
        judgement.case(RuleId::PolicyPerTarget, Direction::Shape, analysis);
    }
    let others = world.functions.iter().any(|(name, other)| {
        *name != resource.function && other.policies.values().any(|policy| policy.last().exists())
    });
    if others {
        judgement.case(RuleId::FunctionIsolated, Direction::Shape, analysis);
    }
}

/// What a statement is known by: its Sid, or all that it says where it has none.
fn identity(statement: &Value) -> String {
    statement_id(statement).map_or_else(|| statement.to_string(), ToOwned::to_owned)
}

/// The rule that a statement violates whose Resource is not the resource of its policy. This
/// happens if several resources share one policy. A statement that only differs from one of this
/// policy in its Resource, and never belonged to the other resource, was changed.
fn misplaced(world: &World, resource: &PolicyResource, statement: &Value) -> Option<RuleId> {
    let arn = statement.get("Resource")?.as_str()?;
    if arn == world.arn(&resource.function, resource.qualifier.as_deref()) {
        return None;
    }
    let (name, qualifier) = world.functions.iter().find_map(|(name, function)| {
        let qualifiers = function.versions.iter().chain(function.aliases.keys());
        let mut targets = std::iter::once(None).chain(qualifiers.map(|known| Some(known.as_str())));
        Some((name, targets.find(|qualifier| arn == world.arn(name, *qualifier))?))
    })?;
    let sid = statement_id(statement).unwrap_or_default();
    let own = world.policy(&resource.function, resource.qualifier.as_deref());
    let other = world.policy(name, qualifier);
    let was_there = other
        .known()
        .is_none_or(|policy| policy.statement(sid).is_some() || policy.removed.contains(sid));
    if own.last().statement(sid).is_some() && !was_there {
        return None;
    }
    let is_own = *name == resource.function;
    Some(if is_own { RuleId::PolicyPerTarget } else { RuleId::FunctionIsolated })
}

/// A statement that should not exist. The violated rule depends on its origin.
fn stray(
    world: &World,
    resource: &PolicyResource,
    policy: &Policy,
    statement: &Value,
    answer: &Answer,
) -> Finding {
    let sid = statement_id(statement).unwrap_or_default();
    let holds = |policy: &PolicyState| policy.last().statement(sid).is_some();
    let function = world.functions.get(&resource.function);
    let in_function = function.is_some_and(|function| {
        function
            .policies
            .iter()
            .any(|(qualifier, policy)| *qualifier != resource.qualifier && holds(policy))
    });
    let in_world = world
        .functions
        .iter()
        .any(|(name, other)| *name != resource.function && other.policies.values().any(holds));
    let qualifier = resource.qualifier.as_deref().unwrap_or_default();
    let late = function.is_some_and(|function| function.late_versions.contains(qualifier));
    let old_alias = function.is_some_and(|function| function.recreated_aliases.contains(qualifier));
    let elsewhere = misplaced(world, resource, statement);
    let in_function = in_function || elsewhere == Some(RuleId::PolicyPerTarget);
    let rule = if world.deleted.contains(&resource.function) {
        RuleId::PolicyGoesWithFunction
    } else if late && in_function {
        RuleId::PolicyPublishCopiesNothing
    } else if let Some(elsewhere) = elsewhere {
        elsewhere
    } else if policy.refused.contains(sid) {
        RuleId::ErrorNotStored
    } else if policy.removed.contains(sid) {
        RuleId::RemoveOneOnly
    } else if in_function {
        RuleId::PolicyPerTarget
    } else if in_world {
        RuleId::FunctionIsolated
    } else if old_alias {
        RuleId::AliasRecreatedEmpty
    } else if function.is_some_and(|function| function.recreated) {
        RuleId::FunctionRecreatedEmpty
    } else {
        RuleId::PolicyExact
    };
    Finding::new(rule, Aspect::Policy, Direction::Shape)
        .expected(vec![format!("no statement {sid} in this policy")])
        .keyed("stray")
        .actual(answer)
        .differs("policy.Statement", Value::Null, statement.clone())
}

/// Judges the revision by comparison with the last one that was read.
fn revisions(
    seen: &Seen,
    revision: &str,
    analysis: &Analysis,
    answer: &Answer,
    judgement: &mut Judgement,
) {
    let moved = seen.revision != revision;
    let wrong = |rule: RuleId, expected: &str| {
        Finding::new(rule, Aspect::Policy, Direction::Shape)
            .expected(vec![expected.to_owned()])
            .keyed(expected)
            .actual(answer)
            .differs("RevisionId", json!(seen.revision), json!(revision))
    };
    if seen.writes > 0 {
        if moved {
            judgement.case(RuleId::RevisionIdChangesOnWrite, Direction::Shape, analysis);
        } else {
            judgement.find(wrong(RuleId::RevisionIdChangesOnWrite, "a new revision after a write"));
        }
        return;
    }
    let rule = if seen.refusals > 0 {
        RuleId::ErrorRevisionUntouched
    } else {
        RuleId::RevisionIdStableOtherwise
    };
    if moved {
        judgement.find(wrong(rule, "the same revision, since nothing was written"));
    } else {
        judgement.case(rule, Direction::Shape, analysis);
    }
}

/// What stands behind a 204, which ends with its headers (RFC 9110, section 15.3.5): a client
/// takes the bytes for the next answer, so most of them show in the header that announces them.
fn body_behind(answer: &Answer) -> Option<Value> {
    let body = &answer.response.body;
    if !body.is_empty() {
        return Some(json!(String::from_utf8_lossy(body)));
    }
    let length = answer.response.header("content-length");
    length
        .filter(|length| length.trim().parse::<u64>() != Ok(0))
        .map(|length| json!(format!("content-length {length}")))
        .or_else(|| {
            let coding = answer.response.header("transfer-encoding")?;
            Some(json!(format!("transfer-encoding {coding}")))
        })
}

/// Judges the response to a RemovePermission request.
pub(super) fn judge_remove(analysis: &Analysis, answer: &Answer, judgement: &mut Judgement) {
    if !answer.is_success() {
        refusal::judge(analysis, answer, judgement);
        return;
    }
    if refusal::report_missing_rejection(analysis, answer, judgement) {
        return;
    }
    for rule in &analysis.accepts {
        if *rule != RuleId::RemoveStatus {
            judgement.case(*rule, Direction::Accept, analysis);
        }
    }
    if answer.status() == 204 {
        match body_behind(answer) {
            None => judgement.case(RuleId::RemoveStatus, Direction::Accept, analysis),
            Some(found) => judgement.find(
                Finding::new(RuleId::RemoveStatus, Aspect::Wire, Direction::Accept)
                    .expected(vec!["204 without a body (documented)".to_owned()])
                    .keyed("a body behind 204")
                    .actual(answer)
                    .differs("body", Value::Null, found),
            ),
        }
    } else {
        judgement.find(
            Finding::new(RuleId::RemoveStatus, Aspect::Status, Direction::Accept)
                .expected(vec!["204 (recorded)".to_owned()])
                .actual(answer)
                .differs("status", 204, answer.status()),
        );
    }
}
