//! Names in a bulk payload that the caches of its tenants don't settle are asked for in Graph, before the tenants are planned: many tenants
//! at a time, each within a limit, outside any transaction. A tenant that doesn't answer is planned with what is known of it.

use std::collections::BTreeSet;

use domain::bulk::{BulkChange, given_names};
use domain::id::TenantId;
use domain::tenant::{ConnectionState, DirectoryKind, Tenant};
use futures_util::{StreamExt, stream};
use store::Job;

use crate::App;
use crate::changes::look_up::{Findings, Wanted, names, partly_cached};
use crate::error::AppResult;
use crate::runner::JobError;

/// Tenants that are asked at the same time.
const AT_ONCE: usize = 64;

/// Names that a payload gives, by kind.
type Names = BTreeSet<(DirectoryKind, String)>;

/// What one job has asked for so far.
pub(super) struct LookUp {
    names: Names,
    asked: BTreeSet<TenantId>,
}

impl LookUp {
    /// Tenants that are looked ahead of those that are planned.
    pub(super) const AHEAD: u64 = AT_ONCE as u64;

    pub(super) fn of(bulk: &BulkChange) -> Self {
        // Every sync reads all named locations; one that is not there may be about to be made by a prerequisite.
        let names = given_names(&bulk.payload).into_iter().filter(|(kind, _)| *kind != DirectoryKind::NamedLocation);
        LookUp { names: names.collect(), asked: BTreeSet::new() }
    }

    /// Whether these tenants were asked, or there is nothing to ask.
    pub(super) fn settled(&self, next: &[TenantId]) -> bool {
        self.names.is_empty() || next.iter().all(|tenant| self.asked.contains(tenant))
    }

    /// Adds to the caches of these tenants what the payload refers to.
    pub(super) async fn ask(&mut self, app: &App, job: &Job, tenants: &[TenantId]) -> Result<(), JobError> {
        let new: Vec<TenantId> = tenants.iter().copied().filter(|tenant| self.asked.insert(*tenant)).collect();
        let tenants = app.store().reader().tenants_by_ids(job.workspace_id, &new).await?;
        let tenants =
            tenants.into_iter().filter(|tenant| tenant.imported_at.is_some() && tenant.connection != ConnectionState::Disconnected);
        let names = &self.names;
        let answers = stream::iter(tenants.map(|tenant| async move {
            match found(app, &tenant, names).await {
                Ok(found) => (tenant, found),
                Err(error) => {
                    tracing::info!(tenant = %tenant.id, %error, "names could not be looked up: the dry-run will say which are not resolved");
                    (tenant, Findings::default())
                }
            }
        }));
        let answers: Vec<(Tenant, Findings)> = answers.buffer_unordered(AT_ONCE).collect().await;
        let tx = app.store().write().await?;
        tx.assert_fence(job.lease()).await?;
        for (tenant, found) in &answers {
            tx.upsert_directory(tenant.workspace_id, tenant.id, &found.objects).await?;
            tx.set_directory_aliases(tenant.workspace_id, tenant.id, &found.aliases).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

/// What goes by the names in one tenant, as far as its cache doesn't say.
async fn found(app: &App, tenant: &Tenant, given: &Names) -> AppResult<Findings> {
    let known = names(&app.store().reader(), tenant.workspace_id, tenant.id).await?;
    // What a kept name stands for is asked for by its id.
    let open = given.iter().filter_map(|(kind, name)| match known.kept(*kind, name) {
        Some(id) => known.find(*kind, id).is_none().then(|| (*kind, id.to_owned())),
        None => (partly_cached(*kind) || known.called(*kind, name, 1).is_empty()).then(|| (*kind, name.clone())),
    });
    let wanted = Wanted::of(open);
    if wanted.is_empty() {
        return Ok(Findings::default());
    }
    let graph = app.tenant_graph(tenant).await?;
    Ok(app.find(&graph, &wanted).await)
}
