//! Globs over the values of members.

/// Whether a text fits a glob as a whole: `*` stands for any characters, `?` for one, and a
/// backslash takes the next character as it is.
pub fn fits(glob: &str, text: &str) -> bool {
    let glob = read(glob);
    let text: Vec<char> = text.chars().collect();
    // Where the last star stood, and how much of the text it has taken so far: one step back is
    // enough, since a later star can take whatever an earlier one leaves.
    let mut star: Option<(usize, usize)> = None;
    let (mut at, mut to) = (0, 0);
    while to < text.len() {
        match glob.get(at) {
            Some(Part::Any) => {
                star = Some((at, to));
                at += 1;
            }
            Some(Part::One) => (at, to) = (at + 1, to + 1),
            Some(Part::Symbol(symbol)) if *symbol == text[to] => (at, to) = (at + 1, to + 1),
            _ => {
                let Some((from, taken)) = star else { return false };
                star = Some((from, taken + 1));
                (at, to) = (from + 1, taken + 1);
            }
        }
    }
    glob[at..].iter().all(|part| *part == Part::Any)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Any,
    One,
    Symbol(char),
}

fn read(glob: &str) -> Vec<Part> {
    let mut symbols = glob.chars();
    let mut parts = Vec::new();
    while let Some(symbol) = symbols.next() {
        parts.push(match symbol {
            '*' => Part::Any,
            '?' => Part::One,
            '\\' => Part::Symbol(symbols.next().unwrap_or('\\')),
            other => Part::Symbol(other),
        });
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_take_any_characters_and_question_marks_one() {
        for (glob, text) in
            [("*.*", "a.b"), ("*.*", "."), ("*", ""), ("a?c", "aéc"), ("*ab*ab", "abxabab")]
        {
            assert!(fits(glob, text), "{glob} {text}");
        }
        for (glob, text) in [("*.*", "ab"), ("a", "ab"), ("", "a"), ("a?c", "ac"), ("?", "")] {
            assert!(!fits(glob, text), "{glob} {text}");
        }
    }

    #[test]
    fn a_backslash_takes_the_next_character_as_it_is() {
        assert!(fits(r"\*", "*"));
        assert!(!fits(r"\*", "a"));
        assert!(fits(r"lambda:\**", "lambda:*x"));
    }
}
