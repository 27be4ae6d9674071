//! Counterexamples for reports, from shrunk scenarios.

use std::fmt::Write as _;

use base64::Engine as _;

use crate::event::{
    Counterexample, Exchange, Nearest, RequestText, ResponseText, ShrinkInfo, Tried,
};
use crate::generate::repairs;
use crate::judge::Finding;
use crate::observation::{Observation, printable};
use crate::wire::WireRequest;

use super::describe::members_of;
use super::engine::Engine;
use super::played::Played;
use super::session::Record;
use super::shrink::{Shown, Shrinker};

/// Maximum length of a body in a result.
const LONGEST_BODY: usize = 8 * 1024;

/// Headers of a response that are shown.
const TELLING: [&str; 6] = [
    "content-type",
    "x-amzn-errortype",
    "x-amzn-requestid",
    "retry-after",
    "server",
    "content-length",
];

/// Builds a counterexample: requests and responses, the nearest request that works, and the policy
/// afterwards.
pub async fn build(
    engine: &Engine,
    shrinker: &mut Shrinker,
    shown: &Shown,
    shrink: ShrinkInfo,
    reproduced: (u32, u32),
    tried: Vec<(String, String, bool)>,
    afterwards: Option<String>,
) -> Counterexample {
    let finding = &shown.finding;
    let record = failing(&shown.played, shown.step, finding);
    let operation = shown.scenario.steps.get(shown.step).and_then(|step| step.operations().first());
    let nearest = nearest(shrinker, shown).await;
    Counterexample {
        scenario: shown.scenario.clone(),
        step: shown.step,
        members: operation.map(members_of).unwrap_or_default(),
        exchanges: exchanges(shown),
        expected: finding.expected.clone(),
        actual: actual(record, &finding.actual),
        differences: finding.differences.clone(),
        nearest,
        afterwards,
        tried: tried
            .into_iter()
            .take(8)
            .map(|(value, answer, fine)| Tried { value, answer, fine })
            .collect(),
        lanes: shown.played.lanes.clone(),
        shrink,
        reproduced,
        curl: record
            .and_then(|record| record.request.as_ref())
            .map(|wire| curl(engine, wire))
            .unwrap_or_default(),
        replay: String::new(),
    }
}

/// The record of the step whose answer is wrong: the one with the finding, or the last one of the
/// step, since a policy may have been read again before. Of a race no single answer is wrong.
fn failing<'a>(played: &'a Played, step: usize, finding: &Finding) -> Option<&'a Record> {
    if !played.lanes.is_empty() {
        return None;
    }
    let of_step = || {
        let is_of_step = |(at, _): &&(usize, Record)| *at == step;
        played.records.iter().rev().filter(is_of_step).map(|(_, record)| record)
    };
    let has_it =
        |record: &&Record| record.judgement.findings.iter().any(|one| one.is_same_cause(finding));
    of_step().find(has_it).or_else(|| of_step().next())
}

fn actual(record: Option<&Record>, brief: &str) -> String {
    let Some(Observation::Answer(answer)) = record.map(|record| &record.observation) else {
        return brief.to_owned();
    };
    let body = String::from_utf8_lossy(&answer.response.body);
    format!("{brief} {}", printable(body.trim(), 400)).trim().to_owned()
}

fn exchanges(shown: &Shown) -> Vec<Exchange> {
    let played = &shown.played;
    // Of a race no single answer is wrong: it is that no order explains all of them. In a sequence
    // what is wrong for another reason is told where that is told.
    let is_wrong = |step: usize, record: &Record| {
        let same = |finding: &Finding| finding.is_same_cause(&shown.finding);
        played.lanes.is_empty() && step == shown.step && record.judgement.findings.iter().any(same)
    };
    played
        .records
        .iter()
        .map(|(step, record)| Exchange {
            step: *step,
            operation: record.operation.to_owned(),
            request: record.request.as_ref().map(request_text).unwrap_or_default(),
            response: record.observation.answer().map(|answer| ResponseText {
                status: answer.status(),
                headers: answer
                    .response
                    .headers
                    .iter()
                    .filter(|(name, _)| TELLING.contains(&name.as_str()))
                    .map(|(name, value)| (name.clone(), value.chars().take(400).collect()))
                    .collect(),
                body: String::from_utf8_lossy(&answer.response.body)
                    .chars()
                    .take(LONGEST_BODY)
                    .collect(),
            }),
            fault: match &record.observation {
                Observation::Fault(fault) => Some(printable(&fault.to_string(), 300)),
                Observation::Answer(_) => None,
            },
            fine: !is_wrong(*step, record),
        })
        .collect()
}

/// A request as text, without its signature.
pub fn request_text(wire: &WireRequest) -> RequestText {
    let text = String::from_utf8(wire.body.clone());
    RequestText {
        method: wire.method.to_owned(),
        target: wire.target(),
        headers: wire.headers.clone(),
        body_base64: text
            .is_err()
            .then(|| base64::engine::general_purpose::STANDARD.encode(&wire.body)),
        body: text
            .unwrap_or_else(|error| String::from_utf8_lossy(&error.into_bytes()).into_owned()),
    }
}

/// The nearest request that works: the counterexample with one member repaired.
async fn nearest(shrinker: &mut Shrinker, shown: &Shown) -> Option<Nearest> {
    for (change, scenario) in repairs(&shown.scenario, shown.step).into_iter().take(6) {
        let played = Box::pin(shrinker.played(&scenario)).await?;
        // It behaves in this respect; another rule may be broken all the same.
        let wrong = played.findings.iter().any(|(_, finding)| {
            finding.rule() == shown.finding.rule() || finding.is_same_cause(&shown.finding)
        });
        let lost = played.records.last().is_none_or(|(_, record)| {
            record.observation.answer().is_none_or(|a| a.status() >= 500)
        });
        if wrong || lost {
            continue;
        }
        if let Some((_, record)) = played.records.last() {
            return Some(Nearest { change, answer: record.observation.brief() });
        }
    }
    None
}

/// A curl command that sends a request as it was sent, except for the signature.
pub fn curl(engine: &Engine, wire: &WireRequest) -> String {
    let base = engine.target.address().trim_end_matches('/').to_owned();
    let mut line = format!("curl -sS -i -X {}", wire.method);
    line.push_str(&credentials(&wire.path, engine.target.region()));
    for (name, value) in &wire.headers {
        let _ = write!(line, " -H {}", shell(&format!("{name}: {value}")));
    }
    if !wire.body.is_empty() {
        match String::from_utf8(wire.body.clone()) {
            Ok(text) if !text.contains('\0') => {
                let _ = write!(line, " --data-binary {}", shell(&text));
            }
            _ => {
                let encoded = base64::engine::general_purpose::STANDARD.encode(&wire.body);
                return format!(
                    "printf %s {encoded} | base64 -d | {line} --data-binary @- {}",
                    shell(&format!("{base}{}", wire.target()))
                );
            }
        }
    } else if wire.method == "POST" {
        line.push_str(" --data-binary ''");
    }
    format!("{line} {}", shell(&format!("{base}{}", wire.target())))
}

/// The options by which curl signs a request.
///
/// curl rewrites `.` and `..` segments unless it is told not to, and since 8.19 it refuses to sign
/// where it is told so. A path with such a segment goes out as it is, with a credential scope that
/// emulators can route by and a signature that only a target that checks none accepts.
fn credentials(path: &str, region: &str) -> String {
    let is_dots = |segment: &str| {
        let plain = segment.to_ascii_lowercase().replace("%2e", ".");
        plain == "." || plain == ".."
    };
    if path.split('/').any(is_dots) {
        return format!(
            " --path-as-is -H 'authorization: AWS4-HMAC-SHA256 Credential=test/20260101/{region}\
             /lambda/aws4_request, SignedHeaders=host, Signature=0'"
        );
    }
    format!(
        " --aws-sigv4 'aws:amz:{region}:lambda' \
         --user \"${{AWS_ACCESS_KEY_ID:-test}}:${{AWS_SECRET_ACCESS_KEY:-test}}\""
    )
}

/// A text quoted for a POSIX shell.
pub fn shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curl_is_never_told_to_sign_a_path_as_it_is() {
        let plain = credentials("/2015-03-31/functions/f.a/policy", "eu-west-1");
        assert!(plain.contains("--aws-sigv4 'aws:amz:eu-west-1:lambda'"), "{plain}");
        assert!(!plain.contains("--path-as-is"), "{plain}");
        for dots in ["/2015-03-31/functions/../policy", "/2015-03-31/functions/%2E/policy"] {
            let line = credentials(dots, "eu-west-1");
            assert!(line.contains("--path-as-is"), "{line}");
            assert!(line.contains("/eu-west-1/lambda/aws4_request"), "{line}");
            assert!(!line.contains("--aws-sigv4"), "{line}");
        }
    }

    #[test]
    fn quotes_are_quoted_for_the_shell() {
        assert_eq!(shell("a'b"), r"'a'\''b'");
    }
}
