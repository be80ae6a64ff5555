//! Dry-runs: what was reviewed, and what an apply will do.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};
use domain::change::request::ChangeRequest;

use crate::enums::{DirectoryKind, ImpactWindow};
use crate::fault::Nullable;
use crate::ids::Kind;
use crate::scalars::{DateTime, Json};
use crate::scope::{ids, scope};
use crate::types::diff::{FieldDiff, NamedRef, fields};
use crate::types::impact::{ImpactReport, impact_of_change};
use crate::types::warning::Warning;

/// The dry-run of a change.
pub struct DryRun {
    change: Arc<ChangeRequest>,
    found: domain::change::dry_run::DryRun,
}

impl DryRun {
    /// The present dry-run of a change.
    pub fn of(change: &Arc<ChangeRequest>) -> Option<Self> {
        change.dry_run.clone().map(|found| DryRun { change: change.clone(), found })
    }

    /// Its own id.
    pub fn key(&self) -> domain::id::DryRunId {
        self.found.id
    }
}

/// A complete plan, made against the newest snapshot without calling Graph. Apply does exactly this, or nothing.
#[Object]
impl DryRun {
    /// Opaque, globally unique; another dry-run has another id.
    pub async fn id(&self, ctx: &Context<'_>) -> ID {
        ids(ctx).part_id(Kind::DryRun, self.change.id.0, self.found.id.0)
    }

    /// When it ran.
    async fn ran_at(&self) -> DateTime {
        self.found.ran_at.into()
    }

    /// The first instant at which it can't be acted on any more.
    async fn expires_at(&self) -> DateTime {
        self.found.expires_at.into()
    }

    /// Whether it may still be acted on, by the server's clock.
    async fn is_fresh(&self, ctx: &Context<'_>) -> bool {
        self.found.fresh(scope(ctx).clock.now())
    }

    /// Whether a critical warning blocks it.
    async fn is_blocked(&self) -> bool {
        self.found.blocked()
    }

    /// SHA-256 of the canonical document it was made against, lower-case hex.
    async fn base_hash(&self) -> &str {
        &self.found.base_hash.0
    }

    /// SHA-256 of the canonical document that the change intends, lower-case hex.
    async fn desired_hash(&self) -> &str {
        &self.found.desired_hash.0
    }

    /// SHA-256 over what a reviewer sees: kind, target, payload, diff, warnings, base. Approve and apply must quote it.
    async fn digest(&self) -> &str {
        &self.found.digest
    }

    /// The Graph write: the body of the PATCH, only the fields it touches. An empty object: nothing will be written.
    async fn write(&self) -> Json {
        Json::of(&self.found.write)
    }

    /// The whole change in one sentence for a person.
    async fn summary(&self) -> &str {
        &self.found.summary
    }

    /// What became of references that were given by name, and of ids that had to be looked up. At most one entry per reference of the
    /// payload.
    async fn references(&self) -> Vec<ResolvedReference> {
        self.found.references.iter().map(ResolvedReference::from).collect()
    }

    /// What changes, field by field, in document order. At most one entry per field of the document.
    #[graphql(complexity = "5 + 10 * child_complexity")]
    async fn diff(&self) -> Vec<FieldDiff> {
        fields(&self.found.diff)
    }

    /// The impact of the intended policy, taken as enforced, as the cache has it: `refreshImpact` computes it. `null` where the tenant is out of
    /// the caller's sight.
    #[graphql(complexity = "5 + child_complexity")]
    async fn impact(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How far back.", default_with = "ImpactWindow::Week")] window: ImpactWindow,
    ) -> Nullable<ImpactReport> {
        impact_of_change(scope(ctx), &self.change, &self.found, window).await
    }

    /// What to look out for, most severe first. At most one entry per warning code and field.
    #[graphql(complexity = "1 + 5 * child_complexity")]
    async fn warnings(&self) -> Vec<Warning> {
        self.found.warnings.iter().map(|warning| Warning::of(warning, &self.change.waivers)).collect()
    }
}

/// What a reference of a payload stands for in the tenant.
#[derive(SimpleObject)]
pub struct ResolvedReference {
    /// Where, in Graph's own names, such as `conditions.users.excludeGroups`.
    path: String,
    /// The kind of object.
    kind: DirectoryKind,
    /// The reference as it was given: a name or a Graph id.
    given: String,
    /// Whether it names exactly one object.
    is_resolved: bool,
    /// The objects that it names: exactly one where it is resolved, otherwise none or several. At most 10.
    candidates: Vec<NamedRef>,
}

impl From<&domain::change::dry_run::ResolvedReference> for ResolvedReference {
    fn from(reference: &domain::change::dry_run::ResolvedReference) -> Self {
        ResolvedReference {
            path: reference.path.clone(),
            kind: reference.kind.into(),
            given: reference.given.clone(),
            is_resolved: reference.candidates.len() == 1,
            candidates: reference.candidates.iter().map(NamedRef::from).collect(),
        }
    }
}
