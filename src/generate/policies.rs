//! Several policies of one function: what is asked of the function is asked of its versions and
//! aliases, and again after every operation that may touch a policy.

use super::plain::{Builder, Target, add, add_on, get, put, put_literal, removal, remove};
use crate::contract::Member;
use crate::scenario::{
    AliasChange, AliasFixture, Fixture, FunctionFixture, OnAlias, OnFunction, Operation, Step,
    Template,
};

/// All of them.
pub(super) fn add_cases(cases: &mut Builder) {
    cases.steps(&Fixture::versioned(), side_by_side());
    cases.steps(&aliased(), after_others());
    cases.steps(&aliased(), limits());
}

/// A function with a version, an alias on it and one on `$LATEST`.
fn aliased() -> Fixture {
    let alias =
        |name: &str, version: &str| AliasFixture { name: name.into(), version: version.into() };
    let function = FunctionFixture {
        key: "a".into(),
        versions: 1,
        aliases: vec![alias("live", "1"), alias("edge", "$LATEST")],
        ..FunctionFixture::default()
    };
    Fixture { functions: vec![function] }
}

fn revised(target: &Target, id: &str, revision: &str) -> Step {
    let mut request = add_on(target, id);
    put(&mut request, Member::RevisionId, &Template::reference(revision));
    add(request)
}

/// The same history on a version, two aliases and the function, then removals from each.
fn side_by_side() -> Vec<Step> {
    let targets = [
        Target::version("a", 1),
        Target::qualified("a", "live"),
        Target::qualified("a", "edge"),
        Target::function("a"),
    ];
    let mut steps = Vec::new();
    for target in &targets {
        // Its own first statement; what is taken is taken here, whatever the others hold.
        steps.extend([
            get(target),
            add(add_on(target, "s1")),
            get(target),
            add(add_on(target, "s1")),
            revised(target, "s2", "revision.current"),
            get(target),
            revised(target, "s3", "revision.stale"),
            add(add_on(target, "s2")),
        ]);
    }
    let [version, live, edge, function] = &targets;
    // Another policy's revision, in every direction that differs in kind.
    for target in [version, live, function] {
        steps.push(revised(target, "s3", "revision.foreign"));
    }
    // The last removal of one leaves the others alone.
    steps.extend([
        remove(live, "s3"),
        remove(live, "s2"),
        get(live),
        remove(live, "s1"),
        get(live),
        remove(live, "s1"),
        get(version),
        get(edge),
        get(function),
        remove(version, "s1"),
        remove(version, "s2"),
        get(version),
        add(add_on(live, "s1")),
        get(live),
        remove(function, "s1"),
        remove(function, "s2"),
        get(function),
        get(edge),
        add(add_on(version, "s2")),
        get(version),
    ]);
    steps
}

/// What publishing, and making, moving and deleting aliases, leave of the policies that are there.
fn after_others() -> Vec<Step> {
    let [function, live, edge, version] = [
        Target::function("a"),
        Target::qualified("a", "live"),
        Target::qualified("a", "edge"),
        Target::version("a", 1),
    ];
    let on = || OnFunction { function: "a".into() };
    let change = |name: &str, version: &str| AliasChange {
        function: "a".into(),
        name: name.into(),
        version: version.into(),
    };
    let reads = [get(&function), get(&live), get(&edge), get(&version)];
    let mut steps: Vec<Step> =
        [&function, &live, &edge, &version].map(|target| add(add_on(target, "s1"))).into();
    steps.extend(reads.clone());
    steps.push(Step::One(Operation::CreateAlias(change("next", "1"))));
    steps.push(get(&Target::qualified("a", "next")));
    steps.extend(reads.clone());
    steps.push(Step::One(Operation::UpdateAlias(change("live", "$LATEST"))));
    steps.extend(reads.clone());
    // The code is changed before a second version is published.
    steps.push(Step::One(Operation::PublishVersion(on())));
    steps.push(get(&Target::version("a", 2)));
    steps.extend(reads.clone());
    let deleted = OnAlias { function: "a".into(), name: "edge".into() };
    steps.push(Step::One(Operation::DeleteAlias(deleted)));
    steps.extend([get(&edge), get(&function), get(&live), get(&version)]);
    // What was read is current still, and what was taken is.
    for target in [&function, &live, &version] {
        steps.extend([
            add(add_on(target, "s1")),
            revised(target, "s2", "revision.current"),
            get(target),
        ]);
    }
    steps
}

/// Each policy has the whole limit for itself, and no more than that.
fn limits() -> Vec<Step> {
    let (function, alias) = (Target::function("a"), Target::qualified("a", "live"));
    let large = |target: &Target, id: &str, length: usize| {
        let mut request = add_on(target, id);
        let arn = format!("arn:aws:s3:::{}", "y".repeat(length));
        put_literal(&mut request, Member::SourceArn, &arn);
        add(request)
    };
    vec![
        large(&function, "l1", 6000),
        large(&function, "l2", 6000),
        large(&alias, "l1", 6000),
        large(&alias, "l2", 6000),
        get(&alias),
        large(&alias, "l3", 9900),
        large(&alias, "l4", 9900),
        get(&alias),
        get(&function),
        Step::One(Operation::RemovePermission(removal(&alias, "l1"))),
        large(&alias, "l5", 6000),
        get(&alias),
    ]
}
