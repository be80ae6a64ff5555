//! What a plan is made from, owned, so that a case can change one thing.

use chrono::{DateTime, Utc};
use domain::change::kind::ChangePayload;
use domain::change::plan::{ImpactFacts, Plan, PlanInput, plan};
use domain::change::warning::Waiver;
use domain::document::diff::NameTable;
use domain::policy::{Criticality, PolicyState};
use domain::tenant::{DirectoryObject, EmergencyPrincipal, Tenant};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::fixtures::{BREAKGLASS, breakglass, document, mfa_for_all, now, policy, tenant};

/// So many ids, the same ones each time.
pub fn ids(count: u128) -> Vec<Uuid> {
    (1..=count).map(|number| Uuid::from_u128(0xabc_0000 + number)).collect()
}

/// A tenant, a policy in it, and an intended change.
pub struct World {
    pub payload: ChangePayload,
    pub tenant: Tenant,
    pub document: Option<Value>,
    pub criticality: Option<Criticality>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub snapshot_taken_at: Option<DateTime<Utc>>,
    pub actor_entra: Option<Uuid>,
    pub impact: Option<ImpactFacts>,
    pub location: Option<Value>,
    pub policy_count: usize,
    pub referring: Vec<String>,
    pub objects: Vec<DirectoryObject>,
    pub waivers: Vec<Waiver>,
    pub owned_by_rollout: bool,
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
            impact: Some(ImpactFacts { would_block: 0, would_interrupt: 7 }),
            location: None,
            policy_count: 1,
            referring: Vec::new(),
            objects: Vec::new(),
            waivers: Vec::new(),
            owned_by_rollout: false,
        }
    }

    /// The same world with any other change, in JSON form.
    pub fn change(payload: Value) -> Self {
        World { payload: serde_json::from_value(payload).unwrap(), ..World::to(PolicyState::Enabled) }
    }

    /// A change of this kind with these members beside it.
    pub fn of(kind: &str, mut members: Value) -> Self {
        members["kind"] = kind.into();
        World::change(members)
    }

    /// A creation, in a tenant without policies.
    pub fn create(state: &str, document: Value) -> Self {
        World { document: None, ..World::of("policy.create", json!({ "document": document, "state": state })) }
    }

    /// A restore of a policy that was in this state.
    pub fn restore(state: &str) -> Self {
        World { deleted_at: Some(now()), ..World::of("policy.restore", json!({})).from(state) }
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
            location: self.location.as_ref(),
            policy_count: self.policy_count,
            referring: &self.referring,
            names: &NameTable::new(self.objects.clone()),
            snapshot_taken_at: self.snapshot_taken_at,
            actor_entra: self.actor_entra,
            impact: self.impact,
            waivers: &self.waivers,
            owned_by_rollout: self.owned_by_rollout,
            now: now(),
        })
    }
}
