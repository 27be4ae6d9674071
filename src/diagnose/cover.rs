//! The smallest set of mutants that explains what was seen: a weighted set cover, the most
//! general mutant that nothing contradicts first.

use super::bits::Bits;
use super::predict::{MOST_CONTRADICTED, Prediction};
use crate::server::mutants::Planted;

/// How many facts a contradicted right answer weighs.
const CONTRADICTION: f64 = 4.0;

/// How many facts a surplus one weighs.
const SURPLUS: f64 = 0.25;

/// A mutant that was chosen, and the facts that it explains first.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// The mutant.
    pub planted: Planted,
    /// Others that predict the same of everything that was sent.
    pub alike: Vec<Planted>,
    /// The facts that it explains and that no mutant before it did.
    pub facts: Bits,
    /// All facts that it predicts.
    pub predicted: Bits,
}

/// Chooses mutants until none explains more; takes what they explain out of `remain`.
pub fn cover(predictions: &[Prediction], remain: &mut Bits) -> Vec<Chosen> {
    let mut chosen: Vec<Chosen> = Vec::new();
    let mut used = vec![false; predictions.len()];
    loop {
        let mut best: Option<(f64, usize)> = None;
        for (at, prediction) in predictions.iter().enumerate() {
            let gained = prediction.facts.common(remain);
            if used[at] || gained == 0 || !is_tenable(prediction, gained) {
                continue;
            }
            let gain = value(prediction, gained);
            if best.is_none_or(|(most, _)| gain > most) {
                best = Some((gain, at));
            }
        }
        let Some((gain, at)) = best.filter(|(gain, _)| *gain > 0.0) else { return chosen };
        let prediction = &predictions[at];
        let facts = prediction.facts.and(remain);
        let alike = |other: &Prediction| {
            other.facts == prediction.facts
                || (other.facts.and(remain) == facts
                    && (value(other, facts.len()) - gain).abs() < f64::EPSILON)
        };
        let same: Vec<usize> = (0..predictions.len())
            .filter(|other| *other != at && !used[*other] && alike(&predictions[*other]))
            .filter(|other| {
                let other = &predictions[*other];
                other.contradictions == prediction.contradictions
                    && other.surplus == prediction.surplus
            })
            .collect();
        used[at] = true;
        for other in &same {
            used[*other] = true;
        }
        chosen.push(Chosen {
            planted: prediction.planted.clone(),
            alike: same.iter().map(|other| predictions[*other].planted.clone()).collect(),
            facts: facts.clone(),
            predicted: prediction.facts.clone(),
        });
        *remain = remain.without(&facts);
    }
}

/// What a mutant is worth that explains so many facts.
fn value(prediction: &Prediction, gained: u32) -> f64 {
    f64::from(gained)
        - CONTRADICTION * f64::from(prediction.contradictions)
        - SURPLUS * f64::from(prediction.surplus)
        - 0.01 * prediction.planted.except.len() as f64
}

/// Whether a mutant can be what is wrong: right answers contradict it at most now and then, and
/// what it has left to explain is more than a remnant of what it predicts.
fn is_tenable(prediction: &Prediction, gained: u32) -> bool {
    let all = prediction.facts.len();
    let contradicted = f64::from(prediction.contradictions);
    contradicted <= MOST_CONTRADICTED * f64::from(all) && f64::from(gained) >= 0.1 * f64::from(all)
}
