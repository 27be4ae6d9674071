//! Replay of one scenario: requests, responses and their judgement by the current model.

use std::collections::BTreeSet;

use crate::client::{FixtureError, Target};
use crate::contract::RuleId;
use crate::event::{Difference, Judging};
use crate::observation::printable;
use crate::scenario::{CorpusFile, Scenario};

use super::describe::describe_operation;
use super::play::{play, read_back};
use super::played::Played;
use super::session::Session;

/// The outcome of a replay.
#[derive(Debug, Default)]
pub struct Replayed {
    /// One line per request, with its response.
    pub lines: Vec<String>,
    /// Scored findings: rule, what was expected, what came, where it differs.
    pub violations: Vec<(String, Vec<String>, String, Vec<Difference>)>,
    /// Advisory findings, a line each.
    pub notes: Vec<String>,
    /// Every rule that any finding, scored or advisory, may be about.
    pub suspects: BTreeSet<RuleId>,
    /// Why it could not be judged.
    pub unjudged: Option<String>,
}

/// Replays a scenario on fixtures of its own, whose functions bear the label; races several times.
/// What cannot be deleted stays registered for `release_all`.
pub async fn replay(
    target: &Target,
    file: &CorpusFile,
    label: &str,
    judging: Judging,
    rounds: u32,
) -> Result<Replayed, FixtureError> {
    let scenario = file.scenario();
    let mut replayed = Replayed::default();
    let rounds = if scenario.has_race() { rounds.max(1) } else { 1 };
    for round in 0..rounds {
        let mut session = Session::named(
            target,
            &scenario.fixture,
            &format!("{label}r{round}"),
            &file.names,
            judging,
        )
        .await?;
        let mut played = play(&mut session, &scenario, round).await;
        if !scenario.has_race() {
            read_back(&mut session, &mut played, scenario.steps.len()).await;
        }
        session.close().await;
        replayed = summary(&scenario, &played);
        if !replayed.violations.is_empty() {
            break;
        }
    }
    Ok(replayed)
}

fn summary(scenario: &Scenario, played: &Played) -> Replayed {
    let mut replayed = Replayed { unjudged: played.unjudged.clone(), ..Replayed::default() };
    let operations: Vec<String> = scenario.operations().map(describe_operation).collect();
    for (at, (_, record)) in played.records.iter().enumerate() {
        let what = operations
            .get(at)
            .filter(|what| what.starts_with(record.operation))
            .cloned()
            .unwrap_or_else(|| record.operation.to_owned());
        let body = record
            .observation
            .answer()
            .map(|answer| printable(String::from_utf8_lossy(&answer.response.body).trim(), 300))
            .unwrap_or_default();
        replayed.lines.push(
            format!("{what}  →  {} {body}", record.observation.brief()).trim_end().to_owned(),
        );
    }
    for (_, finding) in &played.findings {
        replayed.suspects.extend(&finding.suspects);
        if finding.advisory {
            let expected = finding.expected.first().cloned().unwrap_or_default();
            replayed.notes.push(format!(
                "{}: expected {expected}, got {}",
                finding.rule(),
                finding.actual
            ));
        } else {
            replayed.violations.push((
                finding.rule().name().to_owned(),
                finding.expected.clone(),
                finding.actual.clone(),
                finding.differences.clone(),
            ));
        }
    }
    replayed.lines.extend(played.lanes.iter().cloned());
    replayed
}
