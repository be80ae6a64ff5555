//! What a change intends, typed by kind: one object type per kind, in Graph's own names.

mod application;
mod assignment;
mod conditions;
mod controls;
mod lifecycle;
mod location;
mod read;

use async_graphql::Union;
use domain::change::kind::ChangePayload as Payload;

pub use application::ApplicationChange;
pub use assignment::{AssignmentChange, SetDelta};
pub use conditions::{AuthContextChange, ConditionChange, DeviceFilterChange, RiskConditionChange};
pub use controls::{GrantChange, SessionChange, TermsOfUseChange};
pub use lifecycle::{CreatePolicy, DeletePolicy, Rename, RestorePolicy, StateChange};
pub use location::{LocationCreate, LocationDelete, LocationUpdate};

/// What a change intends, by kind. Ids inside are Graph's, not this API's. Expect new members; `payloadJson` has the same for every
/// kind.
#[derive(Union)]
#[expect(clippy::large_enum_variant, reason = "made once a call, and moved on at once")]
pub enum ChangePayload {
    /// `policy.state_change`
    StateChange(StateChange),
    /// `policy.assignment_change`
    AssignmentChange(AssignmentChange),
    /// `policy.condition_change`
    ConditionChange(ConditionChange),
    /// `policy.risk_condition_change`
    RiskConditionChange(RiskConditionChange),
    /// `policy.grant_change`
    GrantChange(GrantChange),
    /// `policy.application_change`
    ApplicationChange(ApplicationChange),
    /// `policy.session_change`
    SessionChange(SessionChange),
    /// `policy.device_filter_change`
    DeviceFilterChange(DeviceFilterChange),
    /// `policy.terms_of_use_change`
    TermsOfUseChange(TermsOfUseChange),
    /// `policy.auth_context_change`
    AuthContextChange(AuthContextChange),
    /// `policy.create`
    CreatePolicy(CreatePolicy),
    /// `policy.delete`
    DeletePolicy(DeletePolicy),
    /// `policy.restore`
    RestorePolicy(RestorePolicy),
    /// `policy.rename`
    Rename(Rename),
    /// `location.create`
    LocationCreate(LocationCreate),
    /// `location.update`
    LocationUpdate(LocationUpdate),
    /// `location.delete`
    LocationDelete(LocationDelete),
}

impl From<&Payload> for ChangePayload {
    fn from(payload: &Payload) -> Self {
        match payload {
            Payload::StateChange { to } => ChangePayload::StateChange(StateChange { to: (*to).into() }),
            Payload::AssignmentChange(change) => ChangePayload::AssignmentChange(change.into()),
            Payload::ConditionChange(change) => ChangePayload::ConditionChange(change.into()),
            Payload::RiskConditionChange(change) => ChangePayload::RiskConditionChange(change.into()),
            Payload::GrantChange(change) => ChangePayload::GrantChange(change.into()),
            Payload::ApplicationChange(change) => ChangePayload::ApplicationChange(change.into()),
            Payload::SessionChange(change) => ChangePayload::SessionChange(change.into()),
            Payload::DeviceFilterChange(change) => ChangePayload::DeviceFilterChange(change.into()),
            Payload::TermsOfUseChange { terms_of_use, .. } => ChangePayload::TermsOfUseChange(TermsOfUseChange::of(terms_of_use)),
            Payload::AuthContextChange { include_authentication_context_class_references: contexts } => {
                ChangePayload::AuthContextChange(AuthContextChange::of(contexts))
            }
            Payload::Create(create) => ChangePayload::CreatePolicy(create.into()),
            Payload::Delete(delete) => ChangePayload::DeletePolicy(delete.into()),
            Payload::Restore {} => ChangePayload::RestorePolicy(RestorePolicy { to_recycled_state: true }),
            Payload::Rename { display_name } => ChangePayload::Rename(Rename { display_name: display_name.clone() }),
            Payload::LocationCreate(create) => ChangePayload::LocationCreate(create.into()),
            Payload::LocationUpdate(update) => ChangePayload::LocationUpdate(update.into()),
            Payload::LocationDelete(delete) => ChangePayload::LocationDelete(delete.into()),
        }
    }
}
