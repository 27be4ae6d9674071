//! The client of one endpoint, and the choice between its two ways of sending.
//!
//! [`sequential`](super::sequential) sends with reqwest, [`http1`](super::http1) on a connection
//! of our own. reqwest carries everything that is sent one after another, except a path that its
//! URL type would rewrite: the URL standard removes dot segments, `%2E%2E` among them, and
//! FunctionName admits `..`. A race needs connections that are open before its requests are
//! released, which no pool offers. Both ways send the same bytes; a test holds them to it.

use std::time::{Duration, Instant};

use http::uri::PathAndQuery;
use http::{HeaderValue, Request};
use hyper::body::Bytes;
use reqwest::Url;

use super::endpoint::Endpoint;
use super::exchange;
use super::http1::Connection;
use super::route::Route;
use super::sequential::Sequential;
use super::transport::ExtraHeaders;
use crate::observation::TransportFault;
use crate::wire::{WireRequest, WireResponse};

/// The client for one endpoint.
pub(super) struct Http {
    route: Route,
    host: HeaderValue,
    timeout: Duration,
    sequential: Sequential,
}

/// How a request goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// With reqwest, to this URL.
    Reqwest(Url),
    /// On a connection of our own.
    Connection,
}

impl Http {
    pub(super) fn new(endpoint: Endpoint, timeout: Duration) -> Self {
        Self::on(Route::new(endpoint), timeout)
    }

    pub(super) fn on(route: Route, timeout: Duration) -> Self {
        // An endpoint's authority was read by `http` itself, which admits visible ASCII only.
        let host = HeaderValue::from_str(route.endpoint().authority())
            .unwrap_or_else(|_| HeaderValue::from_static("localhost"));
        Self { route, host, timeout, sequential: Sequential::default() }
    }

    pub(super) fn endpoint(&self) -> &Endpoint {
        self.route.endpoint()
    }

    /// The proxy on the way, as reports name it.
    pub(super) fn proxy(&self) -> Option<String> {
        self.route.proxy().ok().flatten().map(ToString::to_string)
    }

    /// How a single request goes out: with reqwest where its URL type keeps path and query as they
    /// are.
    pub(super) fn way(&self, target: &PathAndQuery) -> Way {
        match Url::parse(&format!("{}{target}", self.endpoint())) {
            Ok(url) if url.path() == target.path() && url.query() == target.query() => {
                Way::Reqwest(url)
            }
            _ => Way::Connection,
        }
    }

    /// Sends one request. `started` is set to just before it is handed over.
    pub(super) async fn send(
        &self,
        request: &WireRequest,
        target: &PathAndQuery,
        extra: &ExtraHeaders,
        started: &mut Instant,
    ) -> Result<WireResponse, TransportFault> {
        let outgoing = self.outgoing(request, target, extra)?;
        in_time(self.timeout, async {
            match self.way(target) {
                Way::Reqwest(url) if !is_spelled(request) => {
                    self.sequential.send(&self.route, &url, &outgoing, started).await
                }
                _ => {
                    let title_case = has_title_case(request);
                    let connection = Connection::open(&self.route, title_case).await?;
                    connection.exchange(outgoing, started).await
                }
            }
        })
        .await
    }

    /// The request with every header but its length.
    pub(super) fn outgoing(
        &self,
        request: &WireRequest,
        target: &PathAndQuery,
        extra: &ExtraHeaders,
    ) -> Result<Request<Bytes>, TransportFault> {
        exchange::outgoing(&self.host, request, target, extra)
    }

    /// A new connection, within the time for one exchange.
    pub(super) async fn connect_in_time(&self) -> Result<Connection, TransportFault> {
        in_time(self.timeout, Connection::open(&self.route, false)).await
    }

    /// Sends on a given connection and closes it.
    pub(super) async fn send_on(
        &self,
        connection: Connection,
        outgoing: Request<Bytes>,
        started: &mut Instant,
    ) -> Result<WireResponse, TransportFault> {
        in_time(self.timeout, connection.exchange(outgoing, started)).await
    }
}

/// Whether the request spells the names of its headers with capitals.
fn has_title_case(request: &WireRequest) -> bool {
    request.headers.iter().any(|(name, _)| name.starts_with(|c: char| c.is_ascii_uppercase()))
}

/// Whether the request is written in a way that a client library has no say in.
fn is_spelled(request: &WireRequest) -> bool {
    let is_chunked = |name: &str| name.eq_ignore_ascii_case("transfer-encoding");
    has_title_case(request) || request.headers.iter().any(|(name, _)| is_chunked(name))
}

async fn in_time<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, TransportFault>>,
) -> Result<T, TransportFault> {
    tokio::time::timeout(limit, work).await.unwrap_or(Err(TransportFault::Timeout))
}
