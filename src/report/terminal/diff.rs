//! Differences between implementations, those that count last.

use std::fmt::Write as _;

use super::TerminalOptions;
use super::page::Page;
use crate::contract::Aspect;
use crate::event::diff::{DiffCause, DiffParty, DiffResult};
use crate::report::findings::Status;
use crate::report::text::{LINE, counted, duration, line, thousands};
use crate::scenario::{AddPermission, Body, Operation, Step};

/// Differences that do not count are listed up to this many.
const LISTED: usize = 6;

/// The comparison as text.
pub fn differences(result: &DiffResult, options: &TerminalOptions) -> String {
    let mut page = Page::new(options);
    head(&mut page, result);
    let aside: Vec<&DiffCause> = result.causes.iter().filter(|cause| !cause.counted).collect();
    let (flaky, aside): (Vec<&DiffCause>, Vec<&DiffCause>) =
        aside.into_iter().partition(|cause| cause.flaky);
    if !aside.is_empty() {
        page.heading("Not counted: messages, headers, additional members of bodies");
        let most = if options.all_rules { usize::MAX } else { LISTED };
        for cause in aside.iter().take(most) {
            in_short(&mut page, cause, Status::Note);
        }
        if aside.len() > most {
            let left = aside.len() - most;
            let row = format!("         {left} more; --all lists them, --strict counts them");
            page.line(&page.dim(&row));
        }
    }
    if !flaky.is_empty() {
        page.heading("Not reproduced, not counted");
        for cause in flaky {
            in_short(&mut page, cause, Status::Flaky);
        }
    }
    let count: Vec<&DiffCause> = result.causes.iter().filter(|cause| cause.counted).collect();
    let (large, small): (Vec<&DiffCause>, Vec<&DiffCause>) =
        count.iter().partition(|cause| is_large(cause) && !options.all_rules);
    if !large.is_empty() {
        page.heading("Differences in larger requests, as recorded; some may be among those below");
        for cause in large.iter().take(LISTED) {
            in_short(&mut page, cause, Status::Fail);
        }
        if large.len() > LISTED {
            let row = format!("         {} more; --all lists them in full", large.len() - LISTED);
            page.line(&page.dim(&row));
        }
    }
    if !small.is_empty() {
        page.heading("Differences");
        for cause in &small {
            page.gap();
            in_full(&mut page, cause);
        }
    }
    page.gap();
    last_line(&mut page, result, &count);
    page.into_text()
}

/// Whether a cause could not be made smaller, and much is peculiar about it.
fn is_large(cause: &DiffCause) -> bool {
    cause.peculiar.len() > 2 && cause.shrink.as_ref().is_none_or(|shrink| shrink.tries == 0)
}

fn head(page: &mut Page, result: &DiffResult) {
    let row = format!(
        "permspec {}  {} compared  {}",
        line(&result.permspec, 40),
        counted(u64::from(result.compared), "scenario"),
        duration(result.duration_ms)
    );
    page.line(&row);
    for side in &result.sides {
        let what = if side.live {
            counted(side.requests, "request")
        } else {
            format!("recorded {}", line(&side.date, 20))
        };
        let row = format!(
            "  {}  {}  {}  {}  {what}",
            page.bold(&side.letter),
            line(&side.name, 80),
            line(&side.place, 120),
            line(&side.region, 40)
        );
        page.line(&row);
    }
    if result.skipped > 0 {
        let row = format!(
            "  {} left out: not every side has answers to compare",
            counted(u64::from(result.skipped), "scenario")
        );
        page.line(&row);
    }
    for warning in &result.warnings {
        page.prose(2, &line(&warning.detail, LINE));
    }
}

/// What differs, in a few words.
fn title(cause: &DiffCause) -> String {
    let path = line(&cause.path, 120);
    let what = match cause.aspect {
        None | Some(Aspect::Status | Aspect::Code | Aspect::Message | Aspect::Wire) => path,
        Some(Aspect::Statement) if path == "Statement" => path,
        Some(Aspect::Statement) => format!("statement, {path}"),
        Some(Aspect::Policy) => format!("policy, {path}"),
    };
    let peculiar = if cause.peculiar.is_empty() {
        "a plain request".to_owned()
    } else {
        cause.peculiar.iter().map(|word| line(word, 80)).collect::<Vec<_>>().join(", ")
    };
    format!("{} of {}: {peculiar}", capital(&what), cause.operation)
}

fn capital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

fn in_short(page: &mut Page, cause: &DiffCause, status: Status) {
    let word = match status {
        Status::Fail => page.in_status(status, &format!("{:>7}", "DIFF")),
        other => page.status(other),
    };
    let seen = counted(u64::from(cause.occurrences), "scenario");
    page.line(&format!("{word}  {} ({seen})", title(cause)));
    for party in &cause.parties {
        page.line(&format!("         {}  {}", letters(party), line(&party.answer, 160)));
    }
}

fn letters(party: &DiffParty) -> String {
    party.sides.join(" ")
}

fn in_full(page: &mut Page, cause: &DiffCause) {
    let word = page.in_status(Status::Fail, "DIFF");
    let title = page.bold(&title(cause));
    let seen = counted(u64::from(cause.occurrences), "scenario");
    page.line(&format!("{word}  {title}  ({seen})"));
    let several = cause.scenario.steps.len() > 1;
    for (at, step) in cause.scenario.steps.iter().enumerate().take(cause.step + 1) {
        let label = match (several, at) {
            (false, _) => "request",
            (true, 0) => "requests",
            (true, _) => "",
        };
        let number = if several { format!("{}  ", at + 1) } else { String::new() };
        page.field(label, &format!("{number}{}", sent(step)));
    }
    for party in &cause.parties {
        page.field(&format!("answer of {}", letters(party)), &line(&party.answer, LINE));
    }
    if !cause.likewise.is_empty() {
        let others: Vec<String> = cause.likewise.iter().map(|word| line(word, 80)).collect();
        page.prose_field("likewise", &others.join(", "));
    }
    if let Some(shrink) = &cause.shrink {
        if shrink.tries == 0 {
            page.field("again alone", "not attempted: --max-shrink-requests is exhausted");
            return;
        }
        let mut text = format!("shrunk from {} to {}", shrink.from, shrink.to);
        let tries = if shrink.tries == 1 { "try" } else { "tries" };
        let _ = write!(text, " in {} {tries}", thousands(u64::from(shrink.tries)));
        if !shrink.complete {
            text.push_str(" (stopped early)");
        }
        page.field("again alone", &text);
    }
}

/// A request in a line.
fn sent(step: &Step) -> String {
    let Step::One(operation) = step else { return "several at once".to_owned() };
    let target = |name: &str, qualifier: Option<&str>| {
        let mut text = String::new();
        if name != "${function.a}" {
            let _ = write!(text, " FunctionName {}", line(name, 200));
        }
        if let Some(qualifier) = qualifier {
            let _ = write!(text, " Qualifier {}", line(qualifier, 160));
        }
        text
    };
    match operation {
        Operation::AddPermission(AddPermission { function_name, qualifier, body, .. }) => {
            let qualifier = qualifier.as_ref().map(crate::scenario::Template::as_str);
            let body = match body {
                Body::Members(members) => {
                    line(&serde_json::to_string(members).unwrap_or_default(), LINE)
                }
                Body::Raw(bytes) => line(&String::from_utf8_lossy(bytes), LINE),
            };
            format!("AddPermission{} {body}", target(function_name.as_str(), qualifier))
        }
        Operation::GetPolicy(get) => {
            let qualifier = get.qualifier.as_ref().map(crate::scenario::Template::as_str);
            format!("GetPolicy{}", target(get.function_name.as_str(), qualifier))
        }
        Operation::RemovePermission(remove) => {
            let qualifier = remove.qualifier.as_ref().map(crate::scenario::Template::as_str);
            let place = target(remove.function_name.as_str(), qualifier);
            let revision = remove.revision_id.as_ref();
            let revision = revision.map(|text| format!(" RevisionId {}", line(text.as_str(), 160)));
            format!(
                "RemovePermission{place} StatementId {}{}",
                line(remove.statement_id.as_str(), 160),
                revision.unwrap_or_default()
            )
        }
        other => other.name().to_owned(),
    }
}

fn last_line(page: &mut Page, result: &DiffResult, count: &[&DiffCause]) {
    let strict = if result.strict { ", messages and headers included" } else { "" };
    let row = if !result.complete {
        format!("{}  the comparison was not finished", page.in_status(Status::Unrun, "INTERRUPTED"))
    } else if result.compared == 0 {
        format!("{}  there was nothing to compare", page.in_status(Status::Unrun, "UNRUN"))
    } else if count.is_empty() {
        format!(
            "{}  in {}{strict}",
            page.in_status(Status::Pass, "AGREE"),
            counted(u64::from(result.compared), "scenario")
        )
    } else {
        format!(
            "{}  {} in {} of {}{strict}",
            page.in_status(Status::Fail, "DIFFER"),
            counted(count.len() as u64, "cause"),
            thousands(u64::from(result.differing)),
            counted(u64::from(result.compared), "scenario")
        )
    };
    page.line(&row);
}
