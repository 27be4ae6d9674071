//! proptest's value tree over scenarios: shrinking as a walk through simpler scenarios.
//!
//! A tree can be made from any scenario, a stored counterexample as well as a generated one,
//! because what is simpler is read off the scenario and not off the way it was made.

use std::fmt;

use proptest::strategy::ValueTree;

use super::edit::{self, Edit, Group};
use super::weight::{Weight, weight};
use super::well_formed::repaired;
use crate::scenario::Scenario;

/// A scenario and the simpler ones that may stand for it.
///
/// Whoever drives it keeps to proptest's protocol: `simplify` while the current scenario still
/// shows what is looked for, `complicate` when it does not. The walk goes through the groups of
/// edits in order; when an edit is accepted it stays where it is. The groups of bold edits are
/// gone through until they bring nothing more, then those of single values; when a round over
/// all groups has brought nothing, the scenario is a local minimum.
pub struct ScenarioTree {
    /// The simplest scenario that is known to show what is looked for.
    accepted: Scenario,
    weight: Weight,
    /// The scenario to try, while one is being tried.
    proposed: Option<Scenario>,
    groups: Vec<Group>,
    group: usize,
    /// The edits of the group at hand, and the next of them.
    edits: Option<Vec<Edit>>,
    next: usize,
    /// Whether this round has brought anything.
    progressed: bool,
    /// Whether single values are being looked at.
    fine: bool,
}

impl ScenarioTree {
    /// A tree over any scenario.
    pub fn new(scenario: Scenario) -> Self {
        Self {
            weight: weight(&scenario),
            groups: edit::groups(&scenario),
            accepted: scenario,
            proposed: None,
            group: 0,
            edits: None,
            next: 0,
            progressed: false,
            fine: false,
        }
    }

    /// The current scenario, without a copy.
    pub fn into_current(self) -> Scenario {
        self.proposed.unwrap_or(self.accepted)
    }

    /// Goes to the next candidate, if there is one.
    fn advance(&mut self) -> bool {
        loop {
            let Some(group) = self.groups.get(self.group) else {
                if !self.progressed {
                    return false;
                }
                self.progressed = false;
                self.group = 0;
                continue;
            };
            // What is bold is worn out before single values are looked at: a step that can go
            // saves the tries on its values.
            if group.is_of_one_value() && self.progressed && !self.fine {
                self.progressed = false;
                self.group = 0;
                continue;
            }
            self.fine = group.is_of_one_value();
            let edits = self.edits.get_or_insert_with(|| group.edits(&self.accepted));
            while let Some(edit) = edits.get(self.next) {
                self.next += 1;
                if let Some(candidate) = candidate(&self.accepted, self.weight, edit) {
                    self.proposed = Some(candidate);
                    return true;
                }
            }
            self.edits = None;
            self.next = 0;
            self.group += 1;
        }
    }

    /// Whether the current scenario differs from the accepted one in a single value, and not in
    /// what there is.
    pub fn is_fine(&self) -> bool {
        self.proposed.is_some() && self.groups.get(self.group).is_some_and(Group::is_of_one_value)
    }

    /// Takes the current scenario back, as `complicate` does, and goes on behind the value that
    /// it differs in.
    pub fn leave_value(&mut self) -> bool {
        if self.proposed.take().is_none() {
            return false;
        }
        self.edits = None;
        self.next = 0;
        self.group += 1;
        self.advance()
    }

    /// Takes the proposed scenario for the accepted one.
    fn accept(&mut self) {
        let Some(proposed) = self.proposed.take() else { return };
        self.weight = weight(&proposed);
        self.accepted = proposed;
        self.progressed = true;
        // The bold edits of a text stand first: after one worked, start over with them.
        // Elsewhere what stood behind has moved up by one.
        let starts_over = self.groups.get(self.group).is_some_and(Group::is_of_one_value);
        self.next = if starts_over { 0 } else { self.next.saturating_sub(1) };
        self.groups = edit::groups(&self.accepted);
        self.edits = None;
    }
}

/// What an edit makes of a scenario, if that is runnable and strictly simpler.
fn candidate(scenario: &Scenario, weight_of_scenario: Weight, edit: &Edit) -> Option<Scenario> {
    let mut candidate = scenario.clone();
    edit.apply(&mut candidate);
    let candidate = repaired(candidate)?;
    (weight(&candidate) < weight_of_scenario).then_some(candidate)
}

impl ValueTree for ScenarioTree {
    type Value = Scenario;

    fn current(&self) -> Scenario {
        self.proposed.as_ref().unwrap_or(&self.accepted).clone()
    }

    fn simplify(&mut self) -> bool {
        self.accept();
        self.advance()
    }

    fn complicate(&mut self) -> bool {
        // Without a proposal there is nothing to take back.
        self.proposed.take().is_some() && self.advance()
    }
}

impl fmt::Debug for ScenarioTree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScenarioTree")
            .field("accepted", &self.accepted)
            .field("proposed", &self.proposed)
            .finish_non_exhaustive()
    }
}

/// Every simpler scenario that is one edit away, the boldest edits first.
pub fn candidates(scenario: &Scenario) -> impl Iterator<Item = Scenario> + '_ {
    let own = weight(scenario);
    edit::groups(scenario)
        .into_iter()
        .flat_map(|group| group.edits(scenario))
        .filter_map(move |edit| candidate(scenario, own, &edit))
}
