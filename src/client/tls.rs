//! TLS below HTTP: the one module that knows rustls and where a machine keeps the certificates of
//! the authorities that it trusts.

use std::path::PathBuf;
use std::sync::Arc;

use rustls_native_certs::{load_certs_from_paths, load_native_certs};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::observation::printable;

/// The variable that names a file of certificates to trust in place of the machine's own.
const BUNDLE: &str = "AWS_CA_BUNDLE";

/// How connections are encrypted and whom they trust: the authorities that `AWS_CA_BUNDLE` names,
/// or else those that the machine trusts. One for every client of this process.
pub(super) fn client_config() -> Result<ClientConfig, String> {
    let bundle = std::env::var_os(BUNDLE).filter(|path| !path.is_empty()).map(PathBuf::from);
    trusting(bundle)
}

fn trusting(bundle: Option<PathBuf>) -> Result<ClientConfig, String> {
    let found = match &bundle {
        Some(path) => load_certs_from_paths(Some(path), None),
        None => load_native_certs(),
    };
    let mut roots = RootCertStore::empty();
    let (trusted, _) = roots.add_parsable_certificates(found.certs);
    if trusted == 0 {
        let place = match bundle {
            Some(path) => format!("{BUNDLE} names {}, where there are none", path.display()),
            None => format!("name a file of them in {BUNDLE}"),
        };
        return Err(format!("no trusted root certificates were found; {place}"));
    }
    configured(roots)
}

/// A configuration that trusts nobody, for clients that never encrypt.
pub(super) fn trusting_nobody() -> Result<ClientConfig, String> {
    configured(RootCertStore::empty())
}

fn configured(roots: RootCertStore) -> Result<ClientConfig, String> {
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// Encrypts a connection to a host.
pub(super) async fn open<S: AsyncRead + AsyncWrite + Unpin>(
    config: ClientConfig,
    host: &str,
    stream: S,
) -> Result<TlsStream<S>, String> {
    let name = ServerName::try_from(host.to_owned())
        .map_err(|_| format!("{:?} is not a valid server name", printable(host, 200)))?;
    let connector = TlsConnector::from(Arc::new(config));
    connector.connect(name, stream).await.map_err(|error| failure(&error.to_string()))
}

/// A failed handshake in words.
pub(super) fn failure(error: &str) -> String {
    let hint = if error.contains("certificate") {
        format!("; where its authority may be trusted, name its certificate in {BUNDLE}")
    } else {
        String::new()
    };
    format!("TLS failed: {}{hint}", printable(error, 200))
}

/// Whether an error of a connection is one of TLS, by itself or inside I/O errors: connectors wrap
/// one in another.
pub(super) fn is_failure(error: &(dyn std::error::Error + 'static)) -> bool {
    if error.is::<tokio_rustls::rustls::Error>() {
        return true;
    }
    let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    let Some(inner) = inner else { return false };
    is_failure(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_without_certificates_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("empty.pem");
        std::fs::write(&path, "").unwrap();
        let error = trusting(Some(path)).err().unwrap();
        assert!(error.contains("AWS_CA_BUNDLE names") && error.contains("empty.pem"), "{error}");
    }
}
