//! What a change intends, typed by kind.

use async_graphql::{SimpleObject, Union};

use crate::enums::PolicyState;

/// What a change intends, by kind. Expect new members; `payloadJson` has the same for every kind.
#[derive(Union)]
pub enum ChangePayload {
    /// `policy.state_change`
    StateChange(StateChange),
    /// `policy.rename`
    Rename(Rename),
}

/// `policy.state_change`: sets the policy's state.
#[derive(SimpleObject)]
pub struct StateChange {
    /// The state wanted.
    to: PolicyState,
}

/// `policy.rename`: sets the policy's display name.
#[derive(SimpleObject)]
pub struct Rename {
    /// The name wanted.
    display_name: String,
}

impl From<&domain::change::kind::ChangePayload> for ChangePayload {
    fn from(payload: &domain::change::kind::ChangePayload) -> Self {
        use domain::change::kind::ChangePayload as Payload;
        match payload {
            Payload::StateChange { to } => ChangePayload::StateChange(StateChange { to: (*to).into() }),
            Payload::Rename { display_name } => ChangePayload::Rename(Rename { display_name: display_name.clone() }),
        }
    }
}
