//! One fixture on the target, with everything that is known of it: steps are sent here.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use crate::client::{FixtureError, Provisioned, Target, Timing};
use crate::event::Judging;
use crate::judge::{Judgement, judge};
use crate::model::world::Function;
use crate::model::{Analysis, PolicyResource, World, analyse, apply};
use crate::observation::{Observation, TransportFault};
use crate::scenario::{Fixture, GetPolicy, Operation, Template};
use crate::wire::WireRequest;

/// A provisioned fixture and what is known of it.
pub struct Session {
    pub(super) target: Target,
    pub(super) judging: Judging,
    /// The fixture that was asked for.
    pub fixture: Fixture,
    /// The functions that were made for it.
    pub provisioned: Provisioned,
    /// What is known to exist.
    pub world: World,
    /// What a user's own function held before.
    pub(super) own: Vec<serde_json::Value>,
    /// Whether steps changed more than policies, so that the fixture is used up.
    pub changed: bool,
    /// When something was written last.
    pub(super) written: Instant,
    /// What was read last while a write may not have shown yet.
    pub(super) early: BTreeSet<PolicyResource>,
    /// Grants to strangers that could not be taken back.
    pub(super) stuck: Vec<String>,
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

    /// Reads the policy of one target of grants.
    pub async fn read_policy(&mut self, resource: &PolicyResource) -> Record {
        let read = GetPolicy {
            function_name: Template::literal(&resource.function),
            qualifier: resource.qualifier.as_deref().map(Template::literal),
        };
        self.step(&Operation::GetPolicy(read)).await
    }
}
