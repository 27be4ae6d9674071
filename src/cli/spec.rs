//! `permspec spec`: the editions in this repository compared with a service model of AWS.

use std::fmt::Write as _;

use super::comparing::SpecDiffArgs;
use super::{Failure, output, usage};
use crate::contract::Edition;
use crate::contract::drift::{Drift, Published, drift, read};
use crate::exit_code::ExitCode;
use crate::observation::printable;

/// `permspec spec diff`.
pub fn diff(arguments: &SpecDiffArgs) -> Result<ExitCode, Failure> {
    let path = &arguments.model;
    let bytes = crate::input::read(path, crate::input::LIMIT)
        .map_err(|error| usage(format!("cannot read {}: {error}", path.display())))?;
    if bytes.starts_with(&[0x1f, 0x8b]) {
        return Err(usage(format!(
            "{} is compressed; unpack it first: gzip -dk {0}",
            path.display()
        )));
    }
    let model = read(&String::from_utf8_lossy(&bytes))
        .map_err(|error| usage(format!("{}: {error}", path.display())))?;
    let drifts = Edition::ALL.map(|edition| (edition, drift(edition, &model)));
    output::print(&summary(&path.display().to_string(), &model, &drifts));
    let [.., (_, current)] = &drifts;
    Ok(if current.is_empty() { ExitCode::Passed } else { ExitCode::Violated })
}

fn summary(
    path: &str,
    model: &Published,
    editions: &[(Edition, Vec<Drift>); Edition::ALL.len()],
) -> String {
    let mut text = format!(
        "{}  {} model{}: AddPermission with {} input members and {} errors\n",
        printable(path, 200),
        model.format,
        model.version.as_deref().map(|v| format!(" {}", printable(v, 40))).unwrap_or_default(),
        model.members.len(),
        model.errors.len()
    );
    for (edition, drifts) in editions {
        let name = edition.words();
        if drifts.is_empty() {
            let _ = writeln!(text, "\nThe edition of {name} agrees.");
            continue;
        }
        let points =
            if drifts.len() == 1 { "1 point" } else { &format!("{} points", drifts.len()) };
        let _ = writeln!(text, "\nThe edition of {name} differs in {points}:");
        for Drift { subject, part, ours, theirs, rules } in drifts {
            let rules: Vec<&str> = rules.iter().map(|rule| rule.name()).collect();
            let rules = if rules.is_empty() { String::new() } else { rules.join(" ") };
            let subject = printable(subject, 60);
            let _ = writeln!(text, "  {subject:<24} {part:<9} {rules}");
            let _ = writeln!(text, "      here   {}", printable(ours, 400));
            let _ = writeln!(text, "      there  {}", printable(theirs, 400));
        }
    }
    let [.., (_, current)] = editions;
    let verdict = if current.is_empty() {
        "AGREE  the model agrees with the current edition\n"
    } else {
        "MOVED  the model differs from the current edition\n"
    };
    let _ = write!(text, "\n{verdict}");
    text
}
