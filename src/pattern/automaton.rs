//! The automaton of a pattern.

use std::collections::BTreeMap;

use super::build::{self, DEAD};
use super::error::PatternError;
use super::spelling::spelled_ranges;
use super::symbol::{Alphabet, Symbol};
use super::ways::Ways;
use crate::contract::dialect;

/// One step: from a state, by a symbol, to a live state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Transition {
    pub(super) from: usize,
    pub(super) symbol: usize,
    pub(super) to: usize,
}

/// All symbols that lead from one state to another: to count ways, they are alike.
#[derive(Clone, Debug)]
pub(super) struct Bundle {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) symbols: Vec<usize>,
}

impl Bundle {
    /// As many ways as symbols.
    pub(super) fn weight(&self) -> f64 {
        f64::from(u32::try_from(self.symbols.len()).unwrap_or(u32::MAX))
    }

    pub(super) fn steps(&self) -> impl Iterator<Item = Transition> {
        let Bundle { from, to, ref symbols } = *self;
        symbols.iter().map(move |symbol| Transition { from, symbol: *symbol, to })
    }
}

/// The smallest deterministic automaton of a documented pattern, read as
/// matching whole texts, with path counts up to a length.
///
/// Every state of it can be reached and can still accept: leaving it is final.
#[derive(Debug)]
pub struct Automaton {
    pub(super) alphabet: Alphabet,
    /// Targets by state and symbol, [`DEAD`] where the text leaves for good.
    next: Vec<u16>,
    accepting: Vec<bool>,
    bundles: Vec<Bundle>,
    /// Bundles that leave each state, and that arrive at it.
    leaving: Vec<Vec<usize>>,
    arriving: Vec<Vec<usize>>,
    pattern: String,
    max_len: usize,
    pub(super) ways: Ways,
}

impl Automaton {
    /// Builds the automaton of a documented pattern (as printed by AWS, with
    /// or without outer anchors), for strings of at most `max_len` characters.
    ///
    /// # Errors
    ///
    /// If the pattern is no regular expression, has assertions inside, or
    /// matches nothing.
    pub fn new(pattern: &str, max_len: usize) -> Result<Automaton, PatternError> {
        let rust = dialect::to_rust(pattern);
        let alphabet = Alphabet::new(pattern, &spelled_ranges(pattern, &rust)?);
        let build::Table { next, accepting } = build::build(pattern, &rust, &alphabet)?;
        let mut automaton = Automaton {
            bundles: Vec::new(),
            leaving: vec![Vec::new(); accepting.len()],
            arriving: vec![Vec::new(); accepting.len()],
            alphabet,
            next,
            accepting,
            pattern: pattern.to_owned(),
            max_len,
            ways: Ways::default(),
        };
        automaton.bundle();
        automaton.ways = Ways::count(&automaton);
        Ok(automaton)
    }

    /// The pattern as it was given.
    #[must_use]
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// The greatest length for which members can be drawn.
    #[must_use]
    pub fn max_len(&self) -> usize {
        self.max_len
    }

    /// Whether the whole text is in the language, whatever its length.
    #[must_use]
    pub fn accepts(&self, text: &str) -> bool {
        self.walk(0, text).is_some_and(|state| self.accepting[state])
    }

    /// The lengths, up to `max_len`, that members can have.
    pub fn lengths(&self) -> impl Iterator<Item = usize> {
        (0..=self.max_len).filter(|len| self.ways_to_end(0, *len) > 0.0)
    }

    /// The shortest and simplest member.
    #[must_use]
    pub fn shortest(&self) -> String {
        let mut text = String::new();
        let mut state = 0;
        let distance = self.distances();
        while distance[state] > 0 {
            let nearer = self
                .leaving(state)
                .filter(|step| distance[step.to] < distance[state])
                .min_by_key(|step| super::symbol::rank(self.alphabet.simplest(step.symbol)));
            let Some(step) = nearer else { break };
            text.push(self.alphabet.simplest(step.symbol));
            state = step.to;
        }
        text
    }

    /// The number of states.
    #[must_use]
    pub fn states(&self) -> usize {
        self.accepting.len()
    }

    /// The ranges of characters that the pattern tells apart, in order.
    pub fn symbols(&self) -> impl Iterator<Item = Symbol> {
        (0..self.alphabet.len()).map(|index| self.alphabet.symbol(index))
    }

    pub(super) fn is_accepting(&self, state: usize) -> bool {
        self.accepting[state]
    }

    pub(super) fn step(&self, state: usize, symbol: usize) -> Option<usize> {
        let target = self.next[state * self.alphabet.len() + symbol];
        (target != DEAD).then_some(usize::from(target))
    }

    pub(super) fn step_by(&self, state: usize, c: char) -> Option<usize> {
        self.step(state, self.alphabet.index_of(c))
    }

    pub(super) fn walk(&self, from: usize, text: &str) -> Option<usize> {
        text.chars().try_fold(from, |state, c| self.step_by(state, c))
    }

    /// The steps that stay in the language, from one state.
    pub(super) fn leaving(&self, from: usize) -> impl Iterator<Item = Transition> {
        (0..self.alphabet.len()).filter_map(move |symbol| {
            self.step(from, symbol).map(|to| Transition { from, symbol, to })
        })
    }

    pub(super) fn bundles_leaving(&self, from: usize) -> impl Iterator<Item = &Bundle> {
        self.leaving[from].iter().map(|index| &self.bundles[*index])
    }

    pub(super) fn bundles_arriving(&self, at: usize) -> impl Iterator<Item = &Bundle> {
        self.arriving[at].iter().map(|index| &self.bundles[*index])
    }

    pub(super) fn bundles(&self) -> &[Bundle] {
        &self.bundles
    }

    pub(super) fn transitions(&self) -> impl Iterator<Item = Transition> {
        (0..self.states()).flat_map(|state| self.leaving(state))
    }

    /// The symbols that leave the language for good, from one state.
    pub(super) fn exits(&self, state: usize) -> impl Iterator<Item = usize> {
        (0..self.alphabet.len()).filter(move |symbol| self.step(state, *symbol).is_none())
    }

    fn bundle(&mut self) {
        let mut bundles: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
        for step in self.transitions() {
            bundles.entry((step.from, step.to)).or_default().push(step.symbol);
        }
        for (index, ((from, to), symbols)) in bundles.into_iter().enumerate() {
            self.leaving[from].push(index);
            self.arriving[to].push(index);
            self.bundles.push(Bundle { from, to, symbols });
        }
    }

    /// The number of steps from each state to the nearest acceptance.
    fn distances(&self) -> Vec<usize> {
        let mut distance: Vec<usize> =
            self.accepting.iter().map(|accepts| if *accepts { 0 } else { usize::MAX }).collect();
        loop {
            let mut changed = false;
            for step in self.transitions() {
                let through = distance[step.to].saturating_add(1);
                if through < distance[step.from] {
                    distance[step.from] = through;
                    changed = true;
                }
            }
            if !changed {
                return distance;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::documented::{DOCUMENTED, documented, regex, rng};
    use super::super::error::PatternErrorKind;
    use super::*;

    #[test]
    fn the_automaton_and_the_regex_agree_on_spoiled_members() {
        for field in DOCUMENTED {
            let (automaton, regex) = (field.automaton(), regex(field.pattern));
            let rng = &mut rng(9);
            for len in 1..120 {
                let Some(text) = automaton.varied_member(len, rng) else {
                    continue;
                };
                let half: String = text.chars().take(len / 2).collect();
                let twice = format!("{text}{half}");
                let upper = text.to_uppercase();
                for text in [text, half, twice, upper] {
                    assert_eq!(
                        automaton.accepts(&text),
                        regex.is_match(&text),
                        "{} {text:?}",
                        field.name
                    );
                }
            }
        }
    }

    #[test]
    fn the_automaton_and_the_regex_agree_on_every_short_string() {
        let letters =
            ['a', 'o', 'z', 'A', '0', '9', '-', '_', '$', '.', ':', '*', '/', ' ', '\n', '\u{663}'];
        for field in DOCUMENTED {
            let (automaton, regex) = (field.automaton(), regex(field.pattern));
            for number in 0..letters.len().pow(4) {
                let len = 1 + number % 4;
                let text: String = (0..4_u32)
                    .map(|digit| letters[number / 16_usize.pow(digit) % 16])
                    .take(len)
                    .collect();
                assert_eq!(
                    automaton.accepts(&text),
                    regex.is_match(&text),
                    "{} {text:?}",
                    field.name
                );
            }
        }
    }

    #[test]
    fn automata_are_as_small_as_can_be() {
        for (name, states) in [
            ("FunctionName page", 61),
            ("FunctionName current", 79),
            ("StatementId", 2),
            ("Action", 10),
            ("Principal", 2),
            ("SourceArn page", 35),
            ("SourceArn current", 43),
            ("SourceAccount", 13),
            ("EventSourceToken", 2),
            ("Qualifier page", 1),
            ("Qualifier current", 19),
            ("PrincipalOrgID page", 35),
            ("PrincipalOrgID current", 35),
        ] {
            assert_eq!(documented(name).automaton().states(), states, "{name}");
        }
    }

    #[test]
    fn symbols_part_the_characters() {
        for field in DOCUMENTED {
            let symbols: Vec<Symbol> = field.automaton().symbols().collect();
            assert_eq!(symbols[0].first, '\0');
            assert_eq!(symbols[symbols.len() - 1].last, char::MAX);
            for pair in symbols.windows(2) {
                assert_eq!((pair[0].last..=pair[1].first).count(), 2, "{} {pair:?}", field.name);
            }
        }
    }

    #[test]
    fn the_shortest_members_are_short_and_simple() {
        for (name, shortest) in [
            ("FunctionName current", "a"),
            ("Action", "*"),
            ("SourceAccount", "000000000000"),
            ("SourceArn page", "arn:aws:a:::"),
            ("Qualifier page", ""),
            ("Qualifier current", "a"),
            ("PrincipalOrgID page", "o-aaaaaaaaaa"),
        ] {
            assert_eq!(documented(name).automaton().shortest(), shortest);
        }
    }

    #[test]
    fn lengths_are_those_that_have_members() {
        let lengths = |name| documented(name).automaton().lengths().collect::<Vec<_>>();
        assert_eq!(lengths("SourceAccount"), [12]);
        assert_eq!(lengths("PrincipalOrgID page"), (12..=34).collect::<Vec<_>>());
        assert_eq!(lengths("StatementId"), (1..=100).collect::<Vec<_>>());
        assert_eq!(lengths("Action")[..3], [1, 8, 9]);
    }

    #[test]
    fn patterns_that_cannot_be_read_are_errors() {
        for (pattern, kind) in [
            ("(a", PatternErrorKind::Syntax),
            ("a^b", PatternErrorKind::Unsupported("an anchor inside")),
            ("(?i)a", PatternErrorKind::Unsupported("flags")),
            ("(?i:a)", PatternErrorKind::Unsupported("flags")),
            (r"\p{L}", PatternErrorKind::Unsupported("a named class")),
            ("[^\\s\\S]", PatternErrorKind::Empty),
        ] {
            let error = Automaton::new(pattern, 4).unwrap_err();
            assert_eq!((error.pattern(), error.kind()), (pattern, kind));
        }
    }

    #[test]
    fn surrogates_are_no_characters() {
        let automaton = Automaton::new("[\u{D7FF}-\u{E000}]", 1).unwrap();
        assert!(automaton.accepts("\u{D7FF}") && automaton.accepts("\u{E000}"));
        let rng = &mut rng(1);
        assert!((0..100).all(|_| automaton.accepts(&automaton.member(1, rng).unwrap())));
        assert!(!automaton.accepts("\u{E001}"));
    }
}
