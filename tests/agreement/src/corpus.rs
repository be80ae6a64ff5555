//! The published policies, brought into the simulated tenant: what they refer to becomes something that the tenant has.

use std::path::{Path, PathBuf};

use entra_sim::ca::{DirectoryView, create_policy};
use entra_sim::seed::TenantSeed;
use serde_json::{Value, json};
use uuid::Uuid;

/// A policy to compare by.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Its file.
    pub name: String,
    /// The simulator stores it; otherwise Graph would refuse it, and it stands here as it was published.
    pub accepted: bool,
    /// The document, with an id.
    pub policy: Value,
}

/// Members that Graph sets.
const READ_ONLY: [&str; 6] = ["id", "templateId", "createdDateTime", "modifiedDateTime", "deletedDateTime", "partialEnablementStrategy"];

/// Every document below a folder, in the order of their paths.
///
/// # Panics
/// Where a file can't be read.
pub fn corpus(tenant: &TenantSeed, folder: &Path) -> Vec<Sample> {
    let read = |(number, path): (usize, PathBuf)| {
        let text = std::fs::read_to_string(&path).expect("a document can be read");
        let document: Value = serde_json::from_str(&text).expect("a document is JSON");
        let mut body = without_annotations(&document);
        if let Some(members) = body.as_object_mut() {
            members.retain(|name, _| !READ_ONLY.contains(&name.as_str()));
        }
        settle(&mut body, tenant);
        let id = Uuid::from_u128(0x5A00_0000_0000_4000_8000_0000_0000_0000 | number as u128);
        let stored = create_policy(&body, &Everything(tenant), id, Default::default());
        body["id"] = json!(id);
        expand_strength(&mut body, tenant);
        let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().into_owned();
        Sample { name, accepted: stored.is_ok(), policy: stored.unwrap_or(body) }
    };
    files(folder).into_iter().enumerate().map(read).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Annotations are Graph's, except the type of a polymorphic value.
fn without_annotations(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.iter().filter(|(name, _)| !name.contains('@') && !name.starts_with('#') || *name == "@odata.type");
            Value::Object(kept.map(|(name, value)| (name.clone(), without_annotations(value))).collect())
        }
        Value::Array(items) => items.iter().map(without_annotations).collect(),
        scalar => scalar.clone(),
    }
}

/// Words that are no references, as Graph spells them.
const KEYWORDS: [&str; 7] =
    ["All", "None", "GuestsOrExternalUsers", "Office365", "MicrosoftAdminPortals", "AllTrusted", "ServicePrincipalsInMyTenant"];

/// Applications that people of the simulation sign in to, beside the tenant's own.
const VISITED: [&str; 6] = [
    "00000002-0000-0ff1-ce00-000000000000",
    "00000003-0000-0ff1-ce00-000000000000",
    "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe",
    "797f4846-ba00-4fd7-ba43-dac1f8f63013",
    "c44b4083-3bb0-49c1-b47d-974e53cbdf3c",
    "00000006-0000-0ff1-ce00-000000000000",
];

/// Turns references into ones that the tenant has: the same reference always into the same object.
fn settle(policy: &mut Value, tenant: &TenantSeed) {
    let ids = |objects: &[Value], member: &str| -> Vec<String> {
        objects.iter().filter_map(|object| object[member].as_str()).map(str::to_lowercase).collect()
    };
    let (users, groups, locations) = (ids(&tenant.users, "id"), ids(&tenant.groups, "id"), ids(&tenant.named_locations, "id"));
    let roles: Vec<String> = tenant.role_assignments.iter().map(|(role, _)| role.to_lowercase()).collect();
    let contexts = ids(&tenant.auth_contexts, "id");
    let terms = ids(&tenant.terms, "id");
    let mut apps: Vec<String> = VISITED.iter().map(|id| (*id).to_owned()).collect();
    apps.extend(ids(&tenant.service_principals, "appId"));
    for (path, known) in [
        ("/conditions/users/includeUsers", &users),
        ("/conditions/users/excludeUsers", &users),
        ("/conditions/users/includeGroups", &groups),
        ("/conditions/users/excludeGroups", &groups),
        ("/conditions/users/includeRoles", &roles),
        ("/conditions/users/excludeRoles", &roles),
        ("/conditions/applications/includeApplications", &apps),
        ("/conditions/applications/excludeApplications", &apps),
        ("/conditions/applications/includeAuthenticationContextClassReferences", &contexts),
        ("/conditions/locations/includeLocations", &locations),
        ("/conditions/locations/excludeLocations", &locations),
        ("/grantControls/termsOfUse", &terms),
    ] {
        for item in policy.pointer_mut(path).and_then(Value::as_array_mut).into_iter().flatten() {
            let Some(text) = item.as_str() else { continue };
            *item = match KEYWORDS.iter().find(|keyword| keyword.eq_ignore_ascii_case(text)) {
                Some(keyword) => json!(keyword),
                None if known.is_empty() || known.contains(&text.to_lowercase()) => continue,
                None => json!(known[place(text, known.len())]),
            };
        }
    }
    let strengths = ids(&tenant.auth_strengths, "id");
    if let Some(strength) = policy.pointer_mut("/grantControls/authenticationStrength").filter(|strength| strength.is_object()) {
        let id = strength["id"].as_str().unwrap_or_default().to_lowercase();
        let id = if strengths.contains(&id) { id } else { strengths[place(&id, strengths.len())].clone() };
        *strength = json!({ "id": id });
    }
}

/// Graph shows a strength with its combinations.
fn expand_strength(policy: &mut Value, tenant: &TenantSeed) {
    if let Some(strength) = policy.pointer_mut("/grantControls/authenticationStrength").filter(|strength| strength.is_object())
        && let Some(full) = tenant.auth_strengths.iter().find(|full| full["id"] == strength["id"])
    {
        *strength = full.clone();
    }
}

fn place(text: &str, among: usize) -> usize {
    let mixed =
        text.to_lowercase().bytes().fold(0u64, |mixed, byte| (mixed.rotate_left(5) ^ u64::from(byte)).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    usize::try_from(mixed >> 33).unwrap_or_default() % among.max(1)
}

/// The tenant, as if it had bought everything and held everything that a policy may name.
struct Everything<'t>(&'t TenantSeed);

impl DirectoryView for Everything<'_> {
    fn licensed_p1(&self) -> bool {
        true
    }

    fn licensed_p2(&self) -> bool {
        true
    }

    fn licensed_workload(&self) -> bool {
        true
    }

    fn group_exists(&self, id: &str) -> bool {
        self.0.group_exists(id)
    }

    fn user_exists(&self, id: &str) -> bool {
        self.0.user_exists(id)
    }

    fn role_template_exists(&self, _: &str) -> bool {
        true
    }

    fn service_principal_exists(&self, _: &str) -> bool {
        true
    }

    fn service_principal_object_exists(&self, _: &str) -> bool {
        true
    }

    fn named_location(&self, id: &str) -> Option<Value> {
        self.0.named_location(id)
    }

    fn auth_strength(&self, id: &str) -> Option<Value> {
        self.0.auth_strength(id)
    }

    fn auth_context_exists(&self, _: &str) -> bool {
        true
    }

    fn terms_exists(&self, _: &str) -> bool {
        true
    }

    fn policy_count(&self) -> usize {
        0
    }

    fn security_defaults(&self) -> bool {
        false
    }

    fn policies_referring_location(&self, _: &str) -> Vec<String> {
        Vec::new()
    }
}
