//! Resolution of function names for all operations except AddPermission, whose names the model
//! parses.

use super::reply::ErrorReply;
use super::state::State;
use crate::contract::{EditionChoice, ErrorCode, Member, messages};
use crate::model::constraint::{self, Breach};
use crate::model::name::FunctionName;
use crate::model::{PolicyResource, Request};
use crate::wire::WireRequest;

/// The resource that the name and qualifier of a policy operation mean.
pub(super) fn read(
    state: &State,
    wire: &WireRequest,
    editions: EditionChoice,
    operation: &str,
) -> Result<PolicyResource, ErrorReply> {
    let (name, qualifier) = match Request::read(wire) {
        Request::GetPolicy(get) => (get.name, get.qualifier),
        Request::RemovePermission(remove) => (remove.name, remove.qualifier),
        _ => return Err(unroutable()),
    };
    resolve(state, &name, qualifier.as_deref(), editions, operation)
}

/// The error for a path without an operation.
pub(super) fn unroutable() -> ErrorReply {
    let text = "Unable to determine service/operation name to be authorized";
    ErrorReply::new(ErrorCode::AccessDeniedException, text)
}

/// The resource that a name and a qualifier mean.
pub(super) fn resolve(
    state: &State,
    name: &str,
    qualifier: Option<&str>,
    editions: EditionChoice,
    operation: &str,
) -> Result<PolicyResource, ErrorReply> {
    let qualifier = qualifier.filter(|text| !text.is_empty());
    let world = &state.world;
    let mut texts = Vec::new();
    for (member, value) in [(Member::FunctionName, Some(name)), (Member::Qualifier, qualifier)] {
        let Some(value) = value else { continue };
        for found in constraint::breaches(editions, member, value) {
            let broken = match found.breach {
                Breach::TooLong(most) => messages::at_most(most),
                Breach::TooShort(least) => messages::at_least(least),
                Breach::Pattern | Breach::NotAValue => messages::must_match(
                    member.constraint(found.edition).and_then(|c| c.pattern).unwrap_or_default(),
                ),
            };
            texts.push(messages::constraint_violated(value, &member.error_path(), &broken));
        }
    }
    if !texts.is_empty() {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        return Err(ErrorReply::validation(&texts));
    }
    let Some(read) = FunctionName::read(name) else {
        return Err(ErrorReply::not_found(messages::function_not_found(&world.arn(name, None))));
    };
    if read.account.as_ref().is_some_and(|account| *account != world.account) {
        let text = messages::not_authorized(operation, name);
        return Err(ErrorReply::new(ErrorCode::AccessDeniedException, text));
    }
    if let Some(region) = read.region.as_ref().filter(|region| **region != world.region) {
        return Err(ErrorReply::not_found(messages::other_region(region, &world.region)));
    }
    if read.partition.as_ref().is_some_and(|partition| *partition != world.partition) {
        return Err(ErrorReply::not_found("the ARN names another partition"));
    }
    if let (Some(suffix), Some(qualifier)) = (read.suffix.as_deref(), qualifier)
        && suffix != qualifier
    {
        return Err(ErrorReply::invalid(messages::QUALIFIER_MISMATCH));
    }
    let qualifier = qualifier.map(ToOwned::to_owned).or(read.suffix);
    Ok(PolicyResource { function: read.name, qualifier })
}
