//! HTTPS: the server of this process behind TLS.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::stand_in::{FEWEST, command, server, words};
use crate::common::{Server, TestDir, output_of};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tls").join(name)
}

/// Puts TLS before a server, in a thread of its own that ends with the process; where it listens.
fn behind_tls(server: &Server) -> String {
    let upstream = server.endpoint.trim_start_matches("http://").to_owned();
    let certificate = CertificateDer::from_pem_file(file("certificate.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(file("key.pem")).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let listener = TcpListener::from_std(listener).unwrap();
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, upstream) = (acceptor.clone(), upstream.clone());
                tokio::spawn(async move {
                    let Ok(mut client) = acceptor.accept(stream).await else { return };
                    let Ok(mut server) = TcpStream::connect(upstream).await else { return };
                    let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
                });
            }
        });
    });
    format!("https://localhost:{port}")
}

#[test]
fn a_target_behind_tls_is_tested_if_its_authority_is_trusted() {
    let dir = TestDir::new();
    let server = server();
    let endpoint = behind_tls(&server);
    let with = |bundle: Option<PathBuf>, words: &[&str]| {
        let mut command = command(&dir, words);
        command.envs(bundle.map(|path| ("AWS_CA_BUNDLE", path)));
        output_of(command)
    };
    let railed = words(&endpoint, &FEWEST);
    with(Some(file("authority.pem")), &railed).exits(0);
    let untrusted = with(None, &railed).exits(5);
    assert!(untrusted.err.contains("TLS failed"), "{}", untrusted.err);
    let wrong = with(Some(dir.path("missing.pem")), &railed).exits(5);
    assert!(wrong.err.contains("AWS_CA_BUNDLE names"), "{}", wrong.err);
    // An emulator's endpoint, with credentials of one's own, and a race.
    let mut emulator = vec!["run", "--endpoint", &endpoint, "--credentials", "chain"];
    emulator.extend(["race.one-winner-per-id", "--rounds", "3"]);
    with(Some(file("authority.pem")), &emulator).exits(0);
}

#[test]
fn a_certificate_of_another_host_is_refused() {
    let dir = TestDir::new();
    let server = server();
    let endpoint = behind_tls(&server).replace("localhost", "127.0.0.2");
    let mut command = command(&dir, &words(&endpoint, &FEWEST));
    command.env("AWS_CA_BUNDLE", file("authority.pem"));
    let output = output_of(command).exits(5);
    assert!(
        output.err.contains("TLS failed") || output.err.contains("no connection"),
        "{}",
        output.err
    );
}
