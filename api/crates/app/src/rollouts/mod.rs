//! Use cases on phased rollouts, one file per verb, and the engine that moves them (`tick`).

mod approval;
mod command;
mod create;
mod decision;
mod draft;
mod edit;
pub(crate) mod facts;
pub(crate) mod forecast;
mod moves;
mod owner;
mod propose;
mod query;
mod step;
mod stream;
pub(crate) mod tick;
mod twin;
mod view;
mod wake;

pub use command::{CreateRollout, DecideRolloutApproval, EditRollout, MoveRollout, PhaseDraft, RequestRolloutApproval};
pub use propose::RolloutProposal;
pub use query::RolloutListFilter;
pub use store::StoredVerdict;
pub use stream::RolloutUpdate;
pub use view::RolloutView;

pub(crate) use create::NewRollout;
pub(crate) use draft::Material;
pub(crate) use owner::{owned, takes_twin_back};
pub(crate) use tick::signals::none_needed;
pub(crate) use tick::told::event as rollout_event;
pub(crate) use wake::rollout_look;
