//! From what a run kept to bugs, with a few fresh requests that confirm their conditions.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::contract::RuleId;
use crate::diagnose::condition::Atom;
use crate::diagnose::{Diagnosis, Tape, diagnose};
use crate::event::{BugName, Cause};
use crate::scenario::{Operation, Scenario, Step};

use super::engine::Engine;
use super::explore::Explored;
use super::shrink::Shrinker;

/// A diagnosis that takes longer is given up: causes without their bugs are better than none.
const LONGEST: Duration = Duration::from_secs(20);
/// How often a diagnosis that is under way looks whether the run was told to end.
const GLANCE: Duration = Duration::from_millis(50);
/// The most operations that confirm one bug's condition.
const CONFIRMING: usize = 10;
/// The most that confirm all of them.
const CONFIRMING_ALL: usize = 160;

/// Finds the bugs behind the causes, and names the bug of each cause.
pub(super) async fn diagnosed(
    engine: &Arc<Engine>,
    explored: &mut Explored,
    causes: &mut BTreeMap<RuleId, Vec<Cause>>,
) -> Diagnosis {
    let mut tapes = std::mem::take(&mut explored.tapes);
    tapes.sort_by_key(|tape| tape.order);
    tapes.extend(engine.take_tapes());
    // A run that was told to end has no time for it.
    if engine.options.prepared.is_some() || engine.is_stopped() {
        return Diagnosis::default();
    }
    let listed: Vec<Cause> = causes.values().flatten().cloned().collect();
    let mut diagnosis = beside(engine, tapes, listed).await;
    Box::pin(confirm(engine, &mut diagnosis, causes)).await;
    for bug in &mut diagnosis.bugs {
        let name = BugName { id: bug.id.clone(), title: bug.title.clone() };
        for cause in causes.values_mut().flatten() {
            if bug.causes.contains(&cause.id) {
                cause.bug = Some(name.clone());
                super::known::mark_by_bug(&engine.options.known, cause);
            }
        }
        let own = causes.values().flatten().filter(|cause| bug.causes.contains(&cause.id));
        let scored: Vec<&Cause> = own.filter(|cause| !cause.advisory).collect();
        if !scored.is_empty() && scored.iter().all(|cause| cause.known.is_some()) {
            bug.known = scored.first().and_then(|cause| cause.known.clone());
        }
    }
    diagnosis
}

/// Diagnoses on a thread of its own: a run that is told to end does not wait for it, and no run
/// waits for long. It has no bugs then.
async fn beside(engine: &Arc<Engine>, tapes: Vec<Tape>, listed: Vec<Cause>) -> Diagnosis {
    let judging = engine.options.judging;
    let began = Instant::now();
    let (done, mut found) = tokio::sync::oneshot::channel();
    let thread = std::thread::spawn(move || {
        let listed: Vec<&Cause> = listed.iter().collect();
        // Nobody receives it where the run ended before.
        let _ = done.send(diagnose(&tapes, Some(&listed), judging));
    });
    loop {
        tokio::select! {
            diagnosis = &mut found => match diagnosis {
                Ok(diagnosis) => return diagnosis,
                Err(_) => match thread.join() {
                    Err(panic) => std::panic::resume_unwind(panic),
                    Ok(()) => return Diagnosis::default(),
                },
            },
            () = tokio::time::sleep(GLANCE) => {
                if engine.is_stopped() {
                    return Diagnosis::default();
                }
                if began.elapsed() > LONGEST {
                    return Diagnosis { given_up: true, ..Diagnosis::default() };
                }
            }
        }
    }
}

/// Explores and hands out what was kept, for those who diagnose it themselves.
pub async fn recorded(engine: &Arc<Engine>) -> Vec<Tape> {
    let Ok(plan) = super::plan::plan(&engine.options) else { return Vec::new() };
    let batches = super::batch::batches(plan, engine.options.rounds);
    let mut explored = Box::pin(super::explore::explore(engine, batches)).await;
    explored.tapes.sort_by_key(|tape| tape.order);
    explored.tapes
}

/// Sends fresh requests on both sides of the conditions of bugs that no mutant predicts.
async fn confirm(
    engine: &Arc<Engine>,
    diagnosis: &mut Diagnosis,
    causes: &BTreeMap<RuleId, Vec<Cause>>,
) {
    if engine.is_stopped() || engine.is_adopted() {
        return;
    }
    let mut spent = 0;
    for (at, bug) in diagnosis.bugs.iter_mut().enumerate() {
        let (Some(when), Some(atoms)) = (&mut bug.when, diagnosis.atoms.get(&bug.id)) else {
            continue;
        };
        let example = bug
            .counterexample
            .as_ref()
            .and_then(|id| causes.values().flatten().find(|cause| cause.id == *id));
        let Some(example) = example.filter(|_| bug.mutants.is_empty()) else { continue };
        let mut shrinker = Shrinker::new(engine, format!("d{at}"), None);
        let mut own = 0;
        for (scenario, should_fail) in variants(example, atoms) {
            let cost = scenario.operations().count();
            if own + cost > CONFIRMING || spent + cost > CONFIRMING_ALL || scenario.has_race() {
                continue;
            }
            own += cost;
            spent += cost;
            let Some(played) = Box::pin(shrinker.played(&scenario)).await else { break };
            let fails = played.findings.iter().any(|(_, finding)| {
                finding.suspects.contains(&example.rule)
                    && finding.aspect == example.aspect
                    && finding.direction == example.direction
            });
            when.confirmed.1 += 1;
            when.confirmed.0 += u32::from(fails == should_fail);
        }
        shrinker.close().await;
    }
    diagnosis.explained.requests = spent as u32;
}

/// Requests near the counterexample, and whether they should fail by the condition.
fn variants(example: &Cause, atoms: &[Atom]) -> Vec<(Scenario, bool)> {
    let scenario = &example.counterexample.scenario;
    let mut variants = vec![(scenario.clone(), true)];
    for atom in atoms {
        match atom {
            Atom::So(text) => {
                let Some(member) = text.strip_suffix(" is given") else { continue };
                let mut without = scenario.clone();
                let step = without.steps.get_mut(example.counterexample.step);
                if let Some(Step::One(Operation::AddPermission(add))) = step
                    && let crate::scenario::Body::Members(members) = &mut add.body
                    && members.shift_remove(member).is_some()
                {
                    variants.push((without, false));
                }
            }
            Atom::AtLeast(crate::diagnose::features::STATEMENTS, least) if *least > 0 => {
                let at = example.counterexample.step;
                let last = scenario.steps.get(at).cloned();
                let fixture = scenario.fixture.clone();
                if at > 0 {
                    let steps = last.into_iter().collect();
                    variants.push((Scenario { fixture, steps }, false));
                }
            }
            _ => {}
        }
    }
    variants
}
