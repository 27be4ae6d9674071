//! Reasons to reject GetPolicy and RemovePermission.

use super::analysis::Analysis;
use super::constraint;
use super::lookup::missing;
use super::name::{Form, FunctionName};
use super::reject::{RejectKind, RejectReason, Requirement};
use super::request::{PolicyRequest, RemoveRequest};
use super::resource::PolicyResource;
use super::world::{PolicyState, World};
use crate::contract::{ErrorCode, Evidence, Member, RuleId, messages};

/// The target that a plain name and qualifier mean; `None` where that is not for us to judge.
fn plain_grant(world: &World, name: &str, qualifier: Option<&str>) -> Option<PolicyResource> {
    let name = FunctionName::read(name)?;
    let here = name.region.as_ref().is_none_or(|region| *region == world.region)
        && name.account.as_ref().is_none_or(|account| *account == world.account)
        && name.partition.as_ref().is_none_or(|partition| *partition == world.partition);
    let agree = name.suffix.is_none() || qualifier.is_none() || name.suffix.as_deref() == qualifier;
    let qualifier = qualifier.map(ToOwned::to_owned).or(name.suffix);
    let judged = here
        && agree
        && name.form != Form::Other
        && qualifier.as_deref() != Some("$LATEST")
        && qualifier.as_deref() != Some("");
    judged.then_some(PolicyResource { function: name.name, qualifier })
}

/// The rule that a name which is more than a bare one puts to the test.
fn forms_rule(name: &str) -> Option<RuleId> {
    let name = FunctionName::read(name)?;
    (name.suffix.is_some() || name.form != Form::Name).then_some(RuleId::FunctionNameForms)
}

/// A member that breaks what an edition says of it may be refused for that, before anything is
/// looked up; whether it is, no recording says.
fn malformed(member: Member, value: &str) -> Option<RejectReason> {
    if constraint::is_clean(member, value) {
        return None;
    }
    let rule = match member {
        Member::Qualifier => RuleId::QualifierPattern,
        Member::StatementId => RuleId::StatementIdPattern,
        _ => RuleId::FunctionNamePattern,
    };
    let message =
        format!("Value '{value}' at '{}' failed to satisfy constraint", member.error_path());
    let code = ErrorCode::ValidationException;
    let fault = RejectReason::new(RejectKind::Pattern, Some(member), rule, code, message);
    Some(fault.any_client_error().requiring(Requirement::May))
}

/// GetPolicy: 404 where nothing is granted, else the policy as it is known.
pub(super) fn analyse_get(world: &World, get: &PolicyRequest, out: &mut Analysis) {
    let Some(resource) = plain_grant(world, &get.name, get.qualifier.as_deref()) else {
        out.unscored = true;
        return;
    };
    let state = world.policy(&resource.function, resource.qualifier.as_deref());
    let absent = |requirement| {
        RejectReason::new(
            RejectKind::PolicyAbsent,
            None,
            RuleId::PolicyAbsent,
            ErrorCode::ResourceNotFoundException,
            messages::NO_POLICY.into(),
        )
        .requiring(requirement)
    };
    let absences = missing(world, &resource);
    // As sure as it is that the target does not exist: a name in other case may reach a policy.
    if let Some(requirement) = absences.iter().map(|absence| absence.requirement).max() {
        out.faults.push(absent(requirement));
    } else {
        match &*state {
            PolicyState::Known(policy) if !policy.exists() => {
                out.faults.push(absent(Requirement::Must));
            }
            PolicyState::Known(_) => {}
            PolicyState::Unknown(_) => out.faults.push(absent(Requirement::May)),
        }
    }
    out.faults.extend(malformed(Member::FunctionName, &get.name));
    out.faults.extend(get.qualifier.as_deref().and_then(|it| malformed(Member::Qualifier, it)));
    out.accepts.extend(forms_rule(&get.name));
    out.resource = Some(resource);
}

/// RemovePermission: 404 in its three cases, 412 on a revision that is not current.
pub(super) fn analyse_remove(world: &World, remove: &RemoveRequest, out: &mut Analysis) {
    let Some(resource) = plain_grant(world, &remove.name, remove.qualifier.as_deref()) else {
        out.unscored = true;
        return;
    };
    let not_found = |kind, message| {
        let code = ErrorCode::ResourceNotFoundException;
        RejectReason::new(kind, None, RuleId::RemoveNotFound, code, message)
    };
    let state = world.policy(&resource.function, resource.qualifier.as_deref());
    let absences = missing(world, &resource);
    if let Some(absence) = absences.first() {
        let arn = world.arn(&resource.function, resource.qualifier.as_deref());
        let message = if world.functions.contains_key(&resource.function) {
            absence.message.clone()
        } else {
            messages::no_policy_found(&arn)
        };
        let fault = not_found(absence.kind.clone(), message);
        out.faults.push(fault.requiring(absence.requirement));
    } else {
        let policy = state.last();
        let taken = policy.statement(&remove.statement_id).is_some();
        let message = if policy.exists() {
            messages::statement_not_found(&remove.statement_id)
        } else {
            messages::NO_POLICY_TO_REMOVE_FROM.to_owned()
        };
        let kind =
            if policy.exists() { RejectKind::StatementNotFound } else { RejectKind::PolicyAbsent };
        if matches!(*state, PolicyState::Unknown(_)) {
            out.faults.push(not_found(kind, message).requiring(Requirement::May));
        } else if !taken {
            out.faults.push(not_found(kind, message));
        }
    }
    if let Some(revision) = &remove.revision_id {
        // Recorded on RemovePermission itself, with the text of before 2025 (rev-04).
        out.faults.extend(revision_fault(world, &state, revision).map(|mut fault| {
            fault.refusal.status_evidence = Evidence::Recorded;
            fault.refusal.code_evidence = Evidence::Recorded;
            fault
        }));
        if out.faults.is_empty() {
            out.accepts.push(RuleId::RevisionIdCurrentAccepted);
        }
    }
    out.faults.extend(malformed(Member::FunctionName, &remove.name));
    out.faults.extend(remove.qualifier.as_deref().and_then(|it| malformed(Member::Qualifier, it)));
    out.faults.extend(malformed(Member::StatementId, &remove.statement_id));
    if world.contended {
        out.faults.push(
            RejectReason::new(
                RejectKind::Concurrent,
                None,
                RuleId::ErrorConflict,
                ErrorCode::ResourceConflictException,
                messages::CONCURRENT_UPDATE.into(),
            )
            .requiring(Requirement::May),
        );
    }
    if !out.must_be_rejected() {
        out.accepts.extend(forms_rule(&remove.name));
        out.accepts.push(RuleId::RemoveStatus);
    }
    out.resource = Some(resource);
}

/// What a RevisionId means for a policy: nothing where it is the current one; a fault where it is
/// certainly not; an open fault where that cannot be told.
pub(super) fn revision_fault(
    world: &World,
    state: &PolicyState,
    revision: &str,
) -> Option<RejectReason> {
    let policy = state.last();
    let never_issued = !revision.is_empty() && !world.issued.contains(revision);
    let rule =
        if never_issued { RuleId::ErrorPrecondition } else { RuleId::RevisionIdStaleRefused };
    let fault = RejectReason::new(
        RejectKind::Precondition,
        Some(Member::RevisionId),
        rule,
        ErrorCode::PreconditionFailedException,
        messages::REVISION_MISMATCH.into(),
    );
    if revision.is_empty() {
        return Some(fault.requiring(Requirement::May));
    }
    match state {
        PolicyState::Known(_) if policy.exists() => match &policy.revision {
            Some(current) if current == revision => None,
            Some(_) => Some(fault),
            // Written since it was last read: an earlier value has most likely changed, but only
            // a value that was never issued is wrong for certain.
            None if never_issued => Some(fault),
            None => Some(fault.requiring(Requirement::May)),
        },
        // While a policy does not exist, AWS takes an alias's own revision as current, and what
        // it takes for functions is not known.
        _ if never_issued => Some(fault),
        _ => Some(fault.requiring(Requirement::May)),
    }
}
