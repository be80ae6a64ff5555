//! Applications: consent, credentials, tokens without proof.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{AdminError, Answer, body};
use crate::core::{Core, Inner};
use crate::server::Call;
use crate::state::{App, AppSecret, Kind, Op, service_principal};
use crate::token::{MintRequest, certificate_public_key, mint};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Consent {
    client_id: Uuid,
    roles: Option<Vec<String>>,
    installed: Option<bool>,
}

pub(super) fn consent(core: &Core, inner: &mut Inner, call: &Call, tenant: Uuid) -> Answer {
    let consent: Consent = body(call)?;
    let mut app = find(inner, tenant, consent.client_id)?;
    if let Some(roles) = consent.roles {
        app.roles = roles.into_iter().collect();
    }
    app.installed = consent.installed.unwrap_or(app.installed);
    save(core, inner, tenant, app)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewApp {
    client_id: Option<Uuid>,
    display_name: Option<String>,
    secret: Option<String>,
    #[serde(default)]
    roles: Vec<String>,
}

pub(super) fn add(core: &Core, inner: &mut Inner, call: &Call, tenant: Uuid) -> Answer {
    let new: NewApp = body(call)?;
    let client_id = new.client_id.unwrap_or_else(|| core.ids.uuid());
    let display_name = new.display_name.unwrap_or_else(|| "Another application".to_owned());
    let mut copy = inner.world.tenants[&tenant].clone();
    let object_id = service_principal(&mut copy, client_id, &display_name);
    let principal = copy.get(Kind::ServicePrincipal, &object_id.to_string()).cloned().unwrap_or_default();
    let secret = new.secret.unwrap_or_else(|| STANDARD.encode(core.random()));
    let app = App {
        client_id,
        object_id,
        display_name,
        secrets: vec![AppSecret { value: secret.clone(), expires_at: None }],
        certificates: Vec::new(),
        roles: new.roles.into_iter().collect(),
        installed: true,
    };
    let ops = vec![Op::PutApp { app }, Op::Put { kind: Kind::ServicePrincipal, value: principal }];
    inner.commit(tenant, ops, None, core.now())?;
    Ok(json!({"clientId": client_id, "objectId": object_id, "secret": secret}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewCertificate {
    certificate: String,
}

pub(super) fn certificate(core: &Core, inner: &mut Inner, call: &Call, tenant: Uuid, client: &str) -> Answer {
    let new: NewCertificate = body(call)?;
    let mut app = named(inner, tenant, client)?;
    let encoded: String = new.certificate.lines().filter(|line| !line.starts_with("-----")).map(str::trim).collect();
    let der = STANDARD.decode(&encoded).ok().filter(|der| certificate_public_key(der).is_some());
    if der.is_none() {
        return Err(AdminError(400, "not a certificate in PEM or base64 DER".to_owned()));
    }
    app.certificates.push(encoded);
    save(core, inner, tenant, app)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewSecret {
    value: String,
    expires_at: Option<DateTime<Utc>>,
    /// The earlier ones stop working.
    #[serde(default)]
    replace: bool,
}

pub(super) fn secret(core: &Core, inner: &mut Inner, call: &Call, tenant: Uuid, client: &str) -> Answer {
    let new: NewSecret = body(call)?;
    let mut app = named(inner, tenant, client)?;
    if new.replace {
        app.secrets.clear();
    }
    app.secrets.push(AppSecret { value: new.value, expires_at: new.expires_at });
    save(core, inner, tenant, app)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TokenRequest {
    client_id: Uuid,
    /// Delegated scopes, separated by spaces: makes a token of a person.
    scope: Option<String>,
    user: Option<Uuid>,
    lifetime_s: Option<i64>,
}

pub(super) fn token(core: &Core, inner: &mut Inner, call: &Call, tenant: Uuid) -> Answer {
    let request: TokenRequest = body(call)?;
    let app = find(inner, tenant, request.client_id)?;
    let delegated = request.scope.as_deref().map(|scope| (scope, request.user.unwrap_or(app.object_id)));
    let mint_request =
        MintRequest { tenant, app: &app, credential: 1, delegated, lifetime_s: request.lifetime_s.unwrap_or(3600), unique: core.random() };
    Ok(json!({"access_token": mint(&core.key, &mint_request, core.now())?}))
}

fn named(inner: &Inner, tenant: Uuid, client: &str) -> Result<App, AdminError> {
    let id = Uuid::try_parse(client).map_err(|_| AdminError(400, format!("{client} is not a client id")))?;
    find(inner, tenant, id)
}

fn find(inner: &Inner, tenant: Uuid, client: Uuid) -> Result<App, AdminError> {
    inner.world.tenants[&tenant].app(client).cloned().ok_or_else(|| AdminError(404, format!("no application {client}")))
}

fn save(core: &Core, inner: &mut Inner, tenant: Uuid, app: App) -> Answer {
    inner.commit(tenant, vec![Op::PutApp { app }], None, core.now())?;
    Ok(Value::Null)
}
