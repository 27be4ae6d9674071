//! Judging of concurrent operations, by linearizability against the model.

use std::collections::BTreeSet;

use serde_json::Value;

use super::linearize::{Linearity, Sequential, Timed, linearize};
use super::{Finding, Judgement};
use crate::contract::{Aspect, Direction, RuleId};
use crate::model::world::statement_id;
use crate::model::{Analysis, ParsedBody, Request};
use crate::observation::Observation;

/// One call of a race: request, observation and times.
#[derive(Clone, Debug)]
pub struct RaceCall {
    /// The analysis of the request in the state before the race.
    pub analysis: Analysis,
    /// The observation.
    pub observation: Observation,
    /// The time of sending, in nanoseconds on one clock.
    pub started: u64,
    /// The time of the response.
    pub ended: u64,
    /// Whether the request names the revision that was current before the race.
    pub names_current: bool,
    /// Whether a write to another policy of the function overlaps it.
    pub has_rival: bool,
}

/// Maximum number of configurations that a search visits.
const CAP: usize = 200_000;

/// A call as the sequential specification sees it.
#[derive(Clone, Debug)]
enum Call {
    Add { sid: String, conditional: bool, outcome: Outcome },
    Remove { sid: String, conditional: bool, outcome: Outcome },
    Read(BTreeSet<String>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Done,
    Conflict,
    Precondition,
    NotFound,
    /// Rejected for a reason unrelated to the race: no effect.
    Refused,
    /// No response, or an inconclusive one: it may have had an effect.
    Unknown,
}

/// The statements of one policy as a set, so that memoisation is effective, and whether it was
/// written.
struct PolicySet;

impl Sequential for PolicySet {
    type State = (BTreeSet<String>, bool);
    type Call = (Call, bool);

    fn step(&self, state: &Self::State, (call, contended): &Self::Call) -> Vec<Self::State> {
        let (sids, written) = state;
        let unchanged = || vec![state.clone()];
        match call {
            Call::Read(seen) => {
                if seen == sids {
                    unchanged()
                } else {
                    Vec::new()
                }
            }
            Call::Add { sid, conditional, outcome } => {
                let may = !sids.contains(sid) && (!*conditional || !*written);
                let done = || {
                    let mut next = sids.clone();
                    next.insert(sid.clone());
                    (next, true)
                };
                match outcome {
                    Outcome::Done if may => vec![done()],
                    Outcome::Conflict if sids.contains(sid) || *contended => unchanged(),
                    Outcome::Precondition if *conditional && *written => unchanged(),
                    Outcome::Unknown if may => vec![done(), state.clone()],
                    Outcome::Unknown | Outcome::Refused => unchanged(),
                    _ => Vec::new(),
                }
            }
            Call::Remove { sid, conditional, outcome } => {
                let may = sids.contains(sid) && (!*conditional || !*written);
                let done = || {
                    let mut next = sids.clone();
                    next.remove(sid);
                    (next, true)
                };
                match outcome {
                    Outcome::Done if may => vec![done()],
                    Outcome::NotFound if !sids.contains(sid) => unchanged(),
                    Outcome::Conflict if *contended => unchanged(),
                    Outcome::Precondition if *conditional && *written => unchanged(),
                    Outcome::Unknown if may => vec![done(), state.clone()],
                    Outcome::Unknown | Outcome::Refused => unchanged(),
                    _ => Vec::new(),
                }
            }
        }
    }
}

fn outcome(observation: &Observation) -> Outcome {
    match observation {
        Observation::Answer(answer) => match answer.status() {
            200..300 => Outcome::Done,
            // A busy target did nothing, and says nothing of the race.
            409 if answer.is_busy() => Outcome::Refused,
            409 => Outcome::Conflict,
            412 => Outcome::Precondition,
            404 => Outcome::NotFound,
            400..500 => Outcome::Refused,
            _ => Outcome::Unknown,
        },
        Observation::Fault(_) => Outcome::Unknown,
    }
}

fn read_sids(observation: &Observation) -> Option<BTreeSet<String>> {
    let answer = observation.answer()?;
    if answer.status() == 404 {
        return Some(BTreeSet::new());
    }
    let policy = answer.nested("Policy").filter(|_| answer.is_success())?;
    let statements = policy.get("Statement").and_then(Value::as_array)?;
    Some(statements.iter().filter_map(statement_id).map(ToOwned::to_owned).collect())
}

fn call_of(call: &RaceCall) -> Option<Call> {
    let outcome = outcome(&call.observation);
    let conditional = call.names_current;
    match &call.analysis.request {
        Request::AddPermission(add) => match &add.body {
            ParsedBody::Object(members) => {
                let sid = members.get("StatementId")?.as_str()?.to_owned();
                Some(Call::Add { sid, conditional, outcome })
            }
            _ => None,
        },
        Request::RemovePermission(remove) => {
            Some(Call::Remove { sid: remove.statement_id.clone(), conditional, outcome })
        }
        Request::GetPolicy(_) => read_sids(&call.observation).map(Call::Read),
        Request::Unroutable | Request::Other => None,
    }
}

/// The outcome of a race.
#[derive(Clone, Debug)]
pub struct RaceVerdict {
    /// Findings and cases.
    pub judgement: Judgement,
    /// Whether the round counts: something succeeded, and calls overlapped.
    pub counts: bool,
}

/// Judges one round of a race. `before` contains the ids of the statements before it; `after` is
/// the read after it, if any.
pub fn judge_race(
    before: &BTreeSet<String>,
    calls: &[RaceCall],
    after: Option<&RaceCall>,
    mut judgement: Judgement,
    distinct: u64,
) -> RaceVerdict {
    let overlaps =
        |one: &RaceCall, other: &RaceCall| one.started < other.ended && other.started < one.ended;
    let is_write = |call: &RaceCall| !matches!(call.analysis.request, Request::GetPolicy(_));
    let overlapped = calls
        .iter()
        .enumerate()
        .any(|(at, call)| calls[at + 1..].iter().any(|other| overlaps(call, other)));
    let succeeded =
        calls.iter().any(|call| is_write(call) && outcome(&call.observation) == Outcome::Done);
    let counts = overlapped && succeeded;
    let is_lost =
        |call: &RaceCall| is_write(call) && outcome(&call.observation) == Outcome::Unknown;
    // A write whose response was lost may take effect long after it was given up.
    let meets = |call: &RaceCall, rival: &RaceCall| {
        overlaps(call, rival) || (is_lost(rival) && rival.started < call.ended)
    };
    let timed = |at: usize, call: &RaceCall| {
        let contended = calls
            .iter()
            .enumerate()
            .any(|(other, rival)| other != at && is_write(rival) && meets(call, rival));
        let parsed = call_of(call)?;
        Some(Timed {
            call: (parsed, contended || call.has_rival),
            started: call.started,
            ended: (!is_lost(call)).then_some(call.ended),
        })
    };
    let mut writes: Vec<Timed<(Call, bool)>> = Vec::new();
    let mut reads: Vec<Timed<(Call, bool)>> = Vec::new();
    for (at, call) in calls.iter().enumerate() {
        let list = if is_write(call) { &mut writes } else { &mut reads };
        list.extend(timed(at, call));
    }
    if let Some(after) = after {
        writes.extend(timed(usize::MAX, after));
    }
    let initial = (before.clone(), false);
    let rules = rules_at_stake(&writes, !reads.is_empty(), after.is_some());
    let without_reads = linearize(&PolicySet, &initial, &writes, CAP);
    let with_reads = if reads.is_empty() || without_reads != Linearity::Linearizable {
        without_reads
    } else {
        let mut all = writes.clone();
        all.extend(reads);
        linearize(&PolicySet, &initial, &all, CAP)
    };
    let broken = match (without_reads, with_reads) {
        (Linearity::NotLinearizable, _) => Some(broken_rule(&writes)),
        (_, Linearity::NotLinearizable) => Some(RuleId::RaceReadsConsistent),
        (Linearity::Undecided, _) | (_, Linearity::Undecided) => {
            judgement.unjudged = Some("the race has too many possible orders to judge".into());
            None
        }
        _ => None,
    };
    if let Some(rule) = broken {
        let aspect = if rule.rule().evidence(Aspect::Status).is_some() {
            Aspect::Status
        } else {
            Aspect::Policy
        };
        judgement.find(
            Finding::new(rule, aspect, Direction::Shape)
                .expected(vec!["an order of the operations that explains every answer".into()])
                .actual_text("no order of the operations explains these answers".into())
                .keyed("no order"),
        );
    }
    if counts && judgement.unjudged.is_none() {
        for rule in rules {
            if Some(rule) != broken {
                judgement.cases.push(super::CaseCount {
                    rule,
                    direction: Direction::Shape,
                    distinct,
                    repair: None,
                });
            }
        }
    }
    RaceVerdict { judgement, counts }
}

/// The ids of successfully added statements, and the number of successful conditional writes.
fn winners(writes: &[Timed<(Call, bool)>]) -> (Vec<&str>, usize) {
    let mut sids = Vec::new();
    let mut conditional_done = 0;
    for timed in writes {
        match &timed.call.0 {
            Call::Add { sid, conditional, outcome: Outcome::Done } => {
                sids.push(sid.as_str());
                conditional_done += usize::from(*conditional);
            }
            Call::Remove { conditional: true, outcome: Outcome::Done, .. } => conditional_done += 1,
            _ => {}
        }
    }
    sids.sort_unstable();
    (sids, conditional_done)
}

fn broken_rule(writes: &[Timed<(Call, bool)>]) -> RuleId {
    let (sids, conditional_done) = winners(writes);
    let removes = writes.iter().any(|timed| matches!(timed.call.0, Call::Remove { .. }));
    if !removes && sids.windows(2).any(|pair| pair[0] == pair[1]) {
        RuleId::RaceOneWinnerPerId
    } else if conditional_done > 1 {
        RuleId::RaceOneWinnerPerRevision
    } else {
        RuleId::RaceNoLostUpdate
    }
}

/// The rules that a race tests.
fn rules_at_stake(writes: &[Timed<(Call, bool)>], reads: bool, after: bool) -> Vec<RuleId> {
    let mut rules = Vec::new();
    let mut sids: Vec<&str> = Vec::new();
    let mut conditional = 0;
    for timed in writes {
        match &timed.call.0 {
            Call::Add { sid, conditional: named, .. } => {
                sids.push(sid);
                conditional += usize::from(*named);
            }
            Call::Remove { conditional: true, .. } => conditional += 1,
            _ => {}
        }
    }
    sids.sort_unstable();
    if sids.windows(2).any(|pair| pair[0] == pair[1]) {
        rules.push(RuleId::RaceOneWinnerPerId);
    }
    if conditional > 1 {
        rules.push(RuleId::RaceOneWinnerPerRevision);
    }
    if after {
        rules.push(RuleId::RaceNoLostUpdate);
    }
    if reads {
        rules.push(RuleId::RaceReadsConsistent);
    }
    rules
}
