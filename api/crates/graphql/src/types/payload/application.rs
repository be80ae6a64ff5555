//! `policy.application_change`.

use async_graphql::SimpleObject;
use domain::change::payload;
use serde_json::Value;

use super::SetDelta;
use super::read::{cleared, clears, set, text, word};
use crate::enums::FilterMode;

/// `policy.application_change`: adds and removes applications and user actions.
#[derive(SimpleObject)]
pub struct ApplicationChange {
    /// Applications by app id, or `All`, `None`, `Office365`, `MicrosoftAdminPortals`.
    include_applications: SetDelta,
    /// Applications by app id, or `Office365`, `MicrosoftAdminPortals`.
    exclude_applications: SetDelta,
    /// User actions: `urn:user:registersecurityinfo`, `urn:user:registerdevice`.
    include_user_actions: SetDelta,
    /// The filter on custom security attributes, replaced as a whole; `null` when untouched or cleared.
    application_filter: Option<ApplicationFilter>,
    /// Names of the fields above that are cleared. At most 1.
    cleared: Vec<String>,
}

impl From<&payload::ApplicationChange> for ApplicationChange {
    fn from(change: &payload::ApplicationChange) -> Self {
        ApplicationChange {
            include_applications: (&change.include_applications).into(),
            exclude_applications: (&change.exclude_applications).into(),
            include_user_actions: (&change.include_user_actions).into(),
            application_filter: set(&change.application_filter).map(ApplicationFilter::of),
            cleared: cleared([("applicationFilter", clears(&change.application_filter))]),
        }
    }
}

/// A rule that takes in or leaves out what matches it.
#[derive(SimpleObject)]
pub struct ApplicationFilter {
    /// In or out.
    mode: FilterMode,
    /// The rule, in Entra's rule language.
    rule: String,
}

impl ApplicationFilter {
    pub(super) fn of(value: &Value) -> Self {
        let mode = word(value, "mode").unwrap_or(FilterMode::UnknownFutureValue);
        ApplicationFilter { mode, rule: text(value, "rule").unwrap_or_default() }
    }
}
