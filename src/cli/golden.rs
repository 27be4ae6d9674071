//! `permspec golden`: recorded responses checked against the model.

use super::comparing::CheckArgs;
use super::record::today;
use super::{Failure, OrFail, output, report, run};
use crate::exit_code::ExitCode;
use crate::golden::check::{GoldenSet, check as judge};
use crate::report::checked;

/// `permspec golden check`.
pub async fn check(arguments: CheckArgs) -> Result<ExitCode, Failure> {
    let sets: Vec<GoldenSet> = arguments
        .files
        .iter()
        .map(|path| GoldenSet::read(path).or_fail(ExitCode::Usage))
        .collect::<Result<_, _>>()?;
    let judging = run::judging(&arguments.judging);
    // The reference server creates the functions, so a failure is a bug.
    let result = judge(&sets, judging, &today()).await.or_fail(ExitCode::Bug)?;
    output::print(&checked(&result, &report::options(arguments.all)));
    Ok(if result.has_wrong_target() {
        ExitCode::Violated
    } else if result.is_in_doubt() {
        ExitCode::GroundTruth
    } else {
        ExitCode::Passed
    })
}
