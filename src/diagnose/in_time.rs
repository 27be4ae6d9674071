//! Mutants of what is stored: they show in answers to later requests, so a server with them lives
//! through what the target lived through.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::bits::Bits;
use super::cover::Chosen;
use super::exhibit::{Exhibit, Fact, FactKey, Kind, Op, kind};
use super::predict::{ByMember, Case, Prediction, is_of_state, note, predicted, with_exceptions};
use super::walk::{Seen, Step};
use crate::contract::{RuleId, Topic};
use crate::observation::Answer;
use crate::server::mutants::{self, MutantSet, Planted};
use crate::server::predict::Replica;

/// On how many tapes a mutant of the state is tried before it is compared with more of them.
const SAMPLED: usize = 10;

/// A mutant that explains more facts is no mere consequence of another.
const CONSEQUENCES: u32 = 80;

/// On how many tapes that show nothing else to explain a mutant of the state is held against what
/// went right.
const OTHERS: usize = 40;

/// What the mutants of what is stored predict of the facts that `remain`, beside the chosen ones.
pub fn in_time(case: &Case<'_>, chosen: &MutantSet, remain: &Bits) -> Vec<Prediction> {
    let mut rules: BTreeMap<RuleId, BTreeSet<usize>> = BTreeMap::new();
    for number in remain.iter() {
        let Some((at, key)) = case.facts.list.get(number) else { continue };
        let Some(exhibit) = case.exhibits.get(*at) else { continue };
        for fact in exhibit.facts.iter().filter(|fact| fact.key == *key) {
            for rule in &fact.finding.suspects {
                rules.entry(*rule).or_default().insert(exhibit.place.0);
            }
        }
    }
    let policies: BTreeSet<usize> = rules
        .iter()
        .filter(|(rule, _)| rule.rule().topic == Topic::Policy)
        .flat_map(|(_, tapes)| tapes.iter().copied())
        .collect();
    let mut facts_of: BTreeMap<usize, usize> = BTreeMap::new();
    for number in remain.iter() {
        let exhibit = case.facts.list.get(number).and_then(|(at, _)| case.exhibits.get(*at));
        if let Some(exhibit) = exhibit {
            *facts_of.entry(exhibit.place.0).or_default() += 1;
        }
    }
    let tapes = case.walks.tapes().len();
    let step = (tapes / OTHERS).max(1);
    let length = |number: &usize| case.walks.tapes().get(*number).map_or(0, |tape| tape.size);
    let mut compared: Vec<usize> = (0..tapes)
        .filter(|number| facts_of.contains_key(number) || number.is_multiple_of(step))
        .collect();
    compared.sort_by_key(length);
    let mut baseline = Baseline { chosen, known: HashMap::new() };
    let mut found = Vec::new();
    for mutant in mutants::mutants().iter().copied() {
        if !is_of_state(mutant) || mutant.is_race() {
            continue;
        }
        let mut tapes: BTreeSet<usize> =
            mutant.rules.iter().filter_map(|rule| rules.get(rule)).flatten().copied().collect();
        if tapes.is_empty() {
            // What is stored wrong may break other rules than those that it is planted for.
            tapes.clone_from(&policies);
        }
        if tapes.is_empty() {
            continue;
        }
        let most: usize = tapes.iter().filter_map(|number| facts_of.get(number)).sum();
        let mut set = chosen.clone();
        let planted = Planted { mutant, except: Vec::new() };
        set.push(planted.clone());
        let mut by_member = ByMember::default();
        // The shortest tell as much for less.
        let mut first: Vec<usize> = tapes.iter().copied().collect();
        first.sort_by_key(length);
        first.truncate(SAMPLED);
        for number in &first {
            relive(case, &set, &mut baseline, *number, &mut by_member);
            if by_member.is_refuted(most) {
                break;
            }
        }
        if by_member.facts.is_empty() {
            continue;
        }
        // What it says of what went right counts against it.
        for number in compared.iter().filter(|number| !first.contains(number)) {
            if by_member.is_refuted(most) {
                break;
            }
            relive(case, &set, &mut baseline, *number, &mut by_member);
        }
        found.extend(with_exceptions(&planted, &by_member, case));
    }
    found
}

/// What the mutants that are chosen already predict, by tape and by answer.
struct Baseline<'a> {
    chosen: &'a MutantSet,
    known: HashMap<usize, HashMap<usize, HashSet<FactKey>>>,
}

impl Baseline<'_> {
    fn of(&mut self, case: &Case<'_>, number: usize) -> &HashMap<usize, HashSet<FactKey>> {
        let chosen = self.chosen;
        self.known.entry(number).or_insert_with(|| {
            // Without a mutant too: a server of ours may have gone another way than the target.
            let mut known = HashMap::new();
            live(case, number, chosen, |_, at, _, keys| {
                known.insert(at, keys);
            });
            known
        })
    }
}

/// Lets a server live through a tape beside the target, and notes what it predicts beyond what
/// the chosen mutants predict without it.
fn relive(
    case: &Case<'_>,
    set: &MutantSet,
    baseline: &mut Baseline<'_>,
    number: usize,
    by_member: &mut ByMember,
) {
    let known = baseline.of(case, number);
    live(case, number, set, |_, at, exhibit, mut keys| {
        if let Some(known) = known.get(&at) {
            keys.retain(|key| !known.contains(key));
        }
        if !keys.is_empty() {
            note(case, by_member, (at, exhibit), &keys, None);
        }
    });
}

/// Lets a server live through one tape; `see` is given each answer and what is wrong with the
/// server's.
fn live(
    case: &Case<'_>,
    number: usize,
    set: &MutantSet,
    mut see: impl FnMut(&Step<'_>, usize, &Exhibit, HashSet<FactKey>),
) {
    let Some(tape) = case.walks.tapes().get(number) else { return };
    let mut replica = Replica::new(&tape.world, set.clone());
    let mut has_strayed = false;
    case.walks.each(number, |seen| {
        let step = match seen {
            Seen::Change(change, after) => return replica.change(change, after),
            Seen::Answer(step) => step,
        };
        if std::mem::take(&mut has_strayed) {
            replica.follow(step.world);
        }
        let delivery = replica.answer(step.wire);
        if let (Some(theirs), Some(ours)) =
            (step.observation.answer(), delivery.mishap.is_none().then_some(&delivery.response))
            && let Some(theirs) = theirs.revision()
            && let Some(ours) = Answer::read(ours.clone()).revision()
        {
            replica.note_revision(theirs, ours);
        }
        let Some((at, exhibit)) = case.exhibit(number, step.at) else { return };
        let succeeded = (200..300).contains(&delivery.response.status);
        let keys = predicted(step, &delivery, case.judging);
        let same = keys.len() == exhibit.facts.len()
            && exhibit.facts.iter().all(|fact| keys.contains(&fact.key));
        has_strayed = !same || (exhibit.op != Op::Get && succeeded != exhibit.accepted);
        if !(exhibit.unjudged && exhibit.facts.is_empty()) {
            see(step, at, exhibit, keys);
        }
    });
}

/// Takes out mutants of single answers where those of the state predict all that they explain: a
/// server that loses a statement takes its StatementId twice, and that is no fault of its own.
pub fn without_consequences(
    case: &Case<'_>,
    chosen: Vec<Chosen>,
    later: &mut [Chosen],
) -> Vec<Chosen> {
    let mut kept: Vec<Chosen> = chosen;
    let mut at = 0;
    while at < kept.len() && !later.is_empty() {
        if kept[at].facts.len() > CONSEQUENCES {
            at += 1;
            continue;
        }
        let mut set = MutantSet::default();
        let others = kept.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, one)| one);
        for one in others.chain(&*later) {
            set.push(one.planted.clone());
        }
        match who_predicts(case, &set, &kept[at].facts, later) {
            Some(place) => {
                let gone = kept.remove(at);
                later[place].facts.extend(&gone.facts);
            }
            None => at += 1,
        }
    }
    kept
}

/// Which of the mutants of the state shows most where these facts are, if the set predicts them all.
fn who_predicts(case: &Case<'_>, set: &MutantSet, facts: &Bits, later: &[Chosen]) -> Option<usize> {
    let mut wanted: BTreeMap<usize, BTreeSet<(usize, FactKey)>> = BTreeMap::new();
    for number in facts.iter() {
        let (at, key) = case.facts.list.get(number)?;
        let tape = case.exhibits.get(*at)?.place.0;
        wanted.entry(tape).or_default().insert((*at, *key));
    }
    for (tape, facts) in &wanted {
        let mut found = 0;
        live(case, *tape, set, |_, at, _, keys| {
            found += keys.iter().filter(|key| facts.contains(&(at, **key))).count();
        });
        if found < facts.len() {
            return None;
        }
    }
    let tapes: BTreeSet<usize> = wanted.keys().copied().collect();
    nearest(case, later, &tapes).or_else(|| (!later.is_empty()).then_some(0))
}

/// Gives mutants what is wrong with answers for which the set predicts another deviation than the
/// one seen: once histories differ, so do the details.
pub fn take_deviations(case: &Case<'_>, set: &MutantSet, chosen: &mut [Chosen], remain: &mut Bits) {
    let mut open: BTreeMap<usize, BTreeMap<usize, Vec<usize>>> = BTreeMap::new();
    for number in remain.iter() {
        let Some((at, _)) = case.facts.list.get(number) else { continue };
        let Some(exhibit) = case.exhibits.get(*at) else { continue };
        open.entry(exhibit.place.0).or_default().entry(*at).or_default().push(number);
    }
    let mut baseline = Baseline { chosen: &MutantSet::default(), known: HashMap::new() };
    for (tape, facts) in open {
        let Some(place) = nearest(case, chosen, &BTreeSet::from([tape])) else { continue };
        let known = baseline.of(case, tape);
        let mut taken = Bits::new(case.facts.list.len());
        live(case, tape, set, |_, at, exhibit, keys| {
            let is_other = |key: &FactKey| {
                !known.get(&at).is_some_and(|all| all.contains(key))
                    && !exhibit.facts.iter().any(|fact| fact.key == *key)
            };
            if keys.iter().any(is_other) {
                facts.get(&at).into_iter().flatten().for_each(|number| taken.insert(*number));
            }
        });
        chosen[place].facts.extend(&taken);
        *remain = remain.without(&taken);
    }
}

/// Which of the mutants that change what is stored shows most on these tapes, if any does.
fn nearest(case: &Case<'_>, chosen: &[Chosen], tapes: &BTreeSet<usize>) -> Option<usize> {
    let near = |one: &Chosen| {
        one.facts
            .iter()
            .filter_map(|number| {
                let (at, key) = case.facts.list.get(number)?;
                let exhibit = case.exhibits.get(*at)?;
                let fact = exhibit.facts.iter().find(|fact| fact.key == *key)?;
                changes(exhibit, fact).then_some(exhibit)
            })
            .filter(|exhibit| tapes.contains(&exhibit.place.0))
            .count()
    };
    let counts: Vec<usize> = chosen.iter().map(near).collect();
    (0..chosen.len()).filter(|place| counts[*place] > 0).max_by_key(|place| counts[*place])
}

/// Whether a fact says that something else is stored than should be: a status or a text says no
/// such thing.
pub fn changes(exhibit: &Exhibit, fact: &Fact) -> bool {
    matches!(
        kind(&fact.finding, exhibit.status),
        Kind::Statement(_)
            | Kind::Policy(..)
            | Kind::Accepts
            | Kind::Refuses
            | Kind::Fails(_)
            | Kind::Lost(_)
    )
}

/// How exactly the set reproduces a run: of the deviating answers and of the right ones, how many
/// it answers with the same facts.
pub fn reproduce(case: &Case<'_>, set: &MutantSet) -> (u32, u32) {
    let (mut deviating, mut right) = (0, 0);
    for number in 0..case.walks.tapes().len() {
        live(case, number, set, |_, _, exhibit, keys| {
            let seen: HashSet<FactKey> = exhibit.facts.iter().map(|fact| fact.key).collect();
            if keys == seen {
                if seen.is_empty() {
                    right += 1;
                } else {
                    deviating += 1;
                }
            }
        });
    }
    (deviating, right)
}
