//! Wrong with notable names of functions and aliases, and with versions that look alike.

use serde_json::{Value, json};

use super::mutation::Mutation::{AddFault, EditStatement, Home, RewriteRequest};
use super::mutation::RequestContext;
use super::tools::{edit_label, list};
use crate::contract::ErrorCode;
use crate::model::{PolicyResource, World};
use crate::server::reply::ErrorReply;

/// The qualifier of a grant where it is an alias.
fn alias<'a>(ask: &RequestContext<'a>) -> Option<&'a str> {
    let resource = ask.resource?;
    let name = resource.qualifier.as_deref()?;
    ask.world.functions.get(&resource.function)?.aliases.contains_key(name).then_some(name)
}

/// The name of the function of a grant.
fn function<'a>(ask: &RequestContext<'a>) -> &'a str {
    ask.resource.map_or("", |resource| resource.function.as_str())
}

/// The reply of who does not find the alias.
fn no_alias(alias: &str) -> ErrorReply {
    ErrorReply::not_found(format!("Cannot find alias arn: {alias}"))
}

/// Keeps the policy of an alias with that of the first one that is alike.
fn with_first(
    world: &World,
    resource: &PolicyResource,
    is_alike: impl Fn(&str, &str) -> bool,
) -> PolicyResource {
    let aliases = world.functions.get(&resource.function).map(|found| &found.aliases);
    let (Some(own), Some(aliases)) = (&resource.qualifier, aliases) else {
        return resource.clone();
    };
    let first = aliases.contains_key(own).then(|| aliases.keys().find(|name| is_alike(name, own)));
    let qualifier = first.flatten().unwrap_or(own).clone();
    PolicyResource { function: resource.function.clone(), qualifier: Some(qualifier) }
}

/// Replaces the Resource by another text of its function's name.
fn rename(
    statement: &mut serde_json::Map<String, Value>,
    ask: &RequestContext<'_>,
    edit: impl Fn(&str) -> String,
) {
    let Some(resource) = ask.resource else { return };
    let arn = ask.world.arn(&edit(&resource.function), resource.qualifier.as_deref());
    statement.insert("Resource".into(), json!(arn));
}

list! {
    "name-cut-at-63" "cuts the function's name in Resource to 63 characters"
        [StatementResource FunctionNameForms] ()
        => EditStatement(|statement, ask| rename(statement, ask, |name| {
            name.chars().take(63).collect()
        }));
    "name-underscores-lost" "writes underscores of the function's name as hyphens in Resource"
        [StatementResource FunctionNameForms] ()
        => EditStatement(|statement, ask| rename(statement, ask, |name| name.replace('_', "-")));
    "name-end-trimmed" "trims hyphens and underscores at the end of the function's name in Resource"
        [StatementResource FunctionNameForms] ()
        => EditStatement(|statement, ask| rename(statement, ask, |name| {
            name.trim_end_matches(['-', '_']).to_owned()
        }));
    "name-in-lower-case-shown" "writes the function's name in lower case in Resource"
        [StatementResource FunctionNameForms] ()
        => EditStatement(|statement, ask| rename(statement, ask, str::to_ascii_lowercase));
    "name-with-function-split" "looks for what stands behind the word function in a name"
        [FunctionNameForms SuccessStatus StatementIdLength] ()
        => AddFault(|ask| {
            let name = function(ask);
            name.contains("function").then(|| ErrorReply::not_found("Function not found"))
        });
    "name-with-latest-refused" "takes a name that holds LATEST for the unpublished version"
        [FunctionNameForms SuccessStatus StatementIdLength] ()
        => AddFault(|ask| function(ask).contains("LATEST").then(|| {
            ErrorReply::invalid("We currently do not support adding policies for $LATEST.")
        }));
    "name-of-64-refused" "refuses names of 64 characters"
        [FunctionNameForms FunctionNameLength SuccessStatus StatementIdLength] ()
        => AddFault(|ask| (function(ask).len() >= 64).then(|| {
            ErrorReply::new(ErrorCode::ValidationException, "the name is too long")
        }));
    "alias-as-number" "takes an alias that begins with a digit for a version"
        [QualifierAlias QualifierAliasOnLatest] (Qualifier)
        => AddFault(|ask| {
            alias(ask).filter(|name| name.starts_with(|c: char| c.is_ascii_digit())).map(no_alias)
        });
    "alias-of-one-refused" "finds no alias of one character"
        [QualifierAlias QualifierAliasOnLatest] (Qualifier)
        => AddFault(|ask| alias(ask).filter(|name| name.len() == 1).map(no_alias));
    "alias-of-128-refused" "finds no alias of more than 64 characters"
        [QualifierAlias QualifierAliasOnLatest QualifierLength] (Qualifier)
        => AddFault(|ask| alias(ask).filter(|name| name.len() > 64).map(no_alias));
    "alias-cut-in-resource" "cuts an alias in Resource to 100 characters"
        [StatementResource] ()
        => EditStatement(|statement, ask| {
            if let (Some(resource), Some(name)) = (ask.resource, alias(ask)) {
                let cut: String = name.chars().take(100).collect();
                statement.insert(
                    "Resource".into(),
                    json!(ask.world.arn(&resource.function, Some(&cut))),
                );
            }
        });
    "alias-case-shared" "keeps one policy for aliases that differ in case"
        [PolicyPerTarget StatementIdUniquePerPolicy PolicyAbsent] ()
        => Home(|world, resource| with_first(world, resource, str::eq_ignore_ascii_case));
    "alias-first-32-shared" "keeps one policy for aliases whose first 32 characters are alike"
        [PolicyPerTarget StatementIdUniquePerPolicy PolicyAbsent] ()
        => Home(|world, resource| with_first(world, resource, |one, other| {
            one.get(..32).is_some() && one.get(..32) == other.get(..32)
        }));
    "alias-like-function" "takes an alias of the function's name for the function"
        [PolicyPerTarget StatementIdUniquePerPolicy PolicyAbsent] ()
        => Home(|_, resource| {
            let is_own = resource.qualifier.as_deref() == Some(resource.function.as_str());
            let qualifier = resource.qualifier.clone().filter(|_| !is_own);
            PolicyResource { function: resource.function.clone(), qualifier }
        });
    "version-by-first-digit" "keeps one policy for versions that begin with the same digit"
        [PolicyPerTarget StatementIdUniquePerPolicy PolicyAbsent] ()
        => Home(|world, resource| {
            let is_version = resource.qualifier.as_ref().is_some_and(|name| {
                world.functions.get(&resource.function).is_some_and(|f| f.versions.contains(name))
            });
            let mut home = resource.clone();
            if is_version && let Some(name) = &mut home.qualifier {
                name.truncate(1);
            }
            home
        });
    "alias-hyphens-lost" "overlooks hyphens of an alias in the name's suffix"
        [FunctionNameForms QualifierAlias QualifierAliasOnLatest PolicyPerTarget] ()
        => RewriteRequest(|request, _| edit_label(request, |label| {
            let (name, alias) = label.rsplit_once(':')?;
            let is_suffixed = !name.ends_with("function") && alias.contains('-');
            is_suffixed.then(|| format!("{name}:{}", alias.replace('-', "")))
        }));
}
