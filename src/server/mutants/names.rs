//! Wrong with FunctionName and Qualifier.

use serde_json::json;

use super::mutation::Mutation::{DropFault, EditError, EditStatement, RewriteRequest};
use super::tools::{edit_label, form, list};
use crate::contract::Member::{FunctionName, Qualifier};
use crate::model::name::{Form, FunctionName as Name};
use crate::model::{RejectKind, RejectReason, constraint};
use crate::wire::WireRequest;

/// Whether the fault is that something named does not exist.
fn is_not_found(fault: &RejectReason) -> bool {
    matches!(
        fault.kind,
        RejectKind::FunctionNotFound
            | RejectKind::VersionNotFound
            | RejectKind::AliasNotFound
            | RejectKind::QualifierNotFound
    )
}

list! {
    "name-unchecked" "looks for functions whose name does not fit the pattern"
        [FunctionNamePattern] (FunctionName)
        => DropFault(|fault, _| form(fault, FunctionName) && fault.kind == RejectKind::Pattern);
    "name-trimmed" "overlooks white space around FunctionName"
        [FunctionNamePattern] (FunctionName)
        => RewriteRequest(|request, _| edit_label(request, |label| {
            (label.trim() != label).then(|| label.trim().to_owned())
        }));
    "name-second-suffix-ignored" "overlooks a second suffix of FunctionName"
        [FunctionNamePattern] (FunctionName)
        => RewriteRequest(|request, _| edit_label(request, |label| {
            let (start, _) = label.rsplit_once(':')?;
            (Name::read(label).is_none() && Name::read(start).is_some()).then(|| start.to_owned())
        }));
    "name-empty-suffix" "overlooks a colon at the end of FunctionName"
        [FunctionNamePattern] (FunctionName)
        => RewriteRequest(|request, _| edit_label(request, |label| {
            label.strip_suffix(':').map(ToOwned::to_owned)
        }));
    "name-any-service" "takes an ARN of another service for Lambda's"
        [FunctionNamePattern] (FunctionName)
        => RewriteRequest(|request, _| edit_label(request, |label| {
            let mut parts: Vec<&str> = label.split(':').collect();
            let service = parts.get_mut(2).filter(|service| **service != "lambda")?;
            *service = "lambda";
            label.starts_with("arn:").then(|| parts.join(":"))
        }));
    "name-bang-removed" "overlooks symbols of FunctionName that it does not know"
        [FunctionNamePattern] (FunctionName)
        => RewriteRequest(|request, _| edit_label(request, |label| {
            let kept: String = label
                .chars()
                .filter(|c| c.is_ascii_alphanumeric() || "-_:.$".contains(*c))
                .collect();
            (kept != label).then_some(kept)
        }));
    "name-any-length" "grants on names of any length"
        [FunctionNameLength] (FunctionName)
        => DropFault(|fault, ask| {
            ask.add.name.chars().count() > 256
                && (form(fault, FunctionName) || is_not_found(fault))
        });
    "name-long-500" "fails on names that are too long"
        [FunctionNameLength ErrorNoServerFault] (FunctionName)
        => EditError(|reply, cause| {
            let too_long = cause.fault.is_some_and(|fault| {
                fault.member == Some(FunctionName) && matches!(fault.kind, RejectKind::TooLong(_))
            });
            if too_long {
                reply.status = 500;
            }
        });
    "name-any-region" "takes an ARN of any region for the local function's, as moto does"
        [FunctionNameOtherRegion] (FunctionName)
        => RewriteRequest(|request, world| edit_label(request, |label| {
            let region = Name::read(label)?.region?;
            Some(label.replacen(&region, &world.region, 1))
        }));
    "name-any-account" "takes an ARN of any account for the local function's"
        [FunctionNameOtherAccount] (FunctionName)
        => RewriteRequest(|request, world| edit_label(request, |label| {
            let account = Name::read(label)?.account?;
            Some(label.replacen(&account, &world.account, 1))
        }));
    "name-any-case" "takes a name in other case for the function's"
        [FunctionNameCase] (FunctionName) advisory
        => RewriteRequest(|request, world| edit_label(request, |label| {
            let known = world.functions.keys().find(|known| {
                known.eq_ignore_ascii_case(label) && !world.functions.contains_key(label)
            });
            known.cloned()
        }));
    "name-not-decoded" "does not decode FunctionName"
        [FunctionNameForms] ()
        => RewriteRequest(|request, _| edit_label(request, |label| {
            label.contains(':').then(|| label.replace(':', "%3A"))
        }));
    "get-by-arn-404" "does not find a policy by the function's ARN"
        [FunctionNameForms] ()
        => RewriteRequest(|request, _| by_arn(request, "GET"));
    "remove-by-arn-404" "does not find what to remove by the function's ARN, as LocalStack did"
        [FunctionNameForms] ()
        => RewriteRequest(|request, _| by_arn(request, "DELETE"));
    "get-suffix-lost" "overlooks the suffix of the name when it reads a policy"
        [FunctionNameForms PolicyPerTarget PolicyExact PolicyAbsent] ()
        => RewriteRequest(|request, _| without_suffix(request, "GET"));
    "remove-suffix-lost" "overlooks the suffix of the name when it removes"
        [FunctionNameForms PolicyPerTarget RemoveOneOnly RemoveNotFound RemoveStatus PolicyExact] ()
        => RewriteRequest(|request, _| without_suffix(request, "DELETE"));
    "name-suffix-lost" "overlooks the suffix of a bare name"
        [FunctionNameForms StatementResource] (FunctionName)
        => RewriteRequest(|request, _| edit_label(request, |label| {
            let name = Name::read(label)?;
            let is_short = name.form == Form::Name && name.suffix.is_some();
            is_short.then_some(name.name)
        }));
    "partial-arn-misread" "takes the account of a partial ARN for the name, as MiniStack does"
        [FunctionNameForms] (FunctionName)
        => RewriteRequest(|request, _| edit_label(request, |label| {
            let name = Name::read(label)?;
            (name.form == Form::PartialArn).then_some(name.account).flatten()
        }));
    "arn-suffix-lost" "overlooks the suffix of a full ARN"
        [FunctionNameForms StatementResource] (FunctionName)
        => RewriteRequest(|request, _| edit_label(request, |label| {
            let name = Name::read(label)?;
            let suffix = name.suffix.filter(|_| name.form == Form::Arn)?;
            label.strip_suffix(&format!(":{suffix}")).map(ToOwned::to_owned)
        }));
    "arn-not-found" "finds no function by its full ARN, as MiniStack for other regions"
        [FunctionNameForms] (FunctionName)
        => RewriteRequest(|request, _| edit_label(request, |label| {
            let name = Name::read(label)?;
            (name.form == Form::Arn).then(|| format!("{}-arn", name.name))
        }));
    "other-forms-misread" "takes the first part of an unusual form for the function's name"
        [FunctionNameOtherForms] (FunctionName)
        => EditStatement(|statement, ask| {
            if Name::read(&ask.add.name).is_some_and(|name| name.form == Form::Other) {
                let first = ask.add.name.split(':').next();
                statement.insert("Resource".into(), json!(ask.world.arn(first.unwrap_or_default(), None)));
            }
        });
    "qualifier-unchecked" "grants on qualifiers that do not fit the pattern"
        [QualifierPattern] (Qualifier)
        => DropFault(|fault, ask| {
            form(fault, Qualifier)
                || (is_not_found(fault)
                    && !constraint::is_clean(Qualifier, ask.text_or_empty(Qualifier)))
        });
    "qualifier-trimmed" "overlooks white space around Qualifier"
        [QualifierPattern] (Qualifier)
        => RewriteRequest(|request, _| {
            if let Some(text) = request.query_value("Qualifier")
                && text.trim() != text
            {
                request.query.clear();
                *request = request.clone().with_query("Qualifier", text.trim());
            }
        });
    "qualifier-colon-cut" "overlooks what stands behind a colon or a dot in Qualifier"
        [QualifierPattern] (Qualifier)
        => RewriteRequest(|request, _| {
            if let Some(text) = request.query_value("Qualifier")
                && let Some((start, _)) = text.split_once([':', '.', '?', ' '])
            {
                let start = start.to_owned();
                request.query.clear();
                *request = request.clone().with_query("Qualifier", &start);
            }
        });
    "qualifier-any-length" "grants on qualifiers of any length"
        [QualifierLength] (Qualifier)
        => DropFault(|fault, ask| {
            ask.text_or_empty(Qualifier).chars().count() > 128
                && (form(fault, Qualifier) || is_not_found(fault))
        });
    "qualifier-ignored" "overlooks Qualifier"
        [StatementResource QualifierUnknownAlias QualifierUnknownVersion QualifierLatest PolicyPerTarget] ()
        => RewriteRequest(|request, _| request.query.clear());
    "latest-granted" "grants on $LATEST, as moto and MiniStack do"
        [QualifierLatest] ()
        => DropFault(|fault, _| fault.kind == RejectKind::Latest);
    "latest-is-unqualified" "takes $LATEST for the unqualified function, as fakecloud does"
        [QualifierLatest] ()
        => DropFault(|fault, _| fault.kind == RejectKind::Latest),
        EditStatement(|statement, ask| {
            if let Some(resource) = ask.resource.filter(|resource| resource.qualifier.as_deref() == Some("$LATEST")) {
                statement.insert("Resource".into(), json!(ask.world.arn(&resource.function, None)));
            }
        });
    "latest-suffix-granted" "grants on $LATEST where it is the suffix of FunctionName"
        [QualifierLatest] (FunctionName)
        => DropFault(|fault, ask| {
            fault.kind == RejectKind::Latest && ask.add.name.ends_with(":$LATEST") && ask.add.qualifier.is_none()
        });
    "latest-query-granted" "grants on $LATEST where it is the Qualifier"
        [QualifierLatest] (Qualifier)
        => DropFault(|fault, ask| {
            fault.kind == RejectKind::Latest
                && ask.add.qualifier.as_deref() == Some("$LATEST")
                && !ask.add.name.contains(':')
        });
    "latest-404" "does not find $LATEST"
        [QualifierLatest] ()
        => EditError(|reply, cause| {
            if cause.fault.is_some_and(|fault| fault.kind == RejectKind::Latest) {
                *reply = crate::server::reply::ErrorReply::not_found("Function not found");
            }
        });
    "mismatch-query-wins" "overlooks a suffix that differs from Qualifier, as moto does"
        [QualifierMismatch] ()
        => RewriteRequest(|request, _| {
            if request.query_value("Qualifier").is_some_and(|text| !text.is_empty()) {
                edit_label(request, |label| {
                    let suffix = Name::read(label)?.suffix?;
                    label.strip_suffix(&format!(":{suffix}")).map(ToOwned::to_owned)
                });
            }
        });
    "mismatch-suffix-wins" "overlooks a Qualifier that differs from the suffix, as MiniStack does"
        [QualifierMismatch] ()
        => RewriteRequest(|request, _| {
            let mut found = false;
            let path = request.path.clone();
            if request.path.starts_with("/2015-03-31/functions/") {
                let label = path.split('/').nth(3).and_then(crate::wire::decode);
                found = label.and_then(|label| Name::read(&label)?.suffix).is_some();
            }
            if found {
                request.query.clear();
            }
        });
    "mismatch-404" "looks for the qualifier before it compares the suffix"
        [QualifierMismatch] ()
        => EditError(|reply, cause| {
            if cause.fault.is_some_and(|fault| fault.kind == RejectKind::Mismatch) {
                *reply = crate::server::reply::ErrorReply::not_found("Function not found");
            }
        });
    "unknown-alias-granted" "grants on an alias that does not exist"
        [QualifierUnknownAlias] ()
        => DropFault(|fault, _| matches!(fault.kind, RejectKind::AliasNotFound | RejectKind::QualifierNotFound));
    "unknown-version-granted" "grants on a version that does not exist"
        [QualifierUnknownVersion] ()
        => DropFault(|fault, _| fault.kind == RejectKind::VersionNotFound);
    "dollar-qualifier-granted" "grants on a qualifier with a dollar in it"
        [QualifierUnknownAlias] (Qualifier)
        => DropFault(|fault, _| fault.kind == RejectKind::QualifierNotFound);
    "unknown-function-granted" "grants on a function that does not exist"
        [ErrorNotFound] ()
        => DropFault(|fault, _| fault.kind == RejectKind::FunctionNotFound);
    "unknown-alias-400" "calls an alias that does not exist invalid"
        [QualifierUnknownAlias] ()
        => EditError(|reply, cause| {
            if cause.fault.is_some_and(|fault| fault.kind == RejectKind::AliasNotFound) {
                *reply = crate::server::reply::ErrorReply::invalid("no such alias");
            }
        });
    "unknown-version-400" "calls a version that does not exist invalid"
        [QualifierUnknownVersion] ()
        => EditError(|reply, cause| {
            if cause.fault.is_some_and(|fault| fault.kind == RejectKind::VersionNotFound) {
                *reply = crate::server::reply::ErrorReply::invalid("no such version");
            }
        });
}

/// A function that is named by its ARN is not found by one operation.
fn by_arn(request: &mut WireRequest, method: &str) {
    if request.method == method {
        edit_label(request, |label| label.starts_with("arn:").then(|| "no-such-function".into()));
    }
}

/// The suffix of a name is lost by one operation.
fn without_suffix(request: &mut WireRequest, method: &str) {
    if request.method == method {
        edit_label(request, |label| {
            let suffix = Name::read(label)?.suffix?;
            label.strip_suffix(&format!(":{suffix}")).map(ToOwned::to_owned)
        });
    }
}
