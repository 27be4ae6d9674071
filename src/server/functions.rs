//! Operations on functions, versions, and their details.

use std::time::Instant;

use serde_json::{Map, Value, json};

use super::aliases::alias_configuration;
use super::digest;
use super::mutants::StateMutation;
use super::names;
use super::readings::Reading;
use super::reference::ReferenceServer;
use super::reply::{ErrorReply, json_response, no_content};
use super::state::{Details, State, VersionDetails};
use crate::contract::{ErrorCode, messages};
use crate::model::{Function, PolicyResource};
use crate::wire::{WireRequest, WireResponse, decode};

/// The response of an operation, or the error.
pub(super) type Outcome = Result<WireResponse, ErrorReply>;

/// Settings that a caller may choose, with the defaults of AWS.
const SETTINGS: [&str; 8] = [
    "Runtime",
    "Role",
    "Handler",
    "Description",
    "Timeout",
    "MemorySize",
    "PackageType",
    "Architectures",
];

impl ReferenceServer {
    /// Handles all operations except those on policies.
    pub(super) fn neighbour(&self, wire: &WireRequest) -> Outcome {
        let mut state = self.lock();
        if let Some(rest) = wire.path.strip_prefix("/2017-03-31/tags/") {
            return self.tags(&mut state, wire, rest);
        }
        let (dated, rest) = wire.path.split_once("/functions").ok_or_else(names::unroutable)?;
        let segments: Vec<String> = rest
            .split('/')
            .skip(1)
            .map(|segment| decode(segment).ok_or_else(names::unroutable))
            .collect::<Result<_, _>>()?;
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let input = body(wire)?;
        if let [name, "concurrency"] = segments.as_slice() {
            return self.concurrency(&mut state, wire, dated, name, &input);
        }
        if dated != "/2015-03-31" {
            return Err(names::unroutable());
        }
        match (wire.method, segments.as_slice()) {
            ("POST", [] | [""]) => self.create_function(&mut state, &input),
            ("GET", [] | [""]) => self.list_functions(&state, wire),
            ("GET", [name]) => {
                let resource = self.function(&state, wire, name, "GetFunction")?;
                let configuration = configuration_of(&state, &resource)?;
                Ok(self.json(200, &json!({
                    "Configuration": configuration,
                    "Code": { "RepositoryType": "S3", "Location": "https://example.invalid/code" },
                })))
            }
            ("GET", [name, "configuration"]) => {
                let resource = self.function(&state, wire, name, "GetFunctionConfiguration")?;
                let configuration = configuration_of(&state, &resource)?;
                Ok(self.json(200, &configuration))
            }
            ("PUT", [name, "configuration"]) => {
                let resource = self.function(&state, wire, name, "UpdateFunctionConfiguration")?;
                self.update_configuration(&mut state, &resource, &input)
            }
            ("PUT", [name, "code"]) => {
                let resource = self.function(&state, wire, name, "UpdateFunctionCode")?;
                self.update_code(&mut state, &resource, &input)
            }
            ("DELETE", [name]) => {
                let resource = self.function(&state, wire, name, "DeleteFunction")?;
                self.delete_function(&mut state, &resource)
            }
            ("POST", [name, "versions"]) => {
                let resource = self.function(&state, wire, name, "PublishVersion")?;
                settled(&state, &resource)?;
                let version = self.publish(&mut state, &resource.function);
                let answer = configuration(&state, &resource.function, Some(&version))?;
                Ok(self.json(201, &answer))
            }
            ("GET", [name, "versions"]) => {
                let resource = self.function(&state, wire, name, "ListVersionsByFunction")?;
                let details = existing(&state, &resource)?;
                let mut all = vec![configuration(&state, &resource.function, Some("$LATEST"))?];
                let mut numbers: Vec<&String> = details.versions.keys().collect();
                numbers.sort_by_key(|number| number.parse::<u32>().unwrap_or_default());
                for number in numbers {
                    all.push(configuration(&state, &resource.function, Some(number))?);
                }
                Ok(self.json(200, &json!({ "Versions": all })))
            }
            ("POST", [name, "aliases"]) => {
                let resource = self.function(&state, wire, name, "CreateAlias")?;
                self.create_alias(&mut state, &resource, &input)
            }
            ("GET", [name, "aliases"]) => {
                let resource = self.function(&state, wire, name, "ListAliases")?;
                let details = existing(&state, &resource)?;
                let all: Vec<Value> = details
                    .aliases
                    .keys()
                    .map(|alias| alias_configuration(&state, &resource.function, alias))
                    .collect::<Result<_, _>>()?;
                Ok(self.json(200, &json!({ "Aliases": all })))
            }
            ("GET", [name, "aliases", alias]) => {
                let resource = self.function(&state, wire, name, "GetAlias")?;
                let answer = alias_configuration(&state, &resource.function, alias)?;
                Ok(self.json(200, &answer))
            }
            ("PUT", [name, "aliases", alias]) => {
                let resource = self.function(&state, wire, name, "UpdateAlias")?;
                self.update_alias(&mut state, &resource, alias, &input)
            }
            ("DELETE", [name, "aliases", alias]) => {
                let resource = self.function(&state, wire, name, "DeleteAlias")?;
                existing(&state, &resource)?;
                self.delete_alias_policies(&mut state, &resource.function, alias);
                Ok(no_content())
            }
            _ => Err(names::unroutable()),
        }
    }

    pub(super) fn json(&self, status: u16, value: &Value) -> WireResponse {
        json_response(status, value, self.readings())
    }

    fn function(
        &self,
        state: &State,
        wire: &WireRequest,
        name: &str,
        operation: &str,
    ) -> Result<PolicyResource, ErrorReply> {
        let qualifier = wire.query_value("Qualifier");
        names::resolve(state, name, qualifier.as_deref(), self.editions(), operation)
    }

    fn create_function(&self, state: &mut State, input: &Map<String, Value>) -> Outcome {
        let null = |path: &str| {
            format!("Value null at '{path}' failed to satisfy constraint: Member must not be null")
        };
        let missing: Vec<String> =
            [("FunctionName", "functionName"), ("Code", "code"), ("Role", "role")]
                .into_iter()
                .filter(|(member, _)| input.get(*member).is_none_or(Value::is_null))
                .map(|(_, path)| null(path))
                .collect();
        if !missing.is_empty() {
            let texts: Vec<&str> = missing.iter().map(String::as_str).collect();
            return Err(ErrorReply::validation(&texts));
        }
        let given = input.get("FunctionName").and_then(Value::as_str).unwrap_or_default();
        let resource = names::resolve(state, given, None, self.editions(), "CreateFunction")?;
        let name = resource.function;
        if name.chars().count() > 64 || name.contains('.') {
            return Err(ErrorReply::validation(&[&format!(
                "Value '{given}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 64"
            )]));
        }
        if state.details.contains_key(&name) {
            let text = format!("Function already exist: {name}");
            return Err(ErrorReply::new(ErrorCode::ResourceConflictException, text));
        }
        let code = input.get("Code").cloned().unwrap_or_default().to_string();
        let kept = self
            .does(StateMutation::FunctionPolicySurvives)
            .then(|| state.world.functions.get(&name).map(|old| old.policies.clone()))
            .flatten();
        let details = Details {
            settings: settings(input, &Map::new()),
            code: digest::code_sha256(code.as_bytes()),
            size: code.len(),
            revision: state.new_revision(self.readings()),
            changed: true,
            tags: input.get("Tags").and_then(Value::as_object).cloned().unwrap_or_default(),
            late_until: self.options().late.map(|time| Instant::now() + time),
            pending_until: self.options().pending.map(|time| Instant::now() + time),
            ..Details::default()
        };
        state.details.insert(name.clone(), details);
        let function = Function { policies: kept.unwrap_or_default(), ..Function::default() };
        state.world.functions.insert(name.clone(), function);
        let version =
            (input.get("Publish") == Some(&json!(true))).then(|| self.publish(state, &name));
        let mut answer = configuration(state, &name, version.as_deref())?;
        // Recorded from AWS: the ARN is the function's, also where Version is that of the first.
        answer["FunctionArn"] = json!(state.world.arn(&name, None));
        Ok(self.json(201, &answer))
    }

    fn update_configuration(
        &self,
        state: &mut State,
        resource: &PolicyResource,
        input: &Map<String, Value>,
    ) -> Outcome {
        settled(state, resource)?;
        let revision = state.new_revision(self.readings());
        if let Some(details) = state.details.get_mut(&resource.function) {
            details.settings = settings(input, &details.settings);
            details.revision = revision;
            details.changed = true;
        }
        Ok(self.json(200, &configuration(state, &resource.function, None)?))
    }

    fn update_code(
        &self,
        state: &mut State,
        resource: &PolicyResource,
        input: &Map<String, Value>,
    ) -> Outcome {
        settled(state, resource)?;
        let mut code = input.clone();
        for other in ["Publish", "DryRun", "RevisionId", "Architectures"] {
            code.shift_remove(other);
        }
        let code = Value::Object(code).to_string();
        let revision = state.new_revision(self.readings());
        if let Some(details) = state.details.get_mut(&resource.function) {
            let digest = digest::code_sha256(code.as_bytes());
            details.changed |= digest != details.code;
            details.code = digest;
            details.size = code.len();
            details.revision = revision;
        }
        if self.readings().has(Reading::CodeUpdateChangesRevision) {
            let target = PolicyResource { function: resource.function.clone(), qualifier: None };
            if state.policy(&target).exists() {
                state.renew_revision(&target, self.readings());
            }
        }
        let version = (input.get("Publish") == Some(&json!(true)))
            .then(|| self.publish(state, &resource.function));
        Ok(self.json(200, &configuration(state, &resource.function, version.as_deref())?))
    }

    /// Publishes a version; if nothing changed, this is the last one.
    fn publish(&self, state: &mut State, name: &str) -> String {
        let revision = state.new_revision(self.readings());
        let renewed = state.new_revision(self.readings());
        let Some(details) = state.details.get_mut(name) else { return "$LATEST".into() };
        let last = details.last_version.to_string();
        if !details.changed && details.versions.contains_key(&last) {
            return last;
        }
        details.last_version += 1;
        details.changed = false;
        details.revision = renewed;
        let number = details.last_version.to_string();
        let version = VersionDetails {
            settings: details.settings.clone(),
            code: details.code.clone(),
            size: details.size,
            revision,
        };
        details.versions.insert(number.clone(), version);
        if let Some(function) = state.world.functions.get_mut(name) {
            function.versions.insert(number.clone());
        }
        if !self.mutants().is_empty() {
            super::storing::published(self.mutants(), state, name, &number, self.readings());
        }
        number
    }

    fn delete_function(&self, state: &mut State, resource: &PolicyResource) -> Outcome {
        existing(state, resource)?;
        let name = &resource.function;
        let Some(qualifier) = &resource.qualifier else {
            state.details.remove(name);
            if self.does(StateMutation::DeletedFunctionPolicyRead) {
                let policy = state.policy(resource);
                state.deleted_policies.insert(name.clone(), policy);
            }
            if self.does(StateMutation::FunctionPolicySurvives) {
                if let Some(function) = state.world.functions.get_mut(name) {
                    function.versions.clear();
                    function.aliases.clear();
                }
            } else {
                state.world.functions.remove(name);
                state.deleted_alias_policies.retain(|(function, _), _| function != name);
            }
            return Ok(no_content());
        };
        if qualifier == "$LATEST" {
            return Err(ErrorReply::invalid(
                "$LATEST version cannot be deleted without deleting the function.",
            ));
        }
        if let Some(function) = state.world.functions.get_mut(name) {
            let user = function.aliases.iter().find(|(_, at)| *at == qualifier);
            if let Some((alias, _)) = user {
                let text = format!(
                    "Unable to delete version because the following aliases reference it: [{alias}]"
                );
                return Err(ErrorReply::new(ErrorCode::ResourceConflictException, text));
            }
            if function.versions.remove(qualifier) {
                function.policies.remove(&Some(qualifier.clone()));
            }
        }
        if let Some(details) = state.details.get_mut(name) {
            details.versions.remove(qualifier);
        }
        Ok(no_content())
    }

    fn tags(&self, state: &mut State, wire: &WireRequest, rest: &str) -> Outcome {
        let arn = decode(rest).ok_or_else(names::unroutable)?;
        let resource = names::resolve(state, &arn, None, self.editions(), "ListTags")?;
        existing(state, &resource)?;
        let input = body(wire)?;
        let details = state.details.get_mut(&resource.function).ok_or_else(names::unroutable)?;
        match wire.method {
            "GET" => Ok(json_response(200, &json!({ "Tags": details.tags }), self.readings())),
            "POST" => {
                let given = input.get("Tags").and_then(Value::as_object).cloned();
                details.tags.extend(given.unwrap_or_default());
                Ok(no_content())
            }
            "DELETE" => {
                for pair in wire.query.split('&') {
                    if let Some(("tagKeys", key)) = pair.split_once('=')
                        && let Some(key) = decode(key)
                    {
                        details.tags.shift_remove(&key);
                    }
                }
                Ok(no_content())
            }
            _ => Err(names::unroutable()),
        }
    }
}

/// The details of a function that must exist.
pub(super) fn existing<'a>(
    state: &'a State,
    resource: &PolicyResource,
) -> Result<&'a Details, ErrorReply> {
    state.details.get(&resource.function).ok_or_else(|| {
        let arn = state.world.arn(&resource.function, resource.qualifier.as_deref());
        ErrorReply::not_found(messages::function_not_found(&arn))
    })
}

/// Refuses to change a function that is still being created.
fn settled(state: &State, resource: &PolicyResource) -> Result<(), ErrorReply> {
    if existing(state, resource)?.is_pending() {
        let text = "The operation cannot be performed at this time. The function is currently in the following state: Pending";
        return Err(ErrorReply::new(ErrorCode::ResourceConflictException, text));
    }
    Ok(())
}

/// The body as an object; an empty body holds no members.
fn body(wire: &WireRequest) -> Result<Map<String, Value>, ErrorReply> {
    if wire.body.is_empty() {
        return Ok(Map::new());
    }
    serde_json::from_slice(&wire.body).map_err(|_| {
        let text = "the body cannot be read as JSON object";
        ErrorReply::new(ErrorCode::SerializationException, text)
    })
}

fn settings(input: &Map<String, Value>, known: &Map<String, Value>) -> Map<String, Value> {
    SETTINGS
        .into_iter()
        .filter_map(|name| {
            Some((name.to_owned(), input.get(name).or_else(|| known.get(name))?.clone()))
        })
        .collect()
}

/// The configuration of what a name and qualifier mean.
fn configuration_of(state: &State, resource: &PolicyResource) -> Result<Value, ErrorReply> {
    let details = existing(state, resource)?;
    let Some(qualifier) = resource.qualifier.as_deref() else {
        return configuration(state, &resource.function, None);
    };
    if details.aliases.contains_key(qualifier) {
        let points_at = state.world.functions[&resource.function].aliases.get(qualifier);
        let points_at = points_at.map_or("$LATEST", String::as_str);
        let mut answer = configuration(state, &resource.function, Some(points_at))?;
        answer["FunctionArn"] = json!(state.world.arn(&resource.function, Some(qualifier)));
        return Ok(answer);
    }
    if qualifier == "$LATEST" || details.versions.contains_key(qualifier) {
        return configuration(state, &resource.function, Some(qualifier));
    }
    let arn = state.world.arn(&resource.function, Some(qualifier));
    Err(ErrorReply::not_found(if qualifier.bytes().all(|byte| byte.is_ascii_digit()) {
        messages::function_not_found(&arn)
    } else {
        format!("Cannot find alias arn: {arn}")
    }))
}

/// The configuration of a function or of one version.
pub(super) fn configuration(
    state: &State,
    function: &str,
    version: Option<&str>,
) -> Result<Value, ErrorReply> {
    let arn = state.world.arn(function, version);
    let missing = || ErrorReply::not_found(messages::function_not_found(&arn));
    let details = state.details.get(function).ok_or_else(missing)?;
    let published = match version {
        None | Some("$LATEST") => None,
        Some(number) => Some(details.versions.get(number).ok_or_else(missing)?),
    };
    let (settings, code, size, revision) = match published {
        Some(version) => (&version.settings, &version.code, version.size, &version.revision),
        None => (&details.settings, &details.code, details.size, &details.revision),
    };
    let setting = |name: &str, otherwise: Value| settings.get(name).cloned().unwrap_or(otherwise);
    let mut answer = json!({
        "FunctionName": function,
        "FunctionArn": arn,
        "Runtime": setting("Runtime", json!("python3.13")),
        "Role": setting("Role", json!("")),
        "Handler": setting("Handler", json!("index.handler")),
        "CodeSize": size,
        "Description": setting("Description", json!("")),
        "Timeout": setting("Timeout", json!(3)),
        "MemorySize": setting("MemorySize", json!(128)),
        "LastModified": "2025-01-01T00:00:00.000+0000",
        "CodeSha256": code,
        "Version": version.unwrap_or("$LATEST"),
        "TracingConfig": { "Mode": "PassThrough" },
        "RevisionId": revision,
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "PackageType": setting("PackageType", json!("Zip")),
        "Architectures": setting("Architectures", json!(["x86_64"])),
        "EphemeralStorage": { "Size": 512 },
        "SnapStart": { "ApplyOn": "None", "OptimizationStatus": "Off" },
    });
    if details.is_pending() {
        answer["State"] = json!("Pending");
        answer["StateReason"] = json!("The function is being created.");
        answer["StateReasonCode"] = json!("Creating");
    }
    if settings.get("PackageType") == Some(&json!("Image"))
        && let Some(members) = answer.as_object_mut()
    {
        members.shift_remove("Runtime");
        members.shift_remove("Handler");
    }
    Ok(answer)
}
