//! https: the configured certificate is trusted, and nothing is without one.

use std::sync::Arc;

use graph::GraphError;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::server::Server;
use crate::support::{TENANT, access, call, client, config, empty, issue, within_ms};

#[tokio::test]
async fn only_a_trusted_certificate_gets_the_secret() {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(vec!["localhost".into()]).unwrap();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let tls = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let tls = TlsAcceptor::from(Arc::new(tls));
    let server = Server::start_tls(tls, Box::new(issue), Box::new(empty)).await;
    let mut config = config(&server);
    let outcome = client(config.clone()).tenant(access(TENANT, "s")).list_policies(&within_ms(3_000)).await;
    assert!(matches!(outcome, Err(GraphError::Transient { .. })), "{outcome:?}");
    assert_eq!((server.tokens().len(), server.graph().len()), (0, 0));
    config.root_ca_pem = Some(cert.pem().into_bytes());
    client(config.clone()).tenant(access(TENANT, "s")).list_policies(&call()).await.unwrap();
    assert_eq!((server.tokens().len(), server.graph().len()), (1, 1));
    config.root_ca_pem = Some(b"-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n".to_vec());
    let clock = Arc::new(crate::support::TestClock::default());
    let ids = Arc::new(crate::support::TestIds::default());
    let outcome = graph::GraphClient::new(config, clock, ids);
    assert!(matches!(outcome, Err(GraphError::Config { .. })));
}
