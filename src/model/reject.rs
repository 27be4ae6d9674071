//! Reasons to reject a request, and the errors that they admit.

use std::fmt;

use crate::contract::{Aspect, ErrorCode, Evidence, EvidenceFloor, Member, RuleId};

/// The kind of a reason to reject a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each variant is the fault that it names")]
pub enum RejectKind {
    /// A path label that HTTP routers may not carry.
    Unroutable,
    BodyMalformed,
    BodyEmpty,
    BodyNotAnObject,
    /// A member of a wrong JSON type, which is given.
    WrongType(&'static str),
    Missing,
    /// An explicit null for an optional member.
    NullOptional,
    /// A member of the body that is not an input.
    UnknownMember,
    Pattern,
    TooShort(usize),
    TooLong(usize),
    NotAValue,
    /// A form of name that the pattern admits but the page does not mention.
    OtherForm,
    OtherRegion(String),
    OtherAccount,
    OtherPartition,
    Mismatch,
    Latest,
    AuthTypeAction,
    FunctionNotFound,
    /// The name of an existing function in other case.
    NameCase,
    VersionNotFound,
    AliasNotFound,
    /// A qualifier that can be neither version nor alias.
    QualifierNotFound,
    PrincipalInvalid,
    MalformedArn,
    /// A principal that an implementation may or may not know.
    PrincipalOpen,
    /// An action that an implementation may or may not know.
    ActionOpen,
    /// EventSourceToken beside a member that no recording shows it with.
    TokenBeside,
    /// InvokedViaFunctionUrl true with the action of function URLs.
    UrlFlagAction,
    /// An effect of InvokedViaFunctionUrl that the evidence leaves open.
    UrlConditionOpen,
    PublicPolicy,
    Conflict,
    Precondition,
    PolicyLength(usize),
    PolicyAbsent,
    StatementNotFound,
    /// Something depends on a policy that is not known.
    StateUnknown,
    Concurrent,
}

/// Whether a reason requires an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Requirement {
    /// A success is admitted as well.
    May,
    /// It should be an error; a success is reported but not scored.
    Should,
    /// It must be an error.
    Must,
}

/// The statuses that a reason admits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statuses {
    /// Just this one.
    Only(u16),
    /// Any from 400 to 499.
    AnyClient,
}

impl Statuses {
    /// Whether the status is admitted.
    pub fn admit(self, status: u16) -> bool {
        match self {
            Self::Only(only) => status == only,
            Self::AnyClient => (400..500).contains(&status),
        }
    }
}

impl fmt::Display for Statuses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Only(status) => write!(f, "{status}"),
            Self::AnyClient => f.write_str("4xx"),
        }
    }
}

/// The errors that a reason admits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The statuses that are scored.
    pub statuses: Statuses,
    /// How the statuses are known.
    pub status_evidence: Evidence,
    /// The code that AWS answers as far as is known, and with it the status.
    pub code: ErrorCode,
    /// How the code is known.
    pub code_evidence: Evidence,
}

/// A reason to reject a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectReason {
    /// Why.
    pub kind: RejectKind,
    /// The member at fault, where it is one.
    pub member: Option<Member>,
    /// The rule that a success violates.
    pub rule: RuleId,
    /// Whether an error is required.
    pub requirement: Requirement,
    /// The errors that are admitted.
    pub refusal: Refusal,
    /// The message of AWS, as far as known.
    pub message: String,
}

impl RejectReason {
    /// A fault whose refusal takes its evidence from the rule.
    pub fn new(
        kind: RejectKind,
        member: Option<Member>,
        rule: RuleId,
        code: ErrorCode,
        message: String,
    ) -> Self {
        let evidence =
            |aspect| rule.rule().evidence(aspect).map_or(Evidence::Assumed, |known| known.evidence);
        Self {
            kind,
            member,
            rule,
            requirement: Requirement::Must,
            refusal: Refusal {
                statuses: Statuses::Only(code.status()),
                status_evidence: evidence(Aspect::Status),
                code,
                code_evidence: evidence(Aspect::Code),
            },
            message,
        }
    }

    /// The same reason with another requirement.
    #[must_use]
    pub fn requiring(self, requirement: Requirement) -> Self {
        Self { requirement, ..self }
    }

    /// The same reason, admitting any client error.
    #[must_use]
    pub fn any_client_error(mut self) -> Self {
        self.refusal.statuses = Statuses::AnyClient;
        self
    }

    /// What the fault demands of a run that scores by `floor`: where the evidence is too weak to
    /// score, either outcome is admitted.
    pub fn requirement_at(&self, floor: EvidenceFloor) -> Requirement {
        match self.requirement {
            Requirement::Must if !floor.admits(self.refusal.status_evidence) => Requirement::Should,
            requirement => requirement,
        }
    }

    /// Whether the fault admits this status.
    pub fn admits_status(&self, status: u16) -> bool {
        self.refusal.statuses.admit(status)
    }

    /// Whether a run that scores by `floor` demands one of the codes that the fault admits.
    pub fn code_scored(&self, floor: EvidenceFloor) -> bool {
        floor.admits(self.refusal.code_evidence)
    }

    /// Whether the fault admits this code in a run that scores by `floor`. At documented
    /// evidence a 400 may carry the page's InvalidParameterValueException as well.
    pub fn admits_code(&self, code: Option<&str>, floor: EvidenceFloor) -> bool {
        let Some(code) = code else { return false };
        code == self.refusal.code.name()
            || (floor == EvidenceFloor::Documented
                && self.refusal.code.status() == 400
                && (code == ErrorCode::InvalidParameterValueException.name()
                    || code == ErrorCode::ValidationException.name()))
    }
}
