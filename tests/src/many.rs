//! Many small tenants that are alike, as bulk changes meet them.

use entra_sim::SimTenant;
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::world::World;
use crate::{Client, Cloud};

/// The policy that every tenant has, in report-only.
pub const POLICY: &str = "CA001: MFA for everybody";

/// The group that every tenant has under this name.
pub const GROUP: &str = "Break glass";

/// Groups that [`rings`] makes.
pub const RINGS: usize = 5;

/// People in each of them.
const PEOPLE: usize = 4;

/// Tenants that are connected at a time.
const CONNECTED_AT_ONCE: usize = 32;

/// A connected tenant.
#[derive(Clone, Debug)]
pub struct Managed {
    /// Its id in the API.
    pub id: String,
    /// Entra's id of it.
    pub entra: Uuid,
    /// Its place, from 0.
    pub number: usize,
}

/// Entra's id of the tenant with this number.
pub fn tenant_id(number: usize) -> Uuid {
    Uuid::from_u128(0x6c61_7267_6500_4000_8000_0000_0000_0000 + number as u128)
}

/// Graph's id of an object of a tenant: the same kind of object has another id in each tenant.
pub fn object_id(tenant: usize, object: usize) -> Uuid {
    Uuid::from_u128(0x6f62_6a65_6374_4000_8000_0000_0000_0000 + (tenant as u128) * 1_000 + object as u128)
}

/// Makes tenant `number` in the cloud: one policy and one group, and an application with the permissions of `like`.
pub async fn add_tenant(cloud: &Cloud, like: &SimTenant, number: usize) {
    let app = like.apps.first().expect("the tenant has an application for Causeway");
    let entra = tenant_id(number);
    let seed = json!({
        "tenant_id": entra,
        "display_name": format!("Tenant {number:04}"),
        "domain": format!("t{number:04}.example"),
        "apps": [{ "client_id": object_id(number, 1), "secret": secret(number), "display_name": "Causeway", "roles": app.roles }],
    });
    cloud.call("POST", "/tenants", seed).await;
    let policy = json!({
        "id": object_id(number, 2),
        "displayName": POLICY,
        "state": "enabledForReportingButNotEnforced",
        "conditions": {
            "users": { "includeUsers": ["All"] },
            "applications": { "includeApplications": ["All"] },
            "clientAppTypes": ["all"],
        },
        "grantControls": { "operator": "OR", "builtInControls": ["mfa"] },
    });
    let objects = json!({ "groups": [{ "id": object_id(number, 3), "displayName": GROUP }], "policies": [policy] });
    cloud.call("POST", &format!("/tenants/{entra}/objects"), objects).await;
}

/// Graph's id of the tenant's [`POLICY`].
pub fn policy_id(number: usize) -> Uuid {
    object_id(number, 2)
}

/// Graph's id of the tenant's [`GROUP`].
pub fn group_id(number: usize) -> Uuid {
    object_id(number, 3)
}

/// What a tenant of a rollout has beside its policy: groups `Ring 0` to `Ring 4` with people, used by another policy.
pub fn rings(tenant: usize) -> Value {
    let group = |number: usize| ring_id(tenant, number);
    let person = |group: usize, number: usize| object_id(tenant, 200 + group * 20 + number);
    let groups: Vec<Value> = (0..RINGS).map(|number| json!({ "id": group(number), "displayName": format!("Ring {number}") })).collect();
    let people: Vec<Value> = (0..RINGS)
        .flat_map(|of| (0..PEOPLE).map(move |number| (of, number)))
        .map(|(of, number)| json!({ "id": person(of, number), "displayName": format!("Person {of}.{number}"), "userPrincipalName": format!("p{of}{number}@t{tenant:04}.example") }))
        .collect();
    let memberships: Vec<Value> = (0..RINGS).flat_map(|of| (0..PEOPLE).map(move |number| json!([group(of), person(of, number)]))).collect();
    let rings: Vec<_> = (0..RINGS).map(group).collect();
    let policy = json!({
        "id": object_id(tenant, 4),
        "displayName": "CA002: rings",
        "state": "disabled",
        "conditions": {
            "users": { "includeGroups": rings },
            "applications": { "includeApplications": ["All"] },
            "clientAppTypes": ["all"],
        },
        "grantControls": { "operator": "OR", "builtInControls": ["mfa"] },
    });
    json!({ "groups": groups, "users": people, "memberships": memberships, "policies": [policy] })
}

/// Graph's id of a ring of a tenant.
pub fn ring_id(tenant: usize, ring: usize) -> Uuid {
    object_id(tenant, 100 + ring)
}

fn secret(number: usize) -> String {
    format!("a secret of the simulation {number}")
}

impl World {
    /// Makes and connects tenants 0 to `count`, and waits until all are imported.
    pub async fn connect_many(&self, client: &Client, count: usize) -> Vec<Managed> {
        self.add_many(count).await;
        self.connect_added(client, count).await
    }

    /// Makes tenants 0 to `count` in the cloud.
    pub async fn add_many(&self, count: usize) {
        let like = self.sim_tenant();
        for number in 0..count {
            add_tenant(&self.cloud, &like, number).await;
        }
    }

    /// Connects tenants 0 to `count`, which the cloud has, and waits until all are imported.
    pub async fn connect_added(&self, client: &Client, count: usize) -> Vec<Managed> {
        let mut connected: Vec<Managed> = stream::iter(0..count)
            .map(|number| async move {
                let mut tenant = like_tenant(number);
                tenant.apps[0].secret = secret(number);
                Managed { id: self.connect(client, &tenant).await, entra: tenant.tenant_id, number }
            })
            .buffer_unordered(CONNECTED_AT_ONCE)
            .collect()
            .await;
        connected.sort_by_key(|tenant| tenant.number);
        connected
    }

    /// The writes that reached a tenant's policies and named locations.
    pub async fn writes_of(&self, tenant: &Managed) -> Vec<Value> {
        self.cloud.writes(tenant.entra).await
    }

    /// The tenant's policy as Entra holds it.
    pub async fn live(&self, tenant: &Managed) -> Value {
        self.cloud.policy(tenant.entra, &policy_id(tenant.number).to_string()).await
    }
}

fn like_tenant(number: usize) -> SimTenant {
    SimTenant {
        tenant_id: tenant_id(number),
        display_name: format!("Tenant {number:04}"),
        domain: format!("t{number:04}.example"),
        apps: vec![entra_sim::SimApp {
            client_id: object_id(number, 1),
            secret: String::new(),
            display_name: "Causeway".to_owned(),
            roles: Vec::new(),
        }],
    }
}
