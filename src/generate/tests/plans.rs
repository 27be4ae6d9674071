use std::collections::BTreeSet;

use super::super::bounds::bound_lengths;
use super::super::language::{PATTERNED, automata, lengths};
use super::super::plain::text_of;
use super::super::{Case, Depth, Feature, Options, needs, pairs, phase, plan, sane};
use crate::pattern::Coverage;
use crate::scenario::template::resolve_value;
use crate::scenario::{AddPermission, Operation, Scenario, Step};
use crate::spec::{EditionChoice, Member, Phase};

fn options(depth: Depth) -> Options {
    Options { seed: 7, depth, ..Options::default() }
}

fn requests(cases: &[Case]) -> impl Iterator<Item = &AddPermission> {
    cases.iter().flat_map(|case| case.scenario.operations()).filter_map(|operation| match operation
    {
        Operation::AddPermission(add) => Some(add),
        _ => None,
    })
}

fn operations(cases: &[Case]) -> usize {
    cases.iter().map(|case| case.scenario.operations().count()).sum()
}

const SEQUENTIAL: [Phase; 2] = [Phase::Sequences, Phase::Races];

#[test]
fn a_plan_has_about_the_promised_size() {
    for (depth, least, most) in
        [(Depth::Quick, 300, 600), (Depth::Default, 1500, 3000), (Depth::Deep, 4000, 20_000)]
    {
        let mut total = 0;
        for part in Phase::ALL {
            let cases = phase(part, &options(depth));
            let steps = operations(&cases);
            println!("{depth:?} {part:<12} {:5} cases {steps:6} requests", cases.len());
            if !SEQUENTIAL.contains(&part) {
                total += steps;
            }
        }
        println!("{depth:?} single requests: {total}");
        assert!((least..=most).contains(&total), "{depth:?}: {total}");
    }
    let sequences = operations(&phase(Phase::Sequences, &Options::default()));
    assert!((300..=900).contains(&sequences), "{sequences}");
}

#[test]
fn every_generated_scenario_can_be_run() {
    for case in plan(&options(Depth::Default)) {
        assert!(sane(&case.scenario), "{case:?}");
    }
}

#[test]
fn the_same_seed_gives_the_same_plan_and_another_one_another() {
    let own = plan(&options(Depth::Default));
    assert_eq!(own, plan(&options(Depth::Default)));
    let other = Options { seed: 8, ..options(Depth::Default) };
    for part in [Phase::Bounds, Phase::NearMisses, Phase::Random, Phase::Sequences] {
        assert_ne!(phase(part, &options(Depth::Default)), phase(part, &other), "{part}");
    }
}

/// The environment of the process cannot be changed within it without `unsafe`, so the test
/// runs itself again with another one.
#[test]
fn the_environment_changes_nothing() {
    const PRINT: &str = "PERMSPEC_TEST_PRINT_PLAN";
    let plan = format!("{:?}", plan(&options(Depth::Quick)));
    if std::env::var_os(PRINT).is_some() {
        println!("plan {}", digest(&plan));
        return;
    }
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["the_environment_changes_nothing", "--nocapture"])
        .env(PRINT, "1")
        .env("PROPTEST_CASES", "3")
        .env("PROPTEST_RNG_SEED", "1")
        .env("PROPTEST_MAX_DEFAULT_SIZE_RANGE", "2")
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    let expected = format!("plan {}", digest(&plan));
    assert!(printed.contains(&expected), "{expected}: {printed}");
}

fn digest(text: &str) -> u64 {
    // FNV-1a: enough to tell two plans apart.
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[test]
fn a_filter_does_not_change_what_remains() {
    let all = options(Depth::Default);
    let without = Options { without: vec![Feature::Aliases], ..all.clone() };
    let kept: Vec<Case> = phase(Phase::Random, &all)
        .into_iter()
        .filter(|case| !needs(&case.scenario).contains(&Feature::Aliases))
        .collect();
    assert_eq!(phase(Phase::Random, &without), kept);
    for missing in Feature::ALL {
        let options = Options { without: vec![missing], ..all.clone() };
        let cases = plan(&options);
        assert!(cases.iter().all(|case| !needs(&case.scenario).contains(&missing)));
        assert!(cases.len() > 800, "without {} {}", missing.name(), cases.len());
    }
}

#[test]
fn phases_have_the_cases_that_are_theirs() {
    for part in Phase::ALL {
        let cases = phase(part, &options(Depth::Quick));
        assert_eq!(cases.is_empty(), part == Phase::Corpus, "{part}");
        assert!(cases.iter().all(|case| case.phase == part), "{part}");
    }
}

#[test]
fn few_single_requests_share_a_statement_id() {
    let cases = plan(&options(Depth::Default));
    let single = |case: &&Case| case.scenario.steps.len() == 1;
    let ids: Vec<String> = requests(&cases.iter().filter(single).cloned().collect::<Vec<_>>())
        .filter_map(|request| text_of(request, Member::StatementId))
        .map(|id| id.as_str().to_owned())
        .collect();
    let distinct: BTreeSet<&String> = ids.iter().collect();
    assert!(ids.len() - distinct.len() < 60, "{} of {}", distinct.len(), ids.len());
}

#[test]
fn every_reference_is_one_that_a_target_can_resolve() {
    let known = |name: &str| {
        let is_known = ["account", "region", "partition", "role"].contains(&name)
            || ["function.", "version.", "revision."].iter().any(|start| name.starts_with(start));
        is_known.then(|| "x".to_owned())
    };
    for request in requests(&plan(&options(Depth::Default))) {
        request.to_wire(&known).unwrap();
    }
    assert!(resolve_value(&"${nope}".into(), &known).is_err());
}

/// Each generator reaches what it claims.
#[test]
fn the_default_plan_takes_every_step_and_exit_of_every_pattern() {
    for depth in [Depth::Default, Depth::Deep] {
        let cases = plan(&options(depth));
        for member in PATTERNED {
            for automaton in automata(member) {
                let mut coverage = Coverage::new(automaton, lengths(member));
                let literals =
                    requests(&cases).filter_map(|request| text_of(request, member)?.as_literal());
                literals.for_each(|text| coverage.record(&text));
                let counts = coverage.counts();
                let members = automaton.covering_members(lengths(member)).len();
                println!(
                    "{depth:?} {member:<20} {:3} states, {members} covering members, {counts:?}",
                    automaton.states()
                );
                let is_sampled = depth == Depth::Default
                    && matches!(member, Member::FunctionName | Member::SourceArn);
                let of = |covered: usize, total: usize| covered * 100 / total;
                let transitions = of(counts.transitions_covered, counts.transitions_total);
                let exits = of(counts.exits_covered, counts.exits_total);
                // Of the two large automata the default plan sends a sample of the exits, and of
                // FunctionName's steps those that most texts share.
                let (steps, outs) = match (is_sampled, member) {
                    (false, _) => (100, 100),
                    (true, Member::SourceArn) => (100, 10),
                    (true, _) => (20, 5),
                };
                assert!(transitions >= steps, "{member} {transitions} % of the steps");
                assert!(exits >= outs, "{member} {exits} % of the exits");
            }
        }
    }
}

#[test]
fn every_bound_is_met_from_both_sides() {
    let options = options(Depth::Default);
    let cases = phase(Phase::Bounds, &options);
    for member in PATTERNED {
        let sent: BTreeSet<usize> = requests(&cases)
            .filter_map(|request| text_of(request, member)?.as_literal())
            .map(|text| text.chars().count())
            .collect();
        let wanted = bound_lengths(member, &options);
        println!("{member:<20} {wanted:?}");
        assert!(wanted.is_subset(&sent), "{member} {wanted:?} {sent:?}");
    }
}

#[test]
fn near_misses_are_outside_of_the_pattern_of_both_editions() {
    let cases = phase(Phase::NearMisses, &options(Depth::Default));
    for request in requests(&cases) {
        let outside = PATTERNED.into_iter().filter(|member| {
            let text = text_of(request, *member).and_then(|text| text.as_literal());
            text.is_some_and(|text| automata(*member).iter().all(|known| !known.accepts(&text)))
        });
        assert_eq!(outside.count(), 1, "{request:?}");
    }
}

#[test]
fn only_bounds_and_growth_ask_for_long_texts() {
    for case in plan(&options(Depth::Default)) {
        if matches!(case.phase, Phase::Bounds | Phase::Sequences) {
            continue;
        }
        for request in requests(std::slice::from_ref(&case)) {
            for member in Member::ALL {
                let long = text_of(request, member).filter(|text| text.as_str().len() > 1100);
                assert_eq!(long, None, "{member}");
            }
        }
    }
}

#[test]
fn all_pairs_meet() {
    for without in [vec![], vec![Feature::Aliases]] {
        let options = Options { without, ..options(Depth::Default) };
        let cases = phase(Phase::Pairs, &options);
        let met: BTreeSet<pairs::Pair> = requests(&cases).flat_map(pairs::pair_points).collect();
        let missing: Vec<String> = pairs::all_pairs()
            .difference(&met)
            .map(ToString::to_string)
            .filter(|pair| {
                options.without.is_empty() || !(pair.contains("live") || pair.contains("edge"))
            })
            .collect();
        assert!(missing.is_empty(), "{missing:?}");
        assert!(cases.len() < 80, "{}", cases.len());
    }
    assert_eq!(pairs::all_pairs().len(), pairs::pairs_total());
}

#[test]
fn an_edition_brings_its_own_bounds_only() {
    let page = Options { editions: EditionChoice::Page, ..options(Depth::Default) };
    assert!(!bound_lengths(Member::FunctionName, &page).contains(&256));
    assert!(bound_lengths(Member::FunctionName, &options(Depth::Default)).contains(&256));
    assert!(
        phase(Phase::Bounds, &page).len() < phase(Phase::Bounds, &options(Depth::Default)).len()
    );
}

#[test]
fn sequences_collide_and_name_revisions() {
    let cases = phase(Phase::Sequences, &options(Depth::Default));
    let text = format!("{cases:?}");
    for word in [
        "${revision.current}",
        "${revision.stale}",
        "${revision.foreign}",
        "PublishVersion",
        "CreateAlias",
        "UpdateAlias",
        "DeleteAlias",
        "CreateFunction",
        "DeleteFunction",
        "RemovePermission",
        "\"S1\"",
        "${function.A}",
    ] {
        assert!(text.contains(word), "{word}");
    }
    let ends_with_a_read = |scenario: &Scenario| {
        matches!(scenario.steps.last(), Some(Step::One(Operation::GetPolicy(_))))
    };
    assert!(cases.iter().all(|case| (2..=31).contains(&case.scenario.steps.len())));
    let reading = cases.iter().filter(|case| ends_with_a_read(&case.scenario)).count();
    assert!(reading * 10 >= cases.len() * 9, "{reading} of {}", cases.len());
}

#[test]
fn sequences_ask_for_no_function_that_they_do_not_use() {
    for case in phase(Phase::Sequences, &options(Depth::Default)) {
        let steps = format!("{:?}", case.scenario.steps);
        for function in &case.scenario.fixture.functions {
            let key = &function.key;
            let named = [format!("function.{key}"), format!("function: \"{key}\"")];
            assert!(named.iter().any(|name| steps.contains(name)), "{key} in {steps}");
        }
    }
}

#[test]
fn races_are_of_two_to_sixteen_operations() {
    for case in phase(Phase::Races, &options(Depth::Default)) {
        assert!(case.scenario.has_race());
        for step in &case.scenario.steps {
            if let Step::Together { together } = step {
                assert!((2..=16).contains(&together.len()), "{}", together.len());
            }
        }
    }
}
