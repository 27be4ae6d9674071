//! Operations on the account: listing of functions, and reserved concurrency.

use serde_json::{Map, Value, json};

use super::functions::{Outcome, configuration, existing};
use super::names;
use super::reference::ReferenceServer;
use super::reply::{ErrorReply, no_content};
use super::state::State;
use crate::wire::WireRequest;

impl ReferenceServer {
    /// One page of the functions, sorted by name.
    pub(super) fn list_functions(&self, state: &State, wire: &WireRequest) -> Outcome {
        let most = match wire.query_value("MaxItems") {
            None => 50,
            Some(text) => {
                text.parse::<usize>().ok().filter(|n| (1..=10_000).contains(n)).ok_or_else(|| {
                    ErrorReply::validation(&[&format!(
                        "Value '{text}' at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 10000"
                    )])
                })?
            }
        };
        let after = wire.query_value("Marker").unwrap_or_default();
        let mut left = state.details.keys().filter(|name| **name > after);
        let page: Vec<&String> = left.by_ref().take(most).collect();
        let all: Vec<Value> =
            page.iter().map(|name| configuration(state, name, None)).collect::<Result<_, _>>()?;
        let mut answer = json!({ "Functions": all });
        if let (Some(last), Some(_)) = (page.last(), left.next()) {
            answer["NextMarker"] = json!(last);
        }
        Ok(self.json(200, &answer))
    }

    /// PutFunctionConcurrency, GetFunctionConcurrency, DeleteFunctionConcurrency.
    pub(super) fn concurrency(
        &self,
        state: &mut State,
        wire: &WireRequest,
        dated: &str,
        name: &str,
        input: &Map<String, Value>,
    ) -> Outcome {
        let operation = match (wire.method, dated) {
            ("PUT", "/2017-10-31") => "PutFunctionConcurrency",
            ("GET", "/2019-09-30") => "GetFunctionConcurrency",
            ("DELETE", "/2017-10-31") => "DeleteFunctionConcurrency",
            _ => return Err(names::unroutable()),
        };
        let resource = names::resolve(state, name, None, self.editions(), operation)?;
        existing(state, &resource)?;
        let wanted = input.get("ReservedConcurrentExecutions").and_then(Value::as_u64);
        if wire.method == "PUT" && wanted.is_none() {
            return Err(ErrorReply::validation(&[
                "Value null at 'reservedConcurrentExecutions' failed to satisfy constraint: Member must not be null",
            ]));
        }
        let details = state.details.get_mut(&resource.function).ok_or_else(names::unroutable)?;
        match wire.method {
            "PUT" => details.reserved = wanted,
            "DELETE" => {
                details.reserved = None;
                return Ok(no_content());
            }
            _ => {}
        }
        let answer = match details.reserved {
            Some(reserved) => json!({ "ReservedConcurrentExecutions": reserved }),
            None => json!({}),
        };
        Ok(self.json(200, &answer))
    }
}
