//! Goldens held against the model.

use super::TerminalOptions;
use super::page::Page;
use crate::event::check::{Blame, CheckResult, CheckedSet, Disagreement};
use crate::report::findings::Status;
use crate::report::text::{LINE, counted, line};

/// What is listed in part is listed up to this many.
const LISTED: usize = 8;

/// The check as text.
pub fn checked(result: &CheckResult, options: &TerminalOptions) -> String {
    let mut page = Page::new(options);
    for set in &result.sets {
        golden(&mut page, set);
    }
    let most = if options.all_rules { usize::MAX } else { LISTED };
    uncovered(&mut page, result, options.all_rules);
    if !result.beside.is_empty() {
        page.heading("Admitted by the model, but AWS was recorded to respond differently");
        for one in result.beside.iter().take(most) {
            let row = format!(
                "{}  {}: {}",
                page.status(Status::Note),
                line(&one.request, LINE),
                line(&one.path, 120)
            );
            page.line(&row);
            page.line(&format!("         {}  {}", line(&one.place, 80), line(&one.golden, 160)));
            let (place, answer) = &one.aws;
            page.line(&format!("         AWS ({})  {}", line(place, 80), line(answer, 160)));
        }
        more(&mut page, result.beside.len(), most);
    }
    if !result.moved.is_empty() {
        page.heading("The ground truth changed");
        for one in result.moved.iter().take(most) {
            let row = format!(
                "{}  {}: {}; the model admits {}",
                page.status(Status::Note),
                line(&one.request, LINE),
                line(&one.path, 120),
                one.model
            );
            page.line(&row);
            for (place, answer) in [&one.older, &one.newer] {
                page.line(&format!("         {}  {}", line(place, 80), line(answer, 160)));
            }
        }
        more(&mut page, result.moved.len(), most);
    }
    if !result.disagreements.is_empty() {
        page.heading("Not admitted by the model");
        for one in &result.disagreements {
            page.gap();
            disagreement(&mut page, one);
        }
    }
    page.gap();
    last_line(&mut page, result);
    page.into_text()
}

fn more(page: &mut Page, all: usize, most: usize) {
    if all > most {
        let row = page.dim(&format!("         {} more; --all lists them", all - most));
        page.line(&row);
    }
}

fn golden(page: &mut Page, set: &CheckedSet) {
    let row = format!(
        "{}  {}: {} of {} admitted, in {}",
        page.bold(&line(&set.place, 120)),
        line(&set.target, 80),
        set.admitted,
        counted(u64::from(set.judged), "answer"),
        counted(u64::from(set.scenarios), "scenario")
    );
    page.line(&row);
    let ages: Vec<String> = set
        .ages
        .iter()
        .map(|(age, count)| {
            let age = match age {
                None => "without a date".to_owned(),
                Some(0) => "recorded today".to_owned(),
                Some(days) if *days < 0 => "dated in the future".to_owned(),
                Some(1) => "1 day old".to_owned(),
                Some(days) => format!("{days} days old"),
            };
            if set.ages.len() == 1 { age } else { format!("{age}: {count}") }
        })
        .collect();
    page.prose(2, &ages.join(", "));
    if set.unjudged > 0 {
        let answers = counted(u64::from(set.unjudged), "answer");
        page.prose(2, &format!("{answers} could not be judged"));
    }
    if set.recorded_twice > 0 {
        let scenarios = counted(u64::from(set.recorded_twice), "scenario");
        page.prose(2, &format!("{scenarios} of it were also recorded from AWS"));
    }
    if let Some(partial) = &set.partial {
        page.prose(2, &format!("partial: {}", line(partial, LINE)));
    }
}

fn uncovered(page: &mut Page, result: &CheckResult, all: bool) {
    let count = result.uncovered.len();
    if count == 0 {
        return;
    }
    let known = crate::contract::RuleId::ALL.len();
    let row = format!("{count} of {known} rules have no golden");
    if all {
        let names: Vec<&str> = result.uncovered.iter().map(|rule| rule.name()).collect();
        page.prose(0, &format!("{row}: {}", names.join(" ")));
    } else {
        page.line(&format!("{row}; --all lists them"));
    }
}

fn disagreement(page: &mut Page, one: &Disagreement) {
    let status = if one.blame == Blame::Outdated { Status::Note } else { Status::Fail };
    let word = match one.blame {
        Blame::Model | Blame::Reference => "DOUBT",
        Blame::Target => "FAIL",
        Blame::Outdated => "OLD",
    };
    let word = page.in_status(status, word);
    let rule = page.bold(&format!("{:<44}", one.rule.name()));
    let seen = counted(u64::from(one.occurrences), "answer");
    page.line(&format!("{word}  {rule} {seen}"));
    page.field("who is wrong", one.blame.says());
    let date = one.date.as_deref().unwrap_or("undated");
    page.field("golden", &format!("{}, {}", line(&one.place, 120), line(date, 40)));
    if !one.about.starts_with(&one.request) {
        page.field("scenario", &line(&one.about, LINE));
    }
    page.field("request", &line(&one.request, LINE));
    let expected: Vec<String> = one.expected.iter().map(|text| line(text, LINE)).collect();
    page.field("the model admits", &expected.join("\nor "));
    page.prose_field("known from", &line(&one.known_from, LINE));
    let actual = page.in_status(status, &line(&one.actual, LINE));
    page.field("recorded", &actual);
    let differences: Vec<String> = one
        .differences
        .iter()
        .take(LISTED)
        .map(|difference| {
            format!(
                "{}: {}, should be {}",
                line(&difference.path, 80),
                line(&difference.actual.to_string(), 160),
                line(&difference.expected.to_string(), 160)
            )
        })
        .collect();
    if !differences.is_empty() {
        page.field("difference", &differences.join("\n"));
    }
    for recording in &one.recordings {
        page.field("AWS answered", &line(recording, LINE));
    }
}

fn last_line(page: &mut Page, result: &CheckResult) {
    let judged: u32 = result.sets.iter().map(|set| set.judged).sum();
    let count = |blames: &[Blame]| {
        result.disagreements.iter().filter(|one| blames.contains(&one.blame)).count() as u64
    };
    let doubts = count(&[Blame::Model, Blame::Reference]);
    let wrong = count(&[Blame::Target]);
    let outdated = count(&[Blame::Outdated]);
    let mut said = Vec::new();
    for (count, what) in [
        (doubts, "put the ground truth in doubt"),
        (wrong, "are the target's"),
        (outdated, "are out of date"),
    ] {
        if count > 0 {
            said.push(format!("{count} {what}"));
        }
    }
    let row = if doubts + wrong == 0 {
        let tail = if said.is_empty() { String::new() } else { format!("; {}", said.join(", ")) };
        format!(
            "{}  the model admits {}{tail}",
            page.in_status(Status::Pass, "AGREE"),
            counted(u64::from(judged), "recorded answer")
        )
    } else {
        format!(
            "{}  {} between golden and model: {}",
            page.in_status(Status::Fail, "DISAGREE"),
            counted(doubts + wrong + outdated, "difference"),
            said.join(", ")
        )
    };
    page.line(&row);
}
