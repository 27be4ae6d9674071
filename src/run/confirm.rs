//! Confirmation and shrinking of every cause that exploration found.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::contract::RuleId;
use crate::diagnose::Tape;
use crate::event::{Cause, Counterexample, Event};

use super::caps::Examined;
use super::cause::{Occurrences, cause_of, short_hash};
use super::engine::Engine;
use super::explore::Explored;
use super::recall::Recall;
use super::shrink::{Confirmed, Shown, Shrinker};
use super::tally::Group;
use super::{counterexample, known};

/// Maximum number of causes with several suspected rules that are shrunk concurrently.
const FEW: usize = 3;

/// Confirms and shrinks every cause, several at a time.
pub(super) async fn confirm_all(
    engine: &Arc<Engine>,
    explored: &Explored,
) -> (BTreeMap<RuleId, Vec<Cause>>, BTreeMap<RuleId, String>) {
    let mut groups: Vec<&Group> = explored.tally.groups.values().collect();
    if let Some(rules) = &engine.options.rules {
        groups.retain(|group| group.finding.suspects.iter().any(|rule| rules.contains(rule)));
    }
    // Scored causes before advisory ones, and one suspected rule before several. Sequences first,
    // since they take longest; among causes that may explain others, small ones first.
    groups.sort_by_key(|group| {
        let (finding, scenario) = (&group.finding, &group.scenario);
        let is_unsure = finding.suspects.len() > 1;
        let length = if is_unsure { 0 } else { scenario.operations().count() };
        (finding.advisory, is_unsure, Reverse(length), scenario.size(), group.number)
    });
    let mut causes: Vec<Cause> = Vec::new();
    let mut alone: Vec<Group> = Vec::new();
    let mut unjudged = BTreeMap::new();
    let mut examined = Examined::default();
    let recall = Arc::new(Recall::default());
    let lanes = if engine.options.function.is_some() { 1 } else { engine.options.jobs.max(1) };
    // Causes with one suspected rule come before those that they may explain.
    for (part, is_unsure) in [false, true].into_iter().enumerate() {
        // A shrunk cause may explain pending ones, so shrink only a few at once.
        let lanes = if is_unsure { lanes.min(FEW) } else { lanes };
        let mut running = tokio::task::JoinSet::new();
        let mut waiting = groups
            .iter()
            .filter(|group| (group.finding.suspects.len() > 1) == is_unsure)
            .enumerate();
        loop {
            while running.len() < lanes
                && let Some((at, group)) = waiting.next()
            {
                if is_unsure && explained(&mut causes, group) {
                    continue;
                }
                if !examined.begins(group.finding.rule()) {
                    continue;
                }
                let (engine, group) = (Arc::clone(engine), (*group).clone());
                let recall = Arc::clone(&recall);
                running.spawn(async move {
                    let done =
                        Box::pin(confirm(&engine, &group, format!("c{part}n{at}"), Some(recall)))
                            .await;
                    (at, group, done)
                });
            }
            let Some(done) = running.join_next().await else { break };
            if let Ok((_, group, outcome)) = &done {
                match outcome {
                    Done::Cause(cause) => examined.ended(group.finding.rule(), !cause.flaky),
                    Done::Flaky { .. } => examined.ended(group.finding.rule(), false),
                    Done::Unjudged(_) | Done::Nothing => {}
                }
            }
            match done {
                Ok((_, _, Done::Cause(cause))) => merge(engine, &mut causes, *cause),
                Ok((_, group, Done::Unjudged(reason))) => {
                    if !group.finding.advisory {
                        unjudged.insert(group.finding.rule(), reason);
                    }
                }
                Ok((_, group, Done::Flaky { .. })) => alone.push(group),
                Ok((_, _, Done::Nothing)) => {}
                Err(error) => engine.bug(&format!("confirming ended early: {error}")),
            }
        }
    }
    // A cause that was not reproduced concurrently may depend on timing, for example if the target
    // mixes up functions. It is flaky only if it does not reproduce alone either.
    alone.sort_by_key(|group| group.number);
    for (at, group) in alone.iter().enumerate() {
        match Box::pin(confirm(engine, group, format!("c2n{at}"), None)).await {
            Done::Cause(cause) => merge(engine, &mut causes, *cause),
            Done::Flaky { tries } => merge(engine, &mut causes, flaky(group, tries)),
            Done::Unjudged(reason) if !group.finding.advisory => {
                unjudged.insert(group.finding.rule(), reason);
            }
            Done::Unjudged(_) | Done::Nothing => {}
        }
    }
    engine.left_out(examined.left_out);
    let mut by_rule: BTreeMap<RuleId, Vec<Cause>> = BTreeMap::new();
    for cause in causes {
        by_rule.entry(cause.rule).or_default().push(cause);
    }
    for list in by_rule.values_mut() {
        // The order must not depend on which task ended first.
        list.sort_by(|a, b| {
            (a.advisory, a.flaky, a.counterexample.scenario.size(), &a.fingerprint).cmp(&(
                b.advisory,
                b.flaky,
                b.counterexample.scenario.size(),
                &b.fingerprint,
            ))
        });
    }
    (by_rule, unjudged)
}

/// Whether a confirmed cause explains a group with several suspected rules.
fn explained(causes: &mut [Cause], group: &Group) -> bool {
    let finding = &group.finding;
    let known = causes.iter_mut().find(|cause| {
        !cause.flaky
            && cause.advisory <= finding.advisory
            && finding.suspects.contains(&cause.rule)
            && cause.aspect == finding.aspect
            && cause.direction == finding.direction
            && cause.brief.ends_with(&finding.actual)
    });
    if let Some(cause) = known {
        cause.occurrences += group.occurrences;
        cause.seen_at = cause.seen_at.min(group.seen_at);
        return true;
    }
    false
}

/// Adds a cause, or its occurrences to an equal one.
fn merge(engine: &Engine, causes: &mut Vec<Cause>, mut cause: Cause) {
    known::mark(&engine.options.known, &mut cause);
    if let Some(known) = causes.iter_mut().find(|known| known.fingerprint == cause.fingerprint) {
        known.occurrences += cause.occurrences;
        known.seen_at = known.seen_at.min(cause.seen_at);
        let smaller = cause.counterexample.scenario.size() < known.counterexample.scenario.size();
        if smaller && !cause.flaky {
            known.counterexample = cause.counterexample;
            known.known = cause.known;
            known.flaky = false;
        }
        return;
    }
    engine.emit(Event::Finding { cause: Box::new(cause.clone()) });
    causes.push(cause);
}

enum Done {
    Cause(Box<Cause>),
    /// It was not reproduced.
    Flaky {
        tries: u32,
    },
    Unjudged(String),
    Nothing,
}

fn seen(group: &Group) -> Occurrences {
    Occurrences { count: group.occurrences, first_at: group.seen_at }
}

/// A cause that was not reproduced.
fn flaky(group: &Group, tries: u32) -> Cause {
    let counterexample = Counterexample {
        scenario: group.scenario.clone(),
        expected: group.finding.expected.clone(),
        actual: group.finding.actual.clone(),
        reproduced: (0, tries),
        ..Counterexample::default()
    };
    cause_of(&group.finding, seen(group), counterexample, true)
}

/// The cause with the stored counterexample of its known failure, if that still shows it, so that
/// it need not be shrunk again.
async fn listed(engine: &Arc<Engine>, shrinker: &mut Shrinker, group: &Group) -> Option<Cause> {
    if engine.options.function.is_some() || group.finding.suspects.len() > 1 {
        return None;
    }
    let fingerprint = short_hash(&group.finding.fingerprint_text());
    let (place, entry) = known::listing(&engine.options.known, &fingerprint, group.finding.rule())?;
    let scenario = entry.counterexample.scenario();
    let Confirmed::Shown { shown, shrink, reproduced, tried, afterwards } =
        shrinker.still_shows(&scenario, &group.finding).await?
    else {
        return None;
    };
    let counterexample =
        counterexample::build(engine, shrinker, &shown, shrink, reproduced, tried, afterwards)
            .await;
    let cause = cause_of(&shown.finding, seen(group), counterexample, false);
    keep_tape(engine, &shown, &cause);
    if !entry.covers(&cause) {
        return None;
    }
    engine.seen_again(place);
    Some(cause)
}

/// Keeps what the counterexample of a cause sent and was answered.
fn keep_tape(engine: &Engine, shown: &Shown, cause: &Cause) {
    if let Some(tape) = &shown.played.tape {
        let cause = Some((cause.fingerprint.clone(), shown.finding.clone()));
        engine.keep_tape(Tape { cause, ..tape.as_ref().clone() });
    }
}

async fn confirm(
    engine: &Arc<Engine>,
    group: &Group,
    label: String,
    recall: Option<Arc<Recall>>,
) -> Done {
    let mut shrinker = Shrinker::new(engine, label, recall);
    if let Some(cause) = listed(engine, &mut shrinker, group).await {
        shrinker.close().await;
        return Done::Cause(Box::new(cause));
    }
    let done = match Box::pin(shrinker.confirm(group)).await {
        Confirmed::Unjudged(reason) => Done::Unjudged(reason),
        Confirmed::Flaky { .. } if group.finding.rule() == RuleId::WireAnswers => {
            // Responses were lost occasionally: nothing could be judged, but nothing is violated.
            Done::Nothing
        }
        Confirmed::Flaky { tries } => Done::Flaky { tries },
        Confirmed::Shown { shown, .. } if shrinker.has_another_reason(&shown).await => {
            Done::Nothing
        }
        Confirmed::Another => Done::Nothing,
        Confirmed::Shown { shown, shrink, reproduced, tried, afterwards } => {
            let counterexample = counterexample::build(
                engine,
                &mut shrinker,
                &shown,
                shrink,
                reproduced,
                tried,
                afterwards,
            )
            .await;
            let cause = cause_of(&shown.finding, seen(group), counterexample, false);
            keep_tape(engine, &shown, &cause);
            Done::Cause(Box::new(cause))
        }
    };
    shrinker.close().await;
    done
}
