//! Wrong with long policies and histories, with several policies of one function, and with what
//! other operations leave of a policy.

use serde_json::{Map, Value, json};

use super::mutation::Mutation::{
    AddFault, AfterOther, DropFault, EditAnswer, EditList, EditPolicy, EditStored, Removes, SameId,
};
use super::mutation::{Op, RequestContext};
use super::tools::list;
use crate::contract::ErrorCode;
use crate::model::{Policy, RejectKind, World};
use crate::server::reply::ErrorReply;
use crate::wire::{WireRequest, decode};

/// The statements of a policy as it is read.
fn shown(policy: &mut Map<String, Value>) -> Option<&mut Vec<Value>> {
    policy.get_mut("Statement")?.as_array_mut()
}

/// The policy of the grant.
fn policy(ask: &RequestContext<'_>) -> Option<Policy> {
    let resource = ask.resource?;
    Some(ask.world.policy(&resource.function, resource.qualifier.as_deref()).last().clone())
}

fn is_qualified(ask: &RequestContext<'_>) -> bool {
    ask.resource.is_some_and(|resource| resource.qualifier.is_some())
}

/// The function that an operation of the neighbours was about, where its path ends so.
fn function_of(wire: &WireRequest, method: &str, end: &str) -> Option<String> {
    let rest = wire.path.strip_prefix("/2015-03-31/functions/")?;
    let (name, tail) = rest.split_once('/')?;
    (wire.method == method && tail.starts_with(end)).then(|| decode(name)).flatten()
}

/// Changes the policies of a function after an operation on it.
fn change(
    world: &mut World,
    function: Option<String>,
    edit: impl Fn(&Option<String>, &mut Policy),
) {
    let found = function.and_then(|name| world.functions.get_mut(&name));
    for (qualifier, state) in found.into_iter().flat_map(|found| found.policies.iter_mut()) {
        edit(qualifier, state.last_mut());
    }
}

/// Gives a policy a revision that it did not have.
fn renew(policy: &mut Policy) {
    policy.revision = policy.revision.take().map(|old| {
        let (start, end) = old.split_at(old.len() / 2);
        format!("{end}{start}")
    });
}

/// Changes the text of the policy in an answer to GetPolicy.
fn edit_text(response: &mut crate::wire::WireResponse, op: Op, edit: impl Fn(&str) -> String) {
    if op == Op::GetPolicy
        && response.status == 200
        && let Some(mut body) = response.json()
    {
        let text = edit(body["Policy"].as_str().unwrap_or_default());
        body["Policy"] = text.into();
        response.body = body.to_string().into_bytes();
    }
}

list! {
    "policy-first-100" "returns at most 100 statements"
        [PolicyExact] ()
        => EditPolicy(|policy| shown(policy).into_iter().for_each(|list| list.truncate(100)));
    "policy-first-50" "returns at most 50 statements"
        [PolicyExact] ()
        => EditPolicy(|policy| shown(policy).into_iter().for_each(|list| list.truncate(50)));
    "policy-sorted-beyond-10" "returns more than ten statements in the order of their numbers as text"
        [PolicyOrder] ()
        => EditPolicy(|policy| {
            if let Some(list) = shown(policy).filter(|list| list.len() > 10) {
                let mut numbered: Vec<(String, Value)> =
                    list.drain(..).enumerate().map(|(at, one)| (at.to_string(), one)).collect();
                numbered.sort_by(|one, other| one.0.cmp(&other.0));
                list.extend(numbered.into_iter().map(|(_, one)| one));
            }
        });
    "policy-oldest-dropped" "keeps the last 64 statements"
        [PolicyExact ErrorConflict StatementIdUniquePerPolicy] ()
        => EditList(|statements, _| {
            let surplus = statements.len().saturating_sub(64);
            statements.drain(..surplus);
        });
    "policy-of-100-full" "refuses the statement after the hundredth"
        [ErrorPolicyLength StatementIdPattern SuccessStatus StatementIdLength ActionPattern] ()
        => AddFault(|ask| policy(ask).filter(|policy| policy.statements.len() >= 100).map(|_| {
            ErrorReply::new(ErrorCode::PolicyLengthExceededException, "too many statements")
        }));
    "policy-of-8192-full" "refuses policies of more than 8,192 characters"
        [ErrorPolicyLength StatementIdPattern SuccessStatus StatementIdLength SourceArnPattern] ()
        => AddFault(|ask| {
            let size = policy(ask).map_or(0, |policy| {
                policy.statements.iter().map(|known| known.to_string().len()).sum::<usize>()
            });
            let arn = ask.text_or_empty(crate::contract::Member::SourceArn).len();
            (size + arn > 8192).then(|| {
                ErrorReply::new(ErrorCode::PolicyLengthExceededException, "the policy is too long")
            })
        });
    "policy-cut-at-4096" "cuts the text of a policy at 4,096 characters"
        [PolicyDocument PolicyExact] ()
        => EditAnswer(|response, op| edit_text(response, op, |text| text.chars().take(4096).collect()));
    "policy-cut-at-10240" "cuts the text of a policy at 10,240 characters"
        [PolicyDocument PolicyExact] ()
        => EditAnswer(|response, op| edit_text(response, op, |text| text.chars().take(10_240).collect()));
    "policy-of-10240-fails" "fails on reading a policy of more than 10,240 characters"
        [PolicyDocument PolicyExact ErrorNoServerFault] ()
        => EditAnswer(|response, op| {
            if op == Op::GetPolicy && response.body.len() > 10_240 {
                response.status = 500;
            }
        });
    "conflict-in-last-eight" "looks for a taken StatementId among nothing but single-digit places"
        [ErrorConflict StatementIdUniquePerPolicy] ()
        => DropFault(|fault, ask| {
            fault.kind == RejectKind::Conflict
                && policy(ask).is_some_and(|policy| {
                    let sid = ask.text_or_empty(crate::contract::Member::StatementId);
                    policy.statements.iter().position(|known| known["Sid"] == sid)
                        .is_some_and(|at| at >= 9)
                })
        });
    "conflict-in-first-place-lost" "forgets the first StatementId of more than fifty"
        [ErrorConflict StatementIdUniquePerPolicy] ()
        => DropFault(|fault, ask| {
            fault.kind == RejectKind::Conflict
                && policy(ask).is_some_and(|policy| {
                    let sid = ask.text_or_empty(crate::contract::Member::StatementId);
                    policy.statements.len() > 50 && policy.statements[0]["Sid"] == sid
                })
        });
    "removal-near-end-of-long" "removes the last but one statement of more than twenty along with the last"
        [RemoveOneOnly] ()
        => EditList(|statements, write| {
            if write.is_removal && statements.len() > 20 {
                statements.pop();
            }
        });
    "removal-in-long-reorders" "orders more than ten statements by Sid where it removes one"
        [PolicyOrder RemoveOneOnly] ()
        => EditList(|statements, write| {
            if write.is_removal && statements.len() > 10 {
                statements.sort_by_key(|known| known["Sid"].to_string());
            }
        });
    "conflict-at-version-unchecked" "looks for a taken StatementId on functions and aliases only"
        [ErrorConflict StatementIdUniquePerPolicy] ()
        => DropFault(|fault, ask| {
            fault.kind == RejectKind::Conflict
                && ask.resource.and_then(|resource| resource.qualifier.as_deref())
                    .is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_digit()))
        });
    "conflict-at-alias-unchecked" "looks for a taken StatementId on functions and versions only"
        [ErrorConflict StatementIdUniquePerPolicy] ()
        => DropFault(|fault, ask| {
            fault.kind == RejectKind::Conflict
                && ask.resource.and_then(|resource| resource.qualifier.as_deref())
                    .is_some_and(|name| !name.bytes().all(|byte| byte.is_ascii_digit()))
        });
    "length-at-alias-unchecked" "lets policies of versions and aliases grow without limit"
        [ErrorPolicyLength] ()
        => DropFault(|fault, ask| {
            matches!(fault.kind, RejectKind::PolicyLength(_)) && is_qualified(ask)
        });
    "length-of-all-policies" "holds all policies of a function together against the limit"
        [ErrorPolicyLength SourceArnPattern SuccessStatus StatementIdLength StatementIdPattern
            QualifierAlias QualifierAliasOnLatest QualifierVersion StatementIdUniquePerPolicy] ()
        => AddFault(|ask| {
            let all: usize = ask.world.functions.get(&ask.resource?.function)?.policies.values()
                .flat_map(|state| &state.last().statements)
                .map(|known| known.to_string().len())
                .sum();
            let arn = ask.text_or_empty(crate::contract::Member::SourceArn).len();
            (all + arn > 20_000).then(|| {
                ErrorReply::new(ErrorCode::PolicyLengthExceededException, "the policy is too long")
            })
        });
    "code-update-drops-policy" "forgets the function's policy when its code changes"
        [PolicyExact PolicyPublishCopiesNothing] ()
        => AfterOther(|world, wire| change(world, function_of(wire, "PUT", "code"), |name, policy| {
            if name.is_none() {
                policy.statements.clear();
            }
        }));
    "code-update-drops-aliases" "forgets the policies of aliases when the function's code changes"
        [PolicyExact PolicyPerTarget] ()
        => AfterOther(|world, wire| change(world, function_of(wire, "PUT", "code"), |name, policy| {
            if name.is_some() {
                policy.statements.clear();
            }
        }));
    "publish-drops-aliases" "forgets the policies of aliases when a version is published"
        [PolicyExact PolicyPerTarget] ()
        => AfterOther(|world, wire| change(world, function_of(wire, "POST", "versions"), |name, policy| {
            if name.as_deref().is_some_and(|name| name.parse::<u32>().is_err()) {
                policy.statements.clear();
            }
        }));
    "alias-made-renews" "changes the revision of every policy of the function when an alias is made"
        [RevisionIdStableOtherwise RevisionIdCurrentAccepted] ()
        => AfterOther(|world, wire| change(world, function_of(wire, "POST", "aliases"), |_, policy| {
            renew(policy);
        }));
    "alias-moved-renews" "changes the revision of every policy of the function when an alias moves"
        [RevisionIdStableOtherwise RevisionIdCurrentAccepted] ()
        => AfterOther(|world, wire| change(world, function_of(wire, "PUT", "aliases"), |_, policy| {
            renew(policy);
        }));
    "alias-deleted-drops-others" "forgets the policies of other aliases when one is deleted"
        [PolicyExact PolicyPerTarget] ()
        => AfterOther(|world, wire| change(world, function_of(wire, "DELETE", "aliases"), |name, policy| {
            if name.is_some() {
                policy.statements.clear();
            }
        }));
    "alias-made-copies" "gives a new alias the policy of the function"
        [PolicyPerTarget PolicyAbsent] ()
        => AfterOther(|world, wire| {
            let Some(function) = function_of(wire, "POST", "aliases") else { return };
            let name = serde_json::from_slice::<Value>(&wire.body).unwrap_or_default();
            let statements = world.policy(&function, None).last().statements.clone();
            if let Some(policy) = world.policy_mut(&function, name["Name"].as_str()) {
                let policy = policy.last_mut();
                if !policy.exists() {
                    policy.statements = statements;
                }
            }
        });
    "alias-removal-empties-function" "empties the function's policy with that of an alias"
        [PolicyExact PolicyPerTarget PolicyAbsent] ()
        => super::mutation::Mutation::State(super::mutation::StateMutation::AliasRemovalEmptiesFunction);
    "remove-of-alias-by-prefix" "removes from an alias every statement that begins like the Sid"
        [RemoveOneOnly] ()
        => Removes(|asked, known| known == asked || (asked.len() > 2 && known.starts_with(asked)));
    "sid-of-twelve-alike" "takes long StatementIds that share twelve characters for one"
        [StatementIdUniquePerPolicy StatementIdLength StatementIdPattern SuccessStatus] ()
        => SameId(|one, other| {
            one == other || (one.len() > 90 && one.get(..12) == other.get(..12))
        });
    "stored-form-of-late" "stores the action of the twentieth statement and later ones as a list"
        [PolicyExact] ()
        => EditStored(|statement, ask| {
            if policy(ask).is_some_and(|policy| policy.statements.len() >= 19)
                && let Some(action) = statement.get_mut("Action")
            {
                *action = json!([action.clone()]);
            }
        });
}
