//! A Markdown file a bug, ready to be filed with the maintainers of the target.

use std::fmt::Write as _;

use super::findings;
use super::markdown::{fenced, inline};
use super::terminal::{counterexample_text, when_line};
use super::text::{LINE, line};
use crate::event::{Bug, RunResult};

/// The files: a name and a text for each bug that is scored and not known.
pub fn issues(result: &RunResult) -> Vec<(String, String)> {
    result
        .bugs
        .iter()
        .filter(|bug| !bug.advisory)
        .map(|bug| (format!("{}.md", file_name(&bug.id)), issue(result, bug)))
        .collect()
}

/// An id as a name of a file: nothing that a stored result holds may lead out of the folder.
fn file_name(id: &str) -> String {
    let name: String = id
        .chars()
        .map(|symbol| if symbol.is_ascii_alphanumeric() { symbol } else { '-' })
        .take(100)
        .collect();
    if name.is_empty() { "bug".into() } else { name }
}

fn issue(result: &RunResult, bug: &Bug) -> String {
    let mut out = format!("# {}\n\n", inline(&line(&bug.title, LINE)));
    let _ = writeln!(
        out,
        "Severity: {}. Seen in {} answers; {} comparable ones were right.\n",
        bug.severity.about(),
        bug.failing,
        bug.passing
    );
    if let Some(when) = &bug.when {
        let _ = writeln!(out, "It shows {}.\n", inline(&line(&when_line(when), LINE)));
    }
    if let Some(effect) = bug.effect {
        let _ = writeln!(out, "The statement {}.", effect.about());
        if let Some(witness) = &bug.witness {
            let allowed = |yes: bool| if yes { "allows" } else { "does not allow" };
            let _ = writeln!(
                out,
                "AWS {} it when {} calls {} on {}; this target {} it.",
                allowed(witness.expected),
                inline(&line(&witness.principal, 200)),
                inline(&line(&witness.action, 80)),
                inline(&line(&witness.resource, 200)),
                allowed(witness.actual)
            );
        }
        out.push('\n');
    }
    if let Some(cause) = bug.counterexample.as_ref().and_then(|id| findings::cause_of(result, id)) {
        out.push_str("## How to see it\n\n");
        out.push_str(&fenced(&counterexample_text(cause)));
        out.push('\n');
    }
    let rules: Vec<String> = bug.rules.iter().map(|rule| format!("`{rule}`")).collect();
    let _ = writeln!(out, "Rules of permspec that it breaks: {}.", rules.join(", "));
    if !bug.reach.is_empty() {
        let names: Vec<&str> = bug.reach.iter().map(|reach| reach.client.as_str()).collect();
        let _ = writeln!(out, "\nClients that can send it: {}.", inline(&names.join(", ")));
    }
    let _ = writeln!(
        out,
        "\nFound by permspec {} at {}, seed {}.",
        inline(&line(&result.suite.version, 40)),
        inline(&findings::target_name(result)),
        result.run.seed
    );
    out
}
