//! Running the suite: phases, workers, budgets, confirming, shrinking.
//!
//! In come a [`Target`] and [`RunOptions`]; out go [`Event`]s while it runs and a [`RunResult`] at
//! its end. A run goes through these files in this order:
//!
//! * `batch`: which scenarios share a fixture;
//! * `explore`: batches in parallel, each on a [`session`] of its own (made `ahead` where that takes
//!   time), `play`ed step by step
//!   (`races` for steps of several operations, `settle` where writes show late), counted in a `tally` and in `coverage`;
//! * `confirm`: each cause confirmed alone, and `shrink`: shrunk;
//! * `counterexample`: what its reader needs (`describe` puts scenarios in words);
//! * `known`: which causes are listed as known, and which entries are stale;
//! * `verdict`: what that means for each rule;
//! * `unusable`: the result of a run that could not begin;
//! * `corpus`: counterexamples kept for next time, and read back.
//!
//! [`replay`] plays one kept scenario; [`embedded`] makes the reference server a target without
//! a socket.

pub mod batch;
mod confirm;
pub mod corpus;
mod counterexample;
pub mod coverage;
pub mod describe;
pub mod embedded;
mod explore;
pub mod known;
mod options;
mod play;
mod prefetch;
mod races;
pub mod replay;
pub mod selftest;
pub mod session;
mod settle;
mod shrink;
mod tally;
#[cfg(test)]
mod tests;
mod unusable;
mod verdict;

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use crate::client::{FixtureError, PreflightError, Target};
use crate::contract::{Phase, RuleId};
use crate::event::result::RESULTS;
use crate::event::{
    Cause, Counts, Event, Outcome, RunInfo, RunResult, Settling, SuiteInfo, TargetInfo, Warning,
};
use crate::exit_code::ExitCode;
use crate::generate::{self, Case, Depth};
use crate::scenario::{Fixture, Scenario};

pub use options::{DEFAULT_SEED, Prepared, RunOptions};
pub use verdict::phases_of;

use confirm::confirm_all;
use explore::Explored;
use prefetch::FixturePool;
use session::Session;

/// What every part of a run shares.
pub struct Engine {
    /// The target.
    pub target: Target,
    /// What the run shall do.
    pub options: RunOptions,
    emit: Box<dyn Fn(Event) + Send + Sync>,
    started: Instant,
    stopped: AtomicBool,
    found: AtomicBool,
    explored_until: AtomicU64,
    bugs: Mutex<Vec<String>>,
    leftovers: Mutex<Vec<String>>,
    settled: Mutex<known::Settled>,
    /// Entries of known-failure files, by the numbers of file and entry, that were seen to fail.
    seen_again: Mutex<HashSet<(usize, usize)>>,
    nursery: FixturePool,
}

/// Why a run could not begin.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The target cannot be tested.
    #[error(transparent)]
    Preflight(#[from] PreflightError),
    /// The corpus cannot be read.
    #[error(transparent)]
    Corpus(#[from] crate::scenario::file::CorpusError),
}

impl Engine {
    /// An engine; `emit` is given every event.
    pub fn new(
        target: Target,
        options: RunOptions,
        emit: impl Fn(Event) + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            target,
            options,
            emit: Box::new(emit),
            started: Instant::now(),
            stopped: AtomicBool::new(false),
            found: AtomicBool::new(false),
            explored_until: AtomicU64::new(u64::MAX),
            bugs: Mutex::new(Vec::new()),
            leftovers: Mutex::new(Vec::new()),
            settled: Mutex::new(known::Settled::default()),
            seen_again: Mutex::new(HashSet::new()),
            nursery: FixturePool::default(),
        })
    }

    /// Asks the run to end soon; it still cleans up and reports what it has.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// What the run found out about the entries of the known-failure files.
    pub fn settled(&self) -> known::Settled {
        self.settled.lock().map(|settled| settled.clone()).unwrap_or_default()
    }

    fn is_stopped(&self) -> bool {
        let late = self.options.max_time.is_some_and(|most| self.started.elapsed() > most);
        late || self.stopped.load(Ordering::Relaxed) || self.target.ended().is_some()
    }

    fn exhausted(&self) -> bool {
        self.found.load(Ordering::Relaxed) || self.target.requests() >= self.options.max_requests
    }

    /// What could not be deleted, and how to remove it, for the reader of the result.
    fn left_behind(&self, left: &[String]) -> Option<Warning> {
        let (first, more) = left.split_first()?;
        let mut detail = first.clone();
        for what in more {
            let _ = write!(detail, "; {what}");
        }
        let _ = write!(detail, "; remove it with: {}", self.target.remedy());
        Some(Warning { id: "left-behind".into(), detail })
    }

    fn is_adopted(&self) -> bool {
        self.options.function.is_some()
    }

    fn may_shrink(&self) -> bool {
        let explored = self.explored_until.load(Ordering::Relaxed);
        self.target.requests().saturating_sub(explored) < self.options.max_shrink_requests
    }

    fn emit(&self, event: Event) {
        (self.emit)(event);
    }

    fn seen_again(&self, entry: (usize, usize)) {
        if let Ok(mut seen) = self.seen_again.lock() {
            seen.insert(entry);
        }
    }

    fn was_seen_again(&self, entry: (usize, usize)) -> bool {
        self.seen_again.lock().is_ok_and(|seen| seen.contains(&entry))
    }

    fn bug(&self, what: &str) {
        if let Ok(mut bugs) = self.bugs.lock() {
            bugs.push(what.to_owned());
        }
    }

    async fn open(&self, fixture: &Fixture, label: &str) -> Result<Session, FixtureError> {
        match &self.options.function {
            Some(name) => Session::adopt(&self.target, fixture, name, self.options.judging).await,
            None => Session::open(&self.target, fixture, label, self.options.judging).await,
        }
    }

    async fn close(&self, session: Session) {
        if let Some(left) = session.close().await
            && let Ok(mut leftovers) = self.leftovers.lock()
            && !leftovers.contains(&left)
        {
            leftovers.push(left);
        }
    }

    /// The plan of the run: kept scenarios first, then what is generated.
    fn plan(&self) -> Result<Vec<Case>, RunError> {
        let options = &self.options;
        if let Some(prepared) = &options.prepared {
            return Ok(prepared.cases.to_vec());
        }
        let mut cases = Vec::new();
        if options.phases.contains(&Phase::Corpus)
            && let Some(folder) = &options.corpus
        {
            for (_, file) in crate::scenario::CorpusFile::read_folder(folder)? {
                cases.push(Case { phase: Phase::Corpus, scenario: file.scenario() });
            }
        }
        let generate = generate::Options {
            seed: options.seed,
            depth: options.depth,
            without: options.without.clone(),
            editions: options.judging.edition,
        };
        let wanted = options.rules.as_ref().map(|rules| phases_of(rules.iter().copied()));
        for phase in &options.phases {
            if wanted.as_ref().is_none_or(|wanted| wanted.contains(phase)) {
                cases.extend(generate::phase(*phase, &generate));
            }
        }
        cases = broad_first(cases, &generate);
        if options.function.is_some() {
            // On a function of the user's own nothing but its policy is changed.
            let plain = Fixture::plain();
            cases.retain(|case| case.scenario.fixture == plain);
        }
        Ok(cases)
    }
}

/// A plan in the order in which it is run: what a quick plan holds comes first, so that a budget
/// that runs out leaves a broad run, not half of one.
pub fn broad_first(cases: Vec<Case>, options: &generate::Options) -> Vec<Case> {
    let quick = generate::Options { depth: Depth::Quick, ..options.clone() };
    let broad: HashSet<Scenario> =
        generate::plan(&quick).into_iter().map(|case| case.scenario).collect();
    let (mut first, rest): (Vec<Case>, Vec<Case>) = cases
        .into_iter()
        .partition(|case| case.phase == Phase::Corpus || broad.contains(&case.scenario));
    first.extend(rest);
    first
}

/// Runs the suite to its end.
pub async fn run(engine: &Arc<Engine>) -> Result<RunResult, RunError> {
    // Boxed here, once, because its state is large and its callers are futures too.
    Box::pin(to_its_end(engine)).await
}

async fn to_its_end(engine: &Arc<Engine>) -> Result<RunResult, RunError> {
    let plan = engine.plan()?;
    let info = engine.run_info();
    engine.emit(Event::Started {
        schema: crate::event::EVENTS.into(),
        suite: suite_info(),
        run: info.clone(),
    });
    let preflight = match &engine.options.function {
        Some(name) => engine.target.preflight_on(name).await,
        None => engine.target.preflight().await,
    };
    let mut target = match preflight {
        Err(_) if engine.options.prepared.as_ref().is_some_and(|p| p.ignore_preflight) => {
            TargetInfo { endpoint: engine.target.address().to_owned(), ..TargetInfo::default() }
        }
        other => other?,
    };
    target.name.clone_from(&engine.options.name);
    engine.emit(Event::Preflight { target: target.clone() });
    for phase in Phase::ALL {
        let scenarios = plan.iter().filter(|case| case.phase == phase).count() as u32;
        if scenarios > 0 {
            engine.emit(Event::Phase { phase, scenarios });
        }
    }
    let explored = explore::explore(engine, batch::batches(plan)).await;
    let exploring = engine.target.requests();
    engine.explored_until.store(exploring, Ordering::Relaxed);
    let (causes, unjudged) = Box::pin(confirm_all(engine, &explored)).await;
    let settled = known::settle(engine).await;
    engine.nursery.clear(engine).await;
    if let Ok(mut slot) = engine.settled.lock() {
        *slot = settled;
    }
    let leftovers: Vec<String> = engine
        .target
        .release_all()
        .await
        .into_iter()
        .map(|leftover| leftover.to_string())
        .chain(
            engine.leftovers.lock().map(|mut list| std::mem::take(&mut *list)).unwrap_or_default(),
        )
        .collect();
    Ok(engine.result(info, target, &explored, exploring, causes, unjudged, &leftovers))
}

impl Engine {
    /// What had to be waited for until writes showed.
    fn settling(&self) -> Option<Settling> {
        let bound = self.target.consistency().bound()?;
        let waited = self.target.waited();
        let ms = |time: Duration| time.as_millis() as u64;
        Some(Settling {
            bound_ms: ms(bound),
            settled: waited.settled,
            unsettled: waited.unsettled,
            longest_ms: ms(waited.longest),
            total_ms: ms(waited.total),
        })
    }

    fn run_info(&self) -> RunInfo {
        RunInfo {
            seed: self.options.seed,
            started: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
            duration_ms: 0,
            reproduce: self.options.reproduce.clone(),
            phases: self.options.phases.clone(),
        }
    }

    /// Why exploring ended before the plan did.
    fn spent(&self, exploring: u64) -> String {
        match self.options.max_time {
            _ if exploring >= self.options.max_requests => {
                format!("the budget of {} requests was spent", self.options.max_requests)
            }
            Some(most) if self.started.elapsed() > most => {
                format!("the time of {} was over", humantime::format_duration(most))
            }
            _ => "the run ended early".to_owned(),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of a result, each of another kind")]
    fn result(
        &self,
        mut info: RunInfo,
        mut target: TargetInfo,
        explored: &Explored,
        exploring: u64,
        causes: BTreeMap<RuleId, Vec<Cause>>,
        unjudged: BTreeMap<RuleId, String>,
        leftovers: &[String],
    ) -> RunResult {
        let tally = &explored.tally;
        let lacking = target
            .abilities
            .iter()
            .filter(|(_, ability)| ability.as_str() != "yes")
            .map(|(operation, _)| operation.clone())
            .collect();
        let rules = verdict::verdicts(verdict::Evidence {
            options: &self.options,
            tally,
            causes,
            unjudged,
            cut: explored.cut,
            eventual: self.target.consistency().bound().is_some(),
            lacking,
            spent: (explored.cut > 0).then(|| self.spent(exploring)),
        });
        target.editions_followed = tally.followed.iter().copied().collect();
        let requests = self.target.requests();
        let settled = self.settled();
        let counts = Counts {
            requests,
            exploring,
            shrinking: requests - exploring,
            scenarios: tally.scenarios,
            unjudged: tally.unjudged.values().sum(),
            throttled: self.target.throttled(),
            stale: settled.stale.len() as u32,
            ..verdict::count(&rules)
        };
        info.duration_ms = self.started.elapsed().as_millis() as u64;
        let interrupted = self.stopped.load(Ordering::Relaxed);
        let mut warnings = verdict::warnings(tally, &explored.fixtures, explored.cut);
        warnings.extend(self.left_behind(leftovers));
        let ended = self.target.ended();
        warnings.extend(ended.clone().map(|detail| Warning { id: "target-lost".into(), detail }));
        warnings.extend(settled.warnings());
        let bugs = self.bugs.lock().map(|bugs| bugs.clone()).unwrap_or_default();
        let has_bugs = !bugs.is_empty();
        warnings.extend(bugs.into_iter().map(|detail| Warning { id: "bug".into(), detail }));
        let is_whole = ended.is_none() && (leftovers.is_empty() || self.target.rails().is_none());
        let outcome = match verdict::outcome(&counts, self.options.flaky_fails) {
            _ if interrupted => Outcome::Interrupted,
            Outcome::Passed if !is_whole => Outcome::Incomplete,
            outcome => outcome,
        };
        let exit = if has_bugs { ExitCode::Bug } else { ExitCode::of(outcome) };
        let result = RunResult {
            schema: RESULTS.into(),
            complete: !interrupted,
            outcome,
            exit_code: exit as u8,
            suite: suite_info(),
            run: info,
            target,
            judging: self.options.judging,
            counts,
            figures: verdict::figures(&rules, &counts),
            rules,
            coverage: explored.coverage.figures(),
            warnings,
            consistency: self.settling(),
        };
        for rule in &result.rules {
            self.emit(Event::Rule { result: Box::new(rule.clone()) });
        }
        for warning in &result.warnings {
            self.emit(Event::Warning { warning: warning.clone() });
        }
        self.emit(Event::Finished { result: Box::new(result.clone()) });
        result
    }
}

/// Versions of the suite.
pub fn suite_info() -> SuiteInfo {
    let mut text = String::new();
    for rule in crate::contract::catalogue::RULES {
        let _ = writeln!(text, "{rule:?}");
    }
    SuiteInfo {
        version: env!("CARGO_PKG_VERSION").into(),
        catalogue: corpus::short_hash(&text),
        rules: RuleId::ALL.len() as u32,
    }
}
