//! What the world says about a rollout at one moment.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::counts::Counts;
use crate::bulk_rollout::WaveSignal;
use crate::id::ContentHash;
use crate::policy::PolicyState;
use crate::text_enum;

/// Something that was asked for, or why it could not be had. What could not be had never moves a rollout forward.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched<T> {
    /// It is this.
    Known(T),
    /// It could not be had.
    Unavailable(Unavailable),
}

impl<T> Fetched<T> {
    /// What it is, where it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Fetched::Known(value) => Some(value),
            Fetched::Unavailable(_) => None,
        }
    }

    /// Why it could not be had.
    pub fn unavailable(&self) -> Option<Unavailable> {
        match self {
            Fetched::Known(_) => None,
            Fetched::Unavailable(why) => Some(*why),
        }
    }
}

text_enum! {
    /// Why a signal could not be had.
    Unavailable {
        /// The tenant is not connected.
        NotConnected = "NOT_CONNECTED",
        /// Graph could not be reached, throttled us or answered what cannot be trusted.
        GraphUnavailable = "GRAPH_UNAVAILABLE",
        /// The tenant's sign-ins were not read far enough, or cannot be read.
        SignInsNotRead = "SIGN_INS_NOT_READ",
        /// The tenant's groups were not read.
        GroupsNotRead = "GROUPS_NOT_READ",
        /// There is nothing to ask about yet.
        NotYet = "NOT_YET",
    }
}

/// What the world says about a rollout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signals {
    /// What was counted since the current phase began.
    pub counts: Fetched<Counts>,
    /// The same of the people whom the current phase added, from the second phase on. Among all whom the twin reaches by then, a small group
    /// that is shut out would not be seen. `None` where the groups' members are not known.
    pub newcomers: Option<Counts>,
    /// The twin now; `None`: it is gone.
    pub twin: Fetched<Option<PolicySeen>>,
    /// The original now; `None`: it is gone.
    pub original: Fetched<Option<PolicySeen>>,
    /// The members of every group of the plan now, transitively; a group that is gone is missing.
    pub groups: Fetched<BTreeMap<Uuid, u64>>,
    /// The freeze that holds forward moves now, in a sentence; `None`: there is none.
    pub frozen: Option<String>,
    /// What the rollout across tenants lets it do; `None`: it is no part of one.
    pub wave: Option<WaveSignal>,
    /// The tenant is connected.
    pub tenant_connected: bool,
}

/// A policy as it was just read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicySeen {
    /// State; `None` for one that we don't know.
    pub state: Option<PolicyState>,
    /// Hash of its canonical form.
    pub canonical: ContentHash,
    /// Hash of the canonical form of its grant controls alone.
    pub grants: ContentHash,
    /// Every emergency account and group of the tenant is excluded; asked of the twin alone.
    pub emergency_excluded: bool,
}
