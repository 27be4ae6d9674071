//! The final report on a terminal or in a log.
//!
//! In comes a result and how to print it, out goes a text. Failures stand last, for the end of a
//! report is what stays on the screen: first one line a rule (`ledger`), then the summary
//! (`summary`), then what could not run and what is only reported, then each failure in full
//! (`failure`).

mod bugs;
mod check;
mod diff;
mod failure;
mod ledger;
mod page;
mod summary;

pub use bugs::{headline, when_line};
pub use check::checked;
pub use diff::differences;

use page::Page;

use crate::event::{Cause, RunResult};
use crate::report::findings::{self, Status};
use crate::report::text::{LINE, line};

/// How to print the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TerminalOptions {
    /// Whether to colour it.
    pub colour: bool,
    /// How wide a line of prose may be; wire text and commands are never wrapped.
    pub width: usize,
    /// Whether to print a line for each rule that held as well, and every cause in full.
    pub all_rules: bool,
    /// Whether to print rules and failures in full where there are bugs to sum them up.
    pub verbose: bool,
}

impl Default for TerminalOptions {
    fn default() -> Self {
        Self { colour: false, width: 100, all_rules: false, verbose: false }
    }
}

/// One cause in full, without colour: what other reports show of a counterexample as text.
pub(super) fn counterexample_text(cause: &Cause) -> String {
    let mut page = Page::new(&TerminalOptions::default());
    failure::in_full(&mut page, cause);
    page.into_text()
}

/// The bugs of a result, one after the other in short.
pub fn bug_list(result: &RunResult, advisory: bool, options: &TerminalOptions) -> String {
    let mut page = Page::new(options);
    for bug in result.bugs.iter().filter(|bug| advisory || !bug.advisory) {
        page.line(&format!("{:<48}  {}", line(&bug.id, 80), line(&bug.title, LINE)));
    }
    page.into_text()
}

/// All of one bug; `None` where no bug has this id.
pub fn bug_in_full(result: &RunResult, id: &str, options: &TerminalOptions) -> Option<String> {
    let bug = result.bugs.iter().find(|bug| bug.id == id)?;
    let mut page = Page::new(options);
    bugs::in_full(&mut page, result, bug);
    Some(page.into_text())
}

/// The report in short: what is wrong with the target, the worst first.
fn by_bug(result: &RunResult, options: &TerminalOptions) -> String {
    let mut page = Page::new(options);
    summary::head(&mut page, result);
    bugs::bugs(&mut page, result);
    bugs::limits(&mut page, result);
    summary::in_short(&mut page, result);
    bugs::next(&mut page, result);
    summary::last_line(&mut page, result);
    page.into_text()
}

/// The report as text.
pub fn terminal(result: &RunResult, options: &TerminalOptions) -> String {
    let has_bugs = result.bugs.iter().any(|bug| !bug.advisory);
    if has_bugs && !options.all_rules && !options.verbose {
        return by_bug(result, options);
    }
    let mut page = Page::new(options);
    summary::head(&mut page, result);
    ledger::rules(&mut page, result, options.all_rules);
    summary::summary(&mut page, result);
    ledger::could_not_run(&mut page, result);
    failure::advisory(&mut page, result);
    failure::known_and_flaky(&mut page, result);
    failure::failures(&mut page, result, options.all_rules);
    // After many failures the first lines are off the screen: the verdict is said again.
    if !findings::rules(result, Status::Fail).is_empty() {
        summary::last_line(&mut page, result);
    }
    page.into_text()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::RuleId;
    use crate::report::sample::{clean, hostile, sample};

    fn snapshot(name: &str, text: &str) {
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(name, text));
    }

    #[test]
    fn a_failing_run_ends_with_its_failures() {
        let text = terminal(&sample(), &TerminalOptions::default());
        let at = |needle: &str| text.find(needle).unwrap_or_else(|| panic!("{needle}: {text}"));
        assert!(at("Summary") < at("Could not run"));
        assert!(at("Could not run") < at("Failures"));
        assert!(text.trim_end().lines().last().unwrap().starts_with("FAILED"));
        snapshot("terminal-failing", &text);
    }

    #[test]
    fn a_clean_run_is_short() {
        let text = terminal(&clean(), &TerminalOptions::default());
        assert!(text.lines().count() < 20, "{text}");
        snapshot("terminal-clean", &text);
    }

    #[test]
    fn rules_that_do_not_apply_are_counted_by_their_reason() {
        let mut result = clean();
        for (at, rule) in result.rules.iter_mut().enumerate().take(5) {
            rule.verdict = crate::event::Verdict::NotApplicable;
            let reason = if at == 0 { "the target lacks it" } else { "left out by the filter" };
            rule.reason = Some(reason.into());
        }
        let counted = |options: &TerminalOptions| {
            let text = terminal(&result, options);
            text.lines().filter(|line| line.trim_start().starts_with("N/A  ")).count()
        };
        let text = terminal(&result, &TerminalOptions::default());
        assert!(text.contains("4 rules") && text.contains("left out by the filter"), "{text}");
        assert_eq!(counted(&TerminalOptions::default()), 2);
        assert_eq!(counted(&TerminalOptions { all_rules: true, ..TerminalOptions::default() }), 5);
    }

    #[test]
    fn all_rules_are_listed_on_demand() {
        let options = TerminalOptions { all_rules: true, ..TerminalOptions::default() };
        let text = terminal(&clean(), &options);
        assert_eq!(
            text.lines().filter(|l| l.trim_start().starts_with("PASS  ")).count(),
            RuleId::ALL.len()
        );
    }

    #[test]
    fn prose_keeps_to_the_width() {
        let options = TerminalOptions { width: 60, ..TerminalOptions::default() };
        let text = terminal(&sample(), &options);
        let sentence = "    StatementId";
        for line in text.lines().filter(|line| line.starts_with(sentence)) {
            assert!(line.chars().count() <= 60, "{line}");
        }
    }

    #[test]
    fn colour_changes_nothing_but_colour() {
        let plain = terminal(&sample(), &TerminalOptions::default());
        let options = TerminalOptions { colour: true, ..TerminalOptions::default() };
        let coloured = terminal(&sample(), &options);
        assert!(coloured.contains('\u{1b}'));
        assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), plain);
    }

    #[test]
    fn a_target_cannot_steer_the_terminal() {
        let plain = terminal(&hostile(), &TerminalOptions::default());
        let bad = plain.chars().find(|c| c.is_control() && *c != '\n');
        assert_eq!(bad, None);
        assert!(plain.len() < 100_000, "{} bytes", plain.len());
        // What a target says is never at the start of a line, where ours is.
        assert!(
            !plain
                .lines()
                .any(|line| line.trim_start().starts_with("::") || line.starts_with("# "))
        );
    }

    #[test]
    fn very_many_failures_stay_readable() {
        let mut result = sample();
        let at = RuleId::StatementIdPattern as usize;
        let second = result.rules[at].causes[1].clone();
        result.rules[at].causes.extend(std::iter::repeat_n(second, 98));
        let failed = result.rules[at].clone();
        for rule in result.rules.iter_mut().filter(|rule| rule.scored) {
            *rule = crate::event::RuleResult { id: rule.id, ..failed.clone() };
        }
        let text = terminal(&result, &TerminalOptions::default());
        let failures = text.lines().filter(|line| line.starts_with("FAIL  ")).count();
        let rules = result.rules.iter().filter(|rule| rule.scored).count();
        assert_eq!(failures, rules);
        assert!(text.lines().count() < 40 * rules, "{}", text.lines().count());
        assert_eq!(text.matches("94 causes more in the JSON result").count(), rules);
        let all = TerminalOptions { all_rules: true, ..TerminalOptions::default() };
        assert!(!terminal(&result, &all).contains("more in the JSON result"));
    }

    #[test]
    fn a_partial_run_says_so() {
        let mut result = clean();
        result.complete = false;
        let text = terminal(&result, &TerminalOptions::default());
        assert!(text.contains("partial"), "{text}");
        assert!(!text.contains("PASSED"), "{text}");
    }
}
