//! What a broken server would answer: mutants as predictions, for diagnosing a target.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;

use super::choose;
use super::mutants::{MutantSet, Mutation, Op, RequestContext};
use super::options::ServerOptions;
use super::reference::{Analysed, Delivery, ReferenceServer, op, transport};
use super::state::{Details, State};
use crate::contract::{EditionChoice, Member};
use crate::model::{RejectReason, Request, World, analyse};
use crate::wire::{WireRequest, WireResponse, encode};

/// One request in one world, to be answered by servers that are broken in different ways.
pub struct Question<'a> {
    wire: &'a WireRequest,
    op: Op,
    state: State,
    options: ServerOptions,
    analysed: Arc<Analysed>,
    faults: Vec<RejectReason>,
    reference: WireResponse,
}

impl<'a> Question<'a> {
    /// Asks what `wire` is answered where `world` holds.
    pub fn new(world: &World, wire: &'a WireRequest) -> Self {
        let options = options(world, MutantSet::default());
        let state = state_of(world);
        let analysis = analyse(world, wire, EditionChoice::Current);
        let faults = choose::raised(&state, &analysis, options.readings);
        let analysed = Arc::new(Analysed { request: wire.clone(), analysis });
        let server =
            ReferenceServer::knowing(options.clone(), state.clone(), Arc::clone(&analysed));
        let reference = server.handle(wire);
        Self { wire, op: op(wire), state, options, analysed, faults, reference }
    }

    /// What the reference server answers.
    pub fn reference(&self) -> &WireResponse {
        &self.reference
    }

    /// What a server that is broken in these ways answers; `None` where that is what the
    /// reference server answers.
    pub fn answer(&self, mutants: &MutantSet) -> Option<Delivery> {
        if !self.may_differ(mutants) {
            return None;
        }
        let options = ServerOptions { mutants: mutants.clone(), ..self.options.clone() };
        let state = self.state.clone();
        let server = ReferenceServer::knowing(options, state, Arc::clone(&self.analysed));
        let delivery = server.deliver(self.wire);
        let differs = delivery.response != self.reference || delivery.mishap.is_some();
        differs.then_some(delivery)
    }

    /// The faults that one of the mutants overlooks.
    pub fn overlooked(&self, mutants: &MutantSet) -> Vec<&RejectReason> {
        let Request::AddPermission(add) = &self.analysed.analysis.request else {
            return Vec::new();
        };
        let resource = self.analysed.analysis.resource.as_ref();
        let ask = RequestContext { world: &self.state.world, add, resource };
        self.faults.iter().filter(|fault| mutants.overlooks(fault, &ask)).collect()
    }

    /// Whether one of the mutants may change this answer: cheap, and never wrongly no.
    fn may_differ(&self, mutants: &MutantSet) -> bool {
        mutants.plants().any(|plant| match plant {
            Mutation::DropFault(_)
            | Mutation::AddFault(_)
            | Mutation::EditStatement(_)
            | Mutation::ConstantAnswer(_) => self.may_change_grant(plant),
            Mutation::EditError(_) => self.reference.status >= 400,
            Mutation::EditPolicy(_) => self.op == Op::GetPolicy,
            Mutation::Removes(_) => self.op == Op::RemovePermission,
            Mutation::AfterOther(_) => self.op == Op::Other,
            // These act on later reads and removals.
            Mutation::EditStored(_) | Mutation::EditList(_) => false,
            Mutation::RewriteRequest(rewrite) => {
                let mut request = self.wire.clone();
                rewrite(&mut request, &self.state.world);
                request != *self.wire
            }
            Mutation::EditAnswer(edit) => {
                let mut response = self.reference.clone();
                edit(&mut response, self.op);
                response != self.reference
            }
            Mutation::SameId(same) => self.op == Op::AddPermission && self.takes_another(*same),
            Mutation::Revision(_) => {
                self.wire.query.contains(Member::RevisionId.name())
                    || choose::body_text(&self.analysed.analysis, Member::RevisionId).is_some()
            }
            Mutation::Home(home) => self
                .analysed
                .analysis
                .resource
                .as_ref()
                .is_some_and(|resource| home(&self.state.world, resource) != *resource),
            Mutation::Transport(mutation) => {
                let (delay, failure) = transport(*mutation, self.wire, self.op);
                !delay.is_zero() || failure.is_some()
            }
            Mutation::State(_) => true,
        })
    }

    /// Whether a mutation of AddPermission may change this answer.
    fn may_change_grant(&self, plant: &Mutation) -> bool {
        let Request::AddPermission(add) = &self.analysed.analysis.request else { return false };
        let resource = self.analysed.analysis.resource.as_ref();
        let ask = RequestContext { world: &self.state.world, add, resource };
        let is_right = self.faults.is_empty();
        match plant {
            Mutation::DropFault(drops) => self.faults.iter().any(|fault| drops(fault, &ask)),
            Mutation::AddFault(refuses) => is_right && refuses(&ask).is_some(),
            Mutation::EditStatement(edit) => {
                is_right
                    && self.analysed.analysis.statement.as_ref().is_some_and(|shape| {
                        let mut statement = shape.render().as_object().cloned().unwrap_or_default();
                        let before = statement.clone();
                        edit(&mut statement, &ask);
                        statement != before
                    })
            }
            _ => true,
        }
    }

    /// Whether the StatementId and that of some statement are one to this comparison and two to
    /// Lambda, or the other way round.
    fn takes_another(&self, same: fn(&str, &str) -> bool) -> bool {
        let Some(sid) = choose::body_text(&self.analysed.analysis, Member::StatementId) else {
            return true;
        };
        let policies = self.state.world.functions.values().flat_map(|one| one.policies.values());
        let mut known = policies
            .flat_map(|policy| &policy.last().statements)
            .filter_map(|statement| statement.get("Sid")?.as_str());
        known.any(|known| same(sid, known) != (sid == known))
    }
}

/// A broken server that lives through a history beside a target.
pub struct Replica {
    server: ReferenceServer,
    /// Revisions of the target, and those of the replica that came in their places.
    revisions: BTreeMap<String, String>,
}

/// A change beside the policies that a history went through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A version was published.
    Published {
        /// The function.
        function: String,
        /// The version.
        version: String,
    },
    /// An alias was pointed at another version.
    AliasMoved {
        /// The function.
        function: String,
        /// The alias.
        alias: String,
    },
    /// An alias was deleted.
    AliasDeleted {
        /// The function.
        function: String,
        /// The alias.
        alias: String,
    },
    /// An alias was made.
    AliasMade {
        /// The function.
        function: String,
        /// The alias.
        alias: String,
    },
    /// A function was deleted.
    FunctionDeleted {
        /// The function.
        function: String,
    },
    /// Anything else.
    Other,
}

impl Replica {
    /// A server that is broken in these ways and holds what the world says.
    pub fn new(world: &World, mutants: MutantSet) -> Self {
        let options = options(world, mutants);
        let server = ReferenceServer::holding(options, state_of(world));
        Self { server, revisions: BTreeMap::new() }
    }

    /// Answers a request of the history.
    pub fn answer(&self, wire: &WireRequest) -> Delivery {
        let mut wire = wire.clone();
        let mut body = String::from_utf8(wire.body.clone()).ok();
        for (theirs, ours) in &self.revisions {
            if wire.query.contains(theirs.as_str()) {
                wire.query = wire.query.replace(theirs.as_str(), ours);
            }
            if let Some(text) = body.as_mut().filter(|text| text.contains(theirs.as_str())) {
                *text = text.replace(theirs.as_str(), ours);
            }
        }
        if let Some(body) = body {
            wire.body = body.into_bytes();
        }
        let mut delivery = self.server.deliver(&wire);
        // Told in the target's revisions, so that both answers can be held against one world.
        if let Ok(mut text) = String::from_utf8(delivery.response.body.clone()) {
            for (theirs, ours) in &self.revisions {
                if text.contains(ours.as_str()) {
                    text = text.replace(ours.as_str(), theirs);
                }
            }
            delivery.response.body = text.into_bytes();
        }
        delivery
    }

    /// Notes that where the target said `theirs`, the replica said `ours`.
    pub fn note_revision(&mut self, theirs: &str, ours: &str) {
        let is_new = !self.revisions.contains_key(theirs)
            && !self.revisions.values().any(|known| known == ours)
            && !self.revisions.contains_key(ours);
        if is_new && !ours.is_empty() && !theirs.is_empty() {
            self.revisions.insert(theirs.to_owned(), ours.to_owned());
        }
    }

    /// Goes through a change beside the policies; `after` is what the target then had.
    pub fn change(&self, change: &Change, after: &World) {
        let mut state = self.server.lock();
        let has_versions = match change {
            Change::Published { function, .. } => {
                state.world.functions.get(function).is_some_and(|known| !known.versions.is_empty())
            }
            _ => false,
        };
        match change {
            Change::Published { function, version } => {
                if let Some(known) = state.world.functions.get_mut(function) {
                    known.versions.insert(version.clone());
                }
                let mutants = self.server.mutants().clone();
                let readings = self.server.readings();
                super::storing::published(&mutants, &mut state, function, version, readings);
            }
            Change::AliasMoved { function, alias } => {
                use super::mutants::StateMutation::UpdateAliasDropsPolicy;
                if self.server.does(UpdateAliasDropsPolicy)
                    && let Some(known) = state.world.functions.get_mut(function)
                {
                    known.policies.remove(&Some(alias.clone()));
                }
            }
            Change::AliasDeleted { function, alias } => {
                self.server.delete_alias_policies(&mut state, function, alias);
            }
            Change::AliasMade { function, alias } => {
                let key = (function.clone(), alias.clone());
                let risen = state.deleted_alias_policies.remove(&key);
                if let Some(known) = state.world.functions.get_mut(function)
                    && let Some(policy) = risen
                {
                    known.policies.insert(Some(alias.clone()), policy);
                }
            }
            Change::FunctionDeleted { function } => {
                use super::mutants::StateMutation::FunctionPolicySurvives;
                if !self.server.does(FunctionPolicySurvives)
                    && let Some(known) = state.world.functions.get_mut(function)
                {
                    known.policies.clear();
                }
            }
            Change::Other => {}
        }
        // What exists is as the target says; what the policies hold is the replica's own.
        for (name, theirs) in &after.functions {
            let ours = state.world.functions.entry(name.clone()).or_default();
            ours.versions.clone_from(&theirs.versions);
            ours.aliases.clone_from(&theirs.aliases);
        }
        let gone: Vec<String> = state
            .world
            .functions
            .keys()
            .filter(|name| !after.functions.contains_key(*name))
            .cloned()
            .collect();
        for name in gone {
            if let Some(function) = state.world.functions.get_mut(&name) {
                function.versions.clear();
                function.aliases.clear();
            }
        }
        for request in change.requests(has_versions) {
            super::storing::after_other(self.server.mutants(), &mut state, &request);
        }
    }

    /// Takes over what the target is known to hold.
    pub fn follow(&self, world: &World) {
        let mut state = self.server.lock();
        for (name, theirs) in &world.functions {
            for (qualifier, policy) in &theirs.policies {
                if let Some(known) = policy.known()
                    && let Some(ours) = state.world.policy_mut(name, qualifier.as_deref())
                {
                    ours.last_mut().statements.clone_from(&known.statements);
                }
            }
        }
    }
}

/// A reference server's options for a world.
fn options(world: &World, mutants: MutantSet) -> ServerOptions {
    ServerOptions {
        region: world.region.clone(),
        account: world.account.clone(),
        mutants,
        ..ServerOptions::default()
    }
}

/// The state of a server that holds what the world says.
fn state_of(world: &World) -> State {
    let mut state = State::new(world.clone());
    for name in world.functions.keys() {
        let mut details = Details { revision: format!("revision of {name}"), ..Details::default() };
        if let Some(role) = &world.role {
            details.settings.insert("Role".into(), json!(role));
        }
        state.details.insert(name.clone(), details);
    }
    state
}

impl Change {
    /// The requests that made the change, as far as mutants look at them.
    fn requests(&self, versions: bool) -> Vec<WireRequest> {
        let request = |method, function: &str, rest: &str| {
            let path = format!("/2015-03-31/functions/{}{rest}", encode(function));
            WireRequest::new(method, path)
        };
        match self {
            Self::Published { function, .. } => {
                let publish = request("POST", function, "/versions");
                // Without other code, there is no second version.
                let update = versions.then(|| request("PUT", function, "/code"));
                update.into_iter().chain([publish]).collect()
            }
            Self::AliasMade { function, alias } => {
                let mut made = request("POST", function, "/aliases");
                made.body = json!({ "Name": alias }).to_string().into_bytes();
                vec![made]
            }
            Self::AliasMoved { function, alias } => {
                vec![request("PUT", function, &format!("/aliases/{}", encode(alias)))]
            }
            Self::AliasDeleted { function, alias } => {
                vec![request("DELETE", function, &format!("/aliases/{}", encode(alias)))]
            }
            Self::FunctionDeleted { function } => vec![request("DELETE", function, "")],
            Self::Other => Vec::new(),
        }
    }

    /// The change in words.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Published { .. } => "a PublishVersion",
            Self::AliasMoved { .. } => "an UpdateAlias",
            Self::AliasDeleted { .. } => "a DeleteAlias",
            Self::AliasMade { .. } => "a CreateAlias",
            Self::FunctionDeleted { .. } => "a DeleteFunction",
            Self::Other => "something else",
        }
    }
}
