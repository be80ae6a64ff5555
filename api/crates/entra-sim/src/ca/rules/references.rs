//! Everything a policy names must exist (1034, 1040, 1054, 1102, 1103).

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use uuid::Uuid;

use crate::ca::json::{text, texts};
use crate::ca::vocabulary::{MFA_TRUSTED_IPS, PUBLIC_CLIENTS, UNSUPPORTED_FIRST_PARTY};
use crate::ca::{CaError, DirectoryView};

const USERS: [&str; 2] = ["conditions", "users"];

pub(super) fn check(draft: &Value, dir: &dyn DirectoryView, stored: Option<&Value>) -> Result<(), CaError> {
    let mut held = BTreeSet::new();
    if let Some(stored) = stored {
        collect(stored, &mut held);
    }
    let new = |path: [&str; 3]| texts(draft, &path).into_iter().filter(|id| !held.contains(*id)).map(str::to_owned).collect::<Vec<_>>();

    applications(&new(["conditions", "applications", "includeApplications"]), &["All", "None", "Office365", "MicrosoftAdminPortals"], dir)?;
    applications(&new(["conditions", "applications", "excludeApplications"]), &["Office365", "MicrosoftAdminPortals"], dir)?;

    locations(&new(["conditions", "locations", "includeLocations"]), &["All", "AllTrusted", MFA_TRUSTED_IPS], dir)?;
    locations(&new(["conditions", "locations", "excludeLocations"]), &["AllTrusted", MFA_TRUSTED_IPS], dir)?;

    principals("user", &new([USERS[0], USERS[1], "includeUsers"]), |id| {
        matches!(id, "All" | "None" | "GuestsOrExternalUsers") || dir.user_exists(id)
    })?;
    principals("user", &new([USERS[0], USERS[1], "excludeUsers"]), |id| id == "GuestsOrExternalUsers" || dir.user_exists(id))?;
    for list in ["includeGroups", "excludeGroups"] {
        principals("group", &new([USERS[0], USERS[1], list]), |id| dir.group_exists(id))?;
    }
    for list in ["includeServicePrincipals", "excludeServicePrincipals"] {
        principals("servicePrincipal", &new(["conditions", "clientApplications", list]), |id| {
            id == "ServicePrincipalsInMyTenant" || dir.service_principal_object_exists(id)
        })?;
    }
    for list in ["includeRoles", "excludeRoles"] {
        roles(&new([USERS[0], USERS[1], list]), dir)?;
    }
    // Decision: the texts of the three below follow 1054; no source quotes them.
    let contexts = new(["conditions", "applications", "includeAuthenticationContextClassReferences"]);
    principals("authenticationContextClassReference", &contexts, |id| dir.auth_context_exists(id))?;
    let terms: Vec<String> =
        texts(draft, &["grantControls", "termsOfUse"]).into_iter().filter(|id| !held.contains(*id)).map(str::to_owned).collect();
    principals("termsOfUse", &terms, |id| dir.terms_exists(id))?;
    let strength: Vec<String> = text(draft, &["grantControls", "authenticationStrength", "id"])
        .filter(|id| !held.contains(*id))
        .map(str::to_owned)
        .into_iter()
        .collect();
    principals("authenticationStrength", &strength, |id| dir.auth_strength(id).is_some())
}

/// Every string in the stored policy: more than its references, which does no harm.
fn collect(value: &Value, held: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            held.insert(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, held)),
        Value::Object(members) => members.values().for_each(|member| collect(member, held)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn applications(ids: &[String], keywords: &[&str], dir: &dyn DirectoryView) -> Result<(), CaError> {
    let invalid: Map<String, Value> = ids
        .iter()
        .filter(|id| !keywords.contains(&id.as_str()))
        .filter_map(|id| Some((id.clone(), Value::from(application_fault(id, dir)?))))
        .collect();
    if invalid.is_empty() {
        return Ok(());
    }
    Err(CaError::rule(1034, format!("Policy contains invalid applications: {}", Value::Object(invalid))))
}

fn application_fault(id: &str, dir: &dyn DirectoryView) -> Option<&'static str> {
    if UNSUPPORTED_FIRST_PARTY.contains(&id) {
        Some("UnsupportedFirstPartyApplication")
    } else if PUBLIC_CLIENTS.contains(&id) {
        Some("PublicClientsAreUnsupported")
    } else if !dir.service_principal_exists(id) {
        Some("ServicePrincipalNotFound")
    } else {
        None
    }
}

fn locations(ids: &[String], keywords: &[&str], dir: &dyn DirectoryView) -> Result<(), CaError> {
    match ids.iter().find(|id| !keywords.contains(&id.as_str()) && dir.named_location(id).is_none()) {
        Some(id) => Err(CaError::rule(1040, format!("NamedLocation with id {id} does not exist in the directory."))),
        None => Ok(()),
    }
}

fn principals(kind: &str, ids: &[String], exists: impl Fn(&str) -> bool) -> Result<(), CaError> {
    match ids.iter().find(|id| !exists(id)) {
        Some(id) => Err(CaError::rule(1054, format!("Invalid {kind} value: {id}."))),
        None => Ok(()),
    }
}

fn roles(ids: &[String], dir: &dyn DirectoryView) -> Result<(), CaError> {
    let (guids, words): (Vec<&String>, Vec<&String>) = ids.iter().partition(|id| Uuid::parse_str(id).is_ok());
    if !words.is_empty() {
        return Err(CaError::rule(1102, format!("'users' condition contains invalid role ids: {}.", join(&words))));
    }
    let unknown: Vec<&String> = guids.into_iter().filter(|id| !dir.role_template_exists(id)).collect();
    if !unknown.is_empty() {
        return Err(CaError::rule(1103, format!("'users' condition contains non-built in role ids: {}", join(&unknown))));
    }
    Ok(())
}

fn join(ids: &[&String]) -> String {
    ids.iter().map(|id| id.as_str()).collect::<Vec<_>>().join(", ")
}
