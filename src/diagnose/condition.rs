//! The simplest condition that separates failing answers from passing ones.
//!
//! Conditions are conjunctions of at most two atoms over the features of request and state, as
//! rule learners grow them: the one that covers the most failing answers and the fewest passing
//! ones, the shorter before the longer.

use std::collections::{BTreeMap, BTreeSet};

use super::bits::Bits;
use super::exhibit::Exhibit;

/// How many passing answers under a condition a failing one outweighs.
const PASSING: f64 = 3.0;

/// How much of the failing answers one more atom must be worth.
const ATOM: f64 = 0.02;

/// The most atoms that are paired.
const PAIRED: usize = 90;

/// The share of failing answers under a condition below which it is not one.
const PRECISION: f64 = 0.9;

/// What can be said of one answer's request and state.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Atom {
    /// A feature holds.
    So(String),
    /// A feature does not hold.
    Not(String),
    /// Something counted is at least so much.
    AtLeast(&'static str, usize),
    /// Something counted is at most so much.
    AtMost(&'static str, usize),
}

/// A condition and how well it separates.
#[derive(Clone, Debug, Default)]
pub struct Condition {
    /// Its atoms, all of which hold; none where it always holds.
    pub atoms: Vec<Atom>,
    /// Under the condition: how many failed, of how many.
    pub inside: (u32, u32),
    /// Otherwise: how many failed, of how many.
    pub outside: (u32, u32),
    /// Which of the failing answers it covers.
    pub covered: Bits,
}

impl Atom {
    fn cost(&self) -> f64 {
        match self {
            Self::So(_) => 1.0,
            Self::AtLeast(..) | Self::AtMost(..) => 1.3,
            Self::Not(_) => 1.6,
        }
    }

    /// The atom in words.
    pub fn text(&self) -> String {
        match self {
            Self::So(text) => text.clone(),
            Self::Not(text) => negated(text),
            Self::AtLeast(super::features::STATEMENTS, 1) => {
                "the policy already holds a statement".into()
            }
            Self::AtMost(super::features::STATEMENTS, 0) => "the policy holds no statement".into(),
            Self::AtLeast(super::features::STATEMENTS, least) => {
                format!("the policy already holds at least {least} statements")
            }
            Self::AtMost(super::features::STATEMENTS, most) => {
                format!("the policy holds at most {most} statements")
            }
            Self::AtLeast(name, least) => format!("the {name} is at least {least}"),
            Self::AtMost(name, most) => format!("the {name} is at most {most}"),
        }
    }
}

/// `so` turned into its opposite.
fn negated(text: &str) -> String {
    for (is, is_not) in [
        (" is given", " is not given"),
        (" is missing", " is not missing"),
        (" is null", " is not null"),
        (" does not match", " matches"),
        (" is ", " is not "),
        (" has ", " does not have "),
        (" starts ", " does not start "),
        (" ends ", " does not end "),
        (" names ", " does not name "),
        (" came before", " did not come before"),
    ] {
        if text.contains(is) {
            return text.replacen(is, is_not, 1);
        }
    }
    format!("not: {text}")
}

impl Condition {
    /// The condition in words; nothing where it always holds.
    pub fn text(&self) -> Option<String> {
        let words: Vec<String> = self.atoms.iter().map(Atom::text).collect();
        match words.as_slice() {
            [] => None,
            [one] => Some(one.clone()),
            [first, second] => {
                let given = |text: &str| text.strip_suffix(" is given").map(ToOwned::to_owned);
                match (given(first), given(second)) {
                    (Some(first), Some(second)) => Some(format!("{first} and {second} are given")),
                    _ => Some(format!("{first} and {second}")),
                }
            }
            more => Some(more.join(", ")),
        }
    }

    /// Whether nearly all answers under the condition failed.
    pub fn is_sharp(&self) -> bool {
        f64::from(self.inside.0) >= PRECISION * f64::from(self.inside.1)
    }
}

/// Which answers each feature holds for.
#[derive(Debug, Default)]
pub struct Index {
    size: usize,
    so: BTreeMap<String, Bits>,
    counts: BTreeMap<&'static str, Vec<(usize, usize)>>,
}

impl Index {
    /// The index of these answers.
    pub fn of(exhibits: &[Exhibit]) -> Self {
        let mut index = Self { size: exhibits.len(), ..Self::default() };
        for (at, exhibit) in exhibits.iter().enumerate() {
            for text in &exhibit.features.so {
                let known = index.so.entry(text.clone());
                known.or_insert_with(|| Bits::new(exhibits.len())).insert(at);
            }
            for (name, count) in &exhibit.features.counts {
                index.counts.entry(name).or_default().push((*count, at));
            }
        }
        index
    }

    fn counted(&self, name: &str, is_so: impl Fn(usize) -> bool) -> Bits {
        let mut bits = Bits::new(self.size);
        for (count, at) in self.counts.get(name).into_iter().flatten() {
            if is_so(*count) {
                bits.insert(*at);
            }
        }
        bits
    }

    /// The atoms that can separate, each with the answers that it holds for: what holds for a
    /// failing answer, what holds for a passing one and not for all failing ones, and bounds of
    /// what is counted.
    fn atoms(&self, failing: &Bits, passing: &Bits) -> Vec<(Atom, Bits)> {
        let all = {
            let mut all = failing.clone();
            all.extend(passing);
            all
        };
        let failed = failing.len();
        let mut atoms = Vec::new();
        for (text, bits) in &self.so {
            let common = bits.common(failing);
            if common > 0 {
                atoms.push((Atom::So(text.clone()), bits.clone()));
            }
            if common < failed && bits.common(passing) > 0 {
                atoms.push((Atom::Not(text.clone()), all.without(bits)));
            }
        }
        for (name, values) in &self.counts {
            let values: BTreeSet<usize> =
                values.iter().filter(|(_, at)| failing.has(*at)).map(|(count, _)| *count).collect();
            let step = values.len().div_ceil(24).max(1);
            let ends = values.first().copied().into_iter().chain(values.last().copied());
            let some: BTreeSet<usize> = values.iter().step_by(step).copied().chain(ends).collect();
            for value in some {
                let least = self.counted(name, |count| count >= value);
                atoms.push((Atom::AtLeast(name, value), least));
                let most = self.counted(name, |count| count <= value);
                atoms.push((Atom::AtMost(name, value), most));
            }
        }
        atoms
    }
}

/// Learns the condition that separates best.
pub fn learn(index: &Index, failing: &Bits, passing: &Bits) -> Condition {
    let atoms = index.atoms(failing, passing);
    let total = f64::from(failing.len().max(1));
    let worth = |holds: &Bits, cost: f64| {
        let (right, wrong) = (holds.common(failing), holds.common(passing));
        (f64::from(right) - PASSING * f64::from(wrong)) / total - ATOM * cost
    };
    let mut everything = failing.clone();
    everything.extend(passing);
    let mut best = (worth(&everything, 0.0), Vec::new(), everything.clone());
    let mut ranked: Vec<(f64, usize)> = atoms
        .iter()
        .enumerate()
        .map(|(at, (atom, holds))| (worth(holds, atom.cost()), at))
        .collect();
    ranked.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
    if let Some((worth, at)) = ranked.first()
        && *worth > best.0 + 1e-9
    {
        best = (*worth, vec![*at], atoms[*at].1.clone());
    }
    // Pairs of atoms that each cover much of what failed.
    let mut covering: Vec<(u32, usize)> = atoms
        .iter()
        .enumerate()
        .map(|(at, (_, holds))| (holds.common(failing), at))
        .filter(|(common, _)| *common > 0)
        .collect();
    covering.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(&other.1)));
    let mut paired: BTreeSet<usize> = covering.iter().take(PAIRED).map(|(_, at)| *at).collect();
    paired.extend(ranked.iter().take(PAIRED / 2).map(|(_, at)| *at));
    let paired: Vec<usize> = paired.into_iter().collect();
    for (place, first) in paired.iter().enumerate() {
        for second in &paired[place + 1..] {
            let cost = atoms[*first].0.cost() + atoms[*second].0.cost() + 0.5;
            if 1.0 - ATOM * cost <= best.0 {
                continue;
            }
            let holds = atoms[*first].1.and(&atoms[*second].1);
            let worth = worth(&holds, cost);
            if worth > best.0 + 1e-9 {
                best = (worth, vec![*first, *second], holds);
            }
        }
    }
    let (_, chosen, holds) = best;
    let (failed, passed) = (holds.common(failing), holds.common(passing));
    let (others, right) = (failing.len() - failed, passing.len() - passed);
    Condition {
        atoms: chosen.into_iter().map(|at| atoms[at].0.clone()).collect(),
        inside: (failed, failed + passed),
        outside: (others, others + right),
        covered: holds.and(failing),
    }
}
