//! Small scenarios of a few steps, each with one question.

use super::plain::{Builder, Target, add, add_on, get, put, put_literal, removal, remove};
use crate::scenario::{
    AddPermission, Fixture, FunctionFixture, OnFunction, Operation, Step, Template,
};
use crate::spec::Member;

/// Revisions that no target has issued.
const GARBAGE: [&str; 4] =
    ["wrong", "3a4b5c6d-0000-4000-8000-1f2e3d4c5b6a", "00000000-0000-0000-0000-000000000000", "1"];

/// All of them; `most` says how many of a group to keep.
pub(super) fn add_cases(cases: &mut Builder, most: impl Fn(usize) -> usize) {
    cases.group(most(5), statement_ids);
    cases.group(most(5), revisions);
    cases.group(most(3), reads);
    cases.group(most(5), removals);
    isolation(cases);
}

fn with_revision(target: &Target, id: &str, revision: &str) -> AddPermission {
    let mut request = add_on(target, id);
    put(&mut request, Member::RevisionId, &Template::parse(revision));
    request
}

fn statement_ids(cases: &mut Builder) {
    let (plain, versioned) = (Fixture::plain(), Fixture::versioned());
    let a = Target::function("a");
    let first = || add(add_on(&a, "s1"));
    let other = |statement_id: &str| {
        let mut request = add_on(&a, statement_id);
        put_literal(&mut request, Member::Principal, "sns.amazonaws.com");
        put_literal(&mut request, Member::SourceAccount, "111111111111");
        add(request)
    };
    cases.steps(&plain, vec![first(), first(), get(&a)]);
    cases.steps(&plain, vec![first(), other("s1"), get(&a)]);
    cases.steps(&plain, vec![first(), other("s2"), first(), other("s2"), get(&a)]);
    // Differing in case, and one the beginning of the other.
    cases.steps(&plain, vec![first(), add(add_on(&a, "S1")), get(&a)]);
    cases.steps(&plain, vec![first(), add(add_on(&a, "s")), add(add_on(&a, "s11")), get(&a)]);
    // Free again after its removal.
    cases.steps(&plain, vec![first(), remove(&a, "s1"), first(), get(&a)]);
    cases.steps(
        &plain,
        vec![first(), other("s2"), remove(&a, "s1"), other("s1"), get(&a), other("s2")],
    );
    // One policy per target of grants.
    let targets = [
        a.clone(),
        Target::version("a", 1),
        Target::version("a", 2),
        Target::qualified("a", "live"),
        Target::qualified("a", "edge"),
    ];
    let mut steps: Vec<Step> = targets.iter().map(|target| add(add_on(target, "s1"))).collect();
    steps.extend(targets.iter().map(get));
    cases.steps(&versioned, steps);
    for target in &targets[1..] {
        cases.steps(
            &versioned,
            vec![add(add_on(target, "s1")), add(add_on(target, "s1")), get(target), get(&a)],
        );
    }
    // Publishing copies no policy.
    cases.steps(
        &plain,
        vec![
            first(),
            Step::One(Operation::PublishVersion(OnFunction { function: "a".into() })),
            get(&Target::version("a", 1)),
            get(&a),
        ],
    );
}

fn revisions(cases: &mut Builder) {
    let plain = Fixture::plain();
    let a = Target::function("a");
    let current = |id: &str| add(with_revision(&a, id, "${revision.current}"));
    let stale = |id: &str| add(with_revision(&a, id, "${revision.stale}"));
    for garbage in GARBAGE {
        cases.steps(&plain, vec![add(with_revision(&a, "s1", garbage)), get(&a)]);
        cases.steps(
            &plain,
            vec![add(add_on(&a, "s1")), get(&a), add(with_revision(&a, "s2", garbage)), get(&a)],
        );
    }
    cases.steps(&plain, vec![add(add_on(&a, "s1")), add(with_revision(&a, "s2", "")), get(&a)]);
    cases.steps(&plain, vec![add(add_on(&a, "s1")), get(&a), current("s2"), get(&a)]);
    cases.steps(
        &plain,
        vec![
            add(add_on(&a, "s1")),
            get(&a),
            get(&a),
            current("s2"),
            get(&a),
            current("s3"),
            get(&a),
        ],
    );
    cases.steps(
        &plain,
        vec![add(add_on(&a, "s1")), get(&a), add(add_on(&a, "s2")), get(&a), stale("s3"), get(&a)],
    );
    // A refused write leaves the revision current.
    cases.steps(
        &plain,
        vec![add(add_on(&a, "s1")), get(&a), add(add_on(&a, "s1")), current("s2"), get(&a)],
    );
    // Current revision, taken StatementId.
    cases.steps(&plain, vec![add(add_on(&a, "s1")), get(&a), current("s1"), get(&a)]);
    // A removal makes what was read before stale.
    cases.steps(
        &plain,
        vec![
            add(add_on(&a, "s1")),
            add(add_on(&a, "s2")),
            get(&a),
            remove(&a, "s1"),
            get(&a),
            stale("s3"),
            current("s4"),
            get(&a),
        ],
    );
    foreign_revisions(cases);
    stable_revisions(cases);
}

fn foreign_revisions(cases: &mut Builder) {
    let (a, live) = (Target::function("a"), Target::qualified("a", "live"));
    cases.steps(
        &Fixture::versioned(),
        vec![
            add(add_on(&a, "s1")),
            add(add_on(&live, "s1")),
            get(&a),
            get(&live),
            add(with_revision(&a, "s2", "${revision.foreign}")),
            add(with_revision(&live, "s2", "${revision.foreign}")),
            get(&a),
            get(&live),
        ],
    );
}

/// What must not change a revision: reads, versions, writes to other policies.
fn stable_revisions(cases: &mut Builder) {
    let (a, live) = (Target::function("a"), Target::qualified("a", "live"));
    cases.steps(
        &Fixture::versioned(),
        vec![
            add(add_on(&a, "s1")),
            get(&a),
            Step::One(Operation::PublishVersion(OnFunction { function: "a".into() })),
            add(add_on(&live, "s1")),
            get(&live),
            get(&a),
            add(with_revision(&a, "s2", "${revision.current}")),
            add(with_revision(&live, "s2", "${revision.current}")),
            get(&a),
            get(&live),
        ],
    );
}

fn reads(cases: &mut Builder) {
    let a = Target::function("a");
    cases.steps(&Fixture::plain(), vec![get(&a)]);
    let unknown =
        Target { function_name: Template::literal("no-such-function-ps"), qualifier: None };
    cases.steps(&Fixture::plain(), vec![get(&unknown)]);
    for qualifier in ["42", "nope"] {
        cases.steps(&Fixture::versioned(), vec![get(&Target::qualified("a", qualifier))]);
    }
    for target in [Target::version("a", 1), Target::qualified("a", "live")] {
        cases.steps(&Fixture::versioned(), vec![add(add_on(&a, "s1")), get(&target), get(&a)]);
        cases.steps(&Fixture::versioned(), vec![add(add_on(&target, "s1")), get(&a), get(&target)]);
    }
    cases.steps(&Fixture::plain(), vec![add(add_on(&a, "s1")), remove(&a, "s1"), get(&a)]);
    let many = (1..=5).map(|number| add(add_on(&a, &format!("s{number}"))));
    cases.steps(&Fixture::plain(), many.chain([get(&a), get(&a)]).collect());
}

fn removals(cases: &mut Builder) {
    let (plain, versioned) = (Fixture::plain(), Fixture::versioned());
    let (a, live) = (Target::function("a"), Target::qualified("a", "live"));
    let remove_with = |id: &str, revision: &str| {
        let mut removal = removal(&a, id);
        removal.revision_id = Some(Template::parse(revision));
        Step::One(Operation::RemovePermission(removal))
    };
    let three = || ["s1", "s2", "s3"].map(|id| add(add_on(&a, id))).to_vec();
    for id in ["s1", "s2", "s3"] {
        cases.steps(&plain, [three(), vec![remove(&a, id), get(&a)]].concat());
    }
    cases.steps(
        &plain,
        [three(), vec![remove(&a, "s3"), remove(&a, "s1"), remove(&a, "s2"), get(&a)]].concat(),
    );
    // Nothing to remove: no policy, no such statement, no such function, no such alias.
    cases.steps(&plain, vec![remove(&a, "s1"), get(&a)]);
    cases.steps(&plain, vec![add(add_on(&a, "s1")), remove(&a, "nope"), remove(&a, "S1"), get(&a)]);
    let unknown =
        Target { function_name: Template::literal("no-such-function-ps"), qualifier: None };
    cases.steps(&plain, vec![remove(&unknown, "s1")]);
    cases.steps(
        &versioned,
        vec![add(add_on(&a, "s1")), remove(&Target::qualified("a", "nope"), "s1"), get(&a)],
    );
    cases.steps(&plain, vec![add(add_on(&a, "s1")), remove(&a, "s1"), remove(&a, "s1"), get(&a)]);
    // From one policy only.
    cases.steps(
        &versioned,
        vec![
            add(add_on(&a, "s1")),
            add(add_on(&live, "s1")),
            remove(&a, "s1"),
            get(&a),
            get(&live),
        ],
    );
    cases.steps(&versioned, vec![add(add_on(&live, "s1")), remove(&a, "s1"), get(&live)]);
    // With revisions.
    let (one, two) = (add(add_on(&a, "s1")), add(add_on(&a, "s2")));
    for steps in [
        vec![one.clone(), get(&a), remove_with("s1", "wrong"), get(&a)],
        vec![one.clone(), get(&a), remove_with("s1", "${revision.current}"), get(&a)],
        vec![one, get(&a), two, get(&a), remove_with("s1", "${revision.stale}"), get(&a)],
    ] {
        cases.steps(&plain, steps);
    }
}

fn isolation(cases: &mut Builder) {
    let fixture = Fixture {
        functions: ["a", "b"]
            .map(|key| FunctionFixture { key: key.into(), ..FunctionFixture::default() })
            .into(),
    };
    let (a, b) = (Target::function("a"), Target::function("b"));
    cases.steps(
        &fixture,
        vec![
            add(add_on(&a, "s1")),
            get(&b),
            add(add_on(&b, "s1")),
            remove(&a, "s1"),
            get(&a),
            get(&b),
        ],
    );
    // A function of the same name, made anew, starts without policy.
    let on = || OnFunction { function: "a".into() };
    cases.steps(
        &Fixture::plain(),
        vec![
            add(add_on(&a, "s1")),
            get(&a),
            Step::One(Operation::DeleteFunction(on())),
            add(add_on(&a, "s2")),
            Step::One(Operation::CreateFunction(on())),
            get(&a),
            add(add_on(&a, "s1")),
            get(&a),
        ],
    );
}
