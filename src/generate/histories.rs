//! Long policies, long histories, and revisions that are nearly the current one.

use super::plain::{Builder, Target, add, add_on, get, put, put_literal, removal, remove};
use super::seed::below;
use crate::contract::Member;
use crate::pattern::Rng;
use crate::scenario::{AliasFixture, Fixture, FunctionFixture, Operation, Step, Template};

/// How many statements the long policy has: more than a page of 100, and as long as the limit of
/// a policy lets it be for certain.
const MANY: usize = 102;

/// How many writes the long history has.
const WRITES: usize = 12;

/// All of them; the long policy only where `has_long` says so.
pub(super) fn add_cases(cases: &mut Builder, rng: &mut impl Rng, has_long: bool) {
    if has_long {
        cases.steps(&Fixture::plain(), long_policy(rng));
        cases.steps(&Fixture::plain(), long_history());
        cases.steps(&Fixture::plain(), long_texts());
    }
    let alias = AliasFixture { name: "edge".into(), version: "$LATEST".into() };
    let function =
        FunctionFixture { key: "a".into(), aliases: vec![alias], ..FunctionFixture::default() };
    cases.steps(&Fixture { functions: vec![function] }, near_revisions());
    cases.steps(&Fixture::plain(), same_again());
}

fn id(number: usize) -> String {
    format!("h{number}")
}

/// More statements than a page holds; then what the first, the ninth and the last are asked.
fn long_policy(rng: &mut impl Rng) -> Vec<Step> {
    let a = Target::function("a");
    let short = |number: usize| {
        let mut request = add_on(&a, &id(number));
        // The shortest action: more statements fit.
        put_literal(&mut request, Member::Action, "*");
        add(request)
    };
    let mut steps = Vec::new();
    for number in 1..=MANY {
        steps.push(short(number));
        if matches!(number, 12 | 33 | 66) {
            steps.push(get(&a));
        }
    }
    steps.push(get(&a));
    let middle = 40 + below(rng, 20);
    for taken in [1, 9, 10, middle, MANY - 1, MANY] {
        steps.push(short(taken));
    }
    for removed in [middle, MANY - 1, 10] {
        steps.extend([remove(&a, &id(removed)), get(&a)]);
    }
    steps.extend([remove(&a, &id(1)), short(1), short(9), short(middle), get(&a)]);
    steps
}

/// A dozen writes, each read; then every revision that there was.
fn long_history() -> Vec<Step> {
    let a = Target::function("a");
    let mut steps = Vec::new();
    for number in 1..WRITES {
        steps.extend([add(add_on(&a, &id(number))), get(&a)]);
    }
    steps.extend([remove(&a, &id(2)), get(&a)]);
    for past in 0..WRITES - 1 {
        let mut request = add_on(&a, &format!("p{past}"));
        let revision = Template::reference(&format!("revision.past.{past}"));
        put(&mut request, Member::RevisionId, &revision);
        steps.push(add(request));
    }
    let mut current = add_on(&a, "c");
    put(&mut current, Member::RevisionId, &Template::reference("revision.current"));
    steps.extend([get(&a), add(current), get(&a)]);
    steps
}

/// SourceArns around the sizes at which buffers and columns end.
fn long_texts() -> Vec<Step> {
    let a = Target::function("a");
    let long = |number: usize, length: usize| {
        let mut request = add_on(&a, &id(number));
        let start = "arn:aws:s3:::";
        // The end differs from the rest, so that a text that is cut shows.
        let arn = format!("{start}{}z", "w".repeat(length - start.len() - 1));
        put_literal(&mut request, Member::SourceArn, &arn);
        add(request)
    };
    vec![
        long(1, 1025),
        long(2, 2049),
        long(3, 4097),
        get(&a),
        remove(&a, &id(2)),
        long(4, 8193),
        get(&a),
        remove(&a, &id(1)),
        remove(&a, &id(3)),
        remove(&a, &id(4)),
        long(5, 10_000),
        get(&a),
    ]
}

/// Texts that are nearly the current revision, named at adds and removals, on the function and on
/// an alias.
fn near_revisions() -> Vec<Step> {
    const NEAR: [&str; 9] = [
        "${revision.current.cut}",
        "${revision.current.half}",
        "${revision.current.other-case}",
        "${revision.current.other-end}",
        "${revision.current.bare}",
        "${revision.current}0",
        " ${revision.current}",
        "${revision.current} ",
        "\"${revision.current}\"",
    ];
    let named = |target: &Target, id: &str, revision: &str| {
        let mut request = add_on(target, id);
        put(&mut request, Member::RevisionId, &Template::parse(revision));
        add(request)
    };
    let removes = |target: &Target, id: &str, revision: &str| {
        let mut removal = removal(target, id);
        removal.revision_id = Some(Template::parse(revision));
        Step::One(Operation::RemovePermission(removal))
    };
    let (a, alias) = (Target::function("a"), Target::qualified("a", "edge"));
    let mut steps = vec![add(add_on(&a, "s1")), add(add_on(&a, "s2")), get(&a)];
    steps.extend(NEAR.iter().map(|near| named(&a, "n", near)));
    steps.push(get(&a));
    steps.extend([NEAR[0], NEAR[2], NEAR[5], NEAR[7]].map(|near| removes(&a, "s1", near)));
    steps.extend([get(&a), removes(&a, "s1", "${revision.current}"), get(&a)]);
    // The last removal names a revision that is past, then the current one.
    steps.extend([
        removes(&a, "s2", "${revision.past.0}"),
        get(&a),
        removes(&a, "s2", "${revision.current}"),
        // The policy is empty: what was never issued is wrong now as before.
        named(&a, "s3", "${revision.current.cut}"),
        get(&a),
    ]);
    steps.extend([add(add_on(&alias, "s1")), get(&alias)]);
    steps
        .extend([NEAR[0], NEAR[2], NEAR[3], NEAR[5], NEAR[6]].map(|near| named(&alias, "n", near)));
    steps.extend([named(&alias, "s2", "${revision.current}"), get(&alias)]);
    steps
}

/// The same policy again after a write and its undoing, and after it was empty.
fn same_again() -> Vec<Step> {
    let a = Target::function("a");
    let past = |number: usize| {
        let mut request = add_on(&a, &format!("p{number}"));
        let revision = Template::reference(&format!("revision.past.{number}"));
        put(&mut request, Member::RevisionId, &revision);
        add(request)
    };
    vec![
        add(add_on(&a, "s1")),
        get(&a),
        add(add_on(&a, "s2")),
        remove(&a, "s2"),
        get(&a),
        past(0),
        remove(&a, "s1"),
        add(add_on(&a, "s1")),
        get(&a),
        past(0),
        past(1),
        get(&a),
    ]
}
