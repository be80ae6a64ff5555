//! `policy.grant_change` and `policy.terms_of_use_change`: `grantControls`.

use serde_json::{Map, Value, json};

use crate::change::payload::{GrantChange, GrantOperator};
use crate::document::PolicyDocument;
use crate::document::canonical::control_count;
use crate::document::fields::spelled;

/// The body for other built-in controls, another strength, other custom factors, another operator.
pub(super) fn body(change: &GrantChange, document: &PolicyDocument) -> Value {
    let mut members = Map::new();
    if let Some(controls) = &change.built_in_controls {
        members.insert("builtInControls".to_owned(), controls.iter().map(|control| spelled("builtInControls", control)).collect());
    }
    if let Some(strength) = &change.authentication_strength_id {
        let strength = strength.as_ref().map_or(Value::Null, |id| json!({ "id": spelled("id", id) }));
        members.insert("authenticationStrength".to_owned(), strength);
    }
    if let Some(factors) = &change.custom_authentication_factors {
        members.insert("customAuthenticationFactors".to_owned(), factors.clone().into());
    }
    grant_controls(members, change.operator, document)
}

/// The body for another set of terms.
pub(super) fn terms_of_use(terms: &[String], operator: Option<GrantOperator>, document: &PolicyDocument) -> Value {
    let terms = terms.iter().map(|id| spelled("termsOfUse", id)).collect();
    grant_controls(Map::from_iter([("termsOfUse".to_owned(), terms)]), operator, document)
}

/// Without any control left, `grantControls` is null. An operator that nobody gave stays, if it counts: beside one control Graph answers `OR`
/// whatever was meant, so that where a second control comes all are required, as in the portal, and nothing is loosened by accident.
fn grant_controls(mut members: Map<String, Value>, operator: Option<GrantOperator>, document: &PolicyDocument) -> Value {
    let before = document.at(&["grantControls"]).and_then(Value::as_object).cloned().unwrap_or_default();
    let mut after = before.clone();
    after.extend(members.clone());
    let controls = control_count(&after);
    if controls == 0 {
        return json!({ "grantControls": null });
    }
    let counts = control_count(&before) > 1 && before.get("operator").is_some_and(Value::is_string);
    let operator = match operator {
        Some(operator) => Some(operator.as_str()),
        None if counts => None,
        None if controls > 1 => Some("AND"),
        None if before.get("operator").is_some_and(Value::is_string) => None,
        None => Some("OR"),
    };
    if let Some(operator) = operator {
        members.insert("operator".to_owned(), operator.into());
    }
    json!({ "grantControls": members })
}
