//! Which recordings of AWS newer ones have overtaken, whatever scenario those are of.
//!
//! AWS's answers change with the years. A recording is outdated in an aspect where a newer one
//! keeps the rule that it breaks: the model follows the newer, and is not wrong.

use std::collections::HashMap;

use super::playback::JudgedStep;
use crate::contract::RuleId;
use crate::judge::Finding;

/// The newest recording of AWS in which each rule was compared and kept.
#[derive(Debug, Default)]
pub struct Newest(HashMap<RuleId, Kept>);

#[derive(Debug)]
struct Kept {
    date: String,
    label: String,
}

impl Newest {
    /// Takes in what the model says of a recording of AWS made at `date`; `label` names a step of
    /// it.
    pub fn note(&mut self, date: &str, steps: &[JudgedStep], label: impl Fn(usize) -> String) {
        for step in steps {
            for case in &step.judgement.cases {
                let is_newer =
                    self.0.get(&case.rule).is_none_or(|known| known.date.as_str() < date);
                if is_newer {
                    let kept = Kept { date: date.to_owned(), label: label(step.step) };
                    self.0.insert(case.rule, kept);
                }
            }
        }
    }

    /// The newer recording that keeps the rule which an answer of `date` breaks; an answer without
    /// a date is overtaken by none.
    pub fn overtakes(&self, finding: &Finding, date: Option<&str>) -> Option<&str> {
        let kept = self.0.get(&finding.rule())?;
        date.is_some_and(|date| date < kept.date.as_str()).then_some(&kept.label)
    }
}
