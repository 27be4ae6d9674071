//! Where the corpora are replayed: the reference server, or the endpoint that a user names.
//!
//! An endpoint of AWS is refused unless `PERMSPEC_AWS=true` says that it is meant. Then the same
//! limits hold as for `permspec run --aws`: `PERMSPEC_ROLE` names the execution role, credentials
//! come from AWS's own chain, functions are written down in `.permspec/journal` before they are
//! made, and what would grant to strangers or name functions that are not ours is not sent.

use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use permspec::client::journal::{FOLDER, Header, JOURNAL, Journal};
use permspec::client::rails::account_of_role;
use permspec::client::{
    Chain, Consistency, Endpoint, Rails, RealAws, Signing, Target, TargetConfig,
};
use permspec::run::embedded;
use permspec::scenario::CorpusFile;
use permspec::server::{ReferenceServer, ServerOptions};

/// The variable that names an endpoint.
const VARIABLE: &str = "PERMSPEC_ENDPOINT";

/// Where the corpora are replayed.
#[derive(Debug)]
pub enum Place {
    /// The reference server in this process, a new one for each file.
    Embedded,
    /// An endpoint that is there already.
    Endpoint(Endpoint),
    /// Real AWS, or what stands in for it, with the execution role.
    Aws(Endpoint, String),
}

/// The variables that say that real AWS is meant, in which region, and with which role.
const AWS: [&str; 3] = ["PERMSPEC_AWS", "PERMSPEC_REGION", "PERMSPEC_ROLE"];
/// The most requests for one file.
const MAX_REQUESTS: u64 = 200;

impl Place {
    /// The place that the environment names.
    pub fn from_environment() -> Self {
        let [aws, _, role] = AWS.map(|name| std::env::var(name).ok());
        let aws = aws.is_some_and(|value| matches!(value.as_str(), "true" | "1" | "yes" | "on"));
        let role = role.unwrap_or_default();
        Self::read(std::env::var_os(VARIABLE), aws.then_some(role.as_str()))
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// `aws` is there if real AWS is meant: the role, which is empty where none is named.
    fn read(value: Option<OsString>, aws: Option<&str>) -> Result<Self, String> {
        let Some(value) = value else { return Ok(Self::Embedded) };
        if value.is_empty() {
            return Err(format!(
                "{VARIABLE} is set but empty: name an endpoint, such as http://127.0.0.1:4566, \
                 or unset it to test the reference server"
            ));
        }
        let url =
            value.to_str().ok_or_else(|| format!("{VARIABLE} is no text: {}", value.display()))?;
        let wrong = |error| format!("{VARIABLE} is no endpoint: {error}");
        let Some(role) = aws else {
            let endpoint = Endpoint::parse(url, RealAws::Refuse).map_err(wrong)?;
            return Ok(Self::Endpoint(endpoint));
        };
        let endpoint = Endpoint::parse(url, RealAws::Permit).map_err(wrong)?;
        if !(endpoint.is_loopback() || endpoint.is_aws() && endpoint.is_tls()) {
            return Err(format!("{VARIABLE} must be AWS's, with https, or on this machine"));
        }
        if account_of_role(role).is_none() {
            return Err(format!("{} must be the ARN of an execution role", AWS[2]));
        }
        Ok(Self::Aws(endpoint, role.to_owned()))
    }

    /// Whether the limits of real AWS hold, so that not everything is sent.
    pub fn is_aws(&self) -> bool {
        matches!(self, Self::Aws(..))
    }

    /// The target for one file: in the region and account that it wishes, where these can be
    /// chosen.
    pub fn target(&self, file: &CorpusFile) -> Target {
        static FILES: AtomicU32 = AtomicU32::new(0);
        let number = FILES.fetch_add(1, Ordering::Relaxed);
        let mut config = TargetConfig::new(&format!("{:x}n{number}", std::process::id()));
        if let Some(region) = &file.region {
            config.region.clone_from(region);
        }
        match self {
            Self::Embedded => {
                let usual = ServerOptions::default();
                let options = ServerOptions {
                    region: config.region.clone(),
                    account: file.account.clone().unwrap_or_else(|| usual.account.clone()),
                    ..usual
                };
                embedded::target(Arc::new(ReferenceServer::new(options)), config)
            }
            Self::Endpoint(endpoint) => Target::http(endpoint.clone(), config),
            Self::Aws(endpoint, role) => {
                Target::http(endpoint.clone(), limited(config, endpoint, role))
            }
        }
    }
}

/// The limits of real AWS.
fn limited(mut config: TargetConfig, endpoint: &Endpoint, role: &str) -> TargetConfig {
    config.region = std::env::var(AWS[1]).unwrap_or_else(|_| "us-east-1".to_owned());
    config.role = Some(role.to_owned());
    // Several files are replayed at a time.
    config.rate = Some(2.0);
    config.consistency = Consistency::Eventual(Duration::from_secs(5));
    config.signing = Signing::Chain(Chain::new(None, &config.region));
    let account = account_of_role(role).unwrap_or_default().to_owned();
    let header = Header {
        schema: JOURNAL.into(),
        run: config.run_id.clone(),
        endpoint: endpoint.to_string(),
        region: config.region.clone(),
        account: account.clone(),
        prefix: config.prefix.clone(),
        profile: None,
        signing: None,
        started: String::new(),
    };
    let journal = Journal::new(Path::new(FOLDER), header, true).unwrap_or_else(|e| panic!("{e}"));
    config.journal = Some(Arc::new(journal));
    config.rails = Some(Rails { account, allow_public: false, max_requests: MAX_REQUESTS });
    config
}

/// Waits for what a test does; each test has threads of its own.
pub fn wait_for<T>(doing: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap()
        .block_on(doing)
}

#[test]
fn an_empty_variable_is_an_error_and_none_is_the_reference_server() {
    assert!(matches!(Place::read(None, None), Ok(Place::Embedded)));
    let empty = Place::read(Some(OsString::new()), None).unwrap_err();
    assert!(empty.starts_with("PERMSPEC_ENDPOINT is set but empty"), "{empty}");
    assert!(Place::read(Some("no endpoint".into()), None).is_err());
    let named = Place::read(Some("http://127.0.0.1:4566".into()), None);
    assert!(matches!(named, Ok(Place::Endpoint(_))));
}

#[test]
fn real_aws_must_be_meant_and_needs_a_role() {
    let role = "arn:aws:iam::123456789012:role/permspec";
    let host = || Some(OsString::from("https://lambda.eu-west-1.amazonaws.com"));
    let refused = Place::read(host(), None).unwrap_err();
    assert!(refused.contains("belongs to AWS"), "{refused}");
    assert!(Place::read(host(), Some(role)).is_ok_and(|place| place.is_aws()));
    let without = Place::read(host(), Some("")).unwrap_err();
    assert!(without.contains("PERMSPEC_ROLE"), "{without}");
    for other in ["http://lambda.eu-west-1.amazonaws.com", "http://10.0.0.1:4566"] {
        let refused = Place::read(Some(other.into()), Some(role)).unwrap_err();
        assert!(refused.contains("must be AWS's"), "{refused}");
    }
}
