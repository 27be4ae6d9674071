use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::bounds::bound_lengths;
use super::super::language::{PATTERNED, automata, lengths};
use super::super::names::sample;
use super::super::plain::text_of;
use super::super::race::rounds;
use super::super::{Case, Depth, Feature, Options, is_well_formed, needs, pairs, phase, plan};
use crate::contract::{EditionChoice, Member, Phase};
use crate::pattern::Coverage;
use crate::scenario::template::resolve_value;
use crate::scenario::{AddPermission, Body, Fixture, Operation, Scenario, Step};

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

/// The text of a member as it is sent, where no target decides a part of it.
fn literal(request: &AddPermission, member: Member) -> Option<String> {
    let text = text_of(request, member)?;
    text.as_literal().or_else(|| Some(sample(&text)).filter(|name| !name.is_empty()))
}

fn operations(cases: &[Case]) -> usize {
    cases.iter().map(|case| case.scenario.operations().count()).sum()
}

const SEQUENTIAL: [Phase; 2] = [Phase::Sequences, Phase::Races];

/// How often the runner repeats a race, by default.
const ROUNDS: u32 = 20;

#[test]
fn a_plan_has_about_the_promised_size() {
    // The deployers' own hundred requests are among those of a default plan; what it costs with
    // fixtures is bounded by the next test.
    for (depth, least, most) in
        [(Depth::Quick, 250, 500), (Depth::Default, 1500, 2300), (Depth::Deep, 4000, 20_000)]
    {
        let mut total = 0;
        for part in Phase::ALL {
            let cases = phase(part, &options(depth));
            let steps = operations(&cases);
            println!(
                "{depth:?} {part:<12} {:5} cases {steps:6} requests, {} with fixtures",
                cases.len(),
                cost(&cases)
            );
            if !SEQUENTIAL.contains(&part) {
                total += steps;
            }
        }
        println!("{depth:?} single requests: {total}, all: {}", cost(&plan(&options(depth))));
        assert!((least..=most).contains(&total), "{depth:?}: {total}");
    }
}

#[test]
fn a_default_run_keeps_within_its_budget() {
    for seed in [0, 7, 0x5d1f_3c0a] {
        let options = Options { seed, ..Options::default() };
        let (single, several): (Vec<Case>, Vec<Case>) =
            plan(&options).into_iter().partition(|case| !SEQUENTIAL.contains(&case.phase));
        assert!(cost(&single) <= 2_900, "{}", cost(&single));
        // What is guessed here is an eighth more than runs took: those keep within 4,500.
        assert!(cost(&single) + cost(&several) <= 4_950, "{} {}", cost(&single), cost(&several));
        let random = phase(Phase::Sequences, &options);
        let steps = operations(&random);
        assert!(steps <= 18 * random.len(), "{steps} steps in {} sequences", random.len());
    }
}

/// About how many requests the cases take, if some two dozen single requests share a fixture and
/// one policy of each function is read at the end; a little more than runs took.
fn cost(cases: &[Case]) -> usize {
    let mut shared: BTreeMap<(Phase, &Fixture), usize> = BTreeMap::new();
    let mut cost = operations(cases);
    let fixture_of = |fixture: &Fixture| -> usize {
        let functions = fixture.functions.iter();
        functions.map(|function| 3 + 2 * function.versions as usize + function.aliases.len()).sum()
    };
    for Case { phase, scenario } in cases {
        if scenario.has_race() {
            let round = operations(&[Case { phase: *phase, scenario: scenario.clone() }])
                + fixture_of(&scenario.fixture);
            cost += rounds(scenario, ROUNDS) as usize * round;
            cost -= scenario.operations().count();
        } else if scenario.steps.len() > 1 {
            cost += fixture_of(&scenario.fixture);
        } else {
            *shared.entry((*phase, &scenario.fixture)).or_default() += 1;
        }
    }
    let batches = shared.into_iter().map(|((_, fixture), count)| {
        let policies: usize = fixture
            .functions
            .iter()
            .map(|function| function.versions as usize + function.aliases.len())
            .sum();
        count.div_ceil(27) * (fixture_of(fixture) + policies)
    });
    cost + batches.sum::<usize>()
}

#[test]
fn every_generated_scenario_can_be_run() {
    for case in plan(&options(Depth::Default)) {
        assert!(is_well_formed(&case.scenario), "{case:?}");
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
        assert!(cases.len() > 1200, "without {} {}", missing.name(), cases.len());
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
        let is_known = ["account", "region", "partition", "role", "prefix"].contains(&name)
            || ["function.", "version.", "revision.", "prefix."]
                .iter()
                .any(|start| name.starts_with(start));
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
                let literals = requests(&cases).filter_map(|request| literal(request, member));
                for text in literals {
                    coverage.record(&text);
                }
                let counts = coverage.counts();
                println!("{depth:?} {member:<20} {:3} states, {counts:?}", automaton.states());
                let is_sampled = depth == Depth::Default
                    && matches!(member, Member::FunctionName | Member::SourceArn);
                let of = |covered: usize, total: usize| covered * 100 / total;
                let transitions = of(counts.transitions_covered, counts.transitions_total);
                let exits = of(counts.exits_covered, counts.exits_total);
                // Of the two large automata the default plan sends a sample of the exits, and
                // those steps that most texts share; of the two that count, a sample of the exits.
                let (steps, outs) = match (is_sampled, member) {
                    (false, Member::Qualifier | Member::PrincipalOrgId)
                        if depth == Depth::Default =>
                    {
                        (100, 50)
                    }
                    (false, _) => (100, 100),
                    (true, Member::SourceArn) => (50, 4),
                    (true, _) => (8, 3),
                };
                // A name that may be somebody's is not sent, nor is what the run's prefix would
                // bring back into the pattern.
                let (steps, outs) = match member {
                    Member::FunctionName if !is_sampled => (5, 1),
                    _ => (steps, outs),
                };
                assert!(transitions >= steps, "{member} {transitions} % of the steps");
                assert!(exits >= outs, "{member} {exits} % of the exits");
            }
        }
    }
}

#[test]
fn every_body_member_is_tried_with_every_json_type() {
    let cases = plan(&options(Depth::Default));
    for member in Member::in_body() {
        let kinds: BTreeSet<&str> = requests(&cases)
            .filter_map(AddPermission::members)
            .map(|members| match members.get(member.name()) {
                None => "missing",
                Some(Value::Null) => "null",
                Some(Value::Bool(_)) => "boolean",
                Some(Value::Number(_)) => "number",
                Some(Value::String(_)) => "string",
                Some(Value::Array(_)) => "array",
                Some(Value::Object(_)) => "object",
            })
            .collect();
        assert_eq!(kinds.len(), 7, "{member} {kinds:?}");
    }
}

#[test]
fn bodies_are_empty_or_no_object_or_no_json_in_several_ways() {
    let cases = phase(Phase::Types, &options(Depth::Default));
    let (mut empty, mut no_object, mut no_json) = (0, 0, 0);
    for request in requests(&cases) {
        let Body::Raw(bytes) = &request.body else { continue };
        match serde_json::from_slice::<Value>(bytes) {
            _ if bytes.iter().all(u8::is_ascii_whitespace) => empty += 1,
            Ok(Value::Object(_)) => {}
            Ok(_) => no_object += 1,
            Err(_) => no_json += 1,
        }
    }
    assert!(empty >= 2 && no_object >= 3 && no_json >= 10, "{empty} {no_object} {no_json}");
}

#[test]
fn every_bound_is_met_from_both_sides() {
    let options = options(Depth::Default);
    let cases = phase(Phase::Bounds, &options);
    for member in PATTERNED {
        let sent: BTreeSet<usize> = requests(&cases)
            .filter_map(|request| literal(request, member))
            .map(|text| text.chars().count())
            .collect();
        let mut wanted = bound_lengths(member, &options);
        if member == Member::FunctionName {
            // A short name may be somebody's.
            wanted.retain(|length| *length == 0 || *length >= 32);
        }
        println!("{member:<20} {wanted:?}");
        assert!(wanted.is_subset(&sent), "{member} {wanted:?} {sent:?}");
        let longest = wanted.last().copied().unwrap_or_default();
        let beyond = sent.iter().filter(|length| **length >= longest).count();
        assert!(beyond >= if longest <= 257 { 2 } else { 1 }, "{member} {sent:?}");
    }
}

#[test]
fn near_misses_are_outside_of_the_pattern_of_both_editions() {
    let cases = phase(Phase::NearMisses, &options(Depth::Default));
    for request in requests(&cases) {
        let outside = PATTERNED.into_iter().filter(|member| {
            let text = literal(request, *member);
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
    // All but the one that grows beyond a page are short enough to be read.
    let long = cases.iter().filter(|case| case.scenario.steps.len() > 60).count();
    assert!(long <= 1 && cases.iter().all(|case| case.scenario.steps.len() >= 2), "{long}");
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
fn a_statement_id_is_repeated_that_is_not_the_last_of_its_policy() {
    let cases = phase(Phase::Sequences, &options(Depth::Default));
    let is_repeated_late = |scenario: &Scenario| {
        let mut ids: Vec<String> = Vec::new();
        for operation in scenario.operations() {
            let Operation::AddPermission(add) = operation else { return false };
            let Some(id) = text_of(add, Member::StatementId).map(|id| id.to_string()) else {
                return false;
            };
            if ids.iter().position(|known| *known == id).is_some_and(|at| at + 1 < ids.len()) {
                return true;
            }
            ids.push(id);
        }
        false
    };
    assert!(cases.iter().any(|case| is_repeated_late(&case.scenario)));
}

#[test]
fn what_was_made_anew_is_read() {
    let cases = phase(Phase::Sequences, &options(Depth::Default));
    for made in ["CreateFunction", "CreateAlias"] {
        let is_read = |scenario: &Scenario| {
            let names: Vec<&str> = scenario.operations().map(Operation::name).collect();
            let deleted = made.replace("Create", "Delete");
            names.windows(2).enumerate().any(|(at, pair)| {
                pair == [made, "GetPolicy"] && names[..at].contains(&deleted.as_str())
            })
        };
        assert!(cases.iter().any(|case| is_read(&case.scenario)), "{made}");
    }
}

#[test]
fn a_policy_grows_far_beyond_its_limit() {
    let cases = phase(Phase::Sequences, &options(Depth::Quick));
    let longest = cases.iter().map(|case| {
        let adds = requests(std::slice::from_ref(case));
        let arns = adds.filter_map(|add| text_of(add, Member::SourceArn));
        let lengths: Vec<usize> = arns.map(|arn| arn.as_str().len()).collect();
        (lengths.iter().filter(|length| **length > 3_500).count(), lengths.iter().sum::<usize>())
    });
    let (large, characters) = longest.max().unwrap();
    assert!(large >= 5 && characters > 26_000, "{large} {characters}");
}

#[test]
fn races_are_small_and_end_with_what_is_done_at_once() {
    for (depth, widest) in [(Depth::Quick, 4), (Depth::Default, 16), (Depth::Deep, 16)] {
        let cases = phase(Phase::Races, &options(depth));
        let mut widths = BTreeSet::new();
        for Case { scenario, .. } in &cases {
            let [function] = scenario.fixture.functions.as_slice() else { panic!("{scenario:?}") };
            assert!(function.versions == 0 && function.aliases.len() <= 1, "{function:?}");
            let Some((Step::Together { together }, before)) = scenario.steps.split_last() else {
                panic!("{scenario:?}");
            };
            assert!(before.iter().all(|step| matches!(step, Step::One(_))));
            widths.insert(together.len());
        }
        assert!(widths.iter().all(|width| (2..=widest).contains(width)), "{widths:?}");
        assert!(widths.contains(&widest));
        let twenty: usize = cases
            .iter()
            .map(|case| case.scenario.operations().count() * rounds(&case.scenario, 20) as usize)
            .sum();
        assert!(depth == Depth::Deep || twenty <= 800, "{twenty}");
    }
}
