//! Storage, Graph and the use cases over them.

use std::sync::Arc;
use std::time::Duration;

use app::bootstrap::FirstMember;
use app::seal::Sealer;
use app::settings::{RolloutSettings, Settings, SignInSettings};
use app::{App, Deps};
use aws_lc_rs::hmac;
use domain::env::{Clock, Ids};
use domain::id::WorkspaceId;
use domain::workspace::Role;
use graph::GraphClient;
use graphql::message_writer;
use store::{Store, StoreConfig};

use super::cloud::{Endpoints, graph_config};
use super::courier::courier;
use super::failpoint;
use crate::auth::{EMBEDDED_ISSUER, embedded_subject};
use crate::cli::StartError;
use crate::config::Config;
use crate::keys::seal_key;
use crate::system::{SystemClock, SystemIds};

/// What every command that works is made of.
pub struct Parts {
    /// The use cases.
    pub app: App,
    /// Storage, to be closed at the end.
    pub store: Store,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// Ids and randomness.
    pub ids: Arc<dyn Ids>,
    /// Authenticates the API's opaque ids; the same on every replica, because it comes from the seal key.
    pub id_key: [u8; 32],
}

/// Opens the database. In the embedded run its schema is brought up to date; elsewhere `causeway migrate` does that, on purpose.
pub async fn parts(config: &Config, endpoints: Option<&Endpoints>) -> Result<Parts, StartError> {
    parts_by(config, endpoints, Arc::new(SystemClock), settings(config)).await
}

/// [`parts`] by another clock, with other waits than the configured ones.
pub async fn parts_by(
    config: &Config,
    endpoints: Option<&Endpoints>,
    clock: Arc<dyn Clock>,
    settings: Settings,
) -> Result<Parts, StartError> {
    let ids: Arc<dyn Ids> = Arc::new(SystemIds);
    let seal_key = seal_key(config, &*ids)?;
    let store = open(config).await?;
    if config.embedded() {
        store.migrate().await.map_err(|error| StartError::part("the database schema cannot be brought up to date")(&error))?;
    } else {
        let pending = store.pending_migrations().await.map_err(|error| StartError::part("the database schema cannot be read")(&error))?;
        if !pending.is_empty() {
            let cause = format!("{} migrations are pending: run `causeway migrate`", pending.len());
            return Err(StartError::Part { what: "the database schema is not this release's", cause });
        }
    }
    let graph = GraphClient::new(graph_config(config, endpoints)?, Arc::clone(&clock), Arc::clone(&ids))
        .map_err(|error| StartError::part("the Graph client cannot be made")(&error))?;
    let id_key = derive(&seal_key, b"causeway/opaque-ids/1");
    let app = App::new(Deps {
        store: store.clone(),
        graph,
        clock: Arc::clone(&clock),
        ids: Arc::clone(&ids),
        sealer: Sealer::new(&seal_key),
        settings,
        courier: courier(config)?,
        message_writer: message_writer(&id_key),
        failpoints: failpoint::hook(&config.test)?,
    });
    Ok(Parts { app, store, clock, ids, id_key })
}

/// Opens the database and nothing else.
pub async fn open(config: &Config) -> Result<Store, StartError> {
    let url = config.database_url();
    Store::connect(&StoreConfig::new(url.expose())).await.map_err(|error| StartError::part("the database cannot be opened")(&error))
}

/// The first workspace and who may enter it. `None` when neither the mode nor the configuration names anybody.
pub async fn first_workspace(config: &Config, app: &App) -> Result<Option<WorkspaceId>, StartError> {
    let members: Vec<FirstMember> = embedded_members(config).into_iter().chain(first_owner(config)).collect();
    if members.is_empty() {
        return Ok(None);
    }
    let made = app.ensure_workspace(&config.bootstrap.workspace, &members).await;
    made.map(Some).map_err(|error| StartError::part("the first workspace cannot be made")(&error))
}

/// One member for each role, for `causeway token`.
fn embedded_members(config: &Config) -> Vec<FirstMember> {
    if !config.embedded() {
        return Vec::new();
    }
    let member = |role: &Role| FirstMember {
        issuer: EMBEDDED_ISSUER.to_owned(),
        subject: embedded_subject(*role),
        display_name: format!("Development {}", role.as_str().to_ascii_lowercase()),
        role: *role,
    };
    Role::ALL.iter().map(member).collect()
}

fn first_owner(config: &Config) -> Option<FirstMember> {
    let (issuer, owner) = (config.oidc.issuer.as_deref()?, config.bootstrap.owner.as_deref()?);
    // The token's own `iss` is what members are found by: the tenant stands in it.
    let tenant = owner.split('/').next().unwrap_or_default();
    Some(FirstMember {
        issuer: issuer.replace("{tenantid}", tenant),
        subject: owner.to_owned(),
        display_name: "First owner".to_owned(),
        role: Role::Owner,
    })
}

/// The configured waits and limits.
pub fn settings(config: &Config) -> Settings {
    let workers = &config.workers;
    Settings {
        lease: Duration::from_secs(workers.lease_s),
        settle: Duration::from_millis(workers.settle_ms),
        sync_interval: (workers.sync_interval_s > 0).then(|| Duration::from_secs(workers.sync_interval_s)),
        people_interval: (workers.people_interval_s > 0).then(|| Duration::from_secs(workers.people_interval_s)),
        people_max_users: workers.people_max_users,
        sign_ins: SignInSettings {
            interval: (config.sign_ins.interval_s > 0).then(|| Duration::from_secs(config.sign_ins.interval_s)),
            retention_days: config.sign_ins.retention_days,
            overlap: Duration::from_secs(config.sign_ins.overlap_s),
            settle: Duration::from_secs(config.sign_ins.settle_s),
            ..SignInSettings::default()
        },
        rollouts: RolloutSettings {
            look: Duration::from_secs(config.rollouts.look_s),
            propagation: Duration::from_secs(config.rollouts.propagation_s),
            least_bake: Duration::from_secs(config.rollouts.least_bake_s),
            keep_twin: Duration::from_secs(config.rollouts.keep_twin_s),
            ..RolloutSettings::default()
        },
        ..Settings::default()
    }
}

/// A key for another purpose that says nothing about the first one.
fn derive(key: &[u8; 32], purpose: &[u8]) -> [u8; 32] {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), purpose);
    let mut derived = [0; 32];
    derived.copy_from_slice(tag.as_ref());
    derived
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_keys_differ_by_purpose_and_key() {
        let (a, b) = (derive(&[1; 32], b"a"), derive(&[1; 32], b"b"));
        assert!(a != b && a != derive(&[2; 32], b"a") && a == derive(&[1; 32], b"a"));
    }

    #[test]
    fn the_first_owner_of_a_template_is_found_under_its_tenants_issuer() {
        let mut config = Config::default();
        config.oidc.issuer = Some("https://login.microsoftonline.com/{tenantid}/v2.0".to_owned());
        config.bootstrap.owner = Some("11111111-2222-3333-4444-555555555555/66666666-7777-8888-9999-000000000000".to_owned());
        let owner = first_owner(&config).unwrap();
        assert_eq!(owner.issuer, "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0");
        assert_eq!(owner.role, Role::Owner);
        assert_eq!(embedded_members(&config).len(), 5);
    }
}
