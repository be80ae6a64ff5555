//! Rollouts across tenants: waves of tenants around the phases of groups, one plan and one view (domain.md section 8, rollout-engine.md
//! A5.5).
//!
//! Each tenant has a phased rollout of its own, with the engine, guard and approval of any other. What is here says which tenant starts when,
//! and what holds all of them. As with a bulk change there is no status of its own: what is shown follows from the tenants' rollouts, so
//! there is nothing that could disagree with what happened in a tenant.

mod digest;
mod item;
mod progress;
mod record;
mod status;
mod wave;

pub use digest::{PlanPart, bulk_rollout_digest};
pub use item::{BulkRolloutItem, BulkRolloutItemState, ChildRollout, StartRefusal};
pub use progress::bulk_rollout_event;
pub use record::{BulkRollout, MAX_GROUP_NAME, NamedPhase, StartedBy, WaveHold};
pub use status::{BulkRolloutCounts, BulkRolloutStatus, status};
pub use wave::{NextWave, WaveSignal, next_wave, wave_signal};
