//! Automata of the documented patterns.
