//! Concurrent operations: sending and judging.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, Instant};

use crate::judge::Judgement;
use crate::judge::race::{RaceCall, judge_race};
use crate::model::world::statement_id;
use crate::model::{Policy, PolicyResource, Request};
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
    let resources: BTreeSet<PolicyResource> =
        analyses.iter().filter_map(|analysis| analysis.resource.clone()).collect();
    let mut before: BTreeMap<PolicyResource, Policy> = BTreeMap::new();
    for resource in resources {
        let state = session.world.policy(&resource.function, resource.qualifier.as_deref());
        let Some(policy) = state.known().cloned() else {
            played.unjudged = Some("the policy was not known before the race".into());
            return;
        };
        before.insert(resource, policy);
    }
    if before.is_empty() {
        played.unjudged = Some("a race is judged on the policies of functions".into());
        return;
    }
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
        let policy = analysis.resource.as_ref().and_then(|resource| before.get(resource));
        let current = policy.and_then(|policy| policy.revision.clone());
        calls.push(RaceCall {
            names_current: named.is_some() && named == current,
            analysis,
            observation,
            started: nanos(timing.started),
            ended: nanos(timing.ended),
            has_rival: false,
        });
    }
    mark_rivals(&mut calls);
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
    // What the race left behind is read, not assumed; again where it may not show yet.
    let (reads, judgements) = loop {
        let mut reads = Vec::new();
        let mut judgements = Vec::new();
        let mut readable = true;
        for (resource, policy) in &before {
            let read_started = nanos(Instant::now());
            let read = session.read_at_once(resource).await;
            let is_readable = read
                .observation
                .answer()
                .is_some_and(|answer| answer.is_success() || answer.status() == 404);
            let after = read.analysis.clone().filter(|_| is_readable).map(|analysis| RaceCall {
                analysis,
                observation: read.observation.clone(),
                started: read_started,
                ended: nanos(Instant::now()),
                names_current: false,
                has_rival: false,
            });
            // Each policy is a register of its own: orders are sought for one at a time.
            let is_own = |call: &&RaceCall| call.analysis.resource.as_ref() == Some(resource);
            let own: Vec<RaceCall> = judged.iter().filter(is_own).cloned().collect();
            let sids = policy.statements.iter().filter_map(statement_id).map(ToOwned::to_owned);
            let judgement = Judgement::new(session.judging());
            let verdict = judge_race(&sids.collect(), &own, after.as_ref(), judgement, seed);
            judgements.push(verdict.judgement);
            reads.push(read);
            readable &= is_readable;
        }
        let agrees = judgements.iter().all(|judgement| judgement.findings.is_empty());
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
        break (reads, judgements);
    };
    if judgements.iter().any(|judgement| !judgement.findings.is_empty()) {
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
    for judgement in &judgements {
        played.findings.extend(judgement.findings.iter().map(|finding| (at, finding.clone())));
        if let Some(reason) = &judgement.unjudged {
            played.unjudged.get_or_insert_with(|| reason.clone());
        }
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
    for (mut record, judgement) in reads.into_iter().zip(judgements) {
        record.judgement.cases.extend(judgement.cases);
        played.records.push((at, record));
    }
}

/// Notes which calls overlap a write to another policy of their function: such a write may be what
/// a concurrent-update conflict speaks of.
fn mark_rivals(calls: &mut [RaceCall]) {
    let writes: Vec<(Option<PolicyResource>, u64, u64)> = calls
        .iter()
        .filter(|call| !matches!(call.analysis.request, Request::GetPolicy(_)))
        .map(|call| (call.analysis.resource.clone(), call.started, call.ended))
        .collect();
    for call in calls {
        let Some(own) = &call.analysis.resource else { continue };
        call.has_rival = writes.iter().any(|(other, started, ended)| {
            let is_sibling =
                other.as_ref().is_some_and(|other| other.function == own.function && other != own);
            is_sibling && *started < call.ended && call.started < *ended
        });
    }
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
