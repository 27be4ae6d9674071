//! One fixture on the target, with everything that is known of it: steps are sent here.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use crate::client::{FixtureError, Provisioned, Target, Timing};
use crate::event::Judging;
use crate::judge::{Judgement, judge};
use crate::model::name::FunctionName;
use crate::model::world::{Function, statement_id};
use crate::model::{Analysis, PolicyResource, World, analyse, apply};
use crate::observation::{Observation, TransportFault};
use crate::scenario::{Bindings, Fixture, GetPolicy, Operation, RemovePermission, Template};
use crate::wire::WireRequest;

/// A provisioned fixture and what is known of it.
pub struct Session {
    target: Target,
    judging: Judging,
    /// The fixture that was asked for.
    pub fixture: Fixture,
    /// The functions that were made for it.
    pub provisioned: Provisioned,
    /// What is known to exist.
    pub world: World,
    /// What a user's own function held before.
    own: Vec<serde_json::Value>,
    /// Whether steps changed more than policies, so that the fixture is used up.
    pub changed: bool,
    /// When something was written last.
    pub(super) written: Instant,
    /// What was read last while a write may not have shown yet.
    pub(super) early: BTreeSet<PolicyResource>,
    /// Grants to strangers that could not be taken back.
    stuck: Vec<String>,
}

/// One request of a step and what became of it.
#[derive(Clone, Debug)]
pub struct Record {
    /// AWS's name of the operation.
    pub operation: &'static str,
    /// What was sent; for operations beside the policy's, nothing is kept.
    pub request: Option<WireRequest>,
    /// What the model says of it.
    pub analysis: Option<Analysis>,
    /// What came back.
    pub observation: Observation,
    /// What that shows.
    pub judgement: Judgement,
}

/// A revision that no target issues.
const NEVER_ISSUED: &str = "00000000-dead-4bad-9bad-c0ffee000000";

impl Session {
    /// Makes a fixture.
    pub async fn open(
        target: &Target,
        fixture: &Fixture,
        label: &str,
        judging: Judging,
    ) -> Result<Self, FixtureError> {
        let provisioned = target.provision(fixture, label).await?;
        Ok(Self::on(target, fixture, provisioned, judging))
    }

    /// Makes a fixture with given names for some functions.
    pub async fn named(
        target: &Target,
        fixture: &Fixture,
        label: &str,
        names: &BTreeMap<String, String>,
        judging: Judging,
    ) -> Result<Self, FixtureError> {
        let provisioned = target.provision_named(fixture, label, names).await?;
        Ok(Self::on(target, fixture, provisioned, judging))
    }

    /// Takes a function of the user's own: what its policy holds is read first and kept.
    pub async fn adopt(
        target: &Target,
        fixture: &Fixture,
        name: &str,
        judging: Judging,
    ) -> Result<Self, FixtureError> {
        let provisioned = target.adopt(name).await?;
        let mut session = Self::on(target, fixture, provisioned, judging);
        let resource = PolicyResource { function: name.to_owned(), qualifier: None };
        if let Some(state) = session.world.policy_mut(name, None) {
            state.forget();
        }
        session.read_policy(&resource).await;
        session.own.clone_from(&session.world.policy(name, None).last().statements);
        Ok(session)
    }

    /// A session on functions that are there already.
    pub fn on(
        target: &Target,
        fixture: &Fixture,
        provisioned: Provisioned,
        judging: Judging,
    ) -> Self {
        let mut world = World {
            account: provisioned.account.clone(),
            region: provisioned.region.clone(),
            partition: provisioned.partition.clone(),
            role: Some(provisioned.role.clone()).filter(|role| !role.is_empty()),
            ..World::default()
        };
        for function in provisioned.functions.values() {
            let known = Function {
                versions: function.versions.iter().cloned().collect(),
                aliases: function.aliases.iter().cloned().collect(),
                ..Function::default()
            };
            world.functions.insert(function.name.clone(), known);
            world.issued.extend(function.revision_ids.iter().cloned());
        }
        let (target, fixture) = (target.clone(), fixture.clone());
        let (written, early) = (Instant::now(), BTreeSet::new());
        let (own, stuck) = (Vec::new(), Vec::new());
        Self {
            target,
            judging,
            fixture,
            provisioned,
            world,
            own,
            changed: false,
            written,
            early,
            stuck,
        }
    }

    /// Deletes what was made; on a function of the user's own, removes our statements and says
    /// what is not as it was.
    pub async fn close(mut self) -> Option<String> {
        if !self.provisioned.adopted {
            self.target.release(&self.provisioned).await;
            return self.stuck.first().cloned();
        }
        let name = self.provisioned.functions.values().next()?.name.clone();
        let resource = PolicyResource { function: name.clone(), qualifier: None };
        self.read_policy(&resource).await;
        let mut ours = self.world.policy(&name, None).last().statements.clone();
        ours.retain(|statement| !self.own.contains(statement));
        for sid in ours.iter().filter_map(statement_id) {
            let remove = RemovePermission {
                function_name: Template::literal(&name),
                statement_id: Template::literal(sid),
                ..RemovePermission::default()
            };
            self.step(&Operation::RemovePermission(remove)).await;
        }
        self.read_policy(&resource).await;
        let left = self.world.policy(&name, None).last().statements.clone();
        (left != self.own).then(|| format!("the policy of {name} is not as it was before the run"))
    }

    /// The target.
    pub(super) fn target(&self) -> &Target {
        &self.target
    }

    /// How answers are judged.
    pub fn judging(&self) -> Judging {
        self.judging
    }

    /// Sends requests at once, each on a connection of its own.
    pub async fn send_together(&mut self, wires: Vec<WireRequest>) -> Vec<(Observation, Timing)> {
        let answers = self.target.send_together(wires).await;
        self.written = Instant::now();
        answers
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
            let Some(policy) = known(self).filter(|policy| policy.statements.len() <= 2) else {
                return;
            };
            for sid in policy.statements.iter().filter_map(statement_id) {
                let remove = RemovePermission {
                    function_name: Template::literal(&resource.function),
                    qualifier: resource.qualifier.as_deref().map(Template::literal),
                    statement_id: Template::literal(sid),
                    revision_id: None,
                };
                self.step(&Operation::RemovePermission(remove)).await;
            }
            // Seen, not assumed: what is reused is empty.
            self.read_policy(&resource).await;
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

    /// The request that an operation on a policy sends, in the state that is known now.
    pub fn wire(&self, operation: &Operation) -> Result<Option<WireRequest>, TransportFault> {
        let bindings = self.bindings(operation);
        let wire = match operation {
            Operation::AddPermission(add) => add.to_wire(&bindings),
            Operation::GetPolicy(get) => get.to_wire(&bindings),
            Operation::RemovePermission(remove) => remove.to_wire(&bindings),
            _ => return Ok(None),
        };
        wire.map(Some).map_err(|unknown| TransportFault::Untransportable(unknown.to_string()))
    }

    /// What the model says of a request in the state that is known now.
    pub fn analyse(&self, wire: &WireRequest) -> Analysis {
        analyse(&self.world, wire, self.judging.edition)
    }

    /// Sends one operation, judges the answer and follows it.
    pub async fn step(&mut self, operation: &Operation) -> Record {
        let wire = match self.wire(operation) {
            Ok(Some(wire)) => wire,
            Ok(None) => return self.lifecycle(operation).await,
            Err(fault) => return self.unsent(operation, fault),
        };
        let analysis = self.analyse(&wire);
        if let Some(bound) = self.target.consistency().bound() {
            return Box::pin(self.step_settled(operation, wire, analysis, bound)).await;
        }
        let observation = self.target.send(&wire).await;
        self.follow_up(operation, wire, analysis, observation).await
    }

    /// Judges an answer, follows it, and takes back what it granted to strangers.
    pub(super) async fn follow_up(
        &mut self,
        operation: &Operation,
        wire: WireRequest,
        analysis: Analysis,
        observation: Observation,
    ) -> Record {
        if wire.is_write() {
            self.written = Instant::now();
        }
        let record = self.settle(operation, wire, analysis, observation);
        if let Some(wire) = &record.request {
            Box::pin(self.retract(wire, &record.observation)).await;
        }
        record
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
            return;
        }
        self.changed = true;
        self.world.forget_all();
        for left in self.target.release(&self.provisioned).await {
            self.stuck.push(format!("a grant to strangers: {left}"));
        }
    }

    /// Judges an answer and follows it.
    pub fn settle(
        &mut self,
        operation: &Operation,
        wire: WireRequest,
        analysis: Analysis,
        observation: Observation,
    ) -> Record {
        let judgement = judge(&self.world, &analysis, &observation, self.judging);
        apply::apply(&mut self.world, &analysis, &observation);
        Record {
            operation: operation.name(),
            request: Some(wire),
            analysis: Some(analysis),
            observation,
            judgement,
        }
    }

    pub(super) fn unsent(&self, operation: &Operation, fault: TransportFault) -> Record {
        let mut judgement = Judgement::new(self.judging);
        judgement.unjudged = Some(fault.to_string());
        Record {
            operation: operation.name(),
            request: None,
            analysis: None,
            observation: Observation::Fault(fault),
            judgement,
        }
    }

    /// An operation beside the policy's: what it answers is not judged, but followed.
    async fn lifecycle(&mut self, operation: &Operation) -> Record {
        self.changed = true;
        self.written = Instant::now();
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
        if observation.answer().is_some_and(crate::observation::Answer::is_success) {
            self.follow(operation);
        } else {
            // Nothing is known of what a failed change left behind.
            judgement.unjudged =
                Some(format!("{} did not succeed: {}", operation.name(), observation.brief()));
            self.world.forget_all();
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
            self.world.happened(None);
            return;
        }
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

    /// Reads the policy of one target of grants.
    pub async fn read_policy(&mut self, resource: &PolicyResource) -> Record {
        let read = GetPolicy {
            function_name: Template::literal(&resource.function),
            qualifier: resource.qualifier.as_deref().map(Template::literal),
        };
        self.step(&Operation::GetPolicy(read)).await
    }

    fn bindings(&self, operation: &Operation) -> StepBindings<'_> {
        let (name, qualifier) = match operation {
            Operation::AddPermission(add) => (Some(&add.function_name), add.qualifier.as_ref()),
            Operation::RemovePermission(remove) => {
                (Some(&remove.function_name), remove.qualifier.as_ref())
            }
            Operation::GetPolicy(get) => (Some(&get.function_name), get.qualifier.as_ref()),
            _ => (None, None),
        };
        let resource = name.and_then(|name| {
            let name = FunctionName::read(&name.resolve(&self.provisioned).ok()?)?;
            let qualifier = match qualifier {
                Some(qualifier) => Some(qualifier.resolve(&self.provisioned).ok()?),
                None => name.suffix,
            };
            Some(PolicyResource { function: name.name, qualifier })
        });
        StepBindings { session: self, resource }
    }
}

/// What the references of one step stand for.
struct StepBindings<'a> {
    session: &'a Session,
    resource: Option<PolicyResource>,
}

impl Bindings for StepBindings<'_> {
    fn value(&self, reference: &str) -> Option<Cow<'_, str>> {
        let Some(revision) = reference.strip_prefix("revision.") else {
            return self.session.provisioned.value(reference);
        };
        let world = &self.session.world;
        let own = self
            .resource
            .as_ref()
            .map(|own| world.policy(&own.function, own.qualifier.as_deref()).last().clone());
        let current = own.as_ref().and_then(|policy| policy.revision.clone());
        let found = match revision {
            "current" => current,
            "stale" => own.and_then(|policy| {
                policy.past.into_iter().find(|past| Some(past) != current.as_ref())
            }),
            "foreign" => world
                .functions
                .iter()
                .flat_map(|(name, function)| {
                    function
                        .policies
                        .iter()
                        .map(move |(qualifier, policy)| (name, qualifier, policy))
                })
                .filter(|(name, qualifier, _)| {
                    self.resource
                        .as_ref()
                        .is_none_or(|own| own.function != **name || own.qualifier != **qualifier)
                })
                .find_map(|(_, _, policy)| policy.last().revision.clone())
                .filter(|foreign| Some(foreign) != current.as_ref()),
            _ => {
                // `revision.alias.KEY.NAME`: the revision that was issued last for the function.
                let key = revision.strip_prefix("alias.")?.split('.').next()?;
                self.session.provisioned.functions.get(key)?.revision_ids.last().cloned()
            }
        };
        // What does not exist is spelled by a value that was never issued; the judge sees bytes.
        Some(Cow::Owned(found.unwrap_or_else(|| NEVER_ISSUED.to_owned())))
    }
}
