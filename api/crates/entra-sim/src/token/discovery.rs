//! What login clients read before they ask for a token: instance discovery, OpenID configuration, signing keys.

use serde_json::{Value, json};
use uuid::Uuid;

use super::SigningKey;

/// `GET /{tenant}/v2.0/.well-known/openid-configuration`. Without a tenant (`common`, `organizations`) the issuer holds the literal `{tenantid}`.
pub(crate) fn openid_configuration(base: &str, segment: &str, tenant: Option<Uuid>) -> Value {
    let issuer = tenant.map_or_else(|| "{tenantid}".to_owned(), |id| id.to_string());
    let host = base.split_once("://").map_or(base, |(_, host)| host);
    json!({
        "token_endpoint": format!("{base}/{segment}/oauth2/v2.0/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
        "jwks_uri": format!("{base}/{segment}/discovery/v2.0/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": format!("{base}/{issuer}/v2.0"),
        "request_uri_parameter_supported": false,
        "authorization_endpoint": format!("{base}/{segment}/oauth2/v2.0/authorize"),
        "device_authorization_endpoint": format!("{base}/{segment}/oauth2/v2.0/devicecode"),
        "end_session_endpoint": format!("{base}/{segment}/oauth2/v2.0/logout"),
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "nonce", "preferred_username", "name", "tid", "ver"],
        "tenant_region_scope": null,
        "cloud_instance_name": "microsoftonline.com",
        "cloud_graph_host_name": "graph.windows.net",
        "msgraph_host": host
    })
}

/// `GET /{tenant}/discovery/v2.0/keys`.
pub(crate) fn keys_document(key: &SigningKey, base: &str, tenant: Option<Uuid>) -> Value {
    let issuer = tenant.map_or_else(|| "{tenantid}".to_owned(), |id| id.to_string());
    json!({"keys": [key.jwk(&format!("{base}/{issuer}/v2.0"))]})
}

/// `GET /common/discovery/instance`: this host is a cloud of its own.
pub(crate) fn discovery_instance(base: &str, tenant: &str) -> Value {
    let host = base.split_once("://").map_or(base, |(_, host)| host);
    json!({
        "tenant_discovery_endpoint": format!("{base}/{tenant}/v2.0/.well-known/openid-configuration"),
        "api-version": "1.1",
        "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}]
    })
}
