//! https: the configured certificate is trusted, and nothing is without one.

use std::sync::Arc;

use courier::{Accepted, Courier, CourierConfig, Failure};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::server::{Server, answer};
use crate::support::{config, courier, send};

/// A server with a certificate of its own making for `name`, and that certificate as PEM.
async fn start(name: &str) -> (Server, Vec<u8>) {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(vec![name.to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let tls = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let server = Server::start_tls(answer("200 OK", ""), TlsAcceptor::from(Arc::new(tls))).await;
    (server, cert.pem().into_bytes())
}

fn trusting(pem: Vec<u8>) -> Courier {
    Courier::new(CourierConfig { root_ca_pem: Some(pem), ..config() }).unwrap()
}

#[tokio::test]
async fn only_a_trusted_certificate_gets_the_message() {
    let (server, pem) = start("127.0.0.1").await;
    let url = format!("https://127.0.0.1:{}/hook", server.port());
    let failure = send(&courier(), &url).await.unwrap_err();
    assert!(matches!(&failure, Failure::Unreachable(why) if why.contains("certificate")), "{failure:?}");
    assert!(server.requests().is_empty());
    assert_eq!(send(&trusting(pem), &url).await, Ok(Accepted { status: 200 }));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_certificate_for_another_host_does_not_count() {
    let (server, pem) = start("hooks.example").await;
    let failure = send(&trusting(pem), &format!("https://127.0.0.1:{}/canary-path", server.port())).await.unwrap_err();
    assert!(matches!(&failure, Failure::Unreachable(why) if !why.contains("canary-path")), "{failure:?}");
    assert!(server.requests().is_empty());
}
