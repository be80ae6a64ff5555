//! The HTTPS listener and its certificate authority.

use entra_sim::SimConfig;
use reqwest::{Certificate, Client};

use crate::support::{TENANT, World, any_port, config, secret_form};

fn trusting(ca: &[u8]) -> Client {
    Client::builder().tls_certs_only([Certificate::from_pem(ca).unwrap()]).build().unwrap()
}

#[tokio::test]
async fn https_is_trusted_by_its_own_authority_for_every_name_of_this_machine() {
    let folder = tempfile::tempdir().unwrap();
    let config = SimConfig { https: Some(any_port()), tls_dir: Some(folder.path().to_owned()), ..config() };
    let world = World::with(config.clone()).await;
    let ca = std::fs::read(folder.path().join("ca.pem")).unwrap();
    assert_eq!(world.sim.ca_pem().unwrap().as_bytes(), ca);
    let port = world.sim.https_addr().unwrap().port();
    for host in ["localhost", "127.0.0.1"] {
        let base = format!("https://{host}:{port}");
        let token = trusting(&ca).post(format!("{base}/{TENANT}/oauth2/v2.0/token")).form(&secret_form("s3cret")).send().await.unwrap();
        assert_eq!(token.status(), 200);
        let discovery: serde_json::Value =
            trusting(&ca).get(format!("{base}/{TENANT}/v2.0/.well-known/openid-configuration")).send().await.unwrap().json().await.unwrap();
        assert_eq!(discovery["token_endpoint"], format!("{base}/{TENANT}/oauth2/v2.0/token"));
    }
    assert!(Client::builder().tls_certs_only([]).build().unwrap().get(format!("https://localhost:{port}/")).send().await.is_err());

    world.sim.shutdown().await;
    let again = World::with(config).await;
    assert_eq!(again.sim.ca_pem().unwrap().as_bytes(), ca, "a restart keeps the authority");
    let port = again.sim.https_addr().unwrap().port();
    assert!(trusting(&ca).get(format!("https://localhost:{port}/__sim/clock")).send().await.unwrap().status().is_success());
}
