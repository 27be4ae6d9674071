//! What racy mutants do in place of storing and removing under one lock.

use std::sync::MutexGuard;
use std::time::Duration;

use serde_json::Value;

use super::choose;
use super::mutants::StateMutation;
use super::permission::Plan;
use super::reference::ReferenceServer;
use super::reply::no_content;
use super::state::State;
use crate::model::{PolicyResource, RejectKind, analyse};
use crate::wire::{WireRequest, WireResponse};

/// How long a racy mutant leaves its policy open to others between reading and writing it.
const GAP: Duration = Duration::from_millis(25);

/// How many adds at once are too many for a mutant that fails in crowds.
const CROWD: usize = 8;

impl ReferenceServer {
    /// Stores a grant as the racy mutants do.
    pub(super) fn race<'a>(
        &'a self,
        mut state: MutexGuard<'a, State>,
        wire: &WireRequest,
        plan: &Plan,
    ) -> Result<(), WireResponse> {
        let Some(resource) = &plan.resource else { return Ok(()) };
        let before = state.policy(resource);
        if self.does(StateMutation::DirtyRead) {
            let stored = plan.stored.clone();
            state.change_policy(resource, |policy| policy.statements.push(Value::Object(stored)));
            drop(state);
            std::thread::sleep(GAP);
            state = self.lock();
            state.change_policy(resource, |policy| {
                policy.statements.retain(|known| known.as_object() != Some(&plan.stored));
            });
            drop(state);
            std::thread::sleep(GAP);
            state = self.lock();
            let renewed = self.plan(&mut state, wire)?;
            self.commit(&mut state, &renewed);
            return Ok(());
        }
        let all = state.world.functions.get(&resource.function).map(|found| found.policies.clone());
        state.crowd += 1;
        drop(state);
        std::thread::sleep(GAP);
        let mut state = self.lock();
        let is_crowded = state.crowd > CROWD;
        state.crowd -= 1;
        if self.does(StateMutation::LostUpdate)
            || (self.does(StateMutation::LostUpdateInCrowds) && is_crowded)
        {
            // Sid and revision are looked at once more; the statements are not.
            let renewed = self.plan(&mut state, wire)?;
            state.change_policy(resource, |policy| policy.statements = before.statements);
            self.commit(&mut state, &renewed);
            return Ok(());
        }
        if self.does(StateMutation::RemovalOverwritten) {
            let renewed = self.plan(&mut state, wire)?;
            state.change_policy(resource, |policy| {
                for old in before.statements {
                    if !policy.statements.contains(&old) {
                        policy.statements.push(old);
                    }
                }
            });
            self.commit(&mut state, &renewed);
            return Ok(());
        }
        if self.does(StateMutation::PoliciesOverwritten) {
            let renewed = self.plan(&mut state, wire)?;
            let own = state.policy(resource).statements;
            if let (Some(function), Some(all)) =
                (state.world.functions.get_mut(&resource.function), all)
            {
                function.policies = all;
            }
            state.change_policy(resource, |policy| policy.statements = own);
            self.commit(&mut state, &renewed);
            return Ok(());
        }
        let is_suffixed = wire.path.to_ascii_lowercase().contains("%3a");
        let renewed = self.plan(&mut state, wire);
        let ask = |kind: &RejectKind| match kind {
            RejectKind::Conflict => {
                self.does(StateMutation::TwoWinnersPerSid)
                    || (self.does(StateMutation::TwoWinnersPerSpelling) && is_suffixed)
                    || (self.does(StateMutation::TwoWinnersInCrowds) && is_crowded)
            }
            RejectKind::Precondition => self.does(StateMutation::TwoWinnersPerRevision),
            _ => false,
        };
        match renewed {
            Ok(renewed) => self.commit(&mut state, &renewed),
            Err(refused) => {
                let analysis = analyse(&state.world, wire, self.editions());
                let faults = choose::raised(&state, &analysis, self.readings());
                if !faults.iter().all(|fault| ask(&fault.kind)) {
                    return Err(refused);
                }
                self.commit(&mut state, plan);
            }
        }
        Ok(())
    }

    /// Removes a statement as the racy mutants do.
    pub(super) fn race_removal<'a>(
        &'a self,
        mut state: MutexGuard<'a, State>,
        asked: &WireRequest,
        resource: &PolicyResource,
        sid: &str,
    ) -> WireResponse {
        let readings = self.readings();
        if self.does(StateMutation::RemovalShownLate) {
            let mut before = std::mem::take(&mut state.policy(resource).statements);
            state.change_policy(resource, |policy| policy.statements.clear());
            drop(state);
            std::thread::sleep(GAP);
            state = self.lock();
            state.change_policy(resource, |policy| {
                before.append(&mut policy.statements);
                policy.statements = before;
            });
        } else if self.does(StateMutation::TwoRemovalsPerSid)
            || self.does(StateMutation::TwoRemovalsPerRevision)
        {
            drop(state);
            std::thread::sleep(GAP);
            state = self.lock();
        }
        let analysis = analyse(&state.world, asked, self.editions());
        let mut faults = choose::raised(&state, &analysis, readings);
        faults.retain(|fault| match fault.kind {
            RejectKind::StatementNotFound | RejectKind::PolicyAbsent => {
                !self.does(StateMutation::TwoRemovalsPerSid)
            }
            RejectKind::Precondition => !self.does(StateMutation::TwoRemovalsPerRevision),
            _ => true,
        });
        if let Some((_, reply)) = choose::answer(&faults, readings) {
            return self.refuse(&reply);
        }
        super::storing::remove(self.mutants(), &mut state, resource, sid, readings);
        no_content()
    }
}
