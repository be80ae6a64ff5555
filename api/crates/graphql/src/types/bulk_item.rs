//! The items of bulk changes: one step in one tenant each.

use std::sync::Arc;

use app::BulkItemView;
use async_graphql::{Context, ID, Object, SimpleObject};
use domain::bulk::{BulkItem as Item, ItemReference};
use domain::change::request::ChangeRequest as Change;
use domain::change::warning::Severity;

use crate::enums::{BulkItemState, BulkNotStarted, BulkReferenceSource, DirectoryKind, ImpactWindow};
use crate::fault::Nullable;
use crate::scalars::DateTime;
use crate::scope::scope;
use crate::types::change::ChangeRequest;
use crate::types::diff::NamedRef;
use crate::types::failure::ChangeFailure;
use crate::types::impact::{ImpactReport, impact_of_change};
use crate::types::node;
use crate::types::policy::Policy;
use crate::types::tenant::{Tenant, tenant};
use crate::types::user::{User, user};

/// One step of a bulk change in one tenant.
pub struct BulkItem {
    item: Item,
    state: domain::bulk::BulkItemState,
    change: Option<Arc<Change>>,
    rollback: Option<Arc<Change>>,
}

impl BulkItem {
    /// From what the use case shows.
    pub fn new(view: BulkItemView) -> Self {
        let BulkItemView { item, change, rollback, state } = view;
        BulkItem { item, state, change: change.map(Arc::new), rollback: rollback.map(Arc::new) }
    }
}

/// One step of a bulk change in one tenant: a prerequisite, or the change itself.
#[Object]
impl BulkItem {
    /// The tenant.
    async fn tenant(&self, ctx: &Context<'_>) -> Nullable<Tenant> {
        tenant(scope(ctx), self.item.tenant_id).await
    }

    /// Place among the tenant's steps, from 1: the prerequisites in their order, then the change itself. At most 6.
    async fn step(&self) -> i32 {
        i32::from(self.item.step)
    }

    /// Where it stands.
    async fn state(&self) -> BulkItemState {
        self.state.into()
    }

    /// Its change request; `null` until the dry-run made one. It is edited, approved, applied, scheduled and cancelled with the bulk change.
    async fn change(&self) -> Option<ChangeRequest> {
        self.change.clone().map(ChangeRequest::full)
    }

    /// The change request that undoes it.
    async fn rollback(&self) -> Option<ChangeRequest> {
        self.rollback.clone().map(ChangeRequest::full)
    }

    /// Why it cannot be applied as it is; `null` unless it is `BLOCKED`. Where more than one warning of its change is critical, it is the first.
    async fn blocked(&self) -> Option<BulkBlocked> {
        if self.state != domain::bulk::BulkItemState::Blocked {
            return None;
        }
        if let Some(blocked) = &self.item.blocked {
            return Some(BulkBlocked { code: blocked.code.clone(), message: blocked.message.clone() });
        }
        let change = self.change.as_ref()?;
        let waived = |code| change.waivers.iter().any(|waiver| waiver.code == code);
        let warnings = &change.dry_run.as_ref()?.warnings;
        let first = warnings.iter().find(|warning| warning.severity == Severity::Critical && !waived(warning.code))?;
        Some(BulkBlocked { code: first.code.as_str().to_uppercase(), message: first.message.clone() })
    }

    /// Set while the tenant is left out.
    async fn excluded(&self) -> Option<BulkExclusion> {
        self.item.excluded.clone().map(BulkExclusion)
    }

    /// What the names of the payload stand for in this tenant; `null` before the dry-run.
    async fn resolution(&self) -> Option<BulkResolution> {
        self.item.resolution.clone().map(BulkResolution)
    }

    /// Graph's id of what makes the step needless, such as a named location that is there already.
    async fn satisfied_by(&self) -> Option<&str> {
        self.item.satisfied.as_deref()
    }

    /// Why it was not started, once that is certain.
    async fn not_started(&self) -> Option<BulkNotStarted> {
        self.item.not_started.map(BulkNotStarted::from)
    }

    /// Why it could not be applied or rolled back, with what to do: refused at its turn, or failed in Graph.
    async fn failure(&self) -> Option<BulkItemFailure> {
        let refused = self.item.apply_failure.as_ref().or(self.item.rollback_failure.as_ref());
        let failed = |change: &Option<Arc<Change>>| change.as_ref().and_then(|change| change.failure.clone());
        match refused {
            Some(refused) => Some(BulkItemFailure { code: refused.code.clone(), message: refused.message.clone(), details: None }),
            None => failed(&self.rollback).or_else(|| failed(&self.change)).map(|failure| BulkItemFailure {
                code: failure.code.as_str().to_uppercase(),
                message: failure.message.clone(),
                details: Some(ChangeFailure(failure)),
            }),
        }
    }

    /// The impact of the intended policy on the tenant's sign-ins, from the cache alone: `runBulkImpact` computes it. `null` before the dry-run.
    #[graphql(complexity = "5 + child_complexity")]
    async fn impact(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How far back.", default_with = "ImpactWindow::Week")] window: ImpactWindow,
    ) -> Nullable<ImpactReport> {
        let change = self.change.as_ref()?;
        impact_of_change(scope(ctx), change, change.dry_run.as_ref()?, window).await
    }
}

/// Why a tenant's step cannot be applied as it is, or its rollout not be planned or started.
#[derive(SimpleObject)]
pub struct BulkBlocked {
    /// For a program: `TARGET_NOT_FOUND`, `TARGET_AMBIGUOUS`, `PREREQUISITE_BLOCKED`, an `ErrorCode`, or the `WarningCode` of a critical warning,
    /// such as `REFERENCE_UNRESOLVED`. Expect new values.
    code: String,
    /// For a person: what was found, and what to do.
    message: String,
}

impl BulkBlocked {
    /// A code with its message.
    pub fn new(code: String, message: String) -> Self {
        BulkBlocked { code, message }
    }
}

/// Why a tenant's step was not applied, or not rolled back.
#[derive(SimpleObject)]
pub struct BulkItemFailure {
    /// For a program: an `ErrorCode` where it was refused at its turn, otherwise a `FailureCode`. Expect new values.
    code: String,
    /// For a person.
    message: String,
    /// What Graph held and said; `null` where it was refused before anything was sent.
    details: Option<ChangeFailure>,
}

/// A tenant left out.
pub struct BulkExclusion(domain::bulk::Exclusion);

impl From<domain::bulk::Exclusion> for BulkExclusion {
    fn from(exclusion: domain::bulk::Exclusion) -> Self {
        BulkExclusion(exclusion)
    }
}

/// A tenant that is left out, and why.
#[Object]
impl BulkExclusion {
    /// Who left it out.
    async fn by(&self, ctx: &Context<'_>) -> Nullable<User> {
        user(scope(ctx), self.0.by).await
    }

    /// When.
    async fn at(&self) -> DateTime {
        self.0.at.into()
    }

    /// Why.
    async fn reason(&self) -> &str {
        &self.0.reason
    }
}

/// What was resolved in a tenant.
pub struct BulkResolution(domain::bulk::Resolution);

/// What a bulk change stands for in one tenant: the policy that matched, and what each name is there.
#[Object]
impl BulkResolution {
    /// The policy that matched the target; `null` for kinds without one, and where it is gone.
    async fn policy(&self, ctx: &Context<'_>) -> Nullable<Policy> {
        node::policy(scope(ctx), self.0.policy_id?).await
    }

    /// The policy's name when it was matched.
    async fn policy_name(&self) -> Option<&str> {
        self.0.policy_name.as_deref()
    }

    /// The references, in document order; at most one for each name in the payload.
    async fn references(&self) -> Vec<BulkReference> {
        self.0.references.iter().map(BulkReference::from).collect()
    }
}

/// What one reference stands for in a tenant.
#[derive(SimpleObject)]
pub struct BulkReference {
    /// Where, in Graph's own names, such as `conditions.users.excludeGroups`.
    path: String,
    /// The kind of object.
    kind: DirectoryKind,
    /// As it is given in the payload.
    given: String,
    /// How it was settled.
    source: BulkReferenceSource,
    /// Graph's id of the object; `null` while unresolved. Of what a prerequisite creates, a stand-in until that is applied.
    object_id: Option<ID>,
    /// The object's name in the tenant.
    display_name: Option<String>,
    /// What goes by the name, where that is why it is unresolved; at most 10.
    candidates: Vec<NamedRef>,
}

impl From<&ItemReference> for BulkReference {
    fn from(reference: &ItemReference) -> Self {
        BulkReference {
            path: reference.path.clone(),
            kind: reference.kind.into(),
            given: reference.given.clone(),
            source: reference.source.into(),
            object_id: reference.object_id.clone().map(ID),
            display_name: reference.display_name.clone(),
            candidates: reference.candidates.iter().map(NamedRef::from).collect(),
        }
    }
}
