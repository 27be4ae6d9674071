//! One exchange, over HTTP or with a handler in this process.

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use http::Request;
use http::uri::PathAndQuery;
use hyper::body::Bytes;
use tokio::runtime::Handle;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::http::Http;
use super::http1::Connection;
use crate::observation::{Answer, Observation, TransportFault};
use crate::wire::{WireRequest, WireResponse};

/// Bytes of a body that are read; what is longer is cut and marked so. A policy of the documented
/// length fits in a few times over, and what many such bodies become as JSON fits in memory.
pub const BODY_LIMIT: usize = 256 << 10;

/// The outcome of a [`Handler`]: a response, or a transport fault.
pub type Handling<'a> =
    Pin<Box<dyn Future<Output = Result<WireResponse, TransportFault>> + Send + 'a>>;

/// An implementation in this process, tested without a socket.
pub trait Handler: Send + Sync {
    /// Handles one request.
    fn handle<'a>(&'a self, request: &'a WireRequest) -> Handling<'a>;
}

/// The time when a request was sent, and when its response was complete or given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// Before the first byte was written.
    pub started: Instant,
    /// After the last byte was read.
    pub ended: Instant,
}

/// Headers that are added to those of the request: user agent, signature.
pub(super) type ExtraHeaders = Vec<(&'static str, String)>;

/// How an implementation is reached.
pub(super) enum Transport {
    /// Over HTTP.
    Http(Arc<Http>),
    /// In this process.
    InProcess {
        /// The implementation.
        handler: Arc<dyn Handler>,
        /// Timeout of one exchange.
        timeout: Duration,
    },
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http(http) => write!(f, "Http({})", http.endpoint()),
            Self::InProcess { .. } => f.write_str("InProcess"),
        }
    }
}

impl Transport {
    /// Sends one request, on an idle connection if there is one.
    pub(super) async fn send(
        &self,
        request: &WireRequest,
        extra: &ExtraHeaders,
    ) -> (Observation, Timing) {
        let mut started = Instant::now();
        let result = match wire_target(request) {
            Err(fault) => Err(fault),
            Ok(target) => match self {
                Self::Http(http) => http.send(request, &target, extra, &mut started).await,
                Self::InProcess { handler, timeout } => {
                    ask(handler, with_headers(request, extra), *timeout).await
                }
            },
        };
        (observation(result), Timing { started, ended: Instant::now() })
    }

    /// Sends each request on its own connection or thread. All are set up first; then all requests
    /// are released at once.
    pub(super) async fn send_together(
        &self,
        requests: Vec<(WireRequest, Result<ExtraHeaders, TransportFault>)>,
    ) -> Vec<(Observation, Timing)> {
        let count = requests.len();
        let mut tasks = match self {
            Self::Http(http) => send_on_connections(http, requests),
            Self::InProcess { handler, timeout } => ask_on_threads(handler, *timeout, requests),
        };
        let now = Instant::now();
        let lost = Observation::Fault(TransportFault::Dropped("the sending task ended".into()));
        let mut results = vec![(lost, Timing { started: now, ended: now }); count];
        while let Some(done) = tasks.join_next().await {
            if let Ok((index, result)) = done {
                results[index] = result;
            }
        }
        results
    }
}

/// Running exchanges, each with the index of its request.
type Exchanges = JoinSet<(usize, (Observation, Timing))>;

fn send_on_connections(
    http: &Arc<Http>,
    requests: Vec<(WireRequest, Result<ExtraHeaders, TransportFault>)>,
) -> Exchanges {
    let barrier = Arc::new(Barrier::new(requests.len()));
    let mut tasks = JoinSet::new();
    for (index, (request, extra)) in requests.into_iter().enumerate() {
        let http = Arc::clone(http);
        let barrier = Arc::clone(&barrier);
        tasks.spawn(async move {
            let ready = prepare(&http, &request, extra).await;
            // Tasks without a connection wait here too, so that the barrier count is reached.
            barrier.wait().await;
            let mut started = Instant::now();
            let result = match ready {
                Ok((connection, outgoing)) => {
                    http.send_on(connection, outgoing, &mut started).await
                }
                Err(fault) => Err(fault),
            };
            let timing = Timing { started, ended: Instant::now() };
            (index, (observation(result), timing))
        });
    }
    tasks
}

/// Everything that is prepared before the release.
async fn prepare(
    http: &Http,
    request: &WireRequest,
    extra: Result<ExtraHeaders, TransportFault>,
) -> Result<(Connection, Request<Bytes>), TransportFault> {
    let target = wire_target(request)?;
    let outgoing = http.outgoing(request, &target, &extra?)?;
    Ok((http.connect_in_time().await?, outgoing))
}

/// Maximum time that a thread waits for the others. They arrive at once, unless the caller's
/// runtime has too few threads.
const GATE_LIMIT: Duration = Duration::from_millis(200);

/// A handler often responds in less time than a task takes to wake up. Its responses only overlap
/// if it runs on threads that spin until they are released.
fn ask_on_threads(
    handler: &Arc<dyn Handler>,
    timeout: Duration,
    requests: Vec<(WireRequest, Result<ExtraHeaders, TransportFault>)>,
) -> Exchanges {
    let missing = Arc::new(AtomicUsize::new(requests.len()));
    let runtime = Handle::current();
    let mut tasks = JoinSet::new();
    for (index, (request, extra)) in requests.into_iter().enumerate() {
        let handler = Arc::clone(handler);
        let missing = Arc::clone(&missing);
        let runtime = runtime.clone();
        tasks.spawn_blocking(move || {
            let ready = wire_target(&request).and(extra);
            let ready = ready.map(|extra| with_headers(&request, &extra));
            // The exchange starts here, like one that waits in a server's queue; the caller has no
            // influence on which of them this machine runs first.
            let started = Instant::now();
            missing.fetch_sub(1, Ordering::AcqRel);
            while missing.load(Ordering::Acquire) > 0 && started.elapsed() < GATE_LIMIT {
                std::thread::yield_now();
            }
            let asked = AssertUnwindSafe(|| match ready {
                Ok(request) => runtime.block_on(async {
                    let answer = tokio::time::timeout(timeout, handler.handle(&request)).await;
                    answer.unwrap_or(Err(TransportFault::Timeout)).map(bounded)
                }),
                Err(fault) => Err(fault),
            });
            let result = std::panic::catch_unwind(asked).unwrap_or_else(|_| Err(panicked()));
            let timing = Timing { started, ended: Instant::now() };
            (index, (observation(result), timing))
        });
    }
    tasks
}

/// The request as it is sent, including the signature.
fn with_headers(request: &WireRequest, extra: &ExtraHeaders) -> WireRequest {
    let mut request = request.clone();
    request.headers.extend(extra.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    request
}

fn observation(result: Result<WireResponse, TransportFault>) -> Observation {
    match result {
        Ok(response) => Observation::Answer(Answer::read(response)),
        Err(fault) => Observation::Fault(fault),
    }
}

/// Calls a handler in its own task, so that a panic becomes a fault of the target.
async fn ask(
    handler: &Arc<dyn Handler>,
    request: WireRequest,
    timeout: Duration,
) -> Result<WireResponse, TransportFault> {
    let handler = Arc::clone(handler);
    let mut task = JoinSet::new();
    task.spawn(async move { handler.handle(&request).await });
    match tokio::time::timeout(timeout, task.join_next()).await {
        Err(_elapsed) => Err(TransportFault::Timeout),
        Ok(Some(Ok(answer))) => answer.map(bounded),
        Ok(_) => Err(panicked()),
    }
}

fn panicked() -> TransportFault {
    TransportFault::Dropped("the handler panicked".into())
}

/// A response, truncated to what a reader of HTTP would keep.
fn bounded(mut response: WireResponse) -> WireResponse {
    if response.body.len() > BODY_LIMIT {
        response.body.truncate(BODY_LIMIT);
        response.truncated = true;
    }
    response
}

/// Path and query for the request line, if they can be sent unchanged.
fn wire_target(request: &WireRequest) -> Result<PathAndQuery, TransportFault> {
    let untransportable = |why: &str| {
        let target = crate::observation::printable(&request.target(), 120);
        TransportFault::Untransportable(format!("{why}: {target:?}"))
    };
    let target = request.target();
    if !target.starts_with('/') {
        return Err(untransportable("a path must begin with a slash"));
    }
    let parsed = PathAndQuery::try_from(target.as_str())
        .map_err(|_| untransportable("no request line can carry this path"))?;
    // A fragment, for example, would be removed silently.
    if parsed.as_str() == target {
        Ok(parsed)
    } else {
        Err(untransportable("the path would not go out as it is"))
    }
}
