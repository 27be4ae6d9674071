//! Cleaning up after a scenario: statements removed so that the fixture can be reused, grants to
//! strangers taken back, functions deleted.

use std::time::Instant;

use crate::model::world::statement_id;
use crate::model::{PolicyResource, apply};
use crate::observation::Observation;
use crate::scenario::{Operation, RemovePermission, Template};
use crate::wire::WireRequest;

use super::session::{Session, read_of};

impl Session {
    /// Deletes what was made; on a function of the user's own, removes our statements and says
    /// what is not as it was.
    pub async fn close(mut self) -> Option<String> {
        if !self.provisioned.adopted {
            self.target.release(&self.provisioned).await;
            return self.stuck.first().cloned();
        }
        let name = self.provisioned.functions.values().next()?.name.clone();
        let resource = PolicyResource { function: name.clone(), qualifier: None };
        self.undo(&Operation::GetPolicy(read_of(&resource))).await;
        let mut ours = self.world.policy(&name, None).last().statements.clone();
        ours.retain(|statement| !self.own.contains(statement));
        for sid in ours.iter().filter_map(statement_id) {
            let remove = RemovePermission {
                function_name: Template::literal(&name),
                statement_id: Template::literal(sid),
                ..RemovePermission::default()
            };
            self.undo(&Operation::RemovePermission(remove)).await;
        }
        self.undo(&Operation::GetPolicy(read_of(&resource))).await;
        let left = self.world.policy(&name, None).last().statements.clone();
        (left != self.own).then(|| format!("the policy of {name} is not as it was before the run"))
    }

    /// Sends one operation of the clean-up, also when the run was told to end, and follows it.
    async fn undo(&mut self, operation: &Operation) {
        let Ok(Some(wire)) = self.wire(operation) else { return };
        if let (Operation::GetPolicy(_), Some(resource)) = (operation, self.analyse(&wire).resource)
            && let Some(state) =
                self.world.policy_mut(&resource.function, resource.qualifier.as_deref())
        {
            state.forget();
        }
        let analysis = self.analyse(&wire);
        let observation = self.target.send_undo(&wire).await;
        self.written = Instant::now();
        apply::apply(&mut self.world, &analysis, &observation);
    }

    /// Removes what the policies hold, as far as that can be done, so that the fixture serves
    /// another scenario. Whether it does is for [`is_fresh`](Self::is_fresh) to say.
    pub async fn tidy(&mut self) {
        if self.changed || self.is_fresh() {
            return;
        }
        let mut grants: Vec<PolicyResource> = Vec::new();
        for (name, function) in &self.world.functions {
            for (qualifier, state) in &function.policies {
                if state.known().is_none() || state.last().exists() {
                    let (function, qualifier) = (name.clone(), qualifier.clone());
                    grants.push(PolicyResource { function, qualifier });
                }
            }
        }
        if grants.len() > 1 {
            return;
        }
        for resource in grants {
            let known = |session: &Self| {
                let state = session.world.policy(&resource.function, resource.qualifier.as_deref());
                state.known().cloned()
            };
            if known(self).is_none() {
                self.read_policy(&resource).await;
            }
            let Some(mut policy) = known(self).filter(|policy| policy.statements.len() <= 2) else {
                return;
            };
            // What was there before the run is never removed.
            policy.statements.retain(|statement| !self.own.contains(statement));
            for sid in policy.statements.iter().filter_map(statement_id) {
                let remove = RemovePermission {
                    function_name: Template::literal(&resource.function),
                    qualifier: resource.qualifier.as_deref().map(Template::literal),
                    statement_id: Template::literal(sid),
                    ..RemovePermission::default()
                };
                self.step(&Operation::RemovePermission(remove)).await;
            }
            // Seen once, then trusted: what shrinking arrives at is shown on a fixture of its own.
            if !self.empties {
                self.read_policy(&resource).await;
                self.empties = self.is_fresh();
            }
            self.world.forget_history();
        }
    }

    /// Whether the session is as good as new.
    pub fn is_fresh(&self) -> bool {
        if self.changed || !self.world.is_known() {
            return false;
        }
        let mut policies =
            self.world.functions.values().flat_map(|function| function.policies.values());
        policies.all(|policy| policy.last().statements == self.own)
    }

    /// Takes back what a request granted to strangers, and follows that. Where it cannot be taken
    /// back, the functions are deleted.
    pub async fn retract(&mut self, wire: &WireRequest, observation: &Observation) {
        let Some(removal) = self.target.retraction(wire, observation) else { return };
        let analysis = self.analyse(&removal);
        let (observation, gone) = self.target.take_back(&removal).await;
        self.written = Instant::now();
        apply::apply(&mut self.world, &analysis, &observation);
        if gone {
            self.changed_somehow();
            return;
        }
        self.changed = true;
        self.world.forget_all();
        self.changed_somehow();
        for left in self.target.release(&self.provisioned).await {
            self.stuck.push(format!("a grant to strangers: {left}"));
        }
    }
}
