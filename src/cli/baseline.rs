//! `permspec baseline`: maintaining files of known failures.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::args::{LintArgs, UpdateArgs};
use super::run::{Ran, execute};
use super::settings::Settings;
use super::{Failure, OrFail, output, usage};
use crate::event::{Cause, RunResult, Verdict};
use crate::exit_code::ExitCode;
use crate::known::KnownFile;
use crate::known::update::{NewEntry, updated};
use crate::run::corpus;

/// `permspec baseline update`: runs the suite, adds new causes and removes stale entries.
pub async fn update(arguments: UpdateArgs, settings: &Settings) -> Result<ExitCode, Failure> {
    let UpdateArgs { mut run, reason } = arguments;
    if run.config.show_config {
        output::print(&settings.shown());
        return Ok(ExitCode::Passed);
    }
    let [path] = run.known.as_slice() else {
        return Err(usage("baseline update needs exactly one file: name it with --known FILE"));
    };
    let path = path.clone();
    output::check(&[&path])?;
    if reason.as_ref().is_some_and(|reason| reason.trim().is_empty()) {
        return Err(usage("the reason is empty; say why the new failures are tolerated"));
    }
    let is_new = !path.exists();
    if is_new {
        // A missing file is an empty list.
        run.known.clear();
    }
    let Ran { result, known, stale, unusable } = execute(&run, settings).await?;
    if let Some(failure) = unusable {
        return Err(failure);
    }
    run.reports.write(&result).map_err(anyhow::Error::msg).or_fail(ExitCode::Incomplete)?;
    if !result.complete {
        output::warn("the run was interrupted; the file was not changed");
        return Ok(ExitCode::Interrupted);
    }
    let file = known
        .into_iter()
        .next()
        .unwrap_or_else(|| KnownFile { path: path.clone(), ..KnownFile::default() });
    // An expired entry still fails; only a person can decide to tolerate it longer.
    let gone: Vec<usize> = stale
        .entries
        .iter()
        .filter(|stale| !stale.expired)
        .filter_map(|stale| stale.entry)
        .collect();
    let new = new_causes(&result);
    let change = Change { file: &file, gone: &gone, new: &new, result: &result };
    let text = change.write(reason.as_deref())?;
    say(&path, &change, stale.entries.iter().filter(|s| s.expired).count());
    for entry in stale.entries.iter().filter(|entry| entry.expired) {
        output::print(&format!("expired  {}, or change its date\n", entry.detail));
    }
    for unchecked in &stale.unchecked {
        output::print(&format!("kept     {unchecked}\n"));
    }
    let flaky = result.rules.iter().filter(|r| r.scored && r.verdict == Verdict::Flaky);
    for rule in flaky {
        output::print(&format!(
            "flaky    {}: not added; write a [[flaky]] entry with a reason to tolerate it\n",
            rule.id
        ));
    }
    // Check that the file can be read back, or the next run would reject it.
    KnownFile::parse(&path, &text).or_fail(ExitCode::Bug)?;
    Ok(ExitCode::Passed)
}

/// The causes that fail the run and are not known failures. For a bug with several causes, only the
/// one with the smallest counterexample.
fn new_causes(result: &RunResult) -> Vec<&Cause> {
    let mut causes: Vec<&Cause> = result
        .rules
        .iter()
        .filter(|rule| rule.scored && rule.verdict == Verdict::Violated)
        .flat_map(|rule| &rule.causes)
        .filter(|cause| !cause.flaky && !cause.advisory && cause.known.is_none())
        .collect();
    causes.sort_by_key(|cause| cause.counterexample.scenario.size());
    let mut seen = BTreeSet::new();
    causes.retain(|cause| cause.bug.as_ref().is_none_or(|bug| seen.insert(bug.id.clone())));
    causes.sort_by_key(|cause| cause.rule);
    causes
}

/// The changes to a file.
struct Change<'a> {
    file: &'a KnownFile,
    gone: &'a [usize],
    new: &'a [&'a Cause],
    result: &'a RunResult,
}

impl Change<'_> {
    /// Writes the counterexamples, then the file, and returns its text.
    fn write(&self, reason: Option<&str>) -> Result<String, Failure> {
        let path = &self.file.path;
        let cannot = |path: &Path, error: &std::io::Error| {
            usage(format!("cannot write {}: {error}", path.display()))
        };
        let folder = path.with_extension("");
        let folder = if folder == *path { path.with_extension("kept") } else { folder };
        let inside = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !self.new.is_empty() {
            std::fs::create_dir_all(&folder).map_err(|error| cannot(&folder, &error))?;
        }
        let mut entries = Vec::new();
        for cause in self.new {
            let name =
                format!("{}-{}.json", cause.rule.name().replace('.', "-"), cause.fingerprint);
            let kept = corpus::file(cause, self.result);
            let stored = folder.join(&name);
            output::write(&stored, &kept.to_text()).map_err(|error| cannot(&stored, &error))?;
            let what = cause.bug.as_ref().map_or(&cause.brief, |bug| &bug.title);
            let seen = || format!("{what} (found {})", today());
            let reason = reason.map_or_else(seen, ToOwned::to_owned);
            entries.push(NewEntry::new(cause, format!("{inside}/{name}"), &reason));
        }
        let text = updated(self.file, self.gone, &entries);
        if text != self.file.text {
            output::write(path, &text).map_err(|error| cannot(path, &error))?;
        }
        self.remove_unused(&folder, &entries);
        Ok(text)
    }

    /// Removes the counterexamples of removed entries, if permspec wrote them and no other entry
    /// names them.
    fn remove_unused(&self, folder: &Path, entries: &[NewEntry]) {
        let stored = |at: usize| self.file.known[at].stored.as_ref();
        let mut used: BTreeSet<PathBuf> = (0..self.file.known.len())
            .filter(|at| !self.gone.contains(at))
            .filter_map(|at| stored(at).cloned())
            .collect();
        let base = self.file.path.parent().unwrap_or(Path::new(""));
        used.extend(entries.iter().map(|entry| base.join(&entry.counterexample)));
        for path in self.gone.iter().filter_map(|at| stored(*at)) {
            if path.parent() == Some(folder) && !used.contains(path) {
                // A file that cannot be removed is harmless.
                let _ = std::fs::remove_file(path);
            }
        }
    }
}

fn say(path: &Path, change: &Change<'_>, expired: usize) {
    let kept = change.file.known.len() - change.gone.len();
    output::print(&format!(
        "{}: {} added, {} removed, {kept} kept{}\n",
        path.display(),
        change.new.len(),
        change.gone.len(),
        if expired > 0 { format!(", {expired} of them expired") } else { String::new() }
    ));
    for cause in change.new {
        let brief = crate::observation::printable(&cause.brief, 200);
        output::print(&format!("added    {}: {brief}\n", cause.rule));
    }
    for at in change.gone {
        output::print(&format!("removed  {}: it no longer fails\n", change.file.known[*at].rule));
    }
}

fn today() -> String {
    humantime::format_rfc3339_seconds(SystemTime::now()).to_string().chars().take(10).collect()
}

/// `permspec baseline lint`.
pub fn lint(arguments: &LintArgs) -> Result<ExitCode, Failure> {
    let mut code = ExitCode::Passed;
    for path in &arguments.files {
        let file = KnownFile::read(path).or_fail(ExitCode::Usage)?;
        let today = today();
        let expired: Vec<String> = file
            .known
            .iter()
            .filter(|entry| entry.is_expired(&today))
            .map(|entry| (entry.place, &entry.rule, &entry.until))
            .chain(
                file.flaky
                    .iter()
                    .filter(|entry| entry.is_expired(&today))
                    .map(|entry| (entry.place, &entry.rule, &entry.until)),
            )
            .map(|(place, rule, until)| {
                format!(
                    "{}:{} ({rule}) expired on {}; delete {}, or change its date\n",
                    path.display(),
                    place.first,
                    until.as_deref().unwrap_or_default(),
                    place.lines()
                )
            })
            .collect();
        if !expired.is_empty() {
            code = ExitCode::Stale;
        }
        output::print(&expired.concat());
        output::print(&format!(
            "{}: {} known failure{}, {} flaky\n",
            path.display(),
            file.known.len(),
            if file.known.len() == 1 { "" } else { "s" },
            file.flaky.len()
        ));
    }
    Ok(code)
}
