//! Change requests with their approvals.

use domain::change::approval_rules::ApprovalRules;
use domain::change::request::{Approval, ChangeRequest};
use domain::id::{ApprovalId, BulkChangeId, ChangeId, MemberId, PolicyId, RolloutId, SnapshotId, TenantId, WorkspaceId};
use entity::{approval, change_request, policy};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::NotSet, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use crate::convert::{json, optional_json, optional_text, text, to_json};
use crate::db::WriteTx;
use crate::error::Result;
use crate::workspaces::one_row;

impl WriteTx {
    /// Adds a change and makes it its policy's newest.
    pub async fn insert_change(&self, new: &ChangeRequest) -> Result<()> {
        let row = change_request::ActiveModel {
            id: Set(new.id.0),
            workspace_id: Set(new.workspace_id.0),
            tenant_id: Set(new.tenant_id.0),
            policy_id: Set(new.policy_id.map(|id| id.0)),
            kind: Set(new.payload.kind().as_str().to_owned()),
            created_by: Set(new.created_by.0),
            created_at: Set(new.created_at),
            bulk_change_id: Set(new.bulk_change_id.map(|id| id.0)),
            rollout_id: Set(new.rollout_id.map(|id| id.0)),
            ..to_columns(new)?
        };
        change_request::Entity::insert(row).exec_without_returning(&self.db).await?;
        self.save_approvals(new).await?;
        self.make_newest_change(new).await
    }

    /// Saves a change whose `revision` was raised by one since it was read; another revision in the row is a conflict. Its policy's copy of the
    /// newest change's status is kept true in the same transaction (the policy's own version stays: it is our copy, nobody edits it).
    pub async fn update_change(&self, changed: &ChangeRequest) -> Result<()> {
        let update = change_request::Entity::update_many()
            .set(to_columns(changed)?)
            .filter(change_request::Column::Id.eq(changed.id.0))
            .filter(change_request::Column::WorkspaceId.eq(changed.workspace_id.0))
            .filter(change_request::Column::Revision.eq(changed.revision - 1));
        one_row(update.exec(&self.db).await?.rows_affected)?;
        self.save_approvals(changed).await?;
        if let Some(policy) = changed.policy_id {
            let row = policy::ActiveModel { latest_change_status: Set(Some(changed.status.as_str().to_owned())), ..Default::default() };
            policy::Entity::update_many()
                .set(row)
                .filter(policy::Column::Id.eq(policy.0))
                .filter(policy::Column::WorkspaceId.eq(changed.workspace_id.0))
                .filter(policy::Column::LatestChangeId.eq(changed.id.0))
                .exec(&self.db)
                .await?;
        }
        Ok(())
    }

    async fn save_approvals(&self, change: &ChangeRequest) -> Result<()> {
        use approval::Column;
        if change.approvals.is_empty() {
            return Ok(());
        }
        let rows = change.approvals.iter().map(|approval| approval_row(change, approval)).collect::<Result<Vec<_>>>()?;
        let conflict = OnConflict::column(Column::Id)
            .update_columns([Column::State, Column::DecidedBy, Column::DecidedAt, Column::Comment, Column::Decisions])
            .to_owned();
        approval::Entity::insert_many(rows).on_conflict(conflict).exec_without_returning(&self.db).await?;
        Ok(())
    }
}

fn to_columns(change: &ChangeRequest) -> Result<change_request::ActiveModel> {
    Ok(change_request::ActiveModel {
        id: NotSet,
        workspace_id: NotSet,
        tenant_id: NotSet,
        // Only a creation has none at first.
        policy_id: Set(change.policy_id.map(|id| id.0)),
        kind: NotSet,
        payload: Set(to_json("change_request.payload", &change.payload)?),
        status: Set(change.status.as_str().to_owned()),
        revision: Set(change.revision),
        created_by: NotSet,
        editors: Set(to_json("change_request.editors", &change.editors)?),
        note: Set(change.note.clone()),
        requires_approval: Set(change.requires_approval),
        rollback_of: Set(change.rollback_of.map(|id| id.0)),
        rolled_back_by: Set(change.rolled_back_by.map(|id| id.0)),
        dry_run: Set(change.dry_run.as_ref().map(|dry_run| to_json("change_request.dry_run", dry_run)).transpose()?),
        applied_by: Set(change.applied_by.map(|id| id.0)),
        pre_snapshot_id: Set(change.pre_snapshot_id.map(|id| id.0)),
        post_snapshot_id: Set(change.post_snapshot_id.map(|id| id.0)),
        write_performed: Set(change.write_performed),
        failure: Set(change.failure.as_ref().map(|failure| to_json("change_request.failure", failure)).transpose()?),
        close_reason: Set(change.close_reason.map(|reason| reason.as_str().to_owned())),
        created_at: NotSet,
        updated_at: Set(change.updated_at),
        applied_at: Set(change.applied_at),
        target_graph_id: Set(change.target_graph_id.clone()),
        approval_rules: Set(Some(to_json("change_request.approval_rules", &change.approval_rules)?)),
        waivers: Set(Some(to_json("change_request.waivers", &change.waivers)?)),
        emergency: Set(change.emergency.as_ref().map(|emergency| to_json("change_request.emergency", emergency)).transpose()?),
        resolution: Set(change.resolution.as_ref().map(|resolution| to_json("change_request.resolution", resolution)).transpose()?),
        bulk_change_id: NotSet,
        rollout_id: NotSet,
        outcome_unknown: Set(change.failure.as_ref().map(|failure| failure.outcome_unknown)),
        dry_run_digest: Set(change.dry_run.as_ref().map(|dry_run| dry_run.digest.clone())),
    })
}

pub(crate) fn approval_row(change: &ChangeRequest, approval: &Approval) -> Result<approval::ActiveModel> {
    Ok(approval::ActiveModel {
        id: Set(approval.id.0),
        workspace_id: Set(change.workspace_id.0),
        change_id: Set(change.id.0),
        state: Set(approval.state.as_str().to_owned()),
        requested_by: Set(approval.requested_by.0),
        requested_at: Set(approval.requested_at),
        digest: Set(approval.digest.clone()),
        expires_at: Set(approval.expires_at),
        decided_by: Set(approval.decided_by.map(|id| id.0)),
        decided_at: Set(approval.decided_at),
        comment: Set(approval.comment.clone()),
        quorum: Set(i32::from(approval.quorum)),
        decisions: Set(Some(to_json("approval.decisions", &approval.decisions)?)),
    })
}

pub(crate) fn to_change(row: change_request::Model, approvals: Vec<Approval>) -> Result<ChangeRequest> {
    let rules: Option<ApprovalRules> = optional_json("change_request.approval_rules", row.approval_rules.as_deref())?;
    Ok(ChangeRequest {
        id: ChangeId(row.id),
        workspace_id: WorkspaceId(row.workspace_id),
        tenant_id: TenantId(row.tenant_id),
        policy_id: row.policy_id.map(PolicyId),
        payload: json("change_request.payload", &row.payload)?,
        status: text("change_request.status", &row.status)?,
        revision: row.revision,
        created_by: MemberId(row.created_by),
        editors: json("change_request.editors", &row.editors)?,
        note: row.note,
        requires_approval: row.requires_approval,
        // A row of the binary before has none; whether it needed approval was all that was fixed.
        approval_rules: rules.unwrap_or_else(|| ApprovalRules { always: row.requires_approval, ..ApprovalRules::default() }),
        target_graph_id: row.target_graph_id,
        waivers: optional_json("change_request.waivers", row.waivers.as_deref())?.unwrap_or_default(),
        emergency: optional_json("change_request.emergency", row.emergency.as_deref())?,
        resolution: optional_json("change_request.resolution", row.resolution.as_deref())?,
        bulk_change_id: row.bulk_change_id.map(BulkChangeId),
        rollout_id: row.rollout_id.map(RolloutId),
        rollback_of: row.rollback_of.map(ChangeId),
        rolled_back_by: row.rolled_back_by.map(ChangeId),
        dry_run: optional_json("change_request.dry_run", row.dry_run.as_deref())?,
        approvals,
        applied_by: row.applied_by.map(MemberId),
        pre_snapshot_id: row.pre_snapshot_id.map(SnapshotId),
        post_snapshot_id: row.post_snapshot_id.map(SnapshotId),
        write_performed: row.write_performed,
        failure: optional_json("change_request.failure", row.failure.as_deref())?,
        close_reason: optional_text("change_request.close_reason", row.close_reason.as_deref())?,
        created_at: row.created_at,
        updated_at: row.updated_at,
        applied_at: row.applied_at,
    })
}

pub(crate) fn to_approval(row: approval::Model) -> Result<Approval> {
    Ok(Approval {
        id: ApprovalId(row.id),
        state: text("approval.state", &row.state)?,
        requested_by: MemberId(row.requested_by),
        requested_at: row.requested_at,
        digest: row.digest,
        expires_at: row.expires_at,
        decided_by: row.decided_by.map(MemberId),
        decided_at: row.decided_at,
        comment: row.comment,
        quorum: u8::try_from(row.quorum).unwrap_or(1),
        decisions: optional_json("approval.decisions", row.decisions.as_deref())?.unwrap_or_default(),
    })
}
