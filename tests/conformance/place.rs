//! Where the corpora are replayed: the reference server, or the endpoint that a user names.

use std::ffi::OsString;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use permspec::run::embedded;
use permspec::scenario::CorpusFile;
use permspec::server::{ReferenceServer, ServerOptions};
use permspec::target::{Endpoint, RealAws, Target, TargetConfig};

/// The variable that names an endpoint.
const VARIABLE: &str = "PERMSPEC_ENDPOINT";

/// Where the corpora are replayed.
#[derive(Debug)]
pub enum Place {
    /// The reference server in this process, a new one for each file.
    Embedded,
    /// An endpoint that is there already.
    Endpoint(Endpoint),
}

impl Place {
    /// The place that the environment names.
    pub fn from_environment() -> Self {
        Self::read(std::env::var_os(VARIABLE)).unwrap_or_else(|error| panic!("{error}"))
    }

    fn read(value: Option<OsString>) -> Result<Self, String> {
        let Some(value) = value else { return Ok(Self::Embedded) };
        if value.is_empty() {
            return Err(format!(
                "{VARIABLE} is set but empty: name an endpoint, such as http://127.0.0.1:4566, \
                 or unset it to test the reference server"
            ));
        }
        let url =
            value.to_str().ok_or_else(|| format!("{VARIABLE} is no text: {}", value.display()))?;
        let endpoint = Endpoint::parse(url, RealAws::Refuse)
            .map_err(|error| format!("{VARIABLE} is no endpoint: {error}"))?;
        Ok(Self::Endpoint(endpoint))
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
        }
    }
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
    assert!(matches!(Place::read(None), Ok(Place::Embedded)));
    let empty = Place::read(Some(OsString::new())).unwrap_err();
    assert!(empty.starts_with("PERMSPEC_ENDPOINT is set but empty"), "{empty}");
    assert!(Place::read(Some("no endpoint".into())).is_err());
    let named = Place::read(Some("http://127.0.0.1:4566".into()));
    assert!(matches!(named, Ok(Place::Endpoint(_))));
}
