//! From facts to bugs: what mutants explain, what conditions explain, and the rest.

use std::collections::{BTreeMap, BTreeSet};

use super::at_once::at_once;
use super::bits::Bits;
use super::condition::{self, Atom, Condition, Index};
use super::cover::{Chosen, cover};
use super::exhibit::{Exhibit, Exhibits, Fact, FactKey, Kind, Op, exhibits, kind};
use super::in_time::{changes, in_time, reproduce, take_deviations, without_consequences};
use super::predict::{Case, Facts};
use super::tape::Tape;
use super::walk::Walks;
use super::{limits, reach, severity, title};
use crate::contract::RuleId;
use crate::event::bug::{Bug, Explained, Limits, Unexplained, When};
use crate::event::{Cause, Judging};
use crate::server::mutants::{self, MutantSet, Planted};

/// The most bugs that conditions are learnt for.
const MOST: usize = 60;

/// Where fewer than one right answer comes to so many wrong ones, a fault has no circumstances.
const RARE: u32 = 50;

/// What a run comes to.
#[derive(Debug, Default)]
pub struct Diagnosis {
    /// The bugs, the worst first.
    pub bugs: Vec<Bug>,
    /// The atoms of each bug's condition, for those who confirm it.
    pub atoms: BTreeMap<String, Vec<Atom>>,
    /// The causes that no bug explains.
    pub unexplained: Vec<Unexplained>,
    /// How much is explained.
    pub explained: Explained,
    /// What is accepted in place of AWS's constraints.
    pub limits: Vec<Limits>,
    /// Whether it took too long, and was given up.
    pub given_up: bool,
}

/// A bug in the making.
struct Draft {
    id: String,
    title: String,
    mutants: Vec<String>,
    /// The facts that it explains.
    facts: Bits,
    condition: Option<Condition>,
}

/// Explains what the tapes show. Where `causes` are given, bugs that none of them belongs to are
/// left out: what was not confirmed is not reported.
pub fn diagnose(tapes: &[Tape], causes: Option<&[&Cause]>, judging: Judging) -> Diagnosis {
    let walks = Walks::of(tapes, judging);
    let Exhibits { list, causes: shown } = exhibits(&walks);
    let facts = Facts::of(&list);
    let case = Case::new(&walks, &list, &facts, judging);
    let index = Index::of(&list);
    let mut remain = facts.all();
    let mut chosen = cover(&at_once(&case), &mut remain);
    let mut set = set_of(chosen.iter());
    if !remain.is_empty() {
        let mut later = cover(&in_time(&case, &set, &remain), &mut remain);
        chosen = without_consequences(&case, chosen, &mut later);
        chosen.extend(later);
        set = set_of(chosen.iter());
        take_deviations(&case, &set, &mut chosen, &mut remain);
    }
    let mut drafts: Vec<Draft> = chosen.iter().map(|one| of_mutant(one, &case, &index)).collect();
    attribute_consequences(&case, &mut drafts, &mut remain);
    learn(&case, &index, &mut remain, &mut drafts);
    let mut diagnosis = Diagnosis {
        limits: limits::limits(&list),
        explained: explained(&case, &remain, &set),
        ..Diagnosis::default()
    };
    let mut by_bug: BTreeMap<usize, Vec<&Cause>> = BTreeMap::new();
    let mut races: BTreeMap<&'static str, Vec<&Cause>> = BTreeMap::new();
    for cause in causes.unwrap_or_default().iter().filter(|cause| !cause.flaky) {
        let place = shown.get(&cause.fingerprint);
        let number = place.and_then(|(at, key)| facts.number(*at, *key));
        let bug = number.and_then(|number| drafts.iter().position(|one| one.facts.has(number)));
        // What only shows where requests overlap is on no tape.
        let race = mutants::mutants()
            .iter()
            .find(|mutant| mutant.is_race() && mutant.rules.contains(&cause.rule))
            .filter(|_| cause.counterexample.scenario.has_race());
        match (bug, race) {
            (Some(bug), _) => by_bug.entry(bug).or_default().push(*cause),
            (None, Some(mutant)) => races.entry(mutant.name).or_default().push(*cause),
            (None, None) => diagnosis.unexplained.push(Unexplained {
                cause: cause.id.clone(),
                rule: cause.rule,
                brief: cause.brief.clone(),
            }),
        }
    }
    for (at, draft) in drafts.iter().enumerate() {
        let own = by_bug.remove(&at).unwrap_or_default();
        if causes.is_some() && own.is_empty() {
            continue;
        }
        if let Some(condition) = &draft.condition {
            diagnosis.atoms.insert(draft.id.clone(), condition.atoms.clone());
        }
        diagnosis.bugs.push(finish(&case, draft, own));
    }
    for (name, own) in races {
        diagnosis.bugs.extend(of_race(name, &own));
    }
    distinct_ids(&mut diagnosis.bugs);
    diagnosis.bugs.sort_by(|one, other| {
        (one.advisory, one.severity, std::cmp::Reverse(one.failing), &one.id).cmp(&(
            other.advisory,
            other.severity,
            std::cmp::Reverse(other.failing),
            &other.id,
        ))
    });
    diagnosis
}

fn set_of<'a>(chosen: impl Iterator<Item = &'a Chosen>) -> MutantSet {
    let mut set = MutantSet::default();
    for one in chosen {
        set.push(one.planted.clone());
    }
    set
}

fn explained(case: &Case<'_>, remain: &Bits, set: &MutantSet) -> Explained {
    let open: BTreeSet<usize> =
        remain.iter().filter_map(|number| Some(case.facts.list.get(number)?.0)).collect();
    let scored = |one: &Exhibit| one.facts.iter().any(|fact| !fact.finding.advisory);
    let is_right = |one: &Exhibit| one.facts.is_empty() && !one.unjudged;
    let mut explained = Explained::default();
    for (at, one) in case.exhibits.iter().enumerate() {
        if scored(one) {
            explained.deviating += 1;
            explained.explained += u32::from(!open.contains(&at));
        } else if is_right(one) {
            explained.right += 1;
        }
    }
    if !set.is_empty() {
        (explained.reproduced, explained.kept_right) = reproduce(case, set);
    }
    explained
}

fn of_mutant(chosen: &Chosen, case: &Case<'_>, index: &Index) -> Draft {
    let mut names = vec![title::name_of(&chosen.planted)];
    names.extend(chosen.alike.iter().map(title::name_of));
    let failing: BTreeSet<usize> = exhibits_of(case, &chosen.facts);
    let condition = circumstances(case, index, &failing, &chosen.facts);
    Draft {
        id: title::slug(&names[0]),
        title: title::of_mutant(&chosen.planted),
        mutants: names,
        facts: chosen.facts.clone(),
        condition,
    }
}

/// The answers that show some of the facts.
fn exhibits_of(case: &Case<'_>, facts: &Bits) -> BTreeSet<usize> {
    facts.iter().filter_map(|number| Some(case.facts.list.get(number)?.0)).collect()
}

/// The facts with their answers.
fn shown<'a>(case: &Case<'a>, facts: &Bits) -> Vec<(&'a Exhibit, &'a Fact)> {
    facts
        .iter()
        .filter_map(|number| {
            let (at, key) = case.facts.list.get(number)?;
            let exhibit = case.exhibits.get(*at)?;
            Some((exhibit, exhibit.facts.iter().find(|fact| fact.key == *key)?))
        })
        .collect()
}

/// The condition under which a mutant's facts show.
fn circumstances(
    case: &Case<'_>,
    index: &Index,
    failing: &BTreeSet<usize>,
    facts: &Bits,
) -> Option<Condition> {
    let shown = shown(case, facts);
    let (op, kind, _) = title::leading(&shown)?;
    let of_op = |at: &usize| case.exhibits.get(*at).is_some_and(|one| one.op == op);
    let failed = bits_of(case, failing.iter().copied().filter(of_op));
    let passing = passing(case, op, &kind, failing);
    // A handful of exceptions to what is seen everywhere is chance.
    if passing.len() * RARE < failed.len() {
        return None;
    }
    Some(condition::learn(index, &failed, &passing))
}

/// A set of answers.
fn bits_of(case: &Case<'_>, places: impl Iterator<Item = usize>) -> Bits {
    let mut bits = Bits::new(case.exhibits.len());
    for place in places {
        bits.insert(place);
    }
    bits
}

/// The answers that could have shown a fact of this kind and did not.
fn passing(case: &Case<'_>, op: Op, wanted: &Kind, failing: &BTreeSet<usize>) -> Bits {
    let comparable = |one: &Exhibit| match wanted {
        Kind::Fails(_) => one.status != 0 && one.status < 500,
        Kind::Lost(_) => one.status != 0,
        Kind::Refuses => one.accepted && !one.deserves_refusal,
        Kind::Accepts => !one.accepted && one.deserves_refusal && one.status < 500,
        Kind::Misreports(..) | Kind::Text | Kind::Form(RuleId::ErrorShape, _) => {
            one.status >= 400 && one.status < 500
        }
        Kind::Policy(RuleId::PolicyAbsent, _) => one.status < 500,
        Kind::OtherSuccess(_) | Kind::Statement(_) | Kind::Policy(..) | Kind::Form(..) => {
            one.accepted && !one.deserves_refusal
        }
    };
    let same = broad(wanted.clone());
    let right = case
        .exhibits
        .iter()
        .enumerate()
        .filter(|(at, one)| one.op == op && !failing.contains(at) && comparable(one))
        .filter(|(_, one)| {
            !one.facts.iter().any(|fact| broad(kind(&fact.finding, one.status)) == same)
        })
        .filter(|(_, one)| !(one.unjudged && one.facts.is_empty()))
        .map(|(at, _)| at);
    bits_of(case, right)
}

/// A stored statement that differs from the one that was returned, where the answer that returned
/// it is explained: the same fault, seen from behind.
fn attribute_consequences(case: &Case<'_>, drafts: &mut [Draft], remain: &mut Bits) {
    let mut by_sid: BTreeMap<(usize, &str), usize> = BTreeMap::new();
    for (at, draft) in drafts.iter().enumerate() {
        for (one, _) in shown(case, &draft.facts).iter().filter(|(one, fact)| changes(one, fact)) {
            if let Some(sid) = one.sid.as_deref().filter(|_| one.op == Op::Add) {
                by_sid.entry((one.place.0, sid)).or_insert(at);
            }
        }
    }
    let numbers: Vec<usize> = remain.iter().collect();
    for number in numbers {
        let Some((at, key)) = case.facts.list.get(number) else { continue };
        let Some(one) = case.exhibits.get(*at) else { continue };
        let sid = one.facts.iter().find(|fact| fact.key == *key).and_then(|fact| {
            let is_policy = matches!(fact.finding.key.as_str(), "changed" | "lost" | "stray");
            let first = fact.finding.differences.first().filter(|_| is_policy)?;
            let statement = if first.expected.is_null() { &first.actual } else { &first.expected };
            statement.get("Sid")?.as_str()
        });
        let bug = sid.and_then(|sid| by_sid.get(&(one.place.0, sid)).copied());
        if let Some(draft) = bug.and_then(|bug| drafts.get_mut(bug)) {
            draft.facts.insert(number);
            let mut taken = Bits::new(case.facts.list.len());
            taken.insert(number);
            *remain = remain.without(&taken);
        }
    }
}

/// Groups what remains by kind and learns the circumstances of each group, one condition after
/// the other.
fn learn(case: &Case<'_>, index: &Index, remain: &mut Bits, drafts: &mut Vec<Draft>) {
    let mut learnt: Vec<(Draft, Op, Kind)> = Vec::new();
    let mut groups: BTreeMap<(Op, Kind, bool), BTreeMap<usize, BTreeSet<FactKey>>> =
        BTreeMap::new();
    for number in remain.iter() {
        let Some((at, key)) = case.facts.list.get(number) else { continue };
        let Some(one) = case.exhibits.get(*at) else { continue };
        let Some(fact) = one.facts.iter().find(|fact| fact.key == *key) else { continue };
        let kind = broad(kind(&fact.finding, one.status));
        // A failing server is one fact, whatever else it says of the answer.
        let advisory = fact.finding.advisory && !matches!(kind, Kind::Fails(_));
        groups.entry((one.op, kind, advisory)).or_default().entry(*at).or_default().insert(*key);
    }
    for ((op, kind, _), mut failing) in groups {
        while !failing.is_empty() && learnt.len() < MOST {
            let places: BTreeSet<usize> = failing.keys().copied().collect();
            let failed = bits_of(case, places.iter().copied());
            let passing = passing(case, op, &kind, &places);
            let condition = condition::learn(index, &failed, &passing);
            if condition.inside.0 == 0 || !condition.is_sharp() {
                break;
            }
            let mut facts = Bits::new(case.facts.list.len());
            for at in condition.covered.iter() {
                for key in failing.remove(&at).unwrap_or_default() {
                    if let Some(number) = case.facts.number(at, key) {
                        facts.insert(number);
                    }
                }
            }
            if facts.is_empty() {
                break;
            }
            *remain = remain.without(&facts);
            let Some((_, _, example)) = title::leading(&shown(case, &facts)) else { break };
            let title = title::of_kind(op, &kind, example, &condition);
            let draft = Draft {
                id: title::slug(&title),
                title,
                mutants: Vec::new(),
                facts,
                condition: Some(condition),
            };
            learnt.push((draft, op, kind.clone()));
        }
    }
    let before = drafts.len();
    drafts.extend(merged(case, learnt));
    attribute_consequences(case, &mut drafts[before..], remain);
}

/// Kinds that are one for the purpose of circumstances: what a policy shows wrong, by what is
/// wrong, whichever rule that breaks.
fn broad(kind: Kind) -> Kind {
    match kind {
        Kind::Policy(rule, key)
            if rule != RuleId::PolicyDocument && rule != RuleId::PolicyAbsent =>
        {
            let key = if key == "the policy is gone" { "lost".to_owned() } else { key };
            Kind::Policy(RuleId::PolicyExact, key)
        }
        other => other,
    }
}

/// Bugs that show in the same answers, or of which one is the other's consequence, are one.
fn merged(case: &Case<'_>, learnt: Vec<(Draft, Op, Kind)>) -> Vec<Draft> {
    let mut done: Vec<(Draft, Op, Kind, BTreeSet<usize>)> = Vec::new();
    let mut learnt = learnt;
    // The worst first: it gives the bug its name.
    learnt.sort_by_key(|(draft, _, kind)| (rank(kind), std::cmp::Reverse(draft.facts.len())));
    for (draft, op, kind) in learnt {
        let places = exhibits_of(case, &draft.facts);
        let same = done.iter_mut().find(|(known, known_op, known_kind, known_places)| {
            let common = places.intersection(known_places).count() as f64;
            let least = places.len().min(known_places.len()) as f64;
            let union = places.union(known_places).count() as f64;
            let same_text = known.condition.as_ref().map(Condition::text)
                == draft.condition.as_ref().map(Condition::text);
            // A page of a server in front has no code and another body: one bug.
            let is_page = matches!(kind, Kind::Form(RuleId::ErrorShape, _) | Kind::Text)
                && matches!(known_kind, Kind::Misreports(..) | Kind::Fails(_));
            op == *known_op
                && (common >= 0.9 * least && is_page && least > 0.0
                    || common >= 0.7 * union
                    || (common >= 0.9 * least && same_text && least > 0.0))
        });
        match same {
            Some((known, _, _, known_places)) => {
                known.facts.extend(&draft.facts);
                known_places.extend(places);
            }
            None => done.push((draft, op, kind, places)),
        }
    }
    done.into_iter().map(|(draft, ..)| draft).collect()
}

/// Which kind names a bug, the worst first.
fn rank(kind: &Kind) -> u8 {
    match kind {
        Kind::Fails(_) | Kind::Lost(_) => 0,
        Kind::Statement(_) => 1,
        Kind::Refuses => 2,
        Kind::Accepts => 3,
        Kind::Policy(..) => 4,
        Kind::Misreports(..) => 5,
        Kind::OtherSuccess(_) => 6,
        Kind::Form(..) => 7,
        Kind::Text => 8,
    }
}

/// A bug with everything that its facts say of it.
fn finish(case: &Case<'_>, draft: &Draft, mut causes: Vec<&Cause>) -> Bug {
    let shown = shown(case, &draft.facts);
    let (severity, effect, witness) = severity::judge(&shown);
    let failing = exhibits_of(case, &draft.facts);
    let passing =
        title::leading(&shown).map_or(0, |(op, kind, _)| passing(case, op, &kind, &failing).len());
    causes.sort_by_key(|cause| (cause.advisory, cause.counterexample.scenario.size()));
    let mut rules: BTreeSet<RuleId> = causes.iter().map(|cause| cause.rule).collect();
    if rules.is_empty() {
        rules.extend(shown.iter().map(|(_, fact)| fact.finding.rule()));
    }
    let when = draft.condition.as_ref().and_then(|condition| {
        Some(When {
            text: condition.text()?,
            inside: condition.inside,
            outside: condition.outside,
            confirmed: (0, 0),
        })
    });
    Bug {
        id: draft.id.clone(),
        title: draft.title.clone(),
        severity,
        effect,
        witness,
        when,
        failing: failing.len() as u32,
        passing,
        advisory: if causes.is_empty() {
            shown.iter().all(|(_, fact)| fact.finding.advisory)
        } else {
            causes.iter().all(|cause| cause.advisory)
        },
        known: known(&causes),
        rules: rules.into_iter().collect(),
        causes: causes.iter().map(|cause| cause.id.clone()).collect(),
        mutants: draft.mutants.clone(),
        reach: reach::reach(&shown),
        counterexample: causes.first().map(|cause| cause.id.clone()),
    }
}

/// The reason why a bug is known: all its scored causes must be listed.
fn known(causes: &[&Cause]) -> Option<String> {
    let scored: Vec<&&Cause> = causes.iter().filter(|cause| !cause.advisory).collect();
    let all = !scored.is_empty() && scored.iter().all(|cause| cause.known.is_some());
    all.then(|| scored.first()?.known.clone()).flatten()
}

/// A bug that shows only where requests overlap.
fn of_race(name: &str, causes: &[&Cause]) -> Option<Bug> {
    let mutant = mutants::find(name)?;
    let planted = Planted { mutant, except: Vec::new() };
    let rules: BTreeSet<RuleId> = causes.iter().map(|cause| cause.rule).collect();
    Some(Bug {
        id: name.to_owned(),
        title: title::of_mutant(&planted),
        severity: crate::event::bug::Severity::State,
        effect: None,
        witness: None,
        when: None,
        failing: causes.iter().map(|cause| cause.occurrences).sum(),
        passing: 0,
        advisory: causes.iter().all(|cause| cause.advisory),
        known: known(causes),
        rules: rules.into_iter().collect(),
        causes: causes.iter().map(|cause| cause.id.clone()).collect(),
        mutants: vec![name.to_owned()],
        reach: Vec::new(),
        counterexample: causes.first().map(|cause| cause.id.clone()),
    })
}

/// Ids that are each given once.
fn distinct_ids(bugs: &mut [Bug]) {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for bug in bugs {
        let count = seen.entry(bug.id.clone()).or_default();
        *count += 1;
        if *count > 1 {
            bug.id = format!("{}-{count}", bug.id);
        }
    }
}
