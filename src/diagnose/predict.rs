//! Which facts each mutant predicts, and which right answers it contradicts.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::time::Duration;

use super::bits::Bits;
use super::exhibit::{Exhibit, FactKey, Op, Seen, Step, key, walk};
use super::tape::Tape;
use crate::contract::{Member, RuleId};
use crate::event::Judging;
use crate::judge::judge;
use crate::observation::{Answer, Observation, TransportFault};
use crate::server::Delivery;
use crate::server::mutants::{self, Mutant, MutantSet, Mutation, Planted};
use crate::server::predict::{Question, Replica};

/// On how many answers that show a fact every mutant is tried.
const TRIED: u32 = 3;

/// How many members may be excepted from what a mutant does.
const EXCEPTIONS: usize = 3;

/// A mutant is tenable while right answers contradict it at most so often for each fact that it
/// predicts.
pub const MOST_CONTRADICTED: f64 = 0.03;

/// On how many tapes a mutant of the state is tried before it is compared with more of them.
const SAMPLED: usize = 10;

/// On how many tapes that show nothing else to explain a mutant of the state is held against what
/// went right.
const OTHERS: usize = 40;

/// An answer that takes longer is not waited for.
const PATIENCE: Duration = Duration::from_secs(9);

/// Every fact of a run, numbered.
#[derive(Debug, Default)]
pub struct Facts {
    /// The answer and the key of each.
    pub list: Vec<(usize, FactKey)>,
    numbers: HashMap<(usize, FactKey), usize>,
}

impl Facts {
    /// The facts of these answers.
    pub fn of(exhibits: &[Exhibit]) -> Self {
        let mut facts = Self::default();
        for (at, exhibit) in exhibits.iter().enumerate() {
            // One fact may be found twice in one answer: once is enough.
            let keys: BTreeSet<FactKey> = exhibit.facts.iter().map(|fact| fact.key).collect();
            facts.list.extend(keys.into_iter().map(|key| (at, key)));
        }
        facts.numbers = facts.list.iter().enumerate().map(|(n, fact)| (*fact, n)).collect();
        facts
    }

    /// The number of a fact.
    pub fn number(&self, exhibit: usize, key: FactKey) -> Option<usize> {
        self.numbers.get(&(exhibit, key)).copied()
    }

    /// All of them.
    pub fn all(&self) -> Bits {
        let mut all = Bits::new(self.list.len());
        (0..self.list.len()).for_each(|number| all.insert(number));
        all
    }
}

/// What a mutant predicts.
#[derive(Clone, Debug)]
pub struct Prediction {
    /// The mutant, with what is excepted.
    pub planted: Planted,
    /// The facts that it predicts and that were seen.
    pub facts: Bits,
    /// How many right answers it says would be wrong.
    pub contradictions: u32,
    /// How many facts it predicts beside seen ones in answers that do not show them.
    pub surplus: u32,
}

impl Prediction {
    fn new(planted: Planted, facts: usize) -> Self {
        Self { planted, facts: Bits::new(facts), contradictions: 0, surplus: 0 }
    }
}

/// What one mutant predicts, member by member: the exceptions are found among them.
#[derive(Debug, Default)]
struct ByMember {
    facts: BTreeMap<Option<Member>, Vec<usize>>,
    contradictions: BTreeMap<Option<Member>, u32>,
    surplus: u32,
}

impl ByMember {
    /// Whether right answers contradict it so often that it is not tenable whatever is excepted,
    /// where it predicts at most `agreements` of what was seen.
    fn is_refuted(&self, agreements: usize) -> bool {
        let mut members: Vec<u32> =
            self.contradictions.iter().filter_map(|(member, n)| member.map(|_| *n)).collect();
        members.sort_unstable();
        let excepted: u32 = members.iter().rev().take(EXCEPTIONS).sum();
        let all: u32 = self.contradictions.values().sum();
        f64::from(all - excepted) > MOST_CONTRADICTED * agreements as f64
    }
}

/// What is compared with a prediction.
pub struct Case<'a> {
    /// The tapes.
    pub tapes: &'a [Tape],
    /// The answers.
    pub exhibits: &'a [Exhibit],
    /// Their facts.
    pub facts: &'a Facts,
    /// How answers are judged.
    pub judging: Judging,
    places: HashMap<(usize, usize), usize>,
}

impl<'a> Case<'a> {
    /// What the exhibits show.
    pub fn new(
        tapes: &'a [Tape],
        exhibits: &'a [Exhibit],
        facts: &'a Facts,
        judging: Judging,
    ) -> Self {
        let places = exhibits.iter().enumerate().map(|(at, exhibit)| (exhibit.place, at)).collect();
        Self { tapes, exhibits, facts, judging, places }
    }

    fn exhibit(&self, tape: usize, entry: usize) -> Option<(usize, &'a Exhibit)> {
        let at = *self.places.get(&(tape, entry))?;
        Some((at, self.exhibits.get(at)?))
    }
}

/// Whether what a mutant does shows in answers to later requests.
fn is_of_state(mutant: &Mutant) -> bool {
    mutant.plants.iter().any(|plant| matches!(plant, Mutation::State(_) | Mutation::EditStored(_)))
}

/// The keys of what is wrong with an answer that was predicted.
fn predicted(step: &Step<'_>, delivery: Delivery, judging: Judging) -> HashSet<FactKey> {
    let lost = delivery.mishap.is_some() || delivery.delay > PATIENCE;
    let observation = if delivery.delay > PATIENCE {
        Observation::Fault(TransportFault::Timeout)
    } else if lost {
        Observation::Fault(TransportFault::Dropped(String::new()))
    } else {
        Observation::Answer(Answer::read(delivery.response))
    };
    judge(step.world, step.analysis, &observation, judging).findings.iter().map(key).collect()
}

/// The findings that the reference server itself would cause.
fn own(step: &Step<'_>, question: &Question<'_>, judging: Judging) -> HashSet<FactKey> {
    let observation = Observation::Answer(Answer::read(question.reference().clone()));
    judge(step.world, step.analysis, &observation, judging).findings.iter().map(key).collect()
}

/// What every mutant that shows at once predicts, where it predicts anything that was seen.
pub fn at_once(case: &Case<'_>) -> Vec<Prediction> {
    let mutants: Vec<&'static Mutant> = mutants::mutants()
        .iter()
        .copied()
        .filter(|mutant| !is_of_state(mutant) && !mutant.is_race())
        .collect();
    let candidates = candidates(case, &mutants);
    let mut found: Vec<(MutantSet, ByMember)> =
        candidates.iter().map(|mutant| ((*mutant).into(), ByMember::default())).collect();
    // Right answers come first: few mutants are left that they do not contradict too often.
    for is_wrong in [false, true] {
        for (number, tape) in case.tapes.iter().enumerate() {
            walk(tape, case.judging, |seen| {
                let Seen::Answer(step) = seen else { return };
                let Some((at, exhibit)) = case.exhibit(number, step.at) else { return };
                if exhibit.facts.is_empty() == is_wrong
                    || (exhibit.unjudged && exhibit.facts.is_empty())
                {
                    return;
                }
                let question = Question::new(step.world, step.wire);
                let mut own_keys = None;
                for (set, by_member) in &mut found {
                    let Some(delivery) = question.answer(set) else { continue };
                    let own_keys =
                        own_keys.get_or_insert_with(|| own(step, &question, case.judging));
                    let mut keys = predicted(step, delivery, case.judging);
                    keys.retain(|key| !own_keys.contains(key));
                    if keys.is_empty() {
                        continue;
                    }
                    let member = single_member(&question, set);
                    note(case, by_member, (at, exhibit), &keys, member);
                }
                if !is_wrong {
                    found.retain(|(_, by_member)| !by_member.is_refuted(case.facts.list.len()));
                }
            });
        }
    }
    found
        .into_iter()
        .filter_map(|(set, by_member)| with_exceptions(set.planted().first()?, &by_member, case))
        .collect()
}

/// The member whose fault alone is overlooked.
fn single_member(question: &Question<'_>, set: &MutantSet) -> Option<Member> {
    let members: BTreeSet<Option<Member>> =
        question.overlooked(set).iter().map(|fault| fault.member).collect();
    let mut members = members.into_iter();
    members.next().flatten().filter(|_| members.next().is_none())
}

fn note(
    case: &Case<'_>,
    by_member: &mut ByMember,
    (at, exhibit): (usize, &Exhibit),
    keys: &HashSet<FactKey>,
    member: Option<Member>,
) {
    let seen: Vec<usize> = keys.iter().filter_map(|key| case.facts.number(at, *key)).collect();
    if seen.is_empty() {
        // Where something else is wrong, that may hide it.
        if exhibit.facts.is_empty() {
            *by_member.contradictions.entry(member).or_default() += 1;
        }
        return;
    }
    by_member.surplus += (keys.len() - seen.len()) as u32;
    by_member.facts.entry(member).or_default().extend(seen);
}

/// A prediction without the members that contradict it more than they agree, where most agree.
fn with_exceptions(planted: &Planted, by_member: &ByMember, case: &Case<'_>) -> Option<Prediction> {
    let agreeing = by_member.facts.keys().filter(|member| member.is_some()).count();
    let disagreeing: Vec<Member> = by_member
        .contradictions
        .iter()
        .filter(|(member, count)| {
            let agree = by_member.facts.get(*member).map_or(0, Vec::len);
            **count as usize * 2 > agree
        })
        .filter_map(|(member, _)| *member)
        .collect();
    let mut planted = planted.clone();
    if !disagreeing.is_empty()
        && disagreeing.len() <= EXCEPTIONS
        && agreeing > disagreeing.len() + 2
    {
        planted.except = disagreeing;
    }
    let mut prediction = Prediction::new(planted, case.facts.list.len());
    let excepted = |member: &Option<Member>| {
        member.is_some_and(|member| prediction.planted.except.contains(&member))
    };
    let facts: Vec<usize> = by_member
        .facts
        .iter()
        .filter(|(member, _)| !excepted(member))
        .flat_map(|(_, facts)| facts.iter().copied())
        .collect();
    prediction.contradictions = by_member
        .contradictions
        .iter()
        .filter(|(member, _)| !excepted(member))
        .map(|(_, count)| *count)
        .sum();
    for number in facts {
        prediction.facts.insert(number);
    }
    prediction.surplus = by_member.surplus;
    (!prediction.facts.is_empty()).then_some(prediction)
}

/// The mutants that predict something of what was seen, tried on a few answers for each fact.
fn candidates(case: &Case<'_>, mutants: &[&'static Mutant]) -> Vec<&'static Mutant> {
    let mut tried: HashMap<FactKey, u32> = HashMap::new();
    let mut chosen: HashSet<&'static str> = HashSet::new();
    let sets: Vec<MutantSet> = mutants.iter().map(|mutant| (*mutant).into()).collect();
    for (number, tape) in case.tapes.iter().enumerate() {
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
        walk(tape, case.judging, |seen| {
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
                let keys = predicted(step, delivery, case.judging);
                if keys.iter().any(|key| case.facts.number(at, *key).is_some()) {
                    chosen.insert(mutant.name);
                }
            }
        });
    }
    mutants.iter().copied().filter(|mutant| chosen.contains(mutant.name)).collect()
}

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
    let open: BTreeSet<usize> = remain
        .iter()
        .filter_map(|number| Some(case.exhibits.get(case.facts.list.get(number)?.0)?.place.0))
        .collect();
    let step = (case.tapes.len() / OTHERS).max(1);
    let compared: Vec<usize> = (0..case.tapes.len())
        .filter(|number| open.contains(number) || number.is_multiple_of(step))
        .collect();
    let mut without = Without { chosen, known: HashMap::new() };
    let mut found = Vec::new();
    for mutant in mutants::mutants().iter().copied() {
        if !is_of_state(mutant) || mutant.is_race() {
            continue;
        }
        let tapes: BTreeSet<usize> =
            mutant.rules.iter().filter_map(|rule| rules.get(rule)).flatten().copied().collect();
        if tapes.is_empty() {
            continue;
        }
        let mut set = chosen.clone();
        let planted = Planted { mutant, except: Vec::new() };
        set.push(planted.clone());
        let mut by_member = ByMember::default();
        let first: Vec<usize> = tapes.iter().copied().take(SAMPLED).collect();
        for number in &first {
            relive(case, &set, &mut without, *number, &mut by_member);
        }
        if by_member.facts.is_empty() {
            continue;
        }
        // What it says of what went right counts against it.
        for number in compared.iter().filter(|number| !first.contains(number)) {
            if by_member.is_refuted(remain.len() as usize) {
                break;
            }
            relive(case, &set, &mut without, *number, &mut by_member);
        }
        found.extend(with_exceptions(&planted, &by_member, case));
    }
    found
}

/// What mutants that are chosen already predict of each answer.
struct Without<'a> {
    chosen: &'a MutantSet,
    known: HashMap<usize, HashSet<FactKey>>,
}

impl Without<'_> {
    /// Takes out of `keys` what is predicted of this answer without another mutant.
    fn take_from(
        &mut self,
        keys: &mut HashSet<FactKey>,
        step: &Step<'_>,
        at: usize,
        judging: Judging,
    ) {
        if self.chosen.is_empty() || keys.is_empty() {
            return;
        }
        let chosen = self.chosen;
        let known = self.known.entry(at).or_insert_with(|| {
            let delivery = Question::new(step.world, step.wire).answer(chosen);
            delivery.map(|delivery| predicted(step, delivery, judging)).unwrap_or_default()
        });
        keys.retain(|key| !known.contains(key));
    }
}

/// Lets a server live through a tape beside the target, and notes what it predicts beyond what
/// the chosen mutants predict without it.
fn relive(
    case: &Case<'_>,
    set: &MutantSet,
    without: &mut Without<'_>,
    number: usize,
    by_member: &mut ByMember,
) {
    let Some(tape) = case.tapes.get(number) else { return };
    live(case, number, tape, set, |step, at, exhibit, mut keys| {
        without.take_from(&mut keys, step, at, case.judging);
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
    tape: &Tape,
    set: &MutantSet,
    mut see: impl FnMut(&Step<'_>, usize, &Exhibit, HashSet<FactKey>),
) {
    let mut replica = Replica::new(&tape.world, set.clone());
    let mut has_strayed = false;
    walk(tape, case.judging, |seen| {
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
        let keys = predicted(step, delivery, case.judging);
        let same = keys.len() == exhibit.facts.len()
            && exhibit.facts.iter().all(|fact| keys.contains(&fact.key));
        has_strayed = !same || (exhibit.op != Op::Get && succeeded != exhibit.accepted);
        if !(exhibit.unjudged && exhibit.facts.is_empty()) {
            see(step, at, exhibit, keys);
        }
    });
}

/// How exactly the set reproduces a run: of the deviating answers and of the right ones, how many
/// it answers with the same facts.
pub fn reproduce(case: &Case<'_>, set: &MutantSet) -> (u32, u32) {
    let (mut deviating, mut right) = (0, 0);
    for (number, tape) in case.tapes.iter().enumerate() {
        live(case, number, tape, set, |_, _, exhibit, keys| {
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
