//! Change requests: one intended write to one tenant, gated (domain.md sections 2 and 3).

pub mod approval_rules;
pub mod approvals;
mod checks;
pub mod digest;
pub mod dry_run;
pub mod edit;
pub mod emergency;
pub mod failure;
pub mod gate;
pub mod kind;
pub mod outcome;
mod patch;
pub mod payload;
pub mod plan;
pub mod refusal;
pub mod request;
mod risk;
pub mod rollback;
pub mod status;
mod summary;
pub mod transition;
mod validate;
mod waivers;
pub mod warning;
mod wording;
