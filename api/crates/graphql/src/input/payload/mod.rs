//! What a change intends, as callers send it: typed by kind, in Graph's own names, and turned into Graph's own shapes.

mod applications;
mod assignment;
mod conditions;
mod controls;
mod create;
mod location;
mod write;

use app::Intent;
use async_graphql::{InputObject, OneofObject};
use domain::change::kind::ChangePayload;
use domain::change::payload::DeletePolicy;

use self::applications::ApplicationChangeInput;
use self::assignment::AssignmentChangeInput;
use self::conditions::{AuthContextChangeInput, ConditionChangeInput, DeviceFilterChangeInput, RiskConditionChangeInput};
use self::controls::{GrantChangeInput, SessionChangeInput, TermsOfUseChangeInput};
use self::create::CreatePolicyInput;
pub use self::location::LocationCreateInput;
use self::location::{LocationDeleteInput, LocationUpdateInput};
use self::write::At;
use crate::enums::PolicyState;
use crate::scalars::Json;
use crate::scope::Scope;
use crate::user_error::{Refused, invalid};

/// What a change intends: exactly one kind. Ids are Graph's; where one is expected the display name may stand instead, and is looked
/// up in the tenant. A field that is left out is untouched; `null` clears it where its description says so.
#[derive(OneofObject)]
#[expect(clippy::large_enum_variant, reason = "made once a call, and moved on at once")]
pub enum ChangePayloadInput {
    /// `policy.state_change`: sets the policy's state.
    StateChange(StateChangeInput),
    /// `policy.assignment_change`: adds and removes users, groups, roles, guests and workload identities.
    AssignmentChange(AssignmentChangeInput),
    /// `policy.condition_change`: replaces locations, platforms, client app types or authentication flows.
    ConditionChange(ConditionChangeInput),
    /// `policy.risk_condition_change`: replaces risk levels.
    RiskConditionChange(RiskConditionChangeInput),
    /// `policy.grant_change`: replaces grant controls.
    GrantChange(GrantChangeInput),
    /// `policy.application_change`: adds and removes applications and user actions.
    ApplicationChange(ApplicationChangeInput),
    /// `policy.session_change`: replaces session controls.
    SessionChange(SessionChangeInput),
    /// `policy.device_filter_change`: replaces or removes the device filter.
    DeviceFilterChange(DeviceFilterChangeInput),
    /// `policy.terms_of_use_change`: replaces the terms of use.
    TermsOfUseChange(TermsOfUseChangeInput),
    /// `policy.auth_context_change`: replaces the authentication contexts.
    AuthContextChange(AuthContextChangeInput),
    /// `policy.create`: creates a policy from a baseline, a copy or a document.
    Create(CreatePolicyInput),
    /// `policy.delete`: moves the policy to Entra's recycle bin, from where it can be restored for 30 days.
    Delete(DeletePolicyInput),
    /// `policy.restore`: takes the policy out of Entra's recycle bin.
    Restore(RestorePolicyInput),
    /// `policy.rename`: sets the policy's display name.
    Rename(RenameInput),
    /// `location.create`: creates a named location.
    LocationCreate(LocationCreateInput),
    /// `location.update`: changes a named location.
    LocationUpdate(LocationUpdateInput),
    /// `location.delete`: removes a named location.
    LocationDelete(LocationDeleteInput),
    /// Any of these in its JSON form, for programs that pass payloads on: `{"kind": "policy.rename", "displayName": "..."}`.
    Json(Json),
}

impl ChangePayloadInput {
    /// What the caller intends. Every refusal names the place in the input.
    pub fn intent(self, scope: &Scope) -> Result<Intent, Refused> {
        let payload = match self {
            ChangePayloadInput::StateChange(input) => ChangePayload::StateChange { to: input.to.into() },
            ChangePayloadInput::AssignmentChange(input) => ChangePayload::AssignmentChange(input.domain(&at("assignmentChange"))?),
            ChangePayloadInput::ConditionChange(input) => ChangePayload::ConditionChange(input.domain(&at("conditionChange"))?),
            ChangePayloadInput::RiskConditionChange(input) => ChangePayload::RiskConditionChange(input.domain(&at("riskConditionChange"))?),
            ChangePayloadInput::GrantChange(input) => ChangePayload::GrantChange(input.domain(&at("grantChange"))?),
            ChangePayloadInput::ApplicationChange(input) => ChangePayload::ApplicationChange(input.domain(&at("applicationChange"))?),
            ChangePayloadInput::SessionChange(input) => ChangePayload::SessionChange(input.domain(&at("sessionChange"))?),
            ChangePayloadInput::DeviceFilterChange(input) => ChangePayload::DeviceFilterChange(input.domain(&at("deviceFilterChange"))?),
            ChangePayloadInput::TermsOfUseChange(input) => input.domain(&at("termsOfUseChange"))?,
            ChangePayloadInput::AuthContextChange(input) => input.domain(&at("authContextChange"))?,
            ChangePayloadInput::Create(input) => return Ok(Intent::Create(input.domain(scope)?)),
            ChangePayloadInput::Delete(input) => ChangePayload::Delete(DeletePolicy { confirm_display_name: input.confirm_display_name }),
            ChangePayloadInput::Restore(input) => input.domain()?,
            ChangePayloadInput::Rename(input) => ChangePayload::Rename { display_name: input.display_name },
            ChangePayloadInput::LocationCreate(input) => ChangePayload::LocationCreate(input.domain(&at("locationCreate"))?),
            ChangePayloadInput::LocationUpdate(input) => ChangePayload::LocationUpdate(input.domain(&at("locationUpdate"))?),
            ChangePayloadInput::LocationDelete(input) => ChangePayload::LocationDelete(input.domain()),
            ChangePayloadInput::Json(json) => read_json(&json)?,
        };
        Ok(Intent::Payload(payload))
    }
}

fn at(kind: &'static str) -> At {
    At(kind)
}

fn read_json(json: &Json) -> Result<ChangePayload, Refused> {
    serde_json::from_slice(json.bytes()).map_err(|error| {
        let path = ["input", "payload", "json"].map(str::to_owned).to_vec();
        invalid(path, format!("not the JSON form of a payload: {error}"))
    })
}

/// `policy.state_change`: sets the policy's state.
#[derive(InputObject)]
pub struct StateChangeInput {
    /// The state wanted.
    to: PolicyState,
}

/// `policy.rename`: sets the policy's display name.
#[derive(InputObject)]
pub struct RenameInput {
    /// The name wanted: 1 to 256 characters, no control characters.
    display_name: String,
}

/// `policy.delete`: moves the policy to Entra's recycle bin.
#[derive(InputObject)]
pub struct DeletePolicyInput {
    /// The policy's display name, typed to confirm.
    confirm_display_name: String,
}

/// `policy.restore`: takes the policy out of Entra's recycle bin.
#[derive(InputObject)]
pub struct RestorePolicyInput {
    /// It comes back in the state that it had when it was deleted: only true can be asked for, Graph offers nothing else.
    #[graphql(default = true)]
    to_recycled_state: bool,
}

impl RestorePolicyInput {
    fn domain(self) -> Result<ChangePayload, Refused> {
        if self.to_recycled_state {
            return Ok(ChangePayload::Restore {});
        }
        Err(At("restore").refuse("toRecycledState", "Graph restores a policy in the state that it had; restore it, then change its state"))
    }
}
