//! Change requests: one intended write to one tenant, gated (domain.md sections 2 and 3).

pub mod approvals;
mod checks;
pub mod digest;
pub mod dry_run;
pub mod failure;
pub mod gate;
pub mod kind;
pub mod plan;
pub mod refusal;
pub mod request;
pub mod rollback;
pub mod status;
pub mod transition;
pub mod warning;
