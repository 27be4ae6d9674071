//! Markdown for the summary of a CI step: the verdict, the two figures, the failures.

use std::fmt::Write as _;

use super::deployers;
use super::findings::{self, Standing, Status};
use super::terminal::counterexample_text;
use super::text::{LINE, line, markup, percent, thousands};
use crate::event::{Bug, RunResult};

/// How many lines the failures may take; the rest is counted.
const LINES: usize = 60;
/// How many bugs the table holds.
const BUGS: usize = 40;

/// The result as Markdown.
pub fn markdown(result: &RunResult) -> String {
    let counts = &result.counts;
    let mut out = String::new();
    let _ = writeln!(
        out,
        "## permspec: {} {}\n",
        findings::tone(result).sign(),
        findings::outcome_word(result)
    );
    let _ = writeln!(
        out,
        "{} at {}: {}.\n",
        inline(&findings::target_name(result)),
        code(&line(&result.target.endpoint, 120)),
        findings::verdict(result)
    );
    out.push_str(
        "| divergence | coverage | held | violated | known | flaky | could not run | requests |\n",
    );
    out.push_str("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
    let _ = writeln!(
        out,
        "| {} | {} | {} | {} | {} | {} | {} | {} |",
        percent(result.figures.divergence),
        percent(result.figures.coverage),
        counts.held,
        counts.violated,
        counts.known,
        counts.flaky,
        counts.could_not_run,
        thousands(counts.requests)
    );
    if result.bugs.iter().any(|bug| !bug.advisory) {
        bugs(&mut out, result);
    } else {
        failures(&mut out, result);
    }
    short_lists(&mut out, result);
    deployments(&mut out, result);
    let _ = writeln!(
        out,
        "\npermspec {}, seed {}. Reproduce: {}",
        inline(&line(&result.suite.version, 40)),
        result.run.seed,
        code(&line(&result.run.reproduce, LINE))
    );
    out
}

/// The bugs, the worst first, and the counterexample of the first.
fn bugs(out: &mut String, result: &RunResult) {
    let bugs: Vec<&Bug> = result.bugs.iter().filter(|bug| !bug.advisory).collect();
    out.push_str("\n### Bugs\n\n| | bug | severity | when | rules |\n");
    out.push_str("| ---: | --- | --- | --- | ---: |\n");
    for (at, bug) in bugs.iter().take(BUGS).enumerate() {
        let when = bug.when.as_ref().map_or(String::new(), |when| line(&when.text, 160));
        let known = if bug.known.is_some() { " (known)" } else { "" };
        let _ = writeln!(
            out,
            "| {} | {}{known} | {} | {} | {} |",
            at + 1,
            inline(&line(&bug.title, 200)),
            bug.severity.about(),
            inline(&when),
            bug.rules.len()
        );
    }
    if bugs.len() > BUGS {
        let _ = writeln!(out, "| | {} more are in the report | | | |", bugs.len() - BUGS);
    }
    let first = bugs.iter().find(|bug| bug.known.is_none()).or(bugs.first());
    let example = first.and_then(|bug| bug.counterexample.as_ref());
    if let Some(cause) = example.and_then(|id| findings::cause_of(result, id)) {
        let _ = write!(out, "\nThe first of them:\n\n{}", fenced(&counterexample_text(cause)));
    }
}

/// The first cause of each violated rule, as long as there is room.
fn failures(out: &mut String, result: &RunResult) {
    let rules = findings::rules(result, Status::Fail);
    if rules.is_empty() {
        return;
    }
    out.push_str("\n### Failures\n");
    let (mut used, mut left) = (0, 0);
    for rule in rules {
        let causes = findings::failures_of(rule);
        let text = causes.first().map(|cause| counterexample_text(cause)).unwrap_or_default();
        let rows = text.lines().count() + 6;
        if used > 0 && used + rows > LINES {
            left += 1;
            continue;
        }
        used += rows;
        let _ = write!(
            out,
            "\n**{} {}**: {}\n\n{}",
            Status::Fail.sign(),
            rule.id,
            inline(&line(&rule.sentence, LINE)),
            fenced(&text)
        );
        if causes.len() > 1 {
            let _ = writeln!(out, "\n{} more of this rule in the report.", causes.len() - 1);
        }
    }
    if left > 0 {
        let _ = writeln!(out, "\n{left} more violated rules are in the report.");
    }
}

/// How deployment tools fared.
fn deployments(out: &mut String, result: &RunResult) {
    let Some(headline) = deployers::headline(result) else { return };
    let _ = writeln!(out, "\n### Deployment tools\n\n{headline}.");
    for (at, deployment) in deployers::broken(result).iter().take(LINES / 2).enumerate() {
        let gap = if at == 0 { "\n" } else { "" };
        let rules: Vec<String> = deployment.rules.iter().map(|rule| code(rule)).collect();
        let by = if rules.is_empty() { String::new() } else { format!(" ({})", rules.join(", ")) };
        let _ = writeln!(out, "{gap}- {}{by}", inline(&deployment.sentence()));
    }
}

/// What could not run, was flaky, is known or only reported: a table.
fn short_lists(out: &mut String, result: &RunResult) {
    let mut rows: Vec<(Status, &str, String)> = Vec::new();
    for rule in findings::rules(result, Status::Unrun) {
        let reason = rule.reason.as_deref().unwrap_or("no reason given");
        rows.push((Status::Unrun, rule.id.name(), line(reason, 200)));
    }
    for standing in [Standing::Flaky, Standing::Known, Standing::Advisory] {
        for (rule, cause) in findings::causes(result, standing) {
            let text = cause.known.as_ref().unwrap_or(&cause.brief);
            rows.push((standing.status(), rule.id.name(), line(text, 200)));
        }
    }
    if rows.is_empty() {
        return;
    }
    out.push_str("\n| | rule | |\n| --- | --- | --- |\n");
    let left = rows.len().saturating_sub(30);
    for (status, rule, text) in rows.iter().take(30) {
        let _ = writeln!(out, "| {} | {rule} | {} |", status.meaning(), inline(text));
    }
    if left > 0 {
        let _ = writeln!(out, "| | | {left} more are in the report |");
    }
}

/// One line of text as Markdown that shows it as it is, in a table too.
pub fn inline(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for symbol in markup(text).chars() {
        // Entities keep their ampersand and number sign; markup() has escaped the others.
        if matches!(symbol, '\\' | '`' | '*' | '_' | '[' | ']' | '{' | '}' | '|' | '~' | '!') {
            out.push('\\');
        }
        out.push(symbol);
        // A mention is found in the text that is shown, so an entity would not do.
        if symbol == '@' {
            out.push_str("<!-- -->");
        }
    }
    // A bare address becomes a link by itself.
    out.replace("://", "&#58;//").replace("www.", "www&#46;").replace("WWW.", "WWW&#46;")
}

/// One line of text as a code span, in a table too.
fn code(text: &str) -> String {
    let ticks = "`".repeat(longest_run(text) + 1);
    // A pipe ends a cell even in a code span, unless it is escaped.
    format!("{ticks} {} {ticks}", text.replace('|', "\\|"))
}

/// Lines of text as a code block that nothing in them can end.
pub(super) fn fenced(text: &str) -> String {
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    format!("{fence}text\n{}\n{fence}\n", text.trim_end())
}

/// The length of the longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|symbol| symbol != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{HOSTILE, clean, hostile, sample};

    #[test]
    fn it_fits_a_step_summary() {
        let mut result = sample();
        let failed = result.rules.iter().find(|r| Status::of(r) == Status::Fail).unwrap().clone();
        for rule in result.rules.iter_mut().filter(|rule| rule.scored) {
            let id = rule.id;
            *rule = failed.clone();
            rule.id = id;
        }
        let text = markdown(&result);
        assert!(text.lines().count() < 120, "{}", text.lines().count());
        assert!(text.contains("more violated rules are in the report"), "{text}");
    }

    #[test]
    fn failures_and_figures_are_there() {
        let text = markdown(&sample());
        assert!(text.starts_with("## permspec: ✗ failed\n"), "{text}");
        assert!(text.contains("| 3.7 % | 97.6 % | 79 | 2 | 1 | 1 | 1 | 11,204 |"), "{text}");
        assert!(text.contains("**✗ race.one-winner-per-id**"), "{text}");
        assert!(markdown(&clean()).starts_with("## permspec: ✓ passed\n"));
    }

    #[test]
    fn a_target_cannot_add_markup() {
        let text = markdown(&hostile());
        assert!(!text.contains('\u{1b}'));
        assert!(text.len() < 200_000, "{} bytes", text.len());
        let mut fence: Option<&str> = None;
        for row in text.lines() {
            match fence {
                Some(end) if row == end => fence = None,
                Some(_) => {}
                None if row.starts_with("```") => fence = Some(row.trim_end_matches("text")),
                None => {
                    let outside: String = row.split("` ").step_by(2).collect();
                    assert!(!outside.contains("<script"), "{row}");
                    assert!(!row.starts_with("# "), "{row}");
                    if row.starts_with("| ") {
                        let bars = row.replace("\\|", "").matches('|').count();
                        assert!([4, 9].contains(&bars), "{bars} in {row}");
                    }
                }
            }
        }
        assert_eq!(fence, None, "a fence was left open");
    }

    #[test]
    fn a_code_span_outgrows_the_ticks_in_it() {
        assert_eq!(code("a``b|"), "``` a``b\\| ```");
        assert_eq!(fenced("```\nx"), "````text\n```\nx\n````\n");
        let shown = inline(&line(HOSTILE, 900));
        assert!(!shown.replace("@<!-- -->", "").contains('<'));
        let shown = inline("see https://a.example/x www.a.example @someone");
        assert_eq!(shown, "see https&#58;//a.example/x www&#46;a.example @<!-- -->someone");
    }
}
