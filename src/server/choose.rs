//! Selection of the error: which reasons to reject a request are raised, and which one wins.

use super::readings::{Reading, Readings};
use super::reply::ErrorReply;
use super::state::State;
use crate::contract::{ErrorCode, Member, RuleId, messages};
use crate::model::principal::Principal;
use crate::model::{Analysis, ParsedBody, RejectKind, RejectReason, Request, Requirement};

/// Maximum number of characters in a policy.
const POLICY_LIMIT: usize = 20_480;

/// Number of characters around the statements of a policy.
const EMPTY_POLICY: &str = r#"{"Version":"2012-10-17","Id":"default","Statement":[]}"#;

/// The reasons that an implementation with these readings raises.
pub(super) fn raised(state: &State, analysis: &Analysis, readings: Readings) -> Vec<RejectReason> {
    let mut faults: Vec<RejectReason> = analysis
        .faults
        .iter()
        .filter(|fault| is_raised(state, analysis, fault, readings))
        .cloned()
        .collect();
    if faults.is_empty() && analysis.resource.is_none() {
        // A name that means nothing here cannot be granted on, whatever its form.
        faults.extend(analysis.faults.iter().find(|f| f.kind == RejectKind::OtherForm).cloned());
    }
    faults.extend(policy_length(state, analysis, readings));
    faults.extend(added(state, analysis, readings));
    faults
}

/// Whether a reason is raised: if it is certain, or if AWS or a reading rejects such requests.
fn is_raised(state: &State, analysis: &Analysis, fault: &RejectReason, readings: Readings) -> bool {
    let text = fault.member.and_then(|member| body_text(analysis, member)).unwrap_or_default();
    match &fault.kind {
        // Computed here, by the text's own length.
        RejectKind::PolicyLength(_) | RejectKind::Concurrent | RejectKind::StateUnknown => false,
        RejectKind::Precondition => {
            let own = own_revision_counts(state, analysis, readings)
                && analysis.resource.as_ref().and_then(|resource| state.own_revision(resource))
                    == Some(text);
            let absent = text.is_empty() && readings.has(Reading::EmptyRevisionAbsent);
            !(own || absent)
        }
        RejectKind::WrongType(_) if fault.member == Some(Member::InvokedViaFunctionUrl) => {
            !readings.has(Reading::UrlFlagIgnored) && !readings.has(Reading::PageEdition)
        }
        RejectKind::NullOptional => readings.has(Reading::NullRefused),
        RejectKind::UnknownMember => readings.has(Reading::UnknownMembersRefused),
        RejectKind::TooLong(64) if fault.member == Some(Member::FunctionName) => {
            readings.has(Reading::BareNameLimit)
        }
        RejectKind::OtherForm => {
            readings.has(Reading::OtherFormsInvalid) || readings.has(Reading::OtherFormsNotFound)
        }
        RejectKind::AuthTypeAction if fault.requirement == Requirement::May => {
            let wildcard = matches!(body_text(analysis, Member::Action), Some("*" | "lambda:*"));
            !(wildcard && readings.has(Reading::WildcardUrlAction))
        }
        RejectKind::ActionOpen => readings.has(Reading::InventedActionsRefused),
        RejectKind::TokenBeside => readings.has(Reading::TokenBesideRefused),
        RejectKind::UrlFlagAction => {
            !(readings.has(Reading::UrlFlagActionAccepted)
                || readings.has(Reading::UrlFlagIgnored)
                || readings.has(Reading::PageEdition))
        }
        RejectKind::UrlConditionOpen => readings.has(Reading::UrlFlagActionChecked),
        RejectKind::PublicPolicy => readings.has(Reading::PublicBlocked),
        RejectKind::PrincipalOpen => match Principal::read(text) {
            // Of the retail domain only Alexa's services are known; another one was refused
            // (gh-13).
            Principal::Service if text.ends_with(".amazon.com") => {
                !readings.has(Reading::AnyPrincipal)
            }
            Principal::Service => readings.has(Reading::UnknownServicesRefused),
            Principal::Account => readings.has(Reading::ForeignAccountsRefused),
            Principal::IamArn => readings.has(Reading::IamPrincipalsRefused),
            _ => !text.starts_with("arn:") && !readings.has(Reading::AnyPrincipal),
        },
        RejectKind::Pattern | RejectKind::TooShort(_)
            if fault.member == Some(Member::Qualifier) =>
        {
            let empty = matches!(&analysis.request, Request::AddPermission(add)
                if add.qualifier.as_deref() == Some(""));
            !empty || readings.has(Reading::EmptyQualifierRefused)
        }
        RejectKind::Pattern if is_readers_choice(fault, analysis) => {
            readings.has(Reading::EcmaPatterns)
        }
        RejectKind::Pattern | RejectKind::TooShort(_) | RejectKind::TooLong(_)
            if is_empty_optional(fault, text) =>
        {
            !readings.has(Reading::EmptyOptionalAbsent)
        }
        _ => true,
    }
}

/// Whether the text is one on which readers of a pattern's language differ, and Java takes it.
fn is_readers_choice(fault: &RejectReason, analysis: &Analysis) -> bool {
    let Some(member) = fault.member else { return false };
    body_text(analysis, member).is_some_and(|text| {
        crate::model::constraint::readers_differ(member, text)
            && !fault.message.contains("regular expression")
    })
}

fn is_empty_optional(fault: &RejectReason, text: &str) -> bool {
    text.is_empty()
        && matches!(
            fault.member,
            Some(Member::EventSourceToken | Member::SourceAccount | Member::SourceArn)
        )
}

/// Whether an own revision is current while the grant's policy does not exist.
fn own_revision_counts(state: &State, analysis: &Analysis, readings: Readings) -> bool {
    let Some(resource) = &analysis.resource else { return false };
    let is_alias = resource.qualifier.as_ref().is_some_and(|name| {
        state.world.functions.get(&resource.function).is_some_and(|f| f.aliases.contains_key(name))
    });
    let counts = if is_alias {
        !readings.has(Reading::AliasRevisionForeign)
    } else {
        resource.qualifier.is_none() && readings.has(Reading::FunctionRevisionCurrent)
    };
    counts && !state.policy(resource).exists()
}

/// A string member of the body.
pub(super) fn body_text(analysis: &Analysis, member: Member) -> Option<&str> {
    match &analysis.request {
        Request::AddPermission(add) => match &add.body {
            ParsedBody::Object(members) => members.get(member.name())?.as_str(),
            _ => None,
        },
        Request::RemovePermission(remove) if member == Member::RevisionId => {
            remove.revision_id.as_deref()
        }
        _ => None,
    }
}

/// The fault of a policy that would grow too long, by the length of its text.
fn policy_length(state: &State, analysis: &Analysis, readings: Readings) -> Option<RejectReason> {
    let (resource, shape) = (analysis.resource.as_ref()?, analysis.statement.as_ref()?);
    let policy = state.policy(resource);
    let count = |statement: &serde_json::Value| {
        if readings.has(Reading::PolicyLimitOwn) {
            super::reply::spaced(statement).chars().count() + 2
        } else {
            statement.to_string().chars().count() + 1
        }
    };
    let size = EMPTY_POLICY.len() - 1
        + policy.statements.iter().map(count).sum::<usize>()
        + count(&shape.render());
    let limit = if readings.has(Reading::PolicyLimitLow) {
        18_500
    } else if readings.has(Reading::PolicyLimitHigh) {
        22_500
    } else {
        POLICY_LIMIT
    };
    (size > limit).then(|| {
        let message = messages::policy_too_large(size, limit);
        RejectReason::new(
            RejectKind::PolicyLength(size),
            None,
            RuleId::ErrorPolicyLength,
            ErrorCode::PolicyLengthExceededException,
            message,
        )
    })
}

/// Reasons that only exist in a reading.
fn added(state: &State, analysis: &Analysis, readings: Readings) -> Option<RejectReason> {
    if !matches!(analysis.request, Request::AddPermission(_)) {
        return None;
    }
    let resource = analysis.resource.as_ref()?;
    let is_latest = resource
        .qualifier
        .as_deref()
        .is_some_and(|name| name != "$LATEST" && name.eq_ignore_ascii_case("$LATEST"));
    // A function that is not there is not found, whatever the qualifier.
    let is_there = state.world.functions.contains_key(&resource.function);
    if readings.has(Reading::LatestInOtherCase) && is_latest && is_there {
        return Some(RejectReason::new(
            RejectKind::Latest,
            Some(Member::Qualifier),
            RuleId::QualifierLatest,
            ErrorCode::InvalidParameterValueException,
            "We currently do not support adding policies for $LATEST.".into(),
        ));
    }
    None
}

/// The precedence of a reason; the smallest wins.
fn place(fault: &RejectReason, readings: Readings) -> u32 {
    let has = |reading| readings.has(reading);
    match &fault.kind {
        RejectKind::Unroutable => 0,
        RejectKind::WrongType(_) if has(Reading::ValidationBeforeSerialization) => 25,
        RejectKind::WrongType(_) | RejectKind::BodyMalformed | RejectKind::BodyNotAnObject => 10,
        kind if is_validation(kind) => 20,
        RejectKind::OtherForm => 21,
        RejectKind::OtherAccount | RejectKind::OtherRegion(_) | RejectKind::OtherPartition
            if has(Reading::RegionBeforeValidation) =>
        {
            5
        }
        RejectKind::OtherAccount => 30,
        RejectKind::OtherRegion(_) | RejectKind::OtherPartition => 31,
        RejectKind::Mismatch if has(Reading::MismatchBeforeRegion) => 29,
        RejectKind::Mismatch => 40,
        RejectKind::Latest if has(Reading::LatestBeforeMismatch) => 39,
        RejectKind::Latest => 50,
        RejectKind::AuthTypeAction | RejectKind::UrlConditionOpen => 60,
        RejectKind::FunctionNotFound
        | RejectKind::NameCase
        | RejectKind::VersionNotFound
        | RejectKind::AliasNotFound
        | RejectKind::QualifierNotFound => {
            if has(Reading::NotFoundFirst) {
                6
            } else if has(Reading::NotFoundBeforeLatest) {
                45
            } else if has(Reading::NotFoundBeforeAuthType) {
                55
            } else {
                70
            }
        }
        RejectKind::PrincipalInvalid
        | RejectKind::MalformedArn
        | RejectKind::PrincipalOpen
        | RejectKind::ActionOpen
        | RejectKind::PublicPolicy => {
            if has(Reading::PrincipalBeforeAuthType) {
                56
            } else if has(Reading::PrincipalBeforeNotFound) {
                65
            } else if has(Reading::PrincipalAfterState) {
                99
            } else {
                80
            }
        }
        RejectKind::Conflict if has(Reading::ConflictBeforeRevision) => 88,
        RejectKind::Conflict => 92,
        RejectKind::PolicyLength(_) if has(Reading::LengthBeforeConflict) => 85,
        RejectKind::PolicyLength(_) => 95,
        _ => 90,
    }
}

/// Whether the fault is one of those that AWS lists together in one message.
fn is_validation(kind: &RejectKind) -> bool {
    matches!(
        kind,
        RejectKind::Missing
            | RejectKind::BodyEmpty
            | RejectKind::NullOptional
            | RejectKind::UnknownMember
            | RejectKind::Pattern
            | RejectKind::TooShort(_)
            | RejectKind::TooLong(_)
            | RejectKind::NotAValue
    )
}

/// The fault that wins, with the error that answers it; `None` where there is no fault.
pub(super) fn answer(
    faults: &[RejectReason],
    readings: Readings,
) -> Option<(RejectReason, ErrorReply)> {
    let winner = faults.iter().min_by_key(|fault| place(fault, readings))?;
    if !is_validation(&winner.kind) {
        return Some((winner.clone(), single(winner, readings)));
    }
    let mut together: Vec<&RejectReason> =
        faults.iter().filter(|fault| is_validation(&fault.kind)).collect();
    if readings.has(Reading::ValidationByMember) {
        let mut seen = Vec::new();
        together.retain(|fault| {
            let first = fault.member.is_none() || !seen.contains(&fault.member);
            seen.push(fault.member);
            first
        });
    }
    if readings.has(Reading::ValidationReversed) {
        together.reverse();
    }
    if readings.has(Reading::FirstFaultOnly) {
        together.truncate(1);
    } else if readings.has(Reading::LastFaultOnly) {
        together.drain(..together.len() - 1);
    }
    let first = (*together.first()?).clone();
    // One message may hold several texts already: an empty body lacks three members.
    let texts: Vec<&str> = together.iter().flat_map(|fault| split_texts(&fault.message)).collect();
    let reply = ErrorReply::validation(&texts);
    Some((first.clone(), recoded(&first, reply, readings)))
}

/// The single texts of a message, each of which starts with `Value`.
fn split_texts(message: &str) -> Vec<&str> {
    if message.starts_with("Value null at") { message.split("; ").collect() } else { vec![message] }
}

/// The error of a fault that stands alone.
fn single(fault: &RejectReason, readings: Readings) -> ErrorReply {
    let mut reply = ErrorReply::from(fault);
    match &fault.kind {
        RejectKind::Unroutable => {
            reply = ErrorReply::new(
                ErrorCode::AccessDeniedException,
                "Unable to determine service/operation name to be authorized",
            );
            if readings.has(Reading::UnroutableNotFound) {
                reply = reply.coded(ErrorCode::UnknownOperationException).with_status(404);
            } else if readings.has(Reading::UnroutableInvalid) {
                reply = reply.coded(ErrorCode::ValidationException);
            }
        }
        RejectKind::OtherForm if readings.has(Reading::OtherFormsInvalid) => {
            reply = reply.coded(ErrorCode::ValidationException);
        }
        RejectKind::ActionOpen => {
            reply.message = "The provided action was invalid.".into();
        }
        RejectKind::Precondition if readings.has(Reading::OlderTexts) => {
            reply.message = reply.message.replace("GetPolicy", "GetFunction/GetAlias");
        }
        _ => {}
    }
    recoded(fault, reply, readings)
}

/// Codes that are known from siblings or assumed, as the readings have them.
fn recoded(fault: &RejectReason, reply: ErrorReply, readings: Readings) -> ErrorReply {
    use ErrorCode::{
        AccessDeniedException, InvalidParameterValueException, ResourceNotFoundException,
        ValidationException,
    };
    let has = |reading| readings.has(reading);
    match (&fault.kind, fault.member) {
        (RejectKind::TooLong(_), Some(Member::FunctionName))
            if has(Reading::NameCodeInvalidParameter) =>
        {
            reply.coded(InvalidParameterValueException)
        }
        (RejectKind::Missing, _) if has(Reading::RequiredCodeInvalidParameter) => {
            reply.coded(InvalidParameterValueException)
        }
        (RejectKind::TooLong(_), Some(Member::Qualifier))
            if has(Reading::QualifierLengthCodeInvalidParameter) =>
        {
            reply.coded(InvalidParameterValueException)
        }
        (RejectKind::OtherAccount, _) if has(Reading::AccountNotFound) => {
            reply.coded(ResourceNotFoundException)
        }
        (RejectKind::OtherRegion(_), _) if has(Reading::RegionInvalid) => {
            reply.coded(InvalidParameterValueException)
        }
        (RejectKind::OtherRegion(_), _) if has(Reading::RegionDenied) => {
            reply.coded(AccessDeniedException)
        }
        (RejectKind::BodyMalformed | RejectKind::BodyNotAnObject, _) => {
            if has(Reading::BodyValidation) {
                reply.coded(ValidationException)
            } else if has(Reading::BodyInvalidParameter) {
                reply.coded(InvalidParameterValueException)
            } else if has(Reading::BodyPlain) {
                ErrorReply { code: "InvalidRequestContentException".into(), ..reply }
            } else if has(Reading::BodyUnprocessable) {
                reply.with_status(422)
            } else {
                reply
            }
        }
        (RejectKind::WrongType(_), _) if has(Reading::TypeValidation) => {
            reply.coded(ValidationException)
        }
        (RejectKind::WrongType(_), _) if has(Reading::TypeInvalidParameter) => {
            reply.coded(InvalidParameterValueException)
        }
        _ => reply,
    }
}
