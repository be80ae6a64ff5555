//! The kinds of change and their payloads.

use serde::{Deserialize, Serialize};

use crate::change::payload::normalise;
use crate::change::payload::{
    ApplicationChange, AssignmentChange, ConditionChange, CreatePolicy, DeletePolicy, DeviceFilterChange, GrantChange, GrantOperator,
    LocationCreate, LocationDelete, LocationUpdate, RiskConditionChange, SessionChange,
};
use crate::policy::PolicyState;
use crate::text_enum;

text_enum! {
    /// The exact strings of the source document's table of change kinds.
    ChangeKind {
        /// Enabled, disabled, report-only.
        PolicyStateChange = "policy.state_change",
        /// Users, groups, roles, guests and workload identities, as deltas.
        PolicyAssignmentChange = "policy.assignment_change",
        /// Locations, platforms, client app types, authentication flows.
        PolicyConditionChange = "policy.condition_change",
        /// Sign-in, user, service principal and insider risk.
        PolicyRiskConditionChange = "policy.risk_condition_change",
        /// Built-in controls, operator, authentication strength.
        PolicyGrantChange = "policy.grant_change",
        /// Applications and user actions, as deltas.
        PolicyApplicationChange = "policy.application_change",
        /// Sign-in frequency, persistent browser and the other session controls.
        PolicySessionChange = "policy.session_change",
        /// The device filter.
        PolicyDeviceFilterChange = "policy.device_filter_change",
        /// Terms of use.
        PolicyTermsOfUseChange = "policy.terms_of_use_change",
        /// Authentication contexts.
        PolicyAuthContextChange = "policy.auth_context_change",
        /// A new policy from a baseline, a copy or a document.
        PolicyCreate = "policy.create",
        /// Into Entra's recycle bin, from where it can be restored for 30 days.
        PolicyDelete = "policy.delete",
        /// Back from Entra's recycle bin.
        PolicyRestore = "policy.restore",
        /// Display name.
        PolicyRename = "policy.rename",
        /// A new named location.
        LocationCreate = "location.create",
        /// A named location's own fields.
        LocationUpdate = "location.update",
        /// Removes a named location.
        LocationDelete = "location.delete",
    }
}

/// What kind of Graph write a change is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteOperation {
    /// `POST`: there is no object before.
    Create,
    /// `PATCH` of an object.
    Update,
    /// `DELETE`: there is no object after, except in the recycle bin.
    Delete,
    /// `POST .../restore`: an object of the recycle bin comes back as it was.
    Restore,
}

/// What kind of object a change writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetObject {
    /// A Conditional Access policy.
    Policy,
    /// A named location.
    NamedLocation,
}

impl ChangeKind {
    /// The write that it stands for.
    pub fn operation(self) -> WriteOperation {
        match self {
            ChangeKind::PolicyCreate | ChangeKind::LocationCreate => WriteOperation::Create,
            ChangeKind::PolicyDelete | ChangeKind::LocationDelete => WriteOperation::Delete,
            ChangeKind::PolicyRestore => WriteOperation::Restore,
            _ => WriteOperation::Update,
        }
    }

    /// The object that it writes.
    pub fn target(self) -> TargetObject {
        match self {
            ChangeKind::LocationCreate | ChangeKind::LocationUpdate | ChangeKind::LocationDelete => TargetObject::NamedLocation,
            _ => TargetObject::Policy,
        }
    }

    /// Whether the payload is a delta that is computed against the live object at apply, so that an edit of other fields is no conflict.
    pub fn is_delta(self) -> bool {
        matches!(self, ChangeKind::PolicyAssignmentChange | ChangeKind::PolicyApplicationChange)
    }
}

/// What a change intends, typed by kind. The JSON form is what integrators read and write: `{"kind": "policy.rename", "displayName": "..."}`.
/// Members inside have Graph's own names and shapes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", deny_unknown_fields)]
#[expect(clippy::large_enum_variant, reason = "there is one payload in a change; a box would be in the way of every match")]
pub enum ChangePayload {
    /// Sets the policy's state.
    #[serde(rename = "policy.state_change")]
    StateChange {
        /// The state wanted.
        to: PolicyState,
    },
    /// Adds and removes users, groups, roles, guests and workload identities.
    #[serde(rename = "policy.assignment_change")]
    AssignmentChange(AssignmentChange),
    /// Replaces locations, platforms, client app types or authentication flows.
    #[serde(rename = "policy.condition_change")]
    ConditionChange(ConditionChange),
    /// Replaces risk levels.
    #[serde(rename = "policy.risk_condition_change")]
    RiskConditionChange(RiskConditionChange),
    /// Replaces grant controls.
    #[serde(rename = "policy.grant_change")]
    GrantChange(GrantChange),
    /// Adds and removes applications and user actions.
    #[serde(rename = "policy.application_change")]
    ApplicationChange(ApplicationChange),
    /// Replaces session controls.
    #[serde(rename = "policy.session_change")]
    SessionChange(SessionChange),
    /// Replaces or removes the device filter.
    #[serde(rename = "policy.device_filter_change")]
    DeviceFilterChange(DeviceFilterChange),
    /// Replaces the terms of use.
    #[serde(rename = "policy.terms_of_use_change", rename_all = "camelCase")]
    TermsOfUseChange {
        /// Agreement ids, the whole set; empty removes them.
        terms_of_use: Vec<String>,
        /// How they combine with other controls. Not given, the policy's own operator stays; where it has none that counts, all are required.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        operator: Option<GrantOperator>,
    },
    /// Replaces the authentication contexts.
    #[serde(rename = "policy.auth_context_change", rename_all = "camelCase")]
    AuthContextChange {
        /// `c1` to `c99`, the whole set; empty removes them.
        include_authentication_context_class_references: Vec<String>,
    },
    /// Creates a policy.
    #[serde(rename = "policy.create")]
    Create(CreatePolicy),
    /// Moves a policy to the recycle bin.
    #[serde(rename = "policy.delete")]
    Delete(DeletePolicy),
    /// Takes a policy out of the recycle bin, in the state it had.
    #[serde(rename = "policy.restore")]
    Restore {},
    /// Sets the policy's display name.
    #[serde(rename = "policy.rename", rename_all = "camelCase")]
    Rename {
        /// The name wanted: 1 to 256 characters after trimming, no control characters.
        display_name: String,
    },
    /// Creates a named location.
    #[serde(rename = "location.create")]
    LocationCreate(LocationCreate),
    /// Changes a named location.
    #[serde(rename = "location.update")]
    LocationUpdate(LocationUpdate),
    /// Removes a named location.
    #[serde(rename = "location.delete")]
    LocationDelete(LocationDelete),
}

impl ChangePayload {
    /// The kind.
    pub fn kind(&self) -> ChangeKind {
        match self {
            ChangePayload::StateChange { .. } => ChangeKind::PolicyStateChange,
            ChangePayload::AssignmentChange(_) => ChangeKind::PolicyAssignmentChange,
            ChangePayload::ConditionChange(_) => ChangeKind::PolicyConditionChange,
            ChangePayload::RiskConditionChange(_) => ChangeKind::PolicyRiskConditionChange,
            ChangePayload::GrantChange(_) => ChangeKind::PolicyGrantChange,
            ChangePayload::ApplicationChange(_) => ChangeKind::PolicyApplicationChange,
            ChangePayload::SessionChange(_) => ChangeKind::PolicySessionChange,
            ChangePayload::DeviceFilterChange(_) => ChangeKind::PolicyDeviceFilterChange,
            ChangePayload::TermsOfUseChange { .. } => ChangeKind::PolicyTermsOfUseChange,
            ChangePayload::AuthContextChange { .. } => ChangeKind::PolicyAuthContextChange,
            ChangePayload::Create(_) => ChangeKind::PolicyCreate,
            ChangePayload::Delete(_) => ChangeKind::PolicyDelete,
            ChangePayload::Restore {} => ChangeKind::PolicyRestore,
            ChangePayload::Rename { .. } => ChangeKind::PolicyRename,
            ChangePayload::LocationCreate(_) => ChangeKind::LocationCreate,
            ChangePayload::LocationUpdate(_) => ChangeKind::LocationUpdate,
            ChangePayload::LocationDelete(_) => ChangeKind::LocationDelete,
        }
    }

    /// The named location that it is about, by Graph's id; `None` for policies and for a location that is still to be created.
    pub fn location_id(&self) -> Option<&str> {
        match self {
            ChangePayload::LocationUpdate(update) => Some(&update.location_id),
            ChangePayload::LocationDelete(delete) => Some(&delete.location_id),
            _ => None,
        }
    }

    /// A person's input in the form that is stored: names without blanks around them, ids in lower case, keywords as Graph spells them,
    /// sets sorted and without repeats. Not for an inverse, which restores what was there; the document of a creation stays as given.
    pub fn normalised(self) -> Self {
        normalise::normalised(self)
    }
}
