//! Judging of rejections: whether one was due, which error it is, and its form.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::cause::{Finding, Judgement};
use crate::contract::{
    Aspect, Direction, ErrorCode, Evidence, EvidenceFloor, Member, RuleId, Topic,
};
use crate::model::{
    AddRequest, Analysis, ParsedBody, RejectKind, RejectReason, Request, Requirement, Statuses,
};
use crate::observation::{Answer, CodePlace};

/// The expected errors, one line per alternative.
pub(super) fn expected_lines(analysis: &Analysis, floor: EvidenceFloor) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for fault in &analysis.faults {
        if fault.requirement_at(floor) == Requirement::May {
            continue;
        }
        let refusal = &fault.refusal;
        let line = format!(
            "{} ({})  {} ({})",
            refusal.statuses, refusal.status_evidence, refusal.code, refusal.code_evidence
        );
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

/// Reports a success although an error was due: one finding per reason. Returns whether one was
/// due.
pub(super) fn report_missing_rejection(
    analysis: &Analysis,
    answer: &Answer,
    judgement: &mut Judgement,
) -> bool {
    let floor = judgement.judging.evidence;
    let mut due = false;
    for fault in &analysis.faults {
        let requirement = fault.requirement_at(floor);
        if requirement == Requirement::May {
            continue;
        }
        due = true;
        let mut finding = Finding::new(fault.rule, Aspect::Status, Direction::Refuse)
            .expected(expected_lines(analysis, floor))
            .at(fault)
            .keyed("accepted")
            .actual(answer)
            .differs("status", json!(fault.refusal.statuses.to_string()), answer.status());
        finding.evidence = fault.refusal.status_evidence;
        finding.advisory = requirement == Requirement::Should;
        judgement.find(finding);
    }
    due
}

/// Judges a response that is not a success.
pub(super) fn judge(analysis: &Analysis, answer: &Answer, judgement: &mut Judgement) {
    let floor = judgement.judging.evidence;
    let certain: Vec<&RejectReason> = analysis
        .faults
        .iter()
        .filter(|fault| fault.requirement_at(floor) == Requirement::Must)
        .collect();
    let elsewhere = certain.iter().any(|fault| fault.refusal.code.status() == answer.status());
    if is_denied(answer) && !elsewhere {
        // The target decides about permissions of the caller, so a denial shows nothing.
        judgement.unjudged = Some(format!("access was denied: {}", answer.status()));
        return;
    }
    if certain.is_empty() && is_blocked_removal(analysis, answer) {
        // Documented for an account that blocks public access: it shows nothing of the removal.
        shape(analysis, answer, judgement);
        judgement.unjudged = Some("the removal was blocked by PublicPolicyException".into());
        return;
    }
    if certain.is_empty() {
        let excuses = |fault: &RejectReason| match fault.kind {
            // A block on public grants says so.
            RejectKind::PublicPolicy => answer.code.as_deref() == Some(fault.refusal.code.name()),
            _ => fault.requirement_at(floor) != Requirement::Must,
        };
        let excused = analysis.faults.iter().any(excuses) && (400..500).contains(&answer.status());
        if excused {
            if analysis.faults.iter().any(|fault| fault.kind == RejectKind::OtherForm) {
                judgement.case_beside_success(RuleId::FunctionNameOtherForms, analysis);
            }
            advisory_refusal(analysis, answer, judgement);
            if !is_bare_refusal(analysis, answer) {
                shape(analysis, answer, judgement);
            }
            return;
        }
        // If a rejection was admissible as well, a server error is not reported as too strict.
        if reasons(analysis).next().is_none() || answer.status() < 500 {
            too_strict(analysis, answer, judgement);
        }
        return;
    }
    let admitting: Vec<&RejectReason> =
        analysis.faults.iter().filter(|fault| fault.admits_status(answer.status())).collect();
    if admitting.is_empty() {
        wrong_status(analysis, &certain, answer, judgement);
        return;
    }
    if is_bare_refusal(analysis, answer) {
        refusal_cases(analysis, answer, judgement);
        return;
    }
    code(analysis, &certain, &admitting, answer, judgement);
    shape(analysis, answer, judgement);
}

/// A 400 without a code to bytes that many servers refuse before anything reads them.
fn is_bare_refusal(analysis: &Analysis, answer: &Answer) -> bool {
    analysis.refused_at_front && answer.status() == 400 && answer.code.is_none()
}

/// The reasons for an error that the request itself gives, without a block on public grants.
fn reasons(analysis: &Analysis) -> impl Iterator<Item = &RejectReason> {
    analysis.faults.iter().filter(|fault| fault.kind != RejectKind::PublicPolicy)
}

/// Whether a removal was refused because the account blocks public access.
fn is_blocked_removal(analysis: &Analysis, answer: &Answer) -> bool {
    matches!(analysis.request, Request::RemovePermission(_))
        && answer.status() == 400
        && answer.code.as_deref() == Some(ErrorCode::PublicPolicyException.name())
}

/// Whether the caller lacks permission: 401 or 403, unless the code says otherwise.
fn is_denied(answer: &Answer) -> bool {
    const OF_REQUESTS: [ErrorCode; 8] = [
        ErrorCode::InvalidParameterValueException,
        ErrorCode::PolicyLengthExceededException,
        ErrorCode::PreconditionFailedException,
        ErrorCode::ResourceConflictException,
        ErrorCode::ResourceNotFoundException,
        ErrorCode::PublicPolicyException,
        ErrorCode::ValidationException,
        ErrorCode::SerializationException,
    ];
    let of_request = answer
        .code
        .as_deref()
        .and_then(ErrorCode::from_name)
        .is_some_and(|code| OF_REQUESTS.contains(&code));
    matches!(answer.status(), 401 | 403) && !of_request
}

/// A valid request was rejected.
fn too_strict(analysis: &Analysis, answer: &Answer, judgement: &mut Judgement) {
    let mut suspects = each_once(analysis.accepts.clone());
    let by_length = answer.code.as_deref() == Some(ErrorCode::PolicyLengthExceededException.name());
    if by_length {
        // The error speaks of the policy's size, and of nothing else.
        suspects = vec![RuleId::ErrorPolicyLength];
    }
    // A conflict speaks of the StatementId, a failed precondition of the revision; nothing else
    // that the request puts to the test explains them, and they explain nothing else.
    let of_state = |rule: &RuleId| match rule {
        RuleId::StatementIdUniquePerPolicy
        | RuleId::StatementIdCaseSensitive
        | RuleId::StatementIdReusable => answer.status() == 409,
        RuleId::RevisionIdCurrentAccepted => answer.status() == 412,
        _ => !matches!(answer.status(), 409 | 412),
    };
    if suspects.iter().any(of_state) {
        suspects.retain(of_state);
    }
    if answer.status() == 404 {
        // Not found is what is looked up: the function, its version or alias; no other member.
        let named = |rule: &RuleId| {
            let topic = rule.rule().topic;
            topic == Topic::FunctionName || topic == Topic::Qualifier
        };
        suspects.retain(|rule| named(rule) || *rule == RuleId::RemoveStatus);
        if suspects.is_empty() {
            suspects.push(RuleId::SuccessStatus);
        }
    }
    if suspects.iter().all(|rule| *rule == RuleId::StatementIdLength) {
        suspects.push(RuleId::SuccessStatus);
    }
    // The plain StatementId cannot be the reason; any other may be.
    let by_sid = answer.status() == 400 && !by_length && !has_plainest_sid(analysis);
    if by_sid && !suspects.contains(&RuleId::StatementIdPattern) {
        suspects.push(RuleId::StatementIdPattern);
    }
    let (status, known) = match analysis.request {
        Request::RemovePermission(_) => (204, "recorded"),
        _ => (201, "documented"),
    };
    let mut finding = Finding::new(suspects[0], Aspect::Status, Direction::Accept)
        .expected(vec![format!("{status} ({known})")])
        .actual(answer)
        .differs("status", status, answer.status());
    finding.suspects = suspects;
    judgement.find(finding);
}

fn has_plainest_sid(analysis: &Analysis) -> bool {
    analysis
        .statement
        .as_ref()
        .and_then(|shape| shape.sid.as_deref())
        .is_none_or(|sid| sid.bytes().all(|byte| byte == b'a'))
}

/// An error whose status no reason admits.
fn wrong_status(
    analysis: &Analysis,
    certain: &[&RejectReason],
    answer: &Answer,
    judgement: &mut Judgement,
) {
    if answer.status() == 412 && names_current(analysis) {
        // A failed precondition is about the revision, which is right.
        judgement.find(refused_revision(answer));
        return;
    }
    let fault = certain[0];
    let mut finding = Finding::new(fault.rule, Aspect::Status, Direction::Refuse)
        .expected(expected_lines(analysis, judgement.judging.evidence))
        .at(fault)
        .actual(answer)
        .differs("status", json!(fault.refusal.statuses.to_string()), answer.status());
    finding.evidence = fault.refusal.status_evidence;
    finding.suspects = rules_of(certain);
    judgement.find(finding);
}

/// Whether the request names the current revision, as far as known.
fn names_current(analysis: &Analysis) -> bool {
    let named = match &analysis.request {
        Request::AddPermission(AddRequest { body: ParsedBody::Object(members), .. }) => {
            members.get(Member::RevisionId.name()).is_some_and(Value::is_string)
        }
        Request::RemovePermission(remove) => remove.revision_id.is_some(),
        _ => false,
    };
    named && !analysis.faults.iter().any(|fault| fault.member == Some(Member::RevisionId))
}

/// The current revision was rejected.
fn refused_revision(answer: &Answer) -> Finding {
    Finding::new(RuleId::RevisionIdCurrentAccepted, Aspect::Status, Direction::Accept)
        .expected(vec!["no failed precondition: the revision is the current one".to_owned()])
        .actual(answer)
        .differs("status", json!("not 412"), answer.status())
}

fn rules_of(faults: &[&RejectReason]) -> Vec<RuleId> {
    each_once(faults.iter().map(|fault| fault.rule).collect())
}

/// The rules without duplicates, in order of first occurrence.
fn each_once(mut rules: Vec<RuleId>) -> Vec<RuleId> {
    let mut seen = HashSet::new();
    rules.retain(|rule| seen.insert(*rule));
    rules
}

/// Judges the code of an error whose status is admitted.
fn code(
    analysis: &Analysis,
    certain: &[&RejectReason],
    admitting: &[&RejectReason],
    answer: &Answer,
    judgement: &mut Judgement,
) {
    let floor = judgement.judging.evidence;
    let admitted = admitting.iter().any(|fault| {
        fault.admits_code(answer.code.as_deref(), floor)
            && (fault.refusal.statuses != Statuses::AnyClient
                || fault.refusal.code.status() == answer.status())
    });
    if admitted {
        refusal_cases(analysis, answer, judgement);
        message(analysis, certain, answer, judgement);
        return;
    }
    let unscored = admitting.iter().find(|fault| !fault.code_scored(floor));
    let fault = unscored.or_else(|| admitting.iter().find(|fault| certain.contains(fault)));
    let Some(fault) = fault.or(admitting.first()) else { return };
    let found = answer.code.as_deref().map_or(Value::Null, |code| json!(code));
    let expected = if fault.refusal.statuses == Statuses::AnyClient {
        json!(format!("{} {}", fault.refusal.code.status(), fault.refusal.code))
    } else {
        json!(fault.refusal.code.name())
    };
    let mut finding = Finding::new(fault.rule, Aspect::Code, Direction::Refuse)
        .expected(expected_lines(analysis, floor))
        .at(fault)
        .actual(answer)
        .differs("code", expected, found);
    finding.evidence = fault.refusal.code_evidence;
    finding.advisory = unscored.is_some();
    if unscored.is_none() {
        finding.suspects = rules_of(
            &admitting.iter().copied().filter(|fault| certain.contains(fault)).collect::<Vec<_>>(),
        );
        if finding.suspects.is_empty() {
            finding.suspects = vec![fault.rule];
        }
    } else {
        // Only the status is scored, and it is right.
        refusal_cases(analysis, answer, judgement);
    }
    judgement.find(finding);
}

/// A rejection counts for a rule only if nothing else could have caused it: all reasons that admit
/// this response must belong to one rule, or to one member.
fn refusal_cases(analysis: &Analysis, answer: &Answer, judgement: &mut Judgement) {
    let floor = judgement.judging.evidence;
    let causes: Vec<&RejectReason> = analysis
        .faults
        .iter()
        .filter(|fault| {
            fault.admits_status(answer.status())
                && (fault.admits_code(answer.code.as_deref(), floor) || !fault.code_scored(floor))
        })
        .collect();
    // What is too long, or no qualifier, names nothing that exists: that it is not found is a
    // refusal of it as well.
    if answer.status() == 404 {
        for fault in &analysis.faults {
            let of_name = matches!(
                fault.rule,
                RuleId::FunctionNameLength | RuleId::QualifierLength | RuleId::QualifierPattern
            );
            if of_name && fault.requirement_at(floor) == Requirement::Must {
                judgement.refusal_case(fault.rule, analysis, fault);
            }
        }
    }
    let Some(first) = causes.first() else { return };
    let one_rule = causes.iter().all(|fault| fault.rule == first.rule);
    let one_member =
        first.member.is_some() && causes.iter().all(|fault| fault.member == first.member);
    if !one_rule && !one_member {
        return;
    }
    for fault in causes {
        if fault.requirement_at(floor) != Requirement::May {
            judgement.refusal_case(fault.rule, analysis, fault);
        }
    }
}

/// Rejections for advisory reasons count as cases of their rules.
fn advisory_refusal(analysis: &Analysis, answer: &Answer, judgement: &mut Judgement) {
    if let [fault] = reasons(analysis).collect::<Vec<_>>().as_slice()
        && fault.requirement == Requirement::Should
        && fault.admits_status(answer.status())
    {
        judgement.refusal_case(fault.rule, analysis, fault);
    }
    for fault in &analysis.faults {
        let by_null = fault.rule == RuleId::MemberNullOptional;
        if by_null && reasons(analysis).count() == 1 {
            judgement.find(
                Finding::new(fault.rule, Aspect::Status, Direction::Accept)
                    .expected(vec!["201 (assumed)".to_owned()])
                    .at(fault)
                    .actual(answer)
                    .differs("status", 201, answer.status())
                    .advisory(),
            );
        }
    }
}

/// Judges the form of an error: the code in the header, a JSON object with a message, a status that
/// fits the code.
pub(super) fn shape(analysis: &Analysis, answer: &Answer, judgement: &mut Judgement) {
    let broken = |path: &str, expected: Value, actual: Value| {
        Finding::new(RuleId::ErrorShape, Aspect::Wire, Direction::Shape)
            .expected(vec![
                "an error with its code in x-amzn-errortype and a JSON object with a message"
                    .to_owned(),
            ])
            .actual(answer)
            .keyed(path)
            .differs(path, expected, actual)
    };
    let mut findings = Vec::new();
    match answer.code_place {
        None => findings.push(broken("x-amzn-errortype", json!("an error code"), Value::Null)),
        Some(CodePlace::Body) => {
            let code = answer.code.as_deref().map_or(Value::Null, |code| json!(code));
            judgement.find(
                broken("x-amzn-errortype (code only in the body)", code, Value::Null).advisory(),
            );
        }
        Some(CodePlace::Header) => {}
    }
    if !answer.is_called_json() {
        let kind = answer.response.header("content-type").map_or(Value::Null, |kind| json!(kind));
        findings.push(broken("content-type", json!("application/json"), kind));
    }
    let has_message = answer
        .json
        .as_ref()
        .and_then(Value::as_object)
        .is_some_and(|body| body.contains_key("message") || body.contains_key("Message"));
    if !has_message {
        let body = answer.json.clone().unwrap_or_else(|| json!("(no JSON)"));
        let finding = broken("body", json!("an object with a message"), body);
        // A denial without a message was recorded on a sibling operation.
        findings.push(if is_denied(answer) { finding.advisory() } else { finding });
    }
    if let Some(code) = answer.code.as_deref().and_then(ErrorCode::from_name)
        && code.status() != answer.status()
        && !matches!(code, ErrorCode::SerializationException)
    {
        findings.push(broken("status of the code", code.status().into(), answer.status().into()));
    }
    if findings.is_empty() {
        judgement.case(RuleId::ErrorShape, Direction::Shape, analysis);
    }
    for finding in findings {
        judgement.find(finding);
    }
}

/// Judges the text of an error, if it was recorded. This is a SHOULD rule.
fn message(
    analysis: &Analysis,
    certain: &[&RejectReason],
    answer: &Answer,
    judgement: &mut Judgement,
) {
    let ([fault], 1) = (certain, reasons(analysis).count()) else { return };
    // What AWS counts is not known, and so is the number that its text names. Of a removal with a
    // stale revision only the text of before 2025 is recorded.
    let is_removal = matches!(analysis.request, Request::RemovePermission(_));
    let by_revision = is_removal && fault.kind == RejectKind::Precondition;
    if matches!(fault.kind, RejectKind::PolicyLength(_)) || by_revision {
        return;
    }
    if fault.refusal.code_evidence > Evidence::Reported {
        return;
    }
    let validation = fault.refusal.code == ErrorCode::ValidationException;
    if fault.refusal.code_evidence == Evidence::Modelled {
        return;
    }
    let expected = if validation {
        format!("1 validation error detected: {}", fault.message)
    } else {
        fault.message.clone()
    };
    let member = fault.refusal.code.message_member();
    let found = answer.json.as_ref().and_then(|body| body.get(member)).and_then(Value::as_str);
    // Either edition's pattern may be in the text.
    let fits = found == Some(&expected)
        || (validation && found.is_some_and(|found| same_but_pattern(found, &expected)));
    if fits {
        judgement.case(RuleId::ErrorMessages, Direction::Shape, analysis);
        return;
    }
    let found = answer.message.as_deref().map_or(Value::Null, |text| json!(text));
    let key = if found.as_str() == Some(&expected) { "message or Message" } else { "text" };
    judgement.find(
        Finding::new(RuleId::ErrorMessages, Aspect::Message, Direction::Shape)
            .expected(vec![format!("{member}: {expected}")])
            .at(fault)
            .keyed(format!("{key} of {}", fault.refusal.code))
            .actual(answer)
            .differs(member, json!(expected), found),
    );
}

fn same_but_pattern(found: &str, expected: &str) -> bool {
    const BEFORE: &str = "regular expression pattern: ";
    match (found.split_once(BEFORE), expected.split_once(BEFORE)) {
        (Some((found, _)), Some((expected, _))) => found == expected,
        _ => false,
    }
}
