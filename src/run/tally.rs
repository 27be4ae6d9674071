//! Counts of cases per rule, and findings grouped by cause.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::contract::{Direction, Edition, Phase, RuleId};
use crate::judge::{Finding, Judgement};
use crate::scenario::Scenario;

use super::caps::{CAUSES, OF_A_RULE, counted};

/// Counts and findings of a run.
#[derive(Debug, Default)]
pub struct Tally {
    /// Distinct requests by rule and direction, each with the key of its repair.
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
    /// Number of requests without a defect, and how many of them were rejected.
    pub good: (u64, u64),
    /// Responses to rejected valid requests, by status and code.
    pub refusals: BTreeMap<String, u64>,
    /// The editions that responses to disputed inputs agree with.
    pub followed: HashSet<Edition>,
    /// Number of lost responses.
    pub lost: u64,
    /// Requests that were not sent to real AWS, by the rules that they would have tested.
    pub held_back: BTreeMap<RuleId, u32>,
    /// Findings of causes beyond those that are kept.
    pub beyond: u64,
    /// How many causes are kept of each rule.
    of_rules: BTreeMap<RuleId, usize>,
}

/// Findings of one cause.
#[derive(Clone, Debug)]
pub struct Group {
    /// The finding of the smallest scenario.
    pub finding: Finding,
    /// Number of scenarios that showed it.
    pub occurrences: u32,
    /// The smallest scenario, alone.
    pub scenario: Scenario,
    /// The step of it whose answer is wrong.
    pub step: usize,
    /// The same, after everything that ran before it on its fixture.
    pub history: Scenario,
    /// The number of the scenario in the plan.
    pub number: usize,
    /// Number of requests that the run had sent when the cause was first seen.
    pub seen_at: u64,
}

impl Tally {
    /// Counts a judgement. `phase` distinguishes random requests from planned ones.
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
            *self.unjudged.entry(counted(&self.unjudged, reason)).or_default() += 1;
        }
    }

    /// Adds a finding to its group, which keeps the smallest scenario. Returns whether the cause is
    /// new.
    pub fn find(&mut self, found: Group) -> bool {
        let key = found.finding.fingerprint_text();
        let Some(group) = self.groups.get_mut(&key) else {
            let of_rule = self.of_rules.entry(found.finding.rule()).or_default();
            if *of_rule >= OF_A_RULE || self.groups.len() >= CAUSES {
                self.beyond += 1;
                return false;
            }
            *of_rule += 1;
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

    /// Number of distinct requests that count for one direction of a rule. A rejection only counts
    /// if the repaired request was accepted.
    pub fn cases(&self, rule: RuleId, direction: Direction) -> u32 {
        self.cases.get(&(rule, direction)).map_or(0, |known| {
            known
                .values()
                .filter(|repair| repair.is_none_or(|repair| self.repairs.contains(&repair)))
                .count() as u32
        })
    }

    /// Number of distinct random requests that counted for a rule.
    pub fn random_cases(&self, rule: RuleId) -> usize {
        self.random.get(&rule).map_or(0, HashSet::len)
    }
}
