//! Deleting what this run made, and nothing else, so that nothing is left behind.

use std::time::{Duration, Instant};

use super::Target;
use super::fixture::{Leftover, Provisioned};
use super::lambda::{self, describe, is_unsupported};
use crate::observation::Answer;

/// How many functions are deleted at a time at the end of a run.
const SIDE_BY_SIDE: usize = 16;

impl Target {
    /// Deletes what was made for one scenario; returns what could not be deleted. Where the target
    /// has stopped answering, that is left for [`release_all`](Self::release_all).
    pub async fn release(&self, provisioned: &Provisioned) -> Vec<Leftover> {
        let mut leftovers = Vec::new();
        for function in provisioned.functions.values() {
            if self.shared.hanging.is_silent() {
                break;
            }
            leftovers.extend(self.delete(&function.name).await);
        }
        leftovers
    }

    /// Deletes everything that this run made and has not deleted yet, several at a time, the role
    /// too; returns what could not be deleted. Call it at the end, and after an interruption.
    pub async fn release_all(&self) -> Vec<Leftover> {
        let mut leftovers: Vec<Leftover> = Vec::new();
        let mut unreachable: Option<String> = None;
        let mut waiting = self.shared.registry.names().into_iter();
        let mut deleting = tokio::task::JoinSet::new();
        loop {
            while deleting.len() < SIDE_BY_SIDE
                && let Some(name) = waiting.next()
            {
                // Who could not be reached, need not be tried again for each.
                if let Some(why) = &unreachable {
                    leftovers.push(Leftover { kind: "function", name, why: why.clone() });
                    continue;
                }
                let target = self.clone();
                deleting.spawn(async move { target.delete(&name).await });
            }
            let Some(done) = deleting.join_next().await else { break };
            let Ok(Some(left)) = done else { continue };
            let out_of_time =
                self.shared.halt.cleanup_left().is_some_and(|left| left == Duration::ZERO);
            if self.ended().is_some() || self.shared.hanging.is_silent() || out_of_time {
                unreachable = Some(left.why.clone());
            }
            leftovers.push(left);
        }
        leftovers.extend(self.delete_role().await);
        leftovers.sort_by(|a, b| a.name.cmp(&b.name));
        if leftovers.is_empty()
            && let Some(journal) = self.journal()
        {
            journal.close();
        }
        leftovers
    }

    /// Deletes the role that was made, where one was.
    async fn delete_role(&self) -> Option<Leftover> {
        let mut role = self.shared.registry.role.lock().await;
        let made = role.clone()?;
        let observation = self.send_iam(&lambda::delete_role(&made.name)).await;
        let gone = observation
            .answer()
            .is_some_and(|answer| answer.is_success() || answer.status() == 404);
        if gone {
            *role = None;
            return None;
        }
        Some(Leftover { kind: "role", name: made.name, why: describe(&observation) })
    }

    /// Deletes a function if this run made it. A deletion that is refused for the moment is
    /// repeated within patience; a target that has stopped answering is asked at the end only.
    pub(super) async fn delete(&self, name: &str) -> Option<Leftover> {
        if !self.shared.registry.has(name) {
            return None;
        }
        let patience = self.shared.config.patience.per_request;
        let began = Instant::now();
        let mut pause = Duration::from_millis(100);
        let mut observation = self.send_undo(&lambda::delete_function(name)).await;
        while observation.answer().is_some_and(is_for_the_moment)
            && began.elapsed() + pause <= patience
            && self.pause_to_clean_up(pause).await
        {
            pause = (pause * 2).min(Duration::from_secs(2));
            observation = self.send_undo(&lambda::delete_function(name)).await;
        }
        let gone = observation.answer().is_some_and(|answer| {
            answer.is_success() || (answer.status() == 404 && !is_unsupported(answer))
        });
        if gone {
            self.forget(name);
            return None;
        }
        let why = describe(&observation);
        Some(Leftover { kind: "function", name: name.to_owned(), why })
    }
}

/// Whether a refusal to delete may be over soon: the function is being made or updated, the target
/// throttles, or it failed.
fn is_for_the_moment(answer: &Answer) -> bool {
    matches!(answer.status(), 409 | 429 | 500 | 502..=599)
}
