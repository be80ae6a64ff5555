//! Drift: what a tenant holds that Causeway did not write, or that its baseline does not have.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use domain::drift::Version;
use domain::id::{DriftId, PolicyId, TenantId};

use crate::connection::Connection;
use crate::enums::{DriftActorSource, DriftKind, DriftSource, DriftStatus, Severity, SnapshotItemKind};
use crate::fault::{Nullable, fault};
use crate::ids::Kind;
use crate::loaders::{NamesOf, OpenDriftOf};
use crate::paging::PageArgs;
use crate::scalars::{DateTime, Json};
use crate::scope::{Scope, ids, scope};
use crate::types::change::ChangeRequest;
use crate::types::diff::{FieldDiff, fields};
use crate::types::node::policy;
use crate::types::policy::Policy;
use crate::types::snapshot::{Snapshot, document, snapshot_of};
use crate::types::tenant::{Tenant, tenant};
use crate::types::user::{User, user_of};

/// An item of drift.
pub struct Drift(Arc<domain::drift::Drift>);

impl Drift {
    /// From a row.
    pub fn new(row: Arc<domain::drift::Drift>) -> Self {
        Drift(row)
    }
}

/// Loads an item by id.
pub async fn drift(scope: &Scope, id: DriftId) -> Nullable<Drift> {
    scope.loader.load_one(id).await.transpose().map(|found| found.map(Drift))
}

/// The open items of a policy.
pub async fn open_drift(scope: &Scope, policy: PolicyId) -> Result<Vec<Drift>> {
    let found = scope.loader.load_one(OpenDriftOf(policy)).await?.unwrap_or_default();
    Ok(found.iter().cloned().map(|row| Drift(Arc::new(row))).collect())
}

/// A page of a tenant's items.
pub async fn drift_of_tenant(
    scope: &Scope,
    tenant: TenantId,
    statuses: Vec<DriftStatus>,
    source: Option<DriftSource>,
    page: &PageArgs,
    count: bool,
) -> Result<Connection<Drift>> {
    let statuses = statuses.into_iter().map(domain::drift::DriftStatus::from).collect();
    let filter = app::DriftFilter { tenant_id: tenant, statuses, source: source.map(Into::into) };
    let found = scope.app.drift(&scope.actor, &filter, &page.request()?).await.map_err(fault)?;
    let total = match count {
        true => Some(scope.app.count_drift(&scope.actor, &filter).await.map_err(fault)),
        false => None,
    };
    Ok(Connection::of(found, total, |row| Drift(Arc::new(row))))
}

/// One object that is not as it should be: edited, added or removed outside Causeway, or other than the baseline has it.
///
/// Revert it, which drafts changes; accept it until a date; or mend it by other means, and a later sync finds it `RESOLVED`.
#[Object]
impl Drift {
    /// Opaque, globally unique, stable.
    pub async fn id(&self, ctx: &Context<'_>) -> ID {
        ids(ctx).id(Kind::Drift, self.0.id.0)
    }

    /// The tenant.
    async fn tenant(&self, ctx: &Context<'_>) -> Nullable<Tenant> {
        tenant(scope(ctx), self.0.tenant_id).await
    }

    /// The policy, where the object is a policy that is or was in the tenant.
    async fn policy(&self, ctx: &Context<'_>) -> Nullable<Policy> {
        policy(scope(ctx), self.0.policy_id?).await
    }

    /// What it was measured against.
    async fn source(&self) -> DriftSource {
        self.0.source.into()
    }

    /// What is different.
    async fn kind(&self) -> DriftKind {
        self.0.kind.into()
    }

    /// What the object is.
    async fn object_kind(&self) -> SnapshotItemKind {
        self.0.object_kind.into()
    }

    /// Graph's id of the object. Not an id of this API.
    async fn object_id(&self) -> &str {
        &self.0.object_id
    }

    /// The object's name, the later one where it changed.
    async fn display_name(&self) -> &str {
        &self.0.display_name
    }

    /// How much it matters: `CRITICAL` where an enforced policy was loosened, switched off or removed, `INFO` where only names changed.
    async fn severity(&self) -> Severity {
        self.0.severity.into()
    }

    /// What became of it. An acceptance that has ended leaves it `OPEN`.
    async fn status(&self, ctx: &Context<'_>) -> DriftStatus {
        self.0.status_at(scope(ctx).clock.now()).into()
    }

    /// When it was found.
    async fn detected_at(&self) -> DateTime {
        self.0.detected_at.into()
    }

    /// When the object was last seen as it should be: the edit came after it.
    async fn changed_after(&self) -> Option<DateTime> {
        self.0.changed_after.map(DateTime)
    }

    /// Who did it, as far as Entra's directory audit says. Its entries come late: the two syncs after look again.
    async fn actor(&self) -> DriftActor {
        DriftActor::from(&self.0.actor)
    }

    /// What differs, field by field with names, from what the object should be to what was found; against nothing where there is no
    /// object on one side. At most one entry per field of the document.
    #[graphql(complexity = "10 + 10 * child_complexity")]
    async fn diff(&self, ctx: &Context<'_>) -> Result<Vec<FieldDiff>> {
        let scope = scope(ctx);
        let names = scope.loader.load_one(NamesOf(self.0.tenant_id)).await?.unwrap_or_default();
        Ok(fields(&scope.app.drift_diff(&scope.actor, &self.0, &names).await.map_err(fault)?))
    }

    /// Graph's document as it should be, verbatim; `null` when there should be none.
    #[graphql(complexity = 5)]
    async fn before(&self, ctx: &Context<'_>) -> Nullable<Json> {
        side(scope(ctx), self.0.before.as_ref()).await
    }

    /// Graph's document as it was found, verbatim; `null` when the object is gone.
    #[graphql(complexity = 5)]
    async fn after(&self, ctx: &Context<'_>) -> Nullable<Json> {
        side(scope(ctx), self.0.after.as_ref()).await
    }

    /// The snapshot before it.
    async fn before_snapshot(&self, ctx: &Context<'_>) -> Nullable<Snapshot> {
        snapshot_of(scope(ctx), self.0.before_snapshot_id).await
    }

    /// The snapshot that found it.
    async fn after_snapshot(&self, ctx: &Context<'_>) -> Nullable<Snapshot> {
        snapshot_of(scope(ctx), self.0.after_snapshot_id).await
    }

    /// The last acceptance, also when it has ended; `null` when there was none.
    async fn acceptance(&self) -> Option<DriftAcceptance> {
        self.0.acceptance.clone().map(DriftAcceptance)
    }

    /// The drafts that the last revert made, at most 17, as they are now.
    async fn reverts(&self) -> Vec<ChangeRequest> {
        self.0.reverts.iter().copied().map(ChangeRequest::named).collect()
    }

    /// When it became `REVERTED` or `RESOLVED`.
    async fn closed_at(&self) -> Option<DateTime> {
        self.0.closed_at.map(DateTime)
    }

    /// Raised by every update; what `expectedRevision` is compared with.
    async fn revision(&self) -> i64 {
        self.0.version
    }
}

async fn side(scope: &Scope, version: Option<&Version>) -> Nullable<Json> {
    document(scope, &version?.document_hash).await
}

/// Who edited an object outside Causeway.
#[derive(SimpleObject)]
pub struct DriftActor {
    /// Where this comes from; all else is `null` when it is `UNKNOWN`.
    source: DriftActorSource,
    /// User principal name, or name of the application.
    name: Option<String>,
    /// Object id of the user or service principal in Entra. Not an id of this API.
    object_id: Option<String>,
    /// The application's (client) id in Entra, when an application did it.
    app_id: Option<String>,
    /// When Entra says it was done.
    at: Option<DateTime>,
}

impl From<&domain::drift::DriftActor> for DriftActor {
    fn from(actor: &domain::drift::DriftActor) -> Self {
        DriftActor {
            source: actor.source.into(),
            name: actor.name.clone(),
            object_id: actor.object_id.clone(),
            app_id: actor.app_id.clone(),
            at: actor.at.map(DateTime),
        }
    }
}

/// An acceptance.
pub struct DriftAcceptance(domain::drift::Acceptance);

/// A deviation that somebody takes responsibility for.
#[Object]
impl DriftAcceptance {
    /// Who accepted it.
    async fn by(&self, ctx: &Context<'_>) -> Nullable<User> {
        user_of(scope(ctx), Some(self.0.by)).await
    }

    /// When.
    async fn at(&self) -> DateTime {
        self.0.at.into()
    }

    /// Why.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// Until when; then the item is open again.
    async fn until(&self) -> DateTime {
        self.0.until.into()
    }
}
