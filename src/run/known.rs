//! Known failures in a run: marking of causes, and replay of stored counterexamples to find stale
//! entries.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use super::engine::Engine;
use super::stale::{StaleEntries, StaleEntry};
use super::{replay, verdict};
use crate::contract::RuleId;
use crate::event::Cause;
use crate::known::{Entry, FlakyEntry, KnownFile, Place};

/// Marks a cause if an entry covers it, with the reason of the first such entry.
pub fn mark(files: &[KnownFile], cause: &mut Cause) {
    cause.known = files.iter().find_map(|file| file.covers(cause));
}

/// Marks causes whose bug an entry names, once bugs are known.
pub(super) fn mark_by_bug(files: &[KnownFile], cause: &mut Cause) {
    if cause.known.is_none() && cause.bug.is_some() {
        mark(files, cause);
    }
}

/// The entry that lists a cause by its fingerprint, with the numbers of its file and of itself.
pub(super) fn listing<'a>(
    files: &'a [KnownFile],
    fingerprint: &str,
    rule: RuleId,
) -> Option<((usize, usize), &'a Entry)> {
    files.iter().enumerate().find_map(|(file, known)| {
        let at = known.known.iter().position(|entry| {
            entry.cause.as_deref() == Some(fingerprint) && entry.rules.contains(&rule)
        })?;
        Some(((file, at), &known.known[at]))
    })
}

/// Replays the counterexample of every entry that concerns this run, unless the run has already
/// seen it fail.
pub async fn check_stale(engine: &Arc<Engine>) -> StaleEntries {
    let mut found = StaleEntries::default();
    if engine.options.known.is_empty() {
        return found;
    }
    let today = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    let today = today.get(..10).unwrap_or_default();
    let mut asked: Vec<(usize, usize)> = Vec::new();
    for (file, known) in engine.options.known.iter().enumerate() {
        let concerning = |(_, entry): &(usize, &Entry)| concerns(engine, &entry.rules);
        let entries = known.known.iter().enumerate().filter(concerning);
        asked.extend(entries.map(|(at, _)| (file, at)));
    }
    let mut replies = replies(engine, &asked).await;
    for place_of in asked {
        let (file, at) = place_of;
        let known = &engine.options.known[file];
        let entry = &known.known[at];
        let Some(reply) = replies.remove(&place_of) else {
            // Entries that were not checked are not stale.
            found.unchecked.push("the run ended before every known failure was checked".into());
            return found;
        };
        let expired = entry.is_expired(today);
        let place = place(known, &entry.rule, entry.place);
        let stale = match reply {
            Ok(true) => Some(format!("{place} is stale: its counterexample behaves now")),
            Ok(false) => None,
            Err(reason) => {
                found.unchecked.push(format!("{place} could not be checked: {reason}"));
                None
            }
        };
        let over = || expired.then(|| expiry(&place, entry.until.as_deref()));
        let gone = stale.is_some();
        if let Some(detail) = stale.or_else(over) {
            let detail = format!("{detail}; delete {}", entry.place.lines());
            let expired = !gone;
            found.entries.push(StaleEntry { file, entry: Some(at), expired, detail });
        }
    }
    for (file, known) in engine.options.known.iter().enumerate() {
        for FlakyEntry { rule, rules, until, place: lines, .. } in
            known.flaky.iter().filter(|entry| entry.is_expired(today))
        {
            if concerns(engine, rules) {
                let place = place(known, rule, *lines);
                let detail =
                    format!("{}; delete {}", expiry(&place, until.as_deref()), lines.lines());
                found.entries.push(StaleEntry { file, entry: None, expired: true, detail });
            }
        }
    }
    found
}

/// Whether the counterexamples no longer fail, by the numbers of file and entry. Those that are
/// missing were not replayed, because the run was stopped.
async fn replies(
    engine: &Arc<Engine>,
    asked: &[(usize, usize)],
) -> BTreeMap<(usize, usize), Result<bool, String>> {
    let mut replies = BTreeMap::new();
    let mut running = tokio::task::JoinSet::new();
    let mut waiting = asked.iter().copied();
    loop {
        while running.len() < engine.options.jobs.max(1)
            && !engine.is_stopped()
            && let Some((file, at)) = waiting.next()
        {
            if engine.was_seen_again((file, at)) {
                replies.insert((file, at), Ok(false));
                continue;
            }
            let engine = Arc::clone(engine);
            running.spawn(async move {
                let entry = &engine.options.known[file].known[at];
                // Several are replayed at once, each on functions of its own.
                let label = format!("k{file}n{at}");
                ((file, at), behaves(&engine, entry, &label).await)
            });
        }
        match running.join_next().await {
            Some(Ok((place, reply))) => {
                replies.insert(place, reply);
            }
            Some(Err(error)) => engine.bug(&format!("a replay ended early: {error}")),
            None => return replies,
        }
    }
}

fn place(file: &KnownFile, rule: &str, place: Place) -> String {
    format!("{}:{} ({rule})", file.path.display(), place.first)
}

fn expiry(place: &str, until: Option<&str>) -> String {
    format!("{place} expired on {}", until.unwrap_or_default())
}

/// Whether this run tests any of the rules.
fn concerns(engine: &Engine, rules: &[RuleId]) -> bool {
    rules.iter().any(|rule| verdict::not_applicable(&engine.options, *rule).is_none())
}

/// Whether the counterexample of an entry violates none of the entry's rules any more.
async fn behaves(engine: &Arc<Engine>, entry: &Entry, label: &str) -> Result<bool, String> {
    let options = &engine.options;
    if options.function.is_some() {
        return Err("counterexamples are not replayed on a function of your own".into());
    }
    let file = &entry.counterexample;
    let replayed = replay::replay(&engine.target, file, label, options.judging, options.rounds)
        .await
        .map_err(|error| error.to_string())?;
    if entry.rules.iter().any(|rule| replayed.suspects.contains(rule)) {
        return Ok(false);
    }
    match replayed.unjudged {
        Some(reason) => Err(reason),
        // Successful rounds do not prove that a race cannot fail.
        None if file.scenario().has_race() => Err(format!(
            "it is a race, and in {} rounds it went well; delete the entry if that is mended",
            options.rounds
        )),
        None => Ok(true),
    }
}
