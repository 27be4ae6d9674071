//! Symbols: the ranges of characters between which a pattern can tell.
//!
//! Every bound that a pattern spells cuts the alphabet, and so does the end of
//! ASCII. What lies between two cuts is one symbol, inside the language or
//! outside of it, and each symbol has a few characters that are worth sending.

use std::collections::BTreeSet;
use std::fmt;

use super::random::{Rng, below, one_in};
use crate::contract::dialect;

/// A range of characters that a pattern cannot tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Symbol {
    /// The first character of the range.
    pub first: char,
    /// The last character of the range.
    pub last: char,
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            write!(f, "{:?}", self.first)
        } else {
            write!(f, "{:?} to {:?}", self.first, self.last)
        }
    }
}

const SURROGATES: std::ops::RangeInclusive<u32> = 0xD800..=0xDFFF;

impl Symbol {
    fn contains(self, c: char) -> bool {
        (self.first..=self.last).contains(&c)
    }

    /// A character, every one equally likely.
    fn any(self, rng: &mut impl Rng) -> char {
        let (first, last) = (u32::from(self.first), u32::from(self.last));
        let spans = first < *SURROGATES.start() && last > *SURROGATES.end();
        let gap = if spans { 0x800 } else { 0 };
        let mut code =
            first + u32::try_from(below(rng, (last - first - gap + 1) as usize)).unwrap_or(0);
        if spans && code >= *SURROGATES.start() {
            code += gap;
        }
        char::from_u32(code).unwrap_or(self.first)
    }
}

/// ASCII that programs trip over, beside the bounds of a range.
const NOTABLE: &str = " \n~\t\"%*\\/.:#?&+$'<";

/// Beyond ASCII: a letter, a digit that Unicode calls decimal, full-width
/// twins of ASCII, wide and astral characters, two that fold to ASCII letters
/// (K and s) when case is ignored, a combining mark, and the very last.
const BEYOND_ASCII: &str =
    "é\u{663}\u{FF21}\u{FF11}\u{4E2D}\u{1F600}\u{212A}\u{17F}ß\u{301}\u{200B}\u{FFFD}\u{10FFFF}";

/// How simple a character is to a reader, the simplest first.
pub(super) fn rank(c: char) -> u32 {
    let code = u32::from(c);
    match c {
        'a'..='z' => code - u32::from('a'),
        '0'..='9' => 30 + code - u32::from('0'),
        'A'..='Z' => 50 + code - u32::from('A'),
        '!'..='~' => 100 + code,
        ' ' => 299,
        _ if c.is_ascii() => 300 + code,
        _ => BEYOND_ASCII
            .chars()
            .position(|known| known == c)
            .map_or(1000 + code, |index| 500 + u32::try_from(index).unwrap_or(0)),
    }
}

/// All symbols of a pattern, in the order of their characters.
#[derive(Debug)]
pub(super) struct Alphabet {
    symbols: Vec<Symbol>,
    /// The characters of each symbol that are sent first, never empty.
    samples: Vec<Vec<char>>,
    simplest: Vec<char>,
    /// Characters that are never drawn, as engines read them differently.
    disputed: Vec<char>,
    ascii: [u16; 128],
}

impl Alphabet {
    pub(super) fn new(pattern: &str, ranges: &[(char, char)]) -> Alphabet {
        let symbols = cut(ranges);
        let disputed = dialect::disputed(pattern);
        let samples: Vec<Vec<char>> =
            symbols.iter().map(|symbol| samples(*symbol, &disputed)).collect();
        let simplest = symbols
            .iter()
            .zip(&samples)
            .map(|(symbol, samples)| {
                let all = symbol.first..=symbol.last.min('\u{7F}');
                all.chain(samples.iter().copied()).min_by_key(|c| rank(*c)).unwrap_or(symbol.first)
            })
            .collect();
        let mut ascii = [0; 128];
        for (code, slot) in (0_u8..).zip(&mut ascii) {
            *slot = search(&symbols, char::from(code));
        }
        Alphabet { symbols, samples, simplest, disputed, ascii }
    }

    pub(super) fn len(&self) -> usize {
        self.symbols.len()
    }

    pub(super) fn symbol(&self, index: usize) -> Symbol {
        self.symbols[index]
    }

    /// The symbol that holds this character.
    pub(super) fn index_of(&self, c: char) -> usize {
        match self.ascii.get(c as usize) {
            Some(index) => usize::from(*index),
            None => usize::from(search(&self.symbols, c)),
        }
    }

    /// The simplest character of a symbol.
    pub(super) fn simplest(&self, index: usize) -> char {
        self.simplest[index]
    }

    /// The characters of a symbol worth sending first: its bounds, then
    /// notable ones.
    pub(super) fn samples(&self, index: usize) -> &[char] {
        &self.samples[index]
    }

    /// A character of a symbol: any, but of the many thousands beyond ASCII
    /// mostly one that matters, and never one whose reading is disputed.
    pub(super) fn draw(&self, index: usize, rng: &mut impl Rng) -> char {
        let (symbol, samples) = (self.symbols[index], &self.samples[index]);
        if symbol.last.is_ascii() || one_in(rng, 4) {
            let c = symbol.any(rng);
            if !self.disputed.contains(&c) {
                return c;
            }
        }
        samples[below(rng, samples.len())]
    }

    /// A character that leaves the language: half of the time a bound or a
    /// notable one, as that is where implementations err.
    pub(super) fn draw_outsider(&self, index: usize, rng: &mut impl Rng) -> char {
        let samples = &self.samples[index];
        if one_in(rng, 2) { samples[below(rng, samples.len())] } else { self.draw(index, rng) }
    }
}

fn cut(ranges: &[(char, char)]) -> Vec<Symbol> {
    let end = u32::from(char::MAX) + 1;
    let mut cuts = BTreeSet::from([0, 0x80, end]);
    for (first, last) in ranges {
        cuts.extend([u32::from(*first), u32::from(*last) + 1]);
    }
    let cuts: Vec<u32> = cuts.into_iter().collect();
    cuts.windows(2)
        .filter_map(|pair| {
            let (mut first, mut last) = (pair[0], pair[1] - 1);
            if SURROGATES.contains(&first) {
                first = SURROGATES.end() + 1;
            }
            if SURROGATES.contains(&last) {
                last = SURROGATES.start() - 1;
            }
            let symbol = Symbol { first: char::from_u32(first)?, last: char::from_u32(last)? };
            (first <= last).then_some(symbol)
        })
        .collect()
}

fn search(symbols: &[Symbol], c: char) -> u16 {
    let after = symbols.partition_point(|symbol| symbol.first <= c);
    u16::try_from(after.saturating_sub(1)).unwrap_or(u16::MAX)
}

/// The bounds first (they adjoin another range, unless they are those of
/// ASCII), then what is notable, then the bounds of ASCII.
fn samples(symbol: Symbol, disputed: &[char]) -> Vec<char> {
    let bounds = [symbol.first, symbol.last];
    let is_far = |c: char| matches!(c, '\0' | '\u{7F}' | '\u{80}' | char::MAX);
    let near = bounds.into_iter().filter(|c| !is_far(*c));
    let far = bounds.into_iter().filter(|c| is_far(*c) && *c != '\u{80}');
    let notable = NOTABLE.chars().chain(BEYOND_ASCII.chars());
    // Letters and digits need no more than their bounds.
    let notable = notable.filter(|c| symbol.contains(*c) && !symbol.first.is_ascii_alphanumeric());
    let mut samples = Vec::new();
    for c in near.chain(notable).chain(far) {
        if !samples.contains(&c) && !disputed.contains(&c) {
            samples.push(c);
        }
    }
    if samples.is_empty() {
        samples.push(symbol.first);
    }
    samples
}

#[cfg(test)]
mod tests {
    use super::super::documented::{DOCUMENTED, documented, rng};
    use crate::contract::dialect;

    #[test]
    fn no_member_holds_a_character_that_engines_read_differently() {
        for field in DOCUMENTED {
            let rng = &mut rng(1);
            let lens = field.automaton().lengths().chain([256; 50]);
            let random = lens.filter_map(|len| field.automaton().varied_member(len, rng));
            for text in random.chain(field.automaton().covering_members(field.lens())) {
                let disputed = text.chars().find(|c| dialect::is_disputed(field.pattern, *c));
                assert_eq!(disputed, None, "{} {text:?}", field.name);
            }
        }
    }

    #[test]
    fn principals_are_drawn_from_beyond_ascii_too() {
        let text = documented("Principal").automaton().member(400, &mut rng(1)).unwrap();
        let kinds: [fn(char) -> bool; 3] =
            [|c| c.is_ascii_alphabetic(), |c| c == 'é', |c| u32::from(c) > 0xFFFF];
        for is_such in kinds {
            assert!(text.contains(is_such), "{text:?}");
        }
    }

    #[test]
    fn symbols_read_as_ranges() {
        let symbols = documented("StatementId").automaton().symbols();
        let shown: Vec<String> = symbols.map(|symbol| symbol.to_string()).collect();
        assert_eq!(shown[..4], ["'\\0' to ','", "'-'", "'.' to '/'", "'0' to '9'"]);
    }
}
