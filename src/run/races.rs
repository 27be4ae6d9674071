//! Concurrent operations: sending and judging.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, Instant};

use crate::judge::Judgement;
use crate::judge::race::{RaceCall, judge_race};
use crate::model::world::statement_id;
use crate::model::{PolicyResource, Request};
use crate::observation::{Observation, printable};
use crate::scenario::Operation;

use super::played::Played;
use super::session::{Record, Session};

/// Pause between two reads of the state after a race, with eventual consistency.
const PAUSE: Duration = Duration::from_millis(100);

/// Sends the operations of a step concurrently and judges them. One step is one round.
pub async fn play(
    session: &mut Session,
    at: usize,
    together: &[Operation],
    round: u32,
    played: &mut Played,
) {
    let mut wires = Vec::new();
    for operation in together {
        let Ok(Some(wire)) = session.wire(operation) else {
            played.unjudged = Some(format!("{} cannot run in a race", operation.name()));
            return;
        };
        wires.push((operation, wire));
    }
    session.world.contended = true;
    let analyses: Vec<_> = wires.iter().map(|(_, wire)| session.analyse(wire)).collect();
    session.world.contended = false;
    let grants: BTreeSet<PolicyResource> =
        analyses.iter().filter_map(|analysis| analysis.resource.clone()).collect();
    let mut only = grants.into_iter();
    let (Some(resource), None) = (only.next(), only.next()) else {
        played.unjudged = Some("a race is judged on one policy".into());
        return;
    };
    let state = session.world.policy(&resource.function, resource.qualifier.as_deref());
    let Some(policy) = state.known().cloned() else {
        played.unjudged = Some("the policy was not known before the race".into());
        return;
    };
    let before: BTreeSet<String> =
        policy.statements.iter().filter_map(statement_id).map(ToOwned::to_owned).collect();
    let answers = session.send_together(wires.iter().map(|(_, wire)| wire.clone()).collect()).await;
    let epoch = answers.iter().map(|(_, timing)| timing.started).min().unwrap_or_else(Instant::now);
    let nanos = |instant: Instant| instant.duration_since(epoch).as_nanos() as u64;
    let mut calls = Vec::new();
    for ((analysis, (_, wire)), (observation, timing)) in
        analyses.into_iter().zip(&wires).zip(answers)
    {
        let named = match &analysis.request {
            Request::RemovePermission(remove) => remove.revision_id.clone(),
            _ => serde_json::from_slice::<serde_json::Value>(&wire.body)
                .ok()
                .and_then(|body| Some(body.get("RevisionId")?.as_str()?.to_owned())),
        };
        calls.push(RaceCall {
            analysis,
            observation,
            started: nanos(timing.started),
            ended: nanos(timing.ended),
            names_current: named.is_some() && named == policy.revision,
        });
    }
    // With eventual consistency, a concurrent read may show the state before the race.
    let writes: Vec<RaceCall>;
    let judged = if session.settled_at().is_some() {
        let is_write = |call: &&RaceCall| !matches!(call.analysis.request, Request::GetPolicy(_));
        writes = calls.iter().filter(is_write).cloned().collect();
        &writes
    } else {
        &calls
    };
    let mut hasher = DefaultHasher::new();
    (round, wires.iter().map(|(_, wire)| wire.body.clone()).collect::<Vec<_>>()).hash(&mut hasher);
    let seed = hasher.finish();
    let began = Instant::now();
    let mut repeated = false;
    // Read the state after the race instead of assuming it; repeat if it may not be visible yet.
    let (read, verdict) = loop {
        let read_started = nanos(Instant::now());
        let read = session.read_at_once(&resource).await;
        let readable = read
            .observation
            .answer()
            .is_some_and(|answer| answer.is_success() || answer.status() == 404);
        let after = read.analysis.clone().filter(|_| readable).map(|analysis| RaceCall {
            analysis,
            observation: read.observation.clone(),
            started: read_started,
            ended: nanos(Instant::now()),
            names_current: false,
        });
        let judgement = Judgement::new(session.judging());
        let verdict = judge_race(&before, judged, after.as_ref(), judgement, seed);
        let agrees = verdict.judgement.findings.is_empty();
        let may_settle = session.settled_at().is_some_and(|until| Instant::now() < until);
        if !agrees && readable && may_settle {
            repeated = true;
            if session.target().pause(PAUSE).await {
                continue;
            }
        }
        if repeated {
            session.target().waited_for(began.elapsed(), agrees);
        }
        break (read, verdict);
    };
    if !verdict.judgement.findings.is_empty() {
        played.lanes = lanes(&wires, &calls);
    }
    for (call, (operation, wire)) in calls.iter().zip(wires) {
        if let Observation::Fault(fault) = &call.observation {
            played.unjudged.get_or_insert_with(|| fault.to_string());
        }
        played.records.push((
            at,
            Record {
                operation: operation.name(),
                request: Some(wire),
                analysis: Some(call.analysis.clone()),
                observation: call.observation.clone(),
                judgement: Judgement::new(session.judging()),
            },
        ));
    }
    for finding in &verdict.judgement.findings {
        played.findings.push((at, finding.clone()));
    }
    if let Some(reason) = &verdict.judgement.unjudged {
        played.unjudged.get_or_insert_with(|| reason.clone());
    }
    let answered: Vec<_> = played
        .records
        .iter()
        .filter(|(step, _)| *step == at)
        .filter_map(|(_, record)| Some((record.request.clone()?, record.observation.clone())))
        .collect();
    for (wire, observation) in &answered {
        Box::pin(session.retract(wire, observation)).await;
    }
    let mut record = read;
    record.judgement.cases.extend(verdict.judgement.cases);
    played.records.push((at, record));
}

/// The history as lanes of text: one per call, with its start and end.
fn lanes(wires: &[(&Operation, crate::wire::WireRequest)], calls: &[RaceCall]) -> Vec<String> {
    const WIDTH: u64 = 40;
    let end = calls.iter().map(|call| call.ended).max().unwrap_or(1).max(1);
    let place = |time: u64| (time * WIDTH / end) as usize;
    calls
        .iter()
        .zip(wires)
        .enumerate()
        .map(|(at, (call, (operation, wire)))| {
            let (from, to) = (place(call.started), place(call.ended).max(place(call.started) + 1));
            let what = match &call.analysis.request {
                Request::AddPermission(_) => {
                    serde_json::from_slice::<serde_json::Value>(&wire.body)
                        .ok()
                        .and_then(|body| Some(body.get("StatementId")?.as_str()?.to_owned()))
                }
                Request::RemovePermission(remove) => Some(remove.statement_id.clone()),
                _ => None,
            };
            format!(
                "{:>2} {}├{}┤{} {} {} → {}",
                at + 1,
                " ".repeat(from),
                "─".repeat(to - from),
                " ".repeat((WIDTH as usize + 1).saturating_sub(to)),
                operation.name(),
                printable(&what.unwrap_or_default(), 40),
                call.observation.brief()
            )
        })
        .collect()
}
