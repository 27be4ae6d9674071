//! What a run has seen so far: cases that count for rules, and findings grouped by cause.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::contract::{Direction, Edition, Phase, RuleId};
use crate::judge::{Finding, Judgement};
use crate::scenario::Scenario;

/// Counts and findings of a run.
#[derive(Debug, Default)]
pub struct Tally {
    /// Distinct requests by rule and direction, each with the repair that it needs.
    cases: HashMap<(RuleId, Direction), HashMap<u64, Option<u64>>>,
    /// Distinct random requests by rule.
    random: HashMap<RuleId, HashSet<u64>>,
    /// Keys of accepted requests.
    repairs: HashSet<u64>,
    /// Findings by cause.
    pub groups: BTreeMap<String, Group>,
    /// Scenarios that ran.
    pub scenarios: u64,
    /// Scenarios that could not be judged, by reason.
    pub unjudged: BTreeMap<String, u64>,
    /// Requests with no fault that were sent, and how many of them were refused.
    pub good: (u64, u64),
    /// The answers to refused good requests, by status and code.
    pub refusals: BTreeMap<String, u64>,
    /// Editions that answers to disputed inputs followed.
    pub followed: HashSet<Edition>,
    /// Answers that were lost.
    pub lost: u64,
    /// Requests that were held back from real AWS, by the rules that they would have tested.
    pub held_back: BTreeMap<RuleId, u32>,
}

/// Findings of one cause.
#[derive(Clone, Debug)]
pub struct Group {
    /// The finding of the smallest scenario.
    pub finding: Finding,
    /// How many scenarios showed it.
    pub occurrences: u32,
    /// The smallest scenario, alone.
    pub scenario: Scenario,
    /// The same with everything that ran before it on its fixture.
    pub history: Scenario,
    /// The number of the scenario in the plan.
    pub number: usize,
    /// How many requests the run had sent when the cause was first seen.
    pub seen_at: u64,
}

impl Tally {
    /// Counts a judgement. `phase` tells random draws from planned ones.
    pub fn count(&mut self, judgement: &Judgement, phase: Phase) {
        for case in &judgement.cases {
            self.cases
                .entry((case.rule, case.direction))
                .or_default()
                .entry(case.distinct)
                .or_insert(case.repair);
            if phase == Phase::Random {
                self.random.entry(case.rule).or_default().insert(case.distinct);
            }
        }
        self.repairs.extend(&judgement.repairs);
        self.followed.extend(judgement.followed);
        if let Some(reason) = &judgement.unjudged {
            *self.unjudged.entry(reason.clone()).or_default() += 1;
        }
    }

    /// Groups a finding; of several scenarios, the smallest stands for the cause. Returns whether
    /// the cause is new.
    pub fn find(&mut self, found: Group) -> bool {
        let key = found.finding.fingerprint_text();
        let Some(group) = self.groups.get_mut(&key) else {
            self.groups.insert(key, found);
            return true;
        };
        let weight = |group: &Group| (group.scenario.size(), group.number);
        let occurrences = group.occurrences + found.occurrences;
        let seen_at = group.seen_at.min(found.seen_at);
        if weight(&found) < weight(group) {
            *group = found;
        }
        group.occurrences = occurrences;
        group.seen_at = seen_at;
        false
    }

    /// How many distinct requests count for one direction of a rule: refusals only beside their
    /// accepted repair.
    pub fn cases(&self, rule: RuleId, direction: Direction) -> u32 {
        self.cases.get(&(rule, direction)).map_or(0, |known| {
            known
                .values()
                .filter(|repair| repair.is_none_or(|repair| self.repairs.contains(&repair)))
                .count() as u32
        })
    }

    /// How many distinct random requests counted for a rule.
    pub fn random_cases(&self, rule: RuleId) -> usize {
        self.random.get(&rule).map_or(0, HashSet::len)
    }
}
