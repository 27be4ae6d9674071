//! Defective storage of mutants: storing, reading and removing.

use serde_json::{Map, Value};

use super::digest;
use super::mutants::{MutantSet, Mutation, NamedRevision, StateMutation, Write};
use super::readings::Readings;
use super::state::State;
use crate::contract::{ErrorCode, Member, RuleId, messages};
use crate::model::world::statement_id;
use crate::model::{
    Analysis, Policy, PolicyResource, PolicyState, RejectKind, RejectReason, RemoveRequest,
    StatementShape,
};
use crate::wire::WireRequest;

/// The resource under which a mutant stores a policy.
fn home(mutants: &MutantSet, state: &State, resource: &PolicyResource) -> PolicyResource {
    let mut home = resource.clone();
    for place in mutants.each(|p| if let Mutation::Home(f) = p { Some(*f) } else { None }) {
        home = place(&state.world, &home);
    }
    let Some(function) = state.world.functions.get(&resource.function) else { return home };
    if mutants.does(StateMutation::OnePolicyPerFunction) {
        home.qualifier = None;
    } else if mutants.does(StateMutation::OnePolicyForAllFunctions) {
        home.qualifier = None;
        home.function = state.world.functions.keys().next().cloned().unwrap_or_default();
    } else if mutants.does(StateMutation::AliasSharesVersionPolicy) {
        let points_at = resource.qualifier.as_ref().and_then(|name| function.aliases.get(name));
        if let Some(version) = points_at {
            home.qualifier = Some(version.clone()).filter(|version| version != "$LATEST");
        }
    } else if mutants.does(StateMutation::VersionsShareOnePolicy) {
        let is_version =
            resource.qualifier.as_ref().is_some_and(|name| function.versions.contains(name));
        if is_version {
            home.qualifier = function.versions.first().cloned();
        }
    }
    home
}

/// Every policy of every function.
fn everywhere(state: &State) -> impl Iterator<Item = &Policy> {
    state
        .world
        .functions
        .values()
        .flat_map(|function| function.policies.values())
        .map(PolicyState::last)
}

/// Looks again whether the StatementId is taken and the revision current, as the mutant does.
pub(super) fn edit_conflicts(
    mutants: &MutantSet,
    state: &State,
    analysis: &Analysis,
    faults: &mut Vec<RejectReason>,
) {
    let Some(resource) = &analysis.resource else { return };
    let home = home(mutants, state, resource);
    let policy = state.policy(&home);
    if let Some(sid) = super::choose::body_text(analysis, Member::StatementId) {
        let has = |policy: &Policy| policy.statement(sid).is_some();
        let ids = || policy.statements.iter().filter_map(statement_id);
        let mut same = mutants
            .each(|plant| if let Mutation::SameId(f) = plant { Some(*f) } else { None })
            .peekable();
        let taken = if same.peek().is_some() {
            same.any(|same| ids().any(|known| same(sid, known)))
        } else if mutants.does(StateMutation::SidSpacePerFunction) {
            state.targets(&resource.function).iter().any(|target| has(&state.policy(target)))
        } else if mutants.does(StateMutation::SidSpacePerAccount) {
            everywhere(state).any(has)
        } else if mutants.does(StateMutation::SidCaseIgnored) {
            ids().any(|taken| taken.eq_ignore_ascii_case(sid))
        } else if mutants.does(StateMutation::SidNeverFree) {
            has(&policy) || policy.removed.contains(sid)
        } else if mutants.does(StateMutation::SidOnlyFirstChecked) {
            ids().next() == Some(sid)
        } else if mutants.does(StateMutation::SidOnlyLastChecked) {
            policy.statements.last().and_then(statement_id) == Some(sid)
        } else if mutants.does(StateMutation::DuplicateReplaces) {
            false
        } else if mutants.does(StateMutation::DuplicateSameContentAccepted) {
            let same = analysis.statement.as_ref().map(StatementShape::render);
            has(&policy) && policy.statement(sid) != same.as_ref()
        } else {
            has(&policy)
        };
        let known = faults.iter().any(|fault| fault.kind == RejectKind::Conflict);
        if known && !taken {
            faults.retain(|fault| fault.kind != RejectKind::Conflict);
        } else if taken && !known {
            faults.push(RejectReason::new(
                RejectKind::Conflict,
                Some(Member::StatementId),
                RuleId::ErrorConflict,
                ErrorCode::ResourceConflictException,
                messages::statement_id_taken(sid),
            ));
        }
    }
    let revision = super::choose::body_text(analysis, Member::RevisionId);
    edit_precondition(mutants, state, (resource, &home), revision, faults, false);
}

fn edit_precondition(
    mutants: &MutantSet,
    state: &State,
    (resource, home): (&PolicyResource, &PolicyResource),
    revision: Option<&str>,
    faults: &mut Vec<RejectReason>,
    is_removal: bool,
) {
    let Some(revision) = revision else { return };
    let policy = state.policy(home);
    let current = policy.exists() && policy.revision.as_deref() == Some(revision);
    let named = NamedRevision {
        named: revision,
        policy: &policy,
        history: state.history(home),
        resource,
        is_removal,
    };
    let mut passes = mutants
        .each(|plant| if let Mutation::Revision(f) = plant { Some(*f) } else { None })
        .peekable();
    let accepted = if passes.peek().is_some() {
        current || passes.any(|passes| passes(&named))
    } else if mutants.does(StateMutation::RevisionPastAccepted) {
        current || policy.past.contains(revision)
    } else if mutants.does(StateMutation::RevisionOfAnyPolicyAccepted) {
        everywhere(state).any(|policy| policy.revision.as_deref() == Some(revision))
    } else if mutants.does(StateMutation::RevisionOfFunction) {
        state.details.get(&resource.function).is_some_and(|details| details.revision == revision)
    } else if home != resource {
        current
    } else {
        return;
    };
    let known = faults.iter().any(|fault| fault.kind == RejectKind::Precondition);
    if accepted {
        faults.retain(|fault| fault.kind != RejectKind::Precondition);
    } else if !known {
        faults.push(RejectReason::new(
            RejectKind::Precondition,
            Some(Member::RevisionId),
            RuleId::ErrorPrecondition,
            ErrorCode::PreconditionFailedException,
            messages::REVISION_MISMATCH.into(),
        ));
    }
}

/// The effect of a rejected request in a mutant.
pub(super) fn refused(
    mutants: &MutantSet,
    state: &mut State,
    fault: &RejectReason,
    analysis: &Analysis,
    statement: Map<String, Value>,
    readings: Readings,
) {
    let Some(resource) = &analysis.resource else { return };
    let stores = match fault.kind {
        RejectKind::Conflict => mutants.does(StateMutation::RefusedForConflictStored),
        RejectKind::Precondition => mutants.does(StateMutation::RefusedForRevisionStored),
        RejectKind::PrincipalInvalid => mutants.does(StateMutation::RefusedForPrincipalStored),
        RejectKind::PolicyLength(_) => mutants.does(StateMutation::RefusedForLengthStored),
        RejectKind::Pattern => mutants.does(StateMutation::RefusedForPatternStored),
        _ => false,
    };
    if stores {
        state.change_policy(resource, |policy| policy.statements.push(Value::Object(statement)));
        state.renew_revision(resource, readings);
    }
    if mutants.does(StateMutation::RefusalClearsPolicy) {
        state.change_policy(resource, |policy| policy.statements.clear());
    }
    if mutants.does(StateMutation::RefusalRenewsRevision) && state.policy(resource).exists() {
        state.renew_revision(resource, readings);
    }
}

/// Stores a statement.
pub(super) fn add(
    mutants: &MutantSet,
    state: &mut State,
    resource: &PolicyResource,
    statement: Value,
    readings: Readings,
) {
    let home = home(mutants, state, resource);
    let does = |mutation| mutants.does(mutation);
    let sid = statement_id(&statement).unwrap_or_default().to_owned();
    state.change_policy(&home, |policy| {
        let at = policy
            .statements
            .iter()
            .position(|known| statement_id(known) == statement_id(&statement));
        let statements = &mut policy.statements;
        if does(StateMutation::AddNotStored)
            || (does(StateMutation::OnlyFirstStatementKept) && !statements.is_empty())
            || (does(StateMutation::DuplicateSameContentAccepted) && at.is_some())
        {
            return;
        }
        if does(StateMutation::OnlyLastStatementKept) {
            statements.clear();
        }
        match at {
            Some(at) if does(StateMutation::DuplicateReplaces) => statements[at] = statement,
            _ if does(StateMutation::NewestFirst) => statements.insert(0, statement),
            _ => statements.push(statement),
        }
        if does(StateMutation::StoredTwice)
            && let Some(last) = statements.last().cloned()
        {
            statements.push(last);
        }
        if does(StateMutation::SortedBySid) {
            statements.sort_by_key(|known| statement_id(known).map(ToOwned::to_owned));
        }
        edit_list(mutants, policy, resource, &sid, false);
    });
    let first = state.policy(&home).revision.is_none();
    if first || !does(StateMutation::RevisionSameAfterAdd) {
        written(mutants, state, &home, readings);
    }
}

/// Changes the statements of a policy after a write to it, as the mutants do.
fn edit_list(
    mutants: &MutantSet,
    policy: &mut Policy,
    resource: &PolicyResource,
    sid: &str,
    is_removal: bool,
) {
    let Policy { statements, removed, .. } = policy;
    let write = Write { sid, resource, removed, is_removal };
    for edit in mutants.each(|p| if let Mutation::EditList(f) = p { Some(*f) } else { None }) {
        edit(statements, &write);
    }
}

/// Which statements the removal of a StatementId takes.
fn takes(mutants: &MutantSet, asked: &str, known: &Value) -> bool {
    let known = statement_id(known).unwrap_or_default();
    let mut own = mutants
        .each(|plant| if let Mutation::Removes(f) = plant { Some(*f) } else { None })
        .peekable();
    if own.peek().is_some() { own.any(|takes| takes(asked, known)) } else { known == asked }
}

/// What the mutants do after an operation that is none on policies.
pub(super) fn after_other(mutants: &MutantSet, state: &mut State, wire: &WireRequest) {
    for edit in mutants.each(|p| if let Mutation::AfterOther(f) = p { Some(*f) } else { None }) {
        edit(&mut state.world, wire);
    }
}

/// Gives new revisions after a write to one policy.
fn written(mutants: &MutantSet, state: &mut State, home: &PolicyResource, readings: Readings) {
    state.renew_revision(home, readings);
    if mutants.does(StateMutation::RevisionSharedByTargets) {
        for target in state.targets(&home.function) {
            state.renew_revision(&target, readings);
        }
    }
    if mutants.does(StateMutation::RevisionOfFunction) {
        let revision = state.new_revision(readings);
        if let Some(details) = state.details.get_mut(&home.function) {
            details.revision = revision;
        }
    }
}

/// Reads a policy.
pub(super) fn read(
    mutants: &MutantSet,
    state: &State,
    resource: &PolicyResource,
    policy: &mut Policy,
    absent: &mut bool,
) {
    let home = home(mutants, state, resource);
    let is_there = state.world.functions.get(&resource.function).is_some_and(|function| {
        resource.qualifier.as_deref().is_none_or(|name| function.has(name))
    });
    if home != *resource {
        *policy = state.policy(&home);
        *absent = !is_there || !policy.exists();
    }
    if mutants.does(StateMutation::DeletedFunctionPolicyRead)
        && !state.world.functions.contains_key(&resource.function)
        && let Some(kept) = state.deleted_policies.get(&resource.function)
    {
        policy.clone_from(kept);
        *absent = !kept.exists();
    }
    if mutants.does(StateMutation::ReadShowsEveryTarget) && resource.qualifier.is_none() {
        let targets = state.targets(&resource.function);
        policy.statements =
            targets.iter().flat_map(|target| state.policy(target).statements).collect();
        *absent = !is_there || !policy.exists();
    }
    if is_there
        && !policy.exists()
        && (mutants.does(StateMutation::EmptyPolicyIsRead)
            || (mutants.does(StateMutation::EmptyPolicyAfterRemovalIsRead)
                && policy.revision.is_some()))
    {
        *absent = false;
    }
    if mutants.does(StateMutation::RevisionOfFunction) {
        policy.revision = state.details.get(&resource.function).map(|found| found.revision.clone());
    }
    policy.revision.get_or_insert_with(|| digest::uuid("no policy", 0));
}

/// Looks again whether a statement can be removed, as the mutant does.
pub(super) fn edit_removal(
    mutants: &MutantSet,
    state: &State,
    remove: &RemoveRequest,
    analysis: &Analysis,
    faults: &mut Vec<RejectReason>,
) {
    let Some(resource) = &analysis.resource else { return };
    let home = home(mutants, state, resource);
    let has = |resource: &PolicyResource| {
        let is_taken = |known: &Value| takes(mutants, &remove.statement_id, known);
        state.policy(resource).statements.iter().any(is_taken)
    };
    let is_absence = |fault: &RejectReason| {
        matches!(fault.kind, RejectKind::StatementNotFound | RejectKind::PolicyAbsent)
    };
    let overlooked = mutants.does(StateMutation::RemoveOfMissingSucceeds)
        || has(&home)
        || (mutants.does(StateMutation::RemoveFromEveryTarget)
            && state.targets(&resource.function).iter().any(has));
    if overlooked {
        faults.retain(|fault| !is_absence(fault));
    }
    let revision = remove.revision_id.as_deref();
    edit_precondition(mutants, state, (resource, &home), revision, faults, true);
    if mutants.does(StateMutation::RemoveIgnoresRevision) {
        faults.retain(|fault| fault.kind != RejectKind::Precondition);
    }
}

/// Removes a statement.
pub(super) fn remove(
    mutants: &MutantSet,
    state: &mut State,
    resource: &PolicyResource,
    sid: &str,
    readings: Readings,
) {
    let does = |mutation| mutants.does(mutation);
    let mut homes = vec![home(mutants, state, resource)];
    if does(StateMutation::RemoveFromEveryTarget) && resource.qualifier.is_none() {
        homes = state.targets(&resource.function);
    }
    for home in homes {
        state.change_policy(&home, |policy| {
            let statements = &mut policy.statements;
            let is_it = |known: &Value| takes(mutants, sid, known);
            if does(StateMutation::RemoveTakesAll) {
                statements.clear();
            } else if does(StateMutation::RemoveTakesFirst) {
                statements.drain(..1.min(statements.len()));
            } else if does(StateMutation::RemoveTakesPrefix) {
                statements.retain(|known| {
                    !statement_id(known).is_some_and(|known| known.starts_with(sid))
                });
            } else if !does(StateMutation::RemoveTakesNothing) {
                statements.retain(|known| !is_it(known));
            }
            if does(StateMutation::RemoveReverses) {
                statements.reverse();
            }
            policy.removed.insert(sid.to_owned());
            edit_list(mutants, policy, resource, sid, true);
        });
        if does(StateMutation::AliasRemovalEmptiesFunction)
            && home.qualifier.is_some()
            && !state.policy(&home).exists()
        {
            let function = PolicyResource { qualifier: None, ..home.clone() };
            state.change_policy(&function, |policy| policy.statements.clear());
        }
        if !does(StateMutation::RevisionSameAfterRemove) {
            written(mutants, state, &home, readings);
        }
    }
}

/// The effect of publishing a version in a mutant.
pub(super) fn published(
    mutants: &MutantSet,
    state: &mut State,
    function: &str,
    version: &str,
    readings: Readings,
) {
    let source = PolicyResource { function: function.to_owned(), qualifier: None };
    let copy =
        PolicyResource { function: function.to_owned(), qualifier: Some(version.to_owned()) };
    let policy = state.policy(&source);
    if !policy.exists() {
        return;
    }
    let copies = mutants.does(StateMutation::PublishCopiesPolicy);
    let moves = mutants.does(StateMutation::PublishMovesPolicy);
    if copies || moves {
        state.change_policy(&copy, |copy| copy.statements.clone_from(&policy.statements));
        state.renew_revision(&copy, readings);
    }
    if moves {
        state.change_policy(&source, |policy| policy.statements.clear());
    }
    if mutants.does(StateMutation::RevisionNewOnPublish) {
        state.renew_revision(&source, readings);
    }
}
