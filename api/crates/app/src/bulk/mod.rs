//! Use cases on bulk changes, one file per verb.

pub(crate) mod advance;
mod apply;
pub(crate) mod approval;
mod check;
mod child;
mod command;
mod counts;
mod create;
mod decision;
pub(crate) mod dry_run;
mod exclude;
pub(crate) mod impact;
mod look_up;
mod plan;
pub(crate) mod prerequisites;
pub(crate) mod query;
mod resolution;
mod retry;
mod rollback;
pub(crate) mod schedule;
pub(crate) mod step;
mod stop;
mod stream;
mod targets;
mod tenants;
mod view;
mod wake;

pub(crate) use check::checked_target;
pub use command::{ApplyBulkChange, BulkStep, CreateBulkChange, DecideBulkApproval, ExcludeTenant, IncludeTenant, ScheduleBulkChange};
pub(crate) use counts::KnownCounts;
pub use query::BulkItemFilter;
pub use stream::BulkUpdate;
pub(crate) use targets::targets;
pub(crate) use tenants::tenants_of;
pub use view::{BulkItemView, BulkView};
