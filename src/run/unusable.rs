//! The result of a run that could not begin: it judges nothing and says why.

use super::{Engine, ExitCode, RESULTS, suite_info, verdict};
use crate::contract::RuleId;
use crate::event::{
    Counts, EVENTS, Event, Outcome, RuleResult, RunResult, TargetInfo, Verdict, Warning,
};

impl Engine {
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
                region: self.target.region().to_owned(),
                ..TargetInfo::default()
            },
            judging,
            counts,
            figures: verdict::figures(&rules, &counts),
            rules,
            coverage: Vec::new(),
            warnings,
            consistency: None,
        };
        self.emit(Event::Finished { result: Box::new(result.clone()) });
        result
    }
}
