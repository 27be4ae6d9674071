//! Several results side by side: implementations by rules.
//!
//! In come results, whole or partial; out goes a page ([`matrix_html`]) or a table
//! ([`matrix_markdown`]). Rules are in the order of the catalogue; a rule that a result does
//! not have has an empty cell there. Results by different catalogues or settings may be compared
//! with care only, which is said.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde::Serialize;

use super::findings::{self, Standing, Status};
use super::html::{self, Card};
use super::markdown::inline;
use super::text::{LINE, line, percent, thousands};
use crate::contract::RuleId;
use crate::event::{RuleResult, RunResult, Verdict};

/// The results side by side as one HTML page.
pub fn matrix_html(results: &[RunResult]) -> String {
    html::page("matrix.html", include_str!("matrix.html"), &Matrix::of(results))
}

/// The results side by side as Markdown: a line an implementation, how many rules of each topic
/// held, then the rules that did not hold everywhere.
pub fn matrix_markdown(results: &[RunResult]) -> String {
    let matrix = Matrix::of(results);
    let mut out = String::from("## permspec: implementations by rules\n\n");
    for doubt in &matrix.doubts {
        let _ = writeln!(out, "{}\n", inline(doubt));
    }
    out.push_str("| implementation | run on | outcome | divergence | coverage | held | violated | known | flaky | could not run |\n");
    out.push_str("| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
    for column in &matrix.columns {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            inline(&column.name),
            column.date,
            column.outcome,
            column.divergence,
            column.coverage,
            column.held,
            column.violated,
            column.known,
            column.flaky,
            column.unrun
        );
    }
    let rows: Vec<&Row> = matrix.topics.iter().flat_map(|topic| &topic.rows).collect();
    let told: Vec<&&Row> = rows.iter().filter(|row| !row.held_everywhere()).collect();
    let names: Vec<String> = matrix.columns.iter().map(|c| inline(&c.name)).collect();
    if !matrix.topics.is_empty() {
        let _ = writeln!(out, "\nScored rules that held, of those that could be judged:\n");
        let _ = writeln!(out, "| topic | {} |", names.join(" | "));
        let _ = writeln!(out, "| --- |{}", " ---: |".repeat(names.len()));
        for topic in &matrix.topics {
            let shares: Vec<String> = topic.held.iter().map(Share::to_string).collect();
            let _ = writeln!(out, "| {} | {} |", topic.name, shares.join(" | "));
        }
    }
    if !told.is_empty() {
        let _ = writeln!(out, "\n| rule | {} |", names.join(" | "));
        let _ = writeln!(out, "| --- |{}", " --- |".repeat(names.len()));
        for row in &told {
            let cells: Vec<String> = row
                .cells
                .iter()
                .map(|cell| format!("{} {}", cell.sign, cell.meaning).trim_end().to_owned())
                .collect();
            let _ = writeln!(out, "| {} | {} |", row.id, cells.join(" | "));
        }
    }
    let _ = writeln!(out, "\n{} of {} rules held everywhere.", rows.len() - told.len(), rows.len());
    out
}

/// What the page shows.
#[derive(Serialize)]
struct Matrix {
    columns: Vec<Column>,
    doubts: Vec<String>,
    topics: Vec<Topic>,
    statuses: Vec<Choice>,
    differing: usize,
}

/// An implementation.
#[derive(Serialize)]
struct Column {
    name: String,
    /// The day of the run.
    date: String,
    endpoint: String,
    anchor: String,
    outcome: &'static str,
    tone: &'static str,
    divergence: String,
    coverage: String,
    held: u32,
    scored: u32,
    violated: u32,
    known: u32,
    flaky: u32,
    unrun: u32,
    requests: String,
    seed: u64,
    cards: Vec<Card>,
}

#[derive(Serialize)]
struct Topic {
    name: &'static str,
    rows: Vec<Row>,
    /// How many of its scored rules held, an implementation each.
    held: Vec<Share>,
}

/// How many rules held, of those that could be judged.
#[derive(Clone, Copy, Default, Serialize)]
struct Share {
    held: u32,
    judged: u32,
}

impl Share {
    fn count(&mut self, rule: Option<&RuleResult>) {
        let Some(rule) = rule.filter(|rule| rule.scored) else { return };
        self.held += u32::from(rule.verdict == Verdict::Held);
        let is_judged = matches!(rule.verdict, Verdict::Held | Verdict::Violated | Verdict::Known);
        self.judged += u32::from(is_judged);
    }
}

impl std::fmt::Display for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.judged == 0 {
            f.write_str("–")
        } else {
            write!(f, "{}/{}", self.held, self.judged)
        }
    }
}

/// A rule.
#[derive(Serialize)]
struct Row {
    id: &'static str,
    sentence: String,
    statuses: String,
    differs: bool,
    cells: Vec<Cell>,
}

/// A rule in an implementation.
#[derive(Serialize)]
struct Cell {
    status: &'static str,
    sign: &'static str,
    meaning: &'static str,
    /// The counterexample, where there is one.
    link: Option<String>,
    /// What is to be said beside the status.
    remark: Option<String>,
}

/// A status to filter by.
#[derive(Serialize)]
struct Choice {
    status: &'static str,
    meaning: &'static str,
    count: usize,
}

impl Matrix {
    fn of(results: &[RunResult]) -> Self {
        let columns = columns(results);
        let mut topics: Vec<Topic> = Vec::new();
        for id in RuleId::ALL {
            let found: Vec<Option<&RuleResult>> = results
                .iter()
                .map(|result| result.rules.iter().find(|rule| rule.id == *id))
                .collect();
            let Some(first) = found.iter().flatten().next() else { continue };
            let name = first.topic.name();
            let row = row(first, &found);
            let at = topics.iter().position(|topic| topic.name == name).unwrap_or_else(|| {
                let held = vec![Share::default(); results.len()];
                topics.push(Topic { name, rows: Vec::new(), held });
                topics.len() - 1
            });
            topics[at].rows.push(row);
            for (share, rule) in topics[at].held.iter_mut().zip(&found) {
                share.count(*rule);
            }
        }
        let rows = || topics.iter().flat_map(|topic| &topic.rows);
        let statuses = Status::ALL
            .into_iter()
            .map(|status| Choice {
                status: status.name(),
                meaning: status.meaning(),
                count: rows().filter(|r| r.cells.iter().any(|c| c.status == status.name())).count(),
            })
            .filter(|choice| choice.count > 0)
            .collect();
        let differing = rows().filter(|row| row.differs).count();
        Self { columns, doubts: doubts(results), statuses, differing, topics }
    }
}

impl Row {
    fn held_everywhere(&self) -> bool {
        self.cells.iter().all(|cell| cell.status == Status::Pass.name())
    }
}

/// What tells the anchors of one result from those of the others on the page.
fn prefix(column: usize) -> String {
    format!("i{}-", column + 1)
}

fn columns(results: &[RunResult]) -> Vec<Column> {
    let mut names: Vec<String> = Vec::new();
    for result in results {
        let name = findings::target_name(result);
        let known =
            names.iter().filter(|n| **n == name || n.starts_with(&format!("{name} ("))).count();
        names.push(if known == 0 { name } else { format!("{name} ({})", known + 1) });
    }
    results
        .iter()
        .zip(names)
        .enumerate()
        .map(|(at, (result, name))| {
            let prefix = prefix(at);
            let standings =
                [Standing::Failure, Standing::Flaky, Standing::Known, Standing::Advisory];
            Column {
                name,
                date: line(result.run.started.get(..10).unwrap_or_default(), 10),
                endpoint: line(&result.target.endpoint, 200),
                anchor: format!("{prefix}findings"),
                outcome: findings::outcome_word(result),
                tone: findings::tone(result).name(),
                divergence: percent(result.figures.divergence),
                coverage: percent(result.figures.coverage),
                held: result.counts.held,
                scored: result.counts.scored,
                violated: result.counts.violated,
                known: result.counts.known,
                flaky: result.counts.flaky,
                unrun: result.counts.could_not_run,
                requests: thousands(result.counts.requests),
                seed: result.run.seed,
                cards: standings
                    .into_iter()
                    .flat_map(|standing| html::cards(result, standing, &prefix))
                    .collect(),
            }
        })
        .collect()
}

fn row(rule: &RuleResult, found: &[Option<&RuleResult>]) -> Row {
    let cells: Vec<Cell> = found.iter().enumerate().map(|(at, rule)| cell(at, *rule)).collect();
    let distinct: BTreeSet<&str> = cells.iter().map(|cell| cell.status).collect();
    Row {
        id: rule.id.name(),
        sentence: line(&rule.sentence, LINE),
        differs: distinct.len() > 1,
        statuses: distinct.into_iter().collect::<Vec<_>>().join(" "),
        cells,
    }
}

fn cell(column: usize, rule: Option<&RuleResult>) -> Cell {
    let Some(rule) = rule else {
        return Cell { status: "absent", sign: "", meaning: "", link: None, remark: None };
    };
    let status = Status::of(rule);
    // The cause that the status speaks of; a rule that held may have advisory ones beside it.
    let cause = rule.causes.iter().find(|cause| Standing::of(rule, cause).status() == status);
    Cell {
        status: status.name(),
        sign: status.sign(),
        meaning: status.meaning(),
        link: cause.map(|cause| html::anchor(&prefix(column), &cause.id)),
        remark: cause
            .map(|cause| line(&cause.brief, 120))
            .or_else(|| rule.reason.as_ref().map(|reason| line(reason, 200))),
    }
}

/// Why the results cannot simply be compared.
fn doubts(results: &[RunResult]) -> Vec<String> {
    let mut doubts = Vec::new();
    let differ = |same: &dyn Fn(&RunResult, &RunResult) -> bool| {
        results.windows(2).any(|pair| !same(&pair[0], &pair[1]))
    };
    if differ(&|a, b| a.suite.catalogue == b.suite.catalogue) {
        doubts.push("the results were judged by different rule catalogues".to_owned());
    }
    if differ(&|a, b| a.judging == b.judging) {
        doubts.push("the results were judged by different settings".to_owned());
    }
    if differ(&|a, b| a.run.seed == b.run.seed) {
        doubts.push("the runs had different seeds".to_owned());
    }
    let partial: Vec<String> =
        results.iter().filter(|result| !result.complete).map(findings::target_name).collect();
    if !partial.is_empty() {
        doubts.push(format!("partial results: {}", partial.join(", ")));
    }
    doubts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{clean, hostile, sample};

    #[test]
    fn every_link_to_a_counterexample_has_its_end_on_the_page() {
        let page = matrix_html(&[sample(), clean(), sample()]);
        let mut links = 0;
        for link in page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert_eq!(page.matches(&format!("id=\"{link}\"")).count(), 1, "{link}");
            links += 1;
        }
        assert!(links > 12, "{links}");
    }

    #[test]
    fn what_differs_is_marked_and_only_that() {
        let page = matrix_html(&[sample(), clean()]);
        assert_eq!(page.matches(" data-differs>").count(), 7);
        let page = matrix_html(&[clean(), clean()]);
        assert_eq!(page.matches(" data-differs>").count(), 0);
    }

    #[test]
    fn the_table_names_what_did_not_hold_everywhere() {
        let text = matrix_markdown(&[sample(), clean()]);
        assert!(text.contains("| statement-id.pattern | ✗ violated | ✓ held |"), "{text}");
        assert!(!text.contains("| statement-id.length |"), "{text}");
        assert!(text.contains("87 of 94 rules held everywhere."), "{text}");
        assert!(text.contains("| statement-id | 5/6 | 6/6 |"), "{text}");
    }

    #[test]
    fn one_name_twice_is_told_apart() {
        let text = matrix_markdown(&[clean(), clean()]);
        assert!(text.contains("| reference |") && text.contains("| reference (2) |"), "{text}");
    }

    #[test]
    fn what_cannot_be_compared_is_said() {
        let mut other = clean();
        other.suite.catalogue = "other".into();
        other.complete = false;
        let text = matrix_markdown(&[clean(), other]);
        assert!(text.contains("different rule catalogues"), "{text}");
        assert!(text.contains("partial results: reference"), "{text}");
        assert!(!matrix_markdown(&[clean(), clean()]).contains("different"));
    }

    #[test]
    fn nothing_of_a_target_becomes_markup() {
        let page = matrix_html(&[hostile(), clean()]);
        assert_eq!(page.matches("<script").count(), 1, "only our own script");
        assert_eq!(page.chars().find(|c| c.is_control() && *c != '\n'), None);
        let text = matrix_markdown(&[hostile(), clean()]);
        assert!(!text.contains("<script") && !text.contains('\u{1b}'));
        for row in text.lines().filter(|row| row.starts_with("| ")) {
            let bars = row.replace("\\|", "").matches('|').count();
            assert!([11, 4].contains(&bars), "{row}");
        }
        assert!(matrix_html(&[]).contains("<table"), "nothing to compare is no crash");
    }
}
