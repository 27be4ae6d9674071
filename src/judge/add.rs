//! Judging of responses to AddPermission.

use serde_json::{Value, json};

use super::cause::{Finding, Judgement, MOST_FINDINGS, repair_keys};
use super::refusal;
use crate::contract::{Aspect, Direction, Edition, RuleId};
use crate::model::{Analysis, Mismatch, RejectKind, RejectReason};
use crate::observation::Answer;

/// Judges one answer.
pub(super) fn judge(analysis: &Analysis, answer: &Answer, judgement: &mut Judgement) {
    if answer.is_success() {
        accepted(analysis, answer, judgement);
    } else {
        refusal::judge(analysis, answer, judgement);
    }
}

fn accepted(analysis: &Analysis, answer: &Answer, judgement: &mut Judgement) {
    if refusal::report_missing_rejection(analysis, answer, judgement) {
        return;
    }
    // A success without a statement does not show that anything was accepted.
    if answer.statement().is_some_and(|statement| statement.is_object()) {
        judgement.repairs = repair_keys(&analysis.request);
        for rule in analysis.shown_by_success() {
            judgement.case(rule, Direction::Accept, analysis);
        }
    }
    if answer.status() == 201 {
        judgement.case(RuleId::SuccessStatus, Direction::Accept, analysis);
    } else {
        judgement.find(
            Finding::new(RuleId::SuccessStatus, Aspect::Status, Direction::Accept)
                .expected(vec!["201 (documented)".to_owned()])
                .actual(answer)
                .differs("status", 201, answer.status()),
        );
    }
    let Some(shape) = &analysis.statement else { return };
    let envelope = |path: &str, expected: Value, actual: Value| {
        Finding::new(RuleId::SuccessEnvelope, Aspect::Wire, Direction::Shape)
            .expected(vec![
                "a JSON object whose member Statement is a string that holds one JSON object"
                    .to_owned(),
            ])
            .keyed(path)
            .actual(answer)
            .differs(path, expected, actual)
    };
    if !answer.is_called_json() {
        let found = answer.response.header("content-type").map_or(Value::Null, |kind| json!(kind));
        judgement.find(envelope("content-type", json!("application/json"), found));
    }
    let is_in_place = answer.nested("Statement").is_some_and(|statement| statement.is_object());
    if !is_in_place {
        let found = answer
            .json
            .as_ref()
            .map_or(Value::Null, |body| body.get("Statement").unwrap_or(body).clone());
        judgement.find(envelope("Statement", json!("a string that holds a JSON object"), found));
    }
    // What it says can be judged wherever it stands.
    let statement = answer.statement();
    let Some(Value::Object(statement)) = &statement else { return };
    if !statement.contains_key("Sid") && statement.get("Statement").is_some_and(Value::is_array) {
        // One fault, whatever the statements in it say.
        let expected = json!("one statement");
        judgement.find(envelope("Statement is a whole policy", expected, json!("a policy")));
        return;
    }
    if is_in_place && answer.is_called_json() {
        judgement.case(RuleId::SuccessEnvelope, Direction::Shape, analysis);
    }
    let mismatches = shape.compare(statement, judgement.judging.evidence);
    for rule in shape.held(statement, judgement.judging.evidence, &mismatches) {
        judgement.case(rule, Direction::Shape, analysis);
    }
    // What a null or another JSON type stands for where it is taken, is assumed, and so is all that
    // follows from it.
    let is_odd = |fault: &RejectReason| {
        matches!(fault.kind, RejectKind::NullOptional | RejectKind::WrongType(_))
    };
    let by_type = analysis.faults.iter().any(is_odd);
    for mismatch in mismatches.into_iter().take(MOST_FINDINGS) {
        let mut finding = Finding::new(mismatch.rule, Aspect::Statement, Direction::Shape)
            .expected(vec![format!("Statement {}", shape.render())])
            .keyed(key_of(&mismatch))
            .actual(answer)
            .differs(&format!("statement.{}", mismatch.path), mismatch.expected, mismatch.actual);
        finding.advisory |= by_type;
        judgement.find(finding);
    }
    judgement.followed = followed(analysis, statement.get("Condition"));
}

/// The key of a mismatch within its rule: its path. All members that are not inputs share one key.
fn key_of(mismatch: &Mismatch) -> &str {
    match mismatch.rule {
        RuleId::MemberUnknown if mismatch.path.starts_with("Condition.") => "a condition",
        RuleId::MemberUnknown => "a member",
        _ => &mismatch.path,
    }
}

/// The edition that a success agrees with, if only one edition defines the value that was sent.
fn followed(analysis: &Analysis, condition: Option<&Value>) -> Option<Edition> {
    let via_url = RuleId::InvokedViaFunctionUrlCondition;
    let shape = analysis.statement.as_ref()?;
    let asked = shape.conditions.iter().any(|known| known.rule == via_url && known.value == "true");
    asked.then(|| {
        let honoured = condition.is_some_and(|condition| condition.get("Bool").is_some());
        if honoured { Edition::Current } else { Edition::Page }
    })
}
