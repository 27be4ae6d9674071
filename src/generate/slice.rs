//! The part of a sequence that may matter for the answer to one of its steps.
//!
//! Shrinking begins with a few bold guesses: most of what a sequence did has nothing to do with the
//! answer that is wrong, and one guess that holds saves dozens of tries on single steps.

use serde_json::Value;

use super::edit::{pruned, sites};
use super::plain::plain_value;
use super::weight::weight;
use super::well_formed::repaired;
use crate::contract::Member;
use crate::scenario::{Operation, Scenario, Step, Template};

/// Simpler scenarios that may give the same answer to a step, the simplest first: only what has to
/// do with its policy or its StatementId, in plain requests; all before it, in plain requests; and
/// all before it as it is. `kept` is the member that is at fault, whose values stay.
pub fn slices(scenario: &Scenario, step: usize, kept: Option<Member>) -> Vec<Scenario> {
    let is_sequence = scenario.steps.len() > 1 && !scenario.has_race();
    if !is_sequence || step >= scenario.steps.len() {
        return Vec::new();
    }
    let mut until = scenario.clone();
    until.steps.truncate(step + 1);
    let plain = with_plain_requests(&until, kept);
    let mut slices: Vec<Scenario> = Vec::new();
    let related = with_related_steps(&plain);
    for slice in [related, plain, until].into_iter().filter_map(repaired).map(pruned) {
        if weight(&slice) < weight(scenario) && !slices.contains(&slice) {
            slices.push(slice);
        }
    }
    slices
}

/// The scenario with nothing in its grants but ids and revisions, and ids that count up.
fn with_plain_requests(scenario: &Scenario, kept: Option<Member>) -> Scenario {
    let mut plain = scenario.clone();
    let mut ids: Vec<Value> = Vec::new();
    let mut renamed = |id: &Value| {
        let at = ids.iter().position(|known| known == id).unwrap_or_else(|| {
            ids.push(id.clone());
            ids.len() - 1
        });
        u8::try_from(at).ok().filter(|at| *at < 26).map(|at| char::from(b'a' + at).to_string())
    };
    let stays = |name: &str| {
        [Some(Member::RevisionId), kept].into_iter().flatten().any(|member| member.name() == name)
    };
    let renames = kept != Some(Member::StatementId);
    for step in &mut plain.steps {
        let Step::One(operation) = step else { continue };
        match operation {
            Operation::AddPermission(add) => {
                let Some(members) = add.members_mut() else { continue };
                members.retain(|name, _| {
                    stays(name) || Member::from_name(name).is_some_and(Member::required)
                });
                for (name, value) in members.iter_mut().filter(|(name, _)| !stays(name)) {
                    match Member::from_name(name) {
                        Some(Member::StatementId) if renames && value.is_string() => {
                            if let Some(id) = renamed(value) {
                                *value = id.into();
                            }
                        }
                        Some(Member::StatementId) | None => {}
                        Some(member) => *value = plain_value(member),
                    }
                }
            }
            Operation::RemovePermission(remove) if renames => {
                if let Some(id) = renamed(&remove.statement_id.as_str().into()) {
                    remove.statement_id = Template::literal(&id);
                }
            }
            _ => {}
        }
    }
    plain
}

/// The scenario with only those steps that share policy or StatementId with the last one, or that
/// are not about a policy.
fn with_related_steps(scenario: &Scenario) -> Scenario {
    let names = |step: &Step| -> Option<(Vec<String>, Option<String>)> {
        let Step::One(operation) = step else { return None };
        let sites = sites(operation);
        let text = |wanted: &[Member]| -> Vec<String> {
            sites
                .iter()
                .filter(|(site, _)| wanted.iter().any(|member| site.member() == Some(*member)))
                .map(|(_, value)| value.to_string())
                .collect()
        };
        let policy = text(&[Member::FunctionName, Member::Qualifier]);
        (!policy.is_empty()).then(|| (policy, text(&[Member::StatementId]).pop()))
    };
    let mut related = scenario.clone();
    let Some((policy, id)) = scenario.steps.last().and_then(names) else { return related };
    related.steps.retain(|step| {
        names(step).is_none_or(|(own, own_id)| own == policy || (own_id.is_some() && own_id == id))
    });
    related
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::plain::{Target, add, add_on, get, put_literal, remove};
    use crate::scenario::Fixture;

    fn scenario(steps: Vec<Step>) -> Scenario {
        Scenario { fixture: Fixture::versioned(), steps }
    }

    #[test]
    fn the_first_slice_holds_what_shares_the_policy_or_the_id_of_the_step() {
        let (a, live) = (Target::function("a"), Target::qualified("a", "live"));
        let mut peculiar = add_on(&a, "s7");
        put_literal(&mut peculiar, Member::SourceAccount, "111111111111");
        let whole = scenario(vec![
            add(add_on(&live, "other")),
            add(peculiar),
            get(&live),
            remove(&a, "s7"),
            get(&a),
        ]);
        let slices = slices(&whole, 3, None);
        assert_eq!(slices[0].steps, vec![add(add_on(&a, "b")), remove(&a, "b")]);
        assert_eq!(slices[0].fixture, Fixture::plain());
        assert_eq!(slices[1].steps.len(), 4);
        assert_eq!(slices[2].steps, whole.steps[..4]);
    }

    #[test]
    fn what_is_at_fault_stays_and_nothing_is_heavier() {
        let a = Target::function("a");
        let mut long = add_on(&a, "x");
        put_literal(&mut long, Member::SourceArn, "arn:aws:s3:::long");
        let whole = scenario(vec![add(long.clone()), add(long), get(&a)]);
        for slice in slices(&whole, 1, Some(Member::SourceArn)) {
            assert!(weight(&slice) < weight(&whole));
            assert!(format!("{slice:?}").contains("arn:aws:s3:::long"));
        }
        assert!(
            slices(&Scenario { steps: whole.steps[..1].to_vec(), ..whole }, 0, None).is_empty()
        );
    }
}
