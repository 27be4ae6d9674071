//! Wrong in what is stored, when, and for how long.

use super::mutation::Mutation::{DropFault, State};
use super::mutation::StateMutation as S;
use super::tools::list;
use crate::model::RejectKind;

list! {
    "add-not-stored" "acknowledges a statement and does not store it"
        [PolicyExact RaceNoLostUpdate] () => State(S::AddNotStored);
    "only-last-kept" "keeps only the last statement"
        [PolicyExact RaceNoLostUpdate] () => State(S::OnlyLastStatementKept);
    "only-first-kept" "keeps only the first statement"
        [PolicyExact RaceNoLostUpdate] () => State(S::OnlyFirstStatementKept);
    "stored-twice" "stores every statement twice"
        [PolicyExact] () => State(S::StoredTwice);
    "newest-first" "puts the newest statement first"
        [PolicyOrder] () => State(S::NewestFirst);
    "sorted-by-sid" "sorts the statements by Sid"
        [PolicyOrder] () => State(S::SortedBySid);
    "one-policy-per-function" "keeps one policy for a function, its versions and aliases, as moto does"
        [PolicyPerTarget StatementIdUniquePerPolicy PolicyAbsent] () => State(S::OnePolicyPerFunction);
    "alias-shares-version-policy" "keeps the policy of an alias on the version that it points at, as fakecloud does"
        [PolicyPerTarget] () => State(S::AliasSharesVersionPolicy);
    "one-policy-for-all-functions" "keeps one policy for all functions"
        [FunctionIsolated] () => State(S::OnePolicyForAllFunctions);
    "versions-share-one-policy" "keeps one policy for all versions of a function"
        [PolicyPerTarget PolicyAbsent] () => State(S::VersionsShareOnePolicy);
    "sid-space-per-function" "takes a StatementId once per function, as MiniStack does"
        [StatementIdUniquePerPolicy] () => State(S::SidSpacePerFunction);
    "sid-space-per-account" "takes a StatementId once for all functions"
        [StatementIdUniquePerPolicy FunctionIsolated] () => State(S::SidSpacePerAccount);
    "sid-case-ignored" "takes two StatementIds that differ in case for one"
        [StatementIdCaseSensitive] (StatementId) => State(S::SidCaseIgnored);
    "sid-never-free" "does not take a StatementId again after its removal"
        [StatementIdReusable] () => State(S::SidNeverFree);
    "sid-only-first-checked" "looks only at the first statement for a taken StatementId"
        [StatementIdUniquePerPolicy ErrorConflict] () => State(S::SidOnlyFirstChecked);
    "sid-only-last-checked" "looks only at the last statement for a taken StatementId"
        [StatementIdUniquePerPolicy ErrorConflict] () => State(S::SidOnlyLastChecked);
    "duplicate-accepted" "takes a StatementId twice, as moto does"
        [ErrorConflict StatementIdUniquePerPolicy] ()
        => DropFault(|fault, _| fault.kind == RejectKind::Conflict);
    "duplicate-replaces" "replaces the statement of a taken StatementId"
        [ErrorConflict StatementIdUniquePerPolicy] () => State(S::DuplicateReplaces);
    "duplicate-same-accepted" "takes a statement with the same content again, without storing it"
        [ErrorConflict StatementIdUniquePerPolicy] () => State(S::DuplicateSameContentAccepted);
    "conflict-stored" "stores what it refuses as a conflict"
        [ErrorNotStored PolicyExact] () => State(S::RefusedForConflictStored);
    "stale-stored" "stores what it refuses for its RevisionId"
        [ErrorNotStored PolicyExact] () => State(S::RefusedForRevisionStored);
    "bad-principal-stored" "stores what it refuses for its Principal"
        [ErrorNotStored PolicyExact] () => State(S::RefusedForPrincipalStored);
    "too-long-stored" "stores what it refuses for the policy's length"
        [ErrorNotStored ErrorPolicyLength PolicyExact] () => State(S::RefusedForLengthStored);
    "bad-pattern-stored" "stores what it refuses for a pattern"
        [ErrorNotStored PolicyExact] () => State(S::RefusedForPatternStored);
    "refusal-clears-policy" "forgets the policy when it refuses"
        [ErrorNotStored PolicyExact] () => State(S::RefusalClearsPolicy);
    "refusal-renews-revision" "changes the revision when it refuses"
        [ErrorRevisionUntouched] () advisory => State(S::RefusalRenewsRevision);
    "policy-length-unchecked" "lets a policy grow without limit, as fakecloud does"
        [ErrorPolicyLength] ()
        => DropFault(|fault, _| matches!(fault.kind, RejectKind::PolicyLength(_)));
    "revision-same-after-add" "keeps the revision over an add, as MiniStack does"
        [RevisionIdChangesOnWrite] () => State(S::RevisionSameAfterAdd);
    "revision-same-after-remove" "keeps the revision over a removal"
        [RevisionIdChangesOnWrite] () => State(S::RevisionSameAfterRemove);
    "revision-new-on-read" "changes the revision on every read"
        [RevisionIdStableOtherwise RevisionIdCurrentAccepted] () => State(S::RevisionNewOnRead);
    "revision-new-on-publish" "changes the revision when a version is published, as AWS did before 2025"
        [RevisionIdStableOtherwise] () => State(S::RevisionNewOnPublish);
    "revision-shared" "changes the revision of every policy of a function on each write"
        [RevisionIdStableOtherwise] () => State(S::RevisionSharedByTargets);
    "revision-of-function" "shows the function's revision as the policy's, as fakecloud does"
        [RevisionIdStableOtherwise] () => State(S::RevisionOfFunction);
    "revision-ignored" "overlooks RevisionId, as MiniStack and fakecloud do"
        [ErrorPrecondition RevisionIdStaleRefused] (RevisionId)
        => DropFault(|fault, _| fault.kind == RejectKind::Precondition);
    "revision-past-accepted" "takes every revision that the policy ever had"
        [RevisionIdStaleRefused] (RevisionId) => State(S::RevisionPastAccepted);
    "revision-of-any-policy" "takes the revision of any policy"
        [RevisionIdStaleRefused] (RevisionId) => State(S::RevisionOfAnyPolicyAccepted);
    "revision-garbage-before-policy" "overlooks RevisionId while there is no policy"
        [ErrorPrecondition] (RevisionId)
        => DropFault(|fault, ask| {
            fault.kind == RejectKind::Precondition
                && ask.resource.is_some_and(|resource| {
                    !ask.world.policy(&resource.function, resource.qualifier.as_deref()).last().exists()
                })
        });
    "remove-all" "removes every statement"
        [RemoveOneOnly PolicyExact] () => State(S::RemoveTakesAll);
    "remove-nothing" "acknowledges a removal and removes nothing"
        [RemoveOneOnly PolicyExact PolicyAbsent StatementIdReusable] () => State(S::RemoveTakesNothing);
    "remove-first" "removes the first statement, whatever its Sid"
        [RemoveOneOnly PolicyExact] () => State(S::RemoveTakesFirst);
    "remove-prefix" "removes every statement whose Sid starts with the one asked for"
        [RemoveOneOnly PolicyExact] () => State(S::RemoveTakesPrefix);
    "remove-reverses" "returns the rest in reverse after a removal"
        [RemoveOneOnly PolicyOrder] () => State(S::RemoveReverses);
    "remove-everywhere" "removes a Sid under every qualifier, as MiniStack does"
        [RemoveOneOnly PolicyPerTarget RemoveNotFound PolicyExact] () => State(S::RemoveFromEveryTarget);
    "remove-ignores-qualifier" "removes from the unqualified function's policy, whatever Qualifier says"
        [RemoveOneOnly PolicyPerTarget RemoveNotFound RemoveStatus PolicyExact] ()
        => State(S::RemoveIgnoresQualifier);
    "remove-ignores-revision" "overlooks RevisionId when it removes"
        [RevisionIdStaleRefused ErrorPrecondition] () => State(S::RemoveIgnoresRevision);
    "remove-missing-204" "acknowledges the removal of what is not there"
        [RemoveNotFound] () => State(S::RemoveOfMissingSucceeds);
    "publish-copies-policy" "copies the function's policy to a new version"
        [PolicyPublishCopiesNothing] () => State(S::PublishCopiesPolicy);
    "publish-moves-policy" "moves the function's policy to a new version"
        [PolicyPublishCopiesNothing PolicyExact] () => State(S::PublishMovesPolicy);
    "empty-policy-read" "reads a policy without statements where there is none, as MiniStack does"
        [PolicyAbsent] () => State(S::EmptyPolicyIsRead);
    "empty-policy-after-removal" "reads a policy without statements after the last removal, as fakecloud does"
        [PolicyAbsent] () => State(S::EmptyPolicyAfterRemovalIsRead);
    "read-shows-every-target" "shows the statements of every qualifier on the function, as MiniStack does"
        [PolicyPerTarget PolicyExact] () => State(S::ReadShowsEveryTarget);
    "function-policy-survives" "keeps the policy of a deleted function for a new one of that name"
        [FunctionRecreatedEmpty] () advisory => State(S::FunctionPolicySurvives);
    "deleted-function-policy-read" "still reads the policy of a function that is deleted, as local-web-services does"
        [PolicyGoesWithFunction] () advisory => State(S::DeletedFunctionPolicyRead);
    "alias-policy-survives" "keeps the policy of a deleted alias for a new one of that name"
        [AliasRecreatedEmpty] () advisory => State(S::AliasPolicySurvives);
    "update-alias-drops-policy" "forgets the policy of an alias that is pointed at another version"
        [PolicyExact RevisionIdStableOtherwise ErrorConflict] () => State(S::UpdateAliasDropsPolicy);
    "lost-update" "loses one of two adds that overlap"
        [RaceNoLostUpdate] () => State(S::LostUpdate);
    "two-winners-per-sid" "lets two overlapping adds take one StatementId"
        [RaceOneWinnerPerId] () => State(S::TwoWinnersPerSid);
    "two-winners-per-revision" "lets two overlapping adds take one revision"
        [RaceOneWinnerPerRevision] () => State(S::TwoWinnersPerRevision);
    "dirty-read" "shows a statement, takes it back, and shows it again while it is added"
        [RaceReadsConsistent RaceNoLostUpdate] () advisory => State(S::DirtyRead);
}
