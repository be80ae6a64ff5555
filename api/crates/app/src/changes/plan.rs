//! Making a dry-run from what the database holds. Graph is not asked for anything.

use domain::change::approval_rules::ApprovalFacts;
use domain::change::digest::{DigestInput, digest};
use domain::change::dry_run::DryRun;
use domain::change::plan::{ImpactFacts, Plan, PlanInput, plan};
use domain::change::request::ChangeRequest;
use domain::document::PolicyDocument;
use domain::document::diff::NameTable;
use domain::id::{DryRunId, MemberId};
use domain::policy::Policy;
use domain::tenant::Tenant;
use domain::workspace::Actor;
use store::{Reader, WriteTx};
use uuid::Uuid;

use crate::App;
use crate::bulk::prerequisites::stand_in;
use crate::changes::look_up;
use crate::changes::target::{self, Stored};
use crate::error::{AppError, AppResult};
use crate::impact::cached_facts;

impl App {
    /// The dry-run of `change` against the latest snapshot of its tenant.
    pub(crate) async fn plan_change(&self, tx: &WriteTx, actor: &Actor, change: &ChangeRequest) -> AppResult<DryRun> {
        let workspace = tx.workspace(change.workspace_id).await?.ok_or(AppError::NotFound)?;
        let tenant = tx.tenant(change.workspace_id, change.tenant_id).await?.ok_or(AppError::NotFound)?;
        let stored = target::load(tx, change, &tenant).await?;
        let plan = self.plan_against(tx, Some(actor.member_id), change, &tenant, &stored, Impact::Cached).await?;
        let bulk_tenants = match change.bulk_change_id {
            Some(bulk) => tx.bulk_change(change.workspace_id, bulk).await?.map_or(0, |bulk| bulk.tenant_count),
            None => 0,
        };
        Ok(self.dry_run_of(change, plan, stored.policy.as_ref(), workspace.dry_run_ttl_s, bulk_tenants))
    }

    /// A plan made now as the dry-run of its change. `bulk_tenants` is 0 for a change of its own.
    pub(crate) fn dry_run_of(&self, change: &ChangeRequest, plan: Plan, policy: Option<&Policy>, ttl_s: i64, bulk_tenants: u32) -> DryRun {
        let digest = digest(&DigestInput {
            kind: change.payload.kind(),
            tenant: change.tenant_id,
            target: change.policy_id,
            payload: &change.payload,
            diff: &plan.diff,
            warnings: &plan.warnings,
            base_hash: &plan.base_hash,
        });
        let facts = ApprovalFacts::of(&plan.diff, &plan.warnings, policy, plan.impact, bulk_tenants);
        let approval_reasons = change.approval_rules.reasons(&facts);
        let dry_run = DryRun::from_plan(DryRunId(self.ids().uuid()), plan, digest, self.now(), ttl_s);
        DryRun { approval_reasons, ..dry_run }
    }

    /// The plan of `change` against `stored`: the latest snapshot's object, or for the apply of a delta, the live one.
    pub(crate) async fn plan_against(
        &self,
        tx: &Reader,
        member: Option<MemberId>,
        change: &ChangeRequest,
        tenant: &Tenant,
        stored: &Stored,
        impact: Impact,
    ) -> AppResult<Plan> {
        let mut names = look_up::names(tx, change.workspace_id, change.tenant_id).await?;
        stand_in(tx, change, &mut names).await?;
        self.plan_with(tx, &names, member, change, tenant, stored, impact).await
    }

    /// The same with names that were loaded before.
    #[expect(clippy::too_many_arguments, reason = "what a plan is made of; each is something else")]
    pub(crate) async fn plan_with(
        &self,
        tx: &Reader,
        names: &NameTable,
        member: Option<MemberId>,
        change: &ChangeRequest,
        tenant: &Tenant,
        stored: &Stored,
        impact: Impact,
    ) -> AppResult<Plan> {
        let actor_entra = match member {
            Some(member) => self.member_in_tenant(tx, member, tenant).await?,
            None => None,
        };
        let given = match impact {
            Impact::Cached => None,
            Impact::Given(given) => given,
        };
        let input = PlanInput {
            payload: &change.payload,
            tenant,
            policy: stored.policy.as_ref(),
            document: stored.document.as_ref(),
            location: stored.location.as_ref(),
            policy_count: stored.policy_count,
            referring: &stored.referring,
            names,
            // A change's own snapshots read one object; only a sync reads the whole tenant.
            snapshot_taken_at: tenant.last_sync_at,
            actor_entra,
            impact: given,
            waivers: &change.waivers,
            // An owner's emergency passes it, and says so in the audit.
            owned_by_rollout: change.emergency.is_none() && crate::rollouts::owned(tx, change).await?,
            now: self.now(),
        };
        let made = plan(&input);
        if let Impact::Given(_) = impact {
            return Ok(made);
        }
        // Only the plan tells which document is meant, and only the warnings depend on what is known of it.
        let known = cached_facts(tx, change.workspace_id, change.tenant_id, &made.desired_hash).await?;
        Ok(if known.is_some() { plan(&PlanInput { impact: known, ..input }) } else { made })
    }

    /// The member's own object id in the tenant, where its token was issued by that tenant.
    async fn member_in_tenant(&self, tx: &Reader, member: MemberId, tenant: &Tenant) -> AppResult<Option<Uuid>> {
        let members = tx.members_by_ids(tenant.workspace_id, &[member]).await?;
        let Some(member) = members.first() else { return Ok(None) };
        let Some((tid, oid)) = member.subject.split_once('/') else { return Ok(None) };
        let same_tenant = Uuid::parse_str(tid).is_ok_and(|tid| tid == tenant.entra_tenant_id);
        Ok(if same_tenant { Uuid::parse_str(oid).ok() } else { None })
    }
}

/// Where a plan's warnings take the impact of the intended document from.
#[derive(Clone, Copy)]
pub(crate) enum Impact {
    /// The cache of reports.
    Cached,
    /// What was known when the change was reviewed, or nothing where no warning about it is asked for.
    Given(Option<ImpactFacts>),
}

/// A stored document of the change's workspace.
pub(crate) async fn load_document(tx: &Reader, change: &ChangeRequest, hash: &domain::id::ContentHash) -> AppResult<PolicyDocument> {
    let text = tx
        .document(change.workspace_id, hash)
        .await?
        .ok_or_else(|| AppError::Internal(format!("document {hash} of change {} is missing", change.id).into()))?;
    PolicyDocument::parse(&text).map_err(|cause| AppError::Internal(cause.into()))
}
