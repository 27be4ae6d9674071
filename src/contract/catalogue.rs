//! The rule catalogue: every rule with its sentence, its aspects and how each is known.
//!
//! The ids are an interface: known-failure files, reports and badges name them. A rule is added
//! at the end of its group and never renamed.

use super::evidence::Evidence::{Assumed, Documented, Modelled, Recorded, Reported, Sibling};
use super::rule::Aspect::{Code, Message, Policy, Statement, Status, Wire};
use super::rule::Direction::{Accept, Refuse, Shape};
use super::rule::Phase::{
    Bounds, Deployers, Examples, NearMisses, Pairs, Races, Random, Sequences, Types, Values,
};
use super::rule::Strength::{Must, Should};
use super::rule::{AspectEvidence, Rule, Topic};

macro_rules! rules {
    ($($id:ident $name:literal $topic:ident $strength:ident
        $sentence:literal
        [$($aspect:ident $evidence:ident $source:literal),+ $(,)?]
        [$($direction:ident $least:literal),+]
        [$($phase:ident)+];
    )+) => {
        /// The stable id of a rule.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum RuleId {
            $(#[doc = concat!("The rule `", $name, "`.")] $id,)+
        }

        impl RuleId {
            /// Every rule, in the order of the catalogue.
            pub const ALL: &'static [Self] = &[$(Self::$id),+];

            /// The id as files and reports spell it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$id => $name,)+
                }
            }
        }

        /// Every rule, in the order of [`RuleId::ALL`].
        pub static RULES: &[Rule] = &[
            $(Rule {
                id: RuleId::$id,
                topic: Topic::$topic,
                strength: $strength,
                sentence: $sentence,
                aspects: &[$(AspectEvidence {
                    aspect: $aspect,
                    evidence: $evidence,
                    source: $source,
                }),+],
                directions: &[$(($direction, $least)),+],
                phases: &[$($phase),+],
            },)+
        ];
    };
}

rules! {
    FunctionNameForms "function-name.forms" FunctionName Must
        "A function name, a partial ARN and a full ARN, each alone or with a qualifier as suffix, reach the same function."
        [Status Documented "API page, FunctionName: name formats; ver-05, ver-08"]
        [Accept 6]
        [Values Pairs Random Sequences];
    FunctionNameOtherForms "function-name.other-forms" FunctionName Must
        "The further forms that the pattern admits are resolved to that function or refused, never resolved to another one."
        [Statement Modelled "pattern of FunctionName"]
        [Shape 3]
        [Values Bounds Random];
    FunctionNamePattern "function-name.pattern" FunctionName Must
        "A FunctionName outside the pattern of either edition is refused, and nothing is granted."
        [Status Documented "API page, FunctionName: constraints", Code Recorded "hr-err-02, sib-name-01 to sib-name-10"]
        [Refuse 10]
        [NearMisses Random];
    FunctionNameLength "function-name.length" FunctionName Must
        "A FunctionName longer than either edition allows is refused."
        [Status Documented "API page, FunctionName: constraints", Code Sibling "sib-two-on-one"]
        [Refuse 2]
        [Bounds];
    FunctionNameOtherRegion "function-name.other-region" FunctionName Must
        "An ARN of another region does not reach the local function of that name."
        [Status Documented "API page, FunctionName: an ARN names one function", Code Sibling "sib-region"]
        [Refuse 2]
        [Values Random];
    FunctionNameOtherAccount "function-name.other-account" FunctionName Must
        "An ARN of another account does not reach the local function of that name."
        [Status Documented "API page, FunctionName: an ARN names one function", Code Assumed "gh-17, sib-account"]
        [Refuse 2]
        [Values Random];
    FunctionNameCase "function-name.case" FunctionName Must
        "A name in other case is the name of another function."
        [Status Assumed "names of functions are compared exactly"]
        [Refuse 1]
        [Values];
    QualifierPattern "qualifier.pattern" Qualifier Must
        "A Qualifier outside the pattern of either edition is refused; one inside it is not refused for its form."
        [Status Documented "API page, Qualifier: constraints", Code Recorded "pe-11"]
        [Refuse 5]
        [NearMisses Random];
    QualifierLength "qualifier.length" Qualifier Must
        "A Qualifier has 1 to 128 characters."
        [Status Documented "API page, Qualifier: constraints", Code Sibling "sib-name-16"]
        [Refuse 1]
        [Bounds];
    QualifierLatest "qualifier.latest" Qualifier Must
        "No policy can be added to $LATEST, whether it is named in FunctionName, in Qualifier or in both."
        [Status Documented "API page, introduction", Code Recorded "pe-03, gh-20"]
        [Refuse 3]
        [Values Random Sequences];
    QualifierVersion "qualifier.version" Qualifier Must
        "A grant on a published version is accepted."
        [Status Documented "API page, Qualifier"]
        [Accept 2]
        [Values Pairs Random Sequences];
    QualifierAlias "qualifier.alias" Qualifier Must
        "A grant on an alias is accepted."
        [Status Documented "API page, introduction"]
        [Accept 2]
        [Values Pairs Random Sequences];
    QualifierUnknownVersion "qualifier.unknown-version" Qualifier Must
        "A version that does not exist is reported as not found."
        [Status Documented "API page, errors: the resource does not exist", Code Recorded "pe-10"]
        [Refuse 2]
        [Values Random];
    QualifierUnknownAlias "qualifier.unknown-alias" Qualifier Must
        "An alias that does not exist is reported as not found."
        [Status Documented "API page, errors: the resource does not exist", Code Recorded "pe-09, pe-12"]
        [Refuse 2]
        [Values Bounds Random];
    QualifierMismatch "qualifier.mismatch" Qualifier Must
        "A suffix of FunctionName that differs from Qualifier is refused before either is looked up."
        [Status Recorded "pe-02", Code Recorded "pe-02"]
        [Refuse 2]
        [Values Random];
    QualifierAliasOnLatest "qualifier.alias-on-latest" Qualifier Must
        "An alias that points at $LATEST can be granted on."
        [Status Recorded "tf-03, url-02"]
        [Accept 1]
        [Values Sequences];
    StatementIdRequired "statement-id.required" StatementId Must
        "StatementId is required: missing or null is refused."
        [Status Documented "API page, StatementId: required", Code Sibling "sib-null"]
        [Refuse 2]
        [Types];
    StatementIdPattern "statement-id.pattern" StatementId Must
        "StatementId must match its pattern as a whole."
        [Status Documented "API page, StatementId: constraints", Code Recorded "pe-01, gh-09"]
        [Accept 4, Refuse 10]
        [Bounds NearMisses Random];
    StatementIdLength "statement-id.length" StatementId Must
        "StatementId has 1 to 100 characters."
        [Status Documented "API page, StatementId: constraints", Code Reported "gh-08"]
        [Accept 2, Refuse 2]
        [Bounds];
    ActionRequired "action.required" Action Must
        "Action is required: missing or null is refused."
        [Status Documented "API page, Action: required", Code Sibling "sib-null"]
        [Refuse 2]
        [Types];
    ActionPattern "action.pattern" Action Must
        "Action must match its pattern as a whole."
        [Status Documented "API page, Action: constraints", Code Modelled "by analogy with pe-01"]
        [Accept 4, Refuse 20]
        [Bounds NearMisses Random];
    PrincipalRequired "principal.required" Principal Must
        "Principal is required: missing or null is refused."
        [Status Documented "API page, Principal: required", Code Sibling "sib-null"]
        [Refuse 2]
        [Types];
    PrincipalPattern "principal.pattern" Principal Must
        "Principal is not empty and holds no white space."
        [Status Documented "API page, Principal: constraints", Code Modelled "by analogy with pe-01"]
        [Refuse 3]
        [Bounds NearMisses Random];
    PrincipalInvalid "principal.invalid" Principal Must
        "A domain that is no AWS service, and a malformed IAM ARN, are refused."
        [Status Recorded "pe-04, gh-12, gh-14", Code Recorded "pe-04, gh-12, gh-14"]
        [Refuse 3]
        [Values Random];
    SourceAccountPattern "source-account.pattern" SourceAccount Must
        "SourceAccount must match its pattern as a whole."
        [Status Documented "API page, SourceAccount: constraints", Code Modelled "by analogy with pe-01"]
        [Accept 2, Refuse 5]
        [Bounds NearMisses Random];
    SourceAccountLength "source-account.length" SourceAccount Must
        "SourceAccount has at most 12 characters."
        [Status Documented "API page, SourceAccount: constraints", Code Modelled "by analogy with gh-08"]
        [Refuse 1]
        [Bounds];
    SourceArnPattern "source-arn.pattern" SourceArn Must
        "SourceArn must match its pattern as a whole."
        [Status Documented "API page, SourceArn: constraints", Code Recorded "hr-err-01"]
        [Accept 5, Refuse 10]
        [Bounds NearMisses Random];
    PrincipalOrgIdPattern "principal-org-id.pattern" PrincipalOrgId Must
        "PrincipalOrgID must match its pattern as a whole."
        [Status Documented "API page, PrincipalOrgID: constraints", Code Modelled "by analogy with pe-01"]
        [Accept 3, Refuse 10]
        [Bounds NearMisses Random];
    PrincipalOrgIdLength "principal-org-id.length" PrincipalOrgId Must
        "PrincipalOrgID has 12 to 34 characters."
        [Status Documented "API page, PrincipalOrgID: constraints", Code Modelled "by analogy with gh-08"]
        [Accept 2, Refuse 2]
        [Bounds];
    EventSourceTokenPattern "event-source-token.pattern" EventSourceToken Must
        "EventSourceToken must match its pattern as a whole."
        [Status Documented "API page, EventSourceToken: constraints", Code Modelled "by analogy with pe-01"]
        [Accept 4, Refuse 8]
        [Bounds NearMisses Random];
    EventSourceTokenLength "event-source-token.length" EventSourceToken Must
        "EventSourceToken has at most 256 characters."
        [Status Documented "API page, EventSourceToken: constraints", Code Modelled "by analogy with gh-08"]
        [Accept 2, Refuse 1]
        [Bounds];
    FunctionUrlAuthTypeEnum "function-url-auth-type.enum" FunctionUrlAuthType Must
        "FunctionUrlAuthType is one of the two documented values, spelled exactly."
        [Status Documented "API page, FunctionUrlAuthType: valid values", Code Modelled "sib-enum, by analogy with pe-01"]
        [Accept 2, Refuse 4]
        [Values Random];
    FunctionUrlAuthTypeAction "function-url-auth-type.action" FunctionUrlAuthType Must
        "FunctionUrlAuthType is refused with an action other than lambda:InvokeFunctionUrl."
        [Status Reported "gh-06", Code Reported "gh-06"]
        [Refuse 2]
        [Values Pairs Random];
    InvokedViaFunctionUrlCondition "invoked-via-function-url.condition" InvokedViaFunctionUrl Must
        "Where InvokedViaFunctionUrl is honoured, true becomes a Bool condition whose value is the string \"true\"."
        [Statement Documented "API page of September 2026, InvokedViaFunctionUrl; tf-06, gh-01"]
        [Shape 1]
        [Values Pairs Random];
    InvokedViaFunctionUrlAction "invoked-via-function-url.action" InvokedViaFunctionUrl Must
        "InvokedViaFunctionUrl true is refused with the action lambda:InvokeFunctionUrl."
        [Status Assumed "one report of 2026-05-29: hr-err-07"]
        [Refuse 1]
        [Values Random];
    MemberType "member.type" Body Must
        "A member of another JSON type than documented is refused, and nothing is stored."
        [Status Documented "API page, each member: type", Code Sibling "sib-ser"]
        [Refuse 20]
        [Types Random];
    MemberNullOptional "member.null-optional" Body Must
        "An explicit null for an optional member is as if the member were absent."
        [Status Assumed "usual reading of JSON bodies"]
        [Accept 4]
        [Types];
    MemberUnknown "member.unknown" Body Must
        "A body member that is no input of AddPermission never shows in the statement."
        [Statement Documented "API page, response: the statement that was added"]
        [Shape 5]
        [Types Random];
    BodyMalformed "body.malformed" Body Must
        "A body that is not JSON is refused, and nothing is stored."
        [Status Documented "API page, required members", Code Assumed "by analogy with sib-ser"]
        [Refuse 4]
        [Types];
    BodyEmpty "body.empty" Body Must
        "An empty body lacks the required members and is refused."
        [Status Documented "API page, required members", Code Assumed "by analogy with sib-null"]
        [Refuse 2]
        [Types];
    BodyNotAnObject "body.not-an-object" Body Must
        "A JSON body that is no object is refused."
        [Status Documented "API page, request syntax", Code Assumed "by analogy with sib-ser"]
        [Refuse 3]
        [Types];
    SuccessStatus "success.status" Success Must
        "A good request is answered with status 201."
        [Status Documented "API page, response elements"]
        [Accept 10]
        [Examples Deployers Values Bounds Pairs Random Sequences];
    SuccessEnvelope "success.envelope" Success Must
        "The answer is a JSON object whose member Statement is a string that holds one JSON object."
        [Wire Documented "API page, response syntax; ap-01"]
        [Shape 10]
        [Examples Deployers Values Bounds Pairs Random Sequences];
    StatementSid "statement.sid" Statement Must
        "Sid is the StatementId, unchanged."
        [Statement Documented "boto3 page, examples; ap-01"]
        [Shape 10]
        [Examples Deployers Values Bounds Pairs Random Sequences];
    StatementEffect "statement.effect" Statement Must
        "Effect is Allow."
        [Statement Documented "boto3 page, examples; ap-01"]
        [Shape 10]
        [Examples Deployers Values Bounds Pairs Random Sequences];
    StatementAction "statement.action" Statement Must
        "Action is the requested action, a string, unchanged."
        [Statement Documented "boto3 page, examples; ap-01, acct-01"]
        [Shape 10]
        [Examples Deployers Values Bounds Pairs Random Sequences];
    StatementResource "statement.resource" Statement Must
        "Resource is the ARN of what was granted on, whatever form named it."
        [Statement Documented "boto3 page, examples; ver-06, ver-09"]
        [Shape 10]
        [Examples Deployers Values Bounds Pairs Random Sequences];
    StatementMembers "statement.members" Statement Must
        "The statement holds Sid, Effect, Principal, Action, Resource, where there is one Condition, and nothing else."
        [Statement Documented "boto3 page, examples; ap-01"]
        [Shape 10]
        [Examples Deployers Values Bounds Pairs Random Sequences];
    PrincipalWildcard "principal.wildcard" Principal Must
        "The principal * is rendered as the bare string \"*\"."
        [Statement Recorded "fld-01, fld-05, url-01, hr-ct-02"]
        [Shape 2]
        [Examples Deployers Values Pairs Random];
    PrincipalAccountRoot "principal.account-root" Principal Must
        "An account id is rendered as the ARN of the root of that account."
        [Statement Documented "boto3 page, second example; fld-03"]
        [Shape 2]
        [Examples Deployers Values Pairs Random];
    PrincipalService "principal.service" Principal Must
        "A service principal is rendered as {\"Service\": …}, unchanged."
        [Statement Documented "boto3 page, first example; ap-01"]
        [Shape 2]
        [Examples Deployers Values Pairs Random];
    PrincipalIamArn "principal.iam-arn" Principal Must
        "An IAM ARN is rendered as {\"AWS\": …}, unchanged."
        [Statement Documented "API page of September 2026, Principal: IAM user or role; fld-04, tf-04"]
        [Shape 2]
        [Examples Deployers Values Pairs Random];
    PrincipalAccepted "principal.accepted" Principal Must
        "The principals *, well-known services and the own account are accepted, and so is a role that is known to exist."
        [Status Documented "API page, Principal; fld-01 to fld-04, tf-04"]
        [Accept 4]
        [Examples Deployers Values Pairs Random];
    ConditionSourceArn "condition.source-arn" Condition Must
        "SourceArn becomes ArnLike AWS:SourceArn, unchanged."
        [Statement Documented "boto3 page, first example; ap-01, logs-01"]
        [Shape 3]
        [Examples Deployers Values Bounds Pairs Random];
    ConditionSourceAccount "condition.source-account" Condition Must
        "SourceAccount becomes StringEquals AWS:SourceAccount, unchanged, leading zeros kept."
        [Statement Documented "boto3 page, first example; fld-01"]
        [Shape 2]
        [Examples Deployers Values Bounds Pairs Random];
    ConditionPrincipalOrgId "condition.principal-org-id" Condition Must
        "PrincipalOrgID becomes StringEquals aws:PrincipalOrgID, unchanged."
        [Statement Recorded "fld-05"]
        [Shape 2]
        [Examples Deployers Values Bounds Pairs Random];
    ConditionEventSourceToken "condition.event-source-token" Condition Must
        "EventSourceToken becomes StringEquals lambda:EventSourceToken, unchanged."
        [Statement Recorded "fld-06, tf-01"]
        [Shape 2]
        [Examples Deployers Values Bounds Pairs Random];
    ConditionFunctionUrlAuthType "condition.function-url-auth-type" Condition Must
        "FunctionUrlAuthType becomes StringEquals lambda:FunctionUrlAuthType, unchanged."
        [Statement Recorded "fld-05, url-01"]
        [Shape 2]
        [Examples Deployers Values Bounds Pairs Random];
    ConditionMerged "condition.merged" Condition Must
        "All conditions that were asked for stand together: none dropped, none invented."
        [Statement Documented "boto3 page, first example; fld-05, logs-01"]
        [Shape 3]
        [Examples Deployers Pairs Random];
    ConditionAbsent "condition.absent" Condition Must
        "Without a condition to put in it there is no member Condition."
        [Statement Documented "boto3 page, second example; rm-01, fld-03"]
        [Shape 3]
        [Examples Deployers Values Pairs Random Sequences];
    ErrorNotFound "error.not-found" Error Must
        "A function that does not exist is reported as not found."
        [Status Documented "API page, errors", Code Documented "API page, errors; pe-07"]
        [Refuse 2]
        [Values Random Sequences];
    ErrorConflict "error.conflict" Error Must
        "A StatementId that the policy holds already is refused as a conflict, same content or other."
        [Status Documented "API page, errors; pe-14", Code Documented "API page, errors; pe-14"]
        [Refuse 2]
        [Values Sequences];
    ErrorPrecondition "error.precondition" Error Must
        "A RevisionId that is not the current one is refused as a failed precondition."
        [Status Documented "API page, errors; rev-01, ver-07", Code Documented "API page, errors; rev-01"]
        [Refuse 2]
        [Values Random Sequences];
    ErrorPolicyLength "error.policy-length" Error Must
        "A policy cannot grow far beyond 20,480 characters; what is refused for it is not stored."
        [Status Documented "API page, errors", Code Documented "API page, errors; gh-07"]
        [Refuse 1]
        [Sequences];
    ErrorShape "error.shape" Error Must
        "An error carries its code in x-amzn-errortype and a JSON object with a message, and code and status fit."
        [Wire Recorded "rev-01, pe-01 to pe-16"]
        [Shape 10]
        [Values Bounds NearMisses Types Random Sequences];
    ErrorNotStored "error.not-stored" Error Must
        "What was refused is not in the policy, and what was there still is."
        [Policy Documented "API page, errors; ver-07 with ver-08"]
        [Shape 3]
        [Values Bounds NearMisses Types Random Sequences];
    ErrorRevisionUntouched "error.revision-untouched" Error Must
        "A refused request leaves the revision of the policy as it was."
        [Policy Assumed "a refusal is no write"]
        [Shape 1]
        [Sequences];
    ErrorNoServerFault "error.no-server-fault" Error Must
        "No request makes the server fail with a 5xx status, again and again."
        [Status Documented "API page, errors: what is wrong with a request has errors of its own"]
        [Shape 10]
        [Values Bounds NearMisses Types Pairs Random Sequences];
    ErrorMessages "error.messages" Error Should
        "The texts of errors and the spelling of message or Message are as recorded."
        [Message Recorded "pe-01 to pe-16, rev-01"]
        [Shape 5]
        [Values NearMisses Sequences];
    PolicyExact "policy.exact" Policy Must
        "GetPolicy returns exactly the accepted statements, unchanged."
        [Policy Recorded "ap-02, ver-12, mu-03, rm-06"]
        [Shape 5]
        [Values Bounds NearMisses Types Pairs Random Sequences];
    PolicyOrder "policy.order" Policy Must
        "GetPolicy returns the statements in the order in which they were added."
        [Policy Documented "Developer Guide of September 2026: AddPermission appends; ver-12, mu-03"]
        [Shape 3]
        [Values Bounds Pairs Random Sequences];
    PolicyDocument "policy.document" Policy Must
        "The policy is a JSON object with Version 2012-10-17, Id default and Statement, beside a RevisionId."
        [Policy Recorded "ap-02"]
        [Shape 3]
        [Values Bounds Pairs Random Sequences];
    PolicyPerTarget "policy.per-target" Policy Must
        "The function, each version and each alias have policies of their own."
        [Policy Recorded "ver-04, ver-10"]
        [Shape 2]
        [Values Sequences];
    PolicyPublishCopiesNothing "policy.publish-copies-nothing" Policy Must
        "Publishing a version copies no statement to it."
        [Policy Recorded "ver-04"]
        [Shape 1]
        [Sequences];
    PolicyAbsent "policy.absent" Policy Must
        "GetPolicy is 404 where nothing was granted, and again after the last statement was removed."
        [Status Recorded "pe-06, ver-04, rm-09", Code Recorded "pe-06, rm-09"]
        [Refuse 2]
        [Values Sequences];
    StatementIdUniquePerPolicy "statement-id.unique-per-policy" StatementId Must
        "A StatementId is taken only within one policy, and against every statement of it."
        [Status Documented "API page, StatementId; pe-14, ver-01, ver-05",
            Code Documented "API page, errors; pe-14"]
        [Accept 1, Refuse 1]
        [Values Sequences];
    StatementIdCaseSensitive "statement-id.case-sensitive" StatementId Must
        "A StatementId that differs in case from one that is taken is free."
        [Status Documented "API page, errors: already exists"]
        [Accept 1]
        [Values Sequences];
    StatementIdReusable "statement-id.reusable" StatementId Must
        "A StatementId is free again after its statement was removed."
        [Status Documented "API page, errors: already exists"]
        [Accept 1]
        [Values Sequences];
    RevisionIdChangesOnWrite "revision-id.changes-on-write" RevisionId Must
        "Each add and each removal changes the revision of the policy."
        [Policy Recorded "ver-10 to ver-12, rm-03, rm-06"]
        [Shape 2]
        [Values Sequences];
    RevisionIdStableOtherwise "revision-id.stable-otherwise" RevisionId Must
        "Reads, writes to other policies and PublishVersion leave the revision of the policy alone."
        [Policy Recorded "ver-03, ver-10, rm-07"]
        [Shape 2]
        [Sequences];
    RevisionIdCurrentAccepted "revision-id.current-accepted" RevisionId Must
        "A write that names the current revision is accepted."
        [Status Documented "API page, RevisionId; ver-11, rm-08"]
        [Accept 1]
        [Values Sequences];
    RevisionIdStaleRefused "revision-id.stale-refused" RevisionId Must
        "A write that names an earlier revision, or another policy's, is refused."
        [Status Documented "API page, RevisionId", Code Documented "API page, errors"]
        [Refuse 1]
        [Values Sequences];
    RemoveOneOnly "remove.one-only" Remove Must
        "RemovePermission removes the one statement and keeps the rest, in order."
        [Policy Recorded "rm-06"]
        [Shape 1]
        [Sequences];
    RemoveStatus "remove.status" Remove Must
        "RemovePermission is answered with status 204 and no body."
        [Status Recorded "rm-05, rm-08", Wire Recorded "rm-05, rm-08"]
        [Accept 2]
        [Values Sequences];
    RemoveNotFound "remove.not-found" Remove Must
        "RemovePermission is 404 without the function, without a policy, and without the statement."
        [Status Recorded "pe-08, pe-15, pe-16, rm-04", Code Recorded "pe-08, pe-15, pe-16, rm-04"]
        [Refuse 2]
        [Values Sequences];
    FunctionIsolated "function.isolated" Lifecycle Must
        "A grant on one function shows on no other."
        [Policy Documented "API page, introduction"]
        [Shape 1]
        [Sequences];
    FunctionRecreatedEmpty "function.recreated-empty" Lifecycle Must
        "A new function of an old name starts without a policy."
        [Policy Assumed "a policy goes with its function"]
        [Shape 1]
        [Sequences];
    AliasRecreatedEmpty "alias.recreated-empty" Lifecycle Must
        "A new alias of an old name starts without a policy."
        [Policy Assumed "a policy goes with its alias"]
        [Shape 1]
        [Sequences];
    PolicyGoesWithFunction "policy.goes-with-function" Lifecycle Must
        "The policy of a function that was deleted is not read any more."
        [Policy Assumed "a policy goes with its function"]
        [Shape 1]
        [Sequences];
    RaceOneWinnerPerId "race.one-winner-per-id" Race Must
        "Of several adds of one StatementId at once, at most one succeeds."
        [Status Documented "API page, errors: already exists"]
        [Shape 1]
        [Races];
    RaceOneWinnerPerRevision "race.one-winner-per-revision" Race Must
        "Of several writes at once that name one revision, at most one succeeds."
        [Status Documented "API page, RevisionId"]
        [Shape 1]
        [Races];
    RaceNoLostUpdate "race.no-lost-update" Race Must
        "What was acknowledged is in the policy, also when several writes were under way."
        [Policy Documented "API page, introduction: adds a statement"]
        [Shape 1]
        [Races];
    RaceReadsConsistent "race.reads-consistent" Race Must
        "Every read under way beside writes shows a state that some order of them explains."
        [Policy Assumed "each policy is one register"]
        [Shape 1]
        [Races];
    WireAnswers "wire.answers" Wire Must
        "Every request is answered with a whole HTTP response."
        [Wire Documented "API page, response syntax"]
        [Shape 10]
        [Examples Deployers Values Bounds NearMisses Types Pairs Random Sequences];
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::rule::{Aspect, Direction};

    #[test]
    fn every_rule_stands_at_its_own_place() {
        for (at, id) in RuleId::ALL.iter().enumerate() {
            assert_eq!(RULES[at].id, *id);
            assert_eq!(RuleId::from_name(id.name()), Some(*id));
        }
    }

    #[test]
    fn no_id_is_given_twice() {
        let mut names: Vec<_> = RuleId::ALL.iter().map(|id| id.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), RuleId::ALL.len());
    }

    #[test]
    fn every_rule_has_a_sentence_a_least_number_and_a_phase() {
        for rule in RULES {
            assert!(rule.sentence.ends_with('.'), "{}", rule.id);
            assert!(!rule.phases.is_empty() && !rule.aspects.is_empty(), "{}", rule.id);
            assert!(rule.directions.iter().all(|(_, least)| *least > 0), "{}", rule.id);
        }
    }

    #[test]
    fn a_rule_that_refuses_speaks_of_the_status() {
        for rule in RULES {
            if rule.directions.iter().any(|(direction, _)| *direction != Direction::Shape) {
                assert!(rule.evidence(Aspect::Status).is_some(), "{}", rule.id);
            }
        }
    }
}
