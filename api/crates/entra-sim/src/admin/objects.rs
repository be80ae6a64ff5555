//! Objects with ids that the caller gives, so that a test can prepare everything a policy document refers to.
//!
//! Each list holds objects or, in short, texts: an id (`servicePrincipals`: an app id; `authenticationContexts`: `c1` to `c99`). What an object
//! leaves out is filled in. `memberships` holds pairs of group and member. `referencesOf` holds policy documents: whatever they name by GUID
//! (or `c1` to `c99`) and the tenant lacks is made up; built-in roles can't be. `policies` come last and through the rules of a POST, under the
//! id they carry; a `templateId` makes them Microsoft-managed. The answer names the ids, list by list.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::references::of_documents;
use super::{AdminError, Answer, body};
use crate::ca;
use crate::core::{Core, Inner};
use crate::server::Call;
use crate::state::{Kind, Op, Tenant, View, derived};

/// Objects of one request.
const MAX_OBJECTS: usize = 5_000;

/// The lists in the order in which they are put, with the kind of their objects.
const LISTS: [(&str, Kind); 8] = [
    ("users", Kind::User),
    ("groups", Kind::Group),
    ("servicePrincipals", Kind::ServicePrincipal),
    ("namedLocations", Kind::Location),
    ("authenticationStrengths", Kind::Strength),
    ("authenticationContexts", Kind::Context),
    ("termsOfUse", Kind::Terms),
    ("policies", Kind::Policy),
];

pub(super) fn put(core: &Core, inner: &mut Inner, call: &Call, id: Uuid) -> Answer {
    let mut request: Map<String, Value> = body(call)?;
    let documents = taken(&mut request, "referencesOf")?;
    let memberships = pairs(taken(&mut request, "memberships")?)?;
    let mut batch = Batch { core, tenant: inner.world.tenants[&id].clone(), ops: Vec::new() };
    let references = of_documents(&documents, &batch.tenant);
    let mut answer = Map::new();
    for (name, kind) in LISTS {
        let mut given = taken(&mut request, name)?;
        given.extend(references.iter().filter(|(wanted, _)| *wanted == kind).map(|(_, object)| object.clone()));
        let ids = given.iter().map(|object| batch.put(kind, object)).collect::<Result<Vec<_>, _>>()?;
        if !ids.is_empty() {
            answer.insert(name.to_owned(), json!(ids));
        }
    }
    if let Some(unknown) = request.keys().next() {
        return Err(AdminError(400, format!("objects has no list {unknown}")));
    }
    let mut ops = batch.ops;
    ops.extend(memberships.into_iter().map(|(group, member)| Op::AddMember { group, member }));
    inner.commit(id, ops, None, core.now())?;
    Ok(Value::Object(answer))
}

/// Objects on their way: each sees those before it.
pub(super) struct Batch<'a> {
    pub core: &'a Core,
    /// A copy, so that a refusal leaves the tenant as it was.
    pub tenant: Tenant,
    pub ops: Vec<Op>,
}

impl Batch<'_> {
    /// Completes and checks one object, and returns its id.
    pub(super) fn put(&mut self, kind: Kind, given: &Value) -> Result<String, AdminError> {
        if self.ops.len() >= MAX_OBJECTS {
            return Err(AdminError(413, format!("at most {MAX_OBJECTS} objects at once")));
        }
        let given = match given {
            Value::String(app_id) if kind == Kind::ServicePrincipal => json!({ "appId": app_id }),
            Value::String(id) => json!({ "id": id }),
            Value::Object(_) => given.clone(),
            other => return Err(AdminError(400, format!("{other} is neither an id nor an object"))),
        };
        let id = self.id(kind, &given)?;
        let value = match kind {
            Kind::Policy => self.policy(&given, &id)?,
            Kind::Location => self.location(&given, &id)?,
            _ => overlaid(defaults(kind, &id, &self.tenant, &given), &given, &id),
        };
        self.tenant.put(kind, value.clone());
        self.ops.push(Op::Put { kind, value });
        Ok(id)
    }

    fn id(&self, kind: Kind, given: &Value) -> Result<String, AdminError> {
        let text = |name: &str| given[name].as_str().map(str::to_lowercase);
        let id = match (text("id"), text("appId")) {
            (Some(id), _) => id,
            (None, Some(app_id)) => {
                let known = self.tenant.all(Kind::ServicePrincipal).find(|sp| sp["appId"].as_str() == Some(&app_id));
                known.and_then(|sp| sp["id"].as_str()).map_or_else(|| derived(self.tenant.id, &app_id).to_string(), str::to_owned)
            }
            (None, None) => self.core.ids.uuid().to_string(),
        };
        let fits = match kind {
            Kind::Context => {
                id.strip_prefix('c').and_then(|number| number.parse::<u8>().ok()).is_some_and(|number| (1..=99).contains(&number))
            }
            _ => Uuid::try_parse(&id).is_ok(),
        };
        if fits { Ok(id) } else { Err(AdminError(400, format!("{id} can't be the id of such an object"))) }
    }

    fn policy(&self, given: &Value, id: &str) -> Result<Value, AdminError> {
        let mut policy = ca::create_policy(given, &View::truth(&self.tenant), guid(id)?, self.core.now())?;
        if given["templateId"].is_string() {
            policy["templateId"] = given["templateId"].clone();
        }
        Ok(policy)
    }

    fn location(&self, given: &Value, id: &str) -> Result<Value, AdminError> {
        let countries = given.get("countriesAndRegions").is_some() || given["@odata.type"] == "#microsoft.graph.countryNamedLocation";
        let defaults = if countries {
            json!({"@odata.type": "#microsoft.graph.countryNamedLocation", "displayName": named("Location", id), "countriesAndRegions": ["BE"]})
        } else {
            json!({
                "@odata.type": "#microsoft.graph.ipNamedLocation", "displayName": named("Location", id), "isTrusted": false,
                "ipRanges": [{"@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "192.0.2.0/24"}],
            })
        };
        Ok(ca::create_location(&overlaid(defaults, given, id), &View::truth(&self.tenant), guid(id)?, self.core.now())?)
    }
}

fn defaults(kind: Kind, id: &str, tenant: &Tenant, given: &Value) -> Value {
    let made = "2026-01-01T08:00:00Z";
    match kind {
        Kind::User => json!({
            "accountEnabled": true, "userType": "Member", "userPrincipalName": format!("{id}@{}", tenant.domain), "displayName": named("User", id),
            "mail": null, "createdDateTime": made, "onPremisesSyncEnabled": null, "externalUserState": null,
        }),
        Kind::Group => json!({
            "displayName": named("Group", id), "description": null, "mailEnabled": false, "mailNickname": id, "securityEnabled": true, "groupTypes": [],
            "membershipRule": null, "isAssignableToRole": false, "visibility": null, "createdDateTime": made,
        }),
        Kind::ServicePrincipal => {
            let app_id = given["appId"].as_str().unwrap_or(id);
            let name = given["displayName"].as_str().map_or_else(|| named("Application", app_id), str::to_owned);
            json!({
                "appId": app_id, "displayName": name, "appDisplayName": name, "accountEnabled": true, "appOwnerOrganizationId": tenant.id,
                "servicePrincipalType": "Application", "signInAudience": "AzureADMyOrg", "servicePrincipalNames": [app_id],
                "appRoleAssignmentRequired": false, "tags": [],
            })
        }
        Kind::Strength => crate::seed::built_in_strength(id).unwrap_or_else(|| {
            json!({
                "createdDateTime": made, "modifiedDateTime": made, "displayName": named("Strength", id), "description": null, "policyType": "custom",
                "requirementsSatisfied": "mfa", "allowedCombinations": ["fido2"], "combinationConfigurations": [],
            })
        }),
        Kind::Context => json!({"displayName": named("Context", id), "description": null, "isAvailable": true}),
        Kind::Terms => json!({
            "displayName": named("Terms", id), "isViewingBeforeAcceptanceRequired": true, "isPerDeviceAcceptanceRequired": false,
            "userReacceptRequiredFrequency": null, "termsExpiration": null,
        }),
        _ => json!({}),
    }
}

fn overlaid(mut base: Value, given: &Value, id: &str) -> Value {
    for (name, value) in given.as_object().into_iter().flatten() {
        base[name] = value.clone();
    }
    base["id"] = json!(id);
    base
}

/// A name by which a person recognises the id.
fn named(word: &str, id: &str) -> String {
    format!("{word} {}", id.get(..8).unwrap_or(id))
}

fn guid(id: &str) -> Result<Uuid, AdminError> {
    Uuid::try_parse(id).map_err(|_| AdminError(400, format!("{id} is not a GUID")))
}

fn taken(request: &mut Map<String, Value>, name: &str) -> Result<Vec<Value>, AdminError> {
    match request.remove(name) {
        None => Ok(Vec::new()),
        Some(Value::Array(items)) if items.len() <= MAX_OBJECTS => Ok(items),
        Some(_) => Err(AdminError(400, format!("{name} is a list of at most {MAX_OBJECTS}"))),
    }
}

fn pairs(given: Vec<Value>) -> Result<Vec<(String, String)>, AdminError> {
    let pair = |value: &Value| Some((value.get(0)?.as_str()?.to_lowercase(), value.get(1)?.as_str()?.to_lowercase()));
    given.iter().map(|value| pair(value).ok_or_else(|| AdminError(400, "memberships holds pairs of group and member".to_owned()))).collect()
}
