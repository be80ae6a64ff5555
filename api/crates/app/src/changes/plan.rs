//! Making a dry-run from what the database holds. Graph is not asked for anything.

use domain::change::digest::{DigestInput, digest};
use domain::change::dry_run::DryRun;
use domain::change::plan::{PlanInput, plan};
use domain::change::request::ChangeRequest;
use domain::document::PolicyDocument;
use domain::document::diff::NameTable;
use domain::id::DryRunId;
use domain::tenant::Tenant;
use domain::workspace::Actor;
use store::WriteTx;
use uuid::Uuid;

use crate::App;
use crate::error::{AppError, AppResult};

impl App {
    /// The dry-run of `change` against the latest snapshot of its tenant.
    pub(crate) async fn plan_change(&self, tx: &WriteTx, actor: &Actor, change: &ChangeRequest) -> AppResult<DryRun> {
        let workspace = tx.workspace(change.workspace_id).await?.ok_or(AppError::NotFound)?;
        let tenant = tx.tenant(change.workspace_id, change.tenant_id).await?.ok_or(AppError::NotFound)?;
        let policy = match change.policy_id {
            Some(id) => tx.policy(change.workspace_id, id).await?.filter(|policy| policy.deleted_at.is_none()),
            None => None,
        };
        let document = match &policy {
            Some(policy) => Some(load_document(tx, change, &policy.document_hash).await?),
            None => None,
        };
        let names = NameTable::new(tx.directory(change.workspace_id, change.tenant_id).await?);
        let now = self.now();
        let plan = plan(&PlanInput {
            payload: &change.payload,
            tenant: &tenant,
            policy: policy.as_ref(),
            document: document.as_ref(),
            names: &names,
            // A change's own snapshots read one policy; only a sync reads the whole tenant.
            snapshot_taken_at: tenant.last_sync_at,
            actor_entra: self.actor_in_tenant(tx, actor, &tenant).await?,
            location: None,
            policy_count: 0,
            referring: &[],
            impact: None,
            waivers: &change.waivers,
            owned_by_rollout: false,
            now,
        });
        let digest = digest(&DigestInput {
            kind: change.payload.kind(),
            tenant: change.tenant_id,
            target: change.policy_id,
            payload: &change.payload,
            diff: &plan.diff,
            warnings: &plan.warnings,
            base_hash: &plan.base_hash,
        });
        Ok(DryRun::from_plan(DryRunId(self.ids().uuid()), plan, digest, now, workspace.dry_run_ttl_s))
    }

    /// The actor's own object id in the tenant, where its token was issued by that tenant.
    async fn actor_in_tenant(&self, tx: &WriteTx, actor: &Actor, tenant: &Tenant) -> AppResult<Option<Uuid>> {
        let members = tx.members_by_ids(actor.workspace_id, &[actor.member_id]).await?;
        let Some(member) = members.first() else { return Ok(None) };
        let Some((tid, oid)) = member.subject.split_once('/') else { return Ok(None) };
        let same_tenant = Uuid::parse_str(tid).is_ok_and(|tid| tid == tenant.entra_tenant_id);
        Ok(if same_tenant { Uuid::parse_str(oid).ok() } else { None })
    }
}

/// A stored document of the change's workspace.
pub(crate) async fn load_document(tx: &store::Reader, change: &ChangeRequest, hash: &domain::id::ContentHash) -> AppResult<PolicyDocument> {
    let text = tx
        .document(change.workspace_id, hash)
        .await?
        .ok_or_else(|| AppError::Internal(format!("document {hash} of change {} is missing", change.id).into()))?;
    PolicyDocument::parse(&text).map_err(|cause| AppError::Internal(cause.into()))
}
