//! Baselines and their policies.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use domain::id::{BaselineId, BaselinePolicyId, ContentHash};

use crate::connection::{Connection, wants_total};
use crate::enums::Severity;
use crate::fault::{Nullable, broken, fault, found};
use crate::ids::Kind;
use crate::paging::{PageArgs, args, cost};
use crate::scalars::{DateTime, Json};
use crate::scope::{Scope, ids, scope};

/// A baseline.
pub struct Baseline(pub domain::baseline::Baseline);

/// Loads a baseline by id.
pub async fn baseline(scope: &Scope, id: BaselineId) -> Nullable<Baseline> {
    found(scope.app.baseline(&scope.actor, id).await).map(|found| found.map(Baseline))
}

/// A page of the workspace's baselines, by name.
pub async fn baselines(scope: &Scope, page: &PageArgs) -> Result<Connection<Baseline>> {
    let baselines = scope.app.baselines(&scope.actor).await.map_err(fault)?;
    Connection::slice(baselines, page, Baseline)
}

/// A named set of policy documents: policies are created from it, and tenants are measured against it.
#[Object]
impl Baseline {
    /// Opaque, globally unique, stable.
    pub async fn id(&self, ctx: &Context<'_>) -> ID {
        ids(ctx).id(Kind::Baseline, self.0.id.0)
    }

    /// Name, unique in the workspace ignoring case.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What it is for.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// Policies in it; at most 1,000.
    async fn policy_count(&self) -> i64 {
        self.0.policy_count
    }

    /// Its policies, by display name.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn policies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Items from the start or after a cursor: 1 to 100, 25 unless given.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on from.")] after: Option<String>,
        #[graphql(desc = "Items from the end or before a cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go back from.")] before: Option<String>,
    ) -> Result<Connection<BaselinePolicy>> {
        let scope = scope(ctx);
        let request = args(first, after, last, before).request()?;
        let page = scope.app.baseline_policies(&scope.actor, self.0.id, &request).await.map_err(fault)?;
        let total = wants_total(ctx).then(|| Ok(u64::try_from(self.0.policy_count).unwrap_or_default()));
        Ok(Connection::of(page, total, |row| BaselinePolicy(Arc::new(row))))
    }

    /// When it was created.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// The last import or removal.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    /// Raised by every import and removal.
    async fn revision(&self) -> i64 {
        self.0.version
    }
}

/// A policy of a baseline.
pub struct BaselinePolicy(pub Arc<domain::baseline::BaselinePolicy>);

/// Loads a policy of a baseline by id.
pub async fn baseline_policy(scope: &Scope, id: BaselinePolicyId) -> Nullable<BaselinePolicy> {
    scope.loader.load_one(id).await.transpose().map(|found| found.map(BaselinePolicy))
}

/// One policy document of a baseline, ready to be created in a tenant: without what the service sets, and with known oddities mended.
#[Object]
impl BaselinePolicy {
    /// Opaque, globally unique. It stays when a later import brings the same path again.
    pub async fn id(&self, ctx: &Context<'_>) -> ID {
        ids(ctx).id(Kind::BaselinePolicy, self.0.id.0)
    }

    /// The baseline it belongs to.
    async fn baseline(&self, ctx: &Context<'_>) -> Nullable<Baseline> {
        baseline(scope(ctx), self.0.baseline_id).await
    }

    /// Code such as `CA001`, from the display name or else from the file's name. Policies of tenants are matched by it first.
    async fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The document's display name.
    async fn display_name(&self) -> &str {
        &self.0.display_name
    }

    /// How much it matters when a tenant lacks it.
    async fn severity(&self) -> Severity {
        self.0.severity.into()
    }

    /// The folders of its path, sorted. At most 20.
    async fn tags(&self) -> &[String] {
        &self.0.tags
    }

    /// Graph's document, as it was cleaned at the import.
    async fn document(&self, ctx: &Context<'_>) -> Result<Json> {
        let hash: ContentHash = self.0.document_hash.clone();
        let text = scope(ctx).loader.load_one(hash).await?.ok_or_else(|| broken("the document of a baseline policy is missing"))?;
        Ok(Json::verbatim((*text).clone()))
    }

    /// The file that it came from.
    async fn path(&self) -> &str {
        &self.0.path
    }

    /// What was mended at the import, a sentence each. At most 51.
    async fn notes(&self) -> &[String] {
        &self.0.notes
    }

    /// When it was first imported.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When it was last imported.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }
}
