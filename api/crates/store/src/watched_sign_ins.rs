//! Sign-ins that the twins of rollouts decided on, one by one: what verdicts count.

use chrono::{DateTime, TimeDelta, Utc};
use domain::id::{RolloutId, TenantId, WorkspaceId};
use domain::rollout::{EvaluatedSignIn, SignInFacts};
use entity::watched_sign_in::{ActiveModel, Column, Entity, Model};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::convert::{all, optional_text, text};
use crate::db::{Reader, WriteTx};
use crate::error::{Result, StoreError};

/// The most sign-ins that one call answers with.
pub const MAX_WATCHED_SIGN_INS: u64 = 10_000;
/// Rows of one statement: 14 values each stay far below either database's limit of parameters.
const AT_ONCE: usize = 1_000;

/// The last sign-in of the page before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchedAfter {
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Its id, as the sign-in has it.
    pub id: String,
}

impl WatchedAfter {
    /// Where the page after this one begins.
    pub fn of(last: &EvaluatedSignIn) -> Self {
        WatchedAfter { at: last.at, id: last.id.clone() }
    }
}

impl Reader {
    /// Sign-ins in `[from, to)` that a rollout's twin decided on, in the order of time and id, after `after`; at most `limit` and at most 10,000.
    pub async fn watched_sign_ins(
        &self,
        workspace: WorkspaceId,
        rollout: RolloutId,
        (from, to): (DateTime<Utc>, DateTime<Utc>),
        after: Option<&WatchedAfter>,
        limit: u64,
    ) -> Result<Vec<EvaluatedSignIn>> {
        let find = Entity::find()
            .filter(Column::RolloutId.eq(rollout.0))
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(Column::At.gte(from))
            .filter(Column::At.lt(to));
        let find = match after {
            Some(after) => {
                let same = Condition::all().add(Column::At.eq(after.at)).add(Column::SignInId.gt(id(&after.id)?));
                find.filter(Column::At.gte(after.at)).filter(Condition::any().add(Column::At.gt(after.at)).add(same))
            }
            None => find,
        };
        let rows =
            find.order_by_asc(Column::At).order_by_asc(Column::SignInId).limit(limit.clamp(1, MAX_WATCHED_SIGN_INS)).all(&self.db).await?;
        all(rows, to_sign_in)
    }

    /// From when on in `[from, to)` no more than `most` sign-ins of a rollout are there; `from` where all of them are no more.
    pub async fn watched_sign_ins_from(
        &self,
        workspace: WorkspaceId,
        rollout: RolloutId,
        (from, to): (DateTime<Utc>, DateTime<Utc>),
        most: u64,
    ) -> Result<DateTime<Utc>> {
        let first_beyond: Option<DateTime<Utc>> = Entity::find()
            .select_only()
            .column(Column::At)
            .filter(Column::RolloutId.eq(rollout.0))
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(Column::At.gte(from))
            .filter(Column::At.lt(to))
            .order_by_desc(Column::At)
            .offset(most)
            .limit(1)
            .into_tuple()
            .one(&self.db)
            .await?;
        // What was at the same instant stays out whole.
        Ok(first_beyond.map_or(from, |at| at + TimeDelta::microseconds(1)))
    }
}

impl WriteTx {
    /// Keeps sign-ins of a rollout; those that are there already stay as they are.
    pub async fn keep_watched_sign_ins(
        &self,
        workspace: WorkspaceId,
        tenant: TenantId,
        rollout: RolloutId,
        sign_ins: &[EvaluatedSignIn],
    ) -> Result<()> {
        for some in sign_ins.chunks(AT_ONCE) {
            let rows: Result<Vec<ActiveModel>> = some.iter().map(|sign_in| to_row(workspace, tenant, rollout, sign_in)).collect();
            let conflict = OnConflict::columns([Column::RolloutId, Column::At, Column::SignInId]).do_nothing().to_owned();
            Entity::insert_many(rows?).on_conflict(conflict).exec_without_returning(&self.db).await?;
        }
        Ok(())
    }

    /// Deletes a tenant's sign-ins before an instant, and the watches that ended before it.
    pub async fn delete_watched_sign_ins(&self, workspace: WorkspaceId, tenant: TenantId, before: DateTime<Utc>) -> Result<()> {
        use entity::watched_policy;
        Entity::delete_many()
            .filter(Column::TenantId.eq(tenant.0))
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(Column::At.lt(before))
            .exec(&self.db)
            .await?;
        watched_policy::Entity::delete_many()
            .filter(watched_policy::Column::TenantId.eq(tenant.0))
            .filter(watched_policy::Column::WorkspaceId.eq(workspace.0))
            .filter(watched_policy::Column::Until.lt(before))
            .exec(&self.db)
            .await?;
        Ok(())
    }
}

/// The log's ids are kept as UUIDs: [`domain::summary::record`] makes one of every id.
fn id(text: &str) -> Result<Uuid> {
    Uuid::parse_str(text).map_err(|_| StoreError::corrupt("watched_sign_in.sign_in_id: not a UUID"))
}

fn to_row(workspace: WorkspaceId, tenant: TenantId, rollout: RolloutId, sign_in: &EvaluatedSignIn) -> Result<ActiveModel> {
    let facts = &sign_in.facts;
    Ok(ActiveModel {
        rollout_id: Set(rollout.0),
        at: Set(sign_in.at),
        sign_in_id: Set(id(&sign_in.id)?),
        workspace_id: Set(workspace.0),
        tenant_id: Set(tenant.0),
        user_id: Set(sign_in.user),
        app: Set(sign_in.app.clone()),
        app_name: Set(facts.app_name.clone().unwrap_or_default()),
        resource: Set(sign_in.resource.clone()),
        outcome: Set(sign_in.outcome.as_str().to_owned()),
        original: Set(sign_in.original.map(|result| result.as_str().to_owned())),
        error_code: Set(facts.error_code),
        client: Set(facts.client.clone()),
        platform: Set(facts.platform.clone()),
        country: Set(facts.country.clone()),
    })
}

fn to_sign_in(row: Model) -> Result<EvaluatedSignIn> {
    Ok(EvaluatedSignIn {
        at: row.at,
        id: row.sign_in_id.to_string(),
        user: row.user_id,
        app: row.app,
        resource: row.resource,
        outcome: text("watched_sign_in.outcome", &row.outcome)?,
        original: optional_text("watched_sign_in.original", row.original.as_deref())?,
        facts: SignInFacts {
            error_code: row.error_code,
            app_name: (!row.app_name.is_empty()).then_some(row.app_name),
            client: row.client,
            platform: row.platform,
            country: row.country,
        },
    })
}
