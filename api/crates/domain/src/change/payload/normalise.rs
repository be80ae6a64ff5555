//! A person's input in the form that is stored: one spelling for what means the same.

use serde_json::Value;

use super::{
    ApplicationChange, AssignmentChange, ConditionChange, CountryLocation, DeletePolicy, GrantChange, IpLocation, LocationBody,
    LocationCreate, LocationDelete, LocationUpdate, RiskConditionChange, SetDelta,
};
use crate::change::kind::ChangePayload;
use crate::document::fields::spelled;
use crate::document::guest_choice::say_guests_once;

pub(in crate::change) fn normalised(payload: ChangePayload) -> ChangePayload {
    match payload {
        ChangePayload::Rename { display_name } => ChangePayload::Rename { display_name: trimmed(display_name) },
        ChangePayload::AssignmentChange(change) => ChangePayload::AssignmentChange(assignment(change)),
        ChangePayload::ApplicationChange(change) => ChangePayload::ApplicationChange(application(change)),
        ChangePayload::ConditionChange(change) => ChangePayload::ConditionChange(ConditionChange {
            client_app_types: change.client_app_types.map(|list| set("clientAppTypes", list)),
            ..change
        }),
        ChangePayload::RiskConditionChange(change) => ChangePayload::RiskConditionChange(RiskConditionChange {
            sign_in_risk_levels: change.sign_in_risk_levels.map(|list| set("signInRiskLevels", list)),
            user_risk_levels: change.user_risk_levels.map(|list| set("userRiskLevels", list)),
            service_principal_risk_levels: change.service_principal_risk_levels.map(|list| set("servicePrincipalRiskLevels", list)),
            insider_risk_levels: change.insider_risk_levels.map(|list| set("insiderRiskLevels", list)),
        }),
        ChangePayload::GrantChange(change) => ChangePayload::GrantChange(GrantChange {
            operator: change.operator,
            built_in_controls: change.built_in_controls.map(|list| set("builtInControls", list)),
            authentication_strength_id: change.authentication_strength_id.map(|id| id.map(|id| spelled("id", id.trim()))),
            custom_authentication_factors: change.custom_authentication_factors.map(|list| set("customAuthenticationFactors", list)),
        }),
        ChangePayload::TermsOfUseChange { terms_of_use, operator } => {
            ChangePayload::TermsOfUseChange { terms_of_use: set("termsOfUse", terms_of_use), operator }
        }
        ChangePayload::AuthContextChange { include_authentication_context_class_references: list } => ChangePayload::AuthContextChange {
            include_authentication_context_class_references: set("includeAuthenticationContextClassReferences", list),
        },
        ChangePayload::Delete(delete) => ChangePayload::Delete(DeletePolicy { confirm_display_name: trimmed(delete.confirm_display_name) }),
        ChangePayload::LocationCreate(create) => ChangePayload::LocationCreate(location(create)),
        ChangePayload::LocationUpdate(update) => ChangePayload::LocationUpdate(location_update(update)),
        ChangePayload::LocationDelete(delete) => ChangePayload::LocationDelete(LocationDelete {
            location_id: spelled("id", delete.location_id.trim()),
            confirm_display_name: trimmed(delete.confirm_display_name),
        }),
        ChangePayload::Create(mut create) => {
            if let Some(Value::Object(users)) = create.document.pointer_mut("/conditions/users") {
                say_guests_once(users);
            }
            ChangePayload::Create(create)
        }
        other @ (ChangePayload::StateChange { .. }
        | ChangePayload::SessionChange(_)
        | ChangePayload::DeviceFilterChange(_)
        | ChangePayload::Restore {}) => other,
    }
}

fn assignment(change: AssignmentChange) -> AssignmentChange {
    AssignmentChange {
        include_users: delta("includeUsers", change.include_users),
        exclude_users: delta("excludeUsers", change.exclude_users),
        include_groups: delta("includeGroups", change.include_groups),
        exclude_groups: delta("excludeGroups", change.exclude_groups),
        include_roles: delta("includeRoles", change.include_roles),
        exclude_roles: delta("excludeRoles", change.exclude_roles),
        include_service_principals: delta("includeServicePrincipals", change.include_service_principals),
        exclude_service_principals: delta("excludeServicePrincipals", change.exclude_service_principals),
        ..change
    }
}

fn application(change: ApplicationChange) -> ApplicationChange {
    ApplicationChange {
        include_applications: delta("includeApplications", change.include_applications),
        exclude_applications: delta("excludeApplications", change.exclude_applications),
        include_user_actions: delta("includeUserActions", change.include_user_actions),
        ..change
    }
}

fn location(create: LocationCreate) -> LocationCreate {
    let location = match create.location {
        LocationBody::Ip(ip) => LocationBody::Ip(IpLocation { ip_ranges: ranges(ip.ip_ranges), ..ip }),
        LocationBody::Country(country) => LocationBody::Country(CountryLocation {
            countries_and_regions: countries(country.countries_and_regions),
            country_lookup_method: country.country_lookup_method.map(|method| spelled("countryLookupMethod", method.trim())),
            ..country
        }),
    };
    LocationCreate { display_name: trimmed(create.display_name), location }
}

fn location_update(update: LocationUpdate) -> LocationUpdate {
    LocationUpdate {
        location_id: spelled("id", update.location_id.trim()),
        display_name: update.display_name.map(trimmed),
        ip_ranges: update.ip_ranges.map(ranges),
        countries_and_regions: update.countries_and_regions.map(countries),
        country_lookup_method: update.country_lookup_method.map(|method| spelled("countryLookupMethod", method.trim())),
        ..update
    }
}

fn delta(name: &str, delta: SetDelta) -> SetDelta {
    SetDelta { add: set(name, delta.add), remove: set(name, delta.remove) }
}

fn set(name: &str, list: Vec<String>) -> Vec<String> {
    sorted(list.into_iter().map(|text| spelled(name, text.trim())))
}

/// Addresses in lower case: IPv6 has letters.
fn ranges(list: Vec<String>) -> Vec<String> {
    sorted(list.into_iter().map(|range| range.trim().to_lowercase()))
}

fn countries(list: Vec<String>) -> Vec<String> {
    sorted(list.into_iter().map(|code| code.trim().to_uppercase()))
}

fn sorted(list: impl Iterator<Item = String>) -> Vec<String> {
    let mut list: Vec<String> = list.collect();
    list.sort_unstable();
    list.dedup();
    list
}

fn trimmed(text: String) -> String {
    text.trim().to_owned()
}
