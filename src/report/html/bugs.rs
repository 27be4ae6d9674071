//! The bugs on the page, the worst first.

use serde::Serialize;

use super::card::anchor;
use crate::event::{Bug, RunResult};
use crate::report::findings;
use crate::report::text::{LINE, counted, line};

/// The most bugs on a page.
const MOST: usize = 200;

/// One bug.
#[derive(Serialize)]
pub struct BugView {
    anchor: String,
    id: String,
    title: String,
    severity: &'static str,
    status: &'static str,
    known: Option<String>,
    advisory: bool,
    effect: Option<&'static str>,
    witness: Option<String>,
    when: Option<String>,
    numbers: String,
    clients: String,
    reads: Vec<(String, String)>,
    mutants: String,
    rules: Vec<&'static str>,
    causes: Vec<(String, String)>,
}

/// The place of a bug on the page.
pub fn bug_anchor(id: &str) -> String {
    anchor("", id).replacen("cause-", "bug-", 1)
}

/// The bugs of a result, those that are scored first.
pub fn bugs(result: &RunResult) -> Vec<BugView> {
    result.bugs.iter().take(MOST).map(|bug| view(result, bug)).collect()
}

fn view(result: &RunResult, bug: &Bug) -> BugView {
    let status = match (&bug.known, bug.advisory) {
        (Some(_), _) => "known",
        (None, true) => "note",
        (None, false) => "fail",
    };
    let clients: Vec<&str> = bug.reach.iter().map(|reach| reach.client.as_str()).collect();
    let when = bug.when.as_ref().map(|when| {
        let ((failed, of), (otherwise, others)) = (when.inside, when.outside);
        line(
            &format!("when {}: {failed} of {of}, otherwise {otherwise} of {others}", when.text),
            LINE,
        )
    });
    BugView {
        anchor: bug_anchor(&bug.id),
        id: line(&bug.id, 100),
        title: line(&bug.title, LINE),
        severity: bug.severity.about(),
        status,
        known: bug.known.as_ref().map(|known| line(known, LINE)),
        advisory: bug.advisory,
        effect: bug.effect.map(crate::event::Effect::about),
        witness: bug.witness.as_ref().map(|witness| {
            let allowed = |yes: bool| if yes { "allowed" } else { "denied" };
            let context: Vec<String> =
                witness.context.iter().map(|(key, value)| format!("{key} = {value}")).collect();
            let context = if context.is_empty() {
                String::new()
            } else {
                format!(" with {}", context.join(", "))
            };
            line(
                &format!(
                    "{} calls {} on {}{context}: {} by AWS, {} here",
                    witness.principal,
                    witness.action,
                    witness.resource,
                    allowed(witness.expected),
                    allowed(witness.actual)
                ),
                LINE,
            )
        }),
        when,
        numbers: format!(
            "{} wrong, {} right",
            counted(u64::from(bug.failing), "answer"),
            bug.passing
        ),
        clients: line(&clients.join(", "), LINE),
        reads: bug
            .reach
            .iter()
            .filter_map(|reach| Some((line(&reach.client, 60), line(reach.reads.as_ref()?, 120))))
            .collect(),
        mutants: bug.mutants.first().map_or(String::new(), |name| line(name, 120)),
        rules: bug.rules.iter().map(|rule| rule.name()).collect(),
        causes: bug
            .causes
            .iter()
            .filter_map(|id| findings::cause_of(result, id))
            .map(|cause| (anchor("", &cause.id), line(&cause.brief, 200)))
            .collect(),
    }
}
