//! What a mutant is, and the places in the server at which it does its one wrong thing.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::contract::{Member, RuleId};
use crate::model::{AddRequest, ParsedBody, PolicyResource, RejectReason, World};
use crate::server::reply::ErrorReply;
use crate::wire::{WireRequest, WireResponse};

/// The reference server with exactly one thing broken.
pub struct Mutant {
    /// The name, as the command line takes it.
    pub name: &'static str,
    /// What is broken, in a few words.
    pub about: &'static str,
    /// The rules of which at least one must be found violated.
    pub rules: &'static [RuleId],
    /// The member that the counterexample must hold.
    pub member: Option<Member>,
    /// Whether the violation is only reported, as the evidence is weak.
    pub advisory: bool,
    /// Where it is planted.
    pub plants: &'static [Mutation],
}

/// One place at which a mutant does its wrong thing.
pub enum Mutation {
    /// Overlooks a fault: too lax.
    DropFault(fn(&RejectReason, &RequestContext<'_>) -> bool),
    /// Refuses what is right: too strict.
    AddFault(fn(&RequestContext<'_>) -> Option<ErrorReply>),
    /// Changes the statement, as answered and as stored.
    EditStatement(fn(&mut Map<String, Value>, &RequestContext<'_>)),
    /// Changes the statement as stored only.
    EditStored(fn(&mut Map<String, Value>, &RequestContext<'_>)),
    /// Changes an error.
    EditError(fn(&mut ErrorReply, &Cause<'_>)),
    /// Changes an answer as a whole.
    EditAnswer(fn(&mut WireResponse, Op)),
    /// Changes a policy as it is read.
    EditPolicy(fn(&mut Map<String, Value>)),
    /// Changes a request before it is looked at.
    RewriteRequest(fn(&mut WireRequest, &World)),
    /// Does something wrong with what is stored.
    State(StateMutation),
    /// Does something wrong with the connection.
    Transport(TransportMutation),
    /// Answers every AddPermission alike.
    ConstantAnswer(ConstantAnswer),
}

/// An AddPermission under way.
pub struct RequestContext<'a> {
    /// What exists.
    pub world: &'a World,
    /// What was asked.
    pub add: &'a AddRequest,
    /// What it means to be granted on.
    pub resource: Option<&'a PolicyResource>,
}

/// Why an error is answered.
pub struct Cause<'a> {
    /// To which operation.
    pub op: Op,
    /// The fault that won, where it is one of the model's.
    pub fault: Option<&'a RejectReason>,
}

/// The operations that mutants tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is the operation that it names")]
pub enum Op {
    AddPermission,
    GetPolicy,
    RemovePermission,
    Other,
}

/// What can go wrong with what is stored.
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
    AliasPolicySurvives,
    UpdateAliasDropsPolicy,
    LostUpdate,
    TwoWinnersPerSid,
    TwoWinnersPerRevision,
    DirtyRead,
}

/// What can go wrong with a connection.
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
        [
            StateMutation::LostUpdate,
            StateMutation::TwoWinnersPerSid,
            StateMutation::TwoWinnersPerRevision,
            StateMutation::DirtyRead,
        ]
        .into_iter()
        .any(|race| self.does(race))
    }
}

impl std::fmt::Debug for Mutant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mutant").field("name", &self.name).finish_non_exhaustive()
    }
}
