//! The ways through an automaton: how many there are of each length, and the
//! plainest one.

use std::ops::RangeInclusive;

use super::automaton::{Automaton, Bundle, Transition};
use super::symbol::rank;

/// How many ways lead through an automaton, by length.
#[derive(Debug, Default)]
pub(super) struct Ways {
    /// By length and state: the number of paths of exactly that length from
    /// the state to acceptance, or from the start to the state. Each length is
    /// scaled by a factor of its own (the numbers have hundreds of digits), so
    /// only numbers of one length compare.
    to_end: Vec<f64>,
    from_start: Vec<f64>,
    /// By length and state: the smallest length, not below this one, of a path
    /// from the state to acceptance; `u32::MAX` if there is none.
    least_to_end: Vec<u32>,
}

impl Ways {
    pub(super) fn count(automaton: &Automaton) -> Ways {
        let (states, max_len) = (automaton.states(), automaton.max_len());
        let bundles = automaton.bundles();
        let one_if = |yes: bool| f64::from(u8::from(yes));
        let at_end = (0..states)
            .map(|state| one_if(automaton.is_accepting(state)))
            .collect();
        let at_start = (0..states).map(|state| one_if(state == 0)).collect();
        let to_end = levels(at_end, max_len, bundles, |bundle| (bundle.to, bundle.from));
        let from_start = levels(at_start, max_len, bundles, |bundle| {
            (bundle.from, bundle.to)
        });
        let mut least_to_end = vec![u32::MAX; to_end.len()];
        for len in (0..=max_len).rev() {
            for state in 0..states {
                let here = len * states + state;
                least_to_end[here] = if to_end[here] > 0.0 {
                    u32::try_from(len).unwrap_or(u32::MAX)
                } else {
                    least_to_end.get(here + states).copied().unwrap_or(u32::MAX)
                };
            }
        }
        Ways {
            to_end,
            from_start,
            least_to_end,
        }
    }
}

impl Automaton {
    /// The number of paths of this length from the state to acceptance, up to
    /// a factor that depends on the length.
    pub(super) fn ways_to_end(&self, state: usize, len: usize) -> f64 {
        self.ways
            .to_end
            .get(len * self.states() + state)
            .copied()
            .unwrap_or(0.0)
    }

    /// The number of paths of this length from the start to the state, up to a
    /// factor that depends on the length.
    pub(super) fn ways_from_start(&self, state: usize, len: usize) -> f64 {
        self.ways
            .from_start
            .get(len * self.states() + state)
            .copied()
            .unwrap_or(0.0)
    }

    /// The smallest length, not below `at_least`, in which the state can accept.
    pub(super) fn least_to_end(&self, state: usize, at_least: usize) -> Option<usize> {
        let least = *self
            .ways
            .least_to_end
            .get(at_least * self.states() + state)?;
        (least != u32::MAX).then_some(least as usize)
    }

    /// Lengths of a way from the start to one state and of a way from another
    /// to acceptance, such that with `between` characters in the middle the
    /// whole has a length within the bounds; the shortest beginning wins.
    pub(super) fn split(
        &self,
        to: usize,
        between: usize,
        from: usize,
        lens: &RangeInclusive<usize>,
    ) -> Option<(usize, usize)> {
        let longest = (*lens.end()).min(self.max_len());
        (0..=longest.checked_sub(between)?)
            .filter(|before| self.ways_from_start(to, *before) > 0.0)
            .find_map(|before| {
                let so_far = before + between;
                let after = self.least_to_end(from, lens.start().saturating_sub(so_far))?;
                (so_far + after <= longest).then_some((before, after))
            })
    }

    /// Whether a member within the bounds takes this step.
    pub(super) fn is_reachable(&self, step: Transition, lens: &RangeInclusive<usize>) -> bool {
        self.split(step.from, 1, step.to, lens).is_some()
    }

    /// The length of the shortest way from the start to a state, if it is
    /// within `max_len`.
    pub(super) fn depth(&self, state: usize) -> Option<usize> {
        (0..=self.max_len()).find(|len| self.ways_from_start(state, *len) > 0.0)
    }

    /// Steps of exactly `len` from the start to a state, the ones that are
    /// preferred where there is a choice.
    pub(super) fn way_to(
        &self,
        state: usize,
        len: usize,
        preferred: impl Fn(Transition) -> bool,
    ) -> Vec<Transition> {
        let mut way = Vec::with_capacity(len);
        let mut at = state;
        for before in (0..len).rev() {
            let possible: Vec<Transition> = self
                .bundles_arriving(at)
                .filter(|bundle| self.ways_from_start(bundle.from, before) > 0.0)
                .flat_map(Bundle::steps)
                .collect();
            let Some(step) = self.choose(&possible, &preferred) else {
                break;
            };
            way.push(step);
            at = step.from;
        }
        way.reverse();
        way
    }

    /// Steps of exactly `len` from a state to acceptance, the ones that are
    /// preferred where there is a choice.
    pub(super) fn way_from(
        &self,
        state: usize,
        len: usize,
        preferred: impl Fn(Transition) -> bool,
    ) -> Vec<Transition> {
        let mut way = Vec::with_capacity(len);
        let mut at = state;
        for after in (0..len).rev() {
            let possible: Vec<Transition> = self
                .leaving(at)
                .filter(|step| self.ways_to_end(step.to, after) > 0.0)
                .collect();
            let Some(step) = self.choose(&possible, &preferred) else {
                break;
            };
            way.push(step);
            at = step.to;
        }
        way
    }

    /// A preferred step, or else the one by the simplest character.
    fn choose(
        &self,
        possible: &[Transition],
        preferred: impl Fn(Transition) -> bool,
    ) -> Option<Transition> {
        let simplicity = |step: &&Transition| rank(self.alphabet.simplest(step.symbol));
        let chosen = possible.iter().find(|step| preferred(**step));
        chosen
            .or_else(|| possible.iter().min_by_key(simplicity))
            .copied()
    }
}

/// Path counts by length and state, each length scaled to at most one.
fn levels(
    zero: Vec<f64>,
    max_len: usize,
    bundles: &[Bundle],
    direction: impl Fn(&Bundle) -> (usize, usize),
) -> Vec<f64> {
    let states = zero.len();
    let mut all = zero;
    all.reserve(states * max_len);
    for len in 0..max_len {
        let mut level = vec![0.0; states];
        for bundle in bundles {
            let (source, target) = direction(bundle);
            level[target] += bundle.weight() * all[len * states + source];
        }
        let greatest = level.iter().copied().fold(0.0, f64::max);
        for ways in &mut level {
            if *ways > 0.0 {
                // A rare way must not vanish beside a frequent one.
                *ways = (*ways / greatest).max(f64::MIN_POSITIVE);
            }
        }
        all.extend(level);
    }
    all
}
