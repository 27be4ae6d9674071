//! The result of a run: from what its stages left to what its reader is given.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use crate::contract::RuleId;
use crate::diagnose::Diagnosis;
use crate::event::result::RESULTS;
use crate::event::{
    Cause, Counts, EVENTS, Event, Outcome, RuleResult, RunInfo, RunResult, Settling, SuiteInfo,
    TargetInfo, Verdict, Warning,
};
use crate::exit_code::ExitCode;

use super::cause::short_hash;
use super::engine::{Engine, exploring_of};
use super::explore::Explored;
use super::verdict;

/// What the stages of a run leave for its result.
pub struct Ended {
    /// The target, as the preflight saw it.
    pub target: TargetInfo,
    /// What exploring showed.
    pub explored: Explored,
    /// The number of requests that exploring took.
    pub exploring: u64,
    /// The confirmed causes of each rule.
    pub causes: BTreeMap<RuleId, Vec<Cause>>,
    /// Why causes of a rule could not be confirmed.
    pub unjudged: BTreeMap<RuleId, String>,
    /// The bugs behind the causes.
    pub diagnosis: Diagnosis,
    /// What could not be deleted.
    pub leftovers: Vec<String>,
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

    pub(super) fn run_info(&self) -> RunInfo {
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
            Some(most) if self.started.elapsed() > exploring_of(most) => {
                format!("the time of {} was over", humantime::format_duration(most))
            }
            _ => "the run ended early".to_owned(),
        }
    }

    /// The result of a run that went through all its stages.
    pub(super) fn result(&self, mut info: RunInfo, ended: Ended) -> RunResult {
        let Ended { mut target, explored, exploring, causes, unjudged, diagnosis, leftovers } =
            ended;
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
        let stale = self.stale_entries();
        let counts = Counts {
            requests,
            exploring,
            shrinking: requests - exploring,
            scenarios: tally.scenarios,
            unjudged: tally.unjudged.values().sum(),
            throttled: self.target.throttled(),
            stale: stale.entries.len() as u32,
            ..verdict::count(&rules)
        };
        info.duration_ms = self.started.elapsed().as_millis() as u64;
        let interrupted = self.stopped.load(Ordering::Relaxed);
        let mut warnings = verdict::warnings(tally, &explored.fixtures, explored.cut);
        warnings.extend(self.left_behind(&leftovers));
        warnings.extend(self.cut(tally.beyond));
        warnings.extend(diagnosis.given_up.then(|| {
            Warning {
                id: "bugs-not-found".into(),
                detail: "finding the bugs behind the failures took too long and was given up; the \
                     failures are complete"
                    .into(),
            }
        }));
        let lost = self.target.ended();
        warnings.extend(lost.clone().map(|detail| Warning { id: "target-lost".into(), detail }));
        warnings.extend(stale.warnings());
        let bugs = self.bugs();
        let has_bugs = !bugs.is_empty();
        warnings.extend(bugs.into_iter().map(|detail| Warning { id: "bug".into(), detail }));
        let is_over = self.target.halted().is_some();
        let is_whole = lost.is_none() && !is_over && leftovers.is_empty();
        let outcome = match verdict::outcome(&counts, self.options.flaky_fails) {
            _ if interrupted => Outcome::Interrupted,
            Outcome::Passed if !is_whole => Outcome::Incomplete,
            outcome => outcome,
        };
        let exit = if has_bugs { ExitCode::Bug } else { ExitCode::of(outcome) };
        let mut deployers = explored.deployers.clone();
        deployers.sort_by(|a, b| a.scenario.cmp(&b.scenario));
        let result = RunResult {
            schema: RESULTS.into(),
            complete: !interrupted && !is_over,
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
            deployers,
            warnings,
            consistency: self.settling(),
            bugs: diagnosis.bugs,
            unexplained: diagnosis.unexplained,
            explained: Some(diagnosis.explained).filter(|all| all.deviating > 0),
            limits: diagnosis.limits,
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

    /// The result of a run before which the target could not even be started, with its events.
    pub fn never_began(&self, why: &str) -> RunResult {
        let run = self.run_info();
        self.emit(Event::Started { schema: EVENTS.into(), suite: suite_info(), run });
        self.unusable(why, &[])
    }

    /// The result of a run whose target could not be used, and the events that end its stream;
    /// `left` is what could not be deleted.
    pub fn unusable(&self, why: &str, left: &[String]) -> RunResult {
        let judging = self.options.judging;
        let rules: Vec<RuleResult> = RuleId::ALL
            .iter()
            .map(|id| {
                let rule = id.rule();
                let (verdict, reason) = match verdict::not_applicable(&self.options, *id) {
                    Some(reason) => (Verdict::NotApplicable, reason),
                    None => (Verdict::CouldNotRun, why.to_owned()),
                };
                RuleResult {
                    id: *id,
                    topic: rule.topic,
                    strength: rule.strength,
                    sentence: rule.sentence.to_owned(),
                    evidence: rule.strongest(),
                    scored: rule.scored(judging.evidence, judging.strict),
                    verdict,
                    reason: Some(reason),
                    directions: Vec::new(),
                    failed: 0,
                    bound_95: None,
                    causes: Vec::new(),
                }
            })
            .collect();
        let counts = Counts { requests: self.target.requests(), ..verdict::count(&rules) };
        let mut run = self.run_info();
        run.duration_ms = self.started.elapsed().as_millis() as u64;
        let mut warnings = vec![Warning { id: "unusable".into(), detail: why.to_owned() }];
        warnings.extend(self.left_behind(left));
        let result = RunResult {
            schema: RESULTS.into(),
            complete: false,
            outcome: Outcome::Unusable,
            exit_code: ExitCode::Unusable as u8,
            suite: suite_info(),
            run,
            target: TargetInfo {
                name: self.options.name.clone(),
                endpoint: self.target.address().to_owned(),
                proxy: self.target.proxy(),
                region: self.target.region().to_owned(),
                ..TargetInfo::default()
            },
            judging,
            counts,
            figures: verdict::figures(&rules, &counts),
            rules,
            coverage: Vec::new(),
            deployers: Vec::new(),
            warnings,
            consistency: None,
            bugs: Vec::new(),
            unexplained: Vec::new(),
            explained: None,
            limits: Vec::new(),
        };
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
        catalogue: short_hash(&text),
        rules: RuleId::ALL.len() as u32,
    }
}
