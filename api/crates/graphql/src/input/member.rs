//! Inputs of mutations on members and API keys.

use app::api_keys::{CreateApiKey, RevokeApiKey};
use app::members::{AddMember, RemoveMember, UpdateMember};
use async_graphql::{ID, InputObject, MaybeUndefined};
use domain::id::MemberId;

use crate::enums::Role;
use crate::ids::Kind;
use crate::input::tenant::tenants;
use crate::scalars::DateTime;
use crate::scope::Scope;
use crate::user_error::{Refused, bad_id};

/// A principal to add, and what it may do.
#[derive(InputObject)]
pub struct AddMemberInput {
    /// The issuer (`iss`) of its tokens; the caller's own unless given, for Entra in the tenant of the subject. `{tenantid}` in it stands for
    /// that tenant.
    issuer: Option<String>,
    /// The principal at that issuer: `tid/oid` (tenant id, object id of the user) for Entra, `sub` elsewhere. Never a mail address or a UPN.
    subject: String,
    /// Display name: 1 to 200 characters.
    display_name: String,
    /// What it may do.
    role: Role,
    /// The tenants it is limited to, at least one and at most 1,000; all unless given. An `OWNER` can't be limited.
    tenant_ids: Option<Vec<ID>>,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl AddMemberInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<AddMember, Refused> {
        Ok(AddMember {
            issuer: self.issuer,
            subject: self.subject,
            display_name: self.display_name,
            role: self.role.into(),
            tenant_ids: self.tenant_ids.map(|ids| tenants(scope, &ids)).transpose()?,
            idempotency_key: self.idempotency_key,
        })
    }
}

/// What changes about a member. What is left out stays.
#[derive(InputObject)]
pub struct UpdateMemberInput {
    /// The membership.
    id: ID,
    /// Its revision that the caller read; left out, it is not compared.
    expected_revision: Option<i64>,
    /// Display name: 1 to 200 characters.
    display_name: Option<String>,
    /// What it may do.
    role: Option<Role>,
    /// The tenants it is limited to, at least one and at most 1,000; `null` lifts the limit. An `OWNER` can't be limited.
    tenant_ids: MaybeUndefined<Vec<ID>>,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl UpdateMemberInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<UpdateMember, Refused> {
        let tenant_ids = match self.tenant_ids {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Null => Some(None),
            MaybeUndefined::Value(ids) => Some(Some(tenants(scope, &ids)?)),
        };
        Ok(UpdateMember {
            id: read_id(scope, &self.id, Kind::Membership)?,
            expected_revision: self.expected_revision,
            display_name: self.display_name,
            role: self.role.map(Into::into),
            tenant_ids,
            idempotency_key: self.idempotency_key,
        })
    }
}

/// A member to remove.
#[derive(InputObject)]
pub struct RemoveMemberInput {
    /// The membership.
    id: ID,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl RemoveMemberInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<RemoveMember, Refused> {
        Ok(RemoveMember { id: read_id(scope, &self.id, Kind::Membership)?, idempotency_key: self.idempotency_key })
    }
}

/// A key to create.
#[derive(InputObject)]
pub struct CreateApiKeyInput {
    /// Display name, such as the machine that will hold it: 1 to 200 characters.
    display_name: String,
    /// What it may do; not stronger than the caller, and never `OWNER`.
    role: Role,
    /// The tenants it is limited to, at least one and at most 1,000; all unless given.
    tenant_ids: Option<Vec<ID>>,
    /// From when on it is refused: later than now, at most a year (366 days) from now.
    expires_at: DateTime,
    /// Makes a repeated call return the key that the first one created, without its secret: 1 to 128 printable characters, kept for 24 hours
    /// at least.
    idempotency_key: Option<String>,
}

impl CreateApiKeyInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<CreateApiKey, Refused> {
        Ok(CreateApiKey {
            display_name: self.display_name,
            role: self.role.into(),
            tenant_ids: self.tenant_ids.map(|ids| tenants(scope, &ids)).transpose()?,
            expires_at: self.expires_at.0,
            idempotency_key: self.idempotency_key,
        })
    }
}

/// A key to revoke.
#[derive(InputObject)]
pub struct RevokeApiKeyInput {
    /// The API key.
    id: ID,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl RevokeApiKeyInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<RevokeApiKey, Refused> {
        Ok(RevokeApiKey { id: read_id(scope, &self.id, Kind::ApiKey)?, idempotency_key: self.idempotency_key })
    }
}

fn read_id(scope: &Scope, id: &ID, kind: Kind) -> Result<MemberId, Refused> {
    scope.ids.key(id, kind).map(MemberId).map_err(|error| bad_id(error, "id"))
}
