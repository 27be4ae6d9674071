//! Analysis of a request before it is sent: all reasons to reject it, and the expected success.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::add::Add;
use super::analysis::Analysis;
use super::policy;
use super::reject::{RejectKind, RejectReason, Requirement};
use super::request::{Request, is_refused_at_front};
use super::world::World;
use crate::contract::{EditionChoice, ErrorCode, Member, RuleId};
use crate::wire::WireRequest;

/// Analyses a request in a world, according to the editions.
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
        refused_at_front: is_refused_at_front(wire),
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
