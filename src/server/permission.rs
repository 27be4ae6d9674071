//! AddPermission, GetPolicy and RemovePermission.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::choose;
use super::mutants::{Cause, ConstantAnswer, Mutation, Op, RequestContext, StateMutation};
use super::names;
use super::readings::Reading;
use super::reference::ReferenceServer;
use super::reply::{ErrorReply, json_response, nested, no_content, reversed};
use super::state::State;
use crate::contract::{ErrorCode, Member, messages};
use crate::model::meaning::is_public;
use crate::model::world::statement_id;
use crate::model::{AddRequest, Analysis, PolicyResource, Request, analyse};
use crate::wire::{WireRequest, WireResponse, encode};

/// Duration of a write if overlapping writes are rejected.
const BUSY: Duration = Duration::from_millis(4);

/// A statement that is ready to be stored.
pub(super) struct Plan {
    pub(super) resource: Option<PolicyResource>,
    answered: Map<String, Value>,
    pub(super) stored: Map<String, Value>,
}

impl ReferenceServer {
    /// AddPermission.
    pub(super) fn add_permission(&self, wire: &WireRequest) -> WireResponse {
        let mut state = self.lock();
        let plan = match self.plan(&mut state, wire) {
            Ok(plan) => plan,
            Err(refused) => return refused,
        };
        let function = plan.resource.as_ref().map(|resource| resource.function.clone());
        let function = function.unwrap_or_default();
        if self.readings().has(Reading::ConcurrentUpdates) {
            if !state.busy.insert(function.clone()) {
                return self.refuse(&concurrent());
            }
            drop(state);
            std::thread::sleep(BUSY);
            state = self.lock();
            state.busy.remove(&function);
            // The state may have changed since the check.
            match self.plan(&mut state, wire) {
                Ok(plan) => self.commit(&mut state, &plan),
                Err(refused) => return refused,
            }
        } else if self.mutants().is_race() {
            if let Err(refused) = self.race(state, wire, &plan) {
                return refused;
            }
        } else {
            self.commit(&mut state, &plan);
        }
        let statement = self.statement_as_read(&Value::Object(plan.answered));
        let body = json!({ "Statement": nested(&statement, self.readings()) });
        json_response(201, &body, self.readings())
    }

    /// Checks a request: the statement to store, or the error.
    pub(super) fn plan(&self, state: &mut State, wire: &WireRequest) -> Result<Plan, WireResponse> {
        let readings = self.readings();
        let analysis = self.analysis(state, wire);
        let Request::AddPermission(add) = &analysis.request else {
            let faults = choose::raised(state, &analysis, readings);
            let reply = choose::answer(&faults, readings).map(|(_, reply)| reply);
            let reply = reply.unwrap_or_else(|| ErrorReply::not_found("Not found"));
            return Err(self.refuse(&reply));
        };
        let bank = self.mutants().bank();
        match bank {
            Some(ConstantAnswer::RefusesEverything) => {
                let reply = ErrorReply::invalid("The request is not valid.");
                return Err(self.refuse(&reply));
            }
            Some(ConstantAnswer::AnswersEmptyObject) => {
                return Err(json_response(200, &json!({}), readings));
            }
            Some(ConstantAnswer::AcceptsEverything) | None => {}
        }
        let mut faults = choose::raised(state, &analysis, readings);
        let mutants = self.mutants();
        if !mutants.is_empty() {
            super::storing::edit_conflicts(mutants, state, &analysis, &mut faults);
            let ask =
                RequestContext { world: &state.world, add, resource: analysis.resource.as_ref() };
            faults.retain(|fault| !mutants.overlooks(fault, &ask));
        }
        if bank == Some(ConstantAnswer::AcceptsEverything) {
            faults.clear();
        }
        if let Some((fault, mut reply)) = choose::answer(&faults, readings) {
            let cause = Cause { op: Op::AddPermission, fault: Some(&fault) };
            self.edit_error(&mut reply, &cause);
            if !mutants.is_empty() {
                let stored = self.stored(state, &analysis, add);
                super::storing::refused(mutants, state, &fault, &analysis, stored, readings);
            }
            return Err(self.refuse(&reply));
        }
        if let Some(reply) = self.added_fault(state, add, analysis.resource.as_ref()) {
            return Err(self.refuse(&reply));
        }
        if analysis.resource.is_none() && bank.is_none() {
            // Only a mutant that overlooks a bad name comes here: it looks for what is not there.
            let name = add.name.rsplit(':').next().unwrap_or_default();
            let text = messages::function_not_found(&state.world.arn(name, None));
            return Err(self.refuse(&ErrorReply::not_found(text)));
        }
        let answered = self.statement(state, &analysis, add);
        let stored = self.stored(state, &analysis, add);
        Ok(Plan { resource: analysis.resource, answered, stored })
    }

    fn added_fault(
        &self,
        state: &State,
        add: &AddRequest,
        resource: Option<&PolicyResource>,
    ) -> Option<ErrorReply> {
        let ask = RequestContext { world: &state.world, add, resource };
        self.mutants()
            .each(|plant| if let Mutation::AddFault(f) = plant { Some(*f) } else { None })
            .find_map(|refuses| refuses(&ask))
    }

    /// The statement of a grant.
    fn statement(
        &self,
        state: &State,
        analysis: &Analysis,
        add: &AddRequest,
    ) -> Map<String, Value> {
        let mut statement = match &analysis.statement {
            Some(shape) => {
                let mut shape = shape.clone();
                shape.conditions.retain(|condition| match condition.operator {
                    "Bool" => {
                        let omitted = condition.value == "false"
                            && self.readings().has(Reading::UrlFlagFalseOmitted);
                        !(omitted
                            || self.readings().has(Reading::UrlFlagIgnored)
                            || self.readings().has(Reading::PageEdition))
                    }
                    _ => !condition.value.is_empty(),
                });
                shape.render()
            }
            // Only the bank server that accepts everything comes here.
            None => json!({
                "Sid": choose::body_text(analysis, Member::StatementId).unwrap_or_default(),
                "Effect": "Allow",
                "Principal": choose::body_text(analysis, Member::Principal).unwrap_or("*"),
                "Action": choose::body_text(analysis, Member::Action).unwrap_or_default(),
                "Resource": state.world.arn(&add.name, add.qualifier.as_deref()),
            }),
        };
        let mut members = statement.as_object_mut().map(std::mem::take).unwrap_or_default();
        let ask = RequestContext { world: &state.world, add, resource: analysis.resource.as_ref() };
        for edit in self
            .mutants()
            .each(|p| if let Mutation::EditStatement(f) = p { Some(*f) } else { None })
        {
            edit(&mut members, &ask);
        }
        members
    }

    /// The statement of a grant as it is stored.
    fn stored(&self, state: &State, analysis: &Analysis, add: &AddRequest) -> Map<String, Value> {
        let mut members = self.statement(state, analysis, add);
        let ask = RequestContext { world: &state.world, add, resource: analysis.resource.as_ref() };
        for edit in
            self.mutants().each(|p| if let Mutation::EditStored(f) = p { Some(*f) } else { None })
        {
            edit(&mut members, &ask);
        }
        members
    }

    pub(super) fn commit(&self, state: &mut State, plan: &Plan) {
        let Some(resource) = &plan.resource else { return };
        let stored = Value::Object(plan.stored.clone());
        if self.mutants().is_empty() {
            state.change_policy(resource, |policy| policy.statements.push(stored));
            state.renew_revision(resource, self.readings());
        } else {
            super::storing::add(self.mutants(), state, resource, stored, self.readings());
        }
    }

    /// A statement or policy with its keys in the order of the readings.
    fn statement_as_read(&self, statement: &Value) -> Value {
        let mut statement = statement.clone();
        if self.readings().has(Reading::ConditionReversed)
            && let Some(condition) = statement.get_mut("Condition")
        {
            *condition = reversed(condition);
        }
        if self.readings().has(Reading::StatementReversed)
            && let Value::Object(members) = statement
        {
            statement = members.into_iter().rev().collect();
        }
        statement
    }

    /// GetPolicy.
    pub(super) fn get_policy(&self, wire: &WireRequest) -> WireResponse {
        let readings = self.readings();
        let mut state = self.lock();
        let resource = match names::read(&state, wire, self.editions(), "GetPolicy") {
            Ok(resource) => resource,
            Err(reply) => return self.refuse(&reply),
        };
        let (mut policy, absent, old_text) = {
            let shown = self.shown(&state);
            let analysis = analyse(&shown.world, &plain("GET", &resource, None), self.editions());
            let mut policy = shown.policy(&resource);
            // The model leaves $LATEST open: without a policy there is nothing to read there
            // either.
            let mut absent = analysis.must_be_rejected() || !policy.exists();
            if !self.mutants().is_empty() {
                super::storing::read(self.mutants(), &shown, &resource, &mut policy, &mut absent);
            }
            let old_text = (readings.has(Reading::OlderTexts)
                && !shown.world.functions.contains_key(&resource.function))
            .then(|| {
                let arn = shown.world.arn(&resource.function, resource.qualifier.as_deref());
                messages::function_not_found(&arn)
            });
            (policy, absent, old_text)
        };
        if absent {
            let today = messages::NO_POLICY;
            let mut reply = ErrorReply::not_found(old_text.unwrap_or_else(|| today.into()));
            self.edit_error(&mut reply, &Cause { op: Op::GetPolicy, fault: None });
            return reply.into_response(readings);
        }
        if self.does(StateMutation::RevisionNewOnRead) {
            state.renew_revision(&resource, readings);
            policy.revision = state.policy(&resource).revision;
        }
        let statements: Vec<Value> =
            policy.statements.iter().map(|statement| self.statement_as_read(statement)).collect();
        let mut document = Map::new();
        document.insert("Version".into(), json!("2012-10-17"));
        document.insert("Id".into(), json!("default"));
        document.insert("Statement".into(), Value::Array(statements));
        if readings.has(Reading::PolicyReversed) {
            document = document.into_iter().rev().collect();
        }
        for edit in
            self.mutants().each(|p| if let Mutation::EditPolicy(f) = p { Some(*f) } else { None })
        {
            edit(&mut document);
        }
        let mut body = Map::new();
        body.insert("Policy".into(), nested(&Value::Object(document), readings));
        if !self.does(StateMutation::RevisionAbsentInPolicy) {
            body.insert("RevisionId".into(), json!(policy.revision.unwrap_or_default()));
        }
        json_response(200, &Value::Object(body), readings)
    }

    /// RemovePermission.
    pub(super) fn remove_permission(&self, wire: &WireRequest) -> WireResponse {
        let readings = self.readings();
        let mut state = self.lock();
        let mut resource = match names::read(&state, wire, self.editions(), "RemovePermission") {
            Ok(resource) => resource,
            Err(reply) => return self.refuse(&reply),
        };
        if self.does(StateMutation::RemoveIgnoresQualifier) {
            resource.qualifier = None;
        }
        let Request::RemovePermission(remove) = Request::read(wire) else {
            let reply = ErrorReply::not_found("Not found");
            return self.refuse(&reply);
        };
        let mut asked = plain("DELETE", &resource, Some(&remove.statement_id));
        if let Some(revision) = &remove.revision_id {
            asked = asked.with_query("RevisionId", revision);
        }
        let analysis = self.analysis(&state, &asked);
        let mut faults = choose::raised(&state, &analysis, readings);
        if !self.mutants().is_empty() {
            super::storing::edit_removal(self.mutants(), &state, &remove, &analysis, &mut faults);
        }
        if let Some((fault, mut reply)) = choose::answer(&faults, readings) {
            let cause = Cause { op: Op::RemovePermission, fault: Some(&fault) };
            self.edit_error(&mut reply, &cause);
            return self.refuse(&reply);
        }
        if readings.has(Reading::PublicRemovalBlocked) {
            let id = Some(remove.statement_id.as_str());
            let kept = state.policy(&resource).statements;
            if kept.iter().any(|known| statement_id(known) != id && is_public(known)) {
                let text = "Lambda blocked this change because the policy would still grant public access.";
                return self.refuse(&ErrorReply::new(ErrorCode::PublicPolicyException, text));
            }
        }
        if readings.has(Reading::ConcurrentUpdates) && state.busy.contains(&resource.function) {
            return self.refuse(&concurrent());
        }
        let sid = &remove.statement_id;
        if self.mutants().is_empty() {
            state.change_policy(&resource, |policy| {
                policy.statements.retain(|known| statement_id(known) != Some(sid));
            });
            state.renew_revision(&resource, readings);
        } else if self.mutants().is_race() {
            return self.race_removal(state, &asked, &resource, sid);
        } else {
            super::storing::remove(self.mutants(), &mut state, &resource, sid, readings);
        }
        no_content()
    }

    /// Lets the mutants change an error.
    fn edit_error(&self, reply: &mut ErrorReply, cause: &Cause<'_>) {
        for edit in
            self.mutants().each(|p| if let Mutation::EditError(f) = p { Some(*f) } else { None })
        {
            edit(reply, cause);
        }
    }

    /// An error as an answer.
    pub(super) fn refuse(&self, reply: &ErrorReply) -> WireResponse {
        reply.clone().into_response(self.readings())
    }
}

/// The rejection of an overlapping write.
pub(super) fn concurrent() -> ErrorReply {
    ErrorReply::new(ErrorCode::ResourceConflictException, messages::CONCURRENT_UPDATE)
}

/// A policy operation on a grant in the plainest form of its name.
fn plain(
    method: &'static str,
    resource: &PolicyResource,
    statement_id: Option<&str>,
) -> WireRequest {
    let mut path = format!("/2015-03-31/functions/{}/policy", encode(&resource.function));
    if let Some(sid) = statement_id {
        path.push('/');
        path.push_str(&encode(sid));
    }
    let request = WireRequest::new(method, path);
    match &resource.qualifier {
        Some(qualifier) => request.with_query("Qualifier", qualifier),
        None => request,
    }
}
