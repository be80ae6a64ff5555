//! A rollout across tenants as it was asked for, and what members said to all of it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::bulk::{BulkStrategy, BulkTarget};
use crate::id::{BulkRolloutId, MemberId, TenantId, WorkspaceId};
use crate::rollout::{Guard, RolloutMode};

/// The longest name of a group, in characters: Graph's own limit.
pub const MAX_GROUP_NAME: usize = 256;

/// One policy turned on in phases in many tenants.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkRollout {
    /// Our id.
    pub id: BulkRolloutId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// Which policy of each tenant.
    pub target: BulkTarget,
    /// The phases by the names of their groups, 1 to 10; `None`: each tenant's own are proposed.
    pub phases: Option<Vec<NamedPhase>>,
    /// `AUTOMATIC`: each tenant goes on when it is proven healthy. `MANUAL`: a member releases one phase after the other for all.
    pub mode: RolloutMode,
    /// The limits in each tenant.
    pub guard: Guard,
    /// Canaries, tenants at a time, and how many may fail.
    pub strategy: BulkStrategy,
    /// A note for reviewers.
    pub note: Option<String>,
    /// How many tenants it was created for.
    pub tenant_count: u32,
    /// Who created it.
    pub created_by: MemberId,
    /// The last phase that tenants may go to where the mode is `MANUAL`, from 1; one more than a tenant's last phase releases its completion.
    pub released_phase: u8,
    /// When plans were last asked for: what was planned before and could not be is planned again.
    pub plans_asked_at: DateTime<Utc>,
    /// Set once it was started.
    pub started: Option<StartedBy>,
    /// Set while a member holds all of it.
    pub hold: Option<WaveHold>,
    /// The tenants at whose breach all others are known to be held.
    pub held_by: Vec<TenantId>,
    /// When nothing was left to be done.
    pub ended_at: Option<DateTime<Utc>>,
    /// Raised by every step and every move; what `expectedRevision` is compared with, and the row version.
    pub revision: i64,
    /// Creation instant.
    pub created_at: DateTime<Utc>,
    /// The last write.
    pub updated_at: DateTime<Utc>,
}

/// A phase of groups that go by the same name, or an alias, in each tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NamedPhase {
    /// Display names or aliases, 1 to 100.
    pub groups: Vec<String>,
    /// How long it runs at least, in seconds; a day unless given.
    pub min_bake_seconds: Option<u32>,
}

/// Who started it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StartedBy {
    /// The member: each tenant is started as this member, whose rights are asked for again.
    pub by: MemberId,
    /// When.
    pub at: DateTime<Utc>,
    /// The forecasts of the first phases were seen, and it is wanted all the same.
    pub confirm_forecast: bool,
}

/// A member holds all of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WaveHold {
    /// The member.
    pub by: MemberId,
    /// Since when.
    pub at: DateTime<Utc>,
    /// Why: 1 to 2,000 characters.
    pub reason: String,
}
