//! Inputs of mutations on tenants.

use std::collections::BTreeSet;

use app::ReadSignIns;
use app::command::{ConnectTenant, ResyncTenant, SetEmergencyAccess};
use async_graphql::{ID, InputObject};
use domain::id::TenantId;
use uuid::Uuid;

use crate::enums::Cloud;
use crate::ids::Kind;
use crate::scope::Scope;
use crate::user_error::{Refused, bad_id, invalid};

/// A tenant to connect, and the application that signs in to it.
#[derive(InputObject)]
pub struct ConnectTenantInput {
    /// Entra's id of the tenant, a GUID.
    entra_tenant_id: ID,
    /// The national cloud it lives in.
    #[graphql(default_with = "Cloud::Global")]
    cloud: Cloud,
    /// The application (client) id to sign in as.
    client_id: String,
    /// The application's client secret. Sealed before it is stored, never logged, never returned.
    #[graphql(secret)]
    client_secret: String,
    /// The name to show; Entra's organization name unless given.
    display_name: Option<String>,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl ConnectTenantInput {
    /// As a command.
    pub fn command(self) -> Result<ConnectTenant, Refused> {
        Ok(ConnectTenant {
            entra_tenant_id: guid(&self.entra_tenant_id, &["input", "entraTenantId"])?,
            cloud: self.cloud.into(),
            client_id: self.client_id,
            client_secret: self.client_secret,
            display_name: self.display_name,
            idempotency_key: self.idempotency_key,
        })
    }
}

/// A tenant to take a new snapshot of.
#[derive(InputObject)]
pub struct ResyncTenantInput {
    /// The tenant.
    id: ID,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl ResyncTenantInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<ResyncTenant, Refused> {
        Ok(ResyncTenant { tenant_id: tenant(scope, &self.id, "id")?, idempotency_key: self.idempotency_key })
    }
}

/// A tenant to read the sign-ins of.
#[derive(InputObject)]
pub struct ReadSignInsInput {
    /// The tenant.
    id: ID,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl ReadSignInsInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<ReadSignIns, Refused> {
        Ok(ReadSignIns { tenant_id: tenant(scope, &self.id, "id")?, idempotency_key: self.idempotency_key })
    }
}

/// The emergency-access principals of a tenant; they replace those configured before.
#[derive(InputObject)]
pub struct SetEmergencyAccessInput {
    /// The tenant.
    id: ID,
    /// Object ids in Entra of users and groups, GUIDs, at most 20.
    object_ids: Vec<ID>,
    /// The tenant's revision that the caller read.
    expected_revision: i64,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl SetEmergencyAccessInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<SetEmergencyAccess, Refused> {
        let object_ids = self.object_ids.iter().enumerate().map(|(at, id)| guid(id, &["input", "objectIds", &at.to_string()]));
        Ok(SetEmergencyAccess {
            tenant_id: tenant(scope, &self.id, "id")?,
            object_ids: object_ids.collect::<Result<_, _>>()?,
            expected_revision: self.expected_revision,
            idempotency_key: self.idempotency_key,
        })
    }
}

pub(super) fn tenant(scope: &Scope, id: &ID, field: &str) -> Result<TenantId, Refused> {
    scope.ids.key(id, Kind::Tenant).map(TenantId).map_err(|error| bad_id(error, field))
}

/// The members of `tenantIds`.
pub(super) fn tenants(scope: &Scope, ids: &[ID]) -> Result<BTreeSet<TenantId>, Refused> {
    ids.iter().map(|id| tenant(scope, id, "tenantIds")).collect()
}

pub(super) fn guid(text: &str, path: &[&str]) -> Result<Uuid, Refused> {
    Uuid::try_parse(text).map_err(|_| invalid(path.iter().map(|part| (*part).to_owned()).collect(), "not a GUID"))
}
