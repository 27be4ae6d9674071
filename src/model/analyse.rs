//! All faults of the bytes about to be sent, and what a success must look like.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::add::Add;
use super::policy;
use super::reject::{RejectKind, RejectReason, Requirement};
use super::request::Request;
use super::statement::StatementShape;
use super::world::World;
use crate::contract::{EditionChoice, ErrorCode, Member, RuleId};
use crate::wire::WireRequest;

/// Everything the model has to say of one request in one world.
#[derive(Clone, Debug, PartialEq)]
pub struct Analysis {
    /// What the bytes ask for.
    pub request: Request,
    /// What a grant, read or removal would be on, where that can be told.
    pub resource: Option<PolicyResource>,
    /// Every reason for an error.
    pub faults: Vec<RejectReason>,
    /// The rules that accepting the request puts to the test.
    pub accepts: Vec<RuleId>,
    /// What the statement of a successful AddPermission must look like.
    pub statement: Option<StatementShape>,
    /// Whether nothing about the request can be judged.
    pub unscored: bool,
    /// A number that is equal for requests that are equal but for the function's name.
    pub distinct: u64,
}

/// A target of grants: a function, or a version or alias of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PolicyResource {
    /// The function's name.
    pub function: String,
    /// The version or alias.
    pub qualifier: Option<String>,
}

/// Holds a request against what is known and what the editions say.
pub fn analyse(world: &World, wire: &WireRequest, editions: EditionChoice) -> Analysis {
    let request = Request::read(wire);
    let mut analysis = Analysis {
        // Filled in at the end: until then it is read beside what is found.
        request: Request::Other,
        resource: None,
        faults: Vec::new(),
        accepts: Vec::new(),
        statement: None,
        unscored: false,
        distinct: distinct(world, wire),
    };
    match &request {
        Request::AddPermission(add) => {
            Add { world, editions, request: add, out: &mut analysis }.run();
        }
        Request::GetPolicy(get) => policy::analyse_get(world, get, &mut analysis),
        Request::RemovePermission(remove) => {
            policy::analyse_remove(world, remove, &mut analysis);
        }
        Request::Unroutable => {
            let message = "the path names no operation".into();
            let code = ErrorCode::UnknownOperationException;
            analysis.faults.push(
                RejectReason::new(
                    RejectKind::Unroutable,
                    Some(Member::FunctionName),
                    RuleId::FunctionNamePattern,
                    code,
                    message,
                )
                .any_client_error()
                .requiring(Requirement::May),
            );
            analysis.unscored = true;
        }
        Request::Other => analysis.unscored = true,
    }
    analysis.request = request;
    analysis
}

/// A number that is equal for requests that are equal but for the function's name.
fn distinct(world: &World, wire: &WireRequest) -> u64 {
    let own = world.functions.keys().find(|name| wire.path.contains(name.as_str()));
    let path = match own {
        Some(name) => wire.path.replacen(name.as_str(), "", 1),
        None => wire.path.clone(),
    };
    let mut hasher = DefaultHasher::new();
    (wire.method, path, &wire.query, &wire.body).hash(&mut hasher);
    hasher.finish()
}

impl Analysis {
    /// Whether the request may succeed as far as certain faults go.
    pub fn must_be_rejected(&self) -> bool {
        self.faults.iter().any(|fault| fault.requirement == Requirement::Must)
    }
}
