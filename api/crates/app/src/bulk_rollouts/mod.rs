//! Use cases on rollouts across tenants, one file per verb; the job that makes the tenants' plans (`plan`) and the one that starts them in waves
//! (`wave`). Each tenant's rollout is moved by the engine of [`crate::rollouts`].

mod approval;
mod command;
mod create;
mod exclude;
mod hold;
pub(crate) mod plan;
mod query;
mod resolve;
mod signal;
mod start;
mod step;
mod stop;
mod stream;
mod view;
mod wake;
pub(crate) mod wave;

pub use command::{
    BulkRolloutStep, CreateBulkRollout, DecideBulkRolloutApproval, ExcludeBulkRolloutTenant, ReasonedBulkRolloutStep,
    RequestBulkRolloutApproval, StartBulkRollout,
};
pub use query::BulkRolloutItemFilter;
pub use stream::BulkRolloutUpdate;
pub use view::{BulkRolloutItemView, BulkRolloutView};

pub(crate) use signal::wave_signal_of;
