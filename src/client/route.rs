//! The way to one endpoint: which proxy stands between, whom TLS trusts.

use std::sync::OnceLock;

use tokio_rustls::rustls::ClientConfig;

use super::endpoint::Endpoint;
use super::proxy::Proxy;
use super::tls;
use crate::observation::TransportFault;

/// An endpoint, and what it takes to connect to it.
pub(super) struct Route {
    endpoint: Endpoint,
    proxy: Result<Option<Proxy>, String>,
    /// Read when the first connection is made: that takes some 20 ms.
    tls: OnceLock<Result<ClientConfig, String>>,
}

impl Route {
    /// The way that the environment describes.
    pub(super) fn new(endpoint: Endpoint) -> Self {
        let proxy = Proxy::of(&endpoint);
        Self { endpoint, proxy, tls: OnceLock::new() }
    }

    /// Through a proxy, whatever the environment says.
    #[cfg(test)]
    pub(super) fn through(endpoint: Endpoint, proxy: Proxy) -> Self {
        Self { endpoint, proxy: Ok(Some(proxy)), tls: OnceLock::new() }
    }

    pub(super) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The proxy, where there is one; an error where we cannot speak to it.
    pub(super) fn proxy(&self) -> Result<Option<&Proxy>, TransportFault> {
        match &self.proxy {
            Ok(proxy) => Ok(proxy.as_ref()),
            Err(why) => Err(TransportFault::Connect(why.clone())),
        }
    }

    /// How connections to the endpoint are encrypted.
    pub(super) fn tls(&self) -> Result<&ClientConfig, TransportFault> {
        let config = self.tls.get_or_init(|| {
            if self.endpoint.is_tls() { tls::client_config() } else { tls::trusting_nobody() }
        });
        config.as_ref().map_err(|why| TransportFault::Connect(why.clone()))
    }
}
