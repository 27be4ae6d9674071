//! Guesses at smaller scenarios before shrinking, and tries that cannot succeed.

use crate::generate::plain::plainest;
use crate::generate::slices;
use crate::generate::weight::weight;
use crate::scenario::{Operation, Scenario};

use super::tally::Group;

/// Simpler scenarios that are likely to show the cause of a group as well, the simplest first: for
/// most causes the value at fault is all that matters.
pub(super) fn guesses(group: &Group) -> Vec<Scenario> {
    let scenario = &group.scenario;
    let plain = plainest(scenario, group.finding.member);
    plain
        .filter(|plain| weight(plain) < weight(scenario))
        .into_iter()
        .chain(slices(scenario, group.step, group.finding.member))
        .collect()
}

/// Whether a candidate does not end with the operation that the scenario ends with, where that is the
/// step whose response is wrong.
pub(super) fn lacks_the_end(candidate: &Scenario, scenario: &Scenario, step: usize) -> bool {
    let end = |scenario: &Scenario| {
        scenario.steps.last().map(|step| step.operations().first().map(Operation::name))
    };
    step + 1 == scenario.steps.len()
        && scenario.steps.len() > 1
        && !scenario.has_race()
        && end(candidate) != end(scenario)
}
