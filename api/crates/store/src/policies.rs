//! Policies as last seen.

use std::collections::HashMap;

use domain::id::{ChangeId, ContentHash, PolicyId, TenantId, WorkspaceId};
use domain::policy::{LatestChange, Policy, PolicyMetadata};
use entity::policy::{ActiveModel, Column, Entity, Model};
use sea_orm::{ActiveValue::NotSet, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::convert::{all, json, optional_text, sort_name, text, to_json};
use crate::db::{Reader, WriteTx};
use crate::error::{Result, StoreError};
use crate::ids::in_ids;
use crate::workspaces::one_row;

impl Reader {
    /// One policy, deleted or not.
    pub async fn policy(&self, workspace: WorkspaceId, id: PolicyId) -> Result<Option<Policy>> {
        let row = Entity::find_by_id(id.0).filter(Column::WorkspaceId.eq(workspace.0)).one(&self.db).await?;
        row.map(to_policy).transpose()
    }

    /// Policies by id, in no order; unknown ids are left out.
    pub async fn policies_by_ids(&self, workspace: WorkspaceId, ids: &[PolicyId]) -> Result<Vec<Policy>> {
        let rows = Entity::find()
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(in_ids(&self.db, "id", ids.iter().map(|id| id.0)))
            .all(&self.db)
            .await?;
        all(rows, to_policy)
    }

    /// A tenant's policies by Graph id, in no order; unknown ids are left out.
    pub async fn policies_by_graph_ids(&self, workspace: WorkspaceId, tenant: TenantId, graph_ids: &[Uuid]) -> Result<Vec<Policy>> {
        let rows = Entity::find()
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(Column::TenantId.eq(tenant.0))
            .filter(in_ids(&self.db, "graph_id", graph_ids.iter().copied()))
            .all(&self.db)
            .await?;
        all(rows, to_policy)
    }

    /// All policies of a tenant by name, deleted ones too. Graph allows a tenant a few hundred.
    pub async fn policies_of_tenant(&self, workspace: WorkspaceId, tenant: TenantId) -> Result<Vec<Policy>> {
        let rows = Entity::find()
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(Column::TenantId.eq(tenant.0))
            .order_by_asc(Column::SortName)
            .order_by_asc(Column::Id)
            .all(&self.db)
            .await?;
        all(rows, to_policy)
    }

    /// The conditions of policies, as compact JSON text.
    pub async fn conditions_of(&self, workspace: WorkspaceId, ids: &[PolicyId]) -> Result<HashMap<PolicyId, String>> {
        let rows: Vec<(Uuid, String)> = Entity::find()
            .select_only()
            .columns([Column::Id, Column::Conditions])
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(in_ids(&self.db, "id", ids.iter().map(|id| id.0)))
            .into_tuple()
            .all(&self.db)
            .await?;
        Ok(rows.into_iter().map(|(id, conditions)| (PolicyId(id), conditions)).collect())
    }

    /// The newest change of each policy that has one.
    pub async fn latest_changes_of(&self, workspace: WorkspaceId, ids: &[PolicyId]) -> Result<HashMap<PolicyId, LatestChange>> {
        let rows: Vec<(Uuid, Option<Uuid>, Option<String>)> = Entity::find()
            .select_only()
            .columns([Column::Id, Column::LatestChangeId, Column::LatestChangeStatus])
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(Column::LatestChangeId.is_not_null())
            .filter(in_ids(&self.db, "id", ids.iter().map(|id| id.0)))
            .into_tuple()
            .all(&self.db)
            .await?;
        let mut latest = HashMap::with_capacity(rows.len());
        for (id, change, status) in rows {
            if let Some(change) = latest_change(change, status.as_deref())? {
                latest.insert(PolicyId(id), change);
            }
        }
        Ok(latest)
    }
}

impl WriteTx {
    /// Adds a policy with the compact JSON of its conditions. Its document must be stored already: a foreign key holds it.
    pub async fn insert_policy(&self, new: &Policy, conditions: &str) -> Result<()> {
        let row = ActiveModel {
            id: Set(new.id.0),
            workspace_id: Set(new.workspace_id.0),
            tenant_id: Set(new.tenant_id.0),
            graph_id: Set(new.graph_id),
            first_seen_at: Set(new.first_seen_at),
            latest_change_id: Set(None),
            latest_change_status: Set(None),
            ..to_columns(new, Some(conditions))?
        };
        Entity::insert(row).exec_without_returning(&self.db).await?;
        Ok(())
    }

    /// Saves everything but ids if the row is still at `changed.version`, and returns it one version later. `conditions` goes with a new document.
    pub async fn update_policy(&self, changed: &Policy, conditions: Option<&str>) -> Result<Policy> {
        let next = Policy { version: changed.version + 1, ..changed.clone() };
        let update = Entity::update_many()
            .set(to_columns(&next, conditions)?)
            .filter(Column::Id.eq(changed.id.0))
            .filter(Column::WorkspaceId.eq(changed.workspace_id.0))
            .filter(Column::Version.eq(changed.version));
        one_row(update.exec(&self.db).await?.rows_affected)?;
        Ok(next)
    }
}

fn to_columns(policy: &Policy, conditions: Option<&str>) -> Result<ActiveModel> {
    Ok(ActiveModel {
        id: NotSet,
        workspace_id: NotSet,
        tenant_id: NotSet,
        graph_id: NotSet,
        display_name: Set(policy.display_name.clone()),
        sort_name: Set(sort_name(&policy.display_name)),
        state: Set(policy.state.as_str().to_owned()),
        conditions: conditions.map_or(NotSet, |conditions| Set(conditions.to_owned())),
        content_hash: Set(policy.content_hash.0.clone()),
        document_hash: Set(policy.document_hash.0.clone()),
        graph_modified_at: Set(policy.graph_modified_at),
        deleted_at: Set(policy.deleted_at),
        criticality: Set(policy.metadata.criticality.map(|criticality| criticality.as_str().to_owned())),
        code: Set(policy.metadata.code.clone()),
        tags: Set(to_json("policy.tags", &policy.metadata.tags)?),
        first_seen_at: NotSet,
        last_seen_at: Set(policy.last_seen_at),
        latest_change_id: NotSet,
        latest_change_status: NotSet,
        version: Set(policy.version),
    })
}

/// The two columns of the newest change belong together.
pub(crate) fn latest_change(id: Option<Uuid>, status: Option<&str>) -> Result<Option<LatestChange>> {
    match (id, status) {
        (Some(id), Some(status)) => Ok(Some(LatestChange { id: ChangeId(id), status: text("policy.latest_change_status", status)? })),
        (None, None) => Ok(None),
        _ => Err(StoreError::corrupt("policy.latest_change_id and latest_change_status: one without the other")),
    }
}

pub(crate) fn to_policy(row: Model) -> Result<Policy> {
    Ok(Policy {
        id: PolicyId(row.id),
        workspace_id: WorkspaceId(row.workspace_id),
        tenant_id: TenantId(row.tenant_id),
        graph_id: row.graph_id,
        display_name: row.display_name,
        state: text("policy.state", &row.state)?,
        content_hash: ContentHash(row.content_hash),
        document_hash: ContentHash(row.document_hash),
        graph_modified_at: row.graph_modified_at,
        deleted_at: row.deleted_at,
        metadata: PolicyMetadata {
            criticality: optional_text("policy.criticality", row.criticality.as_deref())?,
            code: row.code,
            // Most have none.
            tags: if row.tags == "[]" { Vec::new() } else { json("policy.tags", &row.tags)? },
        },
        first_seen_at: row.first_seen_at,
        last_seen_at: row.last_seen_at,
        version: row.version,
    })
}
