//! Use cases on bulk changes, one file per verb.

pub(crate) mod advance;
mod command;
pub(crate) mod dry_run;
pub(crate) mod impact;
pub(crate) mod query;
pub(crate) mod schedule;
pub(crate) mod step;
mod view;

pub use command::{ApplyBulkChange, BulkStep, CreateBulkChange, DecideBulkApproval, ExcludeTenant, IncludeTenant, ScheduleBulkChange};
pub use query::BulkItemFilter;
pub use view::{BulkItemView, BulkView};
