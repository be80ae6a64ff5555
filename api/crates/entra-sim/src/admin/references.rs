//! What policy documents name and a tenant lacks.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::ca::json::{at, text, texts};
use crate::state::{Kind, Tenant};

/// Where a document names objects of a kind that can be made up.
const PLACES: [(&[&str], Kind); 13] = [
    (&["conditions", "users", "includeUsers"], Kind::User),
    (&["conditions", "users", "excludeUsers"], Kind::User),
    (&["conditions", "users", "includeGroups"], Kind::Group),
    (&["conditions", "users", "excludeGroups"], Kind::Group),
    (&["conditions", "applications", "includeApplications"], APPLICATION),
    (&["conditions", "applications", "excludeApplications"], APPLICATION),
    (&["conditions", "applications", "includeAuthenticationContextClassReferences"], Kind::Context),
    (&["conditions", "clientApplications", "includeServicePrincipals"], Kind::ServicePrincipal),
    (&["conditions", "clientApplications", "excludeServicePrincipals"], Kind::ServicePrincipal),
    (&["conditions", "locations", "includeLocations"], Kind::Location),
    (&["conditions", "locations", "excludeLocations"], Kind::Location),
    (&["grantControls", "termsOfUse"], Kind::Terms),
    (&["grantControls", "authenticationStrength", "id"], Kind::Strength),
];

/// Stands in the table for a service principal that is named by its application.
const APPLICATION: Kind = Kind::Audit;

/// The missing objects, each once, in the short form of the request.
pub(super) fn of_documents(documents: &[Value], tenant: &Tenant) -> Vec<(Kind, Value)> {
    let mut seen = BTreeSet::new();
    let mut missing = Vec::new();
    for document in documents {
        for (path, kind) in PLACES {
            let mut ids = texts(document, path);
            ids.extend(text(document, path));
            for id in ids.into_iter().map(str::to_lowercase).filter(|id| can_be_made(kind, id)) {
                if !seen.insert((kind, id.clone())) || exists(tenant, kind, &id) {
                    continue;
                }
                missing.push(match kind {
                    APPLICATION => (Kind::ServicePrincipal, json!({ "appId": id })),
                    Kind::Strength => (kind, expanded(document, &id)),
                    kind => (kind, json!({ "id": id })),
                });
            }
        }
    }
    missing
}

fn can_be_made(kind: Kind, id: &str) -> bool {
    match kind {
        Kind::Context => id.strip_prefix('c').is_some_and(|number| number.parse::<u8>().is_ok_and(|number| (1..=99).contains(&number))),
        // The MFA trusted IPs are a location without being one.
        Kind::Location => Uuid::try_parse(id).is_ok_and(|id| !id.is_nil()),
        _ => Uuid::try_parse(id).is_ok(),
    }
}

fn exists(tenant: &Tenant, kind: Kind, id: &str) -> bool {
    match kind {
        APPLICATION => {
            tenant.all(Kind::ServicePrincipal).any(|sp| sp["appId"].as_str().is_some_and(|known| known.eq_ignore_ascii_case(id)))
        }
        kind => tenant.get(kind, id).is_some(),
    }
}

/// A document read from Graph holds the whole strength; the made-up one is then the same.
fn expanded(document: &Value, id: &str) -> Value {
    let mut strength = at(document, &["grantControls", "authenticationStrength"]).clone();
    if let Some(members) = strength.as_object_mut() {
        members.retain(|name, value| !name.contains('@') && !value.is_null());
    }
    strength["id"] = json!(id);
    strength
}
