//! Reasons to reject an AddPermission request that concern single members: missing, of a wrong
//! type, or outside their constraints.

use serde_json::{Map, Value};

use super::add::Add;
use super::constraint::{self, Breach};
use super::input::Input;
use super::reject::{RejectKind, Requirement, Statuses};
use crate::contract::{Edition, ErrorCode, Kind, Member, Place, RuleId, messages};

impl Add<'_> {
    /// Missing members, null, and wrong types.
    pub fn types(&mut self, members: &Map<String, Value>) {
        for member in Member::in_body() {
            let value = members.get(member.name()).unwrap_or(&Value::Null);
            let expected = match member.kind() {
                Kind::Boolean => matches!(value, Value::Bool(_)),
                Kind::String | Kind::Enum => matches!(value, Value::String(_)),
            };
            if expected {
                continue;
            }
            if value.is_null() {
                if member.required() {
                    let rule = match member {
                        Member::StatementId => RuleId::StatementIdRequired,
                        Member::Action => RuleId::ActionRequired,
                        _ => RuleId::PrincipalRequired,
                    };
                    let message = messages::members_missing(&[&member.error_path()]);
                    self.fault(
                        RejectKind::Missing,
                        Some(member),
                        rule,
                        ErrorCode::ValidationException,
                        message,
                    );
                } else if members.contains_key(member.name()) {
                    let message = messages::members_missing(&[&member.error_path()]);
                    let rule = RuleId::MemberNullOptional;
                    self.fault(
                        RejectKind::NullOptional,
                        Some(member),
                        rule,
                        ErrorCode::ValidationException,
                        message,
                    )
                    .requirement = Requirement::May;
                }
                continue;
            }
            let token = match value {
                Value::Bool(true) => "TRUE_VALUE",
                Value::Bool(false) => "FALSE_VALUE",
                Value::Number(_) => "NUMBER_VALUE",
                Value::String(_) => "STRING_VALUE",
                Value::Array(_) => "START_ARRAY",
                _ => "START_OBJECT",
            };
            let wanted = if member.kind() == Kind::Boolean { "Boolean" } else { "String" };
            let message = messages::not_converted(token, wanted);
            // The page does not know the boolean member: it may be ignored.
            let requirement =
                if member.kind() == Kind::Boolean { Requirement::May } else { Requirement::Must };
            let fault = self.fault(
                RejectKind::WrongType(token),
                Some(member),
                RuleId::MemberType,
                ErrorCode::SerializationException,
                message,
            );
            fault.refusal.statuses = Statuses::AnyClient;
            fault.requirement = requirement;
        }
        // A member of path or query is no input in the body, and an edition may lack a member.
        let is_input = |name: &str| {
            Member::from_name(name).is_some_and(|member| {
                let has = |edition: &Edition| member.constraint(*edition).is_some();
                member.place() == Place::Body && self.editions.editions().iter().all(has)
            })
        };
        if let Some(unknown) = members.keys().find(|name| !is_input(name)) {
            // Most services ignore such a member; that one may not refuse it is nowhere said.
            let message = format!("Unrecognized member {unknown}");
            let fault = self.fault(
                RejectKind::UnknownMember,
                None,
                RuleId::MemberUnknown,
                ErrorCode::ValidationException,
                message,
            );
            fault.refusal.statuses = Statuses::AnyClient;
            fault.requirement = Requirement::May;
        }
    }

    /// Values that violate length, pattern or enum.
    pub fn constraints(&mut self, input: &Input<'_>) {
        let add = self.request;
        let values = [
            (Member::FunctionName, Some(add.name.as_str())),
            (Member::Qualifier, add.qualifier.as_deref()),
        ];
        let body = Member::in_body().map(|member| (member, input.get(member)));
        for (member, value) in values.into_iter().chain(body) {
            let Some(value) = value else { continue };
            let differ = constraint::readers_differ(member, value);
            for found in constraint::breaches(self.editions, member, value) {
                let path = member.error_path();
                let (kind, rule, broken) = match found.breach {
                    Breach::Pattern => (RejectKind::Pattern, pattern_rule(member), {
                        let pattern = member
                            .constraint(found.edition)
                            .and_then(|constraint| constraint.pattern)
                            .unwrap_or_default();
                        messages::must_match(pattern)
                    }),
                    Breach::TooShort(min) => {
                        (RejectKind::TooShort(min), length_rule(member), messages::at_least(min))
                    }
                    Breach::TooLong(max) => {
                        (RejectKind::TooLong(max), length_rule(member), messages::at_most(max))
                    }
                    Breach::NotAValue => (
                        RejectKind::NotAValue,
                        RuleId::FunctionUrlAuthTypeEnum,
                        messages::one_of(&["NONE", "AWS_IAM"]),
                    ),
                };
                let message = messages::constraint_violated(value, &path, &broken);
                let fault =
                    self.fault(kind, Some(member), rule, ErrorCode::ValidationException, message);
                if !found.agreed || differ {
                    fault.requirement = Requirement::May;
                }
            }
            if differ && constraint::breaches(self.editions, member, value).is_empty() {
                let message = format!("Value '{value}' at '{}' failed", member.error_path());
                self.fault(
                    RejectKind::Pattern,
                    Some(member),
                    pattern_rule(member),
                    ErrorCode::ValidationException,
                    message,
                )
                .requirement = Requirement::May;
            }
        }
    }
}

fn pattern_rule(member: Member) -> RuleId {
    match member {
        Member::FunctionName => RuleId::FunctionNamePattern,
        Member::Qualifier => RuleId::QualifierPattern,
        Member::Action => RuleId::ActionPattern,
        Member::Principal => RuleId::PrincipalPattern,
        Member::SourceAccount => RuleId::SourceAccountPattern,
        Member::SourceArn => RuleId::SourceArnPattern,
        Member::PrincipalOrgId => RuleId::PrincipalOrgIdPattern,
        Member::EventSourceToken => RuleId::EventSourceTokenPattern,
        Member::FunctionUrlAuthType | Member::InvokedViaFunctionUrl | Member::RevisionId => {
            RuleId::FunctionUrlAuthTypeEnum
        }
        Member::StatementId => RuleId::StatementIdPattern,
    }
}

fn length_rule(member: Member) -> RuleId {
    match member {
        Member::FunctionName => RuleId::FunctionNameLength,
        Member::Qualifier => RuleId::QualifierLength,
        Member::StatementId => RuleId::StatementIdLength,
        Member::SourceAccount => RuleId::SourceAccountLength,
        Member::PrincipalOrgId => RuleId::PrincipalOrgIdLength,
        Member::EventSourceToken => RuleId::EventSourceTokenLength,
        other => pattern_rule(other),
    }
}
