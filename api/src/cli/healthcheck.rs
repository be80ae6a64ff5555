//! `causeway healthcheck`: what a container's health probe runs.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

/// Longest wait for the answer.
const LIMIT: Duration = Duration::from_secs(3);

/// Whether the server there is ready. An unspecified address (`0.0.0.0`) is asked over loopback.
///
/// # Errors
/// One line that says what was answered instead.
pub async fn healthcheck(address: SocketAddr) -> Result<(), String> {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    let address = SocketAddr::new(ip, address.port());
    let client = reqwest::Client::builder().timeout(LIMIT).no_proxy().build().map_err(|error| error.to_string())?;
    match client.get(format!("http://{address}/health/ready")).send().await {
        Ok(answer) if answer.status().is_success() => Ok(()),
        Ok(answer) => Err(format!("{address} is not ready: {}", answer.text().await.unwrap_or_default())),
        Err(_) => Err(format!("nothing answers at {address}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nobody_there_is_one_line() {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        assert_eq!(healthcheck(free).await.unwrap_err(), format!("nothing answers at {free}"));
    }
}
