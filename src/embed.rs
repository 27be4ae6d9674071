//! Runs the suite from the tests of an emulator written in Rust.
//!
//! The implementation is a function, a [`tower_service::Service`] or an endpoint; the outcome is a
//! [`Report`]. A complete test:
//!
//! ```no_run
//! use permspec::embed::{Request, Response, Suite};
//!
//! # fn emulator(_: Request) -> Response { Response::default() }
//! // #[test]
//! fn add_permission_conforms() {
//!     Suite::of(|request: Request| async move { emulator(request) }).assert_conforms();
//! }
//! ```
//!
//! No socket is opened. The function receives what a server would read from one: the path and the
//! query as in the request line, the signature, and the `host` header. An axum router, or any other
//! service, is passed to [`Suite::of_service`].
//!
//! Known failures of the emulator are listed in a file ([`Suite::known`]), which `permspec baseline`
//! maintains. They do not fail the test. When one no longer occurs, the test fails until its entry
//! is deleted.
//!
//! To look at a report instead of failing:
//!
//! ```
//! use permspec::embed::{Depth, Request, Response, Suite};
//!
//! # fn emulator(_: Request) -> Response { Response::default() }
//! let outcome = Suite::of(|request: Request| async move { emulator(request) })
//!     .rules(["statement-id.*"])
//!     .depth(Depth::Quick)
//!     .with(|options| options.jobs = 2)
//!     .run_blocking();
//! // This emulator answers nothing but an empty 200, so it cannot be tested at all.
//! assert!(outcome.is_err());
//! ```
//!
//! `examples/embedded.rs` tests a small emulator in full, and `examples/endpoint.rs` tests an
//! endpoint.

use std::collections::BTreeSet;
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hyper::body::Body;
use tower_service::Service;

use crate::client::{Endpoint, EndpointError, Handler, RealAws, Target, TargetConfig, service};
use crate::contract::select;
use crate::event::RunResult;
use crate::exit_code::ExitCode;
use crate::known::{KnownError, KnownFile};
use crate::report::{self, TerminalOptions};
use crate::run::{self, Engine, RunError};

pub use crate::client::service::{Request, Response};
pub use crate::generate::{Depth, Feature};
pub use crate::run::RunOptions;

/// A configured run of the suite against one implementation.
#[derive(Clone)]
#[must_use = "a suite sends nothing until it is run"]
pub struct Suite {
    way: Way,
    config: TargetConfig,
    options: RunOptions,
    rules: Vec<String>,
    known: Vec<PathBuf>,
}

/// How the implementation is reached.
#[derive(Clone)]
enum Way {
    InProcess(Arc<dyn Handler>),
    Endpoint(String),
}

impl Suite {
    /// Tests a function. The response body may be text or bytes.
    ///
    /// The function is called concurrently from several tasks.
    pub fn of<F, Answer, B>(answer: F) -> Self
    where
        F: Fn(Request) -> Answer + Send + Sync + 'static,
        Answer: Future<Output = http::Response<B>> + Send + 'static,
        B: Into<Vec<u8>>,
    {
        Self::new(Way::InProcess(Arc::new(service::from_fn(answer))))
    }

    /// Tests a service, such as a router. It is cloned for each request.
    pub fn of_service<S, B, R>(service: S) -> Self
    where
        S: Service<http::Request<B>, Response = http::Response<R>> + Clone + Send + 'static,
        S::Future: Send,
        S::Error: fmt::Display,
        B: From<Vec<u8>> + Send + 'static,
        R: Body<Data: Send, Error: fmt::Display> + Send + 'static,
    {
        Self::new(Way::InProcess(Arc::new(service::from_service(service))))
    }

    /// Tests an endpoint, such as `http://127.0.0.1:4566`. Running the suite fails if the endpoint is
    /// an AWS host.
    pub fn at(endpoint: impl Into<String>) -> Self {
        Self::new(Way::Endpoint(endpoint.into()))
    }

    fn new(way: Way) -> Self {
        // Several suites may share an implementation, so their function names must differ.
        let run = RandomState::new().build_hasher().finish();
        let config = TargetConfig::new(&format!("{:06x}", run & 0x00ff_ffff));
        let (options, rules, known) = (RunOptions::default(), Vec::new(), Vec::new());
        Self { way, config, options, rules, known }
    }

    /// The region for signing; by default `us-east-1`.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.config.region = region.into();
        self
    }

    /// Tests only these rules: ids such as `statement-id.pattern`, or globs such as `statement-id.*`
    /// and `**.pattern`. Running the suite fails if one of them matches no rule.
    pub fn rules<T: Into<String>>(mut self, rules: impl IntoIterator<Item = T>) -> Self {
        self.rules.extend(rules.into_iter().map(Into::into));
        self
    }

    /// Features that the implementation lacks. Rules that need them do not apply.
    pub fn without(mut self, features: impl IntoIterator<Item = Feature>) -> Self {
        self.options.without.extend(features);
        self
    }

    /// Adds a file of known failures.
    pub fn known(mut self, path: impl Into<PathBuf>) -> Self {
        self.known.push(path.into());
        self
    }

    /// Directory of counterexamples: replayed at the start, and extended by new ones.
    pub fn corpus(mut self, folder: impl Into<PathBuf>) -> Self {
        self.options.corpus = Some(folder.into());
        self
    }

    /// The amount of scenarios to generate.
    pub fn depth(mut self, depth: Depth) -> Self {
        self.options.depth = depth;
        self
    }

    /// Changes other options, such as the seed, a budget, or the judging.
    pub fn with(mut self, change: impl FnOnce(&mut RunOptions)) -> Self {
        change(&mut self.options);
        self
    }

    /// Runs the suite, and panics with the report unless the implementation conforms.
    ///
    /// # Panics
    ///
    /// If the implementation does not conform ([`Report::conforms`]), or if the suite cannot be run
    /// ([`SuiteError`]).
    #[track_caller]
    pub fn assert_conforms(self) {
        match self.run_blocking() {
            Ok(report) => report.assert_conforms(),
            Err(error) => panic!("permspec cannot be run: {error}"),
        }
    }

    /// Runs the suite on a new thread with its own runtime, and waits for it.
    ///
    /// If the implementation needs the caller's runtime, use [`run`](Self::run) instead.
    pub fn run_blocking(self) -> Result<Report, SuiteError> {
        let run = move || {
            let mut runtime = tokio::runtime::Builder::new_multi_thread();
            let runtime = runtime.worker_threads(2).enable_all().build();
            runtime.map_err(SuiteError::Runtime)?.block_on(self.run())
        };
        match std::thread::spawn(run).join() {
            Ok(outcome) => outcome,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }

    /// Runs the suite on the caller's tokio runtime.
    pub async fn run(self) -> Result<Report, SuiteError> {
        let Self { way, config, mut options, rules, known } = self;
        if !rules.is_empty() {
            options.rules = Some(selected(&rules)?);
        }
        if options.reproduce.is_empty() {
            "run this test again".clone_into(&mut options.reproduce);
        }
        for path in &known {
            options.known.push(KnownFile::read(path)?);
        }
        let in_process = matches!(way, Way::InProcess(_));
        let target = match way {
            Way::InProcess(handler) => Target::in_process(handler, config),
            Way::Endpoint(url) => Target::http(Endpoint::parse(&url, RealAws::Refuse)?, config),
        };
        let corpus = options.corpus.clone();
        let engine = Engine::new(target.clone(), options, |_| {});
        let mut result = match run::run(&engine).await {
            Ok(result) => result,
            Err(error) => {
                // A failed preflight may have created functions.
                target.release_all().await;
                return Err(error.into());
            }
        };
        explain(&mut result, in_process, corpus.as_deref());
        if let Some(folder) = &corpus {
            run::corpus::save(&result, folder)
                .map_err(|source| SuiteError::Corpus { folder: folder.clone(), source })?;
        }
        Ok(Report { result })
    }
}

impl fmt::Debug for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let way = match &self.way {
            Way::InProcess(_) => "in this process",
            Way::Endpoint(url) => url,
        };
        f.debug_struct("Suite")
            .field("way", &way)
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}

/// The rules that the globs match.
fn selected(globs: &[String]) -> Result<BTreeSet<crate::contract::RuleId>, SuiteError> {
    let mut selected = BTreeSet::new();
    for glob in globs {
        let rules = select::rules(glob);
        if rules.is_empty() {
            let near = select::near_rules(glob).join(", ");
            return Err(SuiteError::NoRule { glob: glob.clone(), near });
        }
        selected.extend(rules);
    }
    Ok(selected)
}

/// Fills in how each counterexample can be reproduced.
fn explain(result: &mut RunResult, in_process: bool, corpus: Option<&Path>) {
    for cause in result.rules.iter_mut().flat_map(|rule| &mut rule.causes) {
        let example = &mut cause.counterexample;
        if in_process {
            // curl cannot reach an implementation in this process.
            example.curl.clear();
        }
        example.replay = match (corpus, in_process) {
            (Some(folder), _) => {
                let path = folder.join(format!("{}.json", cause.id));
                format!("the next run starts with {}", path.display())
            }
            (None, true) => "use Suite::corpus to keep it for the next run".to_owned(),
            (None, false) => String::new(),
        };
    }
}

/// The outcome of a run.
#[derive(Clone, Debug)]
#[must_use = "a report must be checked to fail a test"]
pub struct Report {
    result: RunResult,
}

impl Report {
    /// The complete result.
    pub fn result(&self) -> &RunResult {
        &self.result
    }

    /// Whether `permspec run` would exit with 0: every scored rule held, with enough cases, apart
    /// from known failures.
    pub fn conforms(&self) -> bool {
        self.result.exit_code == ExitCode::Passed as u8
    }

    /// Panics with the report unless the implementation conforms.
    ///
    /// # Panics
    ///
    /// If it does not conform.
    #[track_caller]
    pub fn assert_conforms(&self) {
        assert!(self.conforms(), "the implementation does not conform\n\n{self}");
    }
}

/// The report that `permspec run` prints, without colors.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let options = TerminalOptions { verbose: true, ..TerminalOptions::default() };
        f.write_str(&report::terminal(&self.result, &options))
    }
}

/// Why the suite could not be run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SuiteError {
    /// A glob matches no rule.
    #[error("no rule is named {glob:?}{}", near_names(.near))]
    NoRule {
        /// The glob.
        glob: String,
        /// Similar ids.
        near: String,
    },
    /// A file of known failures cannot be read.
    #[error(transparent)]
    Known(#[from] KnownError),
    /// The endpoint cannot be used.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// The implementation cannot be tested, or the corpus cannot be read.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The counterexamples could not be saved.
    #[error("cannot save counterexamples in {folder}: {source}")]
    Corpus {
        /// The directory.
        folder: PathBuf,
        /// The error of the file system.
        source: std::io::Error,
    },
    /// The async runtime could not be started.
    #[error("failed to start the async runtime: {0}")]
    Runtime(std::io::Error),
}

fn near_names(near: &str) -> String {
    if near.is_empty() { String::new() } else { format!("; did you mean {near}?") }
}
