//! What sends webhooks' messages.

use std::collections::BTreeSet;

use courier::{Courier, CourierConfig};

use super::cloud::pem;
use crate::cli::StartError;
use crate::config::Config;

/// This machine, under the names that people type.
const THIS_MACHINE: [&str; 3] = ["127.0.0.1", "::1", "localhost"];

/// Public addresses and configured hosts; in the embedded mode this machine too, so that a webhook can be tried without anything set up.
pub fn courier(config: &Config) -> Result<Courier, StartError> {
    let given = config.webhooks.internal_hosts.as_ref();
    let internal_hosts: BTreeSet<String> = match given {
        Some(hosts) => hosts.iter().map(|host| host.to_ascii_lowercase()).collect(),
        None if config.embedded() => THIS_MACHINE.map(str::to_owned).into(),
        None => BTreeSet::new(),
    };
    let root_ca_pem = config.webhooks.root_ca.as_deref().map(pem).transpose()?;
    let settings = CourierConfig { internal_hosts, root_ca_pem, ..CourierConfig::default() };
    Courier::new(settings).map_err(|error| StartError::part("webhooks cannot be sent")(&error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Mode;

    #[test]
    fn this_machine_is_reached_in_the_embedded_mode_only() {
        let mut config = Config::default();
        assert!(courier(&config).unwrap().check("http://127.0.0.1:9/hook").is_ok());
        config.mode = Mode::Production;
        assert!(courier(&config).unwrap().check("http://127.0.0.1:9/hook").is_err());
        config.webhooks.internal_hosts = Some(vec!["Relay.Corp.Example".to_owned()]);
        assert!(courier(&config).unwrap().check("http://relay.corp.example/hook").is_ok());
    }
}
