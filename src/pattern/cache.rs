//! Automata that live as long as the run.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use super::automaton::Automaton;

type Built = HashMap<(&'static str, usize), &'static Automaton>;

static BUILT: LazyLock<Mutex<Built>> = LazyLock::new(Mutex::default);

/// The automaton of a documented pattern for strings up to a length, built
/// when first asked for and kept: there are as many as there are documented
/// patterns.
///
/// # Panics
///
/// If the pattern has no automaton. The patterns of the specification are part
/// of the program, and a test builds each; for any other use
/// [`Automaton::new`].
#[must_use]
pub fn automaton_of(pattern: &'static str, max_len: usize) -> &'static Automaton {
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    built.entry((pattern, max_len)).or_insert_with(|| {
        let automaton = Automaton::new(pattern, max_len);
        Box::leak(Box::new(
            automaton.unwrap_or_else(|error| panic!("{error}")),
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_built_twice() {
        let (one, same) = (automaton_of("[a-z]+", 9), automaton_of("[a-z]+", 9));
        assert!(std::ptr::eq(one, same));
        assert!(!std::ptr::eq(one, automaton_of("[a-z]+", 10)));
    }
}
