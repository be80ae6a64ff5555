//! Which fields a change owns: what a conflict check of a delta looks at, and what a rollback restores.

use crate::change::kind::{ChangeKind, ChangePayload};
use crate::change::payload::SetDelta;

/// Paths that the payload touches, in Graph's names, each a list, a text or an object that is replaced whole. Empty for the kinds that
/// create, delete or restore: those touch the whole object.
pub fn touched_paths(payload: &ChangePayload) -> Vec<&'static str> {
    match payload {
        ChangePayload::AssignmentChange(change) => {
            let lists: [&SetDelta; 8] = [
                &change.include_users,
                &change.exclude_users,
                &change.include_groups,
                &change.exclude_groups,
                &change.include_roles,
                &change.exclude_roles,
                &change.include_service_principals,
                &change.exclude_service_principals,
            ];
            let guests = [change.include_guests_or_external_users.is_some(), change.exclude_guests_or_external_users.is_some()];
            given(ChangeKind::PolicyAssignmentChange, lists.iter().map(|delta| !delta.is_empty()).chain(guests))
        }
        ChangePayload::ApplicationChange(change) => {
            let lists = [&change.include_applications, &change.exclude_applications, &change.include_user_actions];
            let touched = lists.iter().map(|delta| !delta.is_empty()).chain([change.application_filter.is_some()]);
            given(ChangeKind::PolicyApplicationChange, touched)
        }
        ChangePayload::ConditionChange(change) => {
            let (locations, platforms) = (change.locations.is_some(), change.platforms.is_some());
            let touched =
                [locations, locations, platforms, platforms, change.client_app_types.is_some(), change.authentication_flows.is_some()];
            given(ChangeKind::PolicyConditionChange, touched.into_iter())
        }
        ChangePayload::RiskConditionChange(change) => {
            let touched = [
                change.sign_in_risk_levels.is_some(),
                change.user_risk_levels.is_some(),
                change.service_principal_risk_levels.is_some(),
                change.insider_risk_levels.is_some(),
            ];
            given(ChangeKind::PolicyRiskConditionChange, touched.into_iter())
        }
        // An operator counts only beside several controls, so that other controls touch it.
        ChangePayload::GrantChange(change) => {
            let touched = [
                true,
                change.built_in_controls.is_some(),
                change.authentication_strength_id.is_some(),
                change.custom_authentication_factors.is_some(),
            ];
            given(ChangeKind::PolicyGrantChange, touched.into_iter())
        }
        ChangePayload::SessionChange(change) => {
            let touched = [
                change.sign_in_frequency.is_some(),
                change.persistent_browser.is_some(),
                change.application_enforced_restrictions.is_some(),
                change.cloud_app_security.is_some(),
                change.secure_sign_in_session.is_some(),
                change.continuous_access_evaluation.is_some(),
                change.disable_resilience_defaults.is_some(),
            ];
            given(ChangeKind::PolicySessionChange, touched.into_iter())
        }
        ChangePayload::LocationUpdate(update) => {
            let touched = [
                update.display_name.is_some(),
                update.ip_ranges.is_some(),
                update.is_trusted.is_some(),
                update.countries_and_regions.is_some(),
                update.include_unknown_countries_and_regions.is_some(),
                update.country_lookup_method.is_some(),
            ];
            given(ChangeKind::LocationUpdate, touched.into_iter())
        }
        other => owned_paths(other.kind()).to_vec(),
    }
}

/// Every path that payloads of the kind can touch.
pub(super) fn owned_paths(kind: ChangeKind) -> &'static [&'static str] {
    match kind {
        ChangeKind::PolicyStateChange => &["state"],
        ChangeKind::PolicyRename => &["displayName"],
        ChangeKind::PolicyAssignmentChange => &[
            "conditions.users.includeUsers",
            "conditions.users.excludeUsers",
            "conditions.users.includeGroups",
            "conditions.users.excludeGroups",
            "conditions.users.includeRoles",
            "conditions.users.excludeRoles",
            "conditions.clientApplications.includeServicePrincipals",
            "conditions.clientApplications.excludeServicePrincipals",
            "conditions.users.includeGuestsOrExternalUsers",
            "conditions.users.excludeGuestsOrExternalUsers",
        ],
        ChangeKind::PolicyApplicationChange => &[
            "conditions.applications.includeApplications",
            "conditions.applications.excludeApplications",
            "conditions.applications.includeUserActions",
            "conditions.applications.applicationFilter",
        ],
        ChangeKind::PolicyConditionChange => &[
            "conditions.locations.includeLocations",
            "conditions.locations.excludeLocations",
            "conditions.platforms.includePlatforms",
            "conditions.platforms.excludePlatforms",
            "conditions.clientAppTypes",
            "conditions.authenticationFlows.transferMethods",
        ],
        ChangeKind::PolicyRiskConditionChange => &[
            "conditions.signInRiskLevels",
            "conditions.userRiskLevels",
            "conditions.servicePrincipalRiskLevels",
            "conditions.insiderRiskLevels",
        ],
        ChangeKind::PolicyGrantChange => &[
            "grantControls.operator",
            "grantControls.builtInControls",
            "grantControls.authenticationStrength",
            "grantControls.customAuthenticationFactors",
        ],
        ChangeKind::PolicySessionChange => &[
            "sessionControls.signInFrequency",
            "sessionControls.persistentBrowser",
            "sessionControls.applicationEnforcedRestrictions",
            "sessionControls.cloudAppSecurity",
            "sessionControls.secureSignInSession",
            "sessionControls.continuousAccessEvaluation",
            "sessionControls.disableResilienceDefaults",
        ],
        ChangeKind::PolicyDeviceFilterChange => &["conditions.devices.deviceFilter"],
        ChangeKind::PolicyTermsOfUseChange => &["grantControls.operator", "grantControls.termsOfUse"],
        ChangeKind::PolicyAuthContextChange => &["conditions.applications.includeAuthenticationContextClassReferences"],
        ChangeKind::LocationUpdate => {
            &["displayName", "ipRanges", "isTrusted", "countriesAndRegions", "includeUnknownCountriesAndRegions", "countryLookupMethod"]
        }
        ChangeKind::PolicyCreate
        | ChangeKind::PolicyDelete
        | ChangeKind::PolicyRestore
        | ChangeKind::LocationCreate
        | ChangeKind::LocationDelete => &[],
    }
}

/// Whether a path of a diff is one of these paths, or lies in one of them.
pub(super) fn lies_in(path: &str, owned: &[&str]) -> bool {
    owned.iter().any(|owned| path.strip_prefix(owned).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
}

fn given(kind: ChangeKind, touched: impl Iterator<Item = bool>) -> Vec<&'static str> {
    owned_paths(kind).iter().zip(touched).filter(|(_, touched)| *touched).map(|(path, _)| *path).collect()
}
