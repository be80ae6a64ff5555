//! HTTP clients of the tests.

use std::time::Duration;

/// A client that gives up after a minute. The TLS library wants its provider named once per process, even for plain HTTP.
pub fn client() -> reqwest::Client {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    reqwest::Client::builder().timeout(Duration::from_secs(60)).build().expect("a client can be built")
}
