//! Which of a request's faults are raised, and which of them is answered.

use super::readings::{Reading, Readings};
use super::reply::ErrorReply;
use super::state::State;
use crate::model::principal::Principal;
use crate::model::{Analysis, Fault, FaultKind, Force, ParsedBody, Request};
use crate::spec::{ErrorCode, Member, RuleId};

/// The most characters that a policy may have.
const POLICY_LIMIT: usize = 20_480;

/// What a policy's text has around its statements.
const EMPTY_POLICY: &str = r#"{"Version":"2012-10-17","Id":"default","Statement":[]}"#;

/// The faults that an implementation with these readings raises.
pub(super) fn raised(state: &State, analysis: &Analysis, readings: Readings) -> Vec<Fault> {
    let mut faults: Vec<Fault> = analysis
        .faults
        .iter()
        .filter(|fault| is_raised(state, analysis, fault, readings))
        .cloned()
        .collect();
    if faults.is_empty() && analysis.grant.is_none() {
        // A name that means nothing here cannot be granted on, whatever its form.
        faults.extend(analysis.faults.iter().find(|f| f.kind == FaultKind::OtherForm).cloned());
    }
    faults.extend(policy_length(state, analysis, readings));
    faults.extend(added(state, analysis, readings));
    faults
}

/// Whether one fault is raised: what is certain is, and of what is open that which AWS refuses or
/// a reading refuses.
fn is_raised(state: &State, analysis: &Analysis, fault: &Fault, readings: Readings) -> bool {
    let text = fault.member.and_then(|member| body_text(analysis, member)).unwrap_or_default();
    match &fault.kind {
        // Computed here, by the text's own length.
        FaultKind::PolicyLength(_) | FaultKind::Concurrent | FaultKind::StateUnknown => false,
        FaultKind::Precondition => {
            let own = own_revision_counts(state, analysis, readings)
                && analysis.grant.as_ref().and_then(|grant| state.own_revision(grant))
                    == Some(text);
            let absent = text.is_empty() && readings.has(Reading::EmptyRevisionAbsent);
            !(own || absent)
        }
        FaultKind::WrongType(_) if fault.member == Some(Member::InvokedViaFunctionUrl) => {
            !readings.has(Reading::UrlFlagIgnored) && !readings.has(Reading::PageEdition)
        }
        FaultKind::NullOptional => readings.has(Reading::NullRefused),
        FaultKind::UnknownMember => readings.has(Reading::UnknownMembersRefused),
        FaultKind::TooLong(64) if fault.member == Some(Member::FunctionName) => {
            readings.has(Reading::BareNameLimit)
        }
        FaultKind::OtherForm => {
            readings.has(Reading::OtherFormsInvalid) || readings.has(Reading::OtherFormsNotFound)
        }
        FaultKind::AuthTypeAction if fault.force == Force::Open => {
            let wildcard = matches!(body_text(analysis, Member::Action), Some("*" | "lambda:*"));
            !(wildcard && readings.has(Reading::WildcardUrlAction))
        }
        FaultKind::ActionOpen => readings.has(Reading::InventedActionsRefused),
        FaultKind::UrlConditionOpen => readings.has(Reading::UrlFlagActionChecked),
        FaultKind::PublicPolicy => readings.has(Reading::PublicBlocked),
        FaultKind::PrincipalOpen => match Principal::read(text) {
            // Of the retail domain only Alexa's services are known; another one was refused (gh-13).
            Principal::Service if text.ends_with(".amazon.com") => {
                !readings.has(Reading::AnyPrincipal)
            }
            Principal::Service => readings.has(Reading::UnknownServicesRefused),
            Principal::Account => readings.has(Reading::ForeignAccountsRefused),
            Principal::IamArn => {
                readings.has(Reading::IamPrincipalsRefused) && !state.is_a_role(text)
            }
            _ => !text.starts_with("arn:") && !readings.has(Reading::AnyPrincipal),
        },
        FaultKind::Pattern | FaultKind::TooShort(_) if fault.member == Some(Member::Qualifier) => {
            let empty = matches!(&analysis.request, Request::AddPermission(add)
                if add.qualifier.as_deref() == Some(""));
            !empty || readings.has(Reading::EmptyQualifierRefused)
        }
        FaultKind::Pattern if is_readers_choice(fault, analysis) => {
            readings.has(Reading::EcmaPatterns)
        }
        FaultKind::Pattern | FaultKind::TooShort(_) | FaultKind::TooLong(_)
            if is_empty_optional(fault, text) =>
        {
            !readings.has(Reading::EmptyOptionalAbsent)
        }
        _ => true,
    }
}

/// Whether the text is one on which readers of a pattern's language differ, and Java takes it.
fn is_readers_choice(fault: &Fault, analysis: &Analysis) -> bool {
    let Some(member) = fault.member else { return false };
    body_text(analysis, member).is_some_and(|text| {
        crate::model::constraint::readers_differ(member, text)
            && !fault.message.contains("regular expression")
    })
}

fn is_empty_optional(fault: &Fault, text: &str) -> bool {
    text.is_empty()
        && matches!(
            fault.member,
            Some(Member::EventSourceToken | Member::SourceAccount | Member::SourceArn)
        )
}

/// Whether an own revision is current while the grant's policy does not exist.
fn own_revision_counts(state: &State, analysis: &Analysis, readings: Readings) -> bool {
    let Some(grant) = &analysis.grant else { return false };
    let is_alias = grant.qualifier.as_ref().is_some_and(|name| {
        state.world.functions.get(&grant.function).is_some_and(|f| f.aliases.contains_key(name))
    });
    let counts = if is_alias {
        !readings.has(Reading::AliasRevisionForeign)
    } else {
        grant.qualifier.is_none() && readings.has(Reading::FunctionRevisionCurrent)
    };
    counts && !state.policy(grant).exists()
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
fn policy_length(state: &State, analysis: &Analysis, readings: Readings) -> Option<Fault> {
    let (grant, shape) = (analysis.grant.as_ref()?, analysis.statement.as_ref()?);
    let policy = state.policy(grant);
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
        let message = format!("The final policy size ({size}) is bigger than the limit ({limit}).");
        Fault::new(
            FaultKind::PolicyLength(size),
            None,
            RuleId::ErrorPolicyLength,
            ErrorCode::PolicyLengthExceededException,
            message,
        )
    })
}

/// Faults that only a reading knows.
fn added(state: &State, analysis: &Analysis, readings: Readings) -> Option<Fault> {
    if !matches!(analysis.request, Request::AddPermission(_)) {
        return None;
    }
    let grant = analysis.grant.as_ref()?;
    let is_latest = grant
        .qualifier
        .as_deref()
        .is_some_and(|name| name != "$LATEST" && name.eq_ignore_ascii_case("$LATEST"));
    // A function that is not there is not found, whatever the qualifier.
    let is_there = state.world.functions.contains_key(&grant.function);
    if readings.has(Reading::LatestInOtherCase) && is_latest && is_there {
        return Some(Fault::new(
            FaultKind::Latest,
            Some(Member::Qualifier),
            RuleId::QualifierLatest,
            ErrorCode::InvalidParameterValueException,
            "We currently do not support adding policies for $LATEST.".into(),
        ));
    }
    None
}

/// The place of a fault in the order in which faults win; the smaller wins.
fn place(fault: &Fault, readings: Readings) -> u32 {
    let has = |reading| readings.has(reading);
    match &fault.kind {
        FaultKind::Unroutable => 0,
        FaultKind::WrongType(_) if has(Reading::ValidationBeforeSerialization) => 25,
        FaultKind::WrongType(_) | FaultKind::BodyMalformed | FaultKind::BodyNotAnObject => 10,
        kind if is_validation(kind) => 20,
        FaultKind::OtherForm => 21,
        FaultKind::OtherAccount | FaultKind::OtherRegion(_) | FaultKind::OtherPartition
            if has(Reading::RegionBeforeValidation) =>
        {
            5
        }
        FaultKind::OtherAccount => 30,
        FaultKind::OtherRegion(_) | FaultKind::OtherPartition => 31,
        FaultKind::Mismatch if has(Reading::MismatchBeforeRegion) => 29,
        FaultKind::Mismatch => 40,
        FaultKind::Latest if has(Reading::LatestBeforeMismatch) => 39,
        FaultKind::Latest => 50,
        FaultKind::AuthTypeAction | FaultKind::UrlConditionOpen => 60,
        FaultKind::FunctionNotFound
        | FaultKind::NameCase
        | FaultKind::VersionNotFound
        | FaultKind::AliasNotFound
        | FaultKind::QualifierNotFound => {
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
        FaultKind::PrincipalInvalid
        | FaultKind::MalformedArn
        | FaultKind::PrincipalOpen
        | FaultKind::ActionOpen
        | FaultKind::PublicPolicy => {
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
        FaultKind::Conflict if has(Reading::ConflictBeforeRevision) => 88,
        FaultKind::Conflict => 92,
        FaultKind::PolicyLength(_) if has(Reading::LengthBeforeConflict) => 85,
        FaultKind::PolicyLength(_) => 95,
        _ => 90,
    }
}

/// Whether the fault is one of those that AWS lists together in one message.
fn is_validation(kind: &FaultKind) -> bool {
    matches!(
        kind,
        FaultKind::Missing
            | FaultKind::BodyEmpty
            | FaultKind::NullOptional
            | FaultKind::UnknownMember
            | FaultKind::Pattern
            | FaultKind::TooShort(_)
            | FaultKind::TooLong(_)
            | FaultKind::NotAValue
    )
}

/// The fault that wins, with the error that answers it; `None` where there is no fault.
pub(super) fn answer(faults: &[Fault], readings: Readings) -> Option<(Fault, ErrorReply)> {
    let winner = faults.iter().min_by_key(|fault| place(fault, readings))?;
    if !is_validation(&winner.kind) {
        return Some((winner.clone(), single(winner, readings)));
    }
    let mut together: Vec<&Fault> =
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
fn single(fault: &Fault, readings: Readings) -> ErrorReply {
    let mut reply = ErrorReply::from(fault);
    match &fault.kind {
        FaultKind::Unroutable => {
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
        FaultKind::OtherForm if readings.has(Reading::OtherFormsInvalid) => {
            reply = reply.coded(ErrorCode::ValidationException);
        }
        FaultKind::ActionOpen => {
            reply.message = "The provided action was invalid.".into();
        }
        FaultKind::Precondition if readings.has(Reading::OlderTexts) => {
            reply.message = reply.message.replace("GetPolicy", "GetFunction/GetAlias");
        }
        _ => {}
    }
    recoded(fault, reply, readings)
}

/// Codes that are known from siblings or assumed, as the readings have them.
fn recoded(fault: &Fault, reply: ErrorReply, readings: Readings) -> ErrorReply {
    use ErrorCode::{
        AccessDeniedException, InvalidParameterValueException, ResourceNotFoundException,
        ValidationException,
    };
    let has = |reading| readings.has(reading);
    match (&fault.kind, fault.member) {
        (FaultKind::Pattern | FaultKind::TooLong(_), Some(Member::FunctionName))
            if has(Reading::NameCodeInvalidParameter) =>
        {
            reply.coded(InvalidParameterValueException)
        }
        (FaultKind::Missing, _) if has(Reading::RequiredCodeInvalidParameter) => {
            reply.coded(InvalidParameterValueException)
        }
        (FaultKind::TooLong(_), Some(Member::Qualifier))
            if has(Reading::QualifierLengthCodeInvalidParameter) =>
        {
            reply.coded(InvalidParameterValueException)
        }
        (FaultKind::OtherAccount, _) if has(Reading::AccountNotFound) => {
            reply.coded(ResourceNotFoundException)
        }
        (FaultKind::OtherRegion(_), _) if has(Reading::RegionInvalid) => {
            reply.coded(InvalidParameterValueException)
        }
        (FaultKind::OtherRegion(_), _) if has(Reading::RegionDenied) => {
            reply.coded(AccessDeniedException)
        }
        (FaultKind::BodyMalformed | FaultKind::BodyNotAnObject, _) => {
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
        (FaultKind::WrongType(_), _) if has(Reading::TypeValidation) => {
            reply.coded(ValidationException)
        }
        (FaultKind::WrongType(_), _) if has(Reading::TypeInvalidParameter) => {
            reply.coded(InvalidParameterValueException)
        }
        _ => reply,
    }
}
