//! The suite inside the tests of an emulator that is written in Rust: what its authors see.

#[path = "../examples/embedded.rs"]
#[expect(dead_code, reason = "an example's main is not called here")]
mod embedded;
#[path = "../examples/endpoint.rs"]
#[expect(dead_code, reason = "an example's main is not called here")]
mod endpoint;

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use permspec::contract::{Phase, RuleId};
use permspec::embed::{Depth, Request, Suite, SuiteError};
use permspec::event::Verdict;
use permspec::server::{Mutant, ReferenceServer, ServerOptions, mutants};
use permspec::wire::WireRequest;

/// The reference server, as a function of this process.
fn reference(request: &Request, server: &ReferenceServer) -> http::Response<Vec<u8>> {
    let header = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        (name.to_string(), value.to_str().unwrap().to_owned())
    };
    let wire = WireRequest {
        method: match request.method().as_str() {
            "GET" => "GET",
            "PUT" => "PUT",
            "DELETE" => "DELETE",
            _ => "POST",
        },
        path: request.uri().path().to_owned(),
        query: request.uri().query().unwrap_or_default().to_owned(),
        headers: request.headers().iter().map(header).collect(),
        body: request.body().clone(),
    };
    let answer = server.handle(&wire);
    let mut response = http::Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    response.body(answer.body).unwrap()
}

/// What a test of a suite that does not conform says.
fn panic_of(suite: Suite) -> String {
    let panic = std::thread::spawn(|| suite.assert_conforms()).join().unwrap_err();
    panic.downcast_ref::<String>().unwrap().clone()
}

fn suite_of_reference() -> (Suite, Arc<AtomicU64>) {
    suite_of(None)
}

fn suite_of(mutant: Option<&'static Mutant>) -> (Suite, Arc<AtomicU64>) {
    let options =
        ServerOptions { mutants: mutant.into_iter().collect(), ..ServerOptions::default() };
    let asked = Arc::new(AtomicU64::new(0));
    let (server, count) = (Arc::new(ReferenceServer::new(options)), Arc::clone(&asked));
    let suite = Suite::of(move |request: Request| {
        count.fetch_add(1, Ordering::Relaxed);
        let server = Arc::clone(&server);
        async move { reference(&request, &server) }
    });
    (suite, asked)
}

#[test]
fn a_right_implementation_conforms_without_a_socket() {
    let (suite, asked) = suite_of_reference();
    let suite = suite.rules(["race.**", "success.*", "statement-id.*", "policy.*"]);
    let suite = suite.depth(Depth::Default).with(|options| options.rounds = 5);
    let report = suite.run_blocking().unwrap();
    report.assert_conforms();
    assert_eq!(report.result().target.endpoint, "in-process");
    assert_eq!(report.result().counts.requests, asked.load(Ordering::Relaxed));
}

#[test]
fn what_goes_wrong_only_at_once_goes_wrong_without_a_socket() {
    let lossy = mutants::find("lost-update").unwrap();
    let (suite, _) = suite_of(Some(lossy));
    let report = suite.rules(["race.no-lost-update"]).run_blocking().unwrap();
    assert_eq!(report.result().exit_code, 1, "{report}");
}

#[test]
fn the_example_is_wrong_in_the_place_where_it_says_so() {
    let report = embedded::emulator_under_test().run_blocking().unwrap();
    let wrong: Vec<RuleId> = report
        .result()
        .rules
        .iter()
        .filter(|rule| rule.scored && rule.verdict == Verdict::Violated)
        .map(|rule| rule.id)
        .collect();
    assert_eq!(wrong, [RuleId::PrincipalAccountRoot], "{report}");
    assert_eq!(report.result().exit_code, 1);
    let text = report.to_string();
    assert!(text.contains("\"Principal\":\"123456789012\""), "{text}");
    assert!(text.contains("use Suite::corpus to keep it"), "{text}");
    assert!(!text.contains("curl"), "{text}");
}

#[test]
fn an_implementation_that_does_not_conform_panics_with_the_report() {
    let text = panic_of(embedded::emulator_under_test());
    assert!(text.starts_with("the implementation does not conform\n"), "{text}");
    assert!(text.contains("FAIL  principal.account-root"), "{text}");
}

#[test]
fn a_known_failure_leaves_the_test_green_until_it_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("kept");
    let report = embedded::emulator_under_test().corpus(&kept).run_blocking().unwrap();
    let cause = report.result().rules.iter().flat_map(|rule| &rule.causes).next().unwrap();
    let file = kept.join(format!("{}.json", cause.id));
    assert!(report.to_string().contains(&format!("starts with {}", file.display())));
    let known = folder.path().join("known.toml");
    let entry = format!(
        "[[known]]\nrule = \"principal.account-root\"\nreason = \"not rendered\"\n\
         counterexample = \"kept/{}.json\"\n",
        cause.id
    );
    std::fs::write(&known, entry).unwrap();
    embedded::emulator_under_test().known(&known).assert_conforms();
    let (suite, _) = suite_of_reference();
    let report = suite.rules(["principal.account-root"]).known(&known).run_blocking().unwrap();
    assert!(!report.conforms());
    assert_eq!(report.result().exit_code, 4, "{report}");
}

#[test]
fn a_mistake_in_the_set_up_is_told_before_anything_is_sent() {
    let (suite, asked) = suite_of_reference();
    let error = suite.clone().rules(["statement-id.patern"]).run_blocking().unwrap_err();
    assert!(error.to_string().contains("did you mean statement-id.pattern"), "{error}");
    let error = suite.known(Path::new("no-such-file.toml")).run_blocking().unwrap_err();
    assert!(matches!(error, SuiteError::Known(_)), "{error}");
    let error = Suite::at("https://lambda.us-east-1.amazonaws.com").run_blocking().unwrap_err();
    assert!(matches!(error, SuiteError::Endpoint(_)), "{error}");
    assert_eq!(asked.load(Ordering::Relaxed), 0);
}

#[test]
fn an_implementation_that_only_fails_is_unusable_and_not_green() {
    let nobody = Suite::of(|_: Request| async { http::Response::new("") });
    let error = nobody.clone().run_blocking().unwrap_err();
    assert!(matches!(error, SuiteError::Run(_)), "{error}");
    let text = panic_of(nobody);
    assert!(text.starts_with("permspec cannot be run: "), "{text}");
}

/// A service as tower's frameworks make them.
#[derive(Clone)]
struct Router(Arc<ReferenceServer>);

impl tower_service::Service<Request> for Router {
    type Response = http::Response<http_body_util::Full<hyper::body::Bytes>>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let answer = reference(&request, &self.0);
        std::future::ready(Ok(answer.map(|body| http_body_util::Full::new(body.into()))))
    }
}

#[tokio::test]
async fn a_service_is_tested_on_the_callers_runtime() {
    let router = Router(Arc::new(ReferenceServer::new(ServerOptions::default())));
    let suite = Suite::of_service::<_, Vec<u8>, _>(router).rules(["statement.*", "success.*"]);
    let report = suite.region("eu-west-1").run().await.unwrap();
    report.assert_conforms();
    let phases: BTreeSet<Phase> = report.result().run.phases.iter().copied().collect();
    assert_eq!(phases.len(), Phase::ALL.len());
}

#[tokio::test]
async fn the_example_with_an_endpoint_tests_what_listens_there() {
    let report = endpoint::test_the_reference_server().await.unwrap();
    report.assert_conforms();
    assert!(report.result().target.endpoint.starts_with("http://127.0.0.1:"));
}
