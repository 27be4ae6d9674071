//! The HTTP listener. The only user of hyper in the server.

use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http_body_util::{BodyExt, Limited};
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::header::{CONNECTION, CONTENT_LENGTH, HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};

use super::readings::Reading;
use super::reference::{Delivery, DeliveryFailure, ReferenceServer};
use crate::wire::WireRequest;

/// Maximum size of a request body, as on AWS.
const BODY_LIMIT: usize = 6 * 1024 * 1024;

/// A listening server.
#[derive(Debug)]
pub struct RunningServer {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl RunningServer {
    /// Listens on a loopback port; 0 selects a free one.
    pub async fn start(server: Arc<ReferenceServer>, port: u16) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(accept(listener, server, stopped));
        Ok(Self { address, stop: Some(stop), task })
    }

    /// The address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address as a URL.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops the server and closes all connections.
    pub async fn stop(mut self) {
        if let Some(stop) = self.stop.take() {
            // An error means that it has already stopped.
            let _ = stop.send(());
        }
        let _ = (&mut self.task).await;
    }

    /// Waits until the server ends.
    pub async fn wait(mut self) {
        let _ = (&mut self.task).await;
    }
}

impl Drop for RunningServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(
    listener: TcpListener,
    server: Arc<ReferenceServer>,
    mut stopped: oneshot::Receiver<()>,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            _ = &mut stopped => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(serve(stream, Arc::clone(&server)));
                }
                // Out of file descriptors, most likely: others may end meanwhile.
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
            }
        }
    }
    connections.shutdown().await;
}

async fn serve(stream: TcpStream, server: Arc<ReferenceServer>) {
    // Small answers must not wait for an acknowledgement; where that cannot be set they do.
    let _ = stream.set_nodelay(true);
    let title_case = server.readings().has(Reading::TitleCaseHeaders);
    let service = service_fn(move |request| answer(Arc::clone(&server), request));
    // An error here is the caller's connection ending, or a mishap on purpose.
    let _ = http1::Builder::new()
        .title_case_headers(title_case)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// The connection is closed without a response.
#[derive(Debug, thiserror::Error)]
#[error("dropped on purpose")]
struct Dropped;

async fn answer(
    server: Arc<ReferenceServer>,
    request: Request<Incoming>,
) -> Result<Response<Parts>, Dropped> {
    let Some(request) = read(request).await else {
        let mut response = Response::new(Parts::whole(Vec::new()));
        *response.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        return Ok(response);
    };
    let waits = server.mutants().is_race() || server.readings().has(Reading::ConcurrentUpdates);
    let delivery = if waits {
        let server = Arc::clone(&server);
        // Such a server sleeps within a request.
        tokio::task::spawn_blocking(move || server.deliver(&request)).await.map_err(|_| Dropped)?
    } else {
        server.deliver(&request)
    };
    if !delivery.delay.is_zero() {
        tokio::time::sleep(delivery.delay).await;
    }
    respond(&server, delivery)
}

/// A request as the server reads it: path and query as they came, the body whole.
async fn read(request: Request<Incoming>) -> Option<WireRequest> {
    let (head, body) = request.into_parts();
    let method = match head.method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::PATCH => "PATCH",
        _ => "OPTIONS",
    };
    let headers = head
        .headers
        .iter()
        .map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect();
    let body = Limited::new(body, BODY_LIMIT).collect().await.ok()?.to_bytes().to_vec();
    let path = head.uri.path().to_owned();
    let query = head.uri.query().unwrap_or_default().to_owned();
    Some(WireRequest { method, path, query, headers, body })
}

fn respond(server: &ReferenceServer, delivery: Delivery) -> Result<Response<Parts>, Dropped> {
    let Delivery { response: answer, mishap, .. } = delivery;
    if mishap == Some(DeliveryFailure::Dropped) {
        return Err(Dropped);
    }
    let length = answer.body.len();
    let announced = match mishap {
        Some(DeliveryFailure::Length(by)) => Some(length.saturating_add_signed(by as isize)),
        Some(DeliveryFailure::Truncated) => Some(length),
        _ => None,
    };
    let body = match mishap {
        Some(DeliveryFailure::Truncated) => Parts::cut(&answer.body[..length / 2]),
        Some(DeliveryFailure::Length(_)) => Parts::pieces(&answer.body, length),
        _ if server.readings().has(Reading::Chunked) && answer.status != 204 => {
            Parts::pieces(&answer.body, 7)
        }
        _ => Parts::whole(answer.body),
    };
    let mut response = Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    for (name, value) in answer.headers {
        // A mutant may make a value that no header can hold; then there is none.
        if let (Ok(name), Ok(value)) =
            (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(&value))
        {
            headers.append(name, value);
        }
    }
    if let Some(announced) = announced {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(announced));
    }
    let closes =
        server.options().close_connections || server.readings().has(Reading::CloseConnections);
    let connection = if closes { "close" } else { "keep-alive" };
    headers.insert(CONNECTION, HeaderValue::from_static(connection));
    Ok(response)
}

/// A body in one or several parts, at whose end the connection may break.
#[derive(Debug)]
struct Parts {
    left: VecDeque<Bytes>,
    breaks: bool,
    length: Option<u64>,
}

impl Parts {
    fn whole(body: Vec<u8>) -> Self {
        let length = Some(body.len() as u64);
        let left = if body.is_empty() { VecDeque::new() } else { [Bytes::from(body)].into() };
        Self { left, breaks: false, length }
    }

    fn pieces(body: &[u8], size: usize) -> Self {
        let left = body.chunks(size.max(1)).map(Bytes::copy_from_slice).collect();
        Self { left, breaks: false, length: None }
    }

    fn cut(body: &[u8]) -> Self {
        Self { left: [Bytes::copy_from_slice(body)].into(), breaks: true, length: None }
    }
}

impl Body for Parts {
    type Data = Bytes;
    type Error = Dropped;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Dropped>>> {
        match self.left.pop_front() {
            Some(part) => Poll::Ready(Some(Ok(Frame::data(part)))),
            None if std::mem::take(&mut self.breaks) => Poll::Ready(Some(Err(Dropped))),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty() && !self.breaks
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}
