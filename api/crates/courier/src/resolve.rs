//! Name resolution that lets only public addresses through, so that the connection is made to exactly what was checked: an answer that
//! changes between a check and the connection (DNS rebinding) has nothing to change.

use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::net::lookup_host;

use crate::address::InternalHosts;
use crate::public::is_public;

/// Why a name leads nowhere. Found again in the causes of the HTTP client's error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoRoute {
    #[error("the name leads to an address that is not public")]
    Private,
    #[error("the name has no address")]
    Unresolved,
}

/// The system's resolver, with the rule for hosts that are not internal. The HTTP client's limit of connecting spans it.
pub(crate) struct PublicOnly {
    pub(crate) internal: InternalHosts,
}

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let internal = self.internal.has_name(name.as_str());
        Box::pin(async move {
            let found = lookup_host((name.as_str(), 0)).await.map_err(|_| NoRoute::Unresolved)?.collect();
            let admitted: Addrs = Box::new(admit(found, internal)?.into_iter());
            Ok(admitted)
        })
    }
}

/// All addresses or none: a name that leads to both kinds is being tried on us.
fn admit(found: Vec<SocketAddr>, internal: bool) -> Result<Vec<SocketAddr>, NoRoute> {
    if found.is_empty() {
        return Err(NoRoute::Unresolved);
    }
    if !internal && !found.iter().all(|address| is_public(address.ip())) {
        return Err(NoRoute::Private);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn resolver(hosts: &[&str]) -> PublicOnly {
        let hosts: BTreeSet<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
        PublicOnly { internal: InternalHosts::read(&hosts).unwrap() }
    }

    #[tokio::test]
    async fn a_name_that_leads_to_loopback_is_refused_unless_internal() {
        let refused = resolver(&[]).resolve("localhost".parse().unwrap()).await.err().unwrap();
        assert_eq!(refused.downcast_ref(), Some(&NoRoute::Private));
        let found: Vec<_> = resolver(&["localhost"]).resolve("localhost".parse().unwrap()).await.unwrap().collect();
        assert!(!found.is_empty() && found.iter().all(|address| address.ip().is_loopback()), "{found:?}");
    }

    #[test]
    fn one_private_address_refuses_the_lookup() {
        let public: SocketAddr = "8.8.8.8:0".parse().unwrap();
        let other: SocketAddr = "[2606:4700::1111]:0".parse().unwrap();
        let private: SocketAddr = "10.0.0.1:0".parse().unwrap();
        assert_eq!(admit(vec![public, other], false), Ok(vec![public, other]));
        assert_eq!(admit(vec![public, private], false), Err(NoRoute::Private));
        assert_eq!(admit(vec![private, public], false), Err(NoRoute::Private));
        assert_eq!(admit(vec![private, public], true), Ok(vec![private, public]));
        assert_eq!(admit(Vec::new(), true), Err(NoRoute::Unresolved));
    }
}
