//! `policy.application_change`.

use async_graphql::{InputObject, MaybeUndefined};
use domain::change::payload::{ApplicationChange, SetDelta};
use serde_json::json;

use super::assignment::SetDeltaInput;
use super::write::{At, nullable};
use crate::enums::{FilterMode, UserAction};
use crate::user_error::Refused;

/// `policy.application_change`: adds and removes applications and user actions.
#[derive(InputObject)]
pub struct ApplicationChangeInput {
    /// Applications by app id or name, or `All`, `None`, `Office365`, `MicrosoftAdminPortals`.
    #[graphql(default)]
    include_applications: SetDeltaInput,
    /// Applications by app id or name, or `Office365`, `MicrosoftAdminPortals`.
    #[graphql(default)]
    exclude_applications: SetDeltaInput,
    /// User actions.
    #[graphql(default)]
    include_user_actions: UserActionDeltaInput,
    /// The filter on custom security attributes, replaced as a whole; `null` removes it.
    application_filter: MaybeUndefined<ApplicationFilterInput>,
}

/// User actions to add and to remove.
#[derive(InputObject, Default)]
pub struct UserActionDeltaInput {
    /// To add. At most one entry per action.
    #[graphql(default)]
    add: Vec<UserAction>,
    /// To remove. At most one entry per action.
    #[graphql(default)]
    remove: Vec<UserAction>,
}

/// A rule that takes in or leaves out what matches it.
#[derive(InputObject)]
pub struct ApplicationFilterInput {
    /// In or out.
    mode: FilterMode,
    /// The rule, in Entra's rule language.
    rule: String,
}

impl ApplicationChangeInput {
    pub(super) fn domain(self, at: &At) -> Result<ApplicationChange, Refused> {
        let actions = self.include_user_actions;
        Ok(ApplicationChange {
            include_applications: self.include_applications.domain(at, "includeApplications")?,
            exclude_applications: self.exclude_applications.domain(at, "excludeApplications")?,
            include_user_actions: SetDelta {
                add: at.words("includeUserActions.add", actions.add)?,
                remove: at.words("includeUserActions.remove", actions.remove)?,
            },
            application_filter: nullable(self.application_filter, |filter| {
                Ok(json!({"mode": at.word("applicationFilter.mode", filter.mode)?, "rule": filter.rule}))
            })?,
        })
    }
}
