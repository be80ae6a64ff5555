//! The tenant as a second application sees it through Graph: what a lane prepares with, edits with behind the product's back, and reads
//! the truth with. It shares nothing with the product's adapter.

use entra_sim::Sim;
use entra_sim::seed::{AppRegistration, Licences, TenantSeed};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::Cloud;

/// The product's application.
pub const PRODUCT: Uuid = Uuid::from_u128(0xCA);
/// The lane's own application.
const LAB: Uuid = Uuid::from_u128(0x1AB);
/// The tenant of every lane; each lane has a cloud of its own.
pub const TENANT: Uuid = Uuid::from_u128(0x7E);

const ROLES: [&str; 12] = [
    "Policy.Read.All",
    "Policy.ReadWrite.ConditionalAccess",
    "Application.Read.All",
    "RoleManagement.Read.Directory",
    "Group.Read.All",
    "GroupMember.Read.All",
    "User.Read.All",
    "Organization.Read.All",
    "Directory.Read.All",
    "AuditLog.Read.All",
    "Agreement.Read.All",
    "AuthenticationContext.ReadWrite.All",
];

/// Objects of the directory, by number.
pub mod directory {
    use uuid::Uuid;

    /// A user.
    pub fn user(number: u64) -> String {
        Uuid::from_u128(0x0051_0000_0000_4000_8000_0000_0000_0000 | u128::from(number)).to_string()
    }

    /// A group.
    pub fn group(number: u64) -> String {
        Uuid::from_u128(0x0061_0000_0000_4000_8000_0000_0000_0000 | u128::from(number)).to_string()
    }

    /// An application with a service principal.
    pub fn app(number: u64) -> String {
        Uuid::from_u128(0x0071_0000_0000_4000_8000_0000_0000_0000 | u128::from(number)).to_string()
    }

    /// Terms of use.
    pub fn terms(number: u64) -> String {
        Uuid::from_u128(0x0081_0000_0000_4000_8000_0000_0000_0000 | u128::from(number)).to_string()
    }

    /// A named location that the seed brings.
    pub fn location(number: u64) -> String {
        Uuid::from_u128(0x0091_0000_0000_4000_8000_0000_0000_0000 | u128::from(number)).to_string()
    }
}

/// How many of each kind of object the directory has, from 0; of users there are more.
pub const OBJECTS: u64 = 8;
/// How many users the directory has, from 0.
pub const USERS: u64 = 64;

/// A small tenant without policies.
pub fn seed() -> TenantSeed {
    let several = |count: u64, make: &dyn Fn(u64) -> Value| (0..count).map(make).collect::<Vec<_>>();
    let each = |make: &dyn Fn(u64) -> Value| several(OBJECTS, make);
    let app = |client_id: Uuid, name: &str| AppRegistration {
        client_id,
        secret: format!("secret of {name}"),
        display_name: name.to_owned(),
        roles: ROLES.iter().map(|role| (*role).to_owned()).collect(),
    };
    let strength = |number: u64, name: &str| {
        json!({
            "id": format!("00000000-0000-0000-0000-00000000000{number}"), "displayName": name, "description": name, "policyType": "builtIn",
            "requirementsSatisfied": "mfa", "allowedCombinations": ["fido2"],
            "createdDateTime": "2021-12-01T08:00:00Z", "modifiedDateTime": "2021-12-01T08:00:00Z"
        })
    };
    TenantSeed {
        tenant_id: TENANT,
        display_name: "Lab".to_owned(),
        domain: "lab.example".to_owned(),
        licences: Licences { p1: true, p2: true, intune: true, workload: true },
        security_defaults: false,
        apps: vec![app(PRODUCT, "Product"), app(LAB, "Lab")],
        users: several(USERS, &|n| {
            let name = format!("user{n}@lab.example");
            json!({ "id": directory::user(n), "displayName": format!("User {n}"), "userPrincipalName": name, "accountEnabled": true, "userType": "Member" })
        }),
        groups: each(
            &|n| json!({ "id": directory::group(n), "displayName": format!("Group {n}"), "securityEnabled": true, "mailEnabled": false, "groupTypes": [], "isAssignableToRole": false }),
        ),
        memberships: (0..OBJECTS).map(|n| (directory::group(n), directory::user(n))).collect(),
        service_principals: each(&|n| {
            let app_id = directory::app(n);
            json!({
                "id": Uuid::from_u128(0x00A1_0000_0000_4000_8000_0000_0000_0000 | u128::from(n)), "appId": app_id, "displayName": format!("App {n}"),
                "appDisplayName": format!("App {n}"), "accountEnabled": true, "appOwnerOrganizationId": TENANT, "servicePrincipalType": "Application",
                "signInAudience": "AzureADMyOrg", "servicePrincipalNames": [app_id], "appRoleAssignmentRequired": false, "tags": []
            })
        }),
        role_assignments: Vec::new(),
        named_locations: each(&|n| {
            json!({
                "@odata.type": "#microsoft.graph.ipNamedLocation", "id": directory::location(n), "displayName": format!("Office {n}"), "isTrusted": false,
                "ipRanges": [{ "@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": format!("198.51.{n}.0/24") }],
                "createdDateTime": "2026-01-05T08:00:00Z", "modifiedDateTime": "2026-01-05T08:00:00Z"
            })
        }),
        auth_strengths: vec![
            strength(2, "Multifactor authentication"),
            strength(3, "Passwordless MFA"),
            strength(4, "Phishing-resistant MFA"),
        ],
        auth_contexts: (1..=4)
            .map(|n| json!({ "id": format!("c{n}"), "displayName": format!("Context {n}"), "description": "", "isAvailable": true }))
            .collect(),
        terms: each(
            &|n| json!({ "id": directory::terms(n), "displayName": format!("Terms {n}"), "isViewingBeforeAcceptanceRequired": false, "isPerDeviceAcceptanceRequired": false }),
        ),
        policies: Vec::new(),
    }
}

/// The lane's own way to the tenant.
pub struct Entra {
    http: reqwest::Client,
    base: String,
    token: String,
    /// The simulator's strings.
    pub cloud: Cloud,
}

impl Entra {
    /// Signs the lane's application in.
    pub async fn of(sim: &Sim) -> Self {
        let cloud = Cloud::of(sim);
        // Longer than any run: the lane's own sight must not end with a token.
        let body = json!({ "clientId": LAB, "lifetimeS": 86_400 });
        let token = cloud.call("POST", &format!("/tenants/{TENANT}/tokens"), body).await;
        let token = token["access_token"].as_str().expect("a token").to_owned();
        Entra { http: crate::http::client(), base: format!("{}/v1.0/identity/conditionalAccess", sim.http_url()), token, cloud }
    }

    /// Reads an object; `None` when it isn't there.
    pub async fn get(&self, path: &str) -> Option<Value> {
        let (status, body) = self.send(Method::GET, path, &Value::Null).await;
        assert!(status == 200 || status == 404, "GET {path}: {status} {body}");
        (status == 200).then_some(body)
    }

    /// Writes as somebody else than the product.
    ///
    /// # Panics
    /// When Graph refuses.
    pub async fn write(&self, method: Method, path: &str, body: &Value) -> Value {
        let (status, answer) = self.send(method.clone(), path, body).await;
        assert!((200..300).contains(&status), "{method} {path} {body}: {status} {answer}");
        answer
    }

    /// Edits an object as somebody else than the product; false when it is not there.
    ///
    /// # Panics
    /// When Graph refuses for another reason.
    pub async fn edit(&self, path: &str, body: &Value) -> bool {
        let (status, answer) = self.send(Method::PATCH, path, body).await;
        assert!((200..300).contains(&status) || status == 404, "PATCH {path} {body}: {status} {answer}");
        status != 404
    }

    /// Deletes for good what may be there or in the recycle bin.
    pub async fn purge(&self, collection: &str, id: &str) {
        self.send(Method::DELETE, &format!("{collection}/{id}"), &Value::Null).await;
        self.send(Method::DELETE, &format!("deletedItems/{collection}/{id}"), &Value::Null).await;
    }

    /// Writes that the tenant accepted from the product after a place in the ledger, and the ledger's last place.
    pub async fn product_writes(&self, after: u64) -> (Vec<Value>, u64) {
        let ledger = self.cloud.call("GET", &format!("/ledger?tenant={TENANT}&after={after}"), Value::Null).await;
        let last = ledger["lastSeq"].as_u64().expect("a number");
        let entries = ledger["entries"].as_array().expect("a ledger").iter();
        (entries.filter(|entry| entry["client"] == PRODUCT.to_string()).cloned().collect(), last)
    }

    /// Requests for Conditional Access after a place in the log, as `client-request-id`s in order, and the log's last place.
    pub async fn requests(&self, after: u64) -> (Vec<String>, u64) {
        let log = self.cloud.call("GET", &format!("/requests?tenant={TENANT}&after={after}"), Value::Null).await;
        let entries = log["requests"].as_array().expect("a log");
        let last = entries.last().and_then(|entry| entry["seq"].as_u64()).unwrap_or(after);
        let policies = entries.iter().filter(|entry| entry["path"].as_str().is_some_and(|path| path.contains("/conditionalAccess/")));
        (policies.filter_map(|entry| entry["client_request_id"].as_str().map(str::to_owned)).collect(), last)
    }

    async fn send(&self, method: Method, path: &str, body: &Value) -> (u16, Value) {
        let mut request = self.http.request(method, format!("{}/{path}", self.base)).bearer_auth(&self.token);
        if !body.is_null() {
            request = request.json(body);
        }
        let response = request.send().await.expect("the simulator answers");
        let status = response.status().as_u16();
        let text = response.text().await.expect("a body");
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }
}
