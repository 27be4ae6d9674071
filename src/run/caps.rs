//! Bounds on what a target can make a run keep and examine, whatever it answers.

use std::collections::BTreeMap;

use crate::contract::RuleId;

/// The most causes that a run keeps.
pub(super) const CAUSES: usize = 500;
/// The most causes that it keeps of one rule.
pub(super) const OF_A_RULE: usize = 64;
/// The most causes of one rule that are confirmed and shrunk.
const EXAMINED: u32 = 48;
/// Causes of one rule that were not seen again, none of it having been: it does not take more to
/// know that the target answers another way each time.
const IN_VAIN: u32 = 12;
/// The most different texts of a target that are counted apart.
pub(super) const TEXTS: usize = 200;

/// How many causes of each rule were examined, and how that went.
#[derive(Debug, Default)]
pub(super) struct Examined {
    rules: BTreeMap<RuleId, Count>,
    /// Causes that were left out.
    pub(super) left_out: u32,
}

#[derive(Debug, Default)]
struct Count {
    begun: u32,
    confirmed: u32,
    in_vain: u32,
}

impl Examined {
    /// Whether one more cause of a rule is examined; counts it.
    pub(super) fn begins(&mut self, rule: RuleId) -> bool {
        let count = self.rules.entry(rule).or_default();
        if count.begun >= EXAMINED || (count.confirmed == 0 && count.in_vain >= IN_VAIN) {
            self.left_out += 1;
            return false;
        }
        count.begun += 1;
        true
    }

    /// Notes how examining a cause of a rule ended.
    pub(super) fn ended(&mut self, rule: RuleId, is_confirmed: bool) {
        let count = self.rules.entry(rule).or_default();
        if is_confirmed {
            count.confirmed += 1;
        } else {
            count.in_vain += 1;
        }
    }
}

/// The key under which a text of the target's is counted: its own, or that of all others once
/// there are too many.
pub(super) fn counted<T>(known: &BTreeMap<String, T>, text: &str) -> String {
    let text: String = text.chars().take(300).collect();
    if known.len() < TEXTS || known.contains_key(&text) { text } else { "others".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_whose_causes_are_never_seen_again_is_not_examined_for_ever() {
        let mut examined = Examined::default();
        let rule = RuleId::ErrorShape;
        for _ in 0..IN_VAIN {
            assert!(examined.begins(rule));
            examined.ended(rule, false);
        }
        assert!(!examined.begins(rule) && examined.left_out == 1);
        examined.ended(rule, true);
        assert!(examined.begins(rule));
        assert!((0..EXAMINED).filter(|_| examined.begins(rule)).count() < EXAMINED as usize);
    }

    #[test]
    fn texts_are_counted_apart_up_to_a_number() {
        let mut known: BTreeMap<String, u32> = BTreeMap::new();
        for number in 0..TEXTS * 2 {
            *known.entry(counted(&known, &number.to_string())).or_default() += 1;
        }
        assert_eq!(known.len(), TEXTS + 1);
        assert_eq!(known["others"] as usize, TEXTS);
    }
}
