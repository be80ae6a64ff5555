//! Authentication strengths, under both of their addresses.

use serde_json::{Value, json};

use super::permission::{STRENGTH_READ, STRENGTH_WRITE};
use super::{Activity, Answer, Family, GraphError, ListSpec, Session};
use crate::ca;
use crate::odata::Over;
use crate::server::Reply;
use crate::state::{Kind, Op};

const CONTEXT: &str = "policies/authenticationStrengthPolicies";

/// Every combination an authentication strength can allow (authenticationMethodModes of the v1.0 model).
const COMBINATIONS: &[&str] = &[
    "deviceBasedPush",
    "federatedMultiFactor",
    "federatedSingleFactor",
    "fido2",
    "hardwareOath,federatedSingleFactor",
    "microsoftAuthenticatorPush,federatedSingleFactor",
    "password",
    "password,hardwareOath",
    "password,microsoftAuthenticatorPush",
    "password,sms",
    "password,softwareOath",
    "password,voice",
    "qrCodePin",
    "sms",
    "sms,federatedSingleFactor",
    "softwareOath,federatedSingleFactor",
    "temporaryAccessPassMultiUse",
    "temporaryAccessPassOneTime",
    "voice,federatedSingleFactor",
    "windowsHelloForBusiness",
    "x509CertificateMultiFactor",
    "x509CertificateSingleFactor",
];

fn spec() -> ListSpec {
    ListSpec {
        context: CONTEXT.to_owned(),
        resource: "authenticationStrengthPolicy",
        default_page: 1000,
        max_page: 1000,
        over: Over::Clamp,
        filterable: &["id", "displayName", "policyType", "requirementsSatisfied"],
        orderable: &["displayName"],
        default_select: &[],
        count_needs_header: false,
    }
}

pub(super) fn list(session: &mut Session<'_>) -> Answer {
    session.require(Family::ConditionalAccess, STRENGTH_READ)?;
    session.list(&spec(), session.reader().list(Kind::Strength))
}

pub(super) fn get(session: &mut Session<'_>, id: &str) -> Answer {
    session.require(Family::ConditionalAccess, STRENGTH_READ)?;
    let found = find(session, id)?;
    Ok(session.entity(200, &format!("{CONTEXT}/$entity"), found))
}

/// `GET /identity/conditionalAccess/authenticationStrength/combinations`.
pub(super) fn combinations(session: &mut Session<'_>) -> Answer {
    session.require(Family::ConditionalAccess, STRENGTH_READ)?;
    Ok(Reply::graph(
        200,
        json!({"@odata.context": session.context("Collection(microsoft.graph.authenticationMethodModes)"), "value": COMBINATIONS}),
    ))
}

/// `GET /policies/authenticationStrengthPolicies/{id}/usage()`: the policies that ask for it, by whether they want MFA too.
pub(super) fn usage(session: &mut Session<'_>, id: &str) -> Answer {
    session.require(Family::ConditionalAccess, STRENGTH_READ)?;
    let strength = find(session, id)?;
    let side = if strength["requirementsSatisfied"] == "mfa" { "mfa" } else { "none" };
    let mut body = json!({"@odata.context": session.context("microsoft.graph.authenticationStrengthUsage"), "mfa": [], "none": []});
    body[side] = json!(users(session, id));
    Ok(Reply::graph(200, body))
}

/// `POST`: a custom strength.
pub(super) fn create(session: &mut Session<'_>) -> Answer {
    session.require(Family::ConditionalAccess, STRENGTH_WRITE)?;
    let body = session.body()?;
    let name = body["displayName"].as_str().filter(|name| !name.trim().is_empty());
    let name =
        name.ok_or_else(|| GraphError::new(400, "BadRequest", "Invalid authenticationStrengthPolicy: 'displayName' is required."))?;
    let allowed = allowed(&body["allowedCombinations"])?;
    let custom = session.tenant().all(Kind::Strength).filter(|strength| strength["policyType"] == "custom").count();
    if custom >= ca::CUSTOM_STRENGTHS_MAX {
        return Err(GraphError::new(400, "BadRequest", "The maximum number of custom authentication strength policies has been reached."));
    }
    let at = ca::graph_time(session.now);
    let strength = json!({
        "id": session.new_id(), "createdDateTime": at, "modifiedDateTime": at, "displayName": name,
        "description": body["description"].as_str().unwrap_or_default(), "policyType": "custom",
        "requirementsSatisfied": body["requirementsSatisfied"].as_str().unwrap_or("mfa"), "allowedCombinations": allowed,
        "combinationConfigurations": []
    });
    save(session, "create", "Add", None, &strength)?;
    Ok(session.entity(201, &format!("{CONTEXT}/$entity"), strength))
}

/// `PATCH`: name and description of a custom strength.
pub(super) fn update(session: &mut Session<'_>, id: &str) -> Answer {
    session.require(Family::ConditionalAccess, STRENGTH_WRITE)?;
    let before = custom(session, id)?;
    let body = session.body()?;
    let mut after = before.clone();
    for (name, value) in body.as_object().into_iter().flatten() {
        match name.as_str() {
            "displayName" | "description" => after[name] = value.clone(),
            name if name.starts_with('@') => {}
            name => {
                return Err(GraphError::new(
                    400,
                    "BadRequest",
                    format!("Property '{name}' of authenticationStrengthPolicy can't be updated."),
                ));
            }
        }
    }
    after["modifiedDateTime"] = json!(ca::graph_time(session.now));
    save(session, "update", "Update", Some(&before), &after)?;
    Ok(Reply::empty(204))
}

/// `POST {id}/updateAllowedCombinations`.
pub(super) fn update_combinations(session: &mut Session<'_>, id: &str) -> Answer {
    session.require(Family::ConditionalAccess, STRENGTH_WRITE)?;
    let before = custom(session, id)?;
    let mut after = before.clone();
    after["allowedCombinations"] = json!(allowed(&session.body()?["allowedCombinations"])?);
    after["modifiedDateTime"] = json!(ca::graph_time(session.now));
    save(session, "update", "Update", Some(&before), &after)?;
    let references: Vec<Value> = users(session, id).into_iter().map(|policy| policy["id"].clone()).collect();
    Ok(Reply::graph(
        200,
        json!({
            "@odata.context": session.context("microsoft.graph.updateAllowedCombinationsResult"), "additionalInformation": "",
            "conditionalAccessReferences": references, "currentCombinations": after["allowedCombinations"], "previousCombinations": before["allowedCombinations"]
        }),
    ))
}

/// `DELETE`: a custom strength that no policy uses.
pub(super) fn delete(session: &mut Session<'_>, id: &str) -> Answer {
    session.require(Family::ConditionalAccess, STRENGTH_WRITE)?;
    let before = custom(session, id)?;
    if !users(session, id).is_empty() {
        return Err(GraphError::new(
            400,
            "BadRequest",
            "The authentication strength policy is referenced by a conditional access policy and cannot be deleted.",
        ));
    }
    let activity = Activity {
        verb: "Delete",
        noun: "authentication strength policy",
        property: "AuthenticationStrengthPolicy",
        before: Some(&before),
        after: None,
    };
    session.commit_audited(
        "delete",
        "authenticationStrengthPolicies",
        vec![Op::Remove { kind: Kind::Strength, id: id.to_owned() }],
        activity,
    )?;
    Ok(Reply::empty(204))
}

fn save(session: &mut Session<'_>, action: &str, verb: &str, before: Option<&Value>, after: &Value) -> Result<(), GraphError> {
    let activity =
        Activity { verb, noun: "authentication strength policy", property: "AuthenticationStrengthPolicy", before, after: Some(after) };
    session.commit_audited(action, "authenticationStrengthPolicies", vec![Op::Put { kind: Kind::Strength, value: after.clone() }], activity)
}

fn find(session: &Session<'_>, id: &str) -> Result<Value, GraphError> {
    session.reader().get(Kind::Strength, id).ok_or_else(|| GraphError::ca_not_found("AuthenticationStrengthPolicy", id))
}

fn custom(session: &Session<'_>, id: &str) -> Result<Value, GraphError> {
    let found = find(session, id)?;
    if found["policyType"] == "custom" {
        return Ok(found);
    }
    Err(GraphError::new(400, "BadRequest", "Built-in authentication strength policies cannot be modified."))
}

fn allowed(value: &Value) -> Result<Vec<&str>, GraphError> {
    let combinations: Option<Vec<&str>> = value
        .as_array()
        .filter(|list| !list.is_empty())
        .and_then(|list| list.iter().map(|each| each.as_str().filter(|text| COMBINATIONS.contains(text))).collect());
    combinations.ok_or_else(|| {
        GraphError::new(
            400,
            "BadRequest",
            "Invalid authenticationStrengthPolicy: 'allowedCombinations' must name at least one supported combination.",
        )
    })
}

fn users(session: &Session<'_>, id: &str) -> Vec<Value> {
    let asks = |policy: &&Value| {
        policy["grantControls"]["authenticationStrength"]["id"].as_str().is_some_and(|used| used.eq_ignore_ascii_case(id))
    };
    session.tenant().all(Kind::Policy).filter(asks).cloned().collect()
}
