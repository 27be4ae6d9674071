//! Simpler strings on the same side of the language.
//!
//! Simpler is shorter, or as long with simpler characters, so shrinking ends.
//! Inside, the automaton tells which pieces can go and what can stand where,
//! and a whole optional part of an ARN goes in one cut. Outside, anything that
//! stays outside will do.

use std::collections::HashSet;

use super::automaton::Automaton;
use super::symbol::rank;

/// Characters that stand for their kind, in the order of their rank; outside a
/// language the last ones may be all that is left.
const PLAIN: [char; 8] = ['a', '0', 'A', '!', '.', ':', ' ', '\n'];

impl Automaton {
    /// Strictly simpler members, the best first: the shortest member, the
    /// longest and the shortest cut from each place, simpler characters all at
    /// once, one at a time.
    ///
    /// Empty if the text is not a member, or as simple as it can be. If any
    /// cut, or any plain character at any place, keeps it a member, one is offered.
    #[must_use]
    pub fn shrink(&self, text: &str) -> Vec<String> {
        if !self.accepts(text) {
            return Vec::new();
        }
        let chars: Vec<char> = text.chars().collect();
        let future = Future::of(self, &chars);
        let mut states = vec![0];
        for c in &chars {
            let Some(state) = self.step_by(states[states.len() - 1], *c) else {
                return Vec::new();
            };
            states.push(state);
        }
        let mut simpler = Candidates::new(&chars);
        simpler.push(self.shortest());
        let mut cuts: Vec<(usize, usize)> = Vec::new();
        for (start, state) in states.iter().enumerate() {
            let stays = |end: &usize| future.accepts(*end, *state);
            cuts.extend((start + 1..=chars.len()).rev().find(stays).map(|end| (start, end)));
            cuts.extend((start + 1..=chars.len()).find(stays).map(|end| (start, end)));
        }
        cuts.sort_by_key(|(start, end)| std::cmp::Reverse(end - start));
        for (start, end) in cuts {
            simpler.push(chars[..start].iter().chain(&chars[end..]).collect());
        }

        let plain = |state: usize, place: usize| {
            let own = self.alphabet.simplest(self.alphabet.index_of(chars[place]));
            let known = PLAIN.into_iter().chain([own]);
            known.filter(|c| rank(*c) < rank(chars[place])).find_map(|c| {
                let state = self.step_by(state, c)?;
                future.accepts(place + 1, state).then_some((c, state))
            })
        };
        let mut state = Some(0);
        let at_once = (0..chars.len())
            .map_while(|place| {
                let (c, next) = match plain(state?, place) {
                    Some((c, next)) => (c, Some(next)),
                    None => (chars[place], self.step_by(state?, chars[place])),
                };
                state = next;
                Some(c)
            })
            .collect();
        simpler.push(at_once);
        for (place, state) in states[..chars.len()].iter().enumerate() {
            if let Some((c, _)) = plain(*state, place) {
                simpler.push(with(&chars, place, c));
            }
        }
        simpler.texts
    }

    /// Strictly simpler strings that are still outside, the best first:
    /// nothing at all, halves and ever smaller pieces removed, plain characters.
    ///
    /// Empty if the text is a member.
    #[must_use]
    pub fn shrink_outside(&self, text: &str) -> Vec<String> {
        if self.accepts(text) {
            return Vec::new();
        }
        let chars: Vec<char> = text.chars().collect();
        let mut simpler = Candidates::new(&chars);
        simpler.push(String::new());
        let mut size = chars.len() / 2;
        while size > 0 {
            for start in (0..chars.len()).step_by(size) {
                let end = (start + size).min(chars.len());
                simpler.push(chars[..start].iter().chain(&chars[end..]).collect());
            }
            size /= 2;
        }
        for c in PLAIN {
            simpler.push(
                chars.iter().map(|own| if rank(c) < rank(*own) { c } else { *own }).collect(),
            );
        }
        for place in 0..chars.len() {
            let own = self.alphabet.simplest(self.alphabet.index_of(chars[place]));
            for c in PLAIN.into_iter().chain([own]).filter(|c| rank(*c) < rank(chars[place])) {
                simpler.push(with(&chars, place, c));
            }
        }
        simpler.texts.retain(|text| !self.accepts(text));
        simpler.texts
    }
}

fn with(chars: &[char], place: usize, c: char) -> String {
    chars.iter().enumerate().map(|(at, own)| if at == place { c } else { *own }).collect()
}

/// By place and state: whether the rest of a text is accepted from there.
struct Future {
    states: usize,
    accepts: Vec<bool>,
}

impl Future {
    fn of(automaton: &Automaton, chars: &[char]) -> Future {
        let states = automaton.states();
        let mut accepts = vec![false; (chars.len() + 1) * states];
        for state in 0..states {
            accepts[chars.len() * states + state] = automaton.is_accepting(state);
        }
        for (place, c) in chars.iter().enumerate().rev() {
            for state in 0..states {
                let next = automaton.step_by(state, *c);
                accepts[place * states + state] =
                    next.is_some_and(|next| accepts[(place + 1) * states + next]);
            }
        }
        Future { states, accepts }
    }

    fn accepts(&self, place: usize, state: usize) -> bool {
        self.accepts[place * self.states + state]
    }
}

/// Strings strictly simpler than one text, each once.
struct Candidates {
    than: (usize, u64),
    seen: HashSet<String>,
    texts: Vec<String>,
}

impl Candidates {
    fn new(chars: &[char]) -> Candidates {
        Candidates { than: size(chars.iter().copied()), seen: HashSet::new(), texts: Vec::new() }
    }

    fn push(&mut self, text: String) {
        if size(text.chars()) < self.than && self.seen.insert(text.clone()) {
            self.texts.push(text);
        }
    }
}

/// What shrinking makes smaller: the length, then the ranks of the characters.
fn size(chars: impl Iterator<Item = char>) -> (usize, u64) {
    chars.fold((0, 0), |(len, ranks), c| (len + 1, ranks + u64::from(rank(c))))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::documented::{DOCUMENTED, documented, regex, rng};
    use super::*;

    /// Takes the first candidate that still fails, as long as there is one.
    fn minimum(
        text: &str,
        candidates: impl Fn(&str) -> Vec<String>,
        fails: impl Fn(&str) -> bool,
    ) -> (String, usize) {
        let (mut text, mut tries) = (text.to_owned(), 0);
        loop {
            let next = candidates(&text).into_iter().find(|candidate| {
                tries += 1;
                fails(candidate)
            });
            match next {
                Some(simpler) => text = simpler,
                None => return (text, tries),
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

        #[test]
        fn shrinking_stays_inside(seed in any::<u64>(), field in 0..DOCUMENTED.len(), len in 1_usize..140) {
            let field = &DOCUMENTED[field];
            let regex = regex(field.pattern);
            if let Some(text) = field.automaton().varied_member(len, &mut rng(seed)) {
                for simpler in field.automaton().shrink(&text) {
                    prop_assert!(regex.is_match(&simpler), "{} {:?}", field.name, simpler);
                    prop_assert!(size(simpler.chars()) < size(text.chars()));
                }
                prop_assert!(field.automaton().shrink_outside(&text).is_empty());
            }
        }

        #[test]
        fn shrinking_stays_outside(seed in any::<u64>(), field in 0..DOCUMENTED.len(), len in 1_usize..140) {
            let field = &DOCUMENTED[field];
            let regex = regex(field.pattern);
            if let Some(text) = field.automaton().near_miss(len, &mut rng(seed)) {
                for simpler in field.automaton().shrink_outside(&text) {
                    prop_assert!(!regex.is_match(&simpler), "{} {:?}", field.name, simpler);
                    prop_assert!(size(simpler.chars()) < size(text.chars()));
                }
                prop_assert!(field.automaton().shrink(&text).is_empty());
            }
        }
    }

    #[test]
    fn a_member_that_always_fails_shrinks_to_the_shortest() {
        for field in DOCUMENTED {
            let automaton = field.automaton();
            let text = automaton
                .varied_member(40, &mut rng(1))
                .or_else(|| automaton.member(12, &mut rng(1)));
            let (text, _) = minimum(&text.unwrap(), |text| automaton.shrink(text), |_| true);
            assert_eq!(text, automaton.shortest(), "{}", field.name);
        }
    }

    #[test]
    fn a_statement_id_that_fails_by_its_underscore_shrinks_to_it() {
        let automaton = documented("StatementId").automaton();
        let (text, _) =
            minimum("Ab9_x-Yz", |text| automaton.shrink(text), |text| text.contains('_'));
        assert_eq!(text, "_");
    }

    #[test]
    fn an_arn_shrinks_to_the_part_that_fails() {
        let automaton = documented("FunctionName page").automaton();
        let text = "arn:aws-cn:lambda:us-gov-west-1:123456789012:function:My-Function_7:$LATEST";
        assert!(automaton.accepts(text));
        for (cause, expected) in [
            ("us-gov-west-1:", "us-gov-west-1:a"),
            ("$LATEST", "a:$LATEST"),
            ("function:", "function:a"),
        ] {
            let (text, tries) =
                minimum(text, |text| automaton.shrink(text), |text| text.contains(cause));
            assert_eq!(text, expected);
            assert!(tries < 500, "{tries} tries");
        }
    }

    #[test]
    fn a_long_outsider_shrinks_to_one_character() {
        let automaton = documented("StatementId").automaton();
        let text = format!("{}\u{10FFFF}{}", "aB3_".repeat(10), "x-".repeat(20));
        let (text, _) =
            minimum(&text, |text| automaton.shrink_outside(text), |text| !text.is_empty());
        assert_eq!(text, "!");
    }

    #[test]
    fn a_trailing_newline_survives_shrinking() {
        let automaton = documented("StatementId").automaton();
        let fails = |text: &str| text.len() > 1 && text.ends_with('\n');
        let (text, _) = minimum("My-Statement_1\n", |text| automaton.shrink_outside(text), fails);
        assert_eq!(text, "a\n");
    }
}
