//! The walk of `tests/clients` through the Rust SDK, in a binary of its own: it links that SDK.

#[path = "clients/walk.rs"]
mod walk;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Arc;

use aws_sdk_lambda::config::retry::RetryConfig;
use aws_sdk_lambda::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_lambda::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_lambda::types::{FunctionCode, FunctionUrlAuthType, Runtime};
use aws_sdk_lambda::{Client, Config, Error};
use permspec::server::{ReferenceServer, RunningServer};
use serde_json::{Map, Value, json};
use walk::{RecordedOutcome, Stage, Step};

/// The exception's variant is its class; the Type of errors is not told alike by all of them.
const TELLS: walk::Client =
    walk::Client { base: "Unhandled", tells_status: true, tells_type: false };

fn client(endpoint: &str) -> Client {
    let key = Credentials::new(walk::ACCESS_KEY, walk::SECRET_KEY, None, None, "test");
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(Region::new(walk::REGION))
        .credentials_provider(key)
        .http_client(permspec::client::sdk_http::client())
        .retry_config(RetryConfig::disabled())
        .build();
    Client::from_conf(config)
}

/// The members of a step, with the revisions that earlier answers carried.
struct Members<'a>(&'a Map<String, Value>, &'a BTreeMap<String, String>);

impl Members<'_> {
    fn text(&self, name: &str) -> Option<String> {
        let text = self.0.get(name)?.as_str().unwrap();
        Some(match text.strip_prefix("$revision.") {
            Some(step) => self.1[step].clone(),
            None => text.to_owned(),
        })
    }
}

/// What an answer gives, and its revision.
type Given = (Value, Option<String>);

/// Makes the call of a step.
async fn call(
    client: &Client,
    step: &Step,
    revisions: &BTreeMap<String, String>,
) -> Result<Given, (Option<u16>, Error)> {
    let members = Members(&step.with, revisions);
    match step.call.as_str() {
        "CreateFunction" => {
            let code = FunctionCode::builder().s3_bucket("bucket").s3_key("key").build();
            let sent = client
                .create_function()
                .set_function_name(members.text("FunctionName"))
                .set_runtime(members.text("Runtime").map(|name| Runtime::from(name.as_str())))
                .set_handler(members.text("Handler"))
                .set_role(members.text("Role"))
                .code(code)
                .send();
            let answer = sent.await.map_err(refused)?;
            Ok((json!({ "FunctionArn": answer.function_arn }), None))
        }
        "PublishVersion" => {
            let sent = client.publish_version().set_function_name(members.text("FunctionName"));
            let answer = sent.send().await.map_err(refused)?;
            Ok((json!({ "Version": answer.version }), None))
        }
        "CreateAlias" => {
            let sent = client
                .create_alias()
                .set_function_name(members.text("FunctionName"))
                .set_name(members.text("Name"))
                .set_function_version(members.text("FunctionVersion"))
                .send();
            let answer = sent.await.map_err(refused)?;
            Ok((json!({ "AliasArn": answer.alias_arn }), None))
        }
        "AddPermission" => {
            let auth = members.text("FunctionUrlAuthType");
            let sent = client
                .add_permission()
                .set_function_name(members.text("FunctionName"))
                .set_qualifier(members.text("Qualifier"))
                .set_statement_id(members.text("StatementId"))
                .set_action(members.text("Action"))
                .set_principal(members.text("Principal"))
                .set_source_arn(members.text("SourceArn"))
                .set_source_account(members.text("SourceAccount"))
                .set_event_source_token(members.text("EventSourceToken"))
                .set_principal_org_id(members.text("PrincipalOrgID"))
                .set_function_url_auth_type(
                    auth.map(|name| FunctionUrlAuthType::from(name.as_str())),
                )
                .set_invoked_via_function_url(
                    step.with.get("InvokedViaFunctionUrl").and_then(Value::as_bool),
                )
                .set_revision_id(members.text("RevisionId"))
                .send();
            let answer = sent.await.map_err(refused)?;
            Ok((json!({ "Statement": answer.statement }), None))
        }
        "GetPolicy" => {
            let sent = client
                .get_policy()
                .set_function_name(members.text("FunctionName"))
                .set_qualifier(members.text("Qualifier"))
                .send();
            let answer = sent.await.map_err(refused)?;
            Ok((json!({ "Policy": answer.policy }), answer.revision_id))
        }
        "RemovePermission" => {
            let sent = client
                .remove_permission()
                .set_function_name(members.text("FunctionName"))
                .set_qualifier(members.text("Qualifier"))
                .set_statement_id(members.text("StatementId"))
                .set_revision_id(members.text("RevisionId"))
                .send();
            sent.await.map_err(refused)?;
            Ok((json!({}), None))
        }
        other => panic!("the walk calls {other}, which this test does not know"),
    }
}

fn refused<E>(error: SdkError<E>) -> (Option<u16>, Error)
where
    E: Debug,
    Error: From<SdkError<E>>,
{
    let status = error.raw_response().map(|response| response.status().as_u16());
    (status, Error::from(error))
}

#[tokio::test]
async fn the_rust_sdk_takes_every_answer_for_what_it_is() {
    for stage in Stage::all() {
        let server = Arc::new(ReferenceServer::new(stage.server()));
        let running = RunningServer::start(server, 0).await.unwrap();
        let client = client(&running.endpoint());
        let mut revisions = BTreeMap::new();
        let mut told = Vec::new();
        for step in &stage.steps {
            told.push(match call(&client, step, &revisions).await {
                Ok((gives, revision)) => {
                    revisions.extend(revision.map(|revision| (step.name.clone(), revision)));
                    // The SDK does not tell the status of a success: it took it for one.
                    let gives = gives.as_object().unwrap().clone();
                    RecordedOutcome { gives, ..RecordedOutcome::default() }
                }
                Err((status, error)) => {
                    let class = format!("{error:?}");
                    let class = class.split('(').next().unwrap_or_default().to_owned();
                    RecordedOutcome {
                        status,
                        class: Some(class),
                        code: error.code().map(str::to_owned),
                        message: error.message().map(str::to_owned),
                        ..RecordedOutcome::default()
                    }
                }
            });
        }
        running.stop().await;
        stage.hold(&TELLS, &told);
    }
}
