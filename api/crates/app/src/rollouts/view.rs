//! What is shown of a rollout.

use domain::rollout::{CommandKind, ManagedRollout, RolloutStatus, allowed};
use store::{Reader, StoredVerdict};

use crate::error::AppResult;

/// A rollout with the newest verdict on its current phase.
#[derive(Clone, Debug, PartialEq)]
pub struct RolloutView {
    /// The rollout.
    pub rollout: ManagedRollout,
    /// The newest verdict; `None` before the first on this phase.
    pub verdict: Option<StoredVerdict>,
}

impl RolloutView {
    pub(crate) async fn load(reader: &Reader, rollout: ManagedRollout) -> AppResult<Self> {
        let verdict = match rollout.state.last_verdict {
            Some(id) => reader.rollout_verdict(rollout.workspace_id, id).await?,
            None => None,
        };
        Ok(RolloutView { rollout, verdict })
    }

    /// What it can be asked for where it stands, in declaration order.
    pub fn allowed(&self) -> Vec<CommandKind> {
        allowed(&self.rollout.state)
    }

    /// The phase that a command or a proven verdict leads to; `None` after the last, and after the end.
    pub fn next_phase(&self) -> Option<u8> {
        let state = &self.rollout.state;
        let next = state.phase.saturating_add(1);
        (!state.status.terminal() && next <= state.plan.last_phase() && state.status != RolloutStatus::Reverting).then_some(next)
    }
}
