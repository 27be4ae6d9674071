//! Annotations for GitHub Actions: workflow commands, a line each.

use super::findings::{self, Standing, Status};
use super::terminal::counterexample_text;
use super::text::{LINE, block, line};
use crate::event::RunResult;

/// GitHub shows ten annotations of a level and step; the tenth says how many are left.
const SHOWN: usize = 10;
/// Maximum length of a counterexample in an annotation.
const TEXT: usize = 2_000;

/// The result as workflow commands: failures as errors, what was flaky or could not run as
/// warnings, what is only reported as notices.
pub fn annotations(result: &RunResult) -> String {
    let mut errors = Vec::new();
    for rule in findings::rules(result, Status::Fail) {
        let mut text = line(&rule.sentence, LINE);
        for cause in findings::failures_of(rule) {
            text.push('\n');
            text.push_str(&block(&counterexample_text(cause), TEXT));
        }
        errors.push((rule.id.name(), text));
    }
    let mut warnings = Vec::new();
    if !result.complete {
        warnings.push(("permspec", findings::verdict(result)));
    }
    for rule in findings::rules(result, Status::Flaky).into_iter().filter(|rule| rule.scored) {
        warnings.push((rule.id.name(), "flaky: violated once, not reproduced".to_owned()));
    }
    for rule in findings::rules(result, Status::Unrun).into_iter().filter(|rule| rule.scored) {
        let reason = rule.reason.as_deref().unwrap_or("no reason given");
        warnings.push((rule.id.name(), format!("could not run: {}", line(reason, LINE))));
    }
    let notices: Vec<_> = findings::causes(result, Standing::Advisory)
        .into_iter()
        .map(|(rule, cause)| (rule.id.name(), line(&cause.brief, LINE)))
        .collect();
    let mut out = String::new();
    for (level, list) in [("error", errors), ("warning", warnings), ("notice", notices)] {
        let left = if list.len() > SHOWN { list.len() - (SHOWN - 1) } else { 0 };
        for (title, text) in &list[..list.len() - left] {
            command(&mut out, level, title, text);
        }
        if left > 0 {
            command(&mut out, level, "permspec", &format!("{left} more are in the report"));
        }
    }
    out
}

/// Writes one workflow command.
fn command(out: &mut String, level: &str, title: &str, text: &str) {
    out.push_str("::");
    out.push_str(level);
    out.push_str(" title=");
    out.push_str(&data(title).replace(':', "%3A").replace(',', "%2C"));
    out.push_str("::");
    out.push_str(&data(text));
    out.push('\n');
}

/// A text as workflow commands carry it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{clean, hostile, sample};

    fn levels(text: &str) -> Vec<&str> {
        text.lines()
            .map(|line| line.strip_prefix("::").and_then(|l| l.split(' ').next()).unwrap_or("?"))
            .collect()
    }

    #[test]
    fn each_failed_rule_is_one_error() {
        let text = annotations(&sample());
        assert_eq!(levels(&text), ["error", "error", "warning", "warning", "notice"]);
        assert!(text.starts_with("::error title=statement-id.pattern::StatementId must"), "{text}");
        assert!(text.contains("%0A    smallest request"), "{text}");
        assert_eq!(annotations(&clean()), "");
    }

    #[test]
    fn a_target_cannot_add_a_command() {
        let text = annotations(&hostile());
        assert_eq!(levels(&text), ["error", "error", "warning", "warning", "notice"]);
        assert!(!text.contains('\u{1b}'));
        assert!(text.contains("%250A"), "a percent sign of the target is escaped");
    }

    #[test]
    fn more_than_github_shows_are_counted() {
        let mut result = sample();
        let causes = result.rules.iter().find(|r| Status::of(r) == Status::Fail).unwrap().clone();
        for rule in result.rules.iter_mut().filter(|rule| rule.scored).take(30) {
            let id = rule.id;
            *rule = causes.clone();
            rule.id = id;
        }
        let text = annotations(&result);
        assert_eq!(text.lines().filter(|line| line.starts_with("::error")).count(), 10);
        assert!(text.contains("::error title=permspec::2"), "{text}");
    }
}
