//! Conditions that don't go together, or that miss a part (1011, 1012, 1060, 1064, 1085, 1088).

use serde_json::Value;
use uuid::Uuid;

use crate::ca::CaError;
use crate::ca::json::{at, filled, is_void, text, texts};
use crate::ca::limits::{CONTEXTS_MAX, FILTER_RULE_MAX_CHARS};
use crate::ca::schema::Verb;

const GUEST_SIDES: [(&str, &str); 2] = [("includeUsers", "includeGuestsOrExternalUsers"), ("excludeUsers", "excludeGuestsOrExternalUsers")];

/// Values that a type alone can't describe; they belong to the schema (1007).
pub(super) fn check_values(draft: &Value, verb: Verb) -> Result<(), CaError> {
    let context_number =
        |id: &str| id.strip_prefix('c').filter(|digits| !digits.starts_with('0')).and_then(|digits| digits.parse::<usize>().ok());
    let contexts = texts(draft, &["conditions", "applications", "includeAuthenticationContextClassReferences"]);
    let contexts_named = contexts.into_iter().all(|id| context_number(id).is_some_and(|number| (1..=CONTEXTS_MAX).contains(&number)));
    let operator_given = at(draft, &["grantControls"]).is_null() || text(draft, &["grantControls", "operator"]).is_some();
    let tenants_named = GUEST_SIDES.iter().all(|(_, guests)| {
        let tenants = at(draft, &["conditions", "users", guests, "externalTenants"]);
        text(tenants, &["membershipKind"]) != Some("enumerated")
            || (filled(tenants, &["members"]) && texts(tenants, &["members"]).iter().all(|id| Uuid::parse_str(id).is_ok()))
    });
    let filters_short =
        [["devices", "deviceFilter"], ["applications", "applicationFilter"], ["clientApplications", "servicePrincipalFilter"]].iter().all(
            |[condition, filter]| {
                let rule = text(draft, &["conditions", condition, filter, "rule"]);
                let complete = at(draft, &["conditions", condition, filter]).is_null() || rule.is_some_and(|rule| !rule.trim().is_empty());
                let mode = at(draft, &["conditions", condition, filter]).is_null()
                    || text(draft, &["conditions", condition, filter, "mode"]).is_some();
                complete && mode && rule.is_none_or(|rule| rule.chars().count() <= FILTER_RULE_MAX_CHARS)
            },
        );
    if contexts_named && operator_given && tenants_named && filters_short { Ok(()) } else { Err(CaError::policy_schema(verb)) }
}

pub(super) fn check(draft: &Value) -> Result<(), CaError> {
    let conditions = &draft["conditions"];
    targets(&conditions["applications"])?;
    device_states(conditions)?;
    client_app_types(conditions)?;
    includes(conditions)?;
    guests(&conditions["users"])?;
    if conditions["clientApplications"].is_null() { risk_of_workloads(conditions) } else { workloads(conditions) }
}

/// Resources, user actions and authentication contexts exclude each other, and one of them is needed.
fn targets(applications: &Value) -> Result<(), CaError> {
    let resources = filled(applications, &["includeApplications"]) || !applications["applicationFilter"].is_null();
    let actions = filled(applications, &["includeUserActions"]);
    let contexts = filled(applications, &["includeAuthenticationContextClassReferences"]);
    let clash = |one: &str, other: &str| {
        Err(CaError::rule(
            1012,
            format!("'applications' condition cannot include both '{one}' and '{other}'. Please remove one of the conditions."),
        ))
    };
    match (resources, actions, contexts) {
        (true, true, _) => clash("includeApplications", "includeUserActions"),
        (true, _, true) => clash("includeApplications", "includeAuthenticationContextClassReferences"),
        (_, true, true) => clash("includeUserActions", "includeAuthenticationContextClassReferences"),
        // Decision: the text of 1011 is not in any source.
        (false, false, false) => Err(CaError::rule(
            1011,
            "'applications' condition must include at least one of 'includeApplications', 'includeUserActions' or \
             'includeAuthenticationContextClassReferences'.",
        )),
        _ => Ok(()),
    }
}

fn device_states(conditions: &Value) -> Result<(), CaError> {
    let devices = &conditions["devices"];
    if !is_void(at(devices, &["includeDeviceStates"])) || !is_void(at(devices, &["excludeDeviceStates"])) {
        return Err(CaError::rule(
            1088,
            "'includeDeviceStates' and 'excludeDeviceStates' are no longer supported. Please use 'includeDevices' and 'excludeDevices' going forward.",
        ));
    }
    match (conditions["deviceStates"].is_null(), devices.is_null()) {
        (false, false) => Err(CaError::rule(1060, "'deviceStates' and 'devices' conditions cannot be set together.")),
        (false, true) => Err(CaError::rule(
            1038,
            "The policy you are trying to create or update contains preview features. Use the beta endpoint to create or update this policy.",
        )),
        _ => Ok(()),
    }
}

fn client_app_types(conditions: &Value) -> Result<(), CaError> {
    if filled(conditions, &["clientAppTypes"]) {
        return Ok(());
    }
    Err(CaError::rule(
        1064,
        "'clientAppTypes' condition does not support []. If you want to target all client apps, use ['All']. If you want to target modern authentication \
         clients, use ['browser', 'mobileAppsAndDesktopClients'].",
    ))
}

/// Decision: the text of 1085 is not in any source; it stands for the parts that a condition must not miss.
fn includes(conditions: &Value) -> Result<(), CaError> {
    let missing = |condition: &str, members: &str| {
        Err(CaError::rule(1085, format!("'{condition}' condition must include at least one value in {members}.")))
    };
    let users = &conditions["users"];
    let someone = ["includeUsers", "includeGroups", "includeRoles"].iter().any(|list| filled(users, &[list]));
    if !someone && users["includeGuestsOrExternalUsers"].is_null() {
        return missing("users", "'includeUsers', 'includeGroups', 'includeRoles' or 'includeGuestsOrExternalUsers'");
    }
    for (condition, list) in [("platforms", "includePlatforms"), ("locations", "includeLocations")] {
        if !conditions[condition].is_null() && !filled(&conditions[condition], &[list]) {
            return missing(condition, &format!("'{list}'"));
        }
    }
    Ok(())
}

fn guests(users: &Value) -> Result<(), CaError> {
    let both =
        GUEST_SIDES.iter().any(|(list, guests)| texts(users, &[list]).contains(&"GuestsOrExternalUsers") && !users[guests].is_null());
    if both { Err(CaError::plain("'GuestsOrExternalUsers' cannot be combined with guestOrExternalUsers")) } else { Ok(()) }
}

fn risk_of_workloads(conditions: &Value) -> Result<(), CaError> {
    if filled(conditions, &["servicePrincipalRiskLevels"]) {
        return Err(CaError::rule(1085, "'servicePrincipalRiskLevels' condition can only be used together with 'clientApplications'."));
    }
    Ok(())
}

/// A policy for workload identities has no users and only location, risk and authentication context as conditions.
fn workloads(conditions: &Value) -> Result<(), CaError> {
    let fault = |text: &str| Err(CaError::rule(1085, text));
    let users = &conditions["users"];
    let nobody = texts(users, &["includeUsers"]) == ["None"] && !filled(users, &["includeGroups"]) && !filled(users, &["includeRoles"]);
    if !nobody || !users["includeGuestsOrExternalUsers"].is_null() {
        return fault("'clientApplications' condition cannot be combined with users; set 'includeUsers' to ['None'].");
    }
    let workload = &conditions["clientApplications"];
    if !filled(workload, &["includeServicePrincipals"]) && workload["servicePrincipalFilter"].is_null() {
        return fault(
            "'clientApplications' condition must include at least one value in 'includeServicePrincipals' or a 'servicePrincipalFilter'.",
        );
    }
    let foreign = ["platforms", "devices"].iter().any(|name| !conditions[name].is_null())
        || filled(conditions, &["userRiskLevels"])
        || filled(conditions, &["signInRiskLevels"])
        || texts(conditions, &["clientAppTypes"]) != ["all"];
    if foreign {
        return fault("'clientApplications' condition supports only locations, service principal risk and authentication context.");
    }
    Ok(())
}
