//! Exploration: concurrent batches of scenarios, each with its own exact state.

use std::collections::{BTreeSet, VecDeque};
use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use crate::client::FixtureError;
use crate::contract::{Phase, RuleId};
use crate::diagnose::Tape;
use crate::event::{DeployerResult, Event};
use crate::generate::Case;
use crate::model::statement::StatementShape;
use crate::model::{Analysis, Request};
use crate::observation::{Observation, TransportFault};
use crate::scenario::{Operation, Scenario, Step};

use super::batch::Batch;
use super::caps::counted;
use super::coverage::CoverageTally;
use super::engine::Engine;
use super::play::{play, read_back};
use super::played::Played;
use super::prefetch::{BATCHES_AHEAD, PendingFixture};
use super::recording::MOST_TAPE;
use super::session::Session;
use super::tally::{Group, Tally};

/// The outcome of exploration.
#[derive(Debug, Default)]
pub struct Explored {
    /// Counts and findings.
    pub tally: Tally,
    /// Coverage of the contract by the requests.
    pub coverage: CoverageTally,
    /// Number of batches that a budget cut off.
    pub cut: u32,
    /// Fixtures that could not be created, by reason.
    pub fixtures: Vec<String>,
    /// How deployment tools fared.
    pub deployers: Vec<DeployerResult>,
    /// What was sent and answered, for diagnosing.
    pub tapes: Vec<Tape>,
    /// About how many bytes the tapes hold.
    taped: usize,
}

impl Explored {
    /// Keeps a tape, as long as there is room for it.
    fn keep(&mut self, tape: Tape) {
        if self.taped + tape.size <= MOST_TAPE {
            self.taped += tape.size;
            self.tapes.push(tape);
        }
    }
}

/// Runs batches in parallel, in the order of the plan.
pub async fn explore(engine: &Arc<Engine>, batches: Vec<Batch>) -> Explored {
    let explored = Arc::new(Mutex::new(Explored::default()));
    let queue = Arc::new(Mutex::new(batches.into_iter().enumerate().collect()));
    let progress = Arc::new(Progress::default());
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..engine.options.jobs.max(1) {
        let (engine, queue) = (Arc::clone(engine), Arc::clone(&queue));
        let (explored, progress) = (Arc::clone(&explored), Arc::clone(&progress));
        workers.spawn(async move {
            let mut ahead: VecDeque<Work> = VecDeque::new();
            while let Some(mut work) = ahead.pop_front().or_else(|| Work::next(&queue, 0)) {
                if engine.exhausted() || engine.is_stopped() {
                    with(&explored, |explored| explored.cut += 1);
                    work.discard(&engine).await;
                    continue;
                }
                work.begin(&engine);
                while engine.prefetches()
                    && ahead.len() < BATCHES_AHEAD
                    // The last batches go to idle workers, not to the worker that asked first.
                    && let Some(mut next) = Work::next(&queue, engine.options.jobs * BATCHES_AHEAD)
                {
                    next.begin(&engine);
                    ahead.push_back(next);
                }
                run_batch(&engine, work, &explored, &progress).await;
            }
        });
    }
    while let Some(done) = workers.join_next().await {
        if let Err(error) = done {
            engine.bug(&format!("a worker ended early: {error}"));
        }
    }
    Arc::try_unwrap(explored)
        .ok()
        .and_then(|explored| explored.into_inner().ok())
        .unwrap_or_default()
}

/// Batches that no worker has taken, with their numbers.
type Queue = Mutex<VecDeque<(usize, Batch)>>;

/// A batch that a worker has taken.
struct Work {
    /// The label in the names of its functions, which does not depend on the worker.
    label: String,
    batch: Batch,
    /// Its pending fixture; each round of a race has its own.
    opening: Option<PendingFixture>,
}

impl Work {
    /// The next batch, where more than so many are left.
    fn next(queue: &Queue, spare: usize) -> Option<Self> {
        let mut queue = queue.lock().ok().filter(|queue| queue.len() > spare)?;
        let (number, batch) = queue.pop_front()?;
        Some(Self { label: format!("x{number}"), batch, opening: None })
    }

    fn is_race(&self) -> bool {
        self.batch.is_race()
    }

    /// Starts to create the fixture, unless that has started.
    fn begin(&mut self, engine: &Arc<Engine>) {
        if self.opening.is_none() && !self.is_race() {
            self.opening = Some(engine.begin(&self.batch.fixture, self.label.clone()));
        }
    }

    async fn discard(self, engine: &Engine) {
        if let Some(opening) = self.opening {
            engine.discard(opening).await;
        }
    }
}

fn with<T>(explored: &Mutex<Explored>, change: impl FnOnce(&mut Explored) -> T) -> Option<T> {
    explored.lock().ok().map(|mut explored| change(&mut explored))
}

#[derive(Debug, Default)]
struct Progress {
    done: AtomicU32,
}

async fn run_batch(
    engine: &Arc<Engine>,
    work: Work,
    explored: &Arc<Mutex<Explored>>,
    progress: &Progress,
) {
    let Work { label, batch, opening } = work;
    let Some(opening) = opening else {
        for (number, case) in &batch.cases {
            race_rounds(engine, (*number, case), batch.rounds.clone(), &label, explored).await;
            report(engine, progress, case.phase);
        }
        return;
    };
    let Some(made) = engine.finish(opening).await else { return };
    let Some(mut session) = usable(made, explored) else { return };
    session.record();
    let mut played_cases = 0;
    for (at, (number, case)) in batch.cases.iter().enumerate() {
        if engine.exhausted() || engine.is_stopped() {
            break;
        }
        let played = play(&mut session, &case.scenario, 0).await;
        settle(engine, explored, &played, case, &batch.cases[..at], *number);
        played_cases = at + 1;
        report(engine, progress, case.phase);
    }
    // One read shows whether all accepted statements were stored, and no rejected one.
    let before = steps_of(&batch.cases[..played_cases]);
    let last = batch.cases[..played_cases].last().map_or(0, |(number, _)| *number);
    let mut played = Played::default();
    read_back(&mut session, &mut played, before.len()).await;
    let phase = batch.cases[0].1.phase;
    for (_, record) in &played.records {
        let Some(request) = &record.analysis else { continue };
        let Request::GetPolicy(get) = &request.request else { continue };
        let mut steps = before.clone();
        let function = session
            .provisioned
            .functions
            .iter()
            .find(|(_, function)| function.name == get.name)
            .map(|(key, _)| crate::scenario::Template::reference(&format!("function.{key}")));
        steps.push(Step::One(Operation::GetPolicy(crate::scenario::GetPolicy {
            function_name: function
                .unwrap_or_else(|| crate::scenario::Template::literal(&get.name)),
            qualifier: get.qualifier.as_deref().map(crate::scenario::Template::literal),
            ..crate::scenario::GetPolicy::default()
        })));
        let case = Case { phase, scenario: Scenario { fixture: batch.fixture.clone(), steps } };
        let one = Played {
            findings: record.judgement.findings.iter().map(|f| (before.len(), f.clone())).collect(),
            records: vec![(0, record.clone())],
            unjudged: None,
            lanes: Vec::new(),
            tape: None,
        };
        settle(engine, explored, &one, &case, &[], last);
    }
    if let Some(mut tape) = session.recorded() {
        tape.order = last;
        with(explored, |explored| explored.keep(*tape));
    }
    engine.close(session).await;
}

/// Repeats a race, each round on its own fixture.
async fn race_rounds(
    engine: &Arc<Engine>,
    (number, case): (usize, &Case),
    rounds: Range<u32>,
    label: &str,
    explored: &Arc<Mutex<Explored>>,
) {
    let started = Instant::now();
    for round in rounds {
        let spent = started.elapsed() > engine.options.race_time;
        if engine.exhausted() || engine.is_stopped() || (round > 2 && spent) {
            break;
        }
        let made = engine.fresh(&case.scenario.fixture, &format!("{label}r{round}")).await;
        let Some(mut session) = usable(made, explored) else { return };
        let played = play(&mut session, &case.scenario, round).await;
        settle(engine, explored, &played, case, &[], number);
        engine.close(session).await;
    }
}

/// The session, unless its fixture could not be created, which is recorded.
fn usable(made: Result<Session, FixtureError>, explored: &Mutex<Explored>) -> Option<Session> {
    match made {
        Ok(mut session) => {
            session.spares_hanging = true;
            Some(session)
        }
        Err(error) => {
            let text = error.to_string();
            with(explored, |explored| {
                if !explored.fixtures.contains(&text) && explored.fixtures.len() < 20 {
                    explored.fixtures.push(text);
                }
                *explored
                    .tally
                    .unjudged
                    .entry("a fixture could not be made".into())
                    .or_default() += 1;
            });
            None
        }
    }
}

/// Plays the steps of cases in sequence.
fn steps_of(cases: &[(usize, Case)]) -> Vec<Step> {
    cases.iter().flat_map(|(_, case)| case.scenario.steps.iter().cloned()).collect()
}

/// Counts the outcome of a scenario that ran after others on its fixture.
fn settle(
    engine: &Engine,
    explored: &Arc<Mutex<Explored>>,
    played: &Played,
    case: &Case,
    before: &[(usize, Case)],
    number: usize,
) {
    let Ok(mut guard) = explored.lock() else { return };
    let Explored { tally, coverage, deployers, .. } = &mut *guard;
    if case.phase == Phase::Deployers {
        deployers.extend(super::deployers::outcome(&case.scenario, played));
    }
    tally.scenarios += 1;
    for (_, record) in &played.records {
        tally.count(&record.judgement, case.phase);
        if let (Some(analysis), Some(wire)) = (&record.analysis, &record.request) {
            coverage.record(analysis, wire, &record.observation);
            if matches!(analysis.request, Request::AddPermission(_)) && analysis.faults.is_empty() {
                tally.good.0 += 1;
                if let Observation::Answer(answer) = &record.observation
                    && !answer.is_success()
                {
                    tally.good.1 += 1;
                    let brief = counted(&tally.refusals, &record.observation.brief());
                    *tally.refusals.entry(brief).or_default() += 1;
                }
            }
        }
        let Observation::Fault(fault) = &record.observation else { continue };
        let Some(wire) = &record.request else { continue };
        if !matches!(fault, TransportFault::Withheld(_)) {
            tally.lost += 1;
        } else if engine.target.holds_back(wire) {
            for rule in record.analysis.iter().flat_map(tested_rules) {
                *tally.held_back.entry(rule).or_default() += 1;
            }
        }
    }
    if case.scenario.steps.len() == 1 {
        coverage.pairs(&case.scenario);
    }
    for (step, finding) in &played.findings {
        let (rule, brief) = (finding.rule(), finding.actual.clone());
        let scenario = case.scenario.clone();
        let mut history = scenario.clone();
        history.steps = steps_of(before).into_iter().chain(history.steps).collect();
        let group = Group {
            finding: finding.clone(),
            occurrences: 1,
            scenario,
            step: *step,
            history,
            number,
            seen_at: engine.target.requests(),
        };
        if ends(engine, finding) {
            engine.found.store(true, Ordering::Relaxed);
        }
        let is_new = tally.find(group);
        if is_new && !finding.advisory {
            engine.emit(Event::Suspect { rule, brief });
        }
    }
}

/// The rules that a request tests.
fn tested_rules(analysis: &Analysis) -> BTreeSet<RuleId> {
    let refused = analysis.faults.iter().map(|fault| fault.rule);
    let shown = analysis.statement.iter().flat_map(StatementShape::rules);
    refused.chain(analysis.accepts.iter().copied()).chain(shown).collect()
}

/// Whether a finding ends the run.
fn ends(engine: &Engine, finding: &crate::judge::Finding) -> bool {
    engine.options.prepared.as_ref().is_some_and(|prepared| {
        (prepared.advisory || !finding.advisory)
            && finding.suspects.iter().any(|rule| prepared.stop_on.contains(rule))
    })
}

fn report(engine: &Engine, progress: &Progress, phase: Phase) {
    let done = progress.done.fetch_add(1, Ordering::Relaxed) + 1;
    if done.is_multiple_of(25) {
        engine.emit(Event::Progress { phase, done, requests: engine.target.requests() });
    }
}
