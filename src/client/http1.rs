//! One connection, one exchange: HTTP/1.1 on hyper, for what reqwest cannot do.
//!
//! Nothing here changes, redirects or repeats a request, and a path goes out byte for byte. A
//! connection can be opened first and used later, which is how the requests of a race leave at one
//! moment. It is closed after its exchange.

use std::time::Instant;

use http::header::{HOST, PROXY_AUTHORIZATION};
use http::{Method, Request, Response, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use super::endpoint::Endpoint;
use super::exchange::{Collected, HEAD_LIMIT, HEADER_COUNT_LIMIT, fault_of};
use super::proxy::Proxy;
use super::route::Route;
use super::tls;
use crate::observation::TransportFault;
use crate::wire::WireResponse;

/// One connection; dropping it closes it, in any state.
pub(super) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    driver: JoinHandle<()>,
    /// What stands before the path in a request line; only a proxy wants it.
    before_path: Option<Uri>,
    proxy_auth: Option<http::HeaderValue>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// What a connection runs on: TCP, TLS, or a tunnel.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

impl Connection {
    /// A new connection, through the proxy where there is one. With `title_case` it spells the
    /// names of all headers as in `Content-Type`.
    pub(super) async fn open(route: &Route, title_case: bool) -> Result<Self, TransportFault> {
        let endpoint = route.endpoint();
        let Some(proxy) = route.proxy()? else {
            let stream = connect(endpoint.host(), endpoint.port()).await?;
            return Self::speak(encrypted(route, stream).await?, title_case).await;
        };
        let stream = connect(proxy.host(), proxy.port()).await?;
        if endpoint.is_tls() {
            let tunnel = tunnel(stream, endpoint, proxy).await?;
            return Self::speak(encrypted(route, tunnel).await?, title_case).await;
        }
        let mut connection = Self::speak(Box::new(stream), title_case).await?;
        connection.before_path = endpoint.to_string().parse().ok();
        connection.proxy_auth = proxy.auth().cloned();
        Ok(connection)
    }

    /// Speaks HTTP on what has been opened.
    async fn speak(stream: Box<dyn Stream>, title_case: bool) -> Result<Self, TransportFault> {
        let (sender, connection) = Builder::new()
            .title_case_headers(title_case)
            .max_buf_size(HEAD_LIMIT)
            .max_headers(HEADER_COUNT_LIMIT)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|error| TransportFault::Connect(error.to_string()))?;
        // Its errors also reach whoever waits for the answer.
        let driver = tokio::spawn(async move { drop(connection.await) });
        Ok(Self { sender, driver, before_path: None, proxy_auth: None })
    }

    /// Sends a request, reads its answer and closes. `started` is set to just before the request
    /// is handed over.
    pub(super) async fn exchange(
        mut self,
        mut outgoing: Request<Bytes>,
        started: &mut Instant,
    ) -> Result<WireResponse, TransportFault> {
        if let Some(before) = self.before_path.take() {
            let mut parts = before.into_parts();
            parts.path_and_query = outgoing.uri().path_and_query().cloned();
            *outgoing.uri_mut() = Uri::from_parts(parts)
                .map_err(|error| TransportFault::Untransportable(error.to_string()))?;
        }
        if let Some(auth) = self.proxy_auth.take() {
            outgoing.headers_mut().insert(PROXY_AUTHORIZATION, auth);
        }
        *started = Instant::now();
        let sent = self.sender.send_request(outgoing.map(Full::new)).await;
        read(sent.map_err(|error| fault_of(&error))?).await
    }
}

async fn connect(host: &str, port: u16) -> Result<TcpStream, TransportFault> {
    let refused = |error: std::io::Error| TransportFault::Connect(error.to_string());
    let stream = TcpStream::connect((host, port)).await.map_err(refused)?;
    stream.set_nodelay(true).map_err(refused)?;
    Ok(stream)
}

/// Adds TLS where the endpoint wants it.
async fn encrypted(
    route: &Route,
    stream: impl Stream + 'static,
) -> Result<Box<dyn Stream>, TransportFault> {
    if !route.endpoint().is_tls() {
        return Ok(Box::new(stream));
    }
    let config = route.tls()?.clone();
    let open = tls::open(config, route.endpoint().host(), stream).await;
    Ok(Box::new(open.map_err(TransportFault::Connect)?))
}

/// Asks a proxy for a connection to the endpoint.
async fn tunnel(
    stream: TcpStream,
    endpoint: &Endpoint,
    proxy: &Proxy,
) -> Result<impl Stream + 'static, TransportFault> {
    let failed = |why: String| TransportFault::Connect(format!("the proxy {proxy}: {why}"));
    let (mut sender, connection) = Builder::new()
        .max_buf_size(HEAD_LIMIT)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|error| failed(error.to_string()))?;
    tokio::spawn(async move { drop(connection.with_upgrades().await) });
    let place = endpoint.host_and_port();
    let mut request = Request::new(Full::<Bytes>::default());
    *request.method_mut() = Method::CONNECT;
    *request.uri_mut() = place.parse().map_err(|_| failed(format!("{place} is no authority")))?;
    if let Ok(host) = place.parse() {
        request.headers_mut().insert(HOST, host);
    }
    if let Some(auth) = proxy.auth() {
        request.headers_mut().insert(PROXY_AUTHORIZATION, auth.clone());
    }
    let response = sender.send_request(request).await.map_err(|error| failed(error.to_string()))?;
    if !response.status().is_success() {
        return Err(failed(format!("it answers {}", response.status().as_u16())));
    }
    let upgraded = hyper::upgrade::on(response).await.map_err(|error| failed(error.to_string()))?;
    Ok(TokioIo::new(upgraded))
}

/// Reads an answer to its end, or to the limit.
async fn read(response: Response<Incoming>) -> Result<WireResponse, TransportFault> {
    let (parts, mut incoming) = response.into_parts();
    let mut collected = Collected::new(parts.status, &parts.headers)?;
    while let Some(frame) = incoming.frame().await {
        let frame = frame.map_err(|error| fault_of(&error))?;
        if let Ok(data) = frame.into_data()
            && !collected.takes(&data)
        {
            break;
        }
    }
    Ok(collected.into_response())
}
