//! What a glob of rule ids means, and which names are near to a mistyped one.

use super::RuleId;

/// The rules that a glob means: `*` stands for anything but a dot, `**` for anything.
pub fn rules(glob: &str) -> Vec<RuleId> {
    RuleId::ALL.iter().copied().filter(|id| fits(glob, id.name())).collect()
}

/// Whether the id of a rule fits a glob.
pub fn fits(glob: &str, name: &str) -> bool {
    if let Some(rest) = glob.strip_prefix("**") {
        return tails(name, name.len()).any(|tail| fits(rest, tail));
    }
    if let Some(rest) = glob.strip_prefix('*') {
        let stop = name.find('.').unwrap_or(name.len());
        return tails(name, stop).any(|tail| fits(rest, tail));
    }
    match (glob.chars().next(), name.chars().next()) {
        (None, None) => true,
        (Some(expected), Some(found)) if expected == found => {
            fits(&glob[expected.len_utf8()..], &name[found.len_utf8()..])
        }
        _ => false,
    }
}

/// The ends of a text that begin no later than at `stop`.
fn tails(text: &str, stop: usize) -> impl Iterator<Item = &str> {
    (0..=stop).filter_map(|at| text.get(at..))
}

/// Up to three ids of rules near to a glob that means none.
pub fn near_rules(glob: &str) -> Vec<&'static str> {
    near(glob, RuleId::ALL.iter().map(|id| id.name()))
}

/// Up to three of the names near to a mistyped one, the nearest first.
pub fn near<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted = name.trim_matches(['*', '.']).to_lowercase();
    let mut near: Vec<(usize, &str)> = names
        .into_iter()
        .map(|known| (distance(&wanted, &known.to_lowercase()), known))
        .filter(|(distance, known)| {
            // Three slips in a long name are likely; in a short one they make another name.
            *distance <= (wanted.len() / 2).min(3)
                || (wanted.len() > 3 && known.to_lowercase().contains(&wanted))
        })
        .collect();
    near.sort_unstable();
    near.dedup();
    near.into_iter().take(3).map(|(_, name)| name).collect()
}

/// The number of single edits between two texts.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, symbol) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = at + 1;
        for (to, target) in other.iter().enumerate() {
            let substituted = diagonal + usize::from(symbol != *target);
            diagonal = row[to + 1];
            row[to + 1] = substituted.min(diagonal + 1).min(row[to] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_stop_at_dots_unless_doubled() {
        assert!(fits("statement-id.*", "statement-id.pattern"));
        assert!(!fits("*", "statement-id.pattern"));
        assert!(fits("**", "statement-id.pattern"));
        assert!(fits("**.pattern", "statement-id.pattern"));
        assert!(!fits("statement-id", "statement-id.pattern"));
        assert!(rules("statement-id.**").contains(&RuleId::StatementIdPattern));
    }

    #[test]
    fn a_slip_is_near_and_another_word_is_not() {
        assert_eq!(near_rules("statement-id.patern")[0], "statement-id.pattern");
        assert!(near_rules("zzz").is_empty());
        assert_eq!(near("jbos", ["jobs", "seed"]), ["jobs"]);
        assert_eq!(near("endpont", ["endpoint", "events"]), ["endpoint"]);
    }
}
