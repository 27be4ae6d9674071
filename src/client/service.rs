//! Implementations in this process, in the words of the crate `http`: a function, or a service as
//! tower's frameworks make them.
//!
//! They are handed what a server would read from its socket: path and query as they would be in
//! the request line, the signature, `host` and `content-length`.

use std::fmt::Display;
use std::sync::{Mutex, PoisonError};

use http::header::{CONTENT_LENGTH, HOST, HeaderName, HeaderValue};
use http::{Method, Uri};
use http_body_util::BodyExt as _;
use hyper::body::Body;
use tower_service::Service;

use super::transport::{Handler, Handling};
use crate::observation::{TransportFault, printable};
use crate::wire::{WireRequest, WireResponse};

/// What an implementation in this process is asked.
pub type Request = http::Request<Vec<u8>>;

/// What it answers.
pub type Response = http::Response<Vec<u8>>;

/// Where requests to an implementation in this process are addressed; it is signed as well.
pub(super) const AUTHORITY: &str = "localhost";

/// A function that answers requests.
pub fn from_fn<F, Answer, B>(answer: F) -> impl Handler + 'static
where
    F: Fn(Request) -> Answer + Send + Sync + 'static,
    Answer: Future<Output = http::Response<B>> + Send + 'static,
    B: Into<Vec<u8>>,
{
    Function(answer)
}

/// A service that answers requests, such as a router. It is cloned for each of them.
pub fn from_service<S, B, R>(service: S) -> impl Handler + 'static
where
    S: Service<http::Request<B>, Response = http::Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Display,
    B: From<Vec<u8>> + Send + 'static,
    R: Body<Data: Send, Error: Display> + Send + 'static,
{
    let call = move |mut service: S, request: Request| async move {
        let failed = |error: S::Error| lost(&format!("the service failed: {error}"));
        std::future::poll_fn(|context| service.poll_ready(context)).await.map_err(failed)?;
        let response = service.call(request.map(B::from)).await.map_err(failed)?;
        let (head, body) = response.into_parts();
        let body =
            body.collect().await.map_err(|error| lost(&format!("the body broke: {error}")))?;
        Ok(http::Response::from_parts(head, body.to_bytes().to_vec()))
    };
    Cloned { service: Mutex::new(service), call }
}

struct Function<F>(F);

impl<F, Answer, B> Handler for Function<F>
where
    F: Fn(Request) -> Answer + Send + Sync,
    Answer: Future<Output = http::Response<B>> + Send,
    B: Into<Vec<u8>>,
{
    fn handle<'a>(&'a self, request: &'a WireRequest) -> Handling<'a> {
        Box::pin(async move {
            let answer = (self.0)(read(request)?);
            Ok(written(answer.await.map(Into::into)))
        })
    }
}

/// A service and how it is called. The lock is held while it is cloned, since it need not be
/// shared between threads.
struct Cloned<S, F> {
    service: Mutex<S>,
    call: F,
}

impl<S, F, Answer> Handler for Cloned<S, F>
where
    S: Clone + Send,
    F: Fn(S, Request) -> Answer + Send + Sync,
    Answer: Future<Output = Result<Response, TransportFault>> + Send,
{
    fn handle<'a>(&'a self, request: &'a WireRequest) -> Handling<'a> {
        Box::pin(async move {
            let service = self.service.lock().unwrap_or_else(PoisonError::into_inner).clone();
            (self.call)(service, read(request)?).await.map(written)
        })
    }
}

fn lost(why: &str) -> TransportFault {
    TransportFault::Dropped(printable(why, 200))
}

/// The request as `http` holds it.
fn read(wire: &WireRequest) -> Result<Request, TransportFault> {
    let untransportable = |what: &str| TransportFault::Untransportable(what.to_owned());
    let mut request = Request::new(wire.body.clone());
    *request.method_mut() = Method::from_bytes(wire.method.as_bytes())
        .map_err(|_| untransportable("no request has this method"))?;
    *request.uri_mut() = Uri::try_from(wire.target())
        .map_err(|_| untransportable("no request line can carry this path"))?;
    let headers = request.headers_mut();
    headers.insert(HOST, HeaderValue::from_static(AUTHORITY));
    if !wire.body.is_empty() || wire.is_write() {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(wire.body.len()));
    }
    for (name, value) in &wire.headers {
        // Neither is shown: the value may be a signature.
        let refused = || untransportable("a header cannot hold its value");
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| refused())?;
        headers.append(name, HeaderValue::from_str(value).map_err(|_| refused())?);
    }
    Ok(request)
}

/// The answer as it is judged.
fn written(response: Response) -> WireResponse {
    let (head, body) = response.into_parts();
    let headers = head.headers.iter().map(|(name, value)| {
        (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    });
    WireResponse {
        status: head.status.as_u16(),
        headers: headers.collect(),
        body,
        truncated: false,
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Context, Poll};
    use std::time::{Duration, Instant};

    use http_body_util::Full;
    use hyper::body::Bytes;

    use super::*;
    use crate::client::{Target, TargetConfig};
    use crate::observation::Observation;

    fn request() -> WireRequest {
        WireRequest::new("POST", "/2015-03-31/functions/a%20b/policy".into())
            .with_query("Qualifier", "live")
            .with_json(b"{}".to_vec())
    }

    /// Tells what it was asked.
    fn echo(request: &http::Request<impl AsRef<[u8]>>) -> String {
        let header = |name: &str| request.headers().get(name).map(|v| v.to_str().unwrap());
        let signed = header("authorization").is_some_and(|v| v.starts_with("AWS4-HMAC-SHA256 "));
        format!(
            "{} {} {:?} {:?} {} {signed}",
            request.method(),
            request.uri(),
            header("host"),
            header("content-length"),
            String::from_utf8_lossy(request.body().as_ref()),
        )
    }

    const ASKED: &str = "POST /2015-03-31/functions/a%20b/policy?Qualifier=live \
                         Some(\"localhost\") Some(\"2\") {} true";

    /// The requests of these tests name functions that nobody made.
    fn config(run: &str) -> TargetConfig {
        TargetConfig { given: vec!["a".into(), "a b".into()], ..TargetConfig::new(run) }
    }

    async fn answer(handler: impl Handler + 'static) -> Observation {
        let target = Target::in_process(Arc::new(handler), config("service"));
        target.send(&request()).await
    }

    #[tokio::test]
    async fn a_function_is_asked_what_a_server_would_read() {
        let handler = from_fn(|request: Request| async move {
            let mut response = http::Response::new(echo(&request));
            *response.status_mut() = http::StatusCode::IM_A_TEAPOT;
            response.headers_mut().insert("X-Note", HeaderValue::from_static("kept"));
            response
        });
        let observation = answer(handler).await;
        let answer = observation.answer().unwrap();
        assert_eq!(String::from_utf8_lossy(&answer.response.body), ASKED);
        assert_eq!((answer.status(), answer.response.header("x-note")), (418, Some("kept")));
    }

    /// A service that is ready only when it is asked twice, as one behind a buffer may be.
    #[derive(Clone, Default)]
    struct Shy {
        asked: bool,
        breaks: bool,
    }

    impl Service<http::Request<Bytes>> for Shy {
        type Response = http::Response<Full<Bytes>>;
        type Error = String;
        type Future = std::future::Ready<Result<Self::Response, String>>;

        fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), String>> {
            if std::mem::replace(&mut self.asked, true) {
                return Poll::Ready(Ok(()));
            }
            context.waker().wake_by_ref();
            Poll::Pending
        }

        fn call(&mut self, request: http::Request<Bytes>) -> Self::Future {
            assert!(self.asked, "called before it was ready");
            let answer = Full::from(echo(&request));
            std::future::ready(if self.breaks {
                Err("out of order".into())
            } else {
                Ok(http::Response::new(answer))
            })
        }
    }

    #[tokio::test]
    async fn a_service_is_waited_for_and_asked_the_same() {
        let observation = answer(from_service(Shy::default())).await;
        let body = &observation.answer().unwrap().response.body;
        assert_eq!(String::from_utf8_lossy(body), ASKED);
    }

    #[tokio::test]
    async fn a_service_that_fails_has_not_answered() {
        let shy = Shy { breaks: true, ..Shy::default() };
        let observation = answer(from_service(shy)).await;
        assert_eq!(
            observation,
            Observation::Fault(TransportFault::Dropped("the service failed: out of order".into()))
        );
    }

    /// A body that breaks in the middle.
    struct Broken;

    impl Body for Broken {
        type Data = Bytes;
        type Error = &'static str;

        fn poll_frame(
            self: std::pin::Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<hyper::body::Frame<Bytes>, &'static str>>> {
            Poll::Ready(Some(Err("torn")))
        }
    }

    #[derive(Clone)]
    struct Torn;

    impl Service<http::Request<Vec<u8>>> for Torn {
        type Response = http::Response<Broken>;
        type Error = Infallible;
        type Future = std::future::Ready<Result<Self::Response, Infallible>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, _: http::Request<Vec<u8>>) -> Self::Future {
            std::future::ready(Ok(http::Response::new(Broken)))
        }
    }

    #[tokio::test]
    async fn a_body_that_breaks_is_no_answer() {
        let observation = answer(from_service(Torn)).await;
        assert_eq!(
            observation,
            Observation::Fault(TransportFault::Dropped("the body broke: torn".into()))
        );
    }

    #[tokio::test]
    async fn what_is_asked_together_is_answered_at_once() {
        let under_way = Arc::new(AtomicUsize::new(0));
        let handler = from_fn(move |_: Request| {
            // It never waits for the runtime, as an emulator in memory never does.
            under_way.fetch_add(1, Ordering::SeqCst);
            let begun = Instant::now();
            while under_way.load(Ordering::SeqCst) < 3 && begun.elapsed() < Duration::from_secs(5) {
                std::thread::yield_now();
            }
            let met = under_way.load(Ordering::SeqCst);
            std::future::ready(http::Response::new(met.to_string()))
        });
        let target = Target::in_process(Arc::new(handler), config("together"));
        let answers = target.send_together(vec![request(), request(), request()]).await;
        for (observation, _) in answers {
            assert_eq!(observation.answer().unwrap().response.body, b"3");
        }
    }

    #[tokio::test]
    async fn one_of_several_that_panics_is_one_that_did_not_answer() {
        let handler = from_fn(|request: Request| {
            assert!(request.body().is_empty(), "on purpose");
            std::future::ready(http::Response::new("fine"))
        });
        let target = Target::in_process(Arc::new(handler), config("panics"));
        let read = WireRequest::new("GET", "/2015-03-31/functions/a/policy".into());
        let answers = target.send_together(vec![request(), read]).await;
        let panicked = TransportFault::Dropped("the handler panicked".into());
        assert_eq!(answers[0].0, Observation::Fault(panicked));
        assert_eq!(answers[1].0.answer().unwrap().response.body, b"fine");
    }
}
