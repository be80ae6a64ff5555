//! Verdicts on the phases of rollouts: each with everything that it was made of.

use chrono::{DateTime, Utc};
use domain::id::{RolloutId, RolloutVerdictId, WorkspaceId};
use domain::rollout::Verdict;
use entity::rollout_verdict::{ActiveModel, Column, Entity, Model};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::convert::{all, json, to_json};
use crate::db::{Reader, WriteTx};
use crate::error::Result;

/// A stored verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredVerdict {
    /// Our id.
    pub id: RolloutVerdictId,
    /// The rollout.
    pub rollout_id: RolloutId,
    /// The phase that it is about, from 1.
    pub phase: u8,
    /// When it was made.
    pub at: DateTime<Utc>,
    /// What it says, and what of.
    pub verdict: Verdict,
}

impl Reader {
    /// One verdict.
    pub async fn rollout_verdict(&self, workspace: WorkspaceId, id: RolloutVerdictId) -> Result<Option<StoredVerdict>> {
        let row = Entity::find_by_id(id.0).filter(Column::WorkspaceId.eq(workspace.0)).one(&self.db).await?;
        row.map(to_verdict).transpose()
    }

    /// The newest verdicts of a rollout, newest first.
    pub async fn rollout_verdicts(&self, workspace: WorkspaceId, rollout: RolloutId, limit: u64) -> Result<Vec<StoredVerdict>> {
        let rows = Entity::find()
            .filter(Column::RolloutId.eq(rollout.0))
            .filter(Column::WorkspaceId.eq(workspace.0))
            .order_by_desc(Column::At)
            .order_by_desc(Column::Id)
            .limit(limit)
            .all(&self.db)
            .await?;
        all(rows, to_verdict)
    }
}

impl WriteTx {
    /// Adds a verdict.
    pub async fn insert_rollout_verdict(&self, workspace: WorkspaceId, new: &StoredVerdict) -> Result<()> {
        let row = ActiveModel {
            id: Set(new.id.0),
            workspace_id: Set(workspace.0),
            rollout_id: Set(new.rollout_id.0),
            phase: Set(i32::from(new.phase)),
            at: Set(new.at),
            outcome: Set(new.verdict.outcome.as_str().to_owned()),
            verdict: Set(to_json("rollout_verdict.verdict", &new.verdict)?),
        };
        Entity::insert(row).exec_without_returning(&self.db).await?;
        Ok(())
    }
}

fn to_verdict(row: Model) -> Result<StoredVerdict> {
    Ok(StoredVerdict {
        id: RolloutVerdictId(row.id),
        rollout_id: RolloutId(row.rollout_id),
        phase: u8::try_from(row.phase).unwrap_or_default(),
        at: row.at,
        verdict: json("rollout_verdict.verdict", &row.verdict)?,
    })
}
