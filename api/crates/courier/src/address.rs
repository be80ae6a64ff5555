//! The address of a webhook: what can be judged without asking DNS.

use std::collections::BTreeSet;
use std::net::IpAddr;

use rustls::pki_types::ServerName;
use url::{Host, Url};

use crate::config::CourierError;
use crate::public::is_public;

/// The longest address, characters.
pub const MAX_ADDRESS_CHARS: usize = 2_000;

/// Why a webhook can't have an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// More than [`MAX_ADDRESS_CHARS`].
    #[error("the address is longer than {MAX_ADDRESS_CHARS} characters")]
    TooLong,
    /// Not an absolute URL with a host, or one that HTTP can't carry.
    #[error("the address is not an absolute https URL")]
    Malformed,
    /// Another scheme, or plain http to a host that is not internal.
    #[error("the address must begin with https://")]
    NotHttps,
    /// It holds a user name or a password: messages are signed instead.
    #[error("the address must not hold a user name or a password")]
    Credentials,
    /// It holds a fragment, which HTTP doesn't send.
    #[error("the address must not hold a fragment (#)")]
    Fragment,
    /// The host is `localhost` or an IP address that is not public, and not one of the internal hosts.
    #[error("the address's host is private: only public hosts can receive messages")]
    Private,
}

/// Reads an address and checks its form and its host.
pub(crate) fn check(text: &str, internal: &InternalHosts) -> Result<Url, AddressError> {
    if text.chars().count() > MAX_ADDRESS_CHARS {
        return Err(AddressError::TooLong);
    }
    let url = Url::parse(text).map_err(|_| AddressError::Malformed)?;
    if !matches!(url.scheme(), "https" | "http") {
        return Err(AddressError::NotHttps);
    }
    let host = url.host().filter(is_usable).ok_or(AddressError::Malformed)?;
    // The WHATWG's URLs, which `url` reads, are more than HTTP's.
    if url.as_str().parse::<http::Uri>().is_err() {
        return Err(AddressError::Malformed);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(AddressError::Credentials);
    }
    if url.fragment().is_some() {
        return Err(AddressError::Fragment);
    }
    if !internal.has(&host) {
        if is_private(&host) {
            return Err(AddressError::Private);
        }
        if url.scheme() != "https" {
            return Err(AddressError::NotHttps);
        }
    }
    Ok(url)
}

/// The WHATWG's host names are more than those of DNS, which certificates hold.
fn is_usable(host: &Host<&str>) -> bool {
    match host {
        Host::Ipv4(_) | Host::Ipv6(_) => true,
        Host::Domain(name) => ServerName::try_from(*name).is_ok(),
    }
}

/// `url` has already turned every spelling of an IPv4 address (`127.1`, `0x7f.1`, `2130706433`) into the address.
fn is_private(host: &Host<&str>) -> bool {
    match host {
        Host::Ipv4(address) => !is_public(IpAddr::V4(*address)),
        Host::Ipv6(address) => !is_public(IpAddr::V6(*address)),
        // RFC 6761: these names are loopback, whatever DNS says.
        Host::Domain(name) => {
            let name = without_root(name);
            name == "localhost" || name.ends_with(".localhost")
        }
    }
}

/// The hosts that the operator has named.
#[derive(Clone, Debug, Default)]
pub(crate) struct InternalHosts(BTreeSet<Host<String>>);

impl InternalHosts {
    pub(crate) fn read(hosts: &BTreeSet<String>) -> Result<Self, CourierError> {
        hosts.iter().map(|text| read_host(text).ok_or_else(|| CourierError::InternalHost(text.clone()))).collect::<Result<_, _>>().map(Self)
    }

    pub(crate) fn has_name(&self, name: &str) -> bool {
        self.has(&Host::Domain(name))
    }

    fn has(&self, host: &Host<&str>) -> bool {
        self.0.contains(&normal(host))
    }
}

/// An IPv6 address may stand with or without brackets.
fn read_host(text: &str) -> Option<Host<String>> {
    let host = match text.parse() {
        Ok(IpAddr::V6(address)) => Host::Ipv6(address),
        _ => Host::parse(text).ok()?,
    };
    match &host {
        Host::Domain(name) => Some(normal(&Host::Domain(name.as_str()))),
        Host::Ipv4(_) | Host::Ipv6(_) => Some(host),
    }
}

fn normal(host: &Host<&str>) -> Host<String> {
    match host {
        Host::Domain(name) => Host::Domain(without_root(name).to_owned()),
        Host::Ipv4(address) => Host::Ipv4(*address),
        Host::Ipv6(address) => Host::Ipv6(*address),
    }
}

/// `example.com.` is the same host as `example.com`.
fn without_root(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn internal(hosts: &[&str]) -> InternalHosts {
        InternalHosts::read(&hosts.iter().map(|host| (*host).to_owned()).collect()).unwrap()
    }

    #[test]
    fn public_hosts_over_https_are_accepted() {
        for good in [
            "https://example.com",
            "https://hooks.example.com:8443/in?tenant=1",
            "https://8.8.8.8/x",
            "https://[2606:4700::1111]/x",
            "https://bücher.example/",
            "https://localhost.example.com/",
            "https://notlocalhost/",
            "https://under_score.example.com./",
        ] {
            assert!(check(good, &InternalHosts::default()).is_ok(), "{good}");
        }
    }

    #[test]
    fn every_spelling_of_a_private_host_is_refused() {
        for bad in [
            "https://localhost",
            "https://LOCALHOST./",
            "https://api.localhost:8443/",
            "http://127.0.0.1:80/",
            "https://127.0.0.1./",
            "https://127.1",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://2130706433/",
            "https://%31%32%37.0.0.1/",
            "https://127。0。0。1/",
            "https://１２７.0.0.1/",
            "https://0/",
            "https://10.1.2.3/",
            "https://169.254.169.254/latest/meta-data",
            "https://[::1]",
            "https://[::]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:7f00:1]/",
            "https://[64:ff9b::a00:1]/",
            "https://[fd00::1]/",
            "https://[fe80::1]/",
        ] {
            assert_eq!(check(bad, &InternalHosts::default()), Err(AddressError::Private), "{bad}");
        }
    }

    #[test]
    fn other_forms_are_refused() {
        use AddressError::{Credentials, Fragment, Malformed, NotHttps, TooLong};
        let long = format!("https://example.com/{}", "x".repeat(MAX_ADDRESS_CHARS));
        let overlong = format!("https://{}.example.com/", "a".repeat(64));
        for (bad, why) in [
            ("", Malformed),
            ("example.com/hook", Malformed),
            ("/hook", Malformed),
            ("https://", Malformed),
            ("https://[fe80::1%eth0]/", Malformed),
            ("https://exa mple.com/", Malformed),
            ("https://exa{mple.com/", Malformed),
            ("https://a..example.com/", Malformed),
            (overlong.as_str(), Malformed),
            ("https://example.com:99999/", Malformed),
            ("http://example.com/", NotHttps),
            ("http://8.8.8.8/", NotHttps),
            ("ftp://example.com/", NotHttps),
            ("file:///etc/passwd", NotHttps),
            ("data:text/plain,x", NotHttps),
            ("https://user@example.com/", Credentials),
            ("https://:word@example.com/", Credentials),
            ("https://example.com@127.0.0.1/", Credentials),
            ("https://example.com/#", Fragment),
            ("https://example.com/#part", Fragment),
            (long.as_str(), TooLong),
        ] {
            assert_eq!(check(bad, &InternalHosts::default()), Err(why), "{bad}");
        }
        assert!(check(&long[..MAX_ADDRESS_CHARS], &InternalHosts::default()).is_ok());
    }

    #[test]
    fn internal_hosts_may_be_private_and_plain() {
        let hosts = internal(&["Hooks.Corp", "10.0.0.5", "::1", "[fd00::1]", "localhost"]);
        for good in [
            "http://hooks.corp/x",
            "https://HOOKS.corp.:8443/x",
            "http://10.0.0.5:8080/",
            "http://0xa.5/",
            "http://[::1]/",
            "https://[FD00::1]/",
            "http://localhost:1/",
        ] {
            assert!(check(good, &hosts).is_ok(), "{good}");
        }
        for bad in ["http://10.0.0.6/", "http://[fd00::2]/", "http://api.localhost/", "http://[::ffff:10.0.0.5]/"] {
            assert_eq!(check(bad, &hosts), Err(AddressError::Private), "{bad}");
        }
        for bad in ["http://other.corp/", "http://x.hooks.corp/", "ftp://hooks.corp/"] {
            assert_eq!(check(bad, &hosts), Err(AddressError::NotHttps), "{bad}");
        }
        assert_eq!(check("http://u@localhost/", &hosts), Err(AddressError::Credentials));
    }

    #[test]
    fn an_internal_host_is_a_host_alone() {
        for bad in ["", "https://hooks.corp", "hooks.corp:80", "10.0.0.0/8", "a b", "[::1"] {
            let read = InternalHosts::read(&BTreeSet::from([bad.to_owned()]));
            assert_eq!(read.err(), Some(CourierError::InternalHost(bad.to_owned())), "{bad}");
        }
    }
}
