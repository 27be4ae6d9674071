//! Existence of resources.

use super::reject::{RejectKind, RejectReason, Requirement, Statuses};
use super::resource::PolicyResource;
use super::world::World;
use crate::contract::{ErrorCode, Evidence, Member, RuleId, messages};

/// The reasons that follow from a resource that does not exist.
pub(super) fn missing(world: &World, resource: &PolicyResource) -> Vec<RejectReason> {
    let named = Some(Member::FunctionName);
    let code = ErrorCode::ResourceNotFoundException;
    let no_function = || {
        let arn = world.arn(&resource.function, resource.qualifier.as_deref());
        messages::function_not_found(&arn)
    };
    let no_alias = || {
        let arn = world.arn(&resource.function, resource.qualifier.as_deref());
        messages::alias_not_found(&arn)
    };
    let qualifier = resource.qualifier.as_deref();
    let Some(function) = world.functions.get(&resource.function) else {
        let message = match qualifier {
            Some(name) if is_alias_name(name) => no_alias(),
            _ => no_function(),
        };
        let other_case =
            world.functions.keys().any(|known| known.eq_ignore_ascii_case(&resource.function));
        return vec![if other_case {
            RejectReason::new(RejectKind::NameCase, named, RuleId::FunctionNameCase, code, message)
                .requiring(Requirement::Should)
        } else {
            RejectReason::new(
                RejectKind::FunctionNotFound,
                named,
                RuleId::ErrorNotFound,
                code,
                message,
            )
        }];
    };
    let Some(qualifier) = qualifier.filter(|name| *name != "$LATEST" && !function.has(name)) else {
        return Vec::new();
    };
    let at = Some(Member::Qualifier);
    vec![if qualifier.bytes().all(|byte| byte.is_ascii_digit()) {
        let rule = RuleId::QualifierUnknownVersion;
        let fault = RejectReason::new(RejectKind::VersionNotFound, at, rule, code, no_function());
        // A version spelled with leading zeros may be read as the number.
        let trimmed = qualifier.trim_start_matches('0');
        if trimmed != qualifier && (trimmed.is_empty() || function.has(trimmed)) {
            fault.requiring(Requirement::May)
        } else {
            fault
        }
    } else if is_alias_name(qualifier) {
        let rule = RuleId::QualifierUnknownAlias;
        let fault = RejectReason::new(RejectKind::AliasNotFound, at, rule, code, no_alias());
        if function.aliases.keys().any(|known| known.eq_ignore_ascii_case(qualifier)) {
            fault.requiring(Requirement::Should)
        } else {
            fault
        }
    } else {
        let rule = RuleId::QualifierUnknownAlias;
        let mut fault =
            RejectReason::new(RejectKind::QualifierNotFound, at, rule, code, no_function());
        if qualifier.to_ascii_uppercase().starts_with("$LATEST") {
            // Near the one qualifier that is refused in another way.
            fault.refusal.statuses = Statuses::AnyClient;
            fault.refusal.code_evidence = Evidence::Sibling;
        }
        fault
    }]
}

/// Whether a qualifier could be the name of an alias.
fn is_alias_name(qualifier: &str) -> bool {
    qualifier.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        && !qualifier.bytes().all(|byte| byte.is_ascii_digit())
}
