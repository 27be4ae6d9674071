//! The HTTP client of AWS's crates, on reqwest: their own would bring a second TLS library, most of
//! it C, for the few requests that fetch credentials.
//!
//! It trusts the authorities that every other connection trusts ([`tls`](super::tls)), follows no
//! redirect, and reads no more than 1 MiB of a body. Proxies apply as the environment says, except
//! to addresses that only this machine can reach: there AWS serves credentials to containers and
//! instances, and a proxy must not see them.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use reqwest::Url;

use super::tls;
use super::transport::BODY_LIMIT;

/// A client for clients of AWS's services, which share its connections.
pub fn client() -> SharedHttpClient {
    SharedHttpClient::new(Selector::default())
}

/// Keeps one connector for each pair of time-outs that was asked for.
#[derive(Debug, Default)]
struct Selector(Mutex<Vec<(Timeouts, SharedHttpConnector)>>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Timeouts {
    connect: Option<Duration>,
    read: Option<Duration>,
}

impl HttpClient for Selector {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let wanted =
            Timeouts { connect: settings.connect_timeout(), read: settings.read_timeout() };
        let mut connectors = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, connector)) = connectors.iter().find(|(timeouts, _)| *timeouts == wanted) {
            return connector.clone();
        }
        let connector = SharedHttpConnector::new(Connector(Clients::new(wanted).map(Arc::new)));
        connectors.push((wanted, connector.clone()));
        connector
    }
}

#[derive(Debug)]
struct Connector(Result<Arc<Clients>, String>);

#[derive(Debug)]
struct Clients {
    /// Sends through the proxies that the environment names.
    proxied: reqwest::Client,
    direct: reqwest::Client,
}

impl Clients {
    fn new(timeouts: Timeouts) -> Result<Self, String> {
        let tls = tls::client_config()?;
        let builder = || {
            let mut builder = reqwest::Client::builder()
                .tls_backend_preconfigured(tls.clone())
                .redirect(reqwest::redirect::Policy::none())
                .retry(reqwest::retry::never())
                .http1_only();
            if let Some(limit) = timeouts.connect {
                builder = builder.connect_timeout(limit);
            }
            if let Some(limit) = timeouts.read {
                builder = builder.read_timeout(limit);
            }
            builder
        };
        let built = |builder: reqwest::ClientBuilder| {
            builder.build().map_err(|error| format!("no HTTP client can be made: {error}"))
        };
        Ok(Self { proxied: built(builder())?, direct: built(builder().no_proxy())? })
    }

    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let request = request.try_into_http1x().map_err(user)?;
        let (parts, body) = request.into_parts();
        let body = body.bytes().ok_or_else(|| user("a body that is a stream"))?.to_vec();
        let url = parts.uri.to_string().parse::<Url>().map_err(user)?;
        let client = if is_of_this_machine(&url) { &self.direct } else { &self.proxied };
        let sent = client.request(parts.method, url).headers(parts.headers).body(body).send();
        let mut answer = sent.await.map_err(connector_error)?;
        let mut response = http::Response::builder().status(answer.status());
        if let Some(headers) = response.headers_mut() {
            *headers = std::mem::take(answer.headers_mut());
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(connector_error)? {
            if body.len() + chunk.len() > BODY_LIMIT {
                return Err(ConnectorError::other("the answer is longer than 1 MiB".into(), None));
            }
            body.extend_from_slice(&chunk);
        }
        let response = response.body(SdkBody::from(body)).map_err(user)?;
        HttpResponse::try_from(response).map_err(user)
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        match &self.0 {
            Ok(clients) => {
                let clients = Arc::clone(clients);
                HttpConnectorFuture::new(async move { clients.exchange(request).await })
            }
            Err(why) => HttpConnectorFuture::ready(Err(user(why.clone()))),
        }
    }
}

fn user(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> ConnectorError {
    ConnectorError::user(error.into())
}

/// The classes of error by which AWS's crates decide whether to try again.
fn connector_error(error: reqwest::Error) -> ConnectorError {
    let unconnected = error.is_connect();
    let error = if error.is_timeout() {
        ConnectorError::timeout(error.into())
    } else {
        ConnectorError::io(error.into())
    };
    if unconnected { error.never_connected() } else { error }
}

/// Loopback and link-local addresses.
fn is_of_this_machine(url: &Url) -> bool {
    use std::net::IpAddr;
    let host = url.host_str().unwrap_or_default();
    match host.trim_matches(['[', ']']).parse() {
        Ok(IpAddr::V4(address)) => address.is_loopback() || address.is_link_local(),
        // `fd00:ec2::/32` holds the services of EC2 instances and of EKS pods.
        Ok(IpAddr::V6(address)) => {
            address.is_loopback()
                || address.is_unicast_link_local()
                || address.segments()[..2] == [0xfd00, 0xec2]
        }
        Err(_) => host == "localhost",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_proxy_sees_what_is_served_to_this_machine_alone() {
        let is = |url: &str| is_of_this_machine(&url.parse().unwrap());
        for own in [
            "http://169.254.169.254/latest/api/token",
            "http://169.254.170.2/v2/credentials",
            "http://[fd00:ec2::254]/latest",
            "http://[fe80::1]/",
            "http://127.0.0.1:911/",
            "http://[::1]/",
            "http://localhost/",
        ] {
            assert!(is(own), "{own}");
        }
        for far in ["https://portal.sso.eu-west-1.amazonaws.com/", "http://10.0.0.1/"] {
            assert!(!is(far), "{far}");
        }
    }
}
