//! Running the suite: phases, workers, budgets, confirming, shrinking.
//!
//! In come a [`Target`] and [`RunOptions`]; out go [`Event`]s while it runs and a [`RunResult`] at
//! its end. A run goes through these files in this order:
//!
//! * `batch`: which scenarios share a fixture;
//! * `explore`: batches in parallel, each on a [`session`] of its own, `play`ed step by step
//!   (`races` for steps of several operations), counted in a `tally` and in `coverage`;
//! * `shrink`: each cause confirmed alone and shrunk;
//! * `counterexample`: what its reader needs (`describe` puts scenarios in words);
//! * `known`: which causes are listed as known, and which entries are stale;
//! * `verdict`: what that means for each rule;
//! * `unusable`: the result of a run that could not begin;
//! * `corpus`: counterexamples kept for next time, and read back.
//!
//! [`replay`] plays one kept scenario; [`embedded`] makes the reference server a target without
//! a socket.

pub mod batch;
pub mod corpus;
mod counterexample;
pub mod coverage;
pub mod describe;
pub mod embedded;
mod explore;
pub mod known;
mod play;
mod races;
pub mod replay;
pub mod selftest;
pub mod session;
mod shrink;
mod tally;
mod unusable;
mod verdict;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use crate::event::result::RESULTS;
use crate::event::{
    Cause, Counts, Event, Judging, Outcome, RunInfo, RunResult, SuiteInfo, TargetInfo, Warning,
};
use crate::exit_code::ExitCode;
use crate::generate::{self, Case, Depth, Feature};
use crate::known::KnownFile;
use crate::scenario::Fixture;
use crate::spec::{Phase, RuleId};
use crate::target::{FixtureError, PreflightError, Target};

pub use verdict::phases_of;

use explore::Explored;
use session::Session;
use shrink::{Confirmed, Shrinker};
use tally::Group;

/// What a run shall do.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// The seed.
    pub seed: u64,
    /// How much is generated.
    pub depth: Depth,
    /// The phases.
    pub phases: Vec<Phase>,
    /// The rules that count; all of them where none are named.
    pub rules: Option<BTreeSet<RuleId>>,
    /// What the target was declared to lack.
    pub without: Vec<Feature>,
    /// How to judge.
    pub judging: Judging,
    /// Batches in flight.
    pub jobs: usize,
    /// The most requests that explore, fixtures included.
    pub max_requests: u64,
    /// The most tries to shrink one cause.
    pub shrink_tries: u32,
    /// The most requests that confirm and shrink.
    pub max_shrink_requests: u64,
    /// The longest that the run may take.
    pub max_time: Option<Duration>,
    /// How often a race is repeated.
    pub rounds: u32,
    /// The longest that one race is repeated for.
    pub race_time: Duration,
    /// A function of the user's own to test on.
    pub function: Option<String>,
    /// A folder of kept scenarios: replayed first, and added to.
    pub corpus: Option<PathBuf>,
    /// The files of known failures.
    pub known: Vec<KnownFile>,
    /// Whether flaky rules fail the run.
    pub flaky_fails: bool,
    /// The command line that repeats the run.
    pub reproduce: String,
    /// A name for the target.
    pub name: Option<String>,
    /// A plan to run in place of the generated one, and whether to explore only up to the end of
    /// the first phase that shows a violation.
    pub prepared: Option<Prepared>,
}

/// A plan that several runs share.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The cases, phase by phase.
    pub cases: Arc<Vec<Case>>,
    /// The rules whose first violation ends the exploring; none where it goes to its end.
    pub until_violated: Vec<RuleId>,
    /// Whether findings that are only reported end it, too.
    pub advisory: bool,
    /// Whether the target is tested even though its preflight fails.
    pub whatever_preflight_says: bool,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            seed: DEFAULT_SEED,
            depth: Depth::Default,
            phases: Phase::ALL.to_vec(),
            rules: None,
            without: Vec::new(),
            judging: Judging::default(),
            jobs: 8,
            max_requests: 4_000,
            shrink_tries: 100,
            max_shrink_requests: 6_000,
            max_time: None,
            rounds: 20,
            race_time: Duration::from_secs(4),
            function: None,
            corpus: None,
            known: Vec::new(),
            flaky_fails: false,
            reproduce: String::new(),
            name: None,
            prepared: None,
        }
    }
}

/// The seed of a run that names none: fixed, so that CI does not flip by luck.
pub const DEFAULT_SEED: u64 = 0x5d1f_3c0a;

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
        late || self.stopped.load(Ordering::Relaxed)
    }

    fn exhausted(&self) -> bool {
        self.found.load(Ordering::Relaxed) || self.target.requests() >= self.options.max_requests
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
    let texts: HashSet<String> =
        generate::plan(&quick).iter().map(|case| format!("{:?}", case.scenario)).collect();
    let (mut first, rest): (Vec<Case>, Vec<Case>) = cases.into_iter().partition(|case| {
        case.phase == Phase::Corpus || texts.contains(&format!("{:?}", case.scenario))
    });
    first.extend(rest);
    first
}

/// Runs the suite to its end.
pub async fn run(engine: &Arc<Engine>) -> Result<RunResult, RunError> {
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
        Err(_) if engine.options.prepared.as_ref().is_some_and(|p| p.whatever_preflight_says) => {
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
    let (causes, unjudged) = confirm_all(engine, &explored).await;
    let settled = known::settle(engine).await;
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
    Ok(engine.result(info, target, &explored, exploring, causes, unjudged, leftovers))
}

/// Confirms and shrinks every cause, several at a time.
async fn confirm_all(
    engine: &Arc<Engine>,
    explored: &Explored,
) -> (BTreeMap<RuleId, Vec<Cause>>, BTreeMap<RuleId, String>) {
    let mut groups: Vec<&Group> = explored.tally.groups.values().collect();
    if let Some(rules) = &engine.options.rules {
        groups.retain(|group| group.finding.suspects.iter().any(|rule| rules.contains(rule)));
    }
    // Scored before advisory, certain suspects before several, small before large.
    groups.sort_by_key(|group| {
        let finding = &group.finding;
        (finding.advisory, finding.suspects.len() > 1, group.scenario.size(), group.number)
    });
    let mut causes: Vec<Cause> = Vec::new();
    let mut unjudged = BTreeMap::new();
    let lanes = if engine.options.function.is_some() { 1 } else { engine.options.jobs.max(1) };
    let (sure, unsure): (Vec<&Group>, Vec<&Group>) =
        groups.into_iter().partition(|group| group.finding.suspects.len() == 1);
    for (part, groups) in [sure, unsure].into_iter().enumerate() {
        let mut pending: Vec<Group> = Vec::new();
        for group in groups {
            if part == 1 && explained(&mut causes, group) {
                continue;
            }
            pending.push(group.clone());
        }
        let mut running = tokio::task::JoinSet::new();
        let mut waiting = pending.into_iter().enumerate();
        loop {
            while running.len() < lanes
                && let Some((at, group)) = waiting.next()
            {
                let engine = Arc::clone(engine);
                running.spawn(async move {
                    let done = confirm(&engine, &group, format!("c{part}n{at}")).await;
                    (at, group, done)
                });
            }
            let Some(done) = running.join_next().await else { break };
            match done {
                Ok((_, _, Done::Cause(cause))) => merge(engine, &mut causes, *cause),
                Ok((_, group, Done::Unjudged(reason))) => {
                    if !group.finding.advisory {
                        unjudged.insert(group.finding.rule(), reason);
                    }
                }
                Ok((_, _, Done::Nothing)) => {}
                Err(error) => engine.bug(&format!("confirming ended early: {error}")),
            }
        }
    }
    let mut by_rule: BTreeMap<RuleId, Vec<Cause>> = BTreeMap::new();
    for cause in causes {
        by_rule.entry(cause.rule).or_default().push(cause);
    }
    for list in by_rule.values_mut() {
        // In an order that does not depend on which task ended first.
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

/// Whether a confirmed cause explains a group whose request could not tell the rule at fault.
fn explained(causes: &mut [Cause], group: &Group) -> bool {
    let finding = &group.finding;
    let known = causes.iter_mut().find(|cause| {
        !cause.flaky
            && finding.suspects.contains(&cause.rule)
            && cause.aspect == finding.aspect
            && cause.direction == finding.direction
            && cause.brief.ends_with(&finding.actual)
    });
    if let Some(cause) = known {
        cause.occurrences += group.occurrences;
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
    Unjudged(String),
    Nothing,
}

async fn confirm(engine: &Arc<Engine>, group: &Group, label: String) -> Done {
    let mut shrinker = Shrinker::new(engine, label);
    let done = match shrinker.confirm(group).await {
        Confirmed::Unjudged(reason) => Done::Unjudged(reason),
        Confirmed::Flaky { .. } if group.finding.rule() == RuleId::WireAnswers => {
            // Lost now and then: nothing could be judged there, but nothing is violated.
            Done::Nothing
        }
        Confirmed::Flaky { tries } => {
            let counterexample = crate::event::Counterexample {
                scenario: group.scenario.clone(),
                expected: group.finding.expected.clone(),
                actual: group.finding.actual.clone(),
                reproduced: (0, tries),
                ..crate::event::Counterexample::default()
            };
            Done::Cause(Box::new(corpus::cause(
                &group.finding,
                (group.occurrences, group.seen_at),
                counterexample,
                true,
            )))
        }
        Confirmed::Shown { shown, .. } if shrinker.has_another_reason(&shown).await => {
            Done::Nothing
        }
        Confirmed::Shown { shown, shrink, reproduced, tried } => {
            let counterexample =
                counterexample::build(engine, &mut shrinker, &shown, shrink, reproduced, tried)
                    .await;
            let cause = corpus::cause(
                &shown.finding,
                (group.occurrences, group.seen_at),
                counterexample,
                false,
            );
            Done::Cause(Box::new(cause))
        }
    };
    shrinker.close().await;
    done
}

impl Engine {
    fn run_info(&self) -> RunInfo {
        RunInfo {
            seed: self.options.seed,
            started: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
            duration_ms: 0,
            reproduce: self.options.reproduce.clone(),
            phases: self.options.phases.clone(),
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
        leftovers: Vec<String>,
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
            lacking,
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
        for leftover in leftovers {
            warnings.push(Warning { id: "left-behind".into(), detail: leftover });
        }
        warnings.extend(settled.warnings());
        let bugs = self.bugs.lock().map(|bugs| bugs.clone()).unwrap_or_default();
        let has_bugs = !bugs.is_empty();
        warnings.extend(bugs.into_iter().map(|detail| Warning { id: "bug".into(), detail }));
        let outcome = if interrupted {
            Outcome::Interrupted
        } else {
            verdict::outcome(&counts, self.options.flaky_fails)
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
    for rule in crate::spec::catalogue::RULES {
        let _ = writeln!(text, "{rule:?}");
    }
    SuiteInfo {
        version: env!("CARGO_PKG_VERSION").into(),
        catalogue: corpus::short_hash(&text),
        rules: RuleId::ALL.len() as u32,
    }
}
