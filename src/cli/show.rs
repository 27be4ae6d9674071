//! `permspec show`.

use std::path::{Path, PathBuf};

use clap::Args;

use super::run::LAST;
use super::{Failure, output, report, usage};
use crate::event::RunResult;
use crate::exit_code::ExitCode;
use crate::report as reports;

/// The arguments of `show`.
#[derive(Clone, Debug, Args)]
pub struct ShowArgs {
    /// The id of a bug; without one, the bugs are listed
    #[arg(value_name = "BUG")]
    pub bug: Option<String>,
    /// A result that --json wrote, or a stream that --events wrote; otherwise the last run's
    #[arg(long, value_name = "RESULTS.json")]
    pub results: Option<PathBuf>,
    /// List bugs that are only reported as well
    #[arg(long)]
    pub advisory: bool,
}

/// Prints all of one bug, or a list of them.
pub fn show(arguments: &ShowArgs) -> Result<ExitCode, Failure> {
    let path = arguments.results.clone().unwrap_or_else(|| PathBuf::from(LAST));
    if arguments.results.is_none() && !path.exists() {
        return Err(usage(
            "no earlier result found in this directory; run the suite first, or name a file with --results",
        ));
    }
    let result = report::read(&path)?;
    let options = report::options(false);
    let Some(bug) = &arguments.bug else {
        output::print(&reports::bug_list(&result, arguments.advisory, &options));
        return Ok(ExitCode::Passed);
    };
    match reports::bug_in_full(&result, bug, &options) {
        Some(text) => output::print(&text),
        None => return Err(unknown(&result, bug)),
    }
    Ok(ExitCode::Passed)
}

/// The error of an id that no bug has, with those that are near.
fn unknown(result: &RunResult, bug: &str) -> Failure {
    let near: Vec<&str> = result
        .bugs
        .iter()
        .map(|known| known.id.as_str())
        .filter(|id| id.contains(bug) || bug.contains(id))
        .take(3)
        .collect();
    if near.is_empty() {
        return usage(format!("no bug is called {bug:?}; `permspec show` lists them"));
    }
    usage(format!("no bug is called {bug:?}; did you mean {}?", near.join(" or ")))
}

/// Keeps a result, so that its bugs can be shown.
pub fn keep(result: &RunResult) {
    let path = Path::new(LAST);
    let kept = path
        .parent()
        .map_or(Ok(()), std::fs::create_dir_all)
        .and_then(|()| output::write(path, &reports::json(result)));
    if let Err(error) = kept {
        output::warn(&format!("the result cannot be kept in {LAST}: {error}"));
    }
}
