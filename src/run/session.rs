//! A fixture on the target with its state; steps are sent here.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use crate::client::{FixtureError, Provisioned, Target, Timing};
use crate::diagnose::Tape;
use crate::event::Judging;
use crate::judge::{Judgement, judge};
use crate::model::world::Function;
use crate::model::{Analysis, PolicyResource, World, analyse, apply};
use crate::observation::{Observation, TransportFault};
use crate::scenario::{Fixture, GetPolicy, Operation, Template};
use crate::wire::WireRequest;

/// A provisioned fixture and its known state.
pub struct Session {
    pub(super) target: Target,
    pub(super) judging: Judging,
    /// The requested fixture.
    pub fixture: Fixture,
    /// The functions that were created for it.
    pub provisioned: Provisioned,
    /// What is known to exist.
    pub world: World,
    /// The previous policy of an existing function of the user.
    pub(super) own: Vec<serde_json::Value>,
    /// Whether steps changed more than policies, so that the fixture cannot be reused.
    pub changed: bool,
    /// Whether a policy was seen to be empty once its statements were removed.
    pub(super) empties: bool,
    /// The time of the last write.
    pub(super) written: Instant,
    /// The last read while a write may not have been visible yet.
    pub(super) early: BTreeSet<PolicyResource>,
    /// Grants to others that could not be revoked.
    pub(super) stuck: Vec<String>,
    /// What is sent and answered, where that is kept.
    pub(super) tape: Option<Box<Tape>>,
    /// Whether requests that have something in common with several which were never answered are
    /// left out.
    pub spares_hanging: bool,
}

/// One request of a step and its outcome.
#[derive(Clone, Debug)]
pub struct Record {
    /// The name of the operation.
    pub operation: &'static str,
    /// The request; `None` for operations that are not on a policy.
    pub request: Option<WireRequest>,
    /// The analysis of the model.
    pub analysis: Option<Analysis>,
    /// The observation.
    pub observation: Observation,
    /// The judgement.
    pub judgement: Judgement,
}

impl Session {
    /// Creates a fixture.
    pub async fn open(
        target: &Target,
        fixture: &Fixture,
        label: &str,
        judging: Judging,
    ) -> Result<Self, FixtureError> {
        let provisioned = target.provision(fixture, label).await?;
        Ok(Self::on(target, fixture, provisioned, judging))
    }

    /// Creates a fixture with given names for some functions.
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

    /// Uses an existing function of the user. Its policy is read first and preserved.
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
        if let Some(state) =
            session.world.policy_mut(name, None).filter(|_| !session.own.is_empty())
        {
            state.last_mut().may_be_put = true;
        }
        Ok(session)
    }

    /// A session on existing functions.
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
            role: provisioned.role_made.then(|| provisioned.role.clone()),
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
        Self {
            target,
            judging,
            fixture,
            provisioned,
            world,
            own: Vec::new(),
            changed: false,
            empties: false,
            written: Instant::now(),
            early: BTreeSet::new(),
            stuck: Vec::new(),
            tape: None,
            spares_hanging: false,
        }
    }

    /// The target.
    pub(super) fn target(&self) -> &Target {
        &self.target
    }

    /// How responses are judged.
    pub fn judging(&self) -> Judging {
        self.judging
    }

    /// Sends requests concurrently, each on its own connection.
    pub async fn send_together(&mut self, wires: Vec<WireRequest>) -> Vec<(Observation, Timing)> {
        let answers = self.target.send_together(wires).await;
        self.written = Instant::now();
        answers
    }

    /// The request of an operation on a policy, in the current state.
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

    /// The analysis of a request in the current state.
    pub fn analyse(&self, wire: &WireRequest) -> Analysis {
        analyse(&self.world, wire, self.judging.edition)
    }

    /// Sends one operation, judges the response and updates the state.
    pub async fn step(&mut self, operation: &Operation) -> Record {
        let wire = match self.wire(operation) {
            Ok(Some(wire)) => wire,
            Ok(None) => return self.lifecycle(operation).await,
            Err(fault) => return self.unsent(operation, fault),
        };
        if self.spares_hanging
            && let Some(what) = self.target.never_answers(&wire)
        {
            let why = format!("several requests of its kind ({what}) were never answered");
            return self.unsent(operation, TransportFault::Withheld(why));
        }
        let analysis = self.analyse(&wire);
        if let Some(bound) = self.target.consistency().bound() {
            return Box::pin(self.step_settled(operation, wire, analysis, bound)).await;
        }
        let observation = self.send_patiently(&wire, &analysis).await;
        self.follow_up(operation, wire, analysis, observation).await
    }

    /// Judges a response, updates the state, and revokes grants to others.
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

    /// Judges a response and updates the state.
    pub fn settle(
        &mut self,
        operation: &Operation,
        wire: WireRequest,
        analysis: Analysis,
        observation: Observation,
    ) -> Record {
        let judgement = judge(&self.world, &analysis, &observation, self.judging);
        if let Some(tape) = &mut self.tape {
            tape.exchange(&wire, &observation);
        }
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

    /// Reads the policy of one resource.
    pub async fn read_policy(&mut self, resource: &PolicyResource) -> Record {
        self.step(&Operation::GetPolicy(read_of(resource))).await
    }
}

/// The read of one policy.
pub(super) fn read_of(resource: &PolicyResource) -> GetPolicy {
    GetPolicy {
        function_name: Template::literal(&resource.function),
        qualifier: resource.qualifier.as_deref().map(Template::literal),
        ..GetPolicy::default()
    }
}
