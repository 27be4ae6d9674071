//! One request out, one observation back: over HTTP, or to a handler in this process.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::uri::PathAndQuery;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::http1::{Connection, Http};
use crate::observation::{Answer, Observation, TransportFault};
use crate::wire::{WireRequest, WireResponse};

/// Bytes of a body that are read; what is longer is cut and marked so.
pub const BODY_LIMIT: usize = 1 << 20;

/// What a [`Handler`] returns: an answer, or what became of the exchange instead.
pub type Handling<'a> =
    Pin<Box<dyn Future<Output = Result<WireResponse, TransportFault>> + Send + 'a>>;

/// An implementation in this process, judged without a socket.
pub trait Handler: Send + Sync {
    /// Answers one request.
    fn handle<'a>(&'a self, request: &'a WireRequest) -> Handling<'a>;
}

/// When a request was sent and when its answer was whole, or given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// Before the first byte was written.
    pub started: Instant,
    /// After the last byte was read.
    pub ended: Instant,
}

/// Headers that go out beside those of the request: user agent, signature.
pub(super) type ExtraHeaders = Vec<(String, String)>;

/// The way to an implementation.
pub(super) enum Transport {
    /// Over HTTP.
    Http(Http),
    /// In this process.
    InProcess {
        /// The implementation.
        handler: Arc<dyn Handler>,
        /// The time for one exchange.
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
    /// Sends one request on a kept connection where there is one.
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
                Self::InProcess { handler, timeout } => ask(handler, request, *timeout).await,
            },
        };
        (observation(result), Timing { started, ended: Instant::now() })
    }

    /// Sends each request on a connection of its own. All connections are made first; then all
    /// requests are released at once.
    pub(super) async fn send_together(
        self: &Arc<Self>,
        requests: Vec<(WireRequest, Result<ExtraHeaders, TransportFault>)>,
    ) -> Vec<(Observation, Timing)> {
        let count = requests.len();
        let barrier = Arc::new(Barrier::new(count));
        let mut tasks = JoinSet::new();
        for (index, (request, extra)) in requests.into_iter().enumerate() {
            let transport = Arc::clone(self);
            let barrier = Arc::clone(&barrier);
            tasks.spawn(async move {
                let ready = transport.prepare(&request, extra).await;
                // Also waited at by who has no connection: the others count on the number.
                barrier.wait().await;
                let mut started = Instant::now();
                let result = transport.release(&request, ready, &mut started).await;
                let timing = Timing { started, ended: Instant::now() };
                (index, (observation(result), timing))
            });
        }
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

    /// Everything that can be done before the moment of release.
    async fn prepare(
        &self,
        request: &WireRequest,
        extra: Result<ExtraHeaders, TransportFault>,
    ) -> Result<Option<(Connection, super::http1::Outgoing)>, TransportFault> {
        let target = wire_target(request)?;
        let extra = extra?;
        match self {
            Self::InProcess { .. } => Ok(None),
            Self::Http(http) => {
                let outgoing = http.outgoing(request, &target, &extra)?;
                Ok(Some((http.connect_in_time().await?, outgoing)))
            }
        }
    }

    /// The exchange itself.
    async fn release(
        &self,
        request: &WireRequest,
        ready: Result<Option<(Connection, super::http1::Outgoing)>, TransportFault>,
        started: &mut Instant,
    ) -> Result<WireResponse, TransportFault> {
        match (self, ready?) {
            (Self::Http(http), Some((connection, outgoing))) => {
                http.send_on(connection, outgoing, started).await
            }
            (Self::InProcess { handler, timeout }, _) => ask(handler, request, *timeout).await,
            (Self::Http(_), None) => Err(TransportFault::Connect("no connection was made".into())),
        }
    }
}

fn observation(result: Result<WireResponse, TransportFault>) -> Observation {
    match result {
        Ok(response) => Observation::Answer(Answer::read(response)),
        Err(fault) => Observation::Fault(fault),
    }
}

/// Asks a handler, in a task of its own: its panic is its fault, not ours.
async fn ask(
    handler: &Arc<dyn Handler>,
    request: &WireRequest,
    timeout: Duration,
) -> Result<WireResponse, TransportFault> {
    let handler = Arc::clone(handler);
    let request = request.clone();
    let mut task = JoinSet::new();
    task.spawn(async move { handler.handle(&request).await });
    match tokio::time::timeout(timeout, task.join_next()).await {
        Err(_elapsed) => Err(TransportFault::Timeout),
        Ok(Some(Ok(Ok(mut response)))) => {
            if response.body.len() > BODY_LIMIT {
                response.body.truncate(BODY_LIMIT);
                response.truncated = true;
            }
            Ok(response)
        }
        Ok(Some(Ok(Err(fault)))) => Err(fault),
        Ok(_) => Err(TransportFault::Dropped("the handler panicked".into())),
    }
}

/// Path and query as they will stand in the request line, if they can stand there unchanged.
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
    // A fragment, for one, would be cut off without a word.
    if parsed.as_str() == target {
        Ok(parsed)
    } else {
        Err(untransportable("the path would not go out as it is"))
    }
}
