//! The client, and its view of one tenant.

use std::sync::Arc;

use domain::env::{Clock, Ids};
use url::Url;
use uuid::Uuid;

use crate::access::TenantAccess;
use crate::budget::Lanes;
use crate::config::GraphConfig;
use crate::error::GraphError;
use crate::token::Tokens;
use crate::token::fetch::Fetcher;
use crate::wire::Wire;

/// Graph for any number of tenants. Cheap to clone: connections, tokens and budgets are shared.
#[derive(Clone)]
pub struct GraphClient(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) config: GraphConfig,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) wire: Wire,
    pub(crate) tokens: Tokens,
    pub(crate) lanes: Lanes,
}

impl GraphClient {
    /// A client; [`GraphError::Config`] says which setting is wrong. Sends nothing yet.
    pub fn new(config: GraphConfig, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Result<Self, GraphError> {
        config.check()?;
        let wire = Wire::new(&config, Arc::clone(&clock))?;
        let fetcher = Fetcher { wire: wire.clone(), clock, ids: Arc::clone(&ids), retry: config.retry };
        let lanes = Lanes::new(config.budgets);
        Ok(GraphClient(Arc::new(Inner { config, ids, wire, tokens: Tokens::new(fetcher), lanes })))
    }

    /// The view of one tenant.
    pub fn tenant(&self, access: TenantAccess) -> TenantGraph {
        let (login, graph) = self.0.config.bases(access.cloud);
        TenantGraph { inner: Arc::clone(&self.0), access: Arc::new(access), login, graph }
    }

    /// Drops the tokens of a tenant: it was disconnected, or its credential replaced.
    pub fn forget(&self, entra_tenant_id: Uuid) {
        self.0.tokens.forget(entra_tenant_id);
    }
}

/// Graph as one application sees it in one tenant. Every method takes a [`crate::Call`] and ends by its deadline.
#[derive(Clone)]
pub struct TenantGraph {
    pub(crate) inner: Arc<Inner>,
    pub(crate) access: Arc<TenantAccess>,
    pub(crate) login: Url,
    pub(crate) graph: Url,
}

impl TenantGraph {
    /// Entra's id of the tenant.
    pub fn entra_tenant_id(&self) -> Uuid {
        self.access.entra_tenant_id
    }
}
