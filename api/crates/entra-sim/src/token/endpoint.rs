//! `POST /{tenant}/oauth2/v2.0/token` for client credentials.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use uuid::Uuid;

use super::claims::{AUDIENCE, LIFETIME_S, MintRequest, mint};
use super::{LoginError, SigningKey, assertion};
use crate::server::Call;
use crate::state::{App, Tenant, World};
use chrono::{DateTime, Utc};

const GRAPH_APP_ID: &str = "00000003-0000-0000-c000-000000000000";
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Issues a token, or says why not. Also returns the tenant and application as far as they were recognised, for the request log.
pub(crate) fn issue(
    key: &SigningKey,
    world: &World,
    call: &Call,
    tenant: &str,
    now: DateTime<Utc>,
    unique: [u8; 16],
) -> Result<Value, LoginError> {
    let form: BTreeMap<String, String> = url::form_urlencoded::parse(&call.body).into_owned().collect();
    let field = |name: &str| form.get(name).map(String::as_str).filter(|value| !value.is_empty());
    let required = |name: &str| {
        field(name).ok_or_else(|| {
            LoginError::invalid_request(900_144, format!("The request body must contain the following parameter: '{name}'."))
        })
    };
    let grant = required("grant_type")?;
    if grant != "client_credentials" {
        return Err(LoginError::new(
            400,
            "unsupported_grant_type",
            70003,
            format!("The app requested an unsupported grant type '{grant}'."),
        ));
    }
    let client_id = required("client_id")?;
    check_scope(required("scope")?)?;
    if ["common", "organizations", "consumers"].iter().any(|name| tenant.eq_ignore_ascii_case(name)) {
        return Err(LoginError::invalid_request(
            50059,
            "No tenant-identifying information found in either the request or implied by any provided credentials.",
        ));
    }
    let tenant = world.find_tenant(tenant).ok_or_else(|| LoginError::tenant_not_found(tenant))?;
    let app = application(tenant, client_id)?;
    let credential = match (field("client_assertion"), field("client_secret")) {
        (Some(text), _) => {
            if field("client_assertion_type") != Some(ASSERTION_TYPE) {
                return Err(LoginError::invalid_request(
                    900_144,
                    "The request body must contain the following parameter: 'client_assertion_type'.",
                ));
            }
            assertion::check(text, app, &audiences(&call.base, tenant), now)?;
            2
        }
        (None, Some(secret)) => {
            check_secret(app, secret, now)?;
            1
        }
        (None, None) => {
            let text = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
            return Err(LoginError::invalid_client(7_000_218, text));
        }
    };
    let request = MintRequest { tenant: tenant.id, app, credential, delegated: None, lifetime_s: LIFETIME_S, unique };
    let token = mint(key, &request, now).map_err(|e| LoginError::new(503, "temporarily_unavailable", 90033, e.to_string()))?;
    let lifetime = LIFETIME_S - 1;
    Ok(json!({"token_type": "Bearer", "expires_in": lifetime, "ext_expires_in": lifetime, "access_token": token}))
}

/// Only Graph, and only everything that was consented to.
fn check_scope(scope: &str) -> Result<(), LoginError> {
    let Some(resource) = scope.split_whitespace().next().and_then(|scope| scope.strip_suffix("/.default")) else {
        return Err(LoginError::new(
            400,
            "invalid_scope",
            1_002_012,
            format!(
                "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed \
                 to the resource identifier (application ID URI)."
            ),
        ));
    };
    // Any host counts as Graph under this roof: national clouds and the simulator's own address are spelled differently.
    if resource == GRAPH_APP_ID || resource.trim_end_matches('/') == AUDIENCE || resource.starts_with("http") {
        return Ok(());
    }
    Err(LoginError::new(
        400,
        "invalid_resource",
        500_011,
        format!(
            "The resource principal named {resource} was not found in the tenant. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant."
        ),
    ))
}

fn application<'a>(tenant: &'a Tenant, client_id: &str) -> Result<&'a App, LoginError> {
    let known = Uuid::try_parse(client_id).ok().and_then(|id| tenant.app(id));
    match known {
        Some(app) if app.installed => Ok(app),
        Some(_) => Err(LoginError::new(
            401,
            "unauthorized_client",
            7_000_229,
            format!(
                "The client application {client_id} is missing service principal in the tenant {}. See instructions here: https://go.microsoft.com/fwlink/?linkid=2225119",
                tenant.id
            ),
        )),
        None => Err(LoginError::new(
            400,
            "unauthorized_client",
            700_016,
            format!(
                "Application with identifier '{client_id}' was not found in the directory '{}'. This can happen if the application has not been \
                 installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication \
                 request to the wrong tenant.",
                tenant.display_name
            ),
        )),
    }
}

fn check_secret(app: &App, secret: &str, now: DateTime<Utc>) -> Result<(), LoginError> {
    match app.secrets.iter().find(|known| known.value == secret) {
        Some(known) if known.expires_at.is_none_or(|at| at > now) => Ok(()),
        Some(_) => Err(LoginError::invalid_client(
            7_000_222,
            format!(
                "The provided client secret keys for app '{}' are expired. Visit the Azure portal to create new keys for your app: \
                 https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.",
                app.client_id
            ),
        )),
        None => Err(LoginError::invalid_client(
            7_000_215,
            format!(
                "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, \
                 for a secret added to app '{}'.",
                app.client_id
            ),
        )),
    }
}

/// The audiences an assertion may name: this endpoint (by id or domain, v1 or v2) and the tenant's issuer.
fn audiences(base: &str, tenant: &Tenant) -> Vec<String> {
    let names = [tenant.id.to_string(), tenant.domain.clone()];
    names
        .iter()
        .flat_map(|name| ["/oauth2/v2.0/token", "/oauth2/token", "/v2.0"].map(|end| format!("{base}/{name}{end}")))
        .chain(names.iter().map(|name| format!("https://login.microsoftonline.com/{name}/oauth2/v2.0/token")))
        .collect()
}
