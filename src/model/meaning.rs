//! The faults that the meaning of values makes: principals that are not valid, and members that do
//! not go with each other.

use serde_json::Value;

use super::add::Add;
use super::constraint;
use super::input::Input;
use super::principal::{Acceptance, Principal};
use super::reject::{RejectKind, Requirement};
use crate::contract::{ErrorCode, Evidence, Member, RuleId, messages};

impl Add<'_> {
    /// Faults that a value's meaning makes.
    pub fn semantics(&mut self, input: &Input<'_>) {
        if let Some(text) = input
            .get(Member::Principal)
            .filter(|text| constraint::is_clean(Member::Principal, text))
        {
            let principal = Principal::read(text);
            let world = self.world;
            let acceptance =
                principal.acceptance(text, &world.account, &world.region, world.role.as_deref());
            let is_account_odd = principal == Principal::NoAccountArn;
            let (kind, message) = if principal == Principal::MalformedArn {
                (RejectKind::MalformedArn, messages::principal_outside_expression(text))
            } else if acceptance == Acceptance::Refused {
                (RejectKind::PrincipalInvalid, messages::PRINCIPAL_INVALID.to_owned())
            } else {
                (RejectKind::PrincipalOpen, messages::PRINCIPAL_INVALID.to_owned())
            };
            let code = ErrorCode::InvalidParameterValueException;
            match acceptance {
                Acceptance::Certain => {}
                Acceptance::Refused => {
                    let fault = self.fault(
                        kind,
                        Some(Member::Principal),
                        RuleId::PrincipalInvalid,
                        code,
                        message,
                    );
                    if is_account_odd {
                        // The recorded ARN was malformed in another way.
                        fault.refusal.code_evidence = Evidence::Sibling;
                    }
                }
                Acceptance::Open => {
                    let fault = self.fault(
                        kind,
                        Some(Member::Principal),
                        RuleId::PrincipalInvalid,
                        code,
                        message,
                    );
                    fault.requirement = Requirement::May;
                    fault.refusal.code_evidence = Evidence::Assumed;
                }
            }
            if principal == Principal::Wildcard || self.holds_public_statement() {
                let message = messages::PUBLIC_POLICY_BLOCKED.into();
                self.fault(
                    RejectKind::PublicPolicy,
                    Some(Member::Principal),
                    RuleId::PrincipalAccepted,
                    ErrorCode::PublicPolicyException,
                    message,
                )
                .requirement = Requirement::May;
            }
        }
        let action =
            input.get(Member::Action).filter(|text| constraint::is_clean(Member::Action, text));
        if let Some(action) = action
            && !KNOWN_ACTIONS.contains(&action)
        {
            let message = format!("the action {action} is not one that recordings show");
            let fault = self.fault(
                RejectKind::ActionOpen,
                Some(Member::Action),
                RuleId::ActionPattern,
                ErrorCode::InvalidParameterValueException,
                message,
            );
            fault.requirement = Requirement::May;
            fault.refusal.code_evidence = Evidence::Assumed;
        }
        if input.get(Member::FunctionUrlAuthType).is_some() && action != Some(URL_ACTION) {
            let message = messages::URL_AUTH_TYPE_ACTION.into();
            // Nobody reports what becomes of a wildcard, or of an action that is itself wrong.
            let certain = action
                .is_some_and(|action| !action.ends_with('*') && KNOWN_ACTIONS.contains(&action));
            let fault = self.fault(
                RejectKind::AuthTypeAction,
                Some(Member::FunctionUrlAuthType),
                RuleId::FunctionUrlAuthTypeAction,
                ErrorCode::InvalidParameterValueException,
                message,
            );
            if !certain {
                fault.requirement = Requirement::May;
            }
        }
        self.token_beside(input);
        if input.invoked_via_url == Some(true) && action != Some("lambda:InvokeFunction") {
            let message = messages::VIA_URL_ACTION.into();
            // One report says that it is refused with the action of function URLs; an
            // implementation of the first page ignores the member.
            let reported = action == Some(URL_ACTION) && !self.may_lack_url_flag();
            let (kind, rule) = if reported {
                (RejectKind::UrlFlagAction, RuleId::InvokedViaFunctionUrlAction)
            } else {
                (RejectKind::UrlConditionOpen, RuleId::InvokedViaFunctionUrlCondition)
            };
            let fault = self.fault(
                kind,
                Some(Member::InvokedViaFunctionUrl),
                rule,
                ErrorCode::InvalidParameterValueException,
                message,
            );
            fault.requirement = if reported { Requirement::Should } else { Requirement::May };
            fault.refusal.code_evidence = Evidence::Assumed;
        }
    }

    /// Whether the run judges by no edition that has InvokedViaFunctionUrl.
    fn may_lack_url_flag(&self) -> bool {
        self.editions
            .editions()
            .iter()
            .all(|edition| Member::InvokedViaFunctionUrl.constraint(*edition).is_none())
    }

    /// EventSourceToken is recorded alone and beside PrincipalOrgID; an implementation may hold
    /// that a token of Alexa does not go with a source or with a function URL.
    fn token_beside(&mut self, input: &Input<'_>) {
        if input.get(Member::EventSourceToken).is_none() {
            return;
        }
        let beside = [Member::SourceArn, Member::SourceAccount, Member::FunctionUrlAuthType]
            .into_iter()
            .find(|member| input.get(*member).is_some())
            .or(input.invoked_via_url.map(|_| Member::InvokedViaFunctionUrl));
        let Some(beside) = beside else { return };
        let fault = self.fault(
            RejectKind::TokenBeside,
            Some(Member::EventSourceToken),
            RuleId::EventSourceTokenPattern,
            ErrorCode::InvalidParameterValueException,
            format!("EventSourceToken is not supported together with {beside}"),
        );
        fault.requirement = Requirement::May;
        fault.refusal.code_evidence = Evidence::Assumed;
    }

    /// Whether the policy holds a statement for everybody already: any further write to it may be
    /// refused as public.
    fn holds_public_statement(&self) -> bool {
        let Some(resource) = &self.out.resource else { return false };
        let state = self.world.policy(&resource.function, resource.qualifier.as_deref());
        state.last().statements.iter().any(is_public)
    }
}

/// Whether a statement is for everybody.
pub fn is_public(statement: &Value) -> bool {
    let everybody = |value: &Value| match value {
        Value::String(text) => text == "*",
        Value::Array(items) => items.iter().any(|item| item == "*"),
        _ => false,
    };
    match statement.get("Principal") {
        Some(Value::Object(kinds)) => kinds.values().any(everybody),
        Some(other) => everybody(other),
        None => statement.get("NotPrincipal").is_some(),
    }
}

/// The action that goes with FunctionUrlAuthType.
const URL_ACTION: &str = "lambda:InvokeFunctionUrl";

/// Actions that recordings or the page show accepted.
const KNOWN_ACTIONS: [&str; 5] =
    ["lambda:InvokeFunction", "lambda:GetFunction", URL_ACTION, "lambda:*", "*"];
