//! Readings: the admissible ways to settle what the evidence leaves open.
//!
//! Without any, the server answers as AWS does today, as far as that is known. Every reading is
//! something that a correct implementation could do; a suite that calls one a violation is wrong.

use std::fmt;

macro_rules! readings {
    ($($id:ident $name:literal $about:literal;)+) => {
        /// One admissible way to settle an open point.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Reading {
            $(#[doc = $about] $id,)+
        }

        impl Reading {
            /// Every reading.
            pub const ALL: &'static [Self] = &[$(Self::$id),+];

            /// The name, as the command line takes it.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$id => $name,)+ }
            }

            /// What it does, in a few words.
            pub const fn about(self) -> &'static str {
                match self { $(Self::$id => $about,)+ }
            }
        }
    };
}

readings! {
    FirstFaultOnly "first-fault-only" "of several validation errors only the first is reported";
    LastFaultOnly "last-fault-only" "of several validation errors only the last is reported";
    ValidationReversed "validation-reversed" "validation errors are listed in reverse";
    ValidationByMember "validation-one-a-member" "of several constraints that one value breaks only the first is listed";
    ValidationBeforeSerialization "validation-before-serialization" "a validation error wins over a wrong type";
    NotFoundFirst "not-found-first" "a missing target wins over faults of the body";
    PrincipalBeforeNotFound "principal-before-not-found" "a bad principal wins over a missing target";
    NotFoundBeforeLatest "not-found-before-latest" "a missing target wins over $LATEST";
    NotFoundBeforeAuthType "not-found-before-auth-type" "a missing target wins over a FunctionUrlAuthType with the wrong action";
    PrincipalBeforeAuthType "principal-before-auth-type" "a bad principal wins over a FunctionUrlAuthType with the wrong action";
    PrincipalAfterState "principal-after-state" "a conflict and a stale revision win over a bad principal";
    ConflictBeforeRevision "conflict-before-revision" "a taken StatementId wins over a stale revision";
    LengthBeforeConflict "length-before-conflict" "a policy that would be too long wins over a taken StatementId";
    LatestBeforeMismatch "latest-before-mismatch" "$LATEST wins over a suffix that differs from Qualifier";
    MismatchBeforeRegion "mismatch-before-region" "a suffix that differs from Qualifier wins over another region or account";
    RegionBeforeValidation "region-before-validation" "another region or account wins over faults of the body";
    PageEdition "page-edition" "patterns and lengths of the API page, 140 for a FunctionName";
    PageEdition202609 "page-2026-09-edition" "patterns and lengths of the API page of September 2026";
    BareNameLimit "bare-name-limit" "a bare name of more than 64 characters is a validation error";
    EcmaPatterns "ecma-patterns" "white space and line ends beyond ASCII count as such in patterns";
    UrlFlagIgnored "via-url-ignored" "InvokedViaFunctionUrl is ignored, whatever it holds";
    UrlFlagFalseOmitted "via-url-false-omitted" "InvokedViaFunctionUrl false makes no condition";
    UrlFlagActionChecked "via-url-action-checked" "InvokedViaFunctionUrl true is refused with any action but lambda:InvokeFunction";
    UrlFlagActionAccepted "via-url-with-url-action" "InvokedViaFunctionUrl true is accepted with lambda:InvokeFunctionUrl";
    TokenBesideRefused "token-beside-refused" "EventSourceToken is refused beside a source, FunctionUrlAuthType or InvokedViaFunctionUrl";
    BareFrontRefusals "bare-front-refusals" "control characters, backslashes, slashes and percent signs in path or query are refused with a bare page and 400";
    BusyAtTimes "busy-at-times" "one write in twelve is refused with 409, as another update is under way";
    PublicRemovalBlocked "public-removal-blocked" "a removal that leaves a policy for everybody is refused as public";
    NameCodeInvalidParameter "name-code-invalid-parameter" "a FunctionName that is too long is InvalidParameterValueException";
    RequiredCodeInvalidParameter "required-code-invalid-parameter" "a missing required member is InvalidParameterValueException";
    QualifierLengthCodeInvalidParameter "qualifier-length-code-invalid-parameter" "a Qualifier that is too long is InvalidParameterValueException";
    AccountNotFound "other-account-404" "a function of another account is not found";
    RegionInvalid "other-region-400" "a function of another region is InvalidParameterValueException";
    RegionDenied "other-region-403" "a function of another region is denied";
    BodyValidation "body-validation" "a body that cannot be read is ValidationException";
    BodyInvalidParameter "body-invalid-parameter" "a body that cannot be read is InvalidParameterValueException";
    BodyPlain "body-plain-400" "a body that cannot be read is a bare 400 InvalidRequestContentException";
    BodyUnprocessable "body-422" "a body that cannot be read is 422";
    TypeValidation "type-validation" "a wrong JSON type is ValidationException";
    TypeInvalidParameter "type-invalid-parameter" "a wrong JSON type is InvalidParameterValueException";
    UnroutableNotFound "unroutable-404" "a path that maps to no operation is 404 UnknownOperationException";
    UnroutableInvalid "unroutable-400" "a policy path whose label routers lose is a validation error";
    StatementReversed "statement-reversed" "the keys of a statement stand in reverse";
    ConditionReversed "condition-reversed" "operators and keys of a Condition stand in reverse";
    PolicyReversed "policy-reversed" "Version, Id and Statement of a policy stand in reverse";
    ErrorKeysReversed "error-keys-reversed" "Type and message of an error stand in reverse";
    SpacedJson "spaced-json" "statement and policy texts have blanks behind colons and commas";
    SpacedBody "spaced-body" "bodies have blanks behind colons and commas";
    EscapedSlashes "escaped-slashes" "slashes in JSON are escaped";
    MessageLowerCase "message-lower-case" "every error says message";
    MessageUpperCase "message-upper-case" "every error says Message";
    NoTypeMember "no-type-member" "no error has the member Type";
    TypeInBody "type-in-body" "the code stands in the body's __type as well";
    OtherTexts "other-texts" "errors have texts of their own";
    OlderTexts "older-texts" "a stale revision and an absent policy have the texts of before 2025";
    OtherFormsInvalid "other-forms-400" "forms of name that the page does not show are a validation error";
    OtherFormsNotFound "other-forms-404" "forms of name that the page does not show are not found";
    NullRefused "null-refused" "an explicit null for an optional member is a validation error";
    UnknownMembersRefused "unknown-members-refused" "a body member that is no input is refused";
    InventedActionsRefused "invented-actions-refused" "an action that Lambda does not know is refused";
    UnknownServicesRefused "unknown-services-refused" "a service principal that is not well known is refused";
    ForeignAccountsRefused "foreign-accounts-refused" "an account that is not known to exist is refused as principal";
    IamPrincipalsRefused "iam-principals-refused" "an IAM ARN is refused as principal, whoever runs under it";
    AnyPrincipal "any-principal" "a principal of a kind that nobody has recorded is accepted";
    PublicBlocked "public-blocked" "a grant to * is refused as public";
    EmptyQualifierRefused "empty-qualifier-refused" "an empty Qualifier is a validation error";
    EmptyOptionalAbsent "empty-optional-absent" "an empty SourceArn, SourceAccount or EventSourceToken is as if absent";
    EmptyRevisionAbsent "empty-revision-absent" "an empty RevisionId is as if absent";
    WildcardUrlAction "wildcard-url-action" "FunctionUrlAuthType is accepted with lambda:* and *";
    PolicyLimitLow "policy-limit-18500" "a policy is too long beyond 18,500 characters";
    PolicyLimitHigh "policy-limit-22500" "a policy is too long beyond 22,500 characters";
    PolicyLimitOwn "policy-limit-spaced" "the policy's length is counted with blanks between its parts";
    LatestInOtherCase "latest-any-case" "$latest in any case is refused as $LATEST is";
    FunctionRevisionCurrent "function-revision-current" "the function's own revision is current while no policy exists";
    AliasRevisionForeign "alias-revision-foreign" "an alias's own revision is not current while no policy exists";
    RevisionNumbers "revision-numbers" "revisions are numbers as text";
    RevisionHashes "revision-hashes" "revisions are hashes in hexadecimal";
    CodeUpdateChangesRevision "code-update-changes-revision" "updating a function's code changes the revision of its policy";
    AliasPolicySurvives "alias-policy-survives" "the policy of a deleted alias is there again for a new alias of that name (advisory)";
    CloseConnections "close-connections" "every answer closes its connection";
    Chunked "chunked" "bodies are sent in chunks without a length";
    TitleCaseHeaders "title-case-headers" "header names are in title case";
    Charset "charset" "the content type names a charset";
    ErrorTypeTail "error-type-tail" "the header x-amzn-errortype has a URL behind the code";
    ErrorTypePrefix "error-type-prefix" "the header x-amzn-errortype has a namespace before the code";
    ExtraHeaders "extra-headers" "answers carry headers that AWS's do not";
    ConcurrentUpdates "concurrent-updates" "a write that overlaps another to the same function is refused with 409";
}

/// A set of readings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Readings(u128);

/// No reading has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no reading is called {0:?}")]
pub struct UnknownReading(pub String);

impl Readings {
    /// Whether the reading is taken.
    pub const fn has(self, reading: Reading) -> bool {
        self.0 & (1 << reading as u32) != 0
    }

    /// The same set with one more reading.
    #[must_use]
    pub const fn with(self, reading: Reading) -> Self {
        Self(self.0 | 1 << reading as u32)
    }

    /// The readings of these names.
    pub fn from_names<'a>(
        names: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, UnknownReading> {
        names.into_iter().try_fold(Self::default(), |set, name| {
            Reading::from_name(name)
                .map(|reading| set.with(reading))
                .ok_or_else(|| UnknownReading(name.to_owned()))
        })
    }
}

impl FromIterator<Reading> for Readings {
    fn from_iter<I: IntoIterator<Item = Reading>>(readings: I) -> Self {
        readings.into_iter().fold(Self::default(), Self::with)
    }
}

impl Reading {
    /// The reading of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|reading| reading.name() == name)
    }
}

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

// The set is a number of 128 bits.
const _: () = assert!(Reading::ALL.len() <= 128);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_and_none_is_given_twice() {
        for reading in Reading::ALL {
            assert_eq!(Reading::from_name(reading.name()), Some(*reading));
        }
        assert!(Reading::ALL.len() >= 40);
    }

    #[test]
    fn a_set_holds_what_was_put_in() {
        let set = Readings::from_names(["chunked", "charset"]);
        assert_eq!(set, Ok([Reading::Chunked, Reading::Charset].into_iter().collect()));
        assert!(Readings::from_names(["nope"]).is_err());
    }
}
