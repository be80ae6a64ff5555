//! `/__sim/`: the strings that tests pull. The product never calls it; there is no such thing in Entra.
//!
//! | method and path | does |
//! |---|---|
//! | `GET /__sim/clock` | the simulator's time |
//! | `POST /__sim/clock` | `{"advanceMs"}`: time goes on by so much, for the simulator alone; a reset or a restart is back in the present |
//! | `GET /__sim/tenants` | tenants with their applications, secrets included |
//! | `POST /__sim/tenants` | adds a tenant from a (partial) seed: `tenant_id`, `display_name`, `domain`, `licences`, `apps`, `users`.. |
//! | `GET /__sim/ledger?tenant=&after=` | every accepted write with a number above `after`, oldest first |
//! | `GET`, `DELETE /__sim/requests?tenant=&after=` | the latest requests, oldest first |
//! | `POST /__sim/reset` | back to the beginning, state file included |
//! | `GET`, `POST`, `DELETE /__sim/tenants/{id}/faults` | scripted trouble: `{"method","path","client","skip","times","trouble":{"kind":"latency\|fail\|drop\|throttle",..}}` |
//! | `PUT /__sim/tenants/{id}/lag` | `{"ms", "object"?, "references"?}`: how long policies, named locations and deleted items read as before a write; with `references` the rules of a policy see locations as late as readers do (1040 right after a creation) |
//! | `PUT /__sim/tenants/{id}/paging` | `{"maxPageSize"}`: smaller pages in every collection; null for Graph's own |
//! | `PUT /__sim/tenants/{id}/late-sign-ins` | `{"percent", "hours"}`: so many sign-ins of the last hours don't show; 0 shows them all |
//! | `PUT /__sim/tenants/{id}/conduct` | `{"trafficPercent"?, "failing"?: [{"group"?, "percent", "retries"?}]}`: how people sign in from now on, see [`crate::signin::Conduct`]; `{}` as usual |
//! | `POST /__sim/tenants/{id}/portal` | a person edits in the portal: `{"user"?, "method":"POST\|PATCH\|DELETE", "policy" or "location"?, "collection"?, "body"?}` |
//! | `POST /__sim/tenants/{id}/consent` | `{"clientId", "roles"?, "installed"?}`: what new tokens grant, and whether the service principal exists |
//! | `POST /__sim/tenants/{id}/apps` | another application: `{"clientId"?, "displayName"?, "secret"?, "roles"?}` |
//! | `POST /__sim/tenants/{id}/apps/{clientId}/certificates` | `{"certificate": PEM or base64 DER}` |
//! | `POST /__sim/tenants/{id}/apps/{clientId}/secrets` | `{"value", "expiresAt"?, "replace"?}` |
//! | `POST /__sim/tenants/{id}/tokens` | a token without proof: `{"clientId", "scope"?, "user"?, "lifetimeS"?}`; negative lifetimes make expired ones |
//! | `GET /__sim/tenants/{id}/policies` | the policies as they are, lag aside |
//! | `POST /__sim/tenants/{id}/objects` | puts objects with given ids: `{"users", "groups", "servicePrincipals", "namedLocations", "authenticationStrengths", "authenticationContexts", "termsOfUse", "policies", "memberships", "referencesOf"}`, see the module `objects` |
//! | `POST /__sim/tenants/{id}/fill` | `{"users"?, "groups"?, "policies"?}`: made-up ones until there are so many |

mod apps;
mod clock;
mod conduct;
mod faults;
mod fill;
mod history;
mod objects;
mod portal;
mod references;
mod tenants;

use http::Method;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::config::SimError;
use crate::core::{Core, Inner};
use crate::server::{Call, Reply};

/// Why an admin request failed.
#[derive(Debug)]
struct AdminError(u16, String);

impl From<SimError> for AdminError {
    fn from(error: SimError) -> Self {
        AdminError(500, error.to_string())
    }
}

impl From<serde_json::Error> for AdminError {
    fn from(error: serde_json::Error) -> Self {
        AdminError(400, error.to_string())
    }
}

type Answer = Result<Value, AdminError>;

/// Serves one admin request.
pub(crate) fn serve(core: &Core, call: &Call) -> Reply {
    match route(core, &mut core.lock(), call) {
        Ok(Value::Null) => Reply::empty(204),
        Ok(body) => Reply::json(200, body),
        Err(AdminError(status, message)) => Reply::json(status, json!({"error": message})),
    }
}

fn route(core: &Core, inner: &mut Inner, call: &Call) -> Answer {
    let path: Vec<&str> = call.segments.iter().skip(1).map(String::as_str).collect();
    match (&call.method, path.as_slice()) {
        (&Method::GET, ["clock"]) => Ok(json!({"now": core.now()})),
        (&Method::POST, ["clock"]) => clock::advance(core, call),
        (&Method::GET, ["ledger"]) => history::ledger(inner, call),
        (&Method::GET, ["requests"]) => history::requests(inner, call),
        (&Method::DELETE, ["requests"]) => {
            inner.requests.clear();
            Ok(Value::Null)
        }
        (&Method::POST, ["reset"]) => tenants::reset(core, inner),
        (&Method::GET, ["tenants"]) => tenants::list(inner),
        (&Method::POST, ["tenants"]) => tenants::add(core, inner, call),
        (method, ["tenants", id, rest @ ..]) => {
            let tenant = Uuid::try_parse(id).ok().filter(|id| inner.world.tenants.contains_key(id));
            let tenant = tenant.ok_or_else(|| AdminError(404, format!("no tenant {id}")))?;
            of_tenant(core, inner, call, tenant, method, rest)
        }
        _ => Err(AdminError(404, format!("nothing at {} {}", call.method, call.target))),
    }
}

fn of_tenant(core: &Core, inner: &mut Inner, call: &Call, tenant: Uuid, method: &Method, path: &[&str]) -> Answer {
    match (method, path) {
        (&Method::GET, ["policies"]) => tenants::policies(inner, tenant),
        (&Method::POST, ["objects"]) => objects::put(core, inner, call, tenant),
        (&Method::POST, ["fill"]) => fill::fill(core, inner, call, tenant),
        (&Method::GET, ["faults"]) => faults::list(inner, tenant),
        (&Method::POST, ["faults"]) => faults::add(inner, call, tenant),
        (&Method::DELETE, ["faults"]) => faults::clear(inner, tenant),
        (&Method::PUT, ["lag"]) => faults::lag(inner, call, tenant),
        (&Method::PUT, ["paging"]) => faults::paging(inner, call, tenant),
        (&Method::PUT, ["late-sign-ins"]) => faults::late_sign_ins(inner, call, tenant),
        (&Method::PUT, ["conduct"]) => conduct::set(core, inner, call, tenant),
        (&Method::POST, ["portal"]) => portal::edit(core, inner, call, tenant),
        (&Method::POST, ["consent"]) => apps::consent(core, inner, call, tenant),
        (&Method::POST, ["apps"]) => apps::add(core, inner, call, tenant),
        (&Method::POST, ["apps", client, "certificates"]) => apps::certificate(core, inner, call, tenant, client),
        (&Method::POST, ["apps", client, "secrets"]) => apps::secret(core, inner, call, tenant, client),
        (&Method::POST, ["tokens"]) => apps::token(core, inner, call, tenant),
        _ => Err(AdminError(404, format!("nothing at {} {}", call.method, call.target))),
    }
}

fn body<T: DeserializeOwned>(call: &Call) -> Result<T, AdminError> {
    Ok(serde_json::from_slice(&call.body)?)
}
