//! SARIF 2.1.0, for code scanning and editors.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::findings::{self, Standing, Status};
use super::terminal::counterexample_text;
use super::text::{LINE, line};
use crate::contract::{Evidence, Strength};
use crate::event::{Cause, RuleResult, RunResult};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const PAGE: &str = "https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html";

/// The result as SARIF.
pub fn sarif(result: &RunResult) -> String {
    let rules: Vec<Value> = result.rules.iter().map(descriptor).collect();
    let results: Vec<Value> = result
        .rules
        .iter()
        .enumerate()
        .flat_map(|(at, rule)| rule.causes.iter().map(move |cause| finding(at, rule, cause)))
        .collect();
    let notifications: Vec<Value> = findings::rules(result, Status::Unrun)
        .into_iter()
        .map(|rule| {
            let reason = rule.reason.as_deref().unwrap_or("no reason given");
            json!({
                "level": if rule.scored { "warning" } else { "note" },
                "message": {"text": format!("{} could not run: {}", rule.id, line(reason, LINE))},
                "associatedRule": {"id": rule.id.name()},
            })
        })
        .chain(result.warnings.iter().map(
            |warning| json!({"level": "warning", "message": {"text": line(&warning.detail, LINE)}}),
        ))
        .collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "permspec",
                "version": line(&result.suite.version, 40),
                "informationUri": PAGE,
                "rules": rules,
            }},
            "automationDetails": {"id": format!("permspec/{}", slug(&findings::target_name(result)))},
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": result.complete,
                "exitCode": result.exit_code,
                "toolExecutionNotifications": notifications,
            }],
            "results": results,
            "properties": {
                "seed": result.run.seed.to_string(),
                "catalogue": line(&result.suite.catalogue, 80),
                "reproduce": line(&result.run.reproduce, LINE),
                "endpoint": line(&result.target.endpoint, LINE),
                "complete": result.complete,
            },
        }],
    });
    format!("{log:#}\n")
}

/// One rule of the catalogue.
fn descriptor(rule: &RuleResult) -> Value {
    let mut help = line(&rule.sentence, LINE);
    for known in rule.id.rule().aspects {
        let _ = write!(help, "\n{}: {}, {}", known.aspect, known.evidence, known.source);
    }
    json!({
        "id": rule.id.name(),
        "name": format!("{:?}", rule.id),
        "shortDescription": {"text": line(&rule.sentence, LINE)},
        "fullDescription": {"text": line(&rule.sentence, LINE)},
        "help": {"text": help},
        "helpUri": PAGE,
        "defaultConfiguration": {"level": level(rule, rule.evidence, false)},
        "properties": {
            "tags": [rule.topic.name(), rule.strength.to_string(), rule.evidence.name()],
            "verdict": rule.verdict.name(),
            "scored": rule.scored,
        },
    })
}

/// One cause of a violation. Its place is the member it is about, and, for those who show files
/// only, the file that its counterexample is kept in where no other folder is named.
fn finding(at: usize, rule: &RuleResult, cause: &Cause) -> Value {
    let standing = Standing::of(rule, cause);
    let level = match standing {
        Standing::Flaky => "warning",
        _ => level(rule, cause.evidence, standing == Standing::Advisory),
    };
    let members: Vec<Value> = cause
        .counterexample
        .members
        .iter()
        .map(|member| {
            json!({
                "name": member.name(),
                "fullyQualifiedName": format!("lambda.AddPermission.{}", member.name()),
                "kind": "parameter",
            })
        })
        .collect();
    let places = if members.is_empty() {
        vec![json!({
            "name": "AddPermission",
            "fullyQualifiedName": "lambda.AddPermission",
            "kind": "function",
        })]
    } else {
        members
    };
    let mut finding = json!({
        "ruleId": rule.id.name(),
        "ruleIndex": at,
        "level": level,
        "kind": "fail",
        "message": {
            "text": format!("{}\n{}", line(&cause.brief, LINE), counterexample_text(cause)),
        },
        "locations": [{
            "physicalLocation": {
                "artifactLocation": {"uri": format!(".permspec/{}.json", slug(&cause.id))},
                "region": {"startLine": 1},
            },
            "logicalLocations": places,
        }],
        "partialFingerprints": {"permspecCause/v1": line(&cause.fingerprint, LINE)},
        "occurrenceCount": cause.occurrences.max(1),
        "properties": {
            "id": line(&cause.id, LINE),
            "aspect": cause.aspect.name(),
            "evidence": cause.evidence.name(),
            "source": line(&cause.source, LINE),
            "replay": line(&cause.counterexample.replay, LINE),
        },
    });
    if let Some(known) = &cause.known {
        finding["suppressions"] = json!([{"kind": "external", "justification": line(known, LINE)}]);
    }
    finding
}

/// How grave a violation is: as sure as the evidence is strong.
fn level(rule: &RuleResult, evidence: Evidence, advisory: bool) -> &'static str {
    if advisory || !rule.scored {
        "note"
    } else if rule.strength == Strength::Must && evidence <= Evidence::Recorded {
        "error"
    } else {
        "warning"
    }
}

/// A name for paths: letters, digits and dots, the rest as dashes.
fn slug(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{HOSTILE, hostile, sample};

    fn parsed(result: &RunResult) -> Value {
        serde_json::from_str(&sarif(result)).unwrap()
    }

    #[test]
    fn each_cause_is_a_result_of_its_rule() {
        let log = parsed(&sample());
        let run = &log["runs"][0];
        let results = run["results"].as_array().unwrap();
        assert_eq!(results.len(), 6);
        for found in results {
            let at = usize::try_from(found["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(run["tool"]["driver"]["rules"][at]["id"], found["ruleId"]);
            assert!(found["partialFingerprints"]["permspecCause/v1"].is_string());
            assert!(!found["locations"][0]["logicalLocations"].as_array().unwrap().is_empty());
        }
    }

    #[test]
    fn the_level_follows_standing_and_evidence() {
        let log = parsed(&sample());
        let results = log["runs"][0]["results"].as_array().unwrap();
        let of = |rule: &str| results.iter().find(|found| found["ruleId"] == rule).unwrap();
        assert_eq!(of("statement-id.pattern")["level"], "error");
        assert_eq!(of("error.messages")["level"], "note");
        assert_eq!(of("policy.exact")["level"], "warning");
        assert_eq!(of("source-arn.pattern")["suppressions"][0]["kind"], "external");
        assert!(of("statement-id.pattern").get("suppressions").is_none());
    }

    #[test]
    fn nothing_of_a_target_is_trusted() {
        let text = sarif(&hostile());
        let bad = text.chars().find(|c| c.is_control() && *c != '\n');
        assert_eq!(bad, None);
        assert!(text.len() < 1_000_000);
        let log = parsed(&hostile());
        let id = log["runs"][0]["automationDetails"]["id"].as_str().unwrap();
        assert!(!id.contains(HOSTILE) && !id.contains('<'), "{id}");
    }
}
