//! Mutants, and the points at which they change the behavior of the server.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::contract::{Member, RuleId};
use crate::model::{AddRequest, ParsedBody, Policy, PolicyResource, RejectReason, World};
use crate::server::reply::ErrorReply;
use crate::wire::{WireRequest, WireResponse};

/// The reference server with exactly one defect.
pub struct Mutant {
    /// The name, as in `--mutant`.
    pub name: &'static str,
    /// A short description of the defect.
    pub about: &'static str,
    /// The rules of which at least one must be found violated.
    pub rules: &'static [RuleId],
    /// The member that the counterexample must contain.
    pub member: Option<Member>,
    /// Whether the violation is not scored, because the evidence is weak.
    pub advisory: bool,
    /// The mutations.
    pub plants: &'static [Mutation],
}

/// One change in the behavior of the server.
pub enum Mutation {
    /// Ignores a reason to reject: too lax.
    DropFault(fn(&RejectReason, &RequestContext<'_>) -> bool),
    /// Rejects a valid request: too strict.
    AddFault(fn(&RequestContext<'_>) -> Option<ErrorReply>),
    /// Changes the statement in the response and in the policy.
    EditStatement(fn(&mut Map<String, Value>, &RequestContext<'_>)),
    /// Changes the statement in the policy only.
    EditStored(fn(&mut Map<String, Value>, &RequestContext<'_>)),
    /// Changes an error.
    EditError(fn(&mut ErrorReply, &Cause<'_>)),
    /// Changes a complete response.
    EditAnswer(fn(&mut WireResponse, Op)),
    /// Changes a policy as it is read.
    EditPolicy(fn(&mut Map<String, Value>)),
    /// Changes a request before it is checked.
    RewriteRequest(fn(&mut WireRequest, &World)),
    /// Which two StatementIds an add takes for one: the one asked for, and a stored one.
    SameId(fn(&str, &str) -> bool),
    /// Which statements a removal takes: the StatementId asked for, and a stored one.
    Removes(fn(&str, &str) -> bool),
    /// Whether a RevisionId that a write names passes for the current one.
    Revision(fn(&NamedRevision<'_>) -> bool),
    /// Keeps a policy at the place of another one.
    Home(fn(&World, &PolicyResource) -> PolicyResource),
    /// Changes the statements of a policy after a write to it.
    EditList(fn(&mut Vec<Value>, &Write<'_>)),
    /// Changes what is held after another operation than those on policies.
    AfterOther(fn(&mut World, &WireRequest)),
    /// A defect of storage.
    State(StateMutation),
    /// A defect of the connection.
    Transport(TransportMutation),
    /// Gives every AddPermission the same response.
    ConstantAnswer(ConstantAnswer),
}

/// An AddPermission request in progress.
pub struct RequestContext<'a> {
    /// The state.
    pub world: &'a World,
    /// The request.
    pub add: &'a AddRequest,
    /// The resource.
    pub resource: Option<&'a PolicyResource>,
}

/// A RevisionId that a write names.
pub struct NamedRevision<'a> {
    /// The RevisionId.
    pub named: &'a str,
    /// The policy that is written.
    pub policy: &'a Policy,
    /// Every revision that the policy ever had, the oldest first.
    pub history: &'a [String],
    /// The target of the grant.
    pub resource: &'a PolicyResource,
    /// Whether the write is a removal.
    pub is_removal: bool,
}

/// A write to a policy that is done.
pub struct Write<'a> {
    /// The StatementId.
    pub sid: &'a str,
    /// The target of the grant.
    pub resource: &'a PolicyResource,
    /// Ids of statements that were removed from the policy.
    pub removed: &'a BTreeSet<String>,
    /// Whether it was a removal.
    pub is_removal: bool,
}

/// The context of an error.
pub struct Cause<'a> {
    /// The operation.
    pub op: Op,
    /// The reason that won, if it comes from the model.
    pub fault: Option<&'a RejectReason>,
}

/// The operations that mutants distinguish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is the operation that it names")]
pub enum Op {
    AddPermission,
    GetPolicy,
    RemovePermission,
    Other,
}

/// Defects of storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant says what goes wrong")]
pub enum StateMutation {
    AddNotStored,
    OnlyLastStatementKept,
    OnlyFirstStatementKept,
    StoredTwice,
    NewestFirst,
    SortedBySid,
    OnePolicyPerFunction,
    AliasSharesVersionPolicy,
    VersionsShareOnePolicy,
    OnePolicyForAllFunctions,
    SidSpacePerFunction,
    SidSpacePerAccount,
    SidCaseIgnored,
    SidNeverFree,
    SidOnlyFirstChecked,
    SidOnlyLastChecked,
    DuplicateReplaces,
    DuplicateSameContentAccepted,
    RefusedForConflictStored,
    RefusedForRevisionStored,
    RefusedForPrincipalStored,
    RefusedForLengthStored,
    RefusedForPatternStored,
    RefusalClearsPolicy,
    RefusalRenewsRevision,
    RevisionSameAfterAdd,
    RevisionSameAfterRemove,
    RevisionNewOnRead,
    RevisionNewOnPublish,
    RevisionSharedByTargets,
    RevisionOfFunction,
    RevisionPastAccepted,
    RevisionOfAnyPolicyAccepted,
    RevisionAbsentInPolicy,
    RemoveTakesAll,
    RemoveTakesNothing,
    RemoveTakesFirst,
    RemoveTakesPrefix,
    RemoveReverses,
    RemoveFromEveryTarget,
    RemoveIgnoresQualifier,
    RemoveIgnoresRevision,
    RemoveOfMissingSucceeds,
    PublishCopiesPolicy,
    PublishMovesPolicy,
    EmptyPolicyIsRead,
    EmptyPolicyAfterRemovalIsRead,
    ReadShowsEveryTarget,
    FunctionPolicySurvives,
    DeletedFunctionPolicyRead,
    AliasPolicySurvives,
    UpdateAliasDropsPolicy,
    AliasRemovalEmptiesFunction,
    LostUpdate,
    TwoWinnersPerSid,
    TwoWinnersPerRevision,
    DirtyRead,
    TwoRemovalsPerSid,
    TwoRemovalsPerRevision,
    TwoWinnersPerSpelling,
    RemovalOverwritten,
    PoliciesOverwritten,
    LostUpdateInCrowds,
    TwoWinnersInCrowds,
    RemovalShownLate,
}

/// What goes wrong only where requests overlap.
const RACES: [StateMutation; 12] = [
    StateMutation::LostUpdate,
    StateMutation::TwoWinnersPerSid,
    StateMutation::TwoWinnersPerRevision,
    StateMutation::DirtyRead,
    StateMutation::TwoRemovalsPerSid,
    StateMutation::TwoRemovalsPerRevision,
    StateMutation::TwoWinnersPerSpelling,
    StateMutation::RemovalOverwritten,
    StateMutation::PoliciesOverwritten,
    StateMutation::LostUpdateInCrowds,
    StateMutation::TwoWinnersInCrowds,
    StateMutation::RemovalShownLate,
];

/// Defects of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransportMutation {
    /// The connection ends without an answer.
    Drop(When),
    /// The connection ends in the middle of the body.
    Truncate(When),
    /// No answer comes for that long, and none after.
    Hang(When, Duration),
    /// The answer takes that long.
    Slow(When, Duration),
    /// The length that is announced is off by that much.
    Length(When, i64),
}

/// Which requests are hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Those of one operation.
    Is(Op),
    /// Every AddPermission whose body holds the member.
    Holds(Member),
}

/// Servers that answer every AddPermission alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant says what it answers")]
pub enum ConstantAnswer {
    RefusesEverything,
    AcceptsEverything,
    AnswersEmptyObject,
}

impl RequestContext<'_> {
    /// A member of the request, where it is a text.
    pub fn text(&self, member: Member) -> Option<&str> {
        match member {
            Member::FunctionName => Some(&self.add.name),
            Member::Qualifier => self.add.qualifier.as_deref(),
            _ => self.body()?.get(member.name())?.as_str(),
        }
    }

    /// A member of the request, where it is a text, or nothing.
    pub fn text_or_empty(&self, member: Member) -> &str {
        self.text(member).unwrap_or_default()
    }

    /// The members of the body, where it is an object.
    pub fn body(&self) -> Option<&Map<String, Value>> {
        match &self.add.body {
            ParsedBody::Object(members) => Some(members),
            _ => None,
        }
    }
}

impl Mutant {
    /// Whether it does this wrong thing with what is stored.
    pub(in crate::server) fn does(&self, mutation: StateMutation) -> bool {
        self.plants.iter().any(|plant| matches!(plant, Mutation::State(own) if *own == mutation))
    }

    /// Whether it shows only where requests overlap.
    pub fn is_race(&self) -> bool {
        RACES.into_iter().any(|race| self.does(race))
    }
}

impl std::fmt::Debug for Mutant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mutant").field("name", &self.name).finish_non_exhaustive()
    }
}
