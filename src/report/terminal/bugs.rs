//! Bugs, the worst first, and what is accepted in place of AWS's constraints.

use std::fmt::Write as _;

use super::failure;
use super::page::Page;
use crate::event::{Bug, Cause, Limits, RunResult, Severity};
use crate::report::findings::{self, Status};
use crate::report::text::{LINE, counted, line, percent};

/// How many lines the bugs may take on a terminal.
const LINES: usize = 80;
/// How many causes without a bug are listed.
const UNEXPLAINED: usize = 5;

/// The bugs, two or three lines each.
pub fn bugs(page: &mut Page, result: &RunResult) {
    let scored: Vec<&Bug> = result.bugs.iter().filter(|bug| !bug.advisory).collect();
    let advisory = result.bugs.len() - scored.len();
    page.heading(&format!("Bugs: {}", headline(result)));
    let roomy = scored.len() * 3 + 12 <= LINES;
    let (mut used, mut number) = (0, 0);
    for severity in Severity::ALL {
        let of_it: Vec<&&Bug> = scored.iter().filter(|bug| bug.severity == severity).collect();
        if of_it.is_empty() || used >= LINES {
            continue;
        }
        let heading = page.dim(severity.about());
        page.line(&format!("  {heading}"));
        used += 1;
        for bug in of_it {
            if used >= LINES {
                break;
            }
            number += 1;
            used += brief(page, number, bug, roomy);
        }
    }
    if number < scored.len() {
        page.line(&format!("       {} more in the JSON result", scored.len() - number));
    }
    if advisory > 0 {
        let text = format!(
            "{} only reported, not scored: `permspec show --advisory`",
            counted(advisory as u64, "further bug")
        );
        page.prose(2, &text);
    }
    unexplained(page, result);
}

/// How many bugs there are and how much they explain.
pub fn headline(result: &RunResult) -> String {
    let scored = result.bugs.iter().filter(|bug| !bug.advisory).count();
    let mut text = format!("{scored}, the worst first");
    if let Some(explained) = result.explained.filter(|explained| explained.deviating > 0) {
        let share = f64::from(explained.explained) / f64::from(explained.deviating);
        let _ = write!(
            text,
            ", explain {} of {}",
            percent(share),
            counted(u64::from(explained.deviating), "deviating answer")
        );
    }
    text
}

fn brief(page: &mut Page, number: usize, bug: &Bug, roomy: bool) -> usize {
    let status = if bug.known.is_some() { Status::Known } else { Status::Fail };
    let mark = page.in_status(status, &format!("{number:>4}"));
    let mut title = line(&bug.title, LINE);
    // The id stands on the line of the title, unless it needs one of its own.
    let tail = match &bug.known {
        Some(known) => format!("{}  known: {}", bug.id, line(known, 60)),
        None => bug.id.clone(),
    };
    let fits = title.chars().count() + tail.chars().count() + 10 <= page.width();
    let rows = page.wrapped(&title, 6);
    let mut used = 0;
    for (at, row) in rows.iter().take(2).enumerate() {
        title = page.bold(row);
        let start = if at == 0 { format!("{mark}  ") } else { "      ".into() };
        let end = if fits { format!("  {}", page.dim(&tail)) } else { String::new() };
        page.line(&format!("{start}{title}{end}"));
        used += 1;
    }
    let detail = page.wrapped(&detail(bug), 6);
    let detail = detail.first().cloned().unwrap_or_default();
    if roomy && !detail.is_empty() {
        page.line(&format!("      {detail}"));
        used += 1;
    }
    if !fits {
        let tail = page.dim(&line(&tail, LINE));
        page.line(&format!("      {tail}"));
        used += 1;
    }
    used
}

/// What is worth saying of a bug in a line.
fn detail(bug: &Bug) -> String {
    let mut parts = Vec::new();
    if let Some(effect) = bug.effect {
        parts.push(effect.about().to_owned());
    }
    if let Some(when) = &bug.when {
        parts.push(when_line(when));
    }
    if parts.is_empty() {
        parts.push(format!("{} of {}", bug.failing, bug.failing + bug.passing));
    }
    line(&parts.join("; "), LINE)
}

/// A condition with its counts.
pub fn when_line(when: &crate::event::When) -> String {
    let (failed, of) = when.inside;
    let (otherwise, others) = when.outside;
    format!("when {}: {failed} of {of}, otherwise {otherwise} of {others}", when.text)
}

fn unexplained(page: &mut Page, result: &RunResult) {
    let scored = |cause: &str| {
        findings::cause_of(result, cause).is_some_and(|cause| !cause.advisory && !cause.flaky)
    };
    let open: Vec<_> = result.unexplained.iter().filter(|one| scored(&one.cause)).collect();
    if open.is_empty() {
        return;
    }
    page.line(&format!("  not explained by any bug: {}", counted(open.len() as u64, "cause")));
    for one in open.iter().take(UNEXPLAINED) {
        page.line(&format!("      {}: {}", one.rule, line(&one.brief, 90)));
    }
}

/// What the target was seen to accept beside AWS's bounds, where that differs.
pub fn limits(page: &mut Page, result: &RunResult) {
    let rows: Vec<&Limits> = result.limits.iter().filter(|limits| deviates(limits)).collect();
    if rows.is_empty() {
        return;
    }
    page.heading("Constraints: AWS's, and what was seen to be accepted");
    for limits in rows {
        let row = format!("    {:<22}{}", line(&limits.member, 22), accepted(limits));
        let rows = page.wrapped(&row, 0);
        if let Some(first) = rows.first() {
            page.line(first);
        }
    }
}

fn deviates(limits: &Limits) -> bool {
    let longer = limits.longest_accepted.zip(limits.length.1).is_some_and(|(seen, max)| seen > max);
    longer
        || !limits.accepted_outside.is_empty()
        || limits.odd.iter().any(|(what, said)| {
            said == "accepted" && !matches!(what.as_str(), "null" | "missing" | "boolean" | "empty")
        })
}

/// What was accepted, in a line.
pub fn accepted(limits: &Limits) -> String {
    let number = |bound: Option<usize>| bound.map_or("–".to_owned(), |bound| bound.to_string());
    let mut parts = vec![format!("{} to {}", number(limits.length.0), number(limits.length.1))];
    if let Some(longest) = limits.longest_accepted {
        parts.push(format!("accepts {longest}"));
    }
    if let Some(shortest) = limits.shortest_refused {
        parts.push(format!("refuses {shortest}"));
    }
    if !limits.accepted_outside.is_empty() {
        parts.push(format!("accepts {}", limits.accepted_outside.join(" ")));
    }
    let odd: Vec<&str> = limits
        .odd
        .iter()
        .filter(|(what, said)| *said == "accepted" && *what != "missing")
        .map(|(what, _)| what.as_str())
        .collect();
    if !odd.is_empty() {
        parts.push(format!("accepts {}", odd.join(", ")));
    }
    line(&parts.join(" · "), LINE)
}

/// What to do next.
pub fn next(page: &mut Page, result: &RunResult) {
    let Some(first) = result.bugs.iter().find(|bug| !bug.advisory && bug.known.is_none()) else {
        return;
    };
    page.heading("Next");
    page.line(&format!("    permspec show {:<40} all of one bug", line(&first.id, 60)));
    page.line(
        "    permspec run … --verbose                             every rule and failure in full",
    );
    page.line(
        "    permspec report results.json --issues DIR            a file a bug, ready to be filed",
    );
}

/// All of one bug.
pub fn in_full(page: &mut Page, result: &RunResult, bug: &Bug) {
    let title = page.bold(&line(&bug.title, LINE));
    page.line(&title);
    page.gap();
    page.field("id", &line(&bug.id, LINE));
    page.field("severity", bug.severity.about());
    if let Some(effect) = bug.effect {
        page.field("effect", effect.about());
    }
    if let Some(witness) = &bug.witness {
        let allowed = |yes: bool| if yes { "allowed" } else { "denied" };
        let mut text = format!(
            "{} calls {} on {}",
            line(&witness.principal, 200),
            line(&witness.action, 80),
            line(&witness.resource, 200)
        );
        for (key, value) in &witness.context {
            let _ = write!(text, "\nwith {} = {}", line(key, 80), line(value, 200));
        }
        let _ =
            write!(text, "\nAWS: {}, here: {}", allowed(witness.expected), allowed(witness.actual));
        page.field("witness", &text);
    }
    if let Some(when) = &bug.when {
        page.prose_field("shows", &line(&when_line(when), LINE));
        if when.confirmed.1 > 0 {
            let (good, of) = when.confirmed;
            page.field("confirmed", &format!("{good} of {of} fresh requests went as it says"));
        }
    }
    page.field(
        "seen",
        &format!("{} answers wrong, {} comparable ones right", bug.failing, bug.passing),
    );
    if bug.advisory {
        page.field("scored", "no: reported only");
    }
    if let Some(known) = &bug.known {
        page.prose_field("known", &line(known, LINE));
    }
    if !bug.reach.is_empty() {
        let names: Vec<&str> = bug.reach.iter().map(|reach| reach.client.as_str()).collect();
        page.prose_field("sent by", &line(&names.join(", "), LINE));
        for reach in bug.reach.iter().filter(|reach| reach.reads.is_some()).take(8) {
            let reads = reach.reads.as_deref().unwrap_or_default();
            page.field("", &format!("{}: {}", line(&reach.client, 40), line(reads, 80)));
        }
    }
    if !bug.mutants.is_empty() {
        page.prose_field(
            "like",
            &format!("permspec serve --mutant {}", line(&bug.mutants[0], 200)),
        );
    }
    let rules: Vec<&str> = bug.rules.iter().map(|rule| rule.name()).collect();
    page.prose_field("breaks", &rules.join(", "));
    let causes: Vec<&Cause> =
        bug.causes.iter().filter_map(|id| findings::cause_of(result, id)).collect();
    for (at, cause) in causes.iter().enumerate() {
        page.gap();
        if at == 0 {
            failure::in_full(page, cause);
        } else {
            page.field("also", &line(&cause.brief, LINE));
            page.field("", &line(&cause.counterexample.replay, LINE));
        }
    }
}
