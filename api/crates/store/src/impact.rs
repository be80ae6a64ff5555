//! The cache of impact reports: keeping them, and finding them for documents.

use chrono::{DateTime, Utc};
use domain::id::{ContentHash, JobId, TenantId, WorkspaceId};
use domain::impact::{ImpactReason, ImpactReport, ImpactSource, ImpactWindow};
use entity::impact_report::{ActiveModel, Column, Entity};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use uuid::Uuid;

use crate::convert::to_json;
use crate::db::WriteTx;
use crate::error::Result;

/// Rows of one insert: sixteen parameters each.
const BATCH: usize = 100;

/// A report's place in the cache.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ImpactKey {
    /// The tenant.
    pub tenant_id: TenantId,
    /// Canonical hash of the document.
    pub document_hash: ContentHash,
    /// How far back.
    pub window: ImpactWindow,
    /// Where figures come from.
    pub source: ImpactSource,
    /// Graph's id of the policy whose own results are counted; `None` for a simulation, which depends on the document alone. Two policies can have
    /// the same document, and Entra's results of them differ.
    pub observed_as: Option<Uuid>,
}

/// A computed report, and why its figures may not be shown if that is so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComputedImpact {
    /// The report.
    pub report: ImpactReport,
    /// Why it tells nothing; `None` where it does.
    pub reason: Option<ImpactReason>,
    /// How many sign-ins the tenant's log had counted.
    pub log_sign_ins: i64,
    /// See [`ImpactKey::observed_as`].
    pub observed_as: Option<Uuid>,
}

impl WriteTx {
    /// Says that a job computes these reports; older ones stay until it is done.
    pub async fn begin_impact(&self, workspace: WorkspaceId, keys: &[ImpactKey], job: JobId, now: DateTime<Utc>) -> Result<()> {
        for batch in keys.chunks(BATCH) {
            let rows = batch.iter().map(|key| ActiveModel { job_id: Set(Some(job.0)), ..empty(workspace, key, now) });
            Entity::insert_many(rows)
                .on_conflict(key_columns().update_columns([Column::JobId, Column::TouchedAt]).to_owned())
                .exec_without_returning(&self.db)
                .await?;
        }
        Ok(())
    }

    /// Keeps computed reports in place of older ones. Call [`WriteTx::assert_fence`] of the job in the same transaction.
    pub async fn save_impact(&self, workspace: WorkspaceId, computed: &[ComputedImpact]) -> Result<()> {
        for batch in computed.chunks(BATCH) {
            let rows = batch.iter().map(|computed| to_row(workspace, computed)).collect::<Result<Vec<_>>>()?;
            let changed = [
                Column::FromAt,
                Column::DataThrough,
                Column::LogSignIns,
                Column::PeopleAsOf,
                Column::ComputedAt,
                Column::Reason,
                Column::Figures,
                Column::Outdated,
                Column::TouchedAt,
            ];
            Entity::insert_many(rows)
                .on_conflict(key_columns().update_columns(changed).to_owned())
                .exec_without_returning(&self.db)
                .await?;
        }
        Ok(())
    }

    /// The job is done with its reports. With a reason it computed nothing: that is shown where no older report is.
    pub async fn end_impact(&self, workspace: WorkspaceId, job: JobId, reason: Option<ImpactReason>) -> Result<()> {
        let mine = || Entity::update_many().filter(Column::WorkspaceId.eq(workspace.0)).filter(Column::JobId.eq(job.0));
        if let Some(reason) = reason {
            mine().col_expr(Column::Reason, Expr::val(reason.as_str())).filter(Column::ComputedAt.is_null()).exec(&self.db).await?;
        }
        mine().col_expr(Column::JobId, Expr::val(None::<Uuid>)).exec(&self.db).await?;
        Ok(())
    }

    /// What reports of the tenant were computed with, apart from sign-ins and people, has changed: they are stale.
    pub async fn outdate_impact(&self, workspace: WorkspaceId, tenant: TenantId) -> Result<()> {
        Entity::update_many()
            .col_expr(Column::Outdated, Expr::val(true))
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(Column::TenantId.eq(tenant.0))
            .exec(&self.db)
            .await?;
        Ok(())
    }

    /// Deletes reports of the tenant that nobody computed or asked for since an instant, at most `limit`, and says how many.
    pub async fn delete_impact_before(&self, workspace: WorkspaceId, tenant: TenantId, before: DateTime<Utc>, limit: u64) -> Result<u64> {
        let old = Query::select()
            .columns([Column::DocumentHash, Column::WindowLength, Column::Source, Column::ObservedAs])
            .from(Entity)
            .and_where(Expr::col(Column::WorkspaceId).eq(workspace.0))
            .and_where(Expr::col(Column::TenantId).eq(tenant.0))
            .and_where(Expr::col(Column::TouchedAt).lt(before))
            .and_where(Expr::col(Column::JobId).is_null())
            .limit(limit)
            .to_owned();
        let place = Expr::tuple([Column::DocumentHash, Column::WindowLength, Column::Source, Column::ObservedAs].map(Expr::col));
        let deleted = Entity::delete_many()
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(Column::TenantId.eq(tenant.0))
            .filter(place.in_subquery(old))
            .exec(&self.db)
            .await?;
        Ok(deleted.rows_affected)
    }
}

fn key_columns() -> OnConflict {
    OnConflict::columns([Column::TenantId, Column::DocumentHash, Column::WindowLength, Column::Source, Column::ObservedAs])
}

fn empty(workspace: WorkspaceId, key: &ImpactKey, now: DateTime<Utc>) -> ActiveModel {
    ActiveModel {
        tenant_id: Set(key.tenant_id.0),
        document_hash: Set(key.document_hash.0.clone()),
        window_length: Set(key.window.as_str().to_owned()),
        source: Set(key.source.as_str().to_owned()),
        observed_as: Set(key.observed_as.unwrap_or_default()),
        workspace_id: Set(workspace.0),
        job_id: Set(None),
        from_at: Set(None),
        data_through: Set(None),
        log_sign_ins: Set(None),
        people_as_of: Set(None),
        computed_at: Set(None),
        reason: Set(None),
        figures: Set(None),
        outdated: Set(false),
        touched_at: Set(now),
    }
}

fn to_row(workspace: WorkspaceId, computed: &ComputedImpact) -> Result<ActiveModel> {
    let report = &computed.report;
    let key = ImpactKey {
        tenant_id: report.tenant_id,
        document_hash: report.document_hash.clone(),
        window: report.window,
        source: report.source,
        observed_as: computed.observed_as,
    };
    Ok(ActiveModel {
        from_at: Set(Some(report.from)),
        data_through: Set(Some(report.data_through)),
        log_sign_ins: Set(Some(computed.log_sign_ins)),
        people_as_of: Set(report.people_as_of),
        computed_at: Set(Some(report.computed_at)),
        reason: Set(computed.reason.map(|reason| reason.as_str().to_owned())),
        figures: Set(Some(to_json("impact_report.figures", &report.figures)?)),
        ..empty(workspace, &key, report.computed_at)
    })
}
