//! The suite inside the tests of an emulator that is written in Rust.
//!
//! In comes what answers an HTTP request: a function, a [`tower_service::Service`], or an
//! endpoint. Out goes a [`Report`]. A whole test is:
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
//! No socket is opened. The function is asked what a server would read from one: path and query
//! as they stand in the request line, the signature, `host`. A router of axum, or anything else
//! that is a service, goes to [`Suite::of_service`] instead.
//!
//! What the emulator is known to get wrong stands in a file of known failures
//! ([`Suite::known`]), which `permspec baseline` writes and keeps up to date: such failures do not
//! fail the test, but once they are gone it fails, until the entry is deleted.
//!
//! `examples/embedded.rs` tests a small emulator whole, and `examples/endpoint.rs` is the same
//! with an endpoint.

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

/// The suite, set up for one implementation.
#[derive(Clone)]
#[must_use = "nothing is sent before the suite is run"]
pub struct Suite {
    way: Way,
    config: TargetConfig,
    options: RunOptions,
    rules: Vec<String>,
    known: Vec<PathBuf>,
}

/// The way to the implementation.
#[derive(Clone)]
enum Way {
    InProcess(Arc<dyn Handler>),
    Endpoint(String),
}

impl Suite {
    /// For an implementation that is a function. The answer's body may be a text or bytes.
    ///
    /// The function is called from several tasks at once, as a server would be.
    pub fn of<F, Answer, B>(answer: F) -> Self
    where
        F: Fn(Request) -> Answer + Send + Sync + 'static,
        Answer: Future<Output = http::Response<B>> + Send + 'static,
        B: Into<Vec<u8>>,
    {
        Self::new(Way::InProcess(Arc::new(service::from_fn(answer))))
    }

    /// For an implementation that is a service, such as a router; it is cloned for each request.
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

    /// For whatever answers at an endpoint, such as `http://127.0.0.1:4566`. A host of AWS is
    /// refused when the suite is run.
    pub fn at(endpoint: impl Into<String>) -> Self {
        Self::new(Way::Endpoint(endpoint.into()))
    }

    fn new(way: Way) -> Self {
        // Suites may share an implementation: their functions must not have the same names.
        let run = RandomState::new().build_hasher().finish();
        let config = TargetConfig::new(&format!("{:06x}", run & 0x00ff_ffff));
        let (options, rules, known) = (RunOptions::default(), Vec::new(), Vec::new());
        Self { way, config, options, rules, known }
    }

    /// The region that requests are signed for; `us-east-1` where none is named.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.config.region = region.into();
        self
    }

    /// Only these rules: ids such as `statement-id.pattern`, or globs such as `statement-id.*`
    /// and `**.pattern`. One that means no rule is an error when the suite is run.
    pub fn rules<T: Into<String>>(mut self, rules: impl IntoIterator<Item = T>) -> Self {
        self.rules.extend(rules.into_iter().map(Into::into));
        self
    }

    /// What the implementation does not have: the rules that need it do not apply.
    pub fn without(mut self, features: impl IntoIterator<Item = Feature>) -> Self {
        self.options.without.extend(features);
        self
    }

    /// A file of known failures, one of possibly several.
    pub fn known(mut self, path: impl Into<PathBuf>) -> Self {
        self.known.push(path.into());
        self
    }

    /// A folder in which counterexamples are kept; the next run begins with them.
    pub fn corpus(mut self, folder: impl Into<PathBuf>) -> Self {
        self.options.corpus = Some(folder.into());
        self
    }

    /// How much is generated.
    pub fn depth(mut self, depth: Depth) -> Self {
        self.options.depth = depth;
        self
    }

    /// Changes any other option: the seed, a budget, how to judge.
    pub fn with(mut self, change: impl FnOnce(&mut RunOptions)) -> Self {
        change(&mut self.options);
        self
    }

    /// Runs the suite, and panics with the report unless the implementation conforms.
    ///
    /// # Panics
    ///
    /// Where it does not conform ([`Report::conforms`]), and where the suite cannot be run
    /// ([`SuiteError`]).
    #[track_caller]
    pub fn assert_conforms(self) {
        match self.run_blocking() {
            Ok(report) => report.assert_conforms(),
            Err(error) => panic!("permspec cannot be run: {error}"),
        }
    }

    /// Runs the suite on a thread with a runtime of its own, and waits for it.
    ///
    /// Where the implementation needs the caller's runtime, [`run`](Self::run) is the one to call.
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

    /// Runs the suite on the caller's runtime, which has to be tokio's.
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
                // A preflight that failed may have made something.
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

/// The rules that globs mean.
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

/// Says of each counterexample how it is seen again.
fn explain(result: &mut RunResult, in_process: bool, corpus: Option<&Path>) {
    for cause in result.rules.iter_mut().flat_map(|rule| &mut rule.causes) {
        let example = &mut cause.counterexample;
        if in_process {
            // There is nothing that curl could reach.
            example.curl.clear();
        }
        example.replay = match (corpus, in_process) {
            (Some(folder), _) => {
                let path = folder.join(format!("{}.json", cause.id));
                format!("the next run begins with {}", path.display())
            }
            (None, true) => "Suite::corpus keeps it for the next run".to_owned(),
            (None, false) => String::new(),
        };
    }
}

/// What a run found out.
#[derive(Clone, Debug)]
#[must_use = "a report that nobody looks at fails no test"]
pub struct Report {
    result: RunResult,
}

impl Report {
    /// The whole result, which every function of [`crate::report`] takes.
    pub fn result(&self) -> &RunResult {
        &self.result
    }

    /// Whether every scored rule ran often enough and held, apart from known failures that are
    /// still there: what `permspec run` ends with exit code 0 for.
    pub fn conforms(&self) -> bool {
        self.result.exit_code == ExitCode::Passed as u8
    }

    /// Panics with the report unless the implementation conforms.
    ///
    /// # Panics
    ///
    /// Where it does not.
    #[track_caller]
    pub fn assert_conforms(&self) {
        assert!(self.conforms(), "the implementation does not conform\n\n{self}");
    }
}

/// The report as a terminal without colours shows it.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&report::terminal(&self.result, &TerminalOptions::default()))
    }
}

/// Why the suite could not be run.
#[derive(Debug, thiserror::Error)]
pub enum SuiteError {
    /// A glob means no rule.
    #[error("no rule is called {glob:?}{}", near_names(.near))]
    NoRule {
        /// The glob.
        glob: String,
        /// Ids that are near to it.
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
    /// The counterexamples could not be kept.
    #[error("the counterexamples cannot be kept in {folder}: {source}")]
    Corpus {
        /// The folder.
        folder: PathBuf,
        /// What the file system said.
        source: std::io::Error,
    },
    /// There is no runtime to run it on.
    #[error("no runtime can be started: {0}")]
    Runtime(std::io::Error),
}

fn near_names(near: &str) -> String {
    if near.is_empty() { String::new() } else { format!("; did you mean {near}?") }
}
