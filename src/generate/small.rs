//! Small scenarios of a few steps, each of which tests one question or a few related ones.
//!
//! A function takes two requests to create and delete, a version two more, an alias one. Therefore
//! an alias of `$LATEST` is used where possible, and independent questions share a function.

use super::plain::{Builder, Target, add, add_on, get, put, put_literal, removal, remove};
use crate::contract::Member;
use crate::scenario::{
    AddPermission, AliasChange, AliasFixture, Fixture, FunctionFixture, OnAlias, OnFunction,
    Operation, Step, Template,
};

/// Revisions that no target issues.
const GARBAGE: [&str; 4] =
    ["wrong", "3a4b5c6d-0000-4000-8000-1f2e3d4c5b6a", "00000000-0000-0000-0000-000000000000", "1"];

/// The alias of [`aliased`].
const ALIAS: &str = "edge";

/// All small scenarios, at most `most` of each group.
pub(super) fn add_cases(cases: &mut Builder, most: impl Fn(usize) -> usize) {
    cases.group(most(3), statement_ids);
    cases.group(most(2), targets);
    cases.group(most(4), revisions);
    cases.group(most(1), reads);
    cases.group(most(3), removals);
    lifecycle(cases);
}

/// A function with an alias but without versions.
fn aliased() -> Fixture {
    let alias = AliasFixture { name: ALIAS.into(), version: "$LATEST".into() };
    with(0, vec![alias])
}

fn with(versions: u32, aliases: Vec<AliasFixture>) -> Fixture {
    Fixture {
        functions: vec![FunctionFixture { key: "a".into(), versions, aliases, name_length: 0 }],
    }
}

/// The unqualified function `a`, and its alias.
fn function_and_alias() -> (Target, Target) {
    (Target::function("a"), Target::qualified("a", ALIAS))
}

fn unknown_function() -> Target {
    Target { function_name: Template::parse("${prefix}nobody"), qualifier: None }
}

fn on_function() -> OnFunction {
    OnFunction { function: "a".into() }
}

fn publish() -> Step {
    Step::One(Operation::PublishVersion(on_function()))
}

fn with_revision(target: &Target, id: &str, revision: &str) -> AddPermission {
    let mut request = add_on(target, id);
    put(&mut request, Member::RevisionId, &Template::parse(revision));
    request
}

fn statement_ids(cases: &mut Builder) {
    let plain = Fixture::plain();
    let a = Target::function("a");
    let first = || add(add_on(&a, "s1"));
    let other = |statement_id: &str| {
        let mut request = add_on(&a, statement_id);
        put_literal(&mut request, Member::Principal, "sns.amazonaws.com");
        put_literal(&mut request, Member::SourceAccount, "111111111111");
        add(request)
    };
    // Taken, by the same and by another content.
    cases.steps(&plain, vec![first(), first(), other("s1"), get(&a)]);
    // Taken by the first, one in the middle and the last of several statements.
    cases.steps(
        &plain,
        vec![
            first(),
            other("s2"),
            other("s3"),
            other("s1"),
            get(&a),
            first(),
            other("s2"),
            other("s3"),
            get(&a),
        ],
    );
    // Free again after its removal, and then taken again.
    cases.steps(
        &plain,
        vec![
            first(),
            other("s2"),
            remove(&a, "s1"),
            other("s1"),
            get(&a),
            other("s2"),
            first(),
            get(&a),
        ],
    );
    // Differing in case, and one the beginning of the other.
    cases.steps(
        &plain,
        [["s1", "S1", "s", "s11"].map(|id| add(add_on(&a, id))).to_vec(), vec![get(&a)]].concat(),
    );
}

/// One policy per resource.
fn targets(cases: &mut Builder) {
    let (a, alias) = function_and_alias();
    let version = Target::version("a", 1);
    // A StatementId is taken in its own policy only.
    for (fixture, other) in [(aliased(), &alias), (with(1, Vec::new()), &version)] {
        let on_both = [add(add_on(&a, "s1")), add(add_on(other, "s1")), add(add_on(other, "s1"))];
        cases.steps(
            &fixture,
            [vec![add(add_on(other, "s2")), get(&a)], on_both.to_vec(), vec![get(&a), get(other)]]
                .concat(),
        );
    }
    // Publishing copies no policy.
    cases.steps(
        &Fixture::plain(),
        vec![add(add_on(&a, "s1")), publish(), get(&version), add(add_on(&version, "s1")), get(&a)],
    );
    // What an alias points at has a policy of its own, and moving the alias leaves both alone.
    let live = Target::qualified("a", "live");
    let on_first = AliasFixture { name: "live".into(), version: "1".into() };
    let change =
        AliasChange { function: "a".into(), name: "live".into(), version: "$LATEST".into() };
    cases.steps(
        &with(1, vec![on_first]),
        vec![
            add(add_on(&live, "s1")),
            get(&version),
            get(&live),
            Step::One(Operation::UpdateAlias(change)),
            add(add_on(&version, "s1")),
            add(add_on(&live, "s1")),
            get(&live),
            get(&version),
        ],
    );
}

fn revisions(cases: &mut Builder) {
    let plain = Fixture::plain();
    let (a, alias) = function_and_alias();
    let one = || add(add_on(&a, "s1"));
    let current = |id: &str| add(with_revision(&a, id, "${revision.current}"));
    let stale = |id: &str| add(with_revision(&a, id, "${revision.stale}"));
    // A refused write leaves the revision current; a current revision does not free an id.
    cases
        .steps(&plain, vec![one(), get(&a), one(), get(&a), current("s1"), current("s2"), get(&a)]);
    // A write makes the revision that was read before stale, and so does a removal.
    cases.steps(
        &plain,
        vec![
            one(),
            get(&a),
            add(add_on(&a, "s2")),
            get(&a),
            stale("s3"),
            remove(&a, "s1"),
            get(&a),
            stale("s3"),
            current("s4"),
            get(&a),
        ],
    );
    // Never issued, before there is a policy and after.
    let [wrong, uuid, nil, number] = GARBAGE.map(|text| add(with_revision(&a, "s2", text)));
    cases.steps(
        &plain,
        vec![
            wrong,
            uuid.clone(),
            one(),
            get(&a),
            uuid,
            nil,
            number,
            add(with_revision(&a, "s2", "")),
            get(&a),
        ],
    );
    // Reading twice changes nothing.
    cases.steps(
        &plain,
        vec![one(), get(&a), get(&a), current("s2"), get(&a), current("s3"), get(&a)],
    );
    // Another policy's.
    cases.steps(
        &aliased(),
        vec![
            one(),
            add(add_on(&alias, "s1")),
            get(&a),
            get(&alias),
            add(with_revision(&a, "s2", "${revision.foreign}")),
            add(with_revision(&alias, "s2", "${revision.foreign}")),
            get(&a),
            get(&alias),
        ],
    );
    // Writes to other policies and new versions leave it alone.
    cases.steps(
        &aliased(),
        vec![
            one(),
            get(&a),
            add(add_on(&alias, "s1")),
            get(&a),
            publish(),
            get(&a),
            current("s2"),
            get(&a),
        ],
    );
}

fn reads(cases: &mut Builder) {
    let a = Target::function("a");
    // Nothing there: no statement yet, no version, no alias, no function, no statement any more.
    cases.steps(
        &Fixture::plain(),
        vec![
            get(&a),
            get(&Target::qualified("a", "42")),
            get(&Target::qualified("a", "nope")),
            get(&unknown_function()),
            add(add_on(&a, "s1")),
            remove(&a, "s1"),
            get(&a),
        ],
    );
    let many = (1..=5).map(|number| add(add_on(&a, &format!("s{number}"))));
    cases.steps(&Fixture::plain(), many.chain([get(&a), get(&a)]).collect());
}

fn removals(cases: &mut Builder) {
    let plain = Fixture::plain();
    let (a, alias) = function_and_alias();
    let remove_with = |id: &str, revision: &str| {
        let mut removal = removal(&a, id);
        removal.revision_id = Some(Template::parse(revision));
        Step::One(Operation::RemovePermission(removal))
    };
    let three = || ["s1", "s2", "s3"].map(|id| add(add_on(&a, id))).to_vec();
    // From the middle, the end, and what is left; then from nothing.
    cases.steps(
        &plain,
        [
            three(),
            vec![
                remove(&a, "s2"),
                get(&a),
                remove(&a, "s3"),
                get(&a),
                remove(&a, "s1"),
                get(&a),
                remove(&a, "s1"),
            ],
        ]
        .concat(),
    );
    cases
        .steps(&plain, [three(), vec![add(add_on(&a, "s10")), remove(&a, "s1"), get(&a)]].concat());
    // Nothing to remove: no policy, no such statement, no such function, no such alias.
    cases.steps(
        &plain,
        vec![
            remove(&a, "s1"),
            add(add_on(&a, "s1")),
            remove(&a, "nope"),
            remove(&a, "S1"),
            remove(&unknown_function(), "s1"),
            remove(&Target::qualified("a", "nope"), "s1"),
            get(&a),
        ],
    );
    // With revisions.
    cases.steps(
        &plain,
        vec![
            add(add_on(&a, "s1")),
            get(&a),
            remove_with("s1", "wrong"),
            get(&a),
            add(add_on(&a, "s2")),
            get(&a),
            remove_with("s1", "${revision.stale}"),
            remove_with("s1", "${revision.current}"),
            get(&a),
        ],
    );
    // From one policy only.
    cases.steps(
        &aliased(),
        vec![
            add(add_on(&alias, "s1")),
            remove(&a, "s1"),
            get(&alias),
            add(add_on(&a, "s1")),
            remove(&a, "s1"),
            get(&a),
            get(&alias),
        ],
    );
}

/// Functions do not share policies, and a new function has none of the old one.
fn lifecycle(cases: &mut Builder) {
    let two = Fixture {
        functions: ["a", "b"]
            .map(|key| FunctionFixture { key: key.into(), ..FunctionFixture::default() })
            .into(),
    };
    let ((a, alias), b) = (function_and_alias(), Target::function("b"));
    cases.steps(
        &two,
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
    cases.steps(
        &Fixture::plain(),
        vec![
            add(add_on(&a, "s1")),
            get(&a),
            Step::One(Operation::DeleteFunction(on_function())),
            get(&a),
            add(add_on(&a, "s2")),
            Step::One(Operation::CreateFunction(on_function())),
            get(&a),
            add(add_on(&a, "s1")),
            get(&a),
        ],
    );
    // And so does an alias.
    let old = OnAlias { function: "a".into(), name: ALIAS.into() };
    let new = AliasChange { function: "a".into(), name: ALIAS.into(), version: "$LATEST".into() };
    cases.steps(
        &aliased(),
        vec![
            add(add_on(&alias, "s1")),
            get(&alias),
            Step::One(Operation::DeleteAlias(old)),
            add(add_on(&alias, "s2")),
            Step::One(Operation::CreateAlias(new)),
            get(&alias),
            add(add_on(&alias, "s1")),
            get(&alias),
        ],
    );
}
