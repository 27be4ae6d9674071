//! A covering array: few requests in which every two values of every two factors meet.
//!
//! FunctionUrlAuthType is refused beside any action but one, and a refusal would hide whatever
//! else a request shows. So it meets the other actions in requests of their own.

use std::collections::BTreeSet;

use super::plain::{Builder, plain_value, put, put_value};
use super::{Case, Feature, Options, names, spread};
use crate::contract::{Member, Phase};
use crate::scenario::{AddPermission, Template};

/// Something in which requests differ, and the ways in which they do.
struct Factor {
    name: &'static str,
    levels: &'static [&'static str],
}

const fn factor(name: &'static str, levels: &'static [&'static str]) -> Factor {
    Factor { name, levels }
}

const FACTORS: [Factor; 10] = [
    factor(
        "principal",
        &["s3.amazonaws.com", "*", "${account}", "${role}", "logs.${region}.amazonaws.com"],
    ),
    factor("action", &super::values::ACTIONS),
    factor("name", &names::FORMS),
    factor(
        "qualifier",
        &["", "?${version.a.1}", ":${version.a.1}", "?live", ":live", "?edge", ":edge"],
    ),
    factor("SourceArn", PRESENCE),
    factor("SourceAccount", PRESENCE),
    factor("PrincipalOrgID", PRESENCE),
    factor("EventSourceToken", PRESENCE),
    factor("FunctionUrlAuthType", PRESENCE),
    factor("InvokedViaFunctionUrl", PRESENCE),
];
const PRESENCE: &[&str] = &["absent", "present"];

const PRINCIPAL: usize = 0;
const ACTION: usize = 1;
const NAME: usize = 2;
/// Its levels begin with how it travels: `?` as Qualifier, `:` as suffix of the name.
const QUALIFIER: usize = 3;
const AUTH_TYPE: usize = 8;
const URL_ACTION: usize = 2;

/// The optional members, in the order of their factors.
const OPTIONAL: [Member; 6] = [
    Member::SourceArn,
    Member::SourceAccount,
    Member::PrincipalOrgId,
    Member::EventSourceToken,
    Member::FunctionUrlAuthType,
    Member::InvokedViaFunctionUrl,
];
const FIRST_OPTIONAL: usize = 4;

/// A level of each factor.
type Row = [usize; FACTORS.len()];

/// Two levels of two factors, the lesser factor first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pair {
    one: (usize, usize),
    other: (usize, usize),
}

impl std::fmt::Display for Pair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = |(factor, level): (usize, usize)| {
            let Factor { name, levels } = &FACTORS[factor];
            let level = if levels[level].is_empty() { "none" } else { levels[level] };
            format!("{name} {level}")
        };
        write!(f, "{} with {}", name(self.one), name(self.other))
    }
}

/// Every pair that there is.
pub fn all_pairs() -> BTreeSet<Pair> {
    let levels =
        |factor: usize| (0..FACTORS[factor].levels.len()).map(move |level| (factor, level));
    let factors = 0..FACTORS.len();
    factors
        .clone()
        .flat_map(|one| factors.clone().skip(one + 1).map(move |other| (one, other)))
        .flat_map(|(one, other)| {
            levels(one).flat_map(move |one| levels(other).map(move |other| Pair { one, other }))
        })
        .collect()
}

/// How many pairs there are.
pub fn pairs_total() -> usize {
    all_pairs().len()
}

/// The pairs that meet in a request; none where it holds a value that is not a factor's level.
pub fn pair_points(request: &AddPermission) -> Vec<Pair> {
    row_of(request).map(|row| pairs_of(&row)).unwrap_or_default()
}

/// The cases of the phase.
pub(super) fn cases(options: &Options) -> Vec<Case> {
    let mut cases = Builder::new(Phase::Pairs, 'c');
    for row in spread(rows(options), options.depth.pick(10, usize::MAX, usize::MAX)) {
        let mut request = super::plain::plain_request(&cases.fresh_id());
        fill(&mut request, &row);
        cases.request(request);
    }
    cases.finish()
}

fn is_lacking(options: &Options, factor: usize, level: usize) -> bool {
    let lacks = |feature| options.without.contains(&feature);
    factor == QUALIFIER
        && match level {
            0 => false,
            1 | 2 => lacks(Feature::Versions),
            _ => lacks(Feature::Versions) || lacks(Feature::Aliases),
        }
}

/// Whether both can be in one request that is not refused for it.
fn agree(pair: Pair) -> bool {
    !(pair.one.0 == ACTION && pair.other == (AUTH_TYPE, 1) && pair.one.1 != URL_ACTION)
}

/// The rows of the array: as long as a pair is missing, the row around it that brings the most
/// of the others.
fn rows(options: &Options) -> Vec<Row> {
    let possible = all_pairs().into_iter().filter(|pair| {
        [pair.one, pair.other].iter().all(|(factor, level)| !is_lacking(options, *factor, *level))
    });
    let (mut missing, apart): (BTreeSet<Pair>, BTreeSet<Pair>) =
        possible.partition(|pair| agree(*pair));
    let mut rows = Vec::new();
    while let Some(pair) = missing.first().copied() {
        let row = row_around(pair, &missing, options);
        for pair in pairs_of(&row) {
            missing.remove(&pair);
        }
        // Ends even if the row should have lost the pair that it was made around.
        missing.remove(&pair);
        rows.push(row);
    }
    rows.extend(apart.into_iter().map(|pair| {
        let mut row = [0; FACTORS.len()];
        row[pair.one.0] = pair.one.1;
        row[pair.other.0] = pair.other.1;
        row
    }));
    rows
}

fn row_around(pair: Pair, missing: &BTreeSet<Pair>, options: &Options) -> Row {
    let mut chosen: [Option<usize>; FACTORS.len()] = [None; FACTORS.len()];
    chosen[pair.one.0] = Some(pair.one.1);
    chosen[pair.other.0] = Some(pair.other.1);
    for factor in 0..FACTORS.len() {
        if chosen[factor].is_some() {
            continue;
        }
        let with = |level: usize| {
            let own = (factor, level);
            chosen.iter().enumerate().filter_map(move |(known, at)| {
                let known = (known, (*at)?);
                Some(if known < own {
                    Pair { one: known, other: own }
                } else {
                    Pair { one: own, other: known }
                })
            })
        };
        let levels = (0..FACTORS[factor].levels.len())
            .filter(|level| !is_lacking(options, factor, *level) && with(*level).all(agree));
        // The first of the best, so that the plainest level wins where none brings anything.
        let best = levels
            .rev()
            .max_by_key(|level| with(*level).filter(|pair| missing.contains(pair)).count());
        chosen[factor] = best;
    }
    chosen.map(Option::unwrap_or_default)
}

fn pairs_of(row: &Row) -> Vec<Pair> {
    let points: Vec<(usize, usize)> = row.iter().copied().enumerate().collect();
    points
        .iter()
        .enumerate()
        .flat_map(|(at, one)| {
            points[at + 1..].iter().map(move |other| Pair { one: *one, other: *other })
        })
        .collect()
}

fn level(row: &Row, factor: usize) -> &'static str {
    FACTORS[factor].levels[row[factor]]
}

fn fill(request: &mut AddPermission, row: &Row) {
    put(request, Member::Principal, &Template::parse(level(row, PRINCIPAL)));
    put(request, Member::Action, &Template::parse(level(row, ACTION)));
    let (name, qualifier) = (level(row, NAME), level(row, QUALIFIER));
    if let Some(qualifier) = qualifier.strip_prefix('?') {
        request.function_name = Template::parse(name);
        request.qualifier = Some(Template::parse(qualifier));
    } else {
        request.function_name = Template::parse(format!("{name}{qualifier}"));
    }
    for (at, member) in OPTIONAL.into_iter().enumerate() {
        if row[FIRST_OPTIONAL + at] == 1 {
            put_value(request, member.name(), plain_value(member));
        }
    }
}

/// The levels of a request.
fn row_of(request: &AddPermission) -> Option<Row> {
    let members = request.members()?;
    let mut row = [0; FACTORS.len()];
    let find =
        |factor: usize, text: &str| FACTORS[factor].levels.iter().position(|known| *known == text);
    row[PRINCIPAL] = find(PRINCIPAL, members.get(Member::Principal.name())?.as_str()?)?;
    row[ACTION] = find(ACTION, members.get(Member::Action.name())?.as_str()?)?;
    let name = request.function_name.as_str();
    row[NAME] = (0..names::FORMS.len()).rev().find(|form| name.starts_with(names::FORMS[*form]))?;
    let suffix = &name[level(&row, NAME).len()..];
    row[QUALIFIER] = match &request.qualifier {
        None => find(QUALIFIER, suffix)?,
        Some(qualifier) if suffix.is_empty() => find(QUALIFIER, &format!("?{qualifier}"))?,
        Some(_) => return None,
    };
    for (at, member) in OPTIONAL.into_iter().enumerate() {
        row[FIRST_OPTIONAL + at] = usize::from(members.contains_key(member.name()));
    }
    Some(row)
}
