//! The requests of deployment tools: what people send every day, compiled in.
//!
//! Each file of `corpora/deployers` holds the requests of one tool for one trigger, in the tool's
//! order, and what the tool needs of each answer to go on. `run::deployers` tells from the answers
//! whether the tool works.

use std::sync::LazyLock;

use super::{Case, Options, needs, spread};
use crate::contract::Phase;
use crate::scenario::{CorpusFile, Scenario};

/// The requests of one tool for one trigger.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// The file's name without its ending.
    pub name: &'static str,
    /// The file.
    pub file: CorpusFile,
    /// The file's scenario.
    pub scenario: Scenario,
}

macro_rules! texts {
    ($($name:literal,)+) => {
        [$(($name, include_str!(concat!("../../corpora/deployers/", $name, ".json")))),+]
    };
}

const TEXTS: [(&str, &str); 63] = texts![
    "architect-websocket",
    "ask-cli-flash-briefing",
    "ask-cli-skill",
    "ask-cli-smart-home",
    "c7n-config",
    "c7n-logs",
    "c7n-rule",
    "c7n-s3-account",
    "c7n-sns",
    "cdk-alarm",
    "cdk-cloudfront",
    "cdk-config",
    "cdk-http-api",
    "cdk-load-balancer",
    "cdk-log-subscription",
    "cdk-organization",
    "cdk-rest-api",
    "cdk-s3",
    "cdk-secret-rotation",
    "cdk-ses",
    "cdk-url-for-account",
    "cdk-websocket",
    "chalice-api-gateway",
    "chalice-authorizer",
    "chalice-s3",
    "chalice-schedule",
    "chalice-sns",
    "claudia-alexa-latest",
    "claudia-alexa",
    "claudia-api",
    "claudia-authorizer",
    "claudia-cognito",
    "claudia-dotted-schedule",
    "claudia-iot",
    "claudia-sns",
    "cordless-api-gateway",
    "cordless-function-url",
    "hatano-api-gateway",
    "kappa-environment",
    "lambder-rule",
    "lamvery-schedule",
    "node-lambda-s3",
    "node-lambda-schedule",
    "osls-existing-bucket",
    "osls-existing-pool",
    "sam-alexa",
    "sam-function-url-on-alias",
    "sam-function-url",
    "sam-iot",
    "sam-rest-api",
    "sam-s3",
    "serverless-function-url",
    "serverless-http-api",
    "serverless-logs",
    "serverless-sns",
    "serverless-websocket",
    "zappa-alb",
    "zappa-api-gateway",
    "zappa-dotted-bucket",
    "zappa-function-url",
    "zappa-s3-event-source",
    "zappa-schedule",
    "zappa-sns-event-source",
];

static DEPLOYMENTS: LazyLock<Vec<Deployment>> = LazyLock::new(|| {
    TEXTS
        .iter()
        .filter_map(|(name, text)| {
            let file: CorpusFile = serde_json::from_str(text).ok()?;
            let scenario = file.scenario();
            Some(Deployment { name, file, scenario })
        })
        .collect()
});

/// Every deployment, by name.
pub fn deployments() -> &'static [Deployment] {
    &DEPLOYMENTS
}

/// The deployment whose scenario this is.
pub fn find(scenario: &Scenario) -> Option<&'static Deployment> {
    deployments().iter().find(|deployment| deployment.scenario == *scenario)
}

/// The deployments that need nothing the target lacks, or a sample of them.
pub(super) fn cases(options: &Options) -> Vec<Case> {
    let most = options.depth.pick(12, usize::MAX, usize::MAX);
    spread(deployments().iter().collect(), most)
        .into_iter()
        .filter(|deployment| {
            needs(&deployment.scenario).iter().all(|need| !options.without.contains(need))
        })
        .map(|deployment| Case { phase: Phase::Deployers, scenario: deployment.scenario.clone() })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::scenario::file::{FORMAT, FileStep};

    #[test]
    fn every_file_of_the_folder_is_read_and_says_what_its_tool_needs() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("corpora/deployers");
        let files = CorpusFile::read_folder(&folder).unwrap();
        let names: Vec<&str> = deployments().iter().map(|deployment| deployment.name).collect();
        let found: Vec<&str> =
            files.iter().filter_map(|(path, _)| path.file_stem()?.to_str()).collect();
        assert_eq!(names, found);
        for deployment in deployments() {
            assert_eq!(deployment.file.format, FORMAT);
            assert!(deployment.file.tool.is_some(), "{}", deployment.name);
            let has_need = deployment
                .file
                .steps
                .iter()
                .any(|step| matches!(step, FileStep::One { needs: Some(_), .. }));
            assert!(has_need, "{}", deployment.name);
        }
    }

    #[test]
    fn no_scenario_is_there_twice() {
        let scenarios: BTreeSet<String> =
            deployments().iter().map(|d| format!("{:?}", d.scenario)).collect();
        assert_eq!(scenarios.len(), deployments().len());
    }
}
