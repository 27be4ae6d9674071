//! The model's view of one request: why it deserves an error, and what a success looks like.

use super::reject::{RejectKind, RejectReason, Requirement};
use super::request::Request;
use super::resource::PolicyResource;
use super::statement::StatementShape;
use crate::contract::{Member, RuleId, Topic};

/// Everything the model has to say of one request in one world.
#[derive(Clone, Debug, PartialEq)]
pub struct Analysis {
    /// What the bytes ask for.
    pub request: Request,
    /// What a grant, read or removal would be on, where that can be told.
    pub resource: Option<PolicyResource>,
    /// Every reason for an error.
    pub faults: Vec<RejectReason>,
    /// The rules that accepting the request puts to the test.
    pub accepts: Vec<RuleId>,
    /// What the statement of a successful AddPermission must look like.
    pub statement: Option<StatementShape>,
    /// Whether nothing about the request can be judged.
    pub unscored: bool,
    /// A number that is equal for requests that are equal but for the function's name.
    pub distinct: u64,
}

impl Analysis {
    /// Whether the request must be rejected: at least one reason to is certain.
    pub fn must_be_rejected(&self) -> bool {
        self.faults.iter().any(|fault| fault.requirement == Requirement::Must)
    }

    /// The rules that count as kept where the request is accepted: those that it puts to the test,
    /// unless the member that they are about might as well have been refused.
    pub fn shown_by_success(&self) -> impl Iterator<Item = RuleId> {
        let in_doubt = |rule: &RuleId| {
            self.faults
                .iter()
                // A public grant that is not blocked is as good as any.
                .filter(|fault| fault.kind != RejectKind::PublicPolicy)
                .any(|fault| fault.member.is_some_and(|at| topic_of(at) == rule.rule().topic))
        };
        self.accepts.iter().copied().filter(move |rule| !in_doubt(rule))
    }
}

/// The subject of a member's own rules.
fn topic_of(member: Member) -> Topic {
    match member {
        Member::FunctionName => Topic::FunctionName,
        Member::Qualifier => Topic::Qualifier,
        Member::Action => Topic::Action,
        Member::EventSourceToken => Topic::EventSourceToken,
        Member::FunctionUrlAuthType => Topic::FunctionUrlAuthType,
        Member::Principal => Topic::Principal,
        Member::PrincipalOrgId => Topic::PrincipalOrgId,
        Member::RevisionId => Topic::RevisionId,
        Member::SourceAccount => Topic::SourceAccount,
        Member::SourceArn => Topic::SourceArn,
        Member::StatementId => Topic::StatementId,
        Member::InvokedViaFunctionUrl => Topic::InvokedViaFunctionUrl,
    }
}
