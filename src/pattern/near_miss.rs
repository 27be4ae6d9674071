//! Strings just outside the language, each with its repair.
//!
//! A near miss leaves the automaton at one known character, so that no
//! continuation rescues it; nothing is drawn and thrown away. A truncation is
//! the other way to miss: it never left, it stops too early.

use std::ops::RangeInclusive;

use super::automaton::{Automaton, Transition};
use super::member::pick;
use super::random::{Rng, below, one_in};
use super::symbol::Symbol;

/// A string outside the language, and where it went wrong.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct NearMiss {
    /// The string.
    pub text: String,
    /// The state of the automaton in which the language was left, or in which
    /// the string ends.
    pub state: usize,
    /// The range of the character that left the language; `None` for a
    /// truncation, which ends too early.
    pub symbol: Option<Symbol>,
    /// A member within the bounds that differs in that one character, or that
    /// completes the truncation.
    pub repair: Option<String>,
}

impl Automaton {
    /// A string outside the language of exactly `len` characters, at random.
    ///
    /// One character of a member was replaced, or one put in, such that
    /// nothing after it can help. `None` if no string of this length leaves
    /// the language by a character.
    pub fn near_miss(&self, len: usize, rng: &mut impl Rng) -> Option<String> {
        let replace = one_in(rng, 2);
        self.spoil_member(len, replace, rng)
            .or_else(|| self.spoil_member(len, !replace, rng))
            .or_else(|| self.leave_and_fill(len, rng))
    }

    /// A member with a character replaced, or one put in.
    fn spoil_member(&self, len: usize, replace: bool, rng: &mut impl Rng) -> Option<String> {
        let kept = if replace { len } else { len.checked_sub(1)? };
        let member =
            if one_in(rng, 2) { self.member(kept, rng) } else { self.varied_member(kept, rng) }?;
        let mut chars: Vec<char> = member.chars().collect();
        let mut states = vec![0];
        for c in &chars {
            states.push(self.step_by(states[states.len() - 1], *c)?);
        }
        let places = if replace { kept } else { kept + 1 };
        if places == 0 {
            return None;
        }
        // A state may have no exit, so look on from a random place.
        let first = below(rng, places);
        let (place, symbol) = (0..places).find_map(|offset| {
            let place = (first + offset) % places;
            pick(self.exits(states[place]), rng).map(|symbol| (place, symbol))
        })?;
        let outsider = self.alphabet.draw_outsider(symbol, rng);
        if replace {
            chars[place] = outsider;
        } else {
            chars.insert(place, outsider);
        }
        Some(chars.into_iter().collect())
    }

    /// Where no member is near: into a state, out of the language, and on.
    fn leave_and_fill(&self, len: usize, rng: &mut impl Rng) -> Option<String> {
        let at = |before: usize, state: usize| {
            self.ways_from_start(state, before) > 0.0 && self.exits(state).next().is_some()
        };
        let reached = |before: &usize| (0..self.states()).any(|state| at(*before, state));
        let before = pick((0..len.min(self.max_len() + 1)).filter(reached), rng)?;
        let state = pick((0..self.states()).filter(|state| at(before, *state)), rng)?;
        let mut text = self.spell_simply(&self.random_way_to(state, before, rng)?);
        text.push(self.alphabet.draw_outsider(pick(self.exits(state), rng)?, rng));
        for _ in before + 1..len {
            text.push(self.alphabet.draw(below(rng, self.alphabet.len()), rng));
        }
        Some(text)
    }

    /// One string for every exit of the automaton: each state, each symbol
    /// that leaves the language there for good; the same ones at every call.
    ///
    /// They keep within the bounds where a string can; a thirteenth digit in a
    /// twelve-digit account cannot. The symbols are spelled by their bounds
    /// and by notable characters in turn.
    #[must_use]
    pub fn covering_near_misses(&self, lens: RangeInclusive<usize>) -> Vec<NearMiss> {
        let mut misses = Vec::new();
        for state in 0..self.states() {
            let Some(plan) = self.plan(state, &lens) else {
                continue;
            };
            for symbol in self.exits(state) {
                let samples = self.alphabet.samples(symbol);
                let outsider = samples[state % samples.len()];
                let text = format!("{}{outsider}{}", plan.before, plan.after);
                misses.push(NearMiss {
                    text,
                    state,
                    symbol: Some(self.alphabet.symbol(symbol)),
                    repair: plan.repair.clone(),
                });
            }
        }
        misses
    }

    /// One string for every state that does not accept: a member cut short
    /// there, and the member. Within the bounds where a string can be.
    #[must_use]
    pub fn truncations(&self, lens: RangeInclusive<usize>) -> Vec<NearMiss> {
        let waiting = (0..self.states()).filter(|state| !self.is_accepting(*state));
        waiting
            .filter_map(|state| {
                let reached = |len: &usize| self.ways_from_start(state, *len) > 0.0;
                let within = (*lens.start()..=(*lens.end()).min(self.max_len())).find(reached);
                let text = self.spell_simply(
                    &self.simplest_way_to(state, within.or_else(|| self.depth(state))?),
                );
                let len = text.chars().count();
                let missing = self.least_to_end(state, lens.start().saturating_sub(len));
                let repair =
                    missing.filter(|missing| len + missing <= *lens.end()).map(|missing| {
                        format!(
                            "{text}{}",
                            self.spell_simply(&self.simplest_way_from(state, missing))
                        )
                    });
                Some(NearMiss { text, state, symbol: None, repair })
            })
            .collect()
    }

    /// The best way to spoil a member in a state.
    fn plan(&self, state: usize, lens: &RangeInclusive<usize>) -> Option<Plan> {
        // In the place of a character, the length stays that of a member.
        let replaced = || {
            let steps = self.leaving(state);
            let (step, (before, after)) = steps
                .filter_map(|step| Some((step, self.split(state, 1, step.to, lens)?)))
                .min_by_key(|(_, (before, after))| before + after)?;
            Some(self.spoil(state, before, Some(step), after))
        };
        // Put in between, it makes one character more.
        let inserted = |room: usize| {
            let shorter = *lens.start()..=lens.end().checked_sub(room)?;
            let (before, after) = self.split(state, 0, state, &shorter)?;
            Some(self.spoil(state, before, None, after))
        };
        // Perhaps no member within the bounds passes here.
        let alone = || {
            let plan = self.spoil(state, self.depth(state)?, None, 0);
            Some(Plan { repair: None, ..plan })
        };
        replaced().or_else(|| inserted(1)).or_else(|| inserted(0)).or_else(alone)
    }

    fn spoil(
        &self,
        state: usize,
        before: usize,
        instead_of: Option<Transition>,
        after: usize,
    ) -> Plan {
        let before = self.spell_simply(&self.simplest_way_to(state, before));
        let middle = self.spell_simply(instead_of.as_slice());
        let to = instead_of.map_or(state, |step| step.to);
        let after = self.spell_simply(&self.simplest_way_from(to, after));
        Plan { repair: Some(format!("{before}{middle}{after}")), before, after }
    }

    fn simplest_way_to(&self, state: usize, len: usize) -> Vec<Transition> {
        self.way_to(state, len, |_| false)
    }

    fn simplest_way_from(&self, state: usize, len: usize) -> Vec<Transition> {
        self.way_from(state, len, |_| false)
    }
}

/// What is before and after the character that leaves the language, and
/// the member that it spoils.
struct Plan {
    before: String,
    after: String,
    repair: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::super::coverage::Coverage;
    use super::super::documented::{DOCUMENTED, documented, regex, rng};

    #[test]
    fn random_near_misses_are_outside_and_exactly_as_long_as_asked() {
        for field in DOCUMENTED {
            let (automaton, regex) = (field.automaton(), regex(field.pattern));
            let rng = &mut rng(1);
            for len in 1..=field.lens().end().min(&150) + 1 {
                let text = automaton.near_miss(len, rng).unwrap();
                assert_eq!(text.chars().count(), len, "{} {text:?}", field.name);
                assert!(!regex.is_match(&text), "{} {text:?}", field.name);
                assert_eq!(automaton.walk(0, &text), None, "{} {text:?}", field.name);
            }
            assert_eq!(automaton.near_miss(0, rng), None);
        }
    }

    #[test]
    fn covering_near_misses_take_every_exit_and_are_outside() {
        for field in DOCUMENTED {
            let (automaton, regex) = (field.automaton(), regex(field.pattern));
            let mut coverage = Coverage::new(automaton, field.lens());
            let misses = automaton.covering_near_misses(field.lens());
            for miss in &misses {
                assert!(!regex.is_match(&miss.text), "{} {miss:?}", field.name);
                coverage.record(&miss.text);
            }
            assert_eq!(coverage.exits_covered(), coverage.exits_total(), "{}", field.name);
            assert_eq!(coverage.transitions_covered(), 0, "{}", field.name);
            let exits: usize =
                (0..automaton.states()).map(|state| automaton.exits(state).count()).sum();
            assert_eq!(misses.len(), exits, "{}", field.name);
            assert_eq!(misses, automaton.covering_near_misses(field.lens()));
        }
    }

    #[test]
    fn every_repair_is_a_member_within_the_bounds() {
        for field in DOCUMENTED {
            let (automaton, regex) = (field.automaton(), regex(field.pattern));
            let misses = automaton.covering_near_misses(field.lens());
            for miss in misses.iter().chain(&automaton.truncations(field.lens())) {
                let repair = miss.repair.as_ref().unwrap();
                assert!(regex.is_match(repair), "{} {miss:?}", field.name);
                assert!(field.lens().contains(&repair.chars().count()), "{} {miss:?}", field.name);
            }
        }
    }

    #[test]
    fn truncations_are_outside_one_for_each_state_that_waits() {
        for field in DOCUMENTED {
            let (automaton, regex) = (field.automaton(), regex(field.pattern));
            let truncations = automaton.truncations(field.lens());
            let waiting = (0..automaton.states()).filter(|state| !automaton.is_accepting(*state));
            assert!(waiting.eq(truncations.iter().map(|miss| miss.state)), "{}", field.name);
            for miss in truncations {
                assert!(!regex.is_match(&miss.text), "{} {miss:?}", field.name);
                assert!(miss.repair.unwrap().starts_with(&miss.text));
            }
        }
    }

    #[test]
    fn accounts_are_cut_after_every_digit_and_get_a_thirteenth() {
        let automaton = documented("SourceAccount").automaton();
        let truncations = automaton.truncations(0..=12);
        assert_eq!(truncations.len(), 12);
        let lens = truncations.iter().map(|miss| miss.text.len());
        assert!(lens.eq(0..12));
        let misses = automaton.covering_near_misses(0..=12);
        assert!(misses.iter().any(|miss| miss.text == "0".repeat(13)));
    }

    #[test]
    fn one_seed_gives_the_same_near_misses() {
        for field in DOCUMENTED {
            let draw = |seed| {
                let rng = &mut rng(seed);
                (1..50).map(|len| field.automaton().near_miss(len, rng)).collect::<Vec<_>>()
            };
            assert_eq!(draw(3), draw(3));
            assert_ne!(draw(3), draw(4), "{}", field.name);
        }
    }
}
