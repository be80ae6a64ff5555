//! The tenant's side: whatever the documents refer to exists there, by id or by name, but for what nobody could make, such as roles.

use std::collections::BTreeSet;

use domain::baseline::compare::references;
use domain::document::PolicyDocument;
use domain::tenant::DirectoryKind;
use harness::lab::Lane;
use harness::lab::entra::TENANT;
use serde_json::{Value, json};
use uuid::Uuid;

/// Documents of one call.
const BATCH: usize = 60;

/// Makes it all.
pub async fn prepare(lane: &Lane, documents: &[Value]) {
    let path = format!("/tenants/{TENANT}/objects");
    for documents in documents.chunks(BATCH) {
        lane.entra.cloud.call("POST", &path, json!({ "referencesOf": documents })).await;
    }
    let read = |value: &Value| PolicyDocument::from_value(value.clone()).unwrap();
    let named: BTreeSet<(DirectoryKind, String)> = documents
        .iter()
        .flat_map(|value| references(&read(value)))
        .filter(|(_, text)| Uuid::parse_str(text).is_err())
        .map(|(kind, text)| (kind, text.trim().to_owned()))
        .collect();
    let of = |kind: DirectoryKind| {
        let texts = named.iter().filter(move |(of, _)| *of == kind).map(|(_, text)| text);
        texts.enumerate().map(move |(number, name)| object(kind, number, name)).collect::<Vec<Value>>()
    };
    let objects = json!({
        "users": of(DirectoryKind::User),
        "groups": of(DirectoryKind::Group),
        "servicePrincipals": of(DirectoryKind::Application),
        "namedLocations": of(DirectoryKind::NamedLocation),
        "authenticationStrengths": of(DirectoryKind::AuthenticationStrength),
        "termsOfUse": of(DirectoryKind::TermsOfUse),
    });
    lane.entra.cloud.call("POST", &path, objects).await;
}

/// An object of that name, with an id of its own.
fn object(kind: DirectoryKind, number: usize, name: &str) -> Value {
    let id = Uuid::from_u128(0x00C0_0000_0000_4000_8000_0000_0000_0000 | ((kind as u128) << 32) | number as u128);
    match kind {
        DirectoryKind::Application => json!({ "appId": id, "displayName": name, "appDisplayName": name }),
        _ => json!({ "id": id, "displayName": name }),
    }
}
