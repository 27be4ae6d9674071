//! What is sent and answered on a session, kept for diagnosing.

use crate::client::Provisioned;
use crate::diagnose::Tape;
use crate::scenario::{Operation, Scenario};
use crate::server::predict::Change;

use super::play::play;
use super::played::Played;
use super::session::Session;

/// The most bytes that all tapes of a run hold; what comes after is not diagnosed.
pub(super) const MOST_TAPE: usize = 24 * 1024 * 1024;

impl Session {
    /// Keeps what is sent and answered from now on.
    pub(super) fn record(&mut self) {
        self.tape = Some(Box::new(Tape::new(&self.world)));
    }

    /// What was kept since recording began; nothing is kept from now on.
    pub(super) fn recorded(&mut self) -> Option<Box<Tape>> {
        self.tape.take().filter(|tape| !tape.entries.is_empty())
    }

    /// Notes that the world changed in a way that mutants have no name for.
    pub(super) fn changed_somehow(&mut self) {
        if let Some(tape) = &mut self.tape {
            tape.change(Change::Other, &self.world);
        }
    }

    /// Notes what an operation beside the policies did; `before` is what was there before it.
    pub(super) fn changed_by(&mut self, operation: &Operation, before: &Provisioned) {
        if self.tape.is_none() {
            return;
        }
        let name = |key: &str| {
            let known = self.provisioned.functions.get(key).or_else(|| before.functions.get(key));
            known.map(|made| made.name.clone()).unwrap_or_default()
        };
        let change = match operation {
            Operation::PublishVersion(on) => Change::Published {
                function: name(&on.function),
                version: self
                    .provisioned
                    .functions
                    .get(&on.function)
                    .and_then(|made| made.versions.last().cloned())
                    .unwrap_or_default(),
            },
            Operation::CreateAlias(alias) => {
                Change::AliasMade { function: name(&alias.function), alias: alias.name.clone() }
            }
            Operation::UpdateAlias(alias) => {
                Change::AliasMoved { function: name(&alias.function), alias: alias.name.clone() }
            }
            Operation::DeleteAlias(on) => {
                Change::AliasDeleted { function: name(&on.function), alias: on.name.clone() }
            }
            Operation::DeleteFunction(on) => {
                Change::FunctionDeleted { function: name(&on.function) }
            }
            _ => Change::Other,
        };
        if let Some(tape) = &mut self.tape {
            tape.change(change, &self.world);
        }
    }
}

/// Plays a scenario, and keeps what was sent and answered.
pub(super) async fn recorded(session: &mut Session, scenario: &Scenario, round: u32) -> Played {
    if !scenario.has_race() {
        session.record();
    }
    let mut played = play(session, scenario, round).await;
    played.tape = session.recorded();
    played
}
