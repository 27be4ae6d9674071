//! From an operation to the bytes that are sent.

use serde_json::{Map, Value};

use super::template::{Bindings, UnknownReference, resolve_value};
use super::{AddPermission, Body, GetPolicy, RemovePermission};
use crate::wire::{WireRequest, encode};

/// The path of a function's policy.
fn policy_path(function_name: &str) -> String {
    format!("/2015-03-31/functions/{}/policy", encode(function_name))
}

impl AddPermission {
    /// The request as bytes.
    pub fn to_wire(&self, bindings: &dyn Bindings) -> Result<WireRequest, UnknownReference> {
        let mut request =
            WireRequest::new("POST", policy_path(&self.function_name.resolve(bindings)?));
        if let Some(qualifier) = &self.qualifier {
            request = request.with_query("Qualifier", &qualifier.resolve(bindings)?);
        }
        let body = match &self.body {
            Body::Members(members) => {
                let resolved: Map<String, Value> = members
                    .iter()
                    .map(|(name, value)| Ok((name.clone(), resolve_value(value, bindings)?)))
                    .collect::<Result<_, UnknownReference>>()?;
                // Writing into memory cannot fail, and a map's keys are texts.
                serde_json::to_vec(&resolved).unwrap_or_default()
            }
            Body::Raw(bytes) => bytes.clone(),
        };
        Ok(self.spelling.apply(request.with_json(body)))
    }
}

impl GetPolicy {
    /// The request as bytes.
    pub fn to_wire(&self, bindings: &dyn Bindings) -> Result<WireRequest, UnknownReference> {
        let mut request =
            WireRequest::new("GET", policy_path(&self.function_name.resolve(bindings)?));
        if let Some(qualifier) = &self.qualifier {
            request = request.with_query("Qualifier", &qualifier.resolve(bindings)?);
        }
        Ok(self.spelling.apply(request))
    }
}

impl RemovePermission {
    /// The request as bytes.
    pub fn to_wire(&self, bindings: &dyn Bindings) -> Result<WireRequest, UnknownReference> {
        let path = format!(
            "{}/{}",
            policy_path(&self.function_name.resolve(bindings)?),
            encode(&self.statement_id.resolve(bindings)?)
        );
        let mut request = WireRequest::new("DELETE", path);
        if let Some(qualifier) = &self.qualifier {
            request = request.with_query("Qualifier", &qualifier.resolve(bindings)?);
        }
        if let Some(revision) = &self.revision_id {
            request = request.with_query("RevisionId", &revision.resolve(bindings)?);
        }
        Ok(self.spelling.apply(request))
    }
}
