//! From a translated pattern to the smallest table of transitions.
//!
//! `regex-automata` determinises; its automaton reads bytes, so we step it over
//! the encoding of one character of each symbol, which makes an automaton over
//! symbols. States that lead nowhere are dropped, states that are alike merged.

use std::collections::HashMap;

use regex_automata::dfa::{Automaton as _, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::primitives::StateID;
use regex_automata::{Anchored, MatchKind, util::start};

use super::error::{PatternError, PatternErrorKind};
use super::symbol::Alphabet;

/// No state: what was read has left the language for good.
pub(super) const DEAD: u16 = u16::MAX;

/// Transitions by state and symbol. The start is state 0, and states are
/// numbered as they are met, level by level.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) next: Vec<u16>,
    pub(super) accepting: Vec<bool>,
}

pub(super) fn build(pattern: &str, rust: &str, alphabet: &Alphabet) -> Result<Table, PatternError> {
    let (next, accepting) = determinise(pattern, rust, alphabet)?;
    let live = live_states(&next, &accepting);
    if !live[0] {
        return Err(PatternErrorKind::Empty.of(pattern));
    }
    let block = partition(&next, &accepting);
    let table = renumber(&next, &accepting, &live, &block);
    if table.accepting.len() >= usize::from(DEAD) {
        return Err(PatternErrorKind::TooLarge.of(pattern));
    }
    Ok(table)
}

type Rows = Vec<Vec<usize>>;

/// The states of the byte automaton that lie between characters; every
/// transition exists, dead ends included.
fn determinise(
    pattern: &str,
    rust: &str,
    alphabet: &Alphabet,
) -> Result<(Rows, Vec<bool>), PatternError> {
    let dfa = dense::Builder::new()
        .configure(
            dense::Config::new()
                .start_kind(regex_automata::dfa::StartKind::Anchored)
                .match_kind(MatchKind::All),
        )
        .thompson(thompson::Config::new().which_captures(thompson::WhichCaptures::None))
        .build(rust)
        .map_err(|error| PatternErrorKind::Automaton.because(pattern, error))?;
    let start = dfa
        .start_state(&start::Config::new().anchored(Anchored::Yes))
        .map_err(|error| PatternErrorKind::Automaton.because(pattern, error))?;

    let encoded: Vec<String> =
        (0..alphabet.len()).map(|index| alphabet.symbol(index).first.to_string()).collect();
    let mut numbers: HashMap<StateID, usize> = HashMap::from([(start, 0)]);
    let mut states = vec![start];
    let mut next = Rows::new();
    let mut at = 0;
    while at < states.len() {
        let row = encoded
            .iter()
            .map(|text| {
                let id = text.bytes().fold(states[at], |id, byte| dfa.next_state(id, byte));
                *numbers.entry(id).or_insert_with(|| {
                    states.push(id);
                    states.len() - 1
                })
            })
            .collect();
        next.push(row);
        at += 1;
    }
    let accepting = states.iter().map(|id| dfa.is_match_state(dfa.next_eoi_state(*id))).collect();
    Ok((next, accepting))
}

/// The states from which the end can still be reached.
fn live_states(next: &Rows, accepting: &[bool]) -> Vec<bool> {
    let mut live = accepting.to_vec();
    loop {
        let mut grew = false;
        for (state, row) in next.iter().enumerate() {
            if !live[state] && row.iter().any(|target| live[*target]) {
                live[state] = true;
                grew = true;
            }
        }
        if !grew {
            return live;
        }
    }
}

/// Moore's algorithm: states stay together while nothing tells them apart.
fn partition(next: &Rows, accepting: &[bool]) -> Vec<usize> {
    let mut block: Vec<usize> = accepting.iter().map(|accepts| usize::from(*accepts)).collect();
    let mut count = 0;
    loop {
        let mut signatures: HashMap<(usize, Vec<usize>), usize> = HashMap::new();
        let refined: Vec<usize> = next
            .iter()
            .zip(&block)
            .map(|(row, own)| {
                let signature = (*own, row.iter().map(|target| block[*target]).collect());
                let fresh = signatures.len();
                *signatures.entry(signature).or_insert(fresh)
            })
            .collect();
        let refined_count = signatures.len();
        block = refined;
        if refined_count == count {
            return block;
        }
        count = refined_count;
    }
}

fn renumber(next: &Rows, accepting: &[bool], live: &[bool], block: &[usize]) -> Table {
    let mut numbers: HashMap<usize, u16> = HashMap::from([(block[0], 0)]);
    let mut members = vec![0];
    let mut table = Table { next: Vec::new(), accepting: Vec::new() };
    let mut at = 0;
    while at < members.len() {
        let state = members[at];
        for target in &next[state] {
            let number = if live[*target] {
                *numbers.entry(block[*target]).or_insert_with(|| {
                    members.push(*target);
                    u16::try_from(members.len() - 1).unwrap_or(DEAD)
                })
            } else {
                DEAD
            };
            table.next.push(number);
        }
        table.accepting.push(accepting[state]);
        at += 1;
    }
    table
}
