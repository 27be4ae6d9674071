//! Edits that take several operations away at once, because none of them can go alone.

use super::edit::{Edit, Place, Site, places, sites};
use crate::contract::Member;
use crate::scenario::{Operation, Scenario};

/// What has to do with one target of grants, with one StatementId, and all reads but the last.
pub(super) fn related_operations(scenario: &Scenario) -> Vec<Edit> {
    let mut related_operations: Vec<(String, Vec<Place>)> = Vec::new();
    let mut reads: Vec<Place> = Vec::new();
    for (place, operation) in places(scenario) {
        let sites = sites(operation);
        let text = |site: &Site| {
            let value = sites.iter().find(|(own, _)| own == site).map(|(_, value)| value);
            value.map(ToString::to_string)
        };
        let target = text(&Site::FunctionName)
            .map(|name| name + &text(&Site::Qualifier).unwrap_or_default());
        let statement = text(&Site::Member(Member::StatementId.name().into()));
        for own in target.into_iter().chain(statement) {
            match related_operations.iter_mut().find(|(known, _)| *known == own) {
                Some((_, places)) => places.push(place),
                None => related_operations.push((own, vec![place])),
            }
        }
        if matches!(operation, Operation::GetPolicy(_)) {
            reads.push(place);
        }
    }
    reads.pop();
    let all = scenario.operations().count();
    let mut related_operations: Vec<Vec<Place>> =
        related_operations.into_iter().map(|(_, places)| places).collect();
    related_operations.push(reads);
    // One operation goes alone as well.
    related_operations.retain(|places| places.len() > 1 && places.len() < all);
    related_operations.sort_by_key(|places| std::cmp::Reverse(places.len()));
    related_operations
        .into_iter()
        .map(|places| Edit::DropOperations(places.into_iter().rev().collect()))
        .collect()
}

/// The longest scenario of which every pair of steps is tried.
const SHORT: usize = 8;

pub(super) fn pairs(scenario: &Scenario) -> Vec<Edit> {
    let len = scenario.steps.len();
    if !(3..=SHORT).contains(&len) {
        return Vec::new();
    }
    let pairs = (0..len).flat_map(|one| (one + 1..len).map(move |other| (one, other)));
    let place = |step| Place { step, index: 0 };
    // A step of several goes as a whole, by its own edits.
    let single = |step: usize| scenario.steps[step].operations().len() == 1;
    pairs
        .rev()
        .filter(|(one, other)| single(*one) && single(*other))
        .map(|(one, other)| Edit::DropOperations(vec![place(other), place(one)]))
        .collect()
}
