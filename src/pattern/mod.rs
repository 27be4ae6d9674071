//! Automata of the documented patterns.
//!
//! From a pattern as AWS prints it and a maximum length, this module makes strings: accepted
//! strings of exact lengths, near misses, small suites that cover every transition and every exit,
//! and simpler strings on the same side. It also measures the coverage of a pattern by the strings
//! that were sent.
//!
//! Why automata: random strings of a pattern stop at 32 repetitions and cover two fifths of what
//! `FunctionName` distinguishes. Its automaton is small, so that strings of every length can be
//! counted and drawn, and both the language and its complement can be covered completely.
//!
//! | file | what it holds |
//! |---|---|
//! | `spelling.rs` | the ranges that a pattern spells |
//! | `symbol.rs` | the alphabet that they cut, and which characters are worth sending |
//! | `build.rs` | from the translated pattern to the smallest table of transitions |
//! | `automaton.rs` | [`Automaton`]: the table, and what a text does in it |
//! | `ways.rs` | the number of ways of each length, and the plainest one |
//! | `random.rs` | the little that is needed of a random number generator |
//! | `member.rs` | strings inside: random ones of a length, few that take every step |
//! | `near_miss.rs` | [`NearMiss`]: strings outside, one for every exit, and their repairs |
//! | `hand_picked.rs` | strings outside that implementations tend to let through |
//! | `coverage.rs` | [`Coverage`]: what strings have shown |
//! | `shrink.rs` | simpler strings on the same side |
//! | `cache.rs` | [`automaton_of`]: each automaton once a run |
//! | `error.rs` | [`PatternError`] |
//!
//! The model reads the same patterns with `regex`; this module must not, so that a mistake on one
//! side shows. They share [`crate::contract::dialect`]. Nothing here depends on the members of the
//! operation, and nothing here decides what is valid.

mod automaton;
mod build;
mod cache;
mod coverage;
#[cfg(test)]
mod documented;
mod error;
mod hand_picked;
mod member;
mod near_miss;
mod random;
mod shrink;
mod spelling;
mod symbol;
#[cfg(test)]
mod tests;
mod ways;

pub use automaton::Automaton;
pub use cache::automaton_of;
pub use coverage::{Coverage, CoverageCounts};
pub use error::PatternError;
pub use near_miss::NearMiss;
pub use random::Rng;
pub use symbol::Symbol;
