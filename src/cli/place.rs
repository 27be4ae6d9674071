//! The target that the arguments name, checks of these arguments, and the announcement before a run
//! on real AWS.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::args::TargetArgs;
use super::choices::{ConsistencyArg, CredentialsArg};
use super::{Failure, OrFail, output, usage};
use crate::client::journal::{FOLDER, Header, JOURNAL, Journal, JournalSigning};
use crate::client::rails::account_of_role;
use crate::client::{
    Chain, Consistency, Endpoint, Patience, Rails, RealAws, Signing, Target, TargetConfig,
};
use crate::exit_code::ExitCode;
use crate::server::{ReferenceServer, RunningServer, ServerOptions};

/// Maximum number of requests of commands other than `run`, on real AWS.
const FEW_REQUESTS: u64 = 1_000;
/// Default maximum number of requests per second on real AWS.
const AWS_RATE: f64 = 5.0;

/// The endpoint in the arguments.
pub fn endpoint_of(arguments: &TargetArgs) -> Result<String, Failure> {
    match arguments.endpoint.as_deref() {
        Some("") => Err(usage("the endpoint is empty; use a URL such as http://127.0.0.1:4566")),
        Some(endpoint) => Ok(endpoint.to_owned()),
        None if arguments.aws => Endpoint::of_aws(&arguments.region).ok_or_else(|| {
            usage(format!("not an AWS region: {:?}; use --region to name one", arguments.region))
        }),
        None => Err(usage("no target: use --endpoint URL, or --embedded for the reference server")),
    }
}

/// Whether what is made on a target is still there when this process has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outlasts {
    /// It is, so it is written down first.
    Us,
    /// It ends with this process.
    Nothing,
}

impl Outlasts {
    /// What is made on the embedded server ends with it.
    pub fn of(is_embedded: bool) -> Self {
        if is_embedded { Self::Nothing } else { Self::Us }
    }
}

/// The target in the arguments, with the default budget for real AWS.
pub fn target(endpoint: &str, arguments: &TargetArgs, seed: u64) -> Result<Target, Failure> {
    target_within(endpoint, arguments, seed, FEW_REQUESTS, Outlasts::Us, None)
}

/// The target in the arguments. On real AWS, it is limited to this number of requests, which is
/// announced first.
pub fn target_within(
    endpoint: &str,
    arguments: &TargetArgs,
    seed: u64,
    max_requests: u64,
    outlasts: Outlasts,
    ready_timeout: Option<Duration>,
) -> Result<Target, Failure> {
    let endpoint = check(endpoint, arguments)?;
    // Function names differ between runs, including concurrent ones.
    let mut hasher = RandomState::new().build_hasher();
    hasher.write_u64(seed);
    let mut config = TargetConfig::new(&format!("{:06x}", hasher.finish() & 0x00ff_ffff));
    config.region.clone_from(&arguments.region);
    config.timeout = arguments.timeout;
    config.role.clone_from(&arguments.role);
    config.rate = arguments.rate.or(arguments.aws.then_some(AWS_RATE));
    config.patience = patience(arguments.patience, arguments.aws);
    if let Some(first_answer) = ready_timeout {
        config.patience.first_answer = first_answer;
    }
    let chain = || Signing::Chain(Chain::new(arguments.aws_profile.as_deref(), &arguments.region));
    config.signing = match arguments.credentials {
        _ if arguments.aws => chain(),
        Some(CredentialsArg::Chain) => chain(),
        Some(CredentialsArg::None) => Signing::Nothing,
        Some(CredentialsArg::Dummy) | None => Signing::dummy(),
    };
    let is_eventual = match arguments.consistency {
        Some(choice) => choice == ConsistencyArg::Eventual,
        None => arguments.aws,
    };
    if is_eventual {
        config.consistency = Consistency::Eventual(arguments.settle);
    }
    let account = account_of_role(arguments.role.as_deref().unwrap_or_default());
    let account = account.filter(|_| arguments.aws).unwrap_or_default().to_owned();
    if outlasts == Outlasts::Us {
        config.journal = journal(&endpoint, &config, arguments, &account)?;
    }
    if arguments.aws {
        let rails = Rails { account, allow_public: arguments.allow_public, max_requests };
        announce(&endpoint, &config, &rails);
        config.rails = Some(rails);
    }
    Ok(Target::http(endpoint, config))
}

/// The journal of what is made on the target. Without one nothing is made on real AWS; elsewhere a
/// folder that cannot be written, is said and gone without.
fn journal(
    endpoint: &Endpoint,
    config: &TargetConfig,
    arguments: &TargetArgs,
    account: &str,
) -> Result<Option<Arc<Journal>>, Failure> {
    let header = Header {
        schema: JOURNAL.into(),
        run: config.run_id.clone(),
        endpoint: endpoint.to_string(),
        region: arguments.region.clone(),
        account: account.to_owned(),
        prefix: config.prefix.clone(),
        profile: arguments.aws_profile.clone(),
        signing: Some(match config.signing {
            Signing::Chain(_) => JournalSigning::Chain,
            Signing::With(_) => JournalSigning::Dummy,
            Signing::Nothing => JournalSigning::None,
        }),
        started: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
    };
    match Journal::new(&arguments.journal, header, arguments.aws) {
        Ok(journal) => Ok(Some(Arc::new(journal))),
        Err(error) if arguments.aws || arguments.journal != Path::new(FOLDER) => {
            Err(error).or_fail(ExitCode::Usage)
        }
        Err(error) => {
            output::warn(&format!("{error}; a run that is killed will not be cleaned up after"));
            Ok(None)
        }
    }
}

/// A reference server in this region, on a free port.
pub async fn embedded(region: &str) -> Result<RunningServer, Failure> {
    let options = ServerOptions { region: region.to_owned(), ..ServerOptions::default() };
    let server = Arc::new(ReferenceServer::new(options));
    RunningServer::start(server, 0).await.or_fail(ExitCode::Unusable)
}

/// The flags that name the target to another command.
pub fn words(endpoint: &str, arguments: &TargetArgs) -> String {
    let mut words = String::new();
    if arguments.aws {
        words = format!(" --aws --region {}", arguments.region);
        for (flag, value) in [("role", &arguments.role), ("aws-profile", &arguments.aws_profile)] {
            if let Some(value) = value {
                words = format!("{words} --{flag} {value}");
            }
        }
        if arguments.allow_public {
            words.push_str(" --allow-public");
        }
    }
    if !arguments.aws || arguments.endpoint.is_some() {
        let endpoint = super::settings::without_credentials(endpoint);
        words = format!("{words} --endpoint {endpoint}");
    }
    words
}

/// The timeouts for requests to the target.
fn patience(per_request: Duration, aws: bool) -> Patience {
    let usual = Patience::default();
    Patience {
        per_request,
        longest: usual.longest.min(per_request),
        outage: if aws { Duration::from_secs(15).min(per_request) } else { usual.outage },
        ready: if aws { Duration::from_mins(3) } else { usual.ready },
        ..usual
    }
}

/// Checks that the arguments are consistent and returns the endpoint.
pub fn check(endpoint: &str, arguments: &TargetArgs) -> Result<Endpoint, Failure> {
    let may_be_aws = if arguments.aws { RealAws::Permit } else { RealAws::Refuse };
    let parsed = Endpoint::parse(endpoint, may_be_aws).or_fail(ExitCode::Usage)?;
    if !arguments.aws {
        if arguments.allow_public {
            return Err(usage(
                "--allow-public needs --aws; on other targets every grant is sent anyway",
            ));
        }
        if arguments.aws_profile.is_some() && arguments.credentials != Some(CredentialsArg::Chain) {
            return Err(usage("--aws-profile needs --aws or --credentials chain"));
        }
        return Ok(parsed);
    }
    if !parsed.is_aws() && !parsed.is_loopback() {
        return Err(usage(format!(
            "with --aws the endpoint must be an AWS or a loopback endpoint, and {parsed} is neither; \
             remove --aws or --endpoint"
        )));
    }
    if parsed.is_aws() && !parsed.is_tls() {
        return Err(usage(format!("{parsed} is not encrypted; use https, or remove --endpoint")));
    }
    if !matches!(arguments.credentials, None | Some(CredentialsArg::Chain)) {
        return Err(usage("--aws uses the default AWS credential chain; remove --credentials"));
    }
    match arguments.role.as_deref() {
        None => Err(usage(no_role(&arguments.region))),
        Some(role) if account_of_role(role).is_none() => Err(usage(format!(
            "not the ARN of a role: {role:?}; expected one like arn:aws:iam::123456789012:role/permspec"
        ))),
        Some(_) => Ok(parsed),
    }
}

/// Advice for a missing role: two commands that create a role without permissions.
fn no_role(region: &str) -> String {
    let partition = match region.split('-').next() {
        Some("cn") => "aws-cn",
        Some("eusc") => "aws-eusc",
        _ if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    };
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    let deny =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#;
    format!(
        "with --aws the execution role must be given; make one that may do nothing:\n\
         \n  aws iam create-role --role-name permspec --assume-role-policy-document '{trust}'\n  \
         aws iam put-role-policy --role-name permspec --policy-name nothing --policy-document \
         '{deny}'\n\nthen add --role arn:{partition}:iam::ACCOUNT:role/permspec"
    )
}

/// Announces what a run on real AWS may do.
fn announce(endpoint: &Endpoint, config: &TargetConfig, rails: &Rails) {
    let most = rails.max_requests;
    let rate = config.rate.unwrap_or(AWS_RATE);
    let all = Duration::try_from_secs_f64((most as f64 / rate).ceil()).unwrap_or(Duration::MAX);
    let all = humantime::format_duration(all);
    let journal = config.journal.as_ref().map(|journal| journal.path().display().to_string());
    let strangers = if rails.allow_public {
        "including other accounts and the public, each revoked immediately (--allow-public)"
    } else {
        "only to AWS services and your own account"
    };
    output::warn(&format!(
        "real AWS: {endpoint}, region {}, account {}\n  \
         budget     at most {most} requests, {rate} a second: about {all} if all are used\n  \
         functions  {}-{}-…, tagged permspec={}, without concurrency; granted {strangers}\n  \
         journal    {}",
        config.region,
        rails.account,
        config.prefix,
        config.run_id,
        config.run_id,
        journal.unwrap_or_default()
    ));
}
