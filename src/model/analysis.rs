//! The analysis of one request: the reasons to reject it, and the expected success.

use super::reject::{RejectKind, RejectReason, Requirement};
use super::request::Request;
use super::resource::PolicyResource;
use super::statement::StatementShape;
use crate::contract::{Member, RuleId, Topic};

/// The analysis of one request in one world.
#[derive(Clone, Debug, PartialEq)]
pub struct Analysis {
    /// The request.
    pub request: Request,
    /// The resource whose policy it concerns, if that is certain.
    pub resource: Option<PolicyResource>,
    /// All reasons to reject the request.
    pub faults: Vec<RejectReason>,
    /// The rules that accepting the request tests.
    pub accepts: Vec<RuleId>,
    /// The expected statement of a successful AddPermission.
    pub statement: Option<StatementShape>,
    /// Whether nothing about the request is judged.
    pub unscored: bool,
    /// Whether path or query hold bytes that many HTTP servers refuse before anything reads them:
    /// then a bare 400 has the right status, and no form of its own.
    pub refused_at_front: bool,
    /// A key that is equal for requests that only differ in the function's name.
    pub distinct: u64,
}

impl Analysis {
    /// Whether the request must be rejected: at least one reason is certain.
    pub fn must_be_rejected(&self) -> bool {
        self.faults.iter().any(|fault| fault.requirement == Requirement::Must)
    }

    /// Whether the documents settle what becomes of the request, so that a server fault is wrong
    /// whatever else is admitted.
    pub fn is_settled(&self) -> bool {
        let is_undocumented = |fault: &RejectReason| {
            matches!(
                fault.kind,
                RejectKind::NullOptional | RejectKind::UnknownMember | RejectKind::WrongType(_)
            ) && fault.requirement == Requirement::May
        };
        !self.unscored
            && !self.refused_at_front
            && (self.must_be_rejected() || !self.faults.iter().any(is_undocumented))
    }

    /// Whether a conflict would be as right as any answer: the StatementId is or may be taken, or
    /// another write of ours is under way.
    pub fn admits_conflict(&self) -> bool {
        let by = |fault: &RejectReason| {
            matches!(fault.kind, RejectKind::Conflict | RejectKind::Concurrent)
        };
        self.faults.iter().any(by)
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
