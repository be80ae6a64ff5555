//! The simulated cloud as a test sees it: its admin endpoint, which the product never calls.

use entra_sim::Sim;
use serde_json::{Value, json};
use uuid::Uuid;

/// Pulls the simulator's strings.
pub struct Cloud {
    http: reqwest::Client,
    base: String,
}

impl Cloud {
    /// The admin side of a running simulator.
    pub fn of(sim: &Sim) -> Self {
        Cloud { http: crate::http::client(), base: format!("http://{}/__sim", sim.http_addr()) }
    }

    /// Every write that the tenant accepted through Graph, oldest first; a portal edit is none of them.
    pub async fn writes(&self, tenant: Uuid) -> Vec<Value> {
        let ledger = self.call("GET", &format!("/ledger?tenant={tenant}"), Value::Null).await;
        let entries = ledger["entries"].as_array().expect("a ledger").clone();
        entries.into_iter().filter(|entry| entry["client"].is_string()).collect()
    }

    /// A policy as it is, lag aside.
    pub async fn policy(&self, tenant: Uuid, id: &str) -> Value {
        let answer = self.call("GET", &format!("/tenants/{tenant}/policies"), Value::Null).await;
        let policies = answer["policies"].as_array().or(answer["value"].as_array()).expect("policies").clone();
        policies.into_iter().find(|policy| policy["id"] == id).expect("the policy is there")
    }

    /// Somebody edits a policy in the portal.
    pub async fn portal_edit(&self, tenant: Uuid, policy: &str, body: Value) {
        self.call("POST", &format!("/tenants/{tenant}/portal"), json!({ "method": "PATCH", "policy": policy, "body": body })).await;
    }

    /// One call of the portal, such as `{"method": "DELETE", "policy": id}`; `None` when the portal refuses it.
    ///
    /// # Panics
    /// When the simulator can't be reached.
    pub async fn try_portal(&self, tenant: Uuid, edit: Value) -> Option<Value> {
        let url = format!("{}/tenants/{tenant}/portal", self.base);
        let response = self.http.post(url).json(&edit).send().await.expect("the simulator answers");
        let accepted = response.status().is_success();
        let text = response.text().await.expect("a body");
        accepted.then(|| serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    /// Scripts trouble, such as `{"method": "PATCH", "times": 1, "trouble": {"kind": "drop", "when": "after"}}`.
    pub async fn fault(&self, tenant: Uuid, rule: Value) {
        self.call("POST", &format!("/tenants/{tenant}/faults"), rule).await;
    }

    /// Lets reads see the state before a write for so long.
    pub async fn lag(&self, tenant: Uuid, ms: u32) {
        self.call("PUT", &format!("/tenants/{tenant}/lag"), json!({ "ms": ms })).await;
    }

    /// What new tokens of an application grant, and whether it is installed at all.
    pub async fn consent(&self, tenant: Uuid, body: Value) {
        self.call("POST", &format!("/tenants/{tenant}/consent"), body).await;
    }

    /// What Graph itself answers to a GET below its version: the tenant's own truth, asked for as one of its applications.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn graph(&self, tenant: Uuid, client_id: Uuid, path: &str) -> String {
        let minted = self.call("POST", &format!("/tenants/{tenant}/tokens"), json!({ "clientId": client_id })).await;
        let token = minted["access_token"].as_str().or(minted["accessToken"].as_str()).or(minted["token"].as_str()).expect("a token");
        let url = format!("{}/v1.0{path}", self.base.trim_end_matches("/__sim"));
        let request = self.http.get(url).bearer_auth(token).header("ConsistencyLevel", "eventual");
        let response = request.send().await.expect("the simulator answers");
        let (status, text) = (response.status(), response.text().await.expect("a body"));
        assert!(status.is_success(), "{path}: {status} {text}");
        text
    }

    /// One call of the admin endpoint, by its path below `/__sim`.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn call(&self, method: &str, path: &str, body: Value) -> Value {
        let method = method.parse().expect("a method");
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        if !body.is_null() {
            request = request.json(&body);
        }
        let response = request.send().await.expect("the simulator answers");
        let (status, text) = (response.status(), response.text().await.expect("a body"));
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }
}
