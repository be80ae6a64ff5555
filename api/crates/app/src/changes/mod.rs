//! Use cases on change requests, one file per verb.

mod apply;
mod approval;
mod cancel;
mod create;
mod dry_run;
pub(crate) mod gate_facts;
pub(crate) mod plan;
mod rollback;
pub(crate) mod step;
pub(crate) mod target;
