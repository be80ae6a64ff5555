//! The states that a policy was seen in; written once, never changed.

use chrono::{DateTime, Utc};
use domain::id::{ChangeId, ContentHash, PolicyId, SnapshotId, TenantId, WorkspaceId};
use domain::policy::PolicyVersion;
use entity::policy_version::{ActiveModel, Column, Entity, Model};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use uuid::Uuid;

use crate::convert::text;
use crate::db::{Reader, WriteTx};
use crate::error::Result;
use crate::page::{Cursor, Keyset, Page, PageRequest, SortKey};

impl Reader {
    /// A page of a policy's versions, newest first.
    pub async fn policy_versions_page(
        &self,
        workspace: WorkspaceId,
        policy: PolicyId,
        request: &PageRequest,
    ) -> Result<Page<PolicyVersion>> {
        let keyset =
            Keyset { list: "policy-versions", key: Expr::col(Column::Number), id: None, descending: true, like: SortKey::Number(0) };
        let of_policy = Entity::find().filter(Column::WorkspaceId.eq(workspace.0)).filter(Column::PolicyId.eq(policy.0));
        let rows = keyset.apply(of_policy, request)?.all(&self.db).await?;
        keyset.page(rows, request, |row| Cursor { key: SortKey::Number(row.number), id: Uuid::nil() }, to_version)
    }

    /// The newest version whose canonical form has this hash.
    pub async fn policy_version_with(
        &self,
        workspace: WorkspaceId,
        policy: PolicyId,
        content: &ContentHash,
    ) -> Result<Option<PolicyVersion>> {
        let row = Entity::find()
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(Column::PolicyId.eq(policy.0))
            .filter(Column::ContentHash.eq(&content.0))
            .order_by_desc(Column::Number)
            .one(&self.db)
            .await?;
        row.map(to_version).transpose()
    }
}

impl Reader {
    /// Documents that policies of a tenant have or had, each once, the newest versions first, at most `limit`.
    pub async fn policy_documents_ever(&self, workspace: WorkspaceId, tenant: TenantId, limit: u64) -> Result<Vec<ContentHash>> {
        let of_tenant = entity::policy::Entity::find()
            .select_only()
            .column(entity::policy::Column::Id)
            .filter(entity::policy::Column::WorkspaceId.eq(workspace.0))
            .filter(entity::policy::Column::TenantId.eq(tenant.0))
            .into_query();
        let rows: Vec<(String, Option<DateTime<Utc>>)> = Entity::find()
            .select_only()
            .column(Column::DocumentHash)
            .expr_as(Expr::col(Column::SeenAt).max(), "seen")
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(Column::PolicyId.in_subquery(of_tenant))
            .group_by(Column::DocumentHash)
            .order_by_desc(Expr::col(Column::SeenAt).max())
            .limit(limit)
            .into_tuple()
            .all(&self.db)
            .await?;
        Ok(rows.into_iter().map(|(hash, _)| ContentHash(hash)).collect())
    }
}

impl WriteTx {
    /// Adds a version; it gets the next number, whatever number it came with. Its document and snapshot must be stored already.
    pub async fn append_policy_version(&self, workspace: WorkspaceId, new: &PolicyVersion) -> Result<()> {
        let newest = Entity::find()
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(Column::PolicyId.eq(new.policy_id.0))
            .order_by_desc(Column::Number)
            .one(&self.db)
            .await?;
        let row = ActiveModel {
            workspace_id: Set(workspace.0),
            policy_id: Set(new.policy_id.0),
            number: Set(newest.map_or(1, |newest| newest.number + 1)),
            seen_at: Set(new.seen_at),
            snapshot_id: Set(new.snapshot_id.0),
            change_id: Set(new.change_id.map(|id| id.0)),
            display_name: Set(new.display_name.clone()),
            state: Set(new.state.as_str().to_owned()),
            content_hash: Set(new.content_hash.0.clone()),
            document_hash: Set(new.document_hash.0.clone()),
        };
        Entity::insert(row).exec_without_returning(&self.db).await?;
        Ok(())
    }
}

fn to_version(row: Model) -> Result<PolicyVersion> {
    Ok(PolicyVersion {
        policy_id: PolicyId(row.policy_id),
        number: row.number,
        seen_at: row.seen_at,
        snapshot_id: SnapshotId(row.snapshot_id),
        change_id: row.change_id.map(ChangeId),
        display_name: row.display_name,
        state: text("policy_version.state", &row.state)?,
        content_hash: ContentHash(row.content_hash),
        document_hash: ContentHash(row.document_hash),
    })
}
