//! Strings inside the language: at random, and so that every step is taken.

use std::ops::RangeInclusive;

use super::automaton::{Automaton, Bundle, Transition};
use super::random::{Rng, below, fraction};

/// How often a random step is tried before any member will do.
const TRIES: usize = 16;

impl Automaton {
    /// A member of exactly `len` characters, every path equally likely.
    ///
    /// `None` if there is none, or if `len` exceeds [`max_len`].
    ///
    /// [`max_len`]: Automaton::max_len
    pub fn member(&self, len: usize, rng: &mut impl Rng) -> Option<String> {
        let way = self.random_way_from(0, len, rng)?;
        Some(self.spell(&way, rng))
    }

    /// A member of exactly `len` characters through a step chosen at random.
    ///
    /// Where [`member`] hardly ever leaves the crowded parts of a large
    /// language (of 20,000 function names none begins with `arn:`), here every
    /// state of the automaton that this length allows has about the same chance.
    ///
    /// [`member`]: Automaton::member
    pub fn varied_member(&self, len: usize, rng: &mut impl Rng) -> Option<String> {
        let tries = if len <= self.max_len() { TRIES } else { 0 };
        for _ in 0..tries {
            let from = below(rng, self.states());
            let Some(step) = pick(self.leaving(from), rng) else {
                continue;
            };
            let fits = |before: &usize| {
                self.ways_from_start(from, *before) > 0.0
                    && self.ways_to_end(step.to, len - 1 - before) > 0.0
            };
            let Some(before) = pick((0..len).filter(fits), rng) else {
                continue;
            };
            let mut way = self.random_way_to(from, before, rng)?;
            way.push(step);
            way.extend(self.random_way_from(step.to, len - 1 - before, rng)?);
            return Some(self.spell(&way, rng));
        }
        self.member(len, rng)
    }

    /// Few members that together take every step that members of these
    /// lengths can take, the shortest first; the same ones at every call.
    ///
    /// Each symbol is spelled by its bounds in turn, so both ends of a range
    /// are seen too.
    #[must_use]
    pub fn covering_members(&self, lens: RangeInclusive<usize>) -> Vec<String> {
        let width = self.alphabet.len();
        let mut wanted = vec![false; self.states() * width];
        let mut order: Vec<Transition> = self
            .transitions()
            .filter(|step| self.is_reachable(*step, &lens))
            .collect();
        for step in &order {
            wanted[step.from * width + step.symbol] = true;
        }
        // From the far end: the way to a late step takes the early ones along.
        order.reverse();
        let mut turns = vec![0; width];
        let mut members = Vec::new();
        for step in order {
            if wanted[step.from * width + step.symbol] {
                let way = self.covering_way(step, &lens, &mut wanted);
                members.push(self.spell_in_turn(&way, &mut turns));
            }
        }
        members.sort_by_key(|text| text.chars().count());
        members
    }

    /// A way through one step that takes along what is still wanted.
    fn covering_way(
        &self,
        step: Transition,
        lens: &RangeInclusive<usize>,
        wanted: &mut [bool],
    ) -> Vec<Transition> {
        let width = self.alphabet.len();
        let place = |step: Transition| step.from * width + step.symbol;
        let Some((before, _)) = self.split(step.from, 1, step.to, lens) else {
            return Vec::new();
        };
        let mut way = self.way_to(step.from, before, |step| wanted[place(step)]);
        way.push(step);
        for step in &way {
            wanted[place(*step)] = false;
        }
        let longest = (*lens.end()).min(self.max_len());
        let mut at = step.to;
        loop {
            let missing = lens.start().saturating_sub(way.len() + 1);
            let detour = self.leaving(at).find(|step| {
                let rest = || self.least_to_end(step.to, missing);
                wanted[place(*step)] && rest().is_some_and(|rest| way.len() + 1 + rest <= longest)
            });
            let Some(step) = detour else { break };
            wanted[place(step)] = false;
            way.push(step);
            at = step.to;
        }
        let rest = self
            .least_to_end(at, lens.start().saturating_sub(way.len()))
            .unwrap_or(0);
        let end = self.way_from(at, rest, |step| wanted[place(step)]);
        for step in &end {
            wanted[place(*step)] = false;
        }
        way.extend(end);
        way
    }

    /// Steps of exactly `len` from a state to acceptance, every way equally likely.
    pub(super) fn random_way_from(
        &self,
        state: usize,
        len: usize,
        rng: &mut impl Rng,
    ) -> Option<Vec<Transition>> {
        if self.ways_to_end(state, len) <= 0.0 {
            return None;
        }
        let mut way = Vec::with_capacity(len);
        let mut at = state;
        for after in (0..len).rev() {
            let ways = |bundle: &Bundle| self.ways_to_end(bundle.to, after);
            let step = weighted(|| self.bundles_leaving(at), ways, rng)?;
            way.push(step);
            at = step.to;
        }
        Some(way)
    }

    /// Steps of exactly `len` from the start to a state, every way equally likely.
    pub(super) fn random_way_to(
        &self,
        state: usize,
        len: usize,
        rng: &mut impl Rng,
    ) -> Option<Vec<Transition>> {
        let mut way = Vec::with_capacity(len);
        let mut at = state;
        for before in (0..len).rev() {
            let ways = |bundle: &Bundle| self.ways_from_start(bundle.from, before);
            let step = weighted(|| self.bundles_arriving(at), ways, rng)?;
            way.push(step);
            at = step.from;
        }
        way.reverse();
        Some(way)
    }

    fn spell(&self, way: &[Transition], rng: &mut impl Rng) -> String {
        way.iter()
            .map(|step| self.alphabet.draw(step.symbol, rng))
            .collect()
    }

    pub(super) fn spell_simply(&self, way: &[Transition]) -> String {
        way.iter()
            .map(|step| self.alphabet.simplest(step.symbol))
            .collect()
    }

    fn spell_in_turn(&self, way: &[Transition], turns: &mut [usize]) -> String {
        way.iter()
            .map(|step| {
                let samples = self.alphabet.samples(step.symbol);
                let turn = &mut turns[step.symbol];
                *turn += 1;
                samples[(*turn - 1) % samples.len()]
            })
            .collect()
    }
}

/// One of the items, every one equally likely.
pub(super) fn pick<T>(items: impl Iterator<Item = T>, rng: &mut impl Rng) -> Option<T> {
    let mut items: Vec<T> = items.collect();
    if items.is_empty() {
        None
    } else {
        Some(items.swap_remove(below(rng, items.len())))
    }
}

/// One of the steps in the bundles, as likely as there are ways to go on.
fn weighted<'a, I: Iterator<Item = &'a Bundle>>(
    bundles: impl Fn() -> I,
    ways: impl Fn(&Bundle) -> f64,
    rng: &mut impl Rng,
) -> Option<Transition> {
    let weight = |bundle: &Bundle| bundle.weight() * ways(bundle);
    let total: f64 = bundles().map(weight).sum();
    let mut odds = fraction(rng) * total;
    let mut chosen = None;
    for bundle in bundles() {
        let weight = weight(bundle);
        if weight > 0.0 {
            chosen = Some(bundle);
            if odds < weight {
                break;
            }
            odds -= weight;
        }
    }
    let Bundle { from, to, symbols } = chosen?;
    let symbol = symbols[below(rng, symbols.len())];
    Some(Transition {
        from: *from,
        symbol,
        to: *to,
    })
}

#[cfg(test)]
mod tests {
    use super::super::coverage::Coverage;
    use super::super::documented::{DOCUMENTED, documented, regex, rng};

    #[test]
    fn members_of_every_legal_length_are_members() {
        for field in DOCUMENTED {
            let (automaton, regex) = (field.automaton(), regex(field.pattern));
            let rng = &mut rng(1);
            for len in automaton.lengths().filter(|len| *len <= 260) {
                for text in [
                    automaton.member(len, rng),
                    automaton.varied_member(len, rng),
                ] {
                    let text = text.unwrap();
                    assert_eq!(text.chars().count(), len);
                    assert!(regex.is_match(&text), "{} {text:?}", field.name);
                    assert!(automaton.accepts(&text));
                }
            }
        }
    }

    #[test]
    fn the_documented_bounds_are_reached_where_they_are_legal() {
        let rng = &mut rng(2);
        for (name, reached, missed) in [
            (
                "FunctionName page",
                &[1, 12, 34, 100, 128, 140][..],
                &[0, 141][..],
            ),
            ("FunctionName current", &[1, 100, 140, 141, 256], &[0, 257]),
            ("StatementId", &[1, 12, 34, 100], &[0, 101]),
            ("Action", &[1, 8, 12, 100, 256], &[0, 2, 7, 257]),
            ("Principal", &[1, 100, 128, 256, 2048], &[0, 2049]),
            ("SourceAccount", &[12], &[0, 1, 11, 13]),
            ("SourceArn page", &[12, 100, 128, 140, 256], &[0, 1, 5]),
            ("Qualifier page", &[0, 1, 100, 128], &[129]),
            ("Qualifier current", &[1, 7, 100, 128], &[0, 129]),
            ("PrincipalOrgID page", &[12, 34], &[0, 11, 35, 100]),
            ("PrincipalOrgID current", &[12, 34], &[0, 11, 35]),
            ("EventSourceToken", &[1, 256], &[0, 257]),
        ] {
            let automaton = documented(name).automaton();
            for len in reached {
                assert!(automaton.member(*len, rng).is_some(), "{name} {len}");
            }
            for len in missed {
                assert_eq!(automaton.member(*len, rng), None, "{name} {len}");
                assert_eq!(automaton.varied_member(*len, rng), None, "{name} {len}");
            }
        }
    }

    #[test]
    fn covering_members_take_every_step_that_the_lengths_allow() {
        for field in DOCUMENTED {
            let (automaton, regex) = (field.automaton(), regex(field.pattern));
            let mut coverage = Coverage::new(automaton, field.lens());
            let members = automaton.covering_members(field.lens());
            for text in &members {
                assert!(regex.is_match(text), "{} {text:?}", field.name);
                assert!(
                    field.lens().contains(&text.chars().count()),
                    "{} {text:?}",
                    field.name
                );
                coverage.record(text);
            }
            assert_eq!(
                coverage.transitions_covered(),
                coverage.transitions_total(),
                "{}",
                field.name
            );
            assert_eq!(members, automaton.covering_members(field.lens()));
        }
    }

    #[test]
    fn one_seed_gives_the_same_members() {
        for field in DOCUMENTED {
            let automaton = field.automaton();
            let draw = |seed| {
                let rng = &mut rng(seed);
                let lens: Vec<usize> = automaton.lengths().take(40).collect();
                lens.iter()
                    .map(|len| automaton.varied_member(*len, rng))
                    .collect::<Vec<_>>()
            };
            assert_eq!(draw(3), draw(3));
            assert_ne!(draw(3), draw(4), "{}", field.name);
        }
    }

    #[test]
    fn varied_function_names_are_often_arns() {
        let automaton = documented("FunctionName current").automaton();
        let rng = &mut rng(5);
        let names: Vec<String> = (0..500)
            .filter_map(|_| automaton.varied_member(70, rng))
            .collect();
        let arns = names.iter().filter(|name| name.starts_with("arn:")).count();
        let forms = names
            .iter()
            .filter(|name| name.contains("function:"))
            .count();
        assert!(
            arns > 50 && forms > 0,
            "{arns} ARNs, {forms} with function:, of 500"
        );
    }

    #[test]
    fn statement_ids_hold_each_kind_of_character_equally_often() {
        let automaton = documented("StatementId").automaton();
        let text = automaton.member(100, &mut rng(6)).unwrap();
        for kind in ['_', '-'] {
            assert!(text.matches(kind).count() > 8, "{kind} in {text}");
        }
    }
}
