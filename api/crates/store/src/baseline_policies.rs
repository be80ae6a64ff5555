//! The policies of baselines.

use domain::baseline::{BaselinePolicy, MAX_BASELINE_POLICIES};
use domain::id::{BaselineId, BaselinePolicyId, ContentHash, WorkspaceId};
use entity::baseline_policy::{ActiveModel, Column, Entity, Model};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::convert::{all, json, sort_name, text, to_json};
use crate::db::{Reader, WriteTx};
use crate::error::Result;
use crate::ids::in_ids;
use crate::page::{Cursor, Keyset, Page, PageRequest, SortKey};

/// Rows of one insert: 14 parameters each, far below both databases' limits.
const BATCH: usize = 500;

impl Reader {
    /// One policy of a baseline.
    pub async fn baseline_policy(&self, workspace: WorkspaceId, id: BaselinePolicyId) -> Result<Option<BaselinePolicy>> {
        let row = Entity::find_by_id(id.0).filter(Column::WorkspaceId.eq(workspace.0)).one(&self.db).await?;
        row.map(to_policy).transpose()
    }

    /// Policies of baselines by id, in no order; unknown ids are left out.
    pub async fn baseline_policies_by_ids(&self, workspace: WorkspaceId, ids: &[BaselinePolicyId]) -> Result<Vec<BaselinePolicy>> {
        let rows = Entity::find()
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(in_ids(&self.db, "id", ids.iter().map(|id| id.0)))
            .all(&self.db)
            .await?;
        all(rows, to_policy)
    }

    /// A baseline's policies, by name. There are [`MAX_BASELINE_POLICIES`] at most.
    pub async fn baseline_policies(&self, workspace: WorkspaceId, baseline: BaselineId) -> Result<Vec<BaselinePolicy>> {
        let rows = Entity::find()
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(Column::BaselineId.eq(baseline.0))
            .order_by_asc(Column::SortName)
            .order_by_asc(Column::Id)
            .limit(MAX_BASELINE_POLICIES as u64)
            .all(&self.db)
            .await?;
        all(rows, to_policy)
    }

    /// A page of a baseline's policies, by name.
    pub async fn baseline_policies_page(
        &self,
        workspace: WorkspaceId,
        baseline: BaselineId,
        request: &PageRequest,
    ) -> Result<Page<BaselinePolicy>> {
        let keyset = Keyset {
            list: "baseline-policies",
            key: Expr::col(Column::SortName),
            id: Some(Expr::col(Column::Id)),
            descending: false,
            like: SortKey::Text(String::new()),
        };
        let select = Entity::find().filter(Column::WorkspaceId.eq(workspace.0)).filter(Column::BaselineId.eq(baseline.0));
        let rows = keyset.apply(select, request)?.all(&self.db).await?;
        keyset.page(rows, request, |row: &Model| Cursor { key: SortKey::Text(row.sort_name.clone()), id: row.id }, to_policy)
    }

    /// How many policies a baseline has.
    pub async fn count_baseline_policies(&self, workspace: WorkspaceId, baseline: BaselineId) -> Result<u64> {
        let select = Entity::find().filter(Column::WorkspaceId.eq(workspace.0)).filter(Column::BaselineId.eq(baseline.0));
        Ok(select.count(&self.db).await?)
    }
}

impl WriteTx {
    /// Adds policies, or replaces those of the same path, which keep their id. Their documents must be stored already.
    pub async fn upsert_baseline_policies(&self, policies: &[BaselinePolicy]) -> Result<()> {
        for batch in policies.chunks(BATCH) {
            let rows = batch.iter().map(to_row).collect::<Result<Vec<_>>>()?;
            let conflict = OnConflict::columns([Column::BaselineId, Column::Path])
                .update_columns([
                    Column::Code,
                    Column::DisplayName,
                    Column::SortName,
                    Column::Severity,
                    Column::Tags,
                    Column::DocumentHash,
                    Column::ContentHash,
                    Column::Notes,
                    Column::UpdatedAt,
                ])
                .to_owned();
            Entity::insert_many(rows).on_conflict(conflict).exec_without_returning(&self.db).await?;
        }
        Ok(())
    }

    /// Removes a policy from its baseline; whether it was there. Its document stays, as all documents do.
    pub async fn delete_baseline_policy(&self, workspace: WorkspaceId, id: BaselinePolicyId) -> Result<bool> {
        let delete = Entity::delete_many().filter(Column::Id.eq(id.0)).filter(Column::WorkspaceId.eq(workspace.0));
        Ok(delete.exec(&self.db).await?.rows_affected == 1)
    }
}

fn to_row(policy: &BaselinePolicy) -> Result<ActiveModel> {
    Ok(ActiveModel {
        id: Set(policy.id.0),
        workspace_id: Set(policy.workspace_id.0),
        baseline_id: Set(policy.baseline_id.0),
        code: Set(policy.code.clone()),
        display_name: Set(policy.display_name.clone()),
        sort_name: Set(sort_name(&policy.display_name)),
        severity: Set(policy.severity.as_str().to_owned()),
        tags: Set(to_json("baseline_policy.tags", &policy.tags)?),
        document_hash: Set(policy.document_hash.0.clone()),
        content_hash: Set(policy.content_hash.0.clone()),
        path: Set(policy.path.clone()),
        notes: Set(to_json("baseline_policy.notes", &policy.notes)?),
        created_at: Set(policy.created_at),
        updated_at: Set(policy.updated_at),
    })
}

fn to_policy(row: Model) -> Result<BaselinePolicy> {
    Ok(BaselinePolicy {
        id: BaselinePolicyId(row.id),
        workspace_id: WorkspaceId(row.workspace_id),
        baseline_id: BaselineId(row.baseline_id),
        code: row.code,
        display_name: row.display_name,
        severity: text("baseline_policy.severity", &row.severity)?,
        tags: json("baseline_policy.tags", &row.tags)?,
        document_hash: ContentHash(row.document_hash),
        content_hash: ContentHash(row.content_hash),
        path: row.path,
        notes: json("baseline_policy.notes", &row.notes)?,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}
