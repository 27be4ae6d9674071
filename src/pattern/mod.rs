//! Automata of the documented patterns.
//!
//! **In** comes a pattern as AWS prints it and a greatest length. **Out** come
//! strings: members of exact lengths, near misses, small suites that take
//! every step and every exit, and simpler strings on the same side; and a
//! tally of what the strings that were sent have shown.
//!
//! Why automata: strings drawn from a pattern by chance stop at 32 repetitions
//! and see two fifths of what `FunctionName` can tell apart. Its automaton is
//! small, so that every length is one table away, and both the language and
//! its complement can be covered wholly.
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
//! The model reads the same patterns with `regex`; this module must not, so
//! that a mistake on one side shows. What they share is
//! [`crate::contract::dialect`]. Nothing here knows a member of the operation, and
//! what is judged legal is never decided here: bounds of length, disputed
//! characters and the other edition are the caller's.

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
