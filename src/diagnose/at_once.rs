//! Mutants that show in the very answer to a request, tried on the answers of a run.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::exhibit::{Exhibit, FactKey, Op, key};
use super::predict::{ByMember, Case, Prediction, is_of_state, note, predicted, with_exceptions};
use super::walk::{Seen, Step};
use crate::contract::{Member, RuleId};
use crate::event::Judging;
use crate::judge::judge;
use crate::observation::{Answer, Observation};
use crate::server::Delivery;
use crate::server::mutants::{self, Mutant, MutantSet};
use crate::server::predict::Question;

/// On how many answers that show a fact every mutant is tried.
const TRIED: u32 = 3;

/// On how many answers of a class of wrong ones a mutant is tried before all of them are.
const SAMPLED_OF_A_CLASS: usize = 6;

/// A mutant shows in rules that are not its own too: so many times the facts of its own rules,
/// and so many more, it can agree with at most.
const SIDE_EFFECTS: (usize, usize) = (4, 60);

/// What every mutant that shows at once predicts, where it predicts anything that was seen.
pub fn at_once(case: &Case<'_>) -> Vec<Prediction> {
    let mutants: Vec<&'static Mutant> = mutants::mutants()
        .iter()
        .copied()
        .filter(|mutant| !is_of_state(mutant) && !mutant.is_race())
        .collect();
    let candidates = candidates(case, &mutants);
    let most = MostAgreements::of(case);
    let mut found: Vec<Tried> =
        candidates.iter().map(|mutant| Tried::new(mutant, most.of_mutant(mutant))).collect();
    // Right answers come first: few mutants are left that they do not contradict too often.
    for number in 0..case.walks.tapes().len() {
        each_answer(case, number, |step, at, exhibit| {
            if !exhibit.facts.is_empty() || exhibit.unjudged {
                return;
            }
            ask(case, step, found.iter_mut(), |tried, keys, member| {
                note(case, &mut tried.by_member, (at, exhibit), keys, member);
            });
            found.retain(|tried| !tried.by_member.is_refuted(tried.most));
        });
    }
    on_wrong_answers(case, &mut found);
    found
        .into_iter()
        .filter_map(|tried| with_exceptions(tried.set.planted().first()?, &tried.by_member, case))
        .collect()
}

/// A mutant that is tried on the answers of a run.
struct Tried {
    set: MutantSet,
    by_member: ByMember,
    /// The most facts that it can agree with.
    most: usize,
    /// What it says of the answers that were tried of each class.
    outcomes: HashMap<usize, Vec<Outcome>>,
}

impl Tried {
    fn new(mutant: &'static Mutant, most: usize) -> Self {
        let (by_member, outcomes) = (ByMember::default(), HashMap::new());
        Self { set: mutant.into(), by_member, most, outcomes }
    }
}

/// What a mutant says of one wrong answer.
#[derive(Clone, Debug, Default, PartialEq)]
struct Outcome {
    keys: BTreeSet<FactKey>,
    member: Option<Member>,
}

/// How many facts a mutant can agree with, about: those that its rules are suspected of.
struct MostAgreements(HashMap<RuleId, usize>);

impl MostAgreements {
    fn of(case: &Case<'_>) -> Self {
        let mut counts = HashMap::new();
        let facts = case.exhibits.iter().flat_map(|exhibit| &exhibit.facts);
        for rule in facts.flat_map(|fact| &fact.finding.suspects) {
            *counts.entry(*rule).or_default() += 1;
        }
        Self(counts)
    }

    fn of_mutant(&self, mutant: &Mutant) -> usize {
        let own: usize = mutant.rules.iter().filter_map(|rule| self.0.get(rule)).sum();
        SIDE_EFFECTS.0 * own + SIDE_EFFECTS.1
    }
}

/// Goes through one tape, answer by answer.
fn each_answer(case: &Case<'_>, number: usize, mut see: impl FnMut(&Step<'_>, usize, &Exhibit)) {
    case.walks.each(number, |seen| {
        let Seen::Answer(step) = seen else { return };
        if let Some((at, exhibit)) = case.exhibit(number, step.at) {
            see(step, at, exhibit);
        }
    });
}

/// Lets each mutant answer one request; `tell` is given what is wrong with an answer that differs
/// from the reference server's, and the member whose fault alone it overlooks.
fn ask<'t>(
    case: &Case<'_>,
    step: &Step<'_>,
    tried: impl Iterator<Item = &'t mut Tried>,
    mut tell: impl FnMut(&mut Tried, &HashSet<FactKey>, Option<Member>),
) {
    let question = Question::new(step.world, step.wire);
    let mut own_keys = None;
    // Many mutants answer alike: what is wrong with an answer is found once.
    let mut known: Vec<(Delivery, HashSet<FactKey>)> = Vec::new();
    for tried in tried {
        let Some(delivery) = question.answer(&tried.set) else { continue };
        let same = known.iter().position(|(answer, _)| *answer == delivery);
        let place = same.unwrap_or_else(|| {
            let own_keys = own_keys.get_or_insert_with(|| own(step, &question, case.judging));
            let mut keys = predicted(step, &delivery, case.judging);
            keys.retain(|key| !own_keys.contains(key));
            known.push((delivery, keys));
            known.len() - 1
        });
        let keys = &known[place].1;
        if !keys.is_empty() {
            let member = single_member(&question, &tried.set);
            tell(tried, keys, member);
        }
    }
}

/// Tries mutants on the wrong answers. What one says of some answers of a class, spread over the
/// run, it says of all of them; where it does not say the same of these, all are tried.
fn on_wrong_answers(case: &Case<'_>, found: &mut [Tried]) {
    let classes = classes(case);
    let mut class_of: HashMap<usize, usize> = HashMap::new();
    let mut sampled: HashSet<usize> = HashSet::new();
    for (class, members) in classes.iter().enumerate() {
        class_of.extend(members.iter().map(|at| (*at, class)));
        let step = members.len().div_ceil(SAMPLED_OF_A_CLASS).max(1);
        sampled.extend(members.iter().step_by(step));
    }
    let samples: Vec<usize> = classes
        .iter()
        .map(|members| members.iter().filter(|at| sampled.contains(at)).count())
        .collect();
    for number in 0..case.walks.tapes().len() {
        each_answer(case, number, |step, at, exhibit| {
            let Some(class) = class_of.get(&at).filter(|_| sampled.contains(&at)) else { return };
            ask(case, step, found.iter_mut(), |tried, keys, member| {
                note(case, &mut tried.by_member, (at, exhibit), keys, member);
                let keys = keys.iter().copied().collect();
                tried.outcomes.entry(*class).or_default().push(Outcome { keys, member });
            });
        });
    }
    let mut open: HashMap<usize, HashSet<usize>> = HashMap::new();
    for (place, tried) in found.iter_mut().enumerate() {
        for (class, outcomes) in std::mem::take(&mut tried.outcomes) {
            let is_same = outcomes.len() == samples[class]
                && outcomes.iter().all(|outcome| *outcome == outcomes[0]);
            if !is_same {
                open.entry(class).or_default().insert(place);
                continue;
            }
            let keys: HashSet<FactKey> = outcomes[0].keys.iter().copied().collect();
            for at in classes[class].iter().filter(|at| !sampled.contains(at)) {
                let Some(exhibit) = case.exhibits.get(*at) else { continue };
                note(case, &mut tried.by_member, (*at, exhibit), &keys, outcomes[0].member);
            }
        }
    }
    for number in 0..case.walks.tapes().len() {
        each_answer(case, number, |step, at, exhibit| {
            let Some(places) = class_of.get(&at).and_then(|class| open.get(class)) else { return };
            if sampled.contains(&at) {
                return;
            }
            let some = found
                .iter_mut()
                .enumerate()
                .filter(|(place, _)| places.contains(place))
                .map(|(_, tried)| tried);
            ask(case, step, some, |tried, keys, member| {
                note(case, &mut tried.by_member, (at, exhibit), keys, member);
            });
        });
    }
}

/// The wrong answers, those together that show the same facts.
fn classes(case: &Case<'_>) -> Vec<Vec<usize>> {
    let mut classes: BTreeMap<(Op, u16, BTreeSet<FactKey>), Vec<usize>> = BTreeMap::new();
    for (at, exhibit) in case.exhibits.iter().enumerate() {
        let keys: BTreeSet<FactKey> = exhibit.facts.iter().map(|fact| fact.key).collect();
        if !keys.is_empty() {
            classes.entry((exhibit.op, exhibit.status, keys)).or_default().push(at);
        }
    }
    classes.into_values().collect()
}

/// The findings that the reference server itself would cause.
fn own(step: &Step<'_>, question: &Question<'_>, judging: Judging) -> HashSet<FactKey> {
    let observation = Observation::Answer(Answer::read(question.reference().clone()));
    judge(step.world, step.analysis, &observation, judging).findings.iter().map(key).collect()
}

/// The member whose fault alone is overlooked.
fn single_member(question: &Question<'_>, set: &MutantSet) -> Option<Member> {
    let members: BTreeSet<Option<Member>> =
        question.overlooked(set).iter().map(|fault| fault.member).collect();
    let mut members = members.into_iter();
    members.next().flatten().filter(|_| members.next().is_none())
}

/// The mutants that predict something of what was seen, tried on a few answers for each fact.
fn candidates(case: &Case<'_>, mutants: &[&'static Mutant]) -> Vec<&'static Mutant> {
    let mut tried: HashMap<FactKey, u32> = HashMap::new();
    let mut chosen: HashSet<&'static str> = HashSet::new();
    let sets: Vec<MutantSet> = mutants.iter().map(|mutant| (*mutant).into()).collect();
    for (number, tape) in case.walks.tapes().iter().enumerate() {
        let wanted: Vec<usize> = (0..tape.entries.len())
            .filter(|entry| {
                case.exhibit(number, *entry).is_some_and(|(_, exhibit)| {
                    let is_new = |key| {
                        let count = tried.entry(key).or_default();
                        *count += 1;
                        *count <= TRIED
                    };
                    exhibit.facts.iter().map(|fact| fact.key).map(is_new).fold(false, |a, b| a | b)
                })
            })
            .collect();
        if wanted.is_empty() {
            continue;
        }
        case.walks.each(number, |seen| {
            let Seen::Answer(step) = seen else { return };
            if wanted.binary_search(&step.at).is_err() {
                return;
            }
            let Some((at, _)) = case.exhibit(number, step.at) else { return };
            let question = Question::new(step.world, step.wire);
            for (mutant, set) in mutants.iter().zip(&sets) {
                if chosen.contains(mutant.name) {
                    continue;
                }
                let Some(delivery) = question.answer(set) else { continue };
                let keys = predicted(step, &delivery, case.judging);
                if keys.iter().any(|key| case.facts.number(at, *key).is_some()) {
                    chosen.insert(mutant.name);
                }
            }
        });
    }
    mutants.iter().copied().filter(|mutant| chosen.contains(mutant.name)).collect()
}
