//! The HTTP/1.1 client: hyper's connection, a small pool, and nothing that changes, redirects or
//! repeats a request.
//!
//! A client library with a pool of its own cannot say for certain whether a request that failed
//! was written. hyper's connection can: it hands an unwritten request back. Only that, and a GET
//! on a kept connection that the target had closed, is ever sent again.

use std::error::Error as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use http::header::{CONNECTION, HOST, HeaderName, HeaderValue};
use http::uri::PathAndQuery;
use http::{Request, Response, Uri, Version};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use super::endpoint::Endpoint;
use super::tls::Tls;
use super::transport::{BODY_LIMIT, ExtraHeaders};
use crate::observation::{TransportFault, printable};
use crate::wire::{WireRequest, WireResponse};

/// Bytes of a response's head that are read.
const HEAD_LIMIT: usize = 64 << 10;
/// Header fields of a response that are read.
const HEADER_COUNT_LIMIT: usize = 128;
/// How long a connection may lie idle and still be used: less than the two to five seconds after
/// which the usual servers close one, so that we do not write into a connection being closed.
const IDLE_LIMIT: Duration = Duration::from_secs(1);
/// How long the first kept connection is watched before it is used: a target that closes its
/// connections without saying so does it in that time, and no write is lost to it.
const PROBATION: Duration = Duration::from_millis(20);
/// Idle connections that are kept.
const POOL_LIMIT: usize = 64;

/// A request that is ready for hyper.
pub(super) type Outgoing = Request<Full<Bytes>>;

/// One connection; dropping it closes it, in any state.
pub(super) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    driver: JoinHandle<()>,
    reused: bool,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// The client for one endpoint.
pub(super) struct Http {
    endpoint: Endpoint,
    host: HeaderValue,
    /// How connections are encrypted, where they are; read when the first is made.
    tls: OnceLock<Result<Tls, String>>,
    timeout: Duration,
    idle: Mutex<Vec<(Connection, Instant)>>,
    /// Off from when the target was seen to close connections that its answers left open: there,
    /// to reuse one is to lose writes.
    reuse: AtomicBool,
    /// On from when the target was seen to leave a connection open.
    proven: AtomicBool,
}

/// What became of a try to send.
enum Tried {
    Done(WireResponse, Option<Connection>),
    /// The connection was closed before a byte was written.
    Unsent(Box<Outgoing>, TransportFault),
    Failed(TransportFault),
}

impl Http {
    pub(super) fn new(endpoint: Endpoint, timeout: Duration) -> Self {
        // An endpoint's authority was read by `http` itself, which admits visible ASCII only.
        let host = HeaderValue::from_str(endpoint.authority())
            .unwrap_or_else(|_| HeaderValue::from_static("localhost"));
        let (idle, reuse, proven) =
            (Mutex::default(), AtomicBool::new(true), AtomicBool::new(false));
        Self { endpoint, host, tls: OnceLock::new(), timeout, idle, reuse, proven }
    }

    pub(super) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The request as hyper takes it.
    pub(super) fn outgoing(
        &self,
        request: &WireRequest,
        target: &PathAndQuery,
        extra: &ExtraHeaders,
    ) -> Result<Outgoing, TransportFault> {
        let mut outgoing = Request::new(Full::new(Bytes::from(request.body.clone())));
        *outgoing.method_mut() = request.method.parse().map_err(|_| {
            TransportFault::Untransportable(format!("invalid HTTP method {:?}", request.method))
        })?;
        *outgoing.uri_mut() = Uri::from(target.clone());
        let headers = outgoing.headers_mut();
        headers.insert(HOST, self.host.clone());
        let own = request.headers.iter().map(|(name, value)| (name.as_str(), value));
        for (name, value) in own.chain(extra.iter().map(|(name, value)| (*name, value))) {
            // The value is not shown: it may be a signature or a token.
            let refused = || {
                let name = printable(name, 60);
                TransportFault::Untransportable(format!("no header {name:?} can hold its value"))
            };
            let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| refused())?;
            headers.append(key, HeaderValue::from_str(value).map_err(|_| refused())?);
        }
        Ok(outgoing)
    }

    /// Sends on a kept connection where there is one. `started` is set to just before the request
    /// was handed over.
    pub(super) async fn send(
        &self,
        request: &WireRequest,
        target: &PathAndQuery,
        extra: &ExtraHeaders,
        started: &mut Instant,
    ) -> Result<WireResponse, TransportFault> {
        let exchange = async {
            let mut outgoing = self.outgoing(request, target, extra)?;
            loop {
                let connection = match self.checkout().await {
                    Some(connection) => connection,
                    None => self.connect().await?,
                };
                let reused = connection.reused;
                *started = Instant::now();
                match self.attempt(connection, outgoing).await {
                    Tried::Done(response, connection) => {
                        self.check_in(connection);
                        return Ok(response);
                    }
                    // Nothing was written, so this is no second sending. It ends: there are only
                    // so many kept connections, and a new one does not count.
                    Tried::Unsent(back, _) if reused => {
                        self.reuse.store(false, Ordering::Relaxed);
                        outgoing = *back;
                    }
                    Tried::Failed(TransportFault::Dropped(why)) if reused => {
                        self.reuse.store(false, Ordering::Relaxed);
                        if request.is_write() {
                            return Err(TransportFault::Dropped(format!(
                                "{why} (on a connection that an earlier answer had left open)"
                            )));
                        }
                        outgoing = self.outgoing(request, target, extra)?;
                    }
                    Tried::Unsent(_, fault) | Tried::Failed(fault) => return Err(fault),
                }
            }
        };
        in_time(self.timeout, exchange).await
    }

    /// Sends on a given connection and closes it.
    pub(super) async fn send_on(
        &self,
        connection: Connection,
        outgoing: Outgoing,
        started: &mut Instant,
    ) -> Result<WireResponse, TransportFault> {
        *started = Instant::now();
        match in_time(self.timeout, async { Ok(self.attempt(connection, outgoing).await) }).await? {
            Tried::Done(response, _) => Ok(response),
            Tried::Unsent(_, fault) | Tried::Failed(fault) => Err(fault),
        }
    }

    /// A new connection, within the time for one exchange.
    pub(super) async fn connect_in_time(&self) -> Result<Connection, TransportFault> {
        in_time(self.timeout, self.connect()).await
    }

    /// A new connection. The one place that knows what lies below HTTP.
    async fn connect(&self) -> Result<Connection, TransportFault> {
        let refused = |error: std::io::Error| TransportFault::Connect(error.to_string());
        let stream = TcpStream::connect((self.endpoint.host(), self.endpoint.port()))
            .await
            .map_err(refused)?;
        stream.set_nodelay(true).map_err(refused)?;
        if !self.endpoint.is_tls() {
            return Self::speak(stream).await;
        }
        let tls = self.tls.get_or_init(|| Tls::new(self.endpoint.host()));
        let tls = tls.as_ref().map_err(|why| TransportFault::Connect(why.clone()))?;
        Self::speak(tls.open(stream).await.map_err(TransportFault::Connect)?).await
    }

    /// Speaks HTTP on what has been opened.
    async fn speak(
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    ) -> Result<Connection, TransportFault> {
        let (sender, connection) = Builder::new()
            .max_buf_size(HEAD_LIMIT)
            .max_headers(HEADER_COUNT_LIMIT)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|error| TransportFault::Connect(error.to_string()))?;
        // Its errors also reach whoever waits for the answer.
        let driver = tokio::spawn(async move { drop(connection.await) });
        Ok(Connection { sender, driver, reused: false })
    }

    /// A kept connection that looks open.
    async fn checkout(&self) -> Option<Connection> {
        while self.reuse.load(Ordering::Relaxed) {
            let (mut connection, since) =
                self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()?;
            if since.elapsed() > IDLE_LIMIT {
                continue;
            }
            if !self.proven.load(Ordering::Relaxed) {
                tokio::time::sleep(PROBATION).await;
            }
            if connection.sender.is_closed() || connection.sender.ready().await.is_err() {
                // Its answer did not announce that: the target closes after each answer.
                self.reuse.store(false, Ordering::Relaxed);
                return None;
            }
            self.proven.store(true, Ordering::Relaxed);
            return Some(connection);
        }
        None
    }

    fn check_in(&self, connection: Option<Connection>) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.reuse.load(Ordering::Relaxed) {
            idle.clear();
        } else if let Some(mut connection) = connection
            && idle.len() < POOL_LIMIT
        {
            connection.reused = true;
            idle.push((connection, Instant::now()));
        }
    }

    /// One try on one connection.
    async fn attempt(&self, mut connection: Connection, outgoing: Outgoing) -> Tried {
        match connection.sender.try_send_request(outgoing).await {
            Ok(response) => {
                let keep = stays_open(&response);
                match read(response).await {
                    Ok(response) => {
                        let keep = keep && !response.truncated;
                        Tried::Done(response, keep.then_some(connection))
                    }
                    Err(fault) => Tried::Failed(fault),
                }
            }
            Err(mut error) => match error.take_message() {
                Some(back) => Tried::Unsent(Box::new(back), fault_of(error.error())),
                None => Tried::Failed(fault_of(error.error())),
            },
        }
    }
}

async fn in_time<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, TransportFault>>,
) -> Result<T, TransportFault> {
    tokio::time::timeout(limit, work).await.unwrap_or(Err(TransportFault::Timeout))
}

/// Whether an answer leaves its connection open.
fn stays_open(response: &Response<Incoming>) -> bool {
    let says = |word: &str| {
        response.headers().get_all(CONNECTION).iter().any(|value| {
            value.to_str().is_ok_and(|value| {
                value.split(',').any(|part| part.trim().eq_ignore_ascii_case(word))
            })
        })
    };
    match response.version() {
        Version::HTTP_11 => !says("close"),
        _ => says("keep-alive"),
    }
}

/// Reads an answer to its end, or to the limit.
async fn read(response: Response<Incoming>) -> Result<WireResponse, TransportFault> {
    let (parts, mut incoming) = response.into_parts();
    let headers = parts.headers.iter().map(|(name, value)| {
        (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    });
    let headers = headers.collect();
    let mut body = Vec::new();
    let mut truncated = false;
    while let Some(frame) = incoming.frame().await {
        let frame = frame.map_err(|error| fault_of(&error))?;
        let Ok(data) = frame.into_data() else { continue };
        let room = BODY_LIMIT - body.len();
        if data.len() > room {
            body.extend_from_slice(&data[..room]);
            truncated = true;
            break;
        }
        body.extend_from_slice(&data);
    }
    Ok(WireResponse { status: parts.status.as_u16(), headers, body, truncated })
}

/// Which fault an error of hyper's is.
fn fault_of(error: &hyper::Error) -> TransportFault {
    // hyper says "canceled" of a request it hands back; why stands below.
    let mut text = error.to_string();
    let mut garbled = error.is_parse();
    let mut source = error.source();
    while let Some(below) = source {
        let inner = below.to_string();
        if !text.contains(&inner) {
            text = format!("{text}: {inner}");
        }
        if let Some(below) = below.downcast_ref::<hyper::Error>() {
            garbled |= below.is_parse();
        }
        if let Some(below) = below.downcast_ref::<std::io::Error>() {
            // How hyper speaks of a chunk size that is none.
            garbled |= matches!(
                below.kind(),
                std::io::ErrorKind::InvalidInput | std::io::ErrorKind::InvalidData
            );
        }
        source = below.source();
    }
    let text = printable(&text, 200);
    if garbled { TransportFault::Garbled(text) } else { TransportFault::Dropped(text) }
}
