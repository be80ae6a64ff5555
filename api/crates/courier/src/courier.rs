//! The courier: one attempt to bring one message.

use std::time::Duration;

use chrono::{DateTime, Utc};
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Certificate, Client, redirect};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use tokio::time::timeout;
use url::Url;

use crate::address::{self, AddressError, InternalHosts};
use crate::config::{CourierConfig, CourierError};
use crate::failure::{Failure, explain};
use crate::resolve::PublicOnly;
use crate::retry_after::retry_after;
use crate::secret::{SigningSecret, signature};

/// The longest message id, characters.
const MAX_ID_CHARS: usize = 256;
/// Long enough for a burst to one receiver, short enough that few connections are found closed.
const POOL_IDLE: Duration = Duration::from_secs(20);
/// Idle connections kept per receiver.
const POOL_SIZE: usize = 2;

/// Sends messages. Clones share their connections.
#[derive(Clone)]
pub struct Courier {
    http: Client,
    internal: InternalHosts,
    attempt: Duration,
}

/// A message: one event, whatever the number of attempts.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// `webhook-id`, by which receivers know a repetition: 1 to 256 visible ASCII characters without a full stop.
    pub id: &'a str,
    /// The body, JSON. It is signed and sent as it is.
    pub body: &'a [u8],
}

/// The receiver answered 2xx.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The HTTP status.
    pub status: u16,
}

impl Courier {
    /// A courier with these settings. Reads the system's certificates.
    pub fn new(config: CourierConfig) -> Result<Self, CourierError> {
        if config.attempt.is_zero() || config.connect.is_zero() {
            return Err(CourierError::Limits);
        }
        let internal = InternalHosts::read(&config.internal_hosts)?;
        // reqwest is built without a TLS provider of its own; the process may have chosen one already, and then that one counts.
        if CryptoProvider::get_default().is_none() {
            let _lost_a_race_to_an_equal = aws_lc_rs::default_provider().install_default();
        }
        let certificates = match &config.root_ca_pem {
            Some(pem) => certificates(pem)?,
            None => Vec::new(),
        };
        let http = Client::builder()
            .connect_timeout(config.connect)
            .user_agent(config.user_agent.as_str())
            // A redirect leads to an address that nobody checked.
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            // A proxy would resolve names itself.
            .no_proxy()
            .dns_resolver(PublicOnly { internal: internal.clone() })
            .http1_only()
            .pool_idle_timeout(POOL_IDLE)
            .pool_max_idle_per_host(POOL_SIZE)
            .tcp_nodelay(true)
            .tls_certs_merge(certificates)
            .build()
            .map_err(|error| CourierError::Client(explain(&error)))?;
        Ok(Courier { http, internal, attempt: config.attempt })
    }

    /// Whether a webhook may have this address, without asking DNS. At most [`crate::MAX_ADDRESS_CHARS`]; https, or http for an internal
    /// host; no user name or password, no fragment; a host, and unless internal neither `localhost`, `*.localhost` nor an IP address that
    /// is not public.
    pub fn check(&self, url: &str) -> Result<Url, AddressError> {
        address::check(url, &self.internal)
    }

    /// One attempt to POST the message, with one signature per secret: while secrets are exchanged, the receiver accepts either. `at` is
    /// the time of this attempt; receivers refuse one that is far from theirs.
    pub async fn send(&self, url: &str, secrets: &[SigningSecret], message: &Message<'_>, at: DateTime<Utc>) -> Result<Accepted, Failure> {
        self.post(self.check(url)?, secrets, message, at).await
    }

    /// The address's form has been checked; what its name leads to has not.
    async fn post(&self, url: Url, secrets: &[SigningSecret], message: &Message<'_>, at: DateTime<Utc>) -> Result<Accepted, Failure> {
        check_id(message.id)?;
        if secrets.is_empty() {
            return Err(Failure::Unsendable("there is no signing secret"));
        }
        let signatures: Vec<String> = secrets.iter().map(|secret| signature(secret, message.id, at, message.body)).collect();
        let request = self
            .http
            .post(url)
            .header("webhook-id", message.id)
            .header("webhook-timestamp", at.timestamp())
            .header("webhook-signature", signatures.join(" "))
            .header(CONTENT_TYPE, "application/json")
            .body(message.body.to_vec());
        let response = match timeout(self.attempt, request.send()).await {
            Err(_elapsed) => return Err(Failure::TimedOut),
            Ok(Err(error)) => return Err(Failure::of(&error)),
            Ok(Ok(response)) => response,
        };
        // The body is dropped unread. The client keeps the connection if all of the body has come with the status, and else closes it.
        let status = response.status().as_u16();
        if response.status().is_success() {
            return Ok(Accepted { status });
        }
        let asked = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        Err(Failure::Status { status, retry_after: retry_after(asked, at) })
    }
}

/// A file without any certificate is a mistake, and so is an unreadable one.
fn certificates(pem: &[u8]) -> Result<Vec<Certificate>, CourierError> {
    match Certificate::from_pem_bundle(pem) {
        Ok(certificates) if certificates.is_empty() => Err(CourierError::Certificate("there is none".to_owned())),
        Ok(certificates) => Ok(certificates),
        Err(error) => Err(CourierError::Certificate(explain(&error))),
    }
}

/// A full stop would let the id and the time of two messages be confused in what is signed; anything but visible ASCII is no header.
fn check_id(id: &str) -> Result<(), Failure> {
    if (1..=MAX_ID_CHARS).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'.') {
        Ok(())
    } else {
        Err(Failure::Unsendable("its id is not 1 to 256 visible ASCII characters without a full stop"))
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    /// Past the check of the address's form, as a public name that DNS leads to loopback would be.
    async fn post(url: &str, hosts: &[&str]) -> Result<Accepted, Failure> {
        let internal_hosts = hosts.iter().map(|host| (*host).to_owned()).collect();
        let limit = Duration::from_secs(3);
        let courier = Courier::new(CourierConfig { internal_hosts, attempt: limit, ..CourierConfig::default() }).unwrap();
        let secrets = [SigningSecret::read(SECRET).unwrap()];
        courier.post(Url::parse(url).unwrap(), &secrets, &Message { id: "msg_1", body: b"{}" }, DateTime::UNIX_EPOCH).await
    }

    #[tokio::test]
    async fn a_name_that_leads_to_a_private_address_gets_no_connection() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://localhost:{}/", listener.local_addr().unwrap().port());
        let refused = post(&url, &[]).await.unwrap_err();
        assert_eq!((refused.code(), refused), ("PRIVATE_ADDRESS", Failure::PrivateAddress));
        let nobody_came = timeout(Duration::from_millis(20), listener.accept()).await;
        assert!(nobody_came.is_err());
        // The same name, internal: somebody comes, and is sent away.
        let (_, outcome) = tokio::join!(async { drop(listener.accept().await.unwrap()) }, post(&url, &["localhost"]));
        assert!(matches!(outcome, Err(Failure::Broken(_))), "{outcome:?}");
    }

    #[tokio::test]
    async fn a_name_without_address_is_unresolved() {
        // A label of more than 63 characters: no resolver asks the network about it.
        let name = "a".repeat(64);
        for hosts in [&[][..], &[name.as_str()]] {
            let failure = post(&format!("http://{name}/"), hosts).await.unwrap_err();
            assert_eq!((failure.code(), failure), ("UNRESOLVED", Failure::Unresolved));
        }
    }
}
