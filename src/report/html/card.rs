//! A rule's card: its causes with all that helps to find them in the target.

use serde::Serialize;
use serde_json::Value;

use crate::event::{Cause, Counterexample, Exchange, RunResult};
use crate::report::findings::{self, Standing, Status};
use crate::report::text::{LINE, PAGE, WIRE, block, counted, line};

/// A rule with its causes of one standing.
#[derive(Serialize)]
pub struct Card {
    anchor: String,
    rule: &'static str,
    sentence: String,
    status: &'static str,
    word: &'static str,
    strength: String,
    numbers: String,
    causes: Vec<CauseView>,
}

#[derive(Serialize)]
struct CauseView {
    anchor: String,
    brief: String,
    blame: &'static str,
    aspect: &'static str,
    evidence: &'static str,
    source: String,
    known: Option<String>,
    bug: Option<(String, String)>,
    expected: Vec<String>,
    actual: String,
    differences: Vec<DifferenceView>,
    exchanges: Vec<ExchangeView>,
    lanes: Vec<String>,
    nearest: Option<(String, String)>,
    afterwards: Option<String>,
    wrong: Vec<(String, String)>,
    fine: Vec<(String, String)>,
    reproduced: String,
    shrunk: Option<String>,
    trail: Vec<String>,
    curl: String,
    replay: String,
}

#[derive(Serialize)]
struct DifferenceView {
    path: String,
    expected: Option<String>,
    actual: Option<String>,
}

#[derive(Serialize)]
struct ExchangeView {
    step: Option<usize>,
    operation: String,
    fine: bool,
    request: String,
    request_headers: Vec<(String, String)>,
    request_body: String,
    base64: Option<String>,
    status: Option<u16>,
    response_headers: Vec<(String, String)>,
    response_body: String,
    fault: Option<String>,
}

/// The causes of one standing, a card a rule; anchors on the page begin with `prefix`.
pub fn cards(result: &RunResult, standing: Standing, prefix: &str) -> Vec<Card> {
    result
        .rules
        .iter()
        .filter_map(|rule| {
            let causes: Vec<CauseView> = rule
                .causes
                .iter()
                .filter(|cause| Standing::of(rule, cause) == standing)
                .map(|cause| cause_view(cause, prefix))
                .collect();
            // A violated rule has its card even where no counterexample was kept.
            let bare = standing == Standing::Failure && Status::of(rule) == Status::Fail;
            (!causes.is_empty() || bare).then(|| Card {
                anchor: format!("{prefix}finding-{}-{}", standing.status().name(), rule.id),
                rule: rule.id.name(),
                sentence: line(&rule.sentence, LINE),
                status: standing.status().name(),
                word: standing.status().meaning(),
                strength: rule.strength.to_string(),
                numbers: findings::failing(rule),
                causes,
            })
        })
        .collect()
}

/// The anchor of a cause: its id in letters that a link can hold.
pub fn anchor(prefix: &str, id: &str) -> String {
    let keep = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' };
    let id: String = id.chars().take(80).map(keep).collect();
    format!("{prefix}cause-{id}")
}

fn cause_view(cause: &Cause, prefix: &str) -> CauseView {
    let example = &cause.counterexample;
    let (again, tries) = example.reproduced;
    let tried = |fine: bool| {
        let tried = example.tried.iter().filter(|tried| tried.fine == fine).take(24);
        tried.map(|tried| (line(&tried.value, 120), line(&tried.answer, 120))).collect()
    };
    CauseView {
        anchor: anchor(prefix, &cause.id),
        brief: line(&cause.brief, LINE),
        blame: findings::blame(cause),
        aspect: cause.aspect.name(),
        evidence: cause.evidence.name(),
        source: line(&cause.source, LINE),
        known: cause.known.as_ref().map(|why| line(why, LINE)),
        // The bugs of other results on the page have no place of their own.
        bug: cause
            .bug
            .as_ref()
            .filter(|_| prefix.is_empty())
            .map(|bug| (super::bugs::bug_anchor(&bug.id), line(&bug.title, LINE))),
        expected: example.expected.iter().map(|text| line(text, WIRE)).collect(),
        actual: line(&example.actual, WIRE),
        differences: differences(example),
        exchanges: exchanges(example),
        lanes: example.lanes.iter().map(|lane| line(lane, LINE)).collect(),
        nearest: example
            .nearest
            .as_ref()
            .map(|nearest| (line(&nearest.change, LINE), line(&nearest.answer, LINE))),
        afterwards: example.afterwards.as_ref().map(|text| line(text, WIRE)),
        wrong: tried(false),
        fine: tried(true),
        reproduced: format!(
            "{again} of {tries} times alone, seen in {}",
            counted(u64::from(cause.occurrences), "scenario")
        ),
        shrunk: (example.shrink.tries > 0).then(|| {
            let shrink = &example.shrink;
            let end = if shrink.complete { "" } else { ", stopped early" };
            format!("from {} to {} in {} tries{end}", shrink.from, shrink.to, shrink.tries)
        }),
        trail: example.shrink.trail.iter().take(200).map(|text| line(text, LINE)).collect(),
        curl: line(&example.curl, PAGE),
        replay: line(&example.replay, WIRE),
    }
}

fn differences(example: &Counterexample) -> Vec<DifferenceView> {
    let value = |value: &Value| match value {
        Value::Null => None,
        value => Some(line(&value.to_string(), WIRE)),
    };
    let differences = example.differences.iter().take(50);
    differences
        .map(|difference| DifferenceView {
            path: line(&difference.path, 200),
            expected: value(&difference.expected),
            actual: value(&difference.actual),
        })
        .collect()
}

fn exchanges(example: &Counterexample) -> Vec<ExchangeView> {
    let several = example.exchanges.len() > 1;
    example.exchanges.iter().map(|exchange| exchange_view(exchange, several)).collect()
}

fn exchange_view(exchange: &Exchange, several: bool) -> ExchangeView {
    let headers = |headers: &[(String, String)]| -> Vec<(String, String)> {
        headers.iter().take(40).map(|(name, text)| (line(name, 80), line(text, LINE))).collect()
    };
    let request = &exchange.request;
    let response = exchange.response.as_ref();
    ExchangeView {
        step: several.then_some(exchange.step + 1),
        operation: line(&exchange.operation, 80),
        fine: exchange.fine,
        request: format!("{} {}", line(&request.method, 20), line(&request.target, WIRE)),
        request_headers: headers(&request.headers),
        request_body: block(&request.body, PAGE),
        base64: request.body_base64.as_ref().map(|text| line(text, WIRE)),
        status: response.map(|response| response.status),
        response_headers: response.map(|r| headers(&r.headers)).unwrap_or_default(),
        response_body: response.map(|r| block(&r.body, PAGE)).unwrap_or_default(),
        fault: exchange.fault.as_ref().map(|text| line(text, LINE)),
    }
}
