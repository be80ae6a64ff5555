//! What a plan is made from, owned, so that a case can change one thing.

use chrono::{DateTime, Utc};
use domain::change::kind::ChangePayload;
use domain::change::plan::{Plan, PlanInput, plan};
use domain::document::diff::NameTable;
use domain::policy::{Criticality, PolicyState};
use domain::tenant::{EmergencyPrincipal, Tenant};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::fixtures::{BREAKGLASS, breakglass, document, mfa_for_all, now, policy, tenant};

/// A tenant, a policy in it, and an intended change.
pub struct World {
    pub payload: ChangePayload,
    pub tenant: Tenant,
    pub document: Option<Value>,
    pub criticality: Option<Criticality>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub snapshot_taken_at: Option<DateTime<Utc>>,
    pub actor_entra: Option<Uuid>,
    pub impact_known: bool,
}

impl World {
    /// A tenant with one emergency user, a report-only policy demanding MFA of everybody else, and a change to this state.
    pub fn to(state: PolicyState) -> Self {
        let mut tenant = tenant();
        tenant.emergency_access.principals = vec![breakglass()];
        let mut document = mfa_for_all("enabledForReportingButNotEnforced");
        document["conditions"]["users"]["excludeUsers"] = json!([BREAKGLASS]);
        World {
            payload: ChangePayload::StateChange { to: state },
            tenant,
            document: Some(document),
            criticality: None,
            deleted_at: None,
            snapshot_taken_at: Some(now()),
            actor_entra: None,
            impact_known: true,
        }
    }

    pub fn rename(name: &str) -> Self {
        World { payload: ChangePayload::Rename { display_name: name.into() }, ..World::to(PolicyState::Enabled) }
    }

    pub fn from(mut self, state: &str) -> Self {
        self.set("/state", json!(state));
        self
    }

    pub fn with(mut self, edit: impl FnOnce(&mut World)) -> Self {
        edit(&mut self);
        self
    }

    /// Sets a member of the document, making the objects on the way.
    pub fn set(&mut self, pointer: &str, value: Value) {
        let mut at = self.document.as_mut().unwrap();
        for name in pointer[1..].split('/') {
            if !at.is_object() {
                *at = json!({});
            }
            at = at.as_object_mut().unwrap().entry(name).or_insert(Value::Null);
        }
        *at = value;
    }

    pub fn users(self, users: Value) -> Self {
        self.with(|world| world.set("/conditions/users", users))
    }

    pub fn grant(self, grant: Value) -> Self {
        self.with(|world| world.set("/grantControls", grant))
    }

    pub fn principal(self, edit: impl FnOnce(&mut EmergencyPrincipal)) -> Self {
        self.with(|world| edit(&mut world.tenant.emergency_access.principals[0]))
    }

    pub fn plan(&self) -> Plan {
        let document = self.document.clone().map(document);
        let policy = document.as_ref().map(|document| {
            let mut row = policy(document);
            row.metadata.criticality = self.criticality;
            row.deleted_at = self.deleted_at;
            row
        });
        plan(&PlanInput {
            payload: &self.payload,
            tenant: &self.tenant,
            policy: policy.as_ref(),
            document: document.as_ref(),
            names: &NameTable::default(),
            snapshot_taken_at: self.snapshot_taken_at,
            actor_entra: self.actor_entra,
            impact_known: self.impact_known,
            now: now(),
        })
    }
}
