use proptest::strategy::ValueTree;
use proptest::test_runner::{TestCaseError, TestError};
use serde_json::{Value, json};

use super::super::language::automata;
use super::super::plain::{
    Target, add, add_on, get, plain_request, plain_value, put_literal, put_value, remove,
};
use super::super::random::Requests;
use super::super::seed::runner;
use super::super::tree::candidates;
use super::super::weight::weight;
use super::super::{Depth, Options, ScenarioTree, is_well_formed, plan, repairs};
use crate::contract::{Member, Phase};
use crate::scenario::{
    AddPermission, Body, Fixture, FunctionFixture, OnFunction, Operation, Scenario, Step, Template,
};

/// Drives a tree as proptest does; the number of scenarios tried comes with the result.
fn shrunk(scenario: Scenario, fails: impl Fn(&Scenario) -> bool) -> (Scenario, usize) {
    assert!(fails(&scenario), "the scenario must fail to begin with");
    let mut tree = ScenarioTree::new(scenario);
    let mut tried = 0;
    let mut goes_on = tree.simplify();
    while goes_on {
        tried += 1;
        assert!(tried < 100_000, "shrinking does not end");
        assert!(is_well_formed(&tree.current()));
        goes_on = if fails(&tree.current()) { tree.simplify() } else { tree.complicate() };
    }
    assert!(fails(&tree.current()), "what is left must fail");
    (tree.into_current(), tried)
}

fn only_request(scenario: &Scenario) -> Option<&AddPermission> {
    match scenario.steps.as_slice() {
        [Step::One(Operation::AddPermission(request))] => Some(request),
        _ => None,
    }
}

fn text(scenario: &Scenario, member: Member) -> Option<String> {
    let request = scenario.operations().find_map(|operation| match operation {
        Operation::AddPermission(request) => Some(request),
        _ => None,
    })?;
    Some(request.members()?.get(member.name())?.as_str()?.to_owned())
}

#[test]
fn whatever_always_fails_becomes_the_plain_request() {
    let required = [Member::StatementId, Member::Action, Member::Principal];
    for case in plan(&Options { depth: Depth::Quick, ..Options::default() }) {
        let is_whole = |operation: &Operation| match operation {
            Operation::AddPermission(request) => request.members().is_some_and(|members| {
                required.iter().all(|member| members.contains_key(member.name()))
            }),
            _ => true,
        };
        let (before, tried) = shrunk(case.scenario.clone(), |_| true);
        assert!(tried < 400, "{tried} steps for {:?}", case.scenario);
        assert_eq!(before.steps.len(), 1);
        assert_eq!(before.operations().count(), 1);
        assert_eq!(before.fixture.functions.len(), 1);
        if case.scenario.operations().all(is_whole)
            && let Some(request) = only_request(&before)
        {
            let key = &before.fixture.functions[0].key;
            let named = Template::reference(&format!("function.{key}"));
            let expected = AddPermission { function_name: named, ..plain_request("a") };
            assert_eq!(*request, expected);
        }
    }
}

#[test]
fn proptests_own_runner_finds_the_smallest_request() {
    let options = Options::default();
    let strategy = Requests { id: "r1".into(), options: &options };
    let mut runner = runner(&options, Phase::Random, 0, 256);
    let outcome = runner.run(&strategy, |scenario| {
        let arn = text(&scenario, Member::SourceArn).unwrap_or_default();
        if arn.contains(':') { Err(TestCaseError::fail("a colon")) } else { Ok(()) }
    });
    let Err(TestError::Fail(_, least)) = outcome else { panic!("{outcome:?}") };
    let mut expected = plain_request("a");
    put_literal(&mut expected, Member::SourceArn, "arn:aws:s3:::b");
    assert_eq!(least, Scenario::single(Fixture::plain(), expected));
}

#[test]
fn every_candidate_is_smaller_and_can_be_run() {
    for case in plan(&Options { depth: Depth::Quick, ..Options::default() }) {
        let own = weight(&case.scenario);
        for candidate in candidates(&case.scenario).take(500) {
            assert!(weight(&candidate) < own);
            assert!(is_well_formed(&candidate), "{candidate:?}");
        }
    }
}

#[test]
fn a_bad_statement_id_shrinks_to_one_bad_character() {
    let mut request = plain_request("averylong.statement-id_WITH.dots");
    put_literal(&mut request, Member::SourceArn, "arn:aws:s3:::b");
    put_literal(&mut request, Member::Qualifier, "live");
    put_value(&mut request, "Effect", json!({"a": ["b"]}));
    let (least, tried) = shrunk(Scenario::single(Fixture::versioned(), request), |scenario| {
        text(scenario, Member::StatementId).is_some_and(|id| id.contains('.'))
    });
    assert_eq!(least, Scenario::single(Fixture::plain(), plain_request(".")));
    assert!(tried < 200, "{tried}");
}

#[test]
fn texts_stay_on_their_side_of_the_pattern() {
    for (member, inside, outside) in [
        (Member::StatementId, "aB-3_x", "aB-3_x y"),
        (
            Member::SourceArn,
            "arn:aws-cn:sns:eu-west-1:123456789012:abc",
            "arn:aws-cn:sns:eu-west-1:12345",
        ),
        (Member::PrincipalOrgId, "o-zz9zz9zz9zz9", "o-zz9zz9zz9Zz9"),
        (Member::EventSourceToken, "Tok.en-1", "Tok/en-1"),
        (Member::FunctionName, "eu-west-1:abc:LIVE", "eu-west-1:abc:LIVE!"),
    ] {
        let automaton = *automata(member).last().unwrap();
        for (text, is_inside) in [(inside, true), (outside, false)] {
            assert_eq!(automaton.accepts(text), is_inside, "{text}");
            let mut request = plain_request("a");
            put_literal(&mut request, member, text);
            let scenario = Scenario::single(Fixture::plain(), request);
            let mut seen = 0;
            for candidate in candidates(&scenario) {
                let now = only_request(&candidate)
                    .and_then(|request| super::super::plain::text_of(request, member));
                let Some(now) = now.filter(|now| *now.as_str() != plain_value(member)) else {
                    continue;
                };
                let now = now.as_literal().unwrap();
                assert_eq!(automaton.accepts(&now), is_inside, "{member} {now:?}");
                seen += usize::from(now != text);
            }
            assert!(seen > 0, "{member} {text}");
        }
    }
}

#[test]
fn a_text_that_is_too_long_shrinks_to_the_bound_in_few_steps() {
    for (member, text, limit) in [
        (Member::StatementId, "x".repeat(180), 100),
        (Member::SourceArn, format!("arn:aws:s3:::{}", "y".repeat(12_000)), 10_000),
    ] {
        let mut request = plain_request("a");
        put_literal(&mut request, member, &text);
        let scenario = Scenario::single(Fixture::plain(), request);
        let length = |scenario: &Scenario| {
            self::text(scenario, member).map_or(0, |text| text.chars().count())
        };
        let (least, tried) = shrunk(scenario, |scenario| length(scenario) > limit);
        assert_eq!(length(&least), limit + 1, "{member}");
        assert!(tried < 400, "{member} {tried}");
    }
}

#[test]
fn of_a_long_sequence_only_the_steps_that_matter_remain() {
    let a = Target::function("a");
    let mut steps = Vec::new();
    for number in 0..12 {
        steps.push(add(add_on(&a, &format!("s{number}"))));
        steps.push(get(&a));
    }
    steps.insert(9, Step::One(Operation::PublishVersion(OnFunction { function: "a".into() })));
    steps.push(remove(&a, "s3"));
    let scenario = Scenario { fixture: Fixture::versioned(), steps };
    let fails = |scenario: &Scenario| {
        let has_add = scenario.operations().any(|o| matches!(o, Operation::AddPermission(_)));
        let has_removal =
            scenario.operations().any(|o| matches!(o, Operation::RemovePermission(_)));
        has_add && has_removal
    };
    let (least, tried) = shrunk(scenario, fails);
    assert_eq!(least.steps.len(), 2);
    assert_eq!(least.fixture, Fixture::plain());
    assert!(tried < 150, "{tried}");
}

#[test]
fn what_is_added_and_removed_again_goes_together() {
    let (a, live) = (Target::function("a"), Target::qualified("a", "live"));
    let ids = ["s2", "s3", "s4", "s5"];
    let steps = [
        vec![add(add_on(&live, "s1")), add(add_on(&a, "s1"))],
        ids.map(|id| add(add_on(&a, id))).to_vec(),
        vec![get(&a), add(add_on(&live, "s2")), get(&live)],
        ids.map(|id| remove(&a, id)).to_vec(),
        vec![get(&live), get(&a)],
    ]
    .concat();
    // Nothing is removed that is not there, and in the end s1 is read.
    let fails = |scenario: &Scenario| {
        let mut held: Vec<String> = Vec::new();
        for operation in scenario.operations() {
            let named = format!("{operation:?}");
            let id = ["s1", "s2", "s3", "s4", "s5"].into_iter().find(|id| named.contains(id));
            let id =
                id.unwrap_or("other").to_owned() + if named.contains("live") { "l" } else { "" };
            match operation {
                Operation::AddPermission(_) => held.push(id),
                Operation::RemovePermission(_) if !held.contains(&id) => return false,
                Operation::RemovePermission(_) => held.retain(|known| *known != id),
                _ => {}
            }
        }
        let last = scenario.operations().last();
        held.contains(&"s1".to_owned()) && matches!(last, Some(Operation::GetPolicy(_)))
    };
    let scenario = Scenario { fixture: Fixture::versioned(), steps };
    let fewest = candidates(&scenario).filter(&fails).map(|smaller| smaller.steps.len()).min();
    assert!(fewest <= Some(9), "{fewest:?}");
    let mut tree = ScenarioTree::new(scenario);
    let (mut more, mut tried, mut steps) = (tree.simplify(), 0, usize::MAX);
    while more && steps > 2 {
        tried += 1;
        let current = tree.current();
        more = if fails(&current) {
            steps = current.steps.len();
            tree.simplify()
        } else {
            tree.complicate()
        };
    }
    assert_eq!(steps, 2);
    assert!(tried < 40, "{tried}");
}

#[test]
fn what_a_dropped_step_prepared_goes_with_it() {
    let a = Target::function("a");
    let mut current = add_on(&a, "s2");
    put_value(&mut current, "RevisionId", json!("${revision.current}"));
    let scenario = Scenario {
        fixture: Fixture::plain(),
        steps: vec![add(add_on(&a, "s1")), get(&a), add(current), get(&a)],
    };
    assert!(is_well_formed(&scenario));
    for candidate in candidates(&scenario) {
        let names_current = format!("{candidate:?}").contains("revision.current");
        let reads = candidate.operations().any(|o| matches!(o, Operation::GetPolicy(_)));
        assert!(!names_current || reads, "{candidate:?}");
    }
    let headless = Scenario { steps: scenario.steps[1..].to_vec(), ..scenario };
    assert!(!is_well_formed(&headless));
}

#[test]
fn scenarios_that_refer_to_nothing_are_not_sane() {
    let on = |target: &Target| Scenario {
        fixture: Fixture::plain(),
        steps: vec![add(add_on(target, "s"))],
    };
    assert!(is_well_formed(&on(&Target::function("a"))));
    assert!(!is_well_formed(&on(&Target::function("b"))));
    assert!(!is_well_formed(&on(&Target::version("a", 1))));
    assert!(!is_well_formed(&Scenario { steps: Vec::new(), ..on(&Target::function("a")) }));
    let twice = FunctionFixture { key: "a".into(), ..FunctionFixture::default() };
    let fixture = Fixture { functions: vec![twice.clone(), twice] };
    assert!(!is_well_formed(&Scenario { fixture, ..on(&Target::function("a")) }));
}

#[test]
fn a_race_shrinks_to_two_and_may_become_a_step_of_one() {
    let a = Target::function("a");
    let together = (0..8).map(|n| Operation::AddPermission(add_on(&a, &format!("s{n}")))).collect();
    let scenario =
        Scenario { fixture: Fixture::plain(), steps: vec![Step::Together { together }, get(&a)] };
    let (least, _) = shrunk(scenario.clone(), |scenario| {
        scenario.steps.iter().any(|step| step.operations().len() > 1)
    });
    assert_eq!(least.operations().count(), 2);
    let (least, _) = shrunk(scenario, |_| true);
    assert!(!least.has_race());
}

#[test]
fn raw_bodies_shrink_to_the_byte_that_matters() {
    let request = AddPermission {
        body: Body::Raw(b"{\"StatementId\": \xff}".to_vec()),
        ..plain_request("a")
    };
    let (least, _) = shrunk(
        Scenario::single(Fixture::plain(), request),
        |scenario| matches!(only_request(scenario).map(|r| &r.body), Some(Body::Raw(b)) if b.contains(&0xff)),
    );
    assert_eq!(only_request(&least).unwrap().body, Body::Raw(vec![0xff]));
}

#[test]
fn json_values_shrink_within_their_type() {
    let mut request = plain_request("a");
    put_value(&mut request, "SourceArn", json!({"a": [1, 2, {"b": "c"}], "d": 5}));
    let (least, _) = shrunk(Scenario::single(Fixture::plain(), request), |scenario| {
        let value = only_request(scenario).and_then(|r| r.members()?.get("SourceArn"));
        value.is_some_and(Value::is_object)
    });
    assert_eq!(only_request(&least).unwrap().members().unwrap()["SourceArn"], json!({}));
}

#[test]
fn the_repair_of_one_odd_member_is_the_plain_request() {
    let mut request = plain_request("b");
    put_literal(&mut request, Member::PrincipalOrgId, "o-short");
    let scenario = Scenario::single(Fixture::plain(), request);
    let found = repairs(&scenario, 0);
    let (_, without) = found.iter().find(|(change, _)| change == "without PrincipalOrgID").unwrap();
    assert_eq!(*without, Scenario::single(Fixture::plain(), plain_request("b")));
    let (_, legal) =
        found.iter().find(|(change, _)| change == "PrincipalOrgID \"o-a1b2c3d4e5\"").unwrap();
    assert_eq!(text(legal, Member::PrincipalOrgId).as_deref(), Some("o-a1b2c3d4e5"));
    assert!(repairs(&scenario, 1).is_empty());
}

#[test]
fn what_is_missing_is_put_in_by_a_repair() {
    let mut request = plain_request("b");
    request.members_mut().unwrap().shift_remove("Action");
    let found = repairs(&Scenario::single(Fixture::plain(), request), 0);
    let (_, repaired) =
        found.iter().find(|(change, _)| change == "Action \"lambda:InvokeFunction\"").unwrap();
    assert_eq!(text(repaired, Member::Action).as_deref(), Some("lambda:InvokeFunction"));
    let raw = AddPermission { body: Body::Raw(b"{".to_vec()), ..plain_request("b") };
    let found = repairs(&Scenario::single(Fixture::plain(), raw), 0);
    assert_eq!(
        found,
        [("the plain body".to_owned(), Scenario::single(Fixture::plain(), plain_request("a")))]
    );
}
