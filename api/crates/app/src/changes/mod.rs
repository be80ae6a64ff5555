//! Use cases on change requests, one file per verb.

mod apply;
pub(crate) mod approval;
mod cancel;
mod confirm;
pub(crate) mod create;
mod create_source;
mod dry_run;
mod edit;
pub(crate) mod gate_facts;
pub(crate) mod intent;
pub(crate) mod look_up;
mod loosen;
mod moments;
pub(crate) mod plan;
mod resolve;
mod review;
mod rollback;
pub(crate) mod step;
mod stop;
pub(crate) mod target;
mod waive;

pub use edit::EditChange;
pub use loosen::LoosenInEmergency;
pub use resolve::ResolveOutcome;
pub use review::ReviewEmergency;
pub use stop::StopChange;
pub use waive::WaiveWarning;
