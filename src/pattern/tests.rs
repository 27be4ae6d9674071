//! What the strings are beyond being inside or outside: evenly drawn, near, and few.

use std::collections::BTreeSet;
use std::error::Error as _;

use rstest::rstest;

use super::documented::rng;
use super::random::one_in;
use super::symbol::rank;
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
#[case::the_middle_of_several_states("xa|yc|ze", 2, 'y', 1, 3)]
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
fn every_way_is_equally_likely_even_where_their_number_exceeds_any_float() {
    // 5⁶⁰⁰ has 420 digits, a float 308.
    let automaton = Automaton::new("[acegi]*x[acegi]*", 600).unwrap();
    let rng = &mut rng(12);
    let early = (0..100)
        .filter(|_| automaton.member(600, rng).unwrap().find('x').is_some_and(|at| at < 300))
        .count();
    assert!((25..=75).contains(&early), "{early} of 100 in the first half");
}

#[test]
fn strings_of_no_character_at_all_can_be_asked_for() {
    let automaton = Automaton::new("a*", 0).unwrap();
    assert_eq!(automaton.lengths().collect::<Vec<_>>(), [0]);
    assert_eq!(automaton.member(0, &mut rng(13)).as_deref(), Some(""));
}

#[test]
fn every_character_of_an_ascii_range_is_equally_likely() {
    let (automaton, rng) = (automaton("[a-z]"), &mut rng(14));
    let inner = (0..2_600)
        .filter(|_| !["a", "z"].contains(&automaton.member(1, rng).unwrap().as_str()))
        .count();
    assert!(inner.abs_diff(2_400) < 100, "{inner} instead of about 2400");
}

#[test]
fn a_range_across_the_surrogates_is_drawn_evenly_on_both_sides() {
    let (automaton, rng) = (automaton("[\u{D000}-\u{F000}]"), &mut rng(15));
    let drawn: Vec<char> =
        (0..6_000).filter_map(|_| automaton.member(1, rng).unwrap().chars().next()).collect();
    // Beyond ASCII one in four is any character, the others are the two bounds.
    for (first, last, expected) in [('\u{D001}', '\u{D7FF}', 500), ('\u{E000}', '\u{EFFF}', 1_000)]
    {
        let found = drawn.iter().filter(|c| (first..=last).contains(*c)).count();
        assert!(found.abs_diff(expected) < 90, "{found} from {first:?} instead of {expected}");
    }
}

#[test]
fn a_range_that_ends_beside_the_surrogates_ends_there() {
    for (pattern, outside) in
        [("[\u{100}-\u{D7FF}]", '\u{E000}'), ("[\u{E000}-\u{F000}]", '\u{D7FF}')]
    {
        let automaton = automaton(pattern);
        assert!(!automaton.accepts(&outside.to_string()), "{pattern}");
        for c in ['\u{D7FF}', '\u{E000}'] {
            let holding =
                automaton.symbols().filter(|symbol| (symbol.first..=symbol.last).contains(&c));
            assert_eq!(holding.count(), 1, "{pattern} {c:?}");
        }
    }
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
    assert_eq!(automaton("[ace]*").covering_members(3..=3).len(), 1);
    assert_eq!(automaton("(a|bc)*").covering_members(2..=3), ["bca"]);
    assert_eq!(automaton("a|bcd").covering_members(1..=2), ["a"]);
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

#[test]
fn the_bounds_of_a_range_are_sent_before_what_else_is_notable_in_it() {
    assert_eq!(automaton("[ -/]{2}").covering_members(2..=2), [" /"]);
}

/// What is worth sending of each symbol of a pattern.
fn samples(pattern: &str) -> Vec<String> {
    let alphabet = automaton(pattern).alphabet;
    (0..alphabet.len()).map(|index| alphabet.samples(index).iter().collect()).collect()
}

#[test]
fn neighbours_of_a_range_are_sent_first_and_the_ends_of_ascii_last() {
    let samples = samples("[a-z]");
    assert!(samples[0].starts_with('`') && samples[0].ends_with('\0'), "{:?}", samples[0]);
    assert_eq!(samples[1..3], ["az", "{~\u{7F}"]);
    // U+0080 bounds the range only because ASCII ends there.
    assert!(samples[3].starts_with('é') && !samples[3].contains('\u{80}'), "{:?}", samples[3]);
    assert_eq!(samples[3].matches(char::MAX).count(), 1);
}

#[test]
fn letters_are_simplest_then_digits_capitals_signs_and_what_lies_beyond() {
    let order = "abz019ABZ!~ \u{7F}é\u{663}\u{10FFFF}\u{80}üÿ";
    let ranks: Vec<u32> = order.chars().map(rank).collect();
    assert!(ranks.is_sorted_by(|one, next| one < next), "{ranks:?}");
}

#[test]
fn a_member_shrinks_by_large_cuts_by_small_cuts_and_then_by_its_characters() {
    assert_eq!(
        automaton("[a-z]*").shrink("xyz"),
        ["", "x", "yz", "xz", "xy", "aaa", "ayz", "xaz", "xya"]
    );
}

#[test]
fn a_plain_character_is_offered_at_every_place_that_takes_it() {
    assert_eq!(automaton("x[a-z]{2}y").shrink("xqqy"), ["xaay", "xaqy", "xqay"]);
}

#[test]
fn where_no_plain_character_is_simpler_the_simplest_of_the_range_is_offered() {
    assert_eq!(automaton("[*-/]{2}").shrink(".."), ["**", "*.", ".*"]);
}

#[test]
fn a_shorter_text_is_simpler_whatever_its_characters() {
    assert_eq!(automaton("aa|z").shrink("aa"), ["z"]);
}

#[test]
fn an_outsider_shrinks_by_halves_by_smaller_pieces_and_then_by_its_characters() {
    assert_eq!(
        automaton("z").shrink_outside("bcde"),
        ["", "de", "bc", "cde", "bde", "bce", "bcd", "aaaa", "acde", "bade", "bcae", "bcda"]
    );
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
fn what_spoils_a_member_is_any_outsider_a_neighbour_too() {
    let (automaton, rng) = (automaton("[b-y]"), &mut rng(16));
    let drawn: BTreeSet<String> = (0..600).map(|_| automaton.near_miss(1, rng).unwrap()).collect();
    assert!(["a", "z"].iter().all(|neighbour| drawn.contains(*neighbour)), "{drawn:?}");
    assert!(drawn.len() > 60, "{drawn:?}");
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
    // The greatest length is that of the member: its end is left too.
    let (automaton, rng) = (Automaton::new("a{3}", 3).unwrap(), &mut rng(11));
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
