//! What is sent one after another, on reqwest.
//!
//! reqwest resends nothing here but a request that its connection refused before a byte was
//! written. Whether a connection was open already decides two things: a read that fails there may
//! be sent again (the target may have closed it in that moment), and a target that closes
//! connections without announcing it must be spoken to on new ones, or writes are lost. A
//! [`reqwest::Client`] does not say which connection of its pool it took. So each client here
//! keeps one connection and serves one exchange at a time, and a layer over its connector notes
//! when it makes another.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use http::header::CONNECTION;
use http::{HeaderMap, Request, Version};
use hyper::body::Bytes;
use reqwest::{Client, Url};
use tower_layer::Layer;
use tower_service::Service;

use super::exchange::{Collected, HEADER_COUNT_LIMIT, fault_of};
use super::route::Route;
use super::tls;
use crate::observation::{TransportFault, printable};
use crate::wire::WireResponse;

/// How long a connection may lie idle and still be used: less than the one to five seconds after
/// which the usual servers close one, so that we do not write into a connection being closed.
const IDLE_LIMIT: Duration = Duration::from_millis(900);
/// How long the first kept connection is watched before it is used: a target that closes its
/// connections without saying so does it in that time, and no write is lost to it.
const PROBATION: Duration = Duration::from_millis(20);
/// Idle connections that are kept.
const POOL_LIMIT: usize = 64;

/// Sends to one endpoint.
#[derive(Debug, Default)]
pub(super) struct Sequential {
    idle: Mutex<Vec<Slot>>,
    /// On from when the target was seen to close connections that its answers left open: there,
    /// to reuse one is to lose writes.
    never_reuse: AtomicBool,
    /// On from when the target was seen to leave a connection open.
    proven: AtomicBool,
}

/// A client for one exchange at a time.
#[derive(Debug)]
struct Slot {
    client: Client,
    /// Set by the connector when it makes a connection.
    connected: Arc<AtomicBool>,
    /// When an answer left the connection open; none where there is no open connection.
    open_since: Option<Instant>,
}

impl Slot {
    fn new(route: &Route) -> Result<Self, TransportFault> {
        let connected = Arc::new(AtomicBool::new(false));
        let mut builder = Client::builder()
            .tls_backend_preconfigured(route.tls()?.clone())
            .connector_layer(Watch(Arc::clone(&connected)))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .http1_only()
            .http1_max_headers(HEADER_COUNT_LIMIT)
            .pool_max_idle_per_host(1)
            // Later than IDLE_LIMIT, so that this module alone decides.
            .pool_idle_timeout(Duration::from_secs(5))
            .no_proxy();
        let unusable = |error: reqwest::Error| {
            TransportFault::Connect(format!("no HTTP client can be made: {error}"))
        };
        if let Some(proxy) = route.proxy()? {
            let mut found = reqwest::Proxy::all(proxy.to_string()).map_err(unusable)?;
            if let Some(auth) = proxy.auth() {
                found = found.custom_http_auth(auth.clone());
            }
            builder = builder.proxy(found);
        }
        let client = builder.build().map_err(unusable)?;
        Ok(Self { client, connected, open_since: None })
    }

    /// One exchange, and whether its answer leaves the connection open.
    async fn exchange(
        &self,
        request: reqwest::Request,
    ) -> Result<(WireResponse, bool), TransportFault> {
        self.connected.store(false, Ordering::Release);
        let mut answer = self.client.execute(request).await.map_err(|error| fault(&error))?;
        let keep = stays_open(answer.version(), answer.headers());
        let mut collected = Collected::new(answer.status(), answer.headers())?;
        while let Some(chunk) = answer.chunk().await.map_err(|error| fault(&error))? {
            if !collected.takes(&chunk) {
                break;
            }
        }
        let response = collected.into_response();
        let keep = keep && !response.truncated;
        if keep {
            // A task of the client puts the connection back; the next exchange should find it.
            tokio::task::yield_now().await;
        }
        Ok((response, keep))
    }
}

impl Sequential {
    /// Sends a request to its URL. `started` is set to just before it is handed over.
    pub(super) async fn send(
        &self,
        route: &Route,
        url: &Url,
        outgoing: &Request<Bytes>,
        started: &mut Instant,
    ) -> Result<WireResponse, TransportFault> {
        let request = || {
            let mut request = reqwest::Request::new(outgoing.method().clone(), url.clone());
            *request.headers_mut() = outgoing.headers().clone();
            *request.body_mut() = Some(outgoing.body().clone().into());
            request
        };
        let slot = match self.checkout().await {
            Some(slot) => slot,
            None => Slot::new(route)?,
        };
        let kept = slot.open_since.is_some();
        *started = Instant::now();
        let result = slot.exchange(request()).await;
        let reused = kept && !slot.connected.load(Ordering::Acquire);
        if reused && result.is_ok() {
            self.proven.store(true, Ordering::Relaxed);
        } else if kept && !self.proven.load(Ordering::Relaxed) {
            // No answer announced that: the target closes after each.
            self.never_reuse.store(true, Ordering::Relaxed);
        }
        match result {
            Ok((response, keep)) => {
                self.check_in(slot, keep);
                Ok(response)
            }
            Err(TransportFault::Dropped(why)) if reused => {
                self.never_reuse.store(true, Ordering::Relaxed);
                if !matches!(outgoing.method().as_str(), "GET" | "HEAD") {
                    return Err(TransportFault::Dropped(format!(
                        "{why} (on a connection that an earlier answer had left open)"
                    )));
                }
                let slot = Slot::new(route)?;
                *started = Instant::now();
                slot.exchange(request()).await.map(|(response, _)| response)
            }
            Err(fault) => Err(fault),
        }
    }

    /// A client without a connection, or with one that should be open.
    async fn checkout(&self) -> Option<Slot> {
        loop {
            let slot = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()?;
            let Some(since) = slot.open_since else { return Some(slot) };
            if !self.proven.load(Ordering::Relaxed) {
                tokio::time::sleep(PROBATION).await;
            }
            if since.elapsed() < IDLE_LIMIT && !self.never_reuse.load(Ordering::Relaxed) {
                return Some(slot);
            }
        }
    }

    fn check_in(&self, mut slot: Slot, keep: bool) {
        slot.open_since = keep.then(Instant::now);
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        // To drop a client is to close its connection.
        let unwanted = keep && self.never_reuse.load(Ordering::Relaxed);
        if !unwanted && idle.len() < POOL_LIMIT {
            idle.push(slot);
        }
    }
}

/// Whether an answer leaves its connection open.
fn stays_open(version: Version, headers: &HeaderMap) -> bool {
    let says = |word: &str| {
        headers.get_all(CONNECTION).iter().any(|value| {
            value.to_str().is_ok_and(|value| {
                value.split(',').any(|part| part.trim().eq_ignore_ascii_case(word))
            })
        })
    };
    match version {
        Version::HTTP_11 => !says("close"),
        _ => says("keep-alive"),
    }
}

fn fault(error: &reqwest::Error) -> TransportFault {
    if !error.is_connect() {
        return fault_of(error);
    }
    let mut innermost: &(dyn std::error::Error + 'static) = error;
    let mut of_tls = tls::is_failure(innermost);
    while let Some(source) = innermost.source() {
        innermost = source;
        of_tls |= tls::is_failure(innermost);
    }
    let text = innermost.to_string();
    TransportFault::Connect(if of_tls { tls::failure(&text) } else { printable(&text, 200) })
}

/// Notes when a connector makes a connection.
#[derive(Clone)]
struct Watch(Arc<AtomicBool>);

impl<S> Layer<S> for Watch {
    type Service = Watched<S>;

    fn layer(&self, inner: S) -> Watched<S> {
        Watched { inner, connected: Arc::clone(&self.0) }
    }
}

#[derive(Clone)]
struct Watched<S> {
    inner: S,
    connected: Arc<AtomicBool>,
}

impl<S: Service<R>, R> Service<R> for Watched<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, destination: R) -> S::Future {
        self.connected.store(true, Ordering::Release);
        self.inner.call(destination)
    }
}
