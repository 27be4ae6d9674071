//! Strings at every bound of every member, from both sides, and strings that together cover every
//! transition of every automaton.

use std::collections::BTreeSet;

use super::language::{PATTERNED, automata, automata_of, lengths};
use super::names;
use super::plain::{Builder, put, put_literal};
use super::seed::rng;
use super::values::put_condition;
use super::{Case, Options, rotated};
use crate::contract::{Member, Phase};
use crate::pattern::{Automaton, Coverage, Rng};
use crate::scenario::{AddPermission, Template};

/// Names of functions that do not exist, of any length.
const NAME_STEMS: [&str; 3] =
    ["", "123456789012:function:", "arn:aws:lambda:us-east-1:123456789012:function:"];

/// The shortest name that has room for the run's prefix.
const SHORTEST_NAME: usize = 32;

/// The documented maximum of a bare name, which AWS does not enforce here.
const BARE_NAME: usize = 64;

/// Bounds up to this one are also exceeded by far: a target that truncates strings may reject the
/// next length and accept a longer one.
const FAR: usize = 256;

/// The cases of the phase.
pub(super) fn cases(options: &Options) -> Vec<Case> {
    let mut cases = Builder::new(Phase::Bounds, 'b');
    for member in PATTERNED {
        for text in at_bounds(member, options) {
            cases.plain(|request| put_member(request, member, &text));
        }
    }
    for name in names_at_bounds(options) {
        cases.plain(|request| put(request, Member::FunctionName, &name));
    }
    let mut together: Vec<(Member, Vec<String>)> = Vec::new();
    for member in PATTERNED {
        let (agreed, apart): (Vec<String>, Vec<String>) = covering(member, options)
            .into_iter()
            .partition(|text| TOGETHER.contains(&member) && is_agreed(member, text, options));
        for text in apart {
            cases.plain(|request| put_member(request, member, &text));
        }
        together.push((member, agreed));
    }
    // What is legal whoever is asked stands in one request with what is legal of other members.
    let rows = together.iter().map(|(_, texts)| texts.len()).max().unwrap_or(0);
    for row in 0..rows {
        cases.plain(|request| {
            for (member, texts) in &together {
                if let Some(text) = texts.get(row) {
                    put_member(request, *member, text);
                }
            }
        });
    }
    let long = LONG.into_iter().take(options.depth.pick(0, LONG.len(), LONG.len()));
    for (member, length) in long {
        cases.plain(|request| put_member(request, member, &too_long(member, length)));
    }
    cases.finish()
}

/// Members whose texts do not depend on each other.
const TOGETHER: [Member; 5] = [
    Member::StatementId,
    Member::SourceAccount,
    Member::SourceArn,
    Member::PrincipalOrgId,
    Member::EventSourceToken,
];

/// Members whose values are refused, and so long that an error that repeats them passes the sizes
/// at which buffers end.
const LONG: [(Member, usize); 4] = [
    (Member::StatementId, 1_300),
    (Member::EventSourceToken, 4_700),
    (Member::PrincipalOrgId, 9_000),
    (Member::Action, 9_500),
];

/// A value of a member that is refused for its length, or for its last character where the member
/// may be as long as it likes.
fn too_long(member: Member, length: usize) -> String {
    let (start, end) = match member {
        Member::PrincipalOrgId => ("o-", "0"),
        Member::Action => ("lambda:", "!"),
        _ => ("", "0"),
    };
    format!("{start}{}{end}", "l".repeat(length - start.len() - end.len()))
}

/// Whether the patterns of all chosen editions take a text.
fn is_agreed(member: Member, text: &str, options: &Options) -> bool {
    automata_of(member, options.editions).iter().all(|automaton| automaton.accepts(text))
}

/// Puts a literal text into the place of a member, with what it needs beside it. As FunctionName it
/// is made a name that nobody has.
pub(super) fn put_member(request: &mut AddPermission, member: Member, text: &str) {
    if member == Member::FunctionUrlAuthType {
        put_condition(request, member, Template::literal(text).as_str());
    } else if member == Member::FunctionName {
        put(request, member, &names::nobodys(text));
    } else {
        put_literal(request, member, text);
    }
}

/// The lengths at the bounds of a member: each bound, and one more and less.
pub fn bound_lengths(member: Member, options: &Options) -> BTreeSet<usize> {
    let constraints =
        options.editions.editions().iter().filter_map(|edition| member.constraint(*edition));
    let bounds = constraints.flat_map(|constraint| [constraint.min, constraint.max]).flatten();
    let mut lengths: BTreeSet<usize> = bounds
        .flat_map(|bound| [bound.checked_sub(1), Some(bound), Some(bound + 1)])
        .flatten()
        .collect();
    if member == Member::FunctionName {
        lengths.extend([BARE_NAME, BARE_NAME + 1]);
    }
    lengths
}

fn at_bounds(member: Member, options: &Options) -> Vec<String> {
    if member == Member::FunctionName {
        return Vec::new();
    }
    let mut texts = Vec::new();
    for length in all_lengths(member, options) {
        texts.extend(of_length(member, length, &mut rng(options, Phase::Bounds, length)));
    }
    texts
}

/// The lengths at the bounds of a member, and one far beyond.
fn all_lengths(member: Member, options: &Options) -> impl Iterator<Item = usize> {
    let constraints =
        options.editions.editions().iter().filter_map(|edition| member.constraint(*edition));
    let far = constraints.filter_map(|constraint| constraint.max).filter(|max| *max <= FAR);
    bound_lengths(member, options).into_iter().chain(far.map(|max| 2 * max + 1).max())
}

/// Names of functions that do not exist, as long as the bounds ask for. A name that is too short to
/// begin as the run's own do may be somebody's, and is left out; the empty one is nobody's.
fn names_at_bounds(options: &Options) -> Vec<Template> {
    let mut names = vec![Template::literal("")];
    for length in all_lengths(Member::FunctionName, options) {
        let stems = NAME_STEMS.iter().filter(|stem| stem.len() + SHORTEST_NAME <= length);
        let of_length =
            stems.map(|stem| Template::parse(format!("{stem}${{prefix.{}}}", length - stem.len())));
        names.extend(of_length.take(options.depth.pick(1, 2, 3)));
    }
    names
}

/// A text of this length: a member of the pattern's language, or the nearest one made longer or
/// shorter where the language has none, so that nothing but the length is wrong.
pub(super) fn of_length(member: Member, length: usize, rng: &mut impl Rng) -> Option<String> {
    if member == Member::Principal {
        // Most that fits the pattern is no principal; only the length is of interest.
        return Some("a".repeat(length));
    }
    let automaton = *automata(member).last()?;
    if let Some(text) = automaton.member(length, rng) {
        return Some(text);
    }
    let Some(nearest) = automaton.lengths().filter(|known| *known <= length).last() else {
        return Some(automaton.shortest().chars().take(length).collect());
    };
    let mut text = automaton.member(nearest, rng)?;
    let filler = text.chars().last().filter(char::is_ascii_alphanumeric).unwrap_or('a');
    text.extend(std::iter::repeat_n(filler, length - nearest));
    Some(text)
}

/// Texts that together take every step of the member's automata, or of those that can be sent
/// the ones that take the most.
fn covering(member: Member, options: &Options) -> Vec<String> {
    let automata = automata_of(member, options.editions);
    let most = match member {
        Member::FunctionName => options.depth.pick(6, 50, usize::MAX),
        Member::SourceArn => options.depth.pick(6, 40, usize::MAX),
        _ => options.depth.pick(3, usize::MAX, usize::MAX),
    };
    let mut texts: Vec<String> = Vec::new();
    for automaton in &automata {
        // What the other edition's texts have shown of this pattern need not be shown again.
        let mut coverage = Coverage::new(automaton, lengths(member));
        for text in &texts {
            coverage.record(text);
        }
        let members = automaton.covering_members(lengths(member)).into_iter();
        let members = members.filter(|text| stays_beside(member, &automata, text));
        texts.extend(members.filter(|text| coverage.record(text) > 0));
    }
    match automata.last() {
        Some(automaton) if texts.len() > most => {
            richest(automaton, member, rotated(texts, options.seed), most)
        }
        _ => texts,
    }
}

/// Whether a text is on the same side of its member's patterns also as it is sent: a name of a
/// function is made one that nobody has.
pub(super) fn stays_beside(member: Member, automata: &[&Automaton], text: &str) -> bool {
    if member != Member::FunctionName {
        return true;
    }
    let sent = as_sent(member, text);
    automata.iter().all(|automaton| automaton.accepts(text) == automaton.accepts(&sent))
}

/// A text as it may look when it is sent.
fn as_sent(member: Member, text: &str) -> String {
    if member == Member::FunctionName {
        names::sample(&names::nobodys(text))
    } else {
        text.to_owned()
    }
}

/// The texts that take the most steps which none before them took, as they are sent.
fn richest(
    automaton: &Automaton,
    member: Member,
    mut texts: Vec<String>,
    most: usize,
) -> Vec<String> {
    let mut coverage = Coverage::new(automaton, lengths(member));
    let mut richest = Vec::new();
    for least in [32, 16, 8, 4, 2, 1, 0] {
        texts.retain(|text| {
            let sent = as_sent(member, text);
            let is_taken = richest.len() < most && coverage.gain(&sent) >= least;
            if is_taken {
                coverage.record(&sent);
                richest.push(text.clone());
            }
            !is_taken
        });
    }
    richest
}
