//! What a mutant predicts: facts that were seen, and right answers that it contradicts.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::time::Duration;

use super::bits::Bits;
use super::exhibit::{Exhibit, FactKey, key};
use super::walk::{Step, Walks};
use crate::contract::Member;
use crate::event::Judging;
use crate::judge::judge;
use crate::observation::{Answer, Observation, TransportFault};
use crate::server::Delivery;
use crate::server::mutants::{Mutant, Mutation, Planted};

/// How many members may be excepted from what a mutant does.
const EXCEPTIONS: usize = 3;

/// A mutant is tenable while right answers contradict it at most so often for each fact that it
/// predicts.
pub const MOST_CONTRADICTED: f64 = 0.05;

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
pub(super) struct ByMember {
    pub(super) facts: BTreeMap<Option<Member>, Vec<usize>>,
    pub(super) contradictions: BTreeMap<Option<Member>, u32>,
    surplus: u32,
}

impl ByMember {
    /// Whether right answers contradict it so often that it is not tenable whatever is excepted,
    /// where it predicts at most `agreements` of what was seen.
    pub(super) fn is_refuted(&self, agreements: usize) -> bool {
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
    /// The tapes, and what was judged of them.
    pub walks: &'a Walks<'a>,
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
        walks: &'a Walks<'a>,
        exhibits: &'a [Exhibit],
        facts: &'a Facts,
        judging: Judging,
    ) -> Self {
        let places = exhibits.iter().enumerate().map(|(at, exhibit)| (exhibit.place, at)).collect();
        Self { walks, exhibits, facts, judging, places }
    }

    /// The answer at a place.
    pub(super) fn exhibit(&self, tape: usize, entry: usize) -> Option<(usize, &'a Exhibit)> {
        let at = *self.places.get(&(tape, entry))?;
        Some((at, self.exhibits.get(at)?))
    }
}

/// Whether what a mutant does shows in answers to later requests.
pub(super) fn is_of_state(mutant: &Mutant) -> bool {
    mutant.plants.iter().any(|plant| {
        matches!(
            plant,
            Mutation::State(_)
                | Mutation::EditStored(_)
                | Mutation::EditList(_)
                | Mutation::AfterOther(_)
                | Mutation::Removes(_)
        )
    })
}

/// The keys of what is wrong with an answer that was predicted.
pub(super) fn predicted(
    step: &Step<'_>,
    delivery: &Delivery,
    judging: Judging,
) -> HashSet<FactKey> {
    let lost = delivery.mishap.is_some() || delivery.delay > PATIENCE;
    let observation = if delivery.delay > PATIENCE {
        Observation::Fault(TransportFault::Timeout)
    } else if lost {
        Observation::Fault(TransportFault::Dropped(String::new()))
    } else {
        Observation::Answer(Answer::read(delivery.response.clone()))
    };
    judge(step.world, step.analysis, &observation, judging).findings.iter().map(key).collect()
}

/// Notes which of the keys that a mutant predicts of an answer were seen there.
pub(super) fn note(
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
pub(super) fn with_exceptions(
    planted: &Planted,
    by_member: &ByMember,
    case: &Case<'_>,
) -> Option<Prediction> {
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
