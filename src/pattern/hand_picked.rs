//! Outsiders that people get wrong, whatever the automaton says.

use super::automaton::{Automaton, Transition};

/// What is put before and after a member: line ends that `$` and trimming
/// forgive, spaces, the end of a C string, and the neighbours of the ASCII
/// ranges that patterns spell.
const ATTACHED: &[&str] = &[
    "\n",
    "\r\n",
    "\r",
    "\t",
    "\u{B}",
    "\u{C}",
    " ",
    "\0",
    "\u{7F}",
    "@",
    "[",
    "`",
    "{",
    "/",
    ":",
    ";",
    "=",
    "?",
    "^",
    "\\",
    "]",
    ",",
    ".",
    "!",
    "%",
    "%41",
    "+",
    "*",
    "é",
    "\u{663}",
    "\u{FF21}",
    "\u{212A}",
    "\u{17F}",
    "\u{130}",
    "\u{E9}\u{301}",
    "\u{1F600}",
];

/// Digits that `\d` means in some languages, and that no account number holds.
const FOREIGN_DIGITS: &[char] = &['\u{663}', '\u{FF13}', '\u{969}', '³'];

/// Letters that an ASCII class takes in when Unicode or case folding is on:
/// accented, full-width, Kelvin, long s, Cyrillic look-alike.
const FOREIGN_LETTERS: &[char] = &['é', '\u{FF41}', '\u{212A}', '\u{17F}', '\u{430}'];

impl Automaton {
    /// Strings outside the language that implementations tend to let through:
    /// a trailing newline, foreign digits and letters in place of ASCII ones,
    /// the other case, the neighbours of ranges at either end.
    ///
    /// Deterministic and without repetition. They mind no bounds of length,
    /// but are short.
    #[must_use]
    pub fn hand_picked(&self) -> Vec<String> {
        let shortest = self.shortest();
        let bases = self.bases();
        let mut texts = Vec::new();
        for base in &bases {
            texts.extend([
                format!("{base}\n"),
                format!("\n{base}"),
                format!("{base} "),
                format!(" {base}"),
            ]);
            texts.extend([
                base.to_uppercase(),
                base.to_lowercase(),
                format!("{base}{base}"),
            ]);
            for c in base.chars().filter(char::is_ascii_lowercase).take(1) {
                texts.extend(replaced(base, char::is_alphabetic, c.to_ascii_uppercase()));
            }
            for foreign in FOREIGN_DIGITS {
                texts.extend(replaced(base, char::is_numeric, *foreign));
            }
            for foreign in FOREIGN_LETTERS {
                texts.extend(replaced(base, char::is_alphabetic, *foreign));
            }
        }
        for text in ATTACHED {
            texts.extend([
                format!("{shortest}{text}"),
                format!("{text}{shortest}"),
                (*text).to_owned(),
            ]);
        }
        texts.push(String::new());
        let mut seen = std::collections::HashSet::new();
        texts.retain(|text| !self.accepts(text) && seen.insert(text.clone()));
        texts
    }

    /// The shortest member, and short ones through the first and the last
    /// place that takes a digit or a letter, preferably not both.
    fn bases(&self) -> Vec<String> {
        let mut bases = vec![self.shortest()];
        for (wanted, unwanted) in [('3', 'a'), ('k', '3')] {
            let taking = self
                .transitions()
                .filter(|step| step.symbol == self.alphabet.index_of(wanted));
            let (both, only): (Vec<Transition>, Vec<Transition>) =
                taking.partition(|step| self.step_by(step.from, unwanted).is_some());
            let steps = if only.is_empty() { both } else { only };
            for step in steps.first().into_iter().chain(steps.last()) {
                let base = self.shortest_through(*step);
                bases.extend(base.filter(|base| !bases.contains(base)));
            }
        }
        bases
    }

    fn shortest_through(&self, step: Transition) -> Option<String> {
        let (before, after) = self.split(step.from, 1, step.to, &(0..=self.max_len()))?;
        let mut way = self.way_to(step.from, before, |_| false);
        way.push(step);
        way.extend(self.way_from(step.to, after, |_| false));
        Some(self.spell_simply(&way))
    }
}

/// The text with its first, its last, or every such character replaced.
fn replaced(text: &str, is_such: fn(char) -> bool, by: char) -> Vec<String> {
    let places: Vec<usize> = text
        .char_indices()
        .filter(|(_, c)| is_such(*c))
        .map(|(at, _)| at)
        .collect();
    let (Some(first), Some(last)) = (places.first(), places.last()) else {
        return Vec::new();
    };
    let keep = |wanted: &[usize]| -> String {
        text.char_indices()
            .map(|(at, c)| if wanted.contains(&at) { by } else { c })
            .collect()
    };
    vec![keep(&[*first]), keep(&[*last]), keep(&places)]
}

#[cfg(test)]
mod tests {
    use super::super::documented::{DOCUMENTED, documented, regex};

    #[test]
    fn hand_picked_strings_are_outside_and_few() {
        for field in DOCUMENTED {
            let (texts, regex) = (field.automaton().hand_picked(), regex(field.pattern));
            assert!(
                (10..=400).contains(&texts.len()),
                "{} {}",
                field.name,
                texts.len()
            );
            for text in texts {
                assert!(!regex.is_match(&text), "{} {text:?}", field.name);
            }
        }
    }

    #[test]
    fn the_classic_mistakes_are_among_them() {
        for (name, text) in [
            ("StatementId", "a\n"),
            ("StatementId", "a@"),
            ("StatementId", "é"),
            ("StatementId", "\u{663}"),
            ("StatementId", "a "),
            ("SourceAccount", "000000000000\n"),
            ("SourceAccount", "00000000000\u{663}"),
            ("SourceAccount", &"\u{663}".repeat(12)),
            ("Action", "*\n"),
            ("Action", "LAMBDA:E"),
            ("Action", "lambda:\u{212A}"),
            ("PrincipalOrgID page", "o-\u{663}aaaaaaaaa"),
            ("PrincipalOrgID page", "O-aaaaaaaaaa"),
            ("Principal", "a\n"),
            ("Qualifier current", "a\n"),
        ] {
            let texts = documented(name).automaton().hand_picked();
            assert!(
                texts.iter().any(|picked| picked == text),
                "{name} {text:?} in {texts:?}"
            );
        }
    }
}
