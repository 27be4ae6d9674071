//! What strings that were really sent have shown of a pattern.

use std::ops::RangeInclusive;

use super::automaton::Automaton;

/// Which steps and which exits of an automaton strings have taken.
///
/// A step counts if a *member* took it: only then was it seen whether a
/// target lets it pass. An exit counts if a string left there. Strings whose
/// length is out of bounds count for nothing, as they may be refused for that.
#[derive(Clone, Debug)]
pub struct Coverage<'a> {
    automaton: &'a Automaton,
    lens: RangeInclusive<usize>,
    /// By state and symbol. An entry is a step or an exit by nature.
    places: Vec<Place>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Place {
    reachable: bool,
    covered: bool,
}

/// The numbers of a [`Coverage`], for a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct CoverageCounts {
    /// Steps inside the language that members took.
    pub transitions_covered: usize,
    /// Steps that members within the bounds can take.
    pub transitions_total: usize,
    /// Exits out of the language by which strings left.
    pub exits_covered: usize,
    /// Exits that strings within the bounds can take.
    pub exits_total: usize,
}

impl<'a> Coverage<'a> {
    /// Nothing covered yet, of what strings of these lengths can cover.
    #[must_use]
    pub fn new(automaton: &'a Automaton, lens: RangeInclusive<usize>) -> Coverage<'a> {
        let width = automaton.alphabet.len();
        let longest = (*lens.end()).min(automaton.max_len());
        let mut places = vec![Place::default(); automaton.states() * width];
        for step in automaton.transitions() {
            places[step.from * width + step.symbol].reachable = automaton.is_reachable(step, &lens);
        }
        for state in 0..automaton.states() {
            // Whatever follows an exit is free, so only the upper bound matters.
            let reachable = automaton.depth(state).is_some_and(|depth| depth < longest);
            for symbol in automaton.exits(state) {
                places[state * width + symbol].reachable = reachable;
            }
        }
        Coverage { automaton, lens, places }
    }

    /// Notes a string that was sent; says how many steps and exits it was the first to take.
    pub fn record(&mut self, text: &str) -> usize {
        let mut first = 0;
        for at in self.places_of(text) {
            let place = &mut self.places[at];
            first += usize::from(place.reachable && !place.covered);
            place.covered = true;
        }
        first
    }

    /// How many steps and exits the string would be the first to take.
    #[must_use]
    pub fn gain(&self, text: &str) -> usize {
        let mut places = self.places_of(text);
        places.sort_unstable();
        places.dedup();
        let is_new = |at: &&usize| self.places[**at].reachable && !self.places[**at].covered;
        places.iter().filter(is_new).count()
    }

    /// The places that a string takes and that count, in its order.
    fn places_of(&self, text: &str) -> Vec<usize> {
        let (automaton, width) = (self.automaton, self.automaton.alphabet.len());
        let mut places = Vec::new();
        if !self.lens.contains(&text.chars().count()) {
            return places;
        }
        let mut state = 0;
        for c in text.chars() {
            let symbol = automaton.alphabet.index_of(c);
            let place = state * width + symbol;
            let Some(target) = automaton.step(state, symbol) else {
                // Nothing that follows can help: of what is no member only the exit counts.
                return vec![place];
            };
            places.push(place);
            state = target;
        }
        if !automaton.is_accepting(state) {
            places.clear();
        }
        places
    }

    /// Adds what another coverage of the same automaton has seen.
    pub fn merge(&mut self, other: &Coverage<'_>) {
        for (own, other) in self.places.iter_mut().zip(&other.places) {
            own.covered |= other.covered;
        }
    }

    /// All four numbers.
    #[must_use]
    pub fn counts(&self) -> CoverageCounts {
        let width = self.automaton.alphabet.len();
        let mut counts = CoverageCounts::default();
        for (index, place) in self.places.iter().enumerate() {
            let stays = self.automaton.step(index / width, index % width).is_some();
            let (covered, total) = if stays {
                (&mut counts.transitions_covered, &mut counts.transitions_total)
            } else {
                (&mut counts.exits_covered, &mut counts.exits_total)
            };
            *covered += usize::from(place.covered && place.reachable);
            *total += usize::from(place.reachable);
        }
        counts
    }

    /// Steps inside the language that members took.
    #[must_use]
    pub fn transitions_covered(&self) -> usize {
        self.counts().transitions_covered
    }

    /// Steps that members within the bounds can take.
    #[must_use]
    pub fn transitions_total(&self) -> usize {
        self.counts().transitions_total
    }

    /// Exits out of the language by which strings left.
    #[must_use]
    pub fn exits_covered(&self) -> usize {
        self.counts().exits_covered
    }

    /// Exits that strings within the bounds can take.
    #[must_use]
    pub fn exits_total(&self) -> usize {
        self.counts().exits_total
    }
}

#[cfg(test)]
mod tests {
    use super::super::documented::{DOCUMENTED, documented, rng};
    use super::*;

    #[test]
    fn hyphen_and_underscore_are_seen_apart_from_letters() {
        let automaton = documented("StatementId").automaton();
        let covered = |texts: &[&str]| {
            let mut coverage = Coverage::new(automaton, 1..=100);
            for text in texts {
                coverage.record(text);
            }
            coverage.transitions_covered()
        };
        assert_eq!(Coverage::new(automaton, 1..=100).transitions_total(), 10);
        assert_eq!(covered(&["aaa", "zzz"]), 2);
        assert_eq!(covered(&["aA0", "Aa0", "0aA"]), 6);
        assert_eq!(covered(&["aA0", "Aa0", "0aA", "_a", "-a"]), 8);
        assert_eq!(covered(&["aA0", "Aa0", "0aA", "_a-", "-a_"]), 10);
    }

    #[test]
    fn dot_and_hyphen_are_seen_apart_though_they_are_neighbours() {
        let automaton = documented("EventSourceToken").automaton();
        let mut coverage = Coverage::new(automaton, 0..=256);
        coverage.record("-");
        coverage.record(".");
        assert_eq!(coverage.transitions_covered(), 2);
    }

    #[test]
    fn strings_out_of_bounds_count_for_nothing() {
        let mut coverage = Coverage::new(documented("StatementId").automaton(), 1..=100);
        coverage.record(&"a".repeat(101));
        coverage.record(&".".repeat(101));
        coverage.record("");
        assert_eq!((coverage.transitions_covered(), coverage.exits_covered()), (0, 0));
    }

    #[test]
    fn a_near_miss_covers_its_exit_and_no_step() {
        let mut coverage = Coverage::new(documented("StatementId").automaton(), 1..=100);
        coverage.record("ab.c");
        coverage.record("ab.");
        coverage.record("ab/");
        let counts = coverage.counts();
        assert_eq!(
            (counts.transitions_covered, counts.exits_covered, counts.exits_total),
            (0, 1, 14)
        );
    }

    #[test]
    fn what_a_string_would_bring_is_what_it_brings() {
        let automaton = documented("PrincipalOrgID page").automaton();
        let mut coverage = Coverage::new(automaton, 12..=34);
        for text in ["o-aaaaaaaaaa", "o-aaaaaaaaaa", "o-a1b2c3d4e5", "o-a1b2c3d4E5", "o-", "x"] {
            let before = coverage.counts();
            let gain = coverage.gain(text);
            assert_eq!(coverage.record(text), gain, "{text}");
            let after = coverage.counts();
            let of = |counts: CoverageCounts| counts.transitions_covered + counts.exits_covered;
            assert_eq!(of(after) - of(before), gain, "{text}");
        }
        assert!(coverage.exits_covered() > 0 && coverage.transitions_covered() > 10);
    }

    #[test]
    fn coverages_of_two_workers_add_up() {
        let automaton = documented("StatementId").automaton();
        let (mut one, mut other) =
            (Coverage::new(automaton, 1..=100), Coverage::new(automaton, 1..=100));
        one.record("a");
        other.record("_");
        one.merge(&other);
        assert_eq!(one.transitions_covered(), 2);
    }

    #[test]
    fn random_strings_never_cover_more_than_there_is() {
        for field in DOCUMENTED {
            let automaton = field.automaton();
            let mut coverage = Coverage::new(automaton, field.lens());
            let rng = &mut rng(1);
            for len in 0..200 {
                for text in [automaton.varied_member(len, rng), automaton.near_miss(len, rng)] {
                    coverage.record(text.as_deref().unwrap_or_default());
                }
            }
            let counts = coverage.counts();
            assert!(counts.transitions_covered <= counts.transitions_total, "{}", field.name);
            assert!(counts.exits_covered <= counts.exits_total, "{}", field.name);
            assert!(counts.transitions_covered > 0 && counts.exits_covered > 0, "{}", field.name);
        }
    }
}
