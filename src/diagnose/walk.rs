//! The way through a tape: each answer judged in the world that the target has said there is.
//!
//! A diagnosis goes through the tapes once for each mutant. What does not depend on a mutant, which
//! is reading, analysing and judging, is done once and kept within a bound.

use std::sync::Arc;

use super::tape::{Entry, Tape, read_again};
use crate::event::Judging;
use crate::judge::{Finding, judge};
use crate::model::{Analysis, Request, World, analyse, apply};
use crate::observation::{Answer, Observation};
use crate::server::predict::Change;
use crate::wire::WireRequest;

/// About how many bytes are kept of all tapes.
const KEPT: usize = 48 * 1024 * 1024;

/// About how many bytes of memory a byte of a body takes once it is read.
const READ: usize = 6;

/// About how many bytes a statement, or an answer without its body, takes.
const OVERHEAD: usize = 2 * 1024;

/// One answer on the way through a tape.
pub struct Step<'a> {
    /// The entry.
    pub at: usize,
    /// What was sent.
    pub wire: &'a WireRequest,
    /// The world in which it was sent.
    pub world: &'a World,
    /// What the model says of it.
    pub analysis: &'a Analysis,
    /// What came back.
    pub observation: &'a Observation,
    /// What is wrong with that.
    pub findings: &'a [Finding],
    /// Whether nothing could be judged.
    pub unjudged: bool,
    /// What was done on the same policy before, the last first.
    pub before: &'a [&'static str],
}

/// A stage on the way through a tape.
pub enum Seen<'a> {
    /// An answer.
    Answer(&'a Step<'a>),
    /// A change that no request to a policy made, and the world after it.
    Change(&'a Change, &'a World),
}

/// An answer that was judged.
struct Judged {
    world: Arc<World>,
    analysis: Analysis,
    observation: Observation,
    findings: Vec<Finding>,
    unjudged: bool,
    before: Vec<&'static str>,
}

/// The tapes with what was judged of them.
pub struct Walks<'a> {
    tapes: &'a [Tape],
    judging: Judging,
    /// By tape and entry; `None` for a tape that is walked anew each time, and for a change.
    kept: Vec<Option<Vec<Option<Judged>>>>,
}

impl<'a> Walks<'a> {
    /// Goes through every tape and keeps what was judged, as far as the bound allows.
    pub fn of(tapes: &'a [Tape], judging: Judging) -> Self {
        let mut left = KEPT;
        let kept = tapes.iter().map(|tape| keep(tape, judging, &mut left)).collect();
        Self { tapes, judging, kept }
    }

    /// The tapes.
    pub fn tapes(&self) -> &'a [Tape] {
        self.tapes
    }

    /// Goes through one tape, answer by answer, following what the target said it did.
    pub fn each(&self, number: usize, mut see: impl FnMut(Seen<'_>)) {
        let Some(tape) = self.tapes.get(number) else { return };
        match self.kept.get(number).and_then(Option::as_ref) {
            Some(kept) => {
                for (at, (entry, judged)) in tape.entries.iter().zip(kept).enumerate() {
                    show(at, entry, judged.as_ref(), &mut see);
                }
            }
            None => walk(tape, self.judging, |at, entry, judged| {
                show(at, entry, judged.as_ref(), &mut see);
            }),
        }
    }
}

fn show(at: usize, entry: &Entry, judged: Option<&Judged>, see: &mut impl FnMut(Seen<'_>)) {
    match (entry, judged) {
        (Entry::Change { change, after }, _) => see(Seen::Change(change, after)),
        (Entry::Exchange(exchange), Some(judged)) => see(Seen::Answer(&Step {
            at,
            wire: &exchange.wire,
            world: &judged.world,
            analysis: &judged.analysis,
            observation: &judged.observation,
            findings: &judged.findings,
            unjudged: judged.unjudged,
            before: &judged.before,
        })),
        (Entry::Exchange(_), None) => {}
    }
}

/// What was judged of a tape, unless that takes more than is left of the bound.
fn keep(tape: &Tape, judging: Judging, left: &mut usize) -> Option<Vec<Option<Judged>>> {
    let mut kept = Vec::with_capacity(tape.entries.len());
    let mut size = 0usize;
    let mut last: Option<Arc<World>> = None;
    walk(tape, judging, |_, _, judged| {
        if size > *left {
            return;
        }
        if let Some(judged) = &judged {
            size += OVERHEAD + READ * body_of(&judged.observation);
            if last.as_ref().is_none_or(|last| !Arc::ptr_eq(last, &judged.world)) {
                size += OVERHEAD * (1 + statements(&judged.world));
                last = Some(Arc::clone(&judged.world));
            }
        }
        kept.push(judged);
    });
    *left = left.checked_sub(size)?;
    Some(kept)
}

fn body_of(observation: &Observation) -> usize {
    observation.answer().map_or(0, |answer| answer.response.body.len())
}

fn statements(world: &World) -> usize {
    let policies = world.functions.values().flat_map(|function| function.policies.values());
    policies.map(|policy| policy.last().statements.len()).sum()
}

fn walk(tape: &Tape, judging: Judging, mut see: impl FnMut(usize, &Entry, Option<Judged>)) {
    let mut world = Arc::new(tape.world.clone());
    let mut before: Vec<&'static str> = Vec::new();
    for (at, entry) in tape.entries.iter().enumerate() {
        match entry {
            Entry::Change { change, after } => {
                world = Arc::new(after.as_ref().clone());
                see(at, entry, None);
                before.insert(0, change.name());
            }
            Entry::Exchange(exchange) => {
                let observation = read_again(&exchange.observation);
                let analysis = analyse(&world, &exchange.wire, judging.edition);
                let judgement = judge(&world, &analysis, &observation, judging);
                let accepted = observation.answer().is_some_and(Answer::is_success);
                let name = done(&analysis.request, accepted);
                let mut after = World::clone(&world);
                apply::apply(&mut after, &analysis, &observation);
                see(
                    at,
                    entry,
                    Some(Judged {
                        world: Arc::clone(&world),
                        analysis,
                        observation,
                        findings: judgement.findings,
                        unjudged: judgement.unjudged.is_some(),
                        before: before.clone(),
                    }),
                );
                before.insert(0, name);
                // Most requests change nothing: one world serves for all of them.
                if after != *world {
                    world = Arc::new(after);
                }
            }
        }
        before.truncate(4);
    }
}

fn done(request: &Request, accepted: bool) -> &'static str {
    match (request, accepted) {
        (Request::AddPermission(_), true) => "an accepted AddPermission",
        (Request::AddPermission(_), false) => "a refused AddPermission",
        (Request::GetPolicy(_), _) => "a GetPolicy",
        (Request::RemovePermission(_), true) => "an accepted RemovePermission",
        (Request::RemovePermission(_), false) => "a refused RemovePermission",
        _ => "another request",
    }
}
