//! `permspec selftest`.

use super::args::SelftestArgs;
use super::{Failure, OrFail, output, usage};
use crate::exit_code::ExitCode;
use crate::run::DEFAULT_SEED;
use crate::run::selftest::{Chosen, selftest as prove};

/// Runs the suite against every mutant and prints the kill matrix.
pub async fn selftest(arguments: SelftestArgs) -> Result<ExitCode, Failure> {
    let name = arguments.only.unwrap_or_default();
    let chosen = Chosen { name, shard: arguments.shard };
    let verbose = !arguments.quiet && !arguments.json;
    let mut count = 0_u32;
    let matrix = prove(
        arguments.seed.unwrap_or(DEFAULT_SEED),
        &chosen,
        usize::from(arguments.jobs),
        |kill| {
            count += 1;
            if verbose {
                let mark = if kill.rules.is_empty() { "SURVIVES" } else { "killed" };
                let advisory = if kill.advisory { " (advisory)" } else { "" };
                output::print(&format!(
                    "{mark:<9} {:<44} after {:>5} requests, {} members, {} steps  {}{advisory}\n",
                    kill.mutant,
                    kill.requests,
                    kill.members,
                    kill.steps,
                    kill.rules.join(" ")
                ));
            }
        },
    )
    .await;
    if count == 0 {
        return Err(usage(format!(
            "no mutant in this shard has a name that contains {:?}",
            chosen.name
        )));
    }
    if arguments.json {
        let text = serde_json::to_string_pretty(&matrix).or_fail(ExitCode::Bug)?;
        output::print(&format!("{text}\n"));
    } else {
        output::print("\nKills by rule\n");
        for (rule, kills) in &matrix.rules {
            output::print(&format!("  {rule:<36} {kills:>4}\n"));
        }
        for problem in &matrix.problems {
            output::print(&format!("PROBLEM  {problem}\n"));
        }
        let killed = matrix.mutants.iter().filter(|kill| !kill.rules.is_empty()).count();
        output::print(&format!(
            "\n{killed} of {} mutants killed by {} rules; median {} requests to the first kill, \
             median {} members in the counterexample; {:.1} s\n",
            matrix.mutants.len(),
            matrix.rules.len(),
            matrix.median_requests,
            matrix.median_members,
            matrix.duration_ms as f64 / 1000.0
        ));
    }
    Ok(if matrix.problems.is_empty() { ExitCode::Passed } else { ExitCode::Violated })
}

/// Parses a shard, such as `2/10`.
pub fn shard(text: &str) -> Result<(usize, usize), String> {
    let numbers = text.split_once('/').and_then(|(number, of)| {
        let (number, of) = (number.parse().ok()?, of.parse().ok()?);
        (1 <= number && number <= of).then_some((number, of))
    });
    numbers.ok_or_else(|| "expected a shard such as 2/10".to_owned())
}
