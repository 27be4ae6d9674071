//! What the strings are beyond being inside or outside: evenly drawn, near, and few.

use std::collections::BTreeSet;
use std::error::Error as _;

use rstest::rstest;

use super::documented::rng;
use super::random::one_in;
use super::{Automaton, NearMiss};

fn automaton(pattern: &str) -> Automaton {
    Automaton::new(pattern, 12).unwrap()
}

/// How many of 3,000 drawn members begin with this character.
fn beginning_with(pattern: &str, len: usize, begin: char) -> usize {
    let (automaton, rng) = (automaton(pattern), &mut rng(7));
    (0..3_000).filter(|_| automaton.member(len, rng).unwrap().starts_with(begin)).count()
}

#[rstest]
#[case::a_state_with_more_symbols("x[ac]|y[ace]", 2, 'x', 2, 5)]
#[case::a_state_with_longer_ways("x[ac]{2}|y[ac]z", 3, 'x', 4, 6)]
#[case::the_last_of_several("x|y|z", 1, 'z', 1, 3)]
#[case::the_first_of_several("x|y|z", 1, 'x', 1, 3)]
#[case::one_that_cannot_end_in_time("x|yyy|z", 1, 'y', 0, 2)]
fn every_way_is_equally_likely(
    #[case] pattern: &str,
    #[case] len: usize,
    #[case] begin: char,
    #[case] ways: usize,
    #[case] of: usize,
) {
    let (found, expected) = (beginning_with(pattern, len, begin), 3_000 * ways / of);
    // Three hundred are more than ten standard deviations.
    assert!(found.abs_diff(expected) < 300, "{found} instead of about {expected}");
    assert!(ways > 0 || found == 0);
}

#[test]
fn one_in_four_is_a_quarter() {
    let rng = &mut rng(8);
    let found = (0..4_000).filter(|_| one_in(rng, 4)).count();
    assert!(found.abs_diff(1_000) < 250, "{found}");
}

#[test]
fn a_covering_suite_takes_along_what_fits_within_the_lengths() {
    assert_eq!(automaton("[ac]*").covering_members(3..=3).len(), 1);
    for (pattern, lens) in [("[ac]*", 1..=1), ("[ac]*z", 0..=2), ("[ac]*z", 2..=3)] {
        let members = automaton(pattern).covering_members(lens.clone());
        assert!(members.iter().all(|text| lens.contains(&text.len())), "{members:?}");
    }
}

#[test]
fn a_range_is_spelled_by_its_bounds_in_turn() {
    assert_eq!(automaton("[b-y]").covering_members(1..=1), ["b"]);
    assert_eq!(automaton("[b-y]{2}").covering_members(2..=2), ["by"]);
}

/// What is left of a text without one of its characters.
fn shortened(text: &str) -> impl Iterator<Item = (usize, String)> {
    let chars: Vec<char> = text.chars().collect();
    (0..chars.len()).map(move |at| {
        (at, chars.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, c)| *c).collect())
    })
}

#[test]
fn a_near_miss_is_one_character_away_from_a_member() {
    let (automaton, rng) = (automaton("[a-c]{5}"), &mut rng(9));
    let mut replaced = BTreeSet::new();
    let mut inserted = BTreeSet::new();
    for _ in 0..400 {
        let text = automaton.near_miss(5, rng).unwrap();
        let wrong: Vec<usize> = text
            .chars()
            .enumerate()
            .filter(|(_, c)| !('a'..='c').contains(c))
            .map(|(at, _)| at)
            .collect();
        assert_eq!(wrong.len(), 1, "{text:?}");
        replaced.extend(wrong);
        let text = automaton.near_miss(6, rng).unwrap();
        let at = shortened(&text).filter(|(_, rest)| automaton.accepts(rest)).map(|(at, _)| at);
        inserted.insert(at.last().expect("a member with one more character"));
    }
    assert_eq!(replaced, (0..5).collect());
    assert_eq!(inserted, (0..6).collect());
}

#[test]
fn a_state_that_nothing_leaves_is_passed_over() {
    let (automaton, rng) = (automaton("[\\s\\S]{2}a"), &mut rng(10));
    for _ in 0..40 {
        let text = automaton.near_miss(3, rng).unwrap();
        assert_ne!(text.chars().nth(2), Some('a'), "{text:?}");
    }
}

#[test]
fn where_no_member_is_near_the_language_is_left_after_any_part_of_one() {
    let (automaton, rng) = (automaton("a{3}"), &mut rng(11));
    let begun: BTreeSet<usize> = (0..200)
        .map(|_| automaton.near_miss(7, rng).unwrap())
        .map(|text| text.chars().take(3).take_while(|c| *c == 'a').count())
        .collect();
    assert_eq!(begun, (0..=3).collect());
}

fn first_state(misses: &[NearMiss]) -> Vec<&NearMiss> {
    misses.iter().filter(|miss| miss.state == 0).collect()
}

#[test]
fn a_near_miss_spoils_the_shortest_member_that_will_do() {
    let misses = automaton("ab|c").covering_near_misses(1..=2);
    for miss in first_state(&misses) {
        assert_eq!(miss.text.chars().count(), 1, "{miss:?}");
        assert_eq!(miss.repair.as_deref(), Some("c"));
    }
}

#[test]
fn what_no_member_within_the_bounds_passes_has_no_repair() {
    let misses = automaton("a{5}").covering_near_misses(1..=3);
    assert!(!misses.is_empty());
    assert!(misses.iter().all(|miss| miss.repair.is_none()), "{misses:?}");
}

#[test]
fn a_truncation_keeps_within_the_bounds_where_it_can() {
    let cut = automaton("a*b").truncations(3..=5);
    assert_eq!(cut.len(), 1);
    assert_eq!((cut[0].text.as_str(), cut[0].repair.as_deref()), ("aaa", Some("aaab")));
}

#[test]
fn an_automaton_says_what_it_was_made_of() {
    assert_eq!(automaton("[a-z]+").pattern(), "[a-z]+");
    let error = Automaton::new("(", 3).unwrap_err();
    assert_eq!(error.pattern(), "(");
    assert!(error.source().is_some(), "what the reader of the pattern says");
}
