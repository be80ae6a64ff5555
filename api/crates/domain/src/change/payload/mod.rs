//! Payloads by kind. The outer `Option` of a field says whether the change touches it at all; an inner one, whether it is cleared.

mod conditions;
mod controls;
mod delta;
mod lifecycle;
mod location;
pub(super) mod normalise;
mod nullable;

pub use conditions::{ConditionChange, DeviceFilterChange, RiskConditionChange};
pub use controls::{GrantChange, GrantOperator, SessionChange};
pub use delta::{ApplicationChange, AssignmentChange, SetDelta};
pub use lifecycle::{CreatePolicy, CreateSource, DeletePolicy};
pub use location::{CountryLocation, IpLocation, LocationBody, LocationCreate, LocationDelete, LocationUpdate};
