//! Policies.

use std::sync::Arc;

use app::{ChangeFilter, ImpactOf, ImpactSubject};
use async_graphql::{Context, ID, Object, Result};
use domain::document::PolicyDocument;
use domain::policy::PolicyItem;

use crate::connection::{Connection, wants_total};
use crate::enums::{Criticality, ImpactSource, ImpactWindow, PolicyState};
use crate::fault::{Nullable, fault};
use crate::ids::Kind;
use crate::input::filter::ChangeWhere;
use crate::paging::{args, cost};
use crate::scalars::{DateTime, Json};
use crate::scope::{Scope, ids, scope};
use crate::types::change::{ChangeRequest, changes};
use crate::types::drift::{Drift, open_drift};
use crate::types::impact::{ImpactReport, impact};
use crate::types::policy_version::{PolicyVersion, versions};
use crate::types::rollout::{Rollout, active_rollout};
use crate::types::snapshot::document;
use crate::types::tenant::{Tenant, tenant};

/// A policy.
#[derive(Clone)]
pub struct Policy(Arc<PolicyItem>);

impl Policy {
    /// From a row.
    pub fn new(item: Arc<PolicyItem>) -> Self {
        Policy(item)
    }

    fn row(&self) -> &domain::policy::Policy {
        &self.0.policy
    }
}

/// A Conditional Access policy as last seen, with the workspace's own metadata beside it.
#[Object]
impl Policy {
    /// Opaque, globally unique, stable.
    pub async fn id(&self, ctx: &Context<'_>) -> ID {
        ids(ctx).id(Kind::Policy, self.row().id.0)
    }

    /// Graph's id of the policy, a GUID. Not an id of this API.
    async fn graph_id(&self) -> ID {
        ID(self.row().graph_id.to_string())
    }

    /// The tenant.
    async fn tenant(&self, ctx: &Context<'_>) -> Nullable<Tenant> {
        tenant(scope(ctx), self.row().tenant_id).await
    }

    /// Display name in Graph; not unique.
    async fn display_name(&self) -> &str {
        &self.row().display_name
    }

    /// State in Graph.
    async fn state(&self) -> PolicyState {
        self.row().state.into()
    }

    /// How much it matters, as set by the workspace; `null` until somebody says.
    async fn criticality(&self) -> Option<Criticality> {
        self.row().metadata.criticality.map(Criticality::from)
    }

    /// The workspace's own code for it, such as `CA001`.
    async fn code(&self) -> Option<&str> {
        self.row().metadata.code.as_deref()
    }

    /// The workspace's labels, sorted, at most 20.
    async fn tags(&self) -> &[String] {
        &self.row().metadata.tags
    }

    /// SHA-256 of the canonical document, lower-case hex: equal hashes are equal policies.
    async fn content_hash(&self) -> &str {
        &self.row().content_hash.0
    }

    /// Graph's `modifiedDateTime`: a hint only, set by the service.
    async fn graph_modified_at(&self) -> Option<DateTime> {
        self.row().graph_modified_at.map(DateTime)
    }

    /// Set while it is in Entra's recycle bin, or was seen to be gone.
    async fn deleted_at(&self) -> Option<DateTime> {
        self.row().deleted_at.map(DateTime)
    }

    /// Until when Entra's recycle bin keeps it: 30 days after it was deleted. `null` while it is not deleted.
    async fn restorable_until(&self) -> Option<DateTime> {
        self.row().deleted_at.map(|deleted| DateTime(deleted + app::RECYCLE_BIN))
    }

    /// Graph's document as last read, verbatim.
    #[graphql(complexity = 5)]
    async fn document(&self, ctx: &Context<'_>) -> Nullable<Json> {
        document(scope(ctx), &self.row().document_hash).await
    }

    /// Graph's `conditions` of the document.
    #[graphql(complexity = 2)]
    async fn conditions(&self, ctx: &Context<'_>) -> Nullable<Json> {
        match &self.0.conditions {
            Some(text) => Some(Ok(Json::verbatim(text.clone()))),
            None => self.conditions_of_document(scope(ctx)).await,
        }
    }

    /// The states it was seen in, newest first: a version is kept whenever the canonical document differs from the one before.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Items from the start or after a cursor: 1 to 100, 25 unless given.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on from.")] after: Option<String>,
        #[graphql(desc = "Items from the end or before a cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go back from.")] before: Option<String>,
    ) -> Nullable<Connection<PolicyVersion>> {
        Some(versions(scope(ctx), self.row().id, self.row().tenant_id, &args(first, after, last, before)).await)
    }

    /// Change requests for it, newest first.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Items from the start or after a cursor: 1 to 100, 25 unless given.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on from.")] after: Option<String>,
        #[graphql(desc = "Items from the end or before a cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go back from.")] before: Option<String>,
        #[graphql(name = "where", desc = "Which changes of this policy; all unless given.")] filter: Option<ChangeWhere>,
    ) -> Nullable<Connection<ChangeRequest>> {
        let scope = scope(ctx);
        let filter = ChangeFilter { policy_id: Some(self.row().id), ..filter.unwrap_or_default().resolve(scope) };
        Some(changes(scope, filter, args(first, after, last, before), wants_total(ctx)).await)
    }

    /// The phased rollout of it that has not ended, be it the original or the twin; `null` without one.
    #[graphql(complexity = "3 + child_complexity")]
    async fn active_rollout(&self, ctx: &Context<'_>) -> Nullable<Rollout> {
        active_rollout(scope(ctx), self.row().id).await
    }

    /// What is open of its drift, newest first, at most 20. For more: `Tenant.drift`.
    #[graphql(complexity = "5 + 5 * child_complexity")]
    async fn drift(&self, ctx: &Context<'_>) -> Result<Vec<Drift>> {
        open_drift(scope(ctx), self.row().id).await
    }

    /// Its impact on the sign-ins of a window, as the cache has it: reading it never causes work, `refreshImpact` computes it. `null` where the
    /// tenant is out of the caller's sight.
    #[graphql(complexity = "5 + child_complexity")]
    async fn impact(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How far back.", default_with = "ImpactWindow::Week")] window: ImpactWindow,
        #[graphql(desc = "Where figures come from.", default_with = "ImpactSource::Observed")] source: ImpactSource,
    ) -> Nullable<ImpactReport> {
        let row = self.row();
        let of = ImpactOf {
            tenant_id: row.tenant_id,
            document_hash: row.content_hash.clone(),
            subject: ImpactSubject::Policy(row.graph_id, row.state),
            window: window.into(),
            source: source.into(),
        };
        impact(scope(ctx), of).await
    }

    /// The newest change request for it.
    async fn latest_change(&self) -> Option<ChangeRequest> {
        self.0.latest_change.map(ChangeRequest::latest)
    }

    /// When it was first seen.
    async fn first_seen_at(&self) -> DateTime {
        self.row().first_seen_at.into()
    }

    /// When it was last seen, by a sync or an apply.
    async fn last_seen_at(&self) -> DateTime {
        self.row().last_seen_at.into()
    }

    /// Raised by every update; what `expectedRevision` is compared with.
    async fn revision(&self) -> i64 {
        self.row().version
    }
}

impl Policy {
    /// For a policy that came without them: cut from its document.
    async fn conditions_of_document(&self, scope: &Scope) -> Nullable<Json> {
        let text = scope.loader.load_one(self.row().document_hash.clone()).await.transpose()?;
        Some(text.and_then(|text| -> Result<Json> {
            let document = PolicyDocument::parse(&text).map_err(|error| fault(app::error::AppError::Internal(error.into())))?;
            Ok(Json::verbatim(document.conditions_text()))
        }))
    }
}
