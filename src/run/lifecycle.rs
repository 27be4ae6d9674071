//! Operations that change functions, versions and aliases: their answers are not judged, but what
//! they did is taken into account.

use std::time::Instant;

use crate::judge::Judgement;
use crate::observation::{Answer, TransportFault};
use crate::scenario::Operation;

use super::session::{Record, Session};

impl Session {
    /// Sends an operation that is not on a policy, and follows what the target says of it.
    pub(super) async fn lifecycle(&mut self, operation: &Operation) -> Record {
        self.changed = true;
        self.written = Instant::now();
        let before = self.provisioned.clone();
        let made = &mut self.provisioned;
        let observation = match operation {
            Operation::PublishVersion(on) => self.target.publish_version(made, &on.function).await,
            Operation::CreateAlias(alias) => {
                self.target.create_alias(made, &alias.function, &alias.name, &alias.version).await
            }
            Operation::UpdateAlias(alias) => {
                self.target.update_alias(made, &alias.function, &alias.name, &alias.version).await
            }
            Operation::DeleteAlias(on) => {
                self.target.delete_alias(made, &on.function, &on.name).await
            }
            Operation::CreateFunction(on) => self.target.create_function(made, &on.function).await,
            Operation::DeleteFunction(on) => self.target.delete_function(made, &on.function).await,
            Operation::AddPermission(_)
            | Operation::GetPolicy(_)
            | Operation::RemovePermission(_) => {
                return self.unsent(
                    operation,
                    TransportFault::Untransportable("an operation on a policy".into()),
                );
            }
        };
        let mut judgement = Judgement::new(self.judging);
        if observation.answer().is_some_and(Answer::is_success) {
            self.follow(operation);
            self.changed_by(operation, &before);
        } else {
            // Nothing is known of what a failed change left behind.
            judgement.unjudged =
                Some(format!("{} did not succeed: {}", operation.name(), observation.brief()));
            self.world.forget_all();
            self.changed_somehow();
        }
        Record {
            operation: operation.name(),
            request: None,
            analysis: None,
            observation,
            judgement,
        }
    }

    /// Brings the world in line with what the target says of the fixture.
    fn follow(&mut self, operation: &Operation) {
        let key = match operation {
            Operation::PublishVersion(on)
            | Operation::CreateFunction(on)
            | Operation::DeleteFunction(on) => &on.function,
            Operation::CreateAlias(alias) | Operation::UpdateAlias(alias) => &alias.function,
            Operation::DeleteAlias(on) => &on.function,
            _ => return,
        };
        let Some(made) = self.provisioned.functions.get(key) else { return };
        self.world.issued.extend(made.revision_ids.iter().cloned());
        if let Operation::DeleteFunction(_) = operation {
            self.world.functions.remove(&made.name);
            self.world.deleted.insert(made.name.clone());
            self.world.happened(None);
            return;
        }
        self.world.deleted.remove(&made.name);
        let function = self.world.functions.entry(made.name.clone()).or_default();
        match operation {
            Operation::CreateFunction(_) => function.recreated = true,
            Operation::PublishVersion(_) => {
                if !function.versions.is_empty() {
                    // The code was changed before: what that does to revisions nobody recorded.
                    for policy in function.policies.values_mut() {
                        policy.last_mut().revision_in_doubt();
                    }
                }
                let published = made.versions.iter().filter(|v| !function.versions.contains(*v));
                function.late_versions.extend(published.cloned());
            }
            Operation::CreateAlias(alias) if function.deleted_aliases.contains(&alias.name) => {
                function.recreated_aliases.insert(alias.name.clone());
            }
            Operation::DeleteAlias(on) => {
                function.deleted_aliases.insert(on.name.clone());
                function.policies.remove(&Some(on.name.clone()));
            }
            _ => {}
        }
        function.versions = made.versions.iter().cloned().collect();
        function.aliases = made.aliases.iter().cloned().collect();
        self.world.happened(None);
    }
}
