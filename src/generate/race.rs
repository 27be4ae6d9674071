//! Operations that are released together.

use super::plain::{Builder, Target, add, add_on, get, put, removal};
use super::{Case, Options};
use crate::scenario::{AddPermission, Fixture, GetPolicy, Operation, Step, Template};
use crate::spec::{Member, Phase};

/// The cases of the phase.
pub(super) fn cases(options: &Options) -> Vec<Case> {
    let mut cases = Builder::new(Phase::Races, 'w');
    let widths: &[usize] = options.depth.pick(&[2, 4], &[2, 4, 8, 16], &[2, 3, 4, 6, 8, 12, 16]);
    let rounds = options.depth.pick(1, 2, 10);
    for _ in 0..rounds {
        for width in widths {
            round(&mut cases, *width);
        }
    }
    cases.finish()
}

fn round(cases: &mut Builder, width: usize) {
    let a = Target::function("a");
    let plain = Fixture::plain();
    let distinct = |number: usize| add_on(&a, &format!("s{number}"));
    // One StatementId, told apart by the account that each names.
    cases.steps(&plain, vec![together((0..width).map(|number| marked(&a, "s", number))), get(&a)]);
    // The same, byte for byte.
    cases.steps(&plain, vec![together((0..width).map(|_| add_on(&a, "s"))), get(&a)]);
    // One revision.
    let current = |number| {
        let mut request = distinct(number);
        put(&mut request, Member::RevisionId, &Template::reference("revision.current"));
        request
    };
    cases.steps(
        &plain,
        vec![add(add_on(&a, "first")), get(&a), together((0..width).map(current)), get(&a)],
    );
    // Nothing in common but the policy.
    cases.steps(&plain, vec![together((0..width).map(distinct)), get(&a)]);
    // Adds against removals: of what is there, and of what is being added.
    let half = width.div_ceil(2);
    let mut steps: Vec<Step> = (0..half).map(|number| add(distinct(number))).collect();
    let removals =
        (0..half).map(|number| Operation::RemovePermission(removal(&a, &format!("s{number}"))));
    let adds = (half..width).map(|number| Operation::AddPermission(distinct(number)));
    steps.push(Step::Together { together: removals.clone().chain(adds).collect() });
    steps.push(get(&a));
    cases.steps(&plain, steps);
    let same = (0..half).map(|number| Operation::AddPermission(distinct(number)));
    cases.steps(&plain, vec![Step::Together { together: same.chain(removals).collect() }, get(&a)]);
    // Adds against reads.
    let reads = (0..half).map(|_| {
        Operation::GetPolicy(GetPolicy { function_name: a.function_name.clone(), qualifier: None })
    });
    let adds = (0..half).map(|number| Operation::AddPermission(distinct(number)));
    cases.steps(
        &plain,
        vec![
            add(add_on(&a, "first")),
            Step::Together { together: reads.chain(adds).collect() },
            get(&a),
        ],
    );
    // Several policies of one function, each with its own StatementIds.
    let live = Target::qualified("a", "live");
    let spread = (0..width).map(|number| add_on(if number % 2 == 0 { &a } else { &live }, "s"));
    cases.steps(&Fixture::versioned(), vec![together(spread), get(&a), get(&live)]);
}

/// An add that can be told from others with its StatementId.
fn marked(target: &Target, id: &str, number: usize) -> AddPermission {
    let mut request = add_on(target, id);
    let account = Template::parse(format!("{number:012}"));
    put(&mut request, Member::SourceAccount, &account);
    request
}

fn together(requests: impl Iterator<Item = AddPermission>) -> Step {
    Step::Together { together: requests.map(Operation::AddPermission).collect() }
}
