//! The tenant itself: name, licences, security defaults (graph-api.md section 15).

use domain::tenant::Licences;
use serde_json::Value;
use uuid::{Uuid, uuid};

use crate::budget::Class;
use crate::call::Call;
use crate::client::TenantGraph;
use crate::error::{GraphError, Info};

const P1: Uuid = uuid!("41781fb2-bc02-4b7c-bd55-b576c07bb09d");
const P2: Uuid = uuid!("eec0eb4f-6444-4f95-aba0-50c24d67f998");
const INTUNE: Uuid = uuid!("c1ec4a95-1f05-45b3-a911-aa3fa01094f5");

/// The tenant as Entra describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// Entra's tenant id.
    pub id: Uuid,
    /// Name.
    pub display_name: String,
    /// Licences that gate Conditional Access.
    pub licences: Licences,
}

impl TenantGraph {
    /// The tenant's own description. One that describes another tenant is a [`GraphError::Protocol`] (security-checklist D7).
    pub async fn organization(&self, call: &Call) -> Result<Organization, GraphError> {
        let list = self.list(call, Class::Directory, "/organization").await?;
        let wanted = self.entra_tenant_id();
        list.iter().find_map(|entry| read(entry).filter(|organization| organization.id == wanted)).ok_or_else(|| {
            let info = Info { client_request_id: call.client_request_id, ..Info::default() };
            GraphError::protocol("the organization is another tenant's", info)
        })
    }

    /// Whether security defaults are on; enabled policies have no effect while they are.
    pub async fn security_defaults(&self, call: &Call) -> Result<bool, GraphError> {
        let policy = self.get_json(call, Class::Directory, "/policies/identitySecurityDefaultsEnforcementPolicy").await?;
        policy.get("isEnabled").and_then(Value::as_bool).ok_or_else(|| {
            let info = Info { client_request_id: call.client_request_id, ..Info::default() };
            GraphError::protocol("security defaults without isEnabled", info)
        })
    }
}

fn read(entry: &Value) -> Option<Organization> {
    let id = Uuid::try_parse(entry.get("id")?.as_str()?).ok()?;
    let display_name = entry.get("displayName").and_then(Value::as_str).unwrap_or_default().to_owned();
    Some(Organization { id, display_name, licences: licences(entry) })
}

/// `assignedPlans` that are usable: `Enabled`, or `Warning` (expired, within the grace period).
fn licences(entry: &Value) -> Licences {
    let plans = entry.get("assignedPlans").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let has = |wanted: Uuid| {
        plans.iter().any(|plan| {
            let text = |name| plan.get(name).and_then(Value::as_str).unwrap_or_default();
            matches!(text("capabilityStatus"), "Enabled" | "Warning") && Uuid::try_parse(text("servicePlanId")) == Ok(wanted)
        })
    };
    let p2 = has(P2);
    // P2 contains P1, whether or not the plan is listed.
    Licences { p1: p2 || has(P1), p2, intune: has(INTUNE) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn licences_are_plans_in_force() {
        let plan = |id: Uuid, status: &str| json!({"servicePlanId": id, "capabilityStatus": status, "service": "s"});
        let of = |plans: Vec<Value>| licences(&json!({ "assignedPlans": plans }));
        assert_eq!(of(vec![plan(P1, "Enabled")]), Licences { p1: true, p2: false, intune: false });
        assert_eq!(of(vec![plan(P2, "Warning"), plan(INTUNE, "Enabled")]), Licences { p1: true, p2: true, intune: true });
        assert_eq!(of(vec![plan(P2, "Suspended"), plan(P1, "Deleted"), json!(7), json!({})]), Licences::default());
        assert_eq!(licences(&json!({})), Licences::default());
        assert_eq!(licences(&json!({"assignedPlans": null})), Licences::default());
    }

    #[test]
    fn an_entry_needs_an_id_and_nothing_else() {
        assert_eq!(read(&json!({"displayName": "x"})), None);
        let id = Uuid::from_u128(9);
        assert_eq!(read(&json!({ "id": id })), Some(Organization { id, display_name: String::new(), licences: Licences::default() }));
    }
}
