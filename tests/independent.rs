//! Statements compared as policies, held against an evaluator that is not ours.

use std::process::Command;

use permspec::diagnose::effect::{Call, Meaning, calls, compare};
use permspec::event::Effect;
use serde_json::{Value, json};

const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:f";

/// How many calls of each pair are evaluated.
const CALLS: usize = 12;

/// Decides each call of each statement, and prints what it decided.
const SCRIPT: &str = r"
import { readFileSync } from 'node:fs'
import { runSimulation } from '@cloud-copilot/iam-simulate'
const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }
const decided = []
for (const { statement, call } of JSON.parse(readFileSync('cases.json', 'utf8'))) {
  const response = await runSimulation({
    request: {
      principal: call.principal,
      action: call.action,
      resource: { resource: call.resource, accountId: '123456789012' },
      contextVariables: call.context,
    },
    identityPolicies: [{ name: 'everything', policy: everything }],
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    resourcePolicy: { Version: '2012-10-17', Statement: [statement] },
  }, {})
  const result = response.result?.analysis?.resourceAnalysis?.result
  decided.push(result === undefined ? null : result.startsWith('Allowed'))
}
console.log(JSON.stringify(decided))
";

fn statement(principal: &Value, condition: Option<&Value>, resource: &str) -> Value {
    let mut statement = json!({
        "Sid": "a",
        "Effect": "Allow",
        "Principal": principal,
        "Action": "lambda:InvokeFunction",
        "Resource": resource,
    });
    if let Some(condition) = condition {
        statement["Condition"] = condition.clone();
    }
    statement
}

/// Right statements and what stands in their places: every principal with every principal of its
/// kind, every condition with every other.
fn pairs() -> Vec<(Value, Value)> {
    let principals = [
        json!({"AWS": "arn:aws:iam::223456789012:root"}),
        json!({"AWS": "223456789012"}),
        json!({"AWS": "arn:aws:iam::323456789012:root"}),
        json!({"AWS": "arn:aws:iam::223456789012:user/somebody"}),
        json!({"Service": "s3.amazonaws.com"}),
        json!({"Service": "sns.amazonaws.com"}),
        json!({"AWS": "*"}),
        json!("*"),
    ];
    let conditions = [
        None,
        Some(json!({"StringEquals": {"AWS:SourceAccount": "123456789012"}})),
        Some(json!({"StringEquals": {"aws:sourceaccount": "123456789012"}})),
        Some(json!({"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}})),
        Some(json!({"ArnLike": {"AWS:SourceArn": "arn:aws:s3:::bucket*"}})),
        Some(json!({"StringLike": {"AWS:SourceArn": "arn:aws:s3:::bucket*"}})),
        Some(json!({"StringEquals": {"AWS:SourceArn": "arn:aws:s3:::bucket*"}})),
        Some(json!({
            "StringEquals": {"AWS:SourceAccount": "123456789012"},
            "ArnLike": {"AWS:SourceArn": "arn:aws:s3:::bucket*"},
        })),
    ];
    let mut pairs = Vec::new();
    for principal in &principals {
        for right in &conditions {
            for wrong in &conditions {
                pairs.push((
                    statement(principal, right.as_ref(), FUNCTION),
                    statement(principal, wrong.as_ref(), FUNCTION),
                ));
            }
        }
        for other in &principals {
            for resource in [FUNCTION.to_owned(), format!("{FUNCTION}:live")] {
                pairs.push((
                    statement(principal, None, FUNCTION),
                    statement(other, None, &resource),
                ));
            }
        }
    }
    pairs
}

/// At most so many calls, evenly from all.
fn some(calls: Vec<Call>) -> Vec<Call> {
    let step = calls.len().div_ceil(CALLS).max(1);
    calls.into_iter().step_by(step).collect()
}

#[test]
fn every_pair_has_an_effect_and_equal_ones_mean_the_same() {
    let pairs = pairs();
    assert!(pairs.len() >= 500, "{}", pairs.len());
    for (right, wrong) in &pairs {
        let (effect, witness) = compare(right, wrong);
        assert_eq!(witness.is_some(), effect != Effect::SameMeaning, "{right} {wrong}");
        if right == wrong {
            assert_eq!(effect, Effect::SameMeaning);
        }
    }
}

#[test]
#[ignore = "needs npm: an independent evaluator of policies"]
fn an_independent_evaluator_decides_the_same() {
    let mut cases = Vec::new();
    let mut ours = Vec::new();
    let pairs = pairs();
    for (right, wrong) in &pairs {
        let read = |statement| Meaning::read(statement).expect("a statement of ours");
        let (first, second) = (read(right), read(wrong));
        let mut chosen = some(calls(&first, &second));
        // What is shown to a reader is decided as well.
        if let (_, Some(witness)) = compare(right, wrong) {
            chosen.push(Call {
                principal: witness.principal,
                action: witness.action,
                resource: witness.resource,
                context: witness.context,
            });
        }
        for call in chosen {
            for (statement, meaning) in [(right, &first), (wrong, &second)] {
                cases.push(json!({
                    "statement": statement,
                    "call": {
                        "principal": call.principal,
                        "action": call.action,
                        "resource": call.resource,
                        "context": call.context,
                    },
                }));
                ours.push(meaning.allows(&call));
            }
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let run = |program: &str, words: &[&str]| {
        let output = Command::new(program).args(words).current_dir(folder.path()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    std::fs::write(folder.path().join("package.json"), r#"{"private": true}"#).unwrap();
    std::fs::write(folder.path().join("decide.mjs"), SCRIPT).unwrap();
    std::fs::write(folder.path().join("cases.json"), Value::from(cases.clone()).to_string())
        .unwrap();
    run("npm", &["install", "--silent", "--no-fund", "--no-audit", "@cloud-copilot/iam-simulate"]);
    let decided: Vec<Option<bool>> = serde_json::from_str(&run("node", &["decide.mjs"])).unwrap();
    assert_eq!(decided.len(), ours.len());
    let judged = decided.iter().filter(|theirs| theirs.is_some()).count();
    let differ: Vec<String> = decided
        .iter()
        .zip(&ours)
        .zip(&cases)
        .filter(|((theirs, ours), _)| theirs.is_some_and(|theirs| theirs != **ours))
        .map(|((theirs, ours), case)| format!("theirs {theirs:?}, ours {ours}: {case}"))
        .collect();
    println!(
        "{} pairs, {judged} of {} decisions, {} differ",
        pairs.len(),
        ours.len(),
        differ.len()
    );
    assert!(judged * 10 > ours.len() * 8, "only {judged} were decided");
    assert!(differ.is_empty(), "{}", differ[..differ.len().min(8)].join("\n"));
}
